// Clauses that look beyond one subject: keys whose members' facts are folded together, and rates,
// to which every subject adds its part.
#include <algorithm>

#include "engine/damage.h"
#include "engine/turner.h"
#include "promise/history.h"
#include "promise/rate.h"

namespace yinuo::engine {
namespace {

// A running rate is told anew at most so often, and the more members it has the more seldom: the
// numbers of a running period are a matter of minutes, its verdict is told at its end.
Millis rate_rest(std::size_t members) {
    return {std::max<std::int64_t>(60'000, static_cast<std::int64_t>(members))};
}

const promise::Rate& rate_of(const promise::Promise& promise, int clause) {
    return std::get<promise::Rate>(promise.clauses[static_cast<std::size_t>(clause)].shape);
}

}  // namespace

store::StreamId Turner::group_stream(Group& group, store::TenantId tenant,
                                     const std::string& name) {
    if (const auto found = group.rows.find_stream(tenant, name)) return found->id;
    Loaded in{.stream = {.id = group.rows.last_position() + 1,
                         .tenant = tenant,
                         .name = name,
                         .turned_at = {}},
              .fresh = true};
    Deciding nothing;
    finish(group, in, nothing, {});
    return in.stream.id;
}

void Turner::look_across(Instant now, const Version& version, const Loaded& in,
                         std::span<const promise::Fact* const> facts,
                         std::span<const promise::Fact* const> verdicts) {
    if (version.keyed.empty() && version.rates.empty()) return;
    const auto& promise = *version.promise;
    std::vector<const promise::Fact*> all(facts.begin(), facts.end());
    all.insert(all.end(), verdicts.begin(), verdicts.end());
    std::stable_sort(all.begin(), all.end(),
                     [](const auto* a, const auto* b) { return promise::comes_before(*a, *b); });
    Across across{.version = &version};
    for (const int clause : version.keyed) {
        for (const auto* fact : all) {
            const auto key = promise::key_of(promise.clauses[static_cast<std::size_t>(clause)],
                                             *fact, promise, folding_);
            if (!key.empty())
                across.keys.insert(
                    StreamName::of(StreamName::Kind::Key, version.position, clause, key));
        }
    }
    Instant first = Instant::max();
    // Also of what was corrected or taken back: it may have counted in an earlier period.
    for (const auto& fact : in.facts) first = std::min(first, fact.at);
    for (const auto* fact : all) first = std::min(first, fact->at);
    for (const int clause : version.rates) {
        std::vector<promise::Measured> measured;
        promise::measure_rate(promise, clause, all, now, folding_, measured);
        for (const auto& one : measured) {
            auto& of = across.measures[StreamName::of(StreamName::Kind::Rate, version.position,
                                                      clause, one.group)];
            of.from = std::min({of.from, first, one.at});
            if (!one.counted) continue;
            of.rows.push_back(
                {.ordinal = static_cast<std::int32_t>(of.rows.size()),
                 .at = one.at,
                 .good = one.good,
                 .value = rate_of(promise, clause).value ? one.value.to_string() : std::string()});
        }
    }
    across_.push_back(std::move(across));
}

// After the member's own entry is written: its keys and measures are brought up to date.
void Turner::write_across(Group& group, const Loaded& in, bool changed) {
    const auto across = std::move(across_);
    across_.clear();
    if (!changed || across.empty()) return;
    drop_measures(group, in, across);
    for (const auto& one : across) {
        for (const auto& name : one.keys) {
            const auto key = group_stream(group, in.stream.tenant, name);
            group.rows.put_member(key, in.stream.id);
            others_.insert(key);
        }
        for (const auto& [name, measures] : one.measures) {
            const auto id = group_stream(group, in.stream.tenant, name);
            group.rows.put_member(id, in.stream.id);
            group.rows.put_measures(id, in.stream.id, measures.rows);
            wake_rate(group, id, measures.from);
        }
    }
}

// This member's keys hear of it; of the rates that it was counted in before, those where it counts
// for nothing any more forget it.
void Turner::drop_measures(Group& group, const Loaded& in, std::span<const Across> across) {
    for (const auto id : group.rows.groups_of(in.stream.id)) {
        const auto stream = group.rows.stream(id);
        if (!stream) damaged({"键或比率不在了", "a key or rate is missing"});
        if (StreamName::parse(stream->name).kind == StreamName::Kind::Key) {
            others_.insert(id);
            continue;
        }
        if (std::ranges::any_of(
                across, [&](const Across& one) { return one.measures.contains(stream->name); }))
            continue;
        group.rows.put_measures(id, in.stream.id, {});
        Instant from = Instant::max();
        for (const auto& fact : in.facts) from = std::min(from, fact.at);
        wake_rate(group, id, from);
    }
}

void Turner::wake_rate(Group& group, store::StreamId id, Instant changed_from) {
    auto& rate = rates_[id];
    rate.dirty_from = std::min(rate.dirty_from, changed_from);
    auto stream = *group.rows.stream(id);
    const Instant soon = group.now + rate_rest(rate.members);
    if (stream.wakes_at <= soon) return;
    stream.wakes_at = soon;
    group.rows.put_stream(stream);
    group.on_timer(id, soon);
}

void Turner::turn_others(Group& group) {
    while (!others_.empty()) {
        const auto id = *others_.begin();
        others_.erase(others_.begin());
        const auto stream = group.rows.stream(id);
        if (!stream) damaged({"键或比率不在了", "a key or rate is missing"});
        // A rate takes its members' measures when it wakes.
        const StreamName name = StreamName::parse(stream->name);
        if (name.kind != StreamName::Kind::Key) continue;
        kept_.reset();
        memory_.reset();
        Loaded in{.stream = *stream};
        load(group.rows, in);
        Deciding deciding;
        decide_key(group.rows, group.now, in, name, deciding);
        finish(group, in, deciding, {});
    }
}

void Turner::decide_rate(store::Reading& rows, Instant now, Loaded& in, const StreamName& name,
                         Deciding& deciding) {
    const Version* version = shelf_.find(name.version);
    if (version == nullptr ||
        std::ranges::find(version->rates, name.clause) == version->rates.end())
        damaged({"比率所属的条款没有发布过", "a rate belongs to a clause never published"});
    const auto& promise = *version->promise;
    // After a restart nobody remembers what changed: everything is looked at again.
    RateMemory& memory = rates_[in.stream.id];
    Instant from = std::max(memory.dirty_from, promise.effective_from);
    for (const auto& row : in.rows)
        if (row.settled_at == Instant::max() && row.started_at < from) from = row.started_at;

    std::vector<promise::Measured> measured;
    const auto take = [&](Instant begin, Instant end) {
        measured.clear();
        for (const auto& one : rows.measures(in.stream.id, begin, end))
            measured.push_back({.group = {},
                                .at = one.at,
                                .counted = true,
                                .good = one.good,
                                .value = Decimal::parse(one.value).value_or(0)});
        return measured.size();
    };
    if (from == Instant::min()) {
        if (take(Instant::min(), Instant::max()) == 0) return;
        from = measured.front().at;
    }
    memory.members = 0;
    const auto spans = rate_of(promise, name.clause).over.size();
    for (std::size_t span = 0; span < spans; ++span) {
        Instant at = from;
        // After its time in force there is nothing to be judged, however late something is learned.
        while (at < promise.effective_until) {
            const auto period = promise::rate_periods_at(promise, name.clause, at)[span];
            memory.members = std::max(memory.members, take(period.begin, period.end));
            const auto label = memory_.copy(
                name.key.empty() ? period.label : std::string(name.key) + " " + period.label);
            const auto sum = promise::sum_of(rate_of(promise, name.clause), measured);
            collect(*version,
                    promise::decide_period(promise, name.clause, name.key, period, sum,
                                           in.of(name.version).events, now, folding_),
                    in, deciding, label, sum);
            if (period.end > now) break;
            at = period.end;
        }
    }
    memory.dirty_from = now;
}

}  // namespace yinuo::engine
