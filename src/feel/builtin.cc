#include "feel/builtin.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace yinuo::feel {

namespace {

// Calls `visit` with each part of `text` between separators.
template <typename Visit>
void split(std::string_view text, char separator, Visit visit) {
    while (true) {
        const auto end = text.find(separator);
        visit(text.substr(0, end));
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

std::unordered_map<std::string_view, const Builtin*> build_index() {
    std::unordered_map<std::string_view, const Builtin*> index;
    for (const auto group : {text_builtins(), number_builtins(), list_builtins(), time_builtins(),
                             range_builtins(), context_builtins()})
        for (const Builtin& builtin : group) index.emplace(builtin.name, &builtin);
    return index;
}

const std::unordered_map<std::string_view, const Builtin*>& index_of_builtins() {
    static const auto kIndex = build_index();
    return kIndex;
}

}  // namespace

void say_why(Evaluation& evaluation, std::string_view why) {
    if (evaluation.why_null != nullptr && evaluation.why_null->empty()) *evaluation.why_null = why;
}

bool spend(Evaluation& evaluation, std::size_t steps) {
    if (steps < evaluation.steps_left) {
        evaluation.steps_left -= static_cast<std::uint32_t>(steps);
        return true;
    }
    evaluation.steps_left = 0;
    evaluation.exhausted = true;
    say_why(evaluation, "the steps ran out");
    return false;
}

Value Call::fail(std::string_view why) const {
    say_why(evaluation, why);
    return Value::null();
}

bool Call::spend(std::size_t steps) const { return feel::spend(evaluation, steps); }

const Builtin* find_builtin(std::string_view name) {
    const auto& index = index_of_builtins();
    const auto found = index.find(name);
    return found == index.end() ? nullptr : found->second;
}

std::vector<std::string_view> builtin_names() {
    std::vector<std::string_view> names;
    for (const auto& [name, builtin] : index_of_builtins()) names.push_back(name);
    std::sort(names.begin(), names.end());
    return names;
}

Value invoke(const Builtin& builtin, const Call& call) {
    const auto single = [](const Value& value) {
        return value.type() == Type::List && value.as_list().size() == 1;
    };
    if (!builtin.scalars || std::none_of(call.arguments.begin(), call.arguments.end(), single))
        return builtin.call(call);
    auto arguments = call.memory().array<Value>(call.size());
    for (std::size_t i = 0; i < call.size(); ++i)
        arguments[i] = single(call[i]) ? call[i].as_list().front() : call[i];
    return builtin.call({arguments, call.evaluation, call.zones});
}

bool takes(const Builtin& builtin, std::size_t arguments) {
    bool fits = false;
    split(builtin.parameters, '|', [&](std::string_view signature) {
        std::size_t least = 0;
        std::size_t most = 0;
        if (!signature.empty())
            split(signature, ',', [&](std::string_view parameter) {
                ++most;
                if (parameter.ends_with('*')) most = 1'000'000;
                if (!parameter.ends_with('?')) ++least;
            });
        fits = fits || (arguments >= least && arguments <= most);
    });
    return fits;
}

std::vector<std::size_t> positions(const Builtin& builtin,
                                   std::span<const std::string_view> names) {
    std::vector<std::size_t> result;
    split(builtin.parameters, '|', [&](std::string_view signature) {
        if (!result.empty()) return;
        std::vector<std::string_view> parameters;
        std::vector<bool> optional;
        split(signature, ',', [&](std::string_view parameter) {
            const bool marked = parameter.ends_with('?') || parameter.ends_with('*');
            optional.push_back(parameter.ends_with('?'));
            parameters.push_back(marked ? parameter.substr(0, parameter.size() - 1) : parameter);
        });
        std::vector<std::size_t> found;
        for (const auto name : names) {
            const auto at = std::find(parameters.begin(), parameters.end(), name);
            if (at == parameters.end()) return;
            found.push_back(static_cast<std::size_t>(at - parameters.begin()));
        }
        for (std::size_t i = 0; i < parameters.size(); ++i)
            if (!optional[i] && std::find(found.begin(), found.end(), i) == found.end()) return;
        result = std::move(found);
    });
    return result;
}

Value items_of_range(const RangeValue& range, Evaluation& evaluation) {
    const bool days = range.begin.type() == Type::Date && range.end.type() == Type::Date;
    const bool numbers = range.begin.type() == Type::Number && range.end.type() == Type::Number;
    if (range.form != RangeValue::Form::Interval || (!days && !numbers)) return Value::null();
    const auto place = [&](const Value& end) {
        return days ? std::optional(end.date_days()) : end.as_number().to_int64();
    };
    const auto first = place(range.begin);
    const auto last = place(range.end);
    if (!first || !last) return Value::null();
    ListBuilder items(evaluation.memory);
    const std::int64_t step = *first <= *last ? 1 : -1;
    for (std::int64_t i = *first;; i += step) {
        const bool skipped =
            (i == *first && !range.begin_included) || (i == *last && !range.end_included);
        if (!skipped) items.add(days ? Value::date_of_days(i) : Value::number(Decimal(i)));
        if (i == *last) return items.value();
        if (!spend(evaluation, 1)) return Value::null();
    }
}

std::span<const Value> as_items(const Value& value) {
    return value.type() == Type::List ? value.as_list() : std::span(&value, 1);
}

}  // namespace yinuo::feel
