// A turn of one subject, as the live system takes it: fold, compare, write down.
#include <benchmark/benchmark.h>

#include "promise/record.h"
#include "promise/testing.h"

namespace yinuo::promise {
namespace {

calendar::Schedule office(const Zone& zone) {
    calendar::Definition definition;
    definition.name = "office";
    definition.zone = zone;
    calendar::Week week;
    for (int day = 0; day < 5; ++day) week.days[day] = {{9 * 3600, 12 * 3600}, {48600, 18 * 3600}};
    definition.plan.weeks = {week};
    return *calendar::Schedule::build(definition);
}

// First answer, solution, and news every working day; two warnings each, on working time.
Promise three_clauses(Workshop& shop) {
    Promise p = shop.promise();
    p.schedules.push_back(office(shop.zone));
    p.schedule_names = {"office"};
    const auto work = [](int hours_of) {
        return Limit{.unit = Unit::Work, .amount = hours(hours_of).count, .schedule = 0};
    };
    const auto warn = [&](Clause& clause) {
        clause.warns = {shop.warning(800), shop.warning_before(work(1))};
    };
    Clause& answer = shop.add(p, "answer", shop.within(work(2)), "opened");
    answer.keeps = shop.kind("answered");
    warn(answer);
    Clause& solution = shop.add(p, "solution", shop.within(work(16)), "opened");
    solution.keeps = shop.when("fact = \"solved\" and outcome != \"workaround\"");
    solution.voids = shop.kind("withdrawn");
    solution.pauses.push_back(shop.pause("asked", "told"));
    warn(solution);
    Clause& closed = shop.add(p, "closed", shop.within(work(40)), "opened");
    closed.keeps = shop.kind("closed");
    closed.voids = shop.kind("withdrawn");
    warn(closed);
    return p;
}

void turn(benchmark::State& state) {
    Workshop shop;
    const Promise promise = three_clauses(shop);
    const Instant begin{1'770'955'200'000};
    const char* const kinds[] = {"opened", "answered", "asked", "told", "solved", "closed"};
    std::vector<Fact> facts;
    for (int i = 0; i < state.range(0); ++i)
        facts.push_back(shop.fact("case/2026-0213-4711", kinds[i], begin + hours(i),
                                  {{"outcome", feel::Value::string("solution")},
                                   {"priority", feel::Value::string("high")}}));
    const auto known = pointers(facts);
    const Instant now = facts.back().at + minutes(1);
    Arena kept;
    Folding folding(shop.names, kept);
    // What was recorded before the last fact came.
    const std::vector<Event> recorded =
        decide_subject(promise, std::span(known).first(known.size() - 1), {}, facts.back().at,
                       folding)
            .news;
    std::size_t news = 0;
    for (auto _ : state) {
        kept.reset();
        const Turn done = decide_subject(promise, known, recorded, now, folding);
        news = done.news.size();
        benchmark::DoNotOptimize(done.obligations.data());
    }
    state.counters["recorded"] = static_cast<double>(recorded.size());
    state.counters["news"] = static_cast<double>(news);
}
BENCHMARK(turn)->Arg(1)->Arg(6);

// The same subject with a long history behind it: work grows in proportion, no faster.
void turn_of_many(benchmark::State& state) {
    Workshop shop;
    const Promise promise = three_clauses(shop);
    std::vector<Fact> facts;
    for (int i = 0; i < state.range(0); ++i)
        facts.push_back(shop.fact("case/1", i % 2 == 0 ? "opened" : "closed",
                                  Instant{1'770'955'200'000} + minutes(i),
                                  {{"outcome", feel::Value::null()}}));
    const auto known = pointers(facts);
    const Instant now = facts.back().at;
    Arena kept;
    Folding folding(shop.names, kept);
    const auto recorded = decide_subject(promise, known, {}, now, folding).news;
    for (auto _ : state) {
        kept.reset();
        benchmark::DoNotOptimize(decide_subject(promise, known, recorded, now, folding).news);
    }
    state.SetComplexityN(state.range(0));
}
BENCHMARK(turn_of_many)->Arg(1000)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yinuo::promise

BENCHMARK_MAIN();
