#include <doctest/doctest.h>

#include "base/decimal.h"
#include "engine/canonical_json.h"
#include "engine/entry.h"

namespace yinuo::engine {
namespace {

using feel::Value;
using promise::EventKind;

struct SomeNames : LeafNames {
    std::string_view origin() const override { return "log.example.com/shop"; }
    std::string_view promise(store::Position) const override { return "same-day-install@3"; }
    std::string_view text_hash(store::Position) const override { return "ab12"; }
    std::string_view clause(store::Position, int) const override { return "install"; }
    std::string_view remedy(store::Position, int remedy) const override {
        return remedy == 0 ? "voucher" : "data";
    }
};

const Instant kPlaced = *parse_instant("2026-03-10T08:00:00Z");

std::string canonical(const Value& value) {
    std::string out;
    append_canonical_value(out, value);
    return out;
}

std::string to_hex(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
    }
    return text;
}

}  // namespace

TEST_CASE("a change's leaf says how the obligation stands and what became of it") {
    const std::string hash(32, '\x0F');
    const ObligationChange::Step steps[] = {
        {.kind = EventKind::Started, .at = kPlaced, .due_at = kPlaced + hours(24), .who = {}},
        {.kind = EventKind::Reversed,
         .reversed = EventKind::VoidedByUs,
         .at = kPlaced + Millis{250},
         .who = {}},
        {.kind = EventKind::Agreed, .at = kPlaced, .who = "u-7 \"雷\""}};
    const ObligationChange changes[] = {{.id = 4'711,
                                         .version = 9,
                                         .clause = 0,
                                         .label = {},
                                         .state = promise::State::VoidByUs,
                                         .started_at = kPlaced,
                                         .due_at = kPlaced + hours(24),
                                         .settled_at = kPlaced + hours(1),
                                         .steps = steps,
                                         .facts_hash = hash}};
    const TurnBody turn{.stream = "order/4711", .facts = {}, .changes = changes, .remedies = {}};
    const auto leaves = leaves_of(turn, kPlaced + seconds(3), SomeNames());
    REQUIRE(leaves.size() == 1);
    CHECK(leaves[0] ==
          R"({"clause":"install","due":"2026-03-11T08:00:00.000Z",)"
          R"("facts_sha256":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",)"
          R"("log":"log.example.com/shop","obligation":"obl_4k7","occurrence":1,)"
          R"("promise":"same-day-install@3","recorded":"2026-03-10T08:00:03.000Z",)"
          R"("settled":"2026-03-10T09:00:00.000Z","started":"2026-03-10T08:00:00.000Z",)"
          R"("state":"void by us","steps":[)"
          R"({"at":"2026-03-10T08:00:00.000Z","due":"2026-03-11T08:00:00.000Z","what":"started"},)"
          R"({"at":"2026-03-10T08:00:00.250Z","reversed":"voided by us","what":"reversed"},)"
          R"({"at":"2026-03-10T08:00:00.000Z","what":"agreed","who":"u-7 \"雷\""}],)"
          R"("subject":"order/4711","text_sha256":"ab12","type":"obligation","v":1})");
}

