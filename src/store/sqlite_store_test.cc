// What is SQLite's own: the file, who may open it, older and newer layouts, copies, examination.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <array>
#include <fstream>
#include <thread>

#include "store/sqlite_layout.h"
#include "store/testing.h"

namespace yinuo::store {
namespace {

namespace fs = std::filesystem;

// Runs SQL on a file behind the store's back.
void run_sql(const std::string& path, const std::string& sql) {
    const auto connection = Connection::open(path, {.create = true}).value();
    connection->run(sql.c_str());
}

std::string code_of(const Result<std::unique_ptr<Store>>& opened) {
    return opened ? "" : opened.error().code;
}

void fill(Store& store, int streams) {
    auto writing = store.write();
    const auto source = writing->source(1, "crm");
    for (int i = 0; i < streams; ++i) {
        const auto id = begin_stream(*writing, 1, "order/" + std::to_string(i));
        writing->put_obligation(obligation_row(writing->last_obligation() + 1, id, 0, {i}));
        writing->put_fact(source, "fact/" + std::to_string(i), id);
    }
    writing->commit();
}

TEST_CASE("a store that is closed and opened again has all that was committed") {
    const TempDir dir;
    fill(*open_sqlite(dir.file("y.db")).value(), 100);
    const auto store = open_sqlite(dir.file("y.db")).value();
    auto reading = store->read();
    CHECK(reading->last_position() == 100);
    CHECK(reading->find_stream(1, "order/99")->id == 100);
    CHECK(reading->count_by_state(1).at(0).count == 100);
    CHECK(store->examine().empty());
}

TEST_CASE("a second program is refused the store, but may read it") {
    const TempDir dir;
    const auto path = dir.file("y.db");
    const auto store = open_sqlite(path).value();
    fill(*store, 3);
    const auto second = open_sqlite(path);
    CHECK(code_of(second) == "store-in-use");
    CHECK(second.error().place.path == path);
    fs::create_symlink(path, dir.file("alias.db"));
    CHECK(code_of(open_sqlite(dir.file("alias.db"))) == "store-in-use");

    const auto beside = open_sqlite(path, {.read_only = true}).value();
    CHECK(beside->read()->last_position() == 3);
    CHECK_THROWS_AS(beside->write(), Trouble);
    auto writing = store->write();
    begin_stream(*writing, 1, "later");
    writing->commit();
    CHECK(beside->read()->last_position() == 4);
}

TEST_CASE("what isn't there or isn't ours is refused with a clear word") {
    const TempDir dir;
    CHECK(code_of(open_sqlite(dir.file("none.db"), {.must_exist = true})) == "no-store");
    CHECK(code_of(open_sqlite(dir.file("none.db"), {.read_only = true})) == "no-store");
    CHECK(!fs::exists(dir.file("none.db")));
    CHECK(code_of(open_sqlite(dir.file("no/such/dir.db"))) == "store-not-accessible");

    std::ofstream(dir.file("text.db")) << std::string(5000, 'x');
    CHECK(code_of(open_sqlite(dir.file("text.db"))) == "store-damaged");
    run_sql(dir.file("other.db"), "CREATE TABLE t (x)");
    CHECK(code_of(open_sqlite(dir.file("other.db"))) == "not-a-store");
    CHECK(code_of(open_sqlite(dir.file(""), {.must_exist = true})) != "");
}

TEST_CASE("a newer layout is refused, and left as it is") {
    const TempDir dir;
    fill(*open_sqlite(dir.file("y.db")).value(), 1);
    run_sql(dir.file("y.db"), "PRAGMA user_version = 99");
    const auto opened = open_sqlite(dir.file("y.db"));
    CHECK(code_of(opened) == "store-too-new");
    CHECK(opened.error().what.en.find("99") != std::string::npos);
}

TEST_CASE("an older layout is brought up to date step by step, and a failed step leaves no trace") {
    const TempDir dir;
    const std::array first{"CREATE TABLE a (x)"};
    const std::array both{"CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y; CREATE TABLE b (x)"};
    const std::array broken{"CREATE TABLE a (x)", "CREATE TABLE b (x); CREATE TABLE a (x)"};
    auto connection = Connection::open(dir.file("y.db"), {.create = true}).value();
    REQUIRE(bring_up_to_date(*connection, first));
    CHECK(layout_of(*connection, first) == 1);
    connection->run("INSERT INTO a VALUES (7)");
    CHECK_THROWS_AS((void)bring_up_to_date(*connection, broken), Trouble);
    CHECK(layout_of(*connection, both) == 1);
    CHECK(connection->number("SELECT count(*) FROM sqlite_schema WHERE name = 'b'") == 0);
    REQUIRE(bring_up_to_date(*connection, both));
    CHECK(layout_of(*connection, both) == 2);
    CHECK(connection->number("SELECT x FROM a WHERE y IS NULL") == 7);
    CHECK(connection->number("SELECT count(*) FROM b") == 0);
    CHECK(bring_up_to_date(*connection, first).error().code == "store-too-new");
}

TEST_CASE("a backup is one moment of the store while its writer goes on") {
    const TempDir dir;
    const auto store = open_sqlite(dir.file("y.db")).value();
    fill(*store, 2000);
    std::thread writer([&] {
        for (int i = 0; i < 200; ++i) {
            auto writing = store->write();
            begin_stream(*writing, 2, "later/" + std::to_string(i));
            writing->commit();
        }
    });
    const auto done = store->backup(dir.file("copy.db"));
    writer.join();
    REQUIRE(done);
    CHECK(store->backup(dir.file("copy.db")).error().code == "file-exists");
    CHECK(!fs::exists(dir.file("copy.db.partial")));
    CHECK(!fs::exists(dir.file("copy.db-wal")));

    REQUIRE(restore_sqlite(dir.file("copy.db"), dir.file("again.db")));
    const auto again = open_sqlite(dir.file("again.db"), {.must_exist = true}).value();
    auto reading = again->read();
    CHECK(reading->last_position() >= 2000);
    CHECK(reading->find_stream(1, "order/1999")->id == 2000);
    CHECK(again->examine().empty());
    CHECK(restore_sqlite(dir.file("copy.db"), dir.file("again.db")).error().code == "file-exists");
}

TEST_CASE("a backup into no directory says so") {
    const TempDir dir;
    const auto store = open_sqlite(dir.file("y.db")).value();
    const auto done = store->backup(dir.file("no/such/copy.db"));
    REQUIRE(!done);
    CHECK(done.error().code == "store-not-accessible");
    fill(*store, 1);  // and the store goes on
}

TEST_CASE("a backup with a broken page, or that is no store, isn't restored") {
    const TempDir dir;
    const auto store = open_sqlite(dir.file("y.db")).value();
    fill(*store, 2000);
    REQUIRE(store->backup(dir.file("copy.db")));
    {
        std::fstream file(dir.file("copy.db"), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(
            static_cast<std::streamoff>(fs::file_size(dir.file("copy.db")) / 2 / 4096 * 4096));
        file << std::string(4096, '\x5a');
    }
    const auto done = restore_sqlite(dir.file("copy.db"), dir.file("again.db"));
    REQUIRE(!done);
    CHECK(done.error().code == "store-damaged");
    CHECK(!fs::exists(dir.file("again.db")));
    CHECK(!fs::exists(dir.file("again.db.partial")));

    run_sql(dir.file("other.db"), "CREATE TABLE t (x)");
    CHECK(restore_sqlite(dir.file("other.db"), dir.file("again.db")).error().code == "not-a-store");
    CHECK(!restore_sqlite(dir.file("none.db"), dir.file("again.db")));
}

TEST_CASE("examination finds rows that name what isn't there") {
    const TempDir dir;
    const auto path = dir.file("y.db");
    fill(*open_sqlite(path).value(), 10);
    const auto found = [&](const std::string& sql) {
        fs::copy_file(path, dir.file("broken.db"), fs::copy_options::overwrite_existing);
        run_sql(dir.file("broken.db"), sql);
        std::string codes;
        for (const auto& finding : open_sqlite(dir.file("broken.db")).value()->examine())
            codes += finding.error.code + " ";
        return codes;
    };
    CHECK(found("DELETE FROM entries WHERE position = 1") ==
          "log-has-holes stream-without-entry obligation-without-entry ");
    CHECK(found("DELETE FROM entries WHERE position = 5") ==
          "log-has-holes stream-without-entry obligation-without-entry ");
    CHECK(found("DELETE FROM streams WHERE id = 5") ==
          "entry-without-stream obligation-without-stream fact-without-stream ");
    CHECK(found("DELETE FROM obligations WHERE id = 5") == "counts-are-wrong ");
    CHECK(found("UPDATE obligations SET state = 3 WHERE id = 5") == "counts-are-wrong ");
    CHECK(found("DELETE FROM sources") == "fact-without-stream ");
    CHECK(found("UPDATE streams SET tenant = 2 WHERE id = 5") ==
          "stream-without-entry obligation-without-stream ");
    CHECK(found("UPDATE streams SET customer = 2 WHERE id = 5") == "stream-without-customer ");
    CHECK(found("INSERT INTO members VALUES (99, 1)") == "member-without-stream ");
    CHECK(found("INSERT INTO alerts VALUES (1,1,99,1,0,0,'x',1,NULL,NULL,'')") ==
          "alert-without-obligation ");
    CHECK(found("SELECT 1") == "");
}

TEST_CASE("the write-ahead log is emptied into the file before it grows large") {
    const TempDir dir;
    const auto store = open_sqlite(dir.file("y.db")).value();
    for (int i = 0; i < 40; ++i) {
        auto writing = store->write();
        writing->append({.tenant = 1, .kind = 1, .body = std::string(5'000'000, 'x')});
        writing->commit();
    }
    CHECK(fs::file_size(dir.file("y.db")) > 100'000'000);
    CHECK(fs::file_size(dir.file("y.db-wal")) < 80'000'000);
}

TEST_CASE("an erased customer's key is gone from the file and its log") {
    const TempDir dir;
    const auto store = open_sqlite(dir.file("y.db")).value();
    const std::string key = "a-key-that-must-not-stay-anywhere";
    const auto is_anywhere = [&] {
        for (const auto* name : {"y.db", "y.db-wal"}) {
            std::ifstream file(dir.file(name), std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(file), {}};
            if (bytes.find(key) != std::string::npos) return true;
        }
        return false;
    };
    CustomerId id = 0;
    {
        auto writing = store->write();
        id = writing->put_customer({.tenant = 1, .handle = "ada", .wrapped_key = key});
        writing->commit();
    }
    CHECK(is_anywhere());
    auto writing = store->write();
    writing->put_customer({.id = id, .tenant = 1, .erased_at = {5}});
    writing->commit();
    CHECK(!is_anywhere());
}

}  // namespace
}  // namespace yinuo::store
