// Deciding: what a stream's facts and the time make of its obligations.
#include "engine/turner.h"

#include <algorithm>
#include <ranges>

#include "engine/resting.h"
#include "promise/history.h"

namespace yinuo::engine {
namespace {

using promise::EventKind;

// How far ahead remedies that grow with lateness are looked at; then they are looked at again. Each
// stream has a time of day of its own for that: not all at once, and the same whenever it is asked.
constexpr std::int64_t kRemedyHorizon = hours(24).count;

Instant remedy_horizon(store::StreamId stream, Instant now) {
    const std::int64_t own = stream * 7'919'000 % kRemedyHorizon;
    const std::int64_t days = (now.millis - own) / kRemedyHorizon;
    return {(days + 1) * kRemedyHorizon + own};
}

bool same_obligation(const store::ObligationRow& row, store::Position version,
                     const promise::Obligation& o, std::string_view label) {
    return row.version == version && row.clause == o.clause && row.occurrence == o.occurrence &&
           row.label == label;
}

// The row of an obligation as the fold gave it; identity and place in the log are kept.
void fill(store::ObligationRow& row, const promise::Obligation& o) {
    row.clause = o.clause;
    row.occurrence = o.occurrence;
    row.state = static_cast<std::uint8_t>(o.state);
    row.claim = static_cast<std::uint8_t>(o.claim);
    row.excuse = static_cast<std::uint8_t>(o.excuse);
    row.extensions = o.extensions;
    row.earlier_kept = o.earlier_kept;
    row.provisional = o.provisional;
    row.started_at = o.started_at;
    row.promised_at = o.promised_at;
    row.due_at = o.due_at;
    row.first_due_at = o.first_due_at;
    row.warns_at = o.first_warning_at;
    row.broken_at = o.broken_at;
    row.settled_at = o.settled_at;
    // What a pause adds while it lasts is the clock's business, not a row's.
    row.paused = o.state == promise::State::Paused ? 0 : o.paused.count;
    row.counted = o.counted;
    row.good = o.good;
}

// What a change tells besides its steps: is it any different?
bool reads_the_same(const store::ObligationRow& a, const store::ObligationRow& b) {
    return a.state == b.state && a.started_at == b.started_at && a.due_at == b.due_at &&
           a.broken_at == b.broken_at && a.settled_at == b.settled_at;
}

// Does every obligation of this version begin at the instant of a fact of its own subject? Not what
// looks beyond one subject, not what counts from an instant that a fact only speaks of, and not what
// waits for several facts: it stands as pending from the first.
bool begins_by_facts(const Version& version) {
    return version.keyed.empty() && version.rates.empty() &&
           std::ranges::all_of(version.promise->clauses, [](const promise::Clause& clause) {
               return !clause.starts_at && clause.starts.size() <= 1;
           });
}

// What a gift lets the customer choose between: a list of texts, or one text.
std::vector<std::string> choices_of(const promise::Promise& promise, const promise::Obligation& o,
                                    const remedy::Entry& entry,
                                    std::span<const promise::Fact* const> facts,
                                    promise::Folding& folding) {
    const auto& remedy = promise.remedies[static_cast<std::size_t>(entry.remedy)];
    const auto& choice = remedy.gifts[static_cast<std::size_t>(entry.gift)].choice;
    if (!choice) return {};
    promise::Asker ask(promise, folding, facts);
    ask.start_from(o.start);
    if (const auto* ground = o.decided_by != nullptr ? o.decided_by : o.start) ask.look_at(*ground);
    const auto value = ask.value(*choice);
    std::vector<std::string> choices;
    const auto add = [&](const feel::Value& one) {
        if (one.type() == feel::Type::String && !one.as_string().empty())
            choices.emplace_back(one.as_string());
    };
    if (value.type() == feel::Type::List)
        for (const auto& one : value.as_list()) add(one);
    else
        add(value);
    return choices;
}

}  // namespace

Turner::Turner(Shelf& shelf, Keys& keys, TenantLogs& logs, vault::Entropy& entropy)
    : shelf_(shelf),
      keys_(keys),
      logs_(logs),
      entropy_(entropy),
      folding_(shelf.names(), kept_),
      cashier_(shelf) {}

void Turner::begin(store::Reading& rows) {
    next_obligation_ = rows.last_obligation() + 1;
    cashier_.begin(rows);
    others_.clear();
    rates_.clear();
}

void Turner::turn(Group& group, store::StreamId id) {
    const auto stream = group.rows.stream(id);
    if (!stream) return;
    kept_.reset();
    memory_.reset();
    Loaded in{.stream = *stream};
    load(group.rows, in);
    Deciding deciding;
    const StreamName name = StreamName::parse(in.stream.name);
    switch (name.kind) {
        case StreamName::Kind::Subject: decide_subject(group.now, in, deciding); break;
        case StreamName::Kind::Key: decide_key(group.rows, group.now, in, name, deciding); break;
        case StreamName::Kind::Rate: decide_rate(group.rows, group.now, in, name, deciding); break;
    }
    finish(group, in, deciding, {});
    turn_others(group);
}

// Is there anything about this stream that the version could say?
bool Turner::concerns(const Version& version, const Loaded& in, Instant now) const {
    if (in.replayed && version.position > *in.replayed) return false;
    // What was moved on is said by its successor alone, wherever it had come from.
    const auto was = [&](const Version* Moved::* side) {
        return std::ranges::find(in.moved, &version, side) != in.moved.end();
    };
    if (was(&Moved::from)) return false;
    if (was(&Moved::to)) return true;
    if (std::ranges::any_of(in.rows,
                            [&](const auto& row) { return row.version == version.position; }))
        return true;
    const auto& promise = *version.promise;
    if (promise.effective_from > now || promise.effective_from >= promise.effective_until)
        return false;
    // What begins under it begins while it is in force (promise::Watch), and verdicts, which begin
    // others, come of what began: with no fact of that time, taken back or not, nothing has.
    return !begins_by_facts(version) || std::ranges::any_of(in.facts, [&](const auto& fact) {
        return promise.effective_from <= fact.at && fact.at < promise.effective_until;
    });
}

// What was moved to a version is in force under it from where its old version was, and that one's.
promise::Turn Turner::fold_version(const Version& version, const Loaded& in,
                                   std::span<const promise::Fact* const> facts,
                                   std::span<const promise::Event> recorded, Instant now,
                                   bool want_verdicts) {
    promise::Promise& promise = *version.promise;
    const Instant own = promise.effective_from;
    std::vector<const Version*> line{&version};  // it, and those before it
    for (const Moved& moved : in.moved | std::views::reverse) {
        if (std::ranges::find(line, moved.to) == line.end()) continue;
        line.push_back(moved.from);
        promise.effective_from =
            std::min(promise.effective_from, moved.from->promise->effective_from);
    }
    auto turn = promise::decide_subject(promise, facts, recorded, now, folding_, want_verdicts);
    promise.effective_from = own;
    return turn;
}

void Turner::decide_subject(Instant now, Loaded& in, Deciding& deciding) {
    std::vector<const promise::Fact*> facts;
    facts.reserve(in.facts.size());
    for (const auto& fact : in.facts) facts.push_back(&fact);
    for (const auto& fact : in.facts)
        if (fact.at > now) deciding.wakes_at = std::min(deciding.wakes_at, fact.at);
    promise::put_in_order(facts, now, now);
    for (const Version* version : shelf_.about(in.stream.tenant, in.stream.name)) {
        if (!concerns(*version, in, now)) continue;
        const auto turn = fold_version(*version, in, facts, in.of(version->position).events, now,
                                       version->hands_verdicts_across);
        // What a turn replayed wrote down is in its entry.
        if (!in.replayed) {
            deciding.facts = facts;
            collect(*version, turn, in, deciding);
            collect_remedies(*version, turn, in, facts, now, deciding);
        }
        look_across(now, *version, in, facts, turn.verdicts);
    }
}

void Turner::decide_key(store::Reading& rows, Instant now, Loaded& in, const StreamName& name,
                        Deciding& deciding) {
    const auto facts =
        key_rests_on(rows, shelf_, in.stream, name, {.now = now}, folding_, memory_).facts;
    const Version* version = shelf_.find(name.version);
    const auto turn = promise::decide_key(*version->promise, name.clause, name.key, facts,
                                          in.of(name.version).events, now, folding_);
    deciding.facts = facts;
    collect(*version, turn, in, deciding);
    collect_remedies(*version, turn, in, facts, now, deciding);
}

void Turner::collect(const Version& version, const promise::Turn& turn, Loaded& in,
                     Deciding& deciding, std::string_view label,
                     const std::optional<promise::RateSum>& sum) {
    std::vector<bool> seen(in.rows.size(), false);
    const auto steps_of = [&](int clause, int occurrence) {
        std::size_t count = 0;
        for (const auto& event : turn.news)
            count += event.clause == clause && event.occurrence == occurrence;
        auto steps = memory_.array<ObligationChange::Step>(count);
        std::size_t i = 0;
        for (const auto& event : turn.news) {
            if (event.clause != clause || event.occurrence != occurrence) continue;
            steps[i++] = {.kind = event.kind,
                          .reversed = event.reversed,
                          .at = event.at,
                          .due_at = event.due_at,
                          .who = memory_.copy(event.who)};
        }
        return std::span<const ObligationChange::Step>(steps);
    };
    const auto add = [&](const store::ObligationRow& before, store::ObligationRow row, bool fresh,
                         std::span<const ObligationChange::Step> steps) {
        if (!fresh && row == before && steps.empty()) return;
        const bool logged = fresh || !steps.empty() || !reads_the_same(before, row);
        deciding.rows.push_back({.row = std::move(row),
                                 .before = before,
                                 .fresh = fresh,
                                 .logged = logged,
                                 .version = &version,
                                 .steps = steps,
                                 .sum = sum});
    };
    for (const auto& o : turn.obligations) {
        deciding.wakes_at = std::min(deciding.wakes_at, o.changes_at);
        std::size_t place = 0;
        while (place < in.rows.size() &&
               !same_obligation(in.rows[place], version.position, o, label))
            ++place;
        const bool fresh = place == in.rows.size();
        store::ObligationRow row;
        if (fresh) {
            row.tenant = in.stream.tenant;
            row.stream = in.stream.id;
            row.version = version.position;
            row.label = label;
        } else {
            row = in.rows[place];
            seen[place] = true;
        }
        const store::ObligationRow before = row;
        fill(row, o);
        add(before, std::move(row), fresh, steps_of(o.clause, o.occurrence));
    }
    // What began and, as the facts stand now, never did.
    for (std::size_t i = 0; i < seen.size(); ++i) {
        if (seen[i] || in.rows[i].version != version.position || in.rows[i].label != label)
            continue;
        const auto& before = in.rows[i];
        store::ObligationRow row = before;
        fill(row, promise::Obligation{.clause = before.clause,
                                      .occurrence = before.occurrence,
                                      .subject = {},
                                      .state = promise::State::Void});
        auto told = steps_of(before.clause, before.occurrence);
        if (before.started_at != Instant::max()) {
            auto steps = memory_.array<ObligationChange::Step>(told.size() + 1);
            std::ranges::copy(told, steps.begin());
            steps.back() = {.kind = EventKind::Reversed,
                            .reversed = EventKind::Started,
                            .at = before.started_at,
                            .who = {}};
            told = steps;
        }
        add(before, std::move(row), false, told);
    }
}

void Turner::collect_remedies(const Version& version, const promise::Turn& turn, Loaded& in,
                              std::span<const promise::Fact* const> facts, Instant now,
                              Deciding& deciding) {
    const auto& promise = *version.promise;
    if (promise.remedies.empty()) return;
    const auto& given = in.of(version.position).given;
    bool any = !given.empty();
    for (const auto& o : turn.obligations) any = any || remedy::may_be_owed(promise, o);
    if (!any) return;

    struct Own final : remedy::FactsOf {
        std::span<const promise::Fact* const> facts;
        std::span<const promise::Fact* const> of(std::string_view) const override { return facts; }
    } own;
    own.facts = facts;
    for (auto& entry :
         remedy::decide_entries(promise, turn.obligations, given, now, folding_, &own)) {
        const auto& remedy = promise.remedies[static_cast<std::size_t>(entry.remedy)];
        const auto o = std::ranges::find_if(turn.obligations, [&](const auto& one) {
            return one.clause == entry.clause && one.occurrence == entry.occurrence;
        });
        Deciding::Remedy one{.entry = std::move(entry), .version = &version};
        if (!one.entry.back && o != turn.obligations.end()) {
            one.choices = choices_of(promise, *o, one.entry, facts, folding_);
            one.key = remedy::key_of(promise, remedy, *o, one.entry.payee, folding_, facts);
        }
        deciding.remedies.push_back(std::move(one));
    }
    for (const auto& o : turn.obligations) {
        if (!remedy::may_be_owed(promise, o) || o.settled_at != Instant::max()) continue;
        const Instant horizon = remedy_horizon(in.stream.id, now);
        const Instant more = remedy::next_increase(promise, o, now, horizon, folding_, facts);
        deciding.wakes_at = std::min(deciding.wakes_at, std::min(more, horizon));
    }
}

}  // namespace yinuo::engine
