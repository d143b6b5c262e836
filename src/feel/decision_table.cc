#include "feel/decision_table.h"

#include <algorithm>

#include "feel/builtin.h"
#include "feel/table_parts.h"

namespace yinuo::feel {

namespace {

constexpr std::size_t kCellsMax = 200'000;

bool is_anything(std::string_view cell) {
    cell.remove_prefix(std::min(cell.find_first_not_of(" \t\r\n"), cell.size()));
    const auto last = cell.find_last_not_of(" \t\r\n");
    cell = cell.substr(0, last == std::string_view::npos ? 0 : last + 1);
    return cell.empty() || cell == "-";
}

Findings wrong_shape(std::size_t rule, const Dialect& dialect) {
    const std::string number = std::to_string(rule);
    return {{Severity::Error,
             {"wrong-cells",
              {"第 " + number + " 条规则的单元格数与列数不符",
               "rule " + number + " has another number of cells than the table has columns"},
              {},
              dialect.at}}};
}

// Moves findings of one cell to the table's, saying which cell it was.
void note(Findings& all, Findings cell, const std::string& zh, const std::string& en) {
    for (Finding& finding : cell) {
        finding.error.what.zh = zh + finding.error.what.zh;
        finding.error.what.en = en + finding.error.what.en;
        all.push_back(std::move(finding));
    }
}

// Where an output value stands in the list of allowed ones; beyond the end if it does not.
std::size_t rank(const Value& value, const Value& allowed) {
    const auto items = as_items(allowed);
    for (std::size_t i = 0; i < items.size(); ++i)
        if (equal(items[i], value).is_true()) return i;
    return items.size();
}

Value folded(Aggregation aggregation, std::span<const Value> values, Evaluation& evaluation) {
    const Value list = Value::list(values);
    const auto call = [&](std::string_view name) {
        return find_builtin(name)->call({std::span(&list, 1), evaluation, nullptr});
    };
    switch (aggregation) {
        case Aggregation::List: return list;
        case Aggregation::Sum: return call("sum");
        case Aggregation::Count: return call("count");
        case Aggregation::Min: return call("min");
        case Aggregation::Max: return call("max");
    }
    return list;
}

}  // namespace

std::optional<Hit> parse_hit(std::string_view text) {
    struct Spelling {
        std::string_view text;
        Hit hit;
    };
    static constexpr Spelling kSpellings[] = {
        {"U", {HitPolicy::Unique}},
        {"UNIQUE", {HitPolicy::Unique}},
        {"A", {HitPolicy::Any}},
        {"ANY", {HitPolicy::Any}},
        {"P", {HitPolicy::Priority}},
        {"PRIORITY", {HitPolicy::Priority}},
        {"F", {HitPolicy::First}},
        {"FIRST", {HitPolicy::First}},
        {"R", {HitPolicy::RuleOrder}},
        {"RULE ORDER", {HitPolicy::RuleOrder}},
        {"O", {HitPolicy::OutputOrder}},
        {"OUTPUT ORDER", {HitPolicy::OutputOrder}},
        {"C", {HitPolicy::Collect}},
        {"COLLECT", {HitPolicy::Collect}},
        {"C+", {HitPolicy::Collect, Aggregation::Sum}},
        {"C#", {HitPolicy::Collect, Aggregation::Count}},
        {"C<", {HitPolicy::Collect, Aggregation::Min}},
        {"C>", {HitPolicy::Collect, Aggregation::Max}},
    };
    for (const Spelling& spelling : kSpellings)
        if (spelling.text == text) return spelling.hit;
    return std::nullopt;
}

std::expected<DecisionTable, Findings> DecisionTable::compile(const TableText& text,
                                                              const Dialect& dialect) {
    auto table = std::make_unique<Compiled>();
    table->hit = text.hit;
    table->tested = dialect.names.intern("?");
    Findings findings;
    if (text.rules.size() * (text.inputs.size() + text.outputs.size()) > kCellsMax ||
        text.outputs.empty()) {
        findings.push_back({Severity::Error,
                            {"bad-table",
                             {"决策表没有输出列，或超过 200000 个单元格",
                              "the table has no output column, or more than 200,000 cells"},
                             {},
                             dialect.at}});
        return std::unexpected(std::move(findings));
    }
    const auto expression = [&](const std::string& cell, const std::string& zh,
                                const std::string& en, bool tests) -> std::optional<Expression> {
        auto compiled = tests ? Expression::compile_unary_tests(cell, dialect)
                              : Expression::compile(cell, dialect);
        if (!compiled) {
            note(findings, std::move(compiled.error()), zh, en);
            return std::nullopt;
        }
        table->free_names.insert(table->free_names.end(), compiled->free_names().begin(),
                                 compiled->free_names().end());
        return std::move(*compiled);
    };
    for (std::size_t i = 0; i < text.inputs.size(); ++i) {
        const std::string number = std::to_string(i + 1);
        const auto& input = text.inputs[i];
        auto value = expression(input.expression, "输入列 " + number + "：",
                                "input " + number + ": ", false);
        if (!value) continue;
        table->inputs.push_back({std::move(*value), std::nullopt,
                                 input.label.empty() ? input.expression : input.label});
        if (!is_anything(input.allowed_values))
            table->inputs.back().allowed =
                expression(input.allowed_values, "输入列 " + number + " 的允许值：",
                           "allowed values of input " + number + ": ", true);
    }
    for (std::size_t i = 0; i < text.outputs.size(); ++i) {
        const std::string number = std::to_string(i + 1);
        const auto& output = text.outputs[i];
        Compiled::Output compiled;
        compiled.name = output.name;
        if (!is_anything(output.allowed_values))
            compiled.allowed =
                expression("[" + output.allowed_values + "]", "输出列 " + number + " 的允许值：",
                           "allowed values of output " + number + ": ", false);
        if (!is_anything(output.default_value))
            compiled.fallback = expression(output.default_value, "输出列 " + number + " 的默认值：",
                                           "default of output " + number + ": ", false);
        table->outputs.push_back(std::move(compiled));
    }
    for (std::size_t r = 0; r < text.rules.size(); ++r) {
        const auto& rule = text.rules[r];
        const std::string number = std::to_string(r + 1);
        if (rule.tests.size() != text.inputs.size() || rule.outputs.size() != text.outputs.size())
            return std::unexpected(wrong_shape(r + 1, dialect));
        Compiled::Rule compiled;
        for (std::size_t i = 0; i < rule.tests.size(); ++i) {
            const std::string column = std::to_string(i + 1);
            compiled.texts.push_back(rule.tests[i]);
            compiled.tests.push_back(
                is_anything(rule.tests[i])
                    ? std::nullopt
                    : expression(rule.tests[i], "规则 " + number + " 输入列 " + column + "：",
                                 "rule " + number + ", input " + column + ": ", true));
        }
        for (std::size_t i = 0; i < rule.outputs.size(); ++i) {
            const std::string column = std::to_string(i + 1);
            compiled.output_texts.push_back(rule.outputs[i]);
            compiled.outputs.push_back(
                is_anything(rule.outputs[i])
                    ? std::nullopt
                    : expression(rule.outputs[i], "规则 " + number + " 输出列 " + column + "：",
                                 "rule " + number + ", output " + column + ": ", false));
        }
        table->rules.push_back(std::move(compiled));
    }
    if (!findings.empty()) return std::unexpected(std::move(findings));
    auto& free = table->free_names;
    std::sort(free.begin(), free.end());
    free.erase(std::unique(free.begin(), free.end()), free.end());
    std::erase(free, table->tested);
    return DecisionTable(std::move(table));
}

std::vector<std::size_t> DecisionTable::Compiled::matches(const Scope& scope,
                                                          Evaluation& evaluation) const {
    std::vector<std::size_t> found;
    std::vector<Binding> values;
    for (const Input& input : inputs) {
        values.push_back({tested, input.expression.evaluate(scope, evaluation)});
        const Scope inner{std::span(&values.back(), 1), &scope};
        if (input.allowed && !input.allowed->evaluate(inner, evaluation).is_true()) {
            say_why(evaluation, "an input is not among its allowed values");
            return found;
        }
    }
    const bool first_only = hit.policy == HitPolicy::First;
    for (std::size_t r = 0; r < rules.size(); ++r) {
        bool matches = true;
        for (std::size_t i = 0; i < inputs.size() && matches; ++i) {
            const auto& test = rules[r].tests[i];
            if (!test) continue;
            const Scope inner{std::span(&values[i], 1), &scope};
            matches = test->evaluate(inner, evaluation).is_true();
        }
        if (matches) found.push_back(r);
        if ((matches && first_only) || evaluation.exhausted) break;
    }
    return found;
}

Value DecisionTable::Compiled::output(std::size_t rule, const Scope& scope,
                                      Evaluation& evaluation) const {
    const auto value = [&](std::size_t i) {
        const auto& cell = rules[rule].outputs[i];
        return cell ? cell->evaluate(scope, evaluation) : Value::null();
    };
    return assemble(value, evaluation);
}

std::optional<Value> DecisionTable::Compiled::fallback(const Scope& scope,
                                                       Evaluation& evaluation) const {
    const bool any = std::any_of(outputs.begin(), outputs.end(),
                                 [](const Output& o) { return o.fallback.has_value(); });
    if (!any) return std::nullopt;
    const auto value = [&](std::size_t i) {
        return outputs[i].fallback ? outputs[i].fallback->evaluate(scope, evaluation)
                                   : Value::null();
    };
    return assemble(value, evaluation);
}

// Sorts by the places of the outputs in their allowed values, the first column first.
void DecisionTable::Compiled::sort_by_priority(std::span<Value> results, const Scope& scope,
                                               Evaluation& evaluation) const {
    std::vector<Value> allowed;
    for (const Output& output : outputs)
        allowed.push_back(output.allowed ? output.allowed->evaluate(scope, evaluation)
                                         : Value::list({}));
    const auto ranks = [&](const Value& result) {
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < outputs.size(); ++i)
            places.push_back(
                rank(outputs.size() == 1 ? result : result.as_context()[i].value, allowed[i]));
        return places;
    };
    std::vector<std::pair<std::vector<std::size_t>, Value>> ranked;
    for (const Value& result : results) ranked.emplace_back(ranks(result), result);
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < results.size(); ++i) results[i] = ranked[i].second;
}

