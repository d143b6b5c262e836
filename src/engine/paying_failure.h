// 同一事由: what is meant and what was given for one failure, over several remedies and subjects.
//
// Remedies that are paid once between them (`once per`), or not on top of each other (`stacks not
// with`), have one sum: that of the largest. What was given first counts, whoever's it was; each one
// after it gives what is more. What a statute grants is given in any case, and the others are what
// is more than that. In another unit there is no larger one: what was given first stands.
//
// What is meant follows from the remedies that turns have written into the log, what was given from
// the payouts; nothing of this is stored. Inside the room.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/paying_entry.h"
#include "engine/shelf.h"
#include "store/store.h"

namespace yinuo::engine {

// One increase that a remedy gave and didn't take back, as its stream's turns tell it.
struct Standing {
    store::ObligationId obligation = 0;
    std::string remedy;
    std::int32_t gift = 0;
    std::string payee;
    std::string unit;
    Decimal amount;  // money: rounded; of what was taken back, what stays as goodwill
    Instant at;
    store::Position back_at = 0;  // the last entry that took it back before
};
std::vector<Standing> standing_in(store::Reading&, const Shelf&, store::StreamId);

// By stream; of one transaction at a time.
using Standings = std::unordered_map<store::StreamId, std::vector<Standing>>;

// One remedy of one obligation, in one unit.
struct Bundle {
    store::ObligationId obligation = 0;
    store::StreamId stream = 0;
    const Version* version = nullptr;
    std::string remedy;
    std::string payee;
    std::string unit;
    std::string key;        // of its newest payout
    Decimal meant = {};     // what the remedy says
    Decimal given = {};     // what has been paid, or is on its way
    Decimal declined = {};  // what a person refused or gave up, or nobody took in time
    Instant at = {};        // of the newest increase that stands
    std::int32_t gift = 0;  // of the same
    std::vector<PayoutEntry> payouts = {};  // by id

    const promise::Remedy& rule() const;
    bool is_of(const PayoutView&) const;
};

class Failure {
public:
    // Everything that may be about the same failure as this payout; with a bundle for it, even if
    // nothing of it was given yet.
    static Failure of(store::Reading&, const Shelf&, Standings&, const PayoutView&);

    std::vector<Bundle> bundles;

    Bundle* of(const PayoutView&);  // nullptr: none
    // Are these two paid once between them?
    static bool are_related(const Bundle&, const Bundle&);
    // What is still to be given for it: 0 where another covers it.
    Decimal lack(const Bundle&) const;
    // What can be taken off it so that it and all that are related to it are still covered.
    Decimal excess(const Bundle&) const;
    // Given for it and for those related to it, in its unit.
    Decimal cover(const Bundle&) const;
    // Whose remedy is the larger one, if it is another's; of equals the one that came first.
    const Bundle* outdone_by(const Bundle&) const;
};

// May another remedy, of this promise or another about the same kind of subject, be about the same
// failure? Where this is false nothing else need be looked at.
bool may_be_shared(const Shelf&, const Version&, const promise::Remedy&, std::string_view stream);

std::string key_of_failure(std::string_view text);  // of remedy::key_of: as a payout's row has it

}  // namespace yinuo::engine
