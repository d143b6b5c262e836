// 期望清单.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> expectation_routes() { return {}; }

}  // namespace yinuo::server
