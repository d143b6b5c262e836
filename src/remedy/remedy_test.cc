// What is owed, line by line; what is given, taken back and charged.
#include "remedy/remedy.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "promise/record.h"
#include "promise/testing.h"
#include "remedy/entries.h"

namespace yinuo::remedy {
namespace {

using promise::Fact;
using promise::Obligation;
using promise::Remedy;
using promise::State;
using promise::Workshop;

constexpr Instant kBegin{1'770'955'200'000};  // 2026-02-13T12:00:00+08:00
Instant hour(int n) { return kBegin + hours(n); }
const Instant kBreach = hour(24) + Millis{1};

// `done` within 24 h of "opened", with one remedy; facts are given as kind and hour.
struct Shop : Workshop {
    promise::Promise p = promise();
    Arena kept;
    promise::Folding folding{names, kept};

    Shop() {
        promise::Clause& clause = add(p, "done", within(clock(hours(24))), "opened");
        clause.keeps = kind("done");
    }
    Remedy& remedy(std::string_view name, std::string_view amount, std::string_view unit = "CNY") {
        Remedy& made = p.remedies.emplace_back();
        made.name = name;
        made.clauses = {0};
        gift(made, amount, unit);
        return made;
    }
    promise::Gift& gift(Remedy& to, std::string_view amount, std::string_view unit) {
        promise::Gift& made = to.gifts.emplace_back();
        made.kind = "money";
        made.unit = unit;
        made.is_money = Currency::parse(unit).has_value();
        if (!amount.empty()) made.amount = formula(amount);
        return made;
    }

    struct Told {
        const char* kind;
        int hour;
        const char* subject = "order/1";
    };
    void told(std::initializer_list<Told> list) {
        for (const Told& one : list) facts.push_back(fact(one.subject, one.kind, hour(one.hour)));
    }
    std::vector<Obligation> fold(Instant now) {
        return promise::fold_all(p, facts, now, folding).obligations;
    }
    std::vector<Line> owed_at(Instant now) {
        obligations = fold(now);
        return owed(p, obligations, now, folding);
    }
    // "20 at 24", "10 at 48": amounts, and hours since the beginning in which they became owed.
    std::string installments_at(Instant now) {
        std::string text;
        for (const Obligation& o : fold(now))
            for (const Line& line : installments(p, o, now, folding)) {
                text += text.empty() ? "" : ", ";
                text += line.amount.without_trailing_zeros().to_string() + " at " +
                        std::to_string((line.at - kBegin).count / hours(1).count);
            }
        return text;
    }
    // Decides and enters; "+20", "-20" for what was new.
    std::string enter(Instant now, const FactsOf* facts_of = nullptr) {
        obligations = fold(now);
        std::string text;
        for (const Entry& entry : decide_entries(p, obligations, entries, now, folding, facts_of)) {
            text += text.empty() ? "" : ", ";
            text += (entry.back ? "-" : "+") + entry.amount.without_trailing_zeros().to_string();
            entries.push_back(entry);
        }
        CHECK(decide_entries(p, obligations, entries, now, folding, facts_of).empty());
        return text;
    }

    std::vector<Fact> facts;
    std::vector<Obligation> obligations;
    std::vector<Entry> entries;
};

class OneSubject : public FactsOf {
public:
    explicit OneSubject(std::span<const Fact> facts) : facts_(promise::pointers(facts)) {}
    std::span<const Fact* const> of(std::string_view) const override { return facts_; }

private:
    std::vector<const Fact*> facts_;
};

std::string amounts_of(std::span<const Line> lines) {
    std::string text;
    for (const Line& line : lines) {
        text += text.empty() ? "" : " ";
        if (line.standing == Standing::SetAside) text += "aside:";
        if (line.standing == Standing::Withheld) text += "withheld:";
        text += line.amount.without_trailing_zeros().to_string();
    }
    return text;
}

}  // namespace

TEST_CASE("nothing is owed in time, and all of it a millisecond later") {
    Shop shop;
    shop.remedy("sorry", "20.00");
    shop.told({{"opened", 0}});
    CHECK(shop.owed_at(hour(24)).empty());
    const auto lines = shop.owed_at(kBreach);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].at == kBreach);
    CHECK(lines[0].money == Money{2000, *Currency::parse("CNY")});
    CHECK(lines[0].standing == Standing::Owed);
}

