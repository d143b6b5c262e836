// A store in memory, for simulations and tests: the same behaviour, and faults on demand.
//
// What is committed lives as long as the MemoryStore, so whoever plays a crash destroys what stands
// on the store (an open Writing is given up, as a killed process does) and starts anew on it.
#pragma once

#include <functional>
#include <memory>

#include "store/store.h"

namespace yinuo::store {

class MemoryStore : public Store {
public:
    MemoryStore();
    ~MemoryStore() override;

    // Costs nothing, unless a Reading is open: that one then keeps a copy of its own.
    std::unique_ptr<Writing> write() override;
    // While a Writing is open this copies everything.
    std::unique_ptr<Reading> read() override;
    Result<void> backup(const std::string& path) override;  // refused: there is no file
    Findings examine() override;

    enum class CommitFault { None, BeforeDisk, AfterDisk };
    // Asked at each commit. BeforeDisk: nothing was written ("disk-full"), and the store may be used
    // again; AfterDisk: all was, but the writer is told "store-must-restart", and so is every
    // later one until restart().
    void on_commit(std::function<CommitFault()>);
    // As if the store were opened anew.
    void restart();

    struct Shared;

private:
    std::unique_ptr<Shared> shared_;
};

}  // namespace yinuo::store
