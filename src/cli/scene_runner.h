// Runs scenes and compares what comes out with what they expect.
//
// All scenes are played at once, along one line of time: a running server has one clock, and it
// doesn't go back. A scene whose expectations turn back is played again for those, from its
// beginning. Facts are heard at their hearing, but never before an expectation written above them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/scene_stage.h"
#include "promise/promise.h"
#include "wire/promise_yaml.h"
#include "wire/scene.h"

namespace yinuo::cli {

struct SceneFailure {
    Place place;              // of the expectation, of a fact, or of the scene
    std::string expected;     // as written
    Text came;                // what came out instead
    std::vector<Text> story;  // what the fold did with the obligations concerned
};

struct SceneResult {
    Place place;
    std::string title;
    std::vector<SceneFailure> failures = {};
};

class SceneRunner {
public:
    // `names` are those that promises are compiled with.
    SceneRunner(House& house, Names& names, Zones& zones)
        : house_(house), names_(names), zones_(zones) {}

    // One result a scene, in their order. With `shuffle`, each scene's facts are also heard in
    // shuffled order and with repetitions; the obligations and what is owed in the end must be the
    // same. Refuses only when the house can't play at all.
    Result<std::vector<SceneResult>> run(std::span<const wire::SceneFile> files,
                                         std::optional<std::uint64_t> shuffle);

private:
    struct Play;
    const wire::PromiseReading& promises_of(const std::string& path);
    Cast cast_of(const wire::SceneFile& file, const wire::Scene& scene);
    Result<std::vector<Play>> plays_of(const wire::SceneFile& file, const wire::Scene& scene,
                                       SceneResult& result);

    House& house_;
    Names& names_;
    Zones& zones_;
    std::map<std::string, std::unique_ptr<wire::PromiseReading>> promises_;
    std::vector<std::string> told_;  // files whose errors were told: once for all scenes
};

}  // namespace yinuo::cli
