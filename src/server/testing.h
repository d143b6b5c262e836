// A whole server for tests: a store, a clock that is moved by hand, two companies with a person of
// every role, and a client that speaks real HTTP to a free port.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "engine/publishing.h"
#include "engine/tenants.h"
#include "engine/testing.h"
#include "http/testing.h"
#include "server/keys.h"
#include "server/service.h"
#include "server/users.h"
#include "store/memory_store.h"
#include "wire/json.h"

namespace yinuo::server {

// May be moved while other threads read it.
class MovedClock final : public Clock {
public:
    Instant now() override { return {at_.load()}; }
    void advance(Millis span) { at_ += span.count; }

private:
    std::atomic<std::int64_t> at_ = 1'773'100'800'000;  // 2026-03-10T00:00:00Z
};

inline constexpr std::string_view kTestPassword = "a long enough sentence";

struct Company {
    store::TenantId id = 0;
    std::string name;
    std::map<Role, KeptUser> people;
    std::map<Role, std::string> tokens;  // of sessions
};

// What a client says beside method and path.
struct Say {
    std::string token = {};    // Authorization: Bearer
    std::string body = {};     // JSON
    std::string headers = {};  // further lines, each with its \r\n
};

class House {
public:
    explicit House(std::unique_ptr<store::Store> kept = std::make_unique<store::MemoryStore>(),
                   Config config = generous())
        : store(std::move(kept)) {
        config.port = 0;
        auto opened =
            Service::open(config, {*store, clock, zones, keyring, entropy, passwords, log});
        check(opened.has_value());
        service = std::move(*opened);
        service->start();
        found(operators, "", {Role::Operator});
        const auto roles = {Role::Owner,      Role::Manager, Role::Agent,
                            Role::SecondLine, Role::Partner, Role::Auditor};
        found(acme, "acme", roles);
        found(other, "other", roles);
    }

    static Config generous() {
        Config config;
        config.log = "warn";
        config.rate_guest = config.rate_user = 100'000;
        return config;
    }

    http::testing::Client client() { return http::testing::Client(service->port()); }
    http::testing::Reply ask(std::string_view method, std::string_view path, const Say& say = {}) {
        auto fresh = client();
        return fresh.ask(request(method, path, say));
    }
    static std::string request(std::string_view method, std::string_view path, const Say& say) {
        std::string text = std::string(method) + " " + std::string(path) +
                           " HTTP/1.1\r\nHost: yinuo.test\r\n" + say.headers;
        if (!say.token.empty()) text += "Authorization: Bearer " + say.token + "\r\n";
        if (!say.body.empty())
            text += "Content-Type: application/json\r\nContent-Length: " +
                    std::to_string(say.body.size()) + "\r\n";
        return text + "\r\n" + say.body;
    }

    // On the engine's thread, as the server's own work.
    Result<void> act(engine::Engine::Work work) {
        std::promise<Result<void>> done;
        service->engine().act(std::move(work), [&](Result<void> said) { done.set_value(said); });
        return done.get_future().get();
    }
    std::string key(const Company& company, Permissions may,
                    std::vector<std::string> sources = {}) {
        std::string text;
        REQUIRE(act([&](engine::Turns& turns) -> Result<void> {
            ApiKey wish{.id = {},
                        .name = "test",
                        .may = may,
                        .sources = std::move(sources),
                        .hash = {},
                        .created_by = {},
                        .created_at = {}};
            auto made = TRY(add_key(turns, {.tenant = company.id, .id = "system", .name = "system"},
                                    company.id, std::move(wish)));
            text = made.text.expose();
            return {};
        }));
        return text;
    }
    const std::string& token(const Company& company, Role role) { return company.tokens.at(role); }

    std::unique_ptr<store::Store> store;
    MovedClock clock;
    engine::TwoZones zones;
    vault::Keyring keyring = engine::test_keyring();
    vault::SystemEntropy entropy;
    vault::Passwords passwords = *vault::Passwords::open(vault::PasswordCost::cheap());
    Log log{Log::To::Nowhere};
    std::unique_ptr<Service> service;
    Company operators, acme, other;

private:
    void found(Company& company, std::string name, std::initializer_list<Role> roles) {
        company.name = std::move(name);
        const auto done = act([&](engine::Turns& turns) -> Result<void> {
            const engine::Actor system{.tenant = 0, .id = "system", .name = "system"};
            if (!company.name.empty())
                company.id = TRY(engine::make_tenant(turns, system, company.name, "示例公司", false,
                                                     "log.example"))
                                 .id;
            for (const Role role : roles) {
                const auto password =
                    TRY(passwords.hash(vault::Secret<vault::Password>(kTestPassword)));
                User user{.id = {},
                          .login = std::string(name_of(role)) + "@example.com",
                          .title = std::string(name_of(role)),
                          .role = role,
                          .password = password,
                          .subjects = {},
                          .created_at = {},
                          .sessions_from = {}};
                if (role == Role::Partner) user.subjects = {"repair/north-"};
                auto kept = TRY(add_user(turns, system, company.id, std::move(user)));
                auto session = begin_session(turns, company.id, kept.user, clock.now());
                company.tokens[role] = session.text.expose();
                company.people[role] = std::move(kept);
            }
            return {};
        });
        REQUIRE_MESSAGE(done, done.error().what.en);
    }
};

// A body that must be JSON.
class Body {
public:
    explicit Body(const http::testing::Reply& reply) {
        const auto read = wire::parse_json(reply.body, memory_);
        REQUIRE_MESSAGE(read, reply.body);
        json_ = *read;
    }
    const wire::Json& json() const { return json_; }
    std::string text(std::string_view name) const {
        const auto* found = json_.find(name);
        return found == nullptr ? "" : std::string(found->text);
    }
    const wire::Json& at(std::string_view name) const {
        const auto* found = json_.find(name);
        REQUIRE_MESSAGE(found != nullptr, name);
        return *found;
    }

private:
    Arena memory_;
    wire::Json json_;
};

}  // namespace yinuo::server
