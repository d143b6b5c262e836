// Copies the write-ahead log into the file beside the turns, on a thread and a connection of its
// own, so that the writer's own copying finds little left to do and nobody waits for it long.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "store/sqlite.h"

namespace yinuo::store {

class Copier {
public:
    // `on_failure` is called by the copier's thread, once for each copy that failed.
    Copier(std::unique_ptr<Connection> connection, std::function<void(const Error&)> on_failure);
    ~Copier();  // waits for the copy in hand

    void nudge();
    std::unique_lock<std::mutex> hold();      // no copy goes on while this is held
    std::unique_lock<std::mutex> try_hold();  // the same; not locked when one does

private:
    void run();

    std::unique_ptr<Connection> connection_;
    std::function<void(const Error&)> on_failure_;
    std::mutex copying_;
    std::mutex mutex_;
    std::condition_variable come_;
    bool is_wanted_ = false;
    bool is_over_ = false;
    std::thread thread_;
};

// A checkpoint of SQLite's, `mode` one of its own; doesn't wait for anybody. SQLITE_OK or an
// extended result code.
int copy_log(Connection&, int mode);

}  // namespace yinuo::store
