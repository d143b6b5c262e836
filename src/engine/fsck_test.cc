// fsck is content with what the engine wrote, and names what was bent afterwards.
#include "engine/fsck.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "engine/customers.h"
#include "engine/entry.h"
#include "engine/noticing.h"
#include "engine/paying_cashier.h"
#include "engine/testing.h"
#include "engine/turner.h"
#include "store/sqlite.h"
#include "store/testing.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kReply = R"(
promise: reply
version: 1
zone: Asia/Shanghai
subject: case
clauses:
  reply:
    starts: fact = "asked"
    keeps: fact = "answered"
    within: 2 h
)";

void fill(World& world) {
    world.publish(kReply);
    for (int i = 0; i < 300; ++i) {
        const std::string number = std::to_string(i);
        world.report(R"({"id":")" + number + R"(","kind":"asked","subject":"case/)" + number +
                     R"(","customer":"c)" + std::to_string(i % 7) +
                     R"(","at":"2026-03-10T00:00:00Z"})");
    }
}

std::string codes(const Findings& findings) {
    std::string text;
    for (const auto& finding : findings)
        if (text.find(finding.error.code) == std::string::npos) text += finding.error.code + " ";
    return text;
}

Fsck look(World& world) {
    auto made = fsck(*world.store, world.zones, world.keyring);
    REQUIRE(made.has_value());
    return std::move(*made);
}

template <typename Change>
void bend(World& world, Change change) {
    const auto rows = world.store->write();
    change(*rows);
    rows->commit();
}

constexpr std::string_view kGenerous = R"(
promise: generous
version: 1
zone: Asia/Shanghai
subject: order
clauses:
  live:
    starts: fact = "ordered"
    keeps: fact = "live"
    within: 24 h
remedies:
  late-data:
    title: {zh: 逾期送流量, en: Data for being late}
    for: live
    give: {kind: data, amount: 500 MB, per started: 24 h, at most: 5}
    apology: {zh: 抱歉, en: Sorry}
)";

// A store whose log can be damaged behind everybody's back: one promise, and one order that came
// too late and was given something for it.
struct Damaged {
    Damaged() {
        world.publish(kGenerous);
        world.report(R"({"id":"1","kind":"ordered","subject":"order/1","customer":"c1",
                         "at":"2026-03-10T00:00:00Z"})");
        world.wait(hours(25));
        const auto rows = world.store->read();
        rows->entries_after(0, [&](const store::Entry& entry) {
            const bool turn = entry.kind == static_cast<std::uint8_t>(EntryKind::Turn);
            if (turn && entry.leaves > 1) late = entry;
            const bool step = entry.kind == static_cast<std::uint8_t>(EntryKind::Promise);
            if (step && entry.leaves == 1) published = entry;
            return true;
        });
        REQUIRE(late.position != 0);
        REQUIRE(published.position != 0);
    }

    void put(const store::Entry& entry) {
        auto change = behind->use(
            {"UPDATE entries SET body = ?, kind = ?, stream = ? WHERE position = ?"},
            store::Blob{entry.body}, std::int64_t{entry.kind}, entry.stream, entry.position);
        CHECK(!change.step());
    }

    // Every bit of the late turn, one after the other; the codes that were ever found.
    std::string flip_late() {
        std::string all;
        unseen = 0;
        for (std::size_t bit = 0; bit < late.body.size() * 8; ++bit) {
            auto bent = late;
            bent.body[bit / 8] = static_cast<char>(bent.body[bit / 8] ^ 1 << bit % 8);
            put(bent);
            const auto made = look(world);
            unseen += made.findings.empty();
            for (const auto& finding : made.findings)
                if (!all.contains(finding.error.code)) all += finding.error.code + " ";
        }
        put(late);
        return all;
    }

    store::TempDir dir;
    World world{store::open_sqlite(dir.file("y.db")).value()};
    std::unique_ptr<store::Connection> behind =
        store::Connection::open(dir.file("y.db"), {}).value();
    store::Entry late, published;
    int unseen = 0;  // bits that were flipped last without a finding
};

}  // namespace

