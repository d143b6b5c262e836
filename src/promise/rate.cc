#include "promise/rate.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>

#include "base/check.h"
#include "promise/formulas.h"

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

RatePeriod period_of(Span span, Date first, const Zone& zone) {
    if (span == Span::Whole) return {span, label_of(span, first)};
    return {span, label_of(span, first), zone.start_of_day(first),
            zone.start_of_day(next_of(span, first))};
}

const Rate& rate_of(const Promise& promise, int clause) {
    return std::get<Rate>(promise.clauses[static_cast<std::size_t>(clause)].shape);
}

// Does any of its texts ask for the subject's past? Then each subject is measured for itself.
bool looks_back(const Promise& promise, int clause, const Folding& folding) {
    bool back = false;
    const auto look = [&](const Formula& formula) {
        for (const Symbol name : formula.expression.free_names())
            back |= std::ranges::find(folding.words.past, name) != folding.words.past.end();
    };
    each_formula(promise.clauses[static_cast<std::size_t>(clause)], look);
    each_formula(promise.audience, look);
    return back;
}

bool satisfied(const Rate& rate, const RateSum& sum) {
    const Decimal count(sum.counted);
    if (rate.good) {
        const auto have = Decimal(sum.good).multiply(Decimal(100));
        const auto want = rate.bound.multiply(count);
        return have && want && *have >= *want;
    }
    if (rate.percentile > 0) return sum.value <= rate.bound;
    const auto most = rate.bound.multiply(count);
    return most && sum.value <= *most;
}

// Gives each key that comes its one text.
class Groups {
public:
    Groups(const Clause& clause, Asker& ask, Folding& folding)
        : clause_(clause), ask_(ask), folding_(folding) {}

    struct Group {
        std::string_view key;
        bool seen = false;
    };
    // The group of the fact that is looked at; null: it belongs to none.
    Group* find() {
        if (!clause_.per) return &everybody_;
        const feel::Value key = ask_.value(*clause_.per);
        if (key.is_null()) return nullptr;
        std::string made;
        std::string_view text;
        if (key.type() == feel::Type::String) {
            text = key.as_string();
        } else {
            made = feel::to_text(key);
            text = made;
        }
        if (text.empty()) return nullptr;
        const auto found = known_.find(text);
        if (found != known_.end()) return &found->second;
        const auto kept = folding_.kept.copy(text);
        return &known_.emplace(kept, Group{.key = kept}).first->second;
    }

private:
    const Clause& clause_;
    Asker& ask_;
    Folding& folding_;
    Group everybody_;
    std::unordered_map<std::string_view, Group> known_;
};

// The fact that is looked at, if it is in the population.
std::optional<Measured> measure(const Promise& promise, const Rate& rate, Asker& ask) {
    if (!ask.holds(rate.of) || ask.holds(rate.except)) return std::nullopt;
    if (promise.audience && !ask.holds(*promise.audience)) return std::nullopt;
    Measured one{.group = {}, .at = ask.fact().at, .good = ask.holds(rate.good)};
    if (rate.at) one.at = ask.instant(*rate.at).value_or(one.at);
    if (one.at < promise.effective_from || one.at >= promise.effective_until) return std::nullopt;
    if (!rate.value) return one;
    const feel::Value value = ask.value(*rate.value);
    if (value.type() == feel::Type::Number) {
        one.value = value.as_number();
    } else if (const auto span = value.to_millis()) {
        one.value = Decimal::scaled(span->count, -3);
    } else {
        return std::nullopt;
    }
    return one;
}

}  // namespace

void measure_rate(const Promise& promise, int clause, std::span<const Fact* const> facts,
                  Instant now, Folding& folding, std::vector<Measured>& out) {
    const Rate& rate = rate_of(promise, clause);
    Asker ask(promise, folding, facts);
    Groups groups(promise.clauses[static_cast<std::size_t>(clause)], ask, folding);
    for (std::size_t i = 0; i < facts.size() && facts[i]->at <= now; ++i) {
        ask.look_at(i);
        Groups::Group* const group = groups.find();
        if (group == nullptr) continue;
        auto one = measure(promise, rate, ask);
        const bool first = !group->seen;
        group->seen = true;
        if (first && (!one || one->at > facts[i]->at))
            out.push_back({.group = group->key, .at = facts[i]->at, .counted = false});
        if (!one) continue;
        one->group = group->key;
        out.push_back(*one);
    }
}

std::vector<RatePeriod> rate_periods_at(const Promise& promise, int clause, Instant at) {
    const Zone& zone = *promise.zone;
    std::vector<RatePeriod> periods;
    for (const Span span : rate_of(promise, clause).over) {
        periods.push_back(period_of(span, first_of(span, zone.to_local(at).date()), zone));
        if (span != Span::Whole) continue;
        periods.back().begin = promise.effective_from;
        periods.back().end = promise.effective_until;
    }
    return periods;
}

bool adds_up(const Rate& rate) { return rate.good || rate.percentile == 0; }

