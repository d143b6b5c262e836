#include "store/sqlite_copier.h"

#include <sqlite3.h>

namespace yinuo::store {

Copier::Copier(std::unique_ptr<Connection> connection, std::function<void(const Error&)> on_failure)
    : connection_(std::move(connection)),
      on_failure_(std::move(on_failure)),
      thread_([this] { run(); }) {}

Copier::~Copier() {
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
    }
    come_.notify_one();
    thread_.join();
}

void Copier::nudge() {
    {
        const std::lock_guard lock(mutex_);
        is_wanted_ = true;
    }
    come_.notify_one();
}

std::unique_lock<std::mutex> Copier::hold() { return std::unique_lock(copying_); }

std::unique_lock<std::mutex> Copier::try_hold() {
    return std::unique_lock(copying_, std::try_to_lock);
}

void Copier::run() {
    while (true) {
        {
            std::unique_lock lock(mutex_);
            come_.wait(lock, [this] { return is_wanted_ || is_over_; });
            if (is_over_) return;
            is_wanted_ = false;
        }
        const std::lock_guard copying(copying_);
        if (const int state = copy_log(*connection_, SQLITE_CHECKPOINT_PASSIVE); state != SQLITE_OK)
            on_failure_(sqlite_error(state, sqlite3_errmsg(connection_->raw())));
    }
}

int copy_log(Connection& connection, int mode) {
    sqlite3_busy_timeout(connection.raw(), 0);  // turns don't wait for a Reading to end
    const int state = sqlite3_wal_checkpoint_v2(connection.raw(), nullptr, mode, nullptr, nullptr);
    sqlite3_busy_timeout(connection.raw(), kBusyMillis);
    return state;
}

}  // namespace yinuo::store
