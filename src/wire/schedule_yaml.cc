#include "wire/schedule_yaml.h"

#include <algorithm>
#include <set>

#include "calendar/cn_holidays.h"
#include "wire/schedule_words.h"

namespace yinuo::wire {
namespace {

using calendar::DayHours;
using calendar::Definition;
using calendar::Schedule;

constexpr int kRangeDaysMost = 3660;  // of one entry "from ... to ..."
constexpr std::size_t kHolidaysMost = 50'000;

// "announced_until" and "announced until" are one key.
class Keys {
public:
    Keys(const Yaml& node, Findings& findings) : keys_(node, findings) {}

    const Yaml* take(std::string_view key) {
        const Yaml* value = keys_.take(key);
        if (key.find('_') == std::string_view::npos) return value;
        std::string blank(key);
        std::replace(blank.begin(), blank.end(), '_', ' ');
        // YamlKeys keeps views of what was asked for.
        const Yaml* other = keys_.take(*spelled_.insert(std::move(blank)).first);
        return value ? value : other;
    }
    void finish() { keys_.finish(); }

private:
    YamlKeys keys_;
    std::set<std::string, std::less<>> spelled_;
};

class Reader {
public:
    Reader(Zones& zones, const Schedules& known, Findings& findings)
        : zones_(zones), known_(known), findings_(findings) {}

    std::optional<Schedule> read(const Yaml& node, std::string_view name) {
        const auto before = errors();
        Definition definition;
        definition.name = name;
        Keys keys(node, findings_);
        if (!node.is_map()) return std::nullopt;
        if (const Yaml* own = keys.take("name")) definition.name = own->text;
        keys.take("schedules");  // a file's own helpers; read_schedule_file() has seen to them
        zone(keys.take("zone"), node, definition);
        hours(keys, node, definition);
        exceptions(keys, definition);
        combination(keys, definition);
        keys.finish();
        warn_of_overlaps(node, definition);
        if (errors() != before) return std::nullopt;
        auto built = Schedule::build(std::move(definition));
        if (built) return *std::move(built);
        built.error().place = node.place;
        findings_.push_back({Severity::Error, std::move(built).error()});
        return std::nullopt;
    }

private:
    std::size_t errors() const {
        return static_cast<std::size_t>(
            std::count_if(findings_.begin(), findings_.end(),
                          [](const Finding& f) { return f.severity == Severity::Error; }));
    }
    void error(const Yaml& at, std::string code, Text what, Text mend = {}) {
        report(findings_, Severity::Error, std::move(code), at.place, std::move(what),
               std::move(mend));
    }

    void zone(const Yaml* value, const Yaml& node, Definition& out) {
        if (!value) {
            report(findings_, Severity::Error, "missing-key", node.place,
                   {"工作日历没有写时区 zone", "the schedule does not say its zone"},
                   {"例如 zone: Asia/Shanghai", "for example zone: Asia/Shanghai"});
            return;
        }
        if (const Zone* found = zones_.find(value->text)) {
            out.zone = *found;
            zone_ = found;
            return;
        }
        const auto meant = zones_.suggest(value->text);
        error(*value, "no-such-zone",
              {"没有时区「" + value->text + "」", "there is no zone \"" + value->text + "\""},
              meant.empty() ? Text{"时区写作「洲/城市」，例如 Asia/Shanghai",
                                   "zones are written Area/City, for example Asia/Shanghai"}
                            : Text{"是不是「" + meant + "」？", "did you mean " + meant + "?"});
    }

