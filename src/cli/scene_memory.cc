#include "cli/scene_memory.h"

#include <algorithm>
#include <random>
#include <unordered_map>

#include "promise/history.h"

namespace yinuo::cli {

using promise::Fact;
using promise::Obligation;
using promise::StepKind;

namespace {

constexpr std::size_t kTwiceMost = 20'000;  // facts up to which everything is decided twice

class SubjectFacts : public remedy::FactsOf {
public:
    SubjectFacts(std::span<const Fact> facts, Instant now) {
        for (const Fact& fact : facts) all_[fact.subject].push_back(&fact);
        for (auto& [subject, own] : all_) promise::put_in_order(own, now, now);
    }
    std::span<const Fact* const> of(std::string_view subject) const override {
        const auto found = all_.find(subject);
        return found == all_.end() ? std::span<const Fact* const>() : found->second;
    }

private:
    std::unordered_map<std::string_view, std::vector<const Fact*>> all_;
};

Text words_of(StepKind kind) {
    switch (kind) {
        case StepKind::Waiting:
            return {"已有一个开始条件，还差其余", "one of its starts has come, not all"};
        case StepKind::Started: return {"开始", "started"};
        case StepKind::NotOwed: return {"不在承诺范围内", "not owed: no limit applies"};
        case StepKind::DueSet: return {"截止时间定为", "due set to"};
        case StepKind::Paused: return {"暂停计时", "paused"};
        case StepKind::Resumed: return {"恢复计时", "resumed"};
        case StepKind::CapReached: return {"暂停到上限，恢复计时", "the pause reached its cap"};
        case StepKind::DueMoved: return {"截止时间顺延到", "due moved to"};
        case StepKind::Extended: return {"改约到", "extended to"};
        case StepKind::ExtensionRefused: return {"改约无效", "extension refused"};
        case StepKind::Warned: return {"预警", "warned"};
        case StepKind::Kept: return {"兑现", "kept"};
        case StepKind::Broken: return {"违约", "broken"};
        case StepKind::LatenessEnded: return {"逾期结束", "lateness ended"};
        case StepKind::Voided: return {"作废", "void"};
        case StepKind::VoidedByUs: return {"企业取消", "void by us"};
        case StepKind::Reopened: return {"重开", "reopened"};
        case StepKind::Claimed: return {"提出申诉", "claimed"};
        case StepKind::Confirmed: return {"核实属实", "confirmed"};
        case StepKind::ConfirmedBySilence:
            return {"到期未决，视为属实", "undecided in time, so confirmed"};
        case StepKind::Rejected: return {"核实不属实", "rejected"};
        case StepKind::CauseRecorded:
            return {"记录免责原因，暂缓赔付", "a cause recorded, remedy withheld"};
        case StepKind::EvidenceSeen: return {"收到举证", "evidence seen"};
        case StepKind::Agreed: return {"同意免责", "agreed"};
        case StepKind::Refused: return {"不同意免责", "refused"};
        case StepKind::Waived: return {"免责", "waived"};
        case StepKind::Ended: return {"期满或结束", "the watch ended"};
        case StepKind::Counted: return {"计数越界", "a bound was passed"};
        case StepKind::Satisfied: return {"条件成立", "satisfied"};
        case StepKind::NotSatisfied: return {"条件不成立", "not satisfied"};
        case StepKind::NotMeasured: return {"未计量", "not measured"};
        case StepKind::StartIgnored:
            return {"已在进行中，忽略再次开始", "running already, start ignored"};
    }
    return {};
}

// Writes down the steps of some clauses.
class Teller : public promise::Story {
public:
    Teller(const promise::Promise& promise, const wire::Expectation& about, const Names& names)
        : promise_(promise), about_(about), names_(names) {}

