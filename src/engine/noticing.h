// 通知: what a customer is to be told, queued in the commit of its cause.
//
// A company's rules say which domain event is told in which notice and by which channels. A notice
// is an action of topic "notice": whose customer it is, which events it tells of, nothing personal.
// Words and addresses are looked up when it is sent, so that nothing of an erased customer is left
// in it. Notices of one kind about one matter (one incident, or else one subject) are merged while
// they wait, and a second one goes out no sooner than `merge_minutes` after the first.
//
// 员工: rules of the same document say which events go to which group robot. What comes about within
// one stretch of `staff_seconds` is one message (topic "staff"). An incident is told to whoever is
// hit by it (topic "incident-notice"): one notice for each customer, or with the breach's that waits.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/turns.h"
#include "store/store.h"

namespace yinuo::engine {

inline constexpr std::string_view kNoticeTopic = "notice";  // store::Action::topic
inline constexpr std::string_view kStaffTopic = "staff";
inline constexpr std::string_view kIncidentNoticeTopic = "incident-notice";
inline constexpr std::int32_t kUnreachedAlert = -2;  // Alert::warning: the customer can't be told

struct NoticeRule {
    std::string event;   // "obligation.broken", "payout.paid", "incident.*"; see kDutyWaiting
    std::string notice;  // which template: "breach"
    std::vector<std::string> channels;  // the best one first: "mail", "sms", "page"
    bool urgent = false;                // quiet hours don't hold it back
    std::int64_t remind_hours = 0;      // of kDutyWaiting: told again while it lasts; 0: once
};
struct StaffRule {
    std::string event;
    std::string robot;    // a channel's name
    std::string promise;  // "live-24h": only about this one; empty: about all
};
struct NoticeRules {
    std::vector<NoticeRule> rules;
    std::vector<StaffRule> staff;
    std::int64_t merge_minutes = 60;
    std::int64_t staff_seconds = 60;  // a robot gets one message in each stretch of so many
    std::int64_t etag = 0;            // 0: nobody wrote any, and nobody is told anything
};
// 顾客配合: a rule of this event hears of every pause; whether it is the customer that we wait for is
// looked at when the notice is about to go out.
inline constexpr std::string_view kDutyWaiting = "duty.waiting";
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
    // What else the event says that a notice may tell: its members in kSaidToCustomers.
    std::vector<std::pair<std::string, std::string>> said = {};
};
// Never personal: an action's body isn't sealed.
inline constexpr std::string_view kSaidToCustomers[] = {
    "claim",    "chase",      "word",      "expectation", "decision",
    "incident", "new_due_at", "decide_by", "until",       "follow_up_at"};

struct NoticeTask {
    store::CustomerId customer = 0;
    std::string notice;
    std::string subject;  // "order/4711", of the first event
    std::vector<std::string> channels;
    bool urgent = false;
    std::vector<NoticeEvent> events;  // in the order in which they came about
    std::int64_t remind_hours = 0;
    std::int64_t reminders = 0;  // how often it was told before

    std::string to_json() const;  // an action's body
    static Result<NoticeTask> from_json(std::string_view);
};
// Into the notice that waits about this matter, or a new one; nothing if it was told of before. What
// may be on its way is left alone.
void queue_notice(store::Writing&, store::TenantId, NoticeTask, std::string_view matter,
                  std::int64_t merge_minutes, Instant now);

// One message to a group robot.
struct StaffEvent {
    std::string type;
    std::string about;  // a subject, "incident/3"
    std::string obligation = {};
    std::string addressee = {};  // who must act, if the event says so
    std::string promise = {};    // the rule's
    Instant at;
};
struct StaffTask {
    std::vector<StaffEvent> events;
    std::int64_t more = 0;  // so many that there was no room for

    std::string to_json() const;
    static Result<StaffTask> from_json(std::string_view);
};
std::string robot_target(std::string_view robot);  // "robot:ops": an action's target

// An incident's walk through its members, to tell their customers.
struct IncidentNotice {
    std::int64_t incident = 0;
    std::string type;  // "incident.declared"
    store::Position cause = 0;
    Instant at;
    store::ObligationId after = 0;  // the last member that was told
    std::int64_t looks = 0;         // at all of them so far: some join later

    std::string to_json() const;
    static Result<IncidentNotice> from_json(std::string_view);
};
// Of one member, by the rules as they stand; each customer once.
void tell_member(store::Writing&, store::TenantId, const IncidentNotice&,
                 const store::ObligationRow&, Instant now);

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
    struct Told;
    const NoticeRules& rules(store::TenantId);
    void tell_customer(const NoticeRules&, const Told&);
    void tell_staff(const NoticeRules&, const Told&);

    store::Writing& rows_;
    std::map<store::TenantId, NoticeRules> rules_;
};

}  // namespace yinuo::engine
