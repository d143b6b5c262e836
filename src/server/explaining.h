// One obligation explained: the same fold that judged it, listened to.
#pragma once

#include <string>

#include "server/api.h"
#include "server/obligation_out.h"

namespace yinuo::server {

struct Explanation {
    std::string account;  // JSON as `yinuo explain --json` has it; empty where no account is kept
    std::string text;     // for people, in their language
    std::string steps;    // items of a JSON list: what was recorded, see telling.h
};

// As of now. Of keys and rates, which rest on several subjects, there are only the recorded steps.
// Reads all of the stream's facts: on a worker.
Explanation explain(const Call&, store::Reading&, const SeenObligation&);

}  // namespace yinuo::server
