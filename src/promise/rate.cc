// Service levels over a period: a share of a population, a mean, or a percentile.
#include <algorithm>
#include <string>

#include "base/check.h"
#include "promise/fold.h"

namespace yinuo::promise {
namespace {

Date first_of(Span span, Date date) {
    switch (span) {
        case Span::Day: return date;
        case Span::Week: return date.plus_days(-date.weekday());
        case Span::Month: return Date::of(date.year(), date.month(), 1);
        case Span::Quarter: return Date::of(date.year(), (date.month() - 1) / 3 * 3 + 1, 1);
        case Span::Year: return Date::of(date.year(), 1, 1);
        case Span::Whole: return date;
    }
    check(false);
}

Date next_of(Span span, Date first) {
    switch (span) {
        case Span::Day: return first.plus_days(1);
        case Span::Week: return first.plus_days(7);
        case Span::Month: return first.plus_months(1);
        case Span::Quarter: return first.plus_months(3);
        case Span::Year: return first.plus_months(12);
        case Span::Whole: return first.plus_days(1);
    }
    check(false);
}

std::string label_of(Span span, Date first) {
    const std::string date = first.to_string();
    switch (span) {
        case Span::Day: return date;
        case Span::Week: return "week of " + date;
        case Span::Month: return date.substr(0, 7);
        case Span::Quarter:
            return date.substr(0, 4) + "-Q" + std::to_string((first.month() + 2) / 3);
        case Span::Year: return date.substr(0, 4);
        case Span::Whole: return "whole";
    }
    check(false);
}

struct Measured {
    Instant at;
    const Fact* fact;
    bool good;
    Decimal value;
};

// Nothing is rounded: shares and means are compared by cross-multiplying.
bool satisfied(const Rate& rate, std::span<Measured> people, std::int64_t good) {
    const auto count = Decimal(static_cast<std::int64_t>(people.size()));
    if (rate.good) {
        const auto have = Decimal(good).multiply(Decimal(100));
        const auto want = rate.bound.multiply(count);
        return have && want && *have >= *want;
    }
    if (rate.percentile > 0) {
        // Nearest rank: the smallest value with at least that share at or below it.
        const std::size_t rank =
            (static_cast<std::size_t>(rate.percentile) * people.size() + 99) / 100;
        std::nth_element(people.begin(), people.begin() + static_cast<std::ptrdiff_t>(rank - 1),
                         people.end(),
                         [](const Measured& a, const Measured& b) { return a.value < b.value; });
        return people[rank - 1].value <= rate.bound;
    }
    Decimal sum;
    for (const Measured& one : people) sum = sum.add(one.value).value_or(sum);
    const auto most = rate.bound.multiply(count);
    return most && sum <= *most;
}

}  // namespace

void fold_rate(const Promise& promise, int clause, std::string_view group,
               std::span<const Fact* const> facts, Instant now, Folding& folding,
               std::vector<Obligation>& out) {
    const auto& rate = std::get<Rate>(promise.clauses[static_cast<std::size_t>(clause)].shape);
    Asker ask(promise, folding, facts);
    std::vector<Measured> population;
    Instant first_at = Instant::max();
    for (std::size_t i = 0; i < facts.size(); ++i) {
        const Fact& fact = *facts[i];
        if (fact.at > now) break;
        first_at = std::min(first_at, fact.at);
        ask.look_at(i);
        if (!ask.holds(rate.of) || ask.holds(rate.except)) continue;
        if (promise.audience && !ask.holds(*promise.audience)) continue;
        Measured one{.at = fact.at, .fact = &fact, .good = ask.holds(rate.good), .value = {}};
        if (rate.at) one.at = ask.instant(*rate.at).value_or(fact.at);
        if (one.at < promise.effective_from || one.at >= promise.effective_until) continue;
        if (rate.value) {
            const feel::Value value = ask.value(*rate.value);
            if (value.type() == feel::Type::Number) {
                one.value = value.as_number();
            } else if (const auto span = value.to_millis()) {
                one.value = Decimal::scaled(span->count, -3);
            } else {
                continue;
            }
        }
        first_at = std::min(first_at, one.at);
        population.push_back(one);
    }
    // With no fact at all there are still the periods in which nothing came.
    if (first_at == Instant::max() && promise.effective_from == Instant::min()) return;
    first_at = first_at == Instant::max() ? promise.effective_from
                                          : std::max(first_at, promise.effective_from);
    if (first_at > now || first_at >= promise.effective_until) return;
    std::stable_sort(population.begin(), population.end(),
                     [](const Measured& a, const Measured& b) { return a.at < b.at; });

    const Zone& zone = *promise.zone;
    int occurrence = 0;
    for (const Span span : rate.over) {
        auto next = population.begin();
        const Instant last = std::min(now, promise.effective_until - Millis{1});
        Date first = first_of(span, zone.to_local(first_at).date());
        while (zone.start_of_day(first) <= last) {
            const Date after = span == Span::Whole ? Date{0} : next_of(span, first);
            const Instant end = span == Span::Whole ? Instant::max() : zone.start_of_day(after);
            const auto begin = next;
            while (next != population.end() && next->at < end) ++next;
            std::span<Measured> people(begin, next);

            Obligation o{.clause = clause, .occurrence = ++occurrence, .subject = {}};
            const std::string period = label_of(span, first);
            o.subject =
                folding.kept.copy(group.empty() ? period : std::string(group) + " " + period);
            o.started_at = zone.start_of_day(first);
            o.due_at = o.first_due_at = o.promised_at =
                end == Instant::max() ? end : end - Millis{1};
            o.counted = static_cast<std::int64_t>(people.size());
            o.good = std::count_if(people.begin(), people.end(),
                                   [](const Measured& m) { return m.good; });
            const bool over = end <= now || span == Span::Whole;
            const auto tell = [&](StepKind kind, Instant at) {
                if (folding.story != nullptr) folding.story->tell(o, Step{.kind = kind, .at = at});
            };
            tell(StepKind::Started, o.started_at);
            const Instant decided_at = end == Instant::max() ? now : end;
            if (!over) {
                o.state = State::Running;
            } else if (people.empty()) {
                o.state = State::NotMeasured;
                o.settled_at = decided_at;
                tell(StepKind::NotMeasured, decided_at);
            } else if (satisfied(rate, people, o.good)) {
                o.state = State::Kept;
                o.settled_at = decided_at;
                tell(StepKind::Kept, decided_at);
            } else {
                o.state = State::Broken;
                o.broken_at = o.settled_at = decided_at;
                tell(StepKind::Broken, decided_at);
            }
            out.push_back(o);
            if (span == Span::Whole) break;
            first = after;
        }
    }
}

}  // namespace yinuo::promise
