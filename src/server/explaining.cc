#include "server/explaining.h"

#include <algorithm>

#include "base/arena.h"
#include "engine/entry.h"
#include "promise/history.h"
#include "server/shelf_desk.h"
#include "server/telling.h"
#include "twin/account.h"
#include "wire/account_out.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kStepsMost = 2'000;

std::vector<twin::Account> accounts_of(store::Reading& reading, engine::Shelf& shelf,
                                       const SeenObligation& seen, const engine::Version& version,
                                       Instant now, Arena& memory) {
    std::vector<promise::Fact> facts;
    reading.entries_of(seen.stream.id, 0, [&](const store::Entry& entry) {
        if (entry.kind != static_cast<std::uint8_t>(engine::EntryKind::Turn)) return true;
        const auto read = engine::read_facts(memory.copy(entry.body), entry.recorded_at,
                                             shelf.names(), memory, facts, &shelf.zones());
        if (!read) throw store::Trouble(read.error());
        return true;
    });
    std::vector<const promise::Fact*> order;
    for (auto& fact : facts) {
        fact.subject = seen.stream.name;
        order.push_back(&fact);
    }
    promise::put_in_order(order, now, now);
    const auto& clause = version.promise->clauses[static_cast<std::size_t>(seen.row.clause)];
    auto all = twin::accounts(std::span(version.promise.get(), 1), order, clause.name, now,
                              shelf.names(), memory);
    std::erase_if(all, [&](const twin::Account& account) {
        return account.obligation.occurrence != seen.row.occurrence;
    });
    return all;
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
        if (version == nullptr || !is_subject(seen.stream.name)) return out;
        Arena memory;
        const auto all = accounts_of(reading, shelf, seen, *version, now, memory);
        if (all.empty()) return out;
        out.account = wire::account_json(all);
        out.text = wire::account_text(all, call.chinese);
        return out;
    });
}

}  // namespace yinuo::server
