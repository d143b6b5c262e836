#include "wire/schedule_ical.h"

#include <algorithm>
#include <set>

#include "wire/yaml.h"

namespace yinuo::wire {
namespace {

constexpr std::size_t kTextMost = 16u << 20;
constexpr std::size_t kInstancesMost = 10'000;  // of one event
constexpr std::size_t kEntriesMost = 200'000;   // of one file

// One unfolded line: NAME;KEY=VALUE;...:text
struct Line {
    std::string name;
    std::vector<std::pair<std::string, std::string>> parameters;
    std::string value;
    std::uint32_t number = 0;

    std::string_view parameter(std::string_view key) const {
        for (const auto& [name_of, text] : parameters)
            if (name_of == key) return text;
        return {};
    }
};

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

// Parameters may hold colons and semicolons in quotes.
Line parse_line(std::string_view text, std::uint32_t number) {
    Line line;
    line.number = number;
    bool quoted = false;
    std::size_t begin = 0;
    const auto take = [&](std::string_view part) {
        if (line.name.empty()) {
            line.name = upper(part);
            return;
        }
        const auto equals = part.find('=');
        if (equals == std::string_view::npos) return;
        auto value = part.substr(equals + 1);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        line.parameters.emplace_back(upper(part.substr(0, equals)), value);
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') quoted = !quoted;
        if (quoted || (text[i] != ';' && text[i] != ':')) continue;
        take(text.substr(begin, i - begin));
        begin = i + 1;
        if (text[i] == ':') {
            line.value = text.substr(begin);
            return line;
        }
    }
    take(text.substr(begin));
    return line;
}

// Long lines are folded: a break and a blank in the middle are nothing (section 3.1).
std::vector<Line> lines_of(std::string_view text) {
    std::vector<Line> out;
    std::string whole;
    std::uint32_t number = 0;
    std::uint32_t first = 0;
    const auto finish = [&] {
        if (!whole.empty()) out.push_back(parse_line(whole, first));
        whole.clear();
    };
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        ++number;
        if (!whole.empty() && !line.empty() && (line.front() == ' ' || line.front() == '\t')) {
            whole += line.substr(1);
            continue;
        }
        finish();
        first = number;
        whole = line;
    }
    finish();
    return out;
}

// TEXT values write commas, semicolons and line ends with a backslash.
std::string plain(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size())
            out += text[i];
        else if (text[++i] == 'n' || text[i] == 'N')
            out += ' ';
        else
            out += text[i];
    }
    return out;
}

struct Moment {
    LocalTime wall;  // in `zone`
    Zone zone;
    bool all_day = false;

    Instant instant() const { return zone.to_instant(wall); }
};

class Importer {
public:
    Importer(std::string_view path, const Zone& zone, Zones& zones, IcalWindow window,
             Findings& findings)
        : path_(path), zone_(zone), zones_(zones), window_(window), findings_(findings) {
        definition_.zone = zone;
    }

    std::optional<calendar::Definition> run(const std::vector<Line>& lines) {
        if (lines.empty() || lines.front().name != "BEGIN" ||
            upper(lines.front().value) != "VCALENDAR") {
            tell(1, "no-calendar", {"不是 iCalendar 文件", "this is no iCalendar file"},
                 {"文件应以 BEGIN:VCALENDAR 开头", "it should begin with BEGIN:VCALENDAR"});
            return std::nullopt;
        }
        std::vector<const Line*> event;
        bool inside = false;
        int nested = 0;  // an alarm within the event
        for (const auto& line : lines) {
            const auto what = upper(line.value);
            if (line.name == "BEGIN" && what == "VEVENT" && !inside) {
                inside = true;
                event.clear();
            } else if (line.name == "END" && what == "VEVENT" && inside) {
                inside = false;
                nested = 0;
                take(event);
            } else if (inside) {
                if (line.name == "BEGIN") ++nested;
                if (nested == 0) event.push_back(&line);
                if (line.name == "END" && nested > 0) --nested;
            } else if (line.name == "X-WR-CALNAME") {
                definition_.name = plain(line.value);
            }
        }
        if (inside)
            tell(lines.back().number, "cut-short",
                 {"文件在一个事件中间断了", "the file ends inside an event"});
        std::stable_sort(definition_.holidays.begin(), definition_.holidays.end(),
                         [](const auto& a, const auto& b) { return a.date < b.date; });
        return std::move(definition_);
    }

private:
    void tell(std::uint32_t line, std::string code, Text what, Text mend = {}) {
        report(findings_, Severity::Error, std::move(code), {std::string(path_), line, 1},
               std::move(what), std::move(mend));
    }

