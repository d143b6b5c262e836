// The web app, as it was built into the program.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> web_routes() { return {}; }

}  // namespace yinuo::server
