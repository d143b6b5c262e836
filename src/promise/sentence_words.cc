// Conditions and durations in words.
#include <array>
#include <optional>

#include "promise/comparisons.h"
#include "promise/sentence.h"

namespace yinuo::promise {
namespace {

struct Verdict {
    std::string_view word;
    std::string_view zh;
    std::string_view en;
};
constexpr std::array<Verdict, 8> kVerdicts = {{
    {"void by us", "由企业取消", "is void by us"},
    {"started", "开始", "begins"},
    {"kept", "兑现", "is kept"},
    {"broken", "违约", "is broken"},
    {"void", "作废", "is void"},
    {"withheld", "暂缓补偿", "has its remedy withheld"},
    {"released", "恢复补偿", "has its remedy released"},
    {"waived", "免责", "is waived"},
}};

Text kind_in_words(const Promise& promise, const std::string& kind) {
    if (const auto named = promise.fact_names.find(kind); named != promise.fact_names.end())
        return {"『" + named->second.zh + "』", "\"" + named->second.en + "\""};
    for (const auto& verdict : kVerdicts) {
        const std::string ending = "." + std::string(verdict.word);
        if (!kind.ends_with(ending)) continue;
        const std::string clause = kind.substr(0, kind.size() - ending.size());
        const int index = promise.find_clause(clause);
        if (index < 0) continue;
        const Text& title = promise.clauses[static_cast<std::size_t>(index)].title;
        return {"『" + (title.zh.empty() ? clause : title.zh) + "』" + std::string(verdict.zh),
                "\"" + (title.en.empty() ? clause : title.en) + "\" " + std::string(verdict.en)};
    }
    return {"『" + kind + "』", "\"" + kind + "\""};
}

Text name_in_words(const std::string& name) {
    static constexpr std::array<std::array<std::string_view, 3>, 5> kKnown = {{
        {"late", "迟延", "lateness"},
        {"overdue", "逾期", "time overdue"},
        {"elapsed", "用时", "time taken"},
        {"local time(at)", "当地时间", "local time"},
        {"local date(at)", "当地日期", "local date"},
    }};
    for (const auto& known : kKnown)
        if (known[0] == name) return {std::string(known[1]), std::string(known[2])};
    return {name, name};
}

Text value_in_words(const std::string& value) {
    for (const std::string_view function : {"duration(", "time(", "date("}) {
        if (!value.starts_with(function)) continue;
        std::string inner = value.substr(function.size(), value.size() - function.size() - 1);
        if (function == "duration(") return duration_in_words(inner);
        if (function == "time(" && inner.size() == 8 && inner.ends_with(":00")) inner.resize(5);
        return {inner, inner};
    }
    return {value, value};
}

Text comparison_in_words(const Comparison& one) {
    const Text name = name_in_words(one.name);
    if (!one.is_text && one.values.size() == 1 && one.sign == "=") {
        if (one.values[0] == "true") return name;
        if (one.values[0] == "false") return {"非" + name.zh, "not " + name.en};
    }
    Text values;
    for (std::size_t i = 0; i < one.values.size(); ++i) {
        const Text value = value_in_words(one.values[i]);
        if (i > 0) values.zh += "或", values.en += " or ";
        values.zh += value.zh;
        values.en += value.en;
    }
    const bool moment =
        one.values.front().starts_with("time(") || one.values.front().starts_with("date(");
    static constexpr std::array<std::array<std::string_view, 5>, 6> kSigns = {{
        {"=", " 为 ", " is ", " 为 ", " is "},
        {"!=", " 不为 ", " is not ", " 不为 ", " is not "},
        {"<", "不足 ", " below ", "早于 ", " before "},
        {"<=", "不超过 ", " at most ", "不晚于 ", " not after "},
        {">", "超过 ", " more than ", "晚于 ", " after "},
        {">=", "达到 ", " at least ", "不早于 ", " from "},
    }};
    for (const auto& sign : kSigns)
        if (sign[0] == one.sign)
            return {name.zh + (name.zh == name.en && sign[1][0] != ' ' ? " " : "") +
                        std::string(sign[moment ? 3 : 1]) + values.zh,
                    name.en + std::string(sign[moment ? 4 : 2]) + values.en};
    return {};
}

Text quoted(std::string_view feel) {
    return {"「" + std::string(feel) + "」", "`" + std::string(feel) + "`"};
}

}  // namespace

Text condition_in_words(const Promise& promise, std::string_view feel) {
    // Both parts of an outer condition that a leg joins stand in brackets.
    if (feel.starts_with('(') && feel.ends_with(')')) {
        if (const auto middle = feel.find(") or (");
            middle != std::string_view::npos &&
            feel.find(") or (", middle + 1) == std::string_view::npos) {
            const Text a = condition_in_words(promise, feel.substr(1, middle - 1));
            const Text b =
                condition_in_words(promise, feel.substr(middle + 6, feel.size() - middle - 7));
            return {a.zh + "或" + b.zh, a.en + " or " + b.en};
        }
    }
    const auto rows = alternatives(feel);
    if (!rows) return quoted(feel);
    Text all;
    for (const auto& row : *rows) {
        Text kind, rest;
        for (const auto& one : row) {
            if (one.name == "fact" && one.sign == "=" && kind.zh.empty()) {
                for (const auto& value : one.values) {
                    const Text word = kind_in_words(promise, value);
                    if (!kind.zh.empty()) kind.zh += "或", kind.en += " or ";
                    kind.zh += word.zh;
                    kind.en += word.en;
                }
                continue;
            }
            const Text words = comparison_in_words(one);
            if (!rest.zh.empty()) rest.zh += "、", rest.en += " and ";
            rest.zh += words.zh;
            rest.en += words.en;
        }
        if (!all.zh.empty()) all.zh += "或", all.en += " or ";
        if (kind.zh.empty())
            all.zh += rest.zh, all.en += rest.en;
        else if (rest.zh.empty())
            all.zh += kind.zh, all.en += kind.en;
        else
            all.zh += kind.zh + "（" + rest.zh + "）", all.en += kind.en + " (" + rest.en + ")";
    }
    return all;
}

Text duration_in_words(std::string_view iso) {
    const Text as_written{std::string(iso), std::string(iso)};
    if (!iso.starts_with('P')) return as_written;
    std::int64_t millis = 0;
    bool time = false, any = false;
    for (std::size_t i = 1; i < iso.size();) {
        if (iso[i] == 'T') {
            time = true;
            ++i;
            continue;
        }
        std::int64_t n = 0;
        const std::size_t begin = i;
        while (i < iso.size() && iso[i] >= '0' && iso[i] <= '9' && i - begin < 9)
            n = n * 10 + (iso[i++] - '0');
        if (i == begin || i == iso.size()) return as_written;
        const char unit = iso[i++];
        const std::int64_t size = unit == 'D' && !time  ? 86'400'000
                                  : unit == 'H' && time ? 3'600'000
                                  : unit == 'M' && time ? 60'000
                                  : unit == 'S' && time ? 1000
                                                        : 0;
        if (size == 0) return as_written;
        millis += n * size;
        any = true;
    }
    if (!any) return as_written;
    return describe(Limit{.unit = Unit::Clock, .amount = millis}, {});
}

}  // namespace yinuo::promise
