// What is wrong, odd or worth knowing about a promise's text, and what its company's own settings
// would make of it: personal fields, notices that couldn't be said.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/publishing.h"
#include "server/api.h"
#include "server/body.h"

namespace yinuo::server {

inline constexpr std::size_t kPromiseTextMost = std::size_t{1} << 20;  // bytes

// A promise's text and calendars as a body has them.
struct TextWish {
    std::string text;
    std::map<std::string, std::string> calendars;
};
void describe(Members&, TextWish&);

Findings promise_findings(const Call&, store::Reading&, const engine::Publication&);
// Only what the company's notices would say of it, and can't.
void add_notice_findings(const Call&, store::Reading&, const engine::Publication&, Findings&);

std::string_view severity_name(Severity);  // "warning"
// The members code, what, mend, path, line, column, as far as there is something to say.
void write_error_members(JsonOut&, const Error&);
// [{"severity":…,"code":…,…}]
void write_findings(JsonOut&, const Findings&);

}  // namespace yinuo::server
