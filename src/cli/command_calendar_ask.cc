// `yinuo calendar add`, `between`, `explain` and `show`: one question, one answer.
#include <cstdio>
#include <ctime>

#include "cli/command_calendar.h"
#include "cli/options.h"
#include "wire/json.h"
#include "wire/schedule_words.h"

namespace yinuo::cli {
namespace {

Result<Instant> read_instant(const std::string& text, const Zone& zone) {
    if (const auto at = parse_instant(text)) return *at;
    if (const auto wall = LocalTime::parse(text)) return zone.to_instant(*wall);
    if (const auto date = Date::parse(text)) return zone.start_of_day(*date);
    return refuse({.code = "bad-time",
                   .what = {"「" + text + "」不是时间", "\"" + text + "\" is no instant"},
                   .mend = {"例如 2026-03-02T09:00 或 2026-03-02T01:00:00Z",
                            "for example 2026-03-02T09:00 or 2026-03-02T01:00:00Z"}});
}

// "8h", "7h30m", "90m", "45s", "-8h".
Result<WorkTime> read_work(const std::string& text) {
    std::int64_t sum = 0;
    std::size_t i = text.starts_with('-') ? 1 : 0;
    bool good = i < text.size();
    while (good && i < text.size()) {
        std::int64_t value = 0;
        std::size_t digits = 0;
        for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && digits < 9; ++i, ++digits)
            value = value * 10 + (text[i] - '0');
        const char unit = i < text.size() ? text[i++] : '\0';
        const std::int64_t size = unit == 'h'   ? 3'600'000
                                  : unit == 'm' ? 60'000
                                  : unit == 's' ? 1000
                                                : 0;
        good = digits > 0 && size > 0;
        sum += value * size;
    }
    if (good) return WorkTime{text.starts_with('-') ? -sum : sum};
    return refuse({.code = "bad-duration",
                   .what = {"「" + text + "」不是工作时长", "\"" + text + "\" is no work time"},
                   .mend = {"例如 8h、7h30m、90m", "for example 8h, 7h30m or 90m"}});
}

std::string local_text(Instant at, const Zone& zone) {
    auto text = zone.to_local(at).to_string();
    text[text.find('T')] = ' ';
    return text;
}

std::string clock_text(Instant at, const Zone& zone) {
    const auto text = local_text(at, zone);
    return text.substr(text.find(' ') + 1, 5);
}

void print_instant(Instant at, const calendar::Schedule& schedule, const Console& console) {
    const bool provisional = schedule.is_provisional(at);
    if (console.json) {
        std::printf("{\"at\":\"%s\",\"local\":\"%s\",\"zone\":\"%s\",\"provisional\":%s}\n",
                    to_string(at).c_str(), schedule.zone().to_local(at).to_string().c_str(),
                    std::string(schedule.zone().name()).c_str(), provisional ? "true" : "false");
        return;
    }
    std::printf("%s %s  (%s)%s\n", local_text(at, schedule.zone()).c_str(),
                std::string(schedule.zone().name()).c_str(), to_string(at).c_str(),
                !provisional      ? ""
                : console.chinese ? "  暂定：节假日安排尚未公布到这一天"
                                  : "  provisional: holidays are not announced that far");
}

// The schedule and the words of one question.
struct Question {
    std::string schedule_path;
    ZoneFiles zones;
    Options options;
    std::optional<calendar::Schedule> schedule;

    Question() { options.value("schedule", schedule_path); }
    // nullopt: go on.
    std::optional<int> read(Arguments arguments, const Console& console) {
        if (auto read = options.read(arguments); !read) return complain(read.error(), console);
        int exit = kFine;
        schedule = load_schedule(schedule_path, zones, console, exit);
        if (!schedule) return exit;
        return std::nullopt;
    }
};

}  // namespace

int calendar_add(Arguments arguments, const Console& console) {
    std::string at_text;
    std::string work_text;
    std::string style_text = "end_of_day";
    constexpr std::int64_t kNone = -1'000'000;
    std::int64_t workdays = kNone;
    Question question;
    question.options.number("workdays", {-100'000, 100'000}, workdays);
    question.options.value("style", style_text);
    question.options.required("AT", at_text);
    question.options.optional("WORK", work_text);
    if (const auto exit = question.read(arguments, console)) return *exit;
    const auto& schedule = *question.schedule;
    const auto at = read_instant(at_text, schedule.zone());
    if (!at) return complain(at.error(), console);
    if ((workdays != kNone) == !work_text.empty())
        return complain({.code = "missing-argument",
                         .what = {"要么写工作时长，要么写 --workdays",
                                  "give either a work time or --workdays"}},
                        console);
    Result<Instant> due = *at;
    if (workdays != kNone) {
        const auto style = calendar::parse_workday_style(style_text);
        if (!style)
            return complain({.code = "bad-choice",
                             .what = {"没有「" + style_text + "」这种方式",
                                      "there is no style \"" + style_text + "\""},
                             .mend = {"例如 end_of_day、keep_time、last_close",
                                      "for example end_of_day, keep_time, last_close"}},
                            console);
        due = schedule.add_workdays_at(schedule.counts_from(*at), workdays, *style);
    } else {
        const auto work = read_work(work_text);
        if (!work) return complain(work.error(), console);
        due = schedule.add(schedule.counts_from(*at), *work);
    }
    if (!due) return complain(due.error(), console, kFindings);
    print_instant(*due, schedule, console);
    return kFine;
}

