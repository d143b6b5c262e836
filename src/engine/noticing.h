// 通知: what a customer is to be told, queued in the commit of its cause.
//
// A company's rules say which domain event is told in which notice and by which channels. A notice
// is an action of topic "notice": whose customer it is, which events it tells of, nothing personal.
// Words and addresses are looked up when it is sent, so that nothing of an erased customer is left
// in it. Notices of one kind about one matter (one incident, or else one subject) are merged while
// they wait, and a second one goes out no sooner than `merge_minutes` after the first.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/turns.h"
#include "store/store.h"

namespace yinuo::engine {

inline constexpr std::string_view kNoticeTopic = "notice";  // store::Action::topic
inline constexpr std::int32_t kUnreachedAlert = -2;  // Alert::warning: the customer can't be told

struct NoticeRule {
    std::string event;   // "obligation.broken", "payout.paid", "duty.at-risk", "incident.*"
    std::string notice;  // which template: "breach"
    std::vector<std::string> channels;  // the best one first: "mail", "sms", "page"
    bool urgent = false;                // quiet hours don't hold it back
};
struct NoticeRules {
    std::vector<NoticeRule> rules;
    std::int64_t merge_minutes = 60;
    std::int64_t etag = 0;  // 0: nobody wrote any, and nobody is told anything
};
NoticeRules notice_rules(store::Reading&, store::TenantId);
// The document "rules" of the collection "notices". Refuses a stale etag ("stale"); whether its
// words make sense is its caller's to know.
Result<std::int64_t> put_notice_rules(Turns&, const Actor&, const NoticeRules&);

// What a notice is about.
struct NoticeEvent {
    std::string type;
    std::string obligation;  // "obl_…"; empty: none
    std::string payout;      // "pay_…"; empty: none
    Instant at;
    store::Position cause = 0;
};
struct NoticeTask {
    store::CustomerId customer = 0;
    std::string notice;
    std::string subject;  // "order/4711", of the first event
    std::vector<std::string> channels;
    bool urgent = false;
    std::vector<NoticeEvent> events;  // in the order in which they came about

    std::string to_json() const;  // an action's body
    static Result<NoticeTask> from_json(std::string_view);
};

std::string customer_text(store::CustomerId);     // "cus_5": an action's target
std::string notice_text(std::int64_t action_id);  // "ntc_17"
std::optional<std::int64_t> parse_notice(std::string_view text);

// That the customer was told, or can't be: an entry of kind Delivery in the subject's stream, with a
// leaf under the customer's salt. Nothing personal is in it.
struct NoticeTold {
    std::int64_t action = 0;
    std::string channel;  // by which; empty: by none
    std::string outcome;  // "sent", "bounced", "unreachable"
    std::string fault = {};
};
store::Position record_notice(Turns&, store::TenantId, const NoticeTask&, const NoticeTold&);

// For the length of one group of turns. Inside the room.
class NoticeQueue {
public:
    explicit NoticeQueue(store::Writing& rows) : rows_(rows) {}
    void tell(store::TenantId, std::string_view type, std::string_view subject,
              std::string_view data, store::Position cause, Instant now);

private:
    const NoticeRules& rules(store::TenantId);
    void put(store::TenantId, NoticeTask, std::string_view matter, std::int64_t merge_minutes,
             Instant now);

    store::Writing& rows_;
    std::map<store::TenantId, NoticeRules> rules_;
};

}  // namespace yinuo::engine
