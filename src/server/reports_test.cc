// Responsibility, causes, fairness and the effect of recovery, over HTTP.
#include <random>

#include "server/fairness.h"
#include "server/report_out.h"
#include "server/reports_testing.h"
#include "server/responsibility.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kCodes =
    R"({"codes":[{"code":"network","zh":"网络","en":"Network"},)"
    R"({"code":"fibre-cut","zh":"光缆中断","en":"Fibre cut","parent":"network"},)"
    R"({"code":"power","zh":"停电","en":"Power"}]})";

struct Office {
    House house;
    std::string key;
    Instant begun;

    explicit Office(std::string_view promise = kRepairChain) {
        publish_promise(house, house.acme, promise);
        REQUIRE(put_policy(house, house.acme, R"({"overdraws":true})").status == 200);
        REQUIRE(put_codes(house, house.acme, kCodes).status == 200);
        key = lasting_key(house, house.acme);
        house.clock.advance(seconds(1));
        begun = house.clock.now();
    }
    http::testing::Reply report(std::string_view path, std::string_view accept = {}) {
        Say say{.token = key};
        if (!accept.empty()) say.headers = "Accept: " + std::string(accept) + "\r\n";
        return house.ask("GET", "/api/v1/reports/" + std::string(path), say);
    }
};

const wire::Json* with_key(const wire::Json& items, std::string_view key,
                           std::string_view member = "key") {
    for (const auto& item : items.items)
        if (item.find(member)->text == key) return &item;
    return nullptr;
}

std::int64_t lost(const Body& report, std::string_view key) {
    const auto* item = with_key(report.at("items"), key);
    return item == nullptr ? -1 : item->find("lost_ms")->integer().value_or(-1);
}

constexpr std::int64_t kHour = 3'600'000;

}  // namespace

TEST_CASE("the lateness of a chain goes to the legs that took too long, and sums to the whole") {
    Office office;
    office.house.clock.advance(hours(60));
    report_fault(office.house, office.key, "repair/north-1", office.begun, 36, 54);
    report_fault(office.house, office.key, "repair/north-2", office.begun, 46, 54);
    report_fault(office.house, office.key, "repair/north-3", office.begun, 25, 38);  // in time
    const auto reply = office.report("responsibility?by=partner");
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    const Body body(reply);
    CHECK(body.at("n").integer() == 2);
    CHECK(body.at("lateness_ms").integer() == 12 * kHour);
    CHECK(lost(body, "supplier") == 10 * kHour);
    CHECK(lost(body, "repair-partner") == 2 * kHour);
    const auto* parts = with_key(body.at("legs"), "supplier", "owner");
    REQUIRE(parts != nullptr);
    CHECK(parts->find("kept")->find("n")->integer() == 3);
    CHECK(parts->find("kept")->find("count")->integer() == 0);
    CHECK(parts->find("lateness")->find("p50")->text == "PT12H");
    const auto* visit = with_key(body.at("legs"), "repair-partner", "owner");
    CHECK(visit->find("kept")->find("count")->integer() == 1);

    const auto by_clause = office.report("responsibility?by=clause", "text/csv");
    CHECK(by_clause.says("repair-chain/repair.parts,"));
    CHECK(by_clause.header("Content-Type").starts_with("text/csv"));
    const auto& budget = body.at("budgets").items[0];
    CHECK(budget.find("clause")->text == "repair-chain/repair");
    CHECK(budget.find("legs")->items.size() == 2);
    CHECK(budget.find("sum")->find("en")->text.starts_with("36"));
    CHECK(budget.find("fits")->boolean);
}

