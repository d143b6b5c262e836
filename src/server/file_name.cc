#include "server/file_name.h"

#include <algorithm>

#include "base/utf8.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kNameMost = 200;
constexpr std::string_view kExtended = "filename*=UTF-8''";
constexpr std::string_view kPlain = "filename=\"";
constexpr std::string_view kUnreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
constexpr std::string_view kHex = "0123456789ABCDEF";

int value_of(char c) {
    const auto at = kHex.find(c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool coded = text[i] == '%' && i + 2 < text.size() && value_of(text[i + 1]) >= 0 &&
                           value_of(text[i + 2]) >= 0;
        if (!coded) {
            out += text[i];
            continue;
        }
        out += static_cast<char>(value_of(text[i + 1]) * 16 + value_of(text[i + 2]));
        i += 2;
    }
    return out;
}

}  // namespace

std::string file_name_in(std::string_view disposition) {
    std::string name;
    if (const auto at = disposition.find(kExtended); at != std::string_view::npos) {
        const auto rest = disposition.substr(at + kExtended.size());
        name = decoded(rest.substr(0, rest.find(';')));
    } else if (const auto plain = disposition.find(kPlain); plain != std::string_view::npos) {
        const auto rest = disposition.substr(plain + kPlain.size());
        name = rest.substr(0, rest.find('"'));
    }
    const auto odd = [](unsigned char c) { return c < 0x20 || c == 0x7F || c == '/' || c == '\\'; };
    const bool fine = name.size() <= kNameMost && std::ranges::none_of(name, odd) &&
                      find_bad_utf8(name) == std::string_view::npos;
    return fine ? name : std::string();
}

std::string attachment_called(std::string_view name) {
    std::string out = "attachment";
    if (name.empty()) return out;
    out += "; filename*=UTF-8''";
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (kUnreserved.contains(c))
            out += c;
        else
            out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
    return out;
}

}  // namespace yinuo::server
