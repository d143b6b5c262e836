#include "twin/history.h"

#include <array>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "promise/history.h"

namespace yinuo::twin {
namespace {

// Eight bytes at a time, multiplied and folded; the same on every machine of one byte order.
std::uint64_t hash_of(std::string_view text) {
    constexpr std::uint64_t kOdd = 0x9E37'79B9'7F4A'7C15;
    std::uint64_t hash = text.size() * kOdd;
    const auto mix = [&](std::uint64_t word) {
        hash = (hash ^ word) * kOdd;
        hash ^= hash >> 32;
    };
    const char* at = text.data();
    std::size_t left = text.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word;
        std::memcpy(&word, at, 8);
        mix(word);
    }
    std::uint64_t word = 0;
    std::memcpy(&word, at, left);
    mix(word);
    return hash * kOdd;
}

constexpr std::uint64_t kNumber = 0xFFFF'FFFF;

}  // namespace

void History::take(const promise::Fact& fact) {
    check(count_ < kNone);
    if (count_ % kChunk == 0)
        chunks_.push_back(std::make_unique_for_overwrite<promise::Fact[]>(kChunk));
    chunks_.back()[count_ % kChunk] = fact;
    if (runs_.empty() || fact.subject != last_subject_) {
        runs_.push_back({static_cast<std::uint32_t>(count_), 0, kNone, 0});
        last_subject_ = fact.subject;
    }
    ++runs_.back().count;
    ++count_;
    if (fact.at < first_at_) first_at_ = fact.at;
    if (fact.at > last_at_) last_at_ = fact.at;
}

void History::group() {
    table_.assign(std::bit_ceil(runs_.size() * 2 + 2), 0);
    heads_.reserve(runs_.size());
    const std::uint64_t mask = table_.size() - 1;
    // A handful at once, so that the table's lines are on their way while the next are hashed.
    constexpr std::size_t kAtOnce = 16;
    std::array<std::uint64_t, kAtOnce> hashes{};
    for (std::size_t begin = 0; begin < runs_.size(); begin += kAtOnce) {
        const std::size_t count = std::min(kAtOnce, runs_.size() - begin);
        for (std::size_t i = 0; i < count; ++i) {
            hashes[i] = hash_of(fact(runs_[begin + i].first).subject);
            __builtin_prefetch(&table_[hashes[i] & mask]);
        }
        for (std::size_t i = 0; i < count; ++i) {
            const auto number = static_cast<std::uint32_t>(begin + i);
            const auto text = fact(runs_[number].first).subject;
            const std::uint64_t half = hashes[i] & ~kNumber;
            for (std::uint64_t slot = hashes[i] & mask;; slot = (slot + 1) & mask) {
                const std::uint64_t entry = table_[slot];
                if (entry == 0) {
                    heads_.push_back(number);
                    runs_[number].last = number;
                    table_[slot] = half | heads_.size();
                    break;
                }
                const std::size_t known = (entry & kNumber) - 1;
                if ((entry & ~kNumber) != half || subject(known) != text) continue;
                Run& head = runs_[heads_[known]];
                runs_[head.last].next = number;
                head.last = number;
                break;
            }
        }
    }
}

std::optional<std::size_t> History::find(std::string_view text) const {
    if (table_.empty()) return std::nullopt;
    const std::uint64_t hash = hash_of(text);
    const std::uint64_t mask = table_.size() - 1;
    for (std::uint64_t slot = hash & mask; table_[slot] != 0; slot = (slot + 1) & mask) {
        const std::size_t known = (table_[slot] & kNumber) - 1;
        if ((table_[slot] & ~kNumber) == (hash & ~kNumber) && subject(known) == text) return known;
    }
    return std::nullopt;
}

void History::facts_of(std::size_t index, std::vector<const promise::Fact*>& into) const {
    into.clear();
    for (std::uint32_t run = heads_[index]; run != kNone; run = runs_[run].next)
        for (std::uint32_t i = 0; i < runs_[run].count; ++i)
            into.push_back(&fact(runs_[run].first + i));
}

std::span<const promise::Fact* const> FactsOfHistory::of(std::string_view subject) const {
    facts_.clear();
    if (const auto index = history_.find(subject)) {
        history_.facts_of(*index, facts_);
        promise::put_in_order(facts_, now_, now_);
    }
    return facts_;
}

}  // namespace yinuo::twin