    void tell(const Obligation& of, const promise::Step& step) override {
        const std::string& clause = promise_.clauses[static_cast<std::size_t>(of.clause)].name;
        const bool asked = about_.clause.empty() || about_.clause == clause ||
                           clause.ends_with("." + about_.clause);
        if (!asked || (!about_.subject.empty() && about_.subject != of.subject)) return;
        if (lines.size() >= kMost) return;
        const Text words = words_of(step.kind);
        std::string head =
            when_text(step.at, promise_) + " " + clause + " " + std::string(of.subject);
        if (of.occurrence > 1) head += " #" + std::to_string(of.occurrence);
        std::string tail;
        const bool until = step.until != Instant::max() && step.kind != StepKind::Resumed &&
                           step.kind != StepKind::CapReached;
        if (until) tail += " " + when_text(step.until, promise_);
        if (step.fact != nullptr) tail += " (" + std::string(names_.text(step.fact->kind)) + ")";
        if (!step.why.empty()) tail += " [" + std::string(step.why) + "]";
        lines.push_back({head + " " + words.zh + tail, head + " " + words.en + tail});
    }
    std::vector<Text> lines;

private:
    static constexpr std::size_t kMost = 40;
    const promise::Promise& promise_;
    const wire::Expectation& about_;
    const Names& names_;
};

bool same(const Obligation& a, const Obligation& b) {
    return a.clause == b.clause && a.occurrence == b.occurrence && a.subject == b.subject &&
           a.state == b.state && a.claim == b.claim && a.excuse == b.excuse &&
           a.extensions == b.extensions && a.earlier_kept == b.earlier_kept &&
           a.started_at == b.started_at && a.due_at == b.due_at && a.promised_at == b.promised_at &&
           a.broken_at == b.broken_at && a.settled_at == b.settled_at && a.paused == b.paused &&
           a.counted == b.counted && a.good == b.good;
}

void sort_by_name(std::vector<Obligation>& all) {
    std::ranges::stable_sort(
        all, {}, [](const Obligation& o) { return std::tuple(o.clause, o.subject, o.occurrence); });
}

// "subject remedy gift payee amount standing", so that sums can be compared in any order.
std::vector<std::string> owed_texts(std::span<const Obligation> obligations,
                                    std::span<const remedy::Line> owed) {
    std::vector<std::string> all;
    for (const auto& line : owed)
        all.push_back(std::string(obligations[line.obligation].subject) + ' ' +
                      std::to_string(line.remedy) + ' ' + std::to_string(line.gift) + ' ' +
                      std::string(line.payee) + ' ' +
                      line.amount.without_trailing_zeros().to_string() + ' ' +
                      std::to_string(static_cast<int>(line.standing)));
    std::ranges::sort(all);
    return all;
}

Amount amount_of(const promise::Promise& promise, int clause, std::string_view subject, int remedy,
                 int gift, std::string_view payee, const Decimal& amount,
                 const std::optional<Money>& money, Instant at) {
    const auto& by = promise.remedies[static_cast<std::size_t>(remedy)];
    const auto& row = by.gifts[static_cast<std::size_t>(gift)];
    return {.clause = promise.clauses[static_cast<std::size_t>(clause)].name,
            .subject = std::string(subject),
            .remedy = by.name,
            .payee = std::string(payee),
            .amount = money ? money->amount() : amount,
            .unit = row.amount && !row.unit.empty() ? row.unit : row.kind,
            .at = at};
}

}  // namespace

Result<House::Opened> MemoryHouse::open(const Cast& cast) {
    Opened opened{.stage = nullptr, .findings = cast.findings};
    if (!cast.has_errors()) opened.stage = std::make_unique<MemoryStage>(cast.promises, names_);
    return opened;
}

MemoryStage::MemoryStage(std::vector<const promise::Promise*> promises, Names& names)
    : names_(names), folding_(names, kept_) {
    for (const auto* one : promises) sides_.push_back({.promise = one});
}

void MemoryStage::add(const wire::SceneFact& said, std::int64_t sequence) {
    for (int k = 1; k <= said.count; ++k) {
        const std::string number = said.count > 1 ? "-" + std::to_string(k) : "";
        auto fields = memory_.array<feel::Binding>(said.fields.size());
        for (std::size_t i = 0; i < said.fields.size(); ++i)
            fields[i] = {names_.intern(said.fields[i].name), said.fields[i].value};
        facts_.push_back(
            {.id = said.id.empty() ? std::string_view() : memory_.copy(said.id + number),
             .subject = memory_.copy(said.about + number),
             .kind = names_.intern(said.kind),
             .at = said.at,
             .received_at = said.heard,
             .sequence = sequence++,
             .change = said.change,
             .fields = fields});
    }
    hearings_.push_back(said.heard);
}

Result<void> MemoryStage::move_to(Instant now) {
    for (Side& side : sides_) side.record.facts = facts_;
    std::ranges::sort(hearings_);
    const auto later = std::ranges::upper_bound(hearings_, now);
    std::vector<Instant> due(hearings_.begin(), later);
    hearings_.erase(hearings_.begin(), later);
    due.erase(std::unique(due.begin(), due.end()), due.end());
    bool steady = true;
    for (const Instant at : due)
        if (at >= done_) steady = step(at) && steady;
    if (now >= done_ && (due.empty() || due.back() != now || due.back() < done_))
        steady = step(now) && steady;
    if (steady) return {};
    return refuse(
        {.code = "unsteady",
         .what = {"同样的事再算一遍，结果变了", "deciding the same again brought something new"}});
}

bool MemoryStage::step(Instant now) {
    done_ = now;
    bool steady = true;
    const SubjectFacts known(facts_, now);
    for (Side& side : sides_) {
        for (const auto& event : promise::decide(*side.promise, side.record, now, folding_))
            evolve(side.record, event);
        const auto outcome = fold_all(*side.promise, facts_, now, folding_);
        const auto give = [&] {
            return decide_entries(*side.promise, outcome.obligations, side.entries, now, folding_,
                                  &known);
        };
        const auto given = give();
        side.entries.insert(side.entries.end(), given.begin(), given.end());
        if (facts_.size() > kTwiceMost) continue;
        steady = steady && promise::decide(*side.promise, side.record, now, folding_).empty() &&
                 give().empty();
    }
    return steady;
}

Result<std::vector<Standings>> MemoryStage::stand(Instant now) {
    std::vector<Standings> all;
    for (auto& outcome : outcomes(facts_, now)) {
        const auto& promise = *outcome.side->promise;
        Standings s{.promise = &promise,
                    .obligations = outcome.obligations,
                    .owed = {},
                    .withheld = {},
                    .given = {},
                    .taken_back = {},
                    .events = outcome.side->record.events,
                    .legs = legs(outcome, now)};
        for (const auto& line : outcome.owed) {
            const Obligation& o = outcome.obligations[line.obligation];
            if (line.standing == remedy::Standing::SetAside) continue;
            auto& into = line.standing == remedy::Standing::Owed ? s.owed : s.withheld;
            into.push_back(amount_of(promise, o.clause, o.subject, line.remedy, line.gift,
                                     line.payee, line.amount, line.money, line.at));
        }
        for (const auto& entry : outcome.side->entries) {
            auto& into = entry.back ? s.taken_back : s.given;
            into.push_back(amount_of(promise, entry.clause, entry.subject, entry.remedy, entry.gift,
                                     entry.payee, entry.amount, entry.money, entry.at));
            into.back().recorded_at = entry.recorded_at;
        }
        all.push_back(std::move(s));
    }
    return all;
}

std::vector<LegStands> MemoryStage::legs(const Outcome& outcome, Instant now) {
    const auto& promise = *outcome.side->promise;
    std::vector<LegStands> all;
    if (std::ranges::none_of(promise.clauses, [](const auto& clause) { return clause.outer >= 0; }))
        return all;
    for (std::size_t i = 0; i < outcome.obligations.size(); ++i) {
        const Obligation& outer = outcome.obligations[i];
        std::vector<Obligation> same_subject;
        for (const Obligation& o : outcome.obligations)
            if (o.subject == outer.subject) same_subject.push_back(o);
        std::vector<const Fact*> facts;
        for (const Fact& fact : facts_)
            if (fact.subject == outer.subject) facts.push_back(&fact);
        promise::put_in_order(facts, now, now);
        for (auto& part :
             twin::leg_parts(promise, outer, same_subject,
                             twin::charged_on(promise, outcome.owed, i), facts, now, folding_))
            all.push_back({std::string(outer.subject), part});
    }
    return all;
}

std::vector<MemoryStage::Outcome> MemoryStage::outcomes(std::span<const Fact> facts, Instant now) {
    const SubjectFacts known(facts, now);
    std::vector<Outcome> all;
    for (const Side& side : sides_) {
        Outcome outcome{.side = &side,
                        .obligations = fold_all(*side.promise, facts, now, folding_).obligations,
                        .owed = {}};
        outcome.owed = remedy::owed(*side.promise, outcome.obligations, now, folding_, &known);
        all.push_back(std::move(outcome));
    }
    return all;
}

std::vector<Text> MemoryStage::story(const promise::Promise& promise,
                                     const wire::Expectation& about, Instant now) {
    Teller teller(promise, about, names_);
    folding_.story = &teller;
    fold_all(promise, facts_, now, folding_);
    folding_.story = nullptr;
    return std::move(teller.lines);
}

std::optional<Text> MemoryStage::shuffled(Instant now, std::uint64_t seed) {
    std::mt19937_64 dice(seed);
    std::vector<Fact> facts = facts_;
    const std::size_t count = facts.size();
    for (std::size_t i = 0; i < count; ++i) {
        // What can be told twice needs an id to be known again by.
        if (facts[i].id.empty()) facts[i].id = memory_.copy("scene-" + std::to_string(i));
        if (dice() % 3 != 0) continue;
        Fact again = facts[i];
        if (again.change == promise::Change::Report && again.received_at < now)
            again.received_at =
                again.received_at +
                Millis{static_cast<std::int64_t>(
                    dice() % static_cast<std::uint64_t>((now - again.received_at).count + 1))};
        facts.push_back(again);
    }
    std::ranges::shuffle(facts, dice);
    auto before = outcomes(facts_, now);
    auto after = outcomes(facts, now);
    for (std::size_t s = 0; s < before.size(); ++s) {
        const auto sums = owed_texts(before[s].obligations, before[s].owed);
        const auto sums_after = owed_texts(after[s].obligations, after[s].owed);
        sort_by_name(before[s].obligations);
        sort_by_name(after[s].obligations);
        const auto& promise = *before[s].side->promise;
        if (before[s].obligations.size() != after[s].obligations.size())
            return Text{"乱序后履约单的数目不同", "shuffled, the number of obligations differs"};
        for (std::size_t i = 0; i < before[s].obligations.size(); ++i) {
            const Obligation& one = before[s].obligations[i];
            const Obligation& other = after[s].obligations[i];
            if (same(one, other)) continue;
            const Text was = obligation_text(one, promise, now),
                       is = obligation_text(other, promise, now);
            const std::string& clause = promise.clauses[static_cast<std::size_t>(one.clause)].name;
            return Text{"乱序后「" + clause + "」不同：" + was.zh + " / " + is.zh,
                        "shuffled, " + clause + " differs: " + was.en + " / " + is.en};
        }
        if (sums != sums_after) return Text{"乱序后应赔的不同", "shuffled, what is owed differs"};
    }
    return std::nullopt;
}

}  // namespace yinuo::cli
