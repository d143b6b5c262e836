#include "demo/disturbance.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/arena.h"
#include "wire/fact_reader.h"

namespace yinuo::demo {
namespace {

constexpr Instant kNoon{1'773'144'000'000};

Case order(std::uint64_t number) {
    Case made;
    made.number = number;
    made.subject = "order/" + std::to_string(number);
    made.customer = "H-1";
    made.facts = {{.kind = "order.placed",
                   .at = kNoon,
                   .fields = R"({"area":"city"})",
                   .personal = R"({"name":"王示例"})"},
                  {.kind = "service.active", .at = kNoon + hours(5), .closes = true}};
    made.cancelled_kind = "order.cancelled";
    made.cancelled_fields = R"({"by":"customer"})";
    return made;
}

wire::ReadFact read(const std::string& json, Arena& memory) {
    auto all = wire::read_fact_list(json, wire::FactFormat::Document, {}, memory);
    REQUIRE_MESSAGE(all, json);
    REQUIRE(all->size() == 1);
    return all->front();
}

TEST_CASE("each disturbance comes as often as its row of the table says") {
    constexpr int kCases = 40'000;
    std::array<double, kDisturbances> seen = {};
    double plain_facts = 0;
    for (int i = 0; i < kCases; ++i) {
        bool cancelled = false, never = false;
        for (const auto& planned : disturbed(order(static_cast<std::uint64_t>(i)), Dice(7))) {
            seen[static_cast<std::size_t>(planned.why)] += 1;
            cancelled |= planned.why == Disturbance::Cancelled;
            never |= planned.why == Disturbance::NeverCloses;
        }
        CHECK_FALSE((cancelled && never));
        plain_facts += never ? 1 : 2;
    }
    for (const auto& row : disturbances()) {
        const double of = row.of_cases ? kCases : plain_facts;
        const double expected = row.rate * of;
        INFO(row.name);
        // Late ones take precedence over what is out of order, cancelled over what never closes.
        CHECK(std::abs(seen[static_cast<std::size_t>(row.what)] - expected) <
              4 * std::sqrt(expected) + 0.05 * expected);
    }
}

TEST_CASE("the same case and seed give the same plan, another seed another one") {
    int differ = 0;
    for (std::uint64_t i = 0; i < 200; ++i) {
        const auto one = disturbed(order(i), Dice(1)), again = disturbed(order(i), Dice(1));
        REQUIRE(one.size() == again.size());
        for (std::size_t k = 0; k < one.size(); ++k) {
            CHECK(one[k].report_at == again[k].report_at);
            CHECK(one[k].json == again[k].json);
        }
        differ += disturbed(order(i), Dice(2)).size() != one.size();
    }
    CHECK(differ > 5);
}

TEST_CASE("only what is malformed on purpose can't be read, and nothing comes before it happened") {
    Arena memory;
    int malformed = 0, corrected = 0, late = 0;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        for (const auto& planned : disturbed(order(i), Dice(3))) {
            if (planned.json.empty()) continue;
            const auto fact = read(planned.json, memory);
            const bool bad = planned.why == Disturbance::Malformed;
            CHECK_MESSAGE(fact.errors.empty() != bad, planned.json);
            malformed += bad;
            if (bad) continue;
            CHECK(planned.report_at >= fact.fact.at);
            CHECK(planned.report_at >= kNoon);
            if (planned.why == Disturbance::Corrected) {
                ++corrected;
                CHECK(fact.fact.change == promise::Change::Correct);
            }
            if (planned.why == Disturbance::Late) {
                ++late;
                const auto by = planned.report_at - fact.fact.at;
                CHECK(by >= minutes(3));
                CHECK(by <= hours(12) + minutes(10));
            }
        }
        memory.reset();
    }
    CHECK(malformed > 100);
    CHECK(corrected > 500);
    CHECK(late > 1000);
}

TEST_CASE("what is told twice is told in the same words, so that it can be known again") {
    int twice = 0;
    for (std::uint64_t i = 0; i < 2'000; ++i) {
        const auto plan = disturbed(order(i), Dice(5));
        for (const auto& planned : plan) {
            if (planned.why != Disturbance::Repeated) continue;
            ++twice;
            CHECK(std::ranges::count(plan, planned.json, &Planned::json) == 2);
        }
    }
    CHECK(twice > 60);
}

}  // namespace
}  // namespace yinuo::demo
