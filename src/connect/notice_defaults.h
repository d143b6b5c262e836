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
    Breach,         // we didn't keep our word: apology, what happened, what you get
    Paid,           // what was owed has been given
    Incident,       // one cause, many customers
    Choice,         // the customer may choose between remedies
    DutyReminder,   // we wait for something that is the customer's to do
    NewDate,        // we ask for another time
    ChaseAnswer,    // the customer asked how far we are
    ClaimReceived,  // what they told us about is being looked into
    ClaimDecided,   // and this came of it
    Expectation,    // 期望清单: what we promise and what not, to be read and signed
    Word,           // 口头承诺: what one of us promised them, in writing
    FollowUp,       // is everything all right now?
    Recovery,       // 补救: somebody writes to them after a breach
};
inline constexpr int kNoticeKinds = 13;

// "breach", "paid", "incident", "choice", "duty-reminder", "new-date", "chase-answer",
// "claim-received", "claim-decided", "expectation", "word", "follow-up", "recovery"
std::string_view name_of(NoticeKind);
std::span<const NoticeVariable> variables_of(NoticeKind);
const NoticeTemplate& default_notice(NoticeKind);  // for mails and pages
const NoticeTemplate& default_short(NoticeKind);   // for short messages: one part, as a rule

}  // namespace yinuo::connect
