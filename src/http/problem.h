// An Error as an answer: application/problem+json (RFC 9457), in the reader's language.
//
//   {"type": "urn:yinuo:problem:unknown-key", "title": "Unprocessable Content", "status": 422,
//    "code": "unknown-key", "detail": "...", "mend": "...", "line": 3, "column": 5,
//    "errors": [{"pointer": "/facts/0/at", "code": "...", "detail": "...", "mend": "..."}]}
//
// `detail` says what is wrong and `mend` what would be right; absent members are left out.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"

namespace yinuo::http {

// One of several faults. `pointer` is a JSON Pointer (RFC 6901) into the request's body, `field` the
// name of a header or parameter; either may be empty.
struct Flaw {
    Error error;
    std::string pointer = {};
    std::string field = {};
};

Response problem(int status, const Error&, bool chinese, std::span<const Flaw> flaws = {});

// The 500 for what only we can mend; it says nothing about what it was.
Response internal_error(bool chinese);

// "Not Found" for 404; what RFC 9110 calls the status, or of its class if it is unknown.
std::string_view reason(int status);

}  // namespace yinuo::http
