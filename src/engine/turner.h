// One turn: load a stream, decide, append what is new, update its rows.
//
// Inside the room. A Turner belongs to the engine's thread and keeps its arenas between turns. All
// turns of a Group write into one transaction at one `now`.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/customers.h"
#include "engine/entry.h"
#include "engine/paying_cashier.h"
#include "engine/refold.h"
#include "engine/report.h"
#include "engine/shelf.h"
#include "engine/tenant_log.h"
#include "engine/tenants.h"
#include "promise/fold.h"
#include "promise/record.h"
#include "remedy/entries.h"
#include "store/store.h"

namespace yinuo::engine {

// Streams that are no subjects begin with this; facts can't be about them.
inline constexpr char kOwnStream = '~';

// What a stream is, by its name.
struct StreamName {
    enum class Kind : std::uint8_t { Subject, Key, Rate } kind = Kind::Subject;
    store::Position version = 0;
    int clause = 0;
    std::string_view key;  // or a rate's group

    static StreamName parse(std::string_view name);
    static std::string of(Kind, store::Position version, int clause, std::string_view key);
};

// What a group of turns shares.
struct Group {
    store::Writing& rows;
    Instant now;
    // A stream's timer was set (or put off, or taken away: max).
    std::function<void(store::StreamId, Instant)> on_timer;
    std::function<void(store::TenantId, std::string_view type, std::string_view subject,
                       std::string_view data, store::Position cause)>
        announce;
    std::map<store::TenantId, Tenant> tenants = {};  // as they stand in this transaction
};

class Turner {
public:
    Turner(Shelf&, Keys&, TenantLogs&, vault::Entropy&);

    void begin(store::Reading&);  // of the program or after a failure: continues its numbers

    std::vector<Acknowledgement> report(Group&, const Report&);
    void turn(Group&, store::StreamId);

    // A stream made again from its entries alone, as turns up to `now` have left it; see refold.h.
    // Reads keys' members and rates' measures from the rows. Throws Trouble at a damaged entry.
    Refolded refold(store::Reading&, store::StreamId, Instant now);

    // moving.h: what was promised under `from` is owed under `to`.
    Result<std::vector<store::ObligationRow>> preview_move(store::Reading&, store::StreamId,
                                                           const Version& from, const Version& to,
                                                           Instant now);
    Result<void> move(Group&, store::StreamId, const Version& from, const Version& to,
                      std::string_view by);

    // An entry about no stream; see Turns::append.
    store::Position append(Group&, store::TenantId, EntryKind, std::string body,
                           std::string_view leaf);
    // An entry of a stream, and its one leaf under the customer's salt; with its place in both logs.
    store::Entry append(Group&, store::Entry, store::CustomerId, std::string_view leaf);

    const Tenant& tenant_of(Group&, store::TenantId);
    Cashier& cashier() { return cashier_; }

    std::int64_t turns() const { return turns_; }

private:
    struct Recorded {  // of one version in one stream
        store::Position version = 0;
        std::vector<promise::Event> events;
        std::vector<remedy::Entry> given;
    };
    struct Moved {
        const Version* from;
        const Version* to;
    };
    struct Loaded {
        store::Stream stream;
        bool fresh = false;  // it has no entry yet
        Instant last_recorded_at = Instant::min();
        std::vector<promise::Fact> facts = {};
        std::vector<Recorded> recorded = {};
        std::vector<store::ObligationRow> rows = {};
        std::vector<Moved> moved = {};
        // Of a replay: what was published after the entry in hand isn't there yet.
        std::optional<store::Position> replayed = {};
        Recorded& of(store::Position version);
    };
    // What a turn gathers for its entry.
    struct Deciding {
        struct Row {
            store::ObligationRow row;
            store::ObligationRow before;
            bool fresh = false;
            bool logged = false;  // it goes into the log, not only into its row
            const Version* version = nullptr;
            std::span<const ObligationChange::Step> steps;
            std::optional<promise::RateSum> sum = {};  // of rates
        };
        struct Remedy {
            remedy::Entry entry;
            const Version* version = nullptr;
            std::vector<std::string> choices = {};  // between which the customer may choose
            std::string key = {};                   // remedy::key_of
        };
        std::vector<Row> rows;
        std::vector<Remedy> remedies;
        std::vector<const promise::Fact*> facts;  // in true order, for the facts' hash
        Instant wakes_at = Instant::max();
    };

