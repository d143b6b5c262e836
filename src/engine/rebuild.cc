#include "engine/rebuild.h"

#include <algorithm>
#include <functional>
#include <map>

#include "engine/damage.h"
#include "engine/entry.h"
#include "engine/paying_rebuild.h"
#include "engine/refold.h"
#include "engine/turner.h"

namespace yinuo::engine {
namespace {

constexpr Millis kRestMost = hours(1);  // of a rate between two tellings
constexpr store::Position kBeat = 256;  // entries between two words of progress

Error interrupted() {
    return {.code = "interrupted",
            .what = {"已中断，什么都没有改变", "interrupted; nothing was changed"}};
}

Instant last_instant(store::Reading& rows) {
    const auto last = rows.last_position();
    const auto entry = last == 0 ? std::nullopt : rows.entry(last);
    return entry ? entry->recorded_at : Instant::min();
}

// Streams in the order in which they began; false: it was stopped. Keys and rates look at what
// their members were made into, so they come second.
bool each_stream(store::Reading& rows, const Goes& goes, RebuildFigures& figures,
                 const std::function<bool(store::StreamId)>& take) {
    const auto of = rows.last_position();
    std::vector<store::StreamId> second;
    bool goes_on = true;
    rows.entries_after(0, [&](const store::Entry& entry) {
        ++figures.entries;
        if (goes && entry.position % kBeat == 0) goes_on = goes(entry.position, of);
        if (!goes_on || entry.stream != entry.position) return goes_on;
        ++figures.streams;
        Arena memory;
        const auto body = read_turn(entry.body, memory);
        if (!body) throw store::Trouble(body.error());
        if (StreamName::parse(body->stream).kind != StreamName::Kind::Subject)
            second.push_back(entry.stream);
        else
            goes_on = take(entry.stream);
        return goes_on;
    });
    for (std::size_t i = 0; i < second.size() && goes_on; ++i) goes_on = take(second[i]);
    return goes_on;
}

void write(store::Writing& rows, const Refolded& made) {
    rows.put_stream(made.stream);
    for (const auto& row : made.rows) rows.put_obligation(row);
    for (const auto& [source, id] : made.facts) rows.put_fact(source, id, made.stream.id);
}

class Comparer {
public:
    Comparer(store::Reading& rows, Refolder& refolder, Comparison& into, std::size_t most)
        : rows_(rows), refolder_(refolder), into_(into), most_(most), last_(last_instant(rows)) {}

    // False: enough was found.
    bool take(store::StreamId id) {
        const auto stands = rows_.stream(id);
        // What is due and not yet told stands as just before.
        Instant at = std::max(last_, stands ? stands->turned_at : last_);
        if (stands && stands->wakes_at <= at)
            at = std::max(stands->turned_at, stands->wakes_at - Millis{1});
        Refolded made{.stream = stands ? *stands : store::Stream{.id = id}, .facts = {}};
        try {
            made = refolder_.refold(rows_, id, at);
        } catch (const store::Trouble& trouble) {
            if (trouble.error().code != kDamage) throw;
            const auto& why = trouble.error().what;
            add("stream-unreadable", made,
                {"无法由日志重算：" + why.zh, "can't be folded from the log: " + why.en});
            return enough();
        }
        into_.figures.obligations += static_cast<std::int64_t>(made.rows.size());
        into_.figures.facts += static_cast<std::int64_t>(made.facts.size());
        if (!stands) {
            add("stream-missing", made, {"没有", "is missing"});
            return enough();
        }
        const bool is_rate = StreamName::parse(made.stream.name).kind == StreamName::Kind::Rate;
        const Instant latest = made.lags ? at + kRestMost : made.stream.wakes_at;
        const bool rests = is_rate && stands->wakes_at <= latest;
        into_.figures.lagging += stands->wakes_at <= last_;
        if (stands->tenant != made.stream.tenant || stands->name != made.stream.name ||
            stands->customer != made.stream.customer ||
            (!is_rate && !made.lags && stands->wakes_at != made.stream.wakes_at))
            add("stream-differs", made, {"与日志不符", "differs from the log"});
        if (made.lags && !rests)
            add("time-missed", made,
                {"有到点的事没有记下，也没有定时器", "something was due, and no timer is set"});
        if (!made.facts_fit)
            add("facts-differ", made,
                {"业务记录不是判定时的那些", "its facts aren't those that it was judged by"});
        compare_rows(made, rests);
        for (const auto& [source, fact] : made.facts)
            if (rows_.find_fact(source, fact) != id)
                add("fact-missing", made,
                    {"找不到事实编号 " + fact, "the id of a fact isn't found: " + fact});
        compare_groups(made);
        return enough();
    }

