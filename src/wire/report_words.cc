#include "wire/report_words.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/money.h"

namespace yinuo::wire {
namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

struct Size {
    std::int64_t millis;
    const char* zh;
    const char* en;
};
constexpr std::array<Size, 5> kSizes = {{{kDay, "天", "d"},
                                         {kHour, "小时", "h"},
                                         {kMinute, "分", "min"},
                                         {kSecond, "秒", "s"},
                                         {1, "毫秒", "ms"}}};

// `sizes` from the first one on: working time is never told in days, which would be another unit.
Text told(std::int64_t millis, std::size_t first) {
    const bool negative = millis < 0;
    std::int64_t rest = negative ? -millis : millis;
    Text text{negative ? "−" : "", negative ? "−" : ""};
    int parts = 0;
    for (std::size_t i = first; i < kSizes.size() && parts < 2; ++i) {
        const auto& size = kSizes[i];
        const auto n = rest / size.millis;
        rest %= size.millis;
        if (n == 0 && parts == 0 && i + 1 < kSizes.size()) continue;
        if (n == 0) {
            ++parts;
            continue;
        }
        if (parts > 0) text.zh += " ", text.en += " ";
        text.zh += grouped(n) + " " + size.zh;
        text.en += grouped(n) + " " + size.en;
        ++parts;
    }
    if (millis == 0) return {"0", "0"};
    return text;
}

bool in_days(const twin::Dial& dial) {
    return dial.what == twin::Dial::What::Limit && dial.pattern.unit != promise::Unit::Clock &&
           dial.pattern.unit != promise::Unit::Work;
}
bool is_work(const twin::Dial& dial) {
    return dial.what == twin::Dial::What::Limit && dial.pattern.unit == promise::Unit::Work;
}

}  // namespace

std::string grouped(std::int64_t number) {
    std::string digits = fmt::format("{}", number < 0 ? 0 - static_cast<std::uint64_t>(number)
                                                      : static_cast<std::uint64_t>(number));
    for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3)
        digits.insert(static_cast<std::size_t>(i), ",");
    return fmt::format("{}{}", number < 0 ? "−" : "", digits);
}

std::string percent(double share, int places) {
    return fmt::format("{:.{}f} %", share * 100, places);
}

std::string money(std::int64_t minor, const std::string& currency) {
    const auto known = Currency::parse(currency);
    if (!known) return grouped(minor) + " " + currency;
    const std::int64_t size = minor < 0 ? -minor : minor;
    std::int64_t whole = size;
    std::string part;
    if (const int digits = known->minor_digits(); digits > 0) {
        std::int64_t unit = 1;
        for (int i = 0; i < digits; ++i) unit *= 10;
        whole = size / unit;
        part = fmt::format(".{:0{}}", size % unit, digits);
    }
    return fmt::format("{}{}{} {}", minor < 0 ? "−" : "", grouped(whole), part, currency);
}

std::string payout(const twin::Payout& sums) {
    std::string text;
    for (const auto& [currency, minor] : sums) {
        if (!text.empty()) text += ", ";
        text += money(minor, currency);
    }
    return text.empty() ? "–" : text;
}

Text length(std::int64_t millis) { return told(millis, 0); }

Text amount(const twin::Dial& dial, std::int64_t amount) {
    if (!in_days(dial)) return told(amount, is_work(dial) ? 1 : 0);
    const std::string n = grouped(amount);
    switch (dial.pattern.unit) {
        case promise::Unit::WorkingDays:
            return {n + " 个工作日", n + (amount == 1 ? " working day" : " working days")};
        case promise::Unit::Months: return {n + " 个月", n + (amount == 1 ? " month" : " months")};
        default: return {n + " 天", n + (amount == 1 ? " day" : " days")};
    }
}

std::string short_length(std::int64_t millis) {
    const bool negative = millis < 0;
    const std::int64_t size = negative ? -millis : millis;
    const char* sign = negative ? "−" : "";
    const auto one = [&](std::int64_t unit, const char* name) {
        const double n = static_cast<double>(size) / static_cast<double>(unit);
        return std::abs(n - std::round(n)) < 0.05 ? fmt::format("{}{:.0f} {}", sign, n, name)
                                                  : fmt::format("{}{:.1f} {}", sign, n, name);
    };
    if (size >= 3 * kDay) return one(kDay, "d");
    if (size >= kHour) return one(kHour, "h");
    if (size >= kMinute) return one(kMinute, "min");
    if (size == 0) return "0";
    return one(kSecond, "s");
}

std::string short_amount(const twin::Dial& dial, std::int64_t amount) {
    if (in_days(dial)) return grouped(amount);
    if (is_work(dial))
        return fmt::format("{:.4g} h", static_cast<double>(amount) / static_cast<double>(kHour));
    return short_length(amount);
}

Text unit_of(const twin::Dial& dial, const std::vector<std::string>& schedule_names) {
    if (dial.what == twin::Dial::What::Tolerance)
        return {"比约定时刻晚", "time past the promised instant"};
    const auto index = static_cast<std::size_t>(dial.pattern.schedule);
    const std::string name =
        dial.pattern.schedule >= 0 && index < schedule_names.size() ? schedule_names[index] : "";
    const std::string zh = name.empty() ? "" : "（" + name + "）";
    const std::string en = name.empty() ? "" : " (" + name + ")";
    switch (dial.pattern.unit) {
        case promise::Unit::Clock: return {"时钟时间" + zh, "clock time" + en};
        case promise::Unit::Work: return {"工作时长" + zh, "work time" + en};
        case promise::Unit::WorkingDays: return {"工作日" + zh, "working days" + en};
        case promise::Unit::Days: return {"天" + zh, "days" + en};
        case promise::Unit::Months: return {"月" + zh, "months" + en};
    }
    return {};
}

std::string moment(Instant at, const Zone* zone) {
    if (at == Instant::max() || at == Instant::min()) return "–";
    std::string text =
        zone != nullptr ? zone->to_local(at).to_string() : LocalTime{at.millis}.to_string();
    if (const auto t = text.find('T'); t != std::string::npos) text[t] = ' ';
    if (text.ends_with(":00") && text.size() == 19) text.resize(16);
    return text;
}

}  // namespace yinuo::wire
