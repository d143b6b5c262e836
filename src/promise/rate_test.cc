#include "promise/rate.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include "promise/history.h"
#include "promise/record.h"
#include "promise/testing.h"

namespace yinuo::promise {
namespace {

constexpr Instant kBegin{1'767'196'800'000};  // 2026-01-01T00:00:00+08:00
Instant day(int n) { return kBegin + hours(24 * n); }

// Of "call"s, at least 80 % "quick"; by `agent` if keyed.
Promise calls(Workshop& shop, std::vector<Span> over, bool keyed) {
    Promise p = shop.promise();
    Rate rate{.of = shop.kind("call"),
              .except = shop.when("test = true"),
              .good = shop.when("quick = true"),
              .value = {},
              .percentile = 0,
              .bound = 80,
              .over = std::move(over),
              .at = {}};
    Clause& clause = shop.add(p, "level", std::move(rate), "");
    if (keyed) clause.per = shop.formula("agent");
    return p;
}

std::string text_of(const Obligation& o) {
    return std::string(o.subject) + " " + std::string(name_of(o.state)) + " " +
           std::to_string(o.good) + "/" + std::to_string(o.counted);
}
std::string text_of(std::span<const Obligation> all) {
    std::string text;
    for (const Obligation& o : all) text += (text.empty() ? "" : "; ") + text_of(o);
    return text;
}

}  // namespace

TEST_CASE("every period from the first fact on is judged, also one in which nobody called") {
    Workshop shop;
    Promise promise = calls(shop, {Span::Month}, false);
    std::vector<Fact> facts;
    const auto call = [&](int on, bool quick) {
        facts.push_back(shop.fact("call/" + std::to_string(facts.size()), "call", day(on),
                                  {{"quick", feel::Value::boolean(quick)}}));
    };
    for (int i = 0; i < 5; ++i) call(3, i > 0);
    call(65, false);
    call(92, true);
    Arena kept;
    Folding folding(shop.names, kept);
    const auto at = [&](Instant now) { return fold_all(promise, facts, now, folding).obligations; };
    CHECK(text_of(at(day(95))) ==
          "2026-01 kept 4/5; 2026-02 not measured 0/0; 2026-03 broken 0/1; 2026-04 running 1/1");
    // Each is the first of its kind about its period, and the running one tells when it ends.
    const auto all = at(day(95));
    for (const Obligation& o : all) CHECK(o.occurrence == 1);
    CHECK(all[3].changes_at == day(31 + 28 + 31 + 30));
    CHECK(at(all[3].changes_at - Millis{1})[3].state == State::Running);
    CHECK(at(all[3].changes_at)[3].state == State::Kept);
    CHECK(at(all[3].changes_at).size() == 5);

    SUBCASE("what lies outside the promise's time in force doesn't count") {
        promise.effective_from = day(40);
        promise.effective_until = day(80);
        CHECK(text_of(at(day(95))) == "2026-02 not measured 0/0; 2026-03 broken 0/1");
    }
    SUBCASE("a percentile is the nearest rank, a mean is not rounded") {
        auto& rate = std::get<Rate>(promise.clauses[0].shape);
        rate.good.reset();
        rate.value = shop.formula("wait");
        facts.clear();
        for (int i = 1; i <= 20; ++i)
            facts.push_back(shop.fact("call/" + std::to_string(i), "call", day(i),
                                      {{"wait", feel::Value::duration(seconds(i))}}));
        struct Row {
            int percentile;
            const char* bound;
            State state;
        };
        for (const Row& row : {Row{95, "19", State::Kept}, Row{95, "18.999", State::Broken},
                               Row{100, "19", State::Broken}, Row{1, "1", State::Kept},
                               Row{0, "10.5", State::Kept}, Row{0, "10.499", State::Broken}}) {
            CAPTURE(row.bound);
            rate.percentile = row.percentile;
            rate.bound = *Decimal::parse(row.bound);
            CHECK(adds_up(rate) == (row.percentile == 0));
            CHECK(at(day(40))[0].state == row.state);
        }
    }
}

TEST_CASE("latest() in a rate sees the subject's own past, whoever else comes between") {
    Workshop shop;
    Promise promise = calls(shop, {Span::Month}, false);
    std::get<Rate>(promise.clauses[0].shape).good = shop.when("latest(\"rang\").line = \"red\"");
    std::vector<Fact> facts;
    facts.push_back(shop.fact("a", "rang", day(1), {{"line", feel::Value::string("red")}}));
    facts.push_back(shop.fact("b", "rang", day(2), {{"line", feel::Value::string("blue")}}));
    facts.push_back(shop.fact("a", "call", day(3)));
    facts.push_back(shop.fact("b", "call", day(4)));
    Arena kept;
    Folding folding(shop.names, kept);
    CHECK(text_of(fold_all(promise, facts, day(5), folding).obligations) == "2026-01 running 1/2");
}

TEST_CASE("measured subject by subject and added up, a rate comes out as if folded at once") {
    Workshop shop;
    int judged = 0;
    const bool holds = rc::check([&] {
        const bool keyed = *rc::gen::arbitrary<bool>();
        const Promise promise = calls(shop, {Span::Week, Span::Month}, keyed);
        std::map<std::string, std::vector<Fact>> subjects;
        std::vector<Fact> all;
        const int count = *rc::gen::inRange(1, 30);
        for (int i = 0; i < count; ++i) {
            const std::string subject = "call/" + std::to_string(*rc::gen::inRange(0, 5));
            const Fact fact = shop.fact(
                subject, *rc::gen::inRange(0, 5) == 0 ? "hello" : "call",
                kBegin + hours(*rc::gen::inRange(0, 24 * 60)),
                {{"quick", feel::Value::boolean(*rc::gen::inRange(0, 4) > 0)},
                 {"test", feel::Value::boolean(*rc::gen::inRange(0, 9) == 0)},
                 {"agent", feel::Value::string(*rc::gen::arbitrary<bool>() ? "Anna" : "Bo")}});
            subjects[subject].push_back(fact);
            all.push_back(fact);
        }
        const Instant now = kBegin + hours(*rc::gen::inRange(0, 24 * 70));
        Arena kept;
        Folding folding(shop.names, kept);
        auto expected = fold_all(promise, all, now, folding).obligations;

        // As the live system keeps them: sums by group and period, subject after subject.
        std::map<std::pair<std::string, std::string>, RateSum> sums;
        std::map<std::string, Instant> first;
        for (const auto& [subject, facts] : subjects) {
            auto own = pointers(facts);
            put_in_order(own, now);
            std::vector<Measured> measured;
            measure_rate(promise, 0, own, now, folding, measured);
            for (const Measured& one : measured) {
                const std::string group(one.group);
                const auto [known, fresh] = first.try_emplace(group, one.at);
                known->second = std::min(known->second, one.at);
                for (const RatePeriod& period : rate_periods_at(promise, 0, one.at)) {
                    RC_ASSERT(period.begin <= one.at && one.at < period.end);
                    RateSum& sum = sums[{group, period.label}];
                    sum.counted += one.counted;
                    sum.good += one.counted && one.good;
                }
            }
        }
        std::vector<Obligation> got;
        for (const auto& [group, since] : first) {
            for (std::size_t span = 0; span < 2; ++span) {
                for (Instant at = since; at <= now;) {
                    const auto period = rate_periods_at(promise, 0, at)[span];
                    got.push_back(judge_period(promise, 0, group, period,
                                               sums[{group, period.label}], now, folding));
                    at = period.end;
                }
            }
        }
        std::ranges::sort(got, {}, &Obligation::subject);
        judged += static_cast<int>(got.size());
        RC_ASSERT(text_of(got) == text_of(expected));
    });
    CHECK(holds);
    CHECK(judged > 100);
}

TEST_CASE("a period's verdict is written down once, and reversed when a late call changes it") {
    Workshop shop;
    const Promise promise = calls(shop, {Span::Month, Span::Whole}, false);
    Arena kept;
    Folding folding(shop.names, kept);
    const auto periods = rate_periods_at(promise, 0, day(3));
    REQUIRE(periods.size() == 2);
    std::vector<Event> recorded;
    const auto kinds = [&](const RatePeriod& period, const RateSum& sum, Instant now) {
        const Turn turn = decide_period(promise, 0, {}, period, sum, recorded, now, folding);
        std::string text;
        for (const Event& event : turn.news) {
            text += (text.empty() ? "" : ", ") + describe(event.kind).en;
            recorded.push_back(event);
        }
        return text;
    };
    CHECK(kinds(periods[0], {.counted = 5, .good = 4}, day(10)) == "started");
    CHECK(kinds(periods[0], {.counted = 6, .good = 5}, day(20)) == "");
    CHECK(kinds(periods[0], {.counted = 6, .good = 5}, day(31)) == "kept");
    CHECK(kinds(periods[0], {.counted = 6, .good = 5}, day(40)) == "");
    CHECK(kinds(periods[0], {.counted = 7, .good = 5}, day(41)) == "reversed, broken");
    CHECK(kinds(periods[0], {.counted = 8, .good = 7}, day(42)) == "reversed, kept");
    CHECK(kinds(periods[0], {.counted = 8, .good = 7}, day(43)) == "");
    // The whole of a promise without an end is never over.
    CHECK(kinds(periods[1], {.counted = 8, .good = 7}, day(43)) == "started");
    CHECK(kinds(periods[1], {.counted = 9, .good = 0}, day(4300)) == "");
}

}  // namespace yinuo::promise
