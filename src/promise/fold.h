// The fold: from a promise and the facts to its obligations, as they stand at `now`.
//
// This is the one implementation that the live system, replays, back-tests, scenes and `explain`
// share. It is pure: the same promise, facts and `now` give the same obligations, and facts after
// `now` don't exist yet. Facts must be in the true order and without repetitions: history.h.
#pragma once

#include <span>
#include <vector>

#include "base/arena.h"
#include "promise/fact.h"
#include "promise/obligation.h"
#include "promise/promise.h"
#include "promise/scope.h"

namespace yinuo::promise {

// What folding needs beside the promise. One for each thread.
struct Folding {
    // `kept` holds the obligations' own texts (keys, periods) and verdict facts; outlives the result.
    Folding(Names& names_in, Arena& kept_in) : names(names_in), kept(kept_in), words(names_in) {}

    Names& names;
    Arena& kept;
    Vocabulary words;
    Arena scratch = {};  // reset for every fact that is looked at
    Arena held = {};     // reset for every clause of every subject
    Story* story = nullptr;
    // Conditions that ran out of steps; the author must hear of them.
    std::int64_t exhausted = 0;
};

// Appends the obligations of every clause but rates and clauses with `per`, for one subject. The
// facts are that subject's, in true order. With `verdicts`, the verdict facts are appended to it.
void fold_subject(const Promise&, std::span<const Fact* const> facts, Instant now, Folding&,
                  std::vector<Obligation>& out, std::vector<const Fact*>* verdicts = nullptr);

// Appends the obligations of one clause with `per` for one key.
void fold_key(const Promise&, int clause, std::string_view key, std::span<const Fact* const> facts,
              Instant now, Folding&, std::vector<Obligation>& out);

// Every clause that looks beyond one subject (rates, and clauses with `per`): groups the facts, which
// are in true order and may hold verdict facts, and appends the obligations of each group.
void fold_across(const Promise&, std::span<const Fact* const> facts, Instant now, Folding&,
                 std::vector<Obligation>& out);

// All of it: groups the facts (any order, repetitions, corrections) and folds every clause.
// Facts received after `now` are not known yet.
struct Outcome {
    std::vector<Obligation> obligations;  // by clause, then subject, then occurrence
};
Outcome fold_all(const Promise&, std::span<const Fact> facts, Instant now, Folding&);

// Does the clause look beyond one subject? Rates do, and clauses with `per`.
bool looks_across(const Clause&);

// The key of a clause's `per` for a fact, as text in `memory`; empty if it has none.
std::string_view key_of(const Clause&, const Fact&, const Promise&, Folding&);

}  // namespace yinuo::promise
