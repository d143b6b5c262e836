// Boston's 311 requests of 2015 as if they came today: the shipped cut, replayed.
//
// Rows are read through the example's own mapping and moved by whole weeks on Boston's wall clock,
// so weekdays and hours of the day stay what they were. When the file ends it begins again, with new
// ids, after as many weeks as it spans. What nobody could know when a request was opened (when it
// would be closed) isn't told then.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "demo/feed.h"
#include "time/zone.h"

namespace yinuo::demo {

class Boston final : public CaseSource {
public:
    // `folder`: examples/boston311. The first row comes to lie 14 to 21 days before `begin`. Refuses
    // what the mapping or the reader refuse, and a file in which a row was rejected.
    static Result<std::unique_ptr<Boston>> load(const std::string& folder, Instant begin, Zones&);

    void seek(Instant from) override;
    Instant next_opens_at() override;
    Case next() override;

    Instant first_opens_at() const;
    // The same moving for dates in a promise's text: its calendar's holidays.
    int weeks() const { return weeks_; }

private:
    struct Row {
        std::string id, kind, department;
        LocalTime opened, target, closed;  // target, closed: max() when there is none
    };
    explicit Boston(const Zone& zone) : zone_(zone) {}
    Instant moved(LocalTime, int round) const;

    const Zone& zone_;
    std::vector<Row> rows_;  // by `opened`
    int weeks_ = 0;          // by which the first round is moved
    int span_ = 0;           // weeks of one round
    std::size_t at_ = 0;
    int round_ = 0;
};

// `date: 2015-05-25` in a promise's text, moved by whole weeks.
std::string with_dates_moved(std::string_view text, int weeks);

}  // namespace yinuo::demo
