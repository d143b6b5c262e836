// 履约单上由人决定的事: one obligation with what people have said about it and may say next.
//
// Folded from the facts that its stream holds, like an explanation, so it tells of claims and excuses
// that came from outside exactly as of those made through the API. It reads no document and decides
// nothing; acts on it are clause_acts.h's. One thread, and as long as the Shelf it was made with.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "engine/shelf.h"
#include "promise/fold.h"
#include "promise/scope.h"
#include "server/obligation_out.h"
#include "store/store.h"

namespace yinuo::server {

// What a step of the fold says of a person's doing. `fact`: the one that made it, if one did.
struct Said {
    promise::StepKind kind;
    Instant at;
    Instant until = Instant::max();
    const promise::Fact* fact = nullptr;
    std::string why = {};  // of Agreed: who; of ExtensionRefused: why
};

class Matter {
public:
    Matter(store::Reading&, engine::Shelf&, const SeenObligation&, Instant now);
    Matter(const Matter&) = delete;

    // False: the obligation isn't of a clause that people can act on (a rate's), or its facts don't
    // give it.
    bool stands() const { return stand_.has_value(); }
    const promise::Clause& clause() const { return *clause_; }
    const promise::Promise& promise() const { return *version_->promise; }
    const engine::Version& version() const { return *version_; }
    const SeenObligation& seen() const { return seen_; }
    Names& names() { return folding_.names; }
    Instant now() const { return now_; }
    Arena& memory() { return memory_; }

    struct Stand {
        promise::Obligation obligation;
        std::vector<Said> said;
        int occurrences = 0;  // of its clause about its subject
    };
    const Stand& stand() const { return *stand_; }
    // How it would stand if these were facts, too. They live as long as the result is used.
    std::optional<Stand> stand_with(const std::vector<promise::Fact>& more);
    // Does the condition hold of a fact that isn't there yet?
    bool holds(const promise::Condition&, const promise::Fact& of,
               const std::vector<promise::Fact>& more);

    // Facts that claim a breach of it, in order: the first, and whoever claimed it, too.
    std::vector<const promise::Fact*> claims();
    // The subject whose facts are to tell more about it.
    std::string_view subject() const;
    // When its claim must be decided; max: at no time.
    Instant claim_due(store::Reading&) const;

private:
    std::optional<Stand> fold(std::span<const promise::Fact* const> facts, Instant now);
    std::vector<const promise::Fact*> with(const std::vector<promise::Fact>& more) const;

    Arena memory_, kept_;
    promise::Folding folding_;
    SeenObligation seen_;
    const engine::Version* version_ = nullptr;
    const promise::Clause* clause_ = nullptr;
    std::string key_;  // of a clause with `per`
    bool is_keyed_ = false;
    Instant now_;
    std::vector<const promise::Fact*> facts_;
    std::optional<Stand> stand_;
};

// What a fact says under that name; empty when it doesn't. Of a list: each of its texts.
std::string text_in(const promise::Fact&, const Names&, std::string_view name);
std::vector<std::string> texts_in(const promise::Fact&, const Names&, std::string_view name);

}  // namespace yinuo::server
