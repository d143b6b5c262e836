// How the system is, for who looks after it.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> state_routes() { return {}; }

}  // namespace yinuo::server
