#include "server/demo_sign_in.h"

#include <algorithm>

#include "demo/demo.h"
#include "engine/noticing.h"
#include "engine/tenants.h"
#include "promise/obligation.h"
#include "server/body.h"
#include "server/config.h"
#include "server/recognise.h"
#include "server/sign_in.h"
#include "server/signed_in.h"
#include "server/users.h"
#include "vault/link.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kDoors[] = {"owner",   "manager", "agent",   "second_line",
                                       "partner", "auditor", "customer"};
constexpr int kLookedAt = 50;

std::optional<engine::Tenant> company_of(store::Reading& rows, std::string_view name) {
    const auto& all = demo::companies();
    if (std::ranges::find(all, name, &demo::CompanyPlan::name) == all.end()) return std::nullopt;
    auto tenant = engine::find_tenant(rows, name);
    if (!tenant || !tenant->demo) return std::nullopt;
    return tenant;
}

store::CustomerId first_customer(store::Reading& rows, const store::ObligationQuery& query) {
    for (const auto& row : rows.obligations(query)) {
        const auto stream = rows.stream(row.stream);
        const auto customer =
            stream && stream->customer != 0 ? rows.customer(stream->customer) : std::nullopt;
        if (customer && customer->erased_at >= Instant::max()) return customer->id;
    }
    return 0;
}

struct Wish {
    std::string company, role;
};
void describe(Members& in, Wish& into) {
    in.need("company", into.company, {.least = 1, .most = 40});
    in.need_word("role", into.role, kDoors);
}

Answer step_in(const Call& call, engine::Turns& turns, const Wish& wish) {
    auto& rows = turns.rows();
    const auto tenant = company_of(rows, wish.company);
    if (!tenant) return deny(no_such({"演示企业", "company of the demo"}));
    const auto now = call.things.clock.now();
    Session who{.tenant = tenant->id};
    const auto lasts = hours(wish.role == "customer" ? kCustomerSessionHours : kSessionHours);
    who.expires_at = now + lasts;
    if (wish.role == "customer") {
        who.customer = demo_customer(rows, tenant->id, turns.now());
        if (who.customer == 0) return deny(no_such({"客户", "customer"}));
        who.role = Role::Customer;
        who.actor = {tenant->id, engine::customer_text(who.customer), {}};
        who.may = permissions_of(who.role);
        const auto session = begin_session(turns, tenant->id, who.customer, now, who.expires_at);
        return signed_in(call, rows, who, session.text.expose(), lasts);
    }
    const auto kept = user_by_login(rows, tenant->id, wish.role);
    if (!kept || kept->user.disabled) return deny(no_such({"用户", "user"}));
    const auto& user = kept->user;
    who.role = user.role;
    who.actor = {tenant->id, user.id, user.title};
    who.may = permissions_of(who.role);
    const auto session = begin_session(turns, tenant->id, user, now);
    return signed_in(call, rows, who, session.text.expose(), lasts);
}

}  // namespace

bool demo_is_open(const Things& things) {
    return things.demo != nullptr && things.config.mail_server.empty() &&
           !things.config.private_webhooks;
}

std::span<const std::string_view> demo_roles() { return kDoors; }

store::CustomerId demo_customer(store::Reading& rows, store::TenantId tenant, Instant now) {
    constexpr auto word = [](promise::State state) { return static_cast<std::uint8_t>(state); };
    const auto waiting = first_customer(
        rows, {.tenant = tenant,
               .states = {word(promise::State::Running), word(promise::State::AtRisk)},
               .due_from = now,
               .limit = kLookedAt});
    if (waiting != 0) return waiting;
    return first_customer(rows, {.tenant = tenant, .latest_first = true, .limit = kLookedAt});
}

std::string demo_customer_page(const Things& things, store::Reading& rows,
                               std::string_view company) {
    const auto tenant = demo_is_open(things) ? company_of(rows, company) : std::nullopt;
    const auto customer = tenant ? demo_customer(rows, tenant->id, things.engine_clock.now()) : 0;
    if (customer == 0) return {};
    // Of whole hours, so that a page that asks for itself again doesn't change by it.
    const auto until = (things.clock.now().millis / hours(1).count + 24) * hours(1).count;
    const auto link =
        vault::sign_link(link_key(things), {.tenant = std::to_string(tenant->id),
                                            .subject = engine::customer_text(customer),
                                            .purpose = std::string(kViewPurpose),
                                            .expires_at = until});
    return link ? "/#" + *link : std::string();
}

void sign_in_to_demo(Ticket ticket) {
    const auto& call = ticket->call;
    if (!demo_is_open(call.things))
        return ticket->answer(deny(no_such({"敞开的演示", "demo with open doors"})));
    auto given = read_body<Wish>(call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, wish = std::move(*given)](engine::Turns& turns) -> Answer {
        return step_in(ticket->call, turns, wish);
    });
}

}  // namespace yinuo::server