TEST_CASE("a cause is told only where it is in the list, and counts above, too") {
    Office office;
    office.house.clock.advance(hours(60));
    const auto fault = [&](const std::string& name, std::string_view cause) {
        report_fault(office.house, office.key, name, office.begun, 20, 50);
        if (cause.empty()) return;
        const auto said =
            send(office.house, "POST", "/api/v1/facts?source=field",
                 {.token = office.key,
                  .body = fact_json(name + "-c", "cause.found", name,
                                    R"(,"fields":{"cause":")" + std::string(cause) + "\"}",
                                    to_string(office.begun + hours(49)))});
        REQUIRE_MESSAGE(said.status < 300, said.body);
    };
    for (int i = 0; i < 6; ++i) fault("repair/a" + std::to_string(i), "fibre-cut");
    fault("repair/b", "network");
    fault("repair/c", "power");
    fault("repair/d", "Mrs Wang was not at home");
    fault("repair/e", "");
    const Body body(office.report("causes"));
    CHECK(body.at("n").integer() == 10);
    const auto& items = body.at("items").items;
    REQUIRE(items.size() == 3);
    CHECK(items[0].find("code")->text == "network");
    CHECK(items[0].find("total")->integer() == 7);
    CHECK(items[0].find("own")->integer() == 1);
    CHECK(items[0].find("vital")->boolean);
    CHECK(items[1].find("code")->text.empty());  // not coded: two of them
    CHECK(items[1].find("vital")->boolean);
    CHECK_FALSE(items[2].find("vital")->boolean);
    CHECK(items[2].find("running")->text == "1");
    CHECK(with_key(body.at("codes"), "fibre-cut", "code")->find("total")->integer() == 6);
    CHECK_FALSE(office.report("causes").says("Wang"));
    CHECK(lost(Body(office.report("responsibility?by=cause")), "power") == 2 * kHour);
}

TEST_CASE("whatever happened, the parts sum to the lateness of the whole") {
    Office office;
    office.house.clock.advance(hours(200));
    std::mt19937 dice(20260310);
    const auto throw_of = [&] { return 1 + static_cast<int>(dice() % 90); };
    for (int i = 0; i < 60; ++i) {
        const int parts_after = throw_of();
        report_fault(office.house, office.key, "repair/p" + std::to_string(i), office.begun,
                     parts_after, parts_after + throw_of());
    }
    const auto reading = office.house.store->read();
    const Records records{.reading = *reading,
                          .shelves = office.house.service->things().shelves,
                          .tenant = office.house.acme.id,
                          .now = office.house.clock.now()};
    const auto report =
        responsibility(records, {.from = office.begun, .until = office.house.clock.now()});
    CHECK(report.broken.size() > 30);
    std::map<store::ObligationId, std::int64_t> whole, parts;
    std::int64_t all = 0;
    for (const auto& one : report.broken) all += whole[one.obligation] = one.lateness.count;
    for (const auto& one : report.parts) parts[one.obligation] += one.lost.count;
    CHECK(whole == parts);
    for (const auto side : {Side::Team, Side::Partner, Side::Clause, Side::Cause}) {
        std::int64_t sum = 0;
        for (const auto& one : summed_by(report, side)) sum += one.lost.count;
        CHECK(sum == all);
    }
}

TEST_CASE("legs that can't serve their clause are shown with why") {
    auto text = std::string(kRepairChain);
    text.replace(text.find("within: 12 h"), 12, "within: 36 h");
    Office office(text);
    const Body body(office.report("responsibility"));
    const auto& budget = body.at("budgets").items[0];
    CHECK_FALSE(budget.find("fits")->boolean);
    CHECK(budget.find("findings")->items[0].find("code")->text == "legs-too-long");
    CHECK(budget.find("sum")->find("en")->text.starts_with("60"));
}

