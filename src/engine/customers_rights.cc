// What a customer may ask for: everything we know about them, and that we forget it.
#include "engine/canonical_json.h"
#include "engine/customers.h"
#include "engine/evidence.h"
#include "engine/paying.h"
#include "wire/feel_json.h"

namespace yinuo::engine {
namespace {

constexpr std::size_t kReasonMost = 500;
constexpr std::string_view kClaims[] = {"", "claimed", "confirmed", "rejected"};
constexpr std::string_view kExcuses[] = {"", "withheld", "released", "waived"};

Error nobody() {
    return {.code = "no-customer",
            .what = {"没有这位客户：编号不对，或资料已经删除",
                     "nobody is known under this name: it is another one, or they were erased"}};
}

// Writes items of a JSON array with the commas between.
class Items {
public:
    explicit Items(std::string& out) : out_(out) { out_ += '['; }
    std::string& next() {
        if (!first_) out_ += ',';
        first_ = false;
        return out_;
    }
    void close() { out_ += ']'; }

private:
    std::string& out_;
    bool first_ = true;
};

void append_fields(std::string& out, std::span<const Field> fields) {
    out += '{';
    for (const auto& field : fields) {
        if (&field != fields.data()) out += ',';
        append_canonical_text(out, field.name);
        out += ':';
        wire::append_feel(out, field.value, wire::FeelSpelling::Plain);
    }
    out += '}';
}

void append_fact(std::string& out, const LoggedFact& fact, Instant received,
                 std::string_view personal) {
    CanonicalObject object(out);
    object.instant("at", fact.at);
    if (fact.change != promise::Change::Report)
        object.text("change", fact.change == promise::Change::Correct ? "correct" : "retract");
    append_fields(object.member("fields"), fact.fields);
    if (!fact.id.empty()) object.text("id", fact.id);
    object.text("kind", fact.kind);
    if (!personal.empty()) object.member("personal") += personal;
    object.instant("received", received);
    object.close();
}

void append_obligation(std::string& out, store::Reading& rows, const Shelf& shelf,
                       const store::ObligationRow& row) {
    const Version* version = shelf.find(row.version);
    CanonicalObject object(out);
    Items alerts(object.member("alerts"));
    for (const auto& alert : rows.alerts_of(row.id)) {
        CanonicalObject one(alerts.next());
        one.instant("acknowledged", alert.acknowledged_at);
        one.instant("raised", alert.raised_at);
        one.text("what", alert.warning < 0 ? "breach" : "warning");
        one.close();
    }
    alerts.close();
    object.instant("broken", row.broken_at);
    if (row.claim != 0) object.text("claim", kClaims[row.claim]);
    if (version != nullptr)
        object.text("clause", version->promise->clauses[static_cast<std::size_t>(row.clause)].name);
    object.instant("due", row.due_at);
    if (row.excuse != 0) object.text("excuse", kExcuses[row.excuse]);
    object.text("obligation", obligation_text(row.id));
    object.number("occurrence", row.occurrence);
    if (version != nullptr) object.text("promise", version->label);
    object.instant("settled", row.settled_at);
    object.instant("started", row.started_at);
    object.text("state", promise::name_of(static_cast<promise::State>(row.state)));
    object.close();
}

void append_evidence(std::string& out, store::Reading& rows, Keys& keys,
                     const store::Stream& stream) {
    Items files(out);
    for (const auto& one : evidence_of(rows, &keys, stream)) {
        CanonicalObject file(files.next());
        file.instant("at", one.at);
        file.text("by", one.by);
        file.text("evidence", evidence_text(one.position));
        file.text("media_type", one.media_type);
        if (!one.name.empty()) file.text("name", one.name);
        file.text("sha256", one.sha256);
        file.number("size", one.size);
        file.close();
    }
    files.close();
}

void append_payouts(std::string& out, store::Reading& rows, store::CustomerId customer) {
    Items payouts(out);
    for (const auto& row : rows.payouts_of_customer(customer)) {
        const auto view = open_payout(row);
        if (!view) continue;
        const auto& payout = view->payout;
        CanonicalObject one(payouts.next());
        one.text("amount", payout.amount.to_string());
        if (payout.back) one.truth("back", true);
        one.instant("changed", view->changed_at);
        if (!payout.choice.empty()) one.text("choice", payout.choice);
        one.text("kind", view->kind);
        one.text("obligation", obligation_text(row.obligation));
        one.instant("owed", view->owed_at);
        if (!view->payee.empty()) one.text("payee", view->payee);
        one.text("payout", payout_text(row.id));
        one.text("promise", view->promise);
        one.text("remedy", view->remedy);
        one.text("state", remedy::name_of(payout.state));
        one.text("subject", view->subject);
        if (!view->unit.empty()) one.text("unit", view->unit);
        one.close();
    }
    payouts.close();
}

Result<void> append_facts(std::string& out, store::Reading& rows, Keys& keys,
                          const store::Stream& stream) {
    Result<void> all;
    Items facts(out);
    rows.entries_of(stream.id, 0, [&](const store::Entry& entry) {
        if (entry.kind != static_cast<std::uint8_t>(EntryKind::Turn)) return true;
        Arena memory;
        const auto turn = read_turn(entry.body, memory);
        if (!turn) return all = refuse(turn.error()), false;
        for (const LoggedFact& fact : turn->facts) {
            std::string personal;
            if (!fact.sealed.empty()) {
                auto opened = keys.unseal(rows, stream.tenant, turn->customer, stream.name, fact.id,
                                          fact.sealed);
                if (!opened) return all = refuse(opened.error()), false;
                personal = *std::move(opened);
            }
            append_fact(facts.next(), fact, entry.recorded_at, personal);
        }
        return true;
    });
    facts.close();
    return all;
}

}  // namespace

Result<std::string> export_customer(store::Reading& rows, Keys& keys, Shelf& shelf,
                                    store::TenantId tenant, std::string_view handle) {
    const auto customer = handle.empty() ? std::nullopt : rows.find_customer(tenant, handle);
    if (!customer) return refuse(nobody());
    std::string out;
    CanonicalObject whole(out);
    whole.text("customer", customer->handle);
    append_payouts(whole.member("payouts"), rows, customer->id);
    Items subjects(whole.member("subjects"));
    for (const auto& stream : rows.streams_of_customer(customer->id)) {
        if (stream.tenant != tenant) continue;
        CanonicalObject subject(subjects.next());
        append_evidence(subject.member("evidence"), rows, keys, stream);
        if (auto read = append_facts(subject.member("facts"), rows, keys, stream); !read)
            return refuse(read.error());
        Items obligations(subject.member("obligations"));
        for (const auto& row : rows.obligations_of(stream.id))
            append_obligation(obligations.next(), rows, shelf, row);
        obligations.close();
        subject.text("subject", stream.name);
        subject.close();
    }
    subjects.close();
    whole.number("v", 1);
    whole.close();
    return out;
}

Result<void> erase_customer(Turns& turns, const Actor& actor, std::string_view handle,
                            std::string_view reason) {
    if (reason.empty() || reason.size() > kReasonMost)
        return refuse({.code = "needs-reason",
                       .what = {"删除客户资料要写明理由", "erasing a customer needs a reason"},
                       .mend = {"写一句话，最多 500 字节，不要写客户的姓名或号码",
                                "one sentence of at most 500 bytes, without the customer's name or "
                                "number"}});
    auto customer =
        handle.empty() ? std::nullopt : turns.rows().find_customer(actor.tenant, handle);
    if (!customer) return refuse(nobody());
    for (const auto& stream : turns.rows().streams_of_customer(customer->id))
        drop_evidence(turns.rows(), stream);
    customer->handle.clear();
    customer->wrapped_key.clear();
    customer->erased_at = turns.now();
    turns.rows().put_customer(*customer);
    turns.keys().forget(customer->id);
    std::string body;
    CanonicalObject object(body);
    object.text("by", actor.id);
    object.number("customer", customer->id);
    object.text("reason", reason);
    object.text("step", "erased");
    object.close();
    turns.append(actor.tenant, EntryKind::Customer, body);
    std::string more = "\"reason\":";
    append_canonical_text(more, reason);
    turns.audit(actor, "customer.erase", "customer/" + std::to_string(customer->id), more);
    return {};
}

}  // namespace yinuo::engine
