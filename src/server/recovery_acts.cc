#include "server/recovery_acts.h"

#include <algorithm>

#include "base/arena.h"
#include "engine/entry.h"
#include "engine/paying.h"
#include "server/house_promises.h"
#include "server/obligation_out.h"
#include "server/recovery_carrier.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

using State = RecoveryAct::State;

constexpr std::string_view kStates[] = {"waiting", "cancelled", "done", "failed"};
constexpr std::string_view kApologyEvent = "recovery.apology";
constexpr std::string_view kSaidAct = "recovery_act";  // member of the event: which act

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}

std::int64_t number_of(const wire::Json& json, std::string_view name, std::int64_t otherwise = 0) {
    const auto* found = json.find(name);
    return found == nullptr ? otherwise : found->integer().value_or(otherwise);
}

std::string waiting_key(store::ObligationId id) { return "waiting/" + engine::obligation_text(id); }

std::optional<RecoveryAct> read_act(const store::Document& document) {
    Arena memory;
    const auto json = wire::parse_json(document.body, memory);
    if (!json) return std::nullopt;
    const auto state = std::ranges::find(kStates, text_of(*json, "state"));
    if (state == std::end(kStates)) return std::nullopt;
    RecoveryAct act{.id = document.id,
                    .obligation = number_of(*json, "obligation"),
                    .customer = number_of(*json, "customer"),
                    .by = {.tenant = document.tenant,
                           .id = text_of(*json, "by"),
                           .name = text_of(*json, "by_name")},
                    .state = static_cast<State>(state - std::begin(kStates)),
                    .cause = text_of(*json, "cause"),
                    .apology = text_of(*json, "apology"),
                    .note = text_of(*json, "note"),
                    .choose = text_of(*json, "choose"),
                    .choice = text_of(*json, "choice"),
                    .approve = text_of(*json, "approve"),
                    .made_at = {number_of(*json, "made_at")},
                    .due_at = {number_of(*json, "due_at")},
                    .action = number_of(*json, "action"),
                    .fault = text_of(*json, "fault"),
                    .why = {text_of(*json, "why_zh"), text_of(*json, "why_en")},
                    .etag = document.version};
    act.ended_at = {number_of(*json, "ended_at", Instant::max().millis)};
    return act;
}

std::string json_of(const RecoveryAct& act) {
    JsonOut out;
    out.open('{').member("obligation", act.obligation).member("customer", act.customer);
    out.member("by", act.by.id).member("by_name", act.by.name);
    out.member("state", name_of(act.state)).member("cause", act.cause);
    out.member("apology", act.apology).member("note", act.note).member("choose", act.choose);
    out.member("choice", act.choice).member("approve", act.approve);
    out.member("made_at", act.made_at.millis).member("due_at", act.due_at.millis);
    if (act.ended_at < Instant::max()) out.member("ended_at", act.ended_at.millis);
    out.member("action", act.action).member("fault", act.fault);
    out.member("why_zh", act.why.zh).member("why_en", act.why.en);
    return out.close('}').take();
}

// Money first: what is refused there stops the rest, and nothing was written by it.
Result<void> settle_payouts(engine::Turns& turns, const RecoveryAct& act) {
    using Step = remedy::PayoutStep;
    if (!act.choose.empty()) {
        const auto id = TRY(engine::parse_payout(act.choose));
        auto done =
            engine::take_step(turns, act.by, id, {.step = Step::Choose, .text = act.choice});
        if (!done) return refuse(std::move(done.error()));
    }
    if (!act.approve.empty()) {
        const auto id = TRY(engine::parse_payout(act.approve));
        auto done = engine::take_step(turns, act.by, id, {.step = Step::Approve});
        if (!done) return refuse(std::move(done.error()));
    }
    return {};
}

// Why it broke, as a fact about the subject; of when it was so, for reports by cause.
void tell_cause(engine::Turns& turns, const RecoveryAct& act, const store::Stream& stream,
                const store::ObligationRow& row) {
    if (act.cause.empty() || !is_subject(stream.name)) return;
    JsonOut fields;
    fields.open('{').member("cause", act.cause).member("by", act.by.id);
    fields.member("obligation", engine::obligation_text(row.id)).close('}');
    (void)report_own(turns, stream.tenant,
                     {.id = "recovery-act/" + act.id + "/cause",
                      .kind = "breach.coded",
                      .subject = stream.name,
                      .fields = inner(fields)},
                     std::min(turns.now(), row.settled_at));
}

// The clocks of what follows a breach, where the company has promised any.
void tell_recovery(engine::Turns& turns, const RecoveryAct& act) {
    const auto subject = recovery_subject(engine::obligation_text(act.obligation));
    if (!turns.rows().find_stream(act.by.tenant, subject)) return;
    const auto tell = [&](std::string_view kind, std::string_view name) {
        JsonOut fields;
        fields.open('{').member("by", act.by.id).close('}');
        (void)report_own(turns, act.by.tenant,
                         {.id = "recovery-act/" + act.id + "/" + std::string(name),
                          .kind = kind,
                          .subject = subject,
                          .fields = inner(fields)},
                         turns.now());
    };
    tell("recovery.planned", "planned");
    if (!act.choose.empty() || !act.approve.empty()) tell("recovery.made-good", "made-good");
}

