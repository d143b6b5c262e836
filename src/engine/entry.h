// What an entry of the log says, and its bytes.
//
// The bytes are compact and documented in docs/internals/event-log.md; they start with a version
// number, and a reader knows every version there ever was. What is personal in a fact is sealed
// before it comes here (vault/seal.h) and never opened by anything that decides. Reading borrows:
// texts point into the body or into `memory`, which must outlive what was read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/names.h"
#include "base/result.h"
#include "promise/fact.h"
#include "promise/obligation.h"
#include "promise/rate.h"
#include "promise/record.h"
#include "remedy/entries.h"
#include "store/rows.h"

namespace yinuo::engine {

enum class EntryKind : std::uint8_t {
    Turn = 1,        // of one stream: facts that came, what they and time changed
    Promise = 2,     // a step in a promise version's life, with its text when it is published
    Calendar = 3,    // a calendar version
    Alert = 4,       // raised, acknowledged, climbed
    Audit = 5,       // somebody did something privileged
    Delivery = 6,    // an answer of the world to one of our actions
    Customer = 7,    // one was made known, exported, erased
    Move = 8,        // a stream's obligations go on under another version
    Payout = 9,      // of one stream: a step of a payout (paying.h)
    Fund = 10,       // money into or out of the guarantee fund by hand
    Incident = 11,   // a step of an incident (incidents.h)
    Evidence = 12,   // of one stream: a file was handed in (evidence.h)
    Signature = 13,  // of one stream: a customer signed what was put before them
};

// A field as it was reported. Names are text: no table of names outlives the program.
struct Field {
    std::string_view name;
    feel::Value value;
};

struct LoggedFact {
    std::int64_t source = 0;  // the store's number of its source
    std::string_view id;      // unique within its source; empty: no second report
    std::string_view kind;
    Instant at;
    std::int64_t sequence = 0;
    promise::Change change = promise::Change::Report;
    std::span<const Field> fields;  // attributes, in the clear
    std::string_view sealed;        // what is personal, sealed; empty: nothing is
};

// What a turn changed about one obligation, and how it stands since.
struct ObligationChange {
    store::ObligationId id = 0;
    store::Position version = 0;
    std::int32_t clause = 0;
    std::int32_t occurrence = 1;
    std::string_view label;  // of rates
    promise::State state = promise::State::Pending;
    Instant started_at = Instant::max();
    Instant due_at = Instant::max();
    Instant broken_at = Instant::max();
    Instant settled_at = Instant::max();
    struct Step {
        promise::EventKind kind = promise::EventKind::Started;
        promise::EventKind reversed = promise::EventKind::Started;
        Instant at;
        Instant due_at = Instant::max();
        std::string_view who;
    };
    std::span<const Step> steps;
    std::string_view facts_hash;  // 32 bytes; see below. Equal ones in a row are kept once
    std::optional<promise::RateSum> sum = {};  // of rates: what was counted by then
};

// One remedy entry (remedy/entries.h) of an obligation of this stream.
struct RemedyChange {
    store::ObligationId obligation = 0;
    bool back = false;
    std::int32_t remedy = 0;
    std::int32_t gift = 0;
    std::string_view payee;
    Decimal amount;
    std::string_view currency;  // empty: not money; otherwise `minor` counts
    std::int64_t minor = 0;
    Instant at;
    store::Position version = 0;  // of the obligation's promise
};

struct TurnBody {
    std::string_view stream;  // its name
    store::CustomerId customer = 0;
    std::span<const LoggedFact> facts;
    std::span<const ObligationChange> changes;
    std::span<const RemedyChange> remedies;
};

// Appended to `out`. Values of fields are data: no range, no function, not nested deeper than 16,
// which check() holds the caller to, as it does to hashes of 32 bytes.
void write_turn(std::string& out, const TurnBody&);
// Refuses what it can't have written: "log-entry-unreadable". Names of zones in values are found
// in `zones`; a time whose zone isn't there keeps its offset.
Result<TurnBody> read_turn(std::string_view body, Arena& memory, Zones* zones = nullptr);

// Only the facts, with just the fields whose names are in `names`: what a fold needs. `received_at`
// of each is `recorded_at`; `subject` is the stream's name. Ids carry their source ("3:A-17"), so
// that two sources' equal ids stay two. The rest of the body isn't looked at. A kind that isn't in
// `names` is None, which a condition on kinds can't see: learn_kinds() first. What was added to
// `out` before a refusal stays there.
Result<void> read_facts(std::string_view body, Instant recorded_at, const Names& names,
                        Arena& memory, std::vector<promise::Fact>& out, Zones* zones = nullptr);
// Interns the kinds of the body's facts, so that `starts with(fact, "order.")` sees every one.
Result<void> learn_kinds(std::string_view body, Names& names);

// --- leaves -------------------------------------------------------------------------------------
//
// A leaf's content is one line of JSON (RFC 8785 order and spelling) that a person can read and
// any program can hash; what goes into the transparency log is commitment(salt, content).
// docs/internals/receipts.md has the members of each.

// What the numbers in a turn are called outside.
class LeafNames {
public:
    virtual ~LeafNames() = default;
    virtual std::string_view origin() const = 0;                    // of the tenant's log
    virtual std::string_view promise(store::Position) const = 0;    // "same-day-install@3"
    virtual std::string_view text_hash(store::Position) const = 0;  // SHA-256 of its text, hex
    virtual std::string_view clause(store::Position, int clause) const = 0;
    virtual std::string_view remedy(store::Position, int remedy) const = 0;
};

// The turn's leaves in order: one for each change, then one for each remedy.
std::vector<std::string> leaves_of(const TurnBody&, Instant recorded_at, const LeafNames&);

// SHA-256("yinuo leaf v1\n" || salt || content): 32 bytes. `salt` is 32 bytes.
std::string commitment(std::string_view salt, std::string_view content);

// What a change says about the facts it rests on: SHA-256 (32 bytes) over the canonical JSON lines of
// a stream's facts in true order, with those of their fields that are in `read` (what the promise
// reads). Facts that are disclosed later are held to it.
std::string facts_hash(std::span<const promise::Fact* const> facts, std::span<const Symbol> read,
                       const Names& names);
// One of those lines; also what a receipt discloses.
void append_fact_line(std::string& out, const promise::Fact&, std::span<const Symbol> read,
                      const Names& names);

// "obl_" and the number in base 32 (Crockford), and back.
std::string obligation_text(store::ObligationId);
Result<store::ObligationId> parse_obligation(std::string_view text);

}  // namespace yinuo::engine
