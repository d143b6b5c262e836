// A thin hand on SQLite's C API: a connection that keeps its prepared statements, and a statement
// that is reset and given back when its user leaves. Every failure is thrown as Trouble.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/store.h"

struct sqlite3;
struct sqlite3_stmt;

namespace yinuo::store {

constexpr int kBusyMillis = 10'000;  // how long another process may hold the file

// SQL written in the source. Its address is what a prepared statement is found by.
struct Sql {
    consteval Sql(const char* text_) : text(text_) {}
    const char* text;
};

// Bytes that are no text.
struct Blob {
    std::string_view bytes;
};

class Connection;

// A statement with its parameters bound, not run yet. Bound texts are borrowed until it ends.
class Statement {
public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    ~Statement();

    bool step();                  // true: a row; false: done
    void run() { (void)step(); }  // where no row is expected

    std::int64_t integer(int column) const;
    Instant instant(int column) const;  // NULL: max
    std::string text(int column) const;
    std::string_view view(int column) const;  // until the next step

private:
    friend class Connection;
    Statement(sqlite3_stmt* made, Connection& connection, std::vector<sqlite3_stmt*>& home)
        : made_(made), connection_(&connection), home_(&home) {}
    void bind(int place, std::int64_t);
    void bind(int place, Instant);  // max: NULL
    void bind(int place, std::string_view);
    void bind(int place, Blob);

    sqlite3_stmt* made_;
    Connection* connection_;
    std::vector<sqlite3_stmt*>* home_;
};

struct ConnectionOptions {
    bool read_only = false;
    bool create = false;
    const char* vfs = nullptr;
    std::int64_t cache_kib = 2000;
};

// After a failure every use of it fails in the same way until give_up(): SQLite may have rolled
// back on its own, and what came next would stand outside of any transaction.
class Connection {
public:
    static Result<std::unique_ptr<Connection>> open(const std::string& path,
                                                    const ConnectionOptions&);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void run(const char* script);            // one or more statements without parameters
    std::int64_t number(const char* query);  // of the first row and column; 0 without a row

    template <typename... Values>
    Statement use(Sql sql, const Values&... values) {
        auto statement = take(sql);
        int place = 0;
        (statement.bind(++place, value_of(values)), ...);
        return statement;
    }

    // Rolls back and forgets a failure; false if a transaction is still open after it.
    bool give_up() noexcept;
    std::int64_t last_id() const;  // that the last INSERT was given
    int changed() const;           // rows, by the last statement
    int take_pages_written();      // to the write-ahead log, since it was last asked
    sqlite3* raw() const { return made_; }

private:
    explicit Connection(sqlite3* made) : made_(made) {}
    friend class Statement;
    Statement take(Sql);
    [[noreturn]] void fail();
    static std::int64_t value_of(std::integral auto value) { return value; }
    static Instant value_of(Instant value) { return value; }
    static std::string_view value_of(std::string_view value) { return value; }
    static Blob value_of(Blob value) { return value; }

    sqlite3* made_;
    std::optional<Error> trouble_;
    std::unordered_map<const char*, std::vector<sqlite3_stmt*>> statements_;
};

// What SQLite's extended result code says, to the operator. `detail` is SQLite's own sentence.
Error sqlite_error(int code, const std::string& detail);

}  // namespace yinuo::store