    // After all: what each rate counts.
    void finish() {
        for (const auto& [rate, wanted] : sums_) {
            Sum found;
            for (const auto& one : rows_.measures(rate, Instant::min(), Instant::max()))
                found.add(one);
            if (found.count == wanted.count && found.sum == wanted.sum) continue;
            const auto stream = rows_.stream(rate);
            Refolded made{.stream = stream ? *stream : store::Stream{.id = rate}, .facts = {}};
            add("measures-differ", made,
                {"计入的样本与日志不符：" + std::to_string(found.count) + "，应为 " +
                     std::to_string(wanted.count),
                 "counts " + std::to_string(found.count) +
                     " measures, not as the log has them: " + std::to_string(wanted.count)});
        }
    }

    // False: enough was found.
    bool tell(const char* code, Text what) {
        if (!enough()) return false;
        into_.differences.push_back(
            {.severity = Severity::Error,
             .error = {.code = code,
                       .what = std::move(what),
                       .mend = {"用 yinuo rebuild 从日志重建",
                                "make it again from the log with yinuo rebuild"}}});
        return enough();
    }

private:
    // Of a rate's measures, in whatever order: a sum of hashes, so that it fits in memory.
    struct Sum {
        std::int64_t count = 0;
        std::uint64_t sum = 0;
        void add(const store::Measure& one) {
            std::uint64_t hash = 0;
            for (const std::uint64_t part :
                 {static_cast<std::uint64_t>(one.member), static_cast<std::uint64_t>(one.ordinal),
                  static_cast<std::uint64_t>(one.at.millis), static_cast<std::uint64_t>(one.good),
                  static_cast<std::uint64_t>(std::hash<std::string>{}(one.value))}) {
                hash = (hash ^ part) * 0x9E3779B97F4A7C15U;
                hash ^= hash >> 29;
            }
            ++count;
            sum += hash;
        }
    };

    bool enough() const { return into_.differences.size() < most_; }

    void add(const char* code, const Refolded& made, const Text& what) {
        const auto& name = made.stream.name;
        tell(code, {"业务 " + name + "：" + what.zh, name + ": " + what.en});
    }

    void compare_rows(const Refolded& made, bool rests) {
        auto stand = rows_.obligations_of(made.stream.id);
        for (const auto& row : made.rows) {
            const auto one = std::ranges::find(stand, row.id, &store::ObligationRow::id);
            const auto name = obligation_text(row.id);
            if (one == stand.end()) {
                add("obligation-missing", made, {"没有履约单 " + name, name + " is missing"});
                continue;
            }
            auto wanted = row;
            if (rests) {
                wanted.counted = one->counted;
                wanted.good = one->good;
            }
            // A rate at rest may have been decided anew by what came late.
            const bool late = rests && made.lags;
            if (!(*one == wanted) && !late)
                add("obligation-differs", made,
                    {"履约单 " + name + " 与日志不符", name + " differs from the log"});
            stand.erase(one);
        }
        for (const auto& row : stand) {
            const auto name = obligation_text(row.id);
            add("obligation-extra", made, {"日志里没有履约单 " + name, name + " isn't in the log"});
        }
    }

