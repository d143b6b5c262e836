// When an incident declares itself.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> incident_rule_routes() { return {}; }

}  // namespace yinuo::server
