#include "promise/comparisons.h"

#include <algorithm>
#include <array>

namespace yinuo::promise {
namespace {

enum class Kind { Word, Number, Text, Sign, End };

struct Token {
    Kind kind = Kind::End;
    std::string text;
    std::size_t character = 0;
    std::size_t line = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (static_cast<unsigned char>(c) & 0x80) != 0;
}

// FEEL's words, as far as this page needs them.
std::vector<Token> scan(std::string_view text) {
    std::vector<Token> tokens;
    std::size_t i = 0, character = 0, line = 0;
    const auto step = [&] {
        if (text[i] == '\n') {
            ++line;
            character = 0;
        } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
            ++character;
        }
        ++i;
    };
    while (i < text.size()) {
        const char c = text[i];
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            step();
            continue;
        }
        Token token{.kind = Kind::Sign, .text = {}, .character = character, .line = line};
        if (is_letter(c)) {
            token.kind = Kind::Word;
            while (i < text.size() && (is_letter(text[i]) || is_digit(text[i])))
                token.text += text[i], step();
        } else if (is_digit(c)) {
            token.kind = Kind::Number;
            const auto goes_on = [&] {
                return i < text.size() &&
                       (is_digit(text[i]) ||
                        (text[i] == '.' && i + 1 < text.size() && is_digit(text[i + 1])));
            };
            while (goes_on()) token.text += text[i], step();
        } else if (c == '"') {
            token.kind = Kind::Text;
            step();
            while (i < text.size() && text[i] != '"') {
                if (text[i] == '\\' && i + 1 < text.size()) step();
                token.text += text[i];
                step();
            }
            if (i < text.size()) step();
        } else {
            token.text += c;
            step();
            if ((c == '<' || c == '>' || c == '!') && i < text.size() && text[i] == '=')
                token.text += '=', step();
        }
        tokens.push_back(std::move(token));
    }
    tokens.push_back({.kind = Kind::End, .text = {}, .character = character, .line = line});
    return tokens;
}

constexpr std::array<std::string_view, 13> kKeywords = {
    "and",  "or",  "in",    "not",     "if",       "then",    "else",
    "some", "for", "every", "between", "instance", "function"};
bool is_keyword(std::string_view word) {
    return std::ranges::find(kKeywords, word) != kKeywords.end();
}

class Row {
public:
    explicit Row(const std::vector<Token>& tokens) : tokens_(tokens) {}

    std::optional<std::vector<std::vector<Comparison>>> read() {
        std::vector<std::vector<Comparison>> all(1);
        for (;;) {
            auto one = comparison();
            if (!one) return std::nullopt;
            all.back().push_back(std::move(*one));
            if (at_end()) return all;
            if (word("and")) continue;
            if (!word("or")) return std::nullopt;
            all.emplace_back();
        }
    }

private:
    const Token& here() const { return tokens_[i_]; }
    bool at_end() const { return here().kind == Kind::End; }
    bool word(std::string_view w) {
        if (here().kind != Kind::Word || here().text != w) return false;
        ++i_;
        return true;
    }
    bool sign(std::string_view s) {
        if (here().kind != Kind::Sign || here().text != s) return false;
        ++i_;
        return true;
    }

    std::string name() {
        std::string name;
        while (here().kind == Kind::Word && !is_keyword(here().text)) {
            if (!name.empty()) name += ' ';
            name += here().text;
            ++i_;
        }
        return name;
    }

