// What the numbers in a turn are called outside, by the shelf. Inside the room.
#pragma once

#include <iterator>

#include "base/check.h"
#include "engine/entry.h"
#include "engine/shelf.h"

namespace yinuo::engine {

class Called final : public LeafNames {
public:
    Called(const Shelf& shelf, std::string_view origin) : shelf_(shelf), origin_(origin) {}
    std::string_view origin() const override { return origin_; }
    std::string_view promise(store::Position at) const override { return of(at).label; }
    std::string_view text_hash(store::Position at) const override { return of(at).text_hash; }
    std::string_view clause(store::Position at, int clause) const override {
        check(is_in(clause, of(at).promise->clauses));
        return of(at).promise->clauses[static_cast<std::size_t>(clause)].name;
    }
    std::string_view remedy(store::Position at, int remedy) const override {
        check(is_in(remedy, of(at).promise->remedies));
        return of(at).promise->remedies[static_cast<std::size_t>(remedy)].name;
    }

    // Whether everything that the turn names was published. Whoever reads a log that may be damaged
    // asks this before leaves_of(), which takes the writer's word for it.
    bool knows(const TurnBody& turn) const {
        for (const auto& change : turn.changes) {
            const Version* version = shelf_.find(change.version);
            if (version == nullptr || !is_in(change.clause, version->promise->clauses))
                return false;
        }
        for (const auto& given : turn.remedies) {
            const Version* version = shelf_.find(given.version);
            if (version == nullptr || !is_in(given.remedy, version->promise->remedies))
                return false;
            const auto& remedy = version->promise->remedies[static_cast<std::size_t>(given.remedy)];
            if (!is_in(given.gift, remedy.gifts)) return false;
        }
        return true;
    }

private:
    template <typename List>
    static bool is_in(int index, const List& list) {
        return index >= 0 && index < std::ssize(list);
    }
    const Version& of(store::Position at) const {
        const Version* version = shelf_.find(at);
        check(version != nullptr);
        return *version;
    }
    const Shelf& shelf_;
    std::string_view origin_;
};

}  // namespace yinuo::engine
