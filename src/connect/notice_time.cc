#include "connect/notice_time.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace yinuo::connect {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr int kDay = 24 * 60;

bool is_quiet(LocalTime wall, const QuietHours& quiet) {
    const auto minute = wall.millis_of_day() / kMinute;
    if (quiet.begin <= quiet.end) return quiet.begin <= minute && minute < quiet.end;
    return minute >= quiet.begin || minute < quiet.end;
}

// The next end of quiet hours after `now`, which is within them.
Instant end_of_quiet(Instant now, const Zone& zone, const QuietHours& quiet) {
    const LocalTime wall = zone.to_local(now);
    const bool tonight = wall.millis_of_day() >= quiet.end * kMinute;  // it ends tomorrow
    const auto target = LocalTime::of(wall.date().plus_days(tonight ? 1 : 0), quiet.end * kMinute);
    const Instant first = zone.to_instant(target, Gap::NextValid, Overlap::First);
    if (first > now) return first;
    return zone.to_instant(target, Gap::NextValid, Overlap::Second);
}

}  // namespace

Instant may_send_at(Instant now, const Zone& customers, const QuietHours& quiet, Urgency urgency) {
    check(quiet.begin >= 0 && quiet.begin < kDay && quiet.end >= 0 && quiet.end < kDay);
    if (urgency == Urgency::Urgent) return now;
    // More than once only where clocks skip the end itself, so that the next valid time is quiet.
    while (is_quiet(customers.to_local(now), quiet)) {
        const Instant end = end_of_quiet(now, customers, quiet);
        check(end > now);
        now = end;
    }
    return now;
}

bool may_use(Consent consent, Basis basis) {
    switch (consent) {
        case Consent::Given: return true;
        case Consent::Refused: return false;
        case Consent::Unasked: return basis == Basis::Contract;
    }
    check(false);
}

std::optional<Channel> choose_channel(std::span<const Channel> wanted,
                                      std::span<const ChannelConsent> consents, Basis basis) {
    for (const auto channel : wanted) {
        if (channel == Channel::Page) return channel;
        const auto found = std::ranges::find(consents, channel, &ChannelConsent::channel);
        if (may_use(found == consents.end() ? Consent::Unasked : found->consent, basis))
            return channel;
    }
    return std::nullopt;
}

std::vector<MergedNotice> merge_notices(std::span<const WaitingNotice> notices, Millis within) {
    std::vector<std::size_t> order(notices.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return notices[i].at; });
    std::vector<MergedNotice> merged;
    // The open window of each customer and incident.
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> open;
    for (const auto index : order) {
        const auto& notice = notices[index];
        const bool alone = notice.incident.empty();
        const bool urgent = notice.urgency == Urgency::Urgent;
        const auto key =
            std::pair<std::string_view, std::string_view>(notice.customer, notice.incident);
        auto found = alone ? open.end() : open.find(key);
        if (found != open.end() && merged[found->second].ready_at <= notice.at) {
            open.erase(found);
            found = open.end();
        }
        if (found == open.end()) {
            merged.push_back({.notices = {},
                              .ready_at = alone ? notice.at : notice.at + within,
                              .urgency = notice.urgency});
            if (!alone) found = open.emplace(key, merged.size() - 1).first;
        }
        auto& message = found == open.end() ? merged.back() : merged[found->second];
        message.notices.push_back(index);
        if (!urgent) continue;
        message.ready_at = notice.at;
        message.urgency = Urgency::Urgent;
        if (found != open.end()) open.erase(found);
    }
    return merged;
}

}  // namespace yinuo::connect