TEST_CASE("a remedy's leaf comes after the changes and counts money in minor units") {
    const ObligationChange changes[] = {
        {.id = 1, .label = "2026-03/north", .broken_at = kPlaced, .steps = {}, .facts_hash = {}}};
    const RemedyChange remedies[] = {{.obligation = 1,
                                      .payee = "customer",
                                      .amount = *Decimal::parse("20.00"),
                                      .currency = "CNY",
                                      .minor = 2'000,
                                      .at = kPlaced,
                                      .version = 9},
                                     {.obligation = 1,
                                      .back = true,
                                      .remedy = 1,
                                      .gift = 2,
                                      .payee = "customer",
                                      .amount = *Decimal::parse("500"),
                                      .currency = {},
                                      .at = kPlaced,
                                      .version = 9}};
    const TurnBody turn{
        .stream = "order/4711", .facts = {}, .changes = changes, .remedies = remedies};
    const auto leaves = leaves_of(turn, kPlaced, SomeNames());
    REQUIRE(leaves.size() == 3);
    CHECK(leaves[0] ==
          R"({"broken":"2026-03-10T08:00:00.000Z","clause":"install","label":"2026-03/north",)"
          R"("log":"log.example.com/shop","obligation":"obl_1","occurrence":1,)"
          R"("promise":"same-day-install@3","recorded":"2026-03-10T08:00:00.000Z",)"
          R"("state":"pending","steps":[],"subject":"order/4711","text_sha256":"ab12",)"
          R"("type":"obligation","v":1})");
    CHECK(leaves[1] ==
          R"({"amount":"20.00","at":"2026-03-10T08:00:00.000Z","back":false,"currency":"CNY",)"
          R"("gift":0,"log":"log.example.com/shop","minor":2000,"obligation":"obl_1",)"
          R"("payee":"customer","promise":"same-day-install@3",)"
          R"("recorded":"2026-03-10T08:00:00.000Z","remedy":"voucher","subject":"order/4711",)"
          R"("text_sha256":"ab12","type":"remedy","v":1})");
    CHECK(leaves[2] ==
          R"({"amount":"500","at":"2026-03-10T08:00:00.000Z","back":true,"gift":2,)"
          R"("log":"log.example.com/shop","obligation":"obl_1","payee":"customer",)"
          R"("promise":"same-day-install@3","recorded":"2026-03-10T08:00:00.000Z",)"
          R"("remedy":"data","subject":"order/4711","text_sha256":"ab12","type":"remedy","v":1})");
}

TEST_CASE("every kind of step has its own word") {
    std::vector<ObligationChange::Step> steps;
    for (int kind = 0; kind <= static_cast<int>(EventKind::Reversed); ++kind)
        steps.push_back({.kind = static_cast<EventKind>(kind), .at = kPlaced, .who = {}});
    const ObligationChange changes[] = {{.label = {}, .steps = steps, .facts_hash = {}}};
    const TurnBody turn{.stream = "s", .facts = {}, .changes = changes, .remedies = {}};
    const std::string leaf = leaves_of(turn, kPlaced, SomeNames()).front();
    for (const std::string_view word :
         {"started",  "due set",  "paused",       "resumed",  "warned",       "kept",
          "broken",   "voided",   "voided by us", "waived",   "not measured", "lateness ended",
          "reopened", "claimed",  "confirmed",    "rejected", "withheld",     "evidence seen",
          "agreed",   "released", "extended",     "reversed"}) {
        CAPTURE(word);
        CHECK(leaf.find("\"what\":\"" + std::string(word) + "\"") != std::string::npos);
    }
}

