// For tests: a promise that is soon broken and pays money, and a fund to pay it from.
#pragma once

#include "server/business_testing.h"

namespace yinuo::server {

inline constexpr std::string_view kAnswerSoon = R"(promise: answer-soon
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 一分钟应答, en: An answer in a minute}
need: {zh: 有人管, en: to be heard}
limits: {zh: 无, en: none}
owner: team/desk
zone: Asia/Shanghai
subject: chat
facts:
  chat.opened: {zh: 来访, en: opened, fields: [size]}
  chat.answered: {zh: 应答, en: answered}
clauses:
  answer:
    title: {zh: 一分钟应答, en: An answer in a minute}
    starts: fact = "chat.opened"
    keeps: fact = "chat.answered"
    within: 1 min
remedies:
  late-answer:
    title: {zh: 迟复补偿, en: For a late answer}
    for: answer
    give: {kind: bill credit, amount: 'size', unit: CNY}
    apology: {zh: 抱歉, en: Sorry}
)";

inline http::testing::Reply put_policy(House& house, const Company& company,
                                       std::string_view policy) {
    const auto& owner = company.tokens.at(Role::Owner);
    const auto now = house.ask("GET", "/api/v1/fund/policy", {.token = owner});
    return send(house, "PUT", "/api/v1/fund/policy",
                {.token = owner, .body = std::string(policy), .headers = if_match(now)});
}

inline http::testing::Reply move_money(House& house, const Company& company, std::string_view move,
                                       std::string_view amount) {
    return send(house, "POST", "/api/v1/fund/moves",
                {.token = company.tokens.at(Role::Owner),
                 .body = R"({"move":")" + std::string(move) + R"(","amount":")" +
                         std::string(amount) + R"(","currency":"CNY","reference":"test"})"});
}

// A chat that nobody answers in time: the payout that follows, once it is there. The clock goes on
// by two minutes and a second.
inline std::string break_chat(House& house, const Company& company, std::string_view subject,
                              std::string_view size, std::string_view customer = "C-9") {
    const auto& owner = company.tokens.at(Role::Owner);
    house.clock.advance(seconds(1));  // the promise came into force before
    const auto at = to_string(house.clock.now());
    const auto said =
        send(house, "POST", "/api/v1/facts?source=desk&expand=obligations",
             {.token = owner,
              .body = fact_json(subject, "chat.opened", subject,
                                R"(,"customer":")" + std::string(customer) +
                                    R"(","fields":{"size":)" + std::string(size) + "}",
                                at)});
    REQUIRE_MESSAGE(said.status < 300, said.body);
    REQUIRE(Body(said).at("obligations").items.size() == 1);
    const std::string obligation(Body(said).at("obligations").items[0].find("id")->text);
    house.clock.advance(minutes(2));
    std::string id;
    REQUIRE(soon([&] {
        const auto list =
            house.ask("GET", "/api/v1/obligations/" + obligation + "/payouts", {.token = owner});
        REQUIRE_MESSAGE(list.status == 200, list.body);
        const Body body(list);
        for (const auto& item : body.at("items").items)
            if (item.find("kind")->text == "bill credit") id = item.find("id")->text;
        return !id.empty();
    }));
    return id;
}

inline http::testing::Reply read_payout(House& house, const Company& company,
                                        const std::string& id) {
    return house.ask("GET", "/api/v1/payouts/" + id, {.token = company.tokens.at(Role::Owner)});
}

inline http::testing::Reply step(House& house, const std::string& token, const Company& company,
                                 const std::string& id, std::string_view verb,
                                 std::string_view body = {}) {
    const auto now = read_payout(house, company, id);
    return send(house, "POST", "/api/v1/payouts/" + id + "/" + std::string(verb),
                {.token = token, .body = std::string(body), .headers = if_match(now)});
}

}  // namespace yinuo::server
