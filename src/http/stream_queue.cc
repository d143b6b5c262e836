#include "http/stream_queue.h"

#include <utility>

namespace yinuo::http {
namespace {

class QueuePipe final : public Stream::Pipe {
public:
    explicit QueuePipe(std::shared_ptr<StreamQueue> queue) : queue_(std::move(queue)) {}
    ~QueuePipe() override { queue_->close(); }
    bool send(std::string chunk) override { return queue_->push(std::move(chunk)); }
    bool closed() const override { return queue_->closed(); }
    void close() override { queue_->close(); }

private:
    std::shared_ptr<StreamQueue> queue_;
};

}  // namespace

bool StreamQueue::push(std::string chunk) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return false;
        if (bytes_.size() + chunk.size() > bytes_max_) {
            closed_ = overrun_ = true;
        } else if (bytes_.empty()) {
            bytes_ = std::move(chunk);
        } else {
            bytes_ += chunk;
        }
        if (std::exchange(woken_, true)) return !overrun_;
    }
    wake_();
    return !closed();
}

void StreamQueue::close() {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(closed_, true)) return;
    }
    wake_();
}

bool StreamQueue::closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

StreamQueue::Taken StreamQueue::take() {
    const std::lock_guard lock(mutex_);
    woken_ = false;
    return {.bytes = std::exchange(bytes_, {}), .ended = closed_};
}

void StreamQueue::cut() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    bytes_ = {};
}

bool StreamQueue::overrun() const {
    const std::lock_guard lock(mutex_);
    return overrun_;
}

Stream StreamQueue::handle(std::shared_ptr<StreamQueue> queue) {
    return Stream(std::make_shared<QueuePipe>(std::move(queue)));
}

}  // namespace yinuo::http
