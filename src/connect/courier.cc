#include "connect/courier.h"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "connect/transfer.h"

namespace yinuo::connect {
namespace {

using Clock = std::chrono::steady_clock;

struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Multi = std::unique_ptr<CURLM, FreeMulti>;

struct Order {
    Delivery delivery;
    Courier::Done done;
    std::optional<std::string> host;  // nothing: can't be sent as written
};

// What is on its way to one host, and what waits for its turn.
struct Host {
    std::size_t active = 0;
    std::deque<Order> waiting = {};
    bool in_turn = false;
};

}  // namespace

// Orders come in under the lock; everything below `thread_` belongs to the courier's thread.
class Courier::Desk {
public:
    Desk(Multi multi, CourierOptions options) : options_(options), multi_(std::move(multi)) {
        thread_ = std::thread([this] { run(); });
    }
    ~Desk() { stop({}); }

    bool deliver(Delivery delivery, Done done);
    void stop(Millis grace);

private:
    void run();
    void take_orders();
    void start_waiting();
    void start(Order order, Host& host);
    void queue(Host& host);
    void finish_ended();
    void finish(Transfer* transfer, Outcome outcome);
    void drop_waiting();
    void drop_active();
    int wait_max() const;

    const CourierOptions options_;
    const Multi multi_;

    std::mutex lock_;
    std::vector<Order> inbox_;
    std::size_t waiting_ = 0;  // in the inbox and at the hosts
    std::optional<Clock::time_point> end_by_;

    std::thread thread_;
    std::unordered_map<std::string, Host> hosts_;
    std::deque<Host*> turn_;  // hosts with something waiting and room for it, each once
    struct Active {
        std::unique_ptr<Transfer> transfer;
        std::string host;
    };
    std::unordered_map<Transfer*, Active> active_;
    std::optional<Clock::time_point> ending_by_;  // end_by_, as the thread has seen it
};

bool Courier::Desk::deliver(Delivery delivery, Done done) {
    auto host = host_of(delivery);
    {
        const std::scoped_lock guard(lock_);
        if (end_by_ || waiting_ >= options_.waiting_max) return false;
        ++waiting_;
        inbox_.push_back({std::move(delivery), std::move(done), std::move(host)});
    }
    curl_multi_wakeup(multi_.get());
    return true;
}

void Courier::Desk::stop(Millis grace) {
    {
        const std::scoped_lock guard(lock_);
        if (!end_by_) end_by_ = Clock::now() + std::chrono::milliseconds(grace.count);
    }
    curl_multi_wakeup(multi_.get());
    if (thread_.joinable()) thread_.join();
}

void Courier::Desk::run() {
    // Signals are for the main thread; a TLS peer that hung up must not raise SIGPIPE here.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (true) {
        take_orders();
        if (ending_by_) drop_waiting();
        if (ending_by_ && *ending_by_ <= Clock::now()) drop_active();
        if (ending_by_ && active_.empty()) return;
        start_waiting();
        int running = 0;
        check(curl_multi_perform(multi_.get(), &running) == CURLM_OK);
        finish_ended();
        if (turn_.empty() || active_.size() >= options_.at_once_max)
            check(curl_multi_poll(multi_.get(), nullptr, 0, wait_max(), nullptr) == CURLM_OK);
    }
}

void Courier::Desk::take_orders() {
    std::vector<Order> orders;
    {
        const std::scoped_lock guard(lock_);
        orders.swap(inbox_);
        ending_by_ = end_by_;
    }
    for (auto& order : orders) {
        Host& host = hosts_[order.host.value_or("")];
        host.waiting.push_back(std::move(order));
        queue(host);
    }
}

void Courier::Desk::queue(Host& host) {
    if (host.in_turn || host.waiting.empty() || host.active >= options_.at_once_per_host_max)
        return;
    host.in_turn = true;
    turn_.push_back(&host);
}

// One for each host in turn, so that a host with a thousand waiting doesn't hold up the others.
void Courier::Desk::start_waiting() {
    while (!turn_.empty() && active_.size() < options_.at_once_max) {
        Host& host = *turn_.front();
        turn_.pop_front();
        host.in_turn = false;
        Order order = std::move(host.waiting.front());
        host.waiting.pop_front();
        {
            const std::scoped_lock guard(lock_);
            --waiting_;
        }
        start(std::move(order), host);
        queue(host);
    }
}

void Courier::Desk::start(Order order, Host& host) {
    if (!order.host) return order.done({.fault = Fault::Unsendable});
    auto transfer = std::make_unique<Transfer>(std::move(order.delivery), std::move(order.done),
                                               options_.reach);
    check(curl_multi_add_handle(multi_.get(), transfer->handle()) == CURLM_OK);
    ++host.active;
    Transfer* const key = transfer.get();
    active_.emplace(key, Active{std::move(transfer), *std::move(order.host)});
}

void Courier::Desk::finish_ended() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        Transfer* const transfer = Transfer::of(message->easy_handle);
        finish(transfer, transfer->outcome(message->data.result));
    }
}

void Courier::Desk::finish(Transfer* transfer, Outcome outcome) {
    curl_multi_remove_handle(multi_.get(), transfer->handle());
    auto ended = active_.extract(transfer);
    const auto at = hosts_.find(ended.mapped().host);
    --at->second.active;
    if (at->second.active == 0 && at->second.waiting.empty())
        hosts_.erase(at);
    else
        queue(at->second);
    transfer->done(std::move(outcome));
}

void Courier::Desk::drop_waiting() {
    turn_.clear();
    for (auto& [name, host] : hosts_) {
        host.in_turn = false;
        for (auto& order : std::exchange(host.waiting, {})) order.done({.fault = Fault::Stopped});
    }
}

void Courier::Desk::drop_active() {
    while (!active_.empty()) finish(active_.begin()->first, {.fault = Fault::Stopped});
}

int Courier::Desk::wait_max() const {
    constexpr auto kLong = std::chrono::milliseconds(60'000);  // deliver() and stop() wake us
    if (!ending_by_) return static_cast<int>(kLong.count());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*ending_by_ - Clock::now());
    return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), kLong).count());
}

Result<Courier> Courier::open(CourierOptions options) {
    static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    Multi multi(started ? curl_multi_init() : nullptr);
    if (!multi)
        return refuse(
            {.code = "courier-start",
             .what = {"libcurl 无法启动", "libcurl doesn't start"},
             .mend = {"检查内存与 libcurl 的安装", "check memory and libcurl's installation"}});
    curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS,
                      static_cast<long>(options.at_once_max * 2));
    return Courier(std::make_unique<Desk>(std::move(multi), options));
}

Courier::Courier(std::unique_ptr<Desk> desk) : desk_(std::move(desk)) {}
Courier::Courier(Courier&&) noexcept = default;
Courier::~Courier() = default;

bool Courier::deliver(Delivery delivery, Done done) {
    return desk_->deliver(std::move(delivery), std::move(done));
}

void Courier::stop(Millis grace) { desk_->stop(grace); }

}  // namespace yinuo::connect
