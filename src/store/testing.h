// For tests only: a directory of one's own, and rows to fill a store with.
#pragma once

#include <cstdlib>
#include <filesystem>

#include "base/check.h"
#include "store/memory_store.h"
#include "store/sqlite_store.h"

namespace yinuo::store {

class TempDir {
public:
    TempDir() {
        std::string name = (std::filesystem::temp_directory_path() / "yinuo-store-XXXXXX").string();
        check(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~TempDir() { std::filesystem::remove_all(path_); }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    std::string file(const char* name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

struct InMemory {
    MemoryStore memory;
    Store& store = memory;
};

struct InSqlite {
    TempDir dir;
    std::unique_ptr<Store> made = open_sqlite(dir.file("y.db")).value();
    Store& store = *made;
};

// An entry that begins a stream, and the stream.
inline StreamId begin_stream(Writing& writing, TenantId tenant, const std::string& name,
                             CustomerId customer = 0) {
    const auto id = writing.last_position() + 1;
    writing.append({.tenant = tenant, .stream = id, .kind = 1, .recorded_at = {id}, .body = name});
    writing.put_stream({.id = id,
                        .tenant = tenant,
                        .name = name,
                        .customer = customer,
                        .turned_at = {id},
                        .wakes_at = Instant::max()});
    return id;
}

inline ObligationRow obligation_row(ObligationId id, StreamId stream, std::uint8_t state,
                                    Instant due_at, TenantId tenant = 1) {
    ObligationRow row;
    row.id = id;
    row.tenant = tenant;
    row.stream = stream;
    row.version = 1;
    row.state = state;
    row.due_at = due_at;
    row.position = stream;
    return row;
}

}  // namespace yinuo::store
