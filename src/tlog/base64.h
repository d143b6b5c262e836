// Base64 of RFC 4648 section 4, strictly: padded, and one text for each sequence of bytes, so that
// no bit of a signed file can be changed without notice.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace yinuo::tlog {

std::string to_base64(std::string_view bytes);

// nullopt for other characters (line breaks too), missing padding, or unused bits that aren't zero.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace yinuo::tlog
