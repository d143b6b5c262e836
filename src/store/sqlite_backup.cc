#include "store/sqlite_backup.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

#include "store/sqlite_examine.h"
#include "store/sqlite_layout.h"
#include "store/sqlite_store.h"

namespace yinuo::store {
namespace {

constexpr int kPagesAStep = 1024;

Error exists(const std::string& path) {
    return {.code = "file-exists",
            .what = {"文件已存在", "the file exists already"},
            .mend = {"换一个名字，或先移走它", "use another name, or move it away first"},
            .place = {.path = path}};
}

Error not_written(const std::string& path) {
    return {.code = "copy-failed",
            .what = {"副本写不完整", "the copy could not be completed"},
            .mend = {"检查目录、权限和剩余空间", "check the directory, permissions and free space"},
            .place = {.path = path}};
}

// Throws Trouble.
void copy_pages(Connection& from, Connection& to) {
    from.run("BEGIN");
    from.number("SELECT count(*) FROM sqlite_schema");  // from here on it sees one moment
    sqlite3_backup* copy = sqlite3_backup_init(to.raw(), "main", from.raw(), "main");
    int state = copy == nullptr ? sqlite3_extended_errcode(to.raw()) : SQLITE_OK;
    while (state == SQLITE_OK) state = sqlite3_backup_step(copy, kPagesAStep);
    sqlite3_backup_finish(copy);
    from.give_up();
    if (state != SQLITE_DONE) throw Trouble(sqlite_error(state, sqlite3_errstr(state)));
    to.run("PRAGMA journal_mode = DELETE");  // no write-ahead log beside a copy
}

Result<void> make_copy(Connection& from, const std::string& partial,
                       const std::function<Result<void>(Connection&)>& approve) {
    const auto made = TRY(Connection::open(partial, {.create = true}));
    try {
        copy_pages(from, *made);
        if (approve) return approve(*made);
    } catch (const Trouble& trouble) {
        return refuse(trouble.error());
    }
    return {};
}

// Gives the finished copy its name, so that it stays after a crash. A link, unlike a rename,
// never replaces what came to stand there meanwhile.
Result<void> give_name(const std::string& partial, const std::string& to) {
    if (::link(partial.c_str(), to.c_str()) != 0)
        return refuse(errno == EEXIST ? exists(to) : not_written(to));
    ::unlink(partial.c_str());
    auto folder = std::filesystem::path(to).parent_path().string();
    if (folder.empty()) folder = ".";
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool is_there = file >= 0 && ::fsync(file) == 0;
    if (file >= 0) ::close(file);
    if (!is_there) return refuse(not_written(to));
    return {};
}

}  // namespace

Result<void> copy_store(Connection& from, const std::string& to,
                        const std::function<Result<void>(Connection&)>& approve) {
    std::error_code failed;
    if (std::filesystem::exists(to, failed)) return refuse(exists(to));
    const auto partial = to + ".partial";
    std::filesystem::remove(partial, failed);  // of a copy that was interrupted
    auto done = make_copy(from, partial, approve);
    if (done) done = give_name(partial, to);
    if (done) return {};
    std::filesystem::remove(partial, failed);
    auto error = std::move(done).error();
    if (error.place.path.empty()) error.place.path = to;
    return refuse(std::move(error));
}

Result<void> restore_sqlite(const std::string& backup, const std::string& to) {
    const auto from = TRY(Connection::open(backup, {.read_only = true}));
    try {
        const auto layout = layout_of(*from);
        if (!layout || *layout == 0) {
            auto error = layout ? not_a_store() : layout.error();
            error.place.path = backup;
            return refuse(std::move(error));
        }
        return copy_store(*from, to, [&](Connection& copy) -> Result<void> {
            auto findings = examine_sqlite(copy);
            if (findings.empty()) return {};
            findings.front().error.place.path = backup;
            return refuse(std::move(findings.front().error));
        });
    } catch (const Trouble& trouble) {
        auto error = trouble.error();
        error.place.path = backup;
        return refuse(std::move(error));
    }
}

}  // namespace yinuo::store
