#include "wire/schedule_vectors.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <optional>

#include "calendar/schedule.h"
#include "wire/trace_vectors.h"

namespace yinuo::wire {
namespace {

using calendar::DayHours;
using calendar::Definition;
using calendar::Hours;
using calendar::Schedule;

// What a case's field holds is not what the format says: the case fails with these words.
struct Bad {
    std::string what;
};

const Json& need(const Json& object, std::string_view key) {
    const Json* value = object.find(key);
    if (!value) throw Bad{"no \"" + std::string(key) + "\""};
    return *value;
}

std::string_view text_of(const Json& value) {
    const auto text = value.string();
    if (!text) throw Bad{"a text is missing"};
    return *text;
}

std::int64_t integer_of(const Json& value) {
    const auto number = value.integer();
    if (!number) throw Bad{"a whole number is missing"};
    return *number;
}

// Seconds with a fraction, rounded to the millisecond.
std::int64_t millis_of(const Json& value) {
    if (value.kind != Json::Kind::Number) throw Bad{"a number of seconds is missing"};
    return std::llround(std::strtod(std::string(value.text).c_str(), nullptr) * 1000);
}

Instant instant_of(const Json& value) {
    const auto at = parse_instant(text_of(value));
    if (!at) throw Bad{"bad instant " + std::string(value.text)};
    return *at;
}

Date date_of(std::string_view text) {
    const auto date = Date::parse(text);
    if (!date) throw Bad{"bad date " + std::string(text)};
    return *date;
}

// "HH:MM" or "HH:MM:SS" up to 24:00, in seconds.
std::int32_t clock_of(std::string_view text) {
    const auto part = [&](std::size_t at) -> std::int32_t {
        if (at + 2 > text.size() || text[at] < '0' || text[at] > '9' || text[at + 1] < '0' ||
            text[at + 1] > '9')
            throw Bad{"bad time " + std::string(text)};
        return (text[at] - '0') * 10 + (text[at + 1] - '0');
    };
    const bool shaped = (text.size() == 5 || text.size() == 8) && text[2] == ':' &&
                        (text.size() == 5 || text[5] == ':');
    if (!shaped) throw Bad{"bad time " + std::string(text)};
    return part(0) * 3600 + part(3) * 60 + (text.size() == 8 ? part(6) : 0);
}

DayHours hours_of(const Json& list) {
    DayHours out;
    for (const auto& pair : list.items) {
        if (pair.items.size() != 2) throw Bad{"hours are no pair"};
        out.push_back({clock_of(text_of(pair.items[0])), clock_of(text_of(pair.items[1]))});
    }
    return out;
}

calendar::Week week_of(const Json& object) {
    static constexpr std::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    calendar::Week week;
    for (const auto& [key, value] : object.members) {
        const auto* day = std::find(std::begin(kDays), std::end(kDays), key);
        if (day == std::end(kDays)) throw Bad{"bad weekday " + std::string(key)};
        week.days[day - std::begin(kDays)] = hours_of(value);
    }
    return week;
}

Definition definition_of(const Json& json, Zones& zones) {
    Definition out;
    if (json.is_null()) {
        out.always_open = true;
        return out;
    }
    if (const Json* tz = json.find("tz")) {
        const Zone* zone = zones.find(text_of(*tz));
        if (!zone) throw Bad{"no such zone " + std::string(tz->text)};
        out.zone = *zone;
    }
    if (const Json* open = json.find("always_open"))
        out.always_open = open->truth().value_or(false);
    if (const Json* cycle = json.find("cycle")) {
        out.plan.anchor = date_of(text_of(need(*cycle, "anchor")));
        for (const auto& week : need(*cycle, "weeks").items)
            out.plan.weeks.push_back(week_of(week));
    } else if (const Json* weekly = json.find("weekly"); weekly && !out.always_open) {
        out.plan.weeks = {week_of(*weekly)};
    }
    if (const Json* list = json.find("holidays"))
        for (const auto& date : list->items)
            out.holidays.push_back({date_of(text_of(date)), "", {}});
    if (const Json* list = json.find("recurring_holidays")) {
        for (const auto& day : list->items) {
            const Date date = date_of("2000-" + std::string(text_of(day)));
            out.yearly_holidays.push_back({date.month(), date.day(), ""});
        }
    }
    if (const Json* days = json.find("days"))
        for (const auto& [date, hours] : days->members)
            out.days.push_back({date_of(date), hours_of(hours)});
    if (const Json* breaks = json.find("breaks"))
        for (const auto& [date, hours] : breaks->members)
            out.breaks.push_back({date_of(date), hours_of(hours)});
    if (const Json* spans = json.find("closed_spans")) {
        for (const auto& span : spans->items) {
            if (span.items.size() != 2) throw Bad{"a closed span is no pair"};
            const Period period{instant_of(span.items[0]), instant_of(span.items[1])};
            if (period.begin < period.end) out.closures.push_back({period});
        }
    }
    if (const Json* day = json.find("nominal_day"); day && day->items.size() == 2)
        out.nominal_day = Hours{clock_of(text_of(day->items[0])), clock_of(text_of(day->items[1]))};
    return out;
}

// An expectation and what we say, compared; empty when they agree.
class Case {
public:
    Case(const Json& in, const Json& out, const Schedule& schedule)
        : in_(in), out_(out), schedule_(schedule) {}

