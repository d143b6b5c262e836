#include "base/arena.h"

#include <algorithm>

namespace yinuo {

void* Arena::take_from_next(std::size_t size) {
    constexpr std::size_t kFirstBlock = 4096;
    constexpr std::size_t kLargestBlock = 1 << 20;
    while (block_ + 1 < blocks_.size()) {
        ++block_;
        if (size <= blocks_[block_].size) {
            used_ = size;
            return blocks_[block_].bytes.get();
        }
    }
    const std::size_t wanted =
        blocks_.empty() ? kFirstBlock : std::min(blocks_.back().size * 2, kLargestBlock);
    const std::size_t block_size = std::max(wanted, size);
    blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(block_size), block_size});
    block_ = blocks_.size() - 1;
    used_ = size;
    return blocks_[block_].bytes.get();
}

}  // namespace yinuo
