#include "server/telling.h"

#include "base/arena.h"
#include "engine/entry.h"
#include "server/obligation_out.h"

namespace yinuo::server {
namespace {

using engine::ObligationChange;

class Teller {
public:
    Teller(const engine::Shelf& shelf, const store::Entry& entry, std::vector<TimelineStep>& into)
        : shelf_(shelf), entry_(entry), into_(into) {}

    void fact(const engine::LoggedFact& fact) {
        auto& step = add("fact", fact.at);
        step.kind = fact.kind;
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

    void change(const ObligationChange& change) {
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
            if (!event.who.empty()) {
                (step.words.zh += "（") += std::string(event.who) + "）";
                (step.words.en += " (") += std::string(event.who) + ")";
            }
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

private:
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
                                               .payee = {}});
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
        if (entry.kind != static_cast<std::uint8_t>(engine::EntryKind::Turn)) return true;
        Arena memory;
        const auto turn = engine::read_turn(entry.body, memory);
        if (!turn) throw store::Trouble(turn.error());
        Teller teller(shelf, entry, steps);
        if (!only)
            for (const auto& fact : turn->facts) teller.fact(fact);
        for (const auto& change : turn->changes)
            if (!only || change.id == *only) teller.change(change);
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
    out.member_if("unit", step.unit).member_if("payee", step.payee);
    write_text(out.key("words"), step.words);
    out.close('}');
}

}  // namespace yinuo::server
