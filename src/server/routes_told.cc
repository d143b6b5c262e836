// An obligation as its customer is told it: steps, forecast, what a miss means.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> told_routes() { return {}; }

}  // namespace yinuo::server
