#include "server/improvements.h"

#include <algorithm>

#include "base/check.h"
#include "engine/entry.h"
#include "engine/tenants.h"
#include "server/api.h"
#include "server/log.h"
#include "server/obligation_out.h"
#include "server/report_out.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kStates[] = {"plan", "do", "check", "act", "dropped"};
constexpr int kItemsMost = 1'000;
constexpr int kBreachesMost = 20'000;  // looked at for one item
constexpr std::size_t kHistoryMost = 200;

constexpr std::uint8_t kKept = static_cast<std::uint8_t>(promise::State::Kept);
constexpr std::uint8_t kBroken = static_cast<std::uint8_t>(promise::State::Broken);

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}
Instant instant_of(const wire::Json& json, std::string_view name) {
    return parse_instant(text_of(json, name)).value_or(Instant::max());
}
std::int64_t number_of(const wire::Json& json, std::string_view name, std::int64_t otherwise) {
    const auto* found = json.find(name);
    return found == nullptr ? otherwise : found->integer().value_or(otherwise);
}

void write_fields(JsonOut& out, const Improvement& item) {
    out.member("id", item.id).member("title", item.title);
    out.member("state", kStates[static_cast<std::size_t>(item.state)]);
    out.member_if("cause", item.cause).member_if("promise", item.promise);
    out.member_if("clause", item.clause).member_if("owner", item.owner);
    out.member_if("due", item.due).member_if("plan", item.plan).member_if("notes", item.notes);
    out.list("five_whys", item.five_whys).member_if("did_at", item.did_at);
    out.member("window_days", item.window_days).member("watch_days", item.watch_days);
    out.member_if("acted_at", item.acted_at).member("recurred", item.recurred);
    out.member_if("recurred_at", item.recurred_at).key("history").open('[');
    for (const auto& step : item.history)
        out.open('{')
            .member("at", step.at)
            .member("by", step.by)
            .member("by_name", step.by_name)
            .member("to", kStates[static_cast<std::size_t>(step.to)])
            .close('}');
    out.close(']');
}

}  // namespace

std::span<const std::string_view> improvement_state_names() { return kStates; }
std::string_view name_of(ImprovementState state) {
    return kStates[static_cast<std::size_t>(state)];
}
std::optional<ImprovementState> improvement_state(std::string_view name) {
    const auto* found = std::ranges::find(kStates, name);
    if (found == std::end(kStates)) return std::nullopt;
    return static_cast<ImprovementState>(found - kStates);
}
Text describe(ImprovementState state) {
    switch (state) {
        case ImprovementState::Plan: return {"计划", "plan"};
        case ImprovementState::Do: return {"执行", "do"};
        case ImprovementState::Check: return {"检查", "check"};
        case ImprovementState::Act: return {"固化", "act"};
        case ImprovementState::Dropped: return {"放弃", "dropped"};
    }
    check(false);
}

bool may_follow(ImprovementState from, ImprovementState to) {
    using enum ImprovementState;
    switch (from) {
        case Plan: return to == Do || to == Dropped;
        case Do: return to == Check || to == Plan || to == Dropped;
        case Check: return to == Act || to == Plan || to == Dropped;
        case Act: return to == Plan;
        case Dropped: return to == Plan;
    }
    check(false);
}

std::string Improvement::to_json() const {
    JsonOut out;
    write_fields(out.open('{'), *this);
    return out.close('}').take();
}

Result<Improvement> Improvement::read(const store::Document& document) {
    Arena memory;
    const auto json = TRY(wire::parse_json(document.body, memory));
    Improvement item;
    item.id = document.id;
    item.etag = document.version;
    item.title = text_of(json, "title");
    item.cause = text_of(json, "cause");
    item.promise = text_of(json, "promise");
    item.clause = text_of(json, "clause");
    item.owner = text_of(json, "owner");
    item.plan = text_of(json, "plan");
    item.notes = text_of(json, "notes");
    item.state = improvement_state(text_of(json, "state")).value_or(ImprovementState::Plan);
    item.due = instant_of(json, "due");
    item.did_at = instant_of(json, "did_at");
    item.acted_at = instant_of(json, "acted_at");
    item.recurred_at = instant_of(json, "recurred_at");
    item.window_days = number_of(json, "window_days", item.window_days);
    item.watch_days = number_of(json, "watch_days", item.watch_days);
    if (const auto* recurred = json.find("recurred"))
        item.recurred = recurred->truth().value_or(false);
    if (const auto* whys = json.find("five_whys"))
        for (const auto& why : whys->items) item.five_whys.emplace_back(why.text);
    if (const auto* history = json.find("history"))
        for (const auto& step : history->items)
            item.history.push_back(
                {.at = instant_of(step, "at"),
                 .by = text_of(step, "by"),
                 .by_name = text_of(step, "by_name"),
                 .to = improvement_state(text_of(step, "to")).value_or(ImprovementState::Plan)});
    return item;
}

