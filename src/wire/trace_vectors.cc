#include "wire/trace_vectors.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/check.h"
#include "promise/fold.h"
#include "wire/profiles_data.h"
#include "wire/promise_yaml.h"
#include "wire/schedule_vectors.h"

namespace yinuo::wire {
namespace {

using promise::Fact;
using promise::Obligation;
using promise::State;

// What a peer shows of its deadlines; the deadlines themselves come from its promise.
struct Manner {
    std::string_view profile;
    bool hides_met;          // a met target has no due instant
    bool closing_moves_on;   // a due instant at a closing is shown at the next opening
    bool hold_in_work_time;  // hold time is told in working seconds
};
constexpr Manner kManners[] = {
    {"zammad", true, true, true},
    {"zammad_legacy", false, false, true},
    {"frappe_helpdesk", false, false, true},
    {"erpnext", false, false, false},
    {"otobo", false, false, true},
    {"glpi", false, false, true},
    {"chatwoot", false, false, false},
    {"oca", false, false, true},
};

struct Unsaid {
    std::string what;
};

Instant instant_of(const Json& json) {
    const auto at = json.string() ? parse_instant(*json.string()) : std::nullopt;
    if (!at) throw Unsaid{"an instant that can't be read"};
    return *at;
}

// --- events to facts ----------------------------------------------------------------------------

class Facts {
public:
    Facts(Names& names, Arena& memory, const Json& in) : names_(names), memory_(memory), in_(in) {}

    // The facts of one event; all are heard at its instant, whatever time they tell of.
    void hear(const Json& event) {
        const auto ev = event.find("ev")->string().value_or("");
        heard_at_ = instant_of(*event.find("at"));
        last_ = std::max(last_, heard_at_);
        if (ev == "created") {
            for (const char* odd : {"by", "owner_is_requestor", "has_requestor"})
                if (event.find(odd)) throw Unsaid{"who raised a ticket"};
            created_at_ = heard_at_;
            const Json* paused = event.find("paused");
            add("ticket.created", heard_at_,
                {{"paused", feel::Value::boolean(paused && paused->truth().value_or(false))}});
            if (const Json* agreement = in_.find("agreement")) {
                agree(*agreement, heard_at_);
                if (event.find("no_agreement")) facts_.pop_back();  // it is attached later
            }
        } else if (ev == "customer_message") {
            if (event.find("restart")) throw Unsaid{"a wait that starts again"};
            add("message.customer", heard_at_);
        } else if (ev == "agent_message") {
            add("message.agent", heard_at_);
        } else if (ev == "paused") {
            add("ticket.paused", heard_at_);
        } else if (ev == "open") {
            add("ticket.opened", heard_at_);
        } else if (ev == "resolved" || ev == "closed") {
            if (event.find("state_unchanged")) throw Unsaid{"a closing time without a closing"};
            add("ticket." + std::string(ev), heard_at_);
        } else if (ev == "evaluate") {
            // Time passes.
        } else if (ev == "sla") {
            const Json* applies = event.find("applies");
            if (applies && !applies->truth().value_or(true)) {
                add("agreement.ended", heard_at_);
            } else if (const Json* agreement = event.find("agreement")) {
                add("agreement.ended", heard_at_);
                agree(*agreement, heard_at_);
            } else {
                throw Unsaid{"an agreement that changes on the way"};
            }
        } else if (ev == "set") {
            for (const JsonMember& field : event.find("fields")->members) {
                if (field.value.is_null()) {
                    if (field.key == "waiting") continue;
                    throw Unsaid{"a fact that is cleared"};
                }
                const Instant at = instant_of(field.value);
                if (field.key == "first")
                    add("first.response", at);
                else if (field.key == "agent")
                    add("contact.agent", at);
                else if (field.key == "cust")
                    add("contact.customer", at);
                else if (field.key == "waiting")
                    add("contact.customer", at);
                else if (field.key == "close")
                    add("ticket.closed", at);
                else
                    throw Unsaid{"a fact set by hand"};
                last_ = std::max(last_, at);
            }
        } else {
            throw Unsaid{"event " + std::string(ev)};
        }
    }

    std::span<const Fact> all() const { return facts_; }
    Instant last() const { return last_; }
    Instant created_at() const { return created_at_; }

private:
    using Field = std::pair<std::string_view, feel::Value>;

