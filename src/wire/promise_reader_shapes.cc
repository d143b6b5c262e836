// The eight shapes.
#include <array>

#include "wire/promise_reader.h"

namespace yinuo::wire {

using namespace promise;

namespace {

constexpr std::array<std::string_view, 8> kShapes = {"within", "by",    "window",  "never",
                                                     "always", "every", "at most", "rate"};

std::string shape_list() {
    std::string list;
    for (const auto shape : kShapes) list += (list.empty() ? "" : ", ") + std::string(shape);
    return list;
}

}  // namespace

// Takes the one shape key that a clause has. False when it has none or a broken one.
bool PromiseReader::read_shape(YamlKeys& keys, const Yaml& node, Clause& clause) {
    const Yaml* found = nullptr;
    std::string_view name;
    for (const auto shape : kShapes) {
        if (!keys.has(shape)) continue;
        const Yaml* value = keys.take(shape);
        if (!name.empty()) {
            error("two-shapes", value != nullptr ? value->place : node.place,
                  {"一个条款只能有一种形状，这里既有 " + std::string(name) + " 又有 " +
                       std::string(shape),
                   "a clause has one shape, and here are both " + std::string(name) + " and " +
                       std::string(shape)},
                  {"分成两个条款", "make two clauses of it"});
            return false;
        }
        name = shape;
        found = value;
    }
    if (name.empty()) {
        for (const auto shape : kShapes) keys.take(shape);
        error("no-shape", clause.place,
              {"条款「" + clause.name + "」没有说要做到什么",
               "clause \"" + clause.name + "\" doesn't say what is promised"},
              {"写上其中一个：" + shape_list(), "give it one of: " + shape_list()});
        return false;
    }
    for (const auto shape : kShapes) keys.take(shape);
    if (found == nullptr) return false;
    std::optional<Shape> shape;
    if (name == "within") shape = read_within(*found);
    if (name == "by") shape = read_by(*found);
    if (name == "window") shape = read_window(*found);
    if (name == "never") {
        if (auto what = condition(*found)) shape = Never{std::move(*what)};
    }
    if (name == "always") shape = read_always(*found);
    if (name == "every") {
        if (const auto interval = limit(*found)) shape = Every{*interval};
    }
    if (name == "at most") shape = read_at_most(*found);
    if (name == "rate") shape = read_rate(*found);
    if (!shape) return false;
    clause.shape = std::move(*shape);
    return true;
}

// within: 24 h | {amount: wait, unit: h} | [{if: …, limit: …}, …]
std::optional<Shape> PromiseReader::read_within(const Yaml& node) {
    Within within;
    if (node.is_scalar()) {
        const auto one = limit(node);
        if (!one) return std::nullopt;
        within.rows.push_back({.when = std::nullopt, .limit = *one, .amount = std::nullopt});
        return within;
    }
    bool whole = true;
    if (node.is_list()) {
        if (node.items.empty())
            error("empty-list", node.place, {"列表里一行也没有", "there is no row in this list"},
                  {"写一个时限，例如 24 h", "write a limit, for example 24 h"});
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            auto row = read_limit_row(node.items[i]);
            if (!row) {
                whole = false;
                continue;
            }
            if (!row->when && i + 1 < node.items.size())
                error("row-never-reached", node.items[i + 1].place,
                      {"前一行没有条件，这一行永远轮不到",
                       "the row before has no condition, so this one never counts"},
                      {"把没有 if 的一行放在最后", "put the row without \"if\" last"});
            within.rows.push_back(std::move(*row));
        }
    } else if (auto row = read_limit_row(node)) {
        within.rows.push_back(std::move(*row));
    }
    if (!whole || within.rows.empty()) return std::nullopt;
    return within;
}

