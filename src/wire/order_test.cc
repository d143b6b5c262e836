// Facts late, twice, corrected and in any order give the answer of the ordered, tidy list.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include "promise/fold.h"
#include "promise/record.h"
#include "remedy/entries.h"
#include "wire/promise_yaml.h"

namespace yinuo::wire {
namespace {

using promise::Fact;

constexpr std::string_view kPromise = R"(
promise: broadband
version: 1
title: {zh: 一天装好, en: Installed within a day}
zone: Asia/Shanghai
subject: order
clauses:
  install:
    starts: fact = "placed"
    keeps: fact = "active"
    voids: fact = "cancelled"
    within: 24 h
    pauses:
      customer: {from: 'fact = "away"', to: 'fact = "back"', cap: 6 h}
    extends: {when: 'fact = "moved"', to: wanted, times: 1}
    reopens: {when: 'fact = "complained"', how: continues}
  told:
    starts: fact = "placed"
    ends: fact = "active" or fact = "cancelled"
    keeps: fact = "called"
    every: 8 h
  credit:
    starts: fact = "install.broken"
    keeps: fact = "paid"
    within: 2 days
remedies:
  data:
    for: install
    give: {kind: data, amount: 500 MB, per started: 24 h, at most: 5}
)";

class NoZones : public Zones {
public:
    const Zone* find(std::string_view name) override {
        return name == "Asia/Shanghai" ? &east_ : name == "UTC" ? &utc_ : nullptr;
    }

private:
    Zone east_ = Zone::fixed(8 * 3600);
    Zone utc_ = Zone::utc();
};

constexpr const char* kKinds[] = {"placed", "active",     "cancelled", "away", "back",
                                  "moved",  "complained", "called",    "paid"};

std::string summary(const promise::Promise& promise, std::span<const Fact> facts, Instant now,
                    Names& names) {
    Arena kept;
    promise::Folding folding(names, kept);
    const auto outcome = promise::fold_all(promise, facts, now, folding);
    std::string text;
    for (const auto& o : outcome.obligations) {
        text += std::to_string(o.clause) + "#" + std::to_string(o.occurrence) + " " +
                std::string(name_of(o.state)) + " " + to_string(o.due_at) + " " +
                to_string(o.settled_at) + " " + std::to_string(o.paused.count) + "\n";
    }
    for (const auto& line : remedy::owed(promise, outcome.obligations, now, folding))
        text += line.amount.to_string() + "\n";
    return text;
}

}  // namespace

TEST_CASE("the order in which facts arrive never matters") {
    Names names;
    NoZones zones;
    auto reading = read_promises(kPromise, "order_test", {names, zones, promise::host_functions()});
    for (const auto& finding : reading.findings) INFO(finding.error.what.en);
    REQUIRE(!reading.has_errors());
    REQUIRE(reading.promises.size() == 1);
    const auto& promise = reading.promises.front();
    const Instant begin = *parse_instant("2026-02-13T12:00:00Z");
    const auto at = [&](int quarter) { return begin + minutes(15 * quarter); };
    int broken = 0, reversed = 0;

    const bool holds = rc::check([&] {
        const auto count = *rc::gen::inRange(1, 12);
        std::vector<Fact> tidy, told;
        Arena memory;
        const auto wanted = names.intern("wanted");
        const auto make = [&](int id, int kind, int quarter, promise::Change change) {
            Fact fact{};
            fact.id = memory.copy("f" + std::to_string(id));
            fact.subject = "order/1";
            fact.kind = names.intern(kKinds[kind]);
            fact.at = at(quarter);
            fact.change = change;
            auto fields = memory.array<feel::Binding>(1);
            fields[0] = {wanted, feel::Value::instant(fact.at + hours(30), *promise.zone)};
            fact.fields = fields;
            return fact;
        };
        for (int i = 0; i < count; ++i) {
            const int kind = i == 0 ? 0 : *rc::gen::inRange(0, 9);
            const int quarter = *rc::gen::inRange(0, 400);
            const Fact holding = make(i, kind, quarter, promise::Change::Report);
            if (*rc::gen::inRange(0, 4) == 0) {
                told.push_back(make(i, *rc::gen::inRange(0, 9), *rc::gen::inRange(0, 400),
                                    promise::Change::Report));
                told.push_back(holding);
                told.back().change = promise::Change::Correct;
            } else {
                told.push_back(holding);
                if (*rc::gen::inRange(0, 4) == 0) told.push_back(holding);  // told twice
            }
            tidy.push_back(holding);
        }
        // Something that never happened, and was taken back.
        told.push_back(
            make(99, *rc::gen::inRange(0, 9), *rc::gen::inRange(0, 400), promise::Change::Report));
        told.push_back(told.back());
        told.back().change = promise::Change::Retract;

        const Instant now = at(*rc::gen::inRange(0, 600));
        const std::string expected = summary(promise, tidy, now, names);

        // They arrive shuffled; each is heard, decided on and recorded.
        for (std::size_t i = told.size(); i > 1; --i)
            std::swap(
                told[i - 1],
                told[static_cast<std::size_t>(*rc::gen::inRange<int>(0, static_cast<int>(i)))]);
        Arena kept;
        promise::Folding folding(names, kept);
        promise::Record record;
        for (const Fact& fact : told) {
            record.facts.push_back(fact);
            for (const auto& event : promise::decide(promise, record, now, folding))
                promise::evolve(record, event);
        }
        RC_ASSERT(summary(promise, record.facts, now, names) == expected);

        // What stands in the record are exactly the verdicts of the tidy list.
        promise::Record fresh{.facts = tidy, .events = {}};
        const auto standing = [&](const std::vector<promise::Event>& events) {
            std::map<std::string, int> verdicts;
            for (const auto& e : events) {
                const bool back = e.kind == promise::EventKind::Reversed;
                const auto kind = back ? e.reversed : e.kind;
                if (kind != promise::EventKind::Kept && kind != promise::EventKind::Broken &&
                    kind != promise::EventKind::Voided)
                    continue;
                broken += !back && kind == promise::EventKind::Broken;
                reversed += back;
                const auto key = std::to_string(e.clause) + "#" + std::to_string(e.occurrence) +
                                 " " + std::to_string(static_cast<int>(kind)) + " " +
                                 to_string(e.at);
                if ((verdicts[key] += back ? -1 : 1) == 0) verdicts.erase(key);
            }
            return verdicts;
        };
        RC_ASSERT(standing(record.events) ==
                  standing(promise::decide(promise, fresh, now, folding)));
        // And once everything is recorded there is nothing left to say.
        RC_ASSERT(promise::decide(promise, record, now, folding).empty());
    });
    CHECK(holds);
    // The generator reaches what it is for.
    CHECK(broken > 0);
    CHECK(reversed > 0);
}

}  // namespace yinuo::wire
