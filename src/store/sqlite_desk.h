// Where the one writer sits: its connection, whose turn it is, the write-ahead log's upkeep, and
// the refusal to go on when the disk can't be trusted any more.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "store/sqlite.h"

namespace yinuo::store {

class Desk {
public:
    explicit Desk(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
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
    int wal_pages_ = 0;    // written since the log was last copied into the file
    bool erased_ = false;  // a key was; the log still has its old pages
    std::optional<Error> must_restart_;
};

}  // namespace yinuo::store
