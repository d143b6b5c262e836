// Folding a stream again from the log, as if its rows had never been.
#include <algorithm>

#include "engine/damage.h"
#include "engine/turner.h"
#include "promise/history.h"

namespace yinuo::engine {
namespace {

bool is(const store::Entry& entry, EntryKind kind) {
    return entry.kind == static_cast<std::uint8_t>(kind);
}

}  // namespace

// The rows as entries tell of them; what they don't tell is folded later.
void Turner::take_rows(const TurnBody& body, const store::Entry& entry, Loaded& in) {
    for (std::size_t i = 0; i < body.changes.size(); ++i) {
        const ObligationChange& change = body.changes[i];
        auto row = std::ranges::find(in.rows, change.id, &store::ObligationRow::id);
        if (row == in.rows.end()) row = in.rows.emplace(row);
        row->id = change.id;
        row->tenant = in.stream.tenant;
        row->stream = in.stream.id;
        row->version = change.version;
        row->clause = change.clause;
        row->occurrence = change.occurrence;
        row->label = change.label;
        row->state = static_cast<std::uint8_t>(change.state);
        row->started_at = change.started_at;
        row->due_at = change.due_at;
        row->broken_at = change.broken_at;
        row->settled_at = change.settled_at;
        row->position = entry.position;
        row->leaf = entry.leaf + static_cast<std::int64_t>(i);
    }
}

// Entry by entry. Who ever belonged to a key stays its member, so where clauses look across
// subjects every turn is taken again.
void Turner::replay(store::Reading& rows, Loaded& in, Refolded& made) {
    bool across = false;
    ObligationChange last;
    std::size_t known = 0;  // facts by then
    Instant judged_at;
    rows.entries_of(in.stream.id, 0, [&](const store::Entry& entry) {
        if (is(entry, EntryKind::Move)) take_move(entry.body, in);
        if (!is(entry, EntryKind::Turn)) return true;
        const auto bytes = memory_.copy(entry.body);
        const auto body = readable(read_turn(bytes, memory_));
        if (in.fresh) {
            in.fresh = false;
            in.stream.tenant = entry.tenant;
            in.stream.name = body.stream;
            if (StreamName::parse(in.stream.name).kind == StreamName::Kind::Subject)
                for (const Version* version : shelf_.about(entry.tenant, in.stream.name))
                    across = across || !version->keyed.empty() || !version->rates.empty();
        }
        in.stream.customer = body.customer;
        for (const auto& fact : body.facts)
            if (!fact.id.empty()) made.facts.emplace_back(fact.source, fact.id);
        const auto from = in.facts.size();
        readable(learn_kinds(bytes, shelf_.names()));
        readable(read_facts(bytes, entry.recorded_at, shelf_.names(), memory_, in.facts,
                            &shelf_.zones()));
        for (auto i = from; i < in.facts.size(); ++i)
            in.facts[i].subject = memory_.copy(in.stream.name);
        if (across) {
            Deciding unused;
            in.replayed = entry.position;
            decide_subject(entry.recorded_at, in, unused);
            made.measures.clear();
            for (auto& one : across_) {
                made.groups.insert(one.keys.begin(), one.keys.end());
                for (auto& [name, measures] : one.measures) {
                    made.groups.insert(name);
                    made.measures[name] = std::move(measures.rows);
                }
            }
            across_.clear();
        }
        if (!body.changes.empty()) {
            last = body.changes.back();
            known = in.facts.size();
            judged_at = entry.recorded_at;
        }
        take_rows(body, entry, in);
        take_changes(body, in, entry.recorded_at, in);
        in.last_recorded_at = entry.recorded_at;
        return true;
    });
    const Version* version = shelf_.find(last.version);
    if (version == nullptr || StreamName::parse(in.stream.name).kind != StreamName::Kind::Subject)
        return;
    std::vector<const promise::Fact*> facts;
    for (std::size_t i = 0; i < known; ++i) facts.push_back(&in.facts[i]);
    promise::put_in_order(facts, judged_at, judged_at);
    made.facts_fit = facts_hash(facts, version->read, shelf_.names()) == last.facts_hash;
}

// `tells`: something has come of it that no entry tells of.
Turner::Deciding Turner::decide(store::Reading& rows, Instant now, Loaded& in, bool& tells) {
    Deciding deciding;
    const StreamName name = StreamName::parse(in.stream.name);
    switch (name.kind) {
        case StreamName::Kind::Subject: decide_subject(now, in, deciding); break;
        case StreamName::Kind::Key: decide_key(rows, now, in, name, deciding); break;
        case StreamName::Kind::Rate:
            rates_.erase(in.stream.id);
            decide_rate(rows, now, in, name, deciding);
            break;
    }
    tells = !deciding.remedies.empty() || come_of_age(in, now) ||
            std::ranges::any_of(deciding.rows, &Deciding::Row::logged);
    across_.clear();
    if (deciding.wakes_at != Instant::max())
        deciding.wakes_at = std::max(deciding.wakes_at, now + Millis{1});
    return deciding;
}

Instant Turner::last_of_members(store::Reading& rows, store::StreamId key) {
    Instant last = Instant::min();
    for (const auto member : rows.members_of(key))
        rows.entries_of(member, 0, [&](const store::Entry& entry) {
            if (is(entry, EntryKind::Turn) || is(entry, EntryKind::Move))
                last = std::max(last, entry.recorded_at);
            return true;
        });
    return last;
}

Refolded Turner::refold(store::Reading& rows, store::StreamId id, Instant now) {
    kept_.reset();
    memory_.reset();
    Refolded made{.stream = {.id = id}, .facts = {}};
    Loaded in{.stream = {.id = id}, .fresh = true};
    replay(rows, in, made);
    if (in.fresh) damaged({"应是一次处理，却不是", "it should be a turn and isn't"});
    in.replayed.reset();
    now = std::max(now, in.last_recorded_at);
    Deciding standing = decide(rows, now, in, made.lags);
    const auto kind = StreamName::parse(in.stream.name).kind;
    if (made.lags && kind == StreamName::Kind::Rate) {
        // What was measured when is not known any more; the next turn makes it right.
        standing.wakes_at = now;
    } else if (made.lags) {
        // Step by step from where it stood last, to just before what isn't told yet.
        Instant at = in.last_recorded_at;
        if (kind == StreamName::Kind::Key) at = std::max(at, last_of_members(rows, id));
        bool tells = false;
        standing = decide(rows, at, in, tells);
        while (standing.wakes_at <= now) {
            Deciding next = decide(rows, standing.wakes_at, in, tells);
            if (tells) break;
            standing = std::move(next);
        }
    }
    for (auto& one : standing.rows) {
        if (one.logged) continue;
        *std::ranges::find(in.rows, one.row.id, &store::ObligationRow::id) = std::move(one.row);
    }
    std::ranges::sort(in.rows, {}, &store::ObligationRow::id);
    made.rows = std::move(in.rows);
    made.stream = std::move(in.stream);
    made.stream.turned_at = in.last_recorded_at;
    made.stream.wakes_at = standing.wakes_at;
    return made;
}

}  // namespace yinuo::engine