    // turner_load.cc
    void load(store::Reading&, Loaded&);
    void take_changes(const TurnBody&, const Loaded&, Instant recorded_at, Loaded& into);
    void take_move(std::string_view body, Loaded&);

    // turner_refold.cc
    void replay(store::Reading&, Loaded&, Refolded&);
    void take_rows(const TurnBody&, const store::Entry&, Loaded&);
    Deciding decide(store::Reading&, Instant now, Loaded&, bool& tells);
    Instant last_of_members(store::Reading&, store::StreamId key);

    // turner_report.cc
    std::vector<Acknowledgement> take(Group&, const Report&, std::int64_t source,
                                      std::string_view subject, std::span<const std::size_t> which);
    Acknowledgement accept(Group&, const Report&, std::int64_t source, const wire::ReportedFact&,
                           Loaded&, std::vector<LoggedFact>& news);
    std::optional<Acknowledgement> known_already(Group&, const Loaded&, const LoggedFact&);

    // turner.cc
    promise::Turn fold_version(const Version&, const Loaded&,
                               std::span<const promise::Fact* const> facts,
                               std::span<const promise::Event> recorded, Instant now,
                               bool want_verdicts);
    bool concerns(const Version&, const Loaded&, Instant now) const;
    void decide_subject(Instant now, Loaded&, Deciding&);
    void decide_key(store::Reading&, Instant now, Loaded&, const StreamName&, Deciding&);
    void decide_rate(store::Reading&, Instant now, Loaded&, const StreamName&, Deciding&);
    void collect(const Version&, const promise::Turn&, Loaded&, Deciding&,
                 std::string_view label = {}, const std::optional<promise::RateSum>& sum = {});
    void collect_remedies(const Version&, const promise::Turn&, Loaded&,
                          std::span<const promise::Fact* const> facts, Instant now, Deciding&);

    // turner_across.cc
    struct Across {  // what one version's clauses that look beyond this subject make of it
        struct Measures {
            Instant from = Instant::max();
            std::vector<store::Measure> rows;
        };
        const Version* version = nullptr;
        std::set<std::string> keys = {};                // names of streams
        std::map<std::string, Measures> measures = {};  // by the rate's stream
    };
    void look_across(Instant now, const Version&, const Loaded&,
                     std::span<const promise::Fact* const> facts,
                     std::span<const promise::Fact* const> verdicts);
    void write_across(Group&, const Loaded&, bool changed);
    void drop_measures(Group&, const Loaded&, std::span<const Across>);
    void wake_rate(Group&, store::StreamId, Instant changed_from);
    void turn_others(Group&);
    store::StreamId group_stream(Group&, store::TenantId, const std::string& name);

    // turner_write.cc
    void finish(Group&, Loaded&, Deciding&, std::span<const LoggedFact> news,
                store::Position* position = nullptr);
    bool come_of_age(const Loaded&, Instant now) const;
    Result<void> take_over(Loaded&, const Version& from, const Version& to) const;
    Result<void> may_move(Loaded&, const Version& from, const Version& to) const;
    store::ObligationId obligation_of(const Loaded&, const Deciding&, const Version&,
                                      const remedy::Entry&);
    void add_leaves(Group&, store::TenantId, store::CustomerId,
                    std::span<const std::string_view> contents, store::Entry&);

    // turner_alerts.cc
    void look_after_alerts(Group&, const Deciding::Row&);

    Shelf& shelf_;
    Keys& keys_;
    TenantLogs& logs_;
    vault::Entropy& entropy_;
    Arena kept_;    // of the fold
    Arena memory_;  // of what is loaded and written
    promise::Folding folding_;
    store::ObligationId next_obligation_ = 1;
    std::int64_t turns_ = 0;
    Cashier cashier_;
    std::vector<Across> across_;        // of the turn in hand
    std::set<store::StreamId> others_;  // keys whose members have changed, to be turned
    struct RateMemory {
        Instant dirty_from = Instant::min();  // nothing before it has changed since its last turn
        std::size_t members = 0;              // of its fullest period then
    };
    std::unordered_map<store::StreamId, RateMemory> rates_;  // empty after a restart
};

}  // namespace yinuo::engine
