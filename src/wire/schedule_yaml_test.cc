#include "wire/schedule_yaml.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <map>

#include "calendar/cn_holidays.h"
#include "wire/json.h"
#include "wire/schedule_judge.h"
#include "wire/schedule_vectors.h"

using namespace yinuo;
using namespace yinuo::wire;

namespace {

// Shanghai and UTC, and whatever the machine's zone files have.
struct SomeZones : Zones {
    const Zone* find(std::string_view name) override {
        if (const auto it = zones.find(name); it != zones.end()) return &it->second;
        if (name.find("..") != std::string_view::npos) return nullptr;
        std::ifstream file("/usr/share/zoneinfo/" + std::string(name), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        auto zone = Zone::parse(name, bytes);
        if (!zone && name != "Asia/Shanghai") return nullptr;
        return &zones.emplace(name, zone ? *zone : Zone::fixed(8 * 3600)).first->second;
    }
    std::string suggest(std::string_view) override { return "Asia/Shanghai"; }
    std::map<std::string, Zone, std::less<>> zones;
};

struct Read {
    SomeZones zones;
    Findings findings;
    std::optional<calendar::Schedule> schedule;

    explicit Read(std::string_view text) {
        schedule = read_schedule_file(text, "dir/office.yaml", zones, findings);
    }
    bool has(std::string_view code, std::uint32_t line, std::uint32_t column) const {
        for (const auto& f : findings)
            if (f.error.code == code && f.error.place.line == line &&
                f.error.place.column == column)
                return true;
        return false;
    }
};

constexpr std::string_view kOffice =
    "zone: Asia/Shanghai\n"
    "weekly:\n"
    "  mon-fri: 09:00-12:00, 13:30-18:00\n"
    "holidays:\n"
    "  - cn-statutory\n"
    "  - {date: 2026-10-01, name: 国庆, hours: 09:00-12:00}\n";

std::string file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Instant at(std::string_view text) { return *parse_instant(text); }

}  // namespace

TEST_CASE(
    "an office with China's holidays is read, and an entry of its own beats the statutory one") {
    const Read read(kOffice);
    REQUIRE(read.schedule);
    CHECK(read.findings.empty());
    CHECK(read.schedule->name() == "office");
    CHECK(read.schedule->announced_until() == Date::of(2026, 12, 31));
    CHECK(read.schedule->is_open(at("2026-02-14T02:00:00Z")));  // make-up Saturday
    CHECK(read.schedule->is_open(at("2026-10-01T02:00:00Z")));  // duty roster
    CHECK_FALSE(read.schedule->is_open(at("2026-10-02T02:00:00Z")));
}

TEST_CASE("all that is off is told at once, with its place") {
    const Read read(
        "zone: Asia/Shangai\n"
        "weekly:\n"
        "  mon-fri: 09:00-25:00\n"
        "  friday: 10:00-11:00\n"
        "holidy: [cn-statutory]\n"
        "makeup days: [2026-02-30]\n"
        "cutoff: teatime\n"
        "cutoff: 16:00\n");
    CHECK_FALSE(read.schedule);
    CHECK(read.has("no-such-zone", 1, 7));
    CHECK(read.has("bad-hours", 3, 12));
    CHECK(read.has("duplicate-key", 4, 3));
    CHECK(read.has("unknown-key", 5, 1));
    CHECK(read.has("bad-date", 6, 15));
    CHECK(read.has("bad-time", 7, 9));
    CHECK(read.has("duplicate-key", 8, 1));
}

TEST_CASE("every kind of exception is read") {
    const Read read(
        "zone: Asia/Shanghai\n"
        "cycle: {anchor: 2026-01-05, weeks: [{mon-thu: '09:00-18:00'}, {周一至周五: "
        "'22:00-06:00'}]}\n"
        "holidays: [{from: 2026-05-01, to: 2026-05-03}, {every: 12-25, name: Christmas}]\n"
        "days: {2026-03-14: '09:00-12:00', 2026-03-16: closed}\n"
        "makeup_days: [{date: 2026-01-10, like: mon}]\n"
        "breaks: {2026-01-06: '12:00-13:00'}\n"
        "closures: [{from: '2026-01-07T12:00', to: 2026-01-07, name: 搬家}]\n"
        "cutoff: 16:00\n"
        "announced_until: 2026-12-31\n"
        "versions: [{from: 2027-01-01, weekly: {every day: all day}}]\n");
    for (const auto& f : read.findings) MESSAGE(f.error.what.en << " " << f.error.place.line);
    REQUIRE(read.schedule);
    const auto& s = *read.schedule;
    CHECK(s.is_open(at("2026-01-05T01:00:00Z")));
    CHECK_FALSE(s.is_open(at("2026-01-06T04:30:00Z")));  // break
    CHECK_FALSE(s.is_open(at("2026-01-07T05:00:00Z")));  // closure
    CHECK(s.is_open(at("2026-01-10T01:00:00Z")));        // make-up Saturday like Monday
    CHECK(s.is_open(at("2026-01-12T20:00:00Z")));        // second week, overnight
    CHECK_FALSE(s.is_workday(Date::of(2026, 5, 2)));
    CHECK_FALSE(s.is_workday(Date::of(2029, 12, 25)));
    CHECK(s.is_open(at("2027-01-02T20:00:00Z")));  // the version from 2027
    CHECK(s.definition().cutoff == 16 * 3600);
}

TEST_CASE("what is written is read back equal") {
    for (const std::string_view text :
         {kOffice,
          std::string_view(
              "name: 'a \"b\"'\nzone: Asia/Shanghai\nalways open: yes\ncutoff: 16:00\n")}) {
        const Read first(text);
        REQUIRE(first.schedule);
        const Read second(write_schedule(first.schedule->definition()));
        REQUIRE(second.schedule);
        auto a = first.schedule->definition();
        a.name = second.schedule->definition().name;
        CHECK(calendar::Schedule::build(a)->version() == second.schedule->version());
    }
}

TEST_CASE("schedules that combine others may stand in any order; circles are told") {
    SomeZones zones;
    Findings findings;
    const auto yaml = read_yaml(
        "both: {zone: UTC, intersection: [day, night]}\n"
        "day: {zone: UTC, weekly: {every day: '08:00-20:00'}}\n"
        "night: {zone: UTC, weekly: {every day: '18:00-08:00'}}\n",
        "s.yaml");
    const auto all = read_schedules(yaml.documents.front(), zones, findings);
    CHECK(findings.empty());
    REQUIRE(all.contains("both"));
    CHECK(all.at("both").is_open(at("2026-01-01T19:00:00Z")));
    CHECK_FALSE(all.at("both").is_open(at("2026-01-01T20:00:00Z")));
    const auto circle =
        read_yaml("a: {zone: UTC, union: [b]}\nb: {zone: UTC, union: [a]}\n", "s.yaml");
    CHECK(read_schedules(circle.documents.front(), zones, findings).empty());
    CHECK(!findings.empty());
}

TEST_CASE("the two public sources of China's holidays agree on every day") {
    const std::string path =
        YINUO_SOURCE_DIR "/../shared/data/cn_holidays/chinese-days-1.5.7/chinese-days.json";
    const std::string text = file(path);
    if (text.empty()) {
        MESSAGE("skipped: no second source beside the project");
        return;
    }
    Arena memory;
    const auto json = parse_json(text, memory);
    REQUIRE(json);
    calendar::Definition definition;
    for (int day = 0; day < 5; ++day)
        definition.plan.weeks.resize(1), definition.plan.weeks[0].days[day] = {{0, 86'400}};
    calendar::add_cn_statutory(definition);
    const auto schedule = *calendar::Schedule::build(definition);
    const Json* holidays = json->find("holidays");
    const Json* workdays = json->find("workdays");
    for (Date day = Date::of(2007, 1, 1); day <= Date::of(2026, 12, 31); day = day.plus_days(1)) {
        const auto text_of_day = day.to_string();
        const bool works = holidays->find(text_of_day)   ? false
                           : workdays->find(text_of_day) ? true
                                                         : day.weekday() < 5;
        CHECK_MESSAGE(schedule.is_workday(day) == works, text_of_day);
    }
}

TEST_CASE("every public business-hours vector of the plain kind passes") {
    const std::string path = YINUO_SOURCE_DIR "/../shared/vectors/cases_public.jsonl";
    const std::string text = file(path);
    if (text.empty()) {
        MESSAGE("skipped: no vectors beside the project");
        return;
    }
    SomeZones zones;
    const auto report = run_vectors(text, path, zones);
    REQUIRE(report);
    for (const auto& failure : report->failures)
        CHECK_MESSAGE(false, failure.id << " " << failure.what);
    CHECK(report->all.passed >= 887);
}

TEST_CASE("a table is judged row by row, bad rows are told with their line") {
    const Read read(kOffice);
    REQUIRE(read.schedule);
    const std::string text =
        "id,opened,hours,closed,note\r\n"
        "1,2026-03-02T01:00:00Z,7.5,2026-03-02T10:00:00Z,at closing\r\n"
        "2,2026-03-02T01:00:00Z,7.5,2026-03-02T10:00:00.001Z,too late\r\n"
        "3,2026-03-02 09:00,7.5,2026-03-02 18:00:00,wall time\r\n"
        "\r\n"
        "4,2026-03-02T09:00:00+08:00,8,,open\r\n"
        "\"5\",\"2026-03-02T01:00:00Z\",\"8\",2026-03-03T02:00:00Z,\"a \"\"quoted\"\"\r\nnote, "
        "with a comma\"\r\n"
        "6,2026-02-30T01:00:00Z,8,,no such day\r\n"
        "7,2026-03-02T01:00:00Z,-8,,no hours\r\n"
        "8\r\n"
        "9,2026-03-02T01:00:00Z,8,2026-03-01T01:00:00Z,backwards";
    // Once as it is, once with so many plain rows behind it that the quick way is taken.
    std::string more;
    for (int i = 0; i < 400; ++i) more += "\r\nx,2026-03-02T01:00:00Z,7,2026-03-02T09:30:00Z,";
    for (const auto& [table, extra] : {std::pair{text, 0u}, {text + more, 400u}}) {
        std::string out;
        const auto report = judge_csv(table, "t.csv", {}, *read.schedule, &out);
        REQUIRE(report);
        CHECK(report->rows == 9 + extra);
        CHECK(report->in_time == 2 + extra);
        CHECK(report->late == 2);
        CHECK(report->open == 1);
        REQUIRE(report->bad == 4);
        CHECK(report->first_bad[0].line == 9);
        CHECK(report->first_bad[3].line == 12);
        CHECK(
            out.starts_with("id,opened,hours,closed,note,due,verdict\n1,2026-03-02T01:00:00Z,7.5,"
                            "2026-03-02T10:00:00Z,at closing,2026-03-02T10:00:00Z,in-time\n"));
    }
    // A quote that never closes costs its own row; one within a cell is a character like any other.
    std::string damaged = "id,opened,hours,closed,note\n";
    damaged += "1,2026-03-02T01:00:00Z,8,,6\" pipe\n";
    damaged += "2,\"2026-03-02T01:00:00Z,8,,\n";
    damaged += "3,2026-03-02T01:00:00Z,8,,8 pipe\n";
    for (int i = 0; i < 400'000; ++i) damaged += "\n";
    damaged += "4,2026-03-02T01:00:00Z,8,,last\n";
    const auto report = judge_csv(damaged, "t.csv", {}, *read.schedule);
    REQUIRE(report);
    CHECK(report->rows == 4);
    CHECK(report->open == 3);
    REQUIRE(report->bad == 1);
    CHECK(report->first_bad[0].line == 3);
    CHECK(report->first_bad[0].why.en == "a quote never closes");
    CHECK(judge_csv("id,open,hours,closed\n", "t.csv", {}, *read.schedule).error().code ==
          "missing-column");
    CHECK(judge_csv("", "t.csv", {}, *read.schedule).error().code == "empty-file");
}
