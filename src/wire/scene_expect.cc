// What a scene expects: `expect CLAUSE: broken; due T`, `expect owed: 20.00 CNY`...
#include <algorithm>
#include <array>

#include "promise/limit.h"
#include "wire/cells.h"
#include "wire/scene_reader.h"
#include "wire/yaml.h"

namespace yinuo::wire {

using promise::Claim;
using promise::EventKind;
using promise::Excuse;

namespace {

struct EventWord {
    std::string_view word;
    EventKind kind;
};
// As describe(EventKind) says them in English.
constexpr std::array<EventWord, 21> kEvents = {{
    {"started", EventKind::Started},
    {"due set", EventKind::DueSet},
    {"paused", EventKind::Paused},
    {"resumed", EventKind::Resumed},
    {"warned", EventKind::Warned},
    {"kept", EventKind::Kept},
    {"broken", EventKind::Broken},
    {"void by us", EventKind::VoidedByUs},
    {"void", EventKind::Voided},
    {"waived", EventKind::Waived},
    {"not measured", EventKind::NotMeasured},
    {"lateness ended", EventKind::LatenessEnded},
    {"reopened", EventKind::Reopened},
    {"claimed", EventKind::Claimed},
    {"confirmed", EventKind::Confirmed},
    {"rejected", EventKind::Rejected},
    {"withheld", EventKind::Withheld},
    {"released", EventKind::Released},
    {"extended", EventKind::Extended},
    {"evidence seen", EventKind::EvidenceSeen},
    {"agreed", EventKind::Agreed},
}};

const std::vector<std::string_view> kMarks = {
    "due",        "promised", "broken at", "settled at", "started",     "late",     "overdue",
    "paused",     "claimed",  "confirmed", "rejected",   "withheld",    "released", "earlier kept",
    "occurrence", "of",       "counted",   "extended",   "provisional", "version"};

}  // namespace

void SceneReader::read_expectation(const Part& whole) {
    if (scene() == nullptr) {
        error("outside-scene", whole, {"expect 要写在场景里", "expectations stand in a scene"});
        return;
    }
    Part rest = whole;
    Expectation e;
    e.place = place(whole.at);
    e.text = whole.text;
    e.facts = scene()->facts.size();
    e.now = now_.value_or(latest_);
    using Kind = Expectation::Kind;
    bool fine = true;
    if (skip(rest, "finding")) {
        e.kind = Kind::Finding;
        e.clause = rest.text;
        fine = !rest.empty() ||
               error("no-code", rest,
                     {"finding 后面应是发现的代码", "a finding's code comes after \"finding\""});
    } else {
        if (rest.text.find(':') == std::string_view::npos) {
            error("no-colon", rest,
                  {"缺少冒号：expect 条款: 状态", "the colon is missing: expect CLAUSE: STATE"});
            return;
        }
        Part name = cut(rest, ':');
        Part outcome = cut(rest, ';');
        if (name.text == "owed" || name.text == "given" || name.text == "taken back") {
            e.kind = name.text == "owed"    ? Kind::Owed
                     : name.text == "given" ? Kind::Given
                                            : Kind::TakenBack;
            fine = read_amounts(e, outcome);
        } else if (skip(name, "recorded")) {
            e.kind = Kind::Recorded;
            e.clause = name.text;
            // The events themselves are parted by semicolons.
            for (bool first = true; fine && (first || !outcome.empty()); first = false) {
                fine = read_events(e, outcome);
                outcome = cut(rest, ';');
            }
            rest = {};
        } else if (skip(name, "charged")) {
            e.kind = Kind::Charged;
            e.clause = name.text;
            e.length = read_length(outcome);
            fine = e.length.has_value();
        } else if (skip(name, "share")) {
            e.kind = Kind::Share;
            e.clause = name.text;
            fine = read_share(e, outcome);
        } else {
            e.clause = name.text;
            if (name.empty()) {
                error("no-clause", name,
                      {"expect 后面应是条款的名字", "a clause's name comes after \"expect\""});
                return;
            }
            fine = read_outcome(e, outcome);
        }
        while (fine && !rest.empty()) fine = read_mark(e, cut(rest, ';'));
    }
    if (!fine) return;
    if (e.facts == 0 && e.now == Instant::min()) {
        error("no-time", whole,
              {"前面没有业务记录，也没有 now:", "neither a fact nor \"now:\" stands before it"});
        return;
    }
    scene()->expectations.push_back(std::move(e));
}

bool SceneReader::read_outcome(Expectation& e, const Part& part) {
    if (!part.empty() && part.text.front() >= '0' && part.text.front() <= '9')
        return read_tallies(e, part);
    if (part.text == "no obligation") {
        e.kind = Expectation::Kind::Tally;
        e.tallies.push_back({.state = std::nullopt, .count = 0});
        return true;
    }
    e.state = promise::parse_state(part.text);
    if (e.state) return true;
    static const std::vector<std::string_view> kStates = {
        "pending", "running", "paused",     "at risk",      "kept",         "broken",
        "waived",  "void",    "void by us", "not measured", "no obligation"};
    return error("unknown-state", part,
                 {"「" + std::string(part.text) + "」不是状态",
                  "\"" + std::string(part.text) + "\" is no state"},
                 nearest_mend(part.text, kStates));
}

// 3 obligations | 1 broken, 1 running
bool SceneReader::read_tallies(Expectation& e, const Part& part) {
    e.kind = Expectation::Kind::Tally;
    Part rest = part;
    while (!rest.empty()) {
        Part one = cut(rest, ',');
        const auto count = read_count(word(one));
        SceneTally tally;
        tally.state = promise::parse_state(one.text);
        const bool any = one.text == "obligations" || one.text == "obligation";
        if (!count || *count < 0 || (!any && !tally.state))
            return error("bad-tally", one,
                         {"这里应是个数和状态", "a number and a state should be here"},
                         {"例如 3 obligations，或 1 broken, 1 running",
                          "for example 3 obligations, or 1 broken, 1 running"});
        tally.count = *count;
        e.tallies.push_back(tally);
    }
    return true;
}

bool SceneReader::read_mark(Expectation& e, const Part& part) {
    Part value = part;
    const auto instant = [&](std::optional<Instant>& into) {
        into = read_time(value);
        return into.has_value();
    };
    const auto length = [&](std::optional<Millis>& into) {
        into = read_length(value);
        return into.has_value();
    };
    const auto number = [&](std::optional<int>& into) {
        const auto count = read_count(value);
        if (!count || *count < 0 || *count > 1'000'000)
            return error("bad-number", value, {"这里应是整数", "a whole number should be here"});
        into = static_cast<int>(*count);
        return true;
    };
    if (skip(value, "due")) return instant(e.due);
    if (skip(value, "promised")) return instant(e.promised);
    if (skip(value, "broken at")) return instant(e.broken);
    if (skip(value, "settled at")) return instant(e.settled);
    if (skip(value, "started")) return instant(e.started);
    if (skip(value, "late")) return length(e.late);
    if (skip(value, "overdue")) return length(e.overdue);
    if (skip(value, "paused")) return length(e.paused);
    if (skip(value, "occurrence")) return number(e.occurrence);
    if (skip(value, "extended")) return number(e.extensions);
    if (skip(value, "version")) return number(e.version);
    if (skip(value, "of") || skip(value, "to") || skip(value, "by") || skip(value, "for")) {
        const Part key = trimmed(part);
        if (value.empty())
            return error("empty-value", value, {"后面是空的", "nothing comes after it"});
        const bool money = e.kind == Expectation::Kind::Owed ||
                           e.kind == Expectation::Kind::Given ||
                           e.kind == Expectation::Kind::TakenBack;
        if (key.text.starts_with("of")) {
            e.subject = value.text;
        } else if (!money) {
            return error("unknown-word", part,
                         {"这里不能写「" + std::string(part.text) + "」",
                          "\"" + std::string(part.text) + "\" cannot stand here"},
                         nearest_mend(part.text, kMarks));
        } else {
            (key.text.starts_with("to")   ? e.payee
             : key.text.starts_with("by") ? e.remedy
                                          : e.clause) = value.text;
        }
        return true;
    }
    if (skip(value, "counted")) {  // 899 of 970
        const auto good = read_count(word(value));
        const bool of = skip(value, "of");
        const auto all = read_count(value);
        if (!good || !of || !all)
            return error("bad-count", part,
                         {"写成 counted 899 of 970", "write counted 899 of 970"});
        e.counted = {*good, *all};
        return true;
    }
    if (part.text == "claimed") return e.claim = Claim::Claimed, true;
    if (part.text == "confirmed") return e.claim = Claim::Confirmed, true;
    if (part.text == "rejected") return e.claim = Claim::Rejected, true;
    if (part.text == "released") return e.excuse = Excuse::Released, true;
    if (part.text == "withheld") return e.excuse = Excuse::Withheld, e.withheld = true;
    if (part.text == "earlier kept") return e.earlier_kept = true;
    if (part.text == "provisional") return e.provisional = true;
    return error("unknown-word", part,
                 {"这里不能写「" + std::string(part.text) + "」",
                  "\"" + std::string(part.text) + "\" cannot stand here"},
                 nearest_mend(part.text, kMarks));
}

// 500 MB at T, 500 MB at T | apology, 20.00 CNY | nothing
bool SceneReader::read_amounts(Expectation& e, const Part& part) {
    if (part.text == "nothing") return true;
    Part rest = part;
    if (rest.empty())
        return error("empty-value", rest, {"写上金额，或 nothing", "write what, or nothing"});
    while (!rest.empty()) {
        const auto amount = read_amount(cut(rest, ','));
        if (!amount) return false;
        e.amounts.push_back(*amount);
    }
    return true;
}

std::optional<SceneAmount> SceneReader::read_amount(const Part& part) {
    SceneAmount amount;
    Part rest = part;
    if (const auto at = rest.text.rfind(" at "); at != std::string_view::npos) {
        amount.at = read_time(trimmed({rest.text.substr(at + 4), rest.at + at + 4}));
        if (!amount.at) return std::nullopt;
        rest = trimmed({rest.text.substr(0, at), rest.at});
    }
    if (!rest.empty() && rest.text.front() >= '0' && rest.text.front() <= '9') {
        const Part digits = word(rest);
        std::string plain(digits.text);
        std::erase(plain, '_');
        const auto number = Decimal::parse(plain);
        if (!number) {
            error("bad-number", digits,
                  {"「" + plain + "」不是数", "\"" + plain + "\" is no number"});
            return std::nullopt;
        }
        amount.amount = *number;
    }
    if (rest.empty()) {
        error("no-unit", part,
              {"缺单位，例如 20.00 CNY 或 500 MB", "the unit is missing: 20.00 CNY or 500 MB"});
        return std::nullopt;
    }
    amount.unit = rest.text;
    return amount;
}

// broken at T | reversed broken at T | agreed by li at T
bool SceneReader::read_events(Expectation& e, const Part& part) {
    if (part.text == "nothing") return true;
    SceneEvent event;
    Part rest = part;
    event.reversed = skip(rest, "reversed");
    const auto found =
        std::ranges::find_if(kEvents, [&](const EventWord& one) { return skip(rest, one.word); });
    if (found == kEvents.end()) {
        std::vector<std::string_view> known;
        for (const auto& one : kEvents) known.push_back(one.word);
        return error("unknown-event", rest,
                     {"「" + std::string(rest.text) + "」不是可记录的事",
                      "\"" + std::string(rest.text) + "\" is nothing that is recorded"},
                     nearest_mend(rest.text, known));
    }
    event.kind = found->kind;
    if (skip(rest, "by")) {
        const auto at = rest.text.rfind(" at ");
        event.who = trimmed({rest.text.substr(0, at), 0}).text;
        rest =
            at == std::string_view::npos ? Part{} : trimmed({rest.text.substr(at), rest.at + at});
    }
    if (skip(rest, "at")) {
        event.at = read_time(rest);
        if (!event.at) return false;
    } else if (!rest.empty()) {
        return error("bad-event", rest, {"这里应是 at 时间", "\"at TIME\" should be here"});
    }
    e.events.push_back(std::move(event));
    return true;
}

// 4 h, 6.67 CNY
bool SceneReader::read_share(Expectation& e, const Part& part) {
    Part rest = part;
    e.length = read_length(cut(rest, ','));
    if (!e.length) return false;
    while (!rest.empty()) {
        const auto amount = read_amount(cut(rest, ','));
        if (!amount) return false;
        e.amounts.push_back(*amount);
    }
    return true;
}

std::optional<Millis> SceneReader::read_length(const Part& part) {
    if (const auto span = part.text.starts_with('P') ? read_duration(part.text) : std::nullopt)
        return span;
    const auto limit = promise::parse_limit(part.text, {});
    if (limit && limit->unit == promise::Unit::Clock && !limit->from_opening)
        return Millis{limit->amount};
    error("bad-length", part,
          {"「" + std::string(part.text) + "」不是时长",
           "\"" + std::string(part.text) + "\" is no length of time"},
          {"例如 6 h、30 min、1 h 30 min、500 ms", "for example 6 h, 30 min, 1 h 30 min, 500 ms"});
    return std::nullopt;
}

}  // namespace yinuo::wire
