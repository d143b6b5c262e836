// A byte changed behind everybody's back, wherever it lies: fsck names it, nothing stops, and no
// receipt is made of it that wouldn't verify.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "engine/fsck.h"
#include "engine/moving.h"
#include "engine/receipt.h"
#include "engine/testing.h"
#include "store/sqlite.h"
#include "store/testing.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kVisits = R"(promise: visits
version: 1
zone: Asia/Shanghai
subject: visit
clauses:
  there:
    starts: fact = "booked" and zone = "city"
    keeps: fact = "there"
    within: 2 h
  few:
    per: lift
    starts: fact = "booked"
    keeps: fact = "fixed"
    within: 8 h
  fast:
    rate: {of: fact = "there", good: took <= 30, at least: 90 %, over: day}
)";

// A small store with everything in it: a promise in two versions, visits, a move, a key, a rate.
struct Small {
    Small() {
        world.publish(kVisits);
        for (int i = 0; i < 3; ++i) {
            const std::string number = std::to_string(i);
            world.report(R"({"id":"b)" + number + R"(","kind":"booked","subject":"visit/)" +
                         number + R"(","customer":"c)" + number +
                         R"(","at":"2026-03-10T00:00:00Z",)" +
                         R"("fields":{"zone":"city","lift":"L-7"}})");
        }
        world.wait(minutes(20));
        world.report(R"({"id":"t0","kind":"there","subject":"visit/0","at":"2026-03-10T00:10:00Z",
                         "fields":{"took":20}})");
        std::string second(kVisits);
        second.replace(second.find("version: 1"), 10, "version: 2");
        second.replace(second.find("within: 2 h"), 11, "within: 4 h");
        world.publish(second);
        const auto moved = world.store->read()->find_stream(world.tenant, "visit/1")->id;
        world.act([&](Turns& turns) -> Result<void> {
            const auto said = move(turns, world.author, "visits@1", "visits@2", {moved});
            if (!said) return refuse(said.error());
            REQUIRE_FALSE(said->at(0).refused.has_value());
            return {};
        });
        world.wait(hours(30));
        CHECK(codes() == "");
    }

    std::string codes() {
        const auto made = fsck(*world.store, world.zones, world.keyring);
        if (!made) return "refused: " + made.error().code;
        std::string text;
        for (const auto& finding : made->findings)
            if (!text.contains(finding.error.code)) text += finding.error.code + " ";
        return text;
    }

    // Every receipt verifies, or is refused in words; how many were refused.
    int receipts_refused() {
        int refused = 0;
        const auto rows = world.store->read();
        const auto last = rows->last_obligation();
        for (store::ObligationId id = 1; id <= last; ++id) {
            try {
                Shelf shelf(world.zones);
                const auto file = make_receipt(*rows, world.keyring, shelf, world.tenant, id);
                if (file)
                    CHECK(verify_receipt(*file, std::nullopt, world.zones).fine);
                else
                    CHECK_FALSE(file.error().what.en.empty());
                refused += !file.has_value();
            } catch (const store::Trouble& trouble) {
                CHECK_FALSE(trouble.error().what.en.empty());
                ++refused;
            }
        }
        return refused;
    }

    std::string read(store::Sql sql) {
        auto asked = behind->use(sql);
        REQUIRE(asked.step());
        return std::string(asked.view(0));
    }
    void put(store::Sql sql, const std::string& value) {
        behind->use(sql, store::Blob{value}).run();
    }

    // Flips a bit of each byte of a value, one after the other, and looks what fsck says; those of
    // which it said nothing, as text around the byte.
    std::vector<std::string> unseen(store::Sql from, store::Sql into) {
        std::vector<std::string> all;
        const auto good = read(from);
        REQUIRE_FALSE(good.empty());
        const std::size_t step = std::max<std::size_t>(1, good.size() / 60);
        for (std::size_t at = 0; at < good.size(); at += step) {
            auto bent = good;
            bent[at] = static_cast<char>(bent[at] ^ 1 << at % 8);
            put(into, bent);
            const auto said = codes();
            CHECK_FALSE(said.starts_with("refused"));
            if (said.empty()) all.push_back(good.substr(at < 12 ? 0 : at - 12, 24));
            if (at / step % 4 == 0) receipts_refused();
        }
        put(into, good);
        return all;
    }

    store::TempDir dir;
    World world{store::open_sqlite(dir.file("y.db")).value()};
    std::unique_ptr<store::Connection> behind =
        store::Connection::open(dir.file("y.db"), {}).value();
};

}  // namespace