TEST_CASE("amounts: what grows, what is capped, ladders, and what cannot be reckoned") {
    struct Row {
        const char* amount;
        const char* cap;
        int now;
        const char* owed;
        const char* grew;
    };
    const char* const per_day = "10 * ceiling(overdue / duration(\"PT24H\"))";
    const Row rows[] = {
        {"20", nullptr, 23, "", ""},
        {"20", nullptr, 30, "20", "20 at 24"},
        {per_day, nullptr, 30, "10", "10 at 24"},
        {per_day, nullptr, 48, "10", "10 at 24"},
        {per_day, nullptr, 49, "20", "10 at 24, 10 at 48"},
        {per_day, nullptr, 100, "40", "10 at 24, 10 at 48, 10 at 72, 10 at 96"},
        {per_day, "25", 100, "25", "10 at 24, 10 at 48, 5 at 72"},
        {per_day, "5", 100, "5", "5 at 24"},
        {"0", nullptr, 30, "", ""},
        {"-3", nullptr, 30, "", ""},
        {"fare", nullptr, 30, "", ""},
        {"\"ten\"", nullptr, 30, "", ""},
        {"", nullptr, 30, "1", "1 at 24"},  // an apology
    };
    for (const Row& row : rows) {
        CAPTURE(row.amount);
        CAPTURE(row.now);
        Shop shop;
        Remedy& remedy = shop.remedy("late", row.amount);
        if (row.cap != nullptr) remedy.cap = shop.formula(row.cap);
        shop.told({{"opened", 0}});
        CHECK(amounts_of(shop.owed_at(hour(row.now))) == row.owed);
        CHECK(shop.installments_at(hour(row.now)) == row.grew);
    }
}

TEST_CASE("lateness and with it the amount stop growing when it is kept") {
    Shop shop;
    shop.remedy("late", "10 * ceiling(overdue / duration(\"PT24H\"))");
    shop.told({{"opened", 0}, {"done", 50}});
    CHECK(shop.installments_at(hour(500)) == "10 at 24, 10 at 48");
}

TEST_CASE(
    "of a ladder only the highest rung counts; what it gives more is told when it is reached") {
    Shop shop;
    Remedy& remedy = shop.p.remedies.emplace_back();
    remedy.name = "ladder";
    remedy.clauses = {0};
    for (const char* rung : {"5", "20", "50"}) {
        promise::Gift& gift = shop.gift(remedy, rung, "CNY");
        gift.is_total = true;
        gift.when = shop.formula(rung == std::string_view("5")    ? "true"
                                 : rung == std::string_view("20") ? "late > duration(\"PT2H\")"
                                                                  : "late > duration(\"PT10H\")");
    }
    shop.told({{"opened", 0}});
    CHECK(amounts_of(shop.owed_at(hour(25))) == "5");
    CHECK(amounts_of(shop.owed_at(hour(40))) == "50");
    CHECK(shop.installments_at(hour(40)) == "5 at 24, 15 at 26, 30 at 34");
}

TEST_CASE("money is rounded once, line by line, as the remedy says") {
    struct Row {
        const char* amount;
        Rounding rounding;
        std::int64_t minor;
    };
    const Row rows[] = {
        {"0.125", Rounding::HalfEven, 12}, {"0.125", Rounding::HalfUp, 13},
        {"0.125", Rounding::HalfDown, 12}, {"0.121", Rounding::Up, 13},
        {"0.129", Rounding::Down, 12},     {"10 / 3", Rounding::HalfUp, 333},
    };
    for (const Row& row : rows) {
        CAPTURE(row.amount);
        Shop shop;
        shop.remedy("cents", row.amount).rounding = row.rounding;
        shop.told({{"opened", 0}});
        const auto lines = shop.owed_at(hour(30));
        REQUIRE(lines.size() == 1);
        REQUIRE(lines[0].money);
        CHECK(lines[0].money->minor == row.minor);
    }
}

TEST_CASE("once per: of equal causes the largest is owed, of equal ones the earlier") {
    Shop shop;
    shop.p.clauses[0].keeps.reset();
    Remedy& remedy = shop.remedy("outage", "ceiling(overdue / duration(\"PT1H\"))", "MB");
    remedy.once_per.push_back(shop.formula("cause"));
    for (const auto& [subject, at, cause] :
         {std::tuple("line/1", 0, "storm"), std::tuple("line/2", 1, "storm"),
          std::tuple("line/3", 2, "digger")})
        shop.facts.push_back(
            shop.fact(subject, "opened", hour(at), {{"cause", feel::Value::string(cause)}}));
    shop.facts.push_back(shop.fact("line/4", "opened", hour(2)));  // says no cause: its own
    CHECK(amounts_of(shop.owed_at(hour(30))) == "6 aside:5 4 4");
    CHECK(shop.enter(hour(26)) == "+1, +1");
    CHECK(shop.enter(hour(27)) == "+1, +1, +1");
}

