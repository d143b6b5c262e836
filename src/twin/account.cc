#include "twin/account.h"

#include <algorithm>

#include "twin/account_words.h"
#include "twin/needed.h"

namespace yinuo::twin {
namespace {

using promise::Clause;
using promise::Fact;
using promise::Limit;
using promise::Obligation;
using promise::Step;
using promise::StepKind;
using promise::Unit;

// Keeps every step beside the obligation that it is about.
class Recorder final : public promise::Story {
public:
    explicit Recorder(Arena& memory) : memory_(memory) {}

    void tell(const Obligation& of, const Step& step) override {
        steps_.push_back({of.clause, of.occurrence, step});
        steps_.back().step.why = memory_.copy(step.why);
        pauses.tell(of, step);
    }
    struct Heard {
        int clause;
        int occurrence;
        Step step;
    };
    std::span<const Heard> steps() const { return steps_; }
    PauseStory pauses;

private:
    Arena& memory_;
    std::vector<Heard> steps_;
};

// The limit under which the first due instant was set: the row whose arithmetic gives it.
std::optional<Limit> limit_of(const promise::Promise& promise, const Clause& clause,
                              const Obligation& o) {
    if (const auto* every = std::get_if<promise::Every>(&clause.shape)) return every->interval;
    const auto* within = std::get_if<promise::Within>(&clause.shape);
    if (within == nullptr || o.started_at == Instant::max()) return std::nullopt;
    for (const auto& row : within->rows) {
        if (row.amount) return row.limit;  // its amount came from the data
        const auto due = promise::due_after(o.started_at, row.limit, promise.calendars());
        if (due && *due == o.first_due_at) return row.limit;
    }
    return std::nullopt;
}

class Reckoning {
public:
    Reckoning(const promise::Promise& promise, Account& account, std::span<const Period> pauses)
        : promise_(promise), account_(account), pauses_(pauses) {}

    void write(const Clause& clause) {
        const Obligation& o = account_.obligation;
        const Instant due = o.due_at;
        if (due == Instant::max() || o.started_at == Instant::max()) return;
        const auto limit = limit_of(promise_, clause, o);
        if (!limit) {
            if (o.promised_at != Instant::max() &&
                std::holds_alternative<promise::By>(clause.shape)) {
                const Text promised = told_instant(o.promised_at, *promise_.zone);
                const Text allowed = told_length((due - o.promised_at).count);
                account_.sum = {
                    promised.zh + " + " + allowed.zh + " = " + told_instant(due, *promise_.zone).zh,
                    promised.en + " + " + allowed.en + " = " +
                        told_instant(due, *promise_.zone).en};
            }
            return;
        }
        if (o.extensions > 0) return;  // the due instant came from consent, not from counting
        if (limit->unit == Unit::WorkingDays) {
            days(*limit, due);
        } else if (limit->schedule >= 0 && limit->unit == Unit::Work) {
            work(promise_.schedules[static_cast<std::size_t>(limit->schedule)], due);
        } else {
            clock(due);
        }
        add_up();
    }

private:
    void add(Instant begin, Instant end, bool counts, std::int64_t amount, Text why) {
        if (begin < end)
            account_.parts.push_back({begin, end, counts, counts ? amount : 0, std::move(why)});
    }

    // [begin, end) with the pauses cut out.
    void add_cut(Instant begin, Instant end, bool open, const Text& why) {
        for (const Period& pause : pauses_) {
            if (pause.end <= begin || pause.begin >= end) continue;
            add(begin, std::max(begin, pause.begin), open, (pause.begin - begin).count, why);
            const Instant until = std::min(end, pause.end);
            add(std::max(begin, pause.begin), until, false, 0, {"暂停计时", "paused"});
            begin = until;
        }
        add(begin, end, open, (end - begin).count, why);
    }

    void work(const calendar::Schedule& schedule, Instant due) {
        for (const auto& stretch : schedule.explain(account_.obligation.started_at, due))
            add_cut(stretch.begin, stretch.end, stretch.open, describe(stretch));
    }

    void clock(Instant due) {
        add_cut(account_.obligation.started_at, due, true, {"计时", "counts"});
    }

    void days(const Limit& limit, Instant due) {
        account_.parts_in_days = true;
        const auto& schedule = promise_.schedules[static_cast<std::size_t>(limit.schedule)];
        const Zone& zone = schedule.zone();
        const Date last = zone.to_local(due - Millis{1}).date();
        for (Date date = zone.to_local(account_.obligation.started_at).date().plus_days(1);
             date <= last; date = date.plus_days(1)) {
            const Instant begin = zone.start_of_day(date),
                          end = zone.start_of_day(date.plus_days(1));
            const auto stretches = schedule.explain(begin, end);
            const auto telling = std::ranges::find_if(
                stretches, [&](const auto& s) { return s.open == schedule.is_workday(date); });
            add(begin, end, schedule.is_workday(date), 1,
                telling == stretches.end() ? Text{} : describe(*telling));
        }
    }

