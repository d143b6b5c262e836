// Real promises, told in the language and folded: what comes out is what their texts say.
#include <doctest/doctest.h>

#include "promise/fold.h"
#include "promise/scope.h"
#include "wire/promise_yaml.h"

namespace yinuo::wire {
namespace {

using namespace promise;

class Shanghai : public Zones {
public:
    const Zone* find(std::string_view name) override {
        return name == "Asia/Shanghai" ? &zone_ : nullptr;
    }

private:
    Zone zone_ = Zone::fixed(8 * 3600);
};

// "2026-02-13 20:00" on a clock in Shanghai.
Instant at(std::string_view wall) {
    const auto local = LocalTime::parse(wall);
    REQUIRE(local);
    return Instant{local->millis} - hours(8);
}

struct Told {
    std::string_view wall;
    std::string_view kind;
    std::vector<std::pair<std::string_view, feel::Value>> fields = {};
};

class Case {
public:
    explicit Case(std::string_view text) {
        auto reading = read_promises(text, "p.yaml", {names_, zones_, host_functions()});
        for (const auto& [severity, error] : reading.findings) MESSAGE(error.what.en);
        REQUIRE(reading.findings.empty());
        REQUIRE(reading.promises.size() == 1);
        promise_ = std::move(reading.promises.front());
    }

