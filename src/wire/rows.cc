#include "wire/rows.h"

#include "base/nearest.h"

namespace yinuo::wire {

Error no_such_column(std::string_view wanted, std::span<const std::string_view> there,
                     std::string_view path) {
    const std::string name(wanted);
    Error error{.code = "no-such-column",
                .what = {"文件里没有“" + name + "”这一列", "the file has no column \"" + name + "\""},
                .mend = {},
                .place = {.path = std::string(path), .line = 1, .column = 0}};
    if (const auto near = nearest(wanted, there)) {
        const std::string other(*near);
        error.mend = {"是否想写“" + other + "”？", "did you mean \"" + other + "\"?"};
    } else {
        std::string all;
        for (const auto column : there.first(std::min<std::size_t>(there.size(), 40)))
            all += (all.empty() ? "" : ", ") + std::string(column);
        error.mend = {"现有的列：" + all, "it has: " + all};
    }
    return error;
}

}  // namespace yinuo::wire
