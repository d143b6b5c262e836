// Parameters of a query, read strictly: everything that is off is said at once, by its name.
//
//     Query in(call.request);
//     const auto from = in.instant("due_from").value_or(Instant::min());
//     if (auto fine = in.finish(); !fine) return deny(fine.error());
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "server/answer.h"
#include "time/instant.h"

namespace yinuo::server {

class Query {
public:
    explicit Query(const http::Request& request) : request_(request) {}

    // nullopt: it isn't there, or it is off and finish() says so.
    std::optional<std::string_view> text(std::string_view name, std::size_t most = 500);
    std::optional<Instant> instant(std::string_view name);  // RFC 3339
    std::optional<bool> truth(std::string_view name);       // "true", "false"
    std::optional<std::string_view> word(std::string_view name,
                                         std::span<const std::string_view> known);
    // Each of several parameters of that name, and of the words with commas between inside one.
    std::vector<std::string_view> several(std::string_view name);

    void flaw(std::string_view name, Error);
    // 422 with all flaws, if there are any.
    Answered<void> finish();

private:
    const http::Request& request_;
    std::vector<http::Flaw> flaws_;
};

// One such flaw as the whole answer.
Refusal bad_query(std::string_view name, Error);

}  // namespace yinuo::server
