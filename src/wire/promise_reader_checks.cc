// What must hold beyond spelling: clauses that can start, be kept and be broken; words that exist.
#include <algorithm>
#include <set>

#include "promise/comparisons.h"
#include "promise/formulas.h"
#include "promise/scope.h"
#include "promise/verdict_facts.h"
#include "wire/promise_reader.h"
#include "wire/utf8.h"

namespace yinuo::wire {

using namespace promise;

namespace {

using Row = std::vector<Comparison>;

// The comparisons that must all hold, if the text is such a row.
Row row_of(std::string_view text) {
    auto rows = alternatives(text);
    return rows && rows->size() == 1 ? std::move(rows->front()) : Row{};
}

// A name that would have to equal two different constants at once.
std::optional<std::string> contradiction(const Row& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i].sign != "=") continue;
        for (std::size_t j = 0; j < i; ++j) {
            if (row[j].sign != "=" || row[j].name != row[i].name) continue;
            const auto shared = std::ranges::any_of(row[i].values, [&](const std::string& value) {
                return std::ranges::find(row[j].values, value) != row[j].values.end();
            });
            if (!shared) return row[i].name;
        }
    }
    return std::nullopt;
}

// Where a name stands in the first line of a text, in characters; 0 if it isn't there.
std::uint32_t characters_before(std::string_view text, std::string_view name) {
    const auto found = text.substr(0, text.find('\n')).find(name);
    if (found == std::string_view::npos) return 0;
    return static_cast<std::uint32_t>(count_characters(text.substr(0, found)));
}

bool is_clock(const Shape& shape) {
    return std::holds_alternative<Within>(shape) || std::holds_alternative<By>(shape) ||
           std::holds_alternative<Window>(shape) || std::holds_alternative<Every>(shape);
}

bool is_nothing(const Limit& limit) {
    return limit.amount == 0 && limit.end != DayEnd::EndOfDay && limit.end != DayEnd::Closing;
}

}  // namespace

