// Which rules of a table can match together.
#include <algorithm>

#include "feel/program.h"
#include "feel/scanner.h"
#include "feel/table_parts.h"

namespace yinuo::feel {

namespace {

constexpr std::size_t kCandidatesMax = 400;  // values tried a column
constexpr std::size_t kFindingsMax = 50;

// The literals written in a cell: numbers and strings, as values in `memory`.
void add_literals(std::string_view cell, Arena& memory, std::vector<Value>& into) {
    Scanner scanner(cell);
    while (!scanner.at_end() && into.size() < kCandidatesMax) {
        const char c = scanner.peek();
        if (c == '"') {
            const auto text = scanner.string_literal();
            if (!text) return;
            into.push_back(Value::string(memory.copy(*text)));
            if (const auto days = Date::parse(*text)) into.push_back(Value::date(*days));
            continue;
        }
        const std::size_t begin = scanner.position();
        std::size_t end = begin;
        while (end < cell.size() &&
               ((cell[end] >= '0' && cell[end] <= '9') ||
                (cell[end] == '.' && end + 1 < cell.size() && cell[end + 1] != '.')))
            ++end;
        if (end == begin) {
            scanner.move_to(begin + 1);
            continue;
        }
        if (const auto number = Decimal::parse(cell.substr(begin, end - begin))) {
            into.push_back(Value::number(*number));
            into.push_back(Value::number(number->negated()));
        }
        scanner.move_to(end);
    }
}

// The literals of a column and one value between and beyond each two of them.
std::vector<Value> candidates(const std::vector<DecisionTable::Compiled::Rule>& rules,
                              std::size_t column, Arena& memory) {
    std::vector<Value> values = {Value::boolean(true), Value::boolean(false),
                                 Value::string("\x01")};
    for (const auto& rule : rules) add_literals(rule.texts[column], memory, values);
    std::vector<Decimal> numbers;
    for (const Value& value : values)
        if (value.type() == Type::Number) numbers.push_back(value.as_number());
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto next = i + 1 < numbers.size() ? numbers[i + 1]
                                                 : numbers[i].add(Decimal(2)).value_or(Decimal());
        const auto sum = numbers[i].add(next);
        if (const auto middle = sum ? sum->divide(Decimal(2)) : std::nullopt)
            values.push_back(Value::number(*middle));
    }
    return values;
}

}  // namespace

Findings DecisionTable::overlaps() const {
    const Compiled& table = *compiled_;
    Findings findings;
    const bool any = table.hit.policy == HitPolicy::Any;
    if (table.hit.policy != HitPolicy::Unique && !any) return findings;
    Arena memory;
    Evaluation evaluation{.memory = memory};
    evaluation.steps_left = UINT32_MAX;
    // accepts[rule][column]: for each candidate, whether the cell lets it pass.
    std::vector<std::vector<std::vector<bool>>> accepts(table.rules.size());
    std::vector<std::vector<Value>> values;
    for (std::size_t i = 0; i < table.inputs.size(); ++i) {
        values.push_back(candidates(table.rules, i, memory));
        for (std::size_t r = 0; r < table.rules.size(); ++r) {
            std::vector<bool> passes;
            for (const Value& value : values[i]) {
                const Binding binding{table.tested, value};
                const auto& test = table.rules[r].tests[i];
                passes.push_back(
                    !test ||
                    test->evaluate(Scope{std::span(&binding, 1), nullptr}, evaluation).is_true());
            }
            accepts[r].push_back(std::move(passes));
        }
    }
    for (std::size_t a = 0; a < table.rules.size(); ++a) {
        for (std::size_t b = a + 1; b < table.rules.size() && findings.size() < kFindingsMax; ++b) {
            if (any && table.rules[a].output_texts == table.rules[b].output_texts) continue;
            bool together = true;
            std::string example;
            for (std::size_t i = 0; i < table.inputs.size() && together; ++i) {
                together = false;
                const bool open = !table.rules[a].tests[i] && !table.rules[b].tests[i];
                for (std::size_t v = 0; v < values[i].size() && !together; ++v) {
                    together = accepts[a][i][v] && accepts[b][i][v];
                    if (together && !open)
                        example += (example.empty() ? "" : ", ") + table.inputs[i].label + " = " +
                                   to_text(values[i][v]);
                }
            }
            if (!together) continue;
            const std::string first = std::to_string(a + 1);
            const std::string second = std::to_string(b + 1);
            findings.push_back(
                {Severity::Warning,
                 {"overlapping-rules",
                  {"规则 " + first + " 与规则 " + second + " 可能同时命中，例如 " + example,
                   "rules " + first + " and " + second + " can both match, for example " + example},
                  {"让条件互斥，或改用 F（取第一条）",
                   "make them exclusive, or use hit policy F"}}});
        }
    }
    return findings;
}

}  // namespace yinuo::feel
