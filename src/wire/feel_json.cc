#include "wire/feel_json.h"

#include "feel/temporal.h"

namespace yinuo::wire {

using feel::Type;
using feel::Value;

namespace {

Value typed(std::string_view kind, const Json& json, Zones* zones) {
    const auto text = json.string();
    if (!text) return Value::null();
    if (kind == "num") {
        const auto number = Decimal::parse(*text);
        return number ? Value::number(*number) : Value::null();
    }
    if (kind == "date") {
        const auto days = feel::parse_date(*text);
        return days ? Value::date_of_days(*days) : Value::null();
    }
    if (kind == "time") {
        const auto time = feel::parse_time(*text, zones);
        return time ? Value::time(*time) : Value::null();
    }
    if (kind == "datetime") {
        const auto moment = feel::parse_date_time(*text, zones);
        return moment ? Value::date_time(*moment) : Value::null();
    }
    return kind == "duration" ? feel::parse_duration(*text) : Value::null();
}

bool is_kind(std::string_view key) {
    return key == "num" || key == "date" || key == "time" || key == "datetime" ||
           key == "duration" || key == "ctx";
}

void append_pair(std::string& out, std::string_view kind, std::string_view text,
                 FeelSpelling spelling) {
    if (spelling == FeelSpelling::Plain) {
        append_json_string(out, text);
        return;
    }
    out += "{\"";
    out += kind;
    out += "\":";
    append_json_string(out, text);
    out += '}';
}

std::string_view kind_of(Type type) {
    switch (type) {
        case Type::Date: return "date";
        case Type::Time: return "time";
        case Type::DateTime: return "datetime";
        default: return "duration";
    }
}

}  // namespace

Value to_feel(const Json& json, FeelSpelling spelling, Zones* zones, Arena& memory) {
    switch (json.kind) {
        case Json::Kind::Null: return Value::null();
        case Json::Kind::Boolean: return Value::boolean(json.boolean);
        case Json::Kind::Number: {
            const auto number = json.number();
            return number ? Value::number(*number) : Value::null();
        }
        case Json::Kind::String: return Value::string(json.text);
        case Json::Kind::Array: {
            auto items = memory.array<Value>(json.items.size());
            for (std::size_t i = 0; i < items.size(); ++i)
                items[i] = to_feel(json.items[i], spelling, zones, memory);
            return Value::list(items);
        }
        case Json::Kind::Object: break;
    }
    if (spelling == FeelSpelling::Typed && json.members.size() == 1 &&
        is_kind(json.members.front().key)) {
        const JsonMember& member = json.members.front();
        if (member.key != "ctx") return typed(member.key, member.value, zones);
        if (!member.value.is_object()) return Value::null();
        auto entries = memory.array<feel::Entry>(member.value.members.size());
        for (std::size_t i = 0; i < entries.size(); ++i)
            entries[i] = {member.value.members[i].key,
                          to_feel(member.value.members[i].value, spelling, zones, memory)};
        return Value::context(entries);
    }
    auto entries = memory.array<feel::Entry>(json.members.size());
    for (std::size_t i = 0; i < entries.size(); ++i)
        entries[i] = {json.members[i].key, to_feel(json.members[i].value, spelling, zones, memory)};
    return Value::context(entries);
}

void append_feel(std::string& out, const Value& value, FeelSpelling spelling) {
    switch (value.type()) {
        case Type::Null: out += "null"; return;
        case Type::Boolean: out += value.as_boolean() ? "true" : "false"; return;
        case Type::Number:
            if (spelling == FeelSpelling::Plain)
                out += value.as_number().to_string();
            else
                append_pair(out, "num", value.as_number().to_string(), spelling);
            return;
        case Type::String: append_json_string(out, value.as_string()); return;
        case Type::Date:
        case Type::Time:
        case Type::DateTime:
        case Type::DaysTimeDuration:
        case Type::YearsMonthsDuration:
            append_pair(out, kind_of(value.type()), feel::to_text(value), spelling);
            return;
        case Type::List: {
            out += '[';
            bool first = true;
            for (const Value& item : value.as_list()) {
                if (!first) out += ',';
                first = false;
                append_feel(out, item, spelling);
            }
            out += ']';
            return;
        }
        case Type::Context: {
            out += spelling == FeelSpelling::Typed ? "{\"ctx\":{" : "{";
            bool first = true;
            for (const feel::Entry& entry : value.as_context()) {
                if (!first) out += ',';
                first = false;
                append_json_string(out, entry.key);
                out += ':';
                append_feel(out, entry.value, spelling);
            }
            out += spelling == FeelSpelling::Typed ? "}}" : "}";
            return;
        }
        case Type::Range:
        case Type::Function: append_json_string(out, feel::to_text(value)); return;
    }
}

}  // namespace yinuo::wire