    std::string run(std::string_view op) {
        const auto& s = schedule_;
        if (op == "add") return moment(s.add(at(), seconds()));
        if (op == "sub") return moment(s.sub(at(), seconds()));
        if (op == "between") return between();
        if (op == "is_open") return truth("open", s.is_open(at()));
        if (op == "is_workday") return truth("workday", s.is_workday(date("date")));
        if (op == "next_open") return moment(s.next_open(at()));
        if (op == "prev_open") return moment(s.prev_open(at()));
        if (op == "next_close") return moment(s.next_close(at()));
        if (op == "next_opening") return moment(s.next_opening(at()));
        if (op == "next_opening_after") return moment(s.next_opening_after(at()));
        if (op == "prev_opening") return moment(s.prev_opening(at()));
        if (op == "periods_after") return periods(s.periods_after(at(), count()));
        if (op == "periods_before") return periods(s.periods_before(at(), count()));
        if (op == "workdays_between") return workdays_between();
        if (op == "workdays_list") return workdays_list();
        if (op == "roll_date") return roll_date();
        if (op == "add_workdays") return add_workdays();
        if (op == "add_workdays_at") return add_workdays_at();
        if (op == "dst_map") return dst_map();
        if (op == "start_of_day") return moment(std::optional(s.zone().start_of_day(date("date"))));
        if (op == "day_length") return day_length();
        throw Bad{"unknown operation " + std::string(op)};
    }

private:
    Instant at() const { return instant_of(need(in_, "at")); }
    WorkTime seconds() const { return {millis_of(need(in_, "seconds"))}; }
    Date date(std::string_view key) const { return date_of(text_of(need(in_, key))); }
    int count() const { return static_cast<int>(integer_of(need(in_, "n"))); }
    template <typename T>
    T named(std::string_view key, std::optional<T> (*parse)(std::string_view)) const {
        const auto value = parse(text_of(need(in_, key)));
        if (!value) throw Bad{"unknown " + std::string(key)};
        return *value;
    }

    // Peers that assert to some seconds only, or that count microseconds, are given that much.
    std::int64_t tolerance() const {
        const Json* seconds = out_.find("tolerance_s");
        return std::max<std::int64_t>(seconds ? millis_of(*seconds) : 0,
                                      finer_than_millis() ? 1 : 0);
    }
    bool finer_than_millis() const {
        const auto fine = [](const Json& object) {
            for (const auto& [key, value] : object.members) {
                const auto dot = value.text.find('.');
                if (dot != std::string_view::npos && value.text.size() - dot > 5) return true;
            }
            return false;
        };
        return fine(in_) || fine(out_);
    }

