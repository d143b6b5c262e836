// Memory that is given back all at once.
//
// Values, facts and lists borrow from an Arena; nothing in it has a destructor that matters.
// reset() keeps the blocks, so a loop that evaluates and resets stops asking the system for
// memory. Not for several threads at once. Everything borrowed dies at reset() or with the Arena.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace yinuo {

class Arena {
public:
    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    Arena(Arena&&) = default;
    Arena& operator=(Arena&&) = default;

    void* take(std::size_t size, std::size_t alignment) {
        const std::size_t begin = (used_ + alignment - 1) & ~(alignment - 1);
        if (block_ < blocks_.size() && begin + size <= blocks_[block_].size) {
            used_ = begin + size;
            return blocks_[block_].bytes.get() + begin;
        }
        return take_from_next(size);
    }

    // `count` uninitialised elements; write each before reading it.
    template <typename T>
        requires std::is_trivially_destructible_v<T>
    std::span<T> array(std::size_t count) {
        if (count == 0) return {};
        return {static_cast<T*>(take(count * sizeof(T), alignof(T))), count};
    }

    std::string_view copy(std::string_view text) {
        if (text.empty()) return {};
        auto* to = static_cast<char*>(take(text.size(), 1));
        std::memcpy(to, text.data(), text.size());
        return {to, text.size()};
    }

    template <typename T>
        requires std::is_trivially_copyable_v<T>
    std::span<const T> copy(std::span<const T> from) {
        auto to = array<T>(from.size());
        if (!from.empty())
            std::memcpy(static_cast<void*>(to.data()), from.data(), from.size_bytes());
        return to;
    }

    // Everything taken so far is given back; the blocks stay for the next round.
    void reset() {
        block_ = 0;
        used_ = 0;
    }

    std::size_t reserved() const {
        std::size_t sum = 0;
        for (const auto& block : blocks_) sum += block.size;
        return sum;
    }

private:
    struct Block {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t size = 0;
    };

    void* take_from_next(std::size_t size);

    std::vector<Block> blocks_;
    std::size_t block_ = 0;
    std::size_t used_ = 0;
};

}  // namespace yinuo
