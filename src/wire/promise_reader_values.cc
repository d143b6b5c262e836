// Single values: formulas, limits, numbers, words.
#include <algorithm>

#include "promise/comparisons.h"
#include "wire/promise_reader.h"

namespace yinuo::wire {

using promise::Condition;
using promise::Formula;
using promise::Limit;

bool PromiseReader::expect_scalar(const Yaml& node) {
    if (node.is_scalar()) return true;
    if (node.kind != Yaml::Kind::Empty)
        error("wrong-kind", node.place, {"这里应是单个值", "a single value should be here"},
              node.flow
                  ? Text{"若是公式，请整个加引号", "if it is a formula, quote the whole of it"}
                  : Text{});
    return false;
}

std::optional<Formula> PromiseReader::formula(const Yaml& node) {
    if (!expect_scalar(node)) return std::nullopt;
    return formula(node.text, node.place);
}

std::optional<Formula> PromiseReader::formula(std::string_view text, const Place& place) {
    const feel::Dialect dialect{.names = context_.names,
                                .zones = &context_.zones,
                                .host = &context_.host,
                                .special_names = special_names_,
                                .at = place};
    auto compiled = feel::Expression::compile(text, dialect);
    if (!compiled) {
        for (auto& finding : compiled.error()) {
            if (finding.error.place.path.empty()) finding.error.place.path = path_;
            findings_.push_back(std::move(finding));
        }
        return std::nullopt;
    }
    for (const auto& member : promise::members_mentioned(text))
        promise_.members_read.push_back(context_.names.intern(member));
    return Formula{std::move(*compiled), place};
}

std::optional<Condition> PromiseReader::condition(const Yaml& node) {
    if (!expect_scalar(node)) return std::nullopt;
    return condition(node.text, node.place);
}

std::optional<Condition> PromiseReader::condition(std::string_view text, const Place& place) {
    auto compiled = formula(text, place);
    if (!compiled) return std::nullopt;
    Symbol kind = Symbol::None;
    const auto constant = compiled->expression.required_constant(context_.names.intern("fact"));
    if (!constant.empty()) kind = context_.names.intern(constant);
    const auto plain = promise::alternatives(text);
    const bool is_all = kind != Symbol::None && plain && plain->size() == 1 &&
                        plain->front().size() == 1 && plain->front().front().values.size() == 1;
    return Condition{std::move(*compiled), kind, is_all};
}

promise::OptionalCondition PromiseReader::condition(YamlKeys& keys, std::string_view key) {
    const Yaml* node = keys.take(key);
    return node == nullptr ? std::nullopt : condition(*node);
}

std::optional<Formula> PromiseReader::formula(YamlKeys& keys, std::string_view key) {
    const Yaml* node = keys.take(key);
    return node == nullptr ? std::nullopt : formula(*node);
}

std::optional<Limit> PromiseReader::limit_of_any_zone(const Yaml& node) {
    if (!expect_scalar(node)) return std::nullopt;
    auto parsed = promise::parse_limit(node.text, promise_.schedule_names, default_schedule_);
    if (!parsed) {
        error(parsed.error().code, node.place, parsed.error().what, parsed.error().mend);
        return std::nullopt;
    }
    if (parsed->schedule >= 0) schedules_used_[static_cast<std::size_t>(parsed->schedule)] = true;
    return *parsed;
}

std::optional<Limit> PromiseReader::limit(const Yaml& node) {
    const auto parsed = limit_of_any_zone(node);
    if (!parsed) return std::nullopt;
    const bool days = parsed->unit == promise::Unit::Days || parsed->unit == promise::Unit::Months;
    if (days && parsed->schedule < 0 && !zone_given_)
        error("needs-zone", node.place,
              {"「" + node.text + "」要看当地的日子，却没有写 zone",
               "\"" + node.text + "\" needs local days, and no zone is given"},
              {"在承诺里写 zone: Asia/Shanghai",
               "write zone: Asia/Shanghai (or yours) in the promise"});
    return parsed;
}

std::optional<Millis> PromiseReader::clock(const Yaml& node) {
    const auto parsed = limit_of_any_zone(node);
    if (!parsed) return std::nullopt;
    if (parsed->unit != promise::Unit::Clock || parsed->from_opening) {
        error("wrong-unit", node.place, {"这里只能用钟表时间", "only clock time can stand here"},
              {"用 h、min、s 或 ms；一天写成 24 h", "use h, min, s or ms; for a day write 24 h"});
        return std::nullopt;
    }
    return Millis{parsed->amount};
}

std::optional<Decimal> PromiseReader::number(const Yaml& node) {
    if (!expect_scalar(node)) return std::nullopt;
    const auto value = Decimal::parse(node.text);
    if (!value)
        error("bad-number", node.place,
              {"「" + node.text + "」不是数", "\"" + node.text + "\" is no number"});
    return value;
}

std::optional<std::int64_t> PromiseReader::integer(const Yaml& node, std::int64_t least,
                                                   std::int64_t most) {
    if (!expect_scalar(node)) return std::nullopt;
    const auto value = Decimal::parse(node.text);
    const auto whole = value ? value->to_int64() : std::nullopt;
    if (whole && *whole >= least && *whole <= most) return whole;
    const std::string from = std::to_string(least), to = std::to_string(most);
    error("bad-number", node.place,
          {"「" + node.text + "」应是 " + from + " 到 " + to + " 的整数",
           "\"" + node.text + "\" should be a whole number from " + from + " to " + to});
    return std::nullopt;
}

std::optional<bool> PromiseReader::truth(const Yaml& node) {
    if (!expect_scalar(node)) return std::nullopt;
    if (node.text == "true" || node.text == "yes") return true;
    if (node.text == "false" || node.text == "no") return false;
    error("bad-value", node.place,
          {"「" + node.text + "」应是 true 或 false",
           "\"" + node.text + "\" should be true or false"});
    return std::nullopt;
}

Text PromiseReader::text(const Yaml& node) {
    if (node.is_scalar()) return {node.text, node.text};
    YamlKeys keys(node, findings_);
    const Yaml* zh = keys.take_scalar("zh");
    const Yaml* en = keys.take_scalar("en");
    keys.finish();
    Text text{zh != nullptr ? zh->text : "", en != nullptr ? en->text : ""};
    if (node.is_map() && (zh == nullptr) != (en == nullptr))
        warn("one-language", node.place,
             {zh == nullptr ? "缺少中文（zh）" : "缺少英文（en）",
              zh == nullptr ? "the Chinese text (zh) is missing"
                            : "the English text (en) is missing"});
    if (text.zh.empty()) text.zh = text.en;
    if (text.en.empty()) text.en = text.zh;
    return text;
}

std::optional<std::size_t> PromiseReader::word(const Yaml& node,
                                               std::vector<std::string_view> known) {
    if (!expect_scalar(node)) return std::nullopt;
    const auto found = std::ranges::find(known, node.text);
    if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
    error("unknown-word", node.place,
          {"这里不能写「" + node.text + "」", "\"" + node.text + "\" cannot stand here"},
          nearest_mend(node.text, known));
    return std::nullopt;
}

}  // namespace yinuo::wire