    void hours(Keys& keys, const Yaml& node, Definition& out) {
        const Yaml* always = keys.take("always_open");
        const Yaml* weekly = keys.take("weekly");
        const Yaml* cycle = keys.take("cycle");
        if (always) {
            if (always->text == "yes" || always->text == "true")
                out.always_open = true;
            else if (always->text != "no" && always->text != "false")
                error(*always, "bad-choice", {"应为 yes 或 no", "yes or no belongs here"});
        }
        if (const Yaml* extra =
                out.always_open ? (weekly ? weekly : cycle) : (weekly ? cycle : nullptr))
            error(*extra, "double-hours",
                  {"营业时间写了两遍：always open、weekly、cycle 只能有一个",
                   "the hours are given twice: only one of always open, weekly and cycle"},
                  {"留下一个", "keep one of them"});
        plan(weekly, cycle, out.plan);
        const bool from_others = has(node, "union") || has(node, "intersection") ||
                                 has(node, "days") || has(node, "versions");
        if (!weekly && !cycle && !always && !from_others)
            error(node, "missing-key", {"没有写每周的营业时间 weekly", "there are no weekly hours"},
                  {"例如 weekly: {mon-fri: 09:00-18:00}",
                   "for example weekly: {mon-fri: 09:00-18:00}"});
        if (const Yaml* list = keys.take("versions")) {
            for (const auto& item : items(*list)) {
                Keys version_keys(*item, findings_);
                calendar::Version version;
                version.from = date_or_none(version_keys.take("from"));
                version.to = date_or_none(version_keys.take("to"));
                plan(version_keys.take("weekly"), version_keys.take("cycle"), version.plan);
                version_keys.finish();
                out.versions.push_back(std::move(version));
            }
        }
    }

    static bool has(const Yaml& node, std::string_view key) { return node.find(key) != nullptr; }

    void plan(const Yaml* weekly, const Yaml* cycle, calendar::Plan& out) {
        if (weekly) out.weeks = {week(*weekly)};
        if (!cycle || weekly) return;
        Keys keys(*cycle, findings_);
        out.anchor = date_or_none(keys.take("anchor"));
        if (const Yaml* weeks = keys.take("weeks"))
            for (const auto& item : items(*weeks)) out.weeks.push_back(week(*item));
        keys.finish();
        if (!out.anchor || out.anchor->weekday() != 0)
            error(*cycle, "bad-cycle",
                  {"多周轮换要有从周一算起的起始日 anchor",
                   "a cycle needs an anchor that is a Monday"},
                  {"写上轮换第一周的周一", "give the Monday of a first week"});
        if (out.weeks.empty())
            error(*cycle, "missing-key", {"轮换没有写各周的时间 weeks", "the cycle has no weeks"});
    }

    calendar::Week week(const Yaml& node) {
        calendar::Week out;
        if (!node.is_map()) {
            error(node, "wrong-kind",
                  {"每周的时间按星期写，例如 mon-fri: 09:00-18:00",
                   "the hours of a week are written by day, for example mon-fri: 09:00-18:00"});
            return out;
        }
        bool given[7] = {};
        for (const auto& entry : node.entries) {
            const auto days = parse_weekdays(entry.key);
            if (!days) {
                report(findings_, Severity::Error, "bad-weekday", entry.place,
                       {"「" + entry.key + "」不是星期",
                        "\"" + entry.key + "\" is no day of the week"},
                       {"例如 mon、mon-fri、周一至周五", "for example mon, mon-fri, every day"});
                continue;
            }
            if (entry.value.kind == Yaml::Kind::Empty) continue;
            const auto day_hours = hours_of(entry.value);
            for (const int day : *days) {
                if (given[day])
                    report(findings_, Severity::Error, "duplicate-key", entry.place,
                           {"这一天的时间写了两遍", "a day of the week has its hours twice"});
                given[day] = true;
                out.days[day] = day_hours;
            }
        }
        return out;
    }

    DayHours hours_of(const Yaml& node) {
        std::string text = node.text;
        if (node.is_list()) {
            for (const auto& item : node.items) text += (text.empty() ? "" : ", ") + item.text;
            if (node.items.empty()) text = "closed";
        }
        if (const auto parsed = parse_hours(text); parsed && !node.is_map()) {
            for (const auto& h : *parsed)
                if (h.from == h.to && h.from != 0)
                    report(findings_, Severity::Warning, "empty-hours", node.place,
                           {"起止时间相同，等于不营业",
                            "these hours begin and end at the same time, so are none"});
            return *parsed;
        }
        error(node, "bad-hours",
              {"「" + text + "」不是营业时间", "\"" + text + "\" are no opening hours"},
              {"例如 09:00-12:00, 13:30-18:00，或 closed、all day",
               "for example 09:00-12:00, 13:30-18:00, or closed, or all day"});
        return {};
    }

