#include "server/payout_carrier.h"

#include <algorithm>

#include "base/utf8.h"
#include "engine/entry.h"
#include "engine/noticing.h"
#include "engine/paying.h"
#include "server/connectors.h"
#include "server/sandbox.h"

namespace yinuo::server {
namespace {

using connect::PayoutSaid;
using connect::Then;
using remedy::PayoutState;
using remedy::PayoutStep;
using State = store::Action::State;

constexpr std::size_t kTextMost = 500;            // bytes, of a step's text
constexpr std::string_view kByNotice = "notice";  // a gift that is words alone: an apology
constexpr int kNoticesLookedAt = 200;
constexpr std::string_view kSandbox = "sandbox";
constexpr int kSandboxAtOnce = 256;
constexpr Millis kToldWithin = seconds(60);  // no longer do orders wait for a notice

engine::Actor system_of_tenant(store::TenantId tenant) {
    return {.tenant = tenant, .id = "system", .name = "system"};
}

// At most kTextMost bytes, never half a character.
std::string cut(std::string text) {
    std::size_t end = 0;
    while (end < text.size()) {
        const auto length =
            std::max<std::size_t>(utf8_length(std::string_view(text).substr(end)), 1);
        if (end + length > kTextMost) break;
        end += length;
    }
    text.resize(end);
    return text;
}

std::string words_of(const connect::PayoutAnswer& said) {
    std::string text = said.why.zh + " / " + said.why.en;
    if (!said.reason.empty()) text += ": " + said.reason;
    return cut(std::move(text));
}

void fail(engine::Turns& turns, const store::Action& action, std::string why) {
    if (const auto id = engine::parse_payout(action.key))
        (void)engine::take_step(turns, system_of_tenant(action.tenant), *id,
                                {.step = PayoutStep::Fail, .text = std::move(why)});
}

bool confirm(engine::Turns& turns, store::TenantId tenant, store::PayoutId id) {
    return engine::take_step(turns, system_of_tenant(tenant), id, {.step = PayoutStep::Confirm})
        .has_value();
}

// What isn't answered for good is asked again under the same key.
connect::Next later(engine::Turns& turns, const store::Action& action,
                    const connect::PayoutAnswer& said) {
    return connect::next_attempt(action.attempts + 1,
                                 {.status = 503, .retry_after = said.retry_after},
                                 chance(turns.entropy()));
}

Carrier::Outcome answered(store::PayoutId id, connect::PayoutAnswer said, int status) {
    return [id, said = std::move(said), status](engine::Turns& turns, store::Action action) {
        Attempt attempt{.fault = said.fault.empty() ? "none" : said.fault, .status = status};
        std::string why = words_of(said);
        switch (said.said) {
            case PayoutSaid::Paid:
                if (confirm(turns, action.tenant, id)) break;
                attempt.next.then = Then::Dead;
                attempt.fault = "paid-after-all";
                break;
            case PayoutSaid::Accepted:
                attempt.next = later(turns, action, said);
                why = "没有等到支付确认 / no confirmation came";
                break;
            case PayoutSaid::TryAgain: attempt.next = later(turns, action, said); break;
            case PayoutSaid::Refused:
            case PayoutSaid::NeedsPerson: attempt.next.then = Then::Dead; break;
        }
        if (attempt.next.then == Then::Dead && attempt.fault != "paid-after-all")
            fail(turns, action, std::move(why));
        write_attempt(turns, std::move(action), attempt);
    };
}

// Nobody need be told: it is somebody else's turn, or it was all over.
Carrier::Outcome over(std::string_view why) {
    return [why = std::string(why)](engine::Turns& turns, store::Action action) {
        action.state = State::Done;
        action.answer = "{\"fault\":\"" + why + "\"}";
        turns.rows().put_action(action);
    };
}

Carrier::Outcome hopeless(std::string_view fault, Text why) {
    return [fault = std::string(fault), why = why.zh + " / " + why.en](engine::Turns& turns,
                                                                       store::Action action) {
        fail(turns, action, why);
        write_attempt(turns, std::move(action), {.next = {.then = Then::Dead}, .fault = fault});
    };
}

// What became of the notices that tell this customer of the obligation: the best of it.
std::optional<State> told_of(store::Reading& reading, const store::PayoutRow& row) {
    const std::string mine = '"' + engine::obligation_text(row.obligation) + '"';
    for (const auto state : {State::Done, State::Waiting, State::Dead})
        for (const auto& action : reading.actions(row.tenant, engine::customer_text(row.customer),
                                                  state, 0, kNoticesLookedAt))
            if (action.topic == engine::kNoticeTopic && action.body.contains(mine)) return state;
    return std::nullopt;
}

// An apology is given by being said.
Carrier::Outcome said_by_notice(store::Reading& reading, const store::PayoutRow& row, Instant now) {
    const auto told = told_of(reading, row);
    if (!told) return over("waits-for-person");
    if (*told == State::Dead)
        return hopeless("unreachable", {"联系不上客户，请人工致歉",
                                        "the customer can't be reached: a person "
                                        "should say it"});
    if (*told == State::Waiting)
        return [now](engine::Turns& turns, store::Action action) {
            action.due_at = now + minutes(1);
            turns.rows().put_action(action);
        };
    return [id = row.id](engine::Turns& turns, store::Action action) {
        if (!confirm(turns, action.tenant, id)) return over("not-to-be-sent")(turns, action);
        write_attempt(turns, std::move(action), {.next = {.then = Then::Done}});
    };
}

// Is the customer just being told of something?
bool hears_first(store::Reading& reading, const store::PayoutRow& row, Instant now) {
    for (const auto& action : reading.actions(row.tenant, engine::customer_text(row.customer),
                                              State::Waiting, 0, kNoticesLookedAt))
        if (action.topic == engine::kNoticeTopic && action.attempts == 0 && action.due_at <= now &&
            action.due_at > now - kToldWithin)
            return true;
    return false;
}

connect::PayoutOrder order_of(const engine::PayoutView& view, std::string customer) {
    const auto& payout = view.payout;
    return {.id = engine::payout_text(view.row.id),
            .kind = view.kind,
            .unit = view.unit,
            .amount = payout.amount,
            .money = payout.money,
            .payee = view.payee,
            .customer = std::move(customer),
            .subject = view.subject,
            .promise = view.promise,
            .remedy = view.remedy,
            .reason = payout.choice,
            .back = payout.back};
}

}  // namespace

// One attempt on its way.
struct PayoutCarrier::Order {
    store::Action action;
    store::PayoutId id = 0;
    Connector connector;
    Done done;
    bool wanted = false;  // it may be sent
    connect::PayoutOrder order = {};
};

std::string_view PayoutCarrier::topic() const { return engine::kPayoutTopic; }

// The sandbox answers in this process: what is on its way waits for commits alone, and many share one.
int PayoutCarrier::at_once(const store::Action& action) const {
    return action.target == kSandbox ? kSandboxAtOnce : Carrier::at_once(action);
}

void PayoutCarrier::carry(store::Reading& reading, const store::Action& action, Done done) {
    const auto id = engine::parse_payout(action.key);
    const auto row = id ? reading.payout(*id) : std::nullopt;
    if (!row || row->tenant != action.tenant) return done(over("no-payout"));
    const auto now = ground_.clock.now();
    if (action.target == kByNotice) return done(said_by_notice(reading, *row, now));
    if (hears_first(reading, *row, now)) return done({});
    const auto kept = find_connector(reading, action.tenant, action.target);
    if (!kept)
        return done(hopeless("no-connector", {"没有这个支付渠道：" + action.target,
                                              "there is no such connector: " + action.target}));
    const auto kind = kept->connector.kind;
    if (kind == Connector::Kind::Csv || kind == Connector::Kind::Hand)
        return done(over("waits-for-person"));
    const auto order = std::make_shared<Order>(
        Order{.action = action, .id = *id, .connector = kept->connector, .done = std::move(done)});
    ground_.engine.act(
        [order](engine::Turns& turns) -> Result<void> {
            const auto view = engine::take_step(turns, system_of_tenant(order->action.tenant),
                                                order->id, {.step = PayoutStep::Send});
            if (!view || view->payout.state != PayoutState::Sent) return {};
            const auto customer = turns.rows().customer(view->row.customer);
            order->order = order_of(*view, customer ? customer->handle : std::string());
            order->wanted = true;
            return {};
        },
        [this, order](const Result<void>& sent) {
            if (!sent) return order->done({});
            if (!order->wanted) return order->done(over("not-to-be-sent"));
            send(order);
        });
}

void PayoutCarrier::send(const std::shared_ptr<Order>& order) {
    if (order->connector.kind == Connector::Kind::Http) return send_http(order);
    send_sandbox(order);
}

void PayoutCarrier::send_http(const std::shared_ptr<Order>& order) {
    const auto system = system_of(order->connector, ground_.server_key);
    if (!system)
        return order->done(hopeless(
            "unsendable", {"渠道的密钥打不开", "the connector's secrets can't be opened"}));
    const bool taken = ground_.courier.deliver(
        connect::payout_delivery(order->order, *system, ground_.wall.now()),
        [order](const connect::Outcome& outcome) {
            // We broke it off ourselves: nobody knows how it went, and it is sent again.
            if (outcome.fault == connect::Fault::Stopped) return order->done({});
            order->done(answered(order->id, connect::read_payout_answer(order->order, outcome),
                                 outcome.status));
        });
    if (!taken) order->done({});
}

void PayoutCarrier::send_sandbox(const std::shared_ptr<Order>& order) {
    const auto said = std::make_shared<SandboxSaid>();
    ground_.engine.act(
        [order, said](engine::Turns& turns) -> Result<void> {
            *said = tell_sandbox(turns, order->action.tenant, order->connector, order->order);
            return {};
        },
        [this, order, said](const Result<void>& told) {
            if (!told) return order->done({});
            if (said->twice)
                ground_.engine.act(
                    [order](engine::Turns& turns) -> Result<void> {
                        confirm(turns, order->action.tenant, order->id);
                        return {};
                    },
                    [](const Result<void>&) {});
            order->done(answered(order->id,
                                 connect::read_payout_answer(order->order, said->outcome),
                                 said->outcome.status));
        });
}

}  // namespace yinuo::server
