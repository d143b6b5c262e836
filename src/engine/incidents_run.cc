// The work that an incident asks for, piece by piece, and what has become of it.
#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "engine/damage.h"
#include "engine/incidents_desk.h"
#include "engine/paying_cashier.h"
#include "engine/turner.h"
#include "promise/obligation.h"

namespace yinuo::engine {
namespace {

using remedy::PayoutState;
using Phase = IncidentWalk::Phase;

constexpr int kPage = 1'000;

std::vector<const Version*> versions_of(const Shelf& shelf, const Incident& incident) {
    auto all = shelf.of(incident.tenant);
    std::erase_if(all, [&](const Version* version) {
        return version->promise->id != incident.wish.promise &&
               version->label != incident.wish.promise;
    });
    std::ranges::sort(all, {}, &Version::position);
    return all;
}

store::ObligationId obligation_of(const store::Document& member) {
    store::ObligationId id = 0;
    std::from_chars(member.id.data(), member.id.data() + member.id.size(), id);
    return id;
}

void gather(const Till& till, const Shelf& shelf, const IncidentDesk::Open& open,
            IncidentWalk& walk, int most) {
    auto& rows = till.group.rows;
    auto& desk = till.cashier.incidents();
    const auto& incident = open.incident;
    const auto versions = versions_of(shelf, incident);
    if (walk.version >= versions.size()) {
        mark_gathered(rows, incident);
        walk.phase = incident.state >= IncidentState::Running ? Phase::Giving : Phase::Over;
        walk.after = 0;
        return;
    }
    store::ObligationQuery query{.tenant = incident.tenant,
                                 .states = {static_cast<std::uint8_t>(promise::State::Broken)},
                                 .version = versions[walk.version]->position,
                                 .limit = most};
    if (walk.after != 0) {
        query.after_due_at = walk.due_at;
        query.after_id = walk.after;
    }
    const auto found = rows.obligations(query);
    for (const auto& row : found) {
        ++walk.looked_at;
        walk.due_at = row.due_at;
        walk.after = row.id;
        const auto stream = rows.stream(row.stream);
        if (!stream || !desk.is_in_scope(rows, open, *stream, row)) continue;
        walk.joined += desk.join(rows, incident, row.id);
        till.cashier.hold(till, incident, row);
    }
    if (found.size() == static_cast<std::size_t>(most)) return;
    ++walk.version;
    walk.after = 0;
}

constexpr std::string_view kGathered = "incident-gathered";

// False: that were all.
bool give(const Till& till, const Incident& incident, IncidentWalk& walk, int most) {
    auto& rows = till.group.rows;
    const auto members = rows.documents(incident.tenant, member_collection(incident.number),
                                        member_id(walk.after), most);
    for (const auto& member : members) {
        walk.after = obligation_of(member);
        const auto row = rows.obligation(walk.after);
        if (!row) damaged({"群障成员的履约单不在了", "an incident's member is missing"});
        ++walk.served;
        walk.given += till.cashier.serve(till, incident, *row);
        walk.passed_by += !is_broken(*row);
    }
    return members.size() == static_cast<std::size_t>(most);
}

bool is_out(PayoutState state) {
    return state == PayoutState::Refused || state == PayoutState::Cancelled ||
           state == PayoutState::Expired;
}

IncidentMember member_of(store::Reading& rows, const Incident& incident,
                         const store::Document& document) {
    const auto row = rows.obligation(obligation_of(document));
    if (!row) damaged({"群障成员的履约单不在了", "an incident's member is missing"});
    IncidentMember member{.obligation = *row, .is_broken = is_broken(*row)};
    if (const auto stream = rows.stream(row->stream)) member.subject = stream->name;
    for (const auto& payout : rows.payouts_of(row->id)) {
        auto view = readable(open_payout(payout));
        if (view.remedy_index != kIncidentGift || payout.incident == incident.number)
            member.payouts.push_back(std::move(view));
    }
    return member;
}

void add(IncidentSum& sum, const PayoutView& view) {
    const auto state = view.payout.state;
    sum.payouts += !view.payout.back;
    sum.paid += !view.payout.back && state == PayoutState::Paid;
    sum.failed += !view.payout.back && state == PayoutState::Failed;
    const auto amount = view.payout.back ? view.payout.amount.negated() : view.payout.amount;
    sum.amount = sum.amount.add(amount).value_or(sum.amount);
    sum.minor += (view.payout.back ? -1 : 1) * remedy::minor_left(view.payout);
}

}  // namespace

void mark_gathered(store::Writing& rows, const Incident& incident) {
    const auto id = incident_id(incident.number);
    if (rows.document(incident.tenant, kGathered, id)) return;
    rows.put_document({.tenant = incident.tenant,
                       .collection = std::string(kGathered),
                       .id = id,
                       .key = {},
                       .body = "{}"});
}

bool has_work(store::Reading& rows, const Incident& incident) {
    if (incident.state == IncidentState::Running) return true;
    return incident.state < IncidentState::Running &&
           !rows.document(incident.tenant, kGathered, incident_id(incident.number));
}

Result<IncidentWalk> work_on_incident(Turns& turns, store::TenantId tenant, std::int64_t number,
                                      IncidentWalk walk, int most) {
    const Till till = turns.till();
    const auto* open = till.cashier.incidents().find(turns.rows(), tenant, number);
    if (open == nullptr) {
        if (!find_incident(turns.rows(), tenant, number))
            return refuse(
                {.code = "no-incident", .what = {"没有这个群障", "there is no such incident"}});
        return refuse({.code = "wrong-incident-state",
                       .what = {"这个群障已关闭", "this incident is closed"}});
    }
    if (walk.phase == Phase::Gathering) {
        gather(till, turns.shelf(), *open, walk, most);
    } else if (walk.phase == Phase::Giving && !give(till, open->incident, walk, most)) {
        walk.phase = Phase::Over;
        if (open->incident.state == IncidentState::Running)
            finish_incident(turns, Incident(open->incident));
    }
    return walk;
}

std::vector<IncidentMember> incident_members(store::Reading& rows, const Incident& incident,
                                             store::ObligationId after, int limit) {
    std::vector<IncidentMember> all;
    for (const auto& document : rows.documents(incident.tenant, member_collection(incident.number),
                                               member_id(after), limit))
        all.push_back(member_of(rows, incident, document));
    return all;
}

std::int64_t count_members(store::Reading& rows, const Incident& incident) {
    std::int64_t count = 0;
    std::string after;
    for (bool more = true; more;) {
        const auto page =
            rows.documents(incident.tenant, member_collection(incident.number), after, kPage);
        more = page.size() == static_cast<std::size_t>(kPage);
        count += std::ssize(page);
        if (more) after = page.back().id;
    }
    return count;
}

IncidentFigures incident_figures(store::Reading& rows, const Incident& incident,
                                 const std::optional<IncidentGift>& gift) {
    IncidentFigures made;
    if (gift) made.to_come = IncidentSum{.kind = gift->kind, .unit = gift->unit, .extra = true};
    store::ObligationId after = 0;
    for (bool more = true; more;) {
        const auto page = incident_members(rows, incident, after, kPage);
        more = page.size() == static_cast<std::size_t>(kPage);
        for (const auto& member : page) {
            after = member.obligation.id;
            ++made.members;
            bool has_gift = false, paid = false, failed = false, open = false;
            for (const auto& view : member.payouts) {
                const bool extra = view.remedy_index == kIncidentGift;
                has_gift = has_gift || (extra && !view.payout.back);
                if (is_out(view.payout.state)) continue;
                failed = failed || view.payout.state == PayoutState::Failed;
                paid = paid || view.payout.state == PayoutState::Paid;
                open = open || !is_final(view.payout.state);
                const auto known = std::ranges::find_if(made.sums, [&](const IncidentSum& sum) {
                    return sum.extra == extra && sum.kind == view.kind && sum.unit == view.unit;
                });
                auto& sum = known != made.sums.end()
                                ? *known
                                : made.sums.emplace_back(IncidentSum{
                                      .kind = view.kind, .unit = view.unit, .extra = extra});
                add(sum, view);
            }
            const bool gift_due = gift && !has_gift && member.is_broken;
            if (gift_due) {
                ++made.to_come->payouts;
                made.to_come->amount =
                    made.to_come->amount.add(gift->amount).value_or(gift->amount);
            }
            if (failed)
                ++made.failed;
            else if (open || gift_due)
                ++made.to_do;
            else
                ++(paid ? made.compensated : made.passed_by);
        }
    }
    if (made.to_come)
        if (const auto currency = Currency::parse(gift->unit))
            if (const auto whole =
                    round_to_minor(made.to_come->amount, *currency, Rounding::HalfUp))
                made.to_come->minor = whole->minor;
    return made;
}

}  // namespace yinuo::engine
