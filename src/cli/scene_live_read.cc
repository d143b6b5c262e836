// What the API answers, read into what scenes are judged by.
#include <algorithm>
#include <array>

#include "cli/scene_live.h"
#include "time/civil.h"

namespace yinuo::cli {
namespace {

using promise::EventKind;
using promise::Obligation;
using wire::Json;

std::string_view word(const Json& of, std::string_view key) {
    const auto* found = of.find(key);
    return found == nullptr ? std::string_view() : found->text;
}

Instant instant(const Json& of, std::string_view key) {
    return parse_instant(word(of, key)).value_or(Instant::max());
}

std::int64_t number(const Json& of, std::string_view key, std::int64_t otherwise = 0) {
    const auto* found = of.find(key);
    return found == nullptr ? otherwise : found->integer().value_or(otherwise);
}

bool truth(const Json& of, std::string_view key) {
    const auto* found = of.find(key);
    return found != nullptr && found->boolean;
}

std::span<const Json> items(const Json& of, std::string_view key) {
    const auto* found = of.find(key);
    return found == nullptr ? std::span<const Json>() : found->items;
}

int place_of(std::string_view text, std::span<const std::string_view> words) {
    const auto found = std::ranges::find(words, text);
    return found == words.end() ? 0 : static_cast<int>(found - words.begin());
}

int clause_of(const promise::Promise& promise, std::string_view name) {
    const auto found = std::ranges::find(promise.clauses, name, &promise::Clause::name);
    return found == promise.clauses.end() ? -1 : static_cast<int>(found - promise.clauses.begin());
}

std::optional<EventKind> event_kind(std::string_view word) {
    for (int i = 0; i <= static_cast<int>(EventKind::Reversed); ++i)
        if (describe(static_cast<EventKind>(i)).en == word) return static_cast<EventKind>(i);
    return std::nullopt;
}

// "20.00 CNY" in two; "" is one of `kind`.
std::pair<Decimal, std::string> parted(std::string_view text, std::string_view kind) {
    const auto blank = text.find(' ');
    const auto amount = Decimal::parse(text.substr(0, blank));
    if (blank == std::string_view::npos || !amount) return {Decimal(1), std::string(kind)};
    return {*amount, std::string(text.substr(blank + 1))};
}

class Reader {
public:
    Reader(const Json& row, const Json& explanation, LiveStandings& into)
        : row_(row), explanation_(explanation), into_(into), promise_(*into.standings.promise) {
        const auto accounts = items(explanation, "account");
        if (!accounts.empty()) account_ = &accounts.front();
    }

    bool read() {
        obligation_.clause = clause_of(promise_, word(row_, "clause"));
        if (obligation_.clause < 0) return false;
        read_obligation();
        read_steps();
        const bool never_began = account_ == nullptr && obligation_.state == promise::State::Void &&
                                 obligation_.started_at == Instant::max();
        if (never_began) return false;
        into_.standings.obligations.push_back(obligation_);
        if (account_ != nullptr) {
            read_owed();
            read_legs();
        }
        // What the account has no line for is owed as it was given and not taken back.
        for (auto& one : standing_)
            if (!is_told(one.remedy)) into_.standings.owed.push_back(std::move(one));
        return true;
    }

private:
    void read_obligation() {
        static constexpr std::array<std::string_view, 4> kClaims = {"", "claimed", "confirmed",
                                                                    "rejected"};
        static constexpr std::array<std::string_view, 4> kExcuses = {"", "withheld", "released",
                                                                     "waived"};
        Obligation& o = obligation_;
        const auto label = word(row_, "label");  // of a rate: group and period
        o.subject = label.empty() ? word(row_, "subject") : label;
        o.occurrence = static_cast<int>(number(row_, "occurrence", 1));
        o.state = promise::parse_state(word(row_, "state")).value_or(promise::State::Pending);
        o.claim = static_cast<promise::Claim>(place_of(word(row_, "claim"), kClaims));
        o.excuse = static_cast<promise::Excuse>(place_of(word(row_, "excuse"), kExcuses));
        o.extensions = static_cast<std::uint8_t>(number(row_, "extensions"));
        o.earlier_kept = truth(row_, "earlier_kept");
        o.provisional = truth(row_, "provisional");
        o.started_at = instant(row_, "started_at");
        o.promised_at = instant(row_, "promised_at");
        o.due_at = instant(row_, "due_at");
        o.first_due_at = instant(row_, "first_due_at");
        o.broken_at = instant(row_, "broken_at");
        o.settled_at = instant(row_, "settled_at");
        o.paused = Millis{number(row_, "paused_millis")};
        o.counted = number(row_, "counted");
        o.good = number(row_, "good");
        if (account_ == nullptr) return;
        // What grows as time passes is the account's business, not the row's.
        o.paused = Millis{number(*account_, "paused_ms")};
        for (const auto& done : items(*account_, "done_between"))
            o.done_between.push_back({instant(done, "begin"), instant(done, "end")});
    }

