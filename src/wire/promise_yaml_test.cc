#include "wire/promise_yaml.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "promise/fold.h"
#include "promise/scope.h"

namespace yinuo::wire {
namespace {

using namespace promise;

// Zones without files: Shanghai has had one offset since 1991.
class FewZones : public Zones {
public:
    const Zone* find(std::string_view name) override {
        if (name == "UTC") return &utc_;
        if (name == "Asia/Shanghai") return &shanghai_;
        return nullptr;
    }

private:
    Zone utc_ = Zone::utc();
    Zone shanghai_ = Zone::fixed(8 * 3600);
};

struct Desk {
    Names names;
    FewZones zones;
    PromiseReading read(std::string_view text) {
        return read_promises(text, "p.yaml", {names, zones, host_functions()});
    }
};

std::string codes(const Findings& findings) {
    std::string all;
    for (const auto& finding : findings) {
        if (!all.empty()) all += "; ";
        all += finding.error.code + " " + std::to_string(finding.error.place.line) + ":" +
               std::to_string(finding.error.place.column);
    }
    return all;
}

constexpr std::string_view kInstall = R"(promise: same-day-install
version: 3
zone: Asia/Shanghai
effective: 2026-03-01
class: {scope: limited, form: written, content: time, strength: public}
title: {zh: 当日装，慢必赔, en: "Installed the same day, or we pay"}
subject: order
audience: area = "city"
clauses:
  install:
    starts: fact = "order.registered" and kind = "install"
    keeps: fact = "order.installed"
    voids: fact = "order.cancelled" and by = "customer"
    within:
      - {if: 'local time(at) < time("16:00:00")', limit: end of day}
      - {limit: 24 h}
    pauses:
      waiting-for-customer: {from: 'fact = "visit.moved" and wish of = "customer"', to: 'fact = "visit.due"', cap: 72 h}
    warns: [80 %, 1 h before]
    waives: {cause: 'fact = "cause.recorded"', evidence: fact = "evidence.attached", agrees: fact = "waiver.agreed"}
remedies:
  late-install:
    for: install
    give: {kind: bill credit, amount: 20.00 CNY}
    once per: subject
    stacks not with: [bundle, outage-scheme]
    pay within: 30 days
    paid: fact = "credit.posted"
)";

}  // namespace

TEST_CASE("a promise is read whole") {
    Desk desk;
    const auto reading = desk.read(kInstall);
    CHECK(codes(reading.findings) == "");
    REQUIRE(reading.promises.size() == 1);
    const Promise& p = reading.promises.front();
    CHECK(p.label() == "same-day-install@3");
    CHECK(to_string(p.effective_from) == "2026-02-28T16:00:00Z");
    REQUIRE(p.clauses.size() == 2);
    const Clause& install = p.clauses[0];
    CHECK(desk.names.text(install.starts.front().kind) == "order.registered");
    CHECK(!install.starts.front().kind_is_all);
    CHECK(install.keeps->kind_is_all);
    CHECK(install.pauses.front().cap == hours(72));
    CHECK(install.warns.size() == 2);
    CHECK(std::get<Within>(install.shape).rows.size() == 2);
    CHECK(p.clauses[1].name == "late-install.payment");
    CHECK(p.clauses[1].watches == std::vector<int>{0});
    CHECK(p.clauses[1].pauses.front().reason == "withheld");
    CHECK(p.clauses[1].starts.front().kind == desk.names.find("install.broken"));
    const Remedy& remedy = p.remedies.front();
    CHECK(remedy.clauses == std::vector<int>{0});
    CHECK(remedy.gifts.front().unit == "CNY");
    CHECK(remedy.gifts.front().is_money);
    CHECK(remedy.gifts.front().amount->text() == "20.00");
    const auto fields = p.fields_read();
    CHECK(std::ranges::find(fields, desk.names.find("wish of")) != fields.end());
}

TEST_CASE("a started 24 h is sugar for an amount") {
    Desk desk;
    const auto reading = desk.read(R"(promise: broadband
clauses:
  live:
    starts: fact = "order.placed"
    keeps: fact = "order.active"
    within: 24 h
    give: {kind: data, amount: 500 MB, per started: 24 h, at most: 5}
)");
    CHECK(codes(reading.findings) == "");
    REQUIRE(reading.promises.size() == 1);
    const auto& gift = reading.promises[0].remedies.at(0).gifts.at(0);
    CHECK(gift.amount->text() == "500 * min(5, ceiling(overdue / duration(\"PT24H\")))");
    CHECK(gift.unit == "MB");
    CHECK(!gift.is_money);
    CHECK(reading.promises[0].remedies[0].name == "live");
}

TEST_CASE("legs and verifications become clauses after those they watch") {
    Desk desk;
    const auto reading = desk.read(R"(promise: chain
clauses:
  told:
    starts: fact = "repair.parts.broken" or fact = "repair.broken"
    keeps: fact = "customer.told"
    within: 1 h
  repair:
    starts: fact = "fault.reported"
    keeps: fact = "repaired"
    voids: fact = "cancelled"
    within: 48 h
    verify: {claim: 'fact = "claimed"', confirms: 'fact = "proved"', rejects: 'fact = "disproved"', within: 7 h}
    legs:
      parts: {owner: supplier, accepts: 'fact = "parts.ordered"', keeps: 'fact = "parts.arrived"', within: 24 h}
      visit:
        accepts: fact = "parts.arrived"
        hands over: fact = "handed"
        offered: fact = "offered"
        within: 12 h
)");
    CHECK(codes(reading.findings) == "");
    REQUIRE(reading.promises.size() == 1);
    const Promise& p = reading.promises[0];
    std::string order;
    for (const auto& clause : p.clauses) order += clause.name + " ";
    CHECK(order == "repair repair.verification repair.parts told repair.visit ");
    const Clause& visit = p.clauses[4];
    CHECK(visit.outer == 0);
    CHECK(visit.keeps->formula.text() == "(fact = \"repaired\") or (fact = \"handed\")");
    CHECK(visit.voids.has_value());
    CHECK(visit.offered.has_value());
    CHECK(p.clauses[3].watches.size() == 2);
}

