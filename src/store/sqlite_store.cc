#include "store/sqlite_store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>

#include "store/sqlite_backup.h"
#include "store/sqlite_desk.h"
#include "store/sqlite_examine.h"
#include "store/sqlite_layout.h"
#include "store/sqlite_reading.h"

namespace yinuo::store {
namespace {

constexpr std::size_t kIdleReadersMax = 8;

Error at(Error error, const std::string& path) {
    error.place.path = path;
    return error;
}

// Held as long as the store is open: only one program writes. The kernel drops it when a program
// dies, so a lock is never left behind; the empty file beside the store is.
class FileLock {
public:
    static Result<FileLock> take(const std::string& path) {
        const int file = ::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        FileLock lock(file);
        if (file < 0)
            return refuse({.code = "store-not-accessible",
                           .what = {"库所在的目录不可写", "the store's directory can't be written"},
                           .mend = {"检查目录和权限", "check the directory and its permissions"},
                           .place = {.path = path}});
        if (::flock(file, LOCK_EX | LOCK_NB) != 0)
            return refuse(
                {.code = "store-in-use",
                 .what = {"另一个程序正开着这个库", "another program has this store open"},
                 .mend = {"结束那个程序，或换一个库", "end that program, or use another store"},
                 .place = {.path = path}});
        return lock;
    }
    FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    ~FileLock() {
        if (file_ >= 0) ::close(file_);
    }

private:
    explicit FileLock(int file) : file_(file) {}
    int file_;
};

// Connections for Readings, each with its prepared statements; as many as are used at one time.
class Readers {
public:
    Readers(std::string path, ConnectionOptions options)
        : path_(std::move(path)), options_(options) {}

    std::unique_ptr<Connection> take() {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                auto connection = std::move(idle_.back());
                idle_.pop_back();
                return connection;
            }
        }
        auto made = Connection::open(path_, options_);
        if (!made) throw Trouble(std::move(made).error());
        return std::move(*made);
    }

    void give_back(std::unique_ptr<Connection> connection) {
        if (!connection->give_up()) return;
        const std::lock_guard lock(mutex_);
        if (idle_.size() < kIdleReadersMax) idle_.push_back(std::move(connection));
    }

private:
    std::string path_;
    ConnectionOptions options_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;
};

class SqliteReading : public SqliteReads<Reading> {
public:
    SqliteReading(Readers& home, std::unique_ptr<Connection> connection)
        : SqliteReads(*connection), home_(home), connection_(std::move(connection)) {
        on_.use("BEGIN").run();
        on_.use("SELECT 1 FROM sqlite_schema LIMIT 1").step();  // the moment it will see
    }
    ~SqliteReading() override { home_.give_back(std::move(connection_)); }

private:
    Readers& home_;
    std::unique_ptr<Connection> connection_;
};

class SqliteStore : public Store {
public:
    SqliteStore(std::string path, std::optional<FileLock> lock, std::unique_ptr<Connection> writer,
                std::unique_ptr<Connection> copier, int copier_pages,
                const ConnectionOptions& readers)
        : path_(std::move(path)), lock_(std::move(lock)), readers_(path_, readers) {
        if (lock_)
            desk_.emplace(std::move(writer), std::move(copier), copier_pages);
        else
            readers_.give_back(std::move(writer));
    }

    std::unique_ptr<Writing> write() override {
        if (!desk_)
            throw Trouble({.code = "store-read-only",
                           .what = {"库是只读打开的", "the store was opened for reading only"},
                           .mend = {},
                           .place = {.path = path_}});
        return desk_->write();
    }

    std::unique_ptr<Reading> read() override {
        return std::make_unique<SqliteReading>(readers_, readers_.take());
    }

    Result<void> backup(const std::string& path) override {
        auto connection = readers_.take();
        auto done = copy_store(*connection, path);
        readers_.give_back(std::move(connection));
        return done;
    }

    Findings examine() override {
        auto connection = readers_.take();
        auto findings = examine_sqlite(*connection);
        for (auto& finding : findings) finding.error.place.path = path_;
        readers_.give_back(std::move(connection));
        return findings;
    }

private:
    std::string path_;
    std::optional<FileLock> lock_;
    Readers readers_;
    std::optional<Desk> desk_;  // none: read only
};

Error too_old() {
    return {.code = "store-too-old",
            .what = {"库的布局比本程序旧", "the store's layout is older than this program's"},
            .mend = {"先用 yinuo serve 打开一次，它会升级布局",
                     "open it once with yinuo serve, which brings it up to date"}};
}

// Of the writer's connection: a file that is new gets its page size before anything else.
Result<void> prepare(Connection& writer) {
    TRY(layout_of(writer));
    writer.run("PRAGMA page_size = 4096");
    writer.run("PRAGMA journal_mode = WAL");
    writer.run(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = ON");
    // What a crash left in the log is copied into the file, and the log emptied.
    writer.run("PRAGMA wal_checkpoint(TRUNCATE)");
    return bring_up_to_date(writer);
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, const SqliteOptions& options) {
    // The lock must not depend on which of its names the file was opened by.
    std::error_code failed;
    auto real = std::filesystem::weakly_canonical(path, failed).string();
    if (failed) real = path;
    if ((options.must_exist || options.read_only) && !std::filesystem::exists(real, failed))
        return refuse({.code = "no-store",
                       .what = {"没有这个库文件", "there is no such store"},
                       .mend = {"检查路径；yinuo serve 会建立新库",
                                "check the path; yinuo serve makes a new store"},
                       .place = {.path = path}});
    const auto cache_kib = static_cast<std::int64_t>(options.cache_mib * 1024);
    const ConnectionOptions readers{
        .read_only = true,
        .vfs = options.vfs,
        .cache_kib = cache_kib / 4 / static_cast<std::int64_t>(kIdleReadersMax)};
    const ConnectionOptions writer{.create = true, .vfs = options.vfs, .cache_kib = cache_kib};

    std::optional<FileLock> lock;
    if (!options.read_only) lock.emplace(TRY(FileLock::take(real)));
    auto connection = TRY(Connection::open(real, options.read_only ? readers : writer));
    try {
        if (options.read_only) {
            const auto layout = TRY(layout_of(*connection));
            if (layout < static_cast<int>(layout_steps().size()))
                return refuse(at(too_old(), path));
        } else if (auto ready = prepare(*connection); !ready) {
            return refuse(at(ready.error(), path));
        }
    } catch (const Trouble& trouble) {
        return refuse(at(trouble.error(), path));
    }
    std::unique_ptr<Connection> copier;
    if (options.copier_pages > 0 && !options.read_only)
        copier = TRY(Connection::open(real, {.vfs = options.vfs}));
    return std::make_unique<SqliteStore>(real, std::move(lock), std::move(connection),
                                         std::move(copier), options.copier_pages, readers);
}

}  // namespace yinuo::store
