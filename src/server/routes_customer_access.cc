// Customers sign in: a number and a one-time code, or a signed link for a session.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> customer_access_routes() { return {}; }

}  // namespace yinuo::server
