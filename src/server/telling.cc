#include "server/telling.h"

#include <algorithm>

#include "base/arena.h"
#include "engine/entry.h"
#include "engine/evidence.h"
#include "engine/paying.h"
#include "engine/paying_entry.h"
#include "server/obligation_out.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

using engine::ObligationChange;
using promise::EventKind;

std::string text_in(const engine::LoggedFact& fact, std::string_view name) {
    const auto found = std::ranges::find(fact.fields, name, &engine::Field::name);
    if (found == fact.fields.end() || found->value.type() != feel::Type::String) return {};
    return std::string(found->value.as_string());
}

// What people decide, and whose words belong to it.
bool is_peoples(EventKind kind) {
    switch (kind) {
        case EventKind::Claimed:
        case EventKind::Confirmed:
        case EventKind::Rejected:
        case EventKind::Withheld:
        case EventKind::EvidenceSeen:
        case EventKind::Agreed:
        case EventKind::Released:
        case EventKind::Extended:
        case EventKind::Reopened: return true;
        default: return false;
    }
}

Text channel_words(std::string_view channel) {
    if (channel == "mail") return {"邮件", "by mail"};
    if (channel == "sms") return {"短信", "by text message"};
    if (channel == "page") return {"客户页面", "on their page"};
    return {std::string(channel), "by " + std::string(channel)};
}

class Teller {
public:
    Teller(const engine::Shelf& shelf, const store::Entry& entry, std::vector<TimelineStep>& into)
        : shelf_(shelf), entry_(entry), into_(into) {}

    void fact(const engine::LoggedFact& fact) {
        auto& step = add("fact", fact.at);
        step.kind = fact.kind;
        step.source = fact.source;
        step.by = text_in(fact, "by");
        const auto name = name_of(fact.kind);
        switch (fact.change) {
            case promise::Change::Report:
                step.words = {"业务记录：" + name.zh, "fact: " + name.en};
                break;
            case promise::Change::Correct:
                step.words = {"更正业务记录：" + name.zh, "fact corrected: " + name.en};
                break;
            case promise::Change::Retract:
                step.words = {"撤回业务记录：" + name.zh, "fact retracted: " + name.en};
                break;
        }
    }

    // `facts` came in the same turn: who did it, and why, stands in them.
    void change(const ObligationChange& change, std::span<const engine::LoggedFact> facts) {
        const auto* version = shelf_.find(change.version);
        for (const auto& event : change.steps) {
            auto& step = add("obligation", event.at);
            step.obligation = change.id;
            const auto word = promise::describe(event.kind);
            step.kind = word.en;
            step.words = word;
            if (event.kind == promise::EventKind::Reversed) {
                const auto was = promise::describe(event.reversed);
                step.reversed = was.en;
                step.words = {"撤销先前的结论“" + was.zh + "”",
                              "the earlier \"" + was.en + "\" no longer holds"};
            }
            step.who = event.who;
            step.due_at = event.due_at;
            tell_who(step, event, facts);
            if (event.due_at < Instant::max()) {
                step.words.zh += "，截止 " + to_string(event.due_at);
                step.words.en += ", due " + to_string(event.due_at);
            }
            name_clause(step, version, change.clause);
        }
    }

    void remedy(const engine::RemedyChange& change) {
        auto& step = add("remedy", change.at);
        step.obligation = change.obligation;
        step.kind = change.back ? "taken back" : "given";
        step.amount = change.amount.to_string();
        step.payee = change.payee;
        std::string amount = step.amount;
        std::string name;
        if (const auto* version = shelf_.find(change.version)) {
            const auto& remedy =
                version->promise->remedies[static_cast<std::size_t>(change.remedy)];
            const auto& gift = remedy.gifts[static_cast<std::size_t>(change.gift)];
            step.remedy = name = remedy.name;
            step.unit = gift.amount && !gift.unit.empty() ? gift.unit : gift.kind;
        }
        if (const auto currency = Currency::parse(change.currency)) {
            const Money money{.minor = change.minor, .currency = *currency};
            amount = money.to_string();
            step.amount = money.amount().to_string();
            step.unit = currency->code();
        }
        step.words = change.back
                         ? Text{"收回补偿 " + name + " " + amount,
                                "remedy taken back: " + name + " " + amount}
                         : Text{"补偿 " + name + " " + amount, "remedy: " + name + " " + amount};
    }

    // Without what it is worth: a partner may see that it went its way, not more.
    void payout(const engine::PayoutView& view) {
        auto& step = add("payout", view.changed_at);
        step.obligation = view.row.obligation;
        step.kind = remedy::name_of(view.payout.state);
        step.id = engine::payout_text(view.row.id);
        step.remedy = view.remedy;
        const auto state = remedy::describe(view.payout.state);
        step.words = {"赔付 " + view.remedy + "：" + state.zh,
                      "payout " + view.remedy + ": " + state.en};
    }

    void evidence(const wire::Json& body) {
        const auto text = [&](std::string_view name) {
            const auto* found = body.find(name);
            return found == nullptr ? std::string() : std::string(found->text);
        };
        auto& step = add("evidence", entry_.recorded_at);
        step.kind = text("media_type");
        step.who = text("by");
        step.id = engine::evidence_text(entry_.position);
        step.words = {"收到材料 " + step.id + "（" + step.kind + "）",
                      "a file was handed in: " + step.id + " (" + step.kind + ")"};
    }

