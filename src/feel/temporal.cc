#include "feel/temporal.h"

#include <array>

namespace yinuo::feel {

namespace {

constexpr std::int64_t kZonedSecondsMax = 300'000'000'000;  // beyond year 9999 zones have no rules

// Reads a text from the left; every taker leaves the place alone when it fails.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    bool done() const { return at_ == text_.size(); }
    char peek() const { return done() ? '\0' : text_[at_]; }
    bool take(char c) {
        if (peek() != c) return false;
        ++at_;
        return true;
    }
    std::string_view rest() const { return text_.substr(at_); }

    // Exactly two digits, below `limit`.
    std::optional<int> two(int limit) {
        if (at_ + 2 > text_.size() || !is_digit(text_[at_]) || !is_digit(text_[at_ + 1]))
            return std::nullopt;
        const int value = (text_[at_] - '0') * 10 + (text_[at_ + 1] - '0');
        if (value >= limit) return std::nullopt;
        at_ += 2;
        return value;
    }

    std::string_view digits() {
        const std::size_t begin = at_;
        while (is_digit(peek())) ++at_;
        return text_.substr(begin, at_ - begin);
    }

    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

std::optional<std::int64_t> to_number(std::string_view digits) {
    if (digits.empty() || digits.size() > 17) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : digits) value = value * 10 + (c - '0');
    return value;
}

// The digits after a point as nanoseconds; more than nine are cut.
std::optional<std::uint32_t> nanos_of(std::string_view digits) {
    if (digits.empty()) return std::nullopt;
    std::uint32_t nanos = 0;
    for (std::size_t i = 0; i < 9; ++i)
        nanos = nanos * 10 + (i < digits.size() ? static_cast<std::uint32_t>(digits[i] - '0') : 0);
    return nanos;
}

std::optional<std::int64_t> read_date(Reader& reader) {
    const bool negative = reader.take('-');
    const auto year_digits = reader.digits();
    if (year_digits.size() < 4 || (year_digits.size() > 4 && year_digits[0] == '0'))
        return std::nullopt;
    auto year = to_number(year_digits);
    if (!year || *year > kYearMax || !reader.take('-')) return std::nullopt;
    const auto month = reader.two(13);
    if (!month || !reader.take('-')) return std::nullopt;
    const auto day = reader.two(32);
    if (!day) return std::nullopt;
    return checked_days(negative ? -*year : *year, *month, *day);
}

// local_seconds from the day's start; 24:00:00 is the next midnight.
std::optional<Moment> read_time(Reader& reader, Zones* zones) {
    const auto hour = reader.two(25);
    if (!hour || !reader.take(':')) return std::nullopt;
    const auto minute = reader.two(60);
    if (!minute || !reader.take(':')) return std::nullopt;
    const auto second = reader.two(60);
    if (!second) return std::nullopt;
    Moment moment;
    moment.offset = Moment::kNoOffset;
    moment.local_seconds = *hour * 3600 + *minute * 60 + *second;
    if (reader.take('.')) {
        const auto nanos = nanos_of(reader.digits());
        if (!nanos) return std::nullopt;
        moment.nanos = *nanos;
    }
    if (*hour == 24 && (moment.local_seconds != kDaySeconds || moment.nanos != 0))
        return std::nullopt;
    if (!parse_offset(reader.rest(), zones, moment)) return std::nullopt;
    return moment;
}

void append_two(std::string& text, std::int64_t value) {
    text += static_cast<char>('0' + value / 10);
    text += static_cast<char>('0' + value % 10);
}

void append_fraction(std::string& text, std::uint32_t nanos) {
    if (nanos == 0) return;
    std::string digits = std::to_string(nanos);
    digits.insert(0, 9 - digits.size(), '0');
    while (digits.back() == '0') digits.pop_back();
    text += '.';
    text += digits;
}

std::string offset_text(const Moment& moment) {
    if (moment.zone != nullptr) return "@" + std::string(moment.zone->name());
    if (moment.offset == Moment::kNoOffset) return {};
    if (moment.offset == 0) return "Z";
    std::string text(1, moment.offset < 0 ? '-' : '+');
    const std::int32_t size = moment.offset < 0 ? -moment.offset : moment.offset;
    append_two(text, size / 3600);
    text += ':';
    append_two(text, size / 60 % 60);
    if (size % 60 != 0) {
        text += ':';
        append_two(text, size % 60);
    }
    return text;
}

std::string clock_text(std::int64_t second_of_day, std::uint32_t nanos) {
    std::string text;
    append_two(text, second_of_day / 3600);
    text += ':';
    append_two(text, second_of_day / 60 % 60);
    text += ':';
    append_two(text, second_of_day % 60);
    append_fraction(text, nanos);
    return text;
}

// Whole seconds and a part of 0..999'999'999 nanoseconds from a sum of both.
std::pair<std::int64_t, std::uint32_t> carry(std::int64_t seconds, std::int64_t nanos) {
    const std::int64_t extra = floor_divide(nanos, 1'000'000'000);
    return {seconds + extra, static_cast<std::uint32_t>(nanos - extra * 1'000'000'000)};
}

}  // namespace

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

// Counts in eras of 400 years that begin on a first of March, so that the leap day comes last.
std::int64_t days_of(std::int64_t year, int month, int day) {
    if (month <= 2) --year;
    const std::int64_t era = floor_divide(year, 400);
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719'468;
}

CivilDay civil_of(std::int64_t days) {
    days += 719'468;
    const std::int64_t era = floor_divide(days, 146'097);
    const std::int64_t day_of_era = days - era * 146'097;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted = (5 * day_of_year + 2) / 153;
    const int day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1);
    const int month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

int days_in_month(std::int64_t year, int month) {
    constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

std::optional<std::int64_t> checked_days(std::int64_t year, std::int64_t month, std::int64_t day) {
    if (year < -kYearMax || year > kYearMax || month < 1 || month > 12 || day < 1)
        return std::nullopt;
    if (day > days_in_month(year, static_cast<int>(month))) return std::nullopt;
    return days_of(year, static_cast<int>(month), static_cast<int>(day));
}

int weekday_of(std::int64_t days) {
    const std::int64_t from_monday = days + 3;
    return static_cast<int>(from_monday - floor_divide(from_monday, 7) * 7) + 1;
}

int week_of_year(std::int64_t days) {
    // The week belongs to the year that holds its Thursday.
    const std::int64_t thursday = days - weekday_of(days) + 4;
    return static_cast<int>((thursday - days_of(civil_of(thursday).year, 1, 1)) / 7) + 1;
}

std::int64_t plus_months(std::int64_t days, std::int64_t months) {
    const CivilDay from = civil_of(days);
    const std::int64_t count = from.year * 12 + (from.month - 1) + months;
    const std::int64_t year = floor_divide(count, 12);
    const int month = static_cast<int>(count - year * 12) + 1;
    const int last = days_in_month(year, month);
    return days_of(year, month, from.day < last ? from.day : last);
}

bool parse_offset(std::string_view text, Zones* zones, Moment& into) {
    if (text.empty()) return true;
    if (text == "Z" || text == "z") {
        into.offset = 0;
        return true;
    }
    Reader reader(text);
    if (reader.take('@')) {
        if (zones == nullptr) return false;
        into.zone = zones->find(reader.rest());
        return into.zone != nullptr;
    }
    const bool west = reader.peek() == '-';
    if (!reader.take('+') && !reader.take('-')) return false;
    const auto hours = reader.two(19);
    if (!hours || !reader.take(':')) return false;
    const auto minutes = reader.two(60);
    if (!minutes) return false;
    int seconds = 0;
    if (reader.take(':')) {
        const auto read = reader.two(60);
        if (!read) return false;
        seconds = *read;
    }
    const int size = *hours * 3600 + *minutes * 60 + seconds;
    if (!reader.done() || size > 18 * 3600) return false;
    into.offset = west ? -size : size;
    return true;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
    Reader reader(text);
    const auto days = read_date(reader);
    return days && reader.done() ? days : std::nullopt;
}

std::optional<Moment> parse_time(std::string_view text, Zones* zones) {
    Reader reader(text);
    auto moment = read_time(reader, zones);
    if (moment && moment->local_seconds == kDaySeconds) moment->local_seconds = 0;
    return moment;
}

std::optional<Moment> parse_date_time(std::string_view text, Zones* zones) {
    Reader reader(text);
    const auto days = read_date(reader);
    if (!days) return std::nullopt;
    if (reader.done())
        return Moment{.local_seconds = *days * kDaySeconds, .offset = Moment::kNoOffset};
    if (!reader.take('T')) return std::nullopt;
    auto moment = read_time(reader, zones);
    if (!moment) return std::nullopt;
    moment->local_seconds += *days * kDaySeconds;
    return resolved(*moment);
}

Value parse_duration(std::string_view text) {
    Reader reader(text);
    const bool negative = reader.take('-');
    if (!reader.take('P')) return Value::null();
    std::int64_t months = 0;
    std::int64_t seconds = 0;
    std::uint32_t nanos = 0;
    bool has_months = false;
    bool has_seconds = false;
    bool in_time = false;
    int last_unit = -1;  // units come in falling order, each once
    while (!reader.done()) {
        if (!in_time && reader.take('T')) {
            in_time = true;
            if (reader.done()) return Value::null();
            continue;
        }
        const auto number = to_number(reader.digits());
        if (!number) return Value::null();
        struct Unit {
            char letter;
            bool time;
            std::int64_t size;
        };
        static constexpr std::array<Unit, 6> kUnits = {{{'Y', false, 12},
                                                        {'M', false, 1},
                                                        {'D', false, 86'400},
                                                        {'H', true, 3600},
                                                        {'M', true, 60},
                                                        {'S', true, 1}}};
        if (in_time && reader.take('.')) {
            const auto digits = reader.digits();  // none is allowed: "PT0.S"
            nanos = nanos_of(digits).value_or(0);
            if (reader.peek() != 'S') return Value::null();
        }
        int unit = last_unit + 1;
        while (unit < 6 && (kUnits[static_cast<std::size_t>(unit)].time != in_time ||
                            kUnits[static_cast<std::size_t>(unit)].letter != reader.peek()))
            ++unit;
        if (unit == 6) return Value::null();
        reader.take(reader.peek());
        last_unit = unit;
        std::int64_t size = 0;
        std::int64_t& sum = unit < 2 ? months : seconds;
        (unit < 2 ? has_months : has_seconds) = true;
        if (__builtin_mul_overflow(*number, kUnits[static_cast<std::size_t>(unit)].size, &size) ||
            __builtin_add_overflow(sum, size, &sum))
            return Value::null();
    }
    if (has_months == has_seconds) return Value::null();
    if (has_months) return Value::months(negative ? -months : months);
    if (!negative) return Value::duration_nanos(seconds, static_cast<std::int32_t>(nanos));
    const auto [whole, part] = carry(-seconds, -static_cast<std::int64_t>(nanos));
    return Value::duration_nanos(whole, static_cast<std::int32_t>(part));
}

std::string date_text(std::int64_t days) {
    const CivilDay civil = civil_of(days);
    std::string year = std::to_string(civil.year < 0 ? -civil.year : civil.year);
    if (year.size() < 4) year.insert(0, 4 - year.size(), '0');
    std::string text = civil.year < 0 ? "-" + year : year;
    text += '-';
    append_two(text, civil.month);
    text += '-';
    append_two(text, civil.day);
    return text;
}

std::string time_text(const Moment& time) {
    return clock_text(time.local_seconds, time.nanos) + offset_text(time);
}

std::string date_time_text(const Moment& moment) {
    const std::int64_t days = floor_divide(moment.local_seconds, kDaySeconds);
    return date_text(days) + "T" +
           clock_text(moment.local_seconds - days * kDaySeconds, moment.nanos) +
           offset_text(moment);
}

std::string duration_text(std::int64_t seconds, std::int32_t nanos) {
    if (seconds == 0 && nanos == 0) return "PT0S";
    std::string text = seconds < 0 ? "-P" : "P";
    if (seconds < 0) {
        seconds = -seconds;
        if (nanos != 0) {
            --seconds;
            nanos = 1'000'000'000 - nanos;
        }
    }
    if (seconds >= kDaySeconds) text += std::to_string(seconds / kDaySeconds) + "D";
    seconds %= kDaySeconds;
    if (seconds == 0 && nanos == 0) return text;
    text += 'T';
    if (seconds >= 3600) text += std::to_string(seconds / 3600) + "H";
    if (seconds / 60 % 60 != 0) text += std::to_string(seconds / 60 % 60) + "M";
    if (seconds % 60 != 0 || nanos != 0) {
        text += std::to_string(seconds % 60);
        append_fraction(text, static_cast<std::uint32_t>(nanos));
        text += 'S';
    }
    return text;
}

std::string months_text(std::int64_t months) {
    if (months == 0) return "P0M";
    std::string text = months < 0 ? "-P" : "P";
    if (months < 0) months = -months;
    if (months >= 12) text += std::to_string(months / 12) + "Y";
    if (months % 12 != 0) text += std::to_string(months % 12) + "M";
    return text;
}

Moment resolved(Moment moment) {
    if (moment.zone == nullptr) return moment;
    const std::int64_t bounded = moment.local_seconds > kZonedSecondsMax    ? kZonedSecondsMax
                                 : moment.local_seconds < -kZonedSecondsMax ? -kZonedSecondsMax
                                                                            : moment.local_seconds;
    const Instant at = moment.zone->to_instant(LocalTime{bounded * 1000});
    moment.offset = moment.zone->offset_seconds(at);
    return moment;
}

std::optional<std::int64_t> epoch_seconds(const Moment& moment) {
    if (moment.offset == Moment::kNoOffset) return std::nullopt;
    return moment.local_seconds - moment.offset;
}

Moment at_zone(std::int64_t epoch, std::uint32_t nanos, const Zone* zone) {
    const std::int64_t bounded = epoch > kZonedSecondsMax    ? kZonedSecondsMax
                                 : epoch < -kZonedSecondsMax ? -kZonedSecondsMax
                                                             : epoch;
    const std::int32_t offset = zone->offset_seconds(Instant{bounded * 1000});
    return {epoch + offset, nanos, offset, zone};
}

std::int32_t offset_of(const Moment& moment) {
    if (moment.offset != Moment::kNoOffset || moment.zone == nullptr) return moment.offset;
    // A time of day in a zone: its offset on 2000-01-01, for want of a day.
    return moment.zone->offset_seconds(Instant{946'684'800'000});
}

Value shift_date_time(const Moment& moment, std::int64_t seconds, std::int32_t nanos) {
    const auto [extra, part] = carry(seconds, static_cast<std::int64_t>(moment.nanos) + nanos);
    std::int64_t sum = 0;
    constexpr std::int64_t kLimit = (kYearMax + 1) * 366 * kDaySeconds;
    if (__builtin_add_overflow(moment.local_seconds, extra, &sum) || sum > kLimit || sum < -kLimit)
        return Value::null();
    if (moment.zone != nullptr && moment.offset != Moment::kNoOffset)
        return Value::date_time(at_zone(sum - moment.offset, part, moment.zone));
    return Value::date_time({sum, part, moment.offset, moment.zone});
}

Value shift_time(const Moment& time, std::int64_t seconds, std::int32_t nanos) {
    const auto [extra, part] =
        carry(seconds % kDaySeconds, static_cast<std::int64_t>(time.nanos) + nanos);
    const std::int64_t sum = time.local_seconds + extra;
    return Value::time(
        {sum - floor_divide(sum, kDaySeconds) * kDaySeconds, part, time.offset, time.zone});
}

}  // namespace yinuo::feel
