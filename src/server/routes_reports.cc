// Responsibility, fairness, recovery, the week.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> report_routes() { return {}; }

}  // namespace yinuo::server
