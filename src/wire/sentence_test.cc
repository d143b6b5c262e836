// The sentences of whole promises, read from text as authors write it.
#include "promise/sentence.h"

#include <doctest/doctest.h>

#include "promise/scope.h"
#include "wire/promise_yaml.h"

namespace yinuo::wire {
namespace {

class OneZone : public Zones {
public:
    const Zone* find(std::string_view name) override {
        return name == "Asia/Shanghai" ? &zone_ : nullptr;
    }

private:
    Zone zone_ = Zone::fixed(8 * 3600);
};

Text told(std::string_view text) {
    Names names;
    OneZone zones;
    const auto reading = read_promises(text, "p.yaml", {names, zones, promise::host_functions()});
    for (const auto& finding : reading.findings) MESSAGE(finding.error.what.en);
    REQUIRE(reading.promises.size() == 1);
    return promise::sentence_of(reading.promises.front());
}

}  // namespace

TEST_CASE("公示的话从同一份定义里来") {
    const Text text = told(R"(promise: broadband-live
title: {zh: 24 小时开通，慢必赔, en: "Live in 24 hours, or data"}
facts:
  order.placed: {zh: 下单, en: ordered, fields: [kind]}
  order.active: {zh: 开通, en: active}
  visit.moved: {zh: 客户改期, en: moved by the customer}
  visit.due: {zh: 约定上门, en: visit due}
clauses:
  live:
    title: {zh: 开通, en: Live}
    starts: fact = "order.placed" and kind = "broadband"
    keeps: fact = "order.active"
    within: 24 h
    pauses:
      waiting: {from: fact = "visit.moved", to: fact = "visit.due", text: {zh: 等待客户, en: waiting for the customer}}
    give: {kind: data, amount: 500 MB, per started: 24 h, at most: 5}
)");
    CHECK(text.zh ==
          "24 小时开通，慢必赔（broadband-live@1）\n"
          "· 开通：从『下单』（kind 为 broadband）起 24 "
          "小时内『开通』；等待客户（从『客户改期』到『约定上门』）的时间不计。\n"
          "· 补偿「live」：『开通』违约：逾期每开始一个 24 小时给 500 MB，最多 5 次（data）。\n");
    CHECK(text.en ==
          "Live in 24 hours, or data (broadband-live@1)\n"
          "- Live: From \"ordered\" (kind is broadband): \"active\" within 24 hours; waiting for "
          "the customer (from "
          "\"moved by the customer\" to \"visit due\") does not count.\n"
          "- Remedy \"live\": When \"Live\" is broken: 500 MB for each started 24 hours overdue, "
          "at most 5 times (data).\n");
}

TEST_CASE("a limit that is a table, a ladder and a share are told in words") {
    const Text text = told(R"(promise: mixed
zone: Asia/Shanghai
clauses:
  install:
    starts: fact = "registered"
    keeps: fact = "installed"
    within: [{if: 'local time(at) < time("16:00:00")', limit: end of day}, {limit: 24 h}]
    give: [{when: 'late > duration("PT16H")', total: 5.00 CNY}, {when: 'late > duration("PT72H")', total: 10.00 CNY}]
  calls:
    rate: {of: fact = "call.ended", good: not(abandoned) and wait <= duration("PT20S"), at least: 90 %, over: [day, month]}
)");
    CHECK(text.zh ==
          "mixed（mixed@1）\n"
          "· install：从『registered』起，当地时间早于 16:00 的当天结束前『installed』，其余的 24 "
          "小时内『installed』。\n"
          "· calls：每天、每月，『call.ended』中至少 90 % 符合：非abandoned、wait 不超过 20 秒。\n"
          "· 补偿「install」：『install』违约：迟延超过 16 小时：共给 5.00 元，迟延超过 72 "
          "小时：共给 10.00 元。\n");
    CHECK(text.en.find("\"installed\" by the end of the day where local time before 16:00, within "
                       "24 hours otherwise") != std::string::npos);
    CHECK(text.en.find("with lateness more than 16 hours: 5.00 CNY in all") != std::string::npos);
}

TEST_CASE("every shape has its sentence") {
    const Text text = told(R"(promise: shapes
zone: Asia/Shanghai
clauses:
  b: {starts: 'fact = "s"', keeps: 'fact = "k"', by: {at: promised, tolerance: 5 min}}
  c: {starts: 'fact = "s"', keeps: 'fact = "k"', window: {around: due_time, late: 5 min}}
  d: {never: 'fact = "rude"'}
  e: {always: {when: 'fact = "billed"', holds: charged <= quoted}}
  f: {starts: {later of: ['fact = "s"', 'fact = "t"']}, keeps: 'fact = "k"', every: 24 h}
  g: {at most: {count: 'fact = "f"', bound: 3, over: 30 days}}
)");
    CHECK(text.zh.find("『s』之后，『k』不晚于 「promised」（可晚 5 分钟）") != std::string::npos);
    CHECK(text.zh.find("『k』以 「due_time」 为准，不得提前，最多晚 5 分钟") != std::string::npos);
    CHECK(text.zh.find("绝不『rude』") != std::string::npos);
    CHECK(text.zh.find("每次『billed』都要符合：「charged <= quoted」") != std::string::npos);
    CHECK(text.zh.find("从『s』和『t』（以较晚者为准）起，每 24 小时至少一次『k』") !=
          std::string::npos);
    CHECK(text.zh.find("任意 30 天内『f』不超过 3 次") != std::string::npos);
}

}  // namespace yinuo::wire
