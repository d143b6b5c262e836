// Between those who send events and the connection that carries them. Private to http/*.cc.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "http/server.h"

namespace yinuo::http {

class StreamQueue {
public:
    // `wake` tells the connection, from any thread, that there is something to do.
    StreamQueue(std::size_t bytes_max, std::function<void()> wake)
        : bytes_max_(bytes_max), wake_(std::move(wake)) {}

    bool push(std::string chunk);
    void close();  // by the sender: what is queued still goes out
    bool closed() const;

    struct Taken {
        std::string bytes;
        bool ended;  // nothing will follow
    };
    Taken take();
    void cut();            // by the connection: it is over
    bool overrun() const;  // the client was too slow: cut it off

    // A handle whose last copy closes the queue.
    static Stream handle(std::shared_ptr<StreamQueue>);

private:
    const std::size_t bytes_max_;
    const std::function<void()> wake_;
    mutable std::mutex mutex_;
    std::string bytes_;
    bool closed_ = false;
    bool overrun_ = false;
    bool woken_ = false;
};

}  // namespace yinuo::http