TEST_CASE("whatever byte of the store is changed, fsck finds it and goes on") {
    Small small;
    CHECK(small.receipts_refused() == 0);
    std::vector<std::string> unseen;
    SUBCASE("a published promise's entry") {
        unseen = small.unseen({"SELECT body FROM entries WHERE kind = 2 AND leaves > 0 LIMIT 1"},
                              {"UPDATE entries SET body = ? WHERE rowid = (SELECT rowid FROM "
                               "entries WHERE kind = 2 AND leaves > 0 LIMIT 1)"});
        // Who published it is in no leaf, but the document has it, too.
    }
    SUBCASE("a promise's document") {
        unseen = small.unseen(
            {"SELECT body FROM documents WHERE collection = 'promise' AND id = 'visits@1' LIMIT 1"},
            {"UPDATE documents SET body = CAST(? AS TEXT) WHERE rowid = (SELECT rowid FROM "
             "documents WHERE "
             "collection = 'promise' AND id = 'visits@1' LIMIT 1)"});
    }
    SUBCASE("a move") {
        unseen = small.unseen({"SELECT body FROM entries WHERE kind = 8 LIMIT 1"},
                              {"UPDATE entries SET body = ? WHERE rowid = (SELECT rowid FROM "
                               "entries WHERE kind = 8 LIMIT 1)"});
        // By whom it was is in no leaf; that it was, and from where to where, decides the rows.
        std::erase_if(unseen, [](const auto& around) { return around.contains("usr_author"); });
    }
    SUBCASE("a turn that began an obligation, and the fact in it") {
        unseen = small.unseen({"SELECT body FROM entries WHERE kind = 1 AND leaves > 0 LIMIT 1"},
                              {"UPDATE entries SET body = ? WHERE rowid = (SELECT rowid FROM "
                               "entries WHERE kind = 1 AND leaves > 0 LIMIT 1)"});
        // A report that became the correction of nothing says the same, and no leaf tells them apart.
        std::erase_if(unseen, [](const auto& around) { return around.starts_with(":b0"); });
    }
    SUBCASE("a turn of a key") {
        unseen = small.unseen(
            {"SELECT body FROM entries WHERE stream IN (SELECT id FROM streams WHERE name LIKE "
             "'~key/%') AND leaves > 0 LIMIT 1"},
            {"UPDATE entries SET body = ? WHERE position = (SELECT MIN(position) FROM entries "
             "WHERE stream IN (SELECT id FROM streams WHERE name LIKE '~key/%') AND leaves > 0)"});
    }
    SUBCASE("a turn of a rate") {
        unseen = small.unseen(
            {"SELECT body FROM entries WHERE stream IN (SELECT id FROM streams WHERE name LIKE "
             "'~rate/%') AND leaves > 0 LIMIT 1"},
            {"UPDATE entries SET body = ? WHERE position = (SELECT MIN(position) FROM entries "
             "WHERE stream IN (SELECT id FROM streams WHERE name LIKE '~rate/%') AND leaves > 0)"});
    }
    SUBCASE("a tile") {
        unseen = small.unseen({"SELECT bytes FROM tiles WHERE level = 0 LIMIT 1"},
                              {"UPDATE tiles SET bytes = ? WHERE rowid = (SELECT rowid FROM tiles "
                               "WHERE level = 0 LIMIT 1)"});
    }
    SUBCASE("the log's bundle of commitments") {
        unseen = small.unseen({"SELECT bytes FROM tiles WHERE level = -1 LIMIT 1"},
                              {"UPDATE tiles SET bytes = ? WHERE rowid = (SELECT rowid FROM tiles "
                               "WHERE level = -1 LIMIT 1)"});
    }
    for (const auto& around : unseen) FAIL_CHECK("fsck didn't see a change in: " << around);
    CHECK(small.codes() == "");
    CHECK(small.receipts_refused() == 0);
}

TEST_CASE("a row that says another thing than the log is named") {
    Small small;
    const auto change = [&](store::Sql sql) { small.behind->use(sql).run(); };
    SUBCASE("another due instant") {
        change({"UPDATE obligations SET due_at = due_at + 1 WHERE id = 1"});
        CHECK(small.codes() == "obligation-differs ");
    }
    SUBCASE("another version") {
        change({"UPDATE obligations SET version = 1 WHERE id = 1"});
        CHECK(small.codes() == "obligation-differs ");
        small.receipts_refused();
    }
    SUBCASE("another place in the log") {
        change({"UPDATE obligations SET position = position + 1 WHERE id = 1"});
        CHECK(small.codes() == "obligation-differs ");
        CHECK(small.receipts_refused() == 1);
    }
    SUBCASE("a place beyond the log") {
        change({"UPDATE obligations SET position = 1000000 WHERE id = 1"});
        CHECK(small.receipts_refused() == 1);
    }
    SUBCASE("another name") {
        change({"UPDATE streams SET name = '~key/' WHERE name = 'visit/0'"});
        CHECK(small.codes().contains("stream-differs"));
        small.receipts_refused();
    }
    SUBCASE("a document that is no JSON") {
        change(
            {"UPDATE documents SET body = '{' WHERE collection = 'promise' AND id = 'visits@2'"});
        CHECK(small.codes() == "promise-unreadable ");
        CHECK(small.receipts_refused() > 0);
    }
    SUBCASE("a document whose text says another limit") {
        change({R"(UPDATE documents SET body = replace(body, 'within: 4 h', 'within: 5 h')
                  WHERE collection = 'promise' AND id = 'visits@2')"});
        CHECK(small.codes() == "promise-differs ");
        CHECK(small.receipts_refused() > 0);
    }
    SUBCASE("no document at all") {
        change({"DELETE FROM documents WHERE collection = 'promise' AND id = 'visits@2'"});
        CHECK(small.codes() == "promise-missing ");
    }
}

}  // namespace yinuo::engine
