// The request target (RFC 9112, 3.2; RFC 3986), taken apart and decoded. Private to http/*.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace yinuo::http {

enum class Plus : bool { AsItIs, IsBlank };

// `text` with its %XX turned into bytes, appended to `out`. False for a % without two hex digits.
bool decode_percent(std::string& out, std::string_view text, Plus plus = Plus::AsItIs);

// Fills raw_path, path, raw_query and query from "/path?query", "http://host/path" or, for OPTIONS,
// "*". Refuses, saying where: bad escapes, control characters, what is no UTF-8, dot segments, more
// than 256 parameters.
std::optional<Error> read_target(std::string_view target, Request&);

}  // namespace yinuo::http
