#include "server/workers.h"

namespace yinuo::server {

Workers::Workers(unsigned threads, std::size_t waiting_most) : waiting_most_(waiting_most) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Workers::~Workers() {
    {
        const std::lock_guard hold(lock_);
        stopping_ = true;
    }
    ready_.notify_all();
    for (auto& thread : threads_) thread.join();
}

bool Workers::post(std::function<void()> work) {
    {
        const std::lock_guard hold(lock_);
        if (stopping_ || waiting_.size() >= waiting_most_) return false;
        waiting_.push_back(std::move(work));
    }
    ready_.notify_one();
    return true;
}

void Workers::run() {
    std::unique_lock hold(lock_);
    while (true) {
        ready_.wait(hold, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        {
            const auto work = std::move(waiting_.front());
            waiting_.pop_front();
            hold.unlock();
            work();
        }
        hold.lock();
    }
}

}  // namespace yinuo::server
