#include "vault/link.h"

#include <optional>

#include "vault/encoding.h"
#include "vault/seal.h"

namespace yinuo::vault {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kTagSize = 16;
constexpr std::size_t kFieldMax = 255;
constexpr std::size_t kTextMax = 1200;  // three full fields are 1060 characters

std::string tag_of(const Key& key, std::string_view signed_bytes) {
    return std::string(derive(key, "link", signed_bytes).expose().substr(0, kTagSize));
}

std::optional<std::string> take_field(std::string_view& rest) {
    if (rest.empty()) return std::nullopt;
    const std::size_t size = static_cast<unsigned char>(rest.front());
    if (rest.size() < 1 + size) return std::nullopt;
    std::string field(rest.substr(1, size));
    rest.remove_prefix(1 + size);
    return field;
}

std::optional<Link> read_signed(const Key& key, std::string_view text) {
    if (text.size() > kTextMax) return std::nullopt;
    const auto bytes = from_base64(text, Base64::Url);
    if (!bytes || bytes->size() < 1 + 8 + 3 + kTagSize) return std::nullopt;
    auto rest = std::string_view(*bytes).substr(0, bytes->size() - kTagSize);
    if (!same(tag_of(key, rest), std::string_view(*bytes).substr(rest.size()))) return std::nullopt;
    if (rest.front() != kVersion) return std::nullopt;
    Link link;
    link.expires_at = static_cast<std::int64_t>(read_number(rest.substr(1, 8)) * 1000);
    rest.remove_prefix(9);
    for (auto* field : {&link.tenant, &link.subject, &link.purpose}) {
        auto taken = take_field(rest);
        if (!taken) return std::nullopt;
        *field = std::move(*taken);
    }
    return rest.empty() ? std::optional(std::move(link)) : std::nullopt;
}

}  // namespace

Result<std::string> sign_link(const Key& key, const Link& link) {
    if (link.tenant.size() > kFieldMax || link.subject.size() > kFieldMax ||
        link.purpose.size() > kFieldMax || link.purpose.empty() || link.expires_at < 0)
        return refuse({.code = "link-fields",
                       .what = {"链接的内容不合要求", "these can't be put into a link"},
                       .mend = {"每项不超过 255 字节，要有用途，到期时间不早于 1970 年",
                                "each at most 255 bytes, a purpose, an expiry not before 1970"}});
    std::string bytes(1, kVersion);
    append_number<8>(bytes, static_cast<std::uint64_t>(link.expires_at / 1000));
    for (const auto* field : {&link.tenant, &link.subject, &link.purpose}) {
        append_number<1>(bytes, field->size());
        bytes += *field;
    }
    bytes += tag_of(key, bytes);
    return to_base64(bytes, Base64::Url);
}

Result<Link> verify_link(const Key& key, std::string_view text, std::string_view purpose,
                         std::int64_t now) {
    auto link = read_signed(key, text);
    if (!link || link->purpose != purpose)
        return refuse(
            {.code = "link-broken",
             .what = {"这个链接不完整或不是我们发出的", "this link is incomplete or not ours"},
             .mend = {"请从原来的消息里重新打开，或请我们再发一次",
                      "open it again from the message, or ask us for a new one"}});
    if (now >= link->expires_at)
        return refuse({.code = "link-expired",
                       .what = {"这个链接已过期", "this link has expired"},
                       .mend = {"请我们再发一次", "ask us for a new one"}});
    return *std::move(link);
}

}  // namespace yinuo::vault
