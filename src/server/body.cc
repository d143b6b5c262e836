#include "server/body.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"
#include "base/utf8.h"
#include "time/civil.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kFlawsMost = 50;

// RFC 6901, section 3.
std::string escaped(std::string_view token) {
    std::string out;
    for (const char c : token) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

Text either(std::span<const std::string_view> words) {
    std::string list;
    for (const auto word : words) list += fmt::format("{}{}", list.empty() ? "" : ", ", word);
    return {"可以是 " + list, "it can be " + list};
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) {
        return (c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f;
    });
}

}  // namespace

Members::Members(const wire::Json& object, std::string pointer, std::vector<http::Flaw>& flaws)
    : object_(object), pointer_(std::move(pointer)), flaws_(flaws) {
    if (!object.is_object()) wrong_type(pointer_, {"对象", "an object"});
}

std::string Members::pointer_to(std::string_view name) const {
    return name.empty() ? pointer_ : pointer_ + "/" + escaped(name);
}

void Members::flaw(std::string_view name, Error error) {
    if (flaws_.size() < kFlawsMost)
        flaws_.push_back({.error = std::move(error), .pointer = pointer_to(name)});
}

void Members::wrong_type(const std::string& pointer, Text wanted) {
    if (flaws_.size() >= kFlawsMost) return;
    flaws_.push_back({.error = {.code = "wrong-type",
                                .what = {"这里应当是" + wanted.zh, "this must be " + wanted.en}},
                      .pointer = pointer});
}

