// Functions on strings, and not(). Positions count characters (code points) from 1.
#include <clocale>
#include <cstdio>
#include <cwctype>

#include <re2/re2.h>

#include "feel/builtin.h"

namespace yinuo::feel {

namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::size_t length(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += begins_character(c) ? 1 : 0;
    return count;
}

// The byte at which character number `index` (from 0) begins; the size if there is none.
std::size_t byte_of(std::string_view text, std::size_t index) {
    std::size_t at = 0;
    for (; at < text.size(); ++at)
        if (begins_character(text[at]) && index-- == 0) return at;
    return at;
}

// Both arguments as strings, or nullopt.
struct Two {
    std::string_view first;
    std::string_view second;
};
std::optional<Two> two_strings(const Call& call) {
    if (!call.has(0, Type::String) || !call.has(1, Type::String)) return std::nullopt;
    return Two{call[0].as_string(), call[1].as_string()};
}

constexpr std::string_view kWantsStrings = "strings are wanted";

Value substring(const Call& call) {
    if (!call.has(0, Type::String) || !call.has(1, Type::Number))
        return call.fail("substring(string, start, length)");
    const auto text = call[0].as_string();
    const auto whole_start = call[1].as_number().round(0, Rounding::Down);
    const std::int64_t start = whole_start ? whole_start->to_int64().value_or(0) : 0;
    const auto size = static_cast<std::int64_t>(length(text));
    if (start == 0 || start > size || start < -size)
        return call.fail("the start position lies outside the string");
    const std::int64_t begin = start > 0 ? start - 1 : size + start;
    std::int64_t count = size - begin;
    if (call.size() > 2 && !call[2].is_null()) {
        if (!call.has(2, Type::Number)) return call.fail("the length must be a number");
        const auto whole = call[2].as_number().round(0, Rounding::Down);
        const auto wanted = whole ? whole->to_int64() : std::nullopt;
        if (!wanted || *wanted < 1) return call.fail("the length must be at least 1");
        count = std::min(count, *wanted);
    }
    const std::size_t from = byte_of(text, static_cast<std::size_t>(begin));
    const std::size_t to = from + byte_of(text.substr(from), static_cast<std::size_t>(count));
    return Value::string(text.substr(from, to - from));
}

Value string_length(const Call& call) {
    if (!call.has(0, Type::String)) return call.fail(kWantsStrings);
    return Value::number(Decimal(static_cast<std::int64_t>(length(call[0].as_string()))));
}

// Simple case mappings of all of Unicode, the same in every environment.
locale_t unicode() {
    static const locale_t kLocale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return kLocale;
}

Value with_case(const Call& call, bool upper) {
    if (!call.has(0, Type::String)) return call.fail(kWantsStrings);
    std::string result;
    const auto text = call[0].as_string();
    if (!call.spend(text.size() / 16)) return Value::null();
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        if (first < 0x80) {
            const bool letter = upper ? first >= 'a' && first <= 'z' : first >= 'A' && first <= 'Z';
            result += static_cast<char>(letter ? first ^ 0x20 : first);
            ++i;
            continue;
        }
        std::size_t end = i + 1;
        while (end < text.size() && !begins_character(text[end])) ++end;
        const std::size_t size = end - i;
        if (unicode() == nullptr || size < 2 || size > 3) {
            result += text.substr(i, size);
        } else {
            std::uint32_t code = size == 2 ? first & 0x1FU : first & 0x0FU;
            for (std::size_t k = i + 1; k < end; ++k)
                code = code << 6 | (static_cast<unsigned char>(text[k]) & 0x3FU);
            const auto mapped = static_cast<std::uint32_t>(
                upper ? towupper_l(static_cast<wint_t>(code), unicode())
                      : towlower_l(static_cast<wint_t>(code), unicode()));
            if (mapped < 0x80) {
                result += static_cast<char>(mapped);
            } else if (mapped < 0x800) {
                result += static_cast<char>(0xC0 | mapped >> 6);
                result += static_cast<char>(0x80 | (mapped & 0x3F));
            } else {
                result += static_cast<char>(0xE0 | mapped >> 12);
                result += static_cast<char>(0x80 | (mapped >> 6 & 0x3F));
                result += static_cast<char>(0x80 | (mapped & 0x3F));
            }
        }
        i = end;
    }
    return call.text(result);
}

