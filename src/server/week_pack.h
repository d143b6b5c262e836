// 每周回顾: one week on one page, beside the four weeks before it.
//
// What is called better or worse is so beyond chance: the difference of kept-rates, with Holm's
// correction over all promises. Nothing personal is in it: subjects by their names, no customers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "server/improvements.h"
#include "server/responsibility.h"
#include "time/civil.h"
#include "time/zone.h"

namespace yinuo::server {

// A week of ISO 8601, Monday to Sunday.
struct IsoWeek {
    int year = 0;
    int number = 0;
    Date monday;

    static std::optional<IsoWeek> parse(std::string_view text);  // "2026-W11"
    static IsoWeek of(Date day);
    std::string to_string() const;
};

struct WeekPack {
    IsoWeek week;
    std::string zone;
    Instant from, until, before;  // the week is [from, until); what it is held to [before, from)

    struct Kept {
        std::string promise;
        Text title;
        twin::Share week, before;
        twin::Difference difference;
        double p = 1;                                      // corrected
        std::vector<std::int64_t> late_week, late_before;  // milliseconds, of the broken ones
        bool is_better() const;
        bool is_worse() const;
        std::int64_t breaches() const { return week.of - week.count; }
        double breaches_before() const;  // of one week, on average
    };
    std::vector<Kept> promises;  // those with any, by name

    struct Worst {
        std::string subject;
        std::int64_t breaches = 0;
        Millis late{0};
    };
    std::vector<Worst> worst;  // five at most, the latest first

    struct Given {
        std::string currency;
        std::int64_t week = 0, before = 0;  // minor units paid; `before` in all four weeks
    };
    std::vector<Given> given;

    struct IncidentLine {
        std::int64_t number = 0;
        Text title;
        std::string state;
    };
    std::vector<IncidentLine> incidents;  // declared in the week

    CausePareto causes;
    std::int64_t claims_open = 0, claims_overdue = 0;  // waiting for a decision; for over 7 days
    std::vector<Improvement> improvements;  // open, and due within 7 days of the week's end
    bool is_cut = false;
};
WeekPack week_pack(const Records&, const IsoWeek&, const Zone&, std::string zone_name);

std::string week_json(const WeekPack&, Instant as_of);
std::string week_csv(const WeekPack&, bool chinese);
// A page of its own, without scripts or anything from elsewhere; A4 in print.
std::string week_html(const WeekPack&, bool chinese, Instant as_of);

}  // namespace yinuo::server
