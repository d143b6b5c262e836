#include "server/users.h"

#include <algorithm>

#include "base/arena.h"
#include "base/utf8.h"
#include "vault/random.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}

Instant instant_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return {found == nullptr ? 0 : found->integer().value_or(0)};
}

Result<void> fits(const User& user, store::TenantId tenant) {
    if ((user.role == Role::Operator) != (tenant == 0))
        return refuse(
            {.code = "wrong-role",
             .what = {"这个角色不属于这里", "this role doesn't belong here"},
             .mend = {"运维 operator 只在平台，其他角色只在租户",
                      "operators belong to the installation, everybody else to a tenant"}});
    if ((user.role == Role::Partner) == user.subjects.empty())
        return refuse(
            {.code = "subjects",
             .what = {"合作方、也只有合作方，要写明 subjects",
                      "a partner, and only a partner, has subjects"},
             .mend = {"例如 [\"repair/north-\"]：关联业务编号的开头",
                      "for example [\"repair/north-\"]: how their subjects' names begin"}});
    return {};
}

bool manages_users(const User& user) {
    return !user.disabled && (user.role == Role::Owner || user.role == Role::Operator);
}

Result<void> put(engine::Turns& turns, store::TenantId tenant, const User& user,
                 std::int64_t version) {
    const auto same = turns.rows().document_by_key(tenant, kUsers, user.login);
    if (same && same->id != user.id)
        return refuse({.code = "name-taken",
                       .what = {"这个登录名有人用了", "this login is taken"},
                       .mend = {"换一个登录名", "choose another"}});
    if (!turns.rows().put_document({.tenant = tenant,
                                    .collection = std::string(kUsers),
                                    .id = user.id,
                                    .version = version,
                                    .key = user.login,
                                    .body = user.to_json()}))
        return refuse({.code = "stale",
                       .what = {"别人已经改过了", "somebody else has changed this since"},
                       .mend = {"重新读取，再改一次", "read it again and repeat the change"}});
    return {};
}

std::optional<KeptUser> kept(const std::optional<store::Document>& document) {
    if (!document) return std::nullopt;
    auto user = User::from_json(document->body);
    if (!user) return std::nullopt;
    return KeptUser{std::move(*user), document->version};
}

}  // namespace

std::string User::to_json() const {
    JsonOut out;
    out.open('{').member("id", id).member("login", login).member("title", title);
    out.member("role", name_of(role)).member("password", password).list("subjects", subjects);
    out.member_if("team", team);
    out.member("disabled", disabled).member("created_at", created_at.millis);
    return out.member("sessions_from", sessions_from.millis).close('}').take();
}

Result<User> User::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    const auto role = user_role(text_of(json, "role"));
    if (!role)
        return refuse({.code = "document-unreadable",
                       .what = {"用户记录读不懂", "the user's document can't be read"}});
    User user{.id = text_of(json, "id"),
              .login = text_of(json, "login"),
              .title = text_of(json, "title"),
              .role = *role,
              .password = text_of(json, "password"),
              .subjects = {},
              .created_at = instant_of(json, "created_at"),
              .sessions_from = instant_of(json, "sessions_from")};
    const auto* disabled = json.find("disabled");
    user.disabled = disabled != nullptr && disabled->truth().value_or(false);
    user.team = text_of(json, "team");
    if (const auto* subjects = json.find("subjects"))
        for (const auto& subject : subjects->items) user.subjects.emplace_back(subject.text);
    return user;
}

std::optional<KeptUser> find_user(store::Reading& reading, store::TenantId tenant,
                                  std::string_view id) {
    return kept(reading.document(tenant, kUsers, id));
}

std::optional<KeptUser> user_by_login(store::Reading& reading, store::TenantId tenant,
                                      std::string_view login) {
    return kept(reading.document_by_key(tenant, kUsers, login));
}

std::vector<KeptUser> all_users(store::Reading& reading, store::TenantId tenant) {
    constexpr int kPage = 100;
    std::vector<KeptUser> all;
    for (std::string after;;) {
        const auto page = reading.documents(tenant, kUsers, after, kPage);
        for (const auto& document : page)
            if (auto user = kept(document)) all.push_back(std::move(*user));
        if (page.size() < kPage) return all;
        after = page.back().id;
    }
}

Result<std::string> login_of(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\n\r");
    const auto end = text.find_last_not_of(" \t\n\r");
    std::string login(begin == std::string_view::npos ? std::string_view()
                                                      : text.substr(begin, end - begin + 1));
    const bool odd =
        std::ranges::any_of(login, [](unsigned char c) { return c <= ' ' || c == 0x7f; });
    if (login.empty() || count_characters(login) > 80 || odd ||
        find_bad_utf8(login) != std::string::npos)
        return refuse({.code = "bad-login",
                       .what = {"登录名不合要求", "this login can't be"},
                       .mend = {"1 到 80 个字符，中间没有空白，例如邮箱",
                                "1 to 80 characters without blanks, for example a mail address"}});
    for (char& c : login)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return login;
}

Result<KeptUser> add_user(engine::Turns& turns, const engine::Actor& actor, store::TenantId tenant,
                          User user) {
    if (auto fit = fits(user, tenant); !fit) return refuse(fit.error());
    user.id = "usr_" + vault::token(turns.entropy(), 12);
    user.created_at = turns.now();
    if (auto done = put(turns, tenant, user, 1); !done) return refuse(done.error());
    turns.audit(actor, "user.added", user.id,
                "\"role\":\"" + std::string(name_of(user.role)) + '"');
    return KeptUser{std::move(user), 1};
}

Result<KeptUser> change_user(engine::Turns& turns, const engine::Actor& actor,
                             store::TenantId tenant, User user, std::int64_t etag,
                             std::string_view what) {
    if (auto fit = fits(user, tenant); !fit) return refuse(fit.error());
    if (!manages_users(user) &&
        std::ranges::none_of(all_users(turns.rows(), tenant), [&](const KeptUser& other) {
            return other.user.id != user.id && manages_users(other.user);
        }))
        return refuse(
            {.code = "last-owner",
             .what = {"这样就没有人能管理用户了", "this would leave nobody to manage users"},
             .mend = {"先让另一个人成为负责人", "make somebody else an owner first"}});
    if (auto done = put(turns, tenant, user, etag + 1); !done) return refuse(done.error());
    turns.audit(actor, what, user.id, "\"role\":\"" + std::string(name_of(user.role)) + '"');
    return KeptUser{std::move(user), etag + 1};
}

void keep_password(engine::Turns& turns, store::TenantId tenant, std::string_view id,
                   std::string_view hash) {
    auto kept = find_user(turns.rows(), tenant, id);
    if (!kept) return;
    kept->user.password = hash;
    static_cast<void>(put(turns, tenant, kept->user, kept->etag + 1));
}

void write_user(JsonOut& out, const User& user) {
    out.open('{').member("id", user.id).member("login", user.login).member("title", user.title);
    out.member("role", name_of(user.role));
    if (user.role == Role::Partner) out.list("subjects", user.subjects);
    out.member_if("team", user.team);
    out.member("disabled", user.disabled).member("created_at", user.created_at).close('}');
}

}  // namespace yinuo::server