    std::optional<Comparison> comparison() {
        if (word("not")) {
            if (!sign("(")) return std::nullopt;
            auto inner = name();
            if (inner.empty() || !sign(")")) return std::nullopt;
            return Comparison{std::move(inner), "=", {"false"}, false};
        }
        Comparison one;
        one.name = name();
        if (one.name.empty()) return std::nullopt;
        if ((one.name == "local time" || one.name == "local date") && sign("(")) {
            if (!word("at") || !sign(")")) return std::nullopt;
            one.name += "(at)";
        }
        if (word("in")) {
            if (!sign("(") && !sign("[")) return std::nullopt;
            one.sign = "=";
            do {
                if (!value(one)) return std::nullopt;
            } while (sign(","));
            if (!sign(")") && !sign("]")) return std::nullopt;
            return one;
        }
        if (here().kind != Kind::Sign ||
            std::string_view("= != < <= > >=").find(here().text) == std::string_view::npos) {
            if (!at_end() && here().kind != Kind::Word) return std::nullopt;
            one.sign = "=";
            one.values = {"true"};
            return one;
        }
        one.sign = here().text;
        ++i_;
        if (one.sign == "!" || !value(one)) return std::nullopt;
        return one;
    }

    bool value(Comparison& into) {
        const Token& token = here();
        if (token.kind == Kind::Text) {
            into.is_text = true;
            into.values.push_back(token.text);
            ++i_;
            return true;
        }
        if (token.kind == Kind::Number) {
            into.values.push_back(token.text);
            ++i_;
            return true;
        }
        if (token.kind == Kind::Word && (token.text == "true" || token.text == "false")) {
            into.values.push_back(token.text);
            ++i_;
            return true;
        }
        // duration("PT16H"), time("16:00:00"), date("2026-03-01")
        const std::string function = name();
        if (function != "duration" && function != "time" && function != "date") return false;
        if (!sign("(") || here().kind != Kind::Text) return false;
        into.values.push_back(function + "(" + here().text + ")");
        ++i_;
        return sign(")");
    }

    const std::vector<Token>& tokens_;
    std::size_t i_ = 0;
};

}  // namespace

std::optional<std::vector<std::vector<Comparison>>> alternatives(std::string_view text) {
    const auto tokens = scan(text);
    return Row(tokens).read();
}

std::vector<Mention> kinds_mentioned(std::string_view text) {
    const auto tokens = scan(text);
    const auto is = [&](std::size_t i, std::string_view word) {
        return i < tokens.size() && tokens[i].text == word && tokens[i].kind != Kind::Text;
    };
    std::vector<Mention> kinds;
    const auto take = [&](std::size_t i) {
        if (i < tokens.size() && tokens[i].kind == Kind::Text)
            kinds.push_back({tokens[i].text, tokens[i].character, tokens[i].line});
    };
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (tokens[i].kind != Kind::Word) continue;
        const auto& word = tokens[i].text;
        if (word == "fact") {
            if (is(i + 1, "=") || is(i + 1, "!=")) take(i + 2);
            if (is(i + 1, "in"))
                for (std::size_t k = i + 2; k < tokens.size() && !is(k, ")") && !is(k, "]") &&
                                            tokens[k].kind != Kind::Word;
                     ++k)
                    take(k);
        }
        if ((word == "latest" || word == "earliest" || word == "facts") && is(i + 1, "("))
            take(i + 2);
    }
    return kinds;
}

std::vector<std::string> members_mentioned(std::string_view text) {
    const auto tokens = scan(text);
    std::vector<std::string> members;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (tokens[i].kind != Kind::Sign || tokens[i].text != ".") continue;
        std::string name;
        for (std::size_t k = i + 1; k < tokens.size() && tokens[k].kind == Kind::Word; ++k) {
            if (!name.empty()) name += ' ';
            name += tokens[k].text;
            members.push_back(name);
        }
    }
    return members;
}

std::vector<std::string> texts_mentioned(std::string_view text) {
    std::vector<std::string> texts;
    for (auto& token : scan(text))
        if (token.kind == Kind::Text) texts.push_back(std::move(token.text));
    return texts;
}

bool calls(std::string_view text, std::string_view function) {
    const auto tokens = scan(text);
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i)
        if (tokens[i].kind == Kind::Word && tokens[i].text == function &&
            tokens[i + 1].text == "(" && tokens[i + 1].kind == Kind::Sign)
            return true;
    return false;
}

}  // namespace yinuo::promise
