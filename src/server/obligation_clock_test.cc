// What clocks on screens are told: warnings, pauses, working time, stakes; and the queue's tabs.
#include "server/business_testing.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kMend = R"(promise: mend
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 报修承诺, en: Repairs}
need: {zh: 尽快能用, en: to be online again}
limits: {zh: 无, en: none}
owner: team/field
zone: Asia/Shanghai
subject: order
facts:
  fault.reported: {zh: 报修, en: fault reported, fields: [tier]}
  fault.answered: {zh: 首次响应, en: answered}
  fault.mended: {zh: 修好, en: mended}
  visit.moved: {zh: 客户改约, en: visit moved, fields: [by]}
  visit.begun: {zh: 上门, en: visit begun}
schedules:
  office: office.yaml
clauses:
  first-response:
    title: {zh: 30 分钟首次响应, en: First response in 30 minutes}
    starts: fact = "fault.reported"
    keeps: fact = "fault.answered"
    within: 30 min
    warns: [80 %]
    owner: team/desk
  mended:
    title: {zh: 4 个工作小时修好, en: Mended in four working hours}
    starts: fact = "fault.reported"
    keeps: fact = "fault.mended"
    within: 4 work h on office
    warns: [75 %, 90 %]
    pauses:
      customer:
        from: fact = "visit.moved"
        to: fact = "visit.begun"
        cap: 48 h
        text: {zh: 等客户：客户改约, en: waiting for the customer}
remedies:
  late:
    title: {zh: 逾期赔付, en: Paid for being late}
    for: mended
    give: {kind: bill credit, amount: 10 CNY, per started: 1 h, at most: 5}
)";
constexpr std::string_view kOffice =
    "zone: Asia/Shanghai\nweekly:\n  mon-fri: 09:00-12:00, 13:30-18:00\n";

struct Desk {
    House house;
    const Company& acme = house.acme;
    std::string owner = lasting_key(house, acme);

    Desk() {
        const auto& manager = acme.tokens.at(Role::Manager);
        JsonOut wish;
        wish.open('{').member("text", kMend).key("calendars").open('{');
        wish.member("office.yaml", kOffice).close('}').close('}');
        auto reply = house.ask("POST", "/api/v1/promises", {.token = manager, .body = wish.text()});
        REQUIRE_MESSAGE(reply.status == 201, reply.body);
        const auto id = Body(reply).text("id");
        for (const auto& [step, token] :
             {std::pair("check", manager), std::pair("approve", acme.tokens.at(Role::Owner)),
              std::pair("publish", manager)}) {
            reply = send(house, "POST", "/api/v1/promises/" + id + "/" + step,
                         {.token = token, .headers = if_match(reply)});
            REQUIRE_MESSAGE(reply.status == 200, reply.body);
        }
    }
    void say(std::string_view id, std::string_view kind, std::string_view at,
             std::string_view fields = "{}") {
        const auto said =
            send(house, "POST", "/api/v1/facts?source=crm",
                 {.token = owner,
                  .body = fact_json(id, kind, "order/7",
                                    R"(,"customer":"C-7","fields":)" + std::string(fields), at)});
        REQUIRE_MESSAGE(said.status < 300, said.body);
    }
    http::testing::Reply list(std::string_view query, const std::string& token) {
        return house.ask("GET", "/api/v1/obligations?" + std::string(query), {.token = token});
    }
};

// The clock of the clause's obligation in a list, as JSON; null when it isn't in it.
const wire::Json* clock_of(const Body& page, std::string_view clause) {
    for (const auto& item : page.at("items").items)
        if (item.find("clause")->text == clause) return item.find("clock");
    return nullptr;
}
std::string_view text(const wire::Json* clock, std::string_view name) {
    const auto* found = clock == nullptr ? nullptr : clock->find(name);
    return found == nullptr ? std::string_view() : found->text;
}

