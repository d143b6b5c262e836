#include "connect/cloud_event.h"

#include "base/check.h"
#include "base/json_text.h"
#include "time/civil.h"

namespace yinuo::connect {
namespace {

void append(std::string& json, std::string_view name, std::string_view value) {
    json += ",\"";
    json += name;
    json += "\":";
    append_json_string(json, value);
}

}  // namespace

std::string to_json(const CloudEvent& event) {
    check(!event.id.empty() && !event.source.empty() && !event.type.empty());
    std::string json = R"({"specversion":"1.0")";
    append(json, "id", event.id);
    append(json, "source", event.source);
    append(json, "type", event.type);
    if (!event.subject.empty()) append(json, "subject", event.subject);
    append(json, "time", to_string(event.time));
    if (!event.data.empty()) {
        append(json, "datacontenttype", event.datacontenttype);
        json += ",\"data\":";
        json += event.data;
    }
    return json += '}';
}

}  // namespace yinuo::connect
