// Imports: rows become facts by a mapping; what was rejected is told row by row.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> import_routes() { return {}; }

}  // namespace yinuo::server
