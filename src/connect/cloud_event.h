// CloudEvents 1.0 in structured JSON mode: what a webhook of ours carries.
//
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
#pragma once

#include <string>
#include <string_view>

#include "time/instant.h"

namespace yinuo::connect {

inline constexpr std::string_view kCloudEventType = "application/cloudevents+json";

struct CloudEvent {
    std::string id;       // unique within the source, the same for every attempt
    std::string source;   // a URI reference: "/tenants/acme"
    std::string type;     // "com.yinuo.obligation.broken"
    std::string subject;  // what it is about; left out when empty
    Instant time;         // when it happened, not when it is sent
    std::string datacontenttype = "application/json";
    std::string data;  // JSON already; left out, with its content type, when empty
};

// `id`, `source` and `type` must not be empty, and `data` must be JSON: both are ours to get right.
std::string to_json(const CloudEvent&);

}  // namespace yinuo::connect
