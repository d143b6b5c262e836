// What `yinuo check` found, written for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "promise/principles.h"
#include "promise/worked.h"
#include "twin/conditions.h"

namespace yinuo::cli {

struct CheckedClause {
    const promise::Clause* clause = nullptr;
    std::vector<promise::WorkedDeadline> deadlines;
};

// One promise of a file, judged.
struct Checked {
    const promise::Promise* promise = nullptr;
    Findings findings;  // legs that cannot serve, and promises refused for their quality
    std::array<promise::Score, promise::kPrinciples> scores;
    std::vector<twin::ConditionResult> conditions;
    std::vector<CheckedClause> worked;
};

struct CheckReport {
    Findings findings;  // of reading: what is off in the text
    std::vector<Checked> promises;

    bool has_errors() const;
};

std::string check_text(const CheckReport&, bool chinese);
std::string check_json(const CheckReport&);

}  // namespace yinuo::cli
