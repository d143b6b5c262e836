// Points and ranges to one another (DMN 1.5, table 78: Allen's relations), and range().
#include <new>

#include "feel/builtin.h"
#include "feel/parser.h"

namespace yinuo::feel {

namespace {

// A point or a range, seen as a range with both ends; a point is a range that holds only itself.
struct Span {
    Value begin;
    Value end;
    bool begin_included = true;
    bool end_included = true;
    bool point = true;
};

std::optional<Span> span_of(const Value& value) {
    if (value.is_null() || value.type() == Type::List || value.type() == Type::Context)
        return std::nullopt;
    if (value.type() != Type::Range) return Span{value, value};
    const RangeValue& range = value.as_range();
    if (range.form == RangeValue::Form::Equal)
        return Span{range.begin, range.begin, true, true, false};
    if (range.form == RangeValue::Form::NotEqual) return std::nullopt;
    return Span{range.begin, range.end, range.begin_included, range.end_included, false};
}

// Answers `relation(a, b)` for two spans; null when two ends have no order.
class Compare {
public:
    int operator()(const Value& a, const Value& b) {
        if (a.is_null() || b.is_null()) {
            known_ = false;
            return 0;
        }
        const auto side = order(a, b);
        if (!side) known_ = false;
        return !side || *side == 0 ? 0 : *side < 0 ? -1 : 1;
    }
    bool known() const { return known_; }

private:
    bool known_ = true;
};

bool before(const Span& a, const Span& b, Compare& compare) {
    const int side = compare(a.end, b.begin);
    return side < 0 || (side == 0 && (!a.end_included || !b.begin_included));
}

bool meets(const Span& a, const Span& b, Compare& compare) {
    return a.end_included && b.begin_included && compare(a.end, b.begin) == 0;
}

bool overlaps(const Span& a, const Span& b, Compare& compare) {
    const int left = compare(a.end, b.begin);
    const int right = compare(b.end, a.begin);
    return (left > 0 || (left == 0 && a.end_included && b.begin_included)) &&
           (right > 0 || (right == 0 && b.end_included && a.begin_included));
}

bool overlaps_before(const Span& a, const Span& b, Compare& compare) {
    const int starts = compare(a.begin, b.begin);
    const int middle = compare(a.end, b.begin);
    const int ends = compare(a.end, b.end);
    return (starts < 0 || (starts == 0 && a.begin_included && !b.begin_included)) &&
           (middle > 0 || (middle == 0 && a.end_included && b.begin_included)) &&
           (ends < 0 || (ends == 0 && (!a.end_included || b.end_included)));
}

bool overlaps_after(const Span& a, const Span& b, Compare& compare) {
    const int middle = compare(b.end, a.begin);
    const int starts = compare(b.begin, a.begin);
    const int ends = compare(b.end, a.end);
    return (middle > 0 || (middle == 0 && b.end_included && a.begin_included)) &&
           (starts < 0 || (starts == 0 && b.begin_included && !a.begin_included)) &&
           (ends < 0 || (ends == 0 && (!b.end_included || a.end_included)));
}

bool includes(const Span& a, const Span& b, Compare& compare) {
    const int starts = compare(a.begin, b.begin);
    const int ends = compare(a.end, b.end);
    return (starts < 0 || (starts == 0 && (a.begin_included || !b.begin_included))) &&
           (ends > 0 || (ends == 0 && (a.end_included || !b.end_included)));
}

bool finishes(const Span& a, const Span& b, Compare& compare) {
    if (compare(a.end, b.end) != 0 || a.end_included != b.end_included) return false;
    if (a.point) return true;
    const int starts = compare(a.begin, b.begin);
    return starts > 0 || (starts == 0 && (!a.begin_included || b.begin_included));
}

bool starts(const Span& a, const Span& b, Compare& compare) {
    if (compare(a.begin, b.begin) != 0 || a.begin_included != b.begin_included) return false;
    if (a.point) return true;
    const int ends = compare(a.end, b.end);
    return ends < 0 || (ends == 0 && (!a.end_included || b.end_included));
}

bool coincides(const Span& a, const Span& b, Compare& compare) {
    return compare(a.begin, b.begin) == 0 && compare(a.end, b.end) == 0 &&
           a.begin_included == b.begin_included && a.end_included == b.end_included;
}

using Relation = bool (*)(const Span&, const Span&, Compare&);

enum class Takes : std::uint8_t { Anything, RangeSecond, Ranges };

template <Relation relation, bool swapped, Takes takes>
Value related(const Call& call) {
    const auto first = span_of(call[swapped ? 1 : 0]);
    const auto second = span_of(call[swapped ? 0 : 1]);
    if (!first || !second) return call.fail("points or ranges are wanted");
    if ((takes != Takes::Anything && second->point) || (takes == Takes::Ranges && first->point))
        return call.fail("a range is wanted");
    Compare compare;
    const bool answer = relation(*first, *second, compare);
    return compare.known() ? Value::boolean(answer) : call.fail("the ends have no order");
}

// The value of a text that is one literal; null if it is anything else.
Value literal(std::string_view text, const Call& call) {
    Names names;
    const Dialect dialect{.names = names, .zones = call.zones};
    Parser parser(text, dialect);
    parser.parse_expression();
    if (!parser.findings.empty()) return Value::null();
    const auto& program = *parser.program;
    const Node& root = program.nodes[program.root];
    // One node, or three for -1 and date("2026-02-28"); 1 + 1 is folded too, but is no literal.
    constexpr std::size_t kNodesMax = 3;
    return root.op == Op::Constant && program.nodes.size() <= kNodesMax
               ? copy(program.constants[root.a], call.memory())
               : Value::null();
}

// range("[1..3]"): literals as ends, nothing else. An end that is open may be left away.
Value range(const Call& call) {
    constexpr std::string_view kHow =
        "a range is written [1..3], (1..3], [1..3), (1..3), (..3] or [1..)";
    if (!call.has(0, Type::String)) return call.fail(kHow);
    auto text = call[0].as_string();
    if (!call.spend(text.size())) return Value::null();
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    const auto trim = [&](std::string_view part) {
        while (!part.empty() && blank(part.front())) part.remove_prefix(1);
        while (!part.empty() && blank(part.back())) part.remove_suffix(1);
        return part;
    };
    text = trim(text);
    if (text.size() < 4) return call.fail(kHow);
    const char opening = text.front();
    const char closing = text.back();
    text = text.substr(1, text.size() - 2);
    bool quoted = false;
    std::size_t dots = 0;
    while (dots + 1 < text.size() && (quoted || text[dots] != '.' || text[dots + 1] != '.')) {
        if (text[dots] == '"') quoted = !quoted;
        ++dots;
    }
    const bool brackets = (opening == '[' || opening == '(' || opening == ']') &&
                          (closing == ']' || closing == ')' || closing == '[');
    if (!brackets || dots + 1 >= text.size()) return call.fail(kHow);
    const auto first = trim(text.substr(0, dots));
    const auto last = trim(text.substr(dots + 2));
    auto* result = new (call.memory().take(sizeof(RangeValue), alignof(RangeValue))) RangeValue();
    result->begin = first.empty() ? Value::null() : literal(first, call);
    result->end = last.empty() ? Value::null() : literal(last, call);
    result->begin_included = opening == '[';
    result->end_included = closing == ']';
    if (first.empty() || last.empty()) result->form = RangeValue::Form::Comparison;
    const bool begin_wrong = first.empty() ? result->begin_included : result->begin.is_null();
    const bool end_wrong = last.empty() ? result->end_included : result->end.is_null();
    if (begin_wrong || end_wrong || (first.empty() && last.empty())) return call.fail(kHow);
    if (!first.empty() && !last.empty()) {
        const auto side = order(result->begin, result->end);
        if (!side || *side > 0) return call.fail("the ends of the range are in the wrong order");
    }
    return Value::range(result);
}

constexpr std::string_view kTwoAny = "point1,point2|point,range|range,point|range1,range2";
constexpr std::string_view kTwoRanges = "range1,range2";
constexpr std::string_view kPointInRange = "point,range|range1,range2";
constexpr std::string_view kRangeAround = "range,point|range1,range2";

constexpr Builtin kBuiltins[] = {
    {"before", kTwoAny, related<before, false, Takes::Anything>},
    {"after", kTwoAny, related<before, true, Takes::Anything>},
    {"meets", kTwoRanges, related<meets, false, Takes::Ranges>},
    {"met by", kTwoRanges, related<meets, true, Takes::Ranges>},
    {"overlaps", kTwoRanges, related<overlaps, false, Takes::Ranges>},
    {"overlaps before", kTwoRanges, related<overlaps_before, false, Takes::Ranges>},
    {"overlaps after", kTwoRanges, related<overlaps_after, false, Takes::Ranges>},
    {"finishes", kPointInRange, related<finishes, false, Takes::RangeSecond>},
    {"finished by", kRangeAround, related<finishes, true, Takes::RangeSecond>},
    {"starts", kPointInRange, related<starts, false, Takes::RangeSecond>},
    {"started by", kRangeAround, related<starts, true, Takes::RangeSecond>},
    {"includes", kRangeAround,
     [](const Call& call) {
         return call[0].type() == Type::Range ? related<includes, false, Takes::Anything>(call)
                                              : call.fail("a range is wanted");
     }},
    {"during", kPointInRange,
     [](const Call& call) {
         return call[1].type() == Type::Range ? related<includes, true, Takes::Anything>(call)
                                              : call.fail("a range is wanted");
     }},
    {"coincides", "point1,point2|range1,range2", related<coincides, false, Takes::Anything>},
    {"range", "from", range},
};

}  // namespace

std::span<const Builtin> range_builtins() { return kBuiltins; }

}  // namespace yinuo::feel
