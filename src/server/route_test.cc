// The table of routes against its description, and against every role there is.
//
// A new route needs its entry in openapi/*.yaml (with x-permission and x-roles), and if it has an
// {id}, a line in ids_of(): the tests below name what is missing.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "server/claims_testing.h"
#include "server/fund_testing.h"
#include "server/house_promises.h"
#include "server/openapi.h"
#include "server/routes.h"
#include "server/testing.h"

namespace yinuo::server {
namespace {

struct Described {
    std::string operation, permission;
    std::set<std::string> roles;
};

// By "METHOD /path".
std::map<std::string, Described> described() {
    Arena memory;
    const auto json = wire::parse_json(openapi_json(), memory);
    REQUIRE_MESSAGE(json, json.error().what.en);
    std::map<std::string, Described> all;
    for (const auto& [path, item] : json->find("paths")->members)
        for (const auto& [method, operation] : item.members) {
            if (method == "parameters") continue;
            std::string name(method);
            for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
            auto& one = all[name + " " + std::string(path)];
            const auto word = [&](std::string_view key) {
                const auto* found = operation.find(key);
                return found == nullptr ? std::string() : std::string(found->text);
            };
            one.operation = word("operationId");
            one.permission = word("x-permission");
            if (const auto* roles = operation.find("x-roles"))
                for (const auto& role : roles->items) one.roles.emplace(role.text);
        }
    return all;
}

std::string name_of_route(const Route& route) {
    return std::string(route.method) + " " + std::string(route.pattern);
}

// The pattern with every parameter filled in.
std::string filled(std::string_view pattern, std::string_view id) {
    std::string path;
    for (std::size_t at = 0; at < pattern.size();) {
        const auto open = pattern.find('{', at);
        path += pattern.substr(at, open - at);
        if (open == std::string_view::npos) break;
        const auto close = pattern.find('}', open);
        path += pattern.substr(open, close - open) == "{year" ? "2026" : id;
        at = close + 1;
    }
    return path;
}

constexpr Role kPeople[] = {Role::Owner,   Role::Manager, Role::Agent,   Role::SecondLine,
                            Role::Partner, Role::Auditor, Role::Operator};

std::string link_of(House& house, const Company& company) {
    std::string handle = "c-1";
    REQUIRE(house.act([&](engine::Turns& turns) -> Result<void> {
        turns.rows().put_customer(
            {.id = 0, .tenant = company.id, .handle = handle, .wrapped_key = "x"});
        return {};
    }));
    const auto reply =
        house.ask("POST", "/api/v1/links",
                  {.token = company.tokens.at(Role::Owner), .body = R"({"customer":"c-1"})"});
    REQUIRE(reply.status == 201);
    return Body(reply).text("link");
}

// One of everything that a company has once it is at work.
void add_business_ids(House& house, const Company& company,
                      std::map<std::string, std::string>& ids) {
    const auto& owner = company.tokens.at(Role::Owner);
    const auto post = [&](std::string_view path, std::string body) {
        const auto reply = send(house, "POST", path, {.token = owner, .body = std::move(body)});
        REQUIRE_MESSAGE(reply.status < 300, reply.body);
        return reply;
    };
    const auto promise = publish_promise(house, company);
    const Body fact(post("/api/v1/facts?source=crm&expand=obligations",
                         fact_json("a", "order.placed", "order/1", R"(,"customer":"C-9")")));
    REQUIRE(fact.at("obligations").items.size() == 1);
    const std::string obligation(fact.at("obligations").items[0].find("id")->text);
    post("/api/v1/calendars",
         R"({"name":"office.yaml","text":"zone: UTC\nweekly: {mon-fri: 09:00-18:00}\n"})");
    const Body webhook(post("/api/v1/webhooks", R"({"url":"https://hooks.invalid/"})"));
    const std::string hook(webhook.at("webhook").find("id")->text);
    const auto delivery = Body(post("/api/v1/webhooks/" + hook + "/test", "")).text("delivery");
    const Body job(post("/api/v1/backtests",
                        R"({"promises":[")" + promise + R"("],"history":{"from":"live"}})"));
    post("/api/v1/connectors", R"({"name":"billing","kind":"hand"})");
    const auto channels = house.ask("GET", "/api/v1/notices/channels", {.token = owner});
    REQUIRE(send(house, "PUT", "/api/v1/notices/channels",
                 {.token = owner,
                  .body = R"({"channels":[{"name":"ops","kind":"wecom","key":"k",)"
                          R"("url":"https://hooks.invalid"}]})",
                  .headers = if_match(channels)})
                .status == 200);
    std::int64_t alert = 0;
    REQUIRE(house.act([&](engine::Turns& turns) -> Result<void> {
        const auto stream = turns.rows().find_stream(company.id, "order/1");
        alert = turns.rows().put_alert({.tenant = company.id,
                                        .obligation = 1,
                                        .stream = stream->id,
                                        .addressee = "owner",
                                        .raised_at = turns.now()});
        return {};
    }));
    for (const auto& [name, text] : house_promise_texts()) publish_promise(house, company, text);
    publish_promise(house, company, kAnswerSoon);
    REQUIRE(
        put_policy(house, company, R"({"overdraws":true,"pays":[{"connector":"csv"}]})").status ==
        200);
    const auto payout = break_chat(house, company, "chat/1", "20");
    const auto word =
        Body(post("/api/v1/words", R"({"customer":"C-9","text":"soon","until":")" +
                                       to_string(house.clock.now() + hours(1)) + "\"}"))
            .text("id");
    const auto chase =
        Body(post("/api/v1/chases", R"({"about":"order/1","text":"how far?"})")).text("id");
    const auto list =
        Body(post("/api/v1/expectations", R"({"customer":"C-9","kind":"order"})")).text("id");
    std::string recovery;
    REQUIRE(soon([&] {
        const Body all(house.ask("GET", "/api/v1/recoveries", {.token = owner}));
        for (const auto& item : all.at("items").items) recovery = item.find("obligation")->text;
        return !recovery.empty();
    }));
    const auto batch = Body(post("/api/v1/fund/batches", "")).text("id");
    const auto incident =
        Body(post("/api/v1/incidents", R"({"title":{"zh":"中断","en":"outage"},"cause":"cut",)"
                                       R"("promise":"answer-soon","from":"2026-03-10T00:00:00Z",)"
                                       R"("until":"2026-03-12T00:00:00Z"})"))
            .text("id");
    post("/api/v1/incident-rules", R"({"name":"by-size","title":{"zh":"中断","en":"outage"},)"
                                   R"("cause":"cut","promise":"answer-soon","group":"size"})");
    const auto evidence = Body(send(house, "POST", "/api/v1/evidence?subject=order%2F1",
                                    {.token = owner, .body = "seen", .type = "text/plain"}))
                              .text("id");
    const auto claim = make_coach_claim(house, company);
    const std::string mapping =
        R"("subject: order/{id}\nfields: {id: text, at: instant}\nfacts: [{fact: order.seen, at: at}]\n")";
    const auto import =
        Body(post("/api/v1/imports", R"({"source":"crm","format":"csv","mapping":)" + mapping +
                                         R"(,"data":"id,at\n7,2026-03-10\n"})"))
            .text("id");
    REQUIRE(send(house, "PUT", "/api/v1/mappings/orders",
                 {.token = owner, .body = R"({"text":)" + mapping + "}"})
                .status == 201);
    const auto improvement = Body(post("/api/v1/improvements", R"({"title":"t"})")).text("id");
    const auto recovery_act =
        Body(post("/api/v1/obligations/" + obligation + "/recovery", R"({"apology":"sorry"})"))
            .text("id");
    for (const auto& route : all_routes()) {
        const std::string pattern(route.pattern);
        const auto starts = [&](std::string_view with) { return pattern.starts_with(with); };
        if (starts("/api/v1/promises/{")) ids[pattern] = promise;
        if (starts("/api/v1/subjects/{")) ids[pattern] = "order%2F1";
        if (starts("/api/v1/obligations/{")) ids[pattern] = obligation;
        if (starts("/api/v1/calendars/{")) ids[pattern] = "office.yaml";
        if (starts("/api/v1/webhooks/{")) ids[pattern] = hook;
        if (starts("/api/v1/deliveries/{")) ids[pattern] = delivery;
        if (starts("/api/v1/jobs/{")) ids[pattern] = job.text("id");
        if (starts("/api/v1/alerts/{")) ids[pattern] = std::to_string(alert);
        if (starts("/api/v1/customers/{")) ids[pattern] = "C-9";
        if (starts("/api/v1/connectors/{")) ids[pattern] = "billing";
        if (starts("/api/v1/notices/channels/{")) ids[pattern] = "ops";
        if (starts("/api/v1/payouts/{")) ids[pattern] = payout;
        if (starts("/api/v1/charges/{")) ids[pattern] = payout;
        if (starts("/api/v1/improvements/{")) ids[pattern] = improvement;
        if (starts("/api/v1/imports/{")) ids[pattern] = import;
        if (starts("/api/v1/mappings/{")) ids[pattern] = "orders";
        if (starts("/api/v1/fund/batches/{")) ids[pattern] = batch;
        if (starts("/api/v1/incidents/{")) ids[pattern] = incident;
        if (starts("/api/v1/house-promises/{")) ids[pattern] = "word";
        if (starts("/api/v1/words/{")) ids[pattern] = word;
        if (starts("/api/v1/chases/{")) ids[pattern] = chase;
        if (starts("/api/v1/recovery-acts/{")) ids[pattern] = recovery_act;
        if (starts("/api/v1/recoveries/{")) ids[pattern] = recovery;
        if (starts("/api/v1/expectations/{")) ids[pattern] = list;
        if (starts("/api/v1/incident-rules/{")) ids[pattern] = "by-size";
        if (starts("/public/{")) ids[pattern] = company.name;
        if (starts("/api/v1/evidence/{")) ids[pattern] = evidence;
        if (starts("/api/v1/claims/{")) ids[pattern] = claim;
    }
}

// An id of this company for each pattern that has one.
std::map<std::string, std::string> ids_of(House& house, const Company& company) {
    const auto key = house.ask("POST", "/api/v1/keys",
                               {.token = company.tokens.at(Role::Owner),
                                .body = R"({"name":"k","permissions":["users.read"]})"});
    REQUIRE(key.status == 201);
    const auto user = company.people.at(Role::Agent).user.id;
    std::map<std::string, std::string> ids = {
        {"/api/v1/users/{id}", user},
        {"/api/v1/users/{id}/password", user},
        {"/api/v1/keys/{id}", std::string(Body(key).at("key").find("id")->text)},
    };
    add_business_ids(house, company, ids);
    return ids;
}

}  // namespace

TEST_CASE("the table of routes and the API's description say the same, both ways") {
    auto all = described();
    std::set<std::string_view> operations;
    for (const auto& route : all_routes()) {
        const auto name = name_of_route(route);
        CAPTURE(name);
        CHECK(operations.insert(route.operation).second);
        const auto found = all.find(name);
        REQUIRE_MESSAGE(found != all.end(), "openapi/*.yaml lacks it");
        CHECK(found->second.operation == route.operation);
        CHECK(found->second.permission == name_of(route.permission));
        std::set<std::string> may;
        for (std::size_t i = 0; i < kRoles; ++i) {
            const auto role = static_cast<Role>(i);
            // A key may whatever it was given, of what its company's owner or the operator may.
            const bool given = role == Role::Key && (grantable(0).has(route.permission) ||
                                                     grantable(1).has(route.permission));
            if (given || permissions_of(role).has(route.permission)) may.emplace(name_of(role));
        }
        CHECK_MESSAGE(found->second.roles == may, "x-roles differ");
        all.erase(found);
    }
    for (const auto& [name, operation] : all)
        FAIL_CHECK(name << " is described, but there is no such route");
}

TEST_CASE("every route lets in whom its description says, and nobody else") {
    House house;
    const auto all = described();
    const auto link = link_of(house, house.acme);
    const auto poor = house.key(house.acme, {Permission::SignedIn});
    for (const auto& route : all_routes()) {
        const auto name = name_of_route(route);
        const auto found = all.find(name);
        REQUIRE_MESSAGE(found != all.end(), name);
        const auto& roles = found->second.roles;
        const auto path = filled(route.pattern, "nothing-has-this-id");
        const auto holds = [&](std::string_view who, bool allowed, const Say& say) {
            CAPTURE(name);
            CAPTURE(who);
            const auto reply = house.ask(route.method, path, say);
            CAPTURE(reply.head);
            if (allowed) {
                CHECK(reply.status != 401);
                CHECK(reply.status != 403);
                CHECK(reply.status < 500);
            } else {
                CHECK(reply.status == (who == "guest" ? 401 : 403));
            }
        };
        holds("guest", roles.contains("guest"), {});
        for (const Role role : kPeople) {
            const auto& company = role == Role::Operator ? house.operators : house.acme;
            // Signing out ends the session: a fresh one for it.
            auto token = house.token(company, role);
            if (route.operation == "signOut") {
                REQUIRE(house.act([&](engine::Turns& turns) -> Result<void> {
                    token = begin_session(turns, company.id, company.people.at(role).user,
                                          house.clock.now())
                                .text.expose();
                    return {};
                }));
            }
            holds(name_of(role), roles.contains(std::string(name_of(role))), {.token = token});
        }
        holds("customer", roles.contains("customer"),
              {.headers = "Authorization: Link " + link + "\r\n"});
        const auto& of_key =
            grantable(0).has(route.permission) && !grantable(1).has(route.permission)
                ? house.operators
                : house.acme;
        Permissions may{Permission::Public, Permission::SignedIn};
        may.add(route.permission);
        holds("key", roles.contains("key"), {.token = house.key(of_key, may)});
        const bool open =
            route.permission == Permission::Public || route.permission == Permission::SignedIn;
        holds("key without it", open, {.token = poor});
    }
}

TEST_CASE("an id of another company is answered exactly like one that doesn't exist") {
    House house;
    const auto theirs = ids_of(house, house.other);
    const auto link = link_of(house, house.acme);
    for (const auto& route : all_routes()) {
        if (!route.pattern.contains('{') || route.permission == Permission::Public) continue;
        if (route.operation == "draftHousePromise") continue;  // the program's names, nobody's
        const auto name = name_of_route(route);
        CAPTURE(name);
        const auto id = theirs.find(std::string(route.pattern));
        REQUIRE_MESSAGE(id != theirs.end(), "ids_of() lacks " << route.pattern);
        // A body that each would take, so that only the id is wrong.
        const bool signs = route.permission == Permission::ExpectationsSign;  // customers alone
        const Say say{.token = signs ? "" : house.token(house.acme, Role::Owner),
                      .body = route.operation == "changePassword"
                                  ? R"({"password":"another long sentence"})"
                              : route.method == "PATCH" ? "{}"
                                                        : "",
                      .headers = "If-Match: \"1\"\r\n" +
                                 (signs ? "Authorization: Link " + link + "\r\n" : "")};
        const auto foreign = house.ask(route.method, filled(route.pattern, id->second), say);
        const auto unknown = house.ask(route.method, filled(route.pattern, "usr_nobody"), say);
        CHECK(foreign.status == 404);
        CHECK(unknown.status == 404);
        CHECK(foreign.body == unknown.body);
        // These want more than an id: another version, the end of a job.
        const bool more = route.operation == "diffPromise" || route.operation == "readJobResult";
        if (route.method == "GET" && !more)  // it is there for those whose it is
            CHECK(house
                      .ask("GET", filled(route.pattern, id->second),
                           {.token = house.token(house.other, Role::Owner)})
                      .status == 200);
    }
    // And nothing was changed by trying.
    CHECK(house
              .ask("GET", "/api/v1/keys/" + theirs.at("/api/v1/keys/{id}"),
                   {.token = house.token(house.other, Role::Owner)})
              .status == 200);
}

}  // namespace yinuo::server
