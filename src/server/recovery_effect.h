// 服务补救的效果: are customers whom a promise was broken to, and made good, as content, and do they
// come back, like those to whom nothing broke?
//
// Every customer with an obligation that came due in the window is in one group. Their score is the
// mean of what facts of the asked kind say within `days` of what happened to them last: of the
// untouched the last obligation's end, of the others the latest breach, made good or not. They came
// back when a fact of the other kind lies in those days; asked only of those whose days are over.
#pragma once

#include <string>
#include <vector>

#include "server/records.h"
#include "twin/compare.h"

namespace yinuo::server {

enum class Recovery : std::uint8_t {
    Untouched,  // nothing broke
    MadeGood,   // all that was owed for each breach has arrived, and in time
    MadeGoodLate,
    NotMadeGood,
};

struct RecoveryWish {
    Instant from, until;
    std::string score_kind, score_field;  // empty: not asked
    std::string return_kind;              // empty: not asked
    int days = 90;
};

struct RecoveryGroup {
    std::int64_t customers = 0;
    twin::Mean score;     // of customers who said one
    twin::Share returns;  // of customers whose days are over
};

struct RecoveryEffect {
    RecoveryGroup groups[4];
    std::int64_t too_recent = 0;                            // whose days aren't over
    twin::Difference score_good_untouched, score_good_bad;  // made good less the other
    twin::Difference returns_good_untouched, returns_good_bad;
    bool is_cut = false;
};
RecoveryEffect recovery_effect(const Records&, const RecoveryWish&);

std::string recovery_json(const RecoveryEffect&, const RecoveryWish&, Instant as_of);
std::string recovery_csv(const RecoveryEffect&, bool chinese);

}  // namespace yinuo::server