TEST_CASE("a clock tells its warnings, its kind, whose it is and what it costs") {
    Desk desk;
    desk.house.clock.advance(minutes(1));
    // 08:01 in Shanghai: the office opens at 09:00.
    desk.say("a", "fault.reported", "2026-03-10T00:01:00Z", R"({"tier":"金卡"})");
    const auto reply = desk.list("with=clock", desk.owner);
    const Body page(reply);
    const auto* first = clock_of(page, "first-response");
    REQUIRE(first != nullptr);
    CHECK(text(first, "zone") == "+08:00");  // the test's Shanghai
    CHECK(text(first, "owner") == "team/desk");
    CHECK(text(first, "customer") == "C-7");
    CHECK(text(first, "tier") == "金卡");
    CHECK(first->find("kind")->find("zh")->text == "首响");
    REQUIRE(first->find("warnings")->items.size() == 1);
    const auto& only = first->find("warnings")->items.front();
    CHECK(only.find("at")->text == "2026-03-10T00:25:00Z");
    CHECK(only.find("level")->text == "about_to_break");
    CHECK(first->find("calendar") == nullptr);
    CHECK(first->find("work_left_millis") == nullptr);
    CHECK(first->find("at_stake") == nullptr);

    const auto* mended = clock_of(page, "mended");
    REQUIRE(mended != nullptr);
    CHECK(mended->find("kind")->find("zh")->text == "解决");
    CHECK(text(mended, "owner") == "team/field");
    CHECK(text(mended, "calendar") == "office");
    CHECK(mended->find("work_left_millis")->integer() == hours(4).count);
    CHECK(reply.says("\"open_now\":false"));
    CHECK(text(mended, "next_change_at") == "2026-03-10T01:00:00Z");
    CHECK(mended->find("at_stake")->find("zh")->text == "逾期赔付 10.00 CNY");
    // Due at 14:30: 3 h before the break, 1 h after it. 75 % is 12:00's end of work, 90 % 14:06.
    const auto& warns = mended->find("warnings")->items;
    REQUIRE(warns.size() == 2);
    CHECK(warns[0].find("level")->text == "warning");
    CHECK(warns[1].find("level")->text == "about_to_break");
    CHECK(warns[1].find("at")->text == "2026-03-10T06:06:00Z");

    // A list without asking has none; one obligation always has it.
    const Body plain(desk.list("", desk.owner));
    CHECK(clock_of(plain, "mended") == nullptr);
    const auto id = std::string(plain.at("items").items[0].find("id")->text);
    CHECK(desk.house.ask("GET", "/api/v1/obligations/" + id, {.token = desk.owner})
              .says("\"clock\":{"));
    CHECK(desk.list("with=everything", desk.owner).status == 422);
}

TEST_CASE("工作时间的钟: at lunch it stands at what is left") {
    Desk desk;
    desk.house.clock.advance(minutes(1));
    desk.say("a", "fault.reported", "2026-03-10T00:01:00Z");
    desk.house.clock.advance(hours(4));  // 12:01
    const auto reply = desk.list("with=clock", desk.owner);
    const Body page(reply);
    const auto* mended = clock_of(page, "mended");
    REQUIRE(mended != nullptr);
    CHECK(mended->find("work_left_millis")->integer() == hours(1).count);
    CHECK(reply.says("\"open_now\":false"));
    CHECK(text(mended, "next_change_at") == "2026-03-10T05:30:00Z");
}

TEST_CASE("a paused clock says why, since when, by whom, and stands") {
    Desk desk;
    desk.house.clock.advance(minutes(1));
    desk.say("a", "fault.reported", "2026-03-10T00:01:00Z");
    desk.house.clock.advance(hours(2));  // 10:01: an hour and a minute are used
    desk.say("b", "visit.moved", "2026-03-10T02:01:00Z", R"({"by":"王敏"})");
    desk.house.clock.advance(hours(1));
    {
        const Body page(desk.list("with=clock&tab=paused", desk.owner));
        REQUIRE(page.at("items").items.size() == 1);
        const auto* clock = clock_of(page, "mended");
        REQUIRE(clock != nullptr);
        const auto* paused = clock->find("paused");
        REQUIRE(paused != nullptr);
        CHECK(text(paused, "since") == "2026-03-10T02:01:00Z");
        CHECK(text(paused, "by") == "王敏");
        CHECK(text(paused, "until") == "2026-03-12T02:01:00Z");
        CHECK(paused->find("reason")->find("zh")->text == "等客户：客户改约");
        CHECK(paused->find("left_millis")->integer() == (hours(3) - minutes(1)).count);
        CHECK(clock->find("work_left_millis")->integer() == (hours(3) - minutes(1)).count);
        CHECK(clock->find("warnings")->items.empty());
    }
    desk.house.clock.advance(minutes(30));  // 11:31
    desk.say("c", "visit.begun", "2026-03-10T03:31:00Z");
    const Body page(desk.list("with=clock", desk.owner));
    const auto* clock = clock_of(page, "mended");
    REQUIRE(clock != nullptr);
    CHECK(clock->find("paused") == nullptr);
    // An hour and a half of work later than 14:30.
    CHECK(clock->find("warnings")->items[1].find("at")->text == "2026-03-10T07:36:00Z");
}

