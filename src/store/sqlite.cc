#include "store/sqlite.h"

#include <sqlite3.h>

#include <utility>

namespace yinuo::store {

Error sqlite_error(int code, const std::string& detail) {
    const std::string zh = "（SQLite：" + detail + "）", en = " (SQLite: " + detail + ")";
    switch (code) {
        case SQLITE_IOERR_FSYNC:
        case SQLITE_IOERR_DIR_FSYNC:
            return {
                .code = "store-must-restart",
                .what = {"磁盘没有确认写入，最后一次提交是否落盘不得而知" + zh,
                         "the disk did not confirm what was written; whether the last commit "
                         "is on it is not known" +
                             en},
                .mend = {"检查磁盘，然后重新启动程序", "check the disk, then restart the program"}};
        default: break;
    }
    switch (code & 0xff) {
        case SQLITE_FULL:
            return {.code = "disk-full",
                    .what = {"磁盘已满" + zh, "the disk is full" + en},
                    .mend = {"腾出空间，然后重新启动程序", "make room, then restart the program"}};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {.code = "store-damaged",
                    .what = {"库文件已损坏" + zh, "the store's file is damaged" + en},
                    .mend = {"停止程序，从备份恢复", "stop the program and restore a backup"}};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {.code = "store-busy",
                    .what = {"库被别的程序占住" + zh, "another program holds the store" + en},
                    .mend = {"结束那个程序", "end that program"}};
        case SQLITE_CONSTRAINT:
            return {
                .code = "store-inconsistent",
                .what = {"要写的行与已有的行矛盾" + zh,
                         "a row to be written contradicts one that is there" + en},
                .mend = {"检查库：索引可能已损坏", "examine the store: an index may be damaged"}};
        case SQLITE_NOMEM:
            return {.code = "out-of-memory",
                    .what = {"内存不足" + zh, "memory ran out" + en},
                    .mend = {}};
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_READONLY:
            return {.code = "store-not-accessible",
                    .what = {"库文件打不开或不可写" + zh,
                             "the store's file can't be opened or written" + en},
                    .mend = {"检查目录、权限和挂载方式",
                             "check the directory, its permissions and how it is mounted"}};
        default:
            return {.code = "disk-failed",
                    .what = {"读写磁盘失败" + zh, "reading or writing the disk failed" + en},
                    .mend = {"检查磁盘", "check the disk"}};
    }
}

Statement::Statement(Statement&& other) noexcept
    : made_(std::exchange(other.made_, nullptr)),
      connection_(other.connection_),
      home_(other.home_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    std::swap(made_, other.made_);
    std::swap(connection_, other.connection_);
    std::swap(home_, other.home_);
    return *this;
}

Statement::~Statement() {
    if (made_ == nullptr) return;
    sqlite3_reset(made_);
    home_->push_back(made_);
}

bool Statement::step() {
    const int state = sqlite3_step(made_);
    if (state == SQLITE_ROW) return true;
    if (state == SQLITE_DONE) return false;
    connection_->fail();
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(made_, column); }

Instant Statement::instant(int column) const {
    if (sqlite3_column_type(made_, column) == SQLITE_NULL) return Instant::max();
    return {sqlite3_column_int64(made_, column)};
}

std::string_view Statement::view(int column) const {
    // Blob first: it leaves the bytes as they are, and tells lack of memory from emptiness.
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(made_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(made_, column));
    if (bytes == nullptr && size != 0) connection_->fail();
    return {bytes, size};
}

std::string Statement::text(int column) const { return std::string(view(column)); }

void Statement::bind(int place, std::int64_t value) { sqlite3_bind_int64(made_, place, value); }

void Statement::bind(int place, Instant value) {
    if (value == Instant::max())
        sqlite3_bind_null(made_, place);
    else
        sqlite3_bind_int64(made_, place, value.millis);
}

void Statement::bind(int place, std::string_view value) {
    const char* bytes = value.data() == nullptr ? "" : value.data();  // a null pointer means NULL
    if (sqlite3_bind_text64(made_, place, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8) !=
        SQLITE_OK)
        connection_->fail();
}

void Statement::bind(int place, Blob value) {
    const char* bytes = value.bytes.data() == nullptr ? "" : value.bytes.data();
    if (sqlite3_bind_blob64(made_, place, bytes, value.bytes.size(), SQLITE_STATIC) != SQLITE_OK)
        connection_->fail();
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path,
                                                     const ConnectionOptions& options) {
    sqlite3* made = nullptr;
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                      (options.create ? SQLITE_OPEN_CREATE : 0);
    const int state = sqlite3_open_v2(path.c_str(), &made, flags, options.vfs);
    std::unique_ptr<Connection> connection(new Connection(made));
    const auto failed = [&](Error error) {
        error.place.path = path;
        return refuse(std::move(error));
    };
    if (state != SQLITE_OK) return failed(sqlite_error(state, sqlite3_errstr(state)));
    sqlite3_busy_timeout(made, kBusyMillis);
    sqlite3_db_config(made, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(made, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_wal_hook(made, nullptr, nullptr);  // when to empty the log is the desk's decision
    try {
        const auto cache = "PRAGMA cache_size = -" + std::to_string(options.cache_kib);
        connection->run(cache.c_str());
        // No memory map: a torn or vanished page would be a signal instead of an error.
        connection->run("PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY");
    } catch (const Trouble& failure) {
        return failed(failure.error());
    }
    return connection;
}

Connection::~Connection() {
    for (auto& [text, free] : statements_)
        for (auto* statement : free) sqlite3_finalize(statement);
    sqlite3_close_v2(made_);
}

void Connection::fail() {
    trouble_ = sqlite_error(sqlite3_extended_errcode(made_), sqlite3_errmsg(made_));
    throw Trouble(*trouble_);
}

void Connection::run(const char* script) {
    if (sqlite3_exec(made_, script, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

std::int64_t Connection::number(const char* query) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v2(made_, query, -1, &made, nullptr) != SQLITE_OK) fail();
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> owner(made, sqlite3_finalize);
    const int state = sqlite3_step(made);
    if (state == SQLITE_ROW) return sqlite3_column_int64(made, 0);
    if (state != SQLITE_DONE) fail();
    return 0;
}

Statement Connection::take(Sql sql) {
    if (trouble_) throw Trouble(*trouble_);
    auto& free = statements_[sql.text];
    if (!free.empty()) {
        auto* made = free.back();
        free.pop_back();
        return {made, *this, free};
    }
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(made_, sql.text, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr) !=
        SQLITE_OK)
        fail();
    return {made, *this, free};
}

bool Connection::give_up() noexcept {
    if (sqlite3_get_autocommit(made_) == 0)
        sqlite3_exec(made_, "ROLLBACK", nullptr, nullptr, nullptr);
    trouble_.reset();
    return sqlite3_get_autocommit(made_) != 0;
}

int Connection::take_pages_written() {
    int written = 0, most = 0;
    sqlite3_db_status(made_, SQLITE_DBSTATUS_CACHE_WRITE, &written, &most, 1);
    return written;
}

std::int64_t Connection::last_id() const { return sqlite3_last_insert_rowid(made_); }
int Connection::changed() const { return sqlite3_changes(made_); }

}  // namespace yinuo::store
