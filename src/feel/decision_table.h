// A decision table (DMN 1.5, chapter 8): inputs, outputs, rules and a hit policy.
//
// Pure and usable alone: cells are FEEL unary tests, outputs FEEL expressions, names come from the
// Scope. Compiled once; evaluating reads no clock and allocates only what the answer needs.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "feel/expression.h"

namespace yinuo::feel {

// Which of the rules that match gives the answer; the letters are the standard's.
enum class HitPolicy : std::uint8_t {
    Unique,       // U: at most one may match; two are an error, and the answer null
    Any,          // A: several may match if they agree
    Priority,     // P: the one whose output comes first in the allowed values
    First,        // F: the first in the table
    RuleOrder,    // R: all of them, as a list in the table's order
    OutputOrder,  // O: all of them, sorted by the order of the allowed values
    Collect,      // C: all of them, as a list or folded into one
};

enum class Aggregation : std::uint8_t { List, Sum, Count, Min, Max };  // C, C+, C#, C<, C>

// "U", "C+", "UNIQUE", "RULE ORDER"...; nullopt for anything else.
struct Hit {
    HitPolicy policy = HitPolicy::Unique;
    Aggregation aggregation = Aggregation::List;
};
std::optional<Hit> parse_hit(std::string_view text);

// The table as it is written.
struct TableText {
    struct Input {
        std::string label;
        std::string expression;      // FEEL: what the cells below it test
        std::string type;            // informative
        std::string allowed_values;  // unary tests; empty: anything
    };
    struct Output {
        std::string name;  // the key in the answer when there are several outputs
        std::string label;
        std::string type;
        std::string allowed_values;  // values between commas, the most important first
        std::string default_value;   // FEEL, when no rule matches; may be empty
    };
    struct Rule {
        std::vector<std::string> tests;    // one a column of input; "-" or empty: anything
        std::vector<std::string> outputs;  // one a column of output
        std::vector<std::string> annotations = {};
    };
    Hit hit = {};
    std::vector<Input> inputs = {};
    std::vector<Output> outputs = {};
    std::vector<Rule> rules = {};
    std::string label = {};
};

class DecisionTable {
public:
    // Refuses rules with another number of cells than there are columns, and every cell that is
    // no FEEL; the places of findings are the dialect's, their text names rule and column.
    static std::expected<DecisionTable, Findings> compile(const TableText&, const Dialect&);

    // The answer: a value for one output, a context for several, a list of these under R, O and C.
    // Null when nothing matches and there is no default, an input is not among its allowed
    // values, or U and A are hurt.
    Value evaluate(const Scope&, Evaluation&) const;

    // The numbers (from 1) of the rules that match, for explanations.
    std::vector<std::size_t> matching_rules(const Scope&, Evaluation&) const;

    // Pairs of rules that some input can match together, found by trying the cells' own constants
    // and the values between them. Warnings under U (and under A if the outputs differ); tables
    // whose cells read other names than `?` are judged only by their constants.
    Findings overlaps() const;

    // Every free name it reads, sorted, without duplicates.
    std::span<const Symbol> free_names() const;

    DecisionTable(DecisionTable&&) noexcept;
    DecisionTable& operator=(DecisionTable&&) noexcept;
    ~DecisionTable();

    struct Compiled;  // private to the room

private:
    explicit DecisionTable(std::unique_ptr<const Compiled>);
    std::unique_ptr<const Compiled> compiled_;
};

}  // namespace yinuo::feel
