// What the numbers in a turn are called outside, by the shelf. Inside the room.
#pragma once

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
        return of(at).promise->clauses[static_cast<std::size_t>(clause)].name;
    }
    std::string_view remedy(store::Position at, int remedy) const override {
        return of(at).promise->remedies[static_cast<std::size_t>(remedy)].name;
    }

private:
    const Version& of(store::Position at) const {
        const Version* version = shelf_.find(at);
        check(version != nullptr);
        return *version;
    }
    const Shelf& shelf_;
    std::string_view origin_;
};

}  // namespace yinuo::engine