RateSum sum_of(const Rate& rate, std::span<const Measured> measured) {
    RateSum sum;
    std::vector<Decimal> values;
    for (const Measured& one : measured) {
        if (!one.counted) continue;
        ++sum.counted;
        sum.good += one.good ? 1 : 0;
        if (adds_up(rate)) {
            sum.value = sum.value.add(one.value).value_or(sum.value);
        } else {
            values.push_back(one.value);
        }
    }
    if (values.empty()) return sum;
    // Nearest rank: the smallest value with at least that share at or below it.
    const auto rank = (static_cast<std::size_t>(rate.percentile) * values.size() + 99) / 100;
    const auto nth = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(values.begin(), nth, values.end());
    sum.value = *nth;
    return sum;
}

namespace {

Obligation judge(const Promise& promise, int clause, std::string_view group,
                 const RatePeriod& period, const RateSum& sum, Instant now, Folding& folding,
                 bool over) {
    Obligation o{.clause = clause, .subject = {}};
    o.subject =
        folding.kept.copy(group.empty() ? period.label : std::string(group) + " " + period.label);
    o.started_at = period.begin;
    o.due_at = o.first_due_at = o.promised_at =
        period.end == Instant::max() ? period.end : period.end - Millis{1};
    o.counted = sum.counted;
    o.good = sum.good;
    const auto tell = [&](StepKind kind, Instant at) {
        if (folding.story != nullptr) folding.story->tell(o, Step{.kind = kind, .at = at});
    };
    tell(StepKind::Started, o.started_at);
    if (!over) {
        o.state = State::Running;
        o.changes_at = period.end;
        return o;
    }
    o.settled_at = std::min(period.end, now);
    if (sum.counted == 0) {
        o.state = State::NotMeasured;
        tell(StepKind::NotMeasured, o.settled_at);
    } else if (satisfied(rate_of(promise, clause), sum)) {
        o.state = State::Kept;
        tell(StepKind::Kept, o.settled_at);
    } else {
        o.state = State::Broken;
        o.broken_at = o.settled_at;
        tell(StepKind::Broken, o.settled_at);
    }
    return o;
}

}  // namespace

Obligation judge_period(const Promise& promise, int clause, std::string_view group,
                        const RatePeriod& period, const RateSum& sum, Instant now,
                        Folding& folding) {
    return judge(promise, clause, group, period, sum, now, folding, period.end <= now);
}

void judge_rate(const Promise& promise, int clause, std::string_view group, Instant first_at,
                std::span<const Measured> measured, Instant now, Folding& folding,
                std::vector<Obligation>& out) {
    const Rate& rate = rate_of(promise, clause);
    const Zone& zone = *promise.zone;
    first_at = std::max(first_at, promise.effective_from);
    if (first_at > now || first_at >= promise.effective_until) return;
    const Instant last = std::min(now, promise.effective_until - Millis{1});
    for (const Span span : rate.over) {
        auto next = measured.begin();
        Date first = first_of(span, zone.to_local(first_at).date());
        while (zone.start_of_day(first) <= last) {
            RatePeriod period = period_of(span, first, zone);
            if (span == Span::Whole) period = {span, period.label, zone.start_of_day(first)};
            const auto begin = next;
            while (next != measured.end() && next->at < period.end) ++next;
            out.push_back(judge_period(promise, clause, group, period, sum_of(rate, {begin, next}),
                                       now, folding));
            if (span == Span::Whole) break;
            first = next_of(span, first);
        }
    }
}

void fold_rate(const Promise& promise, int clause, std::span<const Fact* const> facts, Instant now,
               Folding& folding, std::vector<Obligation>& out) {
    std::vector<Measured> measured;
    if (looks_back(promise, clause, folding)) {
        std::unordered_map<std::string_view, std::vector<const Fact*>> subjects;
        for (const Fact* fact : facts) subjects[fact->subject].push_back(fact);
        for (const auto& [subject, own] : subjects)
            measure_rate(promise, clause, own, now, folding, measured);
    } else {
        measure_rate(promise, clause, facts, now, folding, measured);
    }
    std::stable_sort(measured.begin(), measured.end(), [](const Measured& a, const Measured& b) {
        return std::tie(a.group, a.at) < std::tie(b.group, b.at);
    });
    for (auto begin = measured.begin(); begin != measured.end();) {
        const auto end = std::find_if(
            begin, measured.end(), [&](const Measured& one) { return one.group != begin->group; });
        judge_rate(promise, clause, begin->group, begin->at, {begin, end}, now, folding, out);
        begin = end;
    }
    // With no fact at all there are still the periods in which nothing came.
    const bool per = promise.clauses[static_cast<std::size_t>(clause)].per.has_value();
    if (measured.empty() && !per && promise.effective_from != Instant::min())
        judge_rate(promise, clause, {}, promise.effective_from, {}, now, folding, out);
}

}  // namespace yinuo::promise
