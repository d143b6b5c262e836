#include "twin/conditions.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "promise/comparisons.h"
#include "promise/words.h"

namespace yinuo::twin {
namespace {

using promise::percent;
using promise::Promise;
using promise::State;

std::string zh(std::string_view name) { return "「" + std::string(name) + "」"; }
std::string en(std::string_view name) { return "\"" + std::string(name) + "\""; }

class Judge {
public:
    Judge(const Promise& promise, const Report* report) : promise_(promise), report_(report) {}

    std::vector<ConditionResult> all() {
        reputation();
        quality();
        control();
        payout();
        risk();
        return std::move(results_);
    }

private:
    void say(Condition condition, Judgement judgement, std::string code, Place place, Text what,
             Text mend = {}) {
        if (place.line == 0) place = promise_.place;
        results_.push_back({condition,
                            judgement,
                            {std::move(code), std::move(what), std::move(mend), std::move(place)}});
    }
    // Without anything said about `condition` yet, this is.
    void otherwise(Condition condition, Judgement judgement, std::string code, Text what,
                   Text mend = {}) {
        if (std::ranges::none_of(
                results_, [&](const ConditionResult& r) { return r.condition == condition; }))
            say(condition, judgement, std::move(code), promise_.place, std::move(what),
                std::move(mend));
    }
    void no_data(Condition condition) {
        otherwise(condition, Judgement::NotChecked, "no-data",
                  {"没有历史数据，未检查", "not checked: there is no history"},
                  {"加上 --mapping 与 --data", "add --mapping and --data"});
    }

    // Calls visit(clause, its report) for each clause of the customer's that was measured often enough.
    template <typename Visit>
    void each_measured(Visit visit) const {
        if (report_ == nullptr) return;
        for (const auto& measured : report_->clauses) {
            const int index =
                measured.promise == promise_.id ? promise_.find_clause(measured.name) : -1;
            if (index < 0) continue;
            const auto& clause = promise_.clauses[static_cast<std::size_t>(index)];
            if (clause.name.ends_with(".verification") || clause.name.ends_with(".payment"))
                continue;
            if (measured.counts.kept() + measured.counts.broken() >= kSettledLeast)
                visit(clause, measured);
        }
    }
    bool measured() const {
        bool any = false;
        each_measured([&](const auto&, const auto&) { any = true; });
        return any;
    }
    void too_little(Condition condition) {
        if (report_ == nullptr) return no_data(condition);
        otherwise(condition, Judgement::NotChecked, "too-little-data",
                  {"历史里已有结果的履约单不到 " + std::to_string(kSettledLeast) + " 件，未检查",
                   "not checked: fewer than " + std::to_string(kSettledLeast) +
                       " obligations of the history are settled"});
    }

    void reputation() {
        bool drawn = false;
        Text why_not;
        each_measured([&](const promise::Clause& clause, const ClauseReport& measured) {
            if (!measured.curve || !measured.curve->dial.present) {
                if (why_not.en.empty()) why_not = measured.no_curve;
                return;
            }
            drawn = true;
            const auto present = *measured.curve->dial.present;
            for (const auto& point : measured.curve->line) {
                if (point.limit <= 0 || point.limit * 2 > present ||
                    point.rate.value < kKeptBeyond || point.kept + point.broken < kSettledLeast)
                    continue;
                promise::Limit limit = measured.curve->dial.pattern;
                limit.amount = point.limit;
                const Text tighter = promise::describe(limit, promise_.schedule_names);
                limit.amount = present;
                const Text now = promise::describe(limit, promise_.schedule_names);
                return say(Condition::Reputation, Judgement::Warned, "reputation-beyond",
                           clause.place,
                           {"条款" + zh(clause.name) + "说得太少：顾客在 " + tighter.zh +
                                " 内已有 " + percent(point.kept, point.kept + point.broken) +
                                " 得到兑现，承诺却是 " + now.zh,
                            "clause " + en(clause.name) + " says too little: within " + tighter.en +
                                ", " + percent(point.kept, point.kept + point.broken) +
                                " are kept already; promised is " + now.en},
                           {"收紧到 " + tighter.zh + " 左右，或不必承诺",
                            "tighten it to about " + tighter.en + ", or let the promise be"});
            }
        });
        if (!measured()) return too_little(Condition::Reputation);
        if (!drawn)
            return otherwise(
                Condition::Reputation, Judgement::NotChecked, "no-curve",
                {"没有可以收紧的时限，未检查" + (why_not.zh.empty() ? "" : "：" + why_not.zh),
                 "not checked: there is no limit to tighten" +
                     (why_not.en.empty() ? "" : ": " + why_not.en)});
        otherwise(Condition::Reputation, Judgement::Fine, "reputation-fine",
                  {"承诺没有落在现有口碑之后",
                   "the promise doesn't lag behind what customers already get"});
    }

