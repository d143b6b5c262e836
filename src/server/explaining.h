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

// As of now. A key is explained by the facts of all its subjects, a period of a rate by what was
// counted. Reads all of those facts: on a worker.
Explanation explain(const Call&, store::Reading&, const SeenObligation&);

}  // namespace yinuo::server
