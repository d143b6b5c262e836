// What a turn's bytes keep: the sum of a rate, whose fact it is.
#include <doctest/doctest.h>

#include "engine/entry.h"

namespace yinuo::engine {
namespace {

constexpr Instant kAt{1'773'129'600'000};

}  // namespace

TEST_CASE("a rate's turn is of version 2, and says what was counted") {
    const ObligationChange rate{.id = 1,
                                .version = 2,
                                .label = "2026-03",
                                .steps = {},
                                .facts_hash = {},
                                .sum = promise::RateSum{.counted = 10, .good = 9, .value = 5}};
    std::string bytes;
    write_turn(bytes, {.stream = "s", .facts = {}, .changes = {&rate, 1}, .remedies = {}});
    CHECK(bytes[0] == 2);
    // one; its sum; 10, 9, 5; no remedies
    CHECK(bytes.ends_with(std::string("\x01\x14\x12\x03\x0a\x01\x00", 7)));
    Arena memory;
    const auto read = read_turn(bytes, memory);
    REQUIRE(read);
    CHECK(read->changes[0].sum->good == 9);
    bytes[0] = 1;
    CHECK_FALSE(read_turn(bytes, memory));
    const auto more = bytes.size() - 6;
    bytes[0] = 2;
    bytes[more] = '\x10';  // of 8
    CHECK_FALSE(read_turn(bytes, memory));
}

TEST_CASE("two sources' equal ids stay two, and no id stays none") {
    const LoggedFact facts[] = {
        {.source = 3, .id = "a:1", .kind = "k", .at = kAt, .fields = {}, .sealed = {}},
        {.source = 4, .id = "a:1", .kind = "k", .at = kAt, .fields = {}, .sealed = {}},
        {.source = 4, .id = {}, .kind = "k", .at = kAt, .fields = {}, .sealed = {}}};
    std::string body;
    write_turn(body, {.stream = "s", .facts = facts, .changes = {}, .remedies = {}});
    Arena memory;
    std::vector<promise::Fact> read;
    REQUIRE(read_facts(body, kAt, Names(), memory, read).has_value());
    CHECK(read[0].id == "3:a:1");
    CHECK(read[1].id == "4:a:1");
    CHECK(read[2].id.empty());
}

}  // namespace yinuo::engine
