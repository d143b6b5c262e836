#include "promise/worked.h"

#include <doctest/doctest.h>

namespace yinuo::promise {
namespace {

// Mon-Fri 09:00-12:00 and 13:30-18:00 at +08:00, off 2026-02-15 to 02-23, on duty Sat 02-14.
calendar::Schedule office(const Zone& zone) {
    calendar::Definition definition;
    definition.name = "office";
    definition.zone = zone;
    calendar::Week week;
    for (int day = 0; day < 5; ++day) week.days[day] = {{9 * 3600, 12 * 3600}, {48600, 18 * 3600}};
    definition.plan.weeks = {week};
    for (int day = 15; day <= 23; ++day)
        definition.holidays.push_back({Date::of(2026, 2, day), "春节"});
    definition.makeup_days.push_back({Date::of(2026, 2, 14), std::nullopt});
    definition.announced_until = Date::of(2026, 2, 28);
    return *calendar::Schedule::build(definition);
}

struct Desk {
    Zone zone = Zone::fixed(8 * 3600);
    Promise promise;

    explicit Desk(const char* limit) {
        promise.zone = &zone;
        promise.effective_from = zone.start_of_day(Date::of(2026, 2, 1));
        promise.schedules.push_back(office(zone));
        promise.schedule_names = {"office"};
        Clause clause;
        clause.name = "answer";
        Within within;
        within.rows.push_back({{}, *parse_limit(limit, promise.schedule_names), {}});
        clause.shape = std::move(within);
        promise.clauses.push_back(std::move(clause));
    }
    std::vector<WorkedDeadline> worked() const {
        return worked_deadlines(promise, promise.clauses[0]);
    }
    Instant at(const char* local) const { return zone.to_instant(*LocalTime::parse(local)); }
};

}  // namespace

TEST_CASE("the eve of a holiday is the last working day before it, late in the day") {
    const Desk desk("1 work h on office");
    const auto worked = desk.worked();
    REQUIRE(worked.size() == 3);
    CHECK(worked[1].title.zh == "春节前夕");
    CHECK(worked[1].start == desk.at("2026-02-14T17:30"));
    CHECK(worked[1].due == desk.at("2026-02-24T09:30"));
    const auto lines = lines_of(worked[1]);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].zh == "02-14（周六）17:30–18:00 计 30 分");
    CHECK(lines[1].en.find("holiday 春节") != std::string::npos);
    CHECK(lines[2].en == "Tue 02-24 09:00–09:30: 30 min");
    CHECK(!worked[1].provisional);
    CHECK(worked[2].provisional);  // a month's end lies beyond the announced holidays
}

TEST_CASE("what counted adds up to the limit") {
    const Desk desk("20 work h on office");
    for (const auto& worked : desk.worked()) {
        std::int64_t counted = 0;
        Instant at = worked.start;
        for (const auto& piece : worked.pieces) {
            CHECK(piece.period.begin == at);
            at = piece.period.end;
            if (piece.counted) counted += piece.period.length().count;
        }
        CHECK(at == worked.due);
        CHECK(counted == hours(20).count);
    }
}

TEST_CASE("working days are told day by day, and holidays between them") {
    const Desk desk("3 working days on office");
    const auto eve = desk.worked()[1];
    CHECK(eve.due == desk.at("2026-02-27T00:00"));
    const auto lines = lines_of(eve);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].zh == "02-15（周日） 至 02-23（周一） 不计（节假日「春节」）");
    CHECK(lines[1].en == "Tue 02-24 to Thu 02-26: 3 working days");
}

}  // namespace yinuo::promise
