#include "server/answer.h"

#include <algorithm>

namespace yinuo::server {
namespace {

struct StatusRow {
    std::string_view code;
    int status;
};

// Sorted by code. What isn't here is 422: it could be read, and is wrong.
constexpr StatusRow kStatuses[] = {
    {"approval-missing", 409},
    {"approved-already", 409},
    {"bad-json", 400},
    {"bad-sign-in", 401},
    {"busy", 503},
    {"duplicate-key", 400},
    {"erased", 410},
    {"etag-missing", 428},
    {"forbidden", 403},
    {"foreign-origin", 403},
    {"fund-too-small", 409},
    {"idempotency-in-flight", 409},
    {"last-owner", 409},
    {"link-broken", 401},
    {"link-expired", 401},
    {"name-taken", 409},
    {"no-alert", 404},
    {"no-calendar", 404},
    {"no-customer", 404},
    {"no-incident", 404},
    {"no-obligation", 404},
    {"no-payout", 404},
    {"no-promise", 404},
    {"no-such", 404},
    {"no-tenant", 404},
    {"no-tile", 404},
    {"not-a-draft", 409},
    {"not-newer", 409},
    {"not-your-team", 403},
    {"same-person", 403},
    {"sign-in-needed", 401},
    {"stale", 412},
    {"token-malformed", 401},
    {"token-mistyped", 401},
    {"token-unknown", 401},
    {"too-deep", 400},
    {"too-many-comments", 409},
    {"too-many-requests", 429},
    {"too-many-sign-ins", 429},
    {"unavailable", 503},
    {"wrong-incident-state", 409},
    {"wrong-media-type", 415},
    {"wrong-payout-state", 409},
    {"wrong-stage", 409},
};
static_assert(std::ranges::is_sorted(kStatuses, {}, &StatusRow::code));

}  // namespace

int status_of(const Error& error) {
    const auto* found =
        std::ranges::lower_bound(kStatuses, std::string_view(error.code), {}, &StatusRow::code);
    return found != std::end(kStatuses) && found->code == error.code ? found->status : 422;
}

http::Response problem_of(const Refusal& refusal, bool chinese) {
    const int status = refusal.status != 0 ? refusal.status : status_of(refusal.error);
    auto response = http::problem(status, refusal.error, chinese, refusal.flaws);
    for (const auto& [name, value] : refusal.headers) response.with(name, value);
    if (status == 401) response.with("WWW-Authenticate", "Bearer realm=\"yinuo\"");
    if (status == 503) response.with("Retry-After", "2");
    return response;
}

Refusal no_such(Text what) {
    return Error{.code = "no-such",
                 .what = {"没有这个" + what.zh, "there is no such " + what.en},
                 .mend = {"请核对编号", "check the id"}};
}

Refusal unavailable() {
    return Error{.code = "unavailable",
                 .what = {"系统暂时不能处理", "this can't be done right now"},
                 .mend = {"稍后再试；仍不行请联系管理员",
                          "try again later; if it stays so, tell the operator"}};
}

}  // namespace yinuo::server
