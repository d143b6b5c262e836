// 过程改进 PDCA: what is done about a cause, by whom and until when; whether it helped; and whether
// the cause came back.
//
// An item is a document; its steps are kept in it with who took them and when, and audited. Whether
// it helped is never entered by hand: it is reckoned from what was kept before and after.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/turns.h"
#include "server/json_out.h"
#include "server/reason_codes.h"
#include "twin/compare.h"

namespace yinuo::server {

struct Things;

inline constexpr std::string_view kImprovements = "improvement";

enum class ImprovementState : std::uint8_t {
    Plan,     // 计划
    Do,       // 执行
    Check,    // 检查
    Act,      // 固化: it is how things are done now; its cause is watched
    Dropped,  // 放弃
};
std::span<const std::string_view> improvement_state_names();
std::string_view name_of(ImprovementState);
std::optional<ImprovementState> improvement_state(std::string_view);
Text describe(ImprovementState);
// plan → do → check → act; check → plan (it didn't help); act, dropped → plan; any but act → dropped.
bool may_follow(ImprovementState from, ImprovementState to);

struct Improvement {
    struct Step {
        Instant at;
        std::string by, by_name;  // Actor::id ("system": the recurrence watch), Actor::name
        ImprovementState to = ImprovementState::Plan;
    };
    std::string id;  // "imp_…"
    std::string title, cause, promise, clause, owner, plan, notes;
    std::vector<std::string> five_whys;
    ImprovementState state = ImprovementState::Plan;
    Instant due = Instant::max();
    Instant did_at = Instant::max();  // when it was put into effect; what is measured starts here
    std::int64_t window_days = 28;    // measured so long before and after
    std::int64_t watch_days = 90;     // of the recurrence watch, from `acted_at`; 0: none
    Instant acted_at = Instant::max();
    bool recurred = false;
    Instant recurred_at = Instant::max();  // of the breach
    std::vector<Step> history;
    std::int64_t etag = 0;

    bool is_open() const {
        return state != ImprovementState::Act && state != ImprovementState::Dropped;
    }
    std::string to_json() const;  // the document's body
    static Result<Improvement> read(const store::Document&);
};
std::optional<Improvement> find_improvement(store::Reading&, store::TenantId, std::string_view id);
std::vector<Improvement> improvements(store::Reading&, store::TenantId, std::string_view after,
                                      int limit);

// What came of it, by the obligations that came due in equal windows before and after `did_at`.
struct MeasuredEffect {
    enum class Says : std::uint8_t {
        NotDone,   // `did_at` isn't set, or hasn't come
        TooEarly,  // fewer than kEffectLeast obligations on one side
        Better,    // the interval of the difference of kept-rates lies above zero
        Worse,
        NoDifference,  // that chance couldn't have made
    } says = Says::NotDone;
    Instant from = Instant::max(), until = Instant::max();  // of both windows together
    twin::Share before, after;                              // kept, of those decided
    twin::Difference kept;                                  // after minus before
    // Breaches by the item's cause and what is below it, of all those decided; without a cause none.
    std::optional<twin::Share> cause_before, cause_after;
    twin::Difference by_cause;  // after minus before
    bool is_cut = false;
};
inline constexpr std::int64_t kEffectLeast = 30;
std::string_view name_of(MeasuredEffect::Says);
Text describe(MeasuredEffect::Says);
MeasuredEffect effect_of(const Records&, const Improvement&);

void write_improvement(JsonOut&, const Improvement&, const MeasuredEffect*);

// The first breach by an item's cause since it was put into effect for good, within its days.
struct Recurrence {
    store::TenantId tenant = 0;
    std::string id;
    std::int64_t etag = 0;
    store::ObligationId obligation = 0;
    Instant at;
};
// Reads only; for any thread. Of every tenant.
std::vector<Recurrence> recurrences(store::Reading&, ShelfDesk&, Instant now);
// Reopens those items that are still as they were, and tells of it: improvement.recurred.
void reopen(engine::Turns&, const std::vector<Recurrence>&);
// Both, from a worker: looks on the calling thread, reopens on the engine's. Now and then is enough,
// for what broke meanwhile is found by the next look.
void watch_causes(const Things&);

}  // namespace yinuo::server
