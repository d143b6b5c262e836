#include <algorithm>
#include <chrono>
#include <map>

#include "base/arena.h"
#include "base/check.h"
#include "promise/sentence.h"
#include "server/board.h"
#include "server/figures.h"
#include "server/shelf_desk.h"
#include "server/workers.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kCollection = "board";
constexpr std::string_view kFigures = "figures";
constexpr std::string_view kClaim = "counting";  // until when somebody counts
constexpr Millis kClaimLasts = minutes(5);
constexpr std::int64_t kEnough = 10;

std::int64_t number_in(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? 0 : found->integer().value_or(0);
}

std::optional<BoardFigures> kept_figures(store::Reading& rows, store::TenantId tenant) {
    const auto document = rows.document(tenant, kCollection, kFigures);
    return document ? BoardFigures::from_json(document->body) : std::nullopt;
}

void put(store::Writing& rows, store::TenantId tenant, std::string_view id, std::string body) {
    const auto before = rows.document(tenant, kCollection, id);
    check(rows.put_document({.tenant = tenant,
                             .collection = std::string(kCollection),
                             .id = std::string(id),
                             .version = before ? before->version + 1 : 1,
                             .key = {},
                             .body = std::move(body)}));
}

void count_and_keep(const Things& things, store::TenantId tenant) {
    const auto now = things.engine_clock.now();
    const auto began = std::chrono::steady_clock::now();
    const auto promises = board_promises(things, *things.store.read(), tenant, now);
    auto figures = count_board(things, tenant, promises, now);
    figures.counted_at = things.clock.now();
    figures.took = {std::chrono::duration_cast<std::chrono::milliseconds>(
                        std::chrono::steady_clock::now() - began)
                        .count()};
    things.engine.act(
        [tenant, body = figures.to_json()](engine::Turns& turns) -> Result<void> {
            put(turns.rows(), tenant, kFigures, body);
            turns.rows().remove_document(0, kCollection, kClaim);
            return {};
        },
        [](Result<void>) {});
}

// One at a time in the whole installation, so that the other workers stay free, whoever asks; a
// claim that was left lying lapses.
void count_beside(const Things& things, store::TenantId tenant) {
    const auto now = things.clock.now();
    const auto claimed = std::make_shared<bool>(false);
    things.engine.act(
        [tenant, now, claimed](engine::Turns& turns) -> Result<void> {
            const auto claim = turns.rows().document(0, kCollection, kClaim);
            Arena memory;
            const auto until =
                claim ? wire::parse_json(claim->body, memory) : Result<wire::Json>(wire::Json{});
            if (until && until->integer().value_or(0) > now.millis) return {};
            put(turns.rows(), 0, kClaim, std::to_string((now + kClaimLasts).millis));
            *claimed = true;
            return {};
        },
        [&things, tenant, claimed](Result<void> done) {
            if (done && *claimed)
                things.workers.post([&things, tenant] { count_and_keep(things, tenant); });
        });
}

BoardPromise shown(store::Reading& rows, const std::vector<const engine::Version*>& versions,
                   Instant now) {
    const auto& newest = *versions.back()->promise;
    BoardPromise one{.id = newest.id,
                     .title = newest.title,
                     .limits = newest.limits,
                     .clauses = {},
                     .gives = {},
                     .versions = {},
                     .zone = newest.zone};
    for (const auto& clause : newest.clauses)
        if (clause.outer < 0)
            one.clauses.push_back({clause.title, promise::sentence_of(newest, clause)});
    for (const auto& remedy : newest.remedies)
        one.gives.push_back(promise::sentence_of(newest, remedy));
    for (const auto* version : versions) {
        const auto entry = rows.entry(version->position);
        const auto& promise = *version->promise;
        one.versions.push_back({.number = promise.version,
                                .published_at = entry ? entry->recorded_at : Instant::max(),
                                .effective_from = promise.effective_from,
                                .effective_until = promise.effective_until,
                                .text_hash = version->text_hash});
        if (promise.effective_until > now) one.in_force = true;
    }
    std::ranges::reverse(one.versions);
    return one;
}

}  // namespace

std::vector<BoardPromise> board_promises(const Things& things, store::Reading& rows,
                                         store::TenantId tenant, Instant now) {
    std::vector<BoardPromise> all;
    things.shelves.use(tenant, [&](engine::Shelf& shelf) {
        std::map<std::string, std::vector<const engine::Version*>> by_id;
        for (const auto* version : shelf.of(tenant)) by_id[version->promise->id].push_back(version);
        for (auto& [id, versions] : by_id) {
            std::ranges::sort(versions, {}, &engine::Version::position);
            if (versions.back()->promise->classification.strength == "public")
                all.push_back(shown(rows, versions, now));
        }
    });
    std::ranges::stable_sort(
        all, [](const auto& a, const auto& b) { return a.in_force != b.in_force && a.in_force; });
    return all;
}

