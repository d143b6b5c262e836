// What to do with a log that doesn't say what this program wrote: nothing is computed from it, and
// whoever drives the store is told (store::Trouble). Inside the room.
#pragma once

#include <type_traits>
#include <utility>

#include "base/result.h"
#include "store/store.h"

namespace yinuo::engine {

inline constexpr const char* kDamage = "log-entry-unreadable";

inline Error damage(Text what) {
    return {.code = kDamage,
            .what = std::move(what),
            .mend = {"用 yinuo fsck 检查存储，或从备份恢复",
                     "check the store with yinuo fsck, or restore a backup"}};
}
[[noreturn]] inline void damaged(Text what) { throw store::Trouble(damage(std::move(what))); }

template <typename T>
T readable(Result<T> read) {
    if (!read) throw store::Trouble(std::move(read.error()));
    if constexpr (!std::is_void_v<T>) return std::move(*read);
}

}  // namespace yinuo::engine