    // The items of a list; a single value is a list of one.
    static std::vector<const Yaml*> items(const Yaml& node) {
        std::vector<const Yaml*> out;
        if (node.is_list())
            for (const auto& item : node.items) out.push_back(&item);
        else
            out.push_back(&node);
        return out;
    }

    std::optional<Date> date(const std::string& text, const Place& place) {
        if (const auto parsed = Date::parse(text)) return parsed;
        report(findings_, Severity::Error, "bad-date", place,
               {"「" + text + "」不是日期", "\"" + text + "\" is no date"},
               {"例如 2026-03-08", "for example 2026-03-08"});
        return std::nullopt;
    }
    std::optional<Date> date_or_none(const Yaml* node) {
        if (!node) return std::nullopt;
        return date(node->text, node->place);
    }

    // `date:`, or `from:` and `to:`, both included.
    std::vector<Date> dates(Keys& keys, const Yaml& node) {
        const auto one = date_or_none(keys.take("date"));
        const auto from = date_or_none(keys.take("from"));
        const auto to = date_or_none(keys.take("to"));
        if (one && !from && !to) return {*one};
        if (!from || !to || one) {
            error(node, "missing-key", {"要写 date，或 from 和 to", "give a date, or from and to"});
            return {};
        }
        if (too_many_) return {};
        if (*to < *from || to->days - from->days >= kRangeDaysMost) {
            error(node, "bad-date",
                  {"from 要不晚于 to，且相距不超过十年",
                   "from must not be after to, nor more than ten years before it"});
            return {};
        }
        std::vector<Date> out;
        for (Date d = *from; d <= *to; d = d.plus_days(1)) out.push_back(d);
        return out;
    }

    void exceptions(Keys& keys, Definition& out) {
        bool statutory = false;
        if (const Yaml* list = keys.take("holidays"))
            for (const auto& item : items(*list)) {
                if (item->is_scalar() && item->text == "cn-statutory")
                    statutory = true;
                else
                    holiday(*item, out);
            }
        if (const Yaml* map = keys.take("days"))
            for_dates(*map,
                      [&](Date d, const Yaml& value) { out.days.push_back({d, hours_of(value)}); });
        if (const Yaml* list = keys.take("makeup_days"))
            for (const auto& item : items(*list)) makeup_day(*item, out);
        if (const Yaml* map = keys.take("breaks"))
            for_dates(*map, [&](Date d, const Yaml& value) {
                out.breaks.push_back({d, hours_of(value)});
            });
        if (const Yaml* list = keys.take("closures"))
            for (const auto& item : items(*list)) closure(*item, out);
        if (const Yaml* cutoff = keys.take("cutoff")) {
            out.cutoff = parse_clock(cutoff->text);
            if (!out.cutoff)
                error(*cutoff, "bad-time",
                      {"「" + cutoff->text + "」不是时刻",
                       "\"" + cutoff->text + "\" is no time of day"},
                      {"例如 16:00", "for example 16:00"});
        }
        if (const Yaml* day = keys.take("nominal_day")) {
            const auto parsed = hours_of(*day);
            if (parsed.size() == 1)
                out.nominal_day = parsed.front();
            else
                error(*day, "bad-hours",
                      {"标准工作日只有一段时间", "a nominal day has one span of hours"});
        }
        // After one's own, which come first.
        if (statutory) calendar::add_cn_statutory(out);
        if (const auto until = date_or_none(keys.take("announced_until")))
            out.announced_until = until;
    }

    template <typename Each>
    void for_dates(const Yaml& map, Each each) {
        if (!map.is_map()) {
            error(map, "wrong-kind",
                  {"这里按「日期: 时间」来写", "dates with their hours belong here"},
                  {"例如 2026-03-14: 09:00-12:00", "for example 2026-03-14: 09:00-12:00"});
            return;
        }
        for (const auto& entry : map.entries)
            if (const auto d = date(entry.key, entry.place);
                d && entry.value.kind != Yaml::Kind::Empty)
                each(*d, entry.value);
    }

