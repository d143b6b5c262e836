// Promises that every company may take over.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> house_promise_routes() { return {}; }

}  // namespace yinuo::server