Value substring_before(const Call& call) {
    const auto two = two_strings(call);
    if (!two) return call.fail(kWantsStrings);
    const auto at = two->first.find(two->second);
    return Value::string(at == std::string_view::npos ? std::string_view()
                                                      : two->first.substr(0, at));
}

Value substring_after(const Call& call) {
    const auto two = two_strings(call);
    if (!two) return call.fail(kWantsStrings);
    const auto at = two->first.find(two->second);
    return Value::string(at == std::string_view::npos ? std::string_view()
                                                      : two->first.substr(at + two->second.size()));
}

template <typename Test>
Value tested(const Call& call, Test test) {
    const auto two = two_strings(call);
    return two ? Value::boolean(test(two->first, two->second)) : call.fail(kWantsStrings);
}

// --- Regular expressions (XPath 3.1, section 5.6), by RE2: linear in time, no back-references ---

// With the `x` flag blanks in the pattern mean nothing, except inside a class.
std::string without_blanks(std::string_view pattern) {
    std::string result;
    bool in_class = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\' && i + 1 < pattern.size()) {
            result += c;
            result += pattern[++i];
            continue;
        }
        if (c == '[') in_class = true;
        if (c == ']') in_class = false;
        if (!in_class && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
        result += c;
    }
    return result;
}

// The characters of a class without its brackets, as ranges; nullopt when it names them by \\d,
// \\p{L} and the like.
using CodeRanges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
std::optional<CodeRanges> class_members(std::string_view text) {
    CodeRanges ranges;
    bool open = false;  // after "a-"
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == '-' && !ranges.empty() && !open && i + 1 < text.size()) {
            open = true;
            ++i;
            continue;
        }
        if (text[i] == '\\') {
            constexpr std::string_view kPlain = "\\|.?*+(){}-[]^$";
            if (i + 1 >= text.size() || kPlain.find(text[i + 1]) == std::string_view::npos)
                return std::nullopt;
            ++i;
        }
        const std::size_t size = byte_of(text.substr(i), 1);
        std::uint32_t code = static_cast<unsigned char>(text[i]);
        if (size > 1) {
            code &= 0xFFU >> (size + 1);
            for (std::size_t k = 1; k < size; ++k)
                code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
        }
        if (open)
            ranges.back().second = code;
        else
            ranges.emplace_back(code, code);
        open = false;
        i += size;
    }
    return ranges;
}

// [A-Z-[OI]] as a class without subtraction, which RE2 does not have.
std::optional<std::string> subtracted(std::string_view from, std::string_view without) {
    const auto members = class_members(from);
    const auto gone = class_members(without);
    if (!members || !gone) return std::nullopt;
    CodeRanges left = *members;
    for (const auto& [begin, end] : *gone) {
        CodeRanges next;
        for (const auto& [first, last] : left) {
            if (end < first || begin > last) {
                next.emplace_back(first, last);
                continue;
            }
            if (first < begin) next.emplace_back(first, begin - 1);
            if (last > end) next.emplace_back(end + 1, last);
        }
        left = std::move(next);
    }
    if (left.empty()) return std::nullopt;
    std::string result = "[";
    char spelled[40];
    for (const auto& [first, last] : left) {
        std::snprintf(spelled, sizeof spelled, "\\x{%X}-\\x{%X}", first, last);
        result += spelled;
    }
    return result + "]";
}

