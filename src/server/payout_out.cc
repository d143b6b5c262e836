#include "server/payout_out.h"

#include "engine/entry.h"
#include "server/obligation_out.h"
#include "server/shelf_desk.h"

namespace yinuo::server {
namespace {

bool is_charged_on(const Call& call, store::Reading& reading, const store::PayoutRow& row) {
    const auto obligation = reading.obligation(row.obligation);
    const auto view = engine::open_payout(row);
    if (!obligation || !view) return false;
    return call.things.shelves.use(call.who.tenant, [&](const engine::Shelf& shelf) {
        const auto* version = shelf.find(obligation->version);
        if (version == nullptr) return false;
        const auto& remedies = version->promise->remedies;
        const auto index = static_cast<std::size_t>(view->remedy_index);
        return index < remedies.size() && remedies[index].charged_on;
    });
}

}  // namespace

bool may_see(const Call& call, store::Reading& reading, const store::PayoutRow& row) {
    if (row.tenant != call.who.tenant) return false;
    const auto stream = reading.stream(row.stream);
    if (!stream || !may_see(call.who, *stream)) return false;
    return call.who.role != Role::Partner || is_charged_on(call, reading, row);
}

Answered<engine::PayoutView> find_payout(const Call& call, store::Reading& reading,
                                         std::string_view id) {
    const auto number = engine::parse_payout(id);
    const auto row = number ? reading.payout(*number) : std::nullopt;
    if (!row || !may_see(call, reading, *row)) return deny(no_such({"赔付", "payout"}));
    return TRY(engine::open_payout(*row));
}

std::string amount_text(std::int64_t minor, std::string_view currency) {
    const auto known = Currency::parse(currency);
    return Money{.minor = minor, .currency = known.value_or(Currency())}.amount().to_string();
}

void write_money(JsonOut& out, const Money& money) {
    out.open('{').member("minor", money.minor).member("amount", money.amount().to_string());
    out.member("currency", money.currency.code()).close('}');
}

void write_payout(JsonOut& out, const engine::PayoutView& view, Role reader) {
    const auto& payout = view.payout;
    const bool inside = reader != Role::Customer && reader != Role::Partner;
    out.open('{').member("id", engine::payout_text(view.row.id));
    out.member("obligation", engine::obligation_text(view.row.obligation));
    out.member("subject", shown_name(view.subject)).member("promise", view.promise);
    out.member("remedy", view.remedy).member("kind", view.kind);
    out.member("state", remedy::name_of(payout.state));
    write_text(out.key("state_text"), remedy::describe(payout.state));
    out.member("amount", payout.amount.to_string()).member_if("unit", view.unit);
    if (payout.money) write_money(out.key("money"), *payout.money);
    if (view.owed != payout.amount) out.member("owed", view.owed.to_string());
    if (!view.choices.empty()) out.list("choices", view.choices);
    out.member_if("choice", payout.choice).member_if("expires_at", payout.expires_at);
    out.member_if("payee", view.payee);
    if (payout.back) out.member("back", true);
    if (view.takes_back != 0) out.member("takes_back", engine::payout_text(view.takes_back));
    if (view.statutory) out.member("statutory", true);
    out.member_if("why", view.why);
    if (inside) {
        out.member_if("connector", view.connector).member_if("role", view.role);
        out.member_if("by", view.by);
        if (view.row.customer != 0)
            out.member("customer", "cus_" + std::to_string(view.row.customer));
        if (view.row.incident != 0) out.member("incident", view.row.incident);
    }
    out.member("owed_at", view.owed_at).member("changed_at", view.changed_at);
    out.member("position", view.row.position).close('}');
}

bool reaches(Role role, std::string_view asked) {
    if (role == Role::Owner) return true;
    if (role == Role::Manager) return asked != name_of(Role::Owner);
    return (role == Role::Agent || role == Role::SecondLine) && asked == name_of(role);
}

Refusal does_not_reach(std::string_view asked) {
    const std::string role(asked.empty() ? name_of(Role::Manager) : asked);
    return Error{.code = "forbidden",
                 .what = {"这笔赔付要由 " + role + " 或更高的角色决定",
                          "this payout is for a person of the role " + role + ", or above"},
                 .mend = {"请这样的人登录后来批；程序的密钥不能批",
                          "ask one of them to sign in and decide; an API key can't"}};
}

}  // namespace yinuo::server