    // What an agreement leaves unsaid is as it was.
    void agree(const Json& agreement, Instant at) {
        for (const JsonMember& member : agreement.members) {
            std::optional<feel::Value> value;
            if (const auto number = member.value.number()) {
                value = feel::Value::number(*number);
            } else if (const auto text = member.value.string()) {
                value = feel::Value::string(memory_.copy(*text));
            } else if (const auto truth = member.value.truth()) {
                value = feel::Value::boolean(*truth);
            }
            if (value) agreement_[std::string(member.key)] = *value;
        }
        std::vector<Field> fields(agreement_.begin(), agreement_.end());
        // A service level counts from the ticket's date, an operational one from its assignment.
        const auto of_class = agreement_.find("class");
        const bool internal = of_class != agreement_.end() && of_class->second.as_string() == "OLA";
        const Instant from = internal ? at : created_at_;
        fields.push_back({"from", feel::Value::instant(from, utc_)});
        add("agreement.set", at, fields);
    }

    void add(std::string kind, Instant at, std::vector<Field> own = {}) {
        if (const Json* targets = in_.find("targets"))
            for (const JsonMember& target : targets->members)
                if (const auto n = target.value.number())
                    own.push_back({target.key, feel::Value::number(*n)});
        auto fields = memory_.array<feel::Binding>(own.size());
        for (std::size_t i = 0; i < own.size(); ++i)
            fields[i] = {names_.intern(own[i].first), own[i].second};
        Fact fact{};
        fact.subject = "ticket";
        fact.kind = names_.intern(kind);
        fact.at = at;
        fact.received_at = Instant::min();
        fact.sequence = static_cast<std::int64_t>(facts_.size());
        fact.fields = fields;
        facts_.push_back(fact);
    }

    Names& names_;
    Arena& memory_;
    const Json& in_;
    const Zone utc_ = Zone::utc();
    std::vector<Fact> facts_;
    Instant heard_at_;
    Instant last_ = Instant::min();
    Instant created_at_;
    std::map<std::string, feel::Value> agreement_;
};

// --- what the peer shows ------------------------------------------------------------------------

class Shown {
public:
    Shown(const promise::Promise& promise, const Manner& manner, std::span<const Obligation> all,
          Instant now, const Facts& facts)
        : promise_(promise),
          manner_(manner),
          all_(all),
          now_(now),
          facts_(facts),
          schedule_(promise.schedules.front()) {}

    // nullopt: the field is absent.
    std::optional<Instant> due(std::string_view clause) const {
        const Obligation* o = latest(clause);
        if (o == nullptr || o->state == State::NotMeasured) return std::nullopt;
        const bool met = o->settled_at != Instant::max();
        if (o->state == State::Paused) return std::nullopt;
        if (met && manner_.hides_met) return std::nullopt;
        if (o->state == State::Void || o->due_at == Instant::max()) return std::nullopt;
        Instant at = o->due_at;
        if (manner_.closing_moves_on) at = schedule_.next_open(at).value_or(at);
        return at;
    }

    std::optional<Instant> next_due() const {
        std::optional<Instant> next;
        for (const char* clause : {"first-response", "update", "solution"}) {
            const Obligation* o = latest(clause);
            if (o == nullptr || o->settled_at != Instant::max()) continue;
            const auto at = due(clause);
            if (at && (!next || *at < *next)) next = at;
        }
        return next;
    }

    // Work time left when it was done; negative: late.
    std::optional<std::int64_t> left(std::string_view clause) const {
        const Obligation* o = latest(clause, true);
        if (o == nullptr || o->due_at == Instant::max()) return std::nullopt;
        return schedule_.between(o->settled_at, o->due_at).millis;
    }
    std::optional<std::int64_t> used(std::string_view clause) const {
        const Obligation* o = latest(clause, true);
        const auto rest = left(clause);
        if (!rest) return std::nullopt;
        return schedule_.between(o->started_at, o->first_due_at).millis - *rest;
    }

    const Obligation* latest(std::string_view clause, bool met = false) const {
        const int index = promise_.find_clause(clause);
        const Obligation* found = nullptr;
        for (const Obligation& o : all_) {
            if (o.clause != index) continue;
            if (met && (o.settled_at == Instant::max() || o.state == State::Void)) continue;
            if (found == nullptr || o.occurrence > found->occurrence) found = &o;
        }
        return found;
    }

    std::string status(std::string_view profile) const {
        const Obligation* first = latest("first-response");
        const Obligation* solution = latest("solution");
        bool broken = false, open = false;
        for (const Obligation& o : all_) {
            broken |= o.broken_at != Instant::max();
            open |= o.settled_at == Instant::max();
        }
        if (profile == "chatwoot") {
            if (broken) return open ? "active_with_misses" : "missed";
            return open ? "active" : "hit";
        }
        if (solution != nullptr && solution->state == State::Paused && profile == "frappe_helpdesk")
            return "paused";
        if (broken) return "failed";
        if (first != nullptr && first->settled_at == Instant::max()) return "first_response_due";
        if (solution != nullptr && solution->settled_at == Instant::max()) return "resolution_due";
        return "fulfilled";
    }

