#include "demo/telecom.h"

#include <algorithm>
#include <cmath>

#include "base/json_text.h"

namespace yinuo::demo {
namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kMemoryHours = 60 * 24;  // no order is told of for longer
constexpr std::uint64_t kOrdersMost = 1000;     // in an hour; an order's number has its hour in it

// Orders in each hour of a working day, about 420 in all; half as many on Sundays.
constexpr int kByHour[24] = {2,  1,  1,  1,  1,  2,  5,  12, 26, 36, 40, 34,
                             24, 26, 32, 34, 30, 26, 24, 22, 18, 12, 7,  4};

// A median of hours and how widely it spreads, so that about 88 of 100 are kept.
struct Pace {
    double median, deviation;
};
constexpr Pace kBroadband{11.5, 0.6}, kInstall{3.6, 0.7}, kRepair{3.0, 0.75};

constexpr const char* kSurnames[] = {"赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈"};
constexpr const char* kGiven[] = {"一一", "示例", "小样", "大样", "试用", "演示", "无名", "某某"};
constexpr const char* kRoads[] = {"示例路", "样板街", "演示大道", "试验里"};

template <std::size_t N>
const char* one_of(const char* const (&words)[N], Dice dice) {
    return words[static_cast<std::size_t>(dice.between(0, N))];
}

// Mobile numbers of China begin with 1 and 3 to 9: one with 10 reaches nobody.
std::string personal(Dice dice) {
    const auto name = std::string(one_of(kSurnames, dice.of(1))) + one_of(kGiven, dice.of(2));
    const auto phone = "100" + std::to_string(dice.of(3).between(10'000'000, 100'000'000));
    const auto address =
        std::string(one_of(kRoads, dice.of(4))) + std::to_string(dice.of(5).between(1, 400)) + "号";
    std::string out = R"({"name":)";
    append_json_string(out, name);
    out += R"(,"phone":)";
    append_json_string(out, phone);
    out += R"(,"address":)";
    append_json_string(out, address);
    return out + "}";
}

Millis hours_of(double length) { return seconds(static_cast<std::int64_t>(length * 3600)); }

}  // namespace

Telecom::Telecom(std::uint64_t seed, Instant begin, const Zone& zone)
    : dice_(seed), zone_(zone), begin_(begin.millis / kHour), hour_(begin_) {}

void Telecom::seek(Instant from) {
    hour_ = std::max(begin_, from.millis / kHour - kMemoryHours);
    ready_.clear();
}

void Telecom::fill() {
    while (ready_.empty()) {
        const Instant begins{hour_ * kHour};
        const auto wall = zone_.to_local(begins);
        const double usual = kByHour[wall.millis_of_day() / kHour];
        const bool sunday = wall.date().weekday() == 6;
        const Dice dice = dice_.of(static_cast<std::uint64_t>(hour_));
        const double spread = 0.6 + 0.8 * dice.of(0).chance();
        const auto count = static_cast<std::uint64_t>(usual * spread * (sunday ? 0.5 : 1) + 0.5);
        for (std::uint64_t i = 0; i < count; ++i) {
            const Dice mine = dice.of(i + 1);
            const Instant at = begins + seconds(mine.of(0).between(0, 3600));
            const auto number = static_cast<std::uint64_t>(hour_ - begin_) * kOrdersMost + i;
            ready_.push_back(order(mine, number, at));
        }
        std::ranges::stable_sort(ready_, {}, [](const Case& c) { return c.facts.front().at; });
        ++hour_;
    }
}

Instant Telecom::next_opens_at() {
    fill();
    return ready_.front().facts.front().at;
}

Case Telecom::next() {
    fill();
    Case made = std::move(ready_.front());
    ready_.pop_front();
    return made;
}

Case Telecom::order(Dice dice, std::uint64_t number, Instant at) const {
    Case made;
    made.number = number;
    const auto digits = std::to_string(number);
    const auto household = dice.of(1).between(0, 6000);
    made.subject = "order/D" + std::string(digits.size() < 7 ? 7 - digits.size() : 0, '0') + digits;
    made.customer = "H-" + std::to_string(household);
    made.cancelled_kind = "order.cancelled";
    made.cancelled_fields = R"({"by":"customer"})";

    const double which = dice.of(2).chance();
    const bool broadband = which < 0.5, install = !broadband && which < 0.8;
    const Pace pace = broadband ? kBroadband : install ? kInstall : kRepair;
    Instant done = at + hours_of(dice.of(3).lognormal(std::log(pace.median), pace.deviation));
    const bool village = dice.of(4).fall(0.2);
    std::string fields = std::string(R"({"area":")") + (village ? "village" : "city") + '"';
    if (!broadband)
        fields += std::string(R"(,"kind":")") + (install ? "install" : "repair") +
                  R"(","household":"h)" + std::to_string(household) + R"(","fault":"f)" + digits +
                  '"';
    // The same household is the same people each time.
    made.facts.push_back(
        {.kind = broadband ? "order.placed" : "order.registered",
         .at = at,
         .fields = fields + "}",
         .personal = personal(dice_.of(7'000'000'000ULL + static_cast<std::uint64_t>(household)))});
    if (broadband && dice.of(5).fall(0.08)) {
        const Instant moved = at + Millis{(done - at).count * 3 / 10};
        constexpr std::int64_t kWaits[] = {2, 3, 24};
        const Instant due = moved + hours(kWaits[dice.of(6).between(0, 3)]);
        made.facts.push_back(
            {.kind = "visit.moved", .at = moved, .fields = R"({"wish of":"customer"})"});
        made.facts.push_back({.kind = "visit.due", .at = due});
        done = done + (due - moved);
    }
    made.facts.push_back(
        {.kind = broadband ? "service.active" : "order.done", .at = done, .closes = true});
    if (!broadband && done - at > hours(8))  // late or nearly so
        made.facts.push_back(
            {.kind = "credit.posted",
             .at = done + hours_of(24 * std::min(dice.of(7).lognormal(2.5, 0.5), 45.0))});
    return made;
}

}  // namespace yinuo::demo
