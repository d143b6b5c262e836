// Customers sign in: a number and a one-time code, or a signed link for a session.
#include <algorithm>

#include "engine/noticing.h"
#include "engine/tenants.h"
#include "server/body.h"
#include "server/code_carrier.h"
#include "server/config.h"
#include "server/customer_access.h"
#include "server/recognise.h"
#include "server/routes.h"
#include "server/sign_in.h"
#include "server/signed_in.h"

namespace yinuo::server {
namespace {

constexpr std::int64_t kNextAfterSeconds = 60;

std::string trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\n");
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1));
}

// For who may be anybody: the companies whose promises are public.
Answer list_companies(const Call& call) {
    JsonOut items;
    for (const auto& tenant : engine::tenants(*call.things.store.read()))
        if (tenant.public_board)
            items.open('{')
                .member("name", tenant.name)
                .member("title", tenant.title)
                .member("demo", tenant.demo)
                .close('}');
    return page(call, items.text(), {});
}

// --- asking for a code ----------------------------------------------------------------------------

struct CodeWish {
    std::string tenant, number;
};
void describe(Members& in, CodeWish& into) {
    in.need("tenant", into.tenant, {.least = 1, .most = 40});
    in.need("number", into.number, {.least = 1, .most = 200});
}

Refusal too_many_codes(Millis wait) {
    const auto whole = std::to_string((wait.count + 999) / 1000);
    Refusal refusal = Error{.code = "too-many-requests",
                            .what = {"验证码要得太勤", "codes are asked for too often"},
                            .mend = {whole + " 秒后再要", "ask again in " + whole + " s"}};
    refusal.headers.emplace_back("Retry-After", whole);
    return refusal;
}

// Answered before anybody looks whose number it is: neither what is said nor how long it takes tells.
void send_code(Ticket ticket) {
    auto given = read_body<CodeWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto& call = ticket->call;
    const auto number = trimmed(given->number);
    if (const auto wait =
            call.things.delays.ask_code(given->tenant + "/" + number, call.request.remote, call.at))
        return ticket->answer(deny(too_many_codes(*wait)));
    call.things.engine.act(
        [&things = call.things, company = given->tenant,
         number](engine::Turns& turns) -> Result<void> {
            const auto tenant = engine::find_tenant(turns.rows(), company);
            if (!tenant) return {};
            const auto customer =
                customer_of_number(turns.rows(), turns.shelf(), tenant->id, number);
            send_sign_in_code(turns, things.server_key, tenant->id, customer,
                              !things.config.mail_server.empty());
            return {};
        },
        [](Result<void>) {});
    JsonOut out;
    out.open('{').member("sent_at", call.at).member("valid_seconds", kCodeLasts.count / 1000);
    out.member("next_after_seconds", kNextAfterSeconds).close('}');
    ticket->answer(http::Response::json(202, out.take()));
}

// --- signing in -----------------------------------------------------------------------------------

struct SignIn {
    std::string tenant, number, code, link;
};
void describe(Members& in, SignIn& into) {
    in.may("tenant", into.tenant, {.least = 1, .most = 40});
    in.may("number", into.number, {.least = 1, .most = 200});
    in.may("code", into.code, {.least = 1, .most = 20});
    in.may("link", into.link, {.least = 1, .most = 2000});
    const bool by_code = !into.tenant.empty() && !into.number.empty() && !into.code.empty();
    const bool any = !into.tenant.empty() || !into.number.empty() || !into.code.empty();
    if (into.link.empty() ? !by_code : any)
        in.flaw("", {.code = "missing",
                     .what = {"要么写 tenant、number、code，要么只写 link",
                              "either tenant, number and code, or link alone"}});
}

// One answer for a wrong company, number or code, and for one that is used up or too old.
Refusal bad_code() {
    return Error{.code = "bad-sign-in",
                 .what = {"号码或验证码不对，或者验证码已经过期",
                          "the number or the code is wrong, or the code is too old"},
                 .mend = {"核对一下再试，或重新要一个验证码", "try again, or ask for a new code"}};
}

http::Response begin(const Call& call, engine::Turns& turns, Session who, Instant until) {
    const auto now = call.things.clock.now();
    const auto session = begin_session(turns, who.tenant, who.customer, now, until);
    who.expires_at = until;
    return signed_in(call, turns.rows(), who, session.text.expose(), until - now);
}

void by_code(Ticket ticket, SignIn given) {
    const auto& call = ticket->call;
    const auto number = trimmed(given.number);
    const auto account = "customer/" + given.tenant + "/" + number;
    if (const auto wait = call.things.delays.attempt(account, call.request.remote, call.at))
        return ticket->answer(deny(too_many_sign_ins(*wait)));
    std::erase(given.code, ' ');
    act(ticket,
        [ticket, account, number, given = std::move(given)](engine::Turns& turns) -> Answer {
            const auto& call = ticket->call;
            const auto& things = call.things;
            const auto tenant = engine::find_tenant(turns.rows(), given.tenant);
            const auto id = tenant ? tenant->id : 0;
            const auto customer =
                tenant ? customer_of_number(turns.rows(), turns.shelf(), id, number) : 0;
            // A wrong try leaves its trace, so this refusal comes after writing.
            if (!take_sign_in_code(turns, things.server_key, id, customer, given.code) ||
                customer == 0)
                return problem_of(bad_code(), call.chinese);
            things.delays.succeeded(account);
            const Session who{.tenant = id,
                              .actor = {id, engine::customer_text(customer), {}},
                              .role = Role::Customer,
                              .may = permissions_of(Role::Customer),
                              .subjects = {},
                              .sources = {},
                              .customer = customer,
                              .token_hash = {}};
            return begin(call, turns, who, things.clock.now() + hours(kCustomerSessionHours));
        });
}

// A link from a mail becomes a cookie: it needn't stay in the address bar.
void from_link(Ticket ticket, const std::string& link) {
    const auto& call = ticket->call;
    auto who = by_link(link, call.things, call.at);
    if (!who) return ticket->answer(deny(who.error()));
    act(ticket, [ticket, who = *who](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto longest = call.things.clock.now() + hours(kSessionHours);
        return begin(call, turns, who, std::min(who.expires_at, longest));
    });
}

void sign_in(Ticket ticket) {
    auto given = read_body<SignIn>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    if (!given->link.empty()) return from_link(ticket, given->link);
    by_code(std::move(ticket), std::move(*given));
}

constexpr auto kPublic = Permission::Public;
constexpr Route kRoutes[] = {
    {"GET", "/public/companies", "listCompanies", kPublic, list_companies, 0},
    {"POST", "/api/v1/customer-codes", "sendCustomerCode", kPublic, send_code, 4096, false, 2},
    {"POST", "/api/v1/customer-sessions", "signInCustomer", kPublic, sign_in, 8192, false, 2},
};

}  // namespace

std::span<const Route> customer_access_routes() { return kRoutes; }

}  // namespace yinuo::server
