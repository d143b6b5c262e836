#include "cli/scene_judge.h"

#include <algorithm>
#include <map>

#include "base/nearest.h"

namespace yinuo::cli {

using promise::Event;
using promise::EventKind;
using promise::Obligation;
using promise::Promise;
using wire::Expectation;
using wire::SceneAmount;

namespace {

const std::string& clause_name(const Promise& promise, int clause) {
    return promise.clauses[static_cast<std::size_t>(clause)].name;
}

bool of_version(const Expectation& e, const Promise& promise) {
    return !e.version || *e.version == promise.version;
}

struct Found {
    const Standings* in = nullptr;
    const Obligation* obligation = nullptr;
};

std::vector<Found> find(const Expectation& e, std::span<const Standings> standings) {
    std::vector<Found> found;
    for (const Standings& s : standings) {
        if (!of_version(e, *s.promise)) continue;
        for (const Obligation& o : s.obligations) {
            if (!e.clause.empty() && clause_name(*s.promise, o.clause) != e.clause) continue;
            if (!e.subject.empty() && o.subject != e.subject) continue;
            if (e.occurrence && o.occurrence != *e.occurrence) continue;
            found.push_back({&s, &o});
        }
    }
    return found;
}

// A clause that no promise has is a slip of the pen.
std::optional<Text> unknown_clause(const Expectation& e, std::span<const Standings> standings) {
    std::vector<std::string_view> known;
    for (const Standings& s : standings)
        for (const auto& clause : s.promise->clauses) {
            if (clause.name == e.clause) return std::nullopt;
            known.push_back(clause.name);
        }
    const auto near = nearest(e.clause, known);
    const std::string hint = near ? std::string(*near) : std::string();
    return Text{"没有条款「" + e.clause + "」" + (near ? "，是不是「" + hint + "」？" : ""),
                "there is no clause \"" + e.clause + "\"" +
                    (near ? "; did you mean \"" + hint + "\"?" : "")};
}

Text list(const std::vector<Found>& found, Instant now) {
    if (found.empty()) return {"没有履约单", "no obligation"};
    Text text;
    for (std::size_t i = 0; i < found.size() && i < 6; ++i) {
        const Promise& promise = *found[i].in->promise;
        const Text one = obligation_text(*found[i].obligation, promise, now);
        const std::string head = (i > 0 ? "\n" : "") +
                                 clause_name(promise, found[i].obligation->clause) + " " +
                                 std::string(found[i].obligation->subject) + ": ";
        text.zh += head + one.zh;
        text.en += head + one.en;
    }
    if (found.size() > 6) {
        text.zh += "\n……共 " + std::to_string(found.size()) + " 单";
        text.en += "\n... " + std::to_string(found.size()) + " in all";
    }
    return text;
}

bool agrees(const Expectation& e, const Obligation& o) {
    const auto is = [](const auto& wanted, const auto& have) { return !wanted || *wanted == have; };
    return is(e.state, o.state) && is(e.started, o.started_at) && is(e.due, o.due_at) &&
           is(e.promised, o.promised_at) && is(e.broken, o.broken_at) &&
           is(e.settled, o.settled_at) && is(e.late, o.late(e.now)) &&
           is(e.overdue, o.overdue(e.now)) && is(e.paused, o.paused) && is(e.claim, o.claim) &&
           is(e.excuse, o.excuse) && is(e.extensions, static_cast<int>(o.extensions)) &&
           (!e.counted || (e.counted->first == o.good && e.counted->second == o.counted)) &&
           (!e.earlier_kept || o.earlier_kept) && (!e.provisional || o.provisional);
}

std::optional<Text> judge_obligation(const Expectation& e, std::span<const Standings> standings) {
    if (auto unknown = unknown_clause(e, standings)) return unknown;
    const auto found = find(e, standings);
    if (found.size() == 1 && agrees(e, *found.front().obligation)) return std::nullopt;
    Text came = list(found, e.now);
    if (found.size() > 1) {
        came.zh = "有 " + std::to_string(found.size()) + " 单，用 of 或 occurrence 指明一单：\n" +
                  came.zh;
        came.en = std::to_string(found.size()) +
                  " obligations; say which with \"of\" or \"occurrence\":\n" + came.en;
    }
    return came;
}

std::optional<Text> judge_tally(const Expectation& e, std::span<const Standings> standings) {
    if (auto unknown = unknown_clause(e, standings)) return unknown;
    const auto found = find(e, standings);
    std::int64_t sum = 0;
    bool fine = true;
    for (const auto& tally : e.tallies) {
        sum += tally.count;
        if (!tally.state) continue;
        fine = fine && tally.count == std::ranges::count_if(found, [&](const Found& f) {
                           return f.obligation->state == *tally.state;
                       });
    }
    if (fine && sum == static_cast<std::int64_t>(found.size())) return std::nullopt;
    return list(found, e.now);
}

// --- amounts --------------------------------------------------------------------------------------

using Given = Amount;

Text amounts_text(const std::vector<Given>& all, const Promise& promise) {
    if (all.empty()) return {"无", "nothing"};
    std::string text;
    for (std::size_t i = 0; i < all.size() && i < 12; ++i)
        text += (i > 0 ? ", " : "") + all[i].amount.to_string() + " " + all[i].unit + " at " +
                when_text(all[i].at, promise);
    if (all.size() > 12) text += ", ... (" + std::to_string(all.size()) + ")";
    return {text, text};
}

// One amount of a unit is its sum; several are the parts. With instants, the parts count.
bool amounts_agree(const std::vector<SceneAmount>& wanted, const std::vector<Given>& have) {
    struct Unit {
        std::vector<SceneAmount> wanted;
        std::vector<Given> have;
    };
    std::map<std::string, Unit> units;
    for (const auto& one : wanted) units[one.unit].wanted.push_back(one);
    for (const auto& one : have) units[one.unit].have.push_back(one);
    for (auto& [name, unit] : units) {
        const bool parts =
            unit.wanted.size() > 1 || (unit.wanted.size() == 1 && unit.wanted.front().at);
        if (unit.wanted.empty()) return false;
        if (!parts) {
            Decimal sum;
            for (const auto& one : unit.have) sum = sum.add(one.amount).value_or(sum);
            if (sum != unit.wanted.front().amount) return false;
            continue;
        }
        if (unit.wanted.size() != unit.have.size()) return false;
        for (const auto& one : unit.wanted) {
            const auto match = std::ranges::find_if(unit.have, [&](const Given& g) {
                return g.amount == one.amount && (!one.at || *one.at == g.at);
            });
            if (match == unit.have.end()) return false;
            unit.have.erase(match);
        }
    }
    return true;
}

std::optional<Text> judge_amounts(const Expectation& e, std::span<const Standings> standings) {
    using Kind = Expectation::Kind;
    std::vector<Given> have;
    for (const Standings& s : standings) {
        if (!of_version(e, *s.promise)) continue;
        const auto& all = e.kind == Kind::Given       ? s.given
                          : e.kind == Kind::TakenBack ? s.taken_back
                          : e.withheld                ? s.withheld
                                                      : s.owed;
        for (const Amount& one : all) {
            const bool entered = one.recorded_at != Instant::min();
            if (entered && (one.recorded_at > e.now || one.amount.is_zero())) continue;
            if (!e.clause.empty() && one.clause != e.clause) continue;
            if (!e.subject.empty() && one.subject != e.subject) continue;
            if (!e.payee.empty() && one.payee != e.payee) continue;
            if (!e.remedy.empty() && one.remedy != e.remedy) continue;
            have.push_back(one);
            if (e.kind == Kind::TakenBack) have.back().at = one.recorded_at;
        }
    }
    if (amounts_agree(e.amounts, have)) return std::nullopt;
    return amounts_text(have, *standings.front().promise);
}

// --- the record -----------------------------------------------------------------------------------

bool is_verdict(EventKind kind) {
    switch (kind) {
        case EventKind::Kept:
        case EventKind::Broken:
        case EventKind::Voided:
        case EventKind::VoidedByUs:
        case EventKind::Waived:
        case EventKind::NotMeasured:
        case EventKind::Reversed: return true;
        default: return false;
    }
}

// Verdicts and reversals count always, other events when the expectation speaks of their kind.
std::optional<Text> judge_recorded(const Expectation& e, std::span<const Standings> standings) {
    Text came;
    std::size_t i = 0;
    bool fine = true;
    for (const Standings& s : standings) {
        const Promise& promise = *s.promise;
        if (!of_version(e, promise)) continue;
        for (const Event& event : s.events) {
            if (event.recorded_at > e.now) continue;
            if (!e.clause.empty() && clause_name(promise, event.clause) != e.clause) continue;
            if (!e.subject.empty() && event.subject != e.subject) continue;
            const bool spoken_of = std::ranges::any_of(
                e.events, [&](const wire::SceneEvent& w) { return w.kind == event.kind; });
            if (!is_verdict(event.kind) && !spoken_of) continue;
            const bool reversed = event.kind == EventKind::Reversed;
            const Text words = describe(reversed ? event.reversed : event.kind);
            const std::string tail = (event.who.empty() ? "" : " by " + event.who) + " at " +
                                     when_text(event.at, promise);
            came.zh += (came.zh.empty() ? "" : "; ") + std::string(reversed ? "冲正 " : "") +
                       words.zh + tail;
            came.en += (came.en.empty() ? "" : "; ") + std::string(reversed ? "reversed " : "") +
                       words.en + tail;
            if (i >= e.events.size()) {
                fine = false;
                continue;
            }
            const auto& wanted = e.events[i++];
            fine = fine && wanted.reversed == reversed &&
                   wanted.kind == (reversed ? event.reversed : event.kind) &&
                   (!wanted.at || *wanted.at == event.at) &&
                   (wanted.who.empty() || wanted.who == event.who);
        }
    }
    if (fine && i == e.events.size()) return std::nullopt;
    if (came.zh.empty()) came = {"无", "nothing"};
    return came;
}

// --- chains ---------------------------------------------------------------------------------------

std::optional<Text> judge_leg(const Expectation& e, std::span<const Standings> standings) {
    bool known = false;
    for (const Standings& s : standings) {
        if (!of_version(e, *s.promise)) continue;
        const auto is_meant = [&](const promise::Clause& clause) {
            return clause.outer >= 0 &&
                   (clause.name == e.clause || clause.name.ends_with("." + e.clause));
        };
        known = known || std::ranges::any_of(s.promise->clauses, is_meant);
        for (const auto& [subject, part] : s.legs) {
            if (!is_meant(s.promise->clauses[static_cast<std::size_t>(part.clause)])) continue;
            if (!e.subject.empty() && e.subject != subject) continue;
            const bool share = e.kind == Expectation::Kind::Share;
            const Millis length = share ? part.delay : part.waiting;
            bool fine = e.length == length;
            for (const auto& amount : e.amounts)
                fine = fine && share && part.charged.amount() == amount.amount &&
                       part.charged.currency.code() == amount.unit;
            if (fine) return std::nullopt;
            const std::string text =
                to_string(length) + (share ? ", " + part.charged.to_string() : "");
            return Text{text, text};
        }
    }
    if (known) return Text{"没有履约单", "no obligation"};
    return Text{"没有叫「" + e.clause + "」的一段", "there is no leg \"" + e.clause + "\""};
}

}  // namespace

std::optional<Text> judge(const Expectation& e, std::span<const Standings> standings) {
    using Kind = Expectation::Kind;
    switch (e.kind) {
        case Kind::Obligation: return judge_obligation(e, standings);
        case Kind::Tally: return judge_tally(e, standings);
        case Kind::Owed:
        case Kind::Given:
        case Kind::TakenBack: return judge_amounts(e, standings);
        case Kind::Recorded: return judge_recorded(e, standings);
        case Kind::Charged:
        case Kind::Share: return judge_leg(e, standings);
        case Kind::Finding: return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace yinuo::cli
