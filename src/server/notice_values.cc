// What a notice's variables say: in the customer's language, by the clock on their wall.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "engine/entry.h"
#include "engine/incidents.h"
#include "engine/paying.h"
#include "engine/resting.h"
#include "server/notices.h"

namespace yinuo::server {
namespace {

// What the notice is about, gathered from the rows as they stand.
struct Matter {
    struct Owed {
        store::ObligationRow row;
        const engine::Version* version;
    };
    std::vector<Owed> owed;
    std::vector<engine::PayoutView> payouts;
    std::map<std::string, std::string> said;  // by the last event that says it
};

Matter matter_of(store::Reading& rows, const engine::Shelf& shelf, const engine::NoticeTask& task) {
    Matter matter;
    for (const auto& event : task.events) {
        for (const auto& [name, text] : event.said) matter.said[name] = text;
        const auto id = engine::parse_obligation(event.obligation);
        const auto row = id ? rows.obligation(*id) : std::nullopt;
        const bool known = row && std::ranges::any_of(matter.owed, [&](const auto& one) {
                               return one.row.id == row->id;
                           });
        const auto* version = row ? shelf.find(row->version) : nullptr;
        if (version == nullptr || known) continue;
        matter.owed.push_back({*row, version});
        for (const auto& payout : rows.payouts_of(row->id))
            if (auto view = engine::open_payout(payout)) matter.payouts.push_back(*std::move(view));
    }
    return matter;
}

std::string moment(Instant at, const Zone& zone, bool chinese) {
    static constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
    const auto local = zone.to_local(at);
    const auto date = local.date();
    const auto minute = local.millis_of_day() / 60'000;
    if (chinese)
        return fmt::format("{} 年 {} 月 {} 日 {:02}:{:02}", date.year(), date.month(), date.day(),
                           minute / 60, minute % 60);
    return fmt::format("{} {} {}, {:02}:{:02}", date.day(),
                       kMonths[static_cast<std::size_t>(date.month() - 1)], date.year(),
                       minute / 60, minute % 60);
}

const promise::Clause& clause_of(const Matter::Owed& owed) {
    return owed.version->promise->clauses[static_cast<std::size_t>(owed.row.clause)];
}

// By when a claim must be decided: the clause's own `NAME.verification`; max: it doesn't say.
Instant decide_by(store::Reading& rows, const Matter::Owed& owed) {
    const auto& promise = *owed.version->promise;
    const auto verification = promise.find_clause(clause_of(owed).name + ".verification");
    if (verification < 0) return Instant::max();
    for (const auto& row : rows.obligations_of(owed.row.stream))
        if (row.version == owed.row.version && row.clause == verification) return row.due_at;
    return Instant::max();
}

std::string title_of(const Matter::Owed& owed, bool chinese) {
    const auto& clause = clause_of(owed);
    const auto& title = clause.title.in(chinese);
    if (!title.empty()) return title;
    const auto& whole = owed.version->promise->title.in(chinese);
    return whole.empty() ? clause.name : whole;
}

// "逾期抵扣话费 20.00 CNY"
std::string gift(const engine::PayoutView& view, const Matter& matter, bool chinese) {
    std::string name = view.kind;
    for (const auto& owed : matter.owed)
        if (owed.row.id == view.row.obligation)
            for (const auto& remedy : owed.version->promise->remedies)
                if (remedy.name == view.remedy && !remedy.title.in(chinese).empty())
                    name = remedy.title.in(chinese);
    if (!view.payout.choice.empty()) name = view.payout.choice;
    const auto amount = view.payout.money ? view.payout.money->amount().to_string()
                                          : view.payout.amount.to_string();
    return fmt::format("{} {} {}", name, amount, view.unit);
}

// Between a start and the end of waiting, for one obligation.
class Waits final : public promise::Story {
public:
    Waits(int clause, int occurrence) : clause_(clause), occurrence_(occurrence) {}
    void tell(const promise::Obligation& of, const promise::Step& step) override {
        using Kind = promise::StepKind;
        if (of.clause != clause_ || of.occurrence != occurrence_) return;
        if (step.kind == Kind::Paused) since[step.index] = step.at;
        if (step.kind == Kind::Resumed || step.kind == Kind::CapReached) since.erase(step.index);
    }
    bool asks_why() const override { return false; }
    std::map<int, Instant> since;  // of each pause that stands

private:
    int clause_, occurrence_;
};

Text decided(std::string_view decision) {
    if (decision == "confirmed") return {"属实", "you are right"};
    if (decision == "partly") return {"部分属实", "you are partly right"};
    if (decision == "rejected")
        return {"与记录不符，这一次没有违约", "our records show that the promise was kept"};
    return {};
}

void append(std::string& list, std::string_view more, bool chinese) {
    if (!list.empty()) list += chinese ? "；" : "; ";
    list += more;
}

}  // namespace

std::vector<Duty> standing_duties(store::Reading& rows, engine::Shelf& shelf,
                                  const store::ObligationRow& row, Instant now) {
    std::vector<Duty> duties;
    const auto* version = shelf.find(row.version);
    const auto stream = rows.stream(row.stream);
    if (static_cast<promise::State>(row.state) != promise::State::Paused || version == nullptr ||
        !stream || stream->name.front() == engine::kOwnStream)
        return duties;
    Arena memory, kept;
    const auto rests = engine::subject_rests_on(rows, shelf, *stream, {.now = now}, memory);
    promise::Folding folding(shelf.names(), kept);
    Waits waits(row.clause, row.occurrence);
    folding.story = &waits;
    std::vector<promise::Obligation> obligations;
    promise::fold_subject(*version->promise, rests.facts, now, folding, obligations);
    const auto& clause = version->promise->clauses[static_cast<std::size_t>(row.clause)];
    for (const auto& [index, since] : waits.since) {
        const auto& pause = clause.pauses[static_cast<std::size_t>(index)];
        if (pause.customers_duty) duties.push_back({pause.text, since});
    }
    return duties;
}

connect::NoticeValues notice_values(store::Reading& rows, engine::Shelf& shelf,
                                    const NoticeGround& ground, const engine::NoticeTask& task,
                                    const Contact& contact) {
    const bool chinese = contact.chinese;
    const auto* found = ground.zones.find(contact.zone);
    const Zone& zone = found == nullptr ? Zone::utc() : *found;
    const auto matter = matter_of(rows, shelf, task);
    connect::NoticeValues values;
    const auto say = [&](std::string_view name, std::string text) {
        if (!text.empty()) values.emplace_back(name, std::move(text));
    };
    const auto said = [&](std::string_view name) {
        const auto one = matter.said.find(std::string(name));
        return one == matter.said.end() ? std::string() : one->second;
    };
    const auto say_when = [&](std::string_view name, std::string_view member) {
        if (const auto at = parse_instant(said(member))) say(name, moment(*at, zone, chinese));
    };
    say("customer", !contact.name.empty() ? contact.name
                    : chinese             ? std::string("尊敬的客户")
                                          : std::string("customer"));
    say("company", ground.company);
    say("link", ground.link);
    say("decision", decided(said("decision")).in(chinese));
    say_when("new_due", "new_due_at");
    say_when("until", "until");
    std::int64_t number = 0;
    const auto incident_number = said("incident");
    std::from_chars(incident_number.data(), incident_number.data() + incident_number.size(),
                    number);
    const auto incident = number == 0 || matter.owed.empty()
                              ? std::nullopt
                              : engine::find_incident(rows, matter.owed[0].row.tenant, number);
    if (incident) {
        say("incident", incident->wish.title.in(chinese));
        say("since", moment(incident->wish.from, zone, chinese));
        if (incident->wish.until > ground.now)
            say("until", moment(incident->wish.until, zone, chinese));
    }
    auto id = task.subject.substr(task.subject.find('/') + 1);
    if (matter.owed.empty()) {
        say("subject", id);
        return values;
    }
    const auto& first = matter.owed.front();
    const auto& whole = first.version->promise->title.in(chinese);
    const auto name = whole.empty() ? title_of(first, chinese) : whole;
    if (const auto stream = rows.stream(first.row.stream))
        id = stream->name.substr(stream->name.find('/') + 1);
    say("subject", chinese ? name + "（" + id + "）" : name + " (" + id + ")");
    if (const auto at = decide_by(rows, first); at != Instant::max())
        say("decide_by", moment(at, zone, chinese));
    say("state", promise::describe(static_cast<promise::State>(first.row.state)).in(chinese));
    std::string promised, remedy, choices;
    Instant choose_by = Instant::max(), paid_at = Instant::max();
    bool over = true;
    for (const auto& owed : matter.owed) {
        append(promised, title_of(owed, chinese), chinese);
        over = over && owed.row.settled_at != Instant::max();
    }
    for (const auto& view : matter.payouts) {
        const auto state = view.payout.state;
        const bool none = state == remedy::PayoutState::Cancelled ||
                          state == remedy::PayoutState::Refused || view.payout.back;
        if (none || view.unit.empty()) continue;
        if (task.notice == "paid" && state != remedy::PayoutState::Paid) continue;
        append(remedy, gift(view, matter, chinese), chinese);
        if (state == remedy::PayoutState::Paid) paid_at = view.changed_at;
        if (state != remedy::PayoutState::Choosing) continue;
        for (const auto& choice : view.choices) append(choices, choice, chinese);
        choose_by = std::min(choose_by, view.payout.expires_at);
    }
    say("promise", promised);
    if (first.row.due_at != Instant::max()) {
        say("due", moment(first.row.due_at, zone, chinese));
    }
    if (over) {
        const auto when = moment(first.row.settled_at, zone, chinese);
        say("happened", chinese ? when + " 才办好" : "it was done on " + when);
    } else {
        say("happened", chinese ? "到现在还没有办好" : "it isn't done yet");
        say("next", chinese ? "我们继续办，直到办好" : "we stay at it until it is done");
    }
    say("remedy", remedy);
    say("choices", choices);
    if (choose_by != Instant::max()) say("choose_by", moment(choose_by, zone, chinese));
    if (paid_at != Instant::max()) say("paid_at", moment(paid_at, zone, chinese));
    if (task.notice == "paid")
        say("reason", chinese ? "“" + promised + "”没有按约做到"
                              : "we promised “" + promised + "” and didn't keep it");
    std::string duties;
    for (const auto& owed : matter.owed)
        for (const auto& duty : standing_duties(rows, shelf, owed.row, ground.now)) {
            const auto& text = duty.text.in(chinese);
            if (duties.empty()) say("since", moment(duty.since, zone, chinese));
            if (!duties.contains(text)) append(duties, text, chinese);
        }
    say("duty", duties);
    return values;
}

}  // namespace yinuo::server