    void holiday(const Yaml& item, Definition& out) {
        if (item.is_scalar()) {
            if (!item.text.empty() && (item.text[0] < '0' || item.text[0] > '9')) {
                error(item, "unknown-holidays",
                      {"不认识节假日表「" + item.text + "」",
                       "there are no holidays called \"" + item.text + "\""},
                      {"可用的有 cn-statutory（中国法定节假日），或写日期",
                       "use cn-statutory (China's statutory holidays) or dates"});
                return;
            }
            if (const auto d = date(item.text, item.place)) out.holidays.push_back({*d, "", {}});
            return;
        }
        Keys keys(item, findings_);
        const Yaml* name = keys.take("name");
        const Yaml* roster = keys.take("hours");
        if (const Yaml* every = keys.take("every")) {
            const auto d = date("2000-" + every->text, every->place);
            if (d) out.yearly_holidays.push_back({d->month(), d->day(), name ? name->text : ""});
        } else if (item.is_map()) {
            const auto day_hours = roster ? hours_of(*roster) : DayHours{};
            for (const Date d : dates(keys, item))
                out.holidays.push_back({d, name ? name->text : "", day_hours});
            if (out.holidays.size() > kHolidaysMost && !too_many_) {
                too_many_ = true;
                error(item, "too-many",
                      {"节假日超过五万天", "there are more than 50,000 days of holidays"});
            }
        }
        keys.finish();
    }

    void makeup_day(const Yaml& item, Definition& out) {
        if (item.is_scalar()) {
            if (const auto d = date(item.text, item.place))
                out.makeup_days.push_back({*d, std::nullopt});
            return;
        }
        Keys keys(item, findings_);
        calendar::MakeupDay day;
        const auto d = date_or_none(keys.take("date"));
        if (const Yaml* like = keys.take("like")) {
            if (const auto weekday = parse_weekday(like->text))
                day.like = *weekday;
            else
                error(*like, "bad-weekday",
                      {"「" + like->text + "」不是星期",
                       "\"" + like->text + "\" is no day of the week"});
        }
        if (const Yaml* name = keys.take("name")) day.name = name->text;
        keys.finish();
        if (!d) return;
        day.date = *d;
        out.makeup_days.push_back(std::move(day));
    }

    // A date or a local or absolute instant; a date as an end is included.
    std::optional<Instant> moment(const Yaml* node, const Yaml& whole, bool end) {
        if (!node) {
            error(whole, "missing-key", {"要写 from 和 to", "give from and to"});
            return std::nullopt;
        }
        if (const auto at = parse_instant(node->text)) return at;
        if (!zone_) return std::nullopt;  // which has been told
        if (const auto d = Date::parse(node->text))
            return zone_->start_of_day(end ? d->plus_days(1) : *d);
        if (const auto wall = LocalTime::parse(node->text)) return zone_->to_instant(*wall);
        error(
            *node, "bad-time",
            {"「" + node->text + "」不是时间", "\"" + node->text + "\" is no point in time"},
            {"例如 2026-04-01T12:00 或 2026-04-01", "for example 2026-04-01T12:00 or 2026-04-01"});
        return std::nullopt;
    }

    void closure(const Yaml& item, Definition& out) {
        Keys keys(item, findings_);
        if (!item.is_map()) return;
        const auto begin = moment(keys.take("from"), item, false);
        const auto end = moment(keys.take("to"), item, true);
        const Yaml* name = keys.take("name");
        keys.finish();
        if (!begin || !end) return;
        if (*end <= *begin)
            error(item, "bad-closure",
                  {"停业的结束要晚于开始", "a closure must end after it begins"});
        else
            out.closures.push_back({{*begin, *end}, name ? name->text : ""});
    }

    void combination(Keys& keys, Definition& out) {
        const Yaml* any = keys.take("union");
        const Yaml* all = keys.take("intersection");
        if (any && all)
            error(*all, "double-hours",
                  {"union 和 intersection 只能有一个", "only one of union and intersection"});
        const Yaml* list = any ? any : all;
        if (!list) return;
        out.combine = any ? calendar::Combine::Union : calendar::Combine::Intersection;
        for (const Yaml* item : items(*list)) {
            if (item->is_map()) {
                Reader reader(zones_, known_, findings_);
                if (auto part = reader.read(*item, "")) out.parts.push_back(*std::move(part));
            } else if (const auto it = known_.find(item->text); it != known_.end()) {
                out.parts.push_back(it->second);
            } else {
                std::vector<std::string_view> names;
                for (const auto& [name, schedule] : known_) names.push_back(name);
                error(*item, "unknown-schedule",
                      {"没有工作日历「" + item->text + "」",
                       "there is no schedule \"" + item->text + "\""},
                      nearest_mend(item->text, names));
            }
        }
    }

