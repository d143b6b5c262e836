#include "server/recognise.h"

#include <charconv>

#include "engine/noticing.h"
#include "server/config.h"
#include "server/keys.h"
#include "server/sign_in.h"
#include "server/users.h"
#include "vault/encoding.h"
#include "vault/link.h"
#include "vault/seal.h"
#include "vault/token.h"

namespace yinuo::server {
namespace {

Refusal unknown_token() {
    return Error{
        .code = "token-unknown",
        .what = {"登录已失效或密钥已撤销", "this session is over, or this key was revoked"},
        .mend = {"重新登录，或换一个密钥", "sign in again, or use another key"}};
}

std::string_view cookie_of(const http::Request& request) {
    auto rest = request.header("cookie").value_or("");
    while (!rest.empty()) {
        const auto end = rest.find(';');
        auto pair = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        while (pair.starts_with(' ')) pair.remove_prefix(1);
        if (pair.starts_with(kCookie) && pair.substr(kCookie.size()).starts_with('='))
            return pair.substr(kCookie.size() + 1);
    }
    return {};
}

// Whoever was erased is nobody any more, also to their own links and sessions.
std::optional<Session> of_customer(store::Reading& reading, store::TenantId tenant,
                                   store::CustomerId id, Instant until) {
    const auto customer = id == 0 ? std::nullopt : reading.customer(id);
    if (!customer || customer->tenant != tenant || customer->erased_at < Instant::max())
        return std::nullopt;
    return Session{.tenant = tenant,
                   .actor = {tenant, engine::customer_text(id), {}},
                   .role = Role::Customer,
                   .may = permissions_of(Role::Customer),
                   .subjects = {},
                   .sources = {},
                   .customer = id,
                   .token_hash = {},
                   .expires_at = until};
}

Answered<Session> by_session(std::string_view text, const Things& things, Instant now) {
    const auto hash = TRY(vault::read_token(text, "session"));
    const auto hex = vault::to_hex(hash.view());
    const auto reading = things.store.read();
    const auto kept = find_session(*reading, hex);
    if (!kept || kept->expires_at <= now) return deny(unknown_token());
    if (kept->customer != 0) {
        auto who = of_customer(*reading, kept->tenant, kept->customer, kept->expires_at);
        if (!who) return deny(unknown_token());
        who->token_hash = hex;
        return *std::move(who);
    }
    const auto user = find_user(*reading, kept->tenant, kept->user);
    if (!user || user->user.disabled || kept->begun_at < user->user.sessions_from)
        return deny(unknown_token());
    return Session{.tenant = kept->tenant,
                   .actor = {kept->tenant, user->user.id, user->user.title},
                   .role = user->user.role,
                   .may = permissions_of(user->user.role),
                   .subjects = user->user.subjects,
                   .sources = {},
                   .customer = 0,
                   .token_hash = hex,
                   .expires_at = kept->expires_at};
}

Answered<Session> by_key(std::string_view text, const Things& things, Instant now) {
    const auto hash = TRY(vault::read_token(text, "key"));
    const auto hex = vault::to_hex(hash.view());
    const auto found = key_by_hash(*things.store.read(), hex);
    if (!found || found->kept.key.expires_at <= now) return deny(unknown_token());
    const auto& key = found->kept.key;
    return Session{.tenant = found->tenant,
                   .actor = {found->tenant, key.id, key.name},
                   .role = Role::Key,
                   .may = key.may & grantable(found->tenant),
                   .subjects = {},
                   .sources = key.sources,
                   .customer = 0,
                   .token_hash = hex,
                   .expires_at = key.expires_at};
}

std::int64_t number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() ? number : 0;
}

store::CustomerId customer_in(const vault::Link& link) {
    return link.subject.starts_with("cus_") ? number_in(link.subject.substr(4)) : 0;
}

}  // namespace

vault::Key link_key(const vault::Key& server_key) { return vault::derive(server_key, "link", ""); }
vault::Key link_key(const Things& things) { return link_key(things.server_key); }

Answered<Session> by_link(std::string_view text, const Things& things, Instant now) {
    const auto link = TRY(vault::verify_link(link_key(things), text, kViewPurpose, now.millis));
    auto who = of_customer(*things.store.read(), number_in(link.tenant), customer_in(link),
                           {link.expires_at});
    if (!who) return deny(unknown_token());
    return *std::move(who);
}

Answered<Session> recognise(const http::Request& request, const Things& things, Instant now) {
    if (const auto given = request.header("authorization")) {
        if (given->starts_with("Bearer yn_key_")) return by_key(given->substr(7), things, now);
        if (given->starts_with("Bearer ")) return by_session(given->substr(7), things, now);
        if (given->starts_with("Link ")) return by_link(given->substr(5), things, now);
        return deny(
            Error{.code = "token-malformed",
                  .what = {"Authorization 的写法不认识", "this Authorization isn't understood"},
                  .mend = {"写作 Bearer yn_key_…、Bearer yn_session_… 或 Link …",
                           "write Bearer yn_key_…, Bearer yn_session_… or Link …"}});
    }
    const auto cookie = cookie_of(request);
    return cookie.empty() ? Session{} : by_session(cookie, things, now);
}

bool from_own_origin(const http::Request& request, const Config& config) {
    if (request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS")
        return true;
    if (request.header("authorization")) return true;
    const auto origin = request.header("origin");
    // Without an Origin it is no browser of today; it may sign in, but not act by a cookie.
    if (!origin) return cookie_of(request).empty();
    if (!config.public_url.empty()) return *origin == config.public_url;
    const auto host = request.header("host").value_or("");
    return *origin == (request.tls ? "https://" : "http://") + std::string(host);
}

}  // namespace yinuo::server
