#include "wire/fact_values.h"

#include <algorithm>
#include <array>

#include "feel/temporal.h"

namespace yinuo::wire {

using feel::Value;

namespace {

constexpr std::size_t kErrorsMax = 32;
constexpr std::size_t kDigitsMax = 34;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// C0, DEL and C1; in texts of several lines tab and line ends are none.
bool has_control(std::string_view text, bool lines) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != 0x7F && c != 0xC2) continue;
        if (c == 0xC2) {
            if (i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
            continue;
        }
        if (!lines || (c != '\t' && c != '\n' && c != '\r')) return true;
    }
    return false;
}

// How many digits of a JSON number's text say something: without the zeros around them.
std::size_t significant_digits(std::string_view text) {
    std::size_t count = 0;
    std::size_t zeros = 0;
    for (const char c : text) {
        if (c == 'e' || c == 'E') break;
        if (!is_digit(c) || (c == '0' && count == 0)) continue;
        zeros = c == '0' ? zeros + 1 : 0;
        ++count;
    }
    return count - zeros;
}

struct TypedKind {
    std::string_view key;
    const char* zh;
    const char* en;
    const char* example;
};
constexpr std::array<TypedKind, 5> kTyped = {
    {{"num", "数字", "a number", "12.30"},
     {"date", "日期", "a date", "2026-01-02"},
     {"time", "时刻", "a time of day", "08:30:00+08:00"},
     {"datetime", "日期时间", "a date and time", "2026-01-02T08:30:00+08:00"},
     {"duration", "时长", "a duration", "PT2H"}}};

}  // namespace

std::string JsonPath::pointer() const {
    std::string text = outer != nullptr ? outer->pointer() : std::string();
    if (is_index) return text + '/' + std::to_string(index);
    if (outer == nullptr) return text;
    text += '/';
    for (const char c : key) {
        if (c == '~')
            text += "~0";
        else if (c == '/')
            text += "~1";
        else
            text += c;
    }
    return text;
}

void FactComplaints::add(const JsonPath& path, std::string_view code, Text what, Text mend) {
    if (errors_.size() == kErrorsMax) return;
    errors_.push_back(
        {path.pointer(),
         {.code = std::string(code), .what = std::move(what), .mend = std::move(mend)}});
}

Text wanted(std::string_view zh, std::string_view en) {
    return {"这里要写" + std::string(zh), std::string(en) + " belongs here"};
}

bool check_word(const JsonPath& path, std::string_view text, FactComplaints& complaints) {
    if (text.empty()) {
        complaints.add(path, "empty-value", {"这里是空的", "this is empty"},
                       {"写上内容", "write something"});
        return false;
    }
    if (text.size() > kWordMax) {
        complaints.add(path, "too-long", {"超过 200 字节", "this is longer than 200 bytes"},
                       {"缩短到 200 字节以内（一个汉字通常 3 字节）", "shorten it to 200 bytes"});
        return false;
    }
    if (has_control(text, false)) {
        complaints.add(path, "bad-character",
                       {"含有控制字符", "this has a control character in it"},
                       {"删去换行、制表符等不可见字符", "remove line ends, tabs and the like"});
        return false;
    }
    if (text.front() == ' ' || text.back() == ' ') {
        complaints.add(path, "blank-ends",
                       {"开头或结尾有空格", "this has a blank at its beginning or end"},
                       {"删去两端空格，否则和没有空格的对不上",
                        "remove it, or it will not match the same word without"});
        return false;
    }
    return true;
}

bool looks_like_timestamp(std::string_view text) {
    constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
    constexpr std::string_view kOffset = "dd:dd";
    const auto fits = [](std::string_view part, std::string_view shape) {
        return std::ranges::equal(part, shape,
                                  [](char c, char s) { return s == 'd' ? is_digit(c) : c == s; });
    };
    if (text.size() <= kShape.size() || text[10] != 'T') return false;
    if (!fits(text.substr(0, kShape.size()), kShape)) return false;
    text.remove_prefix(kShape.size());
    if (text.front() == '.') {
        text.remove_prefix(1);
        const auto digits = std::min(text.size(), text.find_first_not_of("0123456789"));
        if (digits == 0) return false;
        text.remove_prefix(digits);
    }
    return text == "Z" || (text.size() == 6 && (text.front() == '+' || text.front() == '-') &&
                           fits(text.substr(1), kOffset));
}

std::span<const ReportedField> FactValues::read_fields(const Json& json, const JsonPath& path) {
    if (!json.is_object()) {
        complaints_.add(path, "wrong-kind", wanted("一个对象", "an object"),
                        {"形如 {\"amount\":12.5,\"area\":\"城区\"}",
                         "like {\"amount\":12.5,\"area\":\"town\"}"});
        return {};
    }
    if (json.members.size() > kFieldsMax) {
        complaints_.add(
            path, "too-many",
            {"一条业务记录最多 64 个字段，这里有 " + std::to_string(json.members.size()) + " 个",
             "a fact has at most 64 fields, here are " + std::to_string(json.members.size())},
            {"只报告承诺会用到的", "report what promises read"});
        return {};
    }
    auto fields = memory_.array<ReportedField>(json.members.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const JsonMember& member = json.members[i];
        const JsonPath here = path / member.key;
        check_word(here, member.key, complaints_);
        new (&fields[i]) ReportedField{member.key, read(member.value, here, 1)};
    }
    return fields;
}

