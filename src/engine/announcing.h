// Who in the world wants to hear of what: notices to the customer, deliveries for a tenant's webhook
// endpoints, and the bodies of audit entries. Inside the room.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/noticing.h"
#include "engine/recovering.h"
#include "engine/turns.h"
#include "store/store.h"

namespace yinuo::engine {

inline constexpr std::string_view kEndpoints = "webhook";
inline constexpr std::string_view kWebhookTopic = "webhook";

// For the length of one group of turns.
class Announcer {
public:
    explicit Announcer(store::Writing& rows) : rows_(rows), notices_(rows), recoveries_(rows) {}

    // What the customer is told of it, by the company's rules (noticing.h), is queued first, and
    // what the recovery begins with (recovering.h). Then one action for each endpoint that wants
    // `type`: its key is stable, so that announcing the same entry again adds nothing. `data` is
    // JSON; the body is a CloudEvent.
    void announce(store::TenantId, std::string_view type, std::string_view subject,
                  std::string_view data, store::Position cause, Instant now);

private:
    struct Endpoint {
        std::string id;
        std::vector<std::string> types;  // empty: all; "obligation.*" by prefix
    };
    const std::vector<Endpoint>& endpoints(store::TenantId);

    store::Writing& rows_;
    NoticeQueue notices_;
    RecoveryQueue recoveries_;
    std::map<store::TenantId, std::vector<Endpoint>> endpoints_;
    store::Position cause_ = 0;  // of the last one told
    int told_ = 0;               // about it
};

std::string audit_body(const Actor&, std::string_view what, std::string_view about,
                       std::string_view more);

}  // namespace yinuo::engine
