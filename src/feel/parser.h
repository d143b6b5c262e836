// From FEEL text to a Program (DMN 1.5, 10.3.1). Inside the room.
//
// Recursive descent over the scanner; children are emitted before their parents. After a finding
// that leaves no way on, the place jumps to the end, so everything unwinds by itself.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "feel/program.h"
#include "feel/scanner.h"

namespace yinuo::feel {

// Is it a name that plain words make, so that nobody needs to be told of it?
bool is_plain_name(std::string_view name);

class Parser {
public:
    Parser(std::string_view text, const Dialect& dialect);

    // Both consume the whole text.
    void parse_expression();
    void parse_unary_tests();

    Findings findings;
    std::unique_ptr<Expression::Program> program;

private:
    using Index = std::uint32_t;

    // parser.cc: from the loosest binding to the tightest
    Index expression();
    Index conditional();
    Index loop(Op op);
    Index function_literal();
    Index disjunction();
    Index conjunction();
    Index comparison();
    Index in_tests(Index value);
    Index unary_test();
    std::vector<Index> test_list(char closing);
    Index additive();
    Index multiplicative();
    Index powers();
    Index unary();
    Index instance();
    Index postfix();

    // parser_primary.cc
    Index primary();
    Index number();
    Index at_literal();
    Index parenthesis();
    Index bracket();
    Index open_range();
    Index range_from(Index begin, bool begin_included);
    Index context();
    Index name_or_call();
    Index call(Index callee, std::string_view name, std::size_t name_at);
    Index positional_call(Index callee, std::string_view name, std::size_t name_at,
                          std::vector<Index> arguments);
    Index named_call(Index callee, std::string_view name, std::size_t name_at,
                     const std::vector<std::string>& names, const std::vector<Index>& arguments);
    std::string context_key();
    TypeName type();
    TypeName type_parts(TypeName::Kind kind);

    // parser_names.cc
    std::string name();      // the longest name at the place; empty if there is none
    std::string variable();  // a name being declared
    std::size_t special_length(std::string_view special) const;
    bool argument_name(std::string& into);
    void declare(std::string_view name);
    bool is_local(Symbol symbol) const;
    void note_free(Symbol symbol);

    // emitting
    Index emit(Op op, Index a = 0, Index b = 0, Index c = 0);
    Index constant(const Value& value);
    Index folded(Index index);  // its value as a constant if its parts are constants
    Index append(const std::vector<Index>& operands);
    bool is_constant(Index index) const { return program->nodes[index].op == Op::Constant; }
    Index binary(Op op, Index a, Index b) { return folded(emit(op, a, b)); }

    // findings
    bool linked(std::uint32_t& links);  // one more link of a chain; false when it is too long
    Index expected(Text what);          // and gives up
    void report(std::string code, std::size_t position, Text what, Text mend = {});
    bool failed() const { return failed_; }
    void finish();

    const Dialect& dialect_;
    Scanner scanner_;
    std::vector<Symbol> locals_;
    std::vector<std::string> specials_;  // names with marks in them, declared in the text itself
    std::set<Symbol> free_;
    std::uint32_t depth_ = 0;
    std::uint32_t tested_uses_ = 0;  // how often `?` was read
    bool no_filter_ = false;         // inside a range's end: `[` closes the range
    bool failed_ = false;

    friend class Nesting;
};

// One level deeper in the text; refuses beyond the bound.
class Nesting {
public:
    explicit Nesting(Parser& parser);
    ~Nesting() { --parser_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    bool too_deep() const;

private:
    Parser& parser_;
};

}  // namespace yinuo::feel