    static const Line* find(const std::vector<const Line*>& event, std::string_view name) {
        for (const Line* line : event)
            if (line->name == name) return line;
        return nullptr;
    }

    // "20260101", "20260101T090000", "20260101T090000Z"
    std::optional<Moment> moment(const Line& line, std::string_view text) {
        const auto wrong = [&]() -> std::optional<Moment> {
            tell(line.number, "bad-time",
                 {line.name + " 的时间有误", line.name + " holds no date or time"},
                 {"例如 20260101 或 20260101T090000", "for example 20260101 or 20260101T090000"});
            return std::nullopt;
        };
        const bool utc = text.ends_with('Z');
        if (utc) text.remove_suffix(1);
        if (text.size() != 8 && (text.size() != 15 || text[8] != 'T')) return wrong();
        std::string iso;
        iso.append(text.substr(0, 4))
            .append("-")
            .append(text.substr(4, 2))
            .append("-")
            .append(text.substr(6, 2));
        if (text.size() == 8) {
            const auto date = Date::parse(iso);
            if (!date || utc) return wrong();
            return Moment{LocalTime::of(*date, 0), zone_, true};
        }
        iso.append("T")
            .append(text.substr(9, 2))
            .append(":")
            .append(text.substr(11, 2))
            .append(":")
            .append(text.substr(13, 2));
        const auto wall = LocalTime::parse(iso);
        if (!wall) return wrong();
        if (utc) return Moment{*wall, Zone::utc(), false};
        const auto name = line.parameter("TZID");
        if (name.empty()) return Moment{*wall, zone_, false};
        if (const Zone* zone = zones_.find(name)) return Moment{*wall, *zone, false};
        const auto meant = zones_.suggest(name);
        tell(line.number, "no-such-zone",
             {"没有时区「" + std::string(name) + "」",
              "there is no zone \"" + std::string(name) + "\""},
             meant.empty() ? Text{}
                           : Text{"是不是「" + meant + "」？", "did you mean " + meant + "?"});
        return std::nullopt;
    }

    // "P1D", "PT8H30M", "P2W": days keep the wall clock, so they are told apart from the rest.
    struct Duration {
        int days = 0;
        std::int64_t millis = 0;
    };
    static std::optional<Duration> duration(std::string_view text) {
        if (text.starts_with('+')) text.remove_prefix(1);
        if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
        text.remove_prefix(1);
        Duration out;
        bool clock = false;
        while (!text.empty()) {
            if (text.front() == 'T') {
                clock = true;
                text.remove_prefix(1);
                continue;
            }
            std::int64_t value = 0;
            std::size_t digits = 0;
            while (digits < text.size() && digits < 6 && text[digits] >= '0' && text[digits] <= '9')
                value = value * 10 + (text[digits++] - '0');
            if (digits == 0 || digits == text.size()) return std::nullopt;
            const char unit = text[digits];
            text.remove_prefix(digits + 1);
            if (!clock && unit == 'W')
                out.days += static_cast<int>(value) * 7;
            else if (!clock && unit == 'D')
                out.days += static_cast<int>(value);
            else if (clock && unit == 'H')
                out.millis += value * 3'600'000;
            else if (clock && unit == 'M')
                out.millis += value * 60'000;
            else if (clock && unit == 'S')
                out.millis += value * 1000;
            else
                return std::nullopt;
        }
        return out;
    }

    std::optional<Duration> length(const std::vector<const Line*>& event, const Moment& start) {
        if (const Line* line = find(event, "DTEND")) {
            const auto end = moment(*line, line->value);
            if (!end) return std::nullopt;
            if (end->all_day != start.all_day) {
                tell(line->number, "bad-time",
                     {"DTSTART 和 DTEND 一个是日期一个是时间",
                      "one of DTSTART and DTEND is a date, the other a time"});
                return std::nullopt;
            }
            if (start.all_day) return Duration{end->wall.date().days - start.wall.date().days, 0};
            return Duration{0, (end->instant() - start.instant()).count};
        }
        if (const Line* line = find(event, "DURATION")) {
            const auto parsed = duration(line->value);
            if (!parsed)
                tell(line->number, "bad-duration",
                     {"DURATION 有误", "DURATION is no length of time"});
            return parsed;
        }
        return start.all_day ? Duration{1, 0} : Duration{0, 0};
    }

