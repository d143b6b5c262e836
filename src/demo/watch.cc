#include "demo/watch.h"

#include "base/arena.h"
#include "base/check.h"
#include "engine/entry.h"

namespace yinuo::demo {
namespace {

constexpr std::size_t kNewest = 5;
constexpr std::int64_t kMinute = 60'000;

}  // namespace

void Watch::catch_up() {
    const auto reading = store_.read();
    reading->entries_after(seen_until_, [&](const store::Entry& entry) {
        if (entry.kind == static_cast<std::uint8_t>(engine::EntryKind::Turn)) take(*reading, entry);
        seen_until_ = entry.position;
        return true;
    });
}

void Watch::take(store::Reading& reading, const store::Entry& entry) {
    Arena memory;
    const auto turn = engine::read_turn(entry.body, memory);
    check(turn.has_value());
    const std::lock_guard hold(lock_);
    auto& company = companies_[entry.tenant];
    const auto minute = entry.recorded_at.millis / kMinute;
    auto& minutes = company.minutes;
    if (minutes.empty() || minutes.back().at != minute) minutes.push_back({.at = minute});
    while (minutes.front().at < minute - 60) minutes.pop_front();
    for (const auto& change : turn->changes) {
        for (const auto& step : change.steps) {
            using enum promise::EventKind;
            minutes.back().kept += step.kind == Kept;
            minutes.back().broken += step.kind == Broken;
            minutes.back().at_risk += step.kind == Warned;
            company.reversed += step.kind == Reversed;
            if (step.kind != Kept && step.kind != Broken && step.kind != Reversed) continue;
            if (shelf_.find(change.version) == nullptr)
                check(engine::fill_shelf(reading, shelf_).has_value());
            const auto* version = shelf_.find(change.version);
            check(version != nullptr);
            const auto clause = static_cast<std::size_t>(change.clause);
            company.newest.push_front({.id = change.id,
                                       .clause = version->promise->clauses[clause].title,
                                       .subject = std::string(turn->stream),
                                       .what = step.kind,
                                       .recorded_at = entry.recorded_at,
                                       .due_at = change.due_at});
            if (company.newest.size() > kNewest) company.newest.pop_back();
        }
    }
}

Seen Watch::seen(store::TenantId tenant, Instant now) const {
    const std::lock_guard hold(lock_);
    const auto found = companies_.find(tenant);
    if (found == companies_.end()) return {};
    const auto& company = found->second;
    Seen seen{.reversed = company.reversed,
              .newest = {company.newest.begin(), company.newest.end()}};
    for (const auto& minute : company.minutes) {
        if (minute.at < now.millis / kMinute - 60) continue;
        seen.kept += minute.kept;
        seen.broken += minute.broken;
        seen.at_risk += minute.at_risk;
    }
    return seen;
}

}  // namespace yinuo::demo