Value FactValues::read(const Json& json, const JsonPath& path, int depth) {
    if (depth > kFieldDepthMax) {
        complaints_.add(path, "too-deep",
                        {"嵌套超过 8 层", "this is nested more than 8 levels deep"},
                        {"写得平一些", "make it flatter"});
        return Value::null();
    }
    if (values_left_ == 0) return Value::null();
    if (--values_left_ == 0) {
        complaints_.add(path, "too-many",
                        {"一条业务记录里的值超过 1000 个", "more than 1000 values in one fact"},
                        {"明细留在原系统，这里只报告承诺会用到的",
                         "leave the details where they are and report what promises read"});
        return Value::null();
    }
    switch (json.kind) {
        case Json::Kind::Null: return Value::null();
        case Json::Kind::Boolean: return Value::boolean(json.boolean);
        case Json::Kind::Number: return read_number(json.text, path);
        case Json::Kind::String: return read_text(json.text, path);
        case Json::Kind::Array: {
            auto items = memory_.array<Value>(json.items.size());
            for (std::size_t i = 0; i < items.size(); ++i)
                new (&items[i]) Value(read(json.items[i], path.at(i), depth + 1));
            return Value::list(items);
        }
        case Json::Kind::Object: break;
    }
    if (json.members.size() != 1) return read_context(json.members, path, depth);
    const JsonMember& only = json.members.front();
    if (only.key == "ctx" && only.value.is_object())
        return read_context(only.value.members, path / only.key, depth);
    return std::ranges::find(kTyped, only.key, &TypedKind::key) != kTyped.end()
               ? read_typed(only, path / only.key)
               : read_context(json.members, path, depth);
}

Value FactValues::read_number(std::string_view digits, const JsonPath& path) {
    if (significant_digits(digits) > kDigitsMax) {
        complaints_.add(
            path, "bad-number",
            {"数字超过 34 位有效数字", "a number of more than 34 significant digits"},
            {"它会被舍入；编号请写成字符串", "it would be rounded; write an id as a string"});
        return Value::null();
    }
    const auto number = Decimal::parse(digits);
    if (!number) {
        complaints_.add(path, "bad-number", {"数字太大或太小", "this number is out of range"});
        return Value::null();
    }
    return Value::number(*number);
}

Value FactValues::read_text(std::string_view text, const JsonPath& path) {
    if (text.size() > kTextMax) {
        complaints_.add(path, "too-long", {"文字超过 8 KiB", "a text of more than 8 KiB"},
                        {"长文留在原系统，这里放它的编号",
                         "leave long texts where they are and report their ids"});
        return Value::null();
    }
    if (has_control(text, true)) {
        complaints_.add(path, "bad-character",
                        {"文字含有控制字符", "this text has a control character in it"},
                        {"换行和制表符以外的控制字符请删去",
                         "remove control characters other than tabs and line ends"});
        return Value::null();
    }
    if (!looks_like_timestamp(text)) return Value::string(text);
    const auto moment = feel::parse_date_time(text, nullptr);
    if (moment) return Value::date_time(*moment);
    complaints_.add(path, "bad-time",
                    {"看起来是时间，但没有这个日期或时刻",
                     "this looks like a time, but there is no such day or hour"});
    return Value::null();
}

Value FactValues::read_typed(const JsonMember& member, const JsonPath& path) {
    const TypedKind& kind = *std::ranges::find(kTyped, member.key, &TypedKind::key);
    const std::string_view text = member.value.string().value_or("");
    Value value;
    if (kind.key == "num") {
        const auto number = Decimal::parse(text);
        if (number && significant_digits(text) <= kDigitsMax) value = Value::number(*number);
    } else if (kind.key == "date") {
        if (const auto days = feel::parse_date(text)) value = Value::date_of_days(*days);
    } else if (kind.key == "time") {
        if (const auto time = feel::parse_time(text, zones_)) value = Value::time(*time);
    } else if (kind.key == "datetime") {
        if (const auto moment = feel::parse_date_time(text, zones_))
            value = Value::date_time(*moment);
    } else {
        value = feel::parse_duration(text);
    }
    if (value.is_null()) {
        const std::string shape =
            "{\"" + std::string(kind.key) + "\":\"" + std::string(kind.example) + "\"}";
        complaints_.add(
            path, "bad-value",
            {"不是" + std::string(kind.zh), "this is not " + std::string(kind.en)},
            {"形如 " + shape + "；如果本来就是一个对象，写 {\"ctx\":{…}}",
             "like " + shape + "; an object that just has such a key is {\"ctx\":{...}}"});
    }
    return value;
}

Value FactValues::read_context(std::span<const JsonMember> members, const JsonPath& path,
                               int depth) {
    auto entries = memory_.array<feel::Entry>(members.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const JsonPath here = path / members[i].key;
        check_word(here, members[i].key, complaints_);
        new (&entries[i]) feel::Entry{members[i].key, read(members[i].value, here, depth + 1)};
    }
    return Value::context(entries);
}

}  // namespace yinuo::wire