TEST_CASE("remedies that don't stack: the larger is owed; a statute's is owed in any case") {
    struct Row {
        const char* first;
        const char* second;
        bool statutory;  // the second
        const char* second_unit;
        const char* owed;
    };
    const Row rows[] = {
        {"20", "30", false, "CNY", "aside:20 30"}, {"30", "20", false, "CNY", "30 aside:20"},
        {"20", "20", false, "CNY", "20 aside:20"}, {"20", "30", false, "MB", "20 aside:30"},
        {"50", "30", true, "CNY", "20 30"},        {"20", "30", true, "CNY", "aside:20 30"},
        {"50", "30", true, "MB", "aside:50 30"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.owed);
        Shop shop;
        shop.remedy("ours", row.first).stacks_not_with = {"other"};
        shop.remedy("other", row.second, row.second_unit).statutory = row.statutory;
        shop.told({{"opened", 0}});
        CHECK(amounts_of(shop.owed_at(hour(30))) == row.owed);
    }
}

TEST_CASE("each payee gets the amount, and nobody gets it twice") {
    Shop shop;
    shop.remedy("fare", "7").payees = shop.formula("[\"Anna\", \"Bo\", \"Anna\", null]");
    shop.told({{"opened", 0}});
    const auto lines = shop.owed_at(hour(30));
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].payee == "Anna");
    CHECK(lines[1].payee == "Bo");
}

TEST_CASE("what is kept earns nothing, unless the remedy says so") {
    Shop shop;
    shop.remedy("late", "20");
    shop.remedy("slow", "ceiling(elapsed / duration(\"PT10H\"))", "MB").also_if_kept = true;
    shop.told({{"opened", 0}, {"done", 15}});
    CHECK(amounts_of(shop.owed_at(hour(30))) == "2");
}

TEST_CASE("while an excuse is looked at nothing is given; then it is, or never") {
    for (const char* const end : {"refused", "agreed"}) {
        CAPTURE(end);
        Shop shop;
        shop.p.clauses[0].waives = promise::Waiver{.cause = shop.kind("storm"),
                                                   .evidence = {},
                                                   .agrees = shop.kind("agreed"),
                                                   .refuses = shop.kind("refused"),
                                                   .who = {},
                                                   .people = 1};
        shop.remedy("sorry", "20");
        shop.told({{"opened", 0}, {"storm", 20}});
        CHECK(amounts_of(shop.owed_at(hour(30))) == "withheld:20");
        CHECK(shop.enter(hour(30)) == "");
        shop.told({{end, 40}});
        const bool waived = end == std::string_view("agreed");
        CHECK(shop.enter(hour(40)) == (waived ? "" : "+20"));
    }
}

TEST_CASE("entries grow with what is owed, and are taken back when it turns out not to be") {
    Shop shop;
    shop.remedy("late", "10 * ceiling(overdue / duration(\"PT24H\"))");
    shop.told({{"opened", 0}});
    CHECK(shop.enter(hour(24)) == "");
    CHECK(shop.enter(kBreach) == "+10");
    CHECK(shop.enter(hour(40)) == "");
    CHECK(shop.enter(hour(49)) == "+10");
    SUBCASE("it had been done in the second day") {
        shop.told({{"done", 30}});
        CHECK(shop.enter(hour(60)) == "-10");
    }
    SUBCASE("it had been done in time") {
        shop.told({{"done", 10}});
        CHECK(shop.enter(hour(60)) == "-10, -10");
        CHECK(shop.entries.back().back);
        CHECK(shop.entries.back().recorded_at == hour(60));
    }
    SUBCASE("somebody slept") { CHECK(shop.enter(hour(100)) == "+10, +10"); }
}

TEST_CASE("what is spent stays as goodwill; only the rest is taken back, the oldest spent first") {
    Shop shop;
    Remedy& remedy = shop.remedy("data", "500 * ceiling(overdue / duration(\"PT24H\"))", "MB");
    remedy.spent = shop.formula("sum(facts(\"used\").amount)");
    shop.told({{"opened", 0}});
    const auto enter = [&](Instant now) {
        const OneSubject facts(shop.facts);
        return shop.enter(now, &facts);
    };
    CHECK(enter(hour(49)) == "+500, +500");
    shop.facts.push_back(
        shop.fact("order/1", "used", hour(50), {{"amount", feel::Value::number(Decimal(600))}}));
    shop.facts.insert(shop.facts.begin() + 1, shop.fact("order/1", "done", hour(10)));
    CHECK(enter(hour(60)) == "-0, -400");
}

