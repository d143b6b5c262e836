// Facts that the server reports by itself, because somebody did something through it: a claim was
// made, a date was agreed, a word was given. They come from the source "yinuo", which no key has.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/turns.h"

namespace yinuo::server {

inline constexpr std::string_view kOwnSource = "yinuo";

// `facts`: a JSON array as docs/reference/facts.md describes it. All of them are reported, or none:
// refuses what the first unfit one is refused for. In the engine's thread, before anything was
// written.
Result<void> report_own(engine::Turns&, store::TenantId, std::string_view facts);

}  // namespace yinuo::server
