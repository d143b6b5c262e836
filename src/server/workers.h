// A few threads for work that would keep others waiting: hashing passwords, back-tests, receipts.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace yinuo::server {

class Workers {
public:
    explicit Workers(unsigned threads, std::size_t waiting_most = 256);
    // Finishes what runs; what waits is dropped (its Tickets answer with 500).
    ~Workers();

    // False, and not done: too much waits already. `work` must not throw.
    bool post(std::function<void()> work);

private:
    void run();

    std::mutex lock_;
    std::condition_variable ready_;
    std::deque<std::function<void()>> waiting_;
    std::size_t waiting_most_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace yinuo::server
