// Five design principles 设计原则 of a promise, each scored from 0 to 100 with its reasons.
//
// A score begins at 100; every reason takes points off, names the clause and its place, and says
// how to mend it. docs/guides/check-a-promise.md has the table of points and where each rule comes
// from. Pure: looks at the definition alone, never at data.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "promise/promise.h"

namespace yinuo::promise {

enum class Principle : std::uint8_t {
    Clarity,       // 明确性: everybody can tell what is owed, by when, and whether it was kept
    Adaptability,  // 适应性: it fits different cases and what happens on the way
    Benefit,       // 利益性: a breach brings the customer something worth having
    Assurance,     // 保证性: it comes by itself, in time, and can't be talked away
    Simplicity,    // 简便性: few words, few exceptions, few steps for the customer
};
constexpr int kPrinciples = 5;
std::string_view name_of(Principle);  // "clarity"
Text describe(Principle);             // 明确性 / "clarity"

struct Reason {
    int points = 0;  // taken off; 0: worth knowing
    Error error;     // code, what, mend, place
};
struct Score {
    Principle principle = Principle::Clarity;
    int score = 100;
    std::vector<Reason> reasons;  // the heaviest first
};

std::array<Score, kPrinciples> judge(const Promise&);
// A warning from 15 points on, otherwise a note.
inline Severity severity_of(const Reason& reason) {
    return reason.points >= 15 ? Severity::Warning : Severity::Note;
}

// All of it as findings: reasons as warnings (15 points and more) and notes, and legs that cannot
// serve the clause they belong to (promise/chain.h).
Findings check_promise(const Promise&);

}  // namespace yinuo::promise
