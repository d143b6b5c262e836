// Batches out, statements in: paying through systems that take files.
#include <algorithm>
#include <future>
#include <map>
#include <span>

#include "base/check.h"
#include "connect/payout_csv.h"
#include "server/body.h"
#include "server/obligation_out.h"
#include "server/payout_out.h"
#include "server/routes.h"
#include "wire/statement.h"

namespace yinuo::server {
namespace {

using remedy::PayoutState;
using remedy::PayoutStep;

constexpr std::string_view kConnector = "csv";
constexpr std::string_view kBatches = "payout-batches";    // what they are
constexpr std::string_view kFiles = "payout-batch-files";  // their bytes
constexpr std::int64_t kBatchMost = 5'000;                 // in one transaction
constexpr std::size_t kStatementMost = std::size_t{16} << 20;
constexpr std::size_t kPieceMost = 500;  // steps in one transaction

// --- batches --------------------------------------------------------------------------------------

struct BatchWish {
    std::int64_t most = kBatchMost;
};
void describe(Members& in, BatchWish& into) {
    in.may("most", into.most, {.least = 1, .most = kBatchMost});
}

connect::PayoutOrder order_of(engine::Turns& turns, const engine::PayoutView& view) {
    connect::PayoutOrder order{.id = engine::payout_text(view.row.id),
                               .kind = view.kind,
                               .unit = view.unit,
                               .amount = view.payout.amount,
                               .money = view.payout.money,
                               .payee = view.payee,
                               .subject = view.subject,
                               .promise = view.promise,
                               .remedy = view.remedy,
                               .reason = view.remedy,
                               .back = view.payout.back};
    if (const auto customer = turns.rows().customer(view.row.customer))
        order.customer = customer->handle;  // empty once they are erased
    if (!view.payee.empty()) order.customer = view.payee;
    const auto obligation = turns.rows().obligation(view.row.obligation);
    const auto* version = obligation ? turns.shelf().find(obligation->version) : nullptr;
    const auto index = static_cast<std::size_t>(view.remedy_index);
    if (version != nullptr && index < version->promise->remedies.size())
        if (const auto& title = version->promise->remedies[index].title; !title.zh.empty())
            order.reason = title.zh;
    return order;
}

// The oldest first.
Result<std::vector<engine::PayoutView>> reserved(store::Reading& reading, store::TenantId tenant,
                                                 std::int64_t most) {
    std::vector<engine::PayoutView> all;
    store::PayoutQuery query{.tenant = tenant,
                             .state = static_cast<std::uint8_t>(PayoutState::Reserved),
                             .limit = 1'000};
    while (std::ssize(all) < most) {
        const auto rows = reading.payouts(query);
        for (const auto& row : rows) {
            query.after = row.id;
            auto view = TRY(engine::open_payout(row));
            if (view.connector == kConnector && std::ssize(all) < most)
                all.push_back(std::move(view));
        }
        if (std::ssize(rows) < query.limit) break;
    }
    return all;
}

// Nobody else need carry it: the file does.
void end_order(engine::Turns& turns, const engine::PayoutView& view, const std::string& batch) {
    store::Action action{.tenant = view.row.tenant,
                         .topic = std::string(engine::kPayoutTopic),
                         .key = engine::payout_text(view.row.id),
                         .target = view.connector,
                         .cause = view.row.position,
                         .due_at = turns.now(),
                         .state = store::Action::State::Done};
    JsonOut answer;
    action.answer = answer.open('{').member("batch", batch).close('}').take();
    action.id = turns.rows().put_action(action);
    turns.rows().put_action(action);
}

std::string write_batch(const Call& call, const connect::PayoutBatch& batch, Instant at,
                        const std::vector<engine::PayoutView>& views) {
    JsonOut out;
    out.open('{').member("id", batch.id).member("sha256", batch.sha256).member("at", at);
    out.member("by", call.who.actor.name).member("count", views.size()).key("payouts").open('[');
    for (const auto& view : views) out.value(engine::payout_text(view.row.id));
    return out.close(']').close('}').take();
}

void add_batch(Ticket ticket) {
    BatchWish wish;
    if (!ticket->call.request.body.empty()) {
        auto given = read_body<BatchWish>(ticket->call.request);
        if (!given) return ticket->answer(deny(given.error()));
        wish = *given;
    }
    act(ticket, [ticket, most = wish.most](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto tenant = call.who.tenant;
        const auto views = TRY(reserved(turns.rows(), tenant, most));
        if (views.empty())
            return deny(Refusal({.code = "nothing-reserved",
                                 .what = {"没有要由文件发出的赔付", "no payout waits for a file"},
                                 .mend = {"资金方案里把某类赔付交给 csv，并且已预留",
                                          "they are those that the policy pays by csv, once "
                                          "reserved"}},
                                409));
        std::vector<connect::PayoutOrder> orders;
        for (const auto& view : views) orders.push_back(order_of(turns, view));
        const auto batch = connect::make_payout_batch(orders);
        auto about = write_batch(call, batch, turns.now(), views);
        for (const auto& view : views) {
            const auto sent =
                engine::take_step(turns, call.who.actor, view.row.id, {.step = PayoutStep::Send});
            check(sent.has_value());  // it is reserved: nothing refuses that
            end_order(turns, view, batch.id);
        }
        const auto put = [&](std::string_view collection, std::string body) {
            check(turns.rows().put_document({.tenant = tenant,
                                             .collection = std::string(collection),
                                             .id = batch.id,
                                             .body = std::move(body)}));
        };
        put(kBatches, about);
        put(kFiles, batch.csv);
        turns.audit(call.who.actor, "fund.batch-made", batch.id,
                    "\"sha256\":\"" + batch.sha256 + "\"");
        return http::Response::json(201, std::move(about))
            .with("Location", "/api/v1/fund/batches/" + batch.id);
    });
}

Answer list_batches(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto found = call.things.store.read()->documents(call.who.tenant, kBatches, wish->after,
                                                           wish->limit + 1);
    JsonOut items;
    std::string next;
    for (const auto& document : found) {
        if (&document - found.data() == wish->limit) {
            next = found[static_cast<std::size_t>(wish->limit) - 1].id;
            break;
        }
        items.raw(document.body);
    }
    return page(call, items.text(), next);
}

Answer read_batch(const Call& call) {
    const auto file =
        call.things.store.read()->document(call.who.tenant, kFiles, call.parameter("id"));
    if (!file) return deny(no_such({"批次", "batch"}));
    return http::Response{
        .status = 200,
        .headers = {{"Content-Type", "text/csv; charset=utf-8; header=present"},
                    {"Content-Disposition", "attachment; filename=\"" + file->id + ".csv\""},
                    {"Cache-Control", "no-store"}},
        .body = file->body};
}

// --- statements -----------------------------------------------------------------------------------

std::optional<wire::OrderedPayout::State> ordered(PayoutState state) {
    switch (state) {
        case PayoutState::Sent: return wire::OrderedPayout::State::Sent;
        case PayoutState::Paid: return wire::OrderedPayout::State::Paid;
        case PayoutState::Failed: return wire::OrderedPayout::State::Failed;
        default: return std::nullopt;
    }
}

// What the statement may be about: whatever it names that was sent once, and all that a file has
// carried and nobody has confirmed.
Result<std::vector<wire::OrderedPayout>> orders_for(store::Reading& reading, store::TenantId tenant,
                                                    const wire::Statement& statement) {
    std::map<store::PayoutId, wire::OrderedPayout> orders;
    const auto add = [&](const engine::PayoutView& view) {
        const auto state = ordered(view.payout.state);
        if (state && view.payout.money)
            orders.try_emplace(view.row.id, engine::payout_text(view.row.id), *view.payout.money,
                               *state);
    };
    for (const auto& row : statement.rows) {
        const auto id = engine::parse_payout(row.payout);
        const auto found = id ? reading.payout(*id) : std::nullopt;
        if (!found || found->tenant != tenant || orders.contains(*id)) continue;
        add(TRY(engine::open_payout(*found)));
    }
    store::PayoutQuery query{
        .tenant = tenant, .state = static_cast<std::uint8_t>(PayoutState::Sent), .limit = 1'000};
    while (true) {
        const auto rows = reading.payouts(query);
        for (const auto& row : rows) {
            query.after = row.id;
            const auto view = TRY(engine::open_payout(row));
            if (view.connector == kConnector) add(view);
        }
        if (std::ssize(rows) < query.limit) break;
    }
    std::vector<wire::OrderedPayout> list;
    for (auto& [id, order] : orders) list.push_back(std::move(order));
    return list;
}

struct Told {  // what a row says of a payout that was sent
    store::PayoutId id = 0;
    remedy::PayoutCommand command;
};

struct Applied {
    std::vector<std::string> confirmed, failed;
    std::vector<std::pair<std::string, Error>> refused;  // it has moved on meanwhile
};

// One piece in one transaction, waited for on the worker's thread.
Result<void> apply(const Call& call, std::span<const Told> piece, Applied& applied) {
    std::promise<Result<void>> done;
    Applied made;
    call.things.engine.act(
        [&](engine::Turns& turns) -> Result<void> {
            made = {};
            for (const auto& [id, command] : piece) {
                const auto text = engine::payout_text(id);
                auto step = engine::take_step(turns, call.who.actor, id, command);
                if (!step)
                    made.refused.emplace_back(text, std::move(step.error()));
                else
                    (command.step == PayoutStep::Confirm ? made.confirmed : made.failed)
                        .push_back(text);
            }
            return {};
        },
        [&](Result<void> said) { done.set_value(std::move(said)); });
    if (auto said = done.get_future().get(); !said) return said;
    std::ranges::move(made.confirmed, std::back_inserter(applied.confirmed));
    std::ranges::move(made.failed, std::back_inserter(applied.failed));
    std::ranges::move(made.refused, std::back_inserter(applied.refused));
    return {};
}

std::vector<Told> told_by(const std::vector<wire::OrderedPayout>& orders,
                          const wire::Statement& statement, const wire::Reconciliation& found) {
    std::vector<Told> all;
    for (const auto& [order, row] : found.matched) {
        if (orders[order].state != wire::OrderedPayout::State::Sent) continue;
        const auto& line = statement.rows[row];
        const bool paid = line.status == wire::StatementRow::Status::Paid;
        auto why = std::string(wire::name_of(line.status));
        if (!line.reference.empty()) why += ": " + line.reference.substr(0, 200);
        all.push_back({.id = *engine::parse_payout(orders[order].id),
                       .command = {.step = paid ? PayoutStep::Confirm : PayoutStep::Fail,
                                   .text = paid ? std::string() : std::move(why)}});
    }
    return all;
}

void write_pairs(JsonOut& out, std::string_view name, const wire::Statement& statement,
                 const std::vector<wire::OrderedPayout>& orders,
                 const std::vector<wire::Reconciliation::Pair>& pairs) {
    out.key(name).open('[');
    for (const auto& [order, row] : pairs) {
        const auto& line = statement.rows[row];
        out.open('{').member("payout", line.payout).member("line", line.line);
        out.member("status", wire::name_of(line.status));
        write_money(out.key("told"), line.money);
        write_money(out.key("ours"), orders[order].money);
        out.close('}');
    }
    out.close(']');
}

void write_error(JsonOut& out, const Error& error) {
    out.member("code", error.code);
    write_text(out.key("what"), error.what);
    if (!error.mend.en.empty()) write_text(out.key("mend"), error.mend);
}

std::string report(const wire::Statement& statement, const std::vector<wire::OrderedPayout>& orders,
                   const wire::Reconciliation& found, const Applied& applied) {
    JsonOut out;
    out.open('{').member("rows", statement.rows.size() + statement.rows_wrong);
    out.member("rows_wrong", statement.rows_wrong).member("matched", found.matched.size());
    out.list("confirmed", applied.confirmed).list("failed", applied.failed);
    out.key("refused").open('[');
    for (const auto& [id, error] : applied.refused) {
        write_error(out.open('{').member("payout", id), error);
        out.close('}');
    }
    out.close(']').key("rejected").open('[');
    for (const auto& [severity, error] : statement.faults) {
        out.open('{').member("line", error.place.line);
        if (error.place.column != 0) out.member("column", error.place.column);
        write_error(out, error);
        out.close('}');
    }
    out.close(']').key("differences").open('{');
    write_pairs(out, "twice", statement, orders, found.twice);
    write_pairs(out, "amount_differs", statement, orders, found.amount_differs);
    write_pairs(out, "status_differs", statement, orders, found.status_differs);
    out.key("missing").open('[');
    for (const auto order : found.missing) out.value(orders[order].id);
    out.close(']').key("unknown").open('[');
    for (const auto row : found.unknown)
        out.open('{')
            .member("payout", statement.rows[row].payout)
            .member("line", statement.rows[row].line)
            .close('}');
    return out.close(']').close('}').close('}').take();
}

bool is_csv(const http::Request& request) {
    const auto type = request.header("content-type").value_or("");
    return type.substr(0, type.find(';')) == "text/csv";
}

// Reading a statement twice does no harm: what is paid is paid, and what has failed has failed.
void add_statement(Ticket ticket) {
    if (!is_csv(ticket->call.request))
        return ticket->answer(
            deny(Error{.code = "wrong-media-type",
                       .what = {"对账单应是 CSV", "a statement is CSV"},
                       .mend = {"Content-Type: text/csv", "Content-Type: text/csv"}}));
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto statement = TRY(wire::read_statement(call.request.body, "statement.csv"));
        const auto orders = TRY(orders_for(*call.things.store.read(), call.who.tenant, statement));
        const auto found = wire::reconcile(orders, statement);
        const auto told = told_by(orders, statement, found);
        Applied applied;
        for (std::size_t at = 0; at < told.size(); at += kPieceMost) {
            const auto piece = std::span(told).subspan(at, std::min(kPieceMost, told.size() - at));
            if (auto done = apply(call, piece, applied); !done) return deny(done.error());
        }
        return http::Response::json(200, report(statement, orders, found, applied));
    });
}

constexpr auto kSettle = Permission::PayoutsSettle;
constexpr auto kRead = Permission::FundRead;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/fund/batches", "listPayoutBatches", kRead, list_batches, 0},
    {"POST", "/api/v1/fund/batches", "addPayoutBatch", kSettle, add_batch, 1024, true, 5},
    {"GET", "/api/v1/fund/batches/{id}", "readPayoutBatch", kRead, read_batch, 0},
    {"POST", "/api/v1/fund/statements", "addStatement", kSettle, add_statement, kStatementMost,
     false, 10},
};

}  // namespace

std::span<const Route> settlement_routes() { return kRoutes; }

}  // namespace yinuo::server
