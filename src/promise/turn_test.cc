// Time alone: what an obligation says of its next change is all that a timer needs.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include "promise/history.h"
#include "promise/record.h"
#include "promise/testing.h"

namespace yinuo::promise {
namespace {

constexpr Instant kBegin{1'770'955'200'000};  // 2026-02-13T12:00:00+08:00
Instant quarter(int n) { return kBegin + minutes(15 * n); }

calendar::Schedule office(const Zone& zone) {
    calendar::Definition definition;
    definition.name = "office";
    definition.zone = zone;
    calendar::Week week;
    for (int day = 0; day < 5; ++day) week.days[day] = {{9 * 3600, 12 * 3600}, {48600, 18 * 3600}};
    definition.plan.weeks = {week};
    return *calendar::Schedule::build(definition);
}

// Every way in which time alone can change something.
Promise everything(Workshop& shop) {
    Promise p = shop.promise();
    p.schedules.push_back(office(shop.zone));
    p.schedule_names = {"office"};
    const Limit work{.unit = Unit::Work, .amount = hours(4).count, .schedule = 0};
    {
        Clause& c = shop.add(p, "install", shop.within(shop.clock(hours(24))), "placed");
        c.keeps = shop.kind("active");
        c.voids = shop.kind("cancelled");
        c.pauses.push_back(shop.pause("away", "back", hours(6)));
        c.pauses.push_back(shop.pause("storm", "calm"));
        c.pauses.push_back(shop.pause("called", "back", hours(2)));
        c.warns = {shop.warning(500), shop.warning_before(shop.clock(hours(1)))};
        c.extends = Extension{shop.kind("moved"), shop.formula("wanted"), 1};
        c.reopens = Reopen{shop.kind("complained"), Reopening::Continues};
        c.verify = Verification{.claim = shop.kind("claimed"),
                                .confirms = shop.kind("proved"),
                                .rejects = shop.kind("denied"),
                                .within = shop.clock(hours(3))};
        c.waives = Waiver{.cause = shop.kind("storm"),
                          .evidence = {},
                          .agrees = shop.kind("agreed"),
                          .refuses = {},
                          .who = {},
                          .people = 1};
    }
    {
        Clause& c = shop.add(p, "told", Every{shop.clock(hours(8))}, "placed");
        c.keeps = shop.kind("called");
        c.ends = shop.when("fact = \"active\" or fact = \"cancelled\"");
        c.pauses.push_back(shop.pause("away", "back", hours(6)));
        c.warns = {shop.warning(750)};
    }
    {
        Clause& c = shop.add(p, "credit", shop.within(work), "install.broken");
        c.keeps = shop.kind("paid");
        c.watches = {0};
        c.warns = {
            shop.warning(500),
            shop.warning_before({.unit = Unit::Work, .amount = hours(1).count, .schedule = 0})};
        c.pauses.push_back(shop.pause("storm", "calm", hours(30)));
    }
    {
        Clause& c = shop.add(p, "quiet", Never{shop.kind("complained")}, "active");
        c.lasts = shop.clock(hours(72));
        c.verify = Verification{.claim = shop.kind("claimed"),
                                .confirms = shop.kind("proved"),
                                .rejects = shop.kind("denied"),
                                .within = shop.clock(hours(9)),
                                .undecided_is_confirmed = false};
    }
    {
        AtMost shape;
        shape.bounds.push_back({.kind = Bound::Kind::Time,
                                .of = {},
                                .amount = {},
                                .from = shop.kind("away"),
                                .to = shop.kind("back"),
                                .most = {},
                                .most_time = hours(5)});
        shape.bounds.push_back({.kind = Bound::Kind::Count,
                                .of = shop.kind("called"),
                                .amount = {},
                                .from = {},
                                .to = {},
                                .most = 2,
                                .most_time = {}});
        shop.add(p, "alone", std::move(shape), "placed").lasts = shop.clock(hours(60));
    }
    {
        Clause& c =
            shop.add(p, "visit", Window{shop.formula("wanted"), hours(1), hours(2)}, "moved");
        c.keeps = shop.kind("active");
        c.starts_at = shop.formula("wanted - duration(\"PT2H\")");
        c.warns = {shop.warning(500)};
    }
    {
        Clause& c = shop.add(p, "after", shop.within(shop.clock(hours(5))), "visit.started");
        c.watches = {5};
    }
    return p;
}

constexpr const char* kKinds[] = {"placed", "active", "cancelled", "away",  "back",
                                  "moved",  "called", "claimed",   "storm", "complained",
                                  "calm",   "denied", "agreed",    "paid",  "placed"};

std::string text_of(std::span<const Obligation> all, bool with_next) {
    std::string text;
    for (const Obligation& o : all) {
        const auto say = [&](std::int64_t n) { text += std::to_string(n) + ' '; };
        say(o.clause), say(o.occurrence), say(static_cast<int>(o.state));
        say(static_cast<int>(o.claim)), say(static_cast<int>(o.excuse)), say(o.extensions);
        say(o.earlier_kept), say(o.started_at.millis), say(o.promised_at.millis);
        say(o.due_at.millis), say(o.first_warning_at.millis), say(o.broken_at.millis);
        say(o.settled_at.millis), say(o.counted), say(o.good);
        if (o.state != State::Paused) say(o.paused.count);
        if (with_next) say(o.changes_at.millis);
        text += '\n';
    }
    return text;
}

Instant next_of(const Turn& turn) {
    Instant next = Instant::max();
    for (const Obligation& o : turn.obligations) next = std::min(next, o.changes_at);
    return next;
}

}  // namespace

TEST_CASE("until the instant that it says, nothing about an obligation changes by itself") {
    Workshop shop;
    const Promise promise = everything(shop);
    int changes = 0, silences = 0, warned = 0, broken = 0, claims = 0, capped = 0;

    const bool holds = rc::check([&] {
        const auto count = *rc::gen::inRange(3, 14);
        std::vector<Fact> facts;
        for (int i = 0; i < count; ++i) {
            const int at = i == 0 ? 0 : *rc::gen::inRange(0, 200);
            facts.push_back(shop.fact(
                "order/1", kKinds[i == 0 ? 0 : *rc::gen::inRange(0, 15)], quarter(at),
                {{"wanted",
                  feel::Value::instant(quarter(at + *rc::gen::inRange(1, 200)), shop.zone)}}));
        }
        for (int turns = 0; turns < 4; ++turns) {
            Instant now = quarter(*rc::gen::inRange(0, 220));
            auto known = pointers(facts);
            put_in_order(known, now);
            Arena kept;
            Folding folding(shop.names, kept);
            const auto turn_at = [&](Instant at, std::span<const Event> recorded) {
                return decide_subject(promise, known, recorded, at, folding);
            };
            std::vector<Event> recorded;
            // As a timer drives it: from change to change, and somewhere between.
            for (int steps = 0;; ++steps) {
                const Turn turn = turn_at(now, recorded);
                for (const Event& event : turn.news) {
                    RC_ASSERT(event.kind != EventKind::Reversed);
                    warned += event.kind == EventKind::Warned;
                    broken += event.kind == EventKind::Broken && event.at == now;
                    claims += event.kind == EventKind::Confirmed && event.at == now;
                    capped += event.kind == EventKind::Resumed && event.at == now;
                    recorded.push_back(event);
                }
                if (steps > 0) ++(turn.news.empty() ? silences : changes);
                const Instant next = next_of(turn);
                RC_ASSERT(next > now);
                const Instant end = next == Instant::max() ? now + hours(24 * 400) : next;
                const auto length = (end - now).count;
                for (const std::int64_t later :
                     {length - 1, *rc::gen::inRange<std::int64_t>(0, length)}) {
                    const Turn between = turn_at(now + Millis{later}, recorded);
                    RC_ASSERT(text_of(between.obligations, true) ==
                              text_of(turn.obligations, true));
                    RC_ASSERT(between.news.empty());
                }
                if (next == Instant::max() || steps == 40) break;
                now = next;
            }
            // Whoever wakes only then has written down what somebody who was asleep finds at the end.
            const auto verdicts = [](std::span<const Event> events) {
                std::map<std::string, int> all;
                for (const Event& e : events)
                    ++all[std::to_string(e.clause) + '#' + std::to_string(e.occurrence) + ' ' +
                          std::to_string(static_cast<int>(e.kind)) + ' ' +
                          std::to_string(e.at.millis)];
                return all;
            };
            const bool same = verdicts(turn_at(now, {}).news) == verdicts(recorded);
            RC_ASSERT(same);
        }
    });
    CHECK(holds);
    CHECK(changes > 300);
    CHECK(silences < changes / 10);
    CHECK(warned > 100);
    CHECK(broken > 100);
    CHECK(claims > 0);
    CHECK(capped > 0);
}

}  // namespace yinuo::promise