    bool raised_outside_hours() const { return !schedule_.is_open(facts_.created_at()); }
    const calendar::Schedule& schedule() const { return schedule_; }
    Instant now() const { return now_; }
    const Manner& manner() const { return manner_; }

private:
    const promise::Promise& promise_;
    const Manner& manner_;
    std::span<const Obligation> all_;
    Instant now_;
    const Facts& facts_;
    const calendar::Schedule& schedule_;
};

// Sums up the pauses of the clause that waits, in working or wall time.
class Holds : public promise::Story {
public:
    explicit Holds(const calendar::Schedule* schedule) : schedule_(schedule) {}
    void tell(const Obligation& of, const promise::Step& step) override {
        if (step.kind == promise::StepKind::Paused) since[of.clause] = step.at;
        if (step.kind != promise::StepKind::Resumed) return;
        since.erase(of.clause);
        sums[of.clause] += schedule_ != nullptr ? schedule_->between(step.until, step.at).millis
                                                : (step.at - step.until).count;
    }
    std::map<int, std::int64_t> sums;
    std::map<int, Instant> since;

private:
    const calendar::Schedule* schedule_;
};

std::string shown(const std::optional<Instant>& at) { return at ? to_string(*at) : "null"; }
std::string shown(const std::optional<std::int64_t>& n) { return n ? std::to_string(*n) : "null"; }

// Empty when the field is as expected, otherwise what came out.
std::string compare(std::string_view field, const Json& want, const Shown& view, const Holds& holds,
                    const promise::Promise& promise, std::string_view profile, const Json& in) {
    const auto instant = [&](std::optional<Instant> got) -> std::string {
        if (want.is_null()) return got ? shown(got) : "";
        return got && *got == instant_of(want) ? "" : shown(got);
    };
    const auto number = [&](std::optional<std::int64_t> got) -> std::string {
        if (want.is_null()) return got ? shown(got) : "";
        return got && got == want.integer() ? "" : shown(got);
    };
    const auto whole = [](std::optional<std::int64_t> millis,
                          std::int64_t unit) -> std::optional<std::int64_t> {
        return millis ? std::optional(*millis / unit) : std::nullopt;
    };
    static constexpr std::pair<std::string_view, std::string_view> kClauses[] = {
        {"first_response", "first-response"}, {"update", "update"}, {"solution", "solution"}};
    for (const auto& [prefix, clause] : kClauses) {
        if (!field.starts_with(prefix)) continue;
        const auto what = field.substr(prefix.size());
        if (what == "_due") return instant(view.due(clause));
        if (what == "_due_set")
            return view.due(clause).has_value() == want.truth() ? "" : shown(view.due(clause));
        if (what == "_min") return number(whole(view.used(clause), 60'000));
        if (what == "_diff_min") {
            // The target minus the whole minutes that were used.
            const auto used = whole(view.used(clause), 60'000);
            const auto left = view.left(clause);
            return number(used ? std::optional((*view.used(clause) + *left) / 60'000 - *used)
                               : std::nullopt);
        }
        if (what == "_s") return number(whole(view.used(clause), 1000));
        if (what == "_at") {
            const Obligation* o = view.latest(clause, true);
            return instant(o == nullptr ? std::nullopt : std::optional(o->settled_at));
        }
    }
    const int waits = promise.find_clause(profile == "glpi" ? "due" : "solution");
    if (field == "next_due") return instant(view.next_due());
    if (field == "due") return instant(view.due("due"));
    if (field == "escalation_at") {
        const auto due = view.due("due");
        const Json* rest =
            in.find("agreement") ? in.find("agreement")->find("escalation_s") : nullptr;
        if (!due || rest == nullptr) throw Unsaid{"an escalation"};
        // Whole days are working days, anything less is working time.
        const std::int64_t seconds = rest->integer().value_or(0);
        const auto at = seconds != 0 && seconds % 86'400 == 0
                            ? view.schedule().add_workdays_at(*due, seconds / 86'400,
                                                              calendar::WorkdayStyle::Glpi)
                            : view.schedule().add(*due, WorkTime{seconds * 1000});
        return instant(at ? std::optional(*at) : std::nullopt);
    }
    if (field == "resolved_at") {
        const Obligation* o = view.latest("solution", true);
        return instant(o == nullptr ? std::nullopt : std::optional(o->settled_at));
    }
    if (field == "hold_s" || field == "waiting_s") {
        const auto sum = holds.sums.find(waits);
        return number(sum == holds.sums.end() ? 0 : sum->second / 1000);
    }
    if (field == "on_hold_since") {
        const auto since = holds.since.find(waits);
        return instant(since == holds.since.end() ? std::nullopt : std::optional(since->second));
    }
    if (field == "status") {
        const auto got = view.status(profile);
        return want.string() == got ? "" : got;
    }
    if (field == "breached") {
        const Obligation* o = view.latest("solution");
        const bool broken = o != nullptr && o->broken_at != Instant::max();
        return want.truth() == broken ? "" : broken ? "true" : "false";
    }
    if (field == "raised_outside_hours" || field == "outside_hours_notice") {
        const Obligation* first = view.latest("first-response");
        const bool unanswered = first != nullptr && first->settled_at == Instant::max();
        const bool got =
            view.raised_outside_hours() && (field == "raised_outside_hours" || unanswered);
        return want.truth() == got ? "" : got ? "true" : "false";
    }
    if (field == "misses") {
        for (const auto& [key, clause] :
             {std::pair("frt", "first-response"), {"nrt", "update"}, {"rt", "solution"}}) {
            const Obligation* o = view.latest(clause);
            const std::int64_t got = o != nullptr && o->broken_at != Instant::max() ? 1 : 0;
            const Json* expected = want.find(key);
            if (expected && expected->integer() != got)
                return std::string(key) + " " + std::to_string(got);
        }
        return "";
    }
    throw Unsaid{"field " + std::string(field)};
}

}  // namespace

std::vector<Profile> shipped_profiles(Names& names, Zones& zones) {
    std::vector<Profile> profiles;
    for (const auto& [name, text] : profile_texts()) {
        auto reading = read_promises(text, name, {names, zones, promise::host_functions()});
        check(!reading.has_errors() && reading.promises.size() == 1);
        profiles.push_back({std::string(name), std::move(reading.promises.front())});
    }
    return profiles;
}

TraceResult run_trace(const Json& trace, std::string_view name, std::span<Profile> profiles,
                      Names& names, Zones& zones) {
    const auto profile = std::find_if(profiles.begin(), profiles.end(),
                                      [&](const Profile& p) { return p.name == name; });
    const auto manner = std::find_if(std::begin(kManners), std::end(kManners),
                                     [&](const Manner& m) { return m.profile == name; });
    if (profile == profiles.end() || manner == std::end(kManners))
        return {TraceResult::Answer::NotSaid, "no promise for this peer"};
    const Json* in = trace.find("in");
    const Json* events = in ? in->find("events") : nullptr;
    const Json* checks = trace.find("out") ? trace.find("out")->find("checks") : nullptr;
    const Json* calendar = trace.find("calendar");
    if (!events || !checks || !calendar)
        return {TraceResult::Answer::Fails, "this line is no trace"};

    auto definition = read_vector_calendar(*calendar, zones);
    if (!definition) return {TraceResult::Answer::Fails, definition.error().what.en};
    auto schedule = calendar::Schedule::build(std::move(*definition));
    if (!schedule) return {TraceResult::Answer::Fails, schedule.error().what.en};
    // The story's own calendar stands in for `case` while it runs.
    promise::Promise& promise = profile->promise;
    promise.schedules.front() = *schedule;

    Arena memory;
    Facts facts(names, memory, *in);
    try {
        std::size_t heard = 0;
        for (const Json& expected : checks->items) {
            const auto after =
                static_cast<std::size_t>(expected.find("after")->integer().value_or(0));
            while (heard <= after && heard < events->items.size())
                facts.hear(events->items[heard++]);
            const Instant now = facts.last();
            promise::Folding folding(names, memory);
            Holds holds(manner->hold_in_work_time ? &promise.schedules.front() : nullptr);
            folding.story = &holds;
            const auto outcome = promise::fold_all(promise, facts.all(), now, folding);
            const Shown view(promise, *manner, outcome.obligations, now, facts);
            for (const JsonMember& field : expected.members) {
                if (field.key == "after") continue;
                const auto got = compare(field.key, field.value, view, holds, promise, name, *in);
                if (!got.empty())
                    return {TraceResult::Answer::Fails, "after event " + std::to_string(after) +
                                                            ": " + std::string(field.key) + " is " +
                                                            got};
            }
        }
    } catch (const Unsaid& unsaid) {
        return {TraceResult::Answer::NotSaid, unsaid.what};
    }
    return {TraceResult::Answer::Holds, {}};
}

}  // namespace yinuo::wire
