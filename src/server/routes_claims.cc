// Claims, waivers, new dates.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> claim_routes() { return {}; }

}  // namespace yinuo::server
