#include <algorithm>

#include "engine/entry.h"
#include "engine/paying.h"
#include "engine/recovering.h"
#include "server/figures.h"
#include "server/obligation_out.h"
#include "server/recovery_carrier.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr auto kKept = static_cast<std::uint8_t>(promise::State::Kept);
constexpr auto kBroken = static_cast<std::uint8_t>(promise::State::Broken);

// What the engine begins no recovery for (engine/recovering.h).
bool has_no_recovery(const KnownVersion& version) {
    return version.promise == engine::kRecovery || version.promise == "chase";
}

// One breach, as far as rows and entries tell.
class Aftermath {
public:
    Aftermath(const Records& records, const KnownVersions& versions,
              const store::ObligationRow& row)
        : reading_(records.reading), versions_(versions), row_(row) {
        reach(Stage::Broken);
        const auto claim = static_cast<promise::Claim>(row.claim);
        if (claim == promise::Claim::None || claim == promise::Claim::Confirmed)
            reach(Stage::Verified);
        if (was_told()) reach(Stage::Told);
        if (was_paid()) reach(Stage::MadeGood);
        const auto id = engine::obligation_text(row.id);
        if (const auto stream = reading_.find_stream(records.tenant, recovery_subject(id)))
            look_at(*stream);
    }

    bool has_reached(std::size_t stage) const { return reached_[stage]; }

private:
    void reach(Stage stage) { reached_[static_cast<std::size_t>(stage)] = true; }

    void look_at(const store::Stream& recovery) {
        reach(Stage::Recovering);
        for (const auto& clock : reading_.obligations_of(recovery.id)) {
            const auto version = versions_.find(clock.version);
            if (version == versions_.end() || version->second.promise != engine::kRecovery)
                continue;
            const auto& name = version->second.clauses[static_cast<std::size_t>(clock.clause)].name;
            const bool is_done = clock.state == kKept ||
                                 (clock.state == kBroken && clock.settled_at < Instant::max());
            if (name == "follow-up") {
                reach(Stage::MadeGood);  // from which its clock began
                if (is_done) reach(Stage::FollowedUp);
            }
            if (!is_done) continue;
            if (name == "contact") reach(Stage::Contacted);
            if (name == "plan") reach(Stage::Planned);
        }
    }

    // A notice about it that went out after it broke.
    bool was_told() {
        bool told = false;
        const auto id = engine::obligation_text(row_.id);
        reading_.entries_of(row_.stream, 0, [&](const store::Entry& entry) {
            if (entry.kind != static_cast<std::uint8_t>(engine::EntryKind::Delivery) ||
                entry.recorded_at < row_.broken_at)
                return true;
            Arena memory;
            const auto body = wire::parse_json(entry.body, memory);
            if (!body) throw store::Trouble(body.error());
            const auto* type = body->find("type");
            const auto* outcome = body->find("outcome");
            const auto* about = body->find("obligations");
            told = type != nullptr && type->text == "notice" && outcome != nullptr &&
                   outcome->text == "sent" && about != nullptr &&
                   std::ranges::find(about->items, id, &wire::Json::text) != about->items.end();
            return !told;
        });
        return told;
    }

    bool was_paid() {
        bool any = false;
        for (const auto& payout : reading_.payouts_of(row_.id)) {
            const auto view = engine::open_payout(payout);
            if (!view) throw store::Trouble(view.error());
            const auto state = view->payout.state;
            if (view->payout.back || state == remedy::PayoutState::Cancelled) continue;
            if (state != remedy::PayoutState::Paid) return false;
            any = true;
        }
        return any;
    }

    store::Reading& reading_;
    const KnownVersions& versions_;
    const store::ObligationRow& row_;
    std::array<bool, kStages> reached_{};
};

}  // namespace

std::string_view name_of(Stage stage) {
    switch (stage) {
        case Stage::Broken: return "broken";
        case Stage::Verified: return "verified";
        case Stage::Recovering: return "recovering";
        case Stage::Told: return "told";
        case Stage::Contacted: return "contacted";
        case Stage::Planned: return "planned";
        case Stage::MadeGood: return "made good";
        case Stage::FollowedUp: return "followed up";
    }
    return {};
}

Text describe(Stage stage) {
    switch (stage) {
        case Stage::Broken: return {"违约", "Broken"};
        case Stage::Verified: return {"已核实", "Verified"};
        case Stage::Recovering: return {"已启动补救", "Recovery begun"};
        case Stage::Told: return {"已告知客户", "Customer told"};
        case Stage::Contacted: return {"已联系", "Contacted"};
        case Stage::Planned: return {"已给方案", "Plan given"};
        case Stage::MadeGood: return {"已补好", "Made good"};
        case Stage::FollowedUp: return {"已回访", "Followed up"};
    }
    return {};
}

Funnel recovery_funnel(const Records& records, const Window& window) {
    const auto versions = known_versions(records);
    Funnel made;
    made.is_cut = !each_due(records, versions, window, {kBroken}, kFunnelMost,
                            [&](const store::ObligationRow& row, const KnownVersion& version) {
                                const auto clause = static_cast<std::size_t>(row.clause);
                                if (version.clauses[clause].outer >= 0 || !row.label.empty() ||
                                    has_no_recovery(version))
                                    return;
                                const Aftermath one(records, versions, row);
                                for (std::size_t i = 0; i < kStages; ++i)
                                    made.reached[i] += one.has_reached(i) ? 1 : 0;
                            });
    return made;
}

}  // namespace yinuo::server