    void compare_groups(const Refolded& made) {
        std::vector<store::StreamId> wanted;
        for (const auto& name : made.groups) {
            const auto group = rows_.find_stream(made.stream.tenant, name);
            wanted.push_back(group ? group->id : 0);
        }
        auto stand = rows_.groups_of(made.stream.id);
        std::ranges::sort(wanted);
        std::ranges::sort(stand);
        if (wanted != stand)
            add("key-differs", made,
                {"所属的键与日志不符", "belongs to other keys than the log says"});
        for (const auto& [name, measures] : made.measures) {
            const auto rate = rows_.find_stream(made.stream.tenant, name);
            if (!rate) continue;
            Sum& sum = sums_[rate->id];
            for (auto one : measures) {
                one.member = made.stream.id;
                sum.add(one);
            }
        }
    }

    store::Reading& rows_;
    Refolder& refolder_;
    Comparison& into_;
    const std::size_t most_;
    const Instant last_;
    std::map<store::StreamId, Sum> sums_;
};

}  // namespace

Result<RebuildFigures> rebuild(store::Store& store, Zones& zones, const Goes& goes) {
    RebuildFigures figures;
    try {
        const auto rows = store.write();
        const auto refolder = TRY(Refolder::open(*rows, zones));
        const Instant last = last_instant(*rows);
        rows->drop_projections();
        // A key or rate has its stream before its members join it; it is made again after them.
        std::map<std::pair<store::TenantId, std::string>, store::StreamId> groups;
        rows->entries_after(0, [&](const store::Entry& entry) {
            if (entry.stream != entry.position) return true;
            Arena memory;
            const auto body = read_turn(entry.body, memory);
            if (!body) throw store::Trouble(body.error());
            if (StreamName::parse(body->stream).kind == StreamName::Kind::Subject) return true;
            groups[{entry.tenant, std::string(body->stream)}] = entry.stream;
            rows->put_stream({.id = entry.stream,
                              .tenant = entry.tenant,
                              .name = std::string(body->stream),
                              .turned_at = entry.recorded_at});
            return true;
        });
        const bool all = each_stream(*rows, goes, figures, [&](store::StreamId id) {
            const auto made = refolder->refold(*rows, id, last);
            write(*rows, made);
            for (const auto& name : made.groups) {
                const auto group = groups.find({made.stream.tenant, name});
                if (group == groups.end())
                    throw store::Trouble({.code = "log-incomplete",
                                          .what = {"日志里没有 " + name, "the log lacks " + name}});
                rows->put_member(group->second, id);
            }
            for (const auto& [name, measures] : made.measures)
                rows->put_measures(groups.at({made.stream.tenant, name}), id, measures);
            figures.obligations += static_cast<std::int64_t>(made.rows.size());
            figures.facts += static_cast<std::int64_t>(made.facts.size());
            figures.lagging += made.lags;
            return true;
        });
        if (!all) return refuse(interrupted());
        rebuild_payouts(*rows);
        rows->commit();
    } catch (const store::Trouble& trouble) {
        return refuse(trouble.error());
    }
    return figures;
}

Result<Comparison> compare(store::Reading& rows, Zones& zones, const Goes& goes,
                           std::size_t differences_max) {
    Comparison comparison;
    try {
        const auto refolder = TRY(Refolder::open(rows, zones));
        Comparer comparer(rows, *refolder, comparison, differences_max);
        bool stopped = false;
        const bool all = each_stream(
            rows,
            [&](store::Position done, store::Position of) {
                stopped = goes && !goes(done, of);
                return !stopped;
            },
            comparison.figures, [&](store::StreamId id) { return comparer.take(id); });
        if (stopped) return refuse(interrupted());
        if (all) comparer.finish();
        compare_payouts(rows, [&](const char* code, Text what) {
            return comparer.tell(code, std::move(what));
        });
    } catch (const store::Trouble& trouble) {
        return refuse(trouble.error());
    }
    return comparison;
}

}  // namespace yinuo::engine
