// Where the one writer sits: its connection, whose turn it is, the write-ahead log's upkeep, and
// the refusal to go on when the disk can't be trusted any more.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "store/sqlite_copier.h"

namespace yinuo::store {

class Desk {
public:
    // `copier`: what one works with, every `copier_pages` pages; none if there is to be none.
    Desk(std::unique_ptr<Connection> connection, std::unique_ptr<Connection> copier,
         int copier_pages);
    ~Desk();

    // Waits for the Writing before. Throws Trouble, "store-must-restart" for ever after a failed
    // fsync.
    std::unique_ptr<Writing> write();

    // For the Writing that sits here.
    Connection& connection() { return *connection_; }
    void committed(bool erased);  // `erased`: a customer's key must leave the log too
    void failed(const Error&);    // its commit, with this
    void done();

private:
    void checkpoint(int mode);

    std::unique_ptr<Connection> connection_;
    std::mutex mutex_;
    std::condition_variable free_;
    bool is_taken_ = false;
    int wal_pages_ = 0;       // written since the log was last copied into the file by us
    int uncopied_pages_ = 0;  // written since the copier was last called
    bool erased_ = false;     // a key was; the log still has its old pages
    std::optional<Error> must_restart_;
    int copier_pages_;
    std::unique_ptr<Copier> copier_;
};

}  // namespace yinuo::store
