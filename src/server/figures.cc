#include "server/figures.h"

#include <algorithm>
#include <functional>

namespace yinuo::server {
namespace {

constexpr auto kKept = static_cast<std::uint8_t>(promise::State::Kept);
constexpr auto kBroken = static_cast<std::uint8_t>(promise::State::Broken);
constexpr std::int64_t kHour = 3'600'000;

// A leg counts only where it is asked for by name.
bool counts(const store::ObligationRow& row, const KnownVersion& version, const Window& window) {
    return !window.clause.empty() ||
           version.clauses[static_cast<std::size_t>(row.clause)].outer < 0;
}

bool is_counted_by_index(const KnownVersions& versions, const Window& window) {
    return window.promise.empty() && window.clause.empty() &&
           std::ranges::none_of(versions, [](const auto& one) {
               return std::ranges::any_of(one.second.clauses, &KnownClause::has_legs);
           });
}

// In which piece an instant lies; pieces follow one another without a gap.
std::size_t piece_at(const std::vector<Period>& pieces, Instant at) {
    const auto after = std::ranges::upper_bound(pieces, at, {}, &Period::begin);
    return static_cast<std::size_t>(after - pieces.begin()) - 1;
}

Instant start_of(Step step, Instant at, const Zone& zone) {
    const auto local = zone.to_local(at);
    if (step == Step::Hour) return at - Millis{local.millis_of_day() % kHour};
    const auto day = local.date();
    return zone.start_of_day(step == Step::Week ? day.plus_days(-day.weekday()) : day);
}

Instant next_start(Step step, Instant start, const Zone& zone) {
    if (step == Step::Hour) return start + hours(1);
    // Noon of the day is a day's, whatever its first hours skip.
    const auto day = zone.to_local(start + hours(6)).date();
    return zone.start_of_day(day.plus_days(step == Step::Week ? 7 : 1));
}

}  // namespace

std::string_view name_of(Step step) {
    switch (step) {
        case Step::Hour: return "hour";
        case Step::Day: return "day";
        case Step::Week: return "week";
    }
    return {};
}

std::vector<Period> pieces_of(const Window& window, const Zone& zone, Step step) {
    std::vector<Period> pieces;
    for (auto at = window.from; at < window.until;) {
        const auto end = std::min(next_start(step, start_of(step, at, zone), zone), window.until);
        pieces.push_back({.begin = at, .end = end});
        at = end;
    }
    return pieces;
}

quality::Counted Tally::total() const {
    quality::Counted sum;
    for (const auto& one : pieces) {
        sum.count += one.count;
        sum.of += one.of;
    }
    return sum;
}

Tally tally(const Records& records, const Window& window, const std::vector<Period>& pieces) {
    const auto versions = known_versions(records);
    Tally made;
    made.pieces.resize(pieces.size());
    const auto take = [&](const store::ObligationRow& row, const KnownVersion& version) {
        if (!counts(row, version, window)) return;
        auto& one = made.pieces[piece_at(pieces, counted_at(row))];
        ++one.of;
        one.count += row.state == kKept ? 1 : 0;
    };
    const bool by_index = is_counted_by_index(versions, window);
    if (by_index)
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            const auto& [begin, end] = pieces[i];
            const auto kept = records.reading.count_due(records.tenant, kKept, begin, end);
            made.pieces[i] = {
                .count = kept,
                .of = kept + records.reading.count_due(records.tenant, kBroken, begin, end)};
        }
    made.is_cut = !each_due(records, versions, window, {kKept, kBroken}, kWalkMost, take,
                            by_index ? Dues::Undated : Dues::All);
    return made;
}

std::optional<Target> target_of(const Records& records, const Window& window) {
    if (window.promise.empty()) return std::nullopt;
    return records.shelves.use(records.tenant, [&](engine::Shelf& shelf) {
        const engine::Version* newest = nullptr;
        for (const auto* version : shelf.of(records.tenant))
            if ((version->promise->id == window.promise || version->label == window.promise) &&
                (newest == nullptr || newest->promise->version < version->promise->version))
                newest = version;
        std::optional<Target> found;
        if (newest == nullptr) return found;
        const auto& clauses = newest->promise->clauses;
        for (const auto& clause : clauses) {
            const auto* rate = std::get_if<promise::Rate>(&clause.shape);
            const bool is_asked =
                window.clause.empty() || window.clause == clause.name ||
                std::ranges::any_of(clause.watches, [&](int watched) {
                    return clauses[static_cast<std::size_t>(watched)].name == window.clause;
                });
            if (rate == nullptr || !rate->good || !is_asked) continue;
            if (found) return std::optional<Target>();
            found = {.share = rate->bound.to_double() / 100,
                     .clause = clause.name,
                     .title = clause.title};
        }
        return found;
    });
}

