// What partners answer for.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> charge_routes() { return {}; }

}  // namespace yinuo::server
