#include "time/zone.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "time/posix_rule.h"

namespace yinuo {
namespace {

// The Gregorian calendar repeats, weekdays included, every 400 years.
constexpr std::int64_t kCycle = std::int64_t{146'097} * 86400;
// No two places on Earth are further apart on the clock, and no clock ever moved further at once.
constexpr std::int64_t kReach = 26 * 3600;
constexpr std::size_t kBytesMax = 1 << 20;

std::int64_t floor_seconds(std::int64_t millis) {
    return millis >= 0 ? millis / 1000 : -((999 - millis) / 1000);
}

std::string hex_version(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, 64 bits
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    char text[32];
    std::snprintf(text, sizeof text, "tzif:%016llx", static_cast<unsigned long long>(hash));
    return text;
}

Error broken(std::string_view name, std::string_view zh, std::string_view en) {
    return {
        .code = "bad-zone-data",
        .what = {"时区「" + std::string(name) + "」的数据无法读取：" + std::string(zh),
                 "the data of zone " + std::string(name) + " cannot be read: " + std::string(en)},
        .mend = {"请使用 TZif 第 2 版或更新的时区文件", "use a TZif file of version 2 or later"}};
}

}  // namespace

struct Zone::Rules {
    struct Change {
        std::int64_t at;      // UTC seconds
        std::int32_t offset;  // from then on
    };

    std::string name;
    std::string version;
    std::int32_t first_offset = 0;  // before the first change
    std::vector<Change> changes;    // strictly rising; neighbours differ in offset
    // When set, changes go on forever: those in [repeat_from, repeat_from + kCycle) come again.
    std::optional<std::int64_t> repeat_from;

    // Brings `seconds` into the part that `changes` covers; `cycles` says how far it was moved.
    std::int64_t reduce(std::int64_t seconds, std::int64_t& cycles) const {
        cycles = 0;
        if (repeat_from && seconds >= *repeat_from + kCycle) {
            cycles = (seconds - *repeat_from) / kCycle;
            seconds -= cycles * kCycle;
        }
        return seconds;
    }

    // How many changes are at or before `seconds` (already reduced).
    std::size_t passed(std::int64_t seconds) const {
        const auto next =
            std::upper_bound(changes.begin(), changes.end(), seconds,
                             [](std::int64_t s, const Change& c) { return s < c.at; });
        return static_cast<std::size_t>(next - changes.begin());
    }
    std::int32_t offset_after(std::size_t count) const {
        return count == 0 ? first_offset : changes[count - 1].offset;
    }
    std::int32_t offset(std::int64_t seconds) const {
        std::int64_t cycles = 0;
        const auto reduced = reduce(seconds, cycles);
        return offset_after(passed(reduced));
    }
    // UTC seconds of the first change after `seconds`.
    std::optional<std::int64_t> next_change(std::int64_t seconds) const {
        std::int64_t cycles = 0;
        const auto reduced = reduce(seconds, cycles);
        const auto count = passed(reduced);
        if (count < changes.size()) return changes[count].at + cycles * kCycle;
        if (!repeat_from) return std::nullopt;
        const auto first = passed(*repeat_from);
        if (first >= changes.size()) return std::nullopt;
        return changes[first].at + (cycles + 1) * kCycle;
    }

    void append(std::int64_t at, std::int32_t offset) {
        if (!changes.empty() && changes.back().at == at) changes.pop_back();
        if (offset_after(changes.size()) != offset) changes.push_back({at, offset});
    }

