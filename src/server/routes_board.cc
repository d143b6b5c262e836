// 承诺公示板, the promise board: pages that need no JavaScript.
#include "server/routes.h"

namespace yinuo::server {

std::span<const Route> board_routes() { return {}; }

}  // namespace yinuo::server