    // "NAME state due" of every obligation.
    std::string after(const std::vector<Told>& story, std::string_view now) {
        std::vector<Fact> facts;
        for (const auto& told : story) {
            auto fields = memory_.array<feel::Binding>(told.fields.size());
            for (std::size_t i = 0; i < fields.size(); ++i)
                fields[i] = {names_.intern(told.fields[i].first), told.fields[i].second};
            facts.push_back({.id = {},
                             .subject = "order/1",
                             .kind = names_.intern(told.kind),
                             .at = at(told.wall),
                             .received_at = at(told.wall),
                             .fields = fields});
        }
        Folding folding(names_, memory_);
        std::string all;
        for (const auto& o : fold_all(promise_, facts, at(now), folding).obligations) {
            if (!all.empty()) all += "; ";
            all += promise_.clauses[static_cast<std::size_t>(o.clause)].name + " " +
                   std::string(name_of(o.state));
            if (o.due_at != Instant::max())
                all += " " +
                       promise_.zone->to_local(o.due_at).to_string().substr(5, std::string::npos);
        }
        return all;
    }

private:
    Names names_;
    Shanghai zones_;
    Arena memory_;
    Promise promise_;
};

feel::Value text(std::string_view words) { return feel::Value::string(words); }

}  // namespace

TEST_CASE("宽带 24 小时开通：等客户的时间不算，违约之后取消不改违约") {
    Case live(R"(promise: broadband-live
zone: Asia/Shanghai
clauses:
  live:
    starts: fact = "ordered"
    keeps: fact = "active"
    voids: fact = "cancelled" and by = "customer"
    within: 24 h
    pauses:
      waiting: {from: 'fact = "moved" and wish of = "customer"', to: fact = "due"}
)");
    const Told ordered{"2026-02-13 20:00", "ordered"};
    CHECK(live.after({ordered, {"2026-02-14 20:00", "active"}}, "2026-03-01 00:00") ==
          "live kept 02-14T20:00:00");
    CHECK(live.after({ordered, {"2026-02-14 20:00:00.001", "active"}}, "2026-03-01 00:00") ==
          "live broken 02-14T20:00:00");
    CHECK(live.after({ordered, {"2026-02-14 10:00", "cancelled", {{"by", text("customer")}}}},
                     "2026-03-01 00:00") == "live void 02-14T20:00:00");
    CHECK(live.after({ordered, {"2026-02-15 10:00", "cancelled", {{"by", text("customer")}}}},
                     "2026-03-01 00:00") == "live broken 02-14T20:00:00");
    CHECK(live.after({ordered,
                      {"2026-02-14 10:00", "moved", {{"wish of", text("customer")}}},
                      {"2026-02-14 13:00", "due"},
                      {"2026-02-14 22:59", "active"}},
                     "2026-03-01 00:00") == "live kept 02-14T23:00:00");
}

TEST_CASE("当日装：16 点前当天，16 点起 24 小时，村里不承诺，抵扣也有期限") {
    Case install(R"(promise: same-day-install
zone: Asia/Shanghai
audience: area = "city"
clauses:
  install:
    starts: fact = "registered"
    keeps: fact = "installed"
    within:
      - {if: 'local time(at) < time("16:00:00")', limit: end of day}
      - {limit: 24 h}
    waives: {cause: fact = "cause", evidence: fact = "evidence", agrees: fact = "agreed"}
remedies:
  late:
    for: install
    give: {kind: bill credit, amount: 20.00 CNY}
    pay within: 30 days
    paid: fact = "credit"
)");
    const auto city = std::pair<std::string_view, feel::Value>{"area", text("city")};
    CHECK(install.after(
              {{"2026-03-10 15:59:59", "registered", {city}}, {"2026-03-11 00:00", "installed"}},
              "2026-04-01 00:00") == "install kept 03-11T00:00:00");
    CHECK(install.after(
              {{"2026-03-10 16:00", "registered", {city}}, {"2026-03-11 16:00", "installed"}},
              "2026-04-01 00:00") == "install kept 03-11T16:00:00");
    CHECK(install.after({{"2026-03-10 15:00", "registered", {{"area", text("village")}}}},
                        "2026-04-01 00:00") == "");
    CHECK(install.after({{"2026-03-10 15:00", "registered", {city}},
                         {"2026-03-12 09:00", "installed"},
                         {"2026-04-11 00:00", "credit"}},
                        "2026-05-01 00:00") ==
          "install broken 03-11T00:00:00; late.payment broken 04-10T00:00:00.001");
    const std::vector<Told> excused = {{"2026-03-10 15:00", "registered", {city}},
                                       {"2026-03-11 09:00", "cause"},
                                       {"2026-03-11 09:30", "evidence"},
                                       {"2026-03-11 10:00", "agreed", {{"by", text("li")}}}};
    CHECK(install.after(excused, "2026-03-12 00:00") ==
          "install broken 03-11T00:00:00; late.payment paused");
    auto both = excused;
    both.push_back({"2026-03-11 11:00", "agreed", {{"by", text("wang")}}});
    CHECK(install.after(both, "2026-03-12 00:00").starts_with("install waived"));
}

TEST_CASE("每 24 个工作小时至少告知一次") {
    Case posted(R"(promise: posted
zone: Asia/Shanghai
schedules: {office: {weekly: {mon-fri: "09:00-12:00, 13:30-18:00"}}}
schedule: office
clauses:
  posted: {starts: fact = "opened", keeps: fact = "updated", ends: fact = "closed", every: 24 work h}
)");
    CHECK(posted.after({{"2026-03-02 09:00", "opened"}}, "2026-03-06 00:00") ==
          "posted broken 03-05T10:30:00; posted running 03-10T12:00:00");
}

TEST_CASE("九成电话 20 秒内接听，空的一天不计") {
    Case calls(R"(promise: answered
zone: Asia/Shanghai
effective: 2026-03-01
clauses:
  calls:
    rate:
      of: fact = "call.ended"
      except: abandoned and wait <= 5
      good: not(abandoned) and wait <= 20
      at least: 90 %
      over: day
)");
    const auto call = [](std::string_view wall, int wait, bool abandoned) {
        return Told{wall,
                    "call.ended",
                    {{"wait", feel::Value::number(Decimal(wait))},
                     {"abandoned", feel::Value::boolean(abandoned)}}};
    };
    std::vector<Told> day;
    for (int i = 0; i < 9; ++i) day.push_back(call("2026-03-01 10:00", 20, false));
    day.push_back(call("2026-03-01 11:00", 10, true));
    CHECK(calls.after(day, "2026-03-02 12:00").starts_with("calls kept"));
    day.push_back(call("2026-03-01 12:00", 10, true));
    CHECK(calls.after(day, "2026-03-03 12:00").starts_with("calls broken"));
    CHECK(calls.after(day, "2026-03-03 12:00").find("calls not measured") != std::string::npos);
}

TEST_CASE("配送按约定时刻算；卖家取消另计") {
    Case deliver(R"(promise: late-delivery
zone: Asia/Shanghai
clauses:
  deliver:
    starts: fact = "placed"
    keeps: fact = "delivered"
    voids by us: fact = "cancelled" and by = "seller"
    by: promised
)");
    const Told placed{
        "2026-05-30 09:00",
        "placed",
        {{"promised", feel::Value::instant(at("2026-06-01 18:00"), Zone::fixed(8 * 3600))}}};
    CHECK(deliver.after({placed, {"2026-06-01 18:00", "delivered"}}, "2026-06-05 00:00") ==
          "deliver kept 06-01T18:00:00");
    CHECK(deliver.after({placed, {"2026-06-01 12:00", "cancelled", {{"by", text("seller")}}}},
                        "2026-06-05 00:00") == "deliver void by us 06-01T18:00:00");
    CHECK(deliver.after({placed, {"2026-06-02 00:00", "cancelled", {{"by", text("seller")}}}},
                        "2026-06-05 00:00") == "deliver broken 06-01T18:00:00");
}

TEST_CASE("路边上客：有举报先核实，七天不决按属实") {
    Case boards(R"(promise: coach
zone: Asia/Shanghai
clauses:
  boards:
    starts: fact = "trip.left"
    never: fact = "proved.roadside"
    verify: {claim: fact = "reported", confirms: fact = "confirmed", rejects: fact = "rejected", within: 7 days}
)");
    const Told left{"2026-07-01 08:00", "trip.left"};
    const Told reported{"2026-07-01 12:00", "reported"};
    CHECK(boards.after({left, reported}, "2026-07-02 00:00") ==
          "boards running; boards.verification running 07-08T12:00:00");
    CHECK(boards.after({left, reported, {"2026-07-03 10:00", "confirmed"}}, "2026-07-10 00:00") ==
          "boards broken; boards.verification kept 07-08T12:00:00");
    CHECK(boards.after({left, reported}, "2026-07-08 12:00:00.001") ==
          "boards broken; boards.verification broken 07-08T12:00:00");
}

TEST_CASE("链条：供货 24 小时，上门 12 小时，对客户 48 小时") {
    Case chain(R"(promise: repair
zone: Asia/Shanghai
clauses:
  repair:
    starts: fact = "reported"
    keeps: fact = "repaired"
    within: 48 h
    legs:
      parts: {owner: supplier, accepts: fact = "parts.ordered", keeps: fact = "parts.arrived", within: 24 h}
      visit: {owner: partner, accepts: fact = "parts.arrived", within: 12 h}
remedies:
  late: {for: repair, give: {kind: refund, amount: 10.00 CNY, per started: 24 h}, charged on: true}
)");
    CHECK(chain.after({{"2026-06-01 00:00", "reported"},
                       {"2026-06-01 00:00", "parts.ordered"},
                       {"2026-06-02 12:00", "parts.arrived"},
                       {"2026-06-03 06:00", "repaired"}},
                      "2026-06-05 00:00") ==
          "repair broken 06-03T00:00:00; repair.parts broken 06-02T00:00:00; repair.visit broken "
          "06-03T00:00:00");
}

}  // namespace yinuo::wire
