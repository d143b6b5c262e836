#include "engine/diff.h"

#include <algorithm>
#include <set>

#include "engine/publishing.h"
#include "promise/sentence.h"

namespace yinuo::engine {
namespace {

using Lines = std::vector<std::string_view>;
using Kind = DiffLine::Kind;

constexpr int kDifferencesMost = 2'000;

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// Which lines of `a` and `b` stay, as pairs of places in order; see diff_lines(). `v[k]` is how far
// along `a` the furthest path on diagonal k (place in a - place in b) has come.
std::vector<std::pair<int, int>> common(std::span<const std::string_view> a,
                                        std::span<const std::string_view> b) {
    const int n = static_cast<int>(a.size()), m = static_cast<int>(b.size());
    const auto at = [](int i) { return static_cast<std::size_t>(i); };
    const int most = std::min(n + m, kDifferencesMost);
    std::vector<int> v(at(2 * most + 3), 0);
    const auto diagonal = [&](int k) -> int& { return v[at(k + most + 1)]; };
    std::vector<std::vector<int>> rounds;  // of each d: diagonals -d..d as they were before it
    for (int d = 0; d <= most; ++d) {
        rounds.emplace_back(v.begin() + (most + 1 - d), v.begin() + (most + 2 + d));
        for (int k = -d; k <= d; k += 2) {
            const bool down = k == -d || (k != d && diagonal(k - 1) < diagonal(k + 1));
            int x = down ? diagonal(k + 1) : diagonal(k - 1) + 1;
            while (x < n && x - k < m && a[at(x)] == b[at(x - k)]) ++x;
            diagonal(k) = x;
            if (x < n || x - k < m) continue;
            // There: back the way it came.
            std::vector<std::pair<int, int>> same;
            int y = x - k;
            for (int back = d; back > 0; --back) {
                const auto& before = rounds[at(back)];
                const auto furthest = [&](int diag) {
                    return diag < -back || diag > back ? 0 : before[at(diag + back)];
                };
                const int here = x - y;
                const bool came_down =
                    here == -back || (here != back && furthest(here - 1) < furthest(here + 1));
                const int from = came_down ? here + 1 : here - 1;
                const int from_x = furthest(from);
                const int begin = came_down ? from_x : from_x + 1;
                while (x > begin) --x, --y, same.emplace_back(x, y);
                x = from_x;
                y = from_x - from;
            }
            while (x > 0) --x, --y, same.emplace_back(x, y);
            std::ranges::reverse(same);
            return same;
        }
    }
    return {};
}

Text sentence(const promise::Promise& promise, const promise::Clause& clause) {
    return promise::sentence_of(promise, clause);
}
Text sentence(const promise::Promise& promise, const promise::Remedy& remedy) {
    return promise::sentence_of(promise, remedy);
}

template <typename Part>
void compare(const promise::Promise& before, const promise::Promise& after,
             const std::vector<Part>& old_parts, const std::vector<Part>& new_parts,
             MeantChange::Of of, std::vector<MeantChange>& out) {
    for (const Part& part : old_parts) {
        const auto now = std::ranges::find(new_parts, part.name, &Part::name);
        const Text was = sentence(before, part);
        if (now == new_parts.end()) {
            out.push_back({MeantChange::Kind::Removed, of, part.name, was, {}});
        } else if (const Text is = sentence(after, *now); is != was) {
            out.push_back({MeantChange::Kind::Changed, of, part.name, was, is});
        }
    }
    for (const Part& part : new_parts)
        if (std::ranges::find(old_parts, part.name, &Part::name) == old_parts.end())
            out.push_back({MeantChange::Kind::Added, of, part.name, {}, sentence(after, part)});
}

Result<Publication> publication(store::Reading& rows, store::TenantId tenant, std::string_view id) {
    const auto document = rows.document(tenant, kPromises, id);
    if (!document)
        return refuse(
            {.code = "no-promise", .what = {"没有这一版承诺", "there is no such version"}});
    return TRY(PromiseVersion::from_json(document->body)).publication;
}

}  // namespace

std::vector<DiffLine> diff_lines(std::string_view before, std::string_view after) {
    const Lines a = lines_of(before), b = lines_of(after);
    const auto least = std::min(a.size(), b.size());
    std::size_t head = 0, tail = 0;
    while (head < least && a[head] == b[head]) ++head;
    while (tail < least - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
    std::vector<DiffLine> out;
    std::size_t i = 0, j = 0;
    const auto go_to = [&](std::size_t to_i, std::size_t to_j) {  // all that lies before differs
        for (; i < to_i; ++i)
            out.push_back({Kind::Removed, static_cast<std::uint32_t>(i + 1), 0, std::string(a[i])});
        for (; j < to_j; ++j)
            out.push_back({Kind::Added, 0, static_cast<std::uint32_t>(j + 1), std::string(b[j])});
    };
    const auto keep = [&](std::size_t x, std::size_t y) {
        go_to(x, y);
        out.push_back({Kind::Same, static_cast<std::uint32_t>(x + 1),
                       static_cast<std::uint32_t>(y + 1), std::string(a[x])});
        ++i, ++j;
    };
    for (std::size_t k = 0; k < head; ++k) keep(k, k);
    const auto middle = [&](const Lines& of) {
        return std::span(of).subspan(head, of.size() - head - tail);
    };
    for (const auto& [x, y] : common(middle(a), middle(b)))
        keep(head + static_cast<std::size_t>(x), head + static_cast<std::size_t>(y));
    for (std::size_t k = tail; k > 0; --k) keep(a.size() - k, b.size() - k);
    go_to(a.size(), b.size());
    return out;
}

std::vector<MeantChange> meant_changes(const promise::Promise& before,
                                       const promise::Promise& after) {
    std::vector<MeantChange> out;
    compare(before, after, before.clauses, after.clauses, MeantChange::Of::Clause, out);
    compare(before, after, before.remedies, after.remedies, MeantChange::Of::Remedy, out);
    return out;
}

Result<VersionDiff> diff_versions(store::Reading& rows, Zones& zones, store::TenantId tenant,
                                  std::string_view before, std::string_view after) {
    const auto old_one = TRY(publication(rows, tenant, before));
    const auto new_one = TRY(publication(rows, tenant, after));
    VersionDiff diff;
    diff.text = diff_lines(old_one.text, new_one.text);
    std::set<std::string> names;
    for (const auto* one : {&old_one, &new_one})
        for (const auto& [name, text] : one->calendars) names.insert(name);
    for (const auto& name : names) {
        const auto text_in = [&](const Publication& one) -> std::string_view {
            const auto found = one.calendars.find(name);
            return found == one.calendars.end() ? std::string_view() : found->second;
        };
        if (text_in(old_one) != text_in(new_one))
            diff.calendars[name] = diff_lines(text_in(old_one), text_in(new_one));
    }
    Names symbols;
    const auto was = read_publication(old_one, symbols, zones);
    const auto is = read_publication(new_one, symbols, zones);
    if (was.promises.size() == 1 && is.promises.size() == 1)
        diff.changes = meant_changes(was.promises.front(), is.promises.front());
    return diff;
}

}  // namespace yinuo::engine
