// Writing down what a turn decided: one entry, its leaves, the rows, the timer, alerts.
#include <algorithm>

#include "base/check.h"
#include "engine/called.h"
#include "engine/turner.h"
#include "engine/undecided.h"

namespace yinuo::engine {
namespace {

using promise::EventKind;
using promise::State;

// What subscribers hear of a step; empty: it is a detail.
std::string_view announced(EventKind kind) {
    switch (kind) {
        case EventKind::Started: return "obligation.started";
        case EventKind::DueSet:
        case EventKind::Extended: return "obligation.due";
        case EventKind::Warned: return "obligation.at-risk";
        case EventKind::Kept: return "obligation.kept";
        case EventKind::Broken: return "obligation.broken";
        case EventKind::Voided:
        case EventKind::VoidedByUs: return "obligation.void";
        case EventKind::Waived: return "obligation.waived";
        case EventKind::Reopened: return "obligation.reopened";
        case EventKind::Reversed: return "obligation.reversed";
        case EventKind::Claimed:
        case EventKind::Confirmed:
        case EventKind::Rejected: return "obligation.claim";
        case EventKind::Paused: return "obligation.paused";
        case EventKind::Resumed: return "obligation.resumed";
        case EventKind::NotMeasured:
        case EventKind::LatenessEnded:
        case EventKind::Withheld:
        case EventKind::EvidenceSeen:
        case EventKind::Agreed:
        case EventKind::Released: return {};
    }
    check(false);
}

std::string random_salt(vault::Entropy& entropy) {
    std::string salt(32, '\0');
    entropy.fill(std::as_writable_bytes(std::span(salt)));
    return salt;
}

ObligationChange change_of(const store::ObligationRow& row,
                           std::span<const ObligationChange::Step> steps,
                           std::string_view facts_hash,
                           const std::optional<promise::RateSum>& sum) {
    return {.id = row.id,
            .version = row.version,
            .clause = row.clause,
            .occurrence = row.occurrence,
            .label = row.label,
            .state = static_cast<State>(row.state),
            .started_at = row.started_at,
            .due_at = row.due_at,
            .broken_at = row.broken_at,
            .settled_at = row.settled_at,
            .steps = steps,
            .facts_hash = facts_hash,
            .sum = sum};
}

}  // namespace

store::Position Turner::append(Group& group, store::TenantId tenant, EntryKind kind,
                               std::string body, std::string_view leaf) {
    store::Entry entry{.tenant = tenant,
                       .kind = static_cast<std::uint8_t>(kind),
                       .recorded_at = group.now,
                       .body = std::move(body)};
    if (!leaf.empty()) {
        const std::string_view leaves[] = {leaf};
        add_leaves(group, tenant, 0, leaves, entry);
    }
    return group.rows.append(std::move(entry));
}

// Commits to each content under the customer's (or the tenant's) salts, and numbers the entry's.
void Turner::add_leaves(Group& group, store::TenantId tenant, store::CustomerId customer,
                        std::span<const std::string_view> contents, store::Entry& entry) {
    const auto first = logs_.next(group.rows, tenant);
    if (!first) throw store::Trouble(first.error());
    entry.leaf = *first;
    entry.leaves = static_cast<std::int32_t>(contents.size());
    for (std::size_t i = 0; i < contents.size(); ++i) {
        const auto salt =
            keys_.salt(group.rows, tenant, customer, *first + static_cast<std::int64_t>(i));
        // Whose key was destroyed is still owed what was promised; its leaf tells nobody anything.
        logs_.add(tenant, commitment(salt ? *salt : random_salt(entropy_), contents[i]));
    }
}

// Has the time come of a fact that was reported before it happened? Keys and rates hear of their
// members by their entries, so there is one.
bool Turner::come_of_age(const Loaded& in, Instant now) const {
    return !across_.empty() && std::ranges::any_of(in.facts, [&](const promise::Fact& fact) {
        return fact.at > in.last_recorded_at && fact.at <= now;
    });
}

store::Entry Turner::append(Group& group, store::Entry entry, store::CustomerId customer,
                            std::string_view leaf) {
    const std::string_view leaves[] = {leaf};
    add_leaves(group, entry.tenant, customer, leaves, entry);
    entry.position = group.rows.append(entry);
    return entry;
}

void Turner::finish(Group& group, Loaded& in, Deciding& deciding, std::span<const LoggedFact> news,
                    store::Position* position) {
    ++turns_;
    std::size_t logged = 0;
    for (auto& one : deciding.rows) {
        if (one.fresh) one.row.id = next_obligation_++;
        logged += one.logged;
    }
    const bool entry_due = in.fresh || !news.empty() || logged > 0 || !deciding.remedies.empty() ||
                           come_of_age(in, group.now);
    std::vector<std::string> leaves;
    std::vector<const Deciding::Row*> changed;
    store::Position at = 0;
    if (entry_due) {
        // Of several versions each reads other fields, so each has a hash of its own.
        std::string_view hash;
        const Version* hashed = nullptr;
        auto changes = memory_.array<ObligationChange>(logged);
        for (auto& one : deciding.rows) {
            if (!one.logged) continue;
            if (hashed != one.version) {
                hashed = one.version;
                hash = memory_.copy(facts_hash(deciding.facts, one.version->read, shelf_.names()));
            }
            new (&changes[changed.size()])
                ObligationChange(change_of(one.row, one.steps, hash, one.sum));
            changed.push_back(&one);
        }
        std::vector<RemedyChange> remedies;
        for (const auto& [entry, version, choices, key] : deciding.remedies)
            remedies.push_back({.obligation = obligation_of(in, deciding, *version, entry),
                                .back = entry.back,
                                .remedy = entry.remedy,
                                .gift = entry.gift,
                                .payee = entry.payee,
                                .amount = entry.amount,
                                .currency = entry.money ? entry.money->currency.code() : "",
                                .minor = entry.money ? entry.money->minor : 0,
                                .at = entry.at,
                                .version = version->position});
        const TurnBody body{.stream = in.stream.name,
                            .customer = in.stream.customer,
                            .facts = news,
                            .changes = changes,
                            .remedies = remedies};
        const Called names(shelf_, tenant_of(group, in.stream.tenant).origin);
        leaves = leaves_of(body, group.now, names);
        store::Entry entry{.tenant = in.stream.tenant,
                           .stream = in.stream.id,
                           .kind = static_cast<std::uint8_t>(EntryKind::Turn),
                           .recorded_at = group.now,
                           .body = {}};
        if (!leaves.empty()) {
            const std::vector<std::string_view> contents(leaves.begin(), leaves.end());
            add_leaves(group, in.stream.tenant, in.stream.customer, contents, entry);
        }
        for (std::size_t i = 0; i < changed.size(); ++i) {
            auto& row = const_cast<Deciding::Row*>(changed[i])->row;
            row.leaf = entry.leaf + static_cast<std::int64_t>(i);
        }
        write_turn(entry.body, body);
        at = group.rows.append(std::move(entry));
        check(!in.fresh || at == in.stream.id);
    }
    if (position != nullptr) *position = at;

    auto& stream = in.stream;
    Instant wakes_at = deciding.wakes_at;
    if (wakes_at != Instant::max()) wakes_at = std::max(wakes_at, group.now + Millis{1});
    const bool timer = stream.wakes_at != wakes_at;
    if (entry_due || timer) {
        stream.wakes_at = wakes_at;
        stream.turned_at = group.now;
        group.rows.put_stream(stream);
        if (timer) group.on_timer(stream.id, wakes_at);
    }
    for (auto& one : deciding.rows) {
        if (one.logged) one.row.position = at;
        group.rows.put_obligation(one.row);
        note_decisions(group.rows, one.before, one.row);
    }
    for (std::size_t i = 0; i < changed.size(); ++i) {
        look_after_alerts(group, *changed[i]);
        for (const auto& step : changed[i]->steps) {
            const auto type = announced(step.kind);
            if (!type.empty())
                group.announce(stream.tenant, type, obligation_text(changed[i]->row.id), leaves[i],
                               at);
        }
    }
    for (std::size_t i = 0; i < deciding.remedies.size(); ++i)
        group.announce(stream.tenant,
                       deciding.remedies[i].entry.back ? "remedy.taken-back" : "remedy.owed",
                       stream.name, leaves[changed.size() + i], at);
    const Till till{group, *this, cashier_};
    for (const auto* one : changed) cashier_.meet_incidents(till, stream, one->row);
    std::vector<Cashier::Owed> owed;
    for (auto& [entry, version, choices, key] : deciding.remedies)
        owed.push_back({.entry = entry,
                        .version = *version,
                        .obligation = obligation_of(in, deciding, *version, entry),
                        .choices = std::move(choices),
                        .key = std::move(key)});
    if (!owed.empty()) cashier_.owe(till, stream, owed);
    write_across(group, in, entry_due);
}

store::ObligationId Turner::obligation_of(const Loaded& in, const Deciding& deciding,
                                          const Version& version, const remedy::Entry& entry) {
    const auto is = [&](const store::ObligationRow& row) {
        return row.version == version.position && row.clause == entry.clause &&
               row.occurrence == entry.occurrence;
    };
    for (const auto& row : in.rows)
        if (is(row)) return row.id;
    for (const auto& one : deciding.rows)
        if (is(one.row)) return one.row.id;
    check(false);
}

}  // namespace yinuo::engine