    // A holiday beats the hours that its date may have besides: probably not what was meant.
    void warn_of_overlaps(const Yaml& node, const Definition& definition) {
        std::set<Date> holidays;
        for (const auto& holiday : definition.holidays) holidays.insert(holiday.date);
        const auto warn = [&](Date d) {
            if (!holidays.contains(d)) return;
            report(findings_, Severity::Warning, "holiday-wins", node.place,
                   {d.to_string() + " 既是节假日又另有时间，按节假日算",
                    d.to_string() + " is a holiday and has hours besides; the holiday wins"});
        };
        for (const auto& day : definition.days)
            if (!day.hours.empty()) warn(day.date);
        for (const auto& day : definition.makeup_days) warn(day.date);
    }

    Zones& zones_;
    const Schedules& known_;
    Findings& findings_;
    const Zone* zone_ = nullptr;
    bool too_many_ = false;
};

// Names that a schedule's union or intersection needs first.
std::vector<std::string_view> needs(const Yaml& node) {
    std::vector<std::string_view> out;
    for (const std::string_view key : {"union", "intersection"}) {
        const Yaml* list = node.find(key);
        if (!list) continue;
        if (list->is_scalar()) out.push_back(list->text);
        for (const auto& item : list->items)
            if (item.is_scalar()) out.push_back(item.text);
    }
    return out;
}

}  // namespace

std::optional<Schedule> read_schedule(const Yaml& node, std::string_view name, Zones& zones,
                                      const Schedules& known, Findings& findings) {
    return Reader(zones, known, findings).read(node, name);
}

Schedules read_schedules(const Yaml& map, Zones& zones, Findings& findings) {
    Schedules out;
    YamlKeys keys(map, findings);
    std::vector<const YamlEntry*> waiting;
    for (const auto& entry : map.entries)
        if (entry.value.kind != Yaml::Kind::Empty) waiting.push_back(&entry);
    // Those whose parts are known, again and again; what is left refers to nothing or in a circle,
    // and read_schedule() says so.
    std::set<std::string_view> failed;
    for (bool more = true; !waiting.empty();) {
        const auto ready =
            std::stable_partition(waiting.begin(), waiting.end(), [&](const YamlEntry* e) {
                const auto names = needs(e->value);
                return more && !std::all_of(names.begin(), names.end(), [&](std::string_view name) {
                           return out.contains(name) || failed.contains(name);
                       });
            });
        const std::vector<const YamlEntry*> now(ready, waiting.end());
        waiting.erase(ready, waiting.end());
        more = !now.empty();
        for (const auto* entry : now) {
            if (auto schedule = read_schedule(entry->value, entry->key, zones, out, findings))
                out.emplace(entry->key, *std::move(schedule));
            else
                failed.insert(entry->key);
        }
    }
    return out;
}

std::optional<Schedule> read_schedule_file(std::string_view text, std::string_view path,
                                           Zones& zones, Findings& findings) {
    const auto file = read_yaml(text, path);
    const bool broken = std::any_of(file.findings.begin(), file.findings.end(),
                                    [](const Finding& f) { return f.severity == Severity::Error; });
    findings.insert(findings.end(), file.findings.begin(), file.findings.end());
    if (file.documents.size() != 1) {
        if (!broken)
            report(findings, Severity::Error, "no-schedule", {std::string(path), 1, 1},
                   {"文件里应有且只有一个工作日历", "the file must hold one schedule"});
        return std::nullopt;
    }
    const Yaml& node = file.documents.front();
    Schedules helpers;
    if (const Yaml* map = node.find("schedules"); map && map->is_map())
        helpers = read_schedules(*map, zones, findings);
    auto name = path.substr(
        path.find_last_of('/') == std::string_view::npos ? 0 : path.find_last_of('/') + 1);
    name = name.substr(0, name.find_last_of('.'));
    auto schedule = read_schedule(node, name, zones, helpers, findings);
    return broken ? std::nullopt : schedule;
}

}  // namespace yinuo::wire
