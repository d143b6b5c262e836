// Compares one expectation of a scene with how things stand.
#pragma once

#include <optional>
#include <span>

#include "cli/scene_stage.h"

namespace yinuo::cli {

// What came out instead, or nothing when it is as expected. Findings are judged elsewhere.
std::optional<Text> judge(const wire::Expectation& expected, std::span<const Standings> standings);

}  // namespace yinuo::cli
