// What a stream has: its facts, what was recorded about it, and its rows.
#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/damage.h"
#include "engine/turner.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kKey = "~key/";
constexpr std::string_view kRate = "~rate/";

// Of a stream's name. Names are in no leaf's salt: they are as damaged as the entry they stand in.
[[noreturn]] void no_name(std::string_view name) {
    const std::string text(name);
    damaged({"“" + text + "”不是业务、键或比率的名称",
             "\"" + text + "\" is no name of a subject, a key or a rate"});
}

}  // namespace

StreamName StreamName::parse(std::string_view name) {
    const auto whole = name;
    StreamName parsed;
    if (name.starts_with(kKey)) {
        parsed.kind = Kind::Key;
        name.remove_prefix(kKey.size());
    } else if (name.starts_with(kRate)) {
        parsed.kind = Kind::Rate;
        name.remove_prefix(kRate.size());
    } else {
        return parsed;
    }
    const auto number = [&](auto& into) {
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), into);
        if (error != std::errc() || end == name.data() + name.size() || *end != '/') no_name(whole);
        name.remove_prefix(static_cast<std::size_t>(end - name.data()) + 1);
    };
    number(parsed.version);
    number(parsed.clause);
    parsed.key = name;
    return parsed;
}

std::string StreamName::of(Kind kind, store::Position version, int clause, std::string_view key) {
    std::string name(kind == Kind::Key ? kKey : kRate);
    name += std::to_string(version);
    name += '/';
    name += std::to_string(clause);
    name += '/';
    name += key;
    return name;
}

Turner::Recorded& Turner::Loaded::of(store::Position version) {
    for (Recorded& one : recorded)
        if (one.version == version) return one;
    return recorded.emplace_back(Recorded{.version = version, .events = {}, .given = {}});
}

void Turner::load(store::Reading& rows, Loaded& in) {
    in.rows = rows.obligations_of(in.stream.id);
    rows.entries_of(in.stream.id, 0, [&](const store::Entry& entry) {
        if (entry.kind == static_cast<std::uint8_t>(EntryKind::Move)) {
            // The rows have been moved when it was written; here the events before it are.
            auto moved = std::exchange(in.rows, {});
            take_move(entry.body, in);
            in.rows = std::move(moved);
        }
        if (entry.kind != static_cast<std::uint8_t>(EntryKind::Turn)) return true;
        const auto body = memory_.copy(entry.body);
        const auto from = in.facts.size();
        readable(learn_kinds(body, shelf_.names()));
        readable(read_facts(body, entry.recorded_at, shelf_.names(), memory_, in.facts,
                            &shelf_.zones()));
        for (auto i = from; i < in.facts.size(); ++i) in.facts[i].subject = in.stream.name;
        take_changes(readable(read_turn(body, memory_, &shelf_.zones())), in, entry.recorded_at,
                     in);
        in.last_recorded_at = entry.recorded_at;
        return true;
    });
}

void Turner::take_changes(const TurnBody& body, const Loaded& in, Instant recorded_at,
                          Loaded& into) {
    const StreamName name = StreamName::parse(in.stream.name);
    for (const ObligationChange& change : body.changes) {
        const std::string subject = !change.label.empty() ? std::string(change.label)
                                    : name.kind == StreamName::Kind::Subject
                                        ? in.stream.name
                                        : std::string(name.key);
        Recorded& recorded = into.of(change.version);
        for (const auto& step : change.steps)
            recorded.events.push_back({.kind = step.kind,
                                       .clause = change.clause,
                                       .occurrence = change.occurrence,
                                       .subject = subject,
                                       .at = step.at,
                                       .recorded_at = recorded_at,
                                       .due_at = step.due_at,
                                       .reversed = step.reversed,
                                       .who = std::string(step.who)});
    }
    for (const RemedyChange& change : body.remedies) {
        const auto of = std::ranges::find(in.rows, change.obligation, &store::ObligationRow::id);
        if (of == in.rows.end())
            damaged({"补偿所属的履约单不在这项业务里",
                     "it gives for an obligation that its subject hasn't"});
        std::optional<Money> money;
        if (const auto currency = Currency::parse(change.currency))
            money = Money{.minor = change.minor, .currency = *currency};
        into.of(of->version)
            .given.push_back({.back = change.back,
                              .subject = name.kind == StreamName::Kind::Subject
                                             ? in.stream.name
                                             : std::string(name.key),
                              .clause = of->clause,
                              .occurrence = of->occurrence,
                              .remedy = change.remedy,
                              .gift = change.gift,
                              .payee = std::string(change.payee),
                              .amount = change.amount,
                              .money = money,
                              .at = change.at,
                              .recorded_at = recorded_at});
    }
}

}  // namespace yinuo::engine
