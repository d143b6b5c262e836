#include "server/people_out.h"

#include <algorithm>
#include <set>

#include "engine/evidence.h"
#include "server/dates.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

using promise::Claim;
using promise::Excuse;
using promise::Fact;
using promise::StepKind;

constexpr std::string_view kClaims[] = {"open", "open", "confirmed", "rejected"};
constexpr std::string_view kSteps[] = {"recorded", "evidence", "agreed", "refused"};
const Text kByRule = {"按承诺的约定", "the promise's rule"};

Text claim_words(std::string_view state) {
    if (state == "confirmed") return {"属实", "confirmed"};
    if (state == "rejected") return {"不属实", "rejected"};
    return {"待核实", "to be verified"};
}

Text excuse_words(Excuse excuse) {
    switch (excuse) {
        case Excuse::None: return {};
        case Excuse::Withheld: return {"待同意", "to be agreed"};
        case Excuse::Released: return {"不予免责", "not excused"};
        case Excuse::Waived: return {"已免责", "excused"};
    }
    return {};
}

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
    std::string all;
    for (const auto& text : texts) {
        if (!all.empty()) all += between;
        all += text;
    }
    return all;
}

bool is_excuse(StepKind kind) {
    return kind == StepKind::CauseRecorded || kind == StepKind::EvidenceSeen ||
           kind == StepKind::Agreed || kind == StepKind::Refused;
}

std::string_view word_of(StepKind kind) {
    if (kind == StepKind::CauseRecorded) return kSteps[0];
    if (kind == StepKind::EvidenceSeen) return kSteps[1];
    return kind == StepKind::Agreed ? kSteps[2] : kSteps[3];
}

std::string name_in(Matter& matter, const Said& said) {
    if (said.kind == StepKind::Agreed && !said.why.empty()) return said.why;
    return said.fact == nullptr ? std::string() : text_in(*said.fact, matter.names(), "by");
}

// Files by their hashes, each once; with the number of those that are known about the subject.
void write_files(JsonOut& out, Matter& matter, store::Reading& rows,
                 const std::vector<std::string>& hashes) {
    out.key("evidence").open('[');
    if (!hashes.empty()) {
        const auto stream = rows.find_stream(matter.seen().row.tenant, matter.subject());
        const auto all =
            stream ? engine::evidence_of(rows, nullptr, *stream) : std::vector<engine::Evidence>();
        for (const auto& hash : std::set<std::string>(hashes.begin(), hashes.end())) {
            const auto found = std::ranges::find(all, hash, &engine::Evidence::sha256);
            out.open('{');
            if (found != all.end()) out.member("id", engine::evidence_text(found->position));
            out.member("sha256", hash);
            if (found != all.end())
                out.member("media_type", found->media_type).member("at", found->at);
            out.close('}');
        }
    }
    out.close(']');
}

struct Decision {
    std::string_view state = "open";
    const Said* said = nullptr;
};
// Of the round that the claim belongs to: what was decided last before somebody claimed anew.
Decision decision_on(Matter& matter, const Fact& claim) {
    Decision made;
    for (const auto& said : matter.stand().said) {
        if (said.at < claim.at) continue;
        if (said.kind == StepKind::Claimed && made.said != nullptr) break;
        const bool confirmed =
            said.kind == StepKind::Confirmed || said.kind == StepKind::ConfirmedBySilence;
        if (confirmed || said.kind == StepKind::Rejected)
            made = {.state = confirmed ? kClaims[2] : kClaims[3], .said = &said};
    }
    return made;
}