// XPath's own escapes in RE2's spelling: \i begins an XML name, \c continues one. nullopt: what
// XPath does not have (\b, (?i), back-references too, which RE2 cannot match).
std::optional<std::string> in_re2(std::string_view pattern) {
    constexpr std::string_view kEscapes = "nrt\\|.?*+(){}-[]^$sSdDwWpP";
    std::string result;
    bool in_class = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
        if (c == '(' && next == '?' && !in_class && pattern.substr(i, 3) != "(?:")
            return std::nullopt;
        if (c == '[' && !in_class) {
            // A subtraction ends the class: "-[" with "]]" after it.
            const auto end = pattern.find(']', i);
            const auto minus = pattern.substr(0, end).find("-[", i);
            if (minus != std::string_view::npos && pattern.substr(end).starts_with("]]")) {
                const auto without = pattern.substr(minus + 2, end - minus - 2);
                const auto both = subtracted(pattern.substr(i + 1, minus - i - 1), without);
                if (!both) return std::nullopt;
                result += *both;
                i = end + 1;
                continue;
            }
        }
        if (c == '[') in_class = true;
        if (c == ']') in_class = false;
        if (c != '\\') {
            result += c;
            continue;
        }
        ++i;
        if (next == 'i' || next == 'c') {
            const std::string_view members = next == 'i' ? "\\p{L}_:" : "\\p{L}\\p{N}_:.\\-";
            result += in_class ? std::string(members) : "[" + std::string(members) + "]";
        } else if (next == 'I' || next == 'C') {
            if (in_class) return std::nullopt;
            result += next == 'I' ? "[^\\p{L}_:]" : "[^\\p{L}\\p{N}_:.\\-]";
        } else if (next != '\0' && kEscapes.find(next) != std::string_view::npos) {
            result += c;
            result += next;
        } else {
            return std::nullopt;
        }
    }
    return result;
}

// The pattern in RE2's spelling; nullopt for flags and escapes that do not exist.
std::optional<std::string> translated(std::string_view pattern, std::string_view flags) {
    std::string prefix;
    bool blanks = false;
    bool literal = false;
    for (const char flag : flags) {
        if (flag == 'x')
            blanks = true;
        else if (flag == 'q')
            literal = true;
        else if (flag == 'i' || flag == 's' || flag == 'm')
            prefix += flag;
        else
            return std::nullopt;
    }
    const auto text = literal  ? std::optional(RE2::QuoteMeta(pattern))
                      : blanks ? in_re2(without_blanks(pattern))
                               : in_re2(pattern);
    if (!text) return std::nullopt;
    return prefix.empty() ? text : "(?" + prefix + ")" + *text;
}

// Flags: the argument at `at`, which may be null or missing.
std::optional<std::string> pattern_of(const Call& call, std::size_t at) {
    if (!call.has(1, Type::String)) return std::nullopt;
    std::string_view flags;
    if (at < call.size() && !call[at].is_null()) {
        if (!call.has(at, Type::String)) return std::nullopt;
        flags = call[at].as_string();
    }
    return translated(call[1].as_string(), flags);
}

RE2::Options quiet() {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    return options;
}

constexpr std::string_view kBadPattern = "the pattern is not a regular expression we know";

Value matches(const Call& call) {
    if (!two_strings(call)) return call.fail(kWantsStrings);
    const auto pattern = pattern_of(call, 2);
    if (!pattern || !call.spend(8 + call[0].as_string().size() / 64)) return call.fail(kBadPattern);
    const RE2 expression(*pattern, quiet());
    if (!expression.ok()) return call.fail(kBadPattern);
    return Value::boolean(RE2::PartialMatch(call[0].as_string(), expression));
}

// "$1" becomes "\1", "\$" a dollar. nullopt: a lone dollar or backslash, or a group beyond 9.
std::optional<std::string> replacement_of(std::string_view text, int groups) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (c == '$') {
            if (next < '0' || next > '9') return std::nullopt;
            if (next - '0' <= groups) {
                result += '\\';
                result += next;
            }
            ++i;
        } else if (c == '\\') {
            if (next != '\\' && next != '$') return std::nullopt;
            result += next == '\\' ? "\\\\" : "$";
            ++i;
        } else {
            result += c;
        }
    }
    return result;
}

