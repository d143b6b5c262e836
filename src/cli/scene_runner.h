// Runs scenes: drives the same decide(), fold and remedies as everything else, and compares what
// comes out with what the scene expects.
//
// Facts are heard one instant after the other, as they would be live: at each hearing, and at each
// expectation's time, what is new is written down, so records, reversals and takings-back appear
// in the order in which they would have. Deciding again must then bring nothing new, always.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "promise/promise.h"
#include "wire/promise_yaml.h"
#include "wire/scene.h"

namespace yinuo::cli {

struct SceneFailure {
    Place place;              // of the expectation, or of the scene
    std::string expected;     // as written
    Text came;                // what came out instead
    std::vector<Text> story;  // what the fold did with the obligations concerned
};

struct SceneResult {
    Place place;
    std::string title;
    std::vector<SceneFailure> failures;
};

class SceneRunner {
public:
    explicit SceneRunner(Zones& zones) : zones_(zones) {}

    // One result a scene. With `shuffle`, each scene's facts are also heard in shuffled order and
    // with repetitions; the obligations and what is owed in the end must be the same.
    std::vector<SceneResult> run(const wire::SceneFile& file, std::optional<std::uint64_t> shuffle);

private:
    const wire::PromiseReading& promises_of(const std::string& path);

    Zones& zones_;
    Names names_;
    std::map<std::string, std::unique_ptr<wire::PromiseReading>> promises_;
};

}  // namespace yinuo::cli
