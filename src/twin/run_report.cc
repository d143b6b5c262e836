// From what was gathered to the report.
#include <algorithm>
#include <cmath>

#include "promise/history.h"
#include "twin/run.h"

namespace yinuo::twin {
namespace {

using promise::Clause;
using promise::Fact;

constexpr std::size_t kSliceValuesMost = 200;
// Payouts along a curve are folded for about this many subjects a point, and scaled up beyond.
constexpr std::size_t kSampledMost = 20'000;

VersionUsed used(const VersionRun& run) {
    const promise::Promise& p = *run.promise;
    VersionUsed version{.id = p.id,
                        .version = p.version,
                        .title = p.title,
                        .from = p.effective_from,
                        .until = p.effective_until,
                        .zone = {},
                        .zone_version = {},
                        .calendars = {},
                        .obligations = run.obligations};
    if (p.zone != nullptr) {
        version.zone = p.zone->name();
        version.zone_version = p.zone->version();
    }
    for (std::size_t i = 0; i < p.schedules.size(); ++i)
        version.calendars.push_back(
            {i < p.schedule_names.size() ? p.schedule_names[i] : std::string(),
             std::string(p.schedules[i].version()), p.schedules[i].announced_until()});
    return version;
}

// The clause's limit in words; several rows are told one after the other.
Text said(const promise::Promise& promise, const Clause& clause) {
    Text text;
    if (const auto* within = std::get_if<promise::Within>(&clause.shape)) {
        if (within->rows.size() > 3)
            return {std::to_string(within->rows.size()) + " 档时限",
                    std::to_string(within->rows.size()) + " limits by case"};
        for (const auto& row : within->rows) {
            Text one = row.amount ? Text{"时限见数据", "as the data says"}
                                  : describe(row.limit, promise.schedule_names);
            if (!text.zh.empty()) text.zh += "；", text.en += "; ";
            text.zh += one.zh;
            text.en += one.en;
        }
    } else if (const auto* every = std::get_if<promise::Every>(&clause.shape)) {
        const Text one = describe(every->interval, promise.schedule_names);
        text = {"每 " + one.zh, "every " + one.en};
    } else if (std::holds_alternative<promise::By>(clause.shape)) {
        text = {"按约定时刻", "by the promised instant"};
    } else if (std::holds_alternative<promise::Window>(clause.shape)) {
        text = {"在约定时段内", "within the promised window"};
    } else if (std::holds_alternative<promise::Never>(clause.shape)) {
        text = {"从不发生", "never"};
    } else if (std::holds_alternative<promise::Always>(clause.shape)) {
        text = {"每次都成立", "always"};
    } else if (std::holds_alternative<promise::AtMost>(clause.shape)) {
        text = {"不超过上限", "at most"};
    } else {
        text = {"按期统计的达标率", "a rate over a period"};
    }
    return text;
}

Slice slice_of(std::string by, std::vector<SliceValue> values) {
    std::ranges::sort(values, [](const SliceValue& a, const SliceValue& b) {
        const auto x = a.counts.total(), y = b.counts.total();
        return x != y ? x > y : a.value < b.value;
    });
    Slice slice{.by = std::move(by), .values = std::move(values), .gathered = 0};
    if (slice.values.size() > kSliceValuesMost) {
        SliceValue rest;
        for (std::size_t i = kSliceValuesMost; i < slice.values.size(); ++i)
            rest.counts.add(slice.values[i].counts);
        slice.gathered = static_cast<std::int64_t>(slice.values.size() - kSliceValuesMost);
        slice.values.resize(kSliceValuesMost);
        slice.values.push_back(std::move(rest));
    }
    return slice;
}

}  // namespace

std::int64_t Counts::open() const {
    using enum promise::State;
    return of(Pending) + of(Running) + of(Paused) + of(AtRisk);
}

std::int64_t Counts::total() const {
    std::int64_t sum = 0;
    for (const auto count : of_state) sum += count;
    return sum;
}

void Run::write(Report& report) {
    report.obligations = counts();
    report.exhausted = folding_.exhausted;
    if (!versions_.empty()) report.zone = versions_.front().promise->zone;
    for (VersionRun& run : versions_) {
        report.promises.push_back(used(run));
        run.ledger->add_payout(report.payout, &report.withheld, &report.given);
        for (const auto& gift : run.ledger->gifts()) {
            const auto same = std::ranges::find_if(report.gifts, [&](const GiftTotal& other) {
                return other.promise == gift.promise && other.remedy == gift.remedy &&
                       other.row == gift.row && other.kind == gift.kind && other.unit == gift.unit;
            });
            if (same == report.gifts.end()) {
                report.gifts.push_back(gift);
                continue;
            }
            same->count += gift.count;
            same->minor += gift.minor;
            same->withheld += gift.withheld;
            same->set_aside += gift.set_aside;
            same->amount = same->amount.add(gift.amount).value_or(same->amount);
        }
    }
    for (std::size_t i = 0; i < tallies_.size(); ++i) {
        ClauseReport& clause = report.clauses.emplace_back();
        clause.promise = tally_names_[i].first;
        clause.name = tally_names_[i].second;
        write_clause(clause, i);
    }
    for (std::size_t i = 0; i < cuts_.size(); ++i) {
        std::vector<SliceValue> values;
        for (auto& [value, counts] : cuts_[i]) values.push_back({value, counts});
        report.slices.push_back(slice_of(question_.by[i].text, std::move(values)));
    }
}

void Run::write_clause(ClauseReport& report, std::size_t index) {
    ClauseTally& tally = tallies_[index];
    report.counts = tally.counts;
    report.provisional = tally.provisional;
    report.pauses = tally.pauses;
    std::int64_t range = 0;
    for (const auto late : tally.late) range = std::max(range, late);
    report.late = distribution(tally.late, range > 48 * 3'600'000ll ? 3'600'000
                                           : range > 7'200'000      ? 600'000
                                                                    : 60'000);

    // The latest version speaks for the clause; a curve needs one dial for all versions.
    std::optional<Dial> dial;
    bool one_unit = true;
    for (const VersionRun& run : versions_) {
        for (std::size_t c = 0; c < run.tally_of.size(); ++c) {
            if (run.tally_of[c] != index) continue;
            const Clause& clause = run.promise->clauses[c];
            report.title = clause.title;
            report.says = said(*run.promise, clause);
            report.schedule_names = run.promise->schedule_names;
            if (!run.dials[c]) {
                NoDial why;
                if (!dial_of(clause, &why)) report.no_curve = why.why;
                one_unit = false;
                continue;
            }
            if (dial && (dial->what != run.dials[c]->what ||
                         dial->pattern.unit != run.dials[c]->pattern.unit))
                one_unit = false;
            dial = run.dials[c];
        }
    }
    if (!dial || !one_unit) {
        if (report.no_curve.en.empty() && question_.curves)
            report.no_curve = {"各版本的时限单位不同",
                               "its versions have limits in different units"};
        return;
    }
    const Needs needs(tally.samples);
    if (needs.kept().empty()) {
        report.no_curve = {"没有一笔有结果，画不出曲线",
                           "nothing was ever fulfilled, so there is no curve"};
        return;
    }
    std::vector<std::int64_t> used(needs.kept().begin(), needs.kept().end());
    report.used = distribution(used, grain_of(*dial, percentile(used, 99)));
    report.curve = curve_of(*dial, needs);
    add_payouts(*report.curve, index);
}

void Run::add_payouts(Curve& curve, std::size_t index) {
    const auto answers = [&](const VersionRun& run, std::size_t clause) {
        return run.tally_of[clause] == index &&
               std::ranges::any_of(run.promise->remedies, [&](const promise::Remedy& remedy) {
                   const bool money = std::ranges::any_of(remedy.gifts, &promise::Gift::is_money);
                   return money && std::ranges::find(remedy.clauses, static_cast<int>(clause)) !=
                                       remedy.clauses.end();
               });
    };
    const std::size_t every = std::max<std::size_t>(1, history_.subjects() / kSampledMost);
    std::vector<const Fact*> facts;
    for (VersionRun& run : versions_) {
        for (std::size_t clause = 0; clause < run.tally_of.size(); ++clause) {
            if (!answers(run, clause)) continue;
            curve.sampled_every = static_cast<std::int64_t>(every);
            const int number = static_cast<int>(clause);
            // Where a sample stands for all, it is scaled so that it agrees with the whole history
            // at the promise as it is: a ratio estimate.
            Payout sampled_now;
            if (every > 1) sampled_now = payout_of(run, number, every, facts);
            const Payout& whole_now = run.ledger->payout_of(number);
            for (CurvePoint& point : curve.points) {
                Payout payout = whole_now;
                if (curve.dial.present != point.limit) {
                    const DialTurned turned(run.promise->clauses[clause], curve.dial, point.limit);
                    payout = payout_of(run, number, every, facts);
                    for (auto& [currency, minor] : payout) {
                        const auto whole = whole_now.find(currency);
                        const auto part = sampled_now.find(currency);
                        const double scale = every == 1 ? 1
                                             : whole != whole_now.end() &&
                                                     part != sampled_now.end() && part->second > 0
                                                 ? static_cast<double>(whole->second) /
                                                       static_cast<double>(part->second)
                                                 : static_cast<double>(every);
                        minor = std::llround(static_cast<double>(minor) * scale);
                    }
                }
                if (!point.payout) point.payout.emplace();
                for (const auto& [currency, minor] : payout) (*point.payout)[currency] += minor;
            }
        }
    }
}

// What one clause's breaches cost, folding every so-manieth subject.
Payout Run::payout_of(VersionRun& run, int clause, std::size_t every,
                      std::vector<const Fact*>& facts) {
    Arena kept;
    promise::Folding folding(names_, kept);
    Ledger ledger(*run.promise, question_.now, folding, &facts_of_);
    for (std::size_t s = 0; s < history_.subjects(); s += every) {
        if (!ledger.holds_on()) kept.reset();
        history_.facts_of(s, facts);
        promise::put_in_order(facts, question_.now, question_.now);
        if (facts.empty()) continue;
        out_.clear();
        promise::fold_subject(*run.promise, facts, question_.now, folding, out_);
        ledger.take(out_);
    }
    ledger.finish();
    return ledger.payout_of(clause);
}

}  // namespace yinuo::twin
