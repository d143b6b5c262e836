// A schedule's definition as YAML.
#include "wire/json.h"
#include "wire/schedule_words.h"
#include "wire/schedule_yaml.h"

namespace yinuo::wire {
namespace {

// A YAML double-quoted scalar may be written as a JSON string.
std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

std::string hours(const calendar::DayHours& day) { return quoted(hours_text(day)); }

std::string named(const std::string& name) { return name.empty() ? "" : ", name: " + quoted(name); }

void write_week(const calendar::Week& week, const std::string& indent, std::string& out) {
    for (int day = 0; day < 7; ++day)
        if (!week.days[day].empty())
            out += indent + std::string(weekday_text(day)) + ": " + hours(week.days[day]) + "\n";
}

void write_plan(const calendar::Plan& plan, const std::string& indent, std::string& out) {
    if (plan.weeks.size() == 1) {
        std::string week;
        write_week(plan.weeks.front(), indent + "  ", week);
        out += indent + "weekly:" + (week.empty() ? " {mon: closed}\n" : "\n" + week);
        return;
    }
    if (plan.weeks.empty()) return;
    out += indent + "cycle:\n" + indent + "  anchor: " + plan.anchor->to_string() + "\n" + indent +
           "  weeks:\n";
    for (const auto& week : plan.weeks) {
        std::string text;
        write_week(week, indent + "      ", text);
        if (text.empty()) text = indent + "      mon: closed\n";
        text[indent.size() + 4] = '-';
        out += text;
    }
}

template <typename List, typename Each>
void write_list(std::string_view key, const List& list, std::string& out, Each each) {
    if (list.empty()) return;
    out += std::string(key) + ":\n";
    for (const auto& item : list) out += each(item) + "\n";
}

}  // namespace

std::string write_schedule(const calendar::Definition& d) {
    std::string out;
    if (!d.name.empty()) out += "name: " + quoted(d.name) + "\n";
    out += "zone: " + std::string(d.zone.name()) + "\n";
    if (d.always_open) out += "always_open: yes\n";
    write_plan(d.plan, "", out);
    if (!d.versions.empty()) out += "versions:\n";
    for (const auto& version : d.versions) {
        std::string text;
        if (version.from) text += "    from: " + version.from->to_string() + "\n";
        if (version.to) text += "    to: " + version.to->to_string() + "\n";
        write_plan(version.plan, "    ", text);
        if (text.empty()) continue;
        text[2] = '-';
        out += text;
    }
    if (!d.holidays.empty() || !d.yearly_holidays.empty()) out += "holidays:\n";
    for (const auto& h : d.holidays)
        out += "  - {date: " + h.date.to_string() + named(h.name) +
               (h.hours.empty() ? "" : ", hours: " + hours(h.hours)) + "}\n";
    for (const auto& h : d.yearly_holidays)
        out += "  - {every: " + Date::of(2000, h.month, h.day).to_string().substr(5) +
               named(h.name) + "}\n";
    write_list("days", d.days, out, [](const auto& day) {
        return "  " + day.date.to_string() + ": " + hours(day.hours);
    });
    write_list("makeup_days", d.makeup_days, out, [](const auto& day) {
        const auto like = day.like ? ", like: " + std::string(weekday_text(*day.like)) : "";
        return "  - {date: " + day.date.to_string() + like + named(day.name) + "}";
    });
    write_list("breaks", d.breaks, out,
               [](const auto& b) { return "  " + b.date.to_string() + ": " + hours(b.hours); });
    write_list("closures", d.closures, out, [](const auto& c) {
        return "  - {from: " + quoted(to_string(c.period.begin)) +
               ", to: " + quoted(to_string(c.period.end)) + named(c.name) + "}";
    });
    if (d.cutoff) out += "cutoff: " + clock_text(*d.cutoff) + "\n";
    if (d.nominal_day) out += "nominal_day: " + hours({*d.nominal_day}) + "\n";
    if (d.announced_until) out += "announced_until: " + d.announced_until->to_string() + "\n";
    return out;
}

}  // namespace yinuo::wire
