// 补救面板: an act shown before, held for ten seconds, undone until then.
#include <algorithm>

#include "base/check.h"
#include "engine/customers.h"
#include "engine/paying.h"
#include "engine/tenants.h"
#include "server/body.h"
#include "server/config.h"
#include "server/house_promises.h"
#include "server/notices.h"
#include "server/obligation_out.h"
#include "server/payout_out.h"
#include "server/reason_codes.h"
#include "server/recovery_acts.h"
#include "server/routes.h"
#include "server/shelf_desk.h"

namespace yinuo::server {
namespace {

using promise::State;
using remedy::PayoutState;

constexpr std::size_t kApologyMost = 1'000;  // characters
constexpr std::size_t kNoteMost = 1'000;

struct Wish {
    std::string cause, apology, note, choose, choice, approve;
};
void describe(Members& in, Wish& into) {
    in.may("cause", into.cause, {.least = 1, .most = 100});
    in.may("apology", into.apology, {.least = 0, .most = kApologyMost});
    in.may("note", into.note, {.least = 0, .most = kNoteMost});
    if (const auto* value = in.take("choice"); value != nullptr) {
        const auto text = [&](std::string_view name) {
            const auto* found = value->find(name);
            return found == nullptr ? std::string() : std::string(found->text);
        };
        into.choose = text("payout");
        into.choice = text("choice");
        if (into.choose.empty() || into.choice.empty() || into.choice.size() > 500)
            in.flaw("choice", {.code = "bad-choice",
                               .what = {"选择要写明是哪一笔、选什么",
                                        "a choice names the payout and what is chosen"},
                               .mend = {"写 {\"payout\":\"pay_…\",\"choice\":\"…\"}",
                                        "{\"payout\":\"pay_…\",\"choice\":\"…\"}"}});
    }
    in.may("approve", into.approve, {.least = 1, .most = 40});
}

Refusal no_obligation() { return no_such({"履约单", "obligation"}); }
Refusal no_act() { return no_such({"补救动作", "recovery act"}); }

Refusal conflict(std::string code, Text what, Text mend) {
    return Refusal({.code = std::move(code), .what = std::move(what), .mend = std::move(mend)},
                   409);
}

// What is to be done, held against how things stand.
struct Weighed {
    SeenObligation seen;
    std::optional<engine::PayoutView> choose, approve;
    std::string second;  // the role that must still agree to what is chosen; empty: nobody
};

// Whoever the policy asks for this amount.
std::string role_for(const engine::FundPolicy& policy, const engine::PayoutView& view) {
    std::string role;
    const auto& money = view.payout.money;
    for (const auto& [above, who] : policy.approvals)
        if (money && above.currency == money->currency && money->minor > above.minor) role = who;
    return role;
}

Answered<engine::PayoutView> payout_of(const Call& call, store::Reading& rows,
                                       const SeenObligation& seen, const std::string& id,
                                       PayoutState state) {
    auto view = find_payout(call, rows, id);
    if (!view || view->row.obligation != seen.row.id)
        return deny(conflict("no-such-payout",
                             {"这一单没有这笔赔付", "this obligation has no such payout"},
                             {"从列出的赔付里选", "take one of those listed"}));
    if (view->payout.state != state)
        return deny(conflict("wrong-payout-state",
                             {"这笔赔付已经是「" + remedy::describe(view->payout.state).zh + "」",
                              "this payout is by now: " + remedy::describe(view->payout.state).en},
                             {"重新看一遍再决定", "look again, then decide"}));
    return view;
}

Answered<Weighed> weigh(const Call& call, store::Reading& rows, const Wish& wish) {
    auto seen = find_obligation(rows, call.who, call.parameter("id"));
    if (!seen) return deny(no_obligation());
    Weighed made{.seen = std::move(*seen), .choose = {}, .approve = {}, .second = {}};
    const auto& row = made.seen.row;
    const auto state = static_cast<State>(row.state);
    if (state != State::Broken && !promise::is_open(state))
        return deny(conflict("nothing-to-recover",
                             {"这一单" + promise::describe(state).zh + "，没有要补救的",
                              "nothing to make good: " + promise::describe(state).en},
                             {"重新看一遍", "look again"}));
    if (waiting_act(rows, call.who.tenant, row.id))
        return deny(conflict(
            "recovery-waits",
            {"这一单刚有人补救，还没执行", "somebody has just begun to make this one good"},
            {"等几秒再看", "look again in some seconds"}));
    const auto codes = ReasonCodes::read(rows, call.who.tenant);
    if (!wish.cause.empty() && codes.find(wish.cause) == nullptr)
        return deny(Refusal({.code = "unknown-reason-code",
                             .what = {"没有这个原因编码：" + wish.cause,
                                      "there is no such reason code: " + wish.cause},
                             .mend = {"从原因编码里选", "take one of the reason codes"}}));
    const auto policy = engine::fund_policy(rows, call.who.tenant);
    if (!wish.choose.empty()) {
        if (!call.who.may.has(Permission::PayoutsChoose)) return deny(does_not_reach("agent"));
        made.choose = TRY(payout_of(call, rows, made.seen, wish.choose, PayoutState::Choosing));
        if (std::ranges::find(made.choose->choices, wish.choice) == made.choose->choices.end())
            return deny(
                conflict("no-such-choice",
                         {"没有这个选项：" + wish.choice, "this isn't offered: " + wish.choice},
                         {"从列出的选项里选", "choose one of those listed"}));
        made.second = role_for(policy, *made.choose);
    }
    if (!wish.approve.empty()) {
        made.approve = TRY(payout_of(call, rows, made.seen, wish.approve, PayoutState::Approving));
        if (!call.who.may.has(Permission::PayoutsDecide) ||
            !reaches(call.who.role, made.approve->role))
            return deny(does_not_reach(made.approve->role));
    }
    return made;
}

// --- the preview ----------------------------------------------------------------------------------

// What the promise itself says in such a case, or what anybody would.
Text apology_for(const engine::Version* version, int clause) {
    if (version != nullptr)
        for (const auto& remedy : version->promise->remedies)
            if (std::ranges::find(remedy.clauses, clause) != remedy.clauses.end() &&
                !remedy.apology.zh.empty())
                return {remedy.apology.zh,
                        remedy.apology.en.empty() ? remedy.apology.zh : remedy.apology.en};
    return {"这次没有按约定做到，让您久等了，我们向您道歉。接下来由我负责，办好为止。",
            "We did not keep our word this time and made you wait; we are sorry. I look after it "
            "from now on until it is done."};
}

std::int64_t balance(store::Reading& rows, store::TenantId tenant, std::string_view currency) {
    for (const auto& sum : rows.balances(tenant))
        if (sum.currency == currency &&
            sum.account == static_cast<std::uint8_t>(remedy::Account::Fund))
            return sum.minor;
    return 0;
}

void write_money_lines(JsonOut& out, const Call& call, store::Reading& rows,
                       const Weighed& weighed) {
    out.key("money").open('[');
    std::int64_t spent = 0;
    const auto line = [&](const std::optional<engine::PayoutView>& view, std::string_view what,
                          const std::string& waits_for) {
        if (!view || !view->payout.money) return;
        const auto& money = *view->payout.money;
        const auto before = balance(rows, call.who.tenant, money.currency.code()) - spent;
        const auto taken = waits_for.empty() ? money.minor : 0;
        spent += taken;
        out.open('{').member("payout", engine::payout_text(view->row.id)).member("what", what);
        write_money(out.key("amount"), money);
        write_money(out.key("fund_before"), {.minor = before, .currency = money.currency});
        write_money(out.key("fund_after"), {.minor = before - taken, .currency = money.currency});
        out.member("enough", before >= money.minor);
        out.member_if("waits_for", waits_for).close('}');
    };
    line(weighed.choose, "choice", weighed.second);
    line(weighed.approve, "approval", {});
    out.close(']');
}

void write_caps(JsonOut& out, const engine::FundPolicy& policy) {
    constexpr std::string_view kPeriods[] = {"month", "quarter", "year", "ever"};
    out.key("caps").open('[');
    for (const auto& [period, most] : policy.caps) {
        out.open('{').member("period", kPeriods[static_cast<std::size_t>(period)]);
        write_money(out.key("most"), most);
        out.close('}');
    }
    out.close(']').key("approvals").open('[');
    for (const auto& [above, role] : policy.approvals) {
        out.open('{').key("above");
        write_money(out, above);
        out.member("role", role).close('}');
    }
    out.close(']');
}

void write_message(JsonOut& out, const Call& call, store::Reading& rows, const Weighed& weighed,
                   const Wish& wish) {
    const auto& [row, stream] = weighed.seen;
    engine::Keys keys(call.things.keyring);
    const auto contact = stream.customer == 0
                             ? std::nullopt
                             : find_contact(rows, keys, call.who.tenant, stream.customer);
    const auto who = contact.value_or(Contact{});
    const auto tenant = engine::tenant(rows, call.who.tenant);
    RecoveryAct act{.id = "preview", .obligation = row.id, .customer = stream.customer};
    const auto now = call.things.engine_clock.now();
    const auto task = apology_task(rows, call.who.tenant, act, stream, row, now);
    Text usual;
    JsonOut remedies;  // what they are called
    auto values = call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) {
        const auto* version = shelf.find(row.version);
        usual = apology_for(version, row.clause);
        if (version != nullptr)
            for (const auto& remedy : version->promise->remedies) {
                remedies.open('{').member("name", remedy.name);
                write_text(remedies.key("title"), remedy.title);
                remedies.close('}');
            }
        return notice_values(rows, shelf,
                             {.zones = call.things.zones,
                              .company = tenant ? tenant->title : std::string(),
                              .link = {},
                              .now = now},
                             task, who);
    });
    const auto apology = wish.apology.empty() ? usual.in(who.chinese) : wish.apology;
    values.emplace_back("apology", apology);
    write_text(out.key("template"), usual);
    out.key("remedies").open('[');
    if (!remedies.text().empty()) out.raw(remedies.text());
    out.close(']');
    out.key("message").open('{').member("language", who.chinese ? "zh" : "en");
    out.member("reachable", stream.customer != 0);
    out.list("channels", task.channels);
    const auto words =
        template_of(notice_templates(rows, call.who.tenant), connect::NoticeKind::Recovery);
    const auto notice = connect::render_notice(words, values, who.chinese);
    out.member("subject", notice.subject).member("text", notice.text).close('}');
}