namespace {

std::string chat_promise(std::string_view amount) {
    auto text = std::string(kAnswerSoon);
    const auto at = text.find("amount: 'size'");
    text.replace(at, 14, "amount: '" + std::string(amount) + "'");
    text.replace(text.find("fields: [size]"), 14, "fields: [size, tier]");
    return text;
}

void break_chats(Office& office, int each, const std::vector<std::string>& tiers) {
    std::string facts;
    int number = 0;
    for (const auto& tier : tiers)
        for (int i = 0; i < each; ++i) {
            const auto name = "chat/" + std::to_string(++number);
            facts +=
                (facts.empty() ? "" : ",") +
                fact_json(name, "chat.opened", name,
                          R"(,"customer":"C-)" + std::to_string(number) + R"(","fields":{"size":)" +
                              std::to_string(5 + i % 4) + R"(,"tier":")" + tier + "\"}",
                          to_string(office.begun));
        }
    const auto said = send(office.house, "POST", "/api/v1/facts?source=desk",
                           {.token = office.key, .body = "[" + facts + "]"});
    REQUIRE_MESSAGE(said.status < 300, said.body);
    office.house.clock.advance(minutes(2));
    REQUIRE(soon([&] {
        const Body all(office.house.ask("GET", "/api/v1/payouts?limit=200", {.token = office.key}));
        return std::ssize(all.at("items").items) >= number;
    }));
}

}  // namespace

TEST_CASE("a rule that gives gold customers more for the same failure is found and named") {
    Office office(chat_promise("if tier = \"gold\" then size + 10 else size"));
    break_chats(office, 12, {"gold", "basic"});
    const auto reply = office.report("fairness?group=tier&promise=answer-soon");
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    const Body body(reply);
    CHECK(body.at("n").integer() == 24);
    REQUIRE(body.at("unequal").items.size() == 1);
    const auto& found = body.at("unequal").items[0];
    CHECK(found.find("more")->text == "gold");
    CHECK(found.find("less")->text == "basic");
    CHECK(found.find("what")->text == "mean");
    CHECK(found.find("unit")->text == "CNY");
    CHECK(found.find("difference")->find("value")->text == "10");
    CHECK(found.find("says")->find("zh")->text.contains("late-answer@answer-soon@1 读取 tier"));
    const auto& remedy = body.at("remedies").items[0];
    CHECK(remedy.find("reads_group")->boolean);
    CHECK(remedy.find("reads")->items.size() == 2);
    CHECK(office.report("fairness?group=tier", "text/csv").says(",gold,12,1,CNY,16.5,"));
}

TEST_CASE("a rule that asks for the size of the loss only isn't called unfair") {
    Office office(chat_promise("size"));
    break_chats(office, 12, {"gold", "basic"});
    const Body body(office.report("fairness?group=tier"));
    CHECK(body.at("unequal").items.empty());
    CHECK_FALSE(body.at("remedies").items[0].find("reads_group")->boolean);
    CHECK(office.report("fairness").status == 422);
}

TEST_CASE("groups of fewer than five are nobody's to look at") {
    Office office(chat_promise("if tier = \"rare\" then 99 else size"));
    break_chats(office, 6, {"basic"});
    std::string facts;
    for (int i = 0; i < 3; ++i) {
        const auto name = "chat/rare-" + std::to_string(i);
        facts += (facts.empty() ? "" : ",") + fact_json(name, "chat.opened", name,
                                                        R"(,"fields":{"size":1,"tier":"rare"})",
                                                        to_string(office.house.clock.now()));
    }
    REQUIRE(send(office.house, "POST", "/api/v1/facts?source=desk",
                 {.token = office.key, .body = "[" + facts + "]"})
                .status < 300);
    office.house.clock.advance(minutes(2));
    REQUIRE(
        soon([&] { return Body(office.report("fairness?group=tier")).at("n").integer() == 9; }));
    const auto reply = office.report("fairness?group=tier");
    const Body body(reply);
    const auto& groups = body.at("items").items[0].find("groups")->items;
    REQUIRE(groups.size() == 2);
    CHECK(groups[1].find("others")->boolean);
    CHECK(groups[1].find("n")->integer() == 3);
    CHECK(groups[1].find("anything")->is_null());
    CHECK(groups[1].find("amounts")->items.empty());
    CHECK_FALSE(reply.says("\"rare\""));
    CHECK_FALSE(reply.says("99"));
}