    static std::string differ(const std::string& wanted, const std::string& got) {
        return wanted == got ? "" : "expected " + wanted + ", got " + got;
    }
    std::string near(std::int64_t wanted, std::int64_t got, const std::string& a,
                     const std::string& b) {
        return std::abs(wanted - got) <= tolerance() ? "" : "expected " + a + ", got " + b;
    }
    std::string moment(std::optional<Instant> got) {
        const Json* error = out_.find("error");
        const Json* wanted = out_.find("at");
        if (error || !wanted || wanted->is_null())
            return got ? "expected none, got " + to_string(*got) : "";
        if (!got) return "expected " + std::string(text_of(*wanted)) + ", got none";
        // A peer that asserts no more than the local date.
        if (const auto day = Date::parse(text_of(*wanted)))
            return differ(day->to_string(), schedule_.zone().to_local(*got).date().to_string());
        const Instant at = instant_of(*wanted);
        return near(at.millis, got->millis, to_string(at), to_string(*got));
    }
    std::string moment(const Result<Instant>& got) {
        if (got) return moment(std::optional(*got));
        const Json* error = out_.find("error");
        if (!error) return "expected an instant, got " + got.error().code;
        return differ(std::string(text_of(*error)), spelled(got.error().code));
    }
    // Codes of ours have hyphens.
    static std::string spelled(std::string code) {
        std::replace(code.begin(), code.end(), '-', '_');
        return code;
    }
    std::string truth(std::string_view key, bool got) {
        const auto wanted = need(out_, key).truth();
        if (!wanted) throw Bad{"no truth"};
        return *wanted == got ? "" : std::string("got ") + (got ? "true" : "false");
    }
    std::string number(std::string_view key, std::int64_t got) {
        return differ(std::to_string(integer_of(need(out_, key))), std::to_string(got));
    }
    std::string day(const Result<Date>& got) {
        if (got) return differ(std::string(text_of(need(out_, "date"))), got->to_string());
        const Json* error = out_.find("error");
        return error ? differ(std::string(text_of(*error)), spelled(got.error().code))
                     : "expected a date, got " + got.error().code;
    }

    std::string between() {
        const auto got =
            schedule_.between(instant_of(need(in_, "from")), instant_of(need(in_, "to")));
        if (const Json* unit = in_.find("unit_seconds"); unit && out_.find("units"))
            return number("units", got.millis / millis_of(*unit));
        const auto wanted = millis_of(need(out_, "seconds"));
        return near(wanted, got.millis, to_string(Millis{wanted}), to_string(Millis{got.millis}));
    }
    std::string periods(const std::vector<Period>& got) {
        const auto& wanted = need(out_, "periods").items;
        if (wanted.size() != got.size())
            return differ(std::to_string(wanted.size()) + " periods", std::to_string(got.size()));
        for (std::size_t i = 0; i < got.size(); ++i) {
            if (wanted[i].items.size() != 2) throw Bad{"a period is no pair"};
            const Period period{instant_of(wanted[i].items[0]), instant_of(wanted[i].items[1])};
            if (period == got[i]) continue;
            return "period " + std::to_string(i) + ": expected " + to_string(period.begin) + "/" +
                   to_string(period.end) + ", got " + to_string(got[i].begin) + "/" +
                   to_string(got[i].end);
        }
        return "";
    }
    std::string workdays_between() {
        return number("days", schedule_.workdays_between(date("from"), date("to"),
                                                         named("bounds", calendar::parse_bounds)));
    }
    std::string workdays_list() {
        const Json* working = in_.find("workdays");
        const bool wants_workdays = !working || working->truth().value_or(true);
        std::string wanted;
        for (const auto& item : need(out_, "dates").items)
            wanted += std::string(text_of(item)) + " ";
        std::string got;
        for (Date d = date("from"); d <= date("to"); d = d.plus_days(1))
            if (schedule_.is_workday(d) == wants_workdays) got += d.to_string() + " ";
        return differ(wanted, got);
    }
    std::string roll_date() {
        return day(schedule_.roll(date("date"), named("mode", calendar::parse_roll)));
    }
    bool stays() const {
        const Json* stay = in_.find("zero_is_identity");
        return stay && stay->truth().value_or(false) && count() == 0;
    }
    std::string add_workdays() {
        if (stays()) return day(date("date"));
        const auto style = text_of(need(in_, "style"));
        std::optional<calendar::Roll> first;
        if (in_.find("roll")) first = named("roll", calendar::parse_roll);
        if (style == "zero_is_identity" && count() == 0) return day(date("date"));
        if (style != "roll_then_step" && style != "step_only" && style != "zero_is_identity")
            throw Bad{"unknown style"};
        const auto steps =
            style == "step_only" ? calendar::DayCount::StepOnly : calendar::DayCount::RollThenStep;
        return day(schedule_.add_workdays(date("date"), count(), steps, first));
    }
    std::string add_workdays_at() {
        if (stays()) return moment(std::optional(at()));
        return moment(schedule_.add_workdays_at(at(), count(),
                                                named("style", calendar::parse_workday_style)));
    }
    std::string dst_map() {
        const auto wall = LocalTime::parse(text_of(need(in_, "local")));
        if (!wall) throw Bad{"bad local time"};
        const auto word = [&](std::string_view key) {
            const Json* value = in_.find(key);
            return value ? text_of(*value) : std::string_view{};
        };
        const auto gap = word("gap") == "shift_backward" ? Gap::ShiftBackward
                         : word("gap") == "next_valid"   ? Gap::NextValid
                                                         : Gap::ShiftForward;
        const auto overlap = word("overlap") == "second" ? Overlap::Second : Overlap::First;
        return moment(std::optional(schedule_.zone().to_instant(*wall, gap, overlap)));
    }
    std::string day_length() {
        const auto& zone = schedule_.zone();
        const Date d = date("date");
        return number("seconds",
                      (zone.start_of_day(d.plus_days(1)) - zone.start_of_day(d)).count / 1000);
    }