void preview(Ticket ticket) {
    const auto& call = ticket->call;
    const auto reading = call.things.store.read();
    if (!find_obligation(*reading, call.who, call.parameter("id")))
        return ticket->answer(deny(no_obligation()));
    const auto wish = read_body<Wish>(call.request);
    if (!wish) return ticket->answer(deny(wish.error()));
    const auto weighed = weigh(call, *reading, *wish);
    if (!weighed) return ticket->answer(deny(weighed.error()));
    JsonOut out;
    out.open('{').member("obligation", engine::obligation_text(weighed->seen.row.id));
    write_message(out, call, *reading, *weighed, *wish);
    out.key("payouts").open('[');
    for (const auto& row : reading->payouts_of(weighed->seen.row.id)) {
        const auto view = engine::open_payout(row);
        if (!view) throw store::Trouble(view.error());
        if (may_see(call, *reading, row)) write_payout(out, *view, call.who.role);
    }
    out.close(']');
    write_money_lines(out, call, *reading, *weighed);
    write_caps(out, engine::fund_policy(*reading, call.who.tenant));
    out.member_if("second_approver", weighed->second);
    out.member("undo_millis", kUndoFor.count).close('}');
    ticket->answer(ok(out));
}

// --- the act ------------------------------------------------------------------------------------

