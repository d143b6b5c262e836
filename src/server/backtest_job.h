// A back-test asked for over the API: what `yinuo backtest` does, on a tenant's own drafts and facts.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/api.h"
#include "server/jobs.h"

namespace yinuo::server {

struct BacktestWish {
    std::vector<std::string> promises;             // "same-day-install@3", or a text
    std::map<std::string, std::string> calendars;  // for the texts, beside the tenant's own
    bool live = false;                             // the facts that the tenant has reported
    std::string format;                            // otherwise: "csv", "jsonl"
    std::string mapping;                           // its text
    std::string data;                              // as it would lie in a file
    std::vector<std::string> by;                   // FEEL
    bool curves = true;
};

// Everything compiled, so that what is wrong with it is said at once and not by a job that fails.
// Refuses with all faults, each with its pointer into the request's body.
Answered<Jobs::Task> prepare_backtest(const Call&, BacktestWish);

}  // namespace yinuo::server
