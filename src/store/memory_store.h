// A store in memory, for simulations and tests: the same behaviour, and faults on demand.
//
// A commit may be told to fail, before or after it took effect (a crash between fsync and the
// answer); crash() forgets what was not committed, as a killed process does.
#pragma once

#include <memory>

#include "store/store.h"

namespace yinuo::store {

class MemoryStore : public Store {
public:
    MemoryStore();
    ~MemoryStore() override;

    std::unique_ptr<Writing> write() override;
    std::unique_ptr<Reading> read() override;
    Result<void> backup(const std::string& path) override;  // refused: there is no file
    Findings examine() override;

    enum class CommitFault { None, BeforeDisk, AfterDisk };
    // Asked at each commit. BeforeDisk: nothing was written; AfterDisk: all was, but the writer is
    // told that it failed.
    void on_commit(std::function<CommitFault()>);

private:
    struct Tables;
    std::unique_ptr<Tables> tables_;
};

}  // namespace yinuo::store
