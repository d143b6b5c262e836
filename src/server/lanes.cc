#include "server/lanes.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "server/obligation_out.h"

namespace yinuo::server {
namespace {

using promise::State;

constexpr int kStreamsMost = 5'000;       // counted one by one, for who sees only some
constexpr std::int64_t kServesTimes = 5;  // as long as it took to count; a second at least
constexpr int kOverdueLooked = 2'000;     // latest breaches looked at for whether they still last

// By the time that is left; `all` also what has no due instant.
struct Left {
    std::int64_t seconds = 0, minutes = 0, hours = 0, days = 0, undated = 0, all = 0;

    Left& operator+=(const Left& other) {
        seconds += other.seconds, minutes += other.minutes, hours += other.hours;
        days += other.days, undated += other.undated, all += other.all;
        return *this;
    }
};

struct Counts {
    std::array<Left, promise::kStates> states = {};  // of what is over `all` alone
    std::int64_t overdue = 0;
    bool partial = false;

    Left& of(State state) { return states[static_cast<std::size_t>(state)]; }
    const Left& of(State state) const { return states[static_cast<std::size_t>(state)]; }
};

constexpr State kOpen[] = {State::Pending, State::Running, State::Paused, State::AtRisk};

void count_left(Left& left, Instant due, Instant now) {
    auto& lane = due >= Instant::max()          ? left.undated
                 : due < now + minutes(1)       ? left.seconds
                 : due < now + yinuo::hours(1)  ? left.minutes
                 : due < now + yinuo::hours(24) ? left.hours
                                                : left.days;
    ++lane;
}

Counts of_tenant(store::Reading& reading, store::TenantId tenant, Instant now) {
    Counts counts;
    for (const auto& [state, count] : reading.count_by_state(tenant))
        counts.states[state].all = count;
    // The last instant before "never": what has a due instant at all.
    const Instant never = Instant::max() - Millis{1};
    const Instant edges[] = {Instant::min(), now + minutes(1), now + hours(1), now + hours(24),
                             never};
    for (const auto state : kOpen) {
        auto& left = counts.of(state);
        if (left.all == 0) continue;
        const auto count = [&](Instant from, Instant until) {
            return reading.count_due(tenant, static_cast<std::uint8_t>(state), from, until);
        };
        left.seconds = count(edges[0], edges[1]);
        left.minutes = count(edges[1], edges[2]);
        left.hours = count(edges[2], edges[3]);
        // Counting is a walk over an index: what is likely the most is what remains.
        const auto rest = left.all - left.seconds - left.minutes - left.hours;
        if (state == State::Paused || state == State::Pending) {
            left.days = count(edges[3], edges[4]);
            left.undated = rest - left.days;
        } else {
            left.undated = count(never, Instant::max());
            left.days = rest - left.undated;
        }
    }
    store::ObligationQuery query{.tenant = tenant,
                                 .states = {static_cast<std::uint8_t>(State::Broken)},
                                 .latest_first = true,
                                 .limit = kOverdueLooked};
    for (const auto& row : reading.obligations(query))
        counts.overdue += row.settled_at >= Instant::max();
    counts.partial = counts.of(State::Broken).all > kOverdueLooked;
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
            auto& left = counts.of(state);
            ++left.all;
            if (promise::is_open(state)) count_left(left, row.due_at, now);
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

void write_left(JsonOut& out, const Left& left) {
    out.member("seconds", left.seconds).member("minutes", left.minutes);
    out.member("hours", left.hours).member("days", left.days).member("undated", left.undated);
}

void write_tab(JsonOut& out, std::string_view name, const Left& left) {
    out.key(name).open('{');
    write_left(out, left);
    out.member("total", left.all).close('}');
}

std::string written(const Counts& counts, Instant now) {
    JsonOut out;
    out.open('{').member("at", now).key("states").open('{');
    for (std::size_t i = 0; i < counts.states.size(); ++i)
        out.member(promise::name_of(static_cast<State>(i)), counts.states[i].all);
    Left open;
    for (const auto state : kOpen) open += counts.of(state);
    out.close('}').key("left").open('{').member("overdue", counts.overdue);
    write_left(out, open);
    Left savable;
    for (const auto state : states_of(Tab::Savable)) savable += counts.of(state);
    out.close('}').key("tabs").open('{');
    write_tab(out, name_of(Tab::Savable), savable);
    write_tab(out, name_of(Tab::AboutToBreak), counts.of(State::AtRisk));
    out.key(name_of(Tab::Broken)).open('{').member("lasting", counts.overdue);
    out.member("total", counts.of(State::Broken).all).close('}');
    write_tab(out, name_of(Tab::Paused), counts.of(State::Paused));
    return out.close('}').member("partial", counts.partial).close('}').take();
}

}  // namespace

std::span<const promise::State> states_of(Tab tab) {
    static constexpr State kSavable[] = {State::Pending, State::Running};
    static constexpr State kAtRisk[] = {State::AtRisk};
    static constexpr State kBroken[] = {State::Broken};
    static constexpr State kPaused[] = {State::Paused};
    switch (tab) {
        case Tab::Savable: return kSavable;
        case Tab::AboutToBreak: return kAtRisk;
        case Tab::Broken: return kBroken;
        case Tab::Paused: return kPaused;
    }
    return {};
}

std::string_view name_of(Tab tab) { return kTabs[static_cast<std::size_t>(tab)]; }

std::optional<Tab> parse_tab(std::string_view name) {
    const auto found = std::ranges::find(kTabs, name);
    if (found == std::end(kTabs)) return std::nullopt;
    return static_cast<Tab>(found - std::begin(kTabs));
}

DueWindow window_of(std::string_view lane, Instant now) {
    if (lane == "seconds") return {Instant::min(), now + minutes(1)};
    if (lane == "minutes") return {now + minutes(1), now + hours(1)};
    if (lane == "hours") return {now + hours(1), now + hours(24)};
    if (lane == "days") return {now + hours(24), Instant::max() - Millis{1}};
    return {Instant::max(), Instant::max()};
}

std::string Lanes::json(const Call& call) {
    const auto role = call.who.role;
    if (role == Role::Customer || role == Role::Partner)
        return written(of_streams(call, *call.things.store.read()), call.things.engine_clock.now());
    const std::lock_guard hold(lock_);
    auto& kept = kept_[call.who.tenant];
    if (kept.json.empty() || call.at >= kept.at + kept.serves || call.at < kept.at) {
        const auto now = call.things.engine_clock.now();
        const auto begun = std::chrono::steady_clock::now();
        kept = {.at = call.at,
                .json = written(of_tenant(*call.things.store.read(), call.who.tenant, now), now)};
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - begun);
        kept.serves = std::max(seconds(1), Millis{took.count() * kServesTimes});
    }
    return kept.json;
}

}  // namespace yinuo::server