    // Of a delivery that is no notice it tells nothing.
    void notice(const wire::Json& body, std::optional<store::ObligationId> only) {
        const auto text = [&](std::string_view name) {
            const auto* found = body.find(name);
            return found == nullptr ? std::string() : std::string(found->text);
        };
        if (text("type") != "notice") return;
        const auto* about = body.find("obligations");
        if (only &&
            (about == nullptr || std::ranges::find(about->items, engine::obligation_text(*only),
                                                   &wire::Json::text) == about->items.end()))
            return;
        auto& step = add("notice", entry_.recorded_at);
        step.kind = text("template");
        step.id = text("notice");
        const auto by = channel_words(text("channel"));
        const auto outcome = text("outcome");
        if (outcome == "sent")
            step.words = {"已告知客户：" + step.kind + "（" + by.zh + "）",
                          "the customer was told: " + step.kind + ", " + by.en};
        else
            step.words = {"未能告知客户：" + step.kind,
                          "the customer couldn't be told: " + step.kind};
    }

private:
    void tell_who(TimelineStep& step, const ObligationChange::Step& event,
                  std::span<const engine::LoggedFact> facts) {
        std::string who(event.who), why;
        if (is_peoples(event.kind))
            for (const auto& fact : facts) {
                if (fact.at != event.at) continue;
                if (who.empty()) who = text_in(fact, "by");
                if (why.empty()) why = text_in(fact, "reason");
            }
        if (step.who.empty()) step.who = who;
        const bool customer = who == "customer";
        Text said = {customer ? "客户" : who, customer ? "the customer" : who};
        const bool by_rule = facts.empty() && (event.kind == EventKind::Confirmed ||
                                               event.kind == EventKind::Rejected);
        if (by_rule) said = {"到期没有结论，按承诺的约定", "undecided in time: the promise's rule"};
        if (!why.empty()) {
            said.zh += (said.zh.empty() ? "" : "：") + why;
            said.en += (said.en.empty() ? "" : ": ") + why;
        }
        if (said.zh.empty()) return;
        (step.words.zh += "（") += said.zh + "）";
        (step.words.en += " (") += said.en + ")";
    }

    TimelineStep& add(std::string_view what, Instant at) {
        return into_.emplace_back(TimelineStep{.position = entry_.position,
                                               .at = at,
                                               .recorded_at = entry_.recorded_at,
                                               .what = what,
                                               .kind = {},
                                               .clause = {},
                                               .words = {},
                                               .reversed = {},
                                               .who = {},
                                               .remedy = {},
                                               .amount = {},
                                               .unit = {},
                                               .payee = {},
                                               .id = {}});
    }

    // The clause's own title in front, so that several obligations can be told apart.
    static void name_clause(TimelineStep& step, const engine::Version* version, int clause) {
        if (version == nullptr) return;
        const auto& of = version->promise->clauses[static_cast<std::size_t>(clause)];
        step.clause = of.name;
        step.words.zh = (of.title.zh.empty() ? of.name : of.title.zh) + "：" + step.words.zh;
        step.words.en = (of.title.en.empty() ? of.name : of.title.en) + ": " + step.words.en;
    }

    // What a promise of this tenant calls that kind of fact.
    Text name_of(std::string_view kind) const {
        for (const auto* version : shelf_.of(entry_.tenant)) {
            const auto& names = version->promise->fact_names;
            const auto found = names.find(std::string(kind));
            if (found != names.end() && !found->second.zh.empty()) return found->second;
        }
        return {std::string(kind), std::string(kind)};
    }

    const engine::Shelf& shelf_;
    const store::Entry& entry_;
    std::vector<TimelineStep>& into_;
};

}  // namespace

std::vector<TimelineStep> steps_of(store::Reading& reading, const engine::Shelf& shelf,
                                   const store::Stream& stream, store::Position from,
                                   std::size_t most, std::optional<store::ObligationId> only) {
    std::vector<TimelineStep> steps;
    reading.entries_of(stream.id, from, [&](const store::Entry& entry) {
        Arena memory;
        Teller teller(shelf, entry, steps);
        const auto kind = static_cast<engine::EntryKind>(entry.kind);
        if (kind == engine::EntryKind::Payout) {
            const auto payout = engine::read_payout(entry);
            if (!payout) throw store::Trouble(payout.error());
            if (!only || payout->view.row.obligation == *only) teller.payout(payout->view);
        }
        if (kind == engine::EntryKind::Delivery || kind == engine::EntryKind::Evidence) {
            const auto body = wire::parse_json(entry.body, memory);
            if (!body) throw store::Trouble(body.error());
            if (kind == engine::EntryKind::Delivery) teller.notice(*body, only);
            if (kind == engine::EntryKind::Evidence && !only) teller.evidence(*body);
        }
        if (kind != engine::EntryKind::Turn) return steps.size() < most;
        const auto turn = engine::read_turn(entry.body, memory);
        if (!turn) throw store::Trouble(turn.error());
        if (!only)
            for (const auto& fact : turn->facts) teller.fact(fact);
        for (const auto& change : turn->changes)
            if (!only || change.id == *only) teller.change(change, turn->facts);
        for (const auto& change : turn->remedies)
            if (!only || change.obligation == *only) teller.remedy(change);
        return steps.size() < most;
    });
    return steps;
}

void write_step(JsonOut& out, const TimelineStep& step) {
    out.open('{').member("position", step.position).member("at", step.at);
    out.member("recorded_at", step.recorded_at).member("what", step.what);
    out.member("kind", step.kind);
    if (step.obligation != 0) out.member("obligation", engine::obligation_text(step.obligation));
    out.member_if("clause", step.clause).member_if("reversed", step.reversed);
    out.member_if("who", step.who).member_if("due_at", step.due_at);
    out.member_if("remedy", step.remedy).member_if("amount", step.amount);
    out.member_if("unit", step.unit).member_if("payee", step.payee).member_if("id", step.id);
    write_text(out.key("words"), step.words);
    out.close('}');
}

}  // namespace yinuo::server