std::optional<LimitRow> PromiseReader::read_limit_row(const Yaml& node) {
    YamlKeys keys(node, findings_);
    LimitRow row{.when = condition(keys, "if"), .limit = {}, .amount = formula(keys, "amount")};
    const Yaml* given = keys.take("limit");
    const Yaml* unit = keys.take_scalar("unit");
    keys.finish();
    if (!node.is_map()) return std::nullopt;
    if ((given != nullptr) == keys.has("amount")) {
        error("bad-row", node.place,
              {"这里要么写 limit，要么写 amount 和 unit",
               "either a limit, or an amount with its unit, stands here"});
        return std::nullopt;
    }
    if (given != nullptr) {
        const auto fixed = limit(*given);
        if (!fixed) return std::nullopt;
        row.limit = *fixed;
        return row;
    }
    if (unit == nullptr) {
        if (!keys.has("unit"))
            error("missing-key", node.place, {"缺少「unit」", "\"unit\" is missing"},
                  {"例如 unit: h 或 unit: work min on 日历名",
                   "for example unit: h, or unit: work min on NAME"});
        return std::nullopt;
    }
    const auto one = parse_unit(unit->text, promise_.schedule_names, default_schedule_);
    if (!one) {
        error(one.error().code, unit->place, one.error().what, one.error().mend);
        return std::nullopt;
    }
    if (one->schedule >= 0) schedules_used_[static_cast<std::size_t>(one->schedule)] = true;
    row.limit = *one;
    if (!row.amount) return std::nullopt;
    return row;
}

std::optional<Shape> PromiseReader::read_by(const Yaml& node) {
    if (node.is_scalar()) {
        auto at = formula(node);
        if (!at) return std::nullopt;
        return By{.at = std::move(*at)};
    }
    YamlKeys keys(node, findings_);
    const Yaml* at = keys.need("at");
    const Yaml* tolerance = keys.take("tolerance");
    keys.finish();
    auto instant = at != nullptr ? formula(*at) : std::nullopt;
    const auto allowed = tolerance != nullptr ? clock(*tolerance) : Millis{0};
    if (!instant || !allowed) return std::nullopt;
    return By{.at = std::move(*instant), .tolerance = *allowed};
}

std::optional<Shape> PromiseReader::read_window(const Yaml& node) {
    YamlKeys keys(node, findings_);
    const Yaml* around = keys.need("around");
    const Yaml* early = keys.take("early");
    const Yaml* late = keys.take("late");
    keys.finish();
    auto middle = around != nullptr ? formula(*around) : std::nullopt;
    const auto before = early != nullptr ? clock(*early) : Millis{0};
    const auto after = late != nullptr ? clock(*late) : Millis{0};
    if (!middle || !before || !after) return std::nullopt;
    return Window{.around = std::move(*middle), .early = *before, .late = *after};
}

std::optional<Shape> PromiseReader::read_always(const Yaml& node) {
    YamlKeys keys(node, findings_);
    const Yaml* when = keys.need("when");
    const Yaml* holds = keys.take("holds");
    keys.finish();
    if (holds == nullptr && node.is_map() && !keys.has("holds"))
        error("never-breaks", node.place,
              {"always 没有 holds，这个条款永远不会违约",
               "\"always\" without \"holds\": this clause could never break"},
              {"写上每次都要成立的条件", "write the condition that must hold each time"});
    auto which = when != nullptr ? condition(*when) : std::nullopt;
    auto what = holds != nullptr ? formula(*holds) : std::nullopt;
    if (!which || !what) return std::nullopt;
    return Always{.when = std::move(*which), .holds = std::move(*what)};
}

std::optional<Shape> PromiseReader::read_at_most(const Yaml& node) {
    AtMost shape;
    bool whole = true;
    const Yaml* over = nullptr;
    if (node.is_map() && node.find("bounds") != nullptr) {
        YamlKeys keys(node, findings_);
        const Yaml* bounds = keys.take("bounds");
        over = keys.take("over");
        keys.finish();
        if (bounds == nullptr) return std::nullopt;
        if (!bounds->is_list()) {
            error("wrong-kind", bounds->place, {"bounds 应是列表", "\"bounds\" should be a list"});
            return std::nullopt;
        }
        if (bounds->items.empty())
            error("empty-list", bounds->place,
                  {"bounds 里一项也没有", "there is no bound in this list"});
        for (const auto& item : bounds->items) {
            auto bound = read_bound(item, false);
            if (bound)
                shape.bounds.push_back(std::move(*bound));
            else
                whole = false;
        }
    } else {
        over = node.find("over");
        if (over != nullptr && over->kind == Yaml::Kind::Empty) over = nullptr;
        auto bound = read_bound(node, true);
        if (!bound) return std::nullopt;
        shape.bounds.push_back(std::move(*bound));
    }
    if (over != nullptr) {
        const auto window = limit(*over);
        if (!window) return std::nullopt;
        if (window->unit != Unit::Clock && window->unit != Unit::Days) {
            error("wrong-unit", over->place,
                  {"滑动区间只能用钟表时间或天", "a sliding window is in clock time or days"},
                  {"例如 over: 30 days", "for example over: 30 days"});
            return std::nullopt;
        }
        shape.window = *window;
    }
    if (!whole || shape.bounds.empty()) return std::nullopt;
    return shape;
}

