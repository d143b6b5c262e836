// Limits as people write them: "24 h", "8 work h on office", "7 days to end of day".

#include <algorithm>
#include <vector>

#include "base/decimal.h"
#include "base/nearest.h"
#include "promise/limit.h"

namespace yinuo::promise {
namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kMillisMost = 200ll * 366 * 24 * kHour;  // 200 years of anything

using Words = std::span<const std::string_view>;

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> words;
    std::size_t i = 0;
    while (i < text.size()) {
        while (i < text.size() && text[i] == ' ') ++i;
        std::size_t end = i;
        const bool number = end < text.size() && text[end] >= '0' && text[end] <= '9';
        // "24h" is "24 h".
        while (end < text.size() && text[end] != ' ' &&
               (!number || (text[end] >= '0' && text[end] <= '9') || text[end] == '.'))
            ++end;
        if (end > i) words.push_back(text.substr(i, end - i));
        i = end;
    }
    return words;
}

Error bad(std::string zh, std::string en, Text mend) {
    return {.code = "bad-limit", .what = {std::move(zh), std::move(en)}, .mend = std::move(mend)};
}

Text examples() {
    return {
        "例如 24 h、8 work h on 日历名、3 working days、7 days to end of day、end of day、1 month",
        "for example 24 h, 8 work h on NAME, 3 working days, 7 days to end of day, end of day, "
        "1 month"};
}

struct UnitWord {
    std::string_view word;
    Unit unit;
    std::int64_t size;
    bool may_be_work;
};

constexpr UnitWord kUnits[] = {
    {"ms", Unit::Clock, 1, true},        {"s", Unit::Clock, kSecond, true},
    {"min", Unit::Clock, kMinute, true}, {"h", Unit::Clock, kHour, true},
    {"day", Unit::Days, 1, false},       {"days", Unit::Days, 1, false},
    {"week", Unit::Days, 7, false},      {"weeks", Unit::Days, 7, false},
    {"month", Unit::Months, 1, false},   {"months", Unit::Months, 1, false},
    {"year", Unit::Months, 12, false},   {"years", Unit::Months, 12, false},
};

Text unit_hint(std::string_view word) {
    static constexpr std::pair<std::string_view, std::string_view> kLong[] = {
        {"hour", "h"},      {"hours", "h"},  {"hr", "h"},     {"hrs", "h"},     {"minute", "min"},
        {"minutes", "min"}, {"mins", "min"}, {"second", "s"}, {"seconds", "s"}, {"sec", "s"},
        {"d", "days"},      {"小时", "h"},   {"分钟", "min"}, {"秒", "s"},      {"天", "days"},
        {"个月", "months"}, {"m", "min"},    {"M", "months"}, {"w", "weeks"},   {"y", "years"},
    };
    for (const auto& [long_form, unit] : kLong)
        if (word == long_form)
            return {"写成「" + std::string(unit) + "」", "write \"" + std::string(unit) + "\""};
    std::vector<std::string_view> known;
    for (const auto& unit : kUnits) known.push_back(unit.word);
    if (const auto near = nearest(word, known))
        return {"是不是「" + std::string(*near) + "」？",
                "did you mean \"" + std::string(*near) + "\"?"};
    return {"单位有 ms s min h、work min、work h、days、working days、weeks、months、years",
            "units are ms s min h, work min, work h, days, working days, weeks, months, years"};
}

// Reads a limit word by word.
class Reader {
public:
    Reader(Words words, std::span<const std::string> names, int default_schedule)
        : words_(words), names_(names), default_schedule_(default_schedule) {}

    Result<Limit> read() {
        if (words_.empty()) return refuse(bad("时限是空的", "the limit is empty", examples()));
        if (take("end", "of", "day")) {
            limit_ = {.unit = Unit::Days, .amount = 0, .end = DayEnd::EndOfDay};
            end_said_ = true;
        } else {
            TRY(amounts());
        }
        while (i_ < words_.size()) TRY(suffix());
        return TRY(settled());
    }

private:
    bool next_is(std::string_view word) const { return i_ < words_.size() && words_[i_] == word; }

    template <typename... More>
    bool take(std::string_view first, More... more) {
        const std::string_view wanted[] = {first, more...};
        if (words_.size() - i_ < std::size(wanted)) return false;
        for (std::size_t k = 0; k < std::size(wanted); ++k)
            if (words_[i_ + k] != wanted[k]) return false;
        i_ += std::size(wanted);
        return true;
    }

