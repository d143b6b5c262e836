#include "connect/notice_time.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

namespace yinuo::connect {
namespace {

std::optional<Zone> system_zone(const std::string& name) {
    std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
    if (!file) {
        MESSAGE("skipped: no zone file for " << name);
        return std::nullopt;
    }
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return Zone::parse(name, bytes).value();
}

Instant at(std::string_view text) { return *parse_instant(text); }

Instant sent(std::string_view now, const Zone& zone, QuietHours quiet = {}) {
    return may_send_at(at(now), zone, quiet, Urgency::Normal);
}

TEST_CASE("夜里十点到早上八点不打扰: by the customer's clock, both ends told apart") {
    const auto zone = Zone::fixed(8 * 3600);
    for (const auto& [now, then] :
         {std::pair{"2026-03-10T21:59:59.999+08:00", "2026-03-10T21:59:59.999+08:00"},
          std::pair{"2026-03-10T22:00:00+08:00", "2026-03-11T08:00:00+08:00"},
          std::pair{"2026-03-11T00:00:00+08:00", "2026-03-11T08:00:00+08:00"},
          std::pair{"2026-03-11T07:59:59.999+08:00", "2026-03-11T08:00:00+08:00"},
          std::pair{"2026-03-11T08:00:00+08:00", "2026-03-11T08:00:00+08:00"},
          std::pair{"2026-12-31T23:00:00+08:00", "2027-01-01T08:00:00+08:00"}}) {
        INFO(now);
        CHECK(sent(now, zone) == at(then));
        CHECK(may_send_at(at(now), zone, {}, Urgency::Urgent) == at(now));
    }
    const QuietHours noon{12 * 60, 14 * 60};
    CHECK(sent("2026-03-10T13:00:00+08:00", zone, noon) == at("2026-03-10T14:00:00+08:00"));
    CHECK(sent("2026-03-10T23:00:00+08:00", zone, noon) == at("2026-03-10T23:00:00+08:00"));
    CHECK(sent("2026-03-10T08:00:00+08:00", zone, {480, 480}) == at("2026-03-10T08:00:00+08:00"));
    CHECK(sent("2026-03-10T23:00:00+08:00", zone, {22 * 60, 0}) == at("2026-03-11T00:00:00+08:00"));
}

TEST_CASE("a night in which clocks change is as quiet as any other") {
    const auto zone = system_zone("America/New_York");
    if (!zone) return;
    // 23 h and 25 h days: 8 o'clock on the wall is what counts.
    CHECK(sent("2026-03-07T23:00:00-05:00", *zone) == at("2026-03-08T08:00:00-04:00"));
    CHECK(sent("2026-10-31T23:00:00-04:00", *zone) == at("2026-11-01T08:00:00-05:00"));
    // Quiet until half past two, which doesn't exist: the clock jumps from 2:00 to 3:00.
    const QuietHours early{22 * 60, 2 * 60 + 30};
    CHECK(sent("2026-03-08T01:00:00-05:00", *zone, early) == at("2026-03-08T03:00:00-04:00"));
    // Quiet until half past one, which comes twice: the first one ends it, and between one o'clock
    // and half past of the second pass it is quiet again.
    const QuietHours twice{22 * 60, 60 + 30};
    CHECK(sent("2026-11-01T00:30:00-04:00", *zone, twice) == at("2026-11-01T01:30:00-04:00"));
    CHECK(sent("2026-11-01T01:45:00-04:00", *zone, twice) == at("2026-11-01T01:45:00-04:00"));
    CHECK(sent("2026-11-01T01:10:00-05:00", *zone, twice) == at("2026-11-01T01:30:00-05:00"));
}

TEST_CASE(
    "whatever the minute and the zone, it is never sent in quiet hours, nor later than needed") {
    for (const auto* name : {"Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe",
                             "Pacific/Apia", "America/Nuuk"}) {
        const auto zone = system_zone(name);
        if (!zone) return;
        for (const auto& quiet :
             {QuietHours{}, QuietHours{0, 150}, QuietHours{23 * 60, 90}, QuietHours{600, 720}}) {
            // Samoa skipped the 30th of December 2011; the others change clocks in these weeks.
            for (const auto* from : {"2011-12-28T00:00:00Z", "2026-03-27T00:00:00Z",
                                     "2026-10-23T00:00:00Z", "2026-04-03T00:00:00Z"}) {
                for (int i = 0; i < 5 * 24 * 4; ++i) {
                    const Instant now = at(from) + minutes(15 * i);
                    const Instant then = may_send_at(now, *zone, quiet, Urgency::Normal);
                    const auto quiet_at = [&](Instant when) {
                        return may_send_at(when, *zone, quiet, Urgency::Normal) != when;
                    };
                    REQUIRE(then >= now);
                    REQUIRE(then - now < hours(24));
                    REQUIRE_FALSE(quiet_at(then));
                    if (then > now) REQUIRE(quiet_at(then - Millis{1}));
                }
            }
        }
    }
}

TEST_CASE(
    "a channel is used if the customer allows it, or the contract needs it and nobody refused") {
    CHECK(may_use(Consent::Given, Basis::Consent));
    CHECK(may_use(Consent::Unasked, Basis::Contract));
    CHECK_FALSE(may_use(Consent::Unasked, Basis::Consent));
    CHECK_FALSE(may_use(Consent::Refused, Basis::Contract));
    const Channel wanted[] = {Channel::ShortMessage, Channel::Mail, Channel::WeCom};
    const ChannelConsent consents[] = {{Channel::ShortMessage, Consent::Refused},
                                       {Channel::WeCom, Consent::Given}};
    CHECK(choose_channel(wanted, consents, Basis::Contract) == Channel::Mail);
    CHECK(choose_channel(wanted, consents, Basis::Consent) == Channel::WeCom);
    CHECK_FALSE(choose_channel(wanted, {}, Basis::Consent));
    const Channel page[] = {Channel::Mail, Channel::Page};
    CHECK(choose_channel(page, {}, Basis::Consent) == Channel::Page);
}

TEST_CASE("notices of one customer and one incident within minutes become one") {
    const auto minute = [](int n) { return Instant{} + minutes(n); };
    using enum Urgency;
    const WaitingNotice notices[] = {{"C1", "inc_1", minute(9)},          // 0
                                     {"C1", "inc_1", minute(0)},          // 1
                                     {"C2", "inc_1", minute(1)},          // 2
                                     {"C1", "inc_2", minute(2)},          // 3
                                     {"C1", "inc_1", minute(10)},         // 4: the window is over
                                     {"C1", "", minute(3)},               // 5
                                     {"C1", "", minute(3)},               // 6
                                     {"C2", "inc_1", minute(4), Urgent},  // 7
                                     {"C2", "inc_1", minute(5)}};         // 8
    const auto merged = merge_notices(notices, minutes(10));
    CHECK(merged == std::vector<MergedNotice>{{{1, 0}, minute(10), Normal},
                                              {{2, 7}, minute(4), Urgent},
                                              {{3}, minute(12), Normal},
                                              {{5}, minute(3), Normal},
                                              {{6}, minute(3), Normal},
                                              {{8}, minute(15), Normal},
                                              {{4}, minute(20), Normal}});
    CHECK(merge_notices({}, minutes(10)).empty());
    CHECK(merge_notices(notices, {}).size() == std::size(notices));
}

}  // namespace
}  // namespace yinuo::connect
