// 期望清单: composed for one customer, read, printed, signed by them.
#include <algorithm>

#include "engine/signing.h"
#include "engine/tenants.h"
#include "server/body.h"
#include "server/code_carrier.h"
#include "server/config.h"
#include "server/expectations.h"
#include "server/house_promises.h"
#include "server/notices.h"
#include "server/obligation_out.h"
#include "server/query.h"
#include "server/routes.h"
#include "server/shelf_desk.h"
#include "vault/encoding.h"
#include "vault/seal.h"
#include "vault/token.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kFieldsMost = 16'384;  // bytes
constexpr int kPagesLookedAt = 20;
constexpr int kPage = 200;
constexpr std::int64_t kTriesMost = 5;
constexpr std::int64_t kCodesMost = 5;  // in an hour
constexpr Millis kCodeGap = minutes(1);
constexpr std::string_view kSignatures = "signature";  // where a signature is sealed
constexpr std::string_view kStates[] = {"draft", "signed", "declined", "withdrawn"};

Refusal no_list() { return no_such({"期望清单", "expectation list"}); }

Refusal wrong_state(const Expectation& list) {
    const auto is = describe(list.state);
    return Refusal(
        {.code = "wrong-list-state", .what = {"这份清单" + is.zh, "this list is " + is.en}}, 409);
}

bool may_see(const Session& who, const Expectation& list) {
    return who.role != Role::Customer || list.customer == who.customer;
}

std::optional<Expectation> find_seen(const Call& call, store::Reading& reading) {
    auto list = find_expectation(reading, call.who.tenant, call.parameter("id"));
    if (!list || !may_see(call.who, *list)) return std::nullopt;
    return list;
}

std::optional<std::string> text_of(store::Reading& reading, engine::Keys& keys,
                                   store::TenantId tenant, const Expectation& list) {
    return open_text(reading, keys, tenant, list.customer, kExpectations, list.id, list.sealed);
}

// {"name":…,"salt":…,"items":[…]} of a signed one; empty otherwise.
std::string signature_of(store::Reading& reading, engine::Keys& keys, store::TenantId tenant,
                         const Expectation& list) {
    if (list.signature.empty()) return {};
    return open_text(reading, keys, tenant, list.customer, kSignatures, list.id, list.signature)
        .value_or("");
}

void write_head(JsonOut& out, const Call& call, store::Reading& reading, const Expectation& list) {
    out.member("id", list.id).member("subject", list.subject());
    out.member("state", name_of(list.state));
    write_text(out.key("state_text"), describe(list.state));
    if (call.who.may.has(Permission::CustomersRead))
        out.member_if("customer", handle_of(reading, list.customer));
    out.member_if("about", list.about).member("made_at", list.made_at);
    if (call.who.role != Role::Customer) out.member("made_by", list.made_by);
    out.member("sha256", list.sha256).member_if("ended_at", list.ended_at);
    if (list.position != 0) out.member("position", list.position).member("leaf", list.leaf);
}

void write_list(JsonOut& out, const Call& call, store::Reading& reading, engine::Keys& keys,
                const Expectation& list) {
    out.open('{');
    write_head(out, call, reading, list);
    // The very text that the hash is of; parsed it is `list`.
    if (const auto text = text_of(reading, keys, call.who.tenant, list))
        out.member("text", *text).key("list").raw(*text);
    if (const auto signature = signature_of(reading, keys, call.who.tenant, list);
        !signature.empty())
        out.key("signature").raw(signature);
    out.close('}');
}

Answer answer_with(const Call& call, store::Reading& reading, engine::Keys& keys,
                   const Expectation& list) {
    JsonOut out;
    write_list(out, call, reading, keys, list);
    return ok(out, list.etag);
}

// --- reading --------------------------------------------------------------------------------------

