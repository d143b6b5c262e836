#include "connect/address.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace yinuo::connect {
namespace {

struct Block4 {
    std::uint32_t base;
    int bits;
};

constexpr std::uint32_t ip4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return a << 24 | b << 16 | c << 8 | d;
}

// IANA IPv4 Special-Purpose Address Registry, and multicast.
constexpr Block4 kSpecial4[] = {
    {ip4(0, 0, 0, 0), 8},        // this network
    {ip4(10, 0, 0, 0), 8},       // private
    {ip4(100, 64, 0, 0), 10},    // shared by carriers
    {ip4(127, 0, 0, 0), 8},      // loopback
    {ip4(169, 254, 0, 0), 16},   // link-local, where clouds answer about themselves
    {ip4(172, 16, 0, 0), 12},    // private
    {ip4(192, 0, 0, 0), 24},     // protocol assignments
    {ip4(192, 0, 2, 0), 24},     // documentation
    {ip4(192, 88, 99, 0), 24},   // 6to4 relays, deprecated
    {ip4(192, 168, 0, 0), 16},   // private
    {ip4(198, 18, 0, 0), 15},    // benchmarking
    {ip4(198, 51, 100, 0), 24},  // documentation
    {ip4(203, 0, 113, 0), 24},   // documentation
    {ip4(224, 0, 0, 0), 3},      // multicast, reserved, broadcast
};

std::uint32_t number4(std::string_view bytes) {
    std::uint32_t number = 0;
    for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

bool is_public_4(std::uint32_t address) {
    return std::ranges::none_of(kSpecial4, [&](const Block4& block) {
        return address >> (32 - block.bits) == block.base >> (32 - block.bits);
    });
}

bool is_public_6(std::string_view bytes) {
    using namespace std::string_view_literals;
    constexpr auto kMapped = "\0\0\0\0\0\0\0\0\0\0\xff\xff"sv;        // ::ffff:0:0/96
    constexpr auto kTranslated = "\0\x64\xff\x9b\0\0\0\0\0\0\0\0"sv;  // 64:ff9b::/96, NAT64
    if (bytes.starts_with(kMapped) || bytes.starts_with(kTranslated))
        return is_public_4(number4(bytes.substr(12)));
    const std::uint32_t front = number4(bytes.substr(0, 4));
    return front >> 29 == 0b001              // 2000::/3 is all that is given out
           && front >> 9 != 0x20010000 >> 9  // 2001::/23, protocol assignments, Teredo among them
           && front != 0x20010db8            // documentation
           && front >> 16 != 0x2002          // 6to4: an IPv4 address inside
           && front >> 12 != 0x3fff0;        // 3fff::/20, documentation
}

}  // namespace

bool is_public_address(std::string_view bytes) {
    if (bytes.size() == 4) return is_public_4(number4(bytes));
    return bytes.size() == 16 && is_public_6(bytes);
}

}  // namespace yinuo::connect
