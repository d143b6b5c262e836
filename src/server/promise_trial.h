// A promise's text, tried: what it would mean, without anything being kept.
//
// Everything here follows from the text, its calendars and the tenant's settings; no facts are read and
// nothing is written. What can't be told while the text has errors is left out, never guessed.
#pragma once

#include <string>
#include <vector>

#include "server/api.h"
#include "server/promise_findings.h"

namespace yinuo::server {

struct TrialWish : TextWish {
    std::vector<Instant> starts;  // deadlines to be worked out beside those chosen by rule
};

// {"findings":[…],"sentences":{…},"principles":[…],"conditions":[…],"deadlines":[…],"names":{…},
// "model":{…}}
std::string try_promise(const Call&, const TrialWish&);

// The built-in functions of FEEL and those that a promise lends it, with what they take.
void write_functions(JsonOut&);

}  // namespace yinuo::server