// {count: …, bound: n} | {sum: …, of: …, bound: …} | {time: {from, to}, bound: …} | {value: …, of: …, bound: …}
std::optional<Bound> PromiseReader::read_bound(const Yaml& node, bool alone) {
    YamlKeys keys(node, findings_);
    Bound bound;
    const Yaml* count = keys.take("count");
    const Yaml* sum = keys.take("sum");
    const Yaml* time = keys.take("time");
    const Yaml* value = keys.take("value");
    const Yaml* of = keys.take("of");
    const Yaml* most = keys.need("bound");
    if (alone) keys.finish({"over", "bounds"});
    if (!alone) keys.finish();
    if (!node.is_map()) return std::nullopt;
    const int kinds =
        (count != nullptr) + (sum != nullptr) + (time != nullptr) + (value != nullptr);
    if (kinds != 1) {
        error("bad-bound", node.place,
              {"一个上限要写 count、sum、time、value 中的一个",
               "a bound has one of count, sum, time, value"});
        return std::nullopt;
    }
    bool whole = most != nullptr;
    if (count != nullptr) {
        bound.kind = Bound::Kind::Count;
        bound.of = condition(*count);
        whole = whole && bound.of.has_value();
        if (of != nullptr)
            error("does-not-apply", of->place, {"count 不用 of", "\"count\" takes no \"of\""},
                  {"把条件都写在 count 里", "write the whole condition under \"count\""});
    } else if (time != nullptr) {
        bound.kind = Bound::Kind::Time;
        YamlKeys ends(*time, findings_);
        const Yaml* from = ends.need("from");
        const Yaml* to = ends.need("to");
        ends.finish();
        bound.from = from != nullptr ? condition(*from) : std::nullopt;
        bound.to = to != nullptr ? condition(*to) : std::nullopt;
        whole = whole && bound.from && bound.to;
    } else {
        bound.kind = sum != nullptr ? Bound::Kind::Sum : Bound::Kind::Value;
        bound.amount = formula(sum != nullptr ? *sum : *value);
        if (of == nullptr && !keys.has("of"))
            error("missing-key", node.place,
                  {"缺少「of」：哪些业务记录", "\"of\" is missing: which facts?"});
        bound.of = of != nullptr ? condition(*of) : std::nullopt;
        whole = whole && bound.amount && bound.of;
    }
    if (most == nullptr || !expect_scalar(*most)) return std::nullopt;
    const auto plain = Decimal::parse(most->text);
    if (plain && bound.kind != Bound::Kind::Time) {
        bound.most = *plain;
        if (plain->is_negative())
            error("bad-number", most->place, {"上限不能是负数", "a bound cannot be negative"});
    } else if (bound.kind == Bound::Kind::Count) {
        error("bad-number", most->place, {"次数的上限要写数", "the bound of a count is a number"});
        return std::nullopt;
    } else {
        bound.most_time = clock(*most);
        whole = whole && bound.most_time;
    }
    if (!whole) return std::nullopt;
    return bound;
}

