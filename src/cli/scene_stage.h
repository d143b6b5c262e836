// Where one scene is played: facts go in, time moves on, and how things stand can be looked at.
//
// There are two: in memory (scene_memory.h) and on a running server (scene_live.h). Whoever judges
// (scene_judge.h) can't tell which it is.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "promise/obligation.h"
#include "promise/promise.h"
#include "promise/record.h"
#include "twin/legs.h"
#include "wire/scene.h"

namespace yinuo::cli {

// "500 MB to zhang, by late-install", as expectations speak of it.
struct Amount {
    std::string clause, subject, remedy, payee;
    Decimal amount;
    std::string unit;  // a currency, a unit, or the gift's kind where it has no amount
    Instant at;        // when it became owed
    Instant recorded_at = Instant::min();  // of what was given or taken back
};

struct LegStands {
    std::string subject;  // of the outer obligation
    twin::LegPart part;
};

// How things stand at one time under one promise version. Texts borrow from the stage.
struct Standings {
    const promise::Promise* promise = nullptr;
    std::vector<promise::Obligation> obligations;
    std::vector<Amount> owed, withheld, given, taken_back;
    std::vector<promise::Event> events;  // as written down
    std::vector<LegStands> legs;
};

class Stage {
public:
    virtual ~Stage() = default;

    // What the scene has written so far, the first of its facts being number `sequence`; what is
    // heard later than the time isn't known yet.
    virtual void add(const wire::SceneFact&, std::int64_t sequence) = 0;
    // Moves time on to `now`: what falls between is heard, decided and given. Never back.
    virtual Result<void> move_to(Instant now) = 0;
    // One for each promise version.
    virtual Result<std::vector<Standings>> stand(Instant now) = 0;
    // What happened to the obligations that an expectation is about.
    virtual std::vector<Text> story(const promise::Promise&, const wire::Expectation& about,
                                    Instant now) = 0;
    // The same facts, shuffled and partly repeated: do obligations and sums come out the same? If
    // not, what differs. Where nobody can shuffle: nothing.
    virtual std::optional<Text> shuffled(Instant, std::uint64_t) { return std::nullopt; }
};

// Who plays: the promises that a scene watches, as read from their files.
struct Cast {
    std::vector<std::string> files;
    std::vector<const promise::Promise*> promises;
    Findings findings;

    bool has_errors() const;
};

// Where stages are to be had.
class House {
public:
    virtual ~House() = default;

    struct Opened {
        std::unique_ptr<Stage> stage;  // null where the promises have errors
        Findings findings;             // of the promises
    };
    // Before any stage is opened: the first instant of all that will be played.
    virtual Result<void> begin(Instant) { return {}; }
    virtual Result<Opened> open(const Cast&) = 0;
};

// Local time as people write it, in the promise's zone.
std::string when_text(Instant at, const promise::Promise& promise);
// One obligation in a line: "broken; due ...; late ...".
Text obligation_text(const promise::Obligation& o, const promise::Promise& promise, Instant now);

}  // namespace yinuo::cli