Answer list_all(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    Query in(call.request);
    const auto state = in.word("state", kStates);
    const auto about = in.text("about", 200);
    if (auto fine = in.finish(); !fine) return deny(fine.error());
    const auto reading = call.things.store.read();
    JsonOut items;
    int count = 0;
    std::string last = wish->after;
    for (int pages = 0; pages < kPagesLookedAt; ++pages) {
        const auto found = reading->documents(call.who.tenant, kExpectations, last, kPage);
        for (const auto& document : found) {
            const auto list = read_expectation(document);
            if (list && may_see(call.who, *list) && (!state || name_of(list->state) == *state) &&
                (!about || list->about == *about)) {
                if (count++ == wish->limit) return page(call, items.text(), last);
                items.open('{');
                write_head(items, call, *reading, *list);
                items.close('}');
            }
            last = document.id;
        }
        if (std::ssize(found) < kPage) return page(call, items.text(), {});
    }
    return page(call, items.text(), last);
}

bool wants_page(const http::Request& request) {
    const auto accept = request.header("accept").value_or("");
    const auto html = accept.find("text/html");
    return html != std::string_view::npos && html < accept.find("application/json");
}

Answer print(const Call& call, const Expectation& list, std::string text, std::string signature) {
    Printed printed{
        .text = std::move(text), .sha256 = list.sha256, .state = std::string(name_of(list.state))};
    if (list.state == ListState::Signed) printed.signed_at = list.ended_at;
    Arena memory;
    const auto json = wire::parse_json(signature, memory);
    if (const auto* items = json ? json->find("items") : nullptr)
        for (const auto& item : items->items)
            printed.agreed.emplace_back(item.find("clause")->text,
                                        item.find("agreed")->truth().value_or(false));
    http::Response page{.status = 200, .body = page_of_list(printed, call.chinese)};
    page.with("Content-Type", "text/html; charset=utf-8");
    page.with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    page.with("Cache-Control", "no-store");
    return page;
}

Answer read_one(const Call& call) {
    const auto reading = call.things.store.read();
    const auto list = find_seen(call, *reading);
    if (!list) return deny(no_list());
    engine::Keys keys(call.things.keyring);
    if (!wants_page(call.request)) return answer_with(call, *reading, keys, *list);
    const auto text = text_of(*reading, keys, call.who.tenant, *list);
    if (!text) return deny(no_list());
    return print(call, *list, *text, signature_of(*reading, keys, call.who.tenant, *list));
}

// --- making ---------------------------------------------------------------------------------------

struct MakeWish {
    std::string customer;
    ListWish list;
};
void describe(Members& in, MakeWish& into) {
    in.need("customer", into.customer, {.least = 1, .most = 200});
    in.may("subject", into.list.subject, {.least = 1, .most = 200});
    in.may("kind", into.list.kind, {.least = 1, .most = 60});
    in.may("fact", into.list.fact, {.least = 1, .most = 200});
    into.list.at = Instant::max();
    in.may_instant("at", into.list.at);
    if (into.list.kind.empty())
        into.list.kind = std::string(engine::kind_of_subject(into.list.subject));
    if (into.list.kind.empty())
        in.flaw("kind", {.code = "missing",
                         .what = {"没有说是哪一种业务", "what kind of subject is it about?"},
                         .mend = {"例如 order", "for example order"}});
    const auto* fields = in.take("fields");
    if (fields == nullptr) return;
    if (fields->is_object()) append_json(into.list.fields, *fields);
    if (!fields->is_object() || into.list.fields.size() > kFieldsMost)
        in.flaw("fields",
                {.code = "wrong-type",
                 .what = {"这里应是对象，最多 16 KiB", "an object of at most 16 KiB"},
                 .mend = {"例如 {\"area\":\"city\"}", "for example {\"area\":\"city\"}"}});
}

