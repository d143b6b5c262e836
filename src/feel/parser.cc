#include "feel/parser.h"

#include <algorithm>

namespace yinuo::feel {

namespace {

constexpr std::uint32_t kDepthMax = 400;   // a bracket counts twice: for itself and its content
constexpr std::size_t kTextMax = 100'000;  // bytes

}  // namespace

Nesting::Nesting(Parser& parser) : parser_(parser) { ++parser_.depth_; }

bool Nesting::too_deep() const {
    if (parser_.depth_ <= kDepthMax) return false;
    if (!parser_.failed_) {
        parser_.report(
            "too-deep", parser_.scanner_.position(),
            {"表达式嵌套超过 200 层", "the expression is nested more than 200 levels deep"},
            {"把内层拆成单独的决策或名称", "give the inner part a name of its own"});
        parser_.finish();
    }
    return true;
}

Parser::Parser(std::string_view text, const Dialect& dialect)
    : program(std::make_unique<Expression::Program>()), dialect_(dialect), scanner_(text) {
    program->text = text;
    program->names = &dialect.names;
    program->zones = dialect.zones;
    program->host = dialect.host;
    program->definitions = dialect.types;
    program->item = dialect.names.intern("item");
    program->partial = dialect.names.intern("partial");
    program->tested = dialect.names.intern("?");
    if (text.size() > kTextMax) {
        report("too-long", 0,
               {"表达式超过 100000 字节", "the expression is longer than 100,000 bytes"});
        finish();
    }
}

void Parser::parse_expression() {
    if (!failed_) program->root = expression();
    scanner_.skip_blanks();
    if (!failed_ && !scanner_.at_end())
        expected(
            {"此处应为运算符或表达式结尾", "expected an operator or the end of the expression"});
    program->free_names.assign(free_.begin(), free_.end());
}

// "-", "not(...)", or tests between commas.
void Parser::parse_unary_tests() {
    scanner_.skip_blanks();
    const std::size_t begin = scanner_.position();
    if (!failed_ && scanner_.take("-")) {
        scanner_.skip_blanks();
        if (scanner_.at_end()) {
            program->root = constant(Value::boolean(true));
            return;
        }
        scanner_.move_to(begin);
    }
    if (!failed_ && scanner_.take_word("not") && scanner_.take("(")) {
        const auto tests = test_list(')');
        scanner_.skip_blanks();
        if (!failed_ && scanner_.at_end()) {
            const Index at = append(tests);
            program->root = emit(Op::Tests, 1, at, static_cast<Index>(tests.size()));
            program->free_names.assign(free_.begin(), free_.end());
            return;
        }
        // `not(a) and b` is an expression after all.
        findings.clear();
        failed_ = false;
    }
    if (!failed_) scanner_.move_to(begin);
    const auto tests = test_list('\0');
    const Index at = append(tests);
    program->root = emit(Op::Tests, 0, at, static_cast<Index>(tests.size()));
    scanner_.skip_blanks();
    if (!failed_ && !scanner_.at_end())
        expected({"此处应为逗号或单元格结尾", "expected a comma or the end of the cell"});
    program->free_names.assign(free_.begin(), free_.end());
}

// Tests up to `closing` (taken), or to the end of the text.
std::vector<Parser::Index> Parser::test_list(char closing) {
    std::vector<Index> tests;
    do {
        tests.push_back(unary_test());
    } while (!failed_ && scanner_.take(","));
    if (closing != '\0' && !failed_ && !scanner_.take(std::string_view(&closing, 1)))
        expected({"此处应为逗号或 )", "expected a comma or )"});
    return tests;
}

Parser::Index Parser::unary_test() {
    struct Test {
        std::string_view symbol;
        Op op;
    };
    static constexpr Test kTests[] = {{"<=", Op::TestLessEqual}, {">=", Op::TestGreaterEqual},
                                      {"<", Op::TestLess},       {">", Op::TestGreater},
                                      {"!=", Op::TestNotEqual},  {"=", Op::TestEqual}};
    for (const Test& test : kTests)
        if (scanner_.take(test.symbol)) return emit(test.op, additive());
    const std::uint32_t uses = tested_uses_;
    const Index value = expression();
    return emit(Op::TestValue, value, tested_uses_ != uses ? 1 : 0);
}

Parser::Index Parser::expression() {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return 0;
    return disjunction();
}

Parser::Index Parser::conditional() {
    const Index condition = expression();
    if (failed_) return 0;
    if (!scanner_.take_word("then")) return expected({"此处应为 then", "expected `then`"});
    const Index yes = expression();
    if (failed_) return 0;
    if (!scanner_.take_word("else")) return expected({"此处应为 else", "expected `else`"});
    return emit(Op::If, condition, yes, expression());
}

// After `for`, `some` or `every`: iterators, then the body in which their names are known.
Parser::Index Parser::loop(Op op) {
    std::vector<Index> iterators;
    const std::size_t outer = locals_.size();
    do {
        const std::string variable_name = variable();
        if (failed_) return 0;
        if (!scanner_.take_word("in")) return expected({"此处应为 in", "expected `in`"});
        const bool filter = std::exchange(no_filter_, false);
        const Index from = expression();
        Index to = kNone;
        if (!failed_ && scanner_.take("..")) to = expression();
        no_filter_ = filter;
        if (failed_) return 0;
        declare(variable_name);
        iterators.insert(iterators.end(), {static_cast<Index>(locals_.back()), from, to});
    } while (scanner_.take(","));
    const std::string_view body_word = op == Op::For ? "return" : "satisfies";
    if (!scanner_.take_word(body_word))
        return expected(
            {"此处应为 " + std::string(body_word), "expected `" + std::string(body_word) + "`"});
    if (op == Op::For) locals_.push_back(program->partial);
    const Index body = expression();
    locals_.resize(outer);
    const Index at = append(iterators);
    return emit(op, at, static_cast<Index>(iterators.size() / 3), body);
}

Parser::Index Parser::function_literal() {
    if (!scanner_.take("(")) return expected({"此处应为 (", "expected ("});
    Expression::Program::Lambda lambda;
    const std::size_t outer = locals_.size();
    if (!scanner_.take(")")) {
        do {
            const std::string parameter = variable();
            if (failed_) return 0;
            declare(parameter);
            lambda.parameters.push_back(locals_.back());
            lambda.types.push_back(kNone);
            if (scanner_.take(":")) {
                program->types.push_back(type());
                lambda.types.back() = static_cast<Index>(program->types.size() - 1);
            }
        } while (!failed_ && scanner_.take(","));
        if (failed_) return 0;
        if (!scanner_.take(")")) return expected({"此处应为逗号或 )", "expected a comma or )"});
    }
    const bool external = scanner_.take_word("external");
    Index body = expression();
    if (external) body = emit(Op::External);
    locals_.resize(outer);
    program->lambdas.push_back(std::move(lambda));
    return emit(Op::Function, body, static_cast<Index>(program->lambdas.size() - 1));
}

// Chains lean to the left, so evaluating them goes as deep as they are long.
bool Parser::linked(std::uint32_t& links) {
    constexpr std::uint32_t kLinksMax = 1000;
    if (!failed_ && ++links > kLinksMax) {
        report("too-long", scanner_.position(),
               {"同一串运算超过 1000 项", "more than 1,000 terms in one chain"},
               {"改用列表，例如 x in (1, 2, 3) 或 sum([...])",
                "use a list, for example x in (1, 2, 3) or sum([...])"});
        finish();
    }
    return !failed_;
}

Parser::Index Parser::disjunction() {
    Index left = conjunction();
    std::uint32_t links = 0;
    while (linked(links) && scanner_.take_word("or")) left = binary(Op::Or, left, conjunction());
    return left;
}

Parser::Index Parser::conjunction() {
    Index left = comparison();
    std::uint32_t links = 0;
    while (linked(links) && scanner_.take_word("and")) left = binary(Op::And, left, comparison());
    return left;
}

Parser::Index Parser::comparison() {
    struct Comparison {
        std::string_view symbol;
        Op op;
    };
    static constexpr Comparison kComparisons[] = {{"<=", Op::LessEqual}, {">=", Op::GreaterEqual},
                                                  {"!=", Op::NotEqual},  {"<", Op::Less},
                                                  {">", Op::Greater},    {"=", Op::Equal}};
    Index left = additive();
    while (!failed_) {
        if (scanner_.take_word("between")) {
            const Index low = additive();
            if (failed_) return 0;
            if (!scanner_.take_word("and")) return expected({"此处应为 and", "expected `and`"});
            left = emit(Op::Between, left, low, additive());
            continue;
        }
        if (scanner_.take_word("in")) {
            left = in_tests(left);
            continue;
        }
        const auto found =
            std::find_if(std::begin(kComparisons), std::end(kComparisons),
                         [&](const Comparison& c) { return scanner_.take(c.symbol); });
        if (found == std::end(kComparisons)) return left;
        const Index right = additive();
        if (failed_) return 0;
        const Node& name = program->nodes[left];
        const bool text = is_constant(right) &&
                          program->constants[program->nodes[right].a].type() == Type::String;
        // `fact = "order.placed"` in one step.
        if (found->op == Op::Equal && name.op == Op::Name && name.b == 0 && text)
            left = emit(Op::NameIs, name.a, program->nodes[right].a);
        else
            left = binary(found->op, left, right);
    }
    return left;
}

// After `in`: one test, or tests in parentheses. `(1..3)` is found out at its dots.
Parser::Index Parser::in_tests(Index value) {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return 0;
    std::vector<Index> tests;
    if (scanner_.take("(")) {
        const bool filter = std::exchange(no_filter_, false);
        const Index first = unary_test();
        if (!failed_ && program->nodes[first].op == Op::TestValue && scanner_.take("..")) {
            const Index range = range_from(program->nodes[first].a, false);
            tests.push_back(emit(Op::TestValue, range));
        } else {
            tests.push_back(first);
            while (!failed_ && scanner_.take(",")) tests.push_back(unary_test());
            if (!failed_ && !scanner_.take(")"))
                expected({"此处应为逗号或 )", "expected a comma or )"});
        }
        no_filter_ = filter;
    } else if (scanner_.see("<") || scanner_.see(">") || scanner_.see("=") || scanner_.see("!=")) {
        tests.push_back(unary_test());
    } else {
        tests.push_back(emit(Op::TestValue, additive()));
    }
    if (failed_) return 0;
    const Index at = append(tests);
    return emit(Op::In, value, at, static_cast<Index>(tests.size()));
}

Parser::Index Parser::additive() {
    Index left = multiplicative();
    std::uint32_t links = 0;
    while (linked(links)) {
        if (scanner_.take("+"))
            left = binary(Op::Add, left, multiplicative());
        else if (scanner_.take("-"))
            left = binary(Op::Subtract, left, multiplicative());
        else
            return left;
    }
    return left;
}

Parser::Index Parser::multiplicative() {
    Index left = powers();
    std::uint32_t links = 0;
    while (linked(links)) {
        if (!scanner_.see("**") && scanner_.take("*"))
            left = binary(Op::Multiply, left, powers());
        else if (scanner_.take("/"))
            left = binary(Op::Divide, left, powers());
        else
            return left;
    }
    return left;
}

// From the left, as the conformance kit has it: 3 ** 4 ** 5 is (3 ** 4) ** 5; and -3 ** 2 is 9.
Parser::Index Parser::powers() {
    Index left = unary();
    while (!failed_ && scanner_.take("**")) left = binary(Op::Power, left, unary());
    return left;
}

Parser::Index Parser::unary() {
    if (!scanner_.take("-")) return instance();
    const Nesting nesting(*this);
    if (nesting.too_deep()) return 0;
    return folded(emit(Op::Negate, unary()));
}

Parser::Index Parser::instance() {
    Index value = postfix();
    while (!failed_ && scanner_.take_word("instance")) {
        if (!scanner_.take_word("of")) return expected({"此处应为 of", "expected `of`"});
        program->types.push_back(type());
        value = emit(Op::InstanceOf, value, static_cast<Index>(program->types.size() - 1));
    }
    return value;
}

Parser::Index Parser::postfix() {
    Index value = primary();
    std::uint32_t links = 0;
    while (linked(links)) {
        scanner_.skip_blanks();
        if (scanner_.peek() == '.' && scanner_.peek(1) != '.') {
            scanner_.take(".");
            const std::string member = name();
            if (member.empty()) return expected({"此处应为名称", "expected a name"});
            value =
                folded(emit(Op::Path, value, static_cast<Index>(dialect_.names.intern(member))));
        } else if (!no_filter_ && scanner_.take("[")) {
            locals_.push_back(program->item);
            const Index condition = expression();
            locals_.pop_back();
            if (failed_) return 0;
            if (!scanner_.take("]")) return expected({"此处应为 ]", "expected ]"});
            value = emit(Op::Filter, value, condition);
        } else if (scanner_.see("(")) {
            value = call(value, {}, scanner_.position());
        } else {
            return value;
        }
    }
    return value;
}

}  // namespace yinuo::feel
