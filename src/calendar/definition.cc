// Checking a definition, and the hash that is its version.
#include "calendar/definition.h"

#include <cstdio>

#include "calendar/state.h"

namespace yinuo::calendar {
namespace {

constexpr std::int32_t kDaySeconds = 86'400;

bool good(const Hours& hours) {
    return hours.from >= 0 && hours.from <= kDaySeconds && hours.to >= 0 && hours.to <= kDaySeconds;
}
bool good(const DayHours& day) {
    for (const auto& hours : day)
        if (!good(hours)) return false;
    return true;
}
bool good(const Plan& plan) {
    for (const auto& week : plan.weeks)
        for (const auto& day : week.days)
            if (!good(day)) return false;
    return true;
}

Error bad_hours(const std::string& where_zh, const std::string& where_en) {
    return {.code = "bad-hours",
            .what = {where_zh + "的时间不在 00:00 至 24:00 之间",
                     "the hours of " + where_en + " are not within 00:00 to 24:00"}};
}

std::optional<Error> bad_plan(const Plan& plan) {
    if (!good(plan)) return bad_hours("每周营业时间", "the week");
    if (plan.weeks.size() > 1 && (!plan.anchor || plan.anchor->weekday() != 0))
        return Error{.code = "bad-cycle",
                     .what = {"多周轮换没有从周一算起的起始日",
                              "a cycle of weeks has no Monday to count from"},
                     .mend = {"请将 anchor 设为轮换第一周的周一",
                              "set its anchor to the Monday of a first week"}};
    return std::nullopt;
}

std::optional<Error> bad_combination(const Definition& d) {
    const bool combined = d.combine != Combine::None;
    const bool own_hours = d.always_open || !d.plan.weeks.empty() || !d.versions.empty() ||
                           !d.holidays.empty() || !d.yearly_holidays.empty() || !d.days.empty() ||
                           !d.makeup_days.empty() || !d.breaks.empty();
    if (combined == !d.parts.empty() && !(combined && own_hours)) return std::nullopt;
    return Error{
        .code = "bad-combination",
        .what = {"合并的工作日历只能由其他日历组成（另可加临时停业），不能再有自己的时间",
                 "a combined schedule is made of other schedules (and closures), and has no "
                 "hours of its own"},
        .mend = {"把自己的时间写成另一个日历，再合并进来",
                 "write its own hours as a schedule of their own and combine that"}};
}

// FNV-1a, 64 bits, over fields that each say how long they are.
class Hash {
public:
    void add(std::int64_t value) {
        for (int i = 0; i < 8; ++i) byte(static_cast<unsigned char>(value >> (8 * i)));
    }
    void add(std::string_view text) {
        add(static_cast<std::int64_t>(text.size()));
        for (const char c : text) byte(static_cast<unsigned char>(c));
    }
    void add(Date date) { add(std::int64_t{date.days}); }
    template <typename T>
    void add(const std::optional<T>& value) {
        add(std::int64_t{value.has_value()});
        if (value) add(*value);
    }
    void add(const Hours& hours) {
        add(std::int64_t{hours.from});
        add(std::int64_t{hours.to});
    }
    void add(const DayHours& day) {
        add(static_cast<std::int64_t>(day.size()));
        for (const auto& hours : day) add(hours);
    }
    void add(const Plan& plan) {
        add(static_cast<std::int64_t>(plan.weeks.size()));
        for (const auto& week : plan.weeks)
            for (const auto& day : week.days) add(day);
        add(plan.anchor);
    }
    template <typename T>
    void section(const std::vector<T>& list) {
        add(static_cast<std::int64_t>(list.size()));
    }
    std::string text() const {
        char out[32];
        std::snprintf(out, sizeof out, "cal:%016llx", static_cast<unsigned long long>(hash_));
        return out;
    }

private:
    void byte(unsigned char c) { hash_ = (hash_ ^ c) * 0x100000001b3; }
    std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace

std::optional<Error> contradiction(const Definition& d) {
    if (auto error = bad_combination(d)) return error;
    if (auto error = bad_plan(d.plan)) return error;
    for (const auto& version : d.versions) {
        if (auto error = bad_plan(version.plan)) return error;
        if (version.from && version.to && *version.to < *version.from)
            return Error{.code = "bad-version",
                         .what = {"一个时段版本的结束日期早于开始日期",
                                  "a version of the hours ends before it begins"}};
    }
    for (const auto& h : d.holidays)
        if (!good(h.hours)) return bad_hours(h.date.to_string(), h.date.to_string());
    for (const auto& h : d.yearly_holidays)
        if (!Date::checked(2000, h.month, h.day))
            return Error{
                .code = "bad-date",
                .what = {"每年的节假日不是有效的月-日", "a yearly holiday is no day of the year"}};
    for (const auto& day : d.days)
        if (!good(day.hours)) return bad_hours(day.date.to_string(), day.date.to_string());
    for (const auto& pause : d.breaks)
        if (!good(pause.hours)) return bad_hours(pause.date.to_string(), pause.date.to_string());
    for (const auto& day : d.makeup_days)
        if (day.like && (*day.like < 0 || *day.like > 6))
            return Error{
                .code = "bad-weekday",
                .what = {"调休上班日所参照的星期无效", "a make-up day is like no day of the week"}};
    for (const auto& closure : d.closures)
        if (closure.period.end <= closure.period.begin)
            return Error{
                .code = "bad-closure",
                .what = {"临时停业的结束不晚于开始", "a closure does not end after it begins"}};
    if (d.cutoff && (*d.cutoff < 0 || *d.cutoff > kDaySeconds))
        return bad_hours("截单时间", "the cut-off");
    if (d.nominal_day && !good(*d.nominal_day)) return bad_hours("标准工作日", "the nominal day");
    return std::nullopt;
}

std::string version_of(const Definition& d) {
    Hash hash;
    hash.add(d.name);
    hash.add(d.zone.name());
    hash.add(d.zone.version());
    hash.add(std::int64_t{d.always_open});
    hash.add(d.plan);
    hash.section(d.versions);
    for (const auto& v : d.versions) hash.add(v.from), hash.add(v.to), hash.add(v.plan);
    hash.section(d.holidays);
    for (const auto& h : d.holidays) hash.add(h.date), hash.add(h.name), hash.add(h.hours);
    hash.section(d.yearly_holidays);
    for (const auto& h : d.yearly_holidays)
        hash.add(std::int64_t{h.month}), hash.add(std::int64_t{h.day}), hash.add(h.name);
    hash.section(d.days);
    for (const auto& day : d.days) hash.add(day.date), hash.add(day.hours), hash.add(day.name);
    hash.section(d.makeup_days);
    for (const auto& day : d.makeup_days) {
        hash.add(day.date);
        hash.add(std::int64_t{day.like.value_or(-1)});
        hash.add(day.name);
    }
    hash.section(d.breaks);
    for (const auto& b : d.breaks) hash.add(b.date), hash.add(b.hours), hash.add(b.name);
    hash.section(d.closures);
    for (const auto& c : d.closures)
        hash.add(c.period.begin.millis), hash.add(c.period.end.millis), hash.add(c.name);
    hash.add(static_cast<std::int64_t>(d.combine));
    hash.section(d.parts);
    for (const auto& part : d.parts) hash.add(part.version());
    hash.add(std::int64_t{d.cutoff.value_or(-1)});
    hash.add(d.announced_until);
    hash.add(d.nominal_day);
    return hash.text();
}

}  // namespace yinuo::calendar
