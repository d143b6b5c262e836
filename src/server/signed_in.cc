#include "server/signed_in.h"

#include <fmt/format.h>

#include "engine/tenants.h"
#include "server/config.h"
#include "server/recognise.h"

namespace yinuo::server {
namespace {

bool over_tls(const Call& call) {
    return call.request.tls || call.things.config.public_url.starts_with("https://");
}

}  // namespace

// RFC 6265bis. Lax lets a link from a mail arrive signed in; writes are held to their Origin.
std::string session_cookie(const Call& call, std::string_view token, Millis lasts) {
    return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{}", kCookie, token,
                       lasts.count / 1000, over_tls(call) ? "; Secure" : "");
}

void write_me(JsonOut& out, store::Reading& reading, const Session& who) {
    out.open('{').member("id", who.actor.id).member("name", who.actor.name);
    out.member("role", name_of(who.role)).member("tenant", who.tenant);
    const auto tenant = engine::tenant(reading, who.tenant);
    if (tenant) {
        out.member("tenant_name", tenant->name).member("tenant_title", tenant->title);
        out.member("demo", tenant->demo);
    }
    out.key("permissions").open('[');
    for (std::size_t i = 0; i < kPermissions; ++i)
        if (who.may.has(static_cast<Permission>(i))) out.value(name_of(static_cast<Permission>(i)));
    out.close(']').member_if("expires_at", who.expires_at).close('}');
}

http::Response signed_in(const Call& call, store::Reading& reading, const Session& who,
                         std::string_view token, Millis lasts) {
    JsonOut out;
    out.open('{').member("token", token).key("me");
    write_me(out, reading, who);
    out.close('}');
    return http::Response::json(201, out.take())
        .with("Location", "/api/v1/sessions/current")
        .with("Set-Cookie", session_cookie(call, token, lasts));
}

Refusal too_many_sign_ins(Millis wait) {
    const auto whole = (wait.count + 999) / 1000;
    Refusal refusal =
        Error{.code = "too-many-sign-ins",
              .what = {"尝试登录太密", "these are too many attempts to sign in"},
              .mend = {fmt::format("{} 秒后再试", whole), fmt::format("try again in {} s", whole)}};
    refusal.headers.emplace_back("Retry-After", std::to_string(whole));
    return refusal;
}

}  // namespace yinuo::server
