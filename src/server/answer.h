// What a handler says: an answer, or a refusal that becomes a problem (RFC 9457).
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "http/problem.h"

namespace yinuo::server {

// The status follows from the error's code (answer.cc has the table; a code it doesn't know is
// 422), unless it is said here. TRY turns an Error into a Refusal by itself.
struct Refusal {
    Refusal(Error why) : error(std::move(why)) {}  // NOLINT: every Error is a Refusal
    Refusal(Error why, int as_status) : error(std::move(why)), status(as_status) {}
    Refusal(Error why, std::vector<http::Flaw> all)
        : error(std::move(why)), flaws(std::move(all)) {}

    Error error;
    std::vector<http::Flaw> flaws = {};  // of a body: all at once
    int status = 0;                      // 0: by the error's code
    std::vector<std::pair<std::string, std::string>> headers = {};
};

template <typename T>
using Answered = std::expected<T, Refusal>;
using Answer = Answered<http::Response>;

inline std::unexpected<Refusal> deny(Refusal refusal) {
    return std::unexpected(std::move(refusal));
}

int status_of(const Error&);
http::Response problem_of(const Refusal&, bool chinese);

// The answer to an id that is unknown, and exactly the same to one of another tenant.
Refusal no_such(Text what);
// For failures that are ours or the disk's; what happened is in the log only.
Refusal unavailable();

}  // namespace yinuo::server