void write_act(JsonOut& out, const Call& call, const RecoveryAct& act) {
    out.open('{').member("id", act.id);
    out.member("obligation", engine::obligation_text(act.obligation));
    out.member("state", name_of(act.state));
    write_text(out.key("state_text"), describe(act.state));
    out.member("by", act.by.name.empty() ? act.by.id : act.by.name);
    out.member_if("cause", act.cause).member("says_sorry", !act.apology.empty());
    if (!act.choose.empty()) {
        out.key("choice").open('{').member("payout", act.choose);
        out.member("choice", act.choice).close('}');
    }
    out.member_if("approve", act.approve);
    out.member("made_at", act.made_at).member("due_at", act.due_at);
    out.member_if("ended_at", act.ended_at);
    const auto left =
        act.state == RecoveryAct::State::Waiting
            ? std::max<std::int64_t>(0, (act.due_at - call.things.engine_clock.now()).count)
            : 0;
    out.member("undo_left_millis", left);
    if (!act.fault.empty()) {
        out.member("fault", act.fault);
        write_text(out.key("why"), act.why);
    }
    out.close('}');
}

// In the world's time, however fast the engine's clock runs.
Millis held_for(const Call& call) {
    const auto speed = call.things.demo == nullptr ? 1 : std::max(1, call.things.config.demo_speed);
    return {kUndoFor.count * speed};
}