    void quality() {
        each_measured([&](const promise::Clause& clause, const ClauseReport& measured) {
            const auto& counts = measured.counts;
            const auto share = counts.kept_share();
            if (share.value >= kKeptWarned) return;
            const bool refused =
                share.value < kKeptRefused && clause.outer < 0;  // a leg is ours to mend
            std::array<char, 64> interval{};
            std::snprintf(interval.data(), interval.size(), "%.1f–%.1f %%", 100 * share.low,
                          100 * share.high);
            const auto settled = counts.kept() + counts.broken();
            const auto of = std::to_string(counts.broken()) + "/" + std::to_string(settled);
            Text mend{"先改进，再承诺；或放宽时限、缩小适用范围",
                      "mend the work first; or give a longer limit, or promise it to fewer"};
            if (measured.curve)
                for (const auto& reach : measured.curve->reaches)
                    if (reach.percent == 90 && reach.limit) {
                        promise::Limit limit = measured.curve->dial.pattern;
                        limit.amount = *reach.limit;
                        const Text wanted = promise::describe(limit, promise_.schedule_names);
                        mend.zh += "；时限 " + wanted.zh + " 才有 90 % 兑现";
                        mend.en += "; 90 % would be kept with a limit of " + wanted.en;
                    }
            say(Condition::Quality, refused ? Judgement::Refused : Judgement::Warned,
                refused ? "quality-refused" : "quality-too-low", clause.place,
                {"条款" + zh(clause.name) + "做不到：回测 " + std::to_string(settled) +
                     " 件中违约 " + percent(counts.broken(), settled, 2) + "（" + of +
                     "），兑现率 " + percent(counts.kept(), settled, 2) + "（95 % 区间 " +
                     interval.data() + "）",
                 "clause " + en(clause.name) + " can't be kept: of " + std::to_string(settled) +
                     " in the back-test " + percent(counts.broken(), settled, 2) + " broke (" + of +
                     "), " + percent(counts.kept(), settled, 2) + " were kept (95 % interval " +
                     interval.data() + ")"},
                std::move(mend));
        });
        std::ranges::stable_sort(results_, [](const ConditionResult& a, const ConditionResult& b) {
            return a.condition != b.condition ? a.condition < b.condition
                                              : a.judgement > b.judgement;
        });
        if (!measured()) return too_little(Condition::Quality);
        otherwise(Condition::Quality, Judgement::Fine, "quality-fine",
                  {"各条款回测兑现率都在 90 % 以上",
                   "every clause was kept in 90 % or more of the back-test"});
    }

