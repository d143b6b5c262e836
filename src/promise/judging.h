// What the five judges of principles.h share. Private to the room.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "promise/principles.h"

namespace yinuo::promise {

// Takes points off; of one code at most `most` points in all, however many places it has.
class Judging {
public:
    Judging(const Promise& promise, Principle principle) : promise_(promise) {
        score_.principle = principle;
    }

    void take(int points, int most, std::string code, const Place& place, Text what, Text mend);
    Score finish();

private:
    const Promise& promise_;
    Score score_;
};

void judge_clarity(const Promise&, Judging&);
void judge_adaptability(const Promise&, Judging&);
void judge_benefit(const Promise&, Judging&);
void judge_assurance(const Promise&, Judging&);
void judge_simplicity(const Promise&, Judging&);

// "「install」" and "\"install\"".
inline std::string zh(std::string_view name) { return "「" + std::string(name) + "」"; }
inline std::string en(std::string_view name) { return "\"" + std::string(name) + "\""; }

// Written by the author, not made of `verify within` or `pay within`; legs are written.
inline bool is_written(const Clause& clause) {
    return !clause.name.ends_with(".verification") && !clause.name.ends_with(".payment");
}
inline bool is_leg(const Clause& clause) { return clause.outer >= 0; }
// Begins with another clause's verdict: what we owe after a breach, not what the customer ordered.
inline bool is_follow_up(const Clause& clause) { return !clause.watches.empty(); }

// The customer waits for something: lateness can grow.
inline bool has_deadline(const Clause& clause) {
    return std::holds_alternative<Within>(clause.shape) ||
           std::holds_alternative<By>(clause.shape) ||
           std::holds_alternative<Window>(clause.shape) ||
           std::holds_alternative<Every>(clause.shape);
}
// Over in an hour by the clock, whatever happens: nobody pauses a call of 20 seconds.
bool is_quick(const Clause&);

// Characters as a reader counts them: a Chinese character is one, a Latin word is one.
std::size_t reading_length(std::string_view text);

// The only number that a text can give: "20.00", "+5". Nullopt for formulas that look at data.
std::optional<Decimal> constant(const Formula&);

}  // namespace yinuo::promise