    // Writes the footer's rule out over one whole cycle of years.
    void extend(const PosixRule& rule) {
        if (!rule.has_summer) {
            if (!changes.empty()) append(changes.back().at + 1, rule.standard_offset);
            return;
        }
        const std::int64_t last = changes.empty() ? 0 : changes.back().at;
        const int year = Date{static_cast<std::int32_t>(last / 86400)}.year();
        std::vector<Change> coming;
        for (int y = year - 1; y <= year + 402; ++y) {
            coming.push_back(
                {rule.summer_begins.wall_seconds(y) - rule.standard_offset, rule.summer_offset});
            coming.push_back(
                {rule.summer_ends.wall_seconds(y) - rule.summer_offset, rule.standard_offset});
        }
        std::stable_sort(coming.begin(), coming.end(),
                         [](const Change& a, const Change& b) { return a.at < b.at; });
        repeat_from = last + 1;
        for (const auto& change : coming)
            if (change.at > last && change.at < *repeat_from + kCycle)
                append(change.at, change.offset);
    }
};

namespace {

// Big-endian fields off the front of TZif bytes.
struct Bytes {
    std::string_view rest;

    std::optional<std::string_view> take(std::size_t count) {
        if (rest.size() < count) return std::nullopt;
        const auto out = rest.substr(0, count);
        rest.remove_prefix(count);
        return out;
    }
};

std::int64_t big_endian(std::string_view bytes) {
    std::uint64_t value = static_cast<signed char>(bytes[0]) < 0 ? ~std::uint64_t{0} : 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
}

struct Header {
    char version = 0;
    std::size_t isut, isstd, leap, changes, types, letters;

