// One-time codes: mailed to the customer who is about to sign (expectations.h). The code lies sealed
// under the customer's key until it has gone out, and is of no use after ten minutes.
#pragma once

#include "engine/customers.h"
#include "server/carrier.h"
#include "server/mail_desk.h"
#include "time/clock.h"
#include "vault/keyring.h"

namespace yinuo::server {

inline constexpr std::string_view kCodeTopic = "code";  // store::Action::topic
inline constexpr Millis kCodeLasts = minutes(10);

struct CodeTask {
    store::CustomerId customer = 0;
    std::string list;    // for which expectation list
    std::string sealed;  // the code
    Instant until;

    std::string to_json() const;  // an action's body
    static Result<CodeTask> from_json(std::string_view);
};

class CodeCarrier final : public Carrier {
public:
    struct Ground {  // all borrowed, `mail` may be none
        MailDesk* mail;
        Clock& clock;  // the engine's: how long the code lasts
        Clock& wall;   // a mail's date
        const vault::Keyring& keyring;
        std::string mail_from;
    };
    explicit CodeCarrier(const Ground& ground) : ground_(ground), keys_(ground.keyring) {}

    std::string_view topic() const override { return kCodeTopic; }
    void carry(store::Reading&, const store::Action&, Done done) override;

private:
    const Ground ground_;
    engine::Keys keys_;  // of the dispatcher's thread
};

}  // namespace yinuo::server
