// Carries messages to addresses that tenants wrote down: webhooks, messengers, payout systems.
//
// One thread of its own drives all transfers through libcurl. Connections are kept and used again.
// It never follows a redirect (a signed body would go to somebody else), asks no proxy of the
// environment, speaks only http and https, and checks the address behind a name after looking it up
// and before connecting, so that no tenant can make the server talk to its own neighbours (SSRF).
// It doesn't retry; see retry.h.
//
// What an answer says may be kept for the tenant to see: an excerpt is at most kExcerptMax bytes, and
// the values of the headers, the path and the body that we sent are blotted out in it, since a
// receiver may echo an authorization. It may still quote a piece of the body in its own words:
// guard it like the body, and don't log it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/result.h"
#include "connect/delivery.h"

namespace yinuo::connect {

enum class Reach : std::uint8_t {
    Public,    // only addresses of the public internet
    Anywhere,  // for tests, and for companies whose systems live in their own network
};

struct CourierOptions {
    Reach reach = Reach::Public;
    std::size_t at_once_max = 64;
    std::size_t at_once_per_host_max = 4;  // a host is scheme, name and port
    std::size_t waiting_max = 10'000;      // deliveries for which there is no room yet
};

class Courier {
public:
    static constexpr std::size_t kExcerptMax = 2048;        // bytes
    static constexpr std::size_t kAnswerMax = 64UL * 1024;  // bytes of body; then we hang up

    using Done = std::function<void(Outcome)>;

    // Refuses only if libcurl can't start.
    static Result<Courier> open(CourierOptions = {});

    Courier(Courier&&) noexcept;
    ~Courier();  // stop() without grace

    // Takes the delivery and calls `done` exactly once, on the courier's thread: keep it short, let
    // it not throw, and let it not call stop(). False, and `done` is never called, when there are
    // waiting_max waiting or the courier was stopped. Safe from several threads.
    [[nodiscard]] bool deliver(Delivery, Done done);

    // Takes nothing new, ends what only waits, gives transfers on their way `grace` to finish, ends
    // the rest (Fault::Stopped), and returns when every `done` was called.
    void stop(Millis grace);

private:
    class Desk;
    explicit Courier(std::unique_ptr<Desk>);
    std::unique_ptr<Desk> desk_;
};

}  // namespace yinuo::connect
