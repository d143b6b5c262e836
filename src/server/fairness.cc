#include "server/fairness.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "engine/paying.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kOthers = "others";
constexpr std::size_t kGroupsMost = 50;  // of one failure; the smallest beyond go to the others
constexpr std::size_t kNameMost = 60;    // characters of a group's name are bytes here

struct Received {
    std::string group;
    bool anything = false;
    std::map<std::string, double> amounts;  // by unit
    std::optional<std::int64_t> until_paid;
};

bool is_out(remedy::PayoutState state) {
    return state == remedy::PayoutState::Refused || state == remedy::PayoutState::Cancelled ||
           state == remedy::PayoutState::Expired;
}

Received received_for(store::Reading& reading, const store::ObligationRow& row) {
    Received made;
    for (const auto& payout : reading.payouts_of(row.id)) {
        const auto view = engine::open_payout(payout);
        if (!view) throw store::Trouble(view.error());
        if (is_out(view->payout.state)) continue;
        const double sign = view->payout.back ? -1 : 1;
        const auto amount = view->payout.money ? view->payout.money->amount() : view->payout.amount;
        if (!view->unit.empty()) made.amounts[view->unit] += sign * amount.to_double();
        if (view->unit.empty() && !view->payout.back) made.anything = true;
        if (view->payout.state == remedy::PayoutState::Paid && !view->payout.back) {
            const auto took = (view->changed_at - row.broken_at).count;
            made.until_paid = std::max(made.until_paid.value_or(0), took);
        }
    }
    for (const auto& [unit, amount] : made.amounts) made.anything = made.anything || amount > 0;
    return made;
}

// What the field said last by the breach: as text, when it is a plain value.
std::string group_of(const Records& records, const store::ObligationRow& row,
                     const std::string& field) {
    std::string group;
    const auto stream = records.reading.stream(row.stream);
    if (!stream) return group;
    const std::string_view also[] = {field};
    facts_again(records, *stream, also, [&](auto facts, const Names& names) {
        const auto value = said_last(facts, names.find(field), row.broken_at);
        switch (value.type()) {
            case feel::Type::String: group = value.as_string(); break;
            case feel::Type::Boolean:
            case feel::Type::Number: group = feel::to_text(value); break;
            default: break;
        }
    });
    if (group.size() > kNameMost) group.clear();
    return group;
}

GroupReceived sum_up(std::string name, const std::vector<const Received*>& all,
                     const std::set<std::string>& units) {
    GroupReceived made{.group = std::move(name),
                       .n = std::ssize(all),
                       .anything = {},
                       .amounts = {},
                       .until_paid = {}};
    std::int64_t some = 0;
    for (const auto* one : all) {
        some += one->anything ? 1 : 0;
        if (one->until_paid) made.until_paid.push_back(*one->until_paid);
    }
    made.anything = twin::share(some, made.n);
    for (const auto& unit : units) {
        std::vector<double> values;
        for (const auto* one : all) {
            const auto found = one->amounts.find(unit);
            values.push_back(found == one->amounts.end() ? 0 : found->second);
        }
        std::ranges::sort(values);
        const auto half = values.size() / 2;
        made.amounts.push_back({.unit = unit,
                                .each = twin::mean_of(values),
                                .median = values.size() % 2 == 1
                                              ? values[half]
                                              : (values[half - 1] + values[half]) / 2});
    }
    return made;
}

Failure failure_of(std::string clause, Band band, const std::vector<Received>& all) {
    std::map<std::string, std::vector<const Received*>> groups;
    std::set<std::string> units;
    for (const auto& one : all) {
        groups[one.group].push_back(&one);
        for (const auto& [unit, amount] : one.amounts) units.insert(unit);
    }
    std::vector<std::pair<std::string, std::vector<const Received*>>> sorted(
        std::make_move_iterator(groups.begin()), std::make_move_iterator(groups.end()));
    std::ranges::stable_sort(sorted, std::greater(),
                             [](const auto& one) { return one.second.size(); });
    Failure made{.clause = std::move(clause), .band = band, .groups = {}};
    std::vector<const Received*> others;
    for (auto& [name, members] : sorted) {
        if (std::ssize(members) < kGroupLeast || made.groups.size() >= kGroupsMost)
            others.insert(others.end(), members.begin(), members.end());
        else
            made.groups.push_back(sum_up(name, members, units));
    }
    std::ranges::sort(made.groups, {}, &GroupReceived::group);
    // Fewer than five others would be looked at one by one: they are told by their number alone.
    if (!others.empty()) {
        auto sum = std::ssize(others) < kGroupLeast ? GroupReceived{.group = {},
                                                                    .n = std::ssize(others),
                                                                    .anything = {},
                                                                    .amounts = {},
                                                                    .until_paid = {}}
                                                    : sum_up({}, others, units);
        sum.group = kOthers;
        sum.is_others = true;
        made.groups.push_back(std::move(sum));
    }
    return made;
}

