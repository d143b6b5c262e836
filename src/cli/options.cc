#include "cli/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

#include "base/check.h"
#include "base/nearest.h"

namespace yinuo::cli {
namespace {

Error missing_argument(std::string_view name) {
    return {.code = "missing-argument",
            .what = {fmt::format("缺少参数 {}", name), fmt::format("{} is missing", name)}};
}

Error did_you_mean(Error error, std::optional<std::string_view> near) {
    if (near) {
        error.mend = {fmt::format("是不是想写 --{}？", *near),
                      fmt::format("did you mean --{}?", *near)};
    }
    return error;
}

Result<std::int64_t> whole_number(std::string_view name, Bounds bounds, std::string_view text) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = fault == std::errc() && end == text.data() + text.size();
    if (whole && bounds.least <= number && number <= bounds.most) return number;
    return refuse(
        {.code = "bad-number",
         .what = {fmt::format("--{} 的值“{}”不行", name, text),
                  fmt::format("--{} can't be '{}'", name, text)},
         .mend = {fmt::format("请写 {} 到 {} 之间的整数", bounds.least, bounds.most),
                  fmt::format("write a whole number from {} to {}", bounds.least, bounds.most)}});
}

}  // namespace

void Options::named(Named option) {
    check(std::ranges::none_of(named_, [&](const Named& n) { return n.name == option.name; }));
    named_.push_back(std::move(option));
}

void Options::flag(std::string_view name, bool& into) {
    named({name, false, false, [&into](std::string_view) -> Result<void> {
               into = true;
               return {};
           }});
}

void Options::value(std::string_view name, std::string& into) {
    named({name, true, false, [&into](std::string_view text) -> Result<void> {
               into = text;
               return {};
           }});
}

void Options::values(std::string_view name, std::vector<std::string>& into) {
    named({name, true, true, [&into](std::string_view text) -> Result<void> {
               into.emplace_back(text);
               return {};
           }});
}

void Options::number(std::string_view name, Bounds bounds, std::int64_t& into) {
    named({name, true, false, [name, bounds, &into](std::string_view text) -> Result<void> {
               into = TRY(whole_number(name, bounds, text));
               return {};
           }});
}

void Options::choice(std::string_view name, std::initializer_list<std::string_view> words,
                     std::string& into) {
    std::vector<std::string_view> known(words);
    auto take = [name, known = std::move(known), &into](std::string_view text) -> Result<void> {
        if (std::ranges::find(known, text) == known.end()) {
            const auto list = fmt::format("{}", fmt::join(known, ", "));
            return refuse(
                {.code = "bad-choice",
                 .what = {fmt::format("--{} 的值“{}”不认识", name, text),
                          fmt::format("--{} doesn't know '{}'", name, text)},
                 .mend = {fmt::format("可以是: {}", list), fmt::format("it can be: {}", list)}});
        }
        into = text;
        return {};
    };
    named({name, true, false, std::move(take)});
}

void Options::required(std::string_view name, std::string& into) {
    check(positionals_.empty() || positionals_.back().required);
    positionals_.push_back({name, &into, true});
}

void Options::optional(std::string_view name, std::string& into) {
    positionals_.push_back({name, &into, false});
}

void Options::rest(std::string_view name, std::vector<std::string>& into, std::size_t count_min) {
    rest_name_ = name;
    rest_ = &into;
    rest_min_ = count_min;
}

Result<const Options::Named*> Options::find(std::string_view name) const {
    std::vector<std::string_view> known;
    for (const auto& option : named_) {
        if (option.name == name) return &option;
        known.push_back(option.name);
    }
    return refuse(did_you_mean({.code = "unknown-option",
                                .what = {fmt::format("没有 --{} 这个选项", name),
                                         fmt::format("there is no option --{}", name)},
                                .mend = {"用 --help 看全部选项", "--help lists the options"}},
                               nearest(name, known)));
}

Result<void> Options::read(Arguments words) const {
    std::vector<std::string_view> positional;
    std::vector<const Named*> seen;
    for (std::size_t i = 0; i < words.size(); ++i) {
        auto word = words[i];
        if (word == "--") {
            positional.insert(positional.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                              words.end());
            break;
        }
        if (word.size() < 2 || word[0] != '-') {
            positional.push_back(word);
            continue;
        }
        word.remove_prefix(word.starts_with("--") ? 2 : 1);
        const auto equals = word.find('=');
        const auto name = word.substr(0, equals);
        const Named* option = TRY(find(name));
        if (!option->repeatable && std::ranges::find(seen, option) != seen.end()) {
            return refuse({.code = "repeated-option",
                           .what = {fmt::format("--{} 写了两次", name),
                                    fmt::format("--{} is given twice", name)}});
        }
        seen.push_back(option);
        if (!option->takes_value && equals != word.npos) {
            return refuse({.code = "unexpected-value",
                           .what = {fmt::format("--{} 后面不带值", name),
                                    fmt::format("--{} takes no value", name)}});
        }
        std::string_view value;
        if (equals != word.npos) {
            value = word.substr(equals + 1);
        } else if (option->takes_value) {
            if (++i == words.size()) {
                return refuse({.code = "missing-value",
                               .what = {fmt::format("--{} 后面缺一个值", name),
                                        fmt::format("--{} needs a value", name)}});
            }
            value = words[i];
        }
        if (auto taken = option->take(value); !taken) return taken;
    }
    return place(positional);
}

Result<void> Options::place(const std::vector<std::string_view>& words) const {
    std::size_t next = 0;
    for (const auto& positional : positionals_) {
        if (next < words.size()) {
            *positional.into = words[next++];
        } else if (positional.required) {
            return refuse(missing_argument(positional.name));
        }
    }
    if (rest_) {
        if (words.size() - next < rest_min_) return refuse(missing_argument(rest_name_));
        rest_->insert(rest_->end(), words.begin() + static_cast<std::ptrdiff_t>(next), words.end());
    } else if (next < words.size()) {
        return refuse({.code = "extra-argument",
                       .what = {fmt::format("多了一个参数“{}”", words[next]),
                                fmt::format("'{}' is one argument too many", words[next])}});
    }
    return {};
}

int complain(const Error& error, const Console& console, Exit exit) {
    std::string where = error.place.path;
    if (error.place.line > 0) where += fmt::format(":{}", error.place.line);
    if (error.place.line > 0 && error.place.column > 0)
        where += fmt::format(":{}", error.place.column);
    if (!where.empty()) where += ": ";
    fmt::print(stderr, "yinuo: {}{}\n", where, console.say(error.what));
    const auto& mend = console.say(error.mend);
    if (!mend.empty()) fmt::print(stderr, "       {}\n", mend);
    return exit;
}

}  // namespace yinuo::cli