Value replace(const Call& call) {
    if (!two_strings(call) || !call.has(2, Type::String)) return call.fail(kWantsStrings);
    const auto pattern = pattern_of(call, 3);
    if (!pattern || !call.spend(8 + call[0].as_string().size() / 16)) return call.fail(kBadPattern);
    const RE2 expression(*pattern, quiet());
    if (!expression.ok()) return call.fail(kBadPattern);
    const auto replacement =
        replacement_of(call[2].as_string(), expression.NumberOfCapturingGroups());
    if (!replacement)
        return call.fail("in the replacement, $ is followed by a group's number and \\ by $ or \\");
    if (RE2::FullMatch("", expression)) return call.fail("the pattern matches the empty string");
    constexpr std::size_t kResultMax = 1 << 20;
    if (call[0].as_string().size() * (replacement->size() + 1) > kResultMax * 64)
        return call.fail("the result is too long");
    std::string text(call[0].as_string());
    RE2::GlobalReplace(&text, expression, *replacement);
    if (text.size() > kResultMax) return call.fail("the result is too long");
    return call.text(text);
}

Value split(const Call& call) {
    if (!two_strings(call)) return call.fail(kWantsStrings);
    const auto pattern = pattern_of(call, 2);
    if (!pattern || !call.spend(8 + call[0].as_string().size())) return call.fail(kBadPattern);
    const RE2 expression(*pattern, quiet());
    if (!expression.ok()) return call.fail(kBadPattern);
    const auto text = call[0].as_string();
    ListBuilder parts(call.memory());
    std::size_t begin = 0;
    std::size_t from = 0;
    re2::StringPiece found;
    while (from <= text.size() &&
           expression.Match(text, from, text.size(), RE2::UNANCHORED, &found, 1)) {
        const auto at = static_cast<std::size_t>(found.data() - text.data());
        if (found.empty()) {  // nothing to split at; look from the next character on
            from = at + 1;
            continue;
        }
        parts.add(Value::string(text.substr(begin, at - begin)));
        begin = from = at + found.size();
    }
    parts.add(Value::string(text.substr(begin)));
    return parts.value();
}

Value string_join(const Call& call) {
    std::string_view delimiter;
    if (call.size() > 1 && !call[1].is_null()) {
        if (!call.has(1, Type::String)) return call.fail("the delimiter must be a string");
        delimiter = call[1].as_string();
    }
    if (call[0].is_null()) return call.fail("a list of strings is wanted");
    std::string result;
    bool first = true;
    for (const Value& item : as_items(call[0])) {
        if (item.is_null()) continue;
        if (item.type() != Type::String) return call.fail("a list of strings is wanted");
        if (!first) result += delimiter;
        first = false;
        result += item.as_string();
        if (!call.spend(1) || result.size() > (1 << 20))
            return call.fail("the string is longer than 1 MiB");
    }
    return call.text(result);
}

Value string(const Call& call) {
    if (call[0].is_null() || call[0].type() == Type::String) return call[0];
    if (call[0].type() == Type::List && !call.spend(call[0].as_list().size())) return Value::null();
    return call.text(to_text(call[0]));
}

Value negation(const Call& call) {
    if (!call.has(0, Type::Boolean)) return call.fail("not() wants true or false");
    return Value::boolean(!call[0].as_boolean());
}

constexpr Builtin kBuiltins[] = {
    {"substring", "string,start position,length?", substring, true, true},
    {"string length", "string", string_length, true, true},
    {"upper case", "string", [](const Call& call) { return with_case(call, true); }, true, true},
    {"lower case", "string", [](const Call& call) { return with_case(call, false); }, true, true},
    {"substring before", "string,match", substring_before, true, true},
    {"substring after", "string,match", substring_after, true, true},
    {"contains", "string,match",
     [](const Call& call) {
         return tested(call, [](auto a, auto b) { return a.find(b) != std::string_view::npos; });
     },
     true, true},
    {"starts with", "string,match",
     [](const Call& call) { return tested(call, [](auto a, auto b) { return a.starts_with(b); }); },
     true, true},
    {"ends with", "string,match",
     [](const Call& call) { return tested(call, [](auto a, auto b) { return a.ends_with(b); }); },
     true, true},
    {"matches", "input,pattern,flags?", matches, true, true},
    {"replace", "input,pattern,replacement,flags?", replace, true, true},
    {"split", "string,delimiter", split, true, true},
    {"string join", "list,delimiter?", string_join},
    {"string", "from", string},
    {"not", "negand", negation, true, true},
};

}  // namespace

std::span<const Builtin> text_builtins() { return kBuiltins; }

}  // namespace yinuo::feel
