// The notices that a company starts with, in both languages: it may rewrite every one.
//
// Nobody is told that a promise was kept; whoever is served in time hears nothing from us.
// 先道歉，再说明；不找理由，不怪别人。
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "connect/notice_text.h"

namespace yinuo::connect {

enum class NoticeKind : std::uint8_t {
    Breach,        // we didn't keep our word: apology, what happened, what you get
    Paid,          // what was owed has been given
    Incident,      // one cause, many customers
    Choice,        // the customer may choose between remedies
    DutyReminder,  // we wait for something that is the customer's to do
    NewDate,       // we ask for another time
    ChaseAnswer,   // the customer asked how far we are
};
inline constexpr int kNoticeKinds = 7;

std::string_view name_of(NoticeKind);  // "breach", "paid", "incident", "choice", "duty-reminder",
                                       // "new-date", "chase-answer"
std::span<const NoticeVariable> variables_of(NoticeKind);
const NoticeTemplate& default_notice(NoticeKind);  // for mails and pages
const NoticeTemplate& default_short(NoticeKind);   // for short messages: one part, as a rule

}  // namespace yinuo::connect
