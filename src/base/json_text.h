// Text as a JSON string (RFC 8259, section 7), the one place in the house that escapes it.
#pragma once

#include <string>
#include <string_view>

namespace yinuo {

// `text` with the quotes and escapes of a JSON string, appended to `out`. Bytes that are no UTF-8
// become U+FFFD, so what is written is always valid.
void append_json_string(std::string& out, std::string_view text);

}  // namespace yinuo
