// Names with blanks, what is declared where, emitting and findings.
#include <algorithm>
#include <array>

#include "feel/parser.h"

namespace yinuo::feel {

namespace {

// Words that end a name of several words.
constexpr std::array<std::string_view, 9> kStops = {
    "and", "or", "then", "else", "in", "return", "satisfies", "between", "instance"};
// Words that begin something else than a name.
constexpr std::array<std::string_view, 8> kBeginnings = {"if",       "for",  "some",  "every",
                                                         "function", "true", "false", "null"};
// Names of FEEL's own that hold a stop word.
constexpr std::array<std::string_view, 6> kOwnSpecials = {"date and time",
                                                          "years and months duration",
                                                          "days and time duration",
                                                          "local date and time",
                                                          "met by",
                                                          "get or else"};

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

// How much of the text `special` matches here (a blank in it matches any blanks), or 0.
std::size_t Parser::special_length(std::string_view special) const {
    Scanner ahead = scanner_;
    const std::size_t begin = ahead.position();
    for (std::size_t i = 0; i < special.size(); ++i) {
        if (special[i] == ' ') {
            const std::size_t before = ahead.position();
            ahead.skip_blanks();
            if (ahead.position() == before) return 0;
            continue;
        }
        if (ahead.peek() != special[i]) return 0;
        ahead.move_to(ahead.position() + 1);
    }
    const bool word_end =
        special.empty() || !Scanner::continues_name(static_cast<unsigned char>(special.back()));
    if (!word_end && Scanner::continues_name(static_cast<unsigned char>(ahead.peek()))) return 0;
    return ahead.position() - begin;
}

std::string Parser::name() {
    scanner_.skip_blanks();
    const std::size_t begin = scanner_.position();
    std::string best;
    std::size_t best_length = 0;
    const auto consider = [&](std::string_view special) {
        const std::size_t length = special_length(special);
        if (length > best_length) {
            best_length = length;
            best = special;
        }
    };
    for (const auto special : kOwnSpecials) consider(special);
    for (const auto special : dialect_.special_names) consider(special);
    for (const auto& special : specials_) consider(special);

    std::string plain;
    std::size_t plain_end = begin;
    if (scanner_.peek() == '?') {
        scanner_.move_to(begin + 1);
        plain = "?";
        plain_end = begin + 1;
    } else {
        while (true) {
            const auto word = scanner_.word(!plain.empty());
            if (word.empty() || holds(kStops, word) || (plain.empty() && holds(kBeginnings, word)))
                break;
            if (!plain.empty()) plain += ' ';
            plain += word;
            plain_end = scanner_.position();
            scanner_.skip_blanks();
        }
    }
    if (best_length >= plain_end - begin && best_length > 0) {
        scanner_.move_to(begin + best_length);
        return best;
    }
    scanner_.move_to(plain_end);
    return plain;
}

std::string Parser::variable() {
    const std::string found = name();
    if (found.empty()) expected({"此处应为名称", "expected a name"});
    return found;
}

// A context's key: a string, or everything before the colon with single blanks.
std::string Parser::context_key() {
    scanner_.skip_blanks();
    std::string key;
    if (scanner_.peek() == '"') {
        const auto text = scanner_.string_literal();
        if (!text) {
            expected({"字符串没有结束", "the string is not closed"});
            return {};
        }
        key = *text;
    } else {
        constexpr std::string_view kMarks = "./-'+*?";
        while (true) {
            const char c = scanner_.peek();
            if (const auto word = scanner_.word(true); !word.empty()) {
                key += word;
            } else if (c != '\0' && kMarks.find(c) != std::string_view::npos) {
                key += c;
                scanner_.move_to(scanner_.position() + 1);
            } else {
                const std::size_t before = scanner_.position();
                scanner_.skip_blanks();
                if (scanner_.position() == before) break;
                key += ' ';
            }
        }
        while (!key.empty() && key.back() == ' ') key.pop_back();
        if (key.empty()) {
            expected({"此处应为名称或字符串", "expected a name or a string"});
            return {};
        }
    }
    if (!scanner_.take(":")) expected({"此处应为 :", "expected a colon"});
    return key;
}

// `start position:` before an argument.
bool Parser::argument_name(std::string& into) {
    scanner_.skip_blanks();
    const std::size_t begin = scanner_.position();
    std::string found;
    while (true) {
        const auto word = scanner_.word(!found.empty());
        if (word.empty()) break;
        if (!found.empty()) found += ' ';
        found += word;
        scanner_.skip_blanks();
    }
    if (!found.empty() && scanner_.peek() == ':') {
        scanner_.take(":");
        into = std::move(found);
        return true;
    }
    scanner_.move_to(begin);
    return false;
}

bool is_plain_name(std::string_view name) {
    bool plain = !name.empty() && Scanner::starts_name(static_cast<unsigned char>(name.front()));
    bool first = true;
    while (plain && !name.empty()) {
        const auto end = std::min(name.find(' '), name.size());
        const auto word = name.substr(0, end);
        plain = !word.empty() && !holds(kStops, word) && !(first && holds(kBeginnings, word)) &&
                std::all_of(word.begin(), word.end(), [](char c) {
                    return Scanner::continues_name(static_cast<unsigned char>(c));
                });
        name.remove_prefix(end == name.size() ? end : end + 1);
        first = false;
    }
    return plain;
}

// From here on `name` is known; names that plain words don't make are remembered as they are.
void Parser::declare(std::string_view name) {
    locals_.push_back(dialect_.names.intern(name));
    if (!is_plain_name(name) &&
        std::find(specials_.begin(), specials_.end(), name) == specials_.end())
        specials_.emplace_back(name);
}

bool Parser::is_local(Symbol symbol) const {
    return std::find(locals_.begin(), locals_.end(), symbol) != locals_.end();
}

void Parser::note_free(Symbol symbol) { free_.insert(symbol); }

Parser::Index Parser::emit(Op op, Index a, Index b, Index c) {
    program->nodes.push_back({op, a, b, c});
    return static_cast<Index>(program->nodes.size() - 1);
}

Parser::Index Parser::constant(const Value& value) {
    program->constants.push_back(value);
    return emit(Op::Constant, static_cast<Index>(program->constants.size() - 1));
}

Parser::Index Parser::append(const std::vector<Index>& operands) {
    const auto at = static_cast<Index>(program->operands.size());
    program->operands.insert(program->operands.end(), operands.begin(), operands.end());
    return at;
}

// Only scalars are folded: a list would keep its parts in the program for nothing.
Parser::Index Parser::folded(Index index) {
    if (failed_) return index;
    const Node node = program->nodes[index];
    bool constant_parts = true;
    if (node.op == Op::CallBuiltin) {
        for (Index i = 0; i < node.b; ++i)
            constant_parts = constant_parts && is_constant(program->operands[node.a + i]);
    } else {
        constant_parts = is_constant(node.a) &&
                         (node.op == Op::Negate || node.op == Op::Path || is_constant(node.b));
    }
    if (!constant_parts) return index;
    Evaluation evaluation{.memory = program->memory, .steps_left = 1000};
    const Value value = program->run(index, nullptr, Scope{}, evaluation);
    switch (value.type()) {
        case Type::Null:
        case Type::List:
        case Type::Context:
        case Type::Range:
        case Type::Function: return index;
        default: return constant(value);
    }
}

void Parser::report(std::string code, std::size_t position, Text what, Text mend) {
    constexpr std::size_t kFindingsMax = 20;
    if (findings.size() >= kFindingsMax) return;
    findings.push_back({Severity::Error,
                        {std::move(code), std::move(what), std::move(mend),
                         scanner_.place(position, dialect_.at)}});
}

Parser::Index Parser::expected(Text what) {
    if (!failed_) {
        scanner_.skip_blanks();
        report("syntax", scanner_.position(), std::move(what));
    }
    finish();
    return 0;
}

void Parser::finish() {
    failed_ = true;
    scanner_.move_to(scanner_.text().size());
}

}  // namespace yinuo::feel
