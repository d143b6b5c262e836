// Webhooks: an event to one of a tenant's endpoints, signed. An endpoint that answers 410 is
// disabled.
#pragma once

#include "connect/courier.h"
#include "server/carrier.h"
#include "time/clock.h"
#include "vault/secret.h"

namespace yinuo::server {

class WebhookCarrier final : public Carrier {
public:
    // `wall` tells when a delivery was signed. All are borrowed.
    WebhookCarrier(connect::Courier& courier, Clock& wall, const vault::Key& server_key)
        : courier_(courier), wall_(wall), server_key_(server_key) {}

    std::string_view topic() const override;
    void carry(store::Reading&, const store::Action&, Done done) override;

private:
    connect::Courier& courier_;
    Clock& wall_;
    const vault::Key& server_key_;
};

}  // namespace yinuo::server