TEST_CASE("what the engine wrote agrees; leaves about the erased are counted") {
    World world;
    fill(world);
    auto made = look(world);
    CHECK(codes(made.findings) == "");
    CHECK(made.figures.leaves == 301);
    CHECK(made.figures.tiles == 301);
    CHECK(made.figures.rows.facts == 300);
    world.act([&](Turns& turns) { return erase_customer(turns, world.author, "c3", "asked"); });
    made = look(world);
    CHECK(codes(made.findings) == "");
    CHECK(made.figures.leaves + made.figures.erased == 301);
    CHECK(made.figures.erased == 43);
}

TEST_CASE("entries that are their own leaf are held to it: notices, evidence, signatures") {
    Damaged one;
    World& world = one.world;
    const auto stream = *world.store->read()->find_stream(world.tenant, "order/1");
    const auto said = std::to_string(stream.customer);
    world.act([&](Turns& turns) -> Result<void> {
        NoticeTask task;
        task.customer = stream.customer;
        task.notice = "late";
        task.subject = "order/1";
        record_notice(turns, world.tenant, task,
                      {.action = 1, .channel = "mail", .outcome = "sent"});
        turns.append(world.tenant, EntryKind::Delivery, R"({"webhook":1})");
        const Till till = turns.till();
        for (const auto kind : {EntryKind::Evidence, EntryKind::Signature}) {
            const std::string body = R"({"customer":)" + said + R"(,"type":"x"})";
            till.turner.append(till.group,
                               {.tenant = world.tenant,
                                .stream = stream.id,
                                .kind = static_cast<std::uint8_t>(kind),
                                .recorded_at = turns.now(),
                                .body = body},
                               stream.customer, body);
        }
        turns.append(world.tenant, EntryKind::Evidence, R"({"type":"x"})", R"({"type":"x"})");
        return {};
    });
    REQUIRE(codes(look(world).findings) == "");
    auto last = *world.store->read()->entry(world.store->read()->last_position());
    for (int back = 0; back < 5; ++back) {
        auto bent = *world.store->read()->entry(last.position - back);
        if (bent.leaves == 0) continue;
        const auto whole = bent;
        bent.body[bent.body.find("\"type\":\"") + 8] = 'y';
        one.put(bent);
        CHECK(codes(look(world).findings).starts_with("wrong-commitment "));
        one.put(whole);
    }
    world.act([&](Turns& turns) { return erase_customer(turns, world.author, "c1", "asked"); });
    const auto made = look(world);
    CHECK(codes(made.findings) == "");
    CHECK(made.figures.erased >= 3);
}

TEST_CASE("a tile, a commitment, a checkpoint that was bent is named") {
    World world;
    fill(world);
    auto entries = *world.store->read()->tile(world.tenant, -1, 0);
    auto hashes = *world.store->read()->tile(world.tenant, 0, 0);
    SUBCASE("an entry of the log") {
        entries.bytes[34 * 100 + 10] ^= 1;
        bend(world, [&](store::Writing& rows) { rows.put_tile(world.tenant, entries); });
        CHECK(codes(look(world).findings) == "wrong-commitment damaged-entry rows-not-compared ");
    }
    SUBCASE("a hash") {
        hashes.bytes[32 * 100 + 10] ^= 1;
        bend(world, [&](store::Writing& rows) { rows.put_tile(world.tenant, hashes); });
        CHECK(codes(look(world).findings) == "damaged-hash ");
    }
    SUBCASE("the checkpoint's size") {
        auto stands = world.store->read()->checkpoint(world.tenant);
        --stands.size;
        bend(world, [&](store::Writing& rows) { rows.put_checkpoint(world.tenant, stands); });
        CHECK(codes(look(world).findings) == "wrong-checkpoint ");
    }
    SUBCASE("the checkpoint's signature") {
        auto stands = world.store->read()->checkpoint(world.tenant);
        const auto place = stands.note.size() - 10;
        stands.note[place] = stands.note[place] == 'A' ? 'B' : 'A';
        bend(world, [&](store::Writing& rows) { rows.put_checkpoint(world.tenant, stands); });
        CHECK(codes(look(world).findings) == "wrong-checkpoint ");
    }
}

