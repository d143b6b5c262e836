// For tests: a file system under SQLite that runs full, fails to sync, or loses its power.
//
// It passes everything on to the real one, and remembers what was written since the last sync: a
// loss of power keeps a random part of that, torn at sectors, as a disk does. Any thread may write.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace yinuo::store {

class FailingDisk {
public:
    FailingDisk();  // registers itself with SQLite under name()
    ~FailingDisk();
    FailingDisk(const FailingDisk&) = delete;
    const char* name() const { return name_.c_str(); }

    // The n-th operation from now fails, counted from 1; 0: none does.
    void fill_up_at_write(int n) { full_at_ = n; }  // and every write after it, until make_room()
    void make_room() { full_at_ = 0, is_full_ = false; }
    void fail_at_sync(int n) { sync_fails_at_ = n; }
    void lose_power_at(int n) { power_fails_at_ = n; }  // write, truncation or sync

    bool has_failed() const { return failed_ > 0; }
    bool has_power() const { return has_power_; }

    // What a power loss leaves on the disk, once everything on it is closed; the power is back.
    void restart(std::mt19937& random);

    // For the files of this disk.
    enum class Answer { Good, Full, SyncFails, NoPower };
    Answer write(const std::string& file, std::int64_t offset, std::string bytes);
    Answer truncate(const std::string& file, std::int64_t size);
    Answer sync(const std::string& file);
    void opened(const std::string& file);
    void removed(const std::string& file);

private:
    struct Change {
        std::int64_t offset = 0;  // of a write; of a truncation the new size
        std::string bytes;
        bool is_truncation = false;
    };
    struct Kept {
        std::string durable;
        std::vector<Change> since;
    };
    bool loses_power();
    static void apply(std::string& content, const Change&, std::size_t bytes);

    std::string name_;
    struct Vfs;
    std::unique_ptr<Vfs> vfs_;
    std::mutex mutex_;
    std::map<std::string, Kept> files_;
    int full_at_ = 0;
    int sync_fails_at_ = 0;
    int power_fails_at_ = 0;
    bool is_full_ = false;
    std::atomic<int> failed_ = 0;
    std::atomic<bool> has_power_ = true;
};

}  // namespace yinuo::store
