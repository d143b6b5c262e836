// What is owed when a clause breaks: the amounts, line by line, with their reasons and instants.
//
// Pure: computes from the promise, the obligations and `now`; paying is someone else's work.
// Amounts stay exact decimals until base/money.h's one rounding, line by line.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "promise/fold.h"

namespace yinuo::remedy {

enum class Standing : std::uint8_t {
    Owed,
    Withheld,  // a cause that may excuse the breach is being looked at
    SetAside,  // another line is owed instead: once per key, no stacking, set off
};

// One line of what is given.
struct Line {
    std::size_t obligation = 0;  // index into the obligations that were asked about
    int remedy = 0;              // index in Promise::remedies
    int gift = 0;                // index in Remedy::gifts
    std::string_view payee;      // empty: the customer of the subject
    Decimal amount = 1;          // exact; a gift without an amount counts one
    std::optional<Money> money;  // rounded, if it is money
    Instant at;                  // when it became owed
    Standing standing = Standing::Owed;
    Text why = {};  // of SetAside and Withheld
};

// Everything owed at `now`, one line a gift and payee: the sum so far, `at` being when the first
// part became owed. Obligations may be of many subjects; rules that look across them (once per,
// stacking) see exactly these. `facts_of`, if given, is asked for a subject's facts in true order,
// for amounts that look back (`latest("kind")`).
class FactsOf {
public:
    virtual ~FactsOf() = default;
    virtual std::span<const promise::Fact* const> of(std::string_view subject) const = 0;
};
std::vector<Line> owed(const promise::Promise&, std::span<const promise::Obligation>, Instant now,
                       promise::Folding&, const FactsOf* facts_of = nullptr);

// The same, told as they grew: one line for each increase (500 MB at the breach, 500 MB more at
// each further started 24 h), `amount` being the increase. Without setting aside across obligations.
// Amounts are taken to grow (or stay) with time, as promises of "more for later" do; the instants
// are exact to the millisecond.
std::vector<Line> installments(const promise::Promise&, const promise::Obligation&, Instant now,
                               promise::Folding&, std::span<const promise::Fact* const> facts = {});

// The values of the remedy's `once per` for this obligation, and the payee: the same text for what is
// paid once between them. Empty: it has none, or one of its values is null here. The values come
// from the obligation's start, where it is silent from what decided it.
std::string key_of(const promise::Promise&, const promise::Remedy&, const promise::Obligation&,
                   std::string_view payee, promise::Folding&,
                   std::span<const promise::Fact* const> facts = {});

// Can anything be owed for this obligation as it stands? Cheap; false for most.
bool may_be_owed(const promise::Promise&, const promise::Obligation&);

// The first instant in (now, horizon] at which installments() would tell of more, if no further
// fact comes; Instant::max() if there is none. Exact to the millisecond; like installments() it
// takes amounts to grow or stay.
Instant next_increase(const promise::Promise&, const promise::Obligation&, Instant now,
                      Instant horizon, promise::Folding&,
                      std::span<const promise::Fact* const> facts = {});

// The excess of one leg of a chain, and what part of the whole it answers for.
struct Charge {
    int clause = 0;          // the leg
    Millis excess{0};        // past its own limit
    Millis delay{0};         // its share of the outer clause's lateness
    std::int64_t minor = 0;  // its share of the money; the shares sum up to the whole
};
// Shares `money` and the lateness of `outer` over the legs of its clause in proportion to their
// excess. Empty when no leg exceeded its limit.
std::vector<Charge> charge_on(const promise::Promise&, const promise::Obligation& outer,
                              std::span<const promise::Obligation> same_subject, const Money& money,
                              Instant now);

// Time that a leg answers for: from when it was offered (or, if never offered, accepted) until it
// was done or handed on. 责任归属: between the offer and the acceptance the receiver is charged.
struct LegTime {
    int clause = 0;
    Millis own{0};      // while it had accepted
    Millis waiting{0};  // offered and not yet accepted
};
std::vector<LegTime> leg_times(const promise::Promise&, const promise::Obligation& outer,
                               std::span<const promise::Obligation> same_subject,
                               std::span<const promise::Fact* const> facts, Instant now,
                               promise::Folding&);

}  // namespace yinuo::remedy
