// Plays a scene in memory: drives the same decide(), fold and remedies as everything else.
//
// Facts are heard one instant after the other, as they would be live: at each hearing, and at each
// expectation's time, what is new is written down, so records, reversals and takings-back appear
// in the order in which they would have. Deciding again must then bring nothing new, always.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/scene_stage.h"
#include "promise/fold.h"
#include "promise/record.h"
#include "remedy/entries.h"
#include "remedy/remedy.h"

namespace yinuo::cli {

class MemoryHouse final : public House {
public:
    explicit MemoryHouse(Names& names) : names_(names) {}
    Result<Opened> open(const Cast&) override;

private:
    Names& names_;
};

class MemoryStage final : public Stage {
public:
    MemoryStage(std::vector<const promise::Promise*> promises, Names& names);

    void add(const wire::SceneFact& fact, std::int64_t sequence) override;
    // Also refuses when deciding twice decided anew: "unsteady".
    Result<void> move_to(Instant now) override;
    Result<std::vector<Standings>> stand(Instant now) override;
    std::vector<Text> story(const promise::Promise& promise, const wire::Expectation& about,
                            Instant now) override;
    std::optional<Text> shuffled(Instant now, std::uint64_t seed) override;

private:
    // One promise version of the scene and its record.
    struct Side {
        const promise::Promise* promise = nullptr;
        promise::Record record = {};
        std::vector<remedy::Entry> entries = {};
    };
    // What the facts make of a side, and what is owed.
    struct Outcome {
        const Side* side = nullptr;
        std::vector<promise::Obligation> obligations;
        std::vector<remedy::Line> owed;
    };

    bool step(Instant now);
    std::vector<Outcome> outcomes(std::span<const promise::Fact> facts, Instant now);
    std::vector<LegStands> legs(const Outcome& outcome, Instant now);

    Names& names_;
    Arena memory_;
    Arena kept_;
    promise::Folding folding_;
    std::vector<Side> sides_;
    std::vector<promise::Fact> facts_;
    std::vector<Instant> hearings_;  // still to come
    Instant done_ = Instant::min();
};

}  // namespace yinuo::cli
