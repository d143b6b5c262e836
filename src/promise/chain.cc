#include "promise/chain.h"

#include <algorithm>

#include "promise/rows.h"
#include "promise/words.h"

namespace yinuo::promise {
namespace {

constexpr int kHalfHoursOfAYear = 366 * 48;

// From when starts are tried: the promise's first day, or the first year of announced holidays.
Instant first_start(const Promise& promise) {
    if (promise.effective_from > Instant::min()) return promise.effective_from;
    return promise.zone->start_of_day(usual_day(promise));
}

const Within* within_of(const Promise& promise, int clause) {
    return std::get_if<Within>(&promise.clauses[static_cast<std::size_t>(clause)].shape);
}

std::optional<Instant> due_of(const LimitRow& row, Instant start, const Calendars& calendars) {
    if (row.amount) return std::nullopt;
    const auto due = due_after(start, row.limit, calendars);
    return due ? std::optional(*due) : std::nullopt;
}

// The earliest that the leg is surely due by; nullopt when that depends on data.
std::optional<Instant> least_due(const Within& leg, const LimitRow& outer, Instant start,
                                 const Calendars& calendars) {
    const auto same = [&](const LimitRow& row) {
        return row.when && outer.when && row.when->formula.text() == outer.when->formula.text();
    };
    for (const auto& row : leg.rows)
        if (same(row)) return due_of(row, start, calendars);
    std::optional<Instant> least;
    for (std::size_t i = 0; i < leg.rows.size(); ++i) {
        if (!may_take(leg, i, start, *calendars.zone)) continue;
        const auto due = due_of(leg.rows[i], start, calendars);
        if (!due) return std::nullopt;
        least = least ? std::min(*least, *due) : *due;
    }
    return least;
}

// Two dues of one start, for some row of the outer clause.
template <typename LegDue>
std::optional<LegGap> widest_gap(const Promise& promise, const Within& outer, LegDue&& leg_due) {
    LegGap gap;
    Millis widest{0};
    const auto calendars = promise.calendars();
    Instant start = first_start(promise);
    for (int i = 0; i < kHalfHoursOfAYear; ++i, start = start + minutes(30)) {
        bool tried = false, failing = false;
        for (std::size_t row = 0; row < outer.rows.size(); ++row) {
            if (!may_take(outer, row, start, *promise.zone)) continue;
            const auto outer_due = due_of(outer.rows[row], start, calendars);
            const auto inner_due = outer_due ? leg_due(outer.rows[row], start) : std::nullopt;
            if (!inner_due) continue;
            tried = true;
            if (*inner_due <= *outer_due) continue;
            failing = true;
            if (*inner_due - *outer_due <= widest) continue;
            widest = *inner_due - *outer_due;
            gap.start = start, gap.leg_due = *inner_due, gap.outer_due = *outer_due;
        }
        gap.starts_tried += tried;
        gap.starts_failing += failing;
    }
    return gap.starts_failing > 0 ? std::optional(gap) : std::nullopt;
}

std::string quoted(std::string_view name) { return "「" + std::string(name) + "」"; }

Finding to_finding(const Promise& promise, const LegGap& gap) {
    const auto& leg = promise.clauses[static_cast<std::size_t>(gap.leg)];
    const auto& outer = promise.clauses[static_cast<std::size_t>(gap.outer)];
    const auto start = tell(gap.start, *promise.zone), leg_due = tell(gap.leg_due, *promise.zone),
               outer_due = tell(gap.outer_due, *promise.zone);
    const auto share = percent(gap.starts_failing, gap.starts_tried);
    const bool never = gap.starts_failing == gap.starts_tried;
    return {Severity::Warning,
            {.code = "leg-cannot-serve",
             .what = {"内部环节" + quoted(leg.name) + "的时限不足以保证" + quoted(outer.name) +
                          "：" + start.zh + " 开始，该环节到 " + leg_due.zh +
                          " 才算超时，而对客户的截止时间是 " + outer_due.zh +
                          (never ? "；任何时候开始都是如此"
                                 : "；一年中有 " + share + " 的开始时刻如此"),
                      "leg \"" + leg.name + "\" cannot serve \"" + outer.name + "\": begun " +
                          start.en + ", the leg is in time until " + leg_due.en +
                          ", but the customer's promise is due " + outer_due.en +
                          (never ? "; so it is whenever it begins"
                                 : "; so it is for " + share + " of the starts in a year")},
             .mend = never ? Text{"缩短该环节的时限，或放宽对客户的时限；若用到这个环节时承诺已不适"
                                  "用，在 limits 里说明",
                                  "shorten the leg, or give \"" + outer.name +
                                      "\" a longer limit; if the promise doesn't hold where this "
                                      "leg is needed, say so in limits"}
                           : Text{"缩短该环节的时限，让它与" + quoted(outer.name) +
                                      "用同一种时间（钟点或工作时间），或放宽对客户的时限",
                                  "shorten the leg, count both in the same time (clock or work "
                                  "time), or give \"" +
                                      outer.name + "\" a longer limit"},
             .place = leg.place}};
}

std::optional<Finding> legs_in_a_row(const Promise& promise, int outer,
                                     const std::vector<int>& legs) {
    const auto calendars = promise.calendars();
    const auto gap =
        widest_gap(promise, *within_of(promise, outer), [&](const LimitRow& row, Instant start) {
            std::optional<Instant> at = start;
            for (const int leg : legs)
                if (at) at = least_due(*within_of(promise, leg), row, *at, calendars);
            return at;
        });
    if (!gap) return std::nullopt;
    const auto& clause = promise.clauses[static_cast<std::size_t>(outer)];
    const auto start = tell(gap->start, *promise.zone), leg_due = tell(gap->leg_due, *promise.zone),
               outer_due = tell(gap->outer_due, *promise.zone);
    return Finding{
        Severity::Warning,
        {.code = "legs-too-long",
         .what = {quoted(clause.name) + "的各环节依次用满时限，就超过了对客户的承诺：" + start.zh +
                      " 开始，到 " + leg_due.zh + " 才全部完成，而截止时间是 " + outer_due.zh,
                  "the legs of \"" + clause.name +
                      "\", one after the other and each in time, take too long: begun " + start.en +
                      " they end " + leg_due.en + ", but the promise is due " + outer_due.en},
         .mend =
             {"缩短环节时限，使其总和留有余量；各环节若同时进行，可不理会",
              "shorten the legs until their sum leaves room; if they run side by side, let it be"},
         .place = clause.place}};
}

}  // namespace

std::vector<LegGap> legs_that_cannot_serve(const Promise& promise) {
    std::vector<LegGap> gaps;
    if (promise.zone == nullptr) return gaps;
    const auto calendars = promise.calendars();
    for (int i = 0; i < static_cast<int>(promise.clauses.size()); ++i) {
        const int outer = promise.clauses[static_cast<std::size_t>(i)].outer;
        if (outer < 0) continue;
        const auto* inner_within = within_of(promise, i);
        const auto* outer_within = within_of(promise, outer);
        if (inner_within == nullptr || outer_within == nullptr) continue;
        auto gap = widest_gap(promise, *outer_within, [&](const LimitRow& row, Instant start) {
            return least_due(*inner_within, row, start, calendars);
        });
        if (!gap) continue;
        gap->leg = i;
        gap->outer = outer;
        gaps.push_back(*gap);
    }
    return gaps;
}

Findings check_legs(const Promise& promise) {
    Findings findings;
    if (promise.zone == nullptr) return findings;
    const auto gaps = legs_that_cannot_serve(promise);
    for (const auto& gap : gaps) findings.push_back(to_finding(promise, gap));
    for (int outer = 0; outer < static_cast<int>(promise.clauses.size()); ++outer) {
        if (within_of(promise, outer) == nullptr) continue;
        if (std::ranges::any_of(gaps, [&](const LegGap& gap) { return gap.outer == outer; }))
            continue;
        std::vector<int> legs;
        for (int i = 0; i < static_cast<int>(promise.clauses.size()); ++i)
            if (promise.clauses[static_cast<std::size_t>(i)].outer == outer &&
                within_of(promise, i) != nullptr)
                legs.push_back(i);
        if (legs.size() < 2) continue;
        if (auto finding = legs_in_a_row(promise, outer, legs))
            findings.push_back(std::move(*finding));
    }
    return findings;
}

}  // namespace yinuo::promise