    Result<bool> amounts() {
        bool first = true;
        while (i_ < words_.size() && words_[i_][0] >= '0' && words_[i_][0] <= '9') {
            TRY(amount(first));
            first = false;
        }
        if (first)
            return refuse(
                bad("时限要以数字开头，这里是「" + std::string(words_[i_]) + "」",
                    "a limit begins with a number, not \"" + std::string(words_[i_]) + "\"",
                    examples()));
        return true;
    }

    Result<bool> amount(bool first) {
        const auto digits = words_[i_++];
        const auto number = Decimal::parse(digits);
        if (!number)
            return refuse(bad("「" + std::string(digits) + "」不是数",
                              "\"" + std::string(digits) + "\" is no number", examples()));
        const bool working_days = take("working", "days") || take("working", "day");
        const bool work = !working_days && take("work");
        Unit unit = Unit::WorkingDays;
        std::int64_t size = 1;
        if (!working_days) {
            if (i_ == words_.size())
                return refuse(bad("「" + std::string(digits) + "」后面缺单位",
                                  "a unit is missing after \"" + std::string(digits) + "\"",
                                  examples()));
            const auto word = words_[i_];
            const auto* found = std::ranges::find(kUnits, word, &UnitWord::word);
            if (found == std::end(kUnits))
                return refuse(bad("不认识单位「" + std::string(word) + "」",
                                  "\"" + std::string(word) + "\" is no unit of time",
                                  unit_hint(word)));
            if (work && !found->may_be_work)
                return refuse(
                    bad("没有「work " + std::string(word) + "」这个单位",
                        "there is no unit \"work " + std::string(word) + "\"",
                        {"按工作日计写 working days", "for days of work write \"working days\""}));
            ++i_;
            unit = work ? Unit::Work : found->unit;
            size = found->size;
        }
        if (!first && unit != limit_.unit)
            return refuse(Error{
                .code = "mixed-units",
                .what = {"一个时限里混用了不同的单位", "units of different kinds in one limit"},
                .mend = {"钟表时间、工作时长、天、工作日、月互不换算，只用一种",
                         "clock time, work time, days, working days and months never "
                         "convert; use one"}});
        const auto product = number->multiply(Decimal(size));
        const auto whole = product ? product->to_int64() : std::nullopt;
        const bool time = unit == Unit::Clock || unit == Unit::Work;
        const std::int64_t most = time ? kMillisMost : 1'000'000;
        if (!whole || *whole > most || (!first && *whole > most - limit_.amount))
            return refuse(
                bad("「" + std::string(digits) + "」不是这个单位的整数，或太大",
                    "\"" + std::string(digits) + "\" is no whole number of this unit, or too large",
                    {"时间到毫秒，天和月只能是整数",
                     "times go down to 1 ms; days and months are whole"}));
        limit_.unit = unit;
        limit_.amount = (first ? 0 : limit_.amount) + *whole;
        return true;
    }

    Result<bool> suffix() {
        if (take("on")) {
            if (i_ == words_.size())
                return refuse(bad("on 后面缺工作日历的名字",
                                  "a schedule's name is missing after \"on\"", schedules_known()));
            const auto name = words_[i_++];
            const auto found = std::ranges::find(names_, name);
            if (found == names_.end())
                return refuse(Error{.code = "unknown-schedule",
                                    .what = {"没有叫「" + std::string(name) + "」的工作日历",
                                             "there is no schedule \"" + std::string(name) + "\""},
                                    .mend = nearest_schedule(name)});
            limit_.schedule = static_cast<int>(found - names_.begin());
            return true;
        }
        if (take("from", "opening")) {
            limit_.from_opening = true;
            return true;
        }
        if (take("to", "end", "of", "day")) return end(DayEnd::EndOfDay, "to end of day");
        if (take("to", "closing")) return end(DayEnd::Closing, "to closing");
        if (take("at", "the", "same", "time")) return end(DayEnd::SameTime, "at the same time");
        if (take("by")) {
            const auto style =
                i_ < words_.size() ? calendar::parse_workday_style(words_[i_]) : std::nullopt;
            if (!style || limit_.unit != Unit::WorkingDays)
                return refuse(bad("by 后面要写工作日的算法名，且只用于 working days",
                                  "\"by\" wants the name of a way to count working days",
                                  {"例如 3 working days by snap_open",
                                   "for example 3 working days by snap_open"}));
            ++i_;
            limit_.style = *style;
            return end(DayEnd::NamedStyle, "by");
        }
        return refuse(
            bad("时限里读不懂「" + std::string(words_[i_]) + "」",
                "\"" + std::string(words_[i_]) + "\" makes no sense in a limit",
                {"后面可以有：on 日历名、to end of day、to closing、at the same time、from opening",
                 "what may follow: on NAME, to end of day, to closing, at the same time, "
                 "from opening"}));
    }

