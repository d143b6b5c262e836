#include "engine/json_members.h"

#include <algorithm>

#include "time/civil.h"
#include "tlog/base64.h"

namespace yinuo::engine {
namespace {

const wire::Json kNothing{};

}  // namespace

Members::Members(const wire::Json& object, Text what) : object_(object), what_(std::move(what)) {
    if (!object_.is_object()) off({}, {"应是一个对象", "should be an object"});
}

void Members::off(std::string_view key, Text why) {
    if (!first_) return;
    const std::string name = key.empty() ? "" : " \"" + std::string(key.substr(0, 60)) + "\"";
    first_ = refuse({.code = "unreadable",
                     .what = {what_.zh + (key.empty() ? "" : "的成员" + name) + "：" + why.zh,
                              what_.en + (key.empty() ? "" : ", member" + name) + ": " + why.en}});
}

const wire::Json* Members::take(std::string_view key, bool needed) {
    known_.push_back(key);
    const wire::Json* found = object_.find(key);
    if (found == nullptr && needed) off(key, {"缺少", "it is missing"});
    return found;
}

std::string Members::text(std::string_view key) {
    const wire::Json* value = take(key, true);
    if (value == nullptr) return {};
    if (!value->is_string()) return off(key, {"应是文字", "it should be text"}), std::string();
    return std::string(value->text);
}

std::int64_t Members::number(std::string_view key) {
    const wire::Json* value = take(key, true);
    if (value == nullptr) return 0;
    const auto number = value->integer();
    if (!number) off(key, {"应是整数", "it should be a whole number"});
    return number.value_or(0);
}

bool Members::truth(std::string_view key) {
    const wire::Json* value = take(key, true);
    if (value == nullptr) return false;
    const auto truth = value->truth();
    if (!truth) off(key, {"应是 true 或 false", "it should be true or false"});
    return truth.value_or(false);
}

Instant Members::instant(std::string_view key) {
    const wire::Json* value = take(key, false);
    if (value == nullptr) return Instant::max();
    const auto at = value->is_string() ? parse_instant(value->text) : std::nullopt;
    if (!at) off(key, {"应是时刻", "it should be an instant"});
    return at.value_or(Instant::max());
}

std::string Members::base64(std::string_view key) {
    const wire::Json* value = take(key, true);
    if (value == nullptr) return {};
    auto bytes = value->is_string() ? tlog::from_base64(value->text) : std::nullopt;
    if (!bytes) off(key, {"应是 base64", "it should be base64"});
    return std::move(bytes).value_or(std::string());
}

const wire::Json& Members::object(std::string_view key) {
    const wire::Json* value = take(key, true);
    if (value != nullptr && value->is_object()) return *value;
    if (value != nullptr) off(key, {"应是对象", "it should be an object"});
    return kNothing;
}

const wire::Json& Members::array(std::string_view key) {
    const wire::Json* value = take(key, true);
    if (value != nullptr && value->is_array()) return *value;
    if (value != nullptr) off(key, {"应是列表", "it should be a list"});
    return kNothing;
}

Result<void> Members::finish() const {
    if (!first_) return first_;
    for (const auto& [key, value] : object_.members)
        if (std::ranges::find(known_, key) == known_.end())
            return refuse(
                {.code = "unreadable",
                 .what = {what_.zh + "有不认识的成员“" + std::string(key.substr(0, 60)) + "”",
                          what_.en + " has an unknown member \"" + std::string(key.substr(0, 60)) +
                              "\""}});
    return {};
}

}  // namespace yinuo::engine
