// Rows of an index, in its order. Inside the room.
#pragma once

#include <tuple>
#include <type_traits>
#include <vector>

namespace yinuo::store {

// Rows of a set of (..., id) after `begin`, while `goes_on`, at most `limit`.
template <typename Rows>
auto rows_by(const auto& set, const auto& begin, const Rows& rows, int limit, auto&& goes_on) {
    std::vector<std::remove_cvref_t<decltype(rows.rows().begin()->second)>> out;
    for (auto i = set.upper_bound(begin); i != set.end() && goes_on(*i); ++i) {
        if (static_cast<int>(out.size()) >= limit) break;
        out.push_back(
            *rows.find(std::get<std::tuple_size_v<std::remove_cvref_t<decltype(*i)>> - 1>(*i)));
    }
    return out;
}

}  // namespace yinuo::store