Value DecisionTable::evaluate(const Scope& scope, Evaluation& evaluation) const {
    const Compiled& table = *compiled_;
    const auto rules = table.matches(scope, evaluation);
    if (rules.empty()) {
        if (const auto fallback = table.fallback(scope, evaluation)) return *fallback;
        say_why(evaluation, "no rule of the table matches");
        const bool counts =
            table.hit.policy == HitPolicy::Collect && table.hit.aggregation == Aggregation::Count;
        return counts ? Value::number(Decimal(0)) : Value::null();
    }
    if (table.hit.policy == HitPolicy::Unique && rules.size() > 1) {
        say_why(evaluation, "two rules match where only one may");
        return Value::null();
    }
    auto results = evaluation.memory.array<Value>(rules.size());
    for (std::size_t i = 0; i < rules.size(); ++i)
        results[i] = table.output(rules[i], scope, evaluation);
    switch (table.hit.policy) {
        case HitPolicy::Unique:
        case HitPolicy::First: return results.front();
        case HitPolicy::Any:
            for (const Value& result : results)
                if (!equal(result, results.front()).is_true()) {
                    say_why(evaluation, "two rules match and disagree");
                    return Value::null();
                }
            return results.front();
        case HitPolicy::Priority:
            table.sort_by_priority(results, scope, evaluation);
            return results.front();
        case HitPolicy::RuleOrder: return Value::list(results);
        case HitPolicy::OutputOrder:
            table.sort_by_priority(results, scope, evaluation);
            return Value::list(results);
        case HitPolicy::Collect: return folded(table.hit.aggregation, results, evaluation);
    }
    return Value::null();
}

std::vector<std::size_t> DecisionTable::matching_rules(const Scope& scope,
                                                       Evaluation& evaluation) const {
    auto rules = compiled_->matches(scope, evaluation);
    for (std::size_t& rule : rules) ++rule;
    return rules;
}

std::span<const Symbol> DecisionTable::free_names() const { return compiled_->free_names; }

DecisionTable::DecisionTable(std::unique_ptr<const Compiled> compiled)
    : compiled_(std::move(compiled)) {}
DecisionTable::DecisionTable(DecisionTable&&) noexcept = default;
DecisionTable& DecisionTable::operator=(DecisionTable&&) noexcept = default;
DecisionTable::~DecisionTable() = default;

}  // namespace yinuo::feel