const wire::Json* Members::take(std::string_view name) {
    known_.push_back(name);
    const auto* found = object_.find(name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

const wire::Json* Members::require(std::string_view name) {
    const auto* found = take(name);
    if (found == nullptr && object_.is_object())
        flaw("", {.code = "missing-member",
                  .what = {fmt::format("缺少“{}”", name), fmt::format("\"{}\" is missing", name)},
                  .mend = {fmt::format("补上“{}”", name), fmt::format("add \"{}\"", name)}});
    return found;
}

bool Members::read_text(const wire::Json& value, const std::string& pointer, Length length,
                        std::string& into) {
    const auto text = value.string();
    if (!text) return wrong_type(pointer, {"文本", "a text"}), false;
    const auto size = count_characters(*text);
    const auto refuse_text = [&](std::string code, Text what, Text mend) {
        if (flaws_.size() < kFlawsMost)
            flaws_.push_back({.error = {.code = std::move(code),
                                        .what = std::move(what),
                                        .mend = std::move(mend)},
                              .pointer = pointer});
        return false;
    };
    if (size < length.least || size > length.most)
        return refuse_text(
            "bad-length",
            {fmt::format("这里有 {} 个字符", size), fmt::format("this has {} characters", size)},
            {fmt::format("应在 {} 到 {} 之间", length.least, length.most),
             fmt::format("it may have {} to {}", length.least, length.most)});
    if (has_control(*text))
        return refuse_text("control-character",
                           {"文本里有控制字符", "a control character stands here"},
                           {"去掉它", "take it out"});
    into = *text;
    return true;
}

void Members::need(std::string_view name, std::string& into, Length length) {
    if (const auto* value = require(name)) read_text(*value, pointer_to(name), length, into);
}

void Members::may(std::string_view name, std::string& into, Length length) {
    if (const auto* value = take(name)) read_text(*value, pointer_to(name), length, into);
}

void Members::may(std::string_view name, std::optional<std::string>& into, Length length) {
    if (const auto* value = take(name)) read_text(*value, pointer_to(name), length, into.emplace());
}

bool Members::read_number(std::string_view name, const wire::Json& value, Range range,
                          std::int64_t& into) {
    const auto number = value.integer();
    if (!number) return wrong_type(pointer_to(name), {"整数", "a whole number"}), false;
    if (*number < range.least || *number > range.most) {
        flaw(name, {.code = "out-of-range",
                    .what = {fmt::format("{} 超出范围", *number),
                             fmt::format("{} is out of range", *number)},
                    .mend = {fmt::format("应在 {} 到 {} 之间", range.least, range.most),
                             fmt::format("it may be {} to {}", range.least, range.most)}});
        return false;
    }
    into = *number;
    return true;
}

void Members::need(std::string_view name, std::int64_t& into, Range range) {
    if (const auto* value = require(name)) read_number(name, *value, range, into);
}

void Members::may(std::string_view name, std::int64_t& into, Range range) {
    if (const auto* value = take(name)) read_number(name, *value, range, into);
}

void Members::may(std::string_view name, std::optional<std::int64_t>& into, Range range) {
    if (const auto* value = take(name)) read_number(name, *value, range, into.emplace());
}

void Members::may(std::string_view name, bool& into) {
    std::optional<bool> truth;
    may(name, truth);
    into = truth.value_or(into);
}

void Members::may(std::string_view name, std::optional<bool>& into) {
    const auto* value = take(name);
    if (value == nullptr) return;
    into = value->truth();
    if (!into) wrong_type(pointer_to(name), {"true 或 false", "true or false"});
}

void Members::need_instant(std::string_view name, Instant& into) {
    if (require(name) == nullptr) return;
    may_instant(name, into);
}

void Members::may_instant(std::string_view name, Instant& into) {
    const auto* value = take(name);
    if (value == nullptr) return;
    const auto text = value->string();
    const auto at = text ? parse_instant(*text) : std::nullopt;
    if (at)
        into = *at;
    else
        wrong_type(pointer_to(name), {"带时区的时刻，如 2026-03-10T09:00:00+08:00",
                                      "an instant with its offset, as 2026-03-10T09:00:00+08:00"});
}

void Members::read_word(std::string_view name, const wire::Json& value,
                        std::span<const std::string_view> words, std::string& into) {
    const auto text = value.string();
    if (!text) return wrong_type(pointer_to(name), {"文本", "a text"});
    if (std::ranges::find(words, *text) != words.end()) {
        into = *text;
        return;
    }
    flaw(name, {.code = "unknown-word",
                .what = {"不认识这个词", "this word is not known here"},
                .mend = either(words)});
}

void Members::need_word(std::string_view name, std::string& into,
                        std::span<const std::string_view> words) {
    if (const auto* value = require(name)) read_word(name, *value, words, into);
}

void Members::may_word(std::string_view name, std::string& into,
                       std::span<const std::string_view> words) {
    if (const auto* value = take(name)) read_word(name, *value, words, into);
}

void Members::may_word(std::string_view name, std::optional<std::string>& into,
                       std::span<const std::string_view> words) {
    if (const auto* value = take(name)) read_word(name, *value, words, into.emplace());
}

const wire::Json* Members::list_of(std::string_view name, Length count) {
    const auto* value = take(name);
    if (value == nullptr) return nullptr;
    if (!value->is_array()) return wrong_type(pointer_to(name), {"列表", "a list"}), nullptr;
    const auto size = value->items.size();
    if (size >= count.least && size <= count.most) return value;
    flaw(name,
         {.code = "bad-length",
          .what = {fmt::format("列表有 {} 项", size), fmt::format("this list has {} items", size)},
          .mend = {fmt::format("应有 {} 到 {} 项", count.least, count.most),
                   fmt::format("it may have {} to {}", count.least, count.most)}});
    return nullptr;
}

void Members::may(std::string_view name, std::vector<std::string>& into, Length count,
                  Length each) {
    const auto* list = list_of(name, count);
    if (list == nullptr) return;
    into.clear();
    for (std::size_t i = 0; i < list->items.size(); ++i)
        read_text(list->items[i], pointer_to(name) + "/" + std::to_string(i), each,
                  into.emplace_back());
}

void Members::may(std::string_view name, std::optional<std::vector<std::string>>& into,
                  Length count, Length each) {
    const auto* value = take(name);
    if (value != nullptr) may(name, into.emplace(), count, each);
}

void Members::need(std::string_view name, std::vector<std::string>& into, Length count,
                   Length each) {
    if (require(name) != nullptr) may(name, into, count, each);
}

void Members::finish() {
    for (const auto& member : object_.members) {
        if (std::ranges::find(known_, member.key) != known_.end()) continue;
        Error error{.code = "unknown-member",
                    .what = {"不认识这一项", "this member is not known"},
                    .mend = {"去掉它", "take it out"}};
        if (const auto near = nearest(member.key, known_))
            error.mend = {fmt::format("是不是“{}”？", *near),
                          fmt::format("did you mean \"{}\"?", *near)};
        flaw(member.key, std::move(error));
    }
}

Answered<wire::Json> json_of(const http::Request& request, Arena& memory) {
    const auto type = request.header("content-type").value_or("");
    const auto media = type.substr(0, type.find(';'));
    if (media != "application/json" && !media.ends_with("+json"))
        return deny(Error{.code = "wrong-media-type",
                          .what = {"内容应当是 JSON", "the body must be JSON"},
                          .mend = {"加上 Content-Type: application/json",
                                   "send Content-Type: application/json"}});
    auto json = wire::parse_json(request.body, memory);
    if (!json) return deny(json.error());
    return *json;
}

Refusal body_refusal(std::vector<http::Flaw> flaws) {
    const auto count = flaws.size();  // before they are moved away
    return Refusal({.code = "bad-body",
                    .what = {fmt::format("请求内容有 {} 处不对", count),
                             count == 1 ? std::string("one thing in the body is off")
                                        : fmt::format("{} things in the body are off", count)},
                    .mend = {"逐条见 errors", "errors has each of them"}},
                   std::move(flaws));
}

}  // namespace yinuo::server
