// The gate before every handler: finds the route, weighs the rates, recognises who asks, holds them
// to the route's permission, and writes down what came of it.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/forwarded.h"
#include "http/rate.h"
#include "http/router.h"
#include "http/server.h"
#include "server/api.h"

namespace yinuo::server {

class Gate {
public:
    // Refuses a table with two routes for one method and shape.
    static Result<std::unique_ptr<Gate>> of(std::vector<Route>, const Things&);

    void handle(http::Request&&, http::Replier);
    std::size_t body_max(std::string_view method, std::string_view raw_path) const;

private:
    enum class Weighed : std::uint8_t { Guest, User, Key };
    struct Bucket {
        std::mutex lock;
        http::RateLimiter limiter;
    };
    struct Weight {
        Weighed as;
        http::RateLimiter::Verdict verdict;
    };

    Gate(std::vector<Route> routes, http::Router router, http::TrustedProxies proxies,
         const Things& things);

    Weight weigh(Weighed, std::string_view key, double cost);
    void tell(http::Response&, const Weight&);
    void tell_time(http::Response&) const;
    Answered<Session> admit(const http::Request&, const Route&, Instant now,
                            std::optional<Weight>&);
    void note_use(const Session&, Instant now);
    void dispatch(Ticket, const Route&);
    std::string request_id(const http::Request&);

    std::vector<Route> routes_;
    http::Router router_;
    http::TrustedProxies proxies_;
    const Things& things_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    Bucket guests_, users_, keys_;
    std::mutex uses_lock_;
    std::unordered_map<std::string, Instant> uses_;  // of keys: when it was last written down
};

}  // namespace yinuo::server