    const Json& in_;
    const Json& out_;
    const Schedule& schedule_;
};

enum class Outcome { Passed, Failed, Skipped };

Outcome run_case(const Json& line, Zones& zones, std::string& what) {
    const auto verdict = text_of(need(line, "verdict"));
    if (verdict == "differs") return Outcome::Skipped;
    try {
        const Json* json = line.find("calendar");
        const Json null;
        auto schedule =
            Schedule::build(definition_of(json ? *json : null, zones), calendar::Never::Allow);
        if (!schedule) throw Bad{schedule.error().what.en};
        const auto op = text_of(need(line, "op"));
        const Json& wanted = need(line, verdict == "agree_flags" ? "core" : "out");
        what = Case(need(line, "in"), wanted, *schedule).run(op);
        if (!what.empty()) what = std::string(op) + ": " + what;
    } catch (const Bad& bad) {
        what = bad.what;
    }
    return what.empty() ? Outcome::Passed : Outcome::Failed;
}

}  // namespace

Result<Definition> read_vector_calendar(const Json& json, Zones& zones) {
    try {
        return definition_of(json, zones);
    } catch (const Bad& bad) {
        return refuse({.code = "bad-vector", .what = {bad.what, bad.what}});
    }
}

// A story that holds under several peers' policies must hold under each of them; one peer's own
// manners are reported.
static Outcome run_story(const Json& trace, std::span<Profile> profiles, Names& names, Zones& zones,
                         VectorReport& report, std::string& what) {
    if (text_of(need(trace, "verdict")) == "differs") return Outcome::Skipped;
    const auto id = std::string(text_of(need(trace, "id")));
    const auto run = [&](std::string_view peer) {
        auto result = run_trace(trace, peer, profiles, names, zones);
        auto& count = report.traces[std::string(peer)];
        switch (result.answer) {
            case TraceResult::Answer::Holds: ++count.passed; return true;
            case TraceResult::Answer::Fails: ++count.failed; break;
            case TraceResult::Answer::NotSaid: ++count.skipped; break;
        }
        what = std::string(peer) + ": " + result.what;
        return false;
    };
    if (const Json* others = trace.find("also_holds_for")) {
        bool holds = run(text_of(need(trace, "profile")));
        for (const Json& other : others->items)
            if (!run(text_of(other))) holds = false;
        return holds ? Outcome::Passed : Outcome::Failed;
    }
    if (run(text_of(need(trace, "profile")))) return Outcome::Passed;
    report.unsaid.push_back({id, what});
    return Outcome::Skipped;
}

Result<VectorReport> run_vectors(std::string_view text, std::string_view path, Zones& zones) {
    VectorReport report;
    Arena memory;
    Names names;
    std::vector<Profile> profiles;
    std::uint32_t number = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.find_first_not_of(" \r\t") == std::string_view::npos) continue;
        memory.reset();
        std::string id;
        std::string what;
        std::string suite;
        Outcome outcome{};
        try {
            const Json json = TRY(parse_json(line, memory, path));
            id = text_of(need(json, "id"));
            suite = text_of(need(json, "suite"));
            if (text_of(need(json, "kind")) == "trace") {
                if (profiles.empty()) profiles = shipped_profiles(names, zones);
                outcome = run_story(json, profiles, names, zones, report, what);
            } else {
                outcome = run_case(json, zones, what);
            }
        } catch (const Bad& bad) {
            return refuse({.code = "bad-vector",
                           .what = {"这一行不是测试用例：" + bad.what,
                                    "this line is no test case: " + bad.what},
                           .place = {std::string(path), number, 1}});
        }
        for (VectorCount* count : {&report.suites[suite], &report.all}) {
            count->passed += outcome == Outcome::Passed;
            count->failed += outcome == Outcome::Failed;
            count->skipped += outcome == Outcome::Skipped;
        }
        if (outcome == Outcome::Failed) report.failures.push_back({std::move(id), std::move(what)});
    }
    return report;
}

}  // namespace yinuo::wire
