#include "http/forwarded.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace yinuo::http {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

constexpr Bytes kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // ::ffff:0:0/96
constexpr unsigned kMappedBits = 96;

bool in_mapped(const Bytes& bytes) {
    return std::equal(bytes.begin(), bytes.begin() + 12, kMapped.begin());
}

std::optional<Bytes> read_address(std::string_view text) {
    char name[INET6_ADDRSTRLEN] = {};
    if (text.empty() || text.size() >= sizeof name) return std::nullopt;
    text.copy(name, sizeof name - 1);
    Bytes bytes = kMapped;
    if (inet_pton(AF_INET, name, bytes.data() + 12) == 1) return bytes;
    if (inet_pton(AF_INET6, name, bytes.data()) == 1) return bytes;
    return std::nullopt;
}

std::string text_of(const Bytes& bytes) {
    char name[INET6_ADDRSTRLEN] = {};
    if (in_mapped(bytes))
        inet_ntop(AF_INET, bytes.data() + 12, name, sizeof name);
    else
        inet_ntop(AF_INET6, bytes.data(), name, sizeof name);
    return name;
}

// Some proxies add the port: "192.0.2.7:4711", "[2001:db8::1]:4711".
std::string_view without_port(std::string_view entry) {
    if (entry.starts_with('[')) {
        const auto end = entry.find(']');
        return end == std::string_view::npos ? entry : entry.substr(1, end - 1);
    }
    const auto colon = entry.find(':');
    if (colon != std::string_view::npos && entry.find(':', colon + 1) == std::string_view::npos)
        return entry.substr(0, colon);
    return entry;
}

bool bit(const Bytes& bytes, unsigned at) { return (bytes[at / 8] >> (7 - at % 8) & 1) != 0; }

// Pieces between commas, blanks and tabs, none of them empty.
std::vector<std::string_view> pieces_of(std::string_view list) {
    std::vector<std::string_view> all;
    while (true) {
        const auto begin = list.find_first_not_of(", \t");
        if (begin == std::string_view::npos) return all;
        list.remove_prefix(begin);
        const auto piece = list.substr(0, list.find_first_of(", \t"));
        all.push_back(piece);
        list.remove_prefix(piece.size());
    }
}

Error bad_network(std::string_view piece) {
    const std::string text(piece.substr(0, 60));
    return {.code = "bad-network",
            .what = {"“" + text + "”不是地址或网段", "\"" + text + "\" is no address or network"},
            .mend = {"例如 127.0.0.1 或 10.0.0.0/8，前缀之后的位都是 0",
                     "for example 127.0.0.1 or 10.0.0.0/8, without bits beyond the prefix"}};
}

}  // namespace

Result<TrustedProxies> TrustedProxies::parse(std::string_view list) {
    TrustedProxies made;
    for (const auto piece : pieces_of(list)) {
        const auto slash = piece.find('/');
        const auto bytes = read_address(piece.substr(0, slash));
        if (!bytes || made.networks_.size() == kNetworksMax) return refuse(bad_network(piece));
        const bool four = piece.substr(0, slash).find(':') == std::string_view::npos;
        unsigned bits = four ? 32 : 128;
        if (slash != std::string_view::npos) {
            const auto text = piece.substr(slash + 1);
            unsigned given = 0;
            const auto read = std::from_chars(text.data(), text.data() + text.size(), given);
            if (read.ec != std::errc() || read.ptr != text.data() + text.size() || given > bits)
                return refuse(bad_network(piece));
            bits = given;
        }
        if (four) bits += kMappedBits;
        for (unsigned i = bits; i < 128; ++i)
            if (bit(*bytes, i)) return refuse(bad_network(piece));
        made.networks_.push_back({.bytes = *bytes, .bits = bits});
    }
    return made;
}

bool TrustedProxies::trusts(std::string_view address) const {
    const auto bytes = read_address(address);
    return bytes && std::ranges::any_of(networks_, [&](const Network& network) {
               for (unsigned i = 0; i < network.bits; ++i)
                   if (bit(*bytes, i) != bit(network.bytes, i)) return false;
               return true;
           });
}

std::string TrustedProxies::client(const Request& request) const {
    if (networks_.empty() || !trusts(request.remote)) return request.remote;
    std::string last = request.remote;
    const auto& headers = request.headers;
    for (std::size_t line = headers.size(); line-- > 0;) {
        if (headers.name(line) != "x-forwarded-for") continue;
        const auto entries = pieces_of(headers.value(line));
        for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
            const auto bytes = read_address(without_port(*entry));
            if (!bytes) return last;
            last = text_of(*bytes);
            if (!trusts(last)) return last;
        }
    }
    return last;
}

}  // namespace yinuo::http
