#include "server/incident_board.h"

namespace yinuo::server {
namespace {

constexpr Millis kFresh = seconds(60);
constexpr std::size_t kKeptMost = 1'000;

}  // namespace

// Counted under the lock: who asks meanwhile gets the same answer, not a second counting.
IncidentBoard::Numbers IncidentBoard::of(store::Reading& rows, const engine::Incident& incident,
                                         Instant now) {
    const std::lock_guard hold(lock_);
    const std::pair key{incident.tenant, incident.number};
    const auto known = kept_.find(key);
    if (known != kept_.end() && known->second.at <= now && now < known->second.at + kFresh)
        return known->second.numbers;
    const auto figures = engine::incident_figures(rows, incident, incident.decision.gift);
    const Numbers numbers{.members = figures.members, .made_good = figures.compensated};
    if (kept_.size() >= kKeptMost) kept_.clear();
    kept_[key] = {now, numbers};
    return numbers;
}

}  // namespace yinuo::server
