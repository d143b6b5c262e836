#include "server/clause_acts.h"

#include <algorithm>

#include "base/check.h"
#include "engine/tenants.h"
#include "promise/history.h"
#include "server/body.h"
#include "server/json_out.h"
#include "server/own_facts.h"
#include "tlog/hash.h"
#include "vault/encoding.h"
#include "vault/token.h"
#include "wire/fact_reader.h"
#include "wire/feel_json.h"

namespace yinuo::server {
namespace {

using promise::Claim;
using promise::Comparison;
using promise::Excuse;
using promise::State;
using promise::StepKind;

constexpr std::string_view kNames[] = {"claim", "confirm", "reject", "cause", "evidence",
                                       "agree", "refuse",  "redate", "reopen"};
constexpr std::string_view kOwn[] = {"by", "by_id", "reason", "evidence"};
constexpr std::string_view kClaimPrefix = "clm_";
constexpr std::string_view kObligationPrefix = "obl_";
constexpr std::string_view kCustomer = "customer";

Refusal conflict(std::string code, Text what, Text mend = {}) {
    return Refusal(Error{.code = std::move(code), .what = std::move(what), .mend = std::move(mend)},
                   409);
}

bool is_own(std::string_view field) { return std::ranges::find(kOwn, field) != std::end(kOwn); }

// A field of the fact itself: not `start.area`, `local time(at)` or `subject`.
bool is_field(std::string_view name) {
    const auto reserved = promise::reserved_names();
    return name.find_first_of("(.") == std::string_view::npos &&
           std::ranges::find(reserved, name) == reserved.end();
}

std::string literal(const Comparison& asked) {
    const auto& value = asked.values.front();
    if (asked.is_text) {
        std::string text;
        append_json_string(text, value);
        return text;
    }
    const bool plain = value == "true" || value == "false" || Decimal::parse(value).has_value();
    return plain ? value : std::string();
}

// A formula that is nothing but a field's name; empty otherwise.
std::string field_of(const promise::Formula& formula, const Names& names) {
    const auto free = formula.expression.free_names();
    if (free.size() != 1) return {};
    const auto name = names.text(free.front());
    return name == formula.text() ? std::string(name) : std::string();
}

std::string field_for_date(const Matter& matter, const Names& names) {
    return field_of(matter.clause().extends->to, names);
}

std::string shown(const promise::Condition& condition) {
    std::string text(condition.formula.text());
    std::ranges::replace(text, '\n', ' ');
    return text;
}

// --- who did what before ---------------------------------------------------------------------------

// Also what another system reported under their name.
bool has_agreed(Matter& matter, const Session& who) {
    return std::ranges::any_of(matter.stand().said, [&](const Said& said) {
        if (said.kind != StepKind::Agreed || said.fact == nullptr) return false;
        const auto id = text_in(*said.fact, matter.names(), "by_id");
        return id.empty() ? said.why == who.actor.name : id == who.actor.id;
    });
}

bool claimed_by(Matter& matter, const Session& who) {
    return std::ranges::any_of(matter.claims(), [&](const promise::Fact* claim) {
        return text_in(*claim, matter.names(), "by_id") == who.actor.id;
    });
}

// How the fold shall count this person: by name, or with their id where another has the same name.
std::string counted_name(Matter& matter, const Session& who) {
    if (who.role == Role::Customer) return std::string(kCustomer);
    const std::string name = who.actor.name.empty() ? who.actor.id : who.actor.name;
    for (const auto& said : matter.stand().said) {
        if (said.fact == nullptr || text_in(*said.fact, matter.names(), "by") != name) continue;
        const auto id = text_in(*said.fact, matter.names(), "by_id");
        if (!id.empty() && id != who.actor.id) return name + " (" + who.actor.id + ")";
    }
    return name;
}

// --- what stands in the way ------------------------------------------------------------------------

Refusal already_decided() {
    return conflict("already-decided", {"这件事已有结论", "this has been decided already"},
                    {"看履约单上的结论", "read the obligation for what was decided"});
}

Refusal same_person(Text what, Text mend) {
    return Error{.code = "same-person", .what = std::move(what), .mend = std::move(mend)};
}

// A program could be anybody's second voice; what it knows it reports as facts.
std::optional<Refusal> hinders_program(const Session& who) {
    if (who.role != Role::Key) return std::nullopt;
    return Error{.code = "forbidden",
                 .what = {"要由人来决定，程序的密钥不能代替",
                          "a person decides this: an API key can't stand for one"},
                 .mend = {"请同事登录后来办；系统知道的事，用业务记录报来",
                          "ask a colleague to sign in; what a system knows it reports as facts"}};
}

std::optional<Refusal> hinders_claim(Matter& matter, const Session& who) {
    const auto& o = matter.stand().obligation;
    if (o.broken_at != Instant::max())
        return conflict("already-broken",
                        {"这项承诺已认定违约，不必再申诉",
                         "this one is recognised as broken already: nobody need claim it"},
                        {"补偿看赔付", "what follows from it is among its payouts"});
    if (o.claim == Claim::Claimed && claimed_by(matter, who))
        return conflict(
            "already-claimed",
            {"您已经申诉过，正在核实", "you have claimed this; it is being looked into"},
            {"有新材料就交材料", "hand in a file if there is more to show"});
    return std::nullopt;
}

std::optional<Refusal> hinders_decision(Matter& matter, const Session& who, Act act) {
    const auto& o = matter.stand().obligation;
    if (o.claim == Claim::None)
        return conflict("no-claim", {"没有人申诉过", "nobody has claimed anything here"});
    if (o.claim == Claim::Rejected || (act == Act::Confirm && o.claim == Claim::Confirmed))
        return already_decided();
    if (claimed_by(matter, who))
        return same_person({"提出申诉的人不能自己核实", "who made the claim can't decide on it"},
                           {"请另一位同事核实", "somebody else must do it"});
    return std::nullopt;
}

std::optional<Refusal> hinders_excuse(Matter& matter, const Session& who, Act act) {
    const auto& o = matter.stand().obligation;
    if (o.excuse == Excuse::Waived || o.excuse == Excuse::Released) return already_decided();
    const bool recorded = o.excuse == Excuse::Withheld;
    if (act == Act::Cause) {
        if (recorded)
            return conflict("already-recorded", {"免责原因已经登记", "a cause is recorded already"},
                            {"等同事同意，或补交证据", "others are to agree, or hand in files"});
        if (!promise::is_open(o.state) && o.state != State::Broken)
            return conflict("not-open", {"没有违约，也不会再违约，不需要免责",
                                         "it isn't broken and won't be: nothing is to be excused"});
        return std::nullopt;
    }
    if (!recorded)
        return conflict("no-cause", {"还没有登记免责原因", "no cause is recorded yet"},
                        {"先登记原因", "record the cause first"});
    if (act == Act::Agree && has_agreed(matter, who))
        return same_person({"您已经同意过，要由另一个人再同意",
                            "you have agreed already; another person must, too"},
                           {"请另一位同事看过再同意", "ask a colleague to look at it and agree"});
    return std::nullopt;
}

std::optional<Refusal> hinders_date(Matter& matter) {
    const auto& o = matter.stand().obligation;
    if (o.broken_at != Instant::max())
        return conflict(
            "already-broken", {"已经违约，不能改约", "it is broken: no new date can be set"},
            {"改约要在截止时间之前", "a new date must be agreed before the due instant"});
    if (!promise::is_open(o.state))
        return conflict("not-open", {"这张履约单已经结束", "this obligation is over"});
    if (o.extensions >= matter.clause().extends->times)
        return conflict("no-dates-left", {"改约次数已用完", "no new date is left"},
                        {"按原来的截止时间办", "keep the date that was agreed last"});
    if (field_for_date(matter, matter.names()).empty())
        return conflict("no-such-act",
                        {"这个承诺的新日期由公式算出，不能在这里改",
                         "this promise computes the new date: it can't be set here"});
    return std::nullopt;
}

// --- the facts -------------------------------------------------------------------------------------

// Names with their values in JSON.
std::map<std::string, std::string> fields_of(Matter& matter, const Session& who,
                                             const ActWish& wish, const Asked& asked) {
    std::map<std::string, std::string> fields;
    const auto text = [&](const std::string& name, std::string_view value) {
        std::string json;
        append_json_string(json, value);
        fields[name] = std::move(json);
    };
    // What a claim says is decided with it: for whom, where, when.
    if (wish.act == Act::Confirm || wish.act == Act::Reject)
        if (const auto* claim = find_claim(matter, wish.claim))
            for (const auto& field : claim->fields) {
                const auto name = matter.names().text(field.name);
                if (is_own(name)) continue;
                wire::append_feel(fields[std::string(name)], field.value,
                                  wire::FeelSpelling::Typed);
            }
    for (const auto& one : asked.fields)
        if (one.sign == "=" && one.values.size() == 1)
            if (auto value = literal(one); !value.empty()) fields[one.name] = std::move(value);
    if (!wish.cause.empty()) text("cause", wish.cause);
    for (const auto& [name, json] : wish.fields) fields[name] = json;
    const auto name = counted_name(matter, who);
    text("by", name);
    text("by_id", who.actor.id);
    if (!wish.reason.empty()) text("reason", wish.reason);
    if (!wish.evidence.empty()) {
        JsonOut list;
        list.open('[');
        for (const auto& hash : wish.evidence) list.value(std::string_view(hash));
        fields["evidence"] = list.close(']').take();
    }
    const auto& waives = matter.clause().waives;
    if (wish.act == Act::Agree && waives && waives->who)
        if (const auto field = field_of(*waives->who, matter.names()); !field.empty())
            text(field, name);
    if (wish.act == Act::Redate) text(field_for_date(matter, matter.names()), to_string(wish.to));
    return fields;
}

std::string fact_text(engine::Turns& turns, Matter& matter, const Session& who, const ActWish& wish,
                      const Asked& asked, std::int64_t sequence) {
    JsonOut out;
    out.open('{').member("id", "act/" + vault::token(turns.entropy(), 12));
    out.member("kind", asked.kind).member("subject", matter.subject());
    out.member("at", matter.now()).member("sequence", sequence).key("fields").open('{');
    for (const auto& [name, json] : fields_of(matter, who, wish, asked)) out.key(name).raw(json);
    out.close('}');
    if (!wish.words.empty()) out.key("personal").open('{').member("words", wish.words).close('}');
    return out.close('}').take();
}

// Where a fact has "/0/fields/fare", the body has "/fields/fare".
Refusal flaws_of(const std::vector<wire::FactError>& errors) {
    std::vector<http::Flaw> flaws;
    for (const auto& one : errors) {
        const auto at = one.pointer.find("/fields");
        flaws.push_back(
            {.error = one.error, .pointer = at == std::string::npos ? "" : one.pointer.substr(at)});
    }
    return body_refusal(std::move(flaws));
}

// As the engine will read it: what the tenant calls personal is kept from rules.
Answered<std::vector<promise::Fact>> read_facts(Matter& matter, std::string_view text,
                                                const std::vector<std::string>& personal) {
    auto& memory = matter.memory();
    std::vector<promise::Fact> facts;
    for (const auto& one :
         TRY(wire::read_fact_list(memory.copy(text), wire::FactFormat::Document, {}, memory))) {
        if (!one.errors.empty()) return deny(flaws_of(one.errors));
        auto fields = memory.array<feel::Binding>(one.fact.fields.size());
        std::size_t count = 0;
        for (const auto& field : one.fact.fields)
            // A word that no promise knows is read by none.
            if (const auto name = matter.names().find(field.name);
                name != Symbol::None && std::ranges::find(personal, field.name) == personal.end())
                fields[count++] = {name, field.value};
        facts.push_back({.id = one.fact.id,
                         .subject = one.fact.subject,
                         .kind = matter.names().intern(one.fact.kind),
                         .at = one.fact.at,
                         .received_at = matter.now(),
                         .sequence = one.fact.sequence,
                         .fields = fields.first(count)});
    }
    return facts;
}

Refusal does_not_fit(const promise::Condition& condition, const Asked& asked) {
    std::string wanted;
    for (const auto& one : asked.fields) {
        if (!wanted.empty()) wanted += ", ";
        const bool several = one.sign == "=" && one.values.size() > 1;
        wanted += one.name + " " + (several ? "in" : one.sign);
        for (const auto& value : one.values)
            wanted += (&value == one.values.data() ? " " : ", ") +
                      (one.is_text ? "\"" + value + "\"" : value);
    }
    const auto text = shown(condition);
    if (wanted.empty()) wanted = text;
    return Error{
        .code = "act-does-not-fit",
        .what = {"不符合承诺的条件：" + text, "this isn't what the promise asks for: " + text},
        .mend = {"在 fields 里写：" + wanted, "say in \"fields\": " + wanted}};
}

int count(const Matter::Stand& stand, StepKind kind) {
    return static_cast<int>(std::ranges::count(stand.said, kind, &Said::kind));
}

// Did the fold take the act as it was meant?
bool took(Act act, const ActWish& wish, const Matter::Stand& before, const Matter::Stand& after) {
    const auto& o = after.obligation;
    const auto more = [&](StepKind kind) { return count(after, kind) > count(before, kind); };
    switch (act) {
        case Act::Claim: return o.claim == Claim::Claimed;
        case Act::Confirm: return o.claim == Claim::Confirmed;
        case Act::Reject: return o.claim == Claim::Rejected;
        case Act::Cause: return o.excuse != Excuse::None;
        case Act::Evidence: return count(after, StepKind::EvidenceSeen) > 0;
        case Act::Agree: return more(StepKind::Agreed);
        case Act::Refuse: return o.excuse == Excuse::Released;
        case Act::Redate:
            return o.extensions > before.obligation.extensions &&
                   (o.due_at == wish.to || o.state == State::Paused);
        case Act::Reopen: return more(StepKind::Reopened) || after.occurrences > before.occurrences;
    }
    check(false);
}

Refusal without_effect(const ActWish& wish, const Matter::Stand& before,
                       const Matter::Stand& after) {
    if (wish.act == Act::Redate)
        for (const auto& said : after.said)
            if (said.kind == StepKind::ExtensionRefused && said.why.contains("later"))
                return Error{
                    .code = "not-later",
                    .what = {"新日期不晚于现在的截止时间 " + to_string(before.obligation.due_at),
                             "the new date isn't later than the present one, " +
                                 to_string(before.obligation.due_at)},
                    .mend = {"选一个更晚的时间", "take a later one"}};
    return conflict("act-without-effect",
                    {"这样做不会改变这张履约单", "this would change nothing about the obligation"},
                    {"看 GET …/acts 现在能做什么", "GET …/acts says what can be done now"});
}

}  // namespace

std::string_view name_of(Act act) { return kNames[static_cast<std::size_t>(act)]; }

Text describe(Act act) {
    switch (act) {
        case Act::Claim: return {"申诉", "claim that it was broken"};
        case Act::Confirm: return {"核实属实", "confirm the claim"};
        case Act::Reject: return {"核实不属实", "reject the claim"};
        case Act::Cause: return {"登记免责原因", "record a cause that excuses it"};
        case Act::Evidence: return {"为免责举证", "hand in evidence for the cause"};
        case Act::Agree: return {"同意免责", "agree that it is excused"};
        case Act::Refuse: return {"不同意免责", "refuse to excuse it"};
        case Act::Redate: return {"改约", "agree on a new date"};
        case Act::Reopen: return {"重开", "reopen it"};
    }
    check(false);
}

const promise::Condition* condition_of(const promise::Clause& clause, Act act) {
    const auto maybe = [](const promise::OptionalCondition& one) { return one ? &*one : nullptr; };
    const auto& verify = clause.verify;
    const auto& waives = clause.waives;
    switch (act) {
        case Act::Claim: return verify ? &verify->claim : nullptr;
        case Act::Confirm: return verify ? maybe(verify->confirms) : nullptr;
        case Act::Reject: return verify ? maybe(verify->rejects) : nullptr;
        case Act::Cause: return waives ? &waives->cause : nullptr;
        case Act::Evidence: return waives ? maybe(waives->evidence) : nullptr;
        case Act::Agree: return waives ? maybe(waives->agrees) : nullptr;
        case Act::Refuse: return waives ? maybe(waives->refuses) : nullptr;
        case Act::Redate: return clause.extends ? &clause.extends->when : nullptr;
        case Act::Reopen: return clause.reopens ? &clause.reopens->when : nullptr;
    }
    check(false);
}

Asked asked_by(const promise::Condition& condition, const Names& names) {
    Asked asked;
    if (condition.kind != Symbol::None) asked.kind = names.text(condition.kind);
    if (const auto rows = promise::alternatives(condition.formula.text()))
        for (const auto& row : *rows) {
            const auto kind = std::ranges::find(row, "fact", &Comparison::name);
            if (kind == row.end() || kind->sign != "=") continue;
            if (asked.kind.empty()) asked.kind = kind->values.front();
            if (std::ranges::find(kind->values, asked.kind) == kind->values.end()) continue;
            for (const auto& one : row)
                if (is_field(one.name)) asked.fields.push_back(one);
            break;
        }
    if (asked.kind.empty())
        if (const auto kinds = promise::kinds_mentioned(condition.formula.text()); !kinds.empty())
            asked.kind = kinds.front().word;
    return asked;
}

std::optional<Refusal> hindrance(Matter& matter, const Session& who, Act act) {
    const auto* condition = matter.stands() ? condition_of(matter.clause(), act) : nullptr;
    if (condition == nullptr || asked_by(*condition, matter.names()).kind.empty())
        return conflict("no-such-act",
                        {"这个条款没有约定可以" + describe(act).zh,
                         "the clause doesn't provide for this: " + describe(act).en},
                        {"看 GET …/acts 现在能做什么", "GET …/acts says what can be done now"});
    switch (act) {
        case Act::Claim: return hinders_claim(matter, who);
        case Act::Confirm:
        case Act::Reject:
            if (auto hinders = hinders_decision(matter, who, act)) return hinders;
            return hinders_program(who);
        case Act::Agree:
        case Act::Refuse:
            if (auto hinders = hinders_excuse(matter, who, act)) return hinders;
            return hinders_program(who);
        case Act::Cause:
        case Act::Evidence: return hinders_excuse(matter, who, act);
        case Act::Redate: return hinders_date(matter);
        case Act::Reopen: {
            if (who.role == Role::Partner)
                return Error{.code = "forbidden",
                             .what = {"重开要由客户或我们的同事来办",
                                      "the customer reopens it, or one of us"},
                             .mend = {"请客户来办", "ask the customer to"}};
            const auto& o = matter.stand().obligation;
            if (o.settled_at != Instant::max()) return std::nullopt;
            return conflict("not-settled", {"还没有办结，不用重开",
                                            "it isn't settled: there is nothing to reopen"});
        }
    }
    check(false);
}

std::string claim_text(const Matter& matter, const promise::Fact& claim) {
    std::string text = std::string(claim.id) + "\n" + to_string(claim.at);
    const auto hash = vault::to_hex(tlog::sha256(text).view()).substr(0, 8);
    const auto obligation = engine::obligation_text(matter.seen().row.id);
    return std::string(kClaimPrefix) + obligation.substr(kObligationPrefix.size()) + "-" + hash;
}

std::optional<std::string> obligation_of_claim(std::string_view claim) {
    const auto dash = claim.find('-');
    if (!claim.starts_with(kClaimPrefix) || dash == std::string_view::npos) return std::nullopt;
    return std::string(kObligationPrefix) +
           std::string(claim.substr(kClaimPrefix.size(), dash - kClaimPrefix.size()));
}

const promise::Fact* find_claim(Matter& matter, std::string_view claim) {
    for (const auto* one : matter.claims())
        if (claim_text(matter, *one) == claim) return one;
    return nullptr;
}

Answered<std::string> weigh_acts(engine::Turns& turns, Matter& matter, const Session& who,
                                 const std::vector<ActWish>& wishes) {
    check(!wishes.empty());
    if (auto hinders = hindrance(matter, who, wishes.front().act)) return deny(*hinders);
    // What comes in one millisecond stays in the order in which it came.
    std::int64_t sequence = turns.rows().last_position();
    std::string text = "[";
    std::vector<Asked> asked;
    for (const auto& wish : wishes) {
        asked.push_back(asked_by(*condition_of(matter.clause(), wish.act), matter.names()));
        if (text.size() > 1) text += ',';
        text += fact_text(turns, matter, who, wish, asked.back(), ++sequence);
    }
    text += ']';
    const auto company = engine::tenant(turns.rows(), who.tenant);
    const auto facts = TRY(
        read_facts(matter, text, company ? company->personal_fields : std::vector<std::string>()));
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        const auto& condition = *condition_of(matter.clause(), wishes[i].act);
        if (!matter.holds(condition, facts[i], facts))
            return deny(does_not_fit(condition, asked[i]));
    }
    const auto before = matter.stand();
    const auto after = matter.stand_with(facts);
    for (const auto& wish : wishes)
        if (!after || !took(wish.act, wish, before, *after))
            return deny(without_effect(wish, before, after ? *after : before));
    return text;
}

Answered<void> take_acts(engine::Turns& turns, Matter& matter, const Session& who,
                         const std::vector<ActWish>& wishes) {
    const auto facts = TRY(weigh_acts(turns, matter, who, wishes));
    if (auto said = report_own(turns, who.tenant, facts); !said)
        return deny(std::move(said.error()));
    for (const auto& wish : wishes)
        turns.audit(who.actor, "obligation." + std::string(name_of(wish.act)),
                    engine::obligation_text(matter.seen().row.id));
    return {};
}

}  // namespace yinuo::server
