// Verdicts as facts, so that one clause can watch another: `install.broken`, `install.kept`...
//
// Listens to a fold's story and makes a fact of each verdict, about the same subject, at its
// instant, with the start fact's fields, `clause`, `occurrence`, `started` and `due`.
#pragma once

#include <vector>

#include "promise/fold.h"

namespace yinuo::promise {

// "started", "kept", "broken", "void", "void by us", "withheld", "released", "waived", "reversed".
std::span<const std::string_view> verdict_names();

class VerdictFacts : public Story {
public:
    // What is told is passed on to `next`, if there is one.
    VerdictFacts(const Promise& promise, Folding& folding, Story* next)
        : promise_(promise), folding_(folding), next_(next) {}

    void tell(const Obligation& of, const Step& step) override;
    bool asks_why() const override { return next_ != nullptr && next_->asks_why(); }
    std::span<const Fact* const> facts() const { return facts_; }

private:
    const Promise& promise_;
    Folding& folding_;
    Story* next_;
    std::vector<const Fact*> facts_;
};

}  // namespace yinuo::promise
