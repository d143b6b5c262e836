// Moving what is owed from one version of a promise to a later one: explicit, previewed, logged.
#include <algorithm>

#include "base/json_text.h"
#include "engine/damage.h"
#include "engine/turner.h"
#include "promise/history.h"
#include "wire/json.h"

namespace yinuo::engine {
namespace {

Error cannot_move(Text what) {
    return {.code = "cannot-move",
            .what = std::move(what),
            .mend = {"没移动的按原版本继续", "what isn't moved goes on under its old version"}};
}

}  // namespace

// The stream's rows and events of `from` become those of `to`. Refuses where a verdict would be
// judged anew, or a clause is missing.
Result<void> Turner::take_over(Loaded& in, const Version& from, const Version& to) const {
    std::vector<int> clause_of;
    for (const auto& clause : from.promise->clauses)
        clause_of.push_back(to.promise->find_clause(clause.name));
    const auto new_clause = [&](int old) {
        return old < 0 || old >= std::ssize(clause_of) ? -1
                                                       : clause_of[static_cast<std::size_t>(old)];
    };
    for (auto& row : in.rows) {
        if (row.version != from.position) continue;
        const int clause = new_clause(row.clause);
        if (!promise::is_open(static_cast<promise::State>(row.state)))
            return refuse(cannot_move({"已有结论的不能移动", "it has a verdict already"}));
        if (clause < 0)
            return refuse(
                cannot_move({"新版本没有这一条款", "the new version has no such clause"}));
        row.version = to.position;
        row.clause = clause;
    }
    auto& before = in.of(from.position);
    for (auto& event : before.events) {
        event.clause = new_clause(event.clause);
        if (event.clause < 0)
            return refuse(
                cannot_move({"新版本没有这一条款", "the new version has no such clause"}));
    }
    const auto events = std::move(before.events);
    before.events.clear();
    auto& after = in.of(to.position);
    after.events.insert(after.events.end(), events.begin(), events.end());
    in.moved.push_back({&from, &to});
    return {};
}

// Asked before something is moved: take_over() of what may be.
Result<void> Turner::may_move(Loaded& in, const Version& from, const Version& to) const {
    if (StreamName::parse(in.stream.name).kind != StreamName::Kind::Subject)
        return refuse(cannot_move({"键和比率属于所在版本的条款，不能移动",
                                   "a key or a rate belongs to its version's clause"}));
    // What was moved on already would be owed twice.
    if (std::ranges::none_of(in.rows,
                             [&](const auto& row) { return row.version == from.position; }))
        return refuse(
            cannot_move({"旧版本下没有它的履约单", "nothing of it is owed under that version"}));
    return take_over(in, from, to);
}

// What a move in the log says, done once more.
void Turner::take_move(std::string_view body, Loaded& in) {
    const auto said = readable(wire::parse_json(body, memory_));
    const auto version = [&](std::string_view key) {
        const auto* number = said.find(key);
        const auto at = number == nullptr ? std::nullopt : number->integer();
        const Version* found = at ? shelf_.find(*at) : nullptr;
        if (found == nullptr)
            damaged({"移动所说的承诺版本没有发布过", "a move names a version never published"});
        return found;
    };
    const Version* from = version("from");
    if (const auto taken = take_over(in, *from, *version("to")); !taken)
        damaged({"移动不可能发生过：" + taken.error().what.zh,
                 "a move can't have been made: " + taken.error().what.en});
}

Result<std::vector<store::ObligationRow>> Turner::preview_move(store::Reading& rows,
                                                               store::StreamId id,
                                                               const Version& from,
                                                               const Version& to, Instant now) {
    const auto stream = rows.stream(id);
    if (!stream) return refuse(cannot_move({"没有这项业务", "there is no such subject"}));
    kept_.reset();
    memory_.reset();
    Loaded in{.stream = *stream};
    load(rows, in);
    if (auto fits = may_move(in, from, to); !fits) return refuse(std::move(fits.error()));
    std::vector<const promise::Fact*> facts;
    for (const auto& fact : in.facts) facts.push_back(&fact);
    promise::put_in_order(facts, now, now);
    Deciding deciding;
    collect(to, fold_version(to, in, facts, in.of(to.position).events, now, false), in, deciding);
    for (auto& one : deciding.rows) {
        const auto row = std::ranges::find(in.rows, one.row.id, &store::ObligationRow::id);
        if (row != in.rows.end()) *row = one.row;
    }
    std::erase_if(in.rows, [&](const auto& row) { return row.version != to.position; });
    return in.rows;
}

Result<void> Turner::move(Group& group, store::StreamId id, const Version& from, const Version& to,
                          std::string_view by) {
    const auto stream = group.rows.stream(id);
    if (!stream || stream->tenant != to.tenant)
        return refuse(cannot_move({"没有这项业务", "there is no such subject"}));
    kept_.reset();
    memory_.reset();
    Loaded in{.stream = *stream};
    load(group.rows, in);
    if (auto fits = may_move(in, from, to); !fits) return refuse(std::move(fits.error()));

    std::string body = "{\"from\":" + std::to_string(from.position) +
                       ",\"to\":" + std::to_string(to.position) + ",\"by\":";
    append_json_string(body, by);
    body += '}';
    group.rows.append({.tenant = stream->tenant,
                       .stream = id,
                       .kind = static_cast<std::uint8_t>(EntryKind::Move),
                       .recorded_at = group.now,
                       .body = std::move(body)});
    for (const auto& row : in.rows)
        if (row.version == to.position) group.rows.put_obligation(row);
    Deciding deciding;
    decide_subject(group.now, in, deciding);
    finish(group, in, deciding, {});
    turn_others(group);
    return {};
}

}  // namespace yinuo::engine
