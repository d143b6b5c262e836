// Text in HTML.
#pragma once

#include <string>
#include <string_view>

namespace yinuo::server {

// As it stands between tags and in quoted attributes.
inline std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    return out;
}

}  // namespace yinuo::server
