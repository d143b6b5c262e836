// 催办.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> chase_routes() { return {}; }

}  // namespace yinuo::server