Answer keep(engine::Turns& turns, const Call& call, const MakeWish& wish, const std::string& text,
            Instant now) {
    const auto tenant = call.who.tenant;
    if (!wish.list.subject.empty()) {
        const auto stream = turns.rows().find_stream(tenant, wish.list.subject);
        const auto theirs = stream ? handle_of(turns.rows(), stream->customer) : "";
        if (!theirs.empty() && theirs != wish.customer)
            return deny(Error{.code = "another-customer",
                              .what = {"这笔业务是另一位客户的", "this is another customer's"},
                              .mend = {"核对 customer 和 subject", "check customer and subject"}});
    }
    Expectation list{.id = fresh_id(turns.rows(), tenant, kExpectations, turns.now()),
                     .about = wish.list.subject,
                     .made_by = call.who.actor.id,
                     .made_at = now,
                     .sha256 = sha256_hex(text)};
    list.customer = turns.keys().known(turns.rows(), turns.entropy(), tenant, wish.customer);
    list.sealed = TRY(seal_text(turns, tenant, list.customer, kExpectations, list.id, text));
    JsonOut fields;
    fields.open('{').member("sha256", list.sha256).member("by", list.made_by);
    fields.member_if("about", list.about).close('}');
    auto said = report_own(turns, tenant,
                           {.id = list.subject(),
                            .kind = "expectation.made",
                            .subject = list.subject(),
                            .customer = wish.customer,
                            .fields = inner(fields)},
                           turns.now());
    if (!said) return deny(said.error());
    put_expectation(turns, tenant, list);
    turns.audit(call.who.actor, "expectation.made", list.subject());
    turns.announce(tenant, "expectation.ready", list.subject(), fields.text(),
                   turns.rows().last_position());
    JsonOut out;
    write_list(out, call, turns.rows(), turns.keys(), list);
    return created(out, "/api/v1/expectations/" + list.id, list.etag);
}

// Composing folds samples and looks through past cases: on a worker.
void make(Ticket ticket) {
    auto given = read_body<MakeWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    work(ticket, [ticket, wish = std::move(*given)]() mutable -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto now = call.things.engine_clock.now();
        if (wish.list.at >= Instant::max()) wish.list.at = now;
        const auto reading = call.things.store.read();
        const auto tenant = engine::tenant(*reading, call.who.tenant);
        const auto text = call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) {
            return compose_list(*reading, shelf, call.who.tenant, tenant ? tenant->title : "",
                                wish.list, now);
        });
        if (!text) return deny(text.error());
        act(ticket, [ticket, wish, text = *text, now](engine::Turns& turns) -> Answer {
            return keep(turns, ticket->call, wish, text, now);
        });
        return std::nullopt;
    });
}

// --- signing --------------------------------------------------------------------------------------

// What stands for a code: nobody without the server's key can try all of them.
std::string hash_of(const Things& things, store::TenantId tenant, const Expectation& list,
                    std::string_view code) {
    const auto key =
        vault::derive(things.server_key, "expectation code",
                      std::to_string(tenant) + "/" + list.id + "/" + std::string(code));
    return vault::to_hex(key.expose());
}

Refusal too_many_codes(Instant from) {
    return Refusal({.code = "too-many-requests",
                    .what = {"验证码要得太勤", "codes are asked for too often"},
                    .mend = {"从 " + to_string(from) + " 起可以再要一个",
                             "another one is possible from " + to_string(from)}},
                   429);
}

// A step on the list that the path names, which must still be open; `step` may change it.
template <typename Step>
void take(Ticket ticket, Step step) {
    if (!find_seen(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_list()));
    act(ticket, [ticket, step = std::move(step)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        auto list = find_seen(call, turns.rows());
        if (!list) return deny(no_list());
        if (list->state != ListState::Draft) return deny(wrong_state(*list));
        if (auto refused = step(turns, *list)) return deny(*std::move(refused));
        put_expectation(turns, call.who.tenant, *list);
        return answer_with(call, turns.rows(), turns.keys(), *list);
    });
}

