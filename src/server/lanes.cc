#include "server/lanes.h"

#include <array>

#include "server/obligation_out.h"

namespace yinuo::server {
namespace {

using promise::State;

constexpr int kStreamsMost = 5'000;    // counted one by one, for who sees only some
constexpr int kOverdueLooked = 2'000;  // latest breaches looked at for whether they still last

struct Counts {
    std::array<std::int64_t, promise::kStates> states = {};
    std::int64_t seconds = 0, minutes = 0, hours = 0, days = 0, undated = 0, overdue = 0;
    bool partial = false;
};

void count_left(Counts& counts, Instant due, Instant now, std::int64_t many) {
    auto& lane = due >= Instant::max()          ? counts.undated
                 : due < now + minutes(1)       ? counts.seconds
                 : due < now + yinuo::hours(1)  ? counts.minutes
                 : due < now + yinuo::hours(24) ? counts.hours
                                                : counts.days;
    lane += many;
}

Counts of_tenant(store::Reading& reading, store::TenantId tenant, Instant now) {
    Counts counts;
    for (const auto& [state, count] : reading.count_by_state(tenant)) counts.states[state] = count;
    const Instant edges[] = {Instant::min(), now + minutes(1), now + hours(1), now + hours(24)};
    std::int64_t* const lanes[] = {&counts.seconds, &counts.minutes, &counts.hours};
    for (const auto state : {State::Pending, State::Running, State::Paused, State::AtRisk}) {
        const auto number = static_cast<std::uint8_t>(state);
        if (counts.states[number] == 0) continue;
        std::int64_t dated = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            const auto in_lane = reading.count_due(tenant, number, edges[i], edges[i + 1]);
            *lanes[i] += in_lane;
            dated += in_lane;
        }
        // The last instant before "never": what has a due instant at all.
        const auto later = reading.count_due(tenant, number, edges[3], Instant::max() - Millis{1});
        counts.days += later;
        counts.undated += counts.states[number] - dated - later;
    }
    store::ObligationQuery query{.tenant = tenant,
                                 .states = {static_cast<std::uint8_t>(State::Broken)},
                                 .latest_first = true,
                                 .limit = kOverdueLooked};
    for (const auto& row : reading.obligations(query))
        counts.overdue += row.settled_at >= Instant::max();
    counts.partial = counts.states[static_cast<std::size_t>(State::Broken)] > kOverdueLooked;
    return counts;
}

Counts of_streams(const Call& call, store::Reading& reading) {
    Counts counts;
    const auto now = call.things.engine_clock.now();
    int looked_at = 0;
    const auto add = [&](const store::Stream& stream) {
        if (!may_see(call.who, stream)) return;
        for (const auto& row : reading.obligations_of(stream.id)) {
            const auto state = static_cast<State>(row.state);
            ++counts.states[row.state];
            if (promise::is_open(state)) count_left(counts, row.due_at, now, 1);
            counts.overdue += state == State::Broken && row.settled_at >= Instant::max();
        }
    };
    if (call.who.role == Role::Customer) {
        for (const auto& stream : reading.streams_of_customer(call.who.customer)) add(stream);
        return counts;
    }
    for (const auto& prefix : call.who.subjects) {
        std::string after;
        while (!counts.partial) {
            const auto found = reading.streams(call.who.tenant, prefix, after, 200);
            for (const auto& stream : found) add(stream);
            if (found.size() < 200) break;
            after = found.back().name;
            counts.partial = (looked_at += 200) >= kStreamsMost;
        }
    }
    return counts;
}

std::string written(const Counts& counts, Instant now) {
    JsonOut out;
    out.open('{').member("at", now).key("states").open('{');
    for (std::size_t i = 0; i < counts.states.size(); ++i)
        out.member(promise::name_of(static_cast<State>(i)), counts.states[i]);
    out.close('}').key("left").open('{').member("overdue", counts.overdue);
    out.member("seconds", counts.seconds).member("minutes", counts.minutes);
    out.member("hours", counts.hours).member("days", counts.days);
    out.member("undated", counts.undated).close('}');
    return out.member("partial", counts.partial).close('}').take();
}

}  // namespace

std::string Lanes::json(const Call& call) {
    const auto role = call.who.role;
    if (role == Role::Customer || role == Role::Partner)
        return written(of_streams(call, *call.things.store.read()), call.things.engine_clock.now());
    const std::lock_guard hold(lock_);
    auto& kept = kept_[call.who.tenant];
    if (kept.json.empty() || call.at >= kept.at + seconds(1) || call.at < kept.at) {
        const auto now = call.things.engine_clock.now();
        kept = {call.at, written(of_tenant(*call.things.store.read(), call.who.tenant, now), now)};
    }
    return kept.json;
}

}  // namespace yinuo::server
