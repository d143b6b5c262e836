// The embedded store: one SQLite file for all tenants, write-ahead log, synchronous FULL.
//
// One file, because one fsync then serves every tenant's commit of that moment; the tenant is part
// of every key. Only one program has it open for writing: a second is refused. docs/internals/
// store.md has the tables and their sizes.
#pragma once

#include <memory>
#include <string>

#include "store/store.h"

namespace yinuo::store {

struct SqliteOptions {
    std::size_t cache_mib = 256;  // of the writer; readers share another quarter of it
    bool must_exist = false;
    bool read_only = false;  // for commands beside a running server: no migration, no writing
    // Pages of the write-ahead log, after so many of which a thread copies them into the file beside
    // the turns; 0: the writer does it alone.
    int copier_pages = 1'024;
    const char* vfs = nullptr;  // tests: a file system that fails on demand
};

// Opens the file, or makes it; brings an older layout up to date step by step. Refuses a newer
// layout than this program's, a file that is no store, and a store that another program has open.
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, const SqliteOptions& = {});

// Turns a backup into a store at `to`, which must not exist. The copy is examined first.
Result<void> restore_sqlite(const std::string& backup, const std::string& to);

}  // namespace yinuo::store
