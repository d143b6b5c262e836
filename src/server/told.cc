#include "server/told.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "promise/sentence.h"
#include "server/chases.h"
#include "server/clause_acts.h"
#include "server/house_promises.h"
#include "server/own_facts.h"
#include "server/shelf_desk.h"
#include "server/telling.h"
#include "server/users.h"
#include "twin/statistics.h"

namespace yinuo::server {
namespace {

using promise::EventKind;

constexpr std::size_t kStepsMost = 500;
constexpr int kHistory = 300;  // how many of the past a forecast looks at

Text length_in_words(Millis span) {
    const auto minutes = (span.count + 59'999) / 60'000;
    if (minutes < 60) return {std::to_string(minutes) + " 分钟", std::to_string(minutes) + " min"};
    const auto hours = (minutes + 30) / 60;
    if (hours < 72) return {std::to_string(hours) + " 小时", std::to_string(hours) + " hours"};
    const auto days = std::to_string((hours + 12) / 24);
    return {days + " 天", days + " days"};
}

Text role_in_words(Role role) {
    switch (role) {
        case Role::Owner: return {"负责人", "the person in charge"};
        case Role::Manager: return {"承诺经理", "the promise manager"};
        case Role::Agent: return {"客服", "customer service"};
        case Role::SecondLine: return {"二线", "the second line"};
        case Role::Partner: return {"合作方", "our partner"};
        case Role::Auditor: return {"审计", "the auditor"};
        default: return {"我们的同事", "one of us"};
    }
}

// What a step of an obligation is called, without who did it: that is the actor's.
Text event_in_words(const TimelineStep& step) {
    const auto word_of = [](std::string_view english) -> Text {
        for (int i = 0; i <= static_cast<int>(EventKind::Reversed); ++i)
            if (auto word = promise::describe(static_cast<EventKind>(i)); word.en == english)
                return word;
        return {std::string(english), std::string(english)};
    };
    if (step.reversed.empty()) return word_of(step.kind);
    const auto was = word_of(step.reversed);
    return {"先前的结论“" + was.zh + "”已更正", "the earlier \"" + was.en + "\" was corrected"};
}

class Teller {
public:
    Teller(const Call& call, store::Reading& rows, engine::Shelf& shelf, const SeenObligation& seen,
           const engine::Version& version)
        : rows_(rows),
          shelf_(shelf),
          tenant_(call.who.tenant),
          seen_(seen),
          version_(version),
          promise_(*version.promise),
          clause_(promise_.clauses[static_cast<std::size_t>(seen.row.clause)]) {}

    void missed(JsonOut& out) const {
        out.key("if_missed").open('[');
        for (const auto& remedy : promise_.remedies) {
            if (std::ranges::find(remedy.clauses, seen_.row.clause) == remedy.clauses.end())
                continue;
            auto text = promise::sentence_of(promise_, remedy);
            const bool counts = std::ranges::any_of(
                remedy.gifts, [](const auto& gift) { return gift.amount.has_value(); });
            const bool choice = std::ranges::any_of(
                remedy.gifts, [](const auto& gift) { return gift.choice.has_value(); });
            if (counts && !choice && !clause_.verify) {
                text.zh += "（自动到账，无需申请）";
                text.en += " (by itself: there is nothing to apply for)";
            }
            write_text(out, text);
        }
        out.close(']');
    }

    // What happened, by whom: facts that the promise has a word for, what became of this obligation
    // and of its legs, what was paid and told.
    void steps(JsonOut& out) {
        std::vector<TimelineStep> all;
        for (auto& step : steps_of(rows_, shelf_, seen_.stream, 0, kStepsMost))
            if (step.what == "fact" ? promise_.fact_names.contains(step.kind) : is_leg(step))
                all.push_back(std::move(step));
        for (auto& step : steps_of(rows_, shelf_, seen_.stream, 0, kStepsMost, seen_.row.id))
            if (step.what != "fact" && !is_inner(step)) all.push_back(std::move(step));
        std::ranges::stable_sort(all, {}, &TimelineStep::at);
        out.key("steps").open('[');
        for (const auto& step : all) write(out, step);
        out.close(']');
    }

private:
    bool is_leg(const TimelineStep& step) {
        if (step.what != "obligation" || step.obligation == seen_.row.id) return false;
        if (step.kind != "started" && step.kind != "kept" && step.kind != "broken") return false;
        const auto row = rows_.obligation(step.obligation);
        return row && row->version == seen_.row.version &&
               promise_.clauses[static_cast<std::size_t>(row->clause)].outer == seen_.row.clause;
    }
    // For us, not for them: warnings, the due instant (it stands beside), notices that failed.
    static bool is_inner(const TimelineStep& step) {
        if (step.what == "obligation") return step.kind == "warned" || step.kind == "due set";
        return step.what == "notice" && !step.words.en.starts_with("the customer was told");
    }

    Text remedy_title(const std::string& name) const {
        for (const auto& remedy : promise_.remedies)
            if (remedy.name == name && !remedy.title.zh.empty()) return remedy.title;
        return {name, name};
    }

    Text words_of(const TimelineStep& step) const {
        if (step.what == "fact") {
            const auto found = promise_.fact_names.find(step.kind);
            return found != promise_.fact_names.end() ? found->second : step.words;
        }
        if (step.what == "notice") return {"已通知客户", "the customer was told"};
        if (step.what == "payout") {
            const auto title = remedy_title(step.remedy);
            const auto zh = step.words.zh.find("："), en = step.words.en.find(": ");
            return {title.zh + step.words.zh.substr(std::min(zh, step.words.zh.size())),
                    title.en + step.words.en.substr(std::min(en, step.words.en.size()))};
        }
        if (step.what == "remedy") {
            const auto title = remedy_title(step.remedy);
            const auto amount = step.unit == "apology" ? "" : " " + step.amount + " " + step.unit;
            const bool back = step.kind == "taken back";
            return {(back ? "收回补偿：" : "给出补偿：") + title.zh + amount,
                    (back ? "remedy taken back: " : "remedy: ") + title.en + amount};
        }
        auto text = event_in_words(step);
        if (step.obligation != seen_.row.id) {
            const auto at = promise_.find_clause(step.clause);
            const auto& title = at < 0 ? Text{step.clause, step.clause}
                                       : promise_.clauses[static_cast<std::size_t>(at)].title;
            text = {title.zh + "：" + text.zh, title.en + ": " + text.en};
        }
        return text;
    }

    std::optional<Text> person(std::string_view who) const {
        if (who.empty()) return std::nullopt;
        if (who == "customer" || who.starts_with("cus_")) return Text{"客户", "the customer"};
        if (who.starts_with("usr_")) {
            const auto user = find_user(rows_, tenant_, who);
            return role_in_words(user ? user->user.role : Role::Guest);
        }
        // A team or role that the promise's own facts name; anything else may be a person's name.
        if (who.contains('/')) return Text{std::string(who), std::string(who)};
        return Text{"我们的同事", "one of us"};
    }

    std::optional<Text> actor_of(const TimelineStep& step) const {
        if (step.what == "fact") {
            const auto source = rows_.source_name(tenant_, step.source);
            if (source == kOwnSource || !step.by.empty())
                if (auto who = person(step.by)) return who;
            if (source.empty() || source == kOwnSource) return std::nullopt;
            return Text{"业务系统 " + source, "the company's system " + source};
        }
        if (step.what != "obligation") return std::nullopt;
        if (auto who = person(step.who)) return who;
        const auto at = promise_.find_clause(step.clause);
        const auto& owner = at < 0 || promise_.clauses[static_cast<std::size_t>(at)].owner.empty()
                                ? promise_.owner
                                : promise_.clauses[static_cast<std::size_t>(at)].owner;
        if (owner.empty()) return std::nullopt;
        return Text{owner, owner};
    }

    void write(JsonOut& out, const TimelineStep& step) const {
        out.open('{')
            .member("at", step.at)
            .member("kind", step.what == "obligation" || step.what == "fact"
                                ? step.kind
                                : std::string(step.what));
        write_text(out.key("what"), words_of(step));
        if (const auto actor = actor_of(step)) write_text(out.key("actor"), *actor);
        out.close('}');
    }

    store::Reading& rows_;
    engine::Shelf& shelf_;
    const store::TenantId tenant_;
    const SeenObligation& seen_;
    const engine::Version& version_;
    const promise::Promise& promise_;
    const promise::Clause& clause_;
};

// The rule's own answer to the customer.
void write_chase(JsonOut& out, store::Reading& rows, const engine::Shelf& shelf,
                 const SeenObligation& seen, Instant now) {
    const auto tenant = seen.stream.tenant;
    const auto rule = chase_rule(rows, tenant);
    std::optional<Text> why;
    std::optional<Instant> next;
    if (seen.row.settled_at < Instant::max()) {
        why = Text{"这件事已经了结", "this is settled"};
    } else if (auto known = need_house_promise(shelf, tenant, kChases, now); !known) {
        why = Text{"这家企业还没有开通催办", "this company doesn't take chases yet"};
    } else if (auto may = may_chase(rows, tenant, rule, seen.stream.name, seen.row.started_at, now);
               !may) {
        why = may.error().what;
        const auto from = next_chase(rows, tenant, rule, seen.stream.name, seen.row.started_at);
        if (from > now) next = from;
    }
    out.key("chase").open('{').member("may", !why);
    if (why) write_text(out.key("why_not"), *why);
    if (next) out.member("next_at", *next);
    write_text(out.key("rule"), describe(rule));
    out.close('}');
}

}  // namespace

std::optional<LikelyEnd> forecast_of(const Things& things, store::Reading& rows,
                                     const store::ObligationRow& row, Instant now) {
    if (row.settled_at < Instant::max() || row.started_at >= now) return std::nullopt;
    std::vector<std::pair<store::Position, int>> same;  // versions of the promise, and the clause
    things.shelves.use(row.tenant, [&](engine::Shelf& shelf) {
        const auto* mine = shelf.find(row.version);
        if (mine == nullptr) return;
        const auto& name = mine->promise->clauses[static_cast<std::size_t>(row.clause)].name;
        for (const auto* version : shelf.of(row.tenant))
            if (version->promise->id == mine->promise->id)
                if (const auto clause = version->promise->find_clause(name); clause >= 0)
                    same.emplace_back(version->position, clause);
    });
    const auto gone = now - row.started_at;
    std::vector<std::int64_t> took;
    std::ranges::reverse(same);  // the newest version's first
    for (const auto& [version, clause] : same) {
        if (std::ssize(took) >= kHistory) break;
        // What was due by now has ended, as a rule: the slow ones aren't missing.
        for (const auto& one :
             rows.obligations({.tenant = row.tenant,
                               .states = {static_cast<std::uint8_t>(promise::State::Kept),
                                          static_cast<std::uint8_t>(promise::State::Broken)},
                               .version = version,
                               .due_until = now,
                               .latest_first = true,
                               .limit = kHistory}))
            if (one.clause == clause && one.id != row.id && one.settled_at < Instant::max() &&
                one.started_at <= one.settled_at && one.settled_at - one.started_at > gone)
                took.push_back((one.settled_at - one.started_at).count);
    }
    const auto n = std::ssize(took);
    if (n < kForecastLeast) return std::nullopt;
    twin::sort_values(took);
    const Millis half{twin::percentile(took, 50)}, most{twin::percentile(took, 90)};
    const auto a = length_in_words(half), b = length_in_words(most);
    const auto count = std::to_string(n);
    return LikelyEnd{.at = row.started_at + half,
                     .nine_in_ten_by = row.started_at + most,
                     .n = n,
                     .why = {"最近同类 " + count + " 件（都用了至少这么久）：一半在 " + a.zh +
                                 "内办完，九成在 " + b.zh + "内办完",
                             "Of the last " + count +
                                 " like it that took at least this long, half "
                                 "were done within " +
                                 a.en + " and nine in ten within " + b.en}};
}

std::string told_json(const Call& call, store::Reading& rows, const SeenObligation& seen) {
    const auto now = std::max(call.things.engine_clock.now(), seen.stream.turned_at);
    const auto forecast = forecast_of(call.things, rows, seen.row, now);
    return call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) {
        JsonOut out;
        out.open('{').member("obligation", engine::obligation_text(seen.row.id));
        const auto* version = shelf.find(seen.row.version);
        check(version != nullptr);
        const auto& promise = *version->promise;
        write_text(out.key("sentence"),
                   promise::sentence_of(
                       promise, promise.clauses[static_cast<std::size_t>(seen.row.clause)]));
        Teller teller(call, rows, shelf, seen, *version);
        teller.missed(out);
        if (forecast) {
            out.key("forecast").open('{').member("at", forecast->at);
            out.member("nine_in_ten_by", forecast->nine_in_ten_by).member("n", forecast->n);
            write_text(out.key("why"), forecast->why);
            out.close('}');
        }
        teller.steps(out);
        write_chase(out, rows, shelf, seen, now);
        // As the customer, whoever looks.
        Session customer = call.who;
        customer.role = Role::Customer;
        customer.customer = seen.stream.customer;
        Matter matter(rows, shelf, seen, now);
        out.key("reopen").open('{').member("may", !hindrance(matter, customer, Act::Reopen));
        out.close('}').key("claim").open('{');
        out.member("may", !hindrance(matter, customer, Act::Claim)).close('}');
        return out.close('}').take();
    });
}

}  // namespace yinuo::server
