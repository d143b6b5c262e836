// 期望清单 over HTTP: composed from what applies, printed, signed with a code.
#include <doctest/doctest.h>

#include "server/business_testing.h"
#include "server/code_carrier.h"
#include "server/expectations.h"
#include "server/house_promises.h"

namespace yinuo::server {
namespace {

using http::testing::Reply;

constexpr std::string_view kInstall = R"(promise: install
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 上门安装, en: Installed at home}
need: {zh: 早点用上, en: to use it soon}
limits: {zh: 高层 <b>无电梯</b> 除外, en: not above the 6th floor without a lift}
owner: team/field
zone: Asia/Shanghai
subject: order
facts:
  order.placed: {zh: 下单, en: ordered, fields: [area]}
  order.installed: {zh: 装好, en: installed}
  visit.moved: {zh: 客户改期, en: moved by the customer}
  visit.due: {zh: 到改期日, en: the new day}
clauses:
  city:
    title: {zh: 城区 24 小时装好, en: Installed within 24 h in town}
    audience: area = "city"
    starts: fact = "order.placed"
    keeps: fact = "order.installed"
    within: 24 h
    duties:
      at-home: {from: fact = "visit.moved", to: fact = "visit.due", text: {zh: 安装时家里有人, en: somebody is at home}}
  village:
    title: {zh: 乡村 72 小时装好, en: Installed within 72 h in villages}
    audience: area = "village"
    starts: fact = "order.placed"
    keeps: fact = "order.installed"
    within: 72 h
remedies:
  late:
    title: {zh: 迟装赔付, en: For being late}
    for: [city, village]
    give: {kind: bill credit, amount: 20.00 CNY}
    apology: {zh: 抱歉, en: Sorry}
)";

struct Scene {
    House house;
    std::string link;

    explicit Scene(Config config = House::generous())
        : house(std::make_unique<store::MemoryStore>(), std::move(config)) {
        publish_promise(house, house.acme, kInstall);
        house.clock.advance(seconds(1));
    }
    Reply ask(Role role, std::string_view method, const std::string& path, std::string body = {}) {
        return send(house, method, path,
                    {.token = house.token(house.acme, role), .body = std::move(body)});
    }
    Reply theirs(std::string_view method, const std::string& path, std::string body = {}) {
        if (link.empty()) link = link_of("C-1");
        return send(house, method, path, {.body = std::move(body), .headers = link});
    }
    std::string link_of(std::string_view customer) {
        const auto reply = ask(Role::Agent, "POST", "/api/v1/links",
                               R"({"customer":")" + std::string(customer) + "\"}");
        REQUIRE_MESSAGE(reply.status == 201, reply.body);
        return "Authorization: Link " + Body(reply).text("link") + "\r\n";
    }
    std::string make(std::string_view more = R"(,"fields":{"area":"city"})") {
        const auto reply = ask(Role::Agent, "POST", "/api/v1/expectations", wish(more));
        REQUIRE_MESSAGE(reply.status == 201, reply.body);
        return "/api/v1/expectations/" + Body(reply).text("id");
    }
    static std::string wish(std::string_view more) {
        return R"({"customer":"C-1","kind":"order","fact":"order.placed",)"
               R"("at":"2026-03-10T02:00:00Z")" +
               std::string(more) + "}";
    }
    // The code that waits to be mailed, as only the server could read it.
    std::string code() {
        std::string text;
        const auto reading = house.store->read();
        engine::Keys keys(house.keyring);
        for (const auto& action : reading->actions_due(Instant::max(), 100)) {
            if (action.topic != kCodeTopic) continue;
            const auto task = CodeTask::from_json(action.body);
            REQUIRE(task);
            CHECK_FALSE(action.body.contains("C-1"));
            text = open_text(*reading, keys, action.tenant, task->customer, kCodeTopic, task->list,
                             task->sealed)
                       .value_or("");
        }
        return text;
    }
};

Config with_mail() {
    auto config = House::generous();
    config.mail_server = "smtp://127.0.0.1:1";  // nobody listens: the code stays in the queue
    config.mail_from = "care@example.com";
    return config;
}

std::string sign_json(std::string_view code, std::string_view items) {
    return R"({"name":"李雷","code":")" + std::string(code) + R"(","items":[)" +
           std::string(items) + "]}";
}
constexpr std::string_view kAgreed = R"({"clause":"install.city","agreed":true})";

}  // namespace

