// 通知: how a customer can be reached, the words they are told things in, and what they were told.
//
// Contact data and what was said are personal: documents sealed under the customer's own key
// (collections "contact" and "told"), unreadable once that is destroyed. Templates are the
// company's, in place of those that it starts with (connect/notice_defaults.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connect/notice_defaults.h"
#include "connect/notice_text.h"
#include "connect/notice_time.h"
#include "engine/customers.h"
#include "engine/noticing.h"
#include "server/json_out.h"
#include "store/store.h"

namespace yinuo::server {

// "page" keeps the notice for the customer's own page, the others go out (notice_channels.h).
inline constexpr std::string_view kChannels[] = {"mail", "sms", "webhook", "page"};

struct Contact {
    std::string name;  // how we address them; may be empty
    std::string email;
    std::string phone;
    bool chinese = true;
    std::string zone = "Asia/Shanghai";
    connect::QuietHours quiet = {};
    connect::Consent mail = connect::Consent::Unasked;
    connect::Consent sms = connect::Consent::Unasked;
    bool mail_is_bad = false;   // it came back
    bool phone_is_bad = false;  // the gateway says that there is no such number
};
// nullopt: we know none, or the customer was erased.
std::optional<Contact> find_contact(store::Reading&, engine::Keys&, store::TenantId,
                                    store::CustomerId);
// Refuses ("erased") when the key is gone.
Result<void> put_contact(engine::Turns&, store::TenantId, store::CustomerId, const Contact&);
void write_contact(JsonOut&, const Contact&);

// Whether this customer may be told by "mail" or "sms" at all, and we know how.
bool may_reach(const Contact&, std::string_view channel);

struct Templates {
    std::vector<std::pair<std::string, connect::NoticeTemplate>> own;  // by the notice's name
    std::int64_t etag = 0;
};
Templates notice_templates(store::Reading&, store::TenantId);
Result<std::int64_t> put_notice_templates(engine::Turns&, const engine::Actor&, const Templates&);
// nullopt: there is no such notice.
std::optional<connect::NoticeKind> notice_kind(std::string_view name);
connect::NoticeTemplate template_of(const Templates&, connect::NoticeKind);
void write_template(JsonOut&, std::string_view name, const connect::NoticeTemplate&);

// One thing that a customer was told.
struct Told {
    std::string id;       // "ntc_17"
    std::string notice;   // which template
    std::string channel;  // by which it went
    Instant at;
    std::string subject;  // of the message
    std::string text;
};
Result<void> put_told(engine::Turns&, store::TenantId, store::CustomerId, const Told&);
// The oldest first, after the id in `after`; nothing of who was erased.
struct ToldPage {
    std::vector<Told> told;
    std::string next;  // empty: that was all
};
ToldPage told_of(store::Reading&, engine::Keys&, store::TenantId, store::CustomerId,
                 std::string_view after, int limit);
void write_told(JsonOut&, const Told&);

// 顾客配合: what this obligation stands still for at `now`, as far as it is the customer's to do.
struct Duty {
    Text text;
    Instant since;
};
std::vector<Duty> standing_duties(store::Reading&, engine::Shelf&, const store::ObligationRow&,
                                  Instant now);

// What a notice's variables say to this customer.
struct NoticeGround {
    Zones& zones;
    std::string company;
    std::string link;  // to their page; empty: there is none
    Instant now;
};
connect::NoticeValues notice_values(store::Reading&, engine::Shelf&, const NoticeGround&,
                                    const engine::NoticeTask&, const Contact&);

}  // namespace yinuo::server