    void add_up() {
        std::int64_t sum = 0;
        std::string zh, en;
        int terms = 0;
        for (const Part& part : account_.parts) {
            if (!part.counts) continue;
            sum += part.amount;
            if (++terms > 12) continue;
            const Text one = account_.parts_in_days ? Text{"1", "1"} : told_length(part.amount);
            zh += (zh.empty() ? "" : " + ") + one.zh;
            en += (en.empty() ? "" : " + ") + one.en;
        }
        if (terms == 0) return;
        if (terms > 12) zh += " + …", en += " + ...";
        const Text all = account_.parts_in_days ? told_days(sum) : told_length(sum);
        account_.sum = {zh + " = " + all.zh, en + " = " + all.en};
    }

    const promise::Promise& promise_;
    Account& account_;
    std::span<const Period> pauses_;
};

std::string told_amount(const promise::Gift& gift, const remedy::Line& line) {
    if (line.money) return line.money->to_string();
    return gift.unit.empty() ? std::string() : line.amount.to_string() + " " + gift.unit;
}

// All obligations here are of one subject.
class OwnFacts final : public remedy::FactsOf {
public:
    explicit OwnFacts(std::span<const Fact* const> facts) : facts_(facts) {}
    std::span<const Fact* const> of(std::string_view) const override { return facts_; }

private:
    std::span<const Fact* const> facts_;
};

Given given(const promise::Promise& promise, const remedy::Line& line) {
    const auto& remedy = promise.remedies[static_cast<std::size_t>(line.remedy)];
    const auto& gift = remedy.gifts[static_cast<std::size_t>(line.gift)];
    Given given{.at = line.at,
                .remedy = remedy.name,
                .kind = gift.kind,
                .amount = told_amount(gift, line),
                .payee = std::string(line.payee),
                .stands = line.standing,
                .standing = {"应赔", "owed"}};
    if (line.standing == remedy::Standing::Withheld)
        given.standing = {"暂缓：" + line.why.zh, "withheld: " + line.why.en};
    if (line.standing == remedy::Standing::SetAside)
        given.standing = {"不另赔：" + line.why.zh, "set aside: " + line.why.en};
    return given;
}

std::vector<Account> accounts_by(const Fold* fold, std::span<promise::Promise> promises,
                                 std::span<const Fact* const> facts, std::string_view clause,
                                 Instant now, Names& names, Arena& kept) {
    std::vector<Account> all;
    for (const promise::Promise& promise : promises) {
        promise::Folding folding(names, kept);
        Recorder recorder(kept);
        folding.story = &recorder;
        std::vector<Obligation> obligations;
        if (fold != nullptr)
            (*fold)(folding, obligations);
        else
            promise::fold_subject(promise, facts, now, folding, obligations);
        folding.story = nullptr;
        const OwnFacts own(facts);
        const auto lines = remedy::owed(promise, obligations, now, folding, &own);
        for (std::size_t i = 0; i < obligations.size(); ++i) {
            const Obligation& o = obligations[i];
            const Clause& of = promise.clauses[static_cast<std::size_t>(o.clause)];
            if (!clause.empty() && of.name != clause) continue;
            Account& account = all.emplace_back();
            account.promise = &promise;
            account.obligation = o;
            for (const auto& heard : recorder.steps())
                if (heard.clause == o.clause && heard.occurrence == o.occurrence)
                    account.story.push_back({heard.step.at, heard.step.kind,
                                             told(promise, of, heard.step, names),
                                             heard.step.fact == nullptr
                                                 ? std::string()
                                                 : std::string(names.text(heard.step.fact->kind))});
            std::ranges::stable_sort(account.story, {}, &Told::at);
            std::vector<Period> pauses;
            recorder.pauses.pauses_of(o, std::min(o.settled_at, now), pauses);
            Reckoning(promise, account, pauses).write(of);
            account.verdict = told_verdict(promise, o, now);
            for (const auto& line : lines)
                if (line.obligation == i) account.owed.push_back(given(promise, line));
            account.legs = leg_parts(promise, o, obligations, charged_on(promise, lines, i), facts,
                                     now, folding);
            const bool answered =
                std::ranges::any_of(promise.remedies, [&](const promise::Remedy& remedy) {
                    return (o.state == promise::State::Broken || remedy.also_if_kept) &&
                           std::ranges::find(remedy.clauses, o.clause) != remedy.clauses.end();
                });
            if (!answered) continue;
            for (const auto& line : remedy::installments(promise, o, now, folding, facts)) {
                const auto& clauses =
                    promise.remedies[static_cast<std::size_t>(line.remedy)].clauses;
                if (std::ranges::find(clauses, o.clause) != clauses.end())
                    account.installments.push_back(given(promise, line));
            }
        }
    }
    return all;
}

}  // namespace

std::vector<Account> accounts(std::span<promise::Promise> promises,
                              std::span<const Fact* const> facts, std::string_view clause,
                              Instant now, Names& names, Arena& kept) {
    return accounts_by(nullptr, promises, facts, clause, now, names, kept);
}

std::vector<Account> accounts_across(promise::Promise& promise, std::span<const Fact* const> facts,
                                     const Fold& fold, Instant now, Names& names, Arena& kept) {
    return accounts_by(&fold, {&promise, 1}, facts, {}, now, names, kept);
}

}  // namespace yinuo::twin
