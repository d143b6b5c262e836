// Literals, brackets, contexts, calls and types.
#include <algorithm>
#include <utility>

#include "base/nearest.h"
#include "feel/parser.h"
#include "feel/temporal.h"

namespace yinuo::feel {

Parser::Index Parser::primary() {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return 0;
    scanner_.skip_blanks();
    const char c = scanner_.peek();
    if ((c >= '0' && c <= '9') || (c == '.' && scanner_.peek(1) >= '0' && scanner_.peek(1) <= '9'))
        return number();
    switch (c) {
        case '"': {
            const auto text = scanner_.string_literal();
            if (!text)
                return expected({"字符串没有结束，或转义不存在",
                                 "the string is not closed or has an unknown escape"});
            return constant(Value::string(program->memory.copy(*text)));
        }
        case '@': return at_literal();
        case '(': return parenthesis();
        case '[': return bracket();
        case ']': return open_range();
        case '{': return context();
        default: break;
    }
    if (scanner_.take_word("true")) return constant(Value::boolean(true));
    if (scanner_.take_word("false")) return constant(Value::boolean(false));
    if (scanner_.take_word("null")) return constant(Value::null());
    if (scanner_.take_word("if")) return conditional();
    if (scanner_.take_word("for")) return loop(Op::For);
    if (scanner_.take_word("some")) return loop(Op::Some);
    if (scanner_.take_word("every")) return loop(Op::Every);
    const std::size_t begin = scanner_.position();
    if (scanner_.take_word("function") && scanner_.see("(")) return function_literal();
    scanner_.move_to(begin);
    return name_or_call();
}

Parser::Index Parser::number() {
    const std::size_t begin = scanner_.position();
    const auto digits = [&] {
        while (scanner_.peek() >= '0' && scanner_.peek() <= '9')
            scanner_.move_to(scanner_.position() + 1);
    };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    digits();
    if (scanner_.peek() == '.' && is_digit(scanner_.peek(1))) {
        scanner_.move_to(scanner_.position() + 1);
        digits();
    }
    if (scanner_.peek() == 'e' || scanner_.peek() == 'E') {
        const std::size_t sign = scanner_.peek(1) == '+' || scanner_.peek(1) == '-' ? 1 : 0;
        if (is_digit(scanner_.peek(1 + sign))) {
            scanner_.move_to(scanner_.position() + 1 + sign);
            digits();
        }
    }
    std::string text(scanner_.text().substr(begin, scanner_.position() - begin));
    if (text.front() == '.') text.insert(0, "0");
    const auto value = Decimal::parse(text);
    if (!value) {
        report("bad-number", begin, {"数值超出范围", "the number is out of range"});
        return constant(Value::null());
    }
    return constant(Value::number(*value));
}

// @"2026-02-28", @"10:30:00", @"P1D"
Parser::Index Parser::at_literal() {
    const std::size_t begin = scanner_.position();
    scanner_.take("@");
    if (scanner_.peek() != '"') return expected({"@ 后应为字符串", "expected a string after @"});
    const auto text = scanner_.string_literal();
    if (!text) return expected({"字符串没有结束", "the string is not closed"});
    if (const auto days = parse_date(*text)) return constant(Value::date_of_days(*days));
    if (const auto moment = parse_date_time(*text, dialect_.zones))
        return constant(Value::date_time(*moment));
    if (const auto time = parse_time(*text, dialect_.zones)) return constant(Value::time(*time));
    const Value duration = parse_duration(*text);
    if (duration.is_null() && !dialect_.open_calls)
        report("bad-literal", begin,
               {"@ 后不是日期、时间或时长", "this is no date, time or duration"},
               {"例如 @\"2026-02-28\"、@\"16:00:00\"、@\"PT24H\"",
                "for example @\"2026-02-28\", @\"16:00:00\", @\"PT24H\""});
    return constant(duration);
}

// (expression), (a..b), or (< 10)
Parser::Index Parser::parenthesis() {
    scanner_.take("(");
    const bool filter = std::exchange(no_filter_, false);
    struct Unary {
        std::string_view symbol;
        RangeValue::Form form;
        bool upper;
        bool included;
    };
    using Form = RangeValue::Form;
    static constexpr Unary kUnaries[] = {
        {"<=", Form::Comparison, true, true}, {">=", Form::Comparison, false, true},
        {"<", Form::Comparison, true, false}, {">", Form::Comparison, false, false},
        {"!=", Form::NotEqual, false, true},  {"=", Form::Equal, false, true}};
    Index result = 0;
    const auto unary = std::find_if(std::begin(kUnaries), std::end(kUnaries),
                                    [&](const Unary& u) { return scanner_.take(u.symbol); });
    if (unary != std::end(kUnaries)) {
        const Index bound = additive();
        Index flags = static_cast<Index>(unary->form) << 2;
        if (unary->included) flags |= unary->form == Form::Comparison ? (unary->upper ? 2 : 1) : 3;
        result = unary->upper ? emit(Op::Range, kNone, bound, flags)
                              : emit(Op::Range, bound, kNone, flags);
        if (!failed_ && !scanner_.take(")")) expected({"此处应为 )", "expected )"});
    } else {
        result = expression();
        if (!failed_ && scanner_.take("..")) {
            result = range_from(result, false);
        } else if (!failed_ && !scanner_.take(")")) {
            expected({"此处应为 )", "expected )"});
        }
    }
    no_filter_ = filter;
    return result;
}

// A list or a closed range.
Parser::Index Parser::bracket() {
    scanner_.take("[");
    const bool filter = std::exchange(no_filter_, false);
    std::vector<Index> items;
    if (!scanner_.take("]")) {
        do {
            items.push_back(expression());
        } while (!failed_ && !scanner_.see("..") && scanner_.take(","));
        if (!failed_ && items.size() == 1 && scanner_.take("..")) {
            const Index range = range_from(items[0], true);
            no_filter_ = filter;
            return range;
        }
        if (!failed_ && !scanner_.take("]"))
            expected({"此处应为逗号或 ]", "expected a comma or ]"});
    }
    no_filter_ = filter;
    const Index at = append(items);
    return emit(Op::List, at, static_cast<Index>(items.size()));
}

Parser::Index Parser::open_range() {
    scanner_.take("]");
    const bool filter = std::exchange(no_filter_, false);
    const Index begin = additive();
    if (!failed_ && !scanner_.take("..")) expected({"此处应为 ..", "expected .."});
    const Index range = failed_ ? 0 : range_from(begin, false);
    no_filter_ = filter;
    return range;
}

// After the dots: the end and the bracket that closes it.
Parser::Index Parser::range_from(Index begin, bool begin_included) {
    const bool filter = std::exchange(no_filter_, true);
    const Index end = additive();
    no_filter_ = filter;
    if (failed_) return 0;
    const bool included = scanner_.take("]");
    if (!included && !scanner_.take(")") && !scanner_.take("["))
        return expected({"此处应为 ]、) 或 [", "expected ], ) or ["});
    return emit(Op::Range, begin, end, (begin_included ? 1U : 0U) | (included ? 2U : 0U));
}

Parser::Index Parser::context() {
    scanner_.take("{");
    const bool filter = std::exchange(no_filter_, false);
    const std::size_t outer = locals_.size();
    std::vector<Index> entries;
    if (!scanner_.take("}")) {
        do {
            const std::size_t at = scanner_.position();
            const std::string key = context_key();
            if (failed_) return 0;
            const auto symbol = dialect_.names.intern(key);
            for (std::size_t i = 0; i < entries.size(); i += 2)
                if (entries[i] == static_cast<Index>(symbol))
                    report("duplicate-key", at,
                           {"上下文中有重复的名称“" + key + "”",
                            "the context has `" + key + "` twice"});
            // A function may call itself by the name it is given.
            const bool recursive = scanner_.see_word("function");
            if (recursive) declare(key);
            const Index value = expression();
            if (failed_) return 0;
            if (!recursive) declare(key);
            entries.insert(entries.end(), {static_cast<Index>(symbol), value});
        } while (scanner_.take(","));
        if (!scanner_.take("}")) expected({"此处应为逗号或 }", "expected a comma or }"});
    }
    locals_.resize(outer);
    no_filter_ = filter;
    const Index at = append(entries);
    return emit(Op::Context, at, static_cast<Index>(entries.size() / 2));
}

Parser::Index Parser::name_or_call() {
    scanner_.skip_blanks();
    const std::size_t begin = scanner_.position();
    const std::string found = name();
    if (found.empty()) {
        if (scanner_.at_end())
            return expected({"此处缺少表达式", "expected an expression, but the text ends"});
        return expected(
            {"此处应为数值、字符串、名称或括号", "expected a number, string, name or bracket"});
    }
    const auto symbol = dialect_.names.intern(found);
    if (found == "?") ++tested_uses_;
    const Builtin* builtin = find_builtin(found);
    if (scanner_.see("(") && !is_local(symbol)) return call(kNone, found, begin);
    if (!is_local(symbol)) note_free(symbol);
    return emit(Op::Name, static_cast<Index>(symbol),
                builtin != nullptr && !is_local(symbol) ? 1 : 0);
}

// The opening parenthesis is next. `callee` kNone: the function called `name`.
Parser::Index Parser::call(Index callee, std::string_view name, std::size_t name_at) {
    const Nesting nesting(*this);
    if (nesting.too_deep()) return 0;
    scanner_.take("(");
    const bool filter = std::exchange(no_filter_, false);
    std::vector<std::string> names;
    std::vector<Index> arguments;
    if (!scanner_.take(")")) {
        do {
            std::string argument;
            if (argument_name(argument)) names.push_back(std::move(argument));
            arguments.push_back(expression());
        } while (!failed_ && scanner_.take(","));
        if (failed_) return 0;
        if (!scanner_.take(")")) return expected({"此处应为逗号或 )", "expected a comma or )"});
        if (!names.empty() && names.size() != arguments.size())
            return expected(
                {"参数要么全部写名，要么全部不写", "either all arguments are named or none"});
    }
    no_filter_ = filter;
    if (names.empty()) return positional_call(callee, name, name_at, std::move(arguments));
    return named_call(callee, name, name_at, names, arguments);
}

Parser::Index Parser::positional_call(Index callee, std::string_view name, std::size_t name_at,
                                      std::vector<Index> arguments) {
    const auto count = static_cast<Index>(arguments.size());
    if (callee != kNone) {
        const Index at = append(arguments);
        return emit(Op::CallValue, at, count, callee);
    }
    const std::string quoted = "“" + std::string(name) + "”";
    if (const Builtin* builtin = find_builtin(name)) {
        if (!takes(*builtin, arguments.size())) {
            if (!dialect_.open_calls)
                report(
                    "wrong-arguments", name_at,
                    {"函数" + quoted + "的参数个数不对",
                     "`" + std::string(name) + "` takes another number of arguments"},
                    {"写法: " + std::string(name) + "(" + std::string(builtin->parameters) + ")",
                     "write " + std::string(name) + "(" + std::string(builtin->parameters) + ")"});
            return constant(Value::null());
        }
        const Index at = append(arguments);
        program->builtins.push_back(builtin);
        const Index index =
            emit(Op::CallBuiltin, at, count, static_cast<Index>(program->builtins.size() - 1));
        return builtin->pure ? folded(index) : index;
    }
    const int host = dialect_.host != nullptr ? dialect_.host->find(name, arguments.size()) : -1;
    if (host >= 0) {
        note_free(dialect_.names.intern(name));
        const Index at = append(arguments);
        return emit(Op::CallHost, at, count, static_cast<Index>(host));
    }
    if (dialect_.open_calls) {
        const auto symbol = dialect_.names.intern(name);
        note_free(symbol);
        const Index at = append(arguments);
        return emit(Op::CallValue, at, count, emit(Op::Name, static_cast<Index>(symbol)));
    }
    auto known = builtin_names();
    if (dialect_.host != nullptr)
        for (const auto lent : dialect_.host->names()) known.push_back(lent);
    const bool exists = std::find(known.begin(), known.end(), name) != known.end();
    if (exists) {
        report("wrong-arguments", name_at,
               {"函数" + quoted + "的参数个数不对",
                "`" + std::string(name) + "` takes another number of arguments"});
        return constant(Value::null());
    }
    const auto near = nearest(name, known);
    Text mend;
    if (near)
        mend = {"是不是“" + std::string(*near) + "”？",
                "did you mean `" + std::string(*near) + "`?"};
    report("unknown-function", name_at,
           {"没有名为" + quoted + "的函数", "there is no function `" + std::string(name) + "`"},
           mend);
    return constant(Value::null());
}

Parser::Index Parser::named_call(Index callee, std::string_view name, std::size_t name_at,
                                 const std::vector<std::string>& names,
                                 const std::vector<Index>& arguments) {
    const Builtin* builtin = callee == kNone ? find_builtin(name) : nullptr;
    if (builtin != nullptr) {
        const std::vector<std::string_view> views(names.begin(), names.end());
        const auto places = positions(*builtin, views);
        if (places.empty()) {
            if (!dialect_.open_calls)
                report(
                    "wrong-arguments", name_at,
                    {"参数名不对", "these are not the parameters of `" + std::string(name) + "`"},
                    {"写法: " + std::string(name) + "(" + std::string(builtin->parameters) + ")",
                     "write " + std::string(name) + "(" + std::string(builtin->parameters) + ")"});
            return constant(Value::null());
        }
        std::vector<Index> ordered(*std::max_element(places.begin(), places.end()) + 1, kNone);
        for (std::size_t i = 0; i < places.size(); ++i) ordered[places[i]] = arguments[i];
        for (Index& argument : ordered)
            if (argument == kNone) argument = constant(Value::null());
        return positional_call(kNone, name, name_at, std::move(ordered));
    }
    if (callee == kNone) {
        if (!dialect_.open_calls) return positional_call(kNone, name, name_at, arguments);
        const auto symbol = dialect_.names.intern(name);
        note_free(symbol);
        callee = emit(Op::Name, static_cast<Index>(symbol));
    }
    std::vector<Index> pairs;
    for (std::size_t i = 0; i < names.size(); ++i)
        pairs.insert(pairs.end(),
                     {static_cast<Index>(dialect_.names.intern(names[i])), arguments[i]});
    const Index at = append(pairs);
    return emit(Op::CallNamed, at, static_cast<Index>(names.size()), callee);
}

TypeName Parser::type() {
    const Nesting nesting(*this);
    TypeName result;
    if (nesting.too_deep()) return result;
    scanner_.skip_blanks();
    std::string text = name();
    if (text.empty() && scanner_.take_word("function")) text = "function";
    while (!text.empty() && scanner_.peek() == '.') {  // a type of an imported model
        scanner_.take(".");
        text += "." + name();
    }
    if (text.empty()) {
        expected({"此处应为类型", "expected a type"});
        return result;
    }
    if (const auto kind = basic_type(text)) return type_parts(*kind);
    result.kind = TypeName::Kind::Named;
    result.name = text;
    if (!dialect_.open_calls && (dialect_.types == nullptr || !dialect_.types->knows(text)))
        report("unknown-type", scanner_.position(),
               {"没有名为“" + text + "”的类型", "there is no type `" + text + "`"});
    return result;
}

TypeName Parser::type_parts(TypeName::Kind kind) {
    using Kind = TypeName::Kind;
    TypeName result;
    result.kind = kind;
    const bool generic = kind == Kind::List || kind == Kind::Range || kind == Kind::Context ||
                         kind == Kind::Function;
    if (!generic || !scanner_.take("<")) return result;
    if (!scanner_.take(">")) {
        do {
            if (kind == Kind::Context) {
                result.keys.push_back(context_key());
                if (failed_) return result;
            }
            result.parts.push_back(type());
        } while (!failed_ && scanner_.take(","));
        if (!failed_ && !scanner_.take(">")) expected({"此处应为 >", "expected >"});
    }
    if (kind == Kind::Function && !failed_) {
        if (!scanner_.take("->"))
            expected({"此处应为 ->", "expected ->"});
        else
            result.parts.push_back(type());
    }
    return result;
}

}  // namespace yinuo::feel
