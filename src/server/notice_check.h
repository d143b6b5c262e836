// What a company's rules would tell of a promise, and its templates can't: found when the promise is
// checked, not when the first customer gets half a notice.
#pragma once

#include "base/error.h"
#include "engine/noticing.h"
#include "promise/promise.h"
#include "server/notices.h"

namespace yinuo::server {

// Warnings "notice-gap", each with the template, language, line and mend: a variable that nothing of
// this promise ever fills, in a subject or in words of the company's own. The words that we start
// with may leave lines out, and their subjects only are looked at.
Findings notice_findings(const engine::NoticeRules&, const Templates&, const promise::Promise&);

}  // namespace yinuo::server
