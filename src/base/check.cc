#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace yinuo {

void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "yinuo: %s:%d: a check failed: %s\n", file, line, condition);
    std::abort();
}

}  // namespace yinuo