TEST_CASE("who isn't inside isn't told whose it is to us") {
    Desk desk;
    desk.house.clock.advance(minutes(1));
    desk.say("a", "fault.reported", "2026-03-10T00:01:00Z", R"({"tier":"金卡"})");
    const auto link = Body(desk.house.ask("POST", "/api/v1/links",
                                          {.token = desk.owner, .body = R"({"customer":"C-7"})"}))
                          .text("link");
    const auto said = desk.house.ask("GET", "/api/v1/obligations?with=clock",
                                     {.headers = "Authorization: Link " + link + "\r\n"});
    REQUIRE_MESSAGE(said.status == 200, said.body);
    CHECK(said.says("\"warnings\":[{"));
    CHECK_FALSE(said.says("team/"));
    CHECK_FALSE(said.says("金卡"));
    CHECK_FALSE(said.says("\"customer\""));
}

TEST_CASE("the queue's tabs and lanes count what they list") {
    Desk desk;
    desk.house.clock.advance(minutes(1));
    desk.say("a", "fault.reported", "2026-03-10T00:01:00Z");
    const auto lanes = [&] {
        return desk.house.ask("GET", "/api/v1/lanes", {.token = desk.owner});
    };
    const auto count = [&](std::string_view tab, std::string_view lane) {
        const Body body(lanes());
        return body.at("tabs").find(tab)->find(lane)->integer();
    };
    const auto listed = [&](const std::string& query) {
        return std::ssize(Body(desk.list(query, desk.owner)).at("items").items);
    };
    CHECK(count("savable", "minutes") == 1);
    CHECK(count("savable", "hours") == 1);
    CHECK(count("savable", "total") == 2);
    CHECK(listed("tab=savable&lane=minutes") == 1);
    CHECK(listed("tab=savable&lane=days") == 0);
    desk.house.clock.advance(minutes(25));
    REQUIRE(soon([&] { return listed("tab=about_to_break") == 1; }));
    desk.house.clock.advance(minutes(10));
    REQUIRE(soon([&] { return listed("tab=broken") == 1; }));
    desk.house.clock.advance(seconds(2));
    CHECK(count("broken", "lasting") == 1);
    CHECK(count("broken", "total") == 1);
    CHECK(count("about_to_break", "total") == 0);
    CHECK(listed("tab=savable&lane=hours") == 1);
    CHECK(desk.list("tab=late", desk.owner).status == 422);
    CHECK(desk.list("lane=weeks", desk.owner).status == 422);
}

TEST_CASE("a list of some by id, and of what one owner answers for") {
    Desk desk;
    desk.say("a", "fault.reported", "2026-03-10T00:00:00Z");
    const Body all(desk.list("", desk.owner));
    const auto& items = all.at("items").items;
    REQUIRE(items.size() >= 2);
    const std::string first(items[0].find("id")->text), second(items[1].find("id")->text);
    const auto ids = [&](const std::string& query, const std::string& token) {
        std::vector<std::string> found;
        const Body page(desk.list(query, token));
        for (const auto& item : page.at("items").items) found.emplace_back(item.find("id")->text);
        return found;
    };
    CHECK(ids("id=" + second + "," + first, desk.owner) == std::vector{second, first});
    CHECK(ids("id=" + first + ",obl_zzzz,nonsense&tab=broken", desk.owner) == std::vector{first});
    std::string many = "id=obl_1";
    for (int i = 0; i < 200; ++i) many += ",obl_1";
    CHECK(desk.list(many, desk.owner).status == 422);

    const Body theirs(desk.list("owner=team/desk", desk.owner));
    REQUIRE(theirs.at("items").items.size() == 1);
    CHECK(theirs.at("items").items[0].find("clause")->text == "first-response");
    CHECK(ids("owner=team/field", desk.owner).size() == 1);
    CHECK(ids("owner=nobody", desk.owner).empty());
}

}  // namespace
}  // namespace yinuo::server
