#include "wire/schedule_ical.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

using namespace yinuo;
using namespace yinuo::wire;

namespace {

struct NoZones : Zones {
    const Zone* find(std::string_view) override { return nullptr; }
};

std::optional<LocalTime> compact(const std::string& text) {
    if (text.size() < 8) return std::nullopt;
    std::string iso = text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2) + "T";
    if (text.size() == 8) return LocalTime::parse(iso + "00:00:00");
    if (text.size() < 15) return std::nullopt;
    return LocalTime::parse(iso + text.substr(9, 2) + ":" + text.substr(11, 2) + ":" +
                            text.substr(13, 2));
}

std::string joined(const std::vector<LocalTime>& times) {
    std::string out;
    for (const auto at : times) out += at.to_string() + " ";
    return out;
}

calendar::Definition import(std::string_view events, Findings& findings) {
    NoZones zones;
    const std::string text = "BEGIN:VCALENDAR\r\n" + std::string(events) + "END:VCALENDAR\r\n";
    auto definition = import_ical(text, "x.ics", Zone::fixed(8 * 3600), zones, {}, findings);
    REQUIRE(definition);
    return *definition;
}

}  // namespace

TEST_CASE("every recurrence of libical's vectors is expanded alike, or refused by name") {
    const std::string path = YINUO_SOURCE_DIR "/../shared/standards/ical/icalrecur_test.txt";
    std::ifstream file(path);
    if (!file) {
        MESSAGE("skipped: no recurrence vectors beside the source");
        return;
    }
    std::map<std::string, std::string> block;
    int compared = 0;
    int refused = 0;
    const auto run = [&] {
        if (!block.contains("RRULE") || !block.contains("INSTANCES") || block.contains("START-AT"))
            return;
        const auto start = compact(block["DTSTART"]);
        if (!start) return;
        const auto got = expand_rule(block["RRULE"], *start, LocalTime::of(Date::of(2100, 1, 1), 0),
                                     2000, Zone::utc());
        if (!got) {
            ++refused;
            const auto& code = got.error().code;
            CHECK_MESSAGE((code == "unsupported-rule" || code == "bad-rule"), block["RRULE"]);
            if (code == "bad-rule")
                CHECK_MESSAGE(block["INSTANCES"].starts_with("***"), block["RRULE"]);
            return;
        }
        std::vector<LocalTime> wanted;
        std::istringstream list(block["INSTANCES"]);
        for (std::string part; std::getline(list, part, ',');)
            if (const auto at = compact(part)) wanted.push_back(*at);
        auto mine = *got;
        mine.resize(std::min(mine.size(), wanted.size()));
        CHECK_MESSAGE(joined(mine) == joined(wanted), block["RRULE"]);
        const bool ends = block["RRULE"].find("COUNT") != std::string::npos ||
                          block["RRULE"].find("UNTIL") != std::string::npos;
        if (ends) CHECK_MESSAGE(got->size() == wanted.size(), block["RRULE"]);
        ++compared;
    };
    for (std::string line; std::getline(file, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty()) {
            run();
            block.clear();
            continue;
        }
        const auto colon = line.find(':');
        if (line[0] != '#' && colon != std::string::npos)
            block[line.substr(0, colon)] = line.substr(colon + 1);
    }
    run();
    MESSAGE(compared << " compared, " << refused << " refused");
    CHECK(compared >= 60);
}

TEST_CASE("an all-day event is a holiday on each of its days") {
    Findings findings;
    const auto definition = import(
        "BEGIN:VEVENT\r\nSUMMARY:Spring\r\n  Festival\\, long\r\nDTSTART;VALUE=DATE:20260215\r\n"
        "DTEND;VALUE=DATE:20260218\r\nEND:VEVENT\r\n",
        findings);
    CHECK(findings.empty());
    REQUIRE(definition.holidays.size() == 3);
    CHECK(definition.holidays[0].date == Date::of(2026, 2, 15));
    CHECK(definition.holidays[2].date == Date::of(2026, 2, 17));
    CHECK(definition.holidays[0].name == "Spring Festival, long");
}

TEST_CASE("a yearly event without its exception") {
    Findings findings;
    const auto definition = import(
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20250501\nRRULE:FREQ=YEARLY;COUNT=3\nEXDATE;VALUE=DATE:"
        "20260501\nEND:VEVENT\n",
        findings);
    CHECK(findings.empty());
    REQUIRE(definition.holidays.size() == 2);
    CHECK(definition.holidays[1].date == Date::of(2027, 5, 1));
}

TEST_CASE("a timed event is a closure in its zone") {
    Findings findings;
    const auto definition =
        import("BEGIN:VEVENT\nDTSTART:20260401T120000\nDURATION:PT3H\nSUMMARY:搬家\nEND:VEVENT\n",
               findings);
    REQUIRE(definition.closures.size() == 1);
    CHECK(to_string(definition.closures[0].period.begin) == "2026-04-01T04:00:00Z");
    CHECK(to_string(definition.closures[0].period.end) == "2026-04-01T07:00:00Z");
    CHECK(definition.closures[0].name == "搬家");
}

TEST_CASE("what is not understood is named with its line, and left out") {
    Findings findings;
    const auto definition = import(
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260501\nRRULE:FREQ=YEARLY;BYWEEKNO=20\nEND:VEVENT\n"
        "BEGIN:VEVENT\nDTSTART;TZID=Mars/Base:20260501T090000\nEND:VEVENT\n",
        findings);
    CHECK(definition.holidays.empty());
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].error.code == "unsupported-rule");
    CHECK(findings[0].error.what.en.find("BYWEEKNO=20") != std::string::npos);
    CHECK(findings[0].error.place.line == 4);
    CHECK(findings[1].error.code == "no-such-zone");
}

TEST_CASE("a text that is no calendar is refused") {
    NoZones zones;
    Findings findings;
    CHECK_FALSE(import_ical("hello", "x.ics", Zone::utc(), zones, {}, findings));
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].error.code == "no-calendar");
}