// As the dashboards' tally() counts, in one walk for all promises.
BoardFigures count_board(const Things& things, store::TenantId tenant,
                         const std::vector<BoardPromise>& promises, Instant now) {
    constexpr auto kKept = static_cast<std::uint8_t>(promise::State::Kept);
    constexpr auto kBroken = static_cast<std::uint8_t>(promise::State::Broken);
    const auto reading = things.store.read();
    const Records records{
        .reading = *reading, .shelves = things.shelves, .tenant = tenant, .now = now};
    const Window window{.from = now - hours(24 * kBoardDays), .until = now};
    BoardFigures figures{.as_of = now, .counted_at = {}, .rows = {}};
    for (const auto& promise : promises) {
        auto& row =
            figures.rows.emplace_back(BoardFigures::Row{.promise = promise.id, .weeks = {}});
        for (const auto& piece : pieces_of(window, *promise.zone, Step::Week))
            row.weeks.push_back({.from = piece.begin, .until = piece.end, .counted = {}});
    }
    const auto versions = known_versions(records);
    std::map<store::Position, BoardFigures::Row*> row_of;
    for (auto& row : figures.rows)
        for (const auto& [position, version] : versions)
            if (version.promise == row.promise) row_of[position] = &row;
    const bool all =
        each_due(records, versions, window, {kKept, kBroken}, kWalkMost,
                 [&](const store::ObligationRow& one, const KnownVersion& version) {
                     const auto found = row_of.find(version.position);
                     if (found == row_of.end() ||
                         version.clauses[static_cast<std::size_t>(one.clause)].outer >= 0)
                         return;
                     auto& weeks = found->second->weeks;
                     const auto after =
                         std::ranges::upper_bound(weeks, counted_at(one), {}, &BoardWeek::from);
                     auto& week = *(after - 1);
                     ++week.counted.of;
                     if (one.state == kKept) ++week.counted.count;
                 });
    for (auto& row : figures.rows) row.is_cut = !all;
    return figures;
}

std::optional<BoardFigures> board_figures(const Things& things, const engine::Tenant& tenant) {
    auto kept = kept_figures(*things.store.read(), tenant.id);
    const auto age = kept ? things.clock.now() - kept->counted_at : Millis{0};
    // What takes long is done seldom: a hundredth of the time is spent on it at most.
    const bool old = kept && things.engine_clock.now() - kept->as_of > kBoardFresh &&
                     age > std::max(kBoardApart, Millis{kept->took.count * 100});
    if (!kept || old) count_beside(things, tenant.id);
    return kept;
}

quality::Counted BoardFigures::Row::total() const {
    quality::Counted sum;
    for (const auto& week : weeks) {
        sum.count += week.counted.count;
        sum.of += week.counted.of;
    }
    return sum;
}

const BoardWeek* BoardFigures::Row::worst() const {
    constexpr struct {
        Millis length;  // a week in which clocks change is an hour shorter
        std::int64_t of;
    } kWanted[] = {{hours(7 * 24 - 1), kEnough}, {{1}, kEnough}, {{1}, 1}};
    for (const auto& wanted : kWanted) {
        const BoardWeek* worst = nullptr;
        for (const auto& week : weeks) {
            if (week.until - week.from < wanted.length || week.counted.of < wanted.of) continue;
            // a/b < c/d without dividing: both are at most some millions.
            if (worst == nullptr ||
                week.counted.count * worst->counted.of < worst->counted.count * week.counted.of)
                worst = &week;
        }
        if (worst != nullptr) return worst;
    }
    return nullptr;
}

const BoardFigures::Row* BoardFigures::find(std::string_view promise) const {
    const auto found = std::ranges::find(rows, promise, &Row::promise);
    return found == rows.end() ? nullptr : &*found;
}

std::string BoardFigures::to_json() const {
    JsonOut out;
    out.open('{').member("as_of", as_of.millis).member("counted_at", counted_at.millis);
    out.member("took", took.count);
    out.key("rows").open('[');
    for (const auto& row : rows) {
        out.open('{').member("promise", row.promise).member("cut", row.is_cut);
        out.key("weeks").open('[');
        for (const auto& week : row.weeks)
            out.open('{')
                .member("from", week.from.millis)
                .member("until", week.until.millis)
                .member("kept", week.counted.count)
                .member("of", week.counted.of)
                .close('}');
        out.close(']').close('}');
    }
    return out.close(']').close('}').take();
}

std::optional<BoardFigures> BoardFigures::from_json(std::string_view text) {
    Arena memory;
    const auto json = wire::parse_json(text, memory);
    const auto* rows = json ? json->find("rows") : nullptr;
    if (rows == nullptr) return std::nullopt;
    BoardFigures figures{.as_of = {number_in(*json, "as_of")},
                         .counted_at = {number_in(*json, "counted_at")},
                         .took = {number_in(*json, "took")},
                         .rows = {}};
    for (const auto& one : rows->items) {
        const auto* promise = one.find("promise");
        const auto* cut = one.find("cut");
        const auto* weeks = one.find("weeks");
        if (promise == nullptr || weeks == nullptr) return std::nullopt;
        auto& row = figures.rows.emplace_back(
            Row{.promise = std::string(promise->text),
                .weeks = {},
                .is_cut = cut != nullptr && cut->truth().value_or(false)});
        for (const auto& week : weeks->items)
            row.weeks.push_back(
                {.from = {number_in(week, "from")},
                 .until = {number_in(week, "until")},
                 .counted = {.count = number_in(week, "kept"), .of = number_in(week, "of")}});
    }
    return figures;
}

}  // namespace yinuo::server