int calendar_between(Arguments arguments, const Console& console) {
    std::string from_text;
    std::string to_text;
    Question question;
    question.options.required("FROM", from_text);
    question.options.required("TO", to_text);
    if (const auto exit = question.read(arguments, console)) return *exit;
    const auto from = read_instant(from_text, question.schedule->zone());
    if (!from) return complain(from.error(), console);
    const auto to = read_instant(to_text, question.schedule->zone());
    if (!to) return complain(to.error(), console);
    const auto work = question.schedule->between(*from, *to);
    if (console.json)
        std::printf("{\"work_ms\":%lld}\n", static_cast<long long>(work.millis));
    else
        std::printf("%s\n", to_string(Millis{work.millis}).c_str());
    return kFine;
}

int calendar_explain(Arguments arguments, const Console& console) {
    std::string from_text;
    std::string to_text;
    Question question;
    question.options.required("FROM", from_text);
    question.options.required("TO", to_text);
    if (const auto exit = question.read(arguments, console)) return *exit;
    const auto& schedule = *question.schedule;
    const auto from = read_instant(from_text, schedule.zone());
    if (!from) return complain(from.error(), console);
    const auto to = read_instant(to_text, schedule.zone());
    if (!to) return complain(to.error(), console);
    if (*to - *from > hours(24 * 366 * 100))
        return complain(
            {.code = "too-long", .what = {"最多说明一百年", "at most a hundred years are told"}},
            console);
    std::int64_t sum = 0;
    std::string json;
    for (const auto& stretch : schedule.explain(*from, *to)) {
        const auto length = stretch.end - stretch.begin;
        if (stretch.open) sum += length.count;
        const auto why = console.say(calendar::describe(stretch));
        if (console.json) {
            json += json.empty() ? "" : ",";
            json += "{\"from\":\"" + to_string(stretch.begin) + "\",\"to\":\"" +
                    to_string(stretch.end) + "\",\"open\":" + (stretch.open ? "true" : "false") +
                    ",\"why\":";
            wire::append_json_string(json, why);
            json += "}";
            continue;
        }
        std::printf("%s .. %s  %s %-10s %s\n", local_text(stretch.begin, schedule.zone()).c_str(),
                    local_text(stretch.end, schedule.zone()).c_str(), stretch.open ? "+" : " ",
                    stretch.open ? to_string(length).c_str() : "", why.c_str());
    }
    if (console.json)
        std::printf("{\"work_ms\":%lld,\"stretches\":[%s]}\n", static_cast<long long>(sum),
                    json.c_str());
    else
        std::printf("%s %s\n", console.chinese ? "合计" : "in all", to_string(Millis{sum}).c_str());
    return kFine;
}

int calendar_show(Arguments arguments, const Console& console) {
    std::string from_text;
    std::int64_t days = 14;
    Question question;
    question.options.value("from", from_text);
    question.options.number("days", {1, 3660}, days);
    if (const auto exit = question.read(arguments, console)) return *exit;
    const auto& schedule = *question.schedule;
    const auto& definition = schedule.definition();
    const Instant now{static_cast<std::int64_t>(std::time(nullptr)) * 1000};
    const auto from = from_text.empty() ? std::optional(schedule.zone().to_local(now).date())
                                        : Date::parse(from_text);
    if (!from)
        return complain({.code = "bad-date",
                         .what = {"--from 的“" + from_text + "”不是日期",
                                  "--from: '" + from_text + "' is no date"},
                         .mend = {"例如 2026-03-08", "for example 2026-03-08"}},
                        console);
    std::printf("%s  %s  %s\n", definition.name.c_str(),
                std::string(schedule.zone().name()).c_str(),
                std::string(schedule.version()).c_str());
    if (const auto until = schedule.announced_until())
        std::printf("%s %s\n", console.chinese ? "节假日公布至" : "holidays announced until",
                    until->to_string().c_str());
    for (int i = 0; i < days; ++i) {
        const Date date = from->plus_days(i);
        const auto begin = schedule.zone().start_of_day(date);
        const auto end = schedule.zone().start_of_day(date.plus_days(1));
        std::string line =
            date.to_string() + " " + std::string(wire::weekday_text(date.weekday())) + " ";
        line += schedule.is_workday(date) ? "*" : " ";
        for (const auto& stretch : schedule.explain(begin, end)) {
            if (stretch.open)
                line += "  " + clock_text(stretch.begin, schedule.zone()) + "-" +
                        (stretch.end == end ? "24:00" : clock_text(stretch.end, schedule.zone()));
            else if (stretch.begin == begin && stretch.end == end)
                line += "  " + console.say(calendar::describe(stretch));
        }
        std::printf("%s\n", line.c_str());
    }
    return kFine;
}

}  // namespace yinuo::cli
