// One scene on its way: the facts heard so far, what was recorded and given, and how things stand.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "promise/fold.h"
#include "promise/record.h"
#include "remedy/entries.h"
#include "remedy/remedy.h"
#include "wire/scene.h"

namespace yinuo::cli {

// One promise version of the scene and its record.
struct Side {
    const promise::Promise* promise = nullptr;
    promise::Record record = {};
    std::vector<remedy::Entry> entries = {};
};

// How things stand at one time under one promise version.
struct Standings {
    const Side* side = nullptr;
    std::vector<promise::Obligation> obligations;
    std::vector<remedy::Line> owed;
};

class SceneStage {
public:
    SceneStage(std::vector<const promise::Promise*> promises, Names& names);

    // Facts that the scene has written so far; those heard later than the time are not known yet.
    void add(const wire::SceneFact& fact);
    // Moves time on to `now`: hears, decides and gives what falls between. False when deciding
    // twice decided anew.
    bool move_to(Instant now);
    std::vector<Standings> stand(Instant now);
    // What the fold did with one clause's obligations.
    std::vector<Text> story(const promise::Promise& promise, const wire::Expectation& about,
                            Instant now);
    // The same facts, shuffled and partly repeated: do obligations and sums come out the same? If
    // not, what differs.
    std::optional<Text> shuffled(Instant now, std::uint64_t seed);

    std::span<const Side> sides() const { return sides_; }
    std::span<const promise::Fact> facts() const { return facts_; }
    promise::Folding& folding() { return folding_; }
    std::vector<const promise::Fact*> facts_of(std::string_view subject, Instant now) const;

private:
    bool step(Instant now);
    std::vector<Standings> stand(std::span<const promise::Fact> facts, Instant now);

    Names& names_;
    Arena memory_;
    Arena kept_;
    promise::Folding folding_;
    std::vector<Side> sides_;
    std::vector<promise::Fact> facts_;
    std::vector<Instant> hearings_;  // still to come
    Instant done_ = Instant::min();
};

// Local time as people write it, in the promise's zone.
std::string when_text(Instant at, const promise::Promise& promise);
// One obligation in a line: "broken; due ...; late ...".
Text obligation_text(const promise::Obligation& o, const promise::Promise& promise, Instant now);

}  // namespace yinuo::cli