    // Names that say who did it, and those who aren't us.
    static bool made_by_others(const promise::OptionalCondition& condition) {
        if (!condition) return false;
        const auto rows = promise::alternatives(condition->formula.text());
        if (!rows) return false;
        constexpr std::string_view kWho[] = {"by", "done by", "actor"};
        constexpr std::string_view kOthers[] = {"customer", "third party", "partner", "supplier",
                                                "authority"};
        return std::ranges::any_of(*rows, [&](const auto& row) {
            return std::ranges::any_of(row, [&](const promise::Comparison& c) {
                return c.sign == "=" && std::ranges::find(kWho, c.name) != std::end(kWho) &&
                       std::ranges::all_of(c.values, [&](const std::string& v) {
                           return std::ranges::find(kOthers, v) != std::end(kOthers);
                       });
            });
        });
    }

    void control() {
        for (const auto& clause : promise_.clauses)
            if (made_by_others(clause.keeps))
                say(Condition::Control, Judgement::Warned, "control-kept-by-others",
                    clause.keeps->formula.place,
                    {"条款" + zh(clause.name) + "是否兑现要看顾客或第三方做了什么",
                     "whether clause " + en(clause.name) +
                         " is kept is up to the customer or a third party"},
                    {"承诺企业自己能做到的那一步", "promise the step that is ours to take"});
        each_measured([&](const promise::Clause& clause, const ClauseReport& measured) {
            std::int64_t pauses = 0;
            for (const auto& pause : measured.pauses) pauses += pause.count;
            const auto& counts = measured.counts;
            const auto total = counts.total();
            const auto outside =
                std::min(total, pauses + counts.of(State::Waived) + counts.of(State::Void));
            if (static_cast<double>(outside) < kOutsideWarned * static_cast<double>(total)) return;
            say(Condition::Control, Judgement::Warned, "control-outside", clause.place,
                {"条款" + zh(clause.name) + "的结果多半不由企业掌控：" + std::to_string(total) +
                     " 件里有 " + percent(outside, total) + " 暂停、免责或由顾客作废",
                 "the outcome of clause " + en(clause.name) +
                     " is largely beyond our control: " + percent(outside, total) + " of " +
                     std::to_string(total) + " were paused, excused or cancelled"},
                {"只承诺自己掌控的环节，其余预告不承诺",
                 "promise the part that is ours; announce the rest without a promise"});
        });
        if (!measured()) return too_little(Condition::Control);
        otherwise(Condition::Control, Judgement::Fine, "control-fine",
                  {"暂停、免责和作废合计不到 30 %",
                   "pauses, excuses and cancellations together stay below 30 %"});
    }

    void payout() {
        if (!promise_.economics || !promise_.economics->benefit)
            return otherwise(Condition::Payout, Judgement::NotChecked, "no-benefit",
                             {"没有 economics 的 benefit per obligation，未检查",
                              "not checked: economics has no benefit per obligation"},
                             {"加上 economics: {benefit per obligation: 12.00 CNY}",
                              "add economics: {benefit per obligation: 12.00 CNY}"});
        if (report_ == nullptr) return no_data(Condition::Payout);
        const Money benefit = *promise_.economics->benefit;
        std::int64_t minor = 0, settled = 0;
        for (const auto& gift : report_->gifts)
            if (gift.promise == promise_.id && gift.is_money &&
                gift.unit == benefit.currency.code())
                minor += gift.minor;
        each_measured([&](const promise::Clause& clause, const ClauseReport& measured) {
            if (clause.outer < 0) settled += measured.counts.kept() + measured.counts.broken();
        });
        if (settled < kSettledLeast) return too_little(Condition::Payout);
        const auto currency = benefit.currency;
        const auto each = Decimal::scaled(minor, -currency.minor_digits()).divide(settled);
        const auto paid = each ? round_to_minor(*each, currency, Rounding::HalfUp) : std::nullopt;
        if (!paid) return too_little(Condition::Payout);
        const auto figures = paid->to_string(), gain = benefit.to_string();
        if (paid->minor > benefit.minor)
            return say(
                Condition::Payout, Judgement::Warned, "payout-above-benefit",
                promise_.economics->place,
                {"每件平均赔付 " + figures + "，超过收益 " + gain + "（" + std::to_string(settled) +
                     " 件）",
                 "payouts of " + figures + " an obligation exceed the benefit of " + gain + " (" +
                     std::to_string(settled) + " obligations)"},
                {"先减少违约，或调整补偿与上限", "break fewer, or change the remedy and its cap"});
        otherwise(Condition::Payout, Judgement::Fine, "payout-fine",
                  {"每件平均赔付 " + figures + "，收益 " + gain,
                   "payouts of " + figures + " an obligation, a benefit of " + gain});
    }