void apologise(engine::Turns& turns, const RecoveryAct& act, const store::Stream& stream,
               const store::ObligationRow& row) {
    if (act.apology.empty() || act.customer == 0) return;
    engine::queue_notice(
        turns.rows(), stream.tenant,
        apology_task(turns.rows(), stream.tenant, act, stream, row, turns.now()), stream.name,
        engine::notice_rules(turns.rows(), stream.tenant).merge_minutes, turns.now());
}

void carry_out(engine::Turns& turns, RecoveryAct& act) {
    const auto row = turns.rows().obligation(act.obligation);
    const auto stream = row ? turns.rows().stream(row->stream) : std::nullopt;
    act.ended_at = turns.now();
    act.state = State::Failed;
    if (!stream) return;
    if (auto settled = settle_payouts(turns, act); !settled) {
        act.fault = settled.error().code;
        act.why = settled.error().what;
        return;
    }
    act.state = State::Done;
    tell_cause(turns, act, *stream, *row);
    apologise(turns, act, *stream, *row);
    tell_recovery(turns, act);
}

}  // namespace

std::string_view name_of(State state) { return kStates[static_cast<std::size_t>(state)]; }

Text describe(State state) {
    switch (state) {
        case State::Waiting: return {"即将执行，可撤销", "about to be carried out, can be undone"};
        case State::Cancelled: return {"已撤销", "undone"};
        case State::Done: return {"已执行", "carried out"};
        case State::Failed: return {"没有执行成", "couldn't be carried out"};
    }
    return {};
}

std::optional<RecoveryAct> find_recovery_act(store::Reading& rows, store::TenantId tenant,
                                             std::string_view id) {
    const auto document = rows.document(tenant, kRecoveryActs, id);
    return document ? read_act(*document) : std::nullopt;
}

std::optional<RecoveryAct> waiting_act(store::Reading& rows, store::TenantId tenant,
                                       store::ObligationId obligation) {
    const auto document = rows.document_by_key(tenant, kRecoveryActs, waiting_key(obligation));
    return document ? read_act(*document) : std::nullopt;
}

Result<void> put_recovery_act(engine::Turns& turns, store::TenantId tenant, RecoveryAct& act) {
    const bool waits = act.state == State::Waiting;
    if (turns.rows().put_document({.tenant = tenant,
                                   .collection = std::string(kRecoveryActs),
                                   .id = act.id,
                                   .version = act.etag + 1,
                                   .key = waits ? waiting_key(act.obligation) : std::string(),
                                   .body = json_of(act)})) {
        ++act.etag;
        return {};
    }
    return refuse(
        {.code = "recovery-waits",
         .what = {"这一单刚有人补救，还没执行", "somebody has just begun to make this one good"},
         .mend = {"等几秒再看，或请他撤销",
                  "look again in some seconds, or ask them to "
                  "undo it"}});
}

void queue_recovery_act(engine::Turns& turns, store::TenantId tenant, RecoveryAct& act) {
    JsonOut body;
    body.open('{').member("act", act.id).close('}');
    act.action = turns.rows().put_action({.tenant = tenant,
                                          .topic = std::string(kRecoveryActTopic),
                                          .key = "recovery-act/" + act.id,
                                          .target = std::string(kRecoveryActTopic),
                                          .cause = turns.rows().last_position(),
                                          .due_at = act.due_at,
                                          .body = body.take(),
                                          .answer = {}});
}

engine::NoticeTask apology_task(store::Reading& rows, store::TenantId tenant,
                                const RecoveryAct& act, const store::Stream& stream,
                                const store::ObligationRow& row, Instant now) {
    std::vector<std::string> channels = {"mail", "page"};
    const auto rules = engine::notice_rules(rows, tenant);
    for (const auto event : {std::string_view("obligation.broken"), kApologyEvent})
        for (const auto& rule : rules.rules)
            if (rule.event == event && !rule.channels.empty()) channels = rule.channels;
    return {.customer = act.customer,
            .notice = "recovery",
            .subject = stream.name,
            .channels = channels,
            .events = {{.type = std::string(kApologyEvent),
                        .obligation = engine::obligation_text(row.id),
                        .payout = {},
                        .at = now,
                        .cause = row.position,
                        .said = {{std::string(kSaidAct), act.id}}}}};
}

std::string apology_of(store::Reading& rows, engine::Keys& keys, store::TenantId tenant,
                       const engine::NoticeTask& task) {
    for (const auto& event : task.events)
        for (const auto& [name, id] : event.said) {
            if (name != kSaidAct) continue;
            const auto act = find_recovery_act(rows, tenant, id);
            if (!act || act->apology.empty()) continue;
            return open_text(rows, keys, tenant, act->customer, kRecoveryActs, id, act->apology)
                .value_or("");
        }
    return {};
}

void RecoveryActCarrier::carry(store::Reading&, const store::Action&, Done done) {
    done([](engine::Turns& turns, store::Action one) {
        Arena memory;
        const auto json = wire::parse_json(one.body, memory);
        auto act = json ? find_recovery_act(turns.rows(), one.tenant, text_of(*json, "act"))
                        : std::nullopt;
        one.state = store::Action::State::Done;
        if (act && act->state == State::Waiting) {
            carry_out(turns, *act);
            one.answer = "{\"state\":\"" + std::string(name_of(act->state)) + "\"}";
            (void)put_recovery_act(turns, one.tenant, *act);
            turns.audit(act->by, "recovery." + std::string(name_of(act->state)),
                        engine::obligation_text(act->obligation), "\"act\":\"" + act->id + "\"");
        }
        turns.rows().put_action(one);
    });
}

}  // namespace yinuo::server