ByHour broken_by_hour(const Records& records, const Window& window, const Zone& zone) {
    const auto pieces = pieces_of(window, zone, Step::Hour);
    const auto counted = tally(records, window, pieces);
    ByHour made{.is_cut = counted.is_cut};
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const auto local = zone.to_local(pieces[i].begin);
        const auto hour = static_cast<std::size_t>(local.millis_of_day() / kHour);
        auto& cell = made.cells[static_cast<std::size_t>(local.date().weekday())][hour];
        cell.of += counted.pieces[i].of;
        cell.count += counted.pieces[i].of - counted.pieces[i].count;
    }
    return made;
}

LatenessFigures lateness_figures(const Records& records, const Window& window) {
    // Close where people feel it, wide where they no longer do.
    constexpr std::int64_t kMinutes[] = {0,   1,   5,     15,    30,        60,        120,
                                         240, 480, 1'440, 4'320, 7 * 1'440, 30 * 1'440};
    const auto versions = known_versions(records);
    LatenessFigures made;
    for (std::size_t i = 0; i < std::size(kMinutes); ++i)
        made.bins.push_back({.from = minutes(kMinutes[i]),
                             .to = i + 1 < std::size(kMinutes) ? minutes(kMinutes[i + 1])
                                                               : Millis{Instant::max().millis}});
    const bool all_broken = each_due(
        records, versions, window, {kBroken}, kWalkMost, [&](const auto& row, const auto& version) {
            if (!counts(row, version, window) || !row.label.empty() || row.due_at >= Instant::max())
                return;
            made.late.push_back(lateness(row, records.now).count);
            made.still_late += row.settled_at >= Instant::max() ? 1 : 0;
        });
    const bool all_kept = each_due(
        records, versions, window, {kKept}, kWalkMost, [&](const auto& row, const auto& version) {
            if (!counts(row, version, window) || !row.label.empty() ||
                row.due_at >= Instant::max() || row.settled_at >= Instant::max())
                return;
            const auto limit = (row.due_at - row.started_at).count - row.paused;
            const auto used = (row.settled_at - row.started_at).count - row.paused;
            if (limit <= 0 || used < 0) return;
            const auto share = std::min<std::int64_t>(used * 10'000 / limit, 10'000);
            made.used.push_back(share);
            ++made.tenths[static_cast<std::size_t>(std::min<std::int64_t>(share / 1'000, 9))];
        });
    twin::sort_values(made.late);
    twin::sort_values(made.used);
    for (auto& bin : made.bins)
        bin.count = std::ranges::lower_bound(made.late, bin.to.count) -
                    std::ranges::lower_bound(made.late, bin.from.count);
    made.is_cut = !all_broken || !all_kept;
    return made;
}

ControlFigures control_figures(const Records& records, const Window& window, const Zone& zone,
                               Step step, Charted charted) {
    const auto pieces = pieces_of(window, zone, step);
    ControlFigures made;
    if (charted == Charted::Kept) {
        const auto counted = tally(records, window, pieces);
        std::vector<quality::Counted> points;
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            if (counted.pieces[i].of == 0) continue;
            points.push_back(counted.pieces[i]);
            made.pieces.push_back(pieces[i]);
            made.n.push_back(counted.pieces[i].of);
        }
        made.chart = quality::share_chart(points);
        made.is_cut = counted.is_cut;
        return made;
    }
    std::vector<std::vector<std::int64_t>> spans(pieces.size());
    made.is_cut =
        !each_due(records, known_versions(records), window, {kKept, kBroken}, kWalkMost,
                  [&](const store::ObligationRow& row, const KnownVersion& version) {
                      if (!counts(row, version, window) || !row.label.empty() ||
                          row.started_at >= Instant::max() || row.settled_at >= Instant::max())
                          return;
                      spans[piece_at(pieces, counted_at(row))].push_back(std::max<std::int64_t>(
                          (row.settled_at - row.started_at).count - row.paused, 0));
                  });
    std::vector<double> medians;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (spans[i].empty()) continue;
        twin::sort_values(spans[i]);
        medians.push_back(static_cast<double>(twin::percentile(spans[i], 50)));
        made.pieces.push_back(pieces[i]);
        made.n.push_back(std::ssize(spans[i]));
    }
    made.chart = quality::value_chart(medians, 0);
    return made;
}

}  // namespace yinuo::server
