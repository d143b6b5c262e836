// check(condition): a bug in our own code stops the process here, in release builds too.
// Never for input: what people or files can get wrong is a Result.
#pragma once

namespace yinuo {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace yinuo

#define check(condition) \
    ((condition) ? static_cast<void>(0) : ::yinuo::check_failed(#condition, __FILE__, __LINE__))
