#include "server/query.h"

#include <algorithm>

#include "time/civil.h"

namespace yinuo::server {
namespace {

Refusal all_of(std::vector<http::Flaw> flaws) {
    return Refusal({.code = "bad-query",
                    .what = {"查询参数不对", "the query's parameters are off"},
                    .mend = {"逐条见 errors", "errors has each of them"}},
                   std::move(flaws));
}

}  // namespace

Refusal bad_query(std::string_view name, Error error) {
    return all_of({http::Flaw{.error = std::move(error), .field = std::string(name)}});
}

void Query::flaw(std::string_view name, Error error) {
    flaws_.push_back({.error = std::move(error), .field = std::string(name)});
}

std::optional<std::string_view> Query::text(std::string_view name, std::size_t most) {
    const auto text = request_.query_value(name);
    if (!text || text->size() <= most) return text;
    flaw(name, {.code = "too-long",
                .what = {"太长", "this is too long"},
                .mend = {"最多 " + std::to_string(most) + " 字节",
                         "at most " + std::to_string(most) + " bytes"}});
    return std::nullopt;
}

std::optional<Instant> Query::instant(std::string_view name) {
    const auto text = request_.query_value(name);
    if (!text) return std::nullopt;
    auto at = parse_instant(*text);
    if (!at)
        flaw(name,
             {.code = "bad-instant",
              .what = {"这不是时刻", "this is no instant"},
              .mend = {"例如 2026-03-10T08:00:00Z（时区里的 + 要写成 %2B）",
                       "for example 2026-03-10T08:00:00Z (write the + of an offset as %2B)"}});
    return at;
}

std::optional<bool> Query::truth(std::string_view name) {
    static constexpr std::string_view kWords[] = {"true", "false"};
    const auto said = word(name, kWords);
    return said ? std::optional(*said == "true") : std::nullopt;
}

std::optional<std::string_view> Query::word(std::string_view name,
                                            std::span<const std::string_view> known) {
    const auto text = request_.query_value(name);
    if (!text || std::ranges::find(known, *text) != known.end()) return text;
    std::string list;
    for (const auto one : known) (list += list.empty() ? "" : ", ") += one;
    flaw(name, {.code = "unknown-word",
                .what = {"没有这个选项", "this can't be chosen"},
                .mend = {"可以是 " + list, "it can be " + list}});
    return std::nullopt;
}

std::vector<std::string_view> Query::several(std::string_view name) {
    std::vector<std::string_view> all;
    for (std::size_t i = 0; i < request_.query.size(); ++i) {
        if (request_.query.name(i) != name) continue;
        for (auto rest = request_.query.value(i); !rest.empty();) {
            const auto comma = rest.find(',');
            if (const auto one = rest.substr(0, comma); !one.empty()) all.push_back(one);
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        }
    }
    return all;
}

Answered<void> Query::finish() {
    if (flaws_.empty()) return {};
    return deny(all_of(std::move(flaws_)));
}

}  // namespace yinuo::server
