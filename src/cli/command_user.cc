// `yinuo user` and `yinuo tenant`: people and companies, while no server runs.
#include <fmt/format.h>

#include <cstdio>

#include "cli/installation.h"
#include "cli/password_input.h"
#include "engine/tenants.h"
#include "server/users.h"

namespace yinuo::cli {
namespace {

using server::User;

const engine::Actor kSystem{.tenant = 0, .id = "system", .name = "system"};

struct Wish {
    std::string verb, name, tenant, title, role = "owner", cipher = std::string(engine::kAesGcm);
    std::vector<std::string> subjects;
};

Error unknown_verb(const std::string& command, const std::string& verb, const std::string& known) {
    return {.code = "unknown-verb",
            .what = {"不认识 " + command + " " + verb, command + " doesn't know '" + verb + "'"},
            .mend = {"可以是 " + known, "it can be " + known}};
}

Error no_tenant(const std::string& name) {
    return {.code = "no-tenant",
            .what = {"没有租户“" + name + "”", "there is no tenant \"" + name + "\""},
            .mend = {"yinuo tenant list 列出全部", "yinuo tenant list has them"}};
}

Result<store::TenantId> tenant_id(store::Reading& reading, const std::string& name) {
    if (name.empty()) return 0;
    const auto tenant = engine::find_tenant(reading, name);
    if (!tenant) return refuse(no_tenant(name));
    return tenant->id;
}

Result<void> add_user(Installation& place, const Wish& wish, const Console& console) {
    const auto role = server::user_role(wish.tenant.empty() ? "operator" : wish.role);
    const auto login = TRY(server::login_of(wish.name));
    const auto password = TRY(place.passwords->hash(TRY(read_password(console))));
    User user{.id = {},
              .login = login,
              .title = wish.title.empty() ? wish.name : wish.title,
              .role = role.value_or(server::Role::Owner),
              .password = password,
              .subjects = wish.subjects,
              .created_at = {},
              .sessions_from = {}};
    return place.act([&](engine::Turns& turns) -> Result<void> {
        const auto tenant = TRY(tenant_id(turns.rows(), wish.tenant));
        const auto kept = TRY(server::add_user(turns, kSystem, tenant, user));
        fmt::print("{}\n", kept.user.id);
        return {};
    });
}

Result<void> set_password(Installation& place, const Wish& wish, const Console& console) {
    const auto login = TRY(server::login_of(wish.name));
    const auto hash = TRY(place.passwords->hash(TRY(read_password(console))));
    return place.act([&](engine::Turns& turns) -> Result<void> {
        const auto tenant = TRY(tenant_id(turns.rows(), wish.tenant));
        const auto kept = server::user_by_login(turns.rows(), tenant, login);
        if (!kept)
            return refuse({.code = "no-user",
                           .what = {"没有这个用户", "there is no such user"},
                           .mend = {"yinuo user list 列出全部", "yinuo user list has them"}});
        auto user = kept->user;
        user.password = hash;
        user.disabled = false;
        user.sessions_from = turns.now() + Millis{1};
        TRY(server::change_user(turns, kSystem, tenant, std::move(user), kept->etag,
                                "user.password"));
        return {};
    });
}

Result<void> list_users(Installation& place, const Wish& wish, const Console& console) {
    const auto reading = place.store->read();
    const auto tenant = TRY(tenant_id(*reading, wish.tenant));
    server::JsonOut out;
    out.open('[');
    for (const auto& [user, etag] : server::all_users(*reading, tenant)) {
        if (console.json)
            server::write_user(out, user);
        else
            fmt::print("{}  {:<12} {}  {}{}\n", user.id, server::name_of(user.role), user.login,
                       user.title,
                       user.disabled ? console.say({"（已停用）", " (disabled)"}) : std::string());
    }
    if (console.json) fmt::print("{}\n", out.close(']').take());
    return {};
}

Result<void> add_tenant(Installation& place, const Wish& wish) {
    return place.act([&](engine::Turns& turns) -> Result<void> {
        const auto title = wish.title.empty() ? wish.name : wish.title;
        const auto tenant = TRY(engine::make_tenant(turns, kSystem, wish.name, title, false,
                                                    place.config.origin, wish.cipher));
        fmt::print("{}  {}\n", tenant.name, tenant.log_public_key);
        return {};
    });
}

Result<void> list_tenants(Installation& place, const Console& console) {
    server::JsonOut out;
    out.open('[');
    for (const auto& tenant : engine::tenants(*place.store->read())) {
        if (console.json)
            out.open('{')
                .member("id", tenant.id)
                .member("name", tenant.name)
                .member("title", tenant.title)
                .member("log_public_key", tenant.log_public_key)
                .close('}');
        else
            fmt::print("{:<12} {}  {}\n", tenant.name, tenant.title, tenant.log_public_key);
    }
    if (console.json) fmt::print("{}\n", out.close(']').take());
    return {};
}

Result<void> perform(Installation& place, std::string_view command, const Wish& wish,
                     const Console& console) {
    try {
        if (command == "tenant")
            return wish.verb == "add" ? add_tenant(place, wish) : list_tenants(place, console);
        if (wish.verb == "add") return add_user(place, wish, console);
        if (wish.verb == "password") return set_password(place, wish, console);
        return list_users(place, wish, console);
    } catch (const store::Trouble& trouble) {
        return refuse(trouble.error());
    }
}

int finish(std::string_view command, const Wish& wish, const SettingFlags& flags,
           const Console& console) {
    if (wish.verb != "list" && wish.name.empty())
        return complain({.code = "missing-argument",
                         .what = {"少了名字", "a name is missing"},
                         .mend = {"看 --help", "see --help"}},
                        console);
    const auto settings = flags.read();
    if (!settings) return complain(settings.error(), console, kInput);
    auto place = Installation::open(
        settings->config(),
        wish.verb == "list" ? Installation::For::Looking : Installation::For::Changing, console);
    if (!place) return complain(place.error(), console, kEnvironment);
    const auto done = perform(**place, command, wish, console);
    return done ? kFine : complain(done.error(), console, kInput);
}

int run_user(Arguments arguments, const Console& console) {
    Wish wish;
    SettingFlags flags;
    Options options;
    flags.declare(options);
    options.value("tenant", wish.tenant);
    options.value("title", wish.title);
    options.choice("role",
                   {"owner", "manager", "agent", "second_line", "partner", "auditor", "operator"},
                   wish.role);
    options.values("subjects", wish.subjects);
    options.required("add|password|list", wish.verb);
    options.optional("LOGIN", wish.name);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    if (wish.verb != "add" && wish.verb != "password" && wish.verb != "list")
        return complain(unknown_verb("user", wish.verb, "add, password, list"), console);
    return finish("user", wish, flags, console);
}

int run_tenant(Arguments arguments, const Console& console) {
    Wish wish;
    SettingFlags flags;
    Options options;
    flags.declare(options);
    options.value("title", wish.title);
    options.choice("cipher", {engine::kAesGcm, engine::kSm4}, wish.cipher);
    options.required("add|list", wish.verb);
    options.optional("NAME", wish.name);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    if (wish.verb != "add" && wish.verb != "list")
        return complain(unknown_verb("tenant", wish.verb, "add, list"), console);
    return finish("tenant", wish, flags, console);
}

}  // namespace

const Command kUserCommand = {
    .name = "user",
    .summary = {"新增用户、重设密码、列出用户", "add people, set passwords, list them"},
    .usage =
        {"yinuo user add 登录名 --tenant 租户 [--role 角色] [--title 姓名] [--subjects 开头]...\n"
         "yinuo user password 登录名 [--tenant 租户]\n"
         "yinuo user list [--tenant 租户]\n"
         "\n"
         "不写 --tenant 就是平台自己的运维人员。密码从终端输入（不显示），否则从标准输入读一行。\n"
         "角色: owner（默认） manager agent second_line partner auditor。合作方 partner 用 "
         "--subjects\n"
         "写明他们能看的关联业务编号怎样开头。add 和 password 在服务器没有运行时使用；数据在 "
         "--data。\n",
         "yinuo user add LOGIN --tenant TENANT [--role ROLE] [--title NAME] [--subjects "
         "BEGINNING]...\n"
         "yinuo user password LOGIN [--tenant TENANT]\n"
         "yinuo user list [--tenant TENANT]\n"
         "\n"
         "Without --tenant: operators of the installation itself. The password is asked at the "
         "terminal,\n"
         "unseen, or is one line of standard input. Roles: owner (the default), manager, "
         "agent,\n"
         "second_line, partner, auditor. For a partner, --subjects says how the subjects begin "
         "that they\n"
         "may see. `add` and `password` are for when no server runs; --data is the folder.\n"},
    .run = run_user,
};

const Command kTenantCommand = {
    .name = "tenant",
    .summary = {"新增租户、列出租户", "add companies, list them"},
    .usage = {"yinuo tenant add 名字 [--title 名称] [--cipher aes-256-gcm|sm4-ctr-hmac-sm3]\n"
              "yinuo tenant list\n"
              "\n"
              "名字是 1 到 40 个小写字母、数字或连字符。打印存证日志的公钥，可以公布。\n"
              "--cipher 是封存个人信息的算法，定了不改；默认 AES，要国密写 sm4-ctr-hmac-sm3。\n"
              "add 在服务器没有运行时使用；数据在 --data。\n",
              "yinuo tenant add NAME [--title TITLE] [--cipher aes-256-gcm|sm4-ctr-hmac-sm3]\n"
              "yinuo tenant list\n"
              "\n"
              "NAME is 1 to 40 small letters, digits or hyphens. Prints the public key of its "
              "transparency log,\n"
              "which may be published. --cipher seals personal data and stays for good. `add` is "
              "for when no server runs; --data is the folder.\n"},
    .run = run_tenant,
};

}  // namespace yinuo::cli
