#include "server/explaining.h"

#include <algorithm>

#include "base/arena.h"
#include "engine/paying.h"
#include "engine/resting.h"
#include "promise/rate.h"
#include "server/shelf_desk.h"
#include "server/telling.h"
#include "twin/account.h"
#include "wire/account_out.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kStepsMost = 2'000;

// The period that the row is of, judged by what its members have added up to.
std::vector<twin::Account> account_of_period(store::Reading& reading, engine::Shelf& shelf,
                                             const SeenObligation& seen, promise::Promise& promise,
                                             std::string_view group, Instant now, Arena& memory) {
    const auto& row = seen.row;
    const auto* rate =
        std::get_if<promise::Rate>(&promise.clauses[static_cast<std::size_t>(row.clause)].shape);
    if (rate == nullptr) return {};
    for (const auto& period : promise::rate_periods_at(promise, row.clause, row.started_at)) {
        if (row.label != (group.empty() ? period.label : std::string(group) + " " + period.label))
            continue;
        std::vector<promise::Measured> measured;
        for (const auto& one : reading.measures(seen.stream.id, period.begin, period.end))
            measured.push_back({.group = {},
                                .at = one.at,
                                .good = one.good,
                                .value = Decimal::parse(one.value).value_or(0)});
        const auto sum = promise::sum_of(*rate, measured);
        return twin::accounts_across(
            promise, {},
            [&](promise::Folding& folding, std::vector<promise::Obligation>& out) {
                out.push_back(
                    promise::judge_period(promise, row.clause, group, period, sum, now, folding));
            },
            now, shelf.names(), memory);
    }
    return {};
}

std::vector<twin::Account> accounts_of(store::Reading& reading, engine::Shelf& shelf,
                                       const SeenObligation& seen, const engine::Version& version,
                                       Instant now, Arena& memory) {
    using Kind = engine::StreamName::Kind;
    promise::Promise& promise = *version.promise;
    const auto name = engine::StreamName::parse(seen.stream.name);
    std::vector<twin::Account> all;
    if (name.kind == Kind::Rate) {
        all = account_of_period(reading, shelf, seen, promise, name.key, now, memory);
    } else if (name.kind == Kind::Key) {
        promise::Folding folding(shelf.names(), memory);
        const auto rests =
            engine::key_rests_on(reading, shelf, seen.stream, name, {.now = now}, folding, memory);
        all = twin::accounts_across(
            promise, rests.facts,
            [&](promise::Folding& own, std::vector<promise::Obligation>& out) {
                promise::fold_key(promise, name.clause, name.key, rests.facts, now, own, out);
            },
            now, shelf.names(), memory);
    } else {
        const auto rests =
            engine::subject_rests_on(reading, shelf, seen.stream, {.now = now}, memory);
        const auto& clause = promise.clauses[static_cast<std::size_t>(seen.row.clause)];
        all = twin::accounts({&promise, 1}, rests.facts, clause.name, now, shelf.names(), memory);
    }
    std::erase_if(all, [&](const twin::Account& account) {
        return account.obligation.occurrence != seen.row.occurrence;
    });
    return all;
}

// The fold sees one subject; what is owed for the same failure elsewhere, payouts tell.
void set_aside(twin::Account& account, const std::vector<engine::Outdone>& outdone) {
    for (const auto& one : outdone)
        for (auto& line : account.owed)
            if (line.remedy == one.remedy && line.payee == one.payee &&
                line.stands == remedy::Standing::Owed) {
                line.stands = remedy::Standing::SetAside;
                line.standing = {"不另赔：" + one.why.zh, "set aside: " + one.why.en};
            }
}

}  // namespace

Explanation explain(const Call& call, store::Reading& reading, const SeenObligation& seen) {
    // The engine's time stands still after a clock was set back; so does the explanation's.
    const auto now = std::max(call.things.engine_clock.now(), seen.stream.turned_at);
    return call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) {
        Explanation out;
        JsonOut steps;
        for (const auto& step : steps_of(reading, shelf, seen.stream, 0, kStepsMost, seen.row.id)) {
            write_step(steps, step);
            out.text += to_string(step.at) + "  " + step.words.in(call.chinese) + "\n";
        }
        out.steps = steps.take();
        const auto* version = shelf.find(seen.row.version);
        if (version == nullptr) return out;
        Arena memory;
        auto all = accounts_of(reading, shelf, seen, *version, now, memory);
        if (all.empty()) return out;
        set_aside(all.front(), engine::outdone(reading, shelf, seen.row.id));
        out.account = wire::account_json(all);
        out.text = wire::account_text(all, call.chinese);
        return out;
    });
}

}  // namespace yinuo::server
