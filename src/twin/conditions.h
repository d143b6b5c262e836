// Five conditions under which a company should not make a promise 使用条件, warned of where the data
// (or the definition) allows.
//
// Thresholds are policy defaults and stand here by name; docs/guides/check-a-promise.md says where
// each comes from. A condition that can't be judged says what is missing.
#pragma once

#include <string_view>
#include <vector>

#include "twin/report.h"

namespace yinuo::twin {

enum class Condition : std::uint8_t {
    Reputation,  // 声誉已超出承诺: customers already get far better than what is promised
    Quality,     // 现有质量过低: the promise would be broken again and again
    Control,     // 结果不由企业掌控
    Payout,      // 预期赔付大于收益
    Risk,        // 顾客购买风险小: there is nothing that the promise would reassure anybody of
};
constexpr int kConditions = 5;
std::string_view name_of(Condition);  // "reputation"
Text describe(Condition);

enum class Judgement : std::uint8_t { Fine, NotChecked, Warned, Refused };
std::string_view name_of(Judgement);  // "fine" "not checked" "warning" "refused"

struct ConditionResult {
    Condition condition = Condition::Reputation;
    Judgement judgement = Judgement::NotChecked;
    Error error;  // code, what was found or is missing, mend, place
};

constexpr std::int64_t kSettledLeast = 20;      // fewer kept and broken ones say nothing
constexpr double kKeptRefused = 0.50;           // below: refused (legs: warned of)
constexpr double kKeptWarned = 0.90;            // below: warned
constexpr double kKeptBeyond = 0.995;           // at half the limit: the promise says too little
constexpr double kOutsideWarned = 0.30;         // share of obligations whose outcome others decide
constexpr std::int64_t kPriceTrivial = 10;      // in the price's currency, promised in public
constexpr std::int64_t kRemedyTimesPrice = 10;  // a remedy beyond that dwarfs what is bought

// Several of one kind where several clauses are concerned, the gravest first within a kind; at
// least one of each. `report`: of a back-test of this promise, or null.
std::vector<ConditionResult> judge_conditions(const promise::Promise&, const Report* report);

}  // namespace yinuo::twin
