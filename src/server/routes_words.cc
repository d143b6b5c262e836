// What was promised to one customer.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> word_routes() { return {}; }

}  // namespace yinuo::server