    Result<bool> end(DayEnd end, std::string_view words) {
        if (limit_.unit == Unit::Clock || limit_.unit == Unit::Work)
            return refuse(bad("「" + std::string(words) + "」只用于按天或按月的时限",
                              "\"" + std::string(words) + "\" is for limits in days or months",
                              {}));
        if (end_said_)
            return refuse(bad("一个时限只能有一种截止方式", "a limit ends in one way only", {}));
        limit_.end = end;
        end_said_ = true;
        return true;
    }

    Result<Limit> settled() {
        if (limit_.unit == Unit::WorkingDays && !end_said_) limit_.end = DayEnd::EndOfDay;
        const bool needs = limit_.unit == Unit::Work || limit_.unit == Unit::WorkingDays ||
                           limit_.end == DayEnd::Closing || limit_.from_opening;
        if (limit_.schedule < 0 && needs) {
            if (default_schedule_ < 0)
                return refuse(Error{
                    .code = "needs-schedule",
                    .what = {"按工作时间计，却没有工作日历", "working time without a schedule"},
                    .mend = names_.empty()
                                ? Text{"用 schedules: 定义一个，再写 on 名字",
                                       "define one under schedules:, then write \"on NAME\""}
                                : schedules_known()});
            limit_.schedule = default_schedule_;
        }
        return limit_;
    }

    Text schedules_known() const {
        if (names_.empty()) return {"用 schedules: 定义一个", "define one under schedules:"};
        Text list{"写 on 加名字，已有：", "write \"on\" and one of: "};
        for (std::size_t k = 0; k < names_.size(); ++k) {
            if (k > 0) list.zh += "、", list.en += ", ";
            list.zh += names_[k];
            list.en += names_[k];
        }
        return list;
    }

    Text nearest_schedule(std::string_view name) const {
        const std::vector<std::string_view> known(names_.begin(), names_.end());
        if (const auto near = nearest(name, known))
            return {"是不是「" + std::string(*near) + "」？",
                    "did you mean \"" + std::string(*near) + "\"?"};
        return schedules_known();
    }

    Words words_;
    std::span<const std::string> names_;
    int default_schedule_;
    std::size_t i_ = 0;
    Limit limit_;
    bool end_said_ = false;
};

struct SizeName {
    std::int64_t size;
    std::string_view word;
    std::string_view zh;
    std::string_view en;
};
constexpr SizeName kSizes[] = {{kHour, "h", "小时", "hour"},
                               {kMinute, "min", "分钟", "minute"},
                               {kSecond, "s", "秒", "second"},
                               {1, "ms", "毫秒", "millisecond"}};

std::string plural(std::int64_t n, std::string_view word) {
    return std::to_string(n) + " " + std::string(word) + (n == 1 ? "" : "s");
}

// 5,400,000 ms: "1 h 30 min", "1 小时 30 分钟", "1 hour 30 minutes".
std::string written(std::int64_t millis, bool work) {
    std::string text;
    for (const auto& size : kSizes) {
        const auto n = millis / size.size;
        millis %= size.size;
        const bool last = size.size == 1;
        if (n == 0 && !(last && text.empty())) continue;
        if (!text.empty()) text += ' ';
        text += std::to_string(n) + (work ? " work " : " ") + std::string(size.word);
    }
    return text;
}

Text described(std::int64_t millis, bool work) {
    Text text;
    for (const auto& size : kSizes) {
        const auto n = millis / size.size;
        millis %= size.size;
        if (n == 0 && !(size.size == 1 && text.zh.empty())) continue;
        if (!text.zh.empty()) text.zh += ' ', text.en += ' ';
        text.zh += std::to_string(n) + (work ? " 个工作" : " ") + std::string(size.zh);
        text.en += std::to_string(n) + (work ? " work " : " ") + std::string(size.en) +
                   (n == 1 ? "" : "s");
    }
    return text;
}

