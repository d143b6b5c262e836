// Files behind claims and waivers.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> evidence_routes() { return {}; }

}  // namespace yinuo::server