TEST_CASE("the next increase is where installments would tell of more") {
    struct Row {
        const char* amount;
        const char* when;
        int now;
        int horizon;
        std::int64_t next;  // milliseconds from the beginning; -1: none
    };
    const std::int64_t h = hours(1).count;
    const char* const per_day = "10 * ceiling(overdue / duration(\"PT24H\"))";
    const Row rows[] = {
        {per_day, nullptr, 30, 1000, 48 * h + 1},
        {per_day, nullptr, 30, 48, -1},  // just before it
        {per_day, nullptr, 48, 1000, 48 * h + 1},
        {per_day, nullptr, 20, 1000, -1},  // the breach is not ours to tell
        {"20", nullptr, 30, 1000, -1},
        {"20", "late > duration(\"PT30H\")", 30, 1000, 54 * h + 1},
        {"min(30, 10 * ceiling(overdue / duration(\"PT24H\")))", nullptr, 72, 1000, 72 * h + 1},
        {"min(30, 10 * ceiling(overdue / duration(\"PT24H\")))", nullptr, 73, 1000, -1},
    };
    for (const Row& row : rows) {
        CAPTURE(row.amount);
        CAPTURE(row.now);
        Shop shop;
        Remedy& remedy = shop.remedy("late", row.amount);
        if (row.when != nullptr) remedy.when = shop.formula(row.when);
        shop.told({{"opened", 0}});
        const Instant now = hour(row.now);
        const auto obligations = shop.fold(now);
        REQUIRE(obligations.size() == 1);
        const Instant next =
            next_increase(shop.p, obligations[0], now, hour(row.horizon), shop.folding);
        CHECK(next == (row.next < 0 ? Instant::max() : kBegin + Millis{row.next}));
        if (row.next < 0) continue;
        const auto lines = [&](Instant at) {
            return installments(shop.p, shop.fold(at)[0], at, shop.folding).size();
        };
        CHECK(lines(next - Millis{1}) == lines(now));
        CHECK(lines(next) == lines(now) + 1);
    }
    Shop shop;
    shop.remedy("late", per_day);
    shop.told({{"opened", 0}, {"done", 30}});
    const auto settled = shop.fold(hour(31));
    CHECK(next_increase(shop.p, settled[0], hour(31), hour(1000), shop.folding) == Instant::max());
}

TEST_CASE("a chain's lateness and money are shared out by each leg's excess, to the last fen") {
    Shop shop;
    for (const char* leg : {"ours", "theirs"}) {
        promise::Clause& clause =
            shop.add(shop.p, leg, shop.within(shop.clock(hours(10))), std::string(leg) + ".taken");
        clause.keeps = shop.kind(std::string(leg) + ".done");
        clause.offered = shop.kind(std::string(leg) + ".offered");
        clause.outer = 0;
    }
    // The first leg takes 3 h too long, the second 6 h; the customer waits 5 h too long.
    shop.told({{"opened", 0},
               {"ours.taken", 0},
               {"ours.done", 13},
               {"theirs.offered", 11},
               {"theirs.taken", 13},
               {"theirs.done", 29},
               {"done", 29}});
    const auto all = shop.fold(hour(40));
    REQUIRE(all.size() == 3);
    const auto charges =
        charge_on(shop.p, all[0], all, Money{1000, *Currency::parse("CNY")}, hour(40));
    REQUIRE(charges.size() == 2);
    CHECK(charges[0].clause == 1);
    CHECK(charges[0].excess == hours(3));
    CHECK(charges[1].excess == hours(6));
    CHECK(charges[0].minor == 333);
    CHECK(charges[1].minor == 667);
    CHECK(charges[0].delay + charges[1].delay == hours(5));

    // Between the offer and the acceptance the receiver is charged.
    std::vector<const Fact*> facts = promise::pointers(shop.facts);
    std::ranges::stable_sort(facts, {}, [](const Fact* f) { return f->at; });
    const auto times = leg_times(shop.p, all[0], all, facts, hour(40), shop.folding);
    REQUIRE(times.size() == 2);
    CHECK(times[0].own == hours(13));
    CHECK(times[0].waiting == Millis{0});
    CHECK(times[1].own == hours(16));
    CHECK(times[1].waiting == hours(2));
}

TEST_CASE("a leg that was offered and never taken up has its receiver's time on it") {
    Shop shop;
    promise::Clause& leg = shop.add(shop.p, "leg", shop.within(shop.clock(hours(10))), "taken");
    leg.offered = shop.kind("offered");
    leg.outer = 0;
    shop.told({{"opened", 0}, {"offered", 4}});
    const auto all = shop.fold(hour(10));
    const auto facts = promise::pointers(shop.facts);
    const auto times = leg_times(shop.p, all[0], all, facts, hour(10), shop.folding);
    REQUIRE(times.size() == 1);
    CHECK(times[0].waiting == hours(6));
    CHECK(charge_on(shop.p, all[0], all, Money{1000, *Currency::parse("CNY")}, hour(30)).empty());
}

}  // namespace yinuo::remedy