TEST_CASE("all eight shapes are read") {
    Desk desk;
    const auto reading = desk.read(R"(promise: shapes
zone: Asia/Shanghai
schedules:
  office: {weekly: {mon-fri: "09:00-12:00, 13:30-18:00"}}
schedule: office
clauses:
  a: {starts: 'fact = "s"', keeps: 'fact = "k"', within: {amount: wait, unit: work min}}
  b: {starts: 'fact = "s"', keeps: 'fact = "k"', by: {at: promised, tolerance: 5 min}}
  c: {starts: 'fact = "s"', keeps: 'fact = "k"', window: {around: scheduled, late: 5 min}}
  d: {never: 'fact = "rude"'}
  e: {always: {when: 'fact = "billed"', holds: charged <= quoted}}
  f: {starts: 'fact = "s"', keeps: 'fact = "k"', ends: 'fact = "e"', every: 24 work h}
  g: {starts: 'fact = "s"', at most: {bounds: [{count: 'fact = "f"', bound: 3}, {sum: km, of: 'fact = "trip"', bound: 60000}, {time: {from: 'fact = "in"', to: 'fact = "out"'}, bound: 240 h}], over: 30 days}}
  h: {rate: {of: 'fact = "call.ended"', good: 'wait <= duration("PT20S")', at least: 90 %, over: [day, month]}}
  i: {rate: {of: 'fact = "call.ended"', percentile: 95, value: wait, at most: 24 h, over: week}}
)");
    CHECK(codes(reading.findings) == "");
    REQUIRE(reading.promises.size() == 1);
    const auto& clauses = reading.promises[0].clauses;
    for (std::size_t i = 0; i < 8; ++i) CHECK(clauses[i].shape.index() == i);
    CHECK(std::get<Rate>(clauses[8].shape).bound == Decimal(86400));
    CHECK(std::get<AtMost>(clauses[6].shape).bounds[2].most_time == hours(240));
}

TEST_CASE("a clause without a limit, a pause without a name, a promise without end") {
    Desk desk;
    CHECK(codes(desk.read(R"(promise: shapes
clauses:
  a: {starts: 'fact = "s"', keeps: 'fact = "k"', within: []}
)")
                    .findings) == "empty-list 3:58");
    CHECK(codes(desk.read(R"(promise: shapes
clauses:
  a: {starts: 'fact = "s"', keeps: 'fact = "k"', within: 2 h, pauses: {from: 'fact = "w"', to: 'fact = "g"'}}
)")
                    .findings) == "needs-name 3:79");
    CHECK(codes(desk.read(R"(promise: shapes
clauses:
  a: {starts: 'fact = "s"', at most: {bounds: [], over: 30 h}}
  b: {starts: 'fact = "s"', keeps: 'fact = "k"', ends: 'fact = "e"', every: 59 s}
  c: {starts: 'fact = "s"', keeps: 'fact = "k"', within: 24 h}
remedies:
  r: {for: c, give: []}
)")
                    .findings) == "empty-list 3:47; too-often 4:3; empty-list 7:21");
    std::string many = "promise: many\nclauses:\n";
    for (int i = 0; i <= 500; ++i)
        many += "  c" + std::to_string(i) + ": {never: 'fact = \"rude\"'}\n";
    CHECK(codes(desk.read(many).findings) == "too-many-clauses 503:3");
}

TEST_CASE("a promise that is no file on disk names only the schedules it was handed") {
    class Handed final : public ScheduleFiles {
    public:
        std::optional<std::string> text(std::string_view name) const override {
            if (name != "office.yaml") return std::nullopt;
            return "zone: Asia/Shanghai\nweekly: {mon-fri: 09:00-18:00}\n";
        }
    };
    const Handed handed;
    Desk desk;
    const auto read = [&](const std::string& file) {
        return read_promises("promise: x\nzone: Asia/Shanghai\nschedules: {office: " + file +
                                 "}\nschedule: office\nclauses:\n  reply:\n    starts: fact = \"a\""
                                 "\n    keeps: fact = \"b\"\n    within: 2 work h\n",
                             {}, {desk.names, desk.zones, host_functions(), &handed});
    };
    const auto fine = read("office.yaml");
    CHECK(codes(fine.findings) == "");
    REQUIRE(fine.promises.size() == 1);
    CHECK_FALSE(fine.promises[0].schedules[0].is_open({1'773'000'000'000}));  // 04:00 there
    for (const auto* outside : {"./office.yaml", "/etc/cloud.yaml", "../office.yaml"}) {
        CAPTURE(outside);
        CHECK(codes(read(outside).findings) == "no-file 3:21");
    }
}

}  // namespace yinuo::wire
