#include "store/sqlite_desk.h"

#include <sqlite3.h>

#include "store/sqlite_writing.h"

namespace yinuo::store {
namespace {

// Pages of the write-ahead log after which the writer copies what is left of them into the file
// (docs/internals/store.md has the measurement).
constexpr int kWalPages = 16'384;

}  // namespace

Desk::Desk(std::unique_ptr<Connection> connection, std::unique_ptr<Connection> copier,
           int copier_pages)
    : connection_(std::move(connection)), copier_pages_(copier_pages) {
    if (copier)
        copier_ = std::make_unique<Copier>(std::move(copier),
                                           [this](const Error& error) { failed(error); });
}

Desk::~Desk() {
    copier_.reset();  // it speaks to us
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
    const int pages = connection_->take_pages_written();
    wal_pages_ += pages;
    if (erased_) return checkpoint(SQLITE_CHECKPOINT_TRUNCATE);
    if (wal_pages_ >= kWalPages) return checkpoint(SQLITE_CHECKPOINT_PASSIVE);
    uncopied_pages_ += pages;
    if (!copier_ || uncopied_pages_ < copier_pages_) return;
    uncopied_pages_ = 0;
    copier_->nudge();
}

// The commit before it is durable whatever happens here: a full disk or a long Reading only lets
// the log grow until the next time.
void Desk::checkpoint(int mode) {
    std::unique_lock<std::mutex> alone;
    if (copier_) {
        alone = mode == SQLITE_CHECKPOINT_TRUNCATE ? copier_->hold() : copier_->try_hold();
        if (!alone) return;  // the next commit tries again
    }
    const int state = copy_log(*connection_, mode);
    wal_pages_ = 0;  // also when it failed: not to try again with every commit
    uncopied_pages_ = 0;
    if (state == SQLITE_OK && mode == SQLITE_CHECKPOINT_TRUNCATE) erased_ = false;
    if (state != SQLITE_OK) failed(sqlite_error(state, sqlite3_errmsg(connection_->raw())));
}

void Desk::failed(const Error& error) {
    if (error.code != "store-must-restart") return;
    const std::lock_guard lock(mutex_);
    must_restart_ = error;
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
