#include "wire/rows.h"

#include <algorithm>

#include "base/nearest.h"

namespace yinuo::wire {
namespace {
constexpr std::size_t kNamesMax = 2000;
}  // namespace

SeenColumns::SeenColumns(Columns wanted) : wanted_(wanted), seen_(wanted.size()) {
    for (std::size_t i = 0; i < wanted.size(); ++i) slots_.emplace(wanted[i], i);
}

std::size_t SeenColumns::slot(std::string_view name) {
    if (const auto known = slots_.find(name); known != slots_.end()) {
        if (known->second != kUnwanted) seen_[known->second] = true;
        return known->second;
    }
    if (slots_.size() < kNamesMax) slots_.emplace(name, kUnwanted);
    return kUnwanted;
}

void SeenColumns::tell(RowSink& sink, std::string_view path) const {
    std::vector<std::string_view> there;
    for (const auto& [name, slot] : slots_)
        if (slot == kUnwanted || seen_[slot]) there.push_back(name);
    std::ranges::sort(there);
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
        if (seen_[i]) continue;
        Error error = no_such_column(wanted_[i], there, path);
        error.place.line = 0;
        sink.note({Severity::Warning, std::move(error)});
    }
}

Error no_such_column(std::string_view wanted, std::span<const std::string_view> there,
                     std::string_view path) {
    const std::string name(wanted);
    Error error{
        .code = "no-such-column",
        .what = {"文件里没有“" + name + "”这一列", "the file has no column \"" + name + "\""},
        .mend = {},
        .place = {.path = std::string(path), .line = 1, .column = 0}};
    if (const auto near = nearest(wanted, there)) {
        const std::string other(*near);
        error.mend = {"是否想写“" + other + "”？", "did you mean \"" + other + "\"?"};
    } else if (there.empty()) {
        error.mend = {"文件里一行也没有", "there is not a single row in it"};
    } else {
        std::string all;
        for (const auto column : there.first(std::min<std::size_t>(there.size(), 40)))
            all += (all.empty() ? "" : ", ") + std::string(column);
        error.mend = {"现有的列：" + all, "it has: " + all};
    }
    return error;
}

}  // namespace yinuo::wire
