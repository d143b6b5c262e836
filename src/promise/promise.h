// A promise: what a company says it will do, as a versioned definition.
//
// A published version never changes. It carries everything its verdicts depend on: the compiled
// clauses, the schedules and zone with their versions, and the words for people.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/money.h"
#include "calendar/schedule.h"
#include "promise/clause.h"

namespace yinuo::promise {

// 承诺分类. Words as the author chose them from the closed lists in docs/reference/language.md.
struct Classification {
    std::string scope;           // full | limited 完全 | 不完全
    std::string guarantee;       // guaranteed | announced 予以保证 | 仅预示
    std::string form;            // written | oral 书面 | 口头
    std::string explicitness;    // explicit | implied 明示 | 暗示
    std::string content;         // behaviour | time | effect | method | quality | price ...
    std::string strength;        // none | weak private | strong private | public
    bool unconditional = false;  // 满意承诺
};

// One line of what is given. Amounts are FEEL in the breach's own fields, `start`, `late`,
// `elapsed`, `overdue`, and the literal amounts of the text.
struct Gift {
    std::optional<Formula> when;  // absent: always
    std::string kind;             // "bill credit", "data", "apology", "voucher"...
    std::string unit;             // currency code, "MB", "points"; empty: not countable
    bool is_money = false;
    std::optional<Formula> amount;  // absent: one (an apology)
    bool is_total = false;          // a ladder's rung: the last rung that applies counts, alone
    std::optional<Formula> choice;  // text: what the customer may choose between
};

// 补偿: what is given when a clause breaks (or is kept late, or in any case).
struct Remedy {
    std::string name;
    Place place;
    Text title;
    std::vector<int> clauses;     // which clauses' breaches it answers (indexes)
    std::optional<Formula> when;  // absent: every breach of them
    std::vector<Gift> gifts;      // those that apply add up
    std::optional<Formula> cap;   // of the whole, in the gifts' unit
    bool also_if_kept = false;
    Rounding rounding = Rounding::HalfUp;
    std::vector<Formula> once_per;  // key; among equal keys only the largest single remedy is owed
    std::vector<std::string> stacks_not_with;  // other remedies or schemes: the larger is owed
    bool statutory = false;                    // owed in any case, and set off against the others
    std::optional<Formula> payees;             // a list: each gets the amount
    std::optional<Condition> paid_when;
    std::optional<Formula> spent;     // how much is used up, in the gifts' unit; never taken back
    std::optional<Limit> pay_within;  // a promise of its own, from the breach
    bool charged_on = false;          // shared out over the outer clause's legs by their excess
    Text apology;
};

// What a promise is worth to its maker, for `check`; says nothing about verdicts.
struct Economics {
    std::optional<Money> benefit;  // of one obligation, what making the promise brings in
    std::optional<Formula> price;  // what the customer pays, in the remedies' currency
    Place place;
};

struct Promise {
    std::string id;
    int version = 1;
    Place place;
    Instant effective_from = Instant::min();
    Instant effective_until = Instant::max();
    Classification classification;
    Text title;
    Text need;    // the customers' need behind the promise
    Text limits;  // what is not promised
    std::string owner;
    std::string subject;         // kind of subject: "order"
    OptionalCondition audience;  // over the start fact
    const Zone* zone = nullptr;  // lives as long as the Zones it came from
    std::vector<std::string> schedule_names;
    std::vector<calendar::Schedule> schedules;
    std::vector<Clause> clauses;  // in an order in which each comes after those it watches
    std::vector<Remedy> remedies;
    std::optional<Economics> economics;
    // Fields and kinds the author declared (`facts:`), for checking; empty: anything goes.
    std::map<std::string, std::vector<std::string>> declared_facts;
    // What people call a kind of fact, for sentences: "order.placed" 下单.
    std::map<std::string, Text> fact_names;
    // Fields read through a path, as `area` in `start.area`; fields_read() adds them.
    std::vector<Symbol> members_read;

    Calendars calendars() const { return {zone, schedules}; }
    int find_clause(std::string_view name) const;  // index, or -1
    // Every field that any condition or amount reads, for readers that skip the rest.
    std::vector<Symbol> fields_read() const;
    // "same-day-install@3".
    std::string label() const { return id + "@" + std::to_string(version); }
};

}  // namespace yinuo::promise
