#include "engine/resting.h"

#include <algorithm>

#include "engine/damage.h"
#include "engine/entry.h"
#include "promise/history.h"

namespace yinuo::engine {

std::vector<promise::Fact> own_facts(store::Reading& rows, Shelf& shelf,
                                     const store::Stream& stream, store::Position until,
                                     Arena& memory) {
    std::vector<promise::Fact> facts;
    rows.entries_of(stream.id, 0, [&](const store::Entry& entry) {
        if (entry.position >= until) return false;
        if (entry.kind != static_cast<std::uint8_t>(EntryKind::Turn)) return true;
        const auto body = memory.copy(entry.body);
        readable(learn_kinds(body, shelf.names()));
        readable(read_facts(body, entry.recorded_at, shelf.names(), memory, facts, &shelf.zones()));
        return true;
    });
    const auto subject = memory.copy(stream.name);
    for (auto& fact : facts) fact.subject = subject;
    return facts;
}

namespace {

// Kept in `memory`, in true order.
std::vector<const promise::Fact*> in_order(std::vector<promise::Fact> facts, Instant now,
                                           Arena& memory) {
    std::vector<const promise::Fact*> order;
    for (const auto& fact : memory.copy(std::span<const promise::Fact>(facts)))
        order.push_back(&fact);
    promise::put_in_order(order, now, now);
    return order;
}

}  // namespace

Resting subject_rests_on(store::Reading& rows, Shelf& shelf, const store::Stream& stream, Moment at,
                         Arena& memory) {
    return {.facts = in_order(own_facts(rows, shelf, stream, at.until, memory), at.now, memory),
            .subjects = {stream.id}};
}

Resting key_rests_on(store::Reading& rows, Shelf& shelf, const store::Stream& key,
                     const StreamName& name, Moment at, promise::Folding& folding, Arena& memory) {
    const Version* version = shelf.find(name.version);
    if (version == nullptr ||
        std::ranges::find(version->keyed, name.clause) == version->keyed.end())
        damaged({"键所属的条款没有发布过", "a key belongs to a clause never published"});
    const auto& promise = *version->promise;
    const auto& clause = promise.clauses[static_cast<std::size_t>(name.clause)];
    Resting made;
    for (const auto member : rows.members_of(key.id)) {
        const auto stream = rows.stream(member);
        if (!stream) damaged({"键的成员不在了", "a member of the key is missing"});
        auto facts = in_order(own_facts(rows, shelf, *stream, at.until, memory), at.now, memory);
        if (version->hands_verdicts_across) {
            std::vector<promise::Obligation> unused;
            std::vector<const promise::Fact*> verdicts;
            promise::fold_subject(promise, facts, at.now, folding, unused, &verdicts);
            facts.insert(facts.end(), verdicts.begin(), verdicts.end());
        }
        const auto before = made.facts.size();
        for (const auto* fact : facts)
            if (promise::key_of(clause, *fact, promise, folding) == name.key)
                made.facts.push_back(fact);
        if (made.facts.size() > before) made.subjects.push_back(member);
    }
    std::ranges::sort(made.subjects);
    std::stable_sort(made.facts.begin(), made.facts.end(),
                     [](const auto* a, const auto* b) { return promise::comes_before(*a, *b); });
    return made;
}

}  // namespace yinuo::engine
