// Idempotency-Key: a request that creates something may be sent again, and has one effect.
//
// The answer is kept for 24 hours as a document of the tenant, sealed, because it may show a new
// key's text; it becomes durable in the same transaction as what it answers. A key belongs to who
// sent it, so that two actors' equal keys are two.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "server/api.h"

namespace yinuo::server {

inline constexpr std::string_view kIdempotency = "idempotency";
inline constexpr std::int64_t kIdempotencyHours = 24;

// The requests with a key that are being worked on.
class InFlight {
public:
    bool enter(const std::string& id) {  // false: it is there already
        const std::lock_guard hold(lock_);
        return ids_.insert(id).second;
    }
    void leave(const std::string& id) {
        const std::lock_guard hold(lock_);
        ids_.erase(id);
    }

private:
    std::mutex lock_;
    std::set<std::string> ids_;
};

// One request with a key, from its arrival to its answer.
class Once {
public:
    // nullopt: the request brings no key or its route doesn't heed one. Refuses a key that isn't 1
    // to 255 visible ASCII characters, and one whose first request is still in flight (409).
    static Answered<std::optional<Once>> of(const Call&);
    Once(Once&&) noexcept;
    Once& operator=(Once&&) = delete;
    ~Once();

    // The answer that the same request had before; nullopt: it is the first. Refuses the key of a
    // request that said something else (422).
    Answered<std::optional<http::Response>> earlier(engine::Turns&) const;
    // Writes the answer down beside what it answers.
    void keep(engine::Turns&, const http::Response&) const;

private:
    Once() = default;

    const Things* things_ = nullptr;
    store::TenantId tenant_ = 0;
    std::string id_;    // of the document
    std::string hash_;  // of what was asked
};

}  // namespace yinuo::server
