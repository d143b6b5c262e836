#include "server/charges.h"

#include <algorithm>

#include "base/arena.h"
#include "engine/entry.h"
#include "engine/resting.h"
#include "remedy/remedy.h"
#include "server/obligation_out.h"
#include "server/payout_out.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

bool is_out(remedy::PayoutState state) {
    return state == remedy::PayoutState::Refused || state == remedy::PayoutState::Cancelled ||
           state == remedy::PayoutState::Expired;
}

// What of it stands: less what other payouts took back of it.
std::int64_t standing(store::Reading& reading, const engine::PayoutView& view) {
    if (is_out(view.payout.state)) return 0;
    auto minor = remedy::minor_left(view.payout);
    for (const auto& row : reading.payouts_of(view.row.obligation)) {
        const auto other = engine::open_payout(row);
        if (!other) throw store::Trouble(other.error());
        if (other->takes_back == view.row.id && !is_out(other->payout.state))
            minor -= remedy::minor_left(other->payout);
    }
    return std::max<std::int64_t>(minor, 0);
}

// Is there more to come of the lateness, or of any leg's?
bool has_settled(const promise::Promise& promise, const promise::Obligation& outer,
                 std::span<const promise::Obligation> all, Instant now) {
    if (outer.settled_at > now) return false;
    return std::ranges::none_of(all, [&](const promise::Obligation& one) {
        return promise.clauses[static_cast<std::size_t>(one.clause)].outer == outer.clause &&
               one.started_at < Instant::max() && one.settled_at > now &&
               one.state != promise::State::Void && one.state != promise::State::VoidByUs;
    });
}

std::vector<Charge> shares(const engine::Version& version, const promise::Obligation& outer,
                           std::span<const promise::Obligation> all, const Money& whole,
                           Instant now) {
    const auto& promise = *version.promise;
    std::vector<Charge> made;
    const bool settled = has_settled(promise, outer, all, now);
    for (const auto& one : remedy::charge_on(promise, outer, all, whole, now)) {
        const auto& leg = promise.clauses[static_cast<std::size_t>(one.clause)];
        if (!is_partner(leg.owner)) continue;
        auto known = std::ranges::find(made, leg.owner, &Charge::partner);
        if (known == made.end()) {
            made.push_back({.subject = {},
                            .promise = version.label,
                            .clause = promise.clauses[static_cast<std::size_t>(outer.clause)].name,
                            .legs = {},
                            .partner = leg.owner,
                            .share = {.minor = 0, .currency = whole.currency},
                            .is_settled = settled,
                            .owed_at = {}});
            known = made.end() - 1;
        }
        known->legs.push_back(leg.name);
        known->excess = known->excess + one.excess;
        known->delay = known->delay + one.delay;
        known->share.minor += one.minor;
    }
    return made;
}

}  // namespace

Recovered recovered_so_far(store::Reading& reading, store::TenantId tenant) {
    Recovered all;
    reading.entries_about(tenant, static_cast<std::uint8_t>(engine::EntryKind::Fund), 0, false,
                          [&](const store::Entry& entry) {
                              Arena memory;
                              const auto json = wire::parse_json(entry.body, memory);
                              if (!json) throw store::Trouble(json.error());
                              const auto* move = json->find("move");
                              const auto* payout = json->find("payout");
                              const auto* partner = json->find("partner");
                              const auto* minor = json->find("minor");
                              if (move == nullptr || payout == nullptr || partner == nullptr ||
                                  minor == nullptr || move->text != "recover")
                                  return true;
                              const auto id = engine::parse_payout(payout->text);
                              if (id)
                                  all[{*id, std::string(partner->text)}] +=
                                      minor->integer().value_or(0);
                              return true;
                          });
    return all;
}

std::vector<Charge> charges_of(store::Reading& reading, engine::Shelf& shelf,
                               const store::PayoutRow& row, const Recovered& recovered,
                               Instant now) {
    const auto obligation = reading.obligation(row.obligation);
    const auto stream = reading.stream(row.stream);
    const auto view = engine::open_payout(row);
    if (!view) throw store::Trouble(view.error());
    const auto* version = obligation ? shelf.find(obligation->version) : nullptr;
    if (version == nullptr || !stream || !is_subject(stream->name) || view->payout.back ||
        !view->payout.money)
        return {};
    const auto& remedies = version->promise->remedies;
    const auto index = static_cast<std::size_t>(view->remedy_index);
    if (view->remedy_index < 0 || index >= remedies.size() || !remedies[index].charged_on)
        return {};
    const Money whole{.minor = standing(reading, *view), .currency = view->payout.money->currency};
    if (whole.minor == 0) return {};

    const auto at = std::max(now, stream->turned_at);
    Arena memory;
    const auto rests = engine::subject_rests_on(reading, shelf, *stream, {.now = at}, memory);
    promise::Folding folding(shelf.names(), memory);
    std::vector<promise::Obligation> all;
    promise::fold_subject(*version->promise, rests.facts, at, folding, all);
    const auto outer = std::ranges::find_if(all, [&](const promise::Obligation& one) {
        return one.clause == obligation->clause && one.occurrence == obligation->occurrence;
    });
    if (outer == all.end()) return {};
    auto made = shares(*version, *outer, all, whole, at);
    for (auto& charge : made) {
        charge.payout = row.id;
        charge.obligation = row.obligation;
        charge.stream = row.stream;
        charge.subject = stream->name;
        charge.payout_state = view->payout.state;
        charge.owed_at = view->owed_at;
        const auto back = recovered.find({row.id, charge.partner});
        if (back != recovered.end()) charge.recovered = back->second;
    }
    return made;
}

void write_charge(JsonOut& out, const Charge& charge) {
    const auto money = [&](std::string_view name, std::int64_t minor) {
        write_money(out.key(name), {.minor = minor, .currency = charge.share.currency});
    };
    out.open('{').member("payout", engine::payout_text(charge.payout));
    out.member("obligation", engine::obligation_text(charge.obligation));
    out.member("subject", charge.subject).member("promise", charge.promise);
    out.member("clause", charge.clause).list("legs", charge.legs);
    out.member("partner", charge.partner).member("state", charge.is_open() ? "open" : "recovered");
    out.member("excess", to_string(charge.excess)).member("delay", to_string(charge.delay));
    money("share", charge.share.minor);
    money("recovered", charge.recovered);
    money("left", charge.left());
    out.member("settled", charge.is_settled);
    out.member("payout_state", remedy::name_of(charge.payout_state));
    out.member("owed_at", charge.owed_at).close('}');
}

}  // namespace yinuo::server
