#include "twin/run.h"

#include <algorithm>
#include <array>

#include "promise/history.h"

namespace yinuo::twin {
namespace {

using promise::Clause;
using promise::Fact;
using promise::Obligation;
using promise::State;

bool before(const Fact* a, const Fact* b) { return promise::comes_before(*a, *b); }

bool looks_across(const Clause& clause) {
    return clause.per || std::holds_alternative<promise::Rate>(clause.shape);
}

}  // namespace

Run::Run(std::vector<promise::Promise>& promises, const History& history, const Question& question,
         Names& names, bool curves, bool lists)
    : history_(history),
      question_(question),
      names_(names),
      folding_(names, kept_),
      facts_of_(history, question.now),
      lists_(lists) {
    forgets_ = true;
    for (auto& promise : promises) {
        VersionRun run;
        run.promise = &promise;
        run.ledger = std::make_unique<Ledger>(promise, question.now, folding_, &facts_of_);
        for (const Clause& clause : promise.clauses) {
            const std::pair name{promise.id, clause.name};
            auto found = std::ranges::find(tally_names_, name);
            if (found == tally_names_.end()) {
                tally_names_.push_back(name);
                tallies_.emplace_back();
                found = tally_names_.end() - 1;
            }
            const auto index = static_cast<std::size_t>(found - tally_names_.begin());
            run.tally_of.push_back(index);
            run.dials.push_back(curves ? dial_of(clause) : std::nullopt);
            run.lifted_folds |= run.dials.back() && run.dials.back()->needs_own_fold;
            run.across |= twin::looks_across(clause);
            run.hands_verdicts_across |= twin::looks_across(clause) && !clause.watches.empty();
            run.pauses |= !clause.pauses.empty();
            auto& pauses = tallies_[index].pauses;
            for (const auto& pause : clause.pauses)
                if (std::ranges::find(pauses, pause.reason, &PauseTotal::reason) == pauses.end())
                    pauses.push_back({.reason = pause.reason,
                                      .text = pause.text,
                                      .customers_duty = pause.customers_duty});
        }
        forgets_ &= !run.ledger->holds_on() && !run.hands_verdicts_across;
        versions_.push_back(std::move(run));
    }
    cuts_.resize(question.by.size());
}

bool Run::looks_across() const { return std::ranges::any_of(versions_, &VersionRun::across); }

void Run::fold(std::span<const Fact* const> facts) {
    if (forgets_) kept_.reset();
    obligations_.clear();
    for (VersionRun& run : versions_) {
        out_.clear();
        verdicts_.clear();
        story_.clear();
        folding_.story = run.pauses ? &story_ : nullptr;
        const bool verdicts = run.hands_verdicts_across || run.lifted_folds;
        promise::fold_subject(*run.promise, facts, question_.now, folding_, out_,
                              verdicts ? &verdicts_ : nullptr);
        folding_.story = nullptr;
        if (run.hands_verdicts_across)
            run.verdicts.insert(run.verdicts.end(), verdicts_.begin(), verdicts_.end());
        for (const Obligation& o : out_) tally(run, o);
        if (run.pauses) tally_pauses(run);
        run.ledger->take(out_);
        if (lists_)
            for (const Obligation& o : out_) obligations_.push_back({&run, o});
        if (run.lifted_folds) sample(run, facts);
    }
}

// Folds the clauses whose limit hides what came after it once more, with the limit lifted.
void Run::sample(VersionRun& run, std::span<const Fact* const> facts) {
    for (std::size_t i = 0; i < run.dials.size(); ++i) {
        const auto& dial = run.dials[i];
        if (!dial || !dial->needs_own_fold) continue;
        Clause& clause = run.promise->clauses[i];
        auto seen = facts;
        if (!clause.watches.empty() && !verdicts_.empty()) {
            with_.assign(facts.begin(), facts.end());
            with_.insert(with_.end(), verdicts_.begin(), verdicts_.end());
            std::ranges::stable_sort(with_, before);
            seen = with_;
        }
        const DialTurned lifted(clause, *dial, std::nullopt);
        out_.clear();
        story_.clear();
        folding_.story = clause.pauses.empty() ? nullptr : &story_;
        promise::fold_key(*run.promise, static_cast<int>(i), facts.front()->subject, seen,
                          question_.now, folding_, out_);
        folding_.story = nullptr;
        for (const Obligation& o : out_) {
            story_.pauses_of(o, std::min(o.settled_at, question_.now), periods_);
            if (const auto one = sample_of(*run.promise, *dial, o, periods_, question_.now))
                tallies_[run.tally_of[i]].samples.push_back(*one);
        }
    }
}

void Run::tally(VersionRun& run, const Obligation& o) {
    const auto clause = static_cast<std::size_t>(o.clause);
    ClauseTally& tally = tallies_[run.tally_of[clause]];
    tally.counts.add(o.state);
    ++run.obligations;
    tally.provisional += o.provisional ? 1 : 0;
    if (o.state == State::Broken && o.promised_at != Instant::max() && o.start != nullptr)
        tally.late.push_back(o.late(question_.now).count);
    const auto& dial = run.dials[clause];
    if (dial && !dial->needs_own_fold)
        if (const auto one = sample_of(*run.promise, *dial, o, {}, question_.now))
            tally.samples.push_back(*one);
    if (!cuts_.empty()) tally_slices(run, o);
}

void Run::tally_slices(const VersionRun& run, const Obligation& o) {
    const auto& words = folding_.words;
    const Zone& zone = *run.promise->zone;
    const auto& clause = run.promise->clauses[static_cast<std::size_t>(o.clause)];
    std::array<feel::Binding, 6> system{};
    system[0] = {words.state, feel::Value::string(promise::name_of(o.state))};
    system[1] = {names_.intern("clause"), feel::Value::string(clause.name)};
    system[2] = {words.subject, feel::Value::string(o.subject)};
    if (o.start != nullptr) {
        system[3] = {words.at, feel::Value::instant(o.start->at, zone)};
        system[4] = {words.fact, feel::Value::string(names_.text(o.start->kind))};
    }
    for (std::size_t i = 0; i < cuts_.size(); ++i) {
        folding_.scratch.reset();
        const auto& expression = question_.by[i].expression;
        if (o.start != nullptr && std::ranges::binary_search(expression.free_names(), words.start))
            system[5] = {words.start,
                         promise::as_context(*o.start, names_, zone, folding_.scratch)};
        feel::Evaluation evaluation{.memory = folding_.scratch, .zone = &zone};
        const feel::Scope fields{o.start == nullptr ? std::span<const feel::Binding>()
                                                    : o.start->fields};
        const feel::Scope scope{system, &fields};
        const feel::Value value = expression.evaluate(scope, evaluation);
        if (evaluation.exhausted) ++folding_.exhausted;
        std::string made;
        std::string_view text;
        if (value.type() == feel::Type::String) {
            text = value.as_string();
        } else {
            made = feel::to_text(value);
            text = made;
        }
        auto found = cuts_[i].find(text);
        if (found == cuts_[i].end()) found = cuts_[i].emplace(std::string(text), Counts{}).first;
        found->second.add(o.state);
    }
}

void Run::tally_pauses(const VersionRun& run) {
    for (const auto& stop : story_.stops()) {
        const auto clause = static_cast<std::size_t>(stop.clause);
        const auto& reason =
            run.promise->clauses[clause].pauses[static_cast<std::size_t>(stop.reason)].reason;
        auto& pauses = tallies_[run.tally_of[clause]].pauses;
        auto& total = *std::ranges::find(pauses, reason, &PauseTotal::reason);
        ++total.count;
        total.time = total.time + (std::min(stop.period.end, question_.now) - stop.period.begin);
        total.capped += stop.capped ? 1 : 0;
    }
}

void Run::fold_across(const std::vector<const Fact*>& all) {
    obligations_.clear();
    for (VersionRun& run : versions_) {
        if (!run.across) continue;
        std::span<const Fact* const> seen = all;
        if (!run.verdicts.empty()) {
            with_.assign(all.begin(), all.end());
            with_.insert(with_.end(), run.verdicts.begin(), run.verdicts.end());
            std::ranges::stable_sort(with_, before);
            seen = with_;
        }
        out_.clear();
        promise::fold_across(*run.promise, seen, question_.now, folding_, out_);
        for (const Obligation& o : out_) tally(run, o);
        run.ledger->take(out_);
        if (lists_)
            for (const Obligation& o : out_) obligations_.push_back({&run, o});
    }
}

void Run::finish() {
    for (VersionRun& run : versions_) run.ledger->finish();
}

Counts Run::counts() const {
    Counts sum;
    for (const auto& tally : tallies_) sum.add(tally.counts);
    return sum;
}

}  // namespace yinuo::twin
