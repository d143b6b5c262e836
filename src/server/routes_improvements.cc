// Causes and what is done about them.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> improvement_routes() { return {}; }

}  // namespace yinuo::server
