// Payouts: each order goes to the connector that the company's policy names for its kind.
//
// Before it acts, the payout's step Send is on disk; it acts only when that wasn't refused, and
// under the payout's id every time. It doesn't act while the customer is just being told of the
// breach (notice_carrier.h): they hear of it from us before they see the money. So an answer that was lost, came twice or never came leaves the
// payout paid once at a system that keeps to the key, and what nobody can tell (another amount was
// paid, two days without an answer) becomes Failed, for a person.
#pragma once

#include <memory>

#include "connect/courier.h"
#include "engine/engine.h"
#include "server/carrier.h"
#include "time/clock.h"
#include "vault/secret.h"

namespace yinuo::server {

class PayoutCarrier final : public Carrier {
public:
    struct Ground {  // all borrowed
        connect::Courier& courier;
        engine::Engine& engine;
        Clock& clock;  // the engine's
        Clock& wall;   // when an order is signed
        const vault::Key& server_key;
    };
    explicit PayoutCarrier(const Ground& ground) : ground_(ground) {}

    std::string_view topic() const override;
    int at_once(const store::Action&) const override;
    void carry(store::Reading&, const store::Action&, Done done) override;

private:
    struct Order;
    void send(const std::shared_ptr<Order>&);
    void send_http(const std::shared_ptr<Order>&);
    void send_sandbox(const std::shared_ptr<Order>&);

    const Ground ground_;
};

}  // namespace yinuo::server