std::optional<Refusal> send_code(engine::Turns& turns, const Call& call, Expectation& list) {
    const auto now = turns.now();
    const auto contact = find_contact(turns.rows(), turns.keys(), call.who.tenant, list.customer);
    const bool mail = !call.things.config.mail_server.empty();
    const bool reachable = contact && can_get_code(turns.rows(), call.who.tenant, *contact, mail);
    if (!reachable)
        return Refusal(
            {.code = "no-channel",
             .what = {"没有能收验证码的邮箱或手机",
                      "there is no mail address or telephone for the code"},
             .mend = {"请企业登记邮箱或手机（POST /api/v1/contacts），或配置邮件服务器、短信",
                      "have the company note one (POST /api/v1/contacts), or set up a "
                      "mail server or short messages"}},
            409);
    auto& code = list.code;
    if (code.sent_at.millis != 0 && now < code.sent_at + kCodeGap)
        return too_many_codes(code.sent_at + kCodeGap);
    if (now >= code.window + hours(1)) code = {.hash = {}, .window = now};
    if (code.sent >= kCodesMost) return too_many_codes(code.window + hours(1));
    const auto text = new_code(turns.entropy());
    code.hash = hash_of(call.things, call.who.tenant, list, text);
    code.until = now + kCodeLasts;
    code.tries = 0;
    ++code.sent;
    code.sent_at = now;
    auto sealed = seal_text(turns, call.who.tenant, list.customer, kCodeTopic, list.id, text);
    if (!sealed) return Refusal(sealed.error());
    const CodeTask task{.customer = list.customer,
                        .list = list.id,
                        .sealed = std::move(*sealed),
                        .until = code.until};
    turns.rows().put_action({.tenant = call.who.tenant,
                             .topic = std::string(kCodeTopic),
                             .key = "code/" + list.id + "/" + std::to_string(now.millis),
                             .target = list.subject(),
                             .cause = turns.rows().last_position(),
                             .due_at = now,
                             .body = task.to_json(),
                             .answer = {}});
    turns.audit(call.who.actor, "expectation.code", list.subject());
    return std::nullopt;
}

void code(Ticket ticket) {
    if (!find_seen(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_list()));
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        auto list = find_seen(call, turns.rows());
        if (!list) return deny(no_list());
        if (list->state != ListState::Draft) return deny(wrong_state(*list));
        if (auto refused = send_code(turns, call, *list)) return deny(*std::move(refused));
        put_expectation(turns, call.who.tenant, *list);
        JsonOut out;
        out.open('{').member("until", list->code.until).close('}');
        return http::Response::json(202, out.take());
    });
}

struct ItemWish {
    std::string clause;
    std::optional<bool> agreed;
};
void describe(Members& in, ItemWish& into) {
    in.need("clause", into.clause, {.least = 1, .most = 200});
    in.require("agreed");
    in.may("agreed", into.agreed);
}
struct SignWish {
    std::string name, code;
    std::vector<ItemWish> items;
};
void describe(Members& in, SignWish& into) {
    in.need("name", into.name, {.least = 1, .most = 80});
    in.need("code", into.code, {.least = 6, .most = 6});
    in.require("items");
    in.may_each("items", into.items, {.least = 1, .most = 100});
}

// Each item of the list once, and no other.
Answered<void> check_items(const std::vector<std::string>& wanted, const SignWish& wish) {
    std::vector<http::Flaw> flaws;
    for (std::size_t i = 0; i < wish.items.size(); ++i) {
        const auto& clause = wish.items[i].clause;
        const bool twice = std::ranges::count(wish.items, clause, &ItemWish::clause) > 1;
        if (twice || std::ranges::find(wanted, clause) == wanted.end())
            flaws.push_back(
                {.error = {.code = twice ? "twice" : "unknown-word",
                           .what = twice ? Text{"写了两次", "this is said twice"}
                                         : Text{"清单里没有这一条", "the list has no such item"}},
                 .pointer = "/items/" + std::to_string(i) + "/clause"});
    }
    for (const auto& item : wanted)
        if (std::ranges::find(wish.items, item, &ItemWish::clause) == wish.items.end())
            flaws.push_back(
                {.error = {.code = "missing",
                           .what = {"没有说是否同意 " + item, "is " + item + " agreed to or not?"},
                           .mend = {"每一条都要写 agreed", "give agreed for each"}},
                 .pointer = "/items"});
    if (!flaws.empty()) return deny(body_refusal(std::move(flaws)));
    return {};
}

// Nullopt: it is the code. A wrong one counts, so whoever guesses has few tries.
std::optional<Refusal> check_code(const Call& call, Expectation& list, std::string_view code,
                                  Instant now) {
    const auto bad = [](Text what) {
        return Refusal({.code = "bad-code",
                        .what = std::move(what),
                        .mend = {"POST …/code 再要一个", "POST …/code for another one"}},
                       403);
    };
    if (list.code.hash.empty() || now >= list.code.until || list.code.tries >= kTriesMost)
        return bad({"没有有效的验证码", "there is no code that is still good"});
    ++list.code.tries;
    if (!vault::same(hash_of(call.things, call.who.tenant, list, code), list.code.hash))
        return bad({"验证码不对", "this isn't the code"});
    return std::nullopt;
}