    std::size_t body_size(std::size_t time_size) const {
        return changes * (time_size + 1) + types * 6 + letters + leap * (time_size + 4) + isstd +
               isut;
    }
};

std::optional<Header> read_header(Bytes& bytes) {
    const auto text = bytes.take(44);
    if (!text || !text->starts_with("TZif")) return std::nullopt;
    Header header{};
    header.version = (*text)[4];
    std::size_t* const fields[] = {&header.isut,    &header.isstd, &header.leap,
                                   &header.changes, &header.types, &header.letters};
    for (std::size_t i = 0; i < 6; ++i) {
        const auto value = big_endian(text->substr(20 + i * 4, 4));
        if (value < 0 || value > static_cast<std::int64_t>(kBytesMax)) return std::nullopt;
        *fields[i] = static_cast<std::size_t>(value);
    }
    return header;
}

}  // namespace

Result<Zone> Zone::parse(std::string_view name, std::string_view tzif) {
    if (tzif.size() > kBytesMax) return refuse(broken(name, "文件过大", "it is too large"));
    Bytes bytes{tzif};
    const auto old_header = read_header(bytes);
    if (!old_header) return refuse(broken(name, "不是 TZif 文件", "it is no TZif file"));
    if (old_header->version < '2')
        return refuse(broken(name, "版本过旧", "its version is too old"));
    if (!bytes.take(old_header->body_size(4)))
        return refuse(broken(name, "文件不完整", "it is cut short"));
    const auto header = read_header(bytes);
    if (!header) return refuse(broken(name, "第二部分缺失", "its second part is missing"));
    if (header->types == 0 || header->types > 256)
        return refuse(broken(name, "没有时区类型", "it has no local time types"));
    const auto body = bytes.take(header->body_size(8));
    if (!body) return refuse(broken(name, "文件不完整", "it is cut short"));

    auto rules = std::make_shared<Rules>();
    rules->name = name;
    rules->version = hex_version(tzif);
    const auto times = body->substr(0, header->changes * 8);
    const auto kinds = body->substr(times.size(), header->changes);
    const auto types = body->substr(times.size() + kinds.size(), header->types * 6);
    for (std::size_t i = 0; i < header->types; ++i)
        if (std::abs(big_endian(types.substr(i * 6, 4))) > 25 * 3600)
            return refuse(broken(name, "时差超过 25 小时", "an offset is beyond 25 hours"));
    const auto offset_of = [&](std::size_t type) {
        return static_cast<std::int32_t>(big_endian(types.substr(type * 6, 4)));
    };
    rules->first_offset = offset_of(0);
    std::int64_t last = std::numeric_limits<std::int64_t>::min();
    // Within what Date can hold, and far beyond what anyone schedules.
    constexpr std::int64_t kFar = std::int64_t{1} << 40;
    for (std::size_t i = 0; i < header->changes; ++i) {
        const auto at = big_endian(times.substr(i * 8, 8));
        const auto type = static_cast<unsigned char>(kinds[i]);
        if (type >= header->types || at <= last)
            return refuse(broken(name, "时差变更表有误", "its list of changes is out of order"));
        last = at;
        if (at > kFar) return refuse(broken(name, "时差变更表有误", "a change lies too far ahead"));
        if (at < -kFar)
            rules->first_offset = offset_of(type);
        else
            rules->append(at, offset_of(type));
    }

    if (!bytes.rest.starts_with('\n'))
        return refuse(broken(name, "结尾规则缺失", "its footer is missing"));
    const auto footer = bytes.rest.substr(1, bytes.rest.find('\n', 1) - 1);
    if (bytes.rest.find('\n', 1) == std::string_view::npos)
        return refuse(broken(name, "结尾规则不完整", "its footer is cut short"));
    if (!footer.empty()) {
        const auto rule = PosixRule::parse(footer);
        if (!rule) return refuse(broken(name, "结尾规则有误", "its footer rule is not POSIX"));
        rules->extend(*rule);
    }
    return Zone(std::move(rules));
}

Zone Zone::utc() {
    static const auto rules = [] {
        auto out = std::make_shared<Rules>();
        out->name = "UTC";
        out->version = "fixed:+00:00";
        return out;
    }();
    return Zone(rules);
}

Zone Zone::fixed(std::int32_t offset_seconds) {
    auto rules = std::make_shared<Rules>();
    const auto size = std::abs(offset_seconds);
    char text[32];
    std::snprintf(text, sizeof text, size % 60 == 0 ? "%c%02d:%02d" : "%c%02d:%02d:%02d",
                  offset_seconds < 0 ? '-' : '+', size / 3600, size / 60 % 60, size % 60);
    rules->name = text;
    rules->version = "fixed:" + rules->name;
    rules->first_offset = offset_seconds;
    return Zone(std::move(rules));
}

std::string_view Zone::name() const { return rules_->name; }
std::string_view Zone::version() const { return rules_->version; }

std::int32_t Zone::offset_seconds(Instant at) const {
    return rules_->offset(floor_seconds(at.millis));
}

LocalTime Zone::to_local(Instant at) const {
    return {at.millis + std::int64_t{1000} * offset_seconds(at)};
}

Instant Zone::to_instant(LocalTime wall, Gap gap, Overlap overlap) const {
    // Walk the few stretches of constant offset that could show this wall time.
    const std::int64_t seconds = floor_seconds(wall.millis);
    const auto instant = [&](std::int32_t offset) {
        return Instant{wall.millis - std::int64_t{1000} * offset};
    };
    std::int64_t begin = seconds - kReach;
    std::int32_t offset = rules_->offset(begin);
    std::optional<Instant> found;
    std::optional<Instant> skipped;
    for (bool first = true;; first = false) {
        const auto change = rules_->next_change(begin);
        const std::int64_t utc = seconds - offset;
        if ((first || utc >= begin) && (!change || utc < *change)) {
            found = instant(offset);
            if (overlap == Overlap::First) return *found;
        }
        if (!change || *change > seconds + kReach) break;
        const auto next_offset = rules_->offset(*change);
        if (!skipped && utc >= *change && seconds - next_offset < *change) {
            switch (gap) {
                case Gap::ShiftForward: skipped = instant(offset); break;
                case Gap::ShiftBackward: skipped = instant(next_offset); break;
                case Gap::NextValid: skipped = Instant{*change * 1000}; break;
            }
        }
        begin = *change;
        offset = next_offset;
    }
    if (found) return *found;
    return skipped ? *skipped : instant(offset);
}

Instant Zone::start_of_day(Date date) const {
    return to_instant(LocalTime::of(date, 0), Gap::NextValid, Overlap::First);
}

Instant Zone::next_change(Instant at) const {
    const auto change = rules_->next_change(floor_seconds(at.millis));
    return change ? Instant{*change * 1000} : Instant::max();
}

}  // namespace yinuo
