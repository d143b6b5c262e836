#include "wire/fact_json.h"

#include "wire/json.h"

namespace yinuo::wire {
namespace {

void append_member(std::string& out, std::string_view key, std::string_view text) {
    out += out.back() == '{' ? "" : ",";
    append_json_string(out, key);
    out += ':';
    append_json_string(out, text);
}

void append_value(std::string& out, const feel::Value& value) {
    switch (value.type()) {
        case feel::Type::Number: out += value.as_number().to_string(); return;
        case feel::Type::Boolean: out += value.as_boolean() ? "true" : "false"; return;
        case feel::Type::String: append_json_string(out, value.as_string()); return;
        case feel::Type::DateTime:
            if (const auto moment = value.as_moment(); moment.offset != feel::Moment::kNoOffset) {
                static const Zone kUtc = Zone::utc();
                append_json_string(out, to_string(*value.to_instant(kUtc)));
                return;
            }
            [[fallthrough]];
        default: append_json_string(out, feel::to_text(value)); return;
    }
}

}  // namespace

void append_fact_json(std::string& out, const promise::Fact& fact, const Names& names) {
    out += '{';
    append_member(out, "kind", names.text(fact.kind));
    append_member(out, "subject", fact.subject);
    if (!fact.id.empty()) append_member(out, "id", fact.id);
    append_member(out, "at", to_string(fact.at));
    if (fact.received_at != fact.at) append_member(out, "received_at", to_string(fact.received_at));
    out += ",\"sequence\":" + std::to_string(fact.sequence);
    if (fact.change == promise::Change::Correct) append_member(out, "change", "correct");
    if (fact.change == promise::Change::Retract) append_member(out, "change", "retract");
    out += ",\"fields\":{";
    for (const auto& field : fact.fields) {
        if (field.value.is_null()) continue;
        out += out.back() == '{' ? "" : ",";
        append_json_string(out, names.text(field.name));
        out += ':';
        append_value(out, field.value);
    }
    out += "}}";
}

}  // namespace yinuo::wire
