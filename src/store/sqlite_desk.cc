#include "store/sqlite_desk.h"

#include <sqlite3.h>

#include "store/sqlite_writing.h"

namespace yinuo::store {
namespace {

// Pages of the write-ahead log after which they are copied into the file (docs/internals/store.md
// has the measurement).
constexpr int kWalPages = 16'384;

}  // namespace

Desk::~Desk() {
    // What the disk did not confirm is sorted out by the next open, from the log alone.
    if (must_restart_)
        sqlite3_db_config(connection_->raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

std::unique_ptr<Writing> Desk::write() {
    {
        std::unique_lock lock(mutex_);
        free_.wait(lock, [&] { return !is_taken_; });
        if (must_restart_) throw Trouble(*must_restart_);
        is_taken_ = true;
    }
    try {
        return std::make_unique<SqliteWriting>(*this);
    } catch (...) {
        done();
        throw;
    }
}

void Desk::committed(bool erased) {
    erased_ = erased_ || erased;
    wal_pages_ += connection_->take_pages_written();
    if (erased_)
        checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
    else if (wal_pages_ >= kWalPages)
        checkpoint(SQLITE_CHECKPOINT_PASSIVE);
}

// The commit before it is durable whatever happens here: a full disk or a long Reading only lets
// the log grow until the next time.
void Desk::checkpoint(int mode) {
    sqlite3_busy_timeout(connection_->raw(), 0);  // turns don't wait for a Reading to end
    const int state =
        sqlite3_wal_checkpoint_v2(connection_->raw(), nullptr, mode, nullptr, nullptr);
    sqlite3_busy_timeout(connection_->raw(), kBusyMillis);
    wal_pages_ = 0;  // also when it failed: not to try again with every commit
    if (state == SQLITE_OK && mode == SQLITE_CHECKPOINT_TRUNCATE) erased_ = false;
    if (state != SQLITE_OK) failed(sqlite_error(state, sqlite3_errmsg(connection_->raw())));
}

void Desk::failed(const Error& error) {
    if (error.code == "store-must-restart") must_restart_ = error;
}

void Desk::done() {
    const bool is_clean = connection_->give_up();
    const std::lock_guard lock(mutex_);
    if (!is_clean && !must_restart_)
        must_restart_ = sqlite_error(SQLITE_IOERR_FSYNC, "ROLLBACK failed");
    is_taken_ = false;
    free_.notify_one();
}

}  // namespace yinuo::store