void write_waiver(JsonOut& out, Matter& matter, store::Reading& rows) {
    const auto& stand = matter.stand();
    std::vector<std::string> hashes;
    out.key("waiver").open('{');
    constexpr std::string_view kStates[] = {"", "open", "released", "waived"};
    out.member("state", kStates[static_cast<std::size_t>(stand.obligation.excuse)]);
    write_text(out.key("state_text"), excuse_words(stand.obligation.excuse));
    out.member("people_needed", matter.clause().waives->people).key("said").open('[');
    for (const auto& said : stand.said) {
        if (!is_excuse(said.kind) || said.fact == nullptr) continue;
        out.open('{').member("what", word_of(said.kind)).member("at", said.at);
        out.member_if("by", name_in(matter, said));
        if (said.kind == StepKind::CauseRecorded)
            out.member_if("cause", text_in(*said.fact, matter.names(), "cause"));
        out.member_if("reason", text_in(*said.fact, matter.names(), "reason")).close('}');
        for (auto& hash : texts_in(*said.fact, matter.names(), "evidence"))
            hashes.push_back(std::move(hash));
    }
    out.close(']');
    write_files(out, matter, rows, hashes);
    write_text(out.key("words"), waiver_words(matter));
    out.close('}');
}

// Without `said_in` its date was never moved.
void write_dates(JsonOut& out, const promise::Clause& clause, const store::ObligationRow& row,
                 const std::optional<Proposal>& proposal, Matter* said_in) {
    out.key("dates").open('{');
    out.member("left", std::max<std::int64_t>(0, clause.extends->times - row.extensions));
    out.key("agreed").open('[');
    if (said_in != nullptr)
        for (const auto& said : said_in->stand().said) {
            if (said.kind != StepKind::Extended || said.fact == nullptr) continue;
            out.open('{').member("at", said.at).member("to", said.until);
            out.member_if("by", text_in(*said.fact, said_in->names(), "by"));
            out.member_if("reason", text_in(*said.fact, said_in->names(), "reason")).close('}');
        }
    out.close(']');
    if (proposal) write_proposal(out.key("proposal"), *proposal, row);
    out.close('}');
}

// Nothing is said of dates that can't be moved any more and never were.
void write_dates(JsonOut& out, store::Reading& rows, const promise::Clause& clause,
                 const store::ObligationRow& row, Matter* said_in) {
    if (!clause.extends) return;
    const auto proposal = find_proposal(rows, row.tenant, row.id);
    if (proposal || row.extensions != 0 || promise::is_open(static_cast<promise::State>(row.state)))
        write_dates(out, clause, row, proposal, said_in);
}

struct Way {
    Act act;
    std::string_view verb;  // after /api/v1/obligations/{id}
};
constexpr Way kWays[] = {
    {Act::Claim, "/claims"},         {Act::Confirm, "confirm"},  {Act::Reject, "reject"},
    {Act::Cause, "/waiver"},         {Act::Evidence, "/waiver"}, {Act::Agree, "/waiver/agree"},
    {Act::Refuse, "/waiver/refuse"}, {Act::Redate, "/dates"},    {Act::Reopen, "/reopen"},
};

std::string path_of(Matter& matter, const Way& way) {
    if (way.act != Act::Confirm && way.act != Act::Reject)
        return "/api/v1/obligations/" + engine::obligation_text(matter.seen().row.id) +
               std::string(way.verb);
    const auto claims = matter.claims();
    return "/api/v1/claims/" + (claims.empty() ? "" : claim_text(matter, *claims.back())) + "/" +
           std::string(way.verb);
}

void write_act(JsonOut& out, Matter& matter, const Way& way, std::string_view path) {
    const auto& condition = *condition_of(matter.clause(), way.act);
    const auto asked = asked_by(condition, matter.names());
    out.open('{').member("act", name_of(way.act));
    write_text(out.key("title"), describe(way.act));
    out.member("method", "POST").member("path", path);
    out.member("condition", condition.formula.text()).member("fact", asked.kind);
    out.key("fields").open('[');
    for (const auto& one : asked.fields) {
        out.open('{').member("name", one.name).member("sign", one.sign);
        out.list("values", one.values).member("text", one.is_text);
        // What can only be one value is filled in by itself.
        out.member("filled", one.sign == "=" && one.values.size() == 1).close('}');
    }
    out.close(']').close('}');
}

}  // namespace

