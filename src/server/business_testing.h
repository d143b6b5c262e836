// For tests: a company that has published one promise over the API, and requests of any media type.
#pragma once

#include <chrono>
#include <thread>

#include "server/testing.h"

namespace yinuo::server {

inline constexpr std::string_view kLive24 = R"(promise: live-24h
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 24 小时开通, en: Live in 24 hours}
need: {zh: 心里有底, en: to know}
limits: {zh: 无, en: none}
owner: team/broadband
zone: Asia/Shanghai
subject: order
facts:
  order.placed: {zh: 下单, en: ordered}
  service.active: {zh: 开通, en: live}
clauses:
  live:
    title: {zh: 24 小时开通, en: Live in 24 hours}
    starts: fact = "order.placed"
    keeps: fact = "service.active"
    within: 24 h
    warns: [80 %]
remedies:
  late-data:
    title: {zh: 逾期送流量, en: Data for being late}
    for: live
    give: {kind: data, amount: 500 MB, per started: 24 h, at most: 5}
    apology: {zh: 抱歉, en: Sorry}
)";

inline std::string json_text(std::string_view text) {
    JsonOut out;
    return out.value(text).take();
}

struct Sent {
    std::string token = {}, body = {}, type = "application/json", headers = {};
};
inline http::testing::Reply send(House& house, std::string_view method, std::string_view path,
                                 const Sent& sent = {}) {
    std::string text = std::string(method) + " " + std::string(path) +
                       " HTTP/1.1\r\nHost: yinuo.test\r\n" + sent.headers;
    if (!sent.token.empty()) text += "Authorization: Bearer " + sent.token + "\r\n";
    if (!sent.body.empty()) text += "Content-Type: " + sent.type + "\r\n";
    text += "Content-Length: " + std::to_string(sent.body.size()) + "\r\n\r\n" + sent.body;
    auto client = house.client();
    return client.ask(text);
}

inline std::string if_match(const http::testing::Reply& reply) {
    return "If-Match: " + reply.header("ETag") + "\r\n";
}

// Drafted by the manager, approved by the owner, published. The id.
inline std::string publish_promise(House& house, const Company& company,
                                   std::string_view text = kLive24) {
    const auto& manager = company.tokens.at(Role::Manager);
    const auto& owner = company.tokens.at(Role::Owner);
    auto reply = send(house, "POST", "/api/v1/promises",
                      {.token = manager, .body = std::string(text), .type = "text/yaml"});
    REQUIRE_MESSAGE(reply.status == 201, reply.body);
    const auto id = Body(reply).text("id");
    for (const auto& [step, token] : {std::pair("check", manager), std::pair("approve", owner),
                                      std::pair("publish", manager)}) {
        reply = send(house, "POST", "/api/v1/promises/" + id + "/" + step,
                     {.token = token, .headers = if_match(reply)});
        REQUIRE_MESSAGE(reply.status == 200, reply.body);
    }
    return id;
}

inline std::string fact_json(std::string_view id, std::string_view kind, std::string_view subject,
                             std::string_view more = {},
                             std::string_view at = "2026-03-10T00:00:00Z") {
    return R"({"id":")" + std::string(id) + R"(","kind":")" + std::string(kind) +
           R"(","subject":")" + std::string(subject) + R"(","at":")" + std::string(at) + '"' +
           std::string(more) + "}";
}

// A key that outlives sessions when the clock is moved, with whatever its company may.
inline std::string lasting_key(House& house, const Company& company) {
    return house.key(company, permissions_of(Role::Owner));
}

// Waits (really, a minute at most) until `holds`, moving nothing.
template <typename Holds>
bool soon(Holds holds) {
    for (int i = 0; i < 2'400; ++i) {
        if (holds()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    return false;
}

}  // namespace yinuo::server
