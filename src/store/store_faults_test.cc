// Full disks, failed syncs and lost power: trouble is told, and never half a turn is found.
#include <doctest/doctest.h>

#include "store/failing_disk.h"
#include "store/testing.h"

namespace yinuo::store {
namespace {

constexpr int kStreamsACommit = 3;

// A commit of three streams, each with its obligation and fact, and every fourth time the erasure
// of a customer, which empties the write-ahead log into the file. The code of its trouble, or "".
std::string commit_batch(Store& store) {
    try {
        auto writing = store.write();
        const auto source = writing->source(1, "crm");
        for (int i = 0; i < kStreamsACommit; ++i) {
            const auto name = "order/" + std::to_string(writing->last_position() + 1);
            const auto id = begin_stream(*writing, 1, name);
            writing->put_obligation(
                obligation_row(id, id, static_cast<std::uint8_t>(id % 3), {id}));
            writing->put_fact(source, name, id);
        }
        const auto batches = writing->last_position() / kStreamsACommit;
        const auto handle = std::to_string(batches);
        const auto id = writing->put_customer({.tenant = 1, .handle = handle, .wrapped_key = "k"});
        if (batches % 4 == 0) writing->put_customer({.id = id, .tenant = 1, .erased_at = {1}});
        writing->commit();
        return "";
    } catch (const Trouble& trouble) {
        return trouble.error().code;
    }
}

// Whole batches, each with all that belongs to it; their number.
int whole_batches(Store& store) {
    auto reading = store.read();
    const auto last = reading->last_position();
    REQUIRE(last % kStreamsACommit == 0);
    std::int64_t counted = 0;
    for (const auto& [state, count] : reading->count_by_state(1)) counted += count;
    REQUIRE(counted == last);
    REQUIRE(reading->last_obligation() == last);
    REQUIRE(reading->streams(1, "", "", 10'000).size() == static_cast<std::size_t>(last));
    const auto source = reading->find_source(1, "crm");
    for (Position at = 1; at <= last; ++at) {
        const auto name = "order/" + std::to_string(at);
        REQUIRE(reading->entry(at)->body == name);
        REQUIRE(reading->find_stream(1, name)->id == at);
        REQUIRE(reading->obligation(at)->due_at == Instant{at});
        REQUIRE(reading->find_fact(source, name) == at);
    }
    REQUIRE(store.examine().empty());
    return static_cast<int>(last / kStreamsACommit);
}

// Every other round with a copier that is hardly ever idle.
int copier_pages(int round) { return round % 2 == 0 ? 4 : 0; }

TEST_CASE("on a full disk a commit is refused whole, and goes on when there is room") {
    for (int nth = 1; nth <= 80; nth += 3) {
        const TempDir dir;
        FailingDisk disk;
        const auto store =
            open_sqlite(dir.file("y.db"), {.copier_pages = 0, .vfs = disk.name()}).value();
        disk.fill_up_at_write(nth);
        int done = 0;
        std::string code;
        while (!disk.has_failed()) {
            code = commit_batch(*store);
            if (code.empty()) ++done;
        }
        CHECK((code == "disk-full" || code.empty()));  // empty: only emptying the log found it
        CHECK(whole_batches(*store) == done);
        disk.make_room();
        CHECK(commit_batch(*store) == "");
        CHECK(whole_batches(*store) == done + 1);
    }
}

TEST_CASE("after a failed sync nothing more is written until the store is opened anew") {
    for (int nth = 1; nth <= 32; ++nth) {
        const TempDir dir;
        const auto path = dir.file("y.db");
        int done = 0;
        {
            FailingDisk disk;
            const SqliteOptions options{.copier_pages = copier_pages(nth), .vfs = disk.name()};
            const auto store = open_sqlite(path, options).value();
            disk.fail_at_sync((nth + 1) / 2);
            std::string code;
            // The copier tells a moment after it failed.
            for (int left = 10'000; code.empty() && left > 0; --left) {
                code = commit_batch(*store);
                if (code.empty()) ++done;
            }
            CHECK(code == "store-must-restart");
            CHECK(disk.has_failed());
            CHECK(commit_batch(*store) == "store-must-restart");
            CHECK(store->read()->last_position() == done * kStreamsACommit);
        }
        const auto store = open_sqlite(path).value();
        const auto found = whole_batches(*store);
        CHECK((found == done || found == done + 1));
        CHECK(commit_batch(*store) == "");
        CHECK(whole_batches(*store) == found + 1);
    }
}

TEST_CASE("after a loss of power all that was committed is there, and nothing half") {
    std::mt19937 random(20261122);
    int lost_while_opening = 0;
    for (int round = 0; round < 40; ++round) {
        const TempDir dir;
        const auto path = dir.file("y.db");
        FailingDisk disk;
        int done = 0;
        int unsure = 0;  // commits that were begun, and not confirmed
        for (int life = 0; life < 3; ++life) {
            disk.lose_power_at(1 + static_cast<int>(random() % 600));
            auto opened =
                open_sqlite(path, {.copier_pages = copier_pages(round), .vfs = disk.name()});
            if (opened) {
                if (life > 0) {
                    const auto found = whole_batches(**opened);
                    CHECK(found >= done);
                    CHECK(found <= done + unsure);
                    done = found;
                    unsure = 0;
                }
                while (disk.has_power()) {
                    if (commit_batch(**opened).empty())
                        ++done;
                    else
                        unsure = 1;
                }
            } else {
                ++lost_while_opening;
                CHECK(!disk.has_power());
            }
            opened = refuse({});  // closed, as far as it can be
            disk.restart(random);
            std::filesystem::remove(path + "-shm");
        }
        const auto store = open_sqlite(path).value();
        const auto found = whole_batches(*store);
        CHECK(found >= done);
        CHECK(found <= done + unsure);
        CHECK(commit_batch(*store) == "");
    }
    CHECK(lost_while_opening > 0);
}

TEST_CASE("a file cut short or overwritten is refused or told, and never a wrong answer") {
    const TempDir dir;
    const auto path = dir.file("y.db"), broken = dir.file("broken.db");
    {
        const auto store = open_sqlite(path).value();
        for (int i = 0; i < 100; ++i) REQUIRE(commit_batch(*store) == "");
    }
    std::mt19937 random(7);
    const auto size = std::filesystem::file_size(path);
    int told = 0;
    for (int round = 0; round < 40; ++round) {
        std::filesystem::copy_file(path, broken, std::filesystem::copy_options::overwrite_existing);
        if (round % 2 == 0) {
            std::filesystem::resize_file(broken, random() % size);
        } else {
            auto* file = std::fopen(broken.c_str(), "r+b");
            std::fseek(file, static_cast<long>(random() % (size / 4096) * 4096), SEEK_SET);
            const std::string zeros(4096, '\0');
            std::fwrite(zeros.data(), 1, zeros.size(), file);
            std::fclose(file);
        }
        const auto opened = open_sqlite(broken, {.must_exist = true});
        if (!opened || !(*opened)->examine().empty()) ++told;
    }
    CHECK(told == 40);
}

}  // namespace
}  // namespace yinuo::store
