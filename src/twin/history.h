// The facts of a back-test, collected as they are read and grouped by subject.
//
// Histories mostly tell one subject's facts one after the other, or at least in runs, so facts stay
// in the order in which they came and a subject is a chain of runs: nothing is sorted and each fact
// is stored once. Borrows the facts' texts and fields from the reader's Arena.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "promise/fact.h"
#include "remedy/remedy.h"

namespace yinuo::twin {

class History final : public promise::FactSink {
public:
    // Up to 2^32 - 2 facts; more are a bug of whoever reads them.
    void take(const promise::Fact&) override;

    // Once, after the last fact and before anything below is asked.
    void group();

    std::size_t facts() const { return count_; }
    std::size_t subjects() const { return heads_.size(); }
    std::string_view subject(std::size_t index) const {
        return fact(runs_[heads_[index]].first).subject;
    }
    std::optional<std::size_t> find(std::string_view subject) const;

    // One subject's facts as they came; `into` is emptied first.
    void facts_of(std::size_t index, std::vector<const promise::Fact*>& into) const;

    // The earliest and the latest instant of any fact; max() and min() when there is none.
    Instant first_at() const { return first_at_; }
    Instant last_at() const { return last_at_; }

private:
    static constexpr std::uint32_t kNone = UINT32_MAX;
    static constexpr std::size_t kChunk = std::size_t{1} << 14;

    struct Run {
        std::uint32_t first;
        std::uint32_t count;
        std::uint32_t next;  // run of the same subject
        std::uint32_t last;  // of the first run: the last one of its subject
    };

    const promise::Fact& fact(std::size_t i) const { return chunks_[i / kChunk][i % kChunk]; }

    std::vector<std::unique_ptr<promise::Fact[]>> chunks_;
    std::size_t count_ = 0;
    std::vector<Run> runs_;
    std::vector<std::uint32_t> heads_;  // each subject's first run
    std::vector<std::uint64_t> table_;  // half a hash and the subject's number + 1; 0 is empty
    std::string_view last_subject_;
    Instant first_at_ = Instant::max();
    Instant last_at_ = Instant::min();
};

// Lends a history to remedies whose amounts look back. What of() gives lives until it is asked again.
class FactsOfHistory final : public remedy::FactsOf {
public:
    FactsOfHistory(const History& history, Instant now) : history_(history), now_(now) {}
    std::span<const promise::Fact* const> of(std::string_view subject) const override;

private:
    const History& history_;
    Instant now_;
    mutable std::vector<const promise::Fact*> facts_;
};

}  // namespace yinuo::twin
