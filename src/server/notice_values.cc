// What a notice's variables say: in the customer's language, by the clock on their wall.
#include <fmt/format.h>

#include <algorithm>

#include "engine/entry.h"
#include "engine/paying.h"
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
};

Matter matter_of(store::Reading& rows, const engine::Shelf& shelf, const engine::NoticeTask& task) {
    Matter matter;
    for (const auto& event : task.events) {
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

void append(std::string& list, std::string_view more, bool chinese) {
    if (!list.empty()) list += chinese ? "；" : "; ";
    list += more;
}

}  // namespace

connect::NoticeValues notice_values(store::Reading& rows, const engine::Shelf& shelf, Zones& zones,
                                    const engine::NoticeTask& task, const Contact& contact,
                                    std::string_view company) {
    const bool chinese = contact.chinese;
    const auto* found = zones.find(contact.zone);
    const Zone& zone = found == nullptr ? Zone::utc() : *found;
    const auto matter = matter_of(rows, shelf, task);
    connect::NoticeValues values;
    const auto say = [&](std::string_view name, std::string text) {
        if (!text.empty()) values.emplace_back(name, std::move(text));
    };
    say("customer", !contact.name.empty() ? contact.name
                    : chinese             ? std::string("尊敬的客户")
                                          : std::string("customer"));
    say("company", std::string(company));
    const auto number = task.subject.substr(task.subject.find('/') + 1);
    if (matter.owed.empty()) {
        say("subject", number);
        return values;
    }
    const auto& first = matter.owed.front();
    const auto& whole = first.version->promise->title.in(chinese);
    const auto name = whole.empty() ? title_of(first, chinese) : whole;
    say("subject", chinese ? name + "（" + number + "）" : name + " (" + number + ")");
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
        say("duty_by", moment(first.row.due_at, zone, chinese));
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
    for (const auto& pause : clause_of(first).pauses)
        if (pause.customers_duty) say("duty", pause.text.in(chinese));
    return values;
}

}  // namespace yinuo::server
