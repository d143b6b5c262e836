// fsck is content with what the engine wrote, and names what was bent afterwards.
#include "engine/fsck.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "engine/customers.h"
#include "engine/testing.h"

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

TEST_CASE("a tile, a commitment, a checkpoint that was bent is named") {
    World world;
    fill(world);
    auto entries = *world.store->read()->tile(world.tenant, -1, 0);
    auto hashes = *world.store->read()->tile(world.tenant, 0, 0);
    SUBCASE("an entry of the log") {
        entries.bytes[34 * 100 + 10] ^= 1;
        bend(world, [&](store::Writing& rows) { rows.put_tile(world.tenant, entries); });
        CHECK(codes(look(world).findings) == "wrong-commitment damaged-entry ");
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