TEST_CASE("a list has what applies to this customer's case, and says by when") {
    Scene scene;
    const auto made = scene.ask(Role::Agent, "POST", "/api/v1/expectations",
                                Scene::wish(R"(,"fields":{"area":"city"})"));
    REQUIRE_MESSAGE(made.status == 201, made.body);
    const Body body(made);
    const auto& list = body.at("list");
    const auto* items = list.find("items");
    REQUIRE(items->items.size() == 1);
    const auto& item = items->items[0];
    CHECK(item.find("item")->text == "install.city");
    CHECK(item.find("due")->text == "2026-03-11T02:00:00Z");
    CHECK(item.find("due_local")->text == "2026-03-11T10:00:00");
    CHECK(item.find("duties")->items.size() == 1);
    CHECK(item.find("duties")->items[0].find("zh")->text == "安装时家里有人");
    CHECK(item.find("gives")->items.size() == 1);
    CHECK(item.find("limits")->find("en")->text == "not above the 6th floor without a lift");
    CHECK(item.find("past") == nullptr);
    CHECK(body.text("sha256") == sha256_hex(body.text("text")));

    CHECK(scene
              .ask(Role::Agent, "POST", "/api/v1/expectations",
                   Scene::wish(R"(,"fields":{"area":"moon"})"))
              .says("nothing-applies"));
    CHECK(Body(scene.ask(Role::Agent, "POST", "/api/v1/expectations",
                         R"({"customer":"C-1","kind":"order"})"))
              .at("list")
              .find("items")
              ->items.size() == 2);
    CHECK(scene.ask(Role::Agent, "POST", "/api/v1/expectations", R"({"customer":"C-1"})").status ==
          422);
    CHECK(scene.ask(Role::Agent, "POST", "/api/v1/expectations", Scene::wish(R"(,"fields":[1])"))
              .status == 422);
    CHECK(scene
              .ask(Role::Agent, "POST", "/api/v1/expectations",
                   Scene::wish(R"(,"fields":{"area":{"num":"x"}})"))
              .status == 422);
    CHECK(scene.ask(Role::Auditor, "POST", "/api/v1/expectations", Scene::wish("")).status == 403);
}

TEST_CASE("a list tells how cases like it went, once there are thirty") {
    Scene scene;
    const auto owner = lasting_key(scene.house, scene.house.acme);
    std::string facts = "[";
    for (int i = 0; i < 40; ++i) {
        const auto id = "order/" + std::to_string(i);
        const auto from = scene.house.clock.now();
        facts += (i == 0 ? "" : ",") + fact_json("p" + id, "order.placed", id,
                                                 R"(,"fields":{"area":"city"})", to_string(from));
        // 36 after 3 hours, four after 30.
        facts += "," + fact_json("i" + id, "order.installed", id, {},
                                 to_string(from + hours(i % 10 == 0 ? 30 : 3)));
    }
    scene.house.clock.advance(hours(31));
    REQUIRE(
        send(scene.house, "POST", "/api/v1/facts?source=crm", {.token = owner, .body = facts + "]"})
            .says(R"("accepted":80)"));
    const auto made = send(scene.house, "POST", "/api/v1/expectations",
                           {.token = owner, .body = Scene::wish(R"(,"fields":{"area":"city"})")});
    REQUIRE_MESSAGE(made.status == 201, made.body);
    CHECK_MESSAGE(made.says("最近 90 天 40 单，90 % 按时做到，9 成在 3 小时内"), made.body);
}

TEST_CASE("a list is the customer's to read and print, and nobody else's") {
    Scene scene;
    const auto path = scene.make();
    CHECK(scene.theirs("GET", path).says("install.city"));
    CHECK(scene.theirs("GET", "/api/v1/expectations").says(path.substr(path.rfind('/') + 1)));
    (void)scene.make(R"(,"fields":{"area":"village"})");
    scene.ask(Role::Agent, "POST", "/api/v1/contacts", R"({"customer":"C-2"})");
    const auto stranger = scene.link_of("C-2");
    CHECK(send(scene.house, "GET", path, {.headers = stranger}).status == 404);
    CHECK(send(scene.house, "GET", "/api/v1/expectations", {.headers = stranger})
              .says(R"("items":[])"));
    CHECK(
        send(scene.house, "GET", path, {.token = scene.house.token(scene.house.other, Role::Owner)})
            .status == 404);
    CHECK(scene.ask(Role::Partner, "GET", path).status == 403);

    const auto page = send(scene.house, "GET", path,
                           {.token = scene.house.token(scene.house.acme, Role::Agent),
                            .headers = "Accept: text/html\r\nAccept-Language: zh-CN\r\n"});
    CHECK(page.header("Content-Type").starts_with("text/html"));
    CHECK(page.says("城区 24 小时装好"));
    CHECK(page.says("&lt;b&gt;无电梯&lt;/b&gt;"));
    CHECK_FALSE(page.says("<b>"));
    CHECK_FALSE(page.says("<script"));
    CHECK(page.says(Body(scene.ask(Role::Agent, "GET", path)).text("sha256")));
}

