// Notices to customers: by the first channel that may be used, in their language, at an hour when
// it is no disturbance. Whatever was said is kept for the customer's page and recorded in their
// subject's stream; who can't be reached becomes an alert for an agent.
#pragma once

#include <memory>
#include <optional>

#include "engine/customers.h"
#include "server/carrier.h"
#include "server/mail_desk.h"
#include "server/shelf_desk.h"
#include "time/clock.h"
#include "time/zone.h"
#include "vault/keyring.h"

namespace yinuo::server {

class NoticeCarrier final : public Carrier {
public:
    struct Ground {  // all borrowed, `mail` may be none
        MailDesk* mail;
        ShelfDesk& shelves;
        Clock& clock;  // the engine's: quiet hours
        Clock& wall;   // a mail's date
        Zones& zones;
        const vault::Keyring& keyring;
        std::string mail_from;
    };
    explicit NoticeCarrier(const Ground& ground) : ground_(ground), keys_(ground.keyring) {}

    std::string_view topic() const override;
    void carry(store::Reading&, const store::Action&, Done done) override;

private:
    const Ground ground_;
    engine::Keys keys_;  // of the dispatcher's thread
};

// The address doesn't take mails, as a bounce says: no more are sent there, and an agent is told. In
// the engine's thread. False: there is no such notice, or it was known.
bool take_bounce(engine::Turns&, store::TenantId, std::int64_t notice);

}  // namespace yinuo::server