Text waiver_words(Matter& matter) {
    const auto& stand = matter.stand();
    std::string cause;
    std::vector<std::string> agreed;
    std::string refused;
    std::set<std::string> files;
    bool seen = false;
    for (const auto& said : stand.said) {
        if (!is_excuse(said.kind) || said.fact == nullptr) continue;
        const auto& names = matter.names();
        if (said.kind == StepKind::CauseRecorded)
            for (const auto* name : {"reason", "note", "cause"})
                if (cause.empty()) cause = text_in(*said.fact, names, name);
        if (said.kind == StepKind::Agreed) {
            const auto name = name_in(matter, said);
            if (std::ranges::find(agreed, name) == agreed.end()) agreed.push_back(name);
        }
        if (said.kind == StepKind::Refused) refused = name_in(matter, said);
        if (said.kind == StepKind::EvidenceSeen) seen = true;
        for (auto& hash : texts_in(*said.fact, names, "evidence")) files.insert(std::move(hash));
    }
    const auto count = files.empty() && seen ? std::size_t{1} : files.size();
    Text words = {"原因：" + cause + "。", "Cause: " + cause + ". "};
    if (cause.empty()) words = {};
    if (!agreed.empty()) {
        words.zh += joined(agreed, "、") + (agreed.size() > 1 ? "核实并同意" : "同意");
        words.en += joined(agreed, " and ") + " looked into it and agreed";
    }
    const auto missing = matter.clause().waives->people - static_cast<int>(agreed.size());
    if (!refused.empty()) {
        words.zh += (agreed.empty() ? "" : "，") + refused + "不同意，照常补偿";
        words.en += (agreed.empty() ? "" : "; ") + refused + " refused: you get what was promised";
    } else if (missing > 0) {
        words.zh += (agreed.empty() ? "还要 " : "，还要 ") + std::to_string(missing) + " 人同意";
        words.en += (agreed.empty() ? "" : "; ") + std::to_string(missing) + " more must agree";
    }
    words.zh += "，证据 " + std::to_string(count) + " 份";
    words.en += "; " + std::to_string(count) + (count == 1 ? " file" : " files");
    return words;
}

void write_claim(JsonOut& out, Matter& matter, store::Reading& rows, const Fact& claim,
                 std::string_view words) {
    const auto& names = matter.names();
    const auto decision = decision_on(matter, claim);
    const auto& row = matter.seen().row;
    out.open('{').member("id", claim_text(matter, claim));
    out.member("obligation", engine::obligation_text(row.id)).member("subject", matter.subject());
    out.member("promise", matter.version().label).member("clause", matter.clause().name);
    write_text(out.key("title"), matter.clause().title);
    out.member("state", decision.state);
    write_text(out.key("state_text"), claim_words(decision.state));
    out.member("at", claim.at).member_if("by", text_in(claim, names, "by"));
    out.member_if("words", words);
    auto hashes = texts_in(claim, names, "evidence");
    if (decision.said == nullptr) {
        out.member_if("due_at", matter.claim_due(rows));
    } else {
        const auto& said = *decision.said;
        out.member("decided_at", said.at);
        const bool by_rule = said.kind == StepKind::ConfirmedBySilence || said.fact == nullptr;
        const auto by = by_rule ? std::string() : text_in(*said.fact, names, "by");
        write_text(out.key("decided_by"), by_rule ? kByRule : Text{by, by});
        if (!by_rule) {
            out.member_if("reason", text_in(*said.fact, names, "reason"));
            for (auto& hash : texts_in(*said.fact, names, "evidence"))
                hashes.push_back(std::move(hash));
        }
    }
    write_files(out, matter, rows, hashes);
    out.close('}');
}

