// What people do about an obligation: claim a breach, decide on one, excuse it, agree, move its date,
// reopen it.
//
// Each act is a fact of the obligation's subject, of the kind and with the fields that the clause's own
// condition asks for, so that the one fold decides what it means. Before anything is reported the fact
// is held to the condition and tried on the fold: what wouldn't change the obligation as meant is
// refused, in the condition's own words.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promise/comparisons.h"
#include "server/answer.h"
#include "server/matter.h"
#include "server/session.h"

namespace yinuo::engine {
class Turns;
}

namespace yinuo::server {

enum class Act : std::uint8_t {
    Claim,     // 申诉
    Confirm,   // 核实属实
    Reject,    // 核实不属实
    Cause,     // 登记免责原因
    Evidence,  // 举证 for an excuse
    Agree,     // 同意免责
    Refuse,    // 不同意免责
    Redate,    // 改约, with the customer's consent
    Reopen,    // 重开
};
inline constexpr int kActs = 9;
std::string_view name_of(Act);  // "claim"
Text describe(Act);

struct ActWish {
    Act act = Act::Claim;
    std::string words = {};                          // a customer's own: sealed
    std::string reason = {};                         // why, in the open
    std::string cause = {};                          // Cause: the field of that name
    std::vector<std::string> evidence = {};          // SHA-256s of files about the subject
    std::map<std::string, std::string> fields = {};  // name to JSON
    Instant to = Instant::max();                     // Redate
    std::string claim = {};                          // Confirm, Reject: the claim's id
};

// The condition that the act's fact must meet; nullptr: the clause has no such part.
const promise::Condition* condition_of(const promise::Clause&, Act);

// What a condition asks for beside the kind of fact.
struct Asked {
    std::string kind;  // of the fact; empty: can't be told from the text
    std::vector<promise::Comparison> fields = {};  // without `fact`
};
Asked asked_by(const promise::Condition&, const Names&);

// Why who asks can't do this now; nullopt: they can. Says "no-such-act", and what the state says:
// "already-broken", "already-decided", "already-claimed", "already-recorded", "no-claim", "no-cause",
// "same-person", "no-dates-left", "not-open", "not-settled"; "forbidden" where a person must decide.
std::optional<Refusal> hindrance(Matter&, const Session&, Act);

// A claim's id: "clm_", the obligation's digits, "-", and eight digits of its fact's hash.
std::string claim_text(const Matter&, const promise::Fact& claim);
// The obligation that a claim's id names ("obl_…"); nullopt: it is no such id.
std::optional<std::string> obligation_of_claim(std::string_view claim);
// The claim of that id; nullptr: there is none.
const promise::Fact* find_claim(Matter&, std::string_view claim);

// The facts that these acts are, in order, as JSON. Refuses, before anything is written, what
// hindrance() says of the first, "act-does-not-fit" with the condition's text, "not-later" for a
// date, "act-without-effect".
Answered<std::string> weigh_acts(engine::Turns&, Matter&, const Session&,
                                 const std::vector<ActWish>&);
// Does them, or refuses likewise. The audit trail has who did.
Answered<void> take_acts(engine::Turns&, Matter&, const Session&, const std::vector<ActWish>&);

}  // namespace yinuo::server