TEST_CASE("the effect of recovery: who was made good scores as high as whom nothing befell") {
    Office office(chat_promise("size"));
    std::string facts;
    const auto add = [&](const std::string& fact) { facts += (facts.empty() ? "" : ",") + fact; };
    const auto tell = [&] {
        const auto said = send(office.house, "POST", "/api/v1/facts?source=desk",
                               {.token = office.key, .body = "[" + facts + "]"});
        REQUIRE_MESSAGE(said.status < 300, said.body);
        facts.clear();
    };
    const auto chat = [](int i) { return "chat/" + std::to_string(i); };
    const auto of = [](int i) { return R"(,"customer":"C-)" + std::to_string(i) + "\""; };
    // 1 to 6 are answered; 7 to 12 are paid for it; 13 to 18 aren't.
    for (int i = 1; i <= 18; ++i)
        add(fact_json(chat(i), "chat.opened", chat(i),
                      of(i) + R"(,"fields":{"size":5,"tier":"basic"})", to_string(office.begun)));
    for (int i = 1; i <= 6; ++i)
        add(fact_json(chat(i) + "a", "chat.answered", chat(i), {},
                      to_string(office.begun + seconds(30))));
    office.house.clock.advance(seconds(31));
    tell();
    office.house.clock.advance(minutes(2));
    std::vector<std::string> payouts;
    REQUIRE(soon([&] {
        payouts.clear();
        const Body all(office.house.ask("GET", "/api/v1/payouts?limit=200", {.token = office.key}));
        for (const auto& item : all.at("items").items) payouts.emplace_back(item.find("id")->text);
        return payouts.size() == 12;
    }));
    for (const auto& id : payouts) {
        const auto now = office.house.ask("GET", "/api/v1/payouts/" + id, {.token = office.key});
        const auto subject = Body(now).text("subject");
        if (std::stoi(subject.substr(5)) > 12) continue;
        REQUIRE(send(office.house, "POST", "/api/v1/payouts/" + id + "/confirm",
                     {.token = office.key, .headers = if_match(now)})
                    .status == 200);
    }
    office.house.clock.advance(hours(24));
    for (int i = 1; i <= 18; ++i) {
        const auto score = i <= 6 ? 7 + i % 2 : i <= 12 ? 9 + i % 2 : 2 + i % 2;
        add(fact_json("s" + std::to_string(i), "survey.answered", "survey/" + std::to_string(i),
                      of(i) + R"(,"fields":{"score":)" + std::to_string(score) + "}",
                      to_string(office.house.clock.now() - seconds(1))));
        if (i <= 12)
            add(fact_json("r" + std::to_string(i), "order.placed", "order/" + std::to_string(i),
                          of(i), to_string(office.house.clock.now() - seconds(1))));
    }
    tell();
    const auto path = "recovery?score=survey.answered.score&return=order.placed&days=30";
    const Body early(office.report(path));
    CHECK(early.at("too_recent").integer() == 18);
    office.house.clock.advance(hours(24 * 31));
    const auto reply = office.report(path);
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    const Body body(reply);
    CHECK(body.at("n").integer() == 18);
    const auto& items = body.at("items").items;
    CHECK(items[0].find("score")->find("mean")->text == "7.5");
    CHECK(items[1].find("score")->find("mean")->text == "9.5");
    CHECK(items[1].find("customers")->integer() == 6);
    CHECK(items[1].find("returned")->find("count")->integer() == 6);
    CHECK(items[3].find("score")->find("mean")->text == "2.5");
    CHECK(items[3].find("returned")->find("count")->integer() == 0);
    CHECK(body.at("says").find("en")->text.starts_with("The recovery paradox shows"));
    CHECK_FALSE(reply.says("C-"));
    const Body none(office.report("recovery?return=never.happened&score=no.such.field"));
    CHECK(none.at("says").find("en")->text.starts_with("No data"));
    CHECK(office.report("recovery").status == 422);
    CHECK(office.report("recovery?score=nodot").status == 422);
}

}  // namespace yinuo::server
