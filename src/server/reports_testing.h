// For tests: a chain to two partners, one of whom is late, and faults that break in it.
#pragma once

#include "server/fund_testing.h"

namespace yinuo::server {

inline constexpr std::string_view kRepairChain = R"(promise: repair-chain
version: 1
class: {scope: full, guarantee: guaranteed, form: written, content: time, strength: strong private}
title: {zh: 48 小时修复, en: Repair in 48 h}
need: {zh: 修好, en: to have it work again}
limits: {zh: 无, en: none}
owner: team/field
zone: Asia/Shanghai
subject: repair
facts:
  fault.reported: {zh: 报修, en: reported}
  parts.ordered: {zh: 订配件, en: parts ordered}
  parts.arrived: {zh: 配件到货, en: parts arrived}
  fault.repaired: {zh: 修复, en: repaired}
clauses:
  repair:
    title: {zh: 48 小时修复, en: Repair in 48 h}
    starts: fact = "fault.reported"
    keeps: fact = "fault.repaired"
    within: 48 h
    legs:
      parts:
        owner: supplier
        accepts: fact = "parts.ordered"
        keeps: fact = "parts.arrived"
        within: 24 h
      visit:
        owner: repair-partner
        accepts: fact = "parts.arrived"
        within: 12 h
remedies:
  late-repair:
    title: {zh: 迟修补偿, en: For a late repair}
    for: repair
    give: {kind: bill credit, amount: 10.00 CNY, per started: 24 h}
    charged on: true
    apology: {zh: 抱歉, en: Sorry}
)";

// One fault from its report on, each step so many hours after it; facts that say no more than that.
inline void report_fault(House& house, const std::string& key, const std::string& subject,
                         Instant reported, int parts_after, int repaired_after,
                         std::string_view more = {}) {
    const auto fact = [&](std::string_view kind, Instant at, std::string_view with = {}) {
        return fact_json(subject + "-" + std::string(kind), kind, subject, with, to_string(at));
    };
    const auto facts = "[" + fact("fault.reported", reported, more) + "," +
                       fact("parts.ordered", reported) + "," +
                       fact("parts.arrived", reported + hours(parts_after)) + "," +
                       fact("fault.repaired", reported + hours(repaired_after)) + "]";
    const auto said =
        send(house, "POST", "/api/v1/facts?source=field", {.token = key, .body = facts});
    REQUIRE_MESSAGE(said.status < 300, said.body);
}

inline http::testing::Reply put_codes(House& house, const Company& company,
                                      std::string_view codes) {
    const auto& owner = company.tokens.at(Role::Owner);
    const auto now = house.ask("GET", "/api/v1/reason-codes", {.token = owner});
    return send(house, "PUT", "/api/v1/reason-codes",
                {.token = owner, .body = std::string(codes), .headers = if_match(now)});
}

}  // namespace yinuo::server
