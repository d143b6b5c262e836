// Result<T>: a value, or an Error for the caller. TRY passes a refusal upward.
#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace yinuo {

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> refuse(Error error) { return std::unexpected(std::move(error)); }

}  // namespace yinuo

// `auto x = TRY(f());` returns f()'s error from the enclosing function, or yields its value.
// (A statement expression, which both of our compilers have.)
#define TRY(expression)                                                           \
    ({                                                                            \
        auto try_result_ = (expression);                                          \
        if (!try_result_) return std::unexpected(std::move(try_result_).error()); \
        std::move(*try_result_);                                                  \
    })
