#include "server/demo_people.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "server/keys.h"
#include "server/users.h"

namespace yinuo::server {
namespace {

const engine::Actor kSystem{.tenant = 0, .id = "system", .name = "system"};
constexpr std::size_t kPasswordBytes = 9;  // 13 letters and digits

struct Person {
    Role role;
    Text title;
    std::string password = {}, hash = {};
};

// Argon2 takes its time, and the engine's thread has none: before the transaction.
Result<std::vector<Person>> people(const Ground& ground) {
    std::vector<Person> all{
        {Role::Owner, {"所有者", "Owner"}},     {Role::Manager, {"承诺经理", "Promise manager"}},
        {Role::Agent, {"坐席", "Agent"}},       {Role::SecondLine, {"二线", "Second line"}},
        {Role::Partner, {"合作方", "Partner"}}, {Role::Auditor, {"审计", "Auditor"}}};
    for (auto& person : all) {
        person.password = vault::token(ground.entropy, kPasswordBytes);
        person.hash = TRY(ground.passwords.hash(vault::Secret<vault::Password>(person.password)));
    }
    return all;
}

struct Founding {
    const demo::CompanyPlan& plan;
    std::vector<Person> people;
    std::string key = {};
};

Result<void> found(demo::Demo& demo, engine::Turns& turns, const Config& config,
                   Founding& founding) {
    const auto& plan = founding.plan;
    const auto tenant = TRY(demo.found(turns, plan, config.origin));
    engine::Actor system = kSystem, author, approver;
    system.tenant = tenant;
    for (const auto& person : founding.people) {
        const bool chinese = plan.name == "telecom";
        User user{.id = {},
                  .login = std::string(name_of(person.role)),
                  .title = person.title.in(chinese),
                  .role = person.role,
                  .password = person.hash,
                  .subjects = {},
                  .created_at = {},
                  .sessions_from = {}};
        if (person.role == Role::Partner)
            user.subjects = {chinese ? "order/D0" : "request/1010012"};
        const auto kept = TRY(add_user(turns, system, tenant, std::move(user)));
        const engine::Actor actor{tenant, kept.user.id, kept.user.title};
        if (person.role == Role::Manager) author = actor;
        if (person.role == Role::Owner) approver = actor;
    }
    auto made = TRY(
        add_key(turns, system, tenant,
                {.id = {},
                 .name = "demo",
                 .may = {Permission::Public, Permission::SignedIn, Permission::PromisesRead,
                         Permission::SubjectsRead, Permission::ObligationsRead,
                         Permission::ReceiptsRead, Permission::EventsRead, Permission::FactsWrite},
                 .sources = {"mine"},
                 .hash = {},
                 .created_by = system.id,
                 .created_at = {}}));
    founding.key = made.text.expose();
    return demo.publish(turns, plan, author, approver);
}

std::string sheet(const std::vector<Founding>& companies) {
    std::string out =
        "演示用的登录（密码只显示这一次）· Sign-in of the demo (passwords are shown this once)\n\n";
    out += fmt::format("{:<10}{:<14}{}\n", "tenant", "login", "password");
    for (const auto& company : companies)
        for (const auto& person : company.people)
            out += fmt::format("{:<10}{:<14}{}\n", company.plan.name, name_of(person.role),
                               person.password);
    out += '\n';
    for (const auto& company : companies)
        out += fmt::format("{:<10}{:<14}{}\n", company.plan.name, "key", company.key);
    out += "\n客户：打开 /demo，点“以一位客户的身份看” · a customer: on /demo\n";
    return out;
}

Result<void> write_for_owner(const std::string& path, std::string_view text) {
    ::unlink(path.c_str());
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const bool fine =
        file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        ::fsync(file) == 0;
    const int cause = errno;
    if (file >= 0) ::close(file);
    if (fine) return {};
    return refuse({.code = "file-trouble",
                   .what = {std::string("不能写入登录信息：") + std::strerror(cause),
                            std::string("can't write the sign-in down: ") + std::strerror(cause)},
                   .mend = {"请检查数据文件夹的权限", "check the data folder's permissions"},
                   .place = {path, 0, 0}});
}

}  // namespace

Result<SignInSheet> found_demo(demo::Demo& demo, engine::Engine& engine, const Config& config,
                               const Ground& ground) {
    SignInSheet said{.path = config.data + "/demo-sign-in.txt", .text = {}};
    if (!demo.fresh()) return said;
    std::vector<Founding> companies;
    for (const auto& plan : demo::companies()) {
        auto staff = TRY(people(ground));
        companies.push_back({.plan = plan, .people = std::move(staff)});
    }
    Result<void> done;
    engine.act(
        [&](engine::Turns& turns) -> Result<void> {
            for (auto& company : companies)
                if (auto one = found(demo, turns, config, company); !one) return one;
            // Before it is on disk who may sign in, it is written down how.
            said.text = sheet(companies);
            return write_for_owner(said.path, said.text);
        },
        [&](Result<void> answer) { done = std::move(answer); });
    while (engine.step()) {}
    if (!done) return refuse(done.error());
    return said;
}

}  // namespace yinuo::server
