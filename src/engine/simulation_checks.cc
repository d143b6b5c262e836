#include "engine/simulation_checks.h"

#include <algorithm>
#include <map>

#include "engine/entry.h"
#include "engine/fsck.h"
#include "engine/publication_json.h"
#include "engine/turner.h"
#include "promise/fold.h"
#include "promise/record.h"
#include "remedy/remedy.h"

namespace yinuo::engine {
namespace {

using promise::EventKind;
using promise::State;

bool is_turn(const store::Entry& entry) {
    return entry.kind == static_cast<std::uint8_t>(EntryKind::Turn);
}

// What a fact says, to hold the log's copy to what was sent.
std::string content(std::string_view subject, std::string_view kind, Instant at,
                    std::string_view lift, const std::string& took) {
    std::string text(subject);
    text += ' ';
    text += kind;
    text += ' ';
    text += std::to_string(at.millis);
    text += ' ';
    text += lift;
    text += ' ';
    text += took;
    return text;
}

std::string key_of_fact(std::int64_t source, std::string_view id, std::int64_t sequence,
                        promise::Change change) {
    return std::to_string(source) + ":" + std::string(id) + "#" + std::to_string(sequence) + "/" +
           std::to_string(static_cast<int>(change));
}

// The facts that hold, by a reading of the rules of its own: of each id the last change that was
// heard, or else the first report; none that was taken back.
std::vector<promise::Fact> tidy(const std::vector<promise::Fact>& heard) {
    std::map<std::string_view, const promise::Fact*> holds;
    for (const auto& fact : heard) {
        const auto [place, fresh] = holds.try_emplace(fact.id, &fact);
        if (!fresh && fact.change != promise::Change::Report) place->second = &fact;
    }
    std::vector<promise::Fact> all;
    for (const auto& [id, fact] : holds) {
        if (fact->change == promise::Change::Retract) continue;
        all.push_back(*fact);
        all.back().change = promise::Change::Report;
    }
    return all;
}

// One obligation by its name outside: version, clause, occurrence, subject.
std::string name_of(store::Position version, int clause, int occurrence, std::string_view subject) {
    return std::to_string(version) + "/" + std::to_string(clause) + "/" +
           std::to_string(occurrence) + " " + std::string(subject);
}

std::string_view subject_of(const store::Stream& stream, std::string_view label) {
    if (!label.empty()) return label;
    const StreamName name = StreamName::parse(stream.name);
    return name.kind == StreamName::Kind::Subject ? std::string_view(stream.name) : name.key;
}

std::string text(Instant at) { return at == Instant::max() ? "-" : std::to_string(at.millis); }

std::string how(State state, int claim, int excuse, int extensions, bool kept,
                std::initializer_list<Instant> instants, std::int64_t paused, std::int64_t counted,
                std::int64_t good) {
    std::string out(promise::name_of(state));
    for (const std::int64_t n :
         {static_cast<std::int64_t>(claim), static_cast<std::int64_t>(excuse),
          static_cast<std::int64_t>(extensions), static_cast<std::int64_t>(kept), paused, counted,
          good})
        out += " " + std::to_string(n);
    for (const Instant at : instants) out += " " + text(at);
    return out;
}

std::string how(const promise::Obligation& o) {
    return how(o.state, static_cast<int>(o.claim), static_cast<int>(o.excuse), o.extensions,
               o.earlier_kept,
               {o.started_at, o.promised_at, o.due_at, o.first_due_at, o.first_warning_at,
                o.broken_at, o.settled_at},
               o.state == State::Paused ? 0 : o.paused.count, o.counted, o.good);
}

std::string how(const store::ObligationRow& row) {
    return how(static_cast<State>(row.state), row.claim, row.excuse, row.extensions,
               row.earlier_kept,
               {row.started_at, row.promised_at, row.due_at, row.first_due_at, row.warns_at,
                row.broken_at, row.settled_at},
               row.paused, row.counted, row.good);
}

bool is_verdict(EventKind kind) {
    return kind == EventKind::Kept || kind == EventKind::Broken || kind == EventKind::Voided ||
           kind == EventKind::VoidedByUs || kind == EventKind::Waived ||
           kind == EventKind::NotMeasured;
}

using Count = std::map<std::string, std::int64_t>;

void tally(Count& count, const std::string& obligation, EventKind kind, EventKind reversed,
           Instant at) {
    const bool back = kind == EventKind::Reversed;
    const EventKind of = back ? reversed : kind;
    if (!is_verdict(of)) return;
    const auto key = obligation + ": " + promise::describe(of).en + " at " + text(at);
    if ((count[key] += back ? -1 : 1) == 0) count.erase(key);
}

// The first line in which two counts differ.
std::string difference(const Count& wanted, const Count& found) {
    for (const auto& [key, n] : wanted) {
        const auto other = found.find(key);
        if (other == found.end() || other->second != n)
            return key + " stands " + std::to_string(other == found.end() ? 0 : other->second) +
                   " times, not " + std::to_string(n);
    }
    for (const auto& [key, n] : found)
        if (!wanted.contains(key)) return key + " stands " + std::to_string(n) + " times, not 0";
    return {};
}

// What entries of the log say.
struct Told {
    std::vector<promise::Fact> facts;
    Count verdicts;                           // that stand
    std::map<std::string, Decimal> remedies;  // given and not taken back
    std::int64_t reversals = 0;
    std::int64_t given = 0;
};

std::string gift(const std::string& obligation, int remedy, int gift, std::string_view payee) {
    return obligation + " gift " + std::to_string(remedy) + "/" + std::to_string(gift) + " " +
           std::string(payee);
}

void add_amount(std::map<std::string, Decimal>& sums, const std::string& key, Decimal amount) {
    auto& sum = sums[key];
    sum = sum.add(amount).value_or(sum);
    if (sum == Decimal(0)) sums.erase(key);
}

void take_entry(const store::Entry& entry, store::Reading& rows, Shelf& shelf, Arena& memory,
                Told& told) {
    if (!is_turn(entry)) return;
    const auto bytes = memory.copy(entry.body);
    static_cast<void>(learn_kinds(bytes, shelf.names()));
    const auto from = told.facts.size();
    static_cast<void>(read_facts(bytes, entry.recorded_at, shelf.names(), memory, told.facts));
    const auto body = *read_turn(bytes, memory);
    for (auto i = from; i < told.facts.size(); ++i) told.facts[i].subject = body.stream;
    const store::Stream stream{.name = std::string(body.stream)};
    for (const auto& change : body.changes) {
        const auto name = name_of(change.version, change.clause, change.occurrence,
                                  subject_of(stream, change.label));
        for (const auto& step : change.steps) {
            tally(told.verdicts, name, step.kind, step.reversed, step.at);
            told.reversals += step.kind == EventKind::Reversed;
        }
    }
    for (const auto& one : body.remedies) {
        const auto row = rows.obligation(one.obligation);
        if (!row) continue;
        const auto name =
            name_of(row->version, row->clause, row->occurrence, subject_of(stream, row->label));
        add_amount(told.remedies, gift(name, one.remedy, one.gift, one.payee),
                   one.back ? *Decimal(0).subtract(one.amount) : one.amount);
        told.given += !one.back;
    }
}

// At risk, or broken and open: somebody must see it, or has.
std::string check_alert(store::Reading& rows, const store::ObligationRow& row,
                        const std::string& name) {
    const auto state = static_cast<State>(row.state);
    const bool broken = state == State::Broken && row.settled_at == Instant::max();
    if (state != State::AtRisk && !broken) return {};
    for (const auto& alert : rows.alerts_of(row.id)) {
        if (alert.acknowledged_by == "settled") continue;
        if (!broken || alert.warning == -1) return {};
    }
    return name + " is " + std::string(promise::name_of(state)) + ", and nobody is told";
}

// Who is asked about: everybody, or one subject and what looks at nobody else.
enum class Scope : std::uint8_t { All, Subject };

// By the names of obligations.
using Rows = std::map<std::string, store::ObligationRow>;

// Folding anew what was told gives what stands, and no other verdicts or remedies.
std::string hold_to_fold(const Told& told, Rows stand, Scope scope,
                         std::span<const Version* const> versions, const Shelf& shelf,
                         promise::Folding& folding, Instant now) {
    const auto facts = tidy(told.facts);
    Count verdicts;
    std::map<std::string, Decimal> remedies;
    for (const Version* version : versions) {
        const auto& promise = *version->promise;
        const auto elsewhere = [&](const auto& one) {
            return scope == Scope::Subject &&
                   promise::looks_across(promise.clauses[static_cast<std::size_t>(one.clause)]);
        };
        std::vector<promise::Fact> about;
        for (const auto& fact : facts)
            if (kind_of_subject(fact.subject) == promise.subject) about.push_back(fact);
        auto outcome = promise::fold_all(promise, about, now, folding);
        std::erase_if(outcome.obligations, elsewhere);
        for (const auto& o : outcome.obligations) {
            const auto name = name_of(version->position, o.clause, o.occurrence, o.subject);
            const auto row = stand.find(name);
            if (row == stand.end()) return name + " is missing: " + how(o);
            if (how(o) != how(row->second))
                return name + " is\n  " + how(row->second) + "\nand should be\n  " + how(o);
            stand.erase(row);
        }
        for (const auto& line : remedy::owed(promise, outcome.obligations, now, folding)) {
            const auto& o = outcome.obligations[line.obligation];
            if (line.standing != remedy::Standing::Owed) continue;
            add_amount(remedies,
                       gift(name_of(version->position, o.clause, o.occurrence, o.subject),
                            line.remedy, line.gift, line.payee),
                       line.amount);
        }
        const promise::Record fresh{.facts = about, .events = {}};
        for (const auto& event : promise::decide(promise, fresh, now, folding))
            if (!elsewhere(event))
                tally(verdicts,
                      name_of(version->position, event.clause, event.occurrence, event.subject),
                      event.kind, event.reversed, event.at);
    }
    // What began once and, as we know now, never did; and a rate's periods before its first fact.
    Count found = told.verdicts;
    for (const auto& [name, row] : stand) {
        const auto state = static_cast<State>(row.state);
        const bool nothing_came =
            !row.label.empty() && row.counted == 0 &&
            row.started_at < shelf.find(row.version)->promise->effective_until;
        if (!nothing_came && !(state == State::Void && row.started_at == Instant::max()))
            return name + " shouldn't be there: " + how(row);
        if (nothing_came)
            std::erase_if(found,
                          [&](const auto& one) { return one.first.starts_with(name + ":"); });
    }
    if (auto wrong = difference(verdicts, found); !wrong.empty()) return wrong;
    for (const auto& [key, sum] : remedies) {
        const auto given = told.remedies.find(key);
        if (given == told.remedies.end() || given->second != sum)
            return key + ": owed " + sum.to_string() + ", given " +
                   (given == told.remedies.end() ? "nothing" : given->second.to_string());
    }
    for (const auto& [key, sum] : told.remedies)
        if (!remedies.contains(key)) return key + ": given " + sum.to_string() + ", nothing owed";
    return {};
}

// Takes a row among those that stand; answers what doesn't hold of it by itself.
std::string stands(store::Reading& rows, const store::ObligationRow& row,
                   const store::Stream& stream, Rows& stand) {
    const auto name =
        name_of(row.version, row.clause, row.occurrence, subject_of(stream, row.label));
    if (!stand.emplace(name, row).second) return name + " has two rows";
    return check_alert(rows, row, name);
}

}  // namespace

std::string check_facts(store::Reading& rows, store::TenantId tenant,
                        const std::vector<Message>& messages, bool all) {
    struct Logged {
        store::Position position = 0;
        std::string content;
    };
    std::map<std::string, Logged> logged;
    std::string wrong;
    store::Position last = 0;
    Instant at = Instant::min();
    Arena memory;
    rows.entries_after(0, [&](const store::Entry& entry) {
        if (entry.position != last + 1) wrong = "the log lacks entry " + std::to_string(last + 1);
        if (entry.recorded_at < at)
            wrong = "entry " + std::to_string(entry.position) + " goes back in time";
        last = entry.position;
        at = entry.recorded_at;
        if (!is_turn(entry)) return wrong.empty();
        memory.reset();
        const auto body = read_turn(entry.body, memory);
        if (!body) return wrong = "an entry is unreadable", false;
        for (const auto& fact : body->facts) {
            std::string lift, took;
            for (const auto& field : fact.fields) {
                if (field.name == "lift") lift = field.value.as_string();
                if (field.name == "took") took = field.value.as_number().to_string();
                if (field.name == "phone") wrong = "a telephone number is in the clear";
            }
            const auto key = key_of_fact(fact.source, fact.id, fact.sequence, fact.change);
            const auto [place, fresh] = logged.try_emplace(
                key, Logged{entry.position, content(body->stream, fact.kind, fact.at, lift, took)});
            if (!fresh) wrong = "the fact " + key + " is in the log twice";
        }
        return wrong.empty();
    });
    if (!wrong.empty()) return wrong;
    std::size_t known = 0;
    for (const Message& one : messages) {
        const auto source = rows.find_source(tenant, one.source);
        const auto key = key_of_fact(source, one.id, one.sequence, one.change);
        const auto found = logged.find(key);
        known += found != logged.end();
        if (found == logged.end()) {
            if (one.acknowledged || all) return "the fact " + key + " was lost";
            continue;
        }
        if (one.acknowledged && found->second.position != one.position)
            return "the fact " + key + " isn't where it was said to be";
        if (found->second.content !=
            content(one.subject, one.kind, one.at, one.lift, std::to_string(one.took)))
            return "the fact " + key + " says something else: " + found->second.content;
    }
    return known == logged.size() ? std::string() : "there are facts in the log that nobody sent";
}

std::string check_obligations(store::Reading& rows, store::TenantId tenant, Zones& zones,
                              Instant now, SimulationReport& report) {
    Shelf shelf(zones);
    if (!fill_shelf(rows, shelf)) return "the published promises can't be read";
    Arena memory, kept;
    promise::Folding folding(shelf.names(), kept);
    Told told;
    rows.entries_after(0, [&](const store::Entry& entry) {
        take_entry(entry, rows, shelf, memory, told);
        return true;
    });
    Rows stand;
    for (store::ObligationId id = 1; id <= rows.last_obligation(); ++id) {
        const auto row = rows.obligation(id);
        if (!row) continue;
        report.obligations = id;
        report.broken += static_cast<State>(row->state) == State::Broken;
        if (auto wrong = stands(rows, *row, *rows.stream(row->stream), stand); !wrong.empty())
            return wrong;
    }
    report.reversals = told.reversals;
    report.remedies = told.given;
    return hold_to_fold(told, std::move(stand), Scope::All, shelf.of(tenant), shelf, folding, now);
}

std::string check_subject(store::Reading& rows, Shelf& shelf, const store::Stream& stream,
                          Instant now) {
    Arena memory, kept;
    promise::Folding folding(shelf.names(), kept);
    Told told;
    rows.entries_of(stream.id, 0, [&](const store::Entry& entry) {
        take_entry(entry, rows, shelf, memory, told);
        return true;
    });
    Rows stand;
    for (const auto& row : rows.obligations_of(stream.id))
        if (auto wrong = stands(rows, row, stream, stand); !wrong.empty()) return wrong;
    return hold_to_fold(told, std::move(stand), Scope::Subject,
                        shelf.about(stream.tenant, stream.name), shelf, folding, now);
}

std::string check_proofs(store::Reading& rows, Zones& zones, const vault::Keyring& keyring,
                         bool with_rows) {
    const auto logs = check_logs(rows, zones, keyring);
    if (!logs) return logs.error().what.en;
    if (!logs->findings.empty()) return logs->findings.front().error.what.en;
    if (!with_rows) return {};
    const auto compared = compare(rows, zones);
    if (!compared) return compared.error().what.en;
    if (!compared->differences.empty()) {
        const auto& first = compared->differences.front().error;
        return first.code + ": " + first.what.en;
    }
    return {};
}

std::string dump_projections(store::Reading& rows, Timers timers) {
    std::string out;
    rows.entries_after(0, [&](const store::Entry& entry) {
        if (!is_turn(entry)) return true;
        Arena memory;
        const auto body = read_turn(entry.body, memory);
        if (!body) return out += "unreadable\n", false;
        for (const auto& fact : body->facts)
            out += std::string(fact.id) + " in " +
                   std::to_string(rows.find_fact(fact.source, fact.id)) + "\n";
        if (entry.stream != entry.position) return true;
        const auto stream = rows.stream(entry.stream);
        if (!stream) return out += "no stream\n", true;
        const auto kind = StreamName::parse(stream->name).kind;
        out += stream->name + " of " + std::to_string(stream->customer);
        // A rate that rests needn't wake for its counts once they are right.
        if (timers == Timers::With && kind != StreamName::Kind::Rate)
            out += " wakes " + text(stream->wakes_at);
        out += "\n";
        for (const auto& row : rows.obligations_of(stream->id))
            out += "  " + std::to_string(row.id) + " " + std::to_string(row.version) + "/" +
                   std::to_string(row.clause) + "/" + std::to_string(row.occurrence) + " " +
                   row.label + " " + how(row) + " at " + std::to_string(row.position) + " leaf " +
                   std::to_string(row.leaf) + (row.provisional ? " provisional" : "") + "\n";
        for (const auto group : rows.groups_of(stream->id))
            out += "  in " + std::to_string(group) + "\n";
        if (kind == StreamName::Kind::Rate)
            for (const auto& one : rows.measures(stream->id, Instant::min(), Instant::max()))
                out += "  " + std::to_string(one.member) + "." + std::to_string(one.ordinal) + " " +
                       text(one.at) + (one.good ? " good " : " ") + one.value + "\n";
        return true;
    });
    return out;
}

std::string hash_of_log(store::Reading& rows) {
    std::string hash;
    rows.entries_after(0, [&](const store::Entry& entry) {
        for (const std::int64_t n :
             {entry.position, entry.tenant, entry.stream, static_cast<std::int64_t>(entry.kind),
              entry.recorded_at.millis, entry.leaf, static_cast<std::int64_t>(entry.leaves)})
            hash += std::to_string(n) + " ";
        hash = hex_hash(hash + entry.body);
        return true;
    });
    return hash;
}

}  // namespace yinuo::engine
