#include "promise/fold.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "promise/history.h"
#include "promise/rate.h"
#include "promise/verdict_facts.h"
#include "promise/watch.h"

namespace yinuo::promise {
namespace {

bool is_rate(const Clause& clause) { return std::holds_alternative<Rate>(clause.shape); }

bool is_watched(const Promise& promise, int clause) {
    return std::any_of(promise.clauses.begin(), promise.clauses.end(), [&](const Clause& other) {
        return std::find(other.watches.begin(), other.watches.end(), clause) != other.watches.end();
    });
}

bool before(const Fact* a, const Fact* b) { return comes_before(*a, *b); }

void fold_own(const Promise& promise, std::span<const Fact* const> facts, Instant now,
              Folding& folding, std::vector<Obligation>& out, std::vector<const Fact*>* verdicts,
              std::vector<ClockFace>* faces) {
    if (facts.empty()) return;
    const std::string_view subject = facts.front()->subject;
    std::vector<const Fact*> own;   // verdict facts of this subject's clauses
    std::vector<const Fact*> with;  // the facts with those
    for (std::size_t i = 0; i < promise.clauses.size(); ++i) {
        const Clause& clause = promise.clauses[i];
        if (looks_across(clause)) continue;
        auto seen = facts;
        if (!clause.watches.empty() && !own.empty()) {
            with.assign(facts.begin(), facts.end());
            with.insert(with.end(), own.begin(), own.end());
            std::stable_sort(with.begin(), with.end(), before);
            seen = with;
        }
        const int index = static_cast<int>(i);
        if (verdicts == nullptr && !is_watched(promise, index)) {
            Watch watch(promise, index, subject, seen, now, folding, folding.story, out);
            watch.show(faces);
            watch.run();
            continue;
        }
        VerdictFacts made(promise, folding, folding.story);
        Watch watch(promise, index, subject, seen, now, folding, &made, out);
        watch.show(faces);
        watch.run();
        own.insert(own.end(), made.facts().begin(), made.facts().end());
    }
    if (verdicts != nullptr) verdicts->insert(verdicts->end(), own.begin(), own.end());
}

}  // namespace

void fold_subject(const Promise& promise, std::span<const Fact* const> facts, Instant now,
                  Folding& folding, std::vector<Obligation>& out,
                  std::vector<const Fact*>* verdicts) {
    fold_own(promise, facts, now, folding, out, verdicts, nullptr);
}

void fold_subject_clocks(const Promise& promise, std::span<const Fact* const> facts, Instant now,
                         Folding& folding, std::vector<Obligation>& out,
                         std::vector<ClockFace>& faces) {
    fold_own(promise, facts, now, folding, out, nullptr, &faces);
}

void fold_key_clocks(const Promise& promise, int clause, std::string_view key,
                     std::span<const Fact* const> facts, Instant now, Folding& folding,
                     std::vector<Obligation>& out, std::vector<ClockFace>& faces) {
    Watch watch(promise, clause, key, facts, now, folding, folding.story, out);
    watch.show(&faces);
    watch.run();
}

void fold_key(const Promise& promise, int clause, std::string_view key,
              std::span<const Fact* const> facts, Instant now, Folding& folding,
              std::vector<Obligation>& out) {
    Watch(promise, clause, key, facts, now, folding, folding.story, out).run();
}

std::string_view key_of(const Clause& clause, const Fact& fact, const Promise& promise,
                        Folding& folding) {
    Asker ask(promise, folding, {});
    ask.look_at(fact);
    const feel::Value key = ask.value(*clause.per);
    if (key.is_null()) return {};
    if (key.type() == feel::Type::String) return folding.kept.copy(key.as_string());
    return folding.kept.copy(feel::to_text(key));
}

Outcome fold_all(const Promise& promise, std::span<const Fact> facts, Instant now,
                 Folding& folding) {
    // By subject, in the order in which subjects first appear.
    std::unordered_map<std::string_view, std::size_t> places;
    std::vector<std::vector<const Fact*>> subjects;
    for (const Fact& fact : facts) {
        const auto [place, fresh] = places.try_emplace(fact.subject, subjects.size());
        if (fresh) subjects.emplace_back();
        subjects[place->second].push_back(&fact);
    }
    const bool rates = std::any_of(promise.clauses.begin(), promise.clauses.end(), is_rate);
    Outcome outcome;
    std::vector<const Fact*> all;  // for clauses that look beyond one subject
    for (auto& of_subject : subjects) {
        put_in_order(of_subject, now, now);
        std::vector<const Fact*> verdicts;
        fold_subject(promise, of_subject, now, folding, outcome.obligations,
                     rates ? &verdicts : nullptr);
        all.insert(all.end(), of_subject.begin(), of_subject.end());
        all.insert(all.end(), verdicts.begin(), verdicts.end());
    }
    std::stable_sort(all.begin(), all.end(), before);
    fold_across(promise, all, now, folding, outcome.obligations);
    std::stable_sort(outcome.obligations.begin(), outcome.obligations.end(),
                     [](const Obligation& a, const Obligation& b) {
                         return std::tie(a.clause, a.subject, a.occurrence) <
                                std::tie(b.clause, b.subject, b.occurrence);
                     });
    return outcome;
}

bool looks_across(const Clause& clause) { return clause.per || is_rate(clause); }

void fold_across(const Promise& promise, std::span<const Fact* const> facts, Instant now,
                 Folding& folding, std::vector<Obligation>& out) {
    for (std::size_t i = 0; i < promise.clauses.size(); ++i) {
        const Clause& clause = promise.clauses[i];
        const int index = static_cast<int>(i);
        if (is_rate(clause)) {
            fold_rate(promise, index, facts, now, folding, out);
            continue;
        }
        if (!clause.per) continue;
        std::unordered_map<std::string_view, std::vector<const Fact*>> groups;
        std::vector<std::string_view> order;
        for (const Fact* fact : facts) {
            const auto key = key_of(clause, *fact, promise, folding);
            if (key.empty()) continue;
            auto& group = groups[key];
            if (group.empty()) order.push_back(key);
            group.push_back(fact);
        }
        for (const auto key : order) fold_key(promise, index, key, groups[key], now, folding, out);
    }
}

}  // namespace yinuo::promise