TEST_CASE("a letter changed in a published promise's text is noticed, wherever its hash stands") {
    Damaged one;
    CHECK(codes(look(one.world).findings) == "");
    auto bent = one.published;
    const auto change = [&](std::string_view from, std::string_view to) {
        const auto at = bent.body.find(from);
        REQUIRE(at != std::string::npos);
        bent.body.replace(at, from.size(), to);
        one.put(bent);
    };
    SUBCASE("in the text alone") {
        change("within: 24 h", "within: 34 h");
        const auto made = look(one.world);
        CHECK(codes(made.findings) == "wrong-text-hash rows-not-compared ");
        CHECK(made.findings[0].error.what.en.starts_with("entry " + std::to_string(bent.position) +
                                                         ": "));
    }
    SUBCASE("in the hash alone") {
        const auto at = bent.body.find("\"text_sha256\":\"") + 15;
        bent.body[at] = bent.body[at] == '0' ? '1' : '0';
        one.put(bent);
        CHECK(codes(look(one.world).findings) == "wrong-text-hash rows-not-compared ");
    }
    SUBCASE("in another member") {
        change("\"version\":1", "\"version\":2");
        CHECK(codes(look(one.world).findings) == "wrong-commitment rows-not-compared ");
    }
    one.put(one.published);
    CHECK(codes(look(one.world).findings) == "");
}

TEST_CASE("a turn that names what was never published is a finding, and no crash") {
    Damaged one;
    Arena memory;
    auto body = *read_turn(one.late.body, memory);
    auto change = body.changes[0];
    auto remedy = body.remedies[0];
    SUBCASE("another version") { change.version = one.late.position; }
    SUBCASE("a clause beyond the last") { change.clause = 1; }
    SUBCASE("a clause before the first") { change.clause = -1; }
    SUBCASE("a remedy beyond the last") { remedy.remedy = 1'000'000; }
    SUBCASE("a remedy of another version") { remedy.version = 0; }
    SUBCASE("a gift beyond the last") { remedy.gift = 1; }
    SUBCASE("a rate of no version") { body.stream = "~rate/77/0/north"; }
    SUBCASE("a key of no clause") { body.stream = "~key/"; }
    body.changes = {&change, 1};
    body.remedies = {&remedy, 1};
    auto bent = one.late;
    bent.body.clear();
    write_turn(bent.body, body);
    one.put(bent);
    const auto made = look(one.world);
    CHECK(codes(made.findings) == "log-entry-unreadable rows-not-compared ");
    CHECK(made.findings[0].error.what.en.starts_with("entry " + std::to_string(one.late.position) +
                                                     ": "));
}

TEST_CASE("an entry that can't be read is named by its position, with leaves or without") {
    Damaged one;
    auto bent = one.late;
    SUBCASE("a turn with leaves") {}
    SUBCASE("a promise") { bent = one.published; }
    SUBCASE("a turn without any, the first of its stream") {
        one.world.report(R"({"id":"2","kind":"looked","subject":"order/2",
                             "at":"2026-03-11T00:00:00Z"})");
        const auto rows = one.world.store->read();
        bent = *rows->entry(rows->find_stream(one.world.tenant, "order/2")->id);
        REQUIRE(bent.leaves == 0);
    }
    bent.body.resize(bent.body.size() / 2);
    one.put(bent);
    const auto made = look(one.world);
    REQUIRE(made.findings.size() == 2);
    CHECK(made.findings[0].error.what.en.starts_with("entry " + std::to_string(bent.position)));
    CHECK(made.findings[1].error.code == "rows-not-compared");
}

TEST_CASE("fsck lives with any bit of a turn flipped, also of a customer who was erased") {
    Damaged one;
    CHECK(one.flip_late().contains("wrong-commitment"));
    CHECK(one.unseen == 0);
    one.world.act([&](Turns& turns) { return erase_customer(turns, one.world.author, "c1", "x"); });
    CHECK(one.flip_late().contains("log-entry-unreadable"));
}

TEST_CASE("an earlier checkpoint is the log's beginning, or something is wrong") {
    World world;
    fill(world);
    const auto before = world.store->read()->checkpoint(world.tenant).note;
    world.wait(hours(3));
    const auto after = world.store->read()->checkpoint(world.tenant).note;
    const auto said = [&](const std::string& note) {
        const auto findings = check_against(*world.store->read(), note);
        return findings ? codes(*findings) : findings.error().code;
    };
    CHECK(said(before) == "");
    CHECK(said(after) == "");
    CHECK(said("somebody else\n" + before) == "unknown-origin");

    World other;  // the same keys, another history
    other.publish(kReply);
    const auto findings = check_against(*other.store->read(), before);
    REQUIRE(findings.has_value());
    CHECK(codes(*findings) == "log-shrank ");
}

}  // namespace yinuo::engine
