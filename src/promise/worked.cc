#include "promise/worked.h"

#include <algorithm>

#include "promise/rows.h"
#include "promise/words.h"

namespace yinuo::promise {
namespace {

using Occasion = WorkedDeadline::Occasion;
using calendar::Schedule;

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kTen = 600 * kMinute;            // 10:00
constexpr std::int64_t kHalfPastFive = 1050 * kMinute;  // 17:30
constexpr std::size_t kLinesMost = 8;

struct Start {
    Occasion occasion;
    Text title;
    Instant at;
};

// Where examples are looked for, and the days they lie on.
struct Ground {
    const Zone& zone;
    const Schedule* schedule;  // the limit's own; null: none
    const Schedule* days;      // whose holidays people keep: the same, or any that the promise has

    bool is_workday(Date date) const { return days ? days->is_workday(date) : date.weekday() < 5; }
    Instant at(Date date, std::int64_t millis_of_day) const {
        return zone.to_instant(LocalTime::of(date, millis_of_day));
    }
    // Half an hour before that day's last closing; without a schedule 17:30.
    Instant late_on(Date date) const {
        const auto close =
            schedule ? schedule->prev_open(zone.start_of_day(date.plus_days(1))) : std::nullopt;
        if (!close || zone.to_local(*close - Millis{1}).date() != date)
            return at(date, kHalfPastFive);
        return *close - minutes(30);
    }
};

struct NamedDay {
    Date date;
    std::string name;
};

void gather_holidays(const Schedule& schedule, Date from, std::vector<NamedDay>& into) {
    const auto& definition = schedule.definition();
    for (const auto& holiday : definition.holidays) into.push_back({holiday.date, holiday.name});
    for (const auto& yearly : definition.yearly_holidays)
        for (int year = from.year(); year <= from.year() + 1; ++year)
            if (const auto date = Date::checked(year, yearly.month, yearly.day))
                into.push_back({*date, yearly.name});
    for (const auto& part : definition.parts) gather_holidays(part, from, into);
}

Start usual_start(const Ground& ground, Date from) {
    Date date = from;
    for (int i = 0; i < 60; ++i, date = from.plus_days(i))
        if (date.weekday() == 1 && ground.is_workday(date) &&
            ground.is_workday(date.plus_days(1)) && ground.is_workday(date.plus_days(2)))
            break;
    Instant at = ground.at(date, kTen);
    if (ground.schedule && !ground.schedule->is_open(at))
        at = ground.schedule->next_open(at).value_or(at);
    return {Occasion::Usual, {"平常的一天", "a usual day"}, at};
}

// The last working day before the first holiday from `from` on; without holidays, a Friday.
Start eve_start(const Ground& ground, Date from) {
    std::vector<NamedDay> holidays;
    if (ground.days) gather_holidays(*ground.days, from, holidays);
    std::ranges::sort(holidays, {}, &NamedDay::date);
    for (const auto& holiday : holidays) {
        Date eve = holiday.date.plus_days(-1);
        for (int back = 0; back < 14 && !ground.is_workday(eve); ++back) eve = eve.plus_days(-1);
        if (eve < from || !ground.is_workday(eve)) continue;
        const auto name = holiday.name.empty() ? holiday.date.to_string() : holiday.name;
        return {Occasion::HolidayEve, {name + "前夕", "the eve of " + name}, ground.late_on(eve)};
    }
    Date friday = from;
    while (friday.weekday() != 4) friday = friday.plus_days(1);
    return {Occasion::HolidayEve,
            {"周五傍晚（日历里没有节假日）", "Friday evening (no holidays are known)"},
            ground.late_on(friday)};
}

// Ten in the morning of the first holiday from `from` on; without holidays, of a Sunday.
Start holiday_start(const Ground& ground, Date from) {
    std::vector<NamedDay> holidays;
    if (ground.days) gather_holidays(*ground.days, from, holidays);
    std::ranges::sort(holidays, {}, &NamedDay::date);
    for (const auto& [date, name] : holidays)
        if (date >= from && !ground.is_workday(date)) {
            const auto what = name.empty() ? date.to_string() : name;
            return {Occasion::Holiday, {what + "当天", "on " + what}, ground.at(date, kTen)};
        }
    Date sunday = from;
    while (sunday.weekday() != 6) sunday = sunday.plus_days(1);
    return {Occasion::Holiday,
            {"周日（日历里没有节假日）", "a Sunday (no holidays are known)"},
            ground.at(sunday, kTen)};
}

Start clocks_start(const Ground& ground, Date from, const Limit& limit) {
    const Instant begin = ground.zone.start_of_day(from);
    const Instant change = ground.zone.next_change(begin);
    if (change < begin + hours(24 * 800)) {
        const bool forward =
            ground.zone.offset_seconds(change) > ground.zone.offset_seconds(change - Millis{1});
        const Text title = forward ? Text{"拨快时钟前", "before the clocks go forward"}
                                   : Text{"拨慢时钟前", "before the clocks go back"};
        if (ground.schedule && limit.unit == Unit::Work) {
            const auto open = ground.schedule->prev_open(change);
            return {Occasion::Clocks, title, open.value_or(change) - minutes(30)};
        }
        const bool brief = limit.unit == Unit::Clock && limit.amount < hours(24).count;
        return {Occasion::Clocks, title,
                brief ? change - Millis{limit.amount / 2} : change - hours(12)};
    }
    // The end of the first long month that a shorter one follows: 01-31, 03-31...
    Date first = Date::of(from.year(), from.month(), 1);
    for (int i = 0; i < 12; ++i, first = first.plus_months(1)) {
        const Date next = first.plus_months(1), last = next.plus_days(-1);
        if (last >= from && last.day() > next.plus_months(1).plus_days(-1).day())
            return {
                Occasion::Clocks,
                {"月末（这个时区不换钟）", "a month's end (this zone doesn't change its clocks)"},
                ground.late_on(last)};
    }
    return {Occasion::Clocks,
            {"年末", "the year's end"},
            ground.late_on(Date::of(from.year(), 12, 31))};
}

Text days(std::int64_t count, const char* zh, const char* en) {
    return {std::to_string(count) + " " + zh,
            std::to_string(count) + " " + en + (count == 1 ? "" : "s")};
}

// Joins what is closed, naming what has a name: "节假日「春节」、周末".
void add_closed(std::vector<Piece>& pieces, const calendar::Stretch& stretch) {
    auto what = calendar::describe(stretch);
    if (pieces.empty() || pieces.back().counted) {
        pieces.push_back({{stretch.begin, stretch.end}, false, std::move(what)});
        return;
    }
    Piece& last = pieces.back();
    last.period.end = stretch.end;
    if (last.what.en.find(what.en) != std::string::npos) return;
    last.what.zh += "、" + what.zh;
    last.what.en += ", " + what.en;
}

// "20 h, the clocks going forward 1 h": real time, and why the wall shows another.
Text real_time(Period period, const Zone& zone) {
    Text what = tell(period.length());
    const auto shift = zone.offset_seconds(period.end) - zone.offset_seconds(period.begin);
    if (shift == 0) return what;
    const Text by = tell(seconds(shift < 0 ? -shift : shift));
    what.zh += std::string("，其间时钟拨") + (shift > 0 ? "快 " : "慢 ") + by.zh;
    what.en += std::string(", the clocks going ") + (shift > 0 ? "forward " : "back ") + by.en;
    return what;
}

std::vector<Piece> pieces_of_work(const Schedule& schedule, Instant start, Instant due) {
    std::vector<Piece> pieces;
    for (const auto& stretch : schedule.explain(start, due)) {
        if (stretch.open)
            pieces.push_back({{stretch.begin, stretch.end},
                              true,
                              real_time({stretch.begin, stretch.end}, schedule.zone())});
        else
            add_closed(pieces, stretch);
    }
    return pieces;
}

// Day by day from the day after the start to the last one.
std::vector<Piece> pieces_of_working_days(const Schedule& schedule, Instant start, Instant due) {
    const Zone& zone = schedule.zone();
    const Date first = zone.to_local(start).date().plus_days(1),
               last = zone.to_local(due - Millis{1}).date();
    std::vector<Piece> pieces;
    std::int64_t run = 0;
    for (Date date = first; date <= last; date = date.plus_days(1)) {
        const Period day = {zone.start_of_day(date), zone.start_of_day(date.plus_days(1))};
        if (!schedule.is_workday(date)) {
            for (const auto& stretch : schedule.explain(day.begin, day.end))
                if (!stretch.open) {
                    add_closed(pieces, stretch);
                    break;
                }
            if (!pieces.empty() && !pieces.back().counted) pieces.back().period.end = day.end;
            continue;
        }
        if (pieces.empty() || !pieces.back().counted) {
            pieces.push_back({day, true, {}});
            run = 0;
        }
        pieces.back().period.end = day.end;
        pieces.back().what = days(++run, "个工作日", "working day");
    }
    return pieces;
}

std::vector<Piece> pieces_of(const Ground& ground, const Limit& limit, Instant start, Instant due) {
    if (due <= start) return {};
    if (limit.unit == Unit::Work) return pieces_of_work(*ground.schedule, start, due);
    if (limit.unit == Unit::WorkingDays)
        return pieces_of_working_days(*ground.schedule, start, due);
    Text what = real_time({start, due}, ground.zone);
    if (limit.unit != Unit::Clock) {
        const auto count =
            ground.zone.to_local(due).date().days - ground.zone.to_local(start).date().days;
        const Text dates = days(count, "个日历日", "calendar day");
        what = {dates.zh + "，合 " + what.zh, dates.en + ", " + what.en};
    }
    return {{{start, due}, true, std::move(what)}};
}

Text line_of(const Piece& piece, const Zone& zone, bool whole_days) {
    const auto from = zone.to_local(piece.period.begin), to = zone.to_local(piece.period.end);
    const auto hour = [&](Instant at) {
        return tell(at, zone).zh.substr(std::string("2026-02-14（周六）").size());
    };
    Text span;
    if (whole_days) {
        const Text first = tell(from.date()),
                   last = tell(zone.to_local(piece.period.end - Millis{1}).date());
        span =
            first == last ? first : Text{first.zh + " 至 " + last.zh, first.en + " to " + last.en};
    } else {
        const Text first = tell(from.date()), last = tell(to.date());
        const auto begin = hour(piece.period.begin), end = hour(piece.period.end);
        span = first == last
                   ? Text{first.zh + begin + "–" + end, first.en + " " + begin + "–" + end}
                   : Text{first.zh + begin + " 至 " + last.zh + end,
                          first.en + " " + begin + " to " + last.en + " " + end};
    }
    return piece.counted ? Text{span.zh + " 计 " + piece.what.zh, span.en + ": " + piece.what.en}
                         : Text{span.zh + " 不计（" + piece.what.zh + "）",
                                span.en + ": not counted (" + piece.what.en + ")"};
}

void add(const Promise& promise, const Limit& limit, const Start& start, std::size_t row,
         std::string condition, const Ground& ground, std::vector<WorkedDeadline>& out) {
    const auto due = due_after(start.at, limit, promise.calendars());
    if (!due) return;
    out.push_back(
        {.occasion = start.occasion,
         .title = start.title,
         .row = row,
         .limit = describe(limit, promise.schedule_names),
         .condition = std::move(condition),
         .zone = &ground.zone,
         .start = start.at,
         .due = *due,
         .provisional = ground.schedule != nullptr && ground.schedule->is_provisional(*due),
         .pieces = pieces_of(ground, limit, start.at, *due)});
}

Ground ground_of(const Promise& promise, const Limit& limit) {
    const Schedule* schedule = limit.schedule >= 0
                                   ? &promise.schedules[static_cast<std::size_t>(limit.schedule)]
                                   : nullptr;
    const Schedule* days = schedule;
    if (days == nullptr && !promise.schedules.empty()) days = &promise.schedules.front();
    return {schedule ? schedule->zone() : *promise.zone, schedule, days};
}

// Each limit of the clause with the starts that `starts_of(ground, limit)` gives for it.
template <typename StartsOf>
std::vector<WorkedDeadline> work_out(const Promise& promise, const Clause& clause,
                                     StartsOf starts_of) {
    std::vector<WorkedDeadline> out;
    if (promise.zone == nullptr) return out;
    const auto add_all = [&](const Limit& limit, const Within* table, std::size_t row,
                             std::string condition) {
        const Ground ground = ground_of(promise, limit);
        for (const Start& start : starts_of(ground, limit))
            if (table == nullptr || may_take(*table, row, start.at, *promise.zone))
                add(promise, limit, start, row, condition, ground, out);
    };
    if (const auto* every = std::get_if<Every>(&clause.shape))
        add_all(every->interval, nullptr, 0, {});
    const auto* within = std::get_if<Within>(&clause.shape);
    for (std::size_t row = 0; within != nullptr && row < within->rows.size(); ++row) {
        const auto& entry = within->rows[row];
        if (!entry.amount)
            add_all(entry.limit, within, row,
                    entry.when ? std::string(entry.when->formula.text()) : "");
    }
    return out;
}

}  // namespace

std::vector<WorkedDeadline> worked_deadlines(const Promise& promise, const Clause& clause) {
    auto out = work_out(promise, clause, [&](const Ground& ground, const Limit& limit) {
        const Date from = usual_day(promise);
        return std::vector<Start>{usual_start(ground, from), eve_start(ground, from),
                                  clocks_start(ground, from, limit)};
    });
    std::ranges::stable_sort(out, {}, [](const WorkedDeadline& worked) { return worked.occasion; });
    return out;
}

std::vector<WorkedDeadline> holiday_deadlines(const Promise& promise, const Clause& clause) {
    return work_out(promise, clause, [&](const Ground& ground, const Limit&) {
        return std::vector<Start>{holiday_start(ground, usual_day(promise))};
    });
}

std::vector<WorkedDeadline> deadlines_from(const Promise& promise, const Clause& clause,
                                           std::span<const Instant> starts) {
    return work_out(promise, clause, [&](const Ground&, const Limit&) {
        std::vector<Start> asked;
        for (const Instant at : starts)
            asked.push_back({Occasion::Asked, {"您选的时刻", "an instant of your choice"}, at});
        return asked;
    });
}

std::vector<Text> lines_of(const WorkedDeadline& worked) {
    const bool whole_days = std::ranges::all_of(worked.pieces, [&](const Piece& piece) {
        return worked.zone->to_local(piece.period.begin).millis_of_day() == 0 &&
               piece.period.begin != worked.start;
    });
    std::vector<Text> lines;
    const auto count = worked.pieces.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (count > kLinesMost && i == kLinesMost / 2) {
            const auto skipped = count - kLinesMost;
            lines.push_back({"…… 略去 " + std::to_string(skipped) + " 段",
                             "... " + std::to_string(skipped) + " more"});
            i += skipped;
        }
        lines.push_back(line_of(worked.pieces[i], *worked.zone, whole_days));
    }
    return lines;
}

}  // namespace yinuo::promise
