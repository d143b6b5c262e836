// Scenes: whole journeys as plain text, readable by the people who make the promises.
//
//     promise: promises/install.yaml
//     zone: Asia/Shanghai
//
//     scene: 约定当天装，第二天早上才装好
//     about: order/1
//     2026-03-10 15:00 order.registered area=city
//     2026-03-12 09:00 order.installed
//     expect install: broken; due 2026-03-11 00:00; late 33 h
//     expect owed: 20.00 CNY
//
// docs/guides/write-a-scene.md has every line that may stand here. Reading is line by line; what
// is off is a finding with its line and column, all of them at once. Text is bounded at 4 MiB and
// a scene at a million facts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/error.h"
#include "feel/value.h"
#include "promise/obligation.h"
#include "promise/record.h"
#include "time/zone.h"

namespace yinuo::wire {

struct SceneField {
    std::string name;
    feel::Value value;  // lives in the file's memory
};

struct SceneFact {
    Place place;
    int count = 1;  // more than one: the facts are about ABOUT-1, ABOUT-2...
    std::string about;
    std::string kind;
    std::string id;
    promise::Change change = promise::Change::Report;
    Instant at;
    Instant heard;  // when we knew
    std::vector<SceneField> fields;
};

// "500 MB", "apology" (one of it), "500 MB at 2026-02-14 20:00".
struct SceneAmount {
    Decimal amount = 1;
    std::string unit;
    std::optional<Instant> at;
};

// "broken at T", "reversed broken at T", "agreed by li at T".
struct SceneEvent {
    promise::EventKind kind = promise::EventKind::Started;
    bool reversed = false;
    std::optional<Instant> at;
    std::string who;
};

// "3 obligations", "1 broken"; no state: any.
struct SceneTally {
    std::optional<promise::State> state;
    std::int64_t count = 0;
};

struct Expectation {
    enum class Kind : std::uint8_t {
        Obligation,  // expect CLAUSE: broken; due T; ...
        Tally,       // expect CLAUSE: 3 broken, 1 kept
        Owed,
        Given,
        TakenBack,
        Recorded,
        Charged,  // expect charged LEG: 30 min
        Share,    // expect share LEG: 4 h, 6.67 CNY
        Finding,  // expect finding CODE
    };
    Place place;
    std::string text;  // as written
    Kind kind = Kind::Obligation;
    std::size_t facts = 0;  // how many of the scene's facts are written above it
    Instant now;

    std::string clause;   // empty: any. Of Charged and Share: the leg; of Finding: the code
    std::string subject;  // `of ...`; empty: any
    std::optional<int> occurrence;
    std::optional<int> version;

    std::optional<promise::State> state;
    std::optional<Instant> started, due, promised, broken, settled;
    std::optional<Millis> late, overdue, paused;
    std::optional<promise::Claim> claim;
    std::optional<promise::Excuse> excuse;
    std::optional<int> extensions;
    std::optional<std::pair<std::int64_t, std::int64_t>> counted;  // good of counted
    bool earlier_kept = false;
    bool provisional = false;

    std::vector<SceneTally> tallies;
    std::vector<SceneAmount> amounts;  // Owed, Given, TakenBack; empty: nothing. Share: the money
    std::vector<SceneEvent> events;
    std::string payee, remedy;
    bool withheld = false;
    std::optional<Millis> length;  // Charged, Share
};

struct Scene {
    Place place;
    std::string title;
    std::vector<std::string> promises = {};  // as written: relative to the file
    std::vector<SceneFact> facts = {};       // in the order written
    std::vector<Expectation> expectations = {};
};

struct SceneFile {
    std::string path;
    std::vector<Scene> scenes;
    Findings findings;  // with any error, don't run it
    std::unique_ptr<Arena> memory = std::make_unique<Arena>();

    bool has_errors() const;
};

// `path` is what the user calls the file. `zones` must outlive the result.
SceneFile read_scenes(std::string_view text, std::string_view path, Zones& zones);

}  // namespace yinuo::wire