TEST_CASE("a list is signed with a code that only the customer gets, and never changes after") {
    Scene scene(with_mail());
    const auto path = scene.make();
    CHECK(scene.ask(Role::Agent, "POST", path + "/sign", sign_json("000000", kAgreed)).status ==
          403);
    const auto nowhere = scene.theirs("POST", path + "/code");
    CHECK(nowhere.status == 409);
    CHECK(nowhere.says("no-channel"));
    REQUIRE(scene
                .ask(Role::Agent, "POST", "/api/v1/contacts",
                     R"({"customer":"C-1","email":"li@example.com"})")
                .status == 200);
    CHECK(scene.theirs("POST", path + "/sign", sign_json("123456", kAgreed)).says("bad-code"));
    REQUIRE(scene.theirs("POST", path + "/code").status == 202);
    CHECK(scene.theirs("POST", path + "/code").status == 429);
    const auto code = scene.code();
    REQUIRE(code.size() == 6);
    CHECK(scene
              .theirs("POST", path + "/sign",
                      sign_json(code, R"({"clause":"install.moon","agreed":true})"))
              .status == 422);
    const std::string wrong = code == "111111" ? "222222" : "111111";
    CHECK(scene.theirs("POST", path + "/sign", sign_json(wrong, kAgreed)).status == 403);
    const auto done = scene.theirs("POST", path + "/sign",
                                   sign_json(code, R"({"clause":"install.city","agreed":false})"));
    REQUIRE_MESSAGE(done.status == 200, done.body);
    CHECK(Body(done).text("state") == "signed");
    CHECK(done.says("李雷"));
    CHECK(scene.theirs("POST", path + "/sign", sign_json(code, kAgreed)).status == 409);
    CHECK(scene.theirs("POST", path + "/decline").status == 409);
    CHECK(scene.ask(Role::Agent, "POST", path + "/withdraw").status == 409);

    // The log has the document's hash and a leaf, and not the name.
    const auto position = *Body(done).at("position").integer();
    const auto reading = scene.house.store->read();
    const auto entry = reading->entry(position);
    REQUIRE(entry);
    CHECK(entry->kind == static_cast<std::uint8_t>(engine::EntryKind::Signature));
    CHECK(entry->leaves == 1);
    CHECK(entry->body.contains(Body(done).text("sha256")));
    CHECK(entry->body.contains(R"("not_agreed":1)"));
    reading->entries_after(0, [&](const store::Entry& one) {
        CHECK_FALSE(one.body.contains("李雷"));
        return true;
    });
    // Another version of the promise changes nothing that was signed.
    const auto before = Body(done).text("text");
    auto text = std::string(kInstall);
    text.replace(text.find("version: 1"), 10, "version: 2");
    text.replace(text.find("24 h\n"), 5, "12 h\n");
    publish_promise(scene.house, scene.house.acme, text);
    CHECK(Body(scene.theirs("GET", path)).text("text") == before);
    CHECK(send(scene.house, "GET", path, {.headers = scene.link + "Accept: text/html\r\n"})
              .says("not agreed"));
}

TEST_CASE("a code is good for five tries and ten minutes, and asked for five times an hour") {
    Scene scene(with_mail());
    const auto path = scene.make();
    scene.ask(Role::Agent, "POST", "/api/v1/contacts",
              R"({"customer":"C-1","email":"li@example.com"})");
    REQUIRE(scene.theirs("POST", path + "/code").status == 202);
    const auto code = scene.code();
    const std::string wrong = code == "111111" ? "222222" : "111111";
    for (int i = 0; i < 5; ++i)
        CHECK(scene.theirs("POST", path + "/sign", sign_json(wrong, kAgreed)).status == 403);
    CHECK(scene.theirs("POST", path + "/sign", sign_json(code, kAgreed)).status == 403);
    for (int i = 0; i < 4; ++i) {
        scene.house.clock.advance(minutes(2));
        CHECK(scene.theirs("POST", path + "/code").status == 202);
    }
    scene.house.clock.advance(minutes(11));
    CHECK(scene.theirs("POST", path + "/code").status == 429);
    CHECK(scene.theirs("POST", path + "/decline").status == 200);
    CHECK(Body(scene.theirs("GET", path)).text("state") == "declined");
    CHECK(scene.theirs("POST", path + "/code").status == 409);
}

}  // namespace yinuo::server