    // RDATE or EXDATE, of which there may be several lines with several values each.
    bool dates(const std::vector<const Line*>& event, std::string_view name, const Zone& zone,
               std::set<LocalTime>& out) {
        for (const Line* line : event) {
            if (line->name != name) continue;
            std::string_view rest = line->value;
            for (;;) {
                const auto comma = rest.find(',');
                const auto at = moment(*line, rest.substr(0, comma));
                if (!at) return false;
                out.insert(at->all_day ? at->wall : zone.to_local(at->instant()));
                if (comma == std::string_view::npos) break;
                rest.remove_prefix(comma + 1);
            }
        }
        return true;
    }

    void take(const std::vector<const Line*>& event) {
        const Line* cancelled = find(event, "STATUS");
        const Line* transparent = find(event, "TRANSP");
        const Line* begin = find(event, "DTSTART");
        if (cancelled && upper(cancelled->value) == "CANCELLED") return;
        if (!begin) {
            if (!event.empty())
                tell(event.front()->number, "missing-key",
                     {"事件没有 DTSTART", "an event has no DTSTART"});
            return;
        }
        const auto start = moment(*begin, begin->value);
        if (!start) return;
        // Holidays are commonly marked transparent ("I am free"), appointments only when they don't block.
        if (transparent && upper(transparent->value) == "TRANSPARENT" && !start->all_day) return;
        if (const Line* line = find(event, "RECURRENCE-ID")) {
            tell(line->number, "unsupported-rule",
                 {"暂不支持 RECURRENCE-ID（对单次的改动）",
                  "RECURRENCE-ID (a change to one occurrence) is not supported"});
            return;
        }
        const auto span = length(event, *start);
        if (!span) return;
        std::set<LocalTime> starts;
        std::set<LocalTime> except;
        if (!dates(event, "RDATE", start->zone, starts) ||
            !dates(event, "EXDATE", start->zone, except))
            return;
        starts.insert(start->wall);
        int rules = 0;
        for (const Line* line : event) {
            if (line->name == "EXRULE" || (line->name == "RRULE" && ++rules > 1)) {
                tell(line->number, "unsupported-rule",
                     {"暂不支持 " + line->name + "（多条规则）",
                      line->name + " here is not supported"});
                return;
            }
            if (line->name != "RRULE") continue;
            const auto expanded = expand_rule(line->value, start->wall,
                                              LocalTime::of(window_.until, LocalTime::kDay - 1),
                                              kInstancesMost, start->zone);
            if (!expanded) {
                tell(line->number, expanded.error().code, expanded.error().what,
                     expanded.error().mend);
                return;
            }
            starts.insert(expanded->begin(), expanded->end());
        }
        const Line* summary = find(event, "SUMMARY");
        const std::string name = summary ? plain(summary->value) : "";
        for (const LocalTime at : starts)
            if (!except.contains(at)) add(at, *start, *span, name, begin->number);
    }

    void add(LocalTime at, const Moment& start, const Duration& span, const std::string& name,
             std::uint32_t line) {
        if (definition_.holidays.size() + definition_.closures.size() >= kEntriesMost) {
            if (!full_)
                tell(line, "too-many",
                     {"事件太多，其余未导入", "too many events, the rest was left out"});
            full_ = true;
            return;
        }
        if (start.all_day) {
            const int days = std::clamp(span.days, 1, 3660);
            for (int i = 0; i < days; ++i)
                definition_.holidays.push_back({at.date().plus_days(i), name, {}});
            return;
        }
        const LocalTime shifted{at.millis + span.days * LocalTime::kDay};
        const Period period{start.zone.to_instant(at),
                            start.zone.to_instant(shifted) + Millis{span.millis}};
        if (period.begin < period.end) definition_.closures.push_back({period, name});
    }

    std::string_view path_;
    const Zone& zone_;
    Zones& zones_;
    IcalWindow window_;
    Findings& findings_;
    calendar::Definition definition_;
    bool full_ = false;
};

}  // namespace

std::optional<calendar::Definition> import_ical(std::string_view text, std::string_view path,
                                                const Zone& zone, Zones& zones, IcalWindow window,
                                                Findings& findings) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (text.size() > kTextMost) {
        report(findings, Severity::Error, "too-large", {std::string(path), 0, 0},
               {"文件超过 16 MiB", "the file is larger than 16 MiB"});
        return std::nullopt;
    }
    return Importer(path, zone, zones, window, findings).run(lines_of(text));
}

}  // namespace yinuo::wire
