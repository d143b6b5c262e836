// Dates, times and durations: reading them, taking them apart, and the hour at hand.
#include "feel/builtin.h"
#include "feel/temporal.h"

namespace yinuo::feel {

namespace {

std::optional<std::int64_t> whole_number(const Call& call, std::size_t at) {
    return call.has(at, Type::Number) ? call[at].as_number().to_int64() : std::nullopt;
}

std::int64_t day_of(const Moment& moment) {
    return floor_divide(moment.local_seconds, kDaySeconds);
}

Value date_of_moment(const Value& value) { return Value::date_of_days(day_of(value.as_moment())); }

Value date(const Call& call) {
    if (call.size() == 3) {
        const auto year = whole_number(call, 0);
        const auto month = whole_number(call, 1);
        const auto day = whole_number(call, 2);
        const auto days = year && month && day ? checked_days(*year, *month, *day) : std::nullopt;
        return days ? Value::date_of_days(*days) : call.fail("there is no such day");
    }
    if (call.has(0, Type::Date)) return call[0];
    if (call.has(0, Type::DateTime)) return date_of_moment(call[0]);
    const auto days = call.has(0, Type::String) ? parse_date(call[0].as_string()) : std::nullopt;
    return days ? Value::date_of_days(*days) : call.fail("a date is written 2026-02-28");
}

Value time_of_moment(const Value& value) {
    Moment moment = value.as_moment();
    moment.local_seconds -= day_of(moment) * kDaySeconds;
    if (moment.zone != nullptr) moment.offset = Moment::kNoOffset;
    return Value::time(moment);
}

// An offset argument: null or a duration below 18 hours.
bool offset_argument(const Call& call, std::size_t at, Moment& into) {
    into.offset = Moment::kNoOffset;
    if (at >= call.size() || call[at].is_null()) return true;
    if (!call.has(at, Type::DaysTimeDuration)) return false;
    const std::int64_t seconds = call[at].duration_seconds();
    if (seconds < -18 * 3600 || seconds > 18 * 3600) return false;
    into.offset = static_cast<std::int32_t>(seconds);
    return true;
}

// Hour, minute and a second that may have a fraction, at `at`, as seconds of the day.
bool clock_arguments(const Call& call, std::size_t at, Moment& into) {
    const auto hour = whole_number(call, at);
    const auto minute = whole_number(call, at + 1);
    if (!hour || !minute || !call.has(at + 2, Type::Number)) return false;
    const Decimal& second = call[at + 2].as_number();
    const auto whole = second.round(0, Rounding::Floor);
    const auto seconds = whole ? whole->to_int64() : std::nullopt;
    if (!seconds || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 || *seconds < 0 ||
        *seconds > 59)
        return false;
    const auto part =
        second.subtract(*whole)->multiply(Decimal::scaled(1, 9))->round(0, Rounding::Down);
    into.local_seconds = *hour * 3600 + *minute * 60 + *seconds;
    into.nanos = static_cast<std::uint32_t>(part->to_int64().value_or(0));
    return true;
}

Value time(const Call& call) {
    constexpr std::string_view kHow =
        "a time is written 16:00:00, 16:00:00Z or 16:00:00@Asia/Shanghai";
    if (call.size() >= 3) {
        Moment moment;
        if (!clock_arguments(call, 0, moment) || !offset_argument(call, 3, moment))
            return call.fail(kHow);
        return Value::time(moment);
    }
    if (call.has(0, Type::Time)) return call[0];
    if (call.has(0, Type::DateTime)) return time_of_moment(call[0]);
    if (call.has(0, Type::Date)) return Value::time({.offset = 0});
    const auto moment =
        call.has(0, Type::String) ? parse_time(call[0].as_string(), call.zones) : std::nullopt;
    return moment ? Value::time(*moment) : call.fail(kHow);
}

Value date_and_time(const Call& call) {
    constexpr std::string_view kHow =
        "a date and time is written 2026-02-28T16:00:00, with Z, an offset or a zone if it is an "
        "instant";
    if (call.size() == 1) {
        if (call.has(0, Type::DateTime)) return call[0];
        if (call.has(0, Type::Date))
            return Value::date_time(
                {.local_seconds = call[0].date_days() * kDaySeconds, .offset = Moment::kNoOffset});
        const auto moment = call.has(0, Type::String)
                                ? parse_date_time(call[0].as_string(), call.zones)
                                : std::nullopt;
        return moment ? Value::date_time(*moment) : call.fail(kHow);
    }
    if (call.size() == 2) {
        // The same instant on the wall of a zone.
        if (call.has(0, Type::DateTime) && call.has(1, Type::String)) {
            const auto epoch = epoch_seconds(call[0].as_moment());
            const Zone* zone =
                call.zones != nullptr ? call.zones->find(call[1].as_string()) : nullptr;
            if (!epoch || zone == nullptr)
                return call.fail("an instant and a known zone are wanted");
            return Value::date_time(at_zone(*epoch, call[0].as_moment().nanos, zone));
        }
        const bool day = call.has(0, Type::Date) || call.has(0, Type::DateTime);
        if (!day || !call.has(1, Type::Time)) return call.fail("a date and a time are wanted");
        const std::int64_t days =
            call.has(0, Type::Date) ? call[0].date_days() : day_of(call[0].as_moment());
        Moment moment = call[1].as_moment();
        moment.local_seconds += days * kDaySeconds;
        return Value::date_time(resolved(moment));
    }
    Moment moment;
    const auto year = whole_number(call, 0);
    const auto month = whole_number(call, 1);
    const auto day = whole_number(call, 2);
    const auto days = year && month && day ? checked_days(*year, *month, *day) : std::nullopt;
    if (!days || !clock_arguments(call, 3, moment)) return call.fail(kHow);
    moment.local_seconds += *days * kDaySeconds;
    if (call.has(6, Type::String)) {
        moment.offset = Moment::kNoOffset;
        moment.zone = call.zones != nullptr ? call.zones->find(call[6].as_string()) : nullptr;
        if (moment.zone == nullptr) return call.fail("there is no such zone");
        return Value::date_time(resolved(moment));
    }
    return offset_argument(call, 6, moment) ? Value::date_time(moment) : call.fail(kHow);
}

Value duration(const Call& call) {
    if (call.has(0, Type::DaysTimeDuration) || call.has(0, Type::YearsMonthsDuration))
        return call[0];
    const Value value =
        call.has(0, Type::String) ? parse_duration(call[0].as_string()) : Value::null();
    return value.is_null() ? call.fail("a duration is written P1D, PT24H30M or P1Y6M") : value;
}

// Whole months from one day to another.
Value years_and_months(const Call& call) {
    const auto dated = [&](std::size_t i) {
        return call.has(i, Type::Date) || call.has(i, Type::DateTime);
    };
    if (!dated(0) || !dated(1)) return call.fail("two dates are wanted");
    const auto days = [&](std::size_t i) {
        return call.has(i, Type::Date) ? call[i].date_days() : day_of(call[i].as_moment());
    };
    const CivilDay from = civil_of(days(0));
    const CivilDay to = civil_of(days(1));
    std::int64_t months = (to.year - from.year) * 12 + to.month - from.month;
    if (months > 0 && to.day < from.day) --months;
    if (months < 0 && to.day > from.day) ++months;
    return Value::months(months);
}

Value now(const Call& call) {
    static const Zone kUtc = Zone::utc();
    if (!call.evaluation.now) return call.fail("no `now` was handed in");
    const Zone* zone = call.evaluation.zone;
    if (zone == nullptr) {
        Value value = Value::instant(*call.evaluation.now, kUtc);
        Moment moment = value.as_moment();
        moment.zone = nullptr;
        return Value::date_time(moment);
    }
    return Value::instant(*call.evaluation.now, *zone);
}

Value today(const Call& call) {
    const Value moment = now(call);
    return moment.is_null() ? moment : date_of_moment(moment);
}

// An instant as the wall of Evaluation::zone shows it (UTC if there is none); a local reading is
// one already.
std::optional<Moment> local_reading(const Call& call) {
    if (!call.has(0, Type::DateTime)) return std::nullopt;
    Moment moment = call[0].as_moment();
    if (const auto epoch = epoch_seconds(moment)) {
        moment.local_seconds = *epoch;
        if (call.evaluation.zone != nullptr)
            moment.local_seconds =
                at_zone(*epoch, moment.nanos, call.evaluation.zone).local_seconds;
    }
    moment.offset = Moment::kNoOffset;
    moment.zone = nullptr;
    return moment;
}

Value local_time(const Call& call) {
    const auto moment = local_reading(call);
    return moment ? time_of_moment(Value::date_time(*moment))
                  : call.fail("a date and time is wanted");
}

Value local_date(const Call& call) {
    if (call.has(0, Type::Date)) return call[0];
    const auto moment = local_reading(call);
    return moment ? Value::date_of_days(day_of(*moment)) : call.fail("a date and time is wanted");
}

Value local_date_and_time(const Call& call) {
    const auto moment = local_reading(call);
    return moment ? Value::date_time(*moment) : call.fail("a date and time is wanted");
}

std::optional<std::int64_t> days_argument(const Call& call) {
    if (call.has(0, Type::Date)) return call[0].date_days();
    if (call.has(0, Type::DateTime)) return day_of(call[0].as_moment());
    return std::nullopt;
}

Value day_of_year(const Call& call) {
    const auto days = days_argument(call);
    if (!days) return call.fail("a date is wanted");
    return Value::number(Decimal(*days - days_of(civil_of(*days).year, 1, 1) + 1));
}

Value day_of_week(const Call& call) {
    static constexpr std::string_view kNames[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                  "Friday", "Saturday", "Sunday"};
    const auto days = days_argument(call);
    return days ? Value::string(kNames[weekday_of(*days) - 1]) : call.fail("a date is wanted");
}

Value month_of_year(const Call& call) {
    static constexpr std::string_view kNames[] = {"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};
    const auto days = days_argument(call);
    return days ? Value::string(kNames[civil_of(*days).month - 1]) : call.fail("a date is wanted");
}

Value week_number(const Call& call) {
    const auto days = days_argument(call);
    return days ? Value::number(Decimal(week_of_year(*days))) : call.fail("a date is wanted");
}

// The same element of the domain: like `=`, but a zone and its offset are not the same, and
// values of two types are simply different.
Value is(const Call& call) {
    if (call.size() < 2 || call[0].type() != call[1].type()) return Value::boolean(false);
    if (call[0].type() == Type::Time || call[0].type() == Type::DateTime) {
        const Moment a = call[0].as_moment();
        const Moment b = call[1].as_moment();
        return Value::boolean(a.local_seconds == b.local_seconds && a.nanos == b.nanos &&
                              a.offset == b.offset && a.zone == b.zone);
    }
    return Value::boolean(equal(call[0], call[1]).is_true());
}

constexpr Builtin kBuiltins[] = {
    {"date", "from|year,month,day", date, true, true},
    {"time", "from|hour,minute,second,offset?", time, true, true},
    {"date and time",
     "from|date,time|date,timezone|year,month,day,hour,minute,second,offset?|year,month,day,hour,"
     "minute,second,timezone?",
     date_and_time, true, true},
    {"duration", "from", duration, true, true},
    {"years and months duration", "from,to", years_and_months, true, true},
    {"now", "", now, false, true},
    {"today", "", today, false, true},
    {"local time", "at", local_time, false, true},
    {"local date", "at", local_date, false, true},
    {"local date and time", "at", local_date_and_time, false, true},
    {"day of year", "date", day_of_year, true, true},
    {"day of week", "date", day_of_week, true, true},
    {"month of year", "date", month_of_year, true, true},
    {"week of year", "date", week_number, true, true},
    {"is", "value1,value2?|value1?,value2", is},
};

}  // namespace

std::span<const Builtin> time_builtins() { return kBuiltins; }

}  // namespace yinuo::feel