    Amount amount_of(std::string_view remedy, std::string_view payee) const {
        return {.clause = promise_.clauses[static_cast<std::size_t>(obligation_.clause)].name,
                .subject = std::string(obligation_.subject),
                .remedy = std::string(remedy),
                .payee = std::string(payee),
                .amount = {},
                .unit = {},
                .at = {}};
    }

    void read_steps() {
        for (const auto& step : items(explanation_, "steps")) {
            const Instant recorded_at = instant(step, "recorded_at");
            const auto what = word(step, "what");
            if (what == "obligation") {
                const auto kind = event_kind(word(step, "kind"));
                if (!kind) continue;
                into_.events.emplace_back(
                    number(step, "position"),
                    promise::Event{
                        .kind = *kind,
                        .clause = obligation_.clause,
                        .occurrence = obligation_.occurrence,
                        .subject = std::string(obligation_.subject),
                        .at = instant(step, "at"),
                        .recorded_at = recorded_at,
                        .due_at = instant(step, "due_at"),
                        .reversed = event_kind(word(step, "reversed")).value_or(EventKind::Started),
                        .who = std::string(word(step, "who"))});
            } else if (what == "remedy") {
                read_given(step, recorded_at);
            }
        }
    }

    void read_given(const Json& step, Instant recorded_at) {
        Amount one = amount_of(word(step, "remedy"), word(step, "payee"));
        one.amount = Decimal::parse(word(step, "amount")).value_or(Decimal(0));
        one.unit = word(step, "unit");
        one.at = instant(step, "at");
        const bool back = word(step, "kind") == "taken back";
        if (!back) {
            standing_.push_back(one);
        } else if (const auto found = std::ranges::find_if(standing_,
                                                           [&](const Amount& other) {
                                                               return other.remedy == one.remedy &&
                                                                      other.unit == one.unit &&
                                                                      other.payee == one.payee &&
                                                                      other.at == one.at;
                                                           });
                   found != standing_.end()) {
            standing_.erase(found);
        }
        one.recorded_at = recorded_at;
        (back ? into_.standings.taken_back : into_.standings.given).push_back(std::move(one));
    }

    bool is_told(std::string_view remedy) const {
        return account_ != nullptr &&
               std::ranges::any_of(items(*account_, "owed"), [&](const Json& line) {
                   return word(line, "remedy") == remedy;
               });
    }

    void read_owed() {
        for (const auto& line : items(*account_, "owed")) {
            const auto stands = word(line, "stands");
            if (stands == "set aside") continue;
            Amount one = amount_of(word(line, "remedy"), word(line, "payee"));
            std::tie(one.amount, one.unit) = parted(word(line, "amount"), word(line, "kind"));
            one.at = instant(line, "at");
            auto& into = stands == "owed" ? into_.standings.owed : into_.standings.withheld;
            into.push_back(std::move(one));
        }
    }

    void read_legs() {
        for (const auto& leg : items(*account_, "legs")) {
            const auto [charged, unit] = parted(word(leg, "charged"), "CNY");
            const auto currency = Currency::parse(unit);
            const auto money = currency ? round_to_minor(charged, *currency, Rounding::HalfUp)
                                        : std::optional<Money>();
            into_.standings.legs.push_back(
                {.subject = std::string(obligation_.subject),
                 .part = {.clause = clause_of(promise_, word(leg, "clause")),
                          .waiting = Millis{number(leg, "waiting_ms")},
                          .delay = Millis{number(leg, "delay_ms")},
                          .charged = money.value_or(Money{})}});
        }
    }

    const Json& row_;
    const Json& explanation_;
    LiveStandings& into_;
    const promise::Promise& promise_;
    const Json* account_ =
        nullptr;  // null: the fold has no such obligation, or of several subjects
    Obligation obligation_;
    std::vector<Amount> standing_;  // given and not taken back
};

}  // namespace

bool read_live(const Json& row, const Json& explanation, LiveStandings& into) {
    return Reader(row, explanation, into).read();
}

void lessen_given(const Json& payout, std::vector<LiveStandings>& all) {
    const auto amount = Decimal::parse(word(payout, "amount"));
    if (payout.find("owed") == nullptr || truth(payout, "back") || !amount) return;
    const auto is_of = [&](const Amount& one) {
        return one.subject == word(payout, "subject") && one.remedy == word(payout, "remedy") &&
               one.payee == word(payout, "payee") && one.unit == word(payout, "unit") &&
               one.at == instant(payout, "owed_at");
    };
    for (auto& [standings, events] : all) {
        // What was taken back later was given before.
        if (standings.promise->label() != word(payout, "promise") ||
            std::ranges::any_of(standings.taken_back, is_of))
            continue;
        for (auto& one : standings.given)
            if (is_of(one)) one.amount = *amount;
    }
}

}  // namespace yinuo::cli