std::optional<Improvement> find_improvement(store::Reading& reading, store::TenantId tenant,
                                            std::string_view id) {
    const auto document = reading.document(tenant, kImprovements, id);
    if (!document) return std::nullopt;
    auto item = Improvement::read(*document);
    if (!item) throw store::Trouble(item.error());
    return std::move(*item);
}

std::vector<Improvement> improvements(store::Reading& reading, store::TenantId tenant,
                                      std::string_view after, int limit) {
    std::vector<Improvement> all;
    for (const auto& document : reading.documents(tenant, kImprovements, after, limit)) {
        auto item = Improvement::read(document);
        if (!item) throw store::Trouble(item.error());
        all.push_back(std::move(*item));
    }
    return all;
}

// --- whether it helped ------------------------------------------------------------------------------

std::string_view name_of(MeasuredEffect::Says says) {
    switch (says) {
        case MeasuredEffect::Says::NotDone: return "not done";
        case MeasuredEffect::Says::TooEarly: return "too early";
        case MeasuredEffect::Says::Better: return "better";
        case MeasuredEffect::Says::Worse: return "worse";
        case MeasuredEffect::Says::NoDifference: return "no difference";
    }
    check(false);
}
Text describe(MeasuredEffect::Says says) {
    switch (says) {
        case MeasuredEffect::Says::NotDone: return {"还没有实施", "not put into effect yet"};
        case MeasuredEffect::Says::TooEarly:
            return {"为时尚早：前后各要有 30 单", "too early: it takes 30 on each side"};
        case MeasuredEffect::Says::Better: return {"确有改善", "better, beyond chance"};
        case MeasuredEffect::Says::Worse: return {"确有恶化", "worse, beyond chance"};
        case MeasuredEffect::Says::NoDifference:
            return {"看不出差别", "no difference that chance couldn't make"};
    }
    check(false);
}

MeasuredEffect effect_of(const Records& records, const Improvement& item) {
    MeasuredEffect made;
    if (item.did_at >= records.now) return made;
    const auto after_end = std::min(records.now, item.did_at + hours(24 * item.window_days));
    const auto length = after_end - item.did_at;
    made.from = item.did_at - length;
    made.until = after_end;
    const auto versions = known_versions(records);
    const auto gathered = gather(
        records, versions,
        {.from = made.from, .until = made.until, .promise = item.promise, .clause = item.clause},
        {kKept, kBroken});
    made.is_cut = gathered.is_cut;
    const auto codes = ReasonCodes::read(records.reading, records.tenant);
    const auto family = codes.family(item.cause);
    Causes causes(records, codes);
    std::int64_t kept[2] = {}, all[2] = {}, by_cause[2] = {};
    for (const auto& row : gathered.rows) {
        const int side = counted_at(row) < item.did_at ? 0 : 1;
        ++all[side];
        if (row.state == kKept) ++kept[side];
        if (row.state == kBroken && !item.cause.empty() && family.contains(causes.of(row)))
            ++by_cause[side];
    }
    made.before = twin::share(kept[0], all[0]);
    made.after = twin::share(kept[1], all[1]);
    made.kept = twin::difference(made.after, made.before);
    if (!item.cause.empty()) {
        made.cause_before = twin::share(by_cause[0], all[0]);
        made.cause_after = twin::share(by_cause[1], all[1]);
        made.by_cause = twin::difference(*made.cause_after, *made.cause_before);
    }
    using Says = MeasuredEffect::Says;
    made.says = std::min(all[0], all[1]) < kEffectLeast ? Says::TooEarly
                : made.kept.low > 0                     ? Says::Better
                : made.kept.high < 0                    ? Says::Worse
                                                        : Says::NoDifference;
    return made;
}