void sign_it(engine::Turns& turns, const Call& call, Expectation& list, const SignWish& wish) {
    const auto salt = vault::token(turns.entropy(), 22);
    JsonOut kept;
    kept.open('{').key("items").open('[');
    std::int64_t agreed = 0;
    for (const auto& item : wish.items) {
        if (*item.agreed) ++agreed;
        kept.open('{').member("agreed", *item.agreed).member("clause", item.clause).close('}');
    }
    kept.close(']').member("name", wish.name).member("salt", salt).close('}');
    list.signature =
        seal_text(turns, call.who.tenant, list.customer, kSignatures, list.id, kept.text())
            .value_or("");
    const auto stream = turns.rows().find_stream(call.who.tenant, list.subject());
    const auto entry = engine::record_signature(
        turns, *stream,
        {.document = list.subject(),
         .sha256 = list.sha256,
         .name_hash = sha256_hex(salt + wish.name),
         .agreed = agreed,
         .not_agreed = static_cast<std::int64_t>(wish.items.size()) - agreed});
    list.position = entry.position;
    list.leaf = entry.leaf;
    list.state = ListState::Signed;
    list.ended_at = turns.now();
    list.ended_by = "customer";
    list.code = {};
    turns.audit(call.who.actor, "expectation.signed", list.subject());
    turns.announce(call.who.tenant, "expectation.signed", list.subject(), entry.body,
                   entry.position);
}

void sign(Ticket ticket) {
    const auto seen = find_seen(ticket->call, *ticket->call.things.store.read());
    if (!seen) return ticket->answer(deny(no_list()));
    auto given = read_body<SignWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, wish = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        auto list = find_seen(call, turns.rows());
        if (!list) return deny(no_list());
        if (list->state != ListState::Draft) return deny(wrong_state(*list));
        const auto text = text_of(turns.rows(), turns.keys(), call.who.tenant, *list);
        if (!text) return deny(no_list());
        if (auto fine = check_items(items_of(*text), wish); !fine) return deny(fine.error());
        if (auto refused = check_code(call, *list, wish.code, turns.now())) {
            // The refusal's one trace is that the try counts.
            put_expectation(turns, call.who.tenant, *list);
            return problem_of(*refused, call.chinese);
        }
        sign_it(turns, call, *list, wish);
        put_expectation(turns, call.who.tenant, *list);
        return answer_with(call, turns.rows(), turns.keys(), *list);
    });
}

void end(Ticket ticket, ListState state) {
    take(ticket,
         [ticket, state](engine::Turns& turns, Expectation& list) -> std::optional<Refusal> {
             const auto& call = ticket->call;
             list.state = state;
             list.ended_at = turns.now();
             list.ended_by = call.who.role == Role::Customer ? "customer" : call.who.actor.id;
             list.code = {};
             const auto what = "expectation." + std::string(name_of(state));
             turns.audit(call.who.actor, what, list.subject());
             return std::nullopt;
         });
}
void decline(Ticket ticket) { end(std::move(ticket), ListState::Declined); }
void withdraw(Ticket ticket) { end(std::move(ticket), ListState::Withdrawn); }

constexpr auto kRead = Permission::ExpectationsRead;
constexpr auto kMake = Permission::ExpectationsMake;
constexpr auto kSign = Permission::ExpectationsSign;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/expectations", "listExpectations", kRead, list_all, 0},
    {"POST", "/api/v1/expectations", "makeExpectation", kMake, make, 64 * 1024, true, 5},
    {"GET", "/api/v1/expectations/{id}", "readExpectation", kRead, read_one, 0},
    {"POST", "/api/v1/expectations/{id}/code", "sendExpectationCode", kSign, code, 1024, false, 5},
    {"POST", "/api/v1/expectations/{id}/sign", "signExpectation", kSign, sign, 32 * 1024, true},
    {"POST", "/api/v1/expectations/{id}/decline", "declineExpectation", kSign, decline, 1024, true},
    {"POST", "/api/v1/expectations/{id}/withdraw", "withdrawExpectation", kMake, withdraw, 1024,
     true},
};

}  // namespace

std::span<const Route> expectation_routes() { return kRoutes; }

}  // namespace yinuo::server