void compare(Fairness& report) {
    std::vector<Unequal> tests;
    for (std::size_t f = 0; f < report.failures.size(); ++f) {
        const auto& groups = report.failures[f].groups;
        for (std::size_t i = 0; i < groups.size(); ++i)
            for (std::size_t j = i + 1; j < groups.size(); ++j) {
                const auto &a = groups[i], &b = groups[j];
                if (a.is_others || b.is_others) continue;
                const auto test = [&](const std::string& unit, const twin::Difference& difference) {
                    const bool first = difference.value >= 0;
                    tests.push_back({.failure = f,
                                     .more = first ? a.group : b.group,
                                     .less = first ? b.group : a.group,
                                     .unit = unit,
                                     .difference = difference,
                                     .p = difference.p});
                };
                test({}, twin::difference(a.anything, b.anything));
                for (std::size_t u = 0; u < a.amounts.size(); ++u)
                    test(a.amounts[u].unit, twin::difference(a.amounts[u].each, b.amounts[u].each));
            }
    }
    std::vector<double> p;
    for (const auto& one : tests) p.push_back(one.p);
    const auto corrected = twin::holm(p);
    report.tests = std::ssize(tests);
    for (std::size_t i = 0; i < tests.size(); ++i) {
        tests[i].p = corrected[i];
        if (corrected[i] >= kSignificant) continue;
        auto& difference = tests[i].difference;
        if (difference.value < 0)
            difference = {.value = -difference.value,
                          .low = -difference.high,
                          .high = -difference.low,
                          .p = difference.p};
        report.unequal.push_back(std::move(tests[i]));
    }
    std::ranges::stable_sort(report.unequal, {}, &Unequal::p);
}

// Which fields a remedy's conditions and amounts read. `start.area` reads `area`; decision tables
// and formulas are FEEL alike.
class FieldsRead {
public:
    FieldsRead(const promise::Promise& promise, const Names& names)
        : promise_(promise), names_(names) {}

    void add(const promise::Formula& formula) {
        const auto text = formula.text();
        for (const auto symbol : formula.expression.free_names())
            if (is_field(names_.text(symbol))) fields_.emplace(names_.text(symbol));
        for (const auto symbol : promise_.members_read) {
            const auto name = names_.text(symbol);
            if (text.contains("." + std::string(name))) fields_.emplace(name);
        }
    }
    void add(const std::optional<promise::Formula>& formula) {
        if (formula) add(*formula);
    }
    std::set<std::string> take() { return std::move(fields_); }

private:
    static bool is_field(std::string_view name) {
        const auto reserved = promise::reserved_names();
        return std::ranges::find(reserved, name) == reserved.end();
    }
    const promise::Promise& promise_;
    const Names& names_;
    std::set<std::string> fields_;
};

std::vector<RemedyReads> reads_of(const engine::Version& version, const Names& names,
                                  const std::string& group) {
    std::vector<RemedyReads> all;
    for (const auto& remedy : version.promise->remedies) {
        FieldsRead read(*version.promise, names);
        read.add(remedy.when);
        read.add(remedy.cap);
        for (const auto& gift : remedy.gifts) {
            read.add(gift.when);
            read.add(gift.amount);
        }
        const auto fields = read.take();
        all.push_back({.remedy = remedy.name + "@" + version.label,
                       .fields = {fields.begin(), fields.end()},
                       .reads_group = fields.contains(group)});
    }
    return all;
}

}  // namespace

Band band_of(Millis lateness) {
    if (lateness.count <= 0) return Band::None;
    if (lateness <= hours(1)) return Band::Hour;
    if (lateness <= hours(24)) return Band::Day;
    return lateness <= hours(72) ? Band::ThreeDays : Band::More;
}
std::string_view name_of(Band band) {
    switch (band) {
        case Band::None: return "not late";
        case Band::Hour: return "up to 1 h";
        case Band::Day: return "1 h to 1 d";
        case Band::ThreeDays: return "1 d to 3 d";
        case Band::More: return "over 3 d";
    }
    check(false);
}
Text describe(Band band) {
    switch (band) {
        case Band::None: return {"无延误", "not late"};
        case Band::Hour: return {"晚 1 小时以内", "up to 1 h late"};
        case Band::Day: return {"晚 1 小时到 1 天", "1 h to 1 day late"};
        case Band::ThreeDays: return {"晚 1 到 3 天", "1 to 3 days late"};
        case Band::More: return {"晚 3 天以上", "over 3 days late"};
    }
    check(false);
}

Fairness fairness(const Records& records, const Window& window, const std::string& group) {
    Fairness made{.group = group, .failures = {}, .unequal = {}, .reads = {}};
    const auto versions = known_versions(records);
    const auto gathered =
        gather(records, versions, window, {static_cast<std::uint8_t>(promise::State::Broken)});
    made.is_cut = gathered.is_cut;
    std::map<std::pair<std::string, Band>, std::vector<Received>> failures;
    std::set<store::Position> used;
    for (const auto& row : gathered.rows) {
        const auto& version = versions.at(row.version);
        auto received = received_for(records.reading, row);
        received.group = group_of(records, row, group);
        used.insert(row.version);
        ++made.n;
        failures[{version.promise + "/" +
                      version.clauses[static_cast<std::size_t>(row.clause)].name,
                  band_of(lateness(row, records.now))}]
            .push_back(std::move(received));
    }
    for (const auto& [what, all] : failures)
        made.failures.push_back(failure_of(what.first, what.second, all));
    compare(made);
    records.shelves.use(records.tenant, [&](engine::Shelf& shelf) {
        for (const auto position : used)
            if (const auto* version = shelf.find(position))
                for (auto& one : reads_of(*version, shelf.names(), group))
                    made.reads.push_back(std::move(one));
        return true;
    });
    return made;
}

}  // namespace yinuo::server