std::string name_of_schedule(const Limit& limit, std::span<const std::string> names) {
    if (limit.schedule < 0 || static_cast<std::size_t>(limit.schedule) >= names.size()) return {};
    return names[static_cast<std::size_t>(limit.schedule)];
}

}  // namespace

Result<Limit> parse_limit(std::string_view text, std::span<const std::string> schedule_names,
                          int default_schedule) {
    const auto words = split(text);
    return Reader(words, schedule_names, default_schedule).read();
}

Result<Limit> parse_unit(std::string_view text, std::span<const std::string> schedule_names,
                         int default_schedule) {
    auto words = split(text);
    if (!words.empty() && words[0][0] >= '0' && words[0][0] <= '9')
        return refuse(
            bad("这里只写单位，数量来自公式",
                "only the unit stands here; the amount comes from its formula",
                {"例如 h、work min on 日历名、days", "for example h, work min on NAME, days"}));
    words.insert(words.begin(), "1");
    return Reader(words, schedule_names, default_schedule).read();
}

std::string to_string(const Limit& limit, std::span<const std::string> schedule_names) {
    std::string text;
    const bool end_of_day =
        limit.unit == Unit::Days && limit.amount == 0 && limit.end == DayEnd::EndOfDay;
    switch (limit.unit) {
        case Unit::Clock: text = written(limit.amount, false); break;
        case Unit::Work: text = written(limit.amount, true); break;
        case Unit::WorkingDays: text = plural(limit.amount, "working day"); break;
        case Unit::Days: text = end_of_day ? "end of day" : plural(limit.amount, "day"); break;
        case Unit::Months: text = plural(limit.amount, "month"); break;
    }
    if (limit.schedule >= 0) text += " on " + name_of_schedule(limit, schedule_names);
    const bool working_days = limit.unit == Unit::WorkingDays;
    switch (limit.end) {
        case DayEnd::SameTime:
            if (working_days) text += " at the same time";
            break;
        case DayEnd::EndOfDay:
            if (!working_days && !end_of_day) text += " to end of day";
            break;
        case DayEnd::Closing: text += " to closing"; break;
        case DayEnd::NamedStyle:
            text += " by " + std::string(calendar::name_of(limit.style));
            break;
    }
    if (limit.from_opening) text += " from opening";
    return text;
}

Text describe(const Limit& limit, std::span<const std::string> schedule_names) {
    Text text;
    const std::string amount = std::to_string(limit.amount);
    switch (limit.unit) {
        case Unit::Clock: text = described(limit.amount, false); break;
        case Unit::Work: text = described(limit.amount, true); break;
        case Unit::WorkingDays:
            text = {amount + " 个工作日", plural(limit.amount, "working day")};
            break;
        case Unit::Days: text = {amount + " 天", plural(limit.amount, "day")}; break;
        case Unit::Months:
            if (limit.amount % 12 == 0 && limit.amount > 0)
                text = {std::to_string(limit.amount / 12) + " 年",
                        plural(limit.amount / 12, "year")};
            else
                text = {amount + " 个月", plural(limit.amount, "month")};
            break;
    }
    if (const auto name = name_of_schedule(limit, schedule_names); !name.empty()) {
        text.zh += "（" + name + "）";
        text.en += " (" + name + ")";
    }
    const bool today = limit.unit == Unit::Days && limit.amount == 0;
    switch (limit.end) {
        case DayEnd::SameTime:
            if (limit.unit == Unit::WorkingDays)
                text.zh += "，到同一时刻", text.en += ", to the same time of day";
            break;
        case DayEnd::EndOfDay:
            if (today)
                text = {"当天结束", "the end of the day"};
            else
                text.zh += "，到当日结束", text.en += ", by the end of the day";
            break;
        case DayEnd::Closing:
            text.zh += "，到当日下班", text.en += ", by that day's closing";
            break;
        case DayEnd::NamedStyle: {
            const std::string style(calendar::name_of(limit.style));
            text.zh += "，按 " + style + " 计";
            text.en += ", counted by " + style;
            break;
        }
    }
    if (limit.from_opening) text.zh += "，从开门时算起", text.en += ", counted from opening";
    return text;
}

}  // namespace yinuo::promise