std::optional<Shape> PromiseReader::read_rate(const Yaml& node) {
    YamlKeys keys(node, findings_);
    const Yaml* of = keys.need("of");
    auto except = condition(keys, "except");
    const Yaml* good = keys.take("good");
    const Yaml* mean = keys.take("mean of");
    const Yaml* percentile = keys.take("percentile");
    const Yaml* value = keys.take("value");
    const Yaml* least = keys.take("at least");
    const Yaml* most = keys.take("at most");
    const Yaml* over = keys.need("over");
    auto at = formula(keys, "at");
    keys.finish();
    if (!node.is_map()) return std::nullopt;

    auto population = of != nullptr ? condition(*of) : std::nullopt;
    bool whole = population.has_value() && over != nullptr;
    const int kinds = (good != nullptr) + (mean != nullptr) + (percentile != nullptr);
    if (kinds != 1) {
        error("bad-rate", node.place,
              {"rate 要写 good、mean of、percentile 中的一个",
               "a rate has one of good, mean of, percentile"},
              {"比例写 good 和 at least；平均写 mean of 和 at most；分位写 percentile、value 和 at "
               "most",
               "a share: good and at least; a mean: mean of and at most; a percentile: percentile, "
               "value and at most"});
        return std::nullopt;
    }
    if (!population) return std::nullopt;
    Rate rate{.of = std::move(*population),
              .except = std::move(except),
              .good = {},
              .value = {},
              .percentile = 0,
              .bound = {},
              .over = {},
              .at = std::move(at)};
    if (good != nullptr) {
        rate.good = condition(*good);
        whole = whole && rate.good;
        if (most != nullptr)
            error("does-not-apply", most->place,
                  {"比例用 at least，不用 at most", "a share has \"at least\", not \"at most\""});
        if (least == nullptr) {
            if (!keys.has("at least"))
                error("never-breaks", node.place,
                      {"没有 at least，这个比例永远不会违约",
                       "without \"at least\" this share could never break"},
                      {"例如 at least: 90 %", "for example at least: 90 %"});
            return std::nullopt;
        }
        std::string_view text = least->text;
        const bool per_cent = text.ends_with('%');
        if (per_cent) text.remove_suffix(1);
        while (text.ends_with(' ')) text.remove_suffix(1);
        const auto share = expect_scalar(*least) ? Decimal::parse(text) : std::nullopt;
        if (!share || !per_cent) {
            error("bad-share", least->place,
                  {"「" + least->text + "」不是百分比", "\"" + least->text + "\" is no percentage"},
                  {"例如 90 % 或 99.95 %", "for example 90 % or 99.95 %"});
            return std::nullopt;
        }
        if (share->is_negative() || share->is_zero() || *share > Decimal(100)) {
            error("bad-share", least->place,
                  {"百分比应大于 0、不超过 100", "a share is above 0 and at most 100 %"});
            return std::nullopt;
        }
        rate.bound = *share;
    } else {
        if (least != nullptr)
            error("does-not-apply", least->place,
                  {"平均和分位用 at most", "means and percentiles have \"at most\""});
        if (percentile != nullptr) {
            const auto rank = integer(*percentile, 1, 100);
            whole = whole && rank;
            rate.percentile = static_cast<int>(rank.value_or(0));
            if (value == nullptr) {
                if (!keys.has("value"))
                    error("missing-key", node.place, {"缺少「value」", "\"value\" is missing"});
                return std::nullopt;
            }
        }
        rate.value = formula(mean != nullptr ? *mean : *value);
        whole = whole && rate.value;
        if (most == nullptr) {
            if (!keys.has("at most"))
                error("never-breaks", node.place,
                      {"没有 at most，这个条款永远不会违约",
                       "without \"at most\" this clause could never break"});
            return std::nullopt;
        }
        if (!expect_scalar(*most)) return std::nullopt;
        if (const auto plain = Decimal::parse(most->text)) {
            rate.bound = *plain;
        } else if (const auto span = clock(*most)) {
            rate.bound = Decimal::scaled(span->count, -3);  // seconds
        } else {
            whole = false;
        }
    }
    if (over != nullptr) {
        static constexpr Span kSpans[] = {Span::Day,     Span::Week, Span::Month,
                                          Span::Quarter, Span::Year, Span::Whole};
        const auto add = [&](const Yaml& item) {
            const auto which = word(item, {"day", "week", "month", "quarter", "year", "whole"});
            if (which) rate.over.push_back(kSpans[*which]);
            whole = whole && which;
        };
        if (over->is_list())
            for (const auto& item : over->items) add(item);
        else
            add(*over);
        if (!zone_given_ && rate.over != std::vector{Span::Whole})
            error("needs-zone", over->place,
                  {"按日、周、月统计要看当地时间，却没有写 zone",
                   "days, weeks and months need a zone, and none is given"},
                  {"在承诺里写 zone: Asia/Shanghai",
                   "write zone: Asia/Shanghai (or yours) in the promise"});
    }
    if (!whole) return std::nullopt;
    return rate;
}

}  // namespace yinuo::wire
