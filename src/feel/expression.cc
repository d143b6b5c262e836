#include "feel/expression.h"

#include "feel/parser.h"
#include "feel/program.h"

namespace yinuo::feel {

Expression::Expression(std::unique_ptr<const Program> program) : program_(std::move(program)) {}
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::~Expression() = default;

std::expected<Expression, Findings> Expression::compile(std::string_view text,
                                                        const Dialect& dialect) {
    Parser parser(text, dialect);
    parser.parse_expression();
    if (!parser.findings.empty()) return std::unexpected(std::move(parser.findings));
    return Expression(std::move(parser.program));
}

std::expected<Expression, Findings> Expression::compile_unary_tests(std::string_view text,
                                                                    const Dialect& dialect) {
    Parser parser(text, dialect);
    parser.parse_unary_tests();
    if (!parser.findings.empty()) return std::unexpected(std::move(parser.findings));
    return Expression(std::move(parser.program));
}

Value Expression::evaluate(const Scope& scope, Evaluation& evaluation) const {
    return program_->run(program_->root, nullptr, scope, evaluation);
}

std::span<const Symbol> Expression::free_names() const { return program_->free_names; }

std::string_view Expression::text() const { return program_->text; }

std::string_view Expression::required_constant(Symbol name) const {
    std::uint32_t at = program_->root;
    while (true) {
        const Node& node = program_->nodes[at];
        const Node& last = node.op == Op::And ? program_->nodes[node.b] : node;
        if (last.op == Op::NameIs && static_cast<Symbol>(last.a) == name)
            return program_->constants[last.b].as_string();
        if (node.op != Op::And) return {};
        at = node.a;
    }
}

}  // namespace yinuo::feel
