#include "promise/history.h"

#include <algorithm>
#include <tuple>

namespace yinuo::promise {
namespace {

// Which report of one id holds: the last heard. Of two heard at once a correction outweighs the
// first report, and a retraction both. Of two equal reports the first holds: it is a repetition.
bool outweighs(const Fact& a, const Fact& b) {
    const bool a_first = a.change == Change::Report;
    const bool b_first = b.change == Change::Report;
    if (a_first != b_first) return b_first;
    if (a_first) {
        return std::tuple(a.received_at, a.at, a.sequence) <
               std::tuple(b.received_at, b.at, b.sequence);
    }
    return std::tuple(a.received_at, a.change, a.sequence, a.at) >
           std::tuple(b.received_at, b.change, b.sequence, b.at);
}

}  // namespace

bool comes_before(const Fact& a, const Fact& b) {
    if (a.at != b.at) return a.at < b.at;
    if (a.sequence != b.sequence) return a.sequence < b.sequence;
    return a.id < b.id;
}

void put_in_order(std::vector<const Fact*>& facts, Instant now, Instant known_until) {
    std::erase_if(facts, [&](const Fact* fact) { return fact->received_at > known_until; });

    // Few facts a subject carry an id twice; look only where one does.
    bool ids = false;
    for (const Fact* fact : facts) ids |= !fact->id.empty();
    if (ids && facts.size() > 1) {
        std::stable_sort(facts.begin(), facts.end(),
                         [](const Fact* a, const Fact* b) { return a->id < b->id; });
        std::size_t kept = 0;
        for (std::size_t i = 0; i < facts.size();) {
            std::size_t end = i + 1;
            const Fact* holds = facts[i];
            if (!holds->id.empty()) {
                for (; end < facts.size() && facts[end]->id == holds->id; ++end) {
                    if (outweighs(*facts[end], *holds)) holds = facts[end];
                }
            }
            if (holds->change != Change::Retract) facts[kept++] = holds;
            i = end;
        }
        facts.resize(kept);
    } else {
        std::erase_if(facts, [](const Fact* fact) { return fact->change == Change::Retract; });
    }
    std::erase_if(facts, [&](const Fact* fact) { return fact->at > now; });
    if (!std::is_sorted(facts.begin(), facts.end(),
                        [](const Fact* a, const Fact* b) { return comes_before(*a, *b); })) {
        std::stable_sort(facts.begin(), facts.end(),
                         [](const Fact* a, const Fact* b) { return comes_before(*a, *b); });
    }
}

}  // namespace yinuo::promise