void write_people(JsonOut& out, Matter& matter, store::Reading& rows) {
    if (!matter.stands()) return;
    if (const auto claims = matter.claims(); !claims.empty()) {
        out.key("claims").open('[');
        for (const auto* claim : claims) write_claim(out, matter, rows, *claim);
        out.close(']');
    }
    if (matter.clause().waives && matter.stand().obligation.excuse != Excuse::None)
        write_waiver(out, matter, rows);
    write_dates(out, rows, matter.clause(), matter.seen().row, &matter);
}

void write_people(JsonOut& out, store::Reading& rows, engine::Shelf& shelf,
                  const SeenObligation& seen, Instant now) {
    const auto& row = seen.row;
    const auto* version = shelf.find(row.version);
    if (version == nullptr) return;
    if (row.claim != 0 || row.excuse != 0 || row.extensions != 0) {
        Matter matter(rows, shelf, seen, now);
        return write_people(out, matter, rows);
    }
    write_dates(out, rows, version->promise->clauses[static_cast<std::size_t>(row.clause)], row,
                nullptr);
}

bool may_read_words(const Session& who) {
    return who.role == Role::Customer || who.may.has(Permission::ClaimsDecide);
}

std::string words_of(store::Reading& rows, engine::Keys& keys, Matter& matter, const Fact& claim) {
    const auto colon = claim.id.find(':');
    if (colon == std::string_view::npos) return {};
    const auto stream = rows.find_stream(matter.seen().row.tenant, claim.subject);
    if (!stream) return {};
    std::string words;
    rows.entries_of(stream->id, 0, [&](const store::Entry& entry) {
        if (entry.kind != static_cast<std::uint8_t>(engine::EntryKind::Turn)) return true;
        Arena memory;
        const auto turn = engine::read_turn(entry.body, memory);
        if (!turn) throw store::Trouble(turn.error());
        for (const auto& fact : turn->facts) {
            const bool is = std::to_string(fact.source) == claim.id.substr(0, colon) &&
                            fact.id == claim.id.substr(colon + 1);
            if (!is || fact.sealed.empty()) continue;
            const auto opened = keys.unseal(rows, stream->tenant, turn->customer, stream->name,
                                            fact.id, fact.sealed);
            const auto json = opened ? wire::parse_json(*opened, memory)
                                     : Result<wire::Json>(refuse(opened.error()));
            const auto* found = json ? json->find("words") : nullptr;
            if (found != nullptr) words = found->text;
        }
        return words.empty();
    });
    return words;
}

bool may_act(const Session& who, Act act) {
    switch (act) {
        case Act::Claim:
        case Act::Reopen: return who.may.has(Permission::ClaimsMake);
        case Act::Confirm:
        case Act::Reject:
        case Act::Cause:
        case Act::Evidence:
        case Act::Agree:
        case Act::Refuse:
        case Act::Redate: return who.may.has(Permission::ClaimsDecide);
    }
    return false;
}

void write_acts(JsonOut& out, Matter& matter, store::Reading& rows, const Session& who) {
    if (!matter.stands()) return;
    const auto& row = matter.seen().row;
    for (const auto& way : kWays) {
        // Evidence is asked for once, while the cause waits for it.
        if (way.act == Act::Evidence &&
            std::ranges::find(matter.stand().said, StepKind::EvidenceSeen, &Said::kind) !=
                matter.stand().said.end())
            continue;
        if (may_act(who, way.act) && !hindrance(matter, who, way.act))
            write_act(out, matter, way, path_of(matter, way));
    }
    if (!matter.clause().extends || hindrance(matter, who, Act::Redate)) return;
    const auto proposal = find_proposal(rows, row.tenant, row.id);
    if (!proposal || !is_open(*proposal, row)) return;
    const bool own = who.role == Role::Customer || who.may.has(Permission::ClaimsDecide);
    if (own)
        for (const auto* verb : {"/dates/agree", "/dates/decline"})
            write_act(out, matter, {Act::Redate, verb},
                      "/api/v1/obligations/" + engine::obligation_text(row.id) + verb);
}

}  // namespace yinuo::server
