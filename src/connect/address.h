// Which addresses belong to the public internet.
#pragma once

#include <string_view>

namespace yinuo::connect {

// `bytes` are the 4 of an IPv4 address or the 16 of an IPv6 one, highest first. False for all that
// IANA's special-purpose registries (RFC 6890) don't call globally reachable: private, loopback,
// link-local, shared, documentation, multicast... and for IPv6 addresses that only wrap an IPv4 one
// that isn't public. Anything of another length is not public.
bool is_public_address(std::string_view bytes);

}  // namespace yinuo::connect
