// Figures for Prometheus: the one header before its library. From any thread.
//
// No tenant, person or id is ever a label: what is counted are routes, statuses and the engine's
// own work.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/engine.h"

namespace yinuo::server {

class Metrics {
public:
    Metrics();
    ~Metrics();

    // `route` is an operationId, or "none".
    void request(std::string_view route, int status, std::int64_t micros);

    struct Store {
        std::int64_t positions = 0;  // of the log
        std::int64_t obligations = 0;
    };
    struct Live {
        std::size_t connections = 0;
        std::size_t streams = 0;
    };
    // The exposition text, format 0.0.4.
    std::string text(const engine::EngineFigures&, Store, Live);

private:
    struct Families;
    std::unique_ptr<Families> families_;
};

}  // namespace yinuo::server