// The values below come from RFC 8785, section 3.2.2.2 and 3.2.3.
TEST_CASE("texts and keys are spelled and sorted as RFC 8785 says") {
    std::string text;
    append_canonical_text(text, "\xE2\x82\xAC$\x0F\nA'B\"\\\\\"/\x7F\b\t\f\r");
    CHECK(text == "\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\x7F\\b\\t\\f\\r\"");
    const std::string_view keys[] = {
        "\r", "1", "\xC2\x80", "\xC3\xB6", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xEF\xAC\xB3"};
    for (std::size_t i = 0; i < std::size(keys); ++i)
        for (std::size_t j = 0; j < std::size(keys); ++j)
            CHECK(key_comes_before(keys[i], keys[j]) == (i < j));
    CHECK(key_comes_before("", "a"));
    CHECK(key_comes_before("a", "ab"));
    CHECK_FALSE(key_comes_before("", ""));
    std::string broken;
    append_canonical_text(broken, "a\xFFz");
    CHECK(broken == "\"a\xEF\xBF\xBDz\"");
}

TEST_CASE("an instant is always written with milliseconds") {
    for (const std::string_view text :
         {"1970-01-01T00:00:00.000Z", "2026-03-10T08:00:00.000Z", "2199-12-31T23:59:59.999Z",
          "2000-02-29T00:00:00.070Z", "1969-12-31T23:59:59.000Z", "0001-01-01T00:00:00.120Z"})
        CHECK(instant_text(*parse_instant(text)) == text);
}

TEST_CASE("values lose nothing in a fact's line") {
    CHECK(canonical(Value::number(9'007'199'254'740'991)) == "9007199254740991");
    CHECK(canonical(Value::number(9'007'199'254'740'992)) == R"({"num":"9007199254740992"})");
    CHECK(canonical(Value::number(-5)) == "-5");
    CHECK(canonical(Value::number(*Decimal::parse("12.30"))) == R"({"num":"12.30"})");
    CHECK(canonical(Value::number(*Decimal::parse("-0"))) == "0");
    CHECK(canonical(Value::date_of_days(20'523)) == R"({"date":"2026-03-11"})");
    CHECK(canonical(Value::duration(hours(26))) == R"({"duration":"P1DT2H"})");
    CHECK(canonical(Value::months(14)) == R"({"duration":"P1Y2M"})");
    CHECK(canonical(Value::instant(kPlaced, Zone::fixed(0)))
              .starts_with(R"({"datetime":"2026-03-10T08:)"));
    const feel::Entry entries[] = {
        {"z", Value::boolean(true)}, {"a", Value::null()}, {"z", Value::boolean(false)}};
    const Value items[] = {Value::context(entries), Value::string("x")};
    CHECK(canonical(Value::list(items)) == R"([{"ctx":{"a":null,"z":true}},"x"])");
}

TEST_CASE("a fact's line has only what the promise reads, and its hash doesn't depend on a table") {
    const auto line_of = [](std::initializer_list<const char*> interned_before, bool hash) {
        Names names;
        for (const char* word : interned_before) names.intern(word);
        const Symbol read[] = {names.intern("zone"), names.intern("amount")};
        const feel::Binding fields[] = {{names.intern("zone"), Value::string("城区")},
                                        {names.intern("note"), Value::string("no rule reads it")},
                                        {names.intern("amount"), Value::number(3)}};
        const promise::Fact fact{.id = "1:e-17",
                                 .subject = "order/4711",
                                 .kind = names.intern("order.placed"),
                                 .at = kPlaced,
                                 .received_at = kPlaced + seconds(2),
                                 .sequence = 7,
                                 .fields = fields};
        if (hash) {
            const promise::Fact* facts[] = {&fact, &fact};
            return to_hex(facts_hash(facts, read, names));
        }
        std::string line;
        append_fact_line(line, fact, read, names);
        return line;
    };
    CHECK(line_of({}, false) ==
          R"({"at":"2026-03-10T08:00:00.000Z","fields":{"amount":3,"zone":"城区"},"id":"1:e-17",)"
          R"("kind":"order.placed","received":"2026-03-10T08:00:02.000Z","sequence":7,)"
          R"("subject":"order/4711"})");
    CHECK(line_of({"amount", "other"}, true) == line_of({}, true));
    CHECK(line_of({}, true) == "674a6ef514f873198397b9b42da55b516feb876cacba0bb75eb9a7d0babf4261");
}

TEST_CASE("a commitment is the hash of its prefix, salt and content") {
    CHECK(to_hex(commitment(std::string(32, 's'), R"({"v":1})")) ==
          "94efab867cc55a32d82fb631abb7f96111282e2056fb2d167ec8242644e82c56");
    CHECK(commitment(std::string(32, 's'), "a") != commitment(std::string(32, 't'), "a"));
}

TEST_CASE("an obligation's id is read as people write it, and nothing else is one") {
    for (const std::int64_t id :
         {1LL, 31LL, 32LL, 4'711LL, 1'234'567'890'123LL, 9'223'372'036'854'775'807LL}) {
        const auto read = parse_obligation(obligation_text(id));
        REQUIRE(read.has_value());
        CHECK(*read == id);
    }
    CHECK(obligation_text(4'711) == "obl_4k7");
    CHECK(*parse_obligation("obl_4K7") == 4'711);
    CHECK(*parse_obligation("obl_O1") == 1);
    CHECK(*parse_obligation("obl_I") == 1);
    for (const std::string_view text :
         {"", "obl_", "obl_0", "obl_u", "obl_4k7 ", "4k7", "prm_4k7", "obl_8000000000000",
          "obl_zzzzzzzzzzzzz", "obl_00000000000001", "obl_-1", "obl_\xE4\xB8\x80"}) {
        CAPTURE(text);
        const auto read = parse_obligation(text);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == "bad-obligation");
    }
}

}  // namespace yinuo::engine