    void risk() {
        const auto price = promise_.economics && promise_.economics->price
                               ? Decimal::parse(promise_.economics->price->text())
                               : std::nullopt;
        if (!price)
            return otherwise(
                Condition::Risk, Judgement::NotChecked, "no-price",
                promise_.economics && promise_.economics->price
                    ? Text{"price 要看数据，未检查", "not checked: the price is in the data"}
                    : Text{"没有 economics 的 price，未检查",
                           "not checked: economics has no price"},
                {"加上 economics: {price: 99.00 CNY}", "add economics: {price: 99.00 CNY}"});
        const auto& place = promise_.economics->price->place;
        if (promise_.classification.strength == "public" && *price < Decimal(kPriceTrivial))
            say(Condition::Risk, Judgement::Warned, "risk-trivial", place,
                {"价格只有 " + price->to_string() + "，顾客买错了也不怕，公开承诺没有意义",
                 "at a price of " + price->to_string() +
                     " customers have nothing to fear; a public promise reassures nobody"},
                {"把承诺留给顾客真正担心的事", "keep promises for what customers worry about"});
        for (const auto& remedy : promise_.remedies)
            for (const auto& gift : remedy.gifts) {
                const auto amount = gift.is_money && gift.amount
                                        ? Decimal::parse(gift.amount->text())
                                        : std::nullopt;
                const auto bound = price->multiply(kRemedyTimesPrice);
                if (amount && bound && *amount > *bound)
                    say(Condition::Risk, Judgement::Warned, "risk-below-remedy", gift.amount->place,
                        {"补偿 " + amount->to_string() + " 是价格 " + price->to_string() +
                             " 的十倍以上：所承诺的事对顾客并不要紧，却招人来索赔",
                         "a remedy of " + amount->to_string() +
                             " is more than ten times the price of " + price->to_string() +
                             ": little is at stake, and much can be claimed"},
                        {"补偿与顾客的损失相称",
                         "let the remedy match what the customer can lose"});
            }
        otherwise(Condition::Risk, Judgement::Fine, "risk-fine",
                  {"价格 " + price->to_string() + "，顾客有所担心，承诺有意义",
                   "at a price of " + price->to_string() + " a promise is worth something"});
    }

    const Promise& promise_;
    const Report* report_;
    std::vector<ConditionResult> results_;
};

}  // namespace

std::string_view name_of(Condition condition) {
    constexpr std::string_view kNames[] = {"reputation", "quality", "control", "payout", "risk"};
    return kNames[static_cast<std::size_t>(condition)];
}

Text describe(Condition condition) {
    switch (condition) {
        case Condition::Reputation: return {"现有口碑", "reputation"};
        case Condition::Quality: return {"现有质量", "present quality"};
        case Condition::Control: return {"结果由谁掌控", "control of the outcome"};
        case Condition::Payout: return {"赔付与收益", "payout and benefit"};
        case Condition::Risk: return {"顾客的购买风险", "purchase risk"};
    }
    return {};
}

std::string_view name_of(Judgement judgement) {
    constexpr std::string_view kNames[] = {"fine", "not checked", "warning", "refused"};
    return kNames[static_cast<std::size_t>(judgement)];
}

std::vector<ConditionResult> judge_conditions(const Promise& promise, const Report* report) {
    return Judge(promise, report).all();
}

}  // namespace yinuo::twin
