// One-time codes: to the customer who is about to sign (expectations.h) or signs in
// (customer_access.h), by mail, or as a short message where that is what they have. The code lies
// sealed under the customer's key until it has gone out, and is of no use after ten minutes.
#pragma once

#include <span>

#include "connect/courier.h"
#include "engine/customers.h"
#include "server/carrier.h"
#include "server/mail_desk.h"
#include "server/notice_channels.h"
#include "server/notices.h"
#include "time/clock.h"
#include "vault/keyring.h"

namespace yinuo::server {

inline constexpr std::string_view kCodeTopic = "code";  // store::Action::topic
inline constexpr Millis kCodeLasts = minutes(10);

// Six digits, each as likely as any other.
std::string new_code(vault::Entropy&);

// The gateway's template of such a message is one "code" among those of notices.
inline constexpr std::string_view kCodeTemplate = "code";
std::span<const connect::NoticeVariable> code_variables();

// Can this customer get one by any channel? `mail`: is a mail server set up.
bool can_get_code(store::Reading&, store::TenantId, const Contact&, bool mail);

struct CodeTask {
    store::CustomerId customer = 0;
    std::string list;    // for which expectation list; empty: to sign in
    std::string sealed;  // the code
    Instant until;

    std::string to_json() const;  // an action's body
    static Result<CodeTask> from_json(std::string_view);
    // What the code is sealed for.
    std::string_view purpose() const { return list.empty() ? std::string_view("sign-in") : list; }
};

class CodeCarrier final : public Carrier {
public:
    struct Ground {  // all borrowed, `mail` may be none
        MailDesk* mail;
        connect::Courier& courier;
        Clock& clock;  // the engine's: how long the code lasts
        Clock& wall;   // a message's date
        const vault::Keyring& keyring;
        const vault::Key& server_key;
        std::string mail_from;
    };
    explicit CodeCarrier(const Ground& ground) : ground_(ground), keys_(ground.keyring) {}

    std::string_view topic() const override { return kCodeTopic; }
    void carry(store::Reading&, const store::Action&, Done done) override;

private:
    void send_mail(const store::Action&, connect::Mail, Done);
    bool send_sms(const store::Action&, const NoticeChannel&, const Contact&, const SmsWords&,
                  Done);

    const Ground ground_;
    engine::Keys keys_;  // of the dispatcher's thread
    vault::SystemEntropy entropy_;
};

}  // namespace yinuo::server
