// Who really asks, when proxies stand between: X-Forwarded-For, believed only where it may be.
//
// Each proxy appends the address that it heard from, so the list is read from the right: whatever
// one of our own proxies appended is true, and what stands left of the first stranger is only that
// stranger's word. (The header is no standard; RFC 7239 section 4 orders its own the same way.)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace yinuo::http {

class TrustedProxies {
public:
    static constexpr std::size_t kNetworksMax = 64;

    TrustedProxies() = default;  // none

    // Addresses and networks in CIDR form, IPv4 or IPv6, apart by commas or blanks:
    // "127.0.0.1, 10.0.0.0/8, fd00::/8". Refuses ("bad-network") a piece that is neither, and one
    // with bits beyond its prefix.
    static Result<TrustedProxies> parse(std::string_view list);

    // Of an address as Request::remote has it.
    bool trusts(std::string_view address) const;

    // The peer, if it isn't one of these; otherwise the right-most address of X-Forwarded-For that
    // isn't. All of them are: the left-most. Up to the first entry that is no address: what stands
    // beyond it is nobody's word, so the proxy that heard it counts.
    std::string client(const Request&) const;

private:
    struct Network {
        std::array<std::uint8_t, 16> bytes;  // IPv4 as ::ffff:a.b.c.d
        unsigned bits;
    };
    std::vector<Network> networks_;
};

}  // namespace yinuo::http