void PromiseReader::check_clause(const Clause& clause) {
    const std::string& name = clause.name;
    if (is_clock(clause.shape)) {
        if (clause.starts.empty())
            error("never-starts", clause.place,
                  {"条款「" + name + "」没有 starts，永远不会开始",
                   "clause \"" + name + "\" has no \"starts\": it could never begin"},
                  {"写上从什么业务记录开始，例如 starts: fact = \"order.placed\"",
                   "say which fact begins it, for example starts: fact = \"order.placed\""});
        if (!clause.keeps)
            error("never-keeps", clause.place,
                  {"条款「" + name + "」没有 keeps，永远不会兑现",
                   "clause \"" + name + "\" has no \"keeps\": it could never be kept"},
                  {"写上什么业务记录算兑现", "say which fact keeps it"});
    }
    Row to_start;
    const auto add = [&](std::string_view text) {
        for (auto& one : row_of(text)) to_start.push_back(std::move(one));
    };
    if (clause.starts.size() == 1) add(clause.starts.front().formula.text());
    if (promise_.audience) add(promise_.audience->formula.text());
    if (clause.audience) add(clause.audience->formula.text());
    const bool own_contradiction = std::ranges::any_of(clause.starts, [](const Condition& c) {
        return contradiction(row_of(c.formula.text())).has_value();
    });
    if (const auto twice = contradiction(to_start); twice && !own_contradiction)
        error("never-starts",
              clause.starts.empty() ? clause.place : clause.starts.front().formula.place,
              {"条款「" + name + "」永远不会开始：starts 和 audience 要求「" + *twice +
                   "」同时等于不同的值",
               "clause \"" + name +
                   "\" could never begin: starts and audience want different values of \"" +
                   *twice + "\""});
    if (clause.keeps && clause.voids &&
        clause.keeps->formula.text() == clause.voids->formula.text())
        warn("same-condition", clause.voids->formula.place,
             {"voids 与 keeps 相同，总是算作废",
              "\"voids\" is the same as \"keeps\" and always comes first"});

    const auto zero = [&](const Place& place) {
        error("zero-limit", place,
              {"时限是 0，没有人来得及", "a limit of zero: nobody could be in time"});
    };
    if (const auto* within = std::get_if<Within>(&clause.shape)) {
        for (const auto& row : within->rows) {
            if (!row.amount && is_nothing(row.limit)) zero(clause.place);
            for (const auto& warning : clause.warns)
                if (warning.before && !row.amount && warning.before->unit == row.limit.unit &&
                    warning.before->amount >= row.limit.amount)
                    warn("warns-at-once", clause.place,
                         {"预警「" + warning.text + "」不短于时限，一开始就会响",
                          "the warning \"" + warning.text +
                              "\" is as long as the limit: it comes at the start"});
        }
    }
    if (const auto* every = std::get_if<Every>(&clause.shape)) {
        const bool in_millis =
            every->interval.unit == Unit::Clock || every->interval.unit == Unit::Work;
        if (is_nothing(every->interval))
            zero(clause.place);
        else if (in_millis && every->interval.amount < 60'000)
            error("too-often", clause.place,
                  {"every 不能短于一分钟", "\"every\" is at least a minute"});
    }
    if (const auto* at_most = std::get_if<AtMost>(&clause.shape);
        at_most != nullptr && at_most->window && is_nothing(*at_most->window))
        zero(clause.place);
    if (clause.lasts && is_nothing(*clause.lasts)) zero(clause.place);
}

void PromiseReader::check_remedy(const Remedy& remedy) {
    std::string_view unit;
    for (const auto& gift : remedy.gifts) {
        if (!gift.is_total) continue;
        if (!unit.empty() && gift.unit != unit)
            error("mixed-units", gift.amount ? gift.amount->place : remedy.place,
                  {"阶梯里混用了 " + std::string(unit) + " 和 " + gift.unit,
                   "a ladder in both " + std::string(unit) + " and " + gift.unit},
                  {"分成两项补偿", "make two remedies of it"});
        unit = gift.unit;
    }
    // Of rungs the last that applies counts: one without a condition hides those before it.
    for (std::size_t i = 1; i < remedy.gifts.size(); ++i)
        if (remedy.gifts[i].is_total && !remedy.gifts[i].when && remedy.gifts[i - 1].is_total)
            error("row-never-reached",
                  remedy.gifts[i].amount ? remedy.gifts[i].amount->place : remedy.place,
                  {"这一档没有条件，前面各档永远轮不到",
                   "this rung has no condition, so those before it never count"},
                  {"把没有 when 的一档放在最前", "put the rung without \"when\" first"});
    if (remedy.charged_on &&
        std::ranges::none_of(remedy.gifts, [](const Gift& g) { return g.is_money; }))
        error("no-money", remedy.place,
              {"charged on 只分摊钱，这里没有钱",
               "\"charged on\" shares out money, and there is none here"});
    if (remedy.cap &&
        std::ranges::none_of(remedy.gifts, [](const Gift& g) { return g.amount.has_value(); }))
        error("does-not-apply", remedy.cap->place,
              {"没有数额，上限没有意义", "a cap without an amount"});
}

// Every kind and field that conditions and amounts name, and what each condition alone can't be.
void PromiseReader::check_words() {
    std::vector<std::string> kinds;
    for (const auto& [kind, fields] : promise_.declared_facts) kinds.push_back(kind);
    std::set<std::string> seen;  // texts shared by legs
    each_formula(promise_, [&](const Formula& formula) {
        const auto key = std::to_string(formula.place.line) + ":" +
                         std::to_string(formula.place.column) + std::string(formula.text());
        if (!seen.insert(key).second) return;
        if (const auto twice = contradiction(row_of(formula.text())))
            error("never-true", formula.place,
                  {"这个条件永远不成立：「" + *twice + "」不能同时等于不同的值",
                   "this condition can never hold: \"" + *twice +
                       "\" cannot equal two different values"},
                  {"若是二者之一，用 or 或 in (…)", "for either of them use \"or\" or \"in (…)\""});
        check_kinds(formula, kinds);
        check_fields(formula);
        check_clocks(formula);
    });
    for (std::size_t i = 0; i < promise_.schedule_names.size(); ++i) {
        const auto place = schedule_places_.find(promise_.schedule_names[i]);
        if (schedules_used_[i] || place == schedule_places_.end()) continue;
        warn("unused-schedule", place->second,
             {"工作日历「" + place->first + "」没有用到",
              "schedule \"" + place->first + "\" is not used"});
    }
}

void PromiseReader::check_kinds(const Formula& formula, const std::vector<std::string>& declared) {
    std::vector<std::string_view> known(declared.begin(), declared.end());
    std::vector<std::string> verdicts;
    for (const auto& clause : promise_.clauses)
        for (const auto verdict : verdict_names())
            verdicts.push_back(clause.name + "." + std::string(verdict));
    known.insert(known.end(), verdicts.begin(), verdicts.end());
    for (const auto& mention : kinds_mentioned(formula.text())) {
        if (std::ranges::find(known, mention.word) != known.end()) continue;
        const auto dot = mention.word.rfind('.');
        const bool verdict =
            dot != std::string::npos &&
            std::ranges::find(verdict_names(), std::string_view(mention.word).substr(dot + 1)) !=
                verdict_names().end();
        if (declared.empty()) {
            // Without a dictionary only a slip in a clause's name can be told.
            const auto mend =
                verdict ? nearest_mend(mention.word, {verdicts.begin(), verdicts.end()}) : Text{};
            if (!mend.en.starts_with("did you mean")) continue;
            warn("unknown-kind", formula.place,
                 {"没有条款产生「" + mention.word + "」",
                  "no clause makes \"" + mention.word + "\""},
                 mend);
            continue;
        }
        Place place = formula.place;
        if (mention.line == 0) place.column += static_cast<std::uint32_t>(mention.character);
        error("unknown-kind", place,
              {"facts: 里没有「" + mention.word + "」这种业务记录",
               "\"" + mention.word + "\" is no kind of fact under facts:"},
              nearest_mend(mention.word, known));
    }
}

void PromiseReader::check_fields(const Formula& formula) {
    if (promise_.declared_facts.empty()) return;
    const auto& names = context_.names;
    // A condition for one kind reads that kind's fields; anything else may read any.
    const auto kind = std::string(formula.expression.required_constant(names.find("fact")));
    const auto only = promise_.declared_facts.find(kind);
    std::vector<std::string_view> known;
    for (const auto& [other, fields] : promise_.declared_facts) {
        if (only != promise_.declared_facts.end() && other != kind) continue;
        known.insert(known.end(), fields.begin(), fields.end());
    }
    static constexpr std::string_view kVerdictFields[] = {"clause", "occurrence", "started", "due"};
    for (const Symbol symbol : formula.expression.free_names()) {
        const auto name = names.text(symbol);
        const auto reserved = reserved_names();
        const auto lent = context_.host.names();
        if (std::ranges::find(known, name) != known.end() ||
            std::ranges::find(reserved, name) != reserved.end() ||
            std::ranges::find(lent, name) != lent.end() || name == "item" ||
            std::ranges::find(kVerdictFields, name) != std::end(kVerdictFields))
            continue;
        // Fields read inside `facts("kind")[...]` belong to that kind, not to the condition's.
        const bool elsewhere =
            only != promise_.declared_facts.end() &&
            std::ranges::any_of(promise_.declared_facts, [&](const auto& entry) {
                return std::ranges::find(entry.second, name) != entry.second.end();
            });
        if (elsewhere && !kinds_mentioned(formula.text()).empty() &&
            kinds_mentioned(formula.text()).size() > 1)
            continue;
        const std::string word(name);
        Place place = formula.place;
        place.column += characters_before(formula.text(), name);
        error("unknown-field", place,
              only != promise_.declared_facts.end()
                  ? Text{"「" + kind + "」没有字段「" + word + "」",
                         "\"" + kind + "\" has no field \"" + word + "\""}
                  : Text{"没有一种业务记录有字段「" + word + "」",
                         "no kind of fact has a field \"" + word + "\""},
              nearest_mend(name, known));
    }
}

// What reads the clock on the wall needs to know which wall.
void PromiseReader::check_clocks(const Formula& formula) {
    if (zone_given_) return;
    for (const auto* function : {"time", "date"})
        if (formula.text().find(std::string("local ") + function) != std::string_view::npos) {
            error("needs-zone", formula.place,
                  {"公式要看当地时间，却没有写 zone",
                   "the formula reads local time, and no zone is given"},
                  {"在承诺里写 zone: Asia/Shanghai",
                   "write zone: Asia/Shanghai (or yours) in the promise"});
            return;
        }
}

}  // namespace yinuo::wire