void begin(Ticket ticket) {
    const auto& asking = ticket->call;
    if (!find_obligation(*asking.things.store.read(), asking.who, asking.parameter("id")))
        return ticket->answer(deny(no_obligation()));
    auto wish = read_body<Wish>(asking.request);
    if (!wish) return ticket->answer(deny(wish.error()));
    act(ticket, [ticket, wish = std::move(*wish)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto tenant = call.who.tenant;
        const auto weighed = weigh(call, turns.rows(), wish);
        if (!weighed) return deny(weighed.error());
        const auto& [row, stream] = weighed->seen;
        RecoveryAct act{.id = fresh_id(turns.rows(), tenant, kRecoveryActs, turns.now()),
                        .obligation = row.id,
                        .customer = stream.customer,
                        .by = call.who.actor,
                        .cause = wish.cause,
                        .choose = wish.choose,
                        .choice = wish.choice,
                        .approve = wish.approve,
                        .made_at = turns.now(),
                        .due_at = turns.now() + held_for(call)};
        const auto sealed = [&](const std::string& text) -> Result<std::string> {
            if (text.empty()) return std::string();
            return seal_text(turns, tenant, act.customer, kRecoveryActs, act.id, text);
        };
        act.apology = TRY(sealed(wish.apology));
        act.note = TRY(sealed(wish.note));
        queue_recovery_act(turns, tenant, act);
        auto kept = put_recovery_act(turns, tenant, act);
        check(kept.has_value());  // weigh() has looked
        turns.audit(call.who.actor, "recovery.act", engine::obligation_text(row.id),
                    "\"act\":\"" + act.id + "\"");
        JsonOut out;
        write_act(out, call, act);
        return created(out, "/api/v1/recovery-acts/" + act.id, act.etag);
    });
}

std::optional<RecoveryAct> find_seen(const Call& call, store::Reading& rows) {
    auto act = find_recovery_act(rows, call.who.tenant, call.parameter("id"));
    const auto row = act ? rows.obligation(act->obligation) : std::nullopt;
    const auto stream = row ? rows.stream(row->stream) : std::nullopt;
    if (!stream || !may_see(call.who, *stream)) return std::nullopt;
    return act;
}

Answer read_act(const Call& call) {
    const auto reading = call.things.store.read();
    const auto act = find_seen(call, *reading);
    if (!act) return deny(no_act());
    JsonOut out;
    write_act(out, call, *act);
    return ok(out, act->etag);
}

void undo(Ticket ticket) {
    if (!find_seen(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_act()));
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        auto act = find_seen(call, turns.rows());
        if (!act) return deny(no_act());
        if (act->by.id != call.who.actor.id && call.who.role != Role::Owner &&
            call.who.role != Role::Manager)
            return deny(Refusal({.code = "forbidden",
                                 .what = {"只有发起的人或经理能撤销",
                                          "only who began it, or a manager, undoes it"}},
                                403));
        if (act->state != RecoveryAct::State::Waiting || turns.now() >= act->due_at)
            return deny(conflict("too-late",
                                 {"已经执行，不能撤销了", "it is carried out; it can't be undone"},
                                 {"需要更正，请另做一次补救", "to mend it, make it good anew"}));
        act->state = RecoveryAct::State::Cancelled;
        act->ended_at = turns.now();
        auto kept = put_recovery_act(turns, call.who.tenant, *act);
        check(kept.has_value());
        if (auto action = turns.rows().action(act->action)) {
            action->state = store::Action::State::Done;
            action->answer = R"({"state":"cancelled"})";
            turns.rows().put_action(*action);
        }
        turns.audit(call.who.actor, "recovery.undone", engine::obligation_text(act->obligation),
                    "\"act\":\"" + act->id + "\"");
        JsonOut out;
        write_act(out, call, *act);
        return ok(out, act->etag);
    });
}

constexpr auto kMay = Permission::FactsWrite;
constexpr Route kRoutes[] = {
    {"POST", "/api/v1/obligations/{id}/recovery/preview", "previewRecovery", kMay, preview, 16'384},
    {"POST", "/api/v1/obligations/{id}/recovery", "makeGood", kMay, begin, 16'384, true},
    {"GET", "/api/v1/recovery-acts/{id}", "readRecoveryAct", Permission::AlertsRead, read_act, 0},
    {"DELETE", "/api/v1/recovery-acts/{id}", "undoRecovery", kMay, undo, 0},
};

}  // namespace

std::span<const Route> recovery_panel_routes() { return kRoutes; }

}  // namespace yinuo::server
