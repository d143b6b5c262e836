// For tests: promises that people decide about, over HTTP: a coach's, an installation's, a case's.
#pragma once

#include "server/business_testing.h"

namespace yinuo::server {

inline constexpr std::string_view kCoach = R"(promise: coach
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: behaviour, strength: public}
title: {zh: 站外不上客, en: Boards only in stations}
need: {zh: 安全, en: to be safe}
limits: {zh: 无, en: none}
owner: alliance
zone: Asia/Shanghai
subject: trip
clauses:
  boards-in-stations:
    title: {zh: 站外不上客, en: Boards only in stations}
    starts: fact = "trip.planned"
    never: fact = "camera.boarding" and place = "roadside"
    ends: fact = "trip.closed"
    verify:
      claim: fact = "boarding.reported"
      confirms: fact = "dashcam.checked" and boarded = true
      rejects: fact = "dashcam.checked" and boarded = false
      within: 7 days
      undecided: confirmed
remedies:
  double-fare:
    title: {zh: 双倍票价, en: Double fare}
    for: boards-in-stations
    payees: 'if passenger != null then passenger else facts("ticket.sold").passenger'
    give: {kind: refund, amount: '2 * facts("ticket.sold")[passenger = payee][1].fare', unit: CNY}
    apology: {zh: 抱歉, en: Sorry}
)";

inline constexpr std::string_view kInstall = R"(promise: install
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 当日装, en: Installed the same day}
need: {zh: 不用等, en: not to wait}
limits: {zh: 无, en: none}
owner: team/field
zone: Asia/Shanghai
subject: order
clauses:
  install:
    title: {zh: 当日装, en: Installed the same day}
    starts: fact = "order.registered"
    keeps: fact = "order.done"
    within: 24 h
    extends: {when: fact = "order.redated" and consent = true, to: new date, times: 1}
    reopens: {when: fact = "order.reopened", how: continues}
    waives:
      cause: fact = "cause.recorded" and cause in ("customer", "third party", "force majeure")
      evidence: fact = "evidence.attached"
      agrees: fact = "cause.agreed"
      refuses: fact = "cause.refused"
      people: 2
remedies:
  late-install:
    title: {zh: 装机逾期赔付, en: Late installation}
    for: install
    give: {kind: bill credit, amount: 20.00 CNY}
    apology: {zh: 抱歉, en: Sorry}
)";

// Reported by the desk at the clock's present; then the clock is a second on. The obligation of that
// clause.
inline std::string tell(House& house, const std::string& token, std::string_view id,
                        std::string_view kind, std::string_view subject, std::string_view more,
                        std::string_view clause) {
    house.clock.advance(seconds(1));
    const auto said = send(
        house, "POST", "/api/v1/facts?source=desk&expand=obligations",
        {.token = token, .body = fact_json(id, kind, subject, more, to_string(house.clock.now()))});
    REQUIRE_MESSAGE(said.status < 300, said.body);
    for (const auto& one : Body(said).at("obligations").items)
        if (one.find("clause")->text == clause) return std::string(one.find("id")->text);
    return {};
}

// A trip with two tickets, 68.00 each; the obligation to board in stations only.
inline std::string plan_trip(House& house, const std::string& token, std::string_view subject,
                             std::string_view customer = "C-9") {
    const auto trip = std::string(subject);
    const auto more = R"(,"customer":")" + std::string(customer) + '"';
    for (const auto* who : {"zhang", "li"})
        tell(house, token, trip + who, "ticket.sold", subject,
             more + R"(,"fields":{"passenger":")" + who + R"(","fare":68.00})", "");
    return tell(house, token, trip + "p", "trip.planned", subject, more, "boards-in-stations");
}

inline http::testing::Reply post(House& house, std::string_view path, const std::string& token,
                                 std::string_view body = {}) {
    return send(house, "POST", path, {.token = token, .body = std::string(body)});
}

// A person's session that is good now, wherever the clock was moved to.
inline std::string fresh_token(House& house, const Company& company, Role role) {
    std::string text;
    REQUIRE(house.act([&](engine::Turns& turns) -> Result<void> {
        text = begin_session(turns, company.id, company.people.at(role).user, house.clock.now())
                   .text.expose();
        return {};
    }));
    return text;
}

// A customer's headers: their link.
inline std::string link_for(House& house, const Company& company, std::string_view customer) {
    const auto made = post(house, "/api/v1/links", company.tokens.at(Role::Owner),
                           R"({"customer":")" + std::string(customer) + R"(","days":365})");
    REQUIRE_MESSAGE(made.status == 201, made.body);
    return "Authorization: Link " + Body(made).text("link") + "\r\n";
}

// Publishes the coach promise and claims that a bus boarded at the roadside: the claim's id.
inline std::string make_coach_claim(House& house, const Company& company) {
    const auto& owner = company.tokens.at(Role::Owner);
    publish_promise(house, company, kCoach);
    const auto obligation = plan_trip(house, owner, "trip/1");
    const auto made =
        post(house, "/api/v1/obligations/" + obligation + "/claims", company.tokens.at(Role::Agent),
             R"({"text":"在路边上客","fields":{"passenger":"zhang"}})");
    REQUIRE_MESSAGE(made.status == 201, made.body);
    return Body(made).text("id");
}

}  // namespace yinuo::server
