#include "engine/entry.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <deque>
#include <tuple>

#include "engine/canonical_json.h"
#include "engine/entry_bytes.h"
#include "tlog/hash.h"

namespace yinuo::engine {
namespace {

using feel::Moment;
using feel::Value;
using promise::EventKind;
using promise::State;

class OneZone : public Zones {
public:
    const Zone* find(std::string_view name) override {
        return name == east_.name() ? &east_ : nullptr;
    }
    const Zone& east() const { return east_; }

private:
    Zone east_ = Zone::fixed(8 * 3600);
};

// Knows no zone, and whether it was asked for one: a flipped name may be nobody's.
struct AskedZones : Zones {
    bool asked = false;
    const Zone* find(std::string_view) override {
        asked = true;
        return nullptr;
    }
};

const Instant kPlaced = *parse_instant("2026-03-10T08:00:00Z");
const std::string kHash(32, '\x5A');

std::string to_hex(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
    }
    return text;
}

// An order of six fields that begins three obligations.
struct Order {
    std::vector<Field> fields{{"amount", Value::number(*Decimal::parse("129.90"))},
                              {"area", Value::string("城区")},
                              {"channel", Value::string("app")},
                              {"lines", Value::number(2)},
                              {"vip", Value::boolean(true)},
                              {"wanted", Value::date_of_days(20'523)}};
    std::vector<LoggedFact> facts{{.source = 1,
                                   .id = "6f9c1c1e-77ab-4c58-b8a0-0f9c6d2f1a11",
                                   .kind = "order.placed",
                                   .at = kPlaced,
                                   .sequence = 1,
                                   .fields = fields,
                                   .sealed = {}}};
    std::vector<ObligationChange::Step> steps{
        {.kind = EventKind::Started, .at = kPlaced, .due_at = kPlaced + hours(24), .who = {}},
        {.kind = EventKind::DueSet, .at = kPlaced, .due_at = kPlaced + hours(24), .who = {}}};
    std::vector<ObligationChange> changes;
    TurnBody turn{
        .stream = "order/4711", .customer = 70'001, .facts = facts, .changes = {}, .remedies = {}};

    Order() {
        for (int i = 0; i < 3; ++i)
            changes.push_back({.id = 100'000 + i,
                               .version = 4'200,
                               .clause = i,
                               .label = {},
                               .state = State::Running,
                               .started_at = kPlaced,
                               .due_at = kPlaced + hours(24),
                               .steps = steps,
                               .facts_hash = kHash});
        turn.changes = changes;
    }
    Order(const Order&) = delete;
};

std::string bytes_of(const TurnBody& turn) {
    std::string out;
    write_turn(out, turn);
    return out;
}

// --- arbitrary turns ----------------------------------------------------------------------------

// Keeps what arbitrary turns borrow.
struct Keeper {
    Arena memory;
    OneZone zones;

    std::string_view text(std::size_t longest = 12) {
        const auto size = *rc::gen::inRange<std::size_t>(0, longest);
        return memory.copy(*rc::gen::container<std::string>(size, rc::gen::arbitrary<char>()));
    }
    template <typename T, typename Make>
    std::span<const T> some(int at_most, Make make) {
        auto items = memory.array<T>(static_cast<std::size_t>(*rc::gen::inRange(0, at_most)));
        for (T& item : items) new (&item) T(make());
        return items;
    }
    Instant instant() {
        switch (*rc::gen::inRange(0, 5)) {
            case 0: return Instant::max();
            case 1: return Instant::min();
            case 2: return {*rc::gen::inRange(Instant::min().millis, Instant::max().millis)};
            default:
                return kPlaced + Millis{*rc::gen::inRange<std::int64_t>(-10'000'000, 10'000'000)};
        }
    }
    Moment moment(bool time_of_day) {
        Moment moment{.offset = Moment::kNoOffset};
        moment.local_seconds = time_of_day
                                   ? *rc::gen::inRange<std::int64_t>(0, 86'400)
                                   : *rc::gen::inRange<std::int64_t>(-9'000'000'000, 9'000'000'000);
        if (*rc::gen::arbitrary<bool>())
            moment.nanos = *rc::gen::inRange<std::uint32_t>(0, 1'000'000'000);
        if (*rc::gen::arbitrary<bool>()) moment.offset = *rc::gen::inRange(-64'800, 64'801);
        if (*rc::gen::arbitrary<bool>()) moment.zone = &zones.east();
        return moment;
    }
    Decimal decimal() {
        const int exponent = *rc::gen::inRange(-40, 40);
        if (*rc::gen::arbitrary<bool>())
            return Decimal::scaled(*rc::gen::arbitrary<std::int64_t>(), exponent);
        return Decimal::from_digits(*rc::gen::inRange<std::uint64_t>(0, 540'000'000'000'000),
                                    *rc::gen::arbitrary<std::uint64_t>(), exponent,
                                    *rc::gen::arbitrary<bool>());
    }
    Value value(int depth) {
        switch (*rc::gen::inRange(0, depth < 3 ? 13 : 10)) {
            case 0: return Value::null();
            case 1: return Value::boolean(*rc::gen::arbitrary<bool>());
            case 2: return Value::number(*rc::gen::arbitrary<std::int64_t>());
            case 3: return Value::number(decimal());
            case 4: return Value::string(text(300));
            case 5:
                return Value::date_of_days(
                    *rc::gen::inRange<std::int64_t>(-365'000'000'000, 365'000'000'000));
            case 6: return Value::time(moment(true));
            case 7: return Value::date_time(moment(false));
            case 8:
                return Value::duration_nanos(*rc::gen::arbitrary<std::int64_t>() / 4,
                                             *rc::gen::inRange(0, 1'000'000'000));
            case 9: return Value::months(*rc::gen::inRange(-30'000, 30'000));
            case 10: return Value::list(some<Value>(4, [&] { return value(depth + 1); }));
            default:
                return Value::context(
                    some<feel::Entry>(4, [&] { return feel::Entry{text(), value(depth + 1)}; }));
        }
    }
    EventKind kind() { return static_cast<EventKind>(*rc::gen::inRange(0, 22)); }

    TurnBody turn() {
        TurnBody turn{.stream = text(40),
                      .customer = *rc::gen::arbitrary<std::int64_t>(),
                      .facts = {},
                      .changes = {},
                      .remedies = {}};
        turn.facts = some<LoggedFact>(4, [&] {
            return LoggedFact{.source = *rc::gen::arbitrary<std::int64_t>(),
                              .id = text(),
                              .kind = text(),
                              .at = instant(),
                              .sequence = *rc::gen::arbitrary<std::int64_t>(),
                              .change = static_cast<promise::Change>(*rc::gen::inRange(0, 3)),
                              .fields = some<Field>(8, [&] { return Field{text(), value(0)}; }),
                              .sealed = text(200)};
        });
        const auto sum = [&]() -> std::optional<promise::RateSum> {
            if (*rc::gen::inRange(0, 4) != 0) return std::nullopt;
            const auto good = *rc::gen::inRange<std::int64_t>(0, 1'000'000);
            return promise::RateSum{.counted = good + 1, .good = good, .value = decimal()};
        };
        turn.changes = some<ObligationChange>(5, [&] {
            return ObligationChange{
                .id = *rc::gen::arbitrary<std::int64_t>(),
                .version = *rc::gen::inRange<std::int64_t>(0, 1'000'000),
                .clause = *rc::gen::arbitrary<std::int32_t>(),
                .occurrence = *rc::gen::arbitrary<std::int32_t>(),
                .label = text(),
                .state = static_cast<State>(*rc::gen::inRange(0, promise::kStates)),
                .started_at = instant(),
                .due_at = instant(),
                .broken_at = instant(),
                .settled_at = instant(),
                .steps = some<ObligationChange::Step>(5,
                                                      [&] {
                                                          return ObligationChange::Step{
                                                              .kind = kind(),
                                                              .reversed = kind(),
                                                              .at = instant(),
                                                              .due_at = instant(),
                                                              .who = text()};
                                                      }),
                .facts_hash = memory.copy(
                    std::string(*rc::gen::arbitrary<bool>() ? 32 : 0, *rc::gen::inRange('a', 'd'))),
                .sum = sum()};
        });
        turn.remedies = some<RemedyChange>(4, [&] {
            RemedyChange remedy{.obligation = *rc::gen::arbitrary<std::int64_t>(),
                                .back = *rc::gen::arbitrary<bool>(),
                                .remedy = *rc::gen::arbitrary<std::int32_t>(),
                                .gift = *rc::gen::arbitrary<std::int32_t>(),
                                .payee = text(),
                                .amount = decimal(),
                                .currency = text(4),
                                .minor = 0,
                                .at = instant(),
                                .version = *rc::gen::arbitrary<std::int64_t>()};
            if (!remedy.currency.empty()) remedy.minor = *rc::gen::arbitrary<std::int64_t>();
            return remedy;
        });
        return turn;
    }
};

void must_equal(const Value& a, const Value& b) {
    RC_ASSERT(a.type() == b.type());
    switch (a.type()) {
        case feel::Type::Number:
            RC_ASSERT(a.as_number() == b.as_number());
            RC_ASSERT(a.as_number().exponent() == b.as_number().exponent());
            return;
        case feel::Type::Time:
        case feel::Type::DateTime: {
            const Moment x = a.as_moment();
            const Moment y = b.as_moment();
            RC_ASSERT(x.local_seconds == y.local_seconds);
            RC_ASSERT(x.nanos == y.nanos);
            RC_ASSERT(x.offset == y.offset);
            RC_ASSERT(x.zone == y.zone);
            return;
        }
        case feel::Type::Date: RC_ASSERT(a.date_days() == b.date_days()); return;
        case feel::Type::List:
            RC_ASSERT(a.as_list().size() == b.as_list().size());
            for (std::size_t i = 0; i < a.as_list().size(); ++i)
                must_equal(a.as_list()[i], b.as_list()[i]);
            return;
        case feel::Type::Context:
            RC_ASSERT(a.as_context().size() == b.as_context().size());
            for (std::size_t i = 0; i < a.as_context().size(); ++i) {
                RC_ASSERT(a.as_context()[i].key == b.as_context()[i].key);
                must_equal(a.as_context()[i].value, b.as_context()[i].value);
            }
            return;
        case feel::Type::String: RC_ASSERT(a.as_string() == b.as_string()); return;
        case feel::Type::DaysTimeDuration:
            RC_ASSERT(a.duration_seconds() == b.duration_seconds());
            RC_ASSERT(a.duration_nanos_part() == b.duration_nanos_part());
            return;
        case feel::Type::YearsMonthsDuration: RC_ASSERT(a.as_months() == b.as_months()); return;
        case feel::Type::Boolean: RC_ASSERT(a.as_boolean() == b.as_boolean()); return;
        default: return;
    }
}

void must_equal(const TurnBody& a, const TurnBody& b) {
    RC_ASSERT(a.stream == b.stream);
    RC_ASSERT(a.customer == b.customer);
    RC_ASSERT(a.facts.size() == b.facts.size());
    for (std::size_t i = 0; i < a.facts.size(); ++i) {
        const LoggedFact& x = a.facts[i];
        const LoggedFact& y = b.facts[i];
        RC_ASSERT(x.source == y.source);
        RC_ASSERT(x.id == y.id);
        RC_ASSERT(x.kind == y.kind);
        RC_ASSERT(x.at == y.at);
        RC_ASSERT(x.sequence == y.sequence);
        RC_ASSERT(x.change == y.change);
        RC_ASSERT(x.sealed == y.sealed);
        RC_ASSERT(x.fields.size() == y.fields.size());
        for (std::size_t j = 0; j < x.fields.size(); ++j) {
            RC_ASSERT(x.fields[j].name == y.fields[j].name);
            must_equal(x.fields[j].value, y.fields[j].value);
        }
    }
    RC_ASSERT(a.changes.size() == b.changes.size());
    for (std::size_t i = 0; i < a.changes.size(); ++i) {
        const ObligationChange& x = a.changes[i];
        const ObligationChange& y = b.changes[i];
        RC_ASSERT(x.id == y.id);
        RC_ASSERT(x.version == y.version);
        RC_ASSERT(x.clause == y.clause);
        RC_ASSERT(x.occurrence == y.occurrence);
        RC_ASSERT(x.label == y.label);
        RC_ASSERT(x.state == y.state);
        RC_ASSERT(x.started_at == y.started_at);
        RC_ASSERT(x.due_at == y.due_at);
        RC_ASSERT(x.broken_at == y.broken_at);
        RC_ASSERT(x.settled_at == y.settled_at);
        RC_ASSERT(x.facts_hash == y.facts_hash);
        const auto s = x.sum.value_or(promise::RateSum{.counted = -1});
        const auto u = y.sum.value_or(promise::RateSum{.counted = -1});
        RC_ASSERT(std::tie(s.counted, s.good, s.value) == std::tie(u.counted, u.good, u.value));
        RC_ASSERT(x.steps.size() == y.steps.size());
        for (std::size_t j = 0; j < x.steps.size(); ++j) {
            RC_ASSERT(x.steps[j].kind == y.steps[j].kind);
            RC_ASSERT(x.steps[j].reversed == y.steps[j].reversed);
            RC_ASSERT(x.steps[j].at == y.steps[j].at);
            RC_ASSERT(x.steps[j].due_at == y.steps[j].due_at);
            RC_ASSERT(x.steps[j].who == y.steps[j].who);
        }
    }
    RC_ASSERT(a.remedies.size() == b.remedies.size());
    for (std::size_t i = 0; i < a.remedies.size(); ++i) {
        const RemedyChange& x = a.remedies[i];
        const RemedyChange& y = b.remedies[i];
        RC_ASSERT(x.obligation == y.obligation);
        RC_ASSERT(x.version == y.version);
        RC_ASSERT(x.back == y.back);
        RC_ASSERT(x.remedy == y.remedy);
        RC_ASSERT(x.gift == y.gift);
        RC_ASSERT(x.payee == y.payee);
        RC_ASSERT(x.amount == y.amount);
        RC_ASSERT(x.amount.exponent() == y.amount.exponent());
        RC_ASSERT(x.currency == y.currency);
        RC_ASSERT(x.minor == y.minor);
        RC_ASSERT(x.at == y.at);
    }
}

}  // namespace

TEST_CASE("any turn is read as it was written, and written again to the same bytes") {
    CHECK(rc::check([] {
        Keeper keeper;
        const TurnBody turn = keeper.turn();
        const std::string body = bytes_of(turn);
        Arena memory;
        const auto again = read_turn(body, memory, &keeper.zones);
        RC_ASSERT(again.has_value());
        must_equal(turn, *again);
        RC_ASSERT(bytes_of(*again) == body);
    }));
}

TEST_CASE("a fold gets the facts of any turn, with the fields it knows and no others") {
    CHECK(rc::check([] {
        Keeper keeper;
        const TurnBody turn = keeper.turn();
        const std::string body = bytes_of(turn);
        Names names;
        std::vector<std::string_view> known;
        for (const auto& fact : turn.facts)
            for (std::size_t i = 0; i < fact.fields.size(); i += 2)
                known.push_back(fact.fields[i].name);
        for (const auto name : known) names.intern(name);
        RC_ASSERT(learn_kinds(body, names).has_value());
        Arena memory;
        std::vector<promise::Fact> facts;
        RC_ASSERT(read_facts(body, kPlaced, names, memory, facts, &keeper.zones).has_value());
        RC_ASSERT(facts.size() == turn.facts.size());
        for (std::size_t i = 0; i < facts.size(); ++i) {
            const LoggedFact& from = turn.facts[i];
            RC_ASSERT(facts[i].subject == turn.stream);
            RC_ASSERT(names.text(facts[i].kind) == from.kind);
            RC_ASSERT(facts[i].at == from.at);
            RC_ASSERT(facts[i].received_at == kPlaced);
            RC_ASSERT(facts[i].sequence == from.sequence);
            RC_ASSERT(facts[i].change == from.change);
            RC_ASSERT(facts[i].id ==
                      (from.id.empty() ? std::string()
                                       : std::to_string(from.source) + ":" + std::string(from.id)));
            std::size_t kept = 0;
            for (const Field& field : from.fields) {
                if (names.find(field.name) == Symbol::None) continue;
                RC_ASSERT(kept < facts[i].fields.size());
                RC_ASSERT(names.text(facts[i].fields[kept].name) == field.name);
                must_equal(facts[i].fields[kept++].value, field.value);
            }
            RC_ASSERT(kept == facts[i].fields.size());
        }
    }));
}

TEST_CASE("a kind that nobody has named is none until it is learned") {
    const Order order;
    const std::string body = bytes_of(order.turn);
    Names names;
    Arena memory;
    std::vector<promise::Fact> facts;
    REQUIRE(read_facts(body, kPlaced, names, memory, facts).has_value());
    CHECK(facts[0].kind == Symbol::None);
    REQUIRE(learn_kinds(body, names).has_value());
    REQUIRE(read_facts(body, kPlaced, names, memory, facts).has_value());
    CHECK(names.text(facts[1].kind) == "order.placed");
    CHECK(names.size() == 1);
}

TEST_CASE("a turn cut short anywhere is refused") {
    const Order order;
    const std::string body = bytes_of(order.turn);
    for (std::size_t size = 0; size < body.size(); ++size) {
        Arena memory;
        const auto read = read_turn(std::string_view(body).substr(0, size), memory);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == "log-entry-unreadable");
        CHECK_FALSE(read.error().what.zh.empty());
    }
    Arena memory;
    CHECK_FALSE(read_turn(body + '\0', memory).has_value());
}

TEST_CASE("a turn with flipped bits is refused, or read as one that would be written so") {
    CHECK(rc::check([] {
        Keeper keeper;
        std::string body = bytes_of(keeper.turn());
        const int flips = *rc::gen::inRange(1, 4);
        for (int i = 0; i < flips; ++i) {
            auto& byte = body[*rc::gen::inRange<std::size_t>(0, body.size())];
            byte = static_cast<char>(byte ^ (1 << *rc::gen::inRange(0, 8)));
        }
        Arena memory;
        AskedZones zones;
        const auto read = read_turn(body, memory, &zones);
        if (read && !zones.asked) RC_ASSERT(bytes_of(*read) == body);
        Names names;
        std::vector<promise::Fact> facts;
        static_cast<void>(learn_kinds(body, names));
        static_cast<void>(read_facts(body, kPlaced, names, memory, facts));
    }));
}

TEST_CASE("values nest no deeper than sixteen") {
    const auto nested = [](int depth) {
        std::string bytes(1, '\0');  // null
        for (int i = 0; i < depth; ++i) {
            std::string outer(1, '\x0C');
            put_varint(outer, bytes.size() + 1);
            bytes = outer + '\x01' + bytes;
        }
        return bytes;
    };
    Arena memory;
    for (const int depth : {0, 1, 16, 17, 40}) {
        const std::string bytes = nested(depth);
        ByteReader in(bytes);
        read_value(in, memory, nullptr);
        CHECK(in.good() == (depth <= 16));
    }
}

TEST_CASE("a number has one spelling") {
    for (const auto& bytes :
         {std::string("\x80\x00", 2), std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"),
          std::string("\x80"), std::string()}) {
        ByteReader in(bytes);
        in.varint();
        CHECK_FALSE(in.good());
    }
    for (const std::uint64_t number : {0ULL, 127ULL, 128ULL, 16'384ULL, ~0ULL}) {
        std::string bytes;
        put_varint(bytes, number);
        ByteReader in(bytes);
        CHECK(in.varint() == number);
        CHECK(in.good());
        CHECK(in.done());
    }
}

TEST_CASE("the bytes of version 1 are these: an order and its obligations") {
    const Order order;
    CHECK(to_hex(bytes_of(order.turn)) ==
          "010a6f726465722f34373131e2c50880b094ec9a67770126313a36663963316331652d373761622d"
          "346335382d623861302d3066396336643266316131310c6f726465722e706c616365640102000606"
          "616d6f756e7404fcca010304617265610606e59f8ee58cba076368616e6e656c0603617070056c69"
          "6e6573030403766970020677616e74656407d6c0027b03a08d06e820000200010181f0b252000002"
          "400181f0b252410181f0b252025a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
          "5a5a5a5a5aa18d06e820020200010181f0b252000002400181f0b252410181f0b25201a28d06e820"
          "040200010181f0b252000002400181f0b252410181f0b252010100");
}

TEST_CASE("the bytes of version 1 are these: everything there is") {
    OneZone zones;
    const Value list[] = {Value::number(-1), Value::null()};
    const feel::Entry context[] = {{"k", Value::list(list)}};
    const Field fields[] = {
        {"a", Value::number(*Decimal::parse("-12345678901234567890.50"))},
        {"b", Value::number(*Decimal::parse("1e3"))},
        {"c", Value::time({.local_seconds = 30'600, .offset = Moment::kNoOffset})},
        {"d", Value::date_time({.local_seconds = 1'773'129'600,
                                .nanos = 250'000'000,
                                .offset = 28'800,
                                .zone = &zones.east()})},
        {"e", Value::duration_nanos(-7'200, 5)},
        {"f", Value::months(14)},
        {"g", Value::context(context)},
        {"h", Value::boolean(false)},
    };
    const LoggedFact facts[] = {{.source = 3,
                                 .id = "a",
                                 .kind = "k",
                                 .at = kPlaced,
                                 .sequence = -2,
                                 .change = promise::Change::Correct,
                                 .fields = fields,
                                 .sealed = "sealed"},
                                {.source = 12,
                                 .id = {},
                                 .kind = "k",
                                 .at = kPlaced - seconds(1),
                                 .change = promise::Change::Retract,
                                 .fields = {},
                                 .sealed = {}}};
    const ObligationChange::Step steps[] = {{.kind = EventKind::Reversed,
                                             .reversed = EventKind::Broken,
                                             .at = kPlaced,
                                             .due_at = Instant::max(),
                                             .who = {}},
                                            {.kind = EventKind::Agreed,
                                             .reversed = EventKind::Started,
                                             .at = kPlaced + seconds(1),
                                             .due_at = kPlaced + seconds(2),
                                             .who = "u7"}};
    const ObligationChange changes[] = {{.id = 1,
                                         .version = 2,
                                         .clause = 0,
                                         .occurrence = 2,
                                         .label = "2026-03",
                                         .state = State::NotMeasured,
                                         .broken_at = kPlaced,
                                         .settled_at = kPlaced + minutes(1),
                                         .steps = steps,
                                         .facts_hash = {}}};
    const RemedyChange remedies[] = {
        {.obligation = 1,
         .back = true,
         .remedy = 1,
         .gift = 2,
         .payee = "customer",
         .amount = *Decimal::parse("20.00"),
         .currency = "CNY",
         .minor = 2'000,
         .at = kPlaced,
         .version = 2},
        {.obligation = 1, .payee = {}, .amount = 500, .currency = {}, .at = kPlaced, .version = 2}};
    const TurnBody turn{
        .stream = "s", .customer = 0, .facts = facts, .changes = changes, .remedies = remedies};
    CHECK(to_hex(bytes_of(turn)) ==
          "0101730080b094ec9a676a0203333a61016b010305080161050142baf480c1bde18e89ed01030162"
          "0402060163080090de030164090780befe9a0d80e59a7780c203062b30383a303001650abf700501"
          "660b1c01670d0901016b0c0402030100016801067365616c65640331323a016bd00f000200210101"
          "02000407323032362d303309000001c1a90702350106d2d10fa11f02753700240201020302040863"
          "7573746f6d657204a01f0303434e59a01f0101020000000003e80701");
    Arena memory;
    const std::string body = bytes_of(turn);
    must_equal(turn, *read_turn(body, memory, &zones));
    // Without the zones the time stays, its offset too; the zone's name is gone.
    const auto without = read_turn(body, memory);
    const Moment moment = without->facts[0].fields[3].value.as_moment();
    CHECK(moment.zone == nullptr);
    CHECK(moment.offset == 28'800);
}

TEST_CASE("the example in docs/internals/event-log.md is one") {
    const Field fields[] = {{"amount", Value::number(*Decimal::parse("12.30"))}};
    const LoggedFact facts[] = {
        {.source = 3, .id = "a", .kind = "k", .at = kPlaced, .fields = fields, .sealed = {}}};
    CHECK(to_hex(bytes_of({.stream = "s", .facts = facts, .changes = {}, .remedies = {}})) ==
          "01017300"          // version 1, stream "s", nobody's
          "80b094ec9a67"      // the instant that others count from
          "160103333a61016b"  // one fact of 22 bytes: "3:a", kind "k"
          "01000001"          // how much later, sequence, change, one field
          "06616d6f756e74049c1303"
          "0100"
          "0100");
}

TEST_CASE("an order with six fields and three obligations takes at most 450 bytes") {
    const Order order;
    MESSAGE(bytes_of(order.turn).size() << " bytes");
    CHECK(bytes_of(order.turn).size() <= 450);
}

}  // namespace yinuo::engine
