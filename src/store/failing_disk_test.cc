#include "store/failing_disk.h"

#include <sqlite3.h>

#include <cstring>
#include <fstream>
#include <iterator>

namespace yinuo::store {
namespace {

constexpr std::size_t kSector = 512;

// A file as SQLite holds it; the real one follows in the same memory.
struct File {
    sqlite3_file base;
    FailingDisk* disk;
    const char* path;  // SQLite's, good while the file is open; null: of no interest
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return of(file).real(); }

int code(FailingDisk::Answer answer) {
    switch (answer) {
        case FailingDisk::Answer::Good: return SQLITE_OK;
        case FailingDisk::Answer::Full: return SQLITE_FULL;
        case FailingDisk::Answer::SyncFails: return SQLITE_IOERR_FSYNC;
        case FailingDisk::Answer::NoPower: return SQLITE_IOERR_WRITE;
    }
    return SQLITE_ERROR;
}

int close_file(sqlite3_file* file) { return real(file)->pMethods->xClose(real(file)); }
int read_file(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
    return real(file)->pMethods->xRead(real(file), to, size, at);
}
int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    if (of(file).path != nullptr) {
        const auto answer = of(file).disk->write(
            of(file).path, at, {static_cast<const char*>(from), static_cast<std::size_t>(size)});
        if (answer != FailingDisk::Answer::Good) return code(answer);
    }
    return real(file)->pMethods->xWrite(real(file), from, size, at);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    if (of(file).path != nullptr) {
        const auto answer = of(file).disk->truncate(of(file).path, size);
        if (answer != FailingDisk::Answer::Good) return code(answer);
    }
    return real(file)->pMethods->xTruncate(real(file), size);
}
int sync_file(sqlite3_file* file, int flags) {
    if (of(file).path != nullptr) {
        const auto answer = of(file).disk->sync(of(file).path);
        if (answer != FailingDisk::Answer::Good) return code(answer);
    }
    return real(file)->pMethods->xSync(real(file), flags);
}
int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}
int lock_file(sqlite3_file* file, int level) {
    return real(file)->pMethods->xLock(real(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
    return real(file)->pMethods->xUnlock(real(file), level);
}
int is_reserved(sqlite3_file* file, int* out) {
    return real(file)->pMethods->xCheckReservedLock(real(file), out);
}
int control_file(sqlite3_file* file, int what, void* with) {
    return real(file)->pMethods->xFileControl(real(file), what, with);
}
int sector_size(sqlite3_file*) { return static_cast<int>(kSector); }
int nature(sqlite3_file*) { return 0; }  // no promise about what a crash leaves of a write
int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int unmap_shared(sqlite3_file* file, int is_deleted) {
    return real(file)->pMethods->xShmUnmap(real(file), is_deleted);
}

const sqlite3_io_methods kMethods = {
    2,           close_file,  read_file,    write_file,   truncate_file, sync_file, size_of_file,
    lock_file,   unlock_file, is_reserved,  control_file, sector_size,   nature,    map_shared,
    lock_shared, barrier,     unmap_shared, nullptr,      nullptr};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    auto& self = of(file);
    auto* disk = static_cast<FailingDisk*>(vfs->pAppData);
    auto* under = sqlite3_vfs_find(nullptr);
    const bool counts = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0;
    self = {.base = {}, .disk = disk, .path = counts ? name : nullptr};
    const int state = under->xOpen(under, name, self.real(), flags, out);
    if (self.real()->pMethods != nullptr) self.base.pMethods = &kMethods;
    if (state == SQLITE_OK && counts) disk->opened(name);
    return state;
}

int remove_file(sqlite3_vfs* vfs, const char* name, int sync) {
    auto* disk = static_cast<FailingDisk*>(vfs->pAppData);
    if (!disk->has_power()) return SQLITE_IOERR_DELETE;
    disk->removed(name);
    auto* under = sqlite3_vfs_find(nullptr);
    return under->xDelete(under, name, sync);
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

struct FailingDisk::Vfs : sqlite3_vfs {};

FailingDisk::FailingDisk() : vfs_(std::make_unique<Vfs>()) {
    static int count = 0;
    name_ = "failing-disk-" + std::to_string(++count);
    static_cast<sqlite3_vfs&>(*vfs_) = *sqlite3_vfs_find(nullptr);
    vfs_->pNext = nullptr;
    vfs_->zName = name_.c_str();
    vfs_->pAppData = this;
    vfs_->szOsFile += static_cast<int>(sizeof(File));
    vfs_->xOpen = open_file;
    vfs_->xDelete = remove_file;
    sqlite3_vfs_register(vfs_.get(), 0);
}

FailingDisk::~FailingDisk() { sqlite3_vfs_unregister(vfs_.get()); }

void FailingDisk::removed(const std::string& file) {
    const std::lock_guard lock(mutex_);
    files_.erase(file);
}

void FailingDisk::opened(const std::string& file) {
    const std::lock_guard lock(mutex_);
    const auto [kept, is_new] = files_.try_emplace(file);
    if (is_new) kept->second.durable = content_of(file);
}

bool FailingDisk::loses_power() {
    if (power_fails_at_ > 0 && --power_fails_at_ == 0) has_power_ = false, ++failed_;
    return !has_power_;
}

FailingDisk::Answer FailingDisk::write(const std::string& file, std::int64_t offset,
                                       std::string bytes) {
    const std::lock_guard lock(mutex_);
    if (full_at_ > 0 && --full_at_ == 0) is_full_ = true;
    if (is_full_) {
        ++failed_;
        return Answer::Full;
    }
    // What is being written when the power goes may be on the disk, or a part of it.
    const bool is_last = loses_power();
    if (has_power_ || (is_last && failed_ == 1))
        files_[file].since.push_back({offset, std::move(bytes), false});
    return has_power_ ? Answer::Good : Answer::NoPower;
}

FailingDisk::Answer FailingDisk::truncate(const std::string& file, std::int64_t size) {
    const std::lock_guard lock(mutex_);
    if (loses_power()) return Answer::NoPower;
    files_[file].since.push_back({size, {}, true});
    return Answer::Good;
}

FailingDisk::Answer FailingDisk::sync(const std::string& file) {
    const std::lock_guard lock(mutex_);
    if (loses_power()) return Answer::NoPower;
    if (sync_fails_at_ > 0 && --sync_fails_at_ == 0) {
        ++failed_;
        return Answer::SyncFails;
    }
    auto& kept = files_[file];
    for (const auto& change : kept.since) apply(kept.durable, change, change.bytes.size());
    kept.since.clear();
    return Answer::Good;
}

void FailingDisk::apply(std::string& content, const Change& change, std::size_t bytes) {
    const auto at = static_cast<std::size_t>(change.offset);
    if (change.is_truncation) {
        content.resize(at);
        return;
    }
    if (content.size() < at + bytes) content.resize(at + bytes);
    std::memcpy(content.data() + at, change.bytes.data(), bytes);
}

void FailingDisk::restart(std::mt19937& random) {
    for (auto& [path, kept] : files_) {
        const auto luck = random() % 4;  // none, all, or some of it had reached the disk
        for (const auto& change : kept.since) {
            if (luck == 0 || (luck >= 2 && random() % 2 == 0)) continue;
            auto bytes = change.bytes.size();
            if (luck == 3 && random() % 4 == 0 && bytes > 0)
                bytes = random() % bytes / kSector * kSector;  // torn
            apply(kept.durable, change, bytes);
        }
        kept.since.clear();
        std::ofstream(path, std::ios::binary | std::ios::trunc) << kept.durable;
    }
    failed_ = 0;
    power_fails_at_ = 0;
    has_power_ = true;
}

}  // namespace yinuo::store
