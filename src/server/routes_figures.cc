// Figures over time: kept-rates, breaches by hour, lateness, control charts.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> figure_routes() { return {}; }

}  // namespace yinuo::server