void write_improvement(JsonOut& out, const Improvement& item, const MeasuredEffect* effect) {
    write_fields(out.open('{'), item);
    write_text(out.key("state_text"), describe(item.state));
    if (effect != nullptr) {
        out.key("check").open('{').member("says", name_of(effect->says));
        write_text(out.key("says_text"), describe(effect->says));
        if (effect->says != MeasuredEffect::Says::NotDone) {
            out.member("from", effect->from).member("until", effect->until);
            write_share(out.key("before"), effect->before);
            write_share(out.key("after"), effect->after);
            write_difference(out.key("difference"), effect->kept);
            if (effect->cause_before) {
                write_share(out.key("cause_before"), *effect->cause_before);
                write_share(out.key("cause_after"), *effect->cause_after);
                write_difference(out.key("cause_difference"), effect->by_cause);
            }
            out.member("complete", !effect->is_cut);
        }
        out.close('}');
    }
    out.close('}');
}

// --- whether it came back ---------------------------------------------------------------------------

namespace {

std::optional<Recurrence> recurrence_of(const Records& records, const KnownVersions& versions,
                                        const ReasonCodes& codes, Causes& causes,
                                        const Improvement& item) {
    if (item.state != ImprovementState::Act || item.cause.empty() || item.watch_days == 0)
        return std::nullopt;
    const auto until =
        std::min(records.now + Millis{1}, item.acted_at + hours(24 * item.watch_days));
    // What was due before it was put into effect broke under what was so before.
    const auto gathered = gather(
        records, versions,
        {.from = item.acted_at, .until = until, .promise = item.promise, .clause = item.clause},
        {kBroken}, kBreachesMost);
    const auto family = codes.family(item.cause);
    for (const auto& row : gathered.rows)
        if (family.contains(causes.of(row)))
            return Recurrence{.tenant = records.tenant,
                              .id = item.id,
                              .etag = item.etag,
                              .obligation = row.id,
                              .at = row.broken_at};
    return std::nullopt;
}

}  // namespace

std::vector<Recurrence> recurrences(store::Reading& reading, ShelfDesk& shelves, Instant now) {
    std::vector<Recurrence> all;
    for (const auto& tenant : engine::tenants(reading)) {
        auto items = improvements(reading, tenant.id, {}, kItemsMost);
        std::erase_if(items, [](const auto& item) { return item.state != ImprovementState::Act; });
        if (items.empty()) continue;
        const Records records{
            .reading = reading, .shelves = shelves, .tenant = tenant.id, .now = now};
        const auto versions = known_versions(records);
        const auto codes = ReasonCodes::read(reading, tenant.id);
        Causes causes(records, codes);
        for (const auto& item : items)
            if (auto found = recurrence_of(records, versions, codes, causes, item))
                all.push_back(std::move(*found));
    }
    return all;
}

void reopen(engine::Turns& turns, const std::vector<Recurrence>& all) {
    for (const auto& one : all) {
        auto item = find_improvement(turns.rows(), one.tenant, one.id);
        if (!item || item->etag != one.etag) continue;  // somebody was quicker
        const engine::Actor watch{.tenant = one.tenant, .id = "system", .name = "system"};
        item->state = ImprovementState::Plan;
        item->recurred = true;
        item->recurred_at = one.at;
        if (item->history.size() >= kHistoryMost) item->history.erase(item->history.begin() + 1);
        item->history.push_back(
            {.at = turns.now(), .by = watch.id, .by_name = watch.name, .to = item->state});
        check(turns.rows().put_document({.tenant = one.tenant,
                                         .collection = std::string(kImprovements),
                                         .id = one.id,
                                         .version = one.etag + 1,
                                         .key = {},
                                         .body = item->to_json()}));
        turns.audit(watch, "improvement.recurred", "improvement/" + one.id);
        JsonOut data;
        data.open('{').member("improvement", one.id).member("title", item->title);
        data.member("cause", item->cause).member("owner", item->owner);
        data.member("obligation", engine::obligation_text(one.obligation));
        data.member("broken_at", one.at).close('}');
        turns.announce(one.tenant, "improvement.recurred", "improvement/" + one.id, data.take(),
                       turns.rows().last_position());
    }
}

void watch_causes(const Things& things) {
    try {
        const auto reading = things.store.read();
        const auto found = recurrences(*reading, things.shelves, things.engine_clock.now());
        if (found.empty()) return;
        things.engine.act(
            [found](engine::Turns& turns) -> Result<void> {
                reopen(turns, found);
                return {};
            },
            [&log = things.log](Result<void> done) {
                if (!done) log.warn("watch-causes", done.error());
            });
    } catch (const store::Trouble& trouble) {
        things.log.warn("watch-causes", trouble.error());
    }
}

}  // namespace yinuo::server
