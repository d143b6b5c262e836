#include <sqlite3.h>

#include <functional>
#include <memory>

#include "wire/ocel_log.h"

namespace yinuo::wire {
namespace {

constexpr std::size_t kBytesMax = 1u << 30;
constexpr int kTextBytesMax = 1 << 20;

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

std::string quoted(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

class Loader {
public:
    Loader(sqlite3* database, const std::string& path, OcelLog& log)
        : database_(database), path_(path), log_(log) {}

    Result<void> load() {
        if (auto done = need_tables(
                {"event", "object", "event_object", "event_map_type", "object_map_type"});
            !done)
            return done;
        if (auto done = load_objects(); !done) return done;
        if (auto done = load_events(); !done) return done;
        // An event that its type's table lacks has no time; what reads the time will reject it.
        auto done = each("SELECT ocel_id, ocel_type FROM event", [&](sqlite3_stmt* row) {
            const auto id = text(row, 0);
            if (!events_.emplace(id, log_.events.size()).second) return;
            log_.events.push_back({id, text(row, 1), {}, {}, {}});
        });
        if (!done) return done;
        return each(
            "SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM event_object",
            [&](sqlite3_stmt* row) {
                const auto found = events_.find(text(row, 0));
                if (found != events_.end())
                    log_.events[found->second].relations.push_back({text(row, 1), text(row, 2)});
            });
    }

private:
    Error broken() const {
        const std::string why = sqlite3_errmsg(database_);
        return not_ocel(path_, {"SQLite：" + why, "SQLite: " + why});
    }

    std::string_view text(sqlite3_stmt* row, int column) {
        if (sqlite3_column_type(row, column) == SQLITE_NULL) return {};
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
        return size == 0 ? std::string_view("", 0) : log_.memory.copy({bytes, size});
    }

    Result<void> each(const std::string& query, const std::function<void(sqlite3_stmt*)>& take) {
        sqlite3_stmt* made = nullptr;
        if (sqlite3_prepare_v2(database_, query.c_str(), -1, &made, nullptr) != SQLITE_OK)
            return refuse(broken());
        const Statement statement(made, sqlite3_finalize);
        int state;
        while ((state = sqlite3_step(statement.get())) == SQLITE_ROW) {
            take(statement.get());
            if (log_.memory.reserved() > kBytesMax)
                return refuse({.code = "too-big",
                               .what = {"OCEL 日志超过 1 GiB", "the OCEL log is larger than 1 GiB"},
                               .mend = {},
                               .place = {.path = path_}});
        }
        if (state != SQLITE_DONE) return refuse(broken());
        return {};
    }

    // Plain tables only: a view or a virtual table could compute for ever.
    Result<void> need_tables(const std::vector<std::string>& names) {
        for (const auto& name : names) {
            sqlite3_stmt* made = nullptr;
            const char* query =
                "SELECT 1 FROM sqlite_schema WHERE name = ?1 AND type = 'table' AND sql NOT LIKE "
                "'CREATE VIRTUAL%'";
            if (sqlite3_prepare_v2(database_, query, -1, &made, nullptr) != SQLITE_OK)
                return refuse(broken());
            const Statement statement(made, sqlite3_finalize);
            sqlite3_bind_text(made, 1, name.c_str(), static_cast<int>(name.size()),
                              SQLITE_TRANSIENT);
            if (sqlite3_step(made) != SQLITE_ROW)
                return refuse(not_ocel(path_, {"没有数据表 " + name, "it has no table " + name}));
        }
        return {};
    }

    // Every type has a table of its own; its rows are handed on with the type's name.
    Result<void> each_typed(const std::string& what,
                            const std::function<void(sqlite3_stmt*, std::string_view)>& take) {
        std::vector<std::pair<std::string_view, std::string>> types;
        auto done = each(
            "SELECT ocel_type, ocel_type_map FROM " + what + "_map_type", [&](sqlite3_stmt* row) {
                types.emplace_back(text(row, 0), what + "_" + std::string(text(row, 1)));
            });
        if (!done) return done;
        for (const auto& [type, table] : types) {
            if (done = need_tables({table}); !done) return done;
            done =
                each("SELECT * FROM " + quoted(table), [&](sqlite3_stmt* row) { take(row, type); });
            if (!done) return done;
        }
        return {};
    }

    Result<void> load_objects() {
        std::unordered_map<std::string_view, std::size_t> known;
        return each_typed("object", [&](sqlite3_stmt* row, std::string_view type) {
            std::string_view id, time, changed;
            std::vector<OcelAttribute> attributes;
            for (int i = 0; i < sqlite3_column_count(row); ++i) {
                const std::string_view name = sqlite3_column_name(row, i);
                if (name == "ocel_id")
                    id = text(row, i);
                else if (name == "ocel_time")
                    time = text(row, i);
                else if (name == "ocel_changed_field")
                    changed = text(row, i);
                else if (const auto value = text(row, i); value.data() != nullptr)
                    attributes.push_back({log_.memory.copy(name), {}, value});
            }
            const auto [place, is_new] = known.emplace(id, log_.objects.size());
            if (is_new) log_.objects.push_back({id, type, {}});
            for (auto& attribute : attributes) {
                if (!changed.empty() && attribute.name != changed) continue;
                attribute.time = time;
                log_.objects[place->second].attributes.push_back(attribute);
            }
        });
    }

    Result<void> load_events() {
        return each_typed("event", [&](sqlite3_stmt* row, std::string_view type) {
            OcelEvent event;
            event.type = type;
            for (int i = 0; i < sqlite3_column_count(row); ++i) {
                const std::string_view name = sqlite3_column_name(row, i);
                const auto value = text(row, i);
                if (name == "ocel_id")
                    event.id = value;
                else if (name == "ocel_time")
                    event.time = value;
                else
                    event.attributes.push_back({log_.memory.copy(name), {}, value});
            }
            events_.emplace(event.id, log_.events.size());
            log_.events.push_back(std::move(event));
        });
    }

    sqlite3* database_;
    const std::string& path_;
    OcelLog& log_;
    std::unordered_map<std::string_view, std::size_t> events_;
};

}  // namespace

Result<void> load_ocel_sqlite(const std::string& path, OcelLog& log) {
    sqlite3* made = nullptr;
    const int state =
        sqlite3_open_v2(path.c_str(), &made, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    const Database database(made, sqlite3_close);
    if (state != SQLITE_OK)
        return refuse(not_ocel(path, {"SQLite 打不开", "SQLite can't open it"}));
    sqlite3_db_config(made, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(made, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_limit(made, SQLITE_LIMIT_LENGTH, kTextBytesMax);
    sqlite3_limit(made, SQLITE_LIMIT_ATTACHED, 0);
    return Loader(made, path, log).load();
}

}  // namespace yinuo::wire
