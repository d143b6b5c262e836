// Notices to customers: by the first channel that may be used, in their language, at an hour when
// it is no disturbance. Whatever was said is kept for the customer's page, recorded in their
// subject's stream, and a fact of it: `notice.told` {notice, channel, outcome}, so that a promise
// can be about telling. A channel that is refused for good gives way to the next one; who can't be
// reached by any becomes an alert for an agent.
#pragma once

#include <memory>
#include <optional>

#include "connect/courier.h"
#include "engine/customers.h"
#include "server/carrier.h"
#include "server/mail_desk.h"
#include "server/notices.h"
#include "server/shelf_desk.h"
#include "time/clock.h"
#include "time/zone.h"
#include "vault/keyring.h"

namespace yinuo::server {

class NoticeCarrier final : public Carrier {
public:
    struct Ground {  // all borrowed, `mail` may be none
        MailDesk* mail;
        connect::Courier& courier;
        ShelfDesk& shelves;
        Clock& clock;  // the engine's: quiet hours
        Clock& wall;   // when a message was signed
        Zones& zones;
        const vault::Keyring& keyring;
        const vault::Key& server_key;
        std::string mail_from;
        std::string public_url;  // empty: no links to the customer's page
    };
    explicit NoticeCarrier(const Ground& ground) : ground_(ground), keys_(ground.keyring) {}

    std::string_view topic() const override;
    void carry(store::Reading&, const store::Action&, Done done) override;

private:
    struct Saying;
    connect::NoticeValues values_of(store::Reading&, const Saying&, bool with_link);
    bool try_channel(store::Reading&, const Saying&, const std::string& channel, const Done&);
    void send_mail(const Saying&, const connect::NoticeTemplate&, const Done&);
    bool send_sms(const Saying&, const struct NoticeChannel&, const Done&);
    bool send_to_app(const Saying&, const struct NoticeChannel&, const connect::NoticeTemplate&,
                     const Done&);

    const Ground ground_;
    engine::Keys keys_;  // of the dispatcher's thread
    vault::SystemEntropy entropy_;
};

// 群障: everybody who is hit is told once, a few at a time; those who join later, too.
class IncidentNoticeCarrier final : public Carrier {
public:
    explicit IncidentNoticeCarrier(Clock& clock) : clock_(clock) {}
    std::string_view topic() const override;
    void carry(store::Reading&, const store::Action&, Done done) override;

private:
    Clock& clock_;  // the engine's
};

// A message came back: a bounce of the mail server ("mail"), a report of the gateway ("sms"). The
// address is marked and the notice goes out by its next channel; an agent is told if there is none.
// In the engine's thread. False: there is no such notice, or it was known.
bool take_back(engine::Turns&, store::TenantId, std::int64_t notice, std::string_view channel,
               std::string_view fault);

}  // namespace yinuo::server
