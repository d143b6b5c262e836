#include "server/customer_access.h"

#include <set>

#include "base/arena.h"
#include "base/check.h"
#include "engine/noticing.h"
#include "server/code_carrier.h"
#include "server/house_promises.h"
#include "vault/encoding.h"
#include "vault/seal.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kCodes = "customer-code";
constexpr std::int64_t kTriesMost = 5;
constexpr std::int64_t kCodesMost = 5;  // in an hour
constexpr Millis kCodeGap = minutes(1);

struct KeptCode {
    std::string hash;  // empty: none is out
    Instant until = {};
    std::int64_t tries = 0;
    std::int64_t sent = 0;  // since `window`
    Instant window = {};
    Instant sent_at = {};
    std::int64_t version = 0;
};

KeptCode kept_code(store::Reading& rows, store::TenantId tenant, store::CustomerId customer) {
    KeptCode code;
    const auto document = rows.document(tenant, kCodes, engine::customer_text(customer));
    if (!document) return code;
    code.version = document->version;
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    if (!json) return code;
    const auto number = [&](std::string_view name) {
        const auto* found = json->find(name);
        return found == nullptr ? 0 : found->integer().value_or(0);
    };
    if (const auto* hash = json->find("hash")) code.hash = hash->text;
    code.until = {number("until")};
    code.tries = number("tries");
    code.sent = number("sent");
    code.window = {number("window")};
    code.sent_at = {number("sent_at")};
    return code;
}

void put_code(store::Writing& rows, store::TenantId tenant, store::CustomerId customer,
              const KeptCode& code) {
    JsonOut out;
    out.open('{').member("hash", code.hash).member("until", code.until.millis);
    out.member("tries", code.tries).member("sent", code.sent);
    out.member("window", code.window.millis).member("sent_at", code.sent_at.millis).close('}');
    check(rows.put_document({.tenant = tenant,
                             .collection = std::string(kCodes),
                             .id = engine::customer_text(customer),
                             .version = code.version + 1,
                             .key = {},
                             .body = out.take()}));
}

// What stands for a code: nobody without the server's key can try all of them.
std::string hash_of(const vault::Key& server_key, store::TenantId tenant,
                    store::CustomerId customer, std::string_view code) {
    const auto key = vault::derive(
        server_key, "sign-in code",
        std::to_string(tenant) + "/" + engine::customer_text(customer) + "/" + std::string(code));
    return vault::to_hex(key.expose());
}

bool is_anybody(store::Reading& rows, store::TenantId tenant, store::CustomerId id) {
    const auto customer = id == 0 ? std::nullopt : rows.customer(id);
    return customer && customer->tenant == tenant && customer->erased_at >= Instant::max();
}

}  // namespace

store::CustomerId customer_of_number(store::Reading& rows, const engine::Shelf& shelf,
                                     store::TenantId tenant, std::string_view number) {
    std::set<store::CustomerId> found;
    const auto take = [&](store::CustomerId id) {
        if (is_anybody(rows, tenant, id)) found.insert(id);
    };
    if (const auto customer = rows.find_customer(tenant, number)) take(customer->id);
    const auto take_subject = [&](const std::string& name) {
        if (const auto stream = rows.find_stream(tenant, name)) take(stream->customer);
    };
    if (number.contains('/')) {
        take_subject(std::string(number));
    } else {
        std::set<std::string_view> kinds;
        for (const auto* version : shelf.of(tenant)) kinds.insert(version->promise->subject);
        for (const auto kind : kinds) take_subject(std::string(kind) + "/" + std::string(number));
    }
    return found.size() == 1 ? *found.begin() : 0;
}

void send_sign_in_code(engine::Turns& turns, const vault::Key& server_key, store::TenantId tenant,
                       store::CustomerId customer, bool mail) {
    auto& rows = turns.rows();
    if (customer == 0) return;
    const auto contact = find_contact(rows, turns.keys(), tenant, customer);
    if (!contact || !can_get_code(rows, tenant, *contact, mail)) return;
    const auto now = turns.now();
    auto code = kept_code(rows, tenant, customer);
    if (code.sent_at.millis != 0 && now < code.sent_at + kCodeGap) return;
    if (now >= code.window + hours(1)) code = {.hash = {}, .window = now, .version = code.version};
    if (code.sent >= kCodesMost) return;
    const auto text = new_code(turns.entropy());
    CodeTask task{.customer = customer, .list = {}, .sealed = {}, .until = now + kCodeLasts};
    auto sealed = seal_text(turns, tenant, customer, kCodeTopic, task.purpose(), text);
    if (!sealed) return;  // erased
    task.sealed = std::move(*sealed);
    code.hash = hash_of(server_key, tenant, customer, text);
    code.until = task.until;
    code.tries = 0;
    ++code.sent;
    code.sent_at = now;
    put_code(rows, tenant, customer, code);
    const auto who = engine::customer_text(customer);
    rows.put_action({.tenant = tenant,
                     .topic = std::string(kCodeTopic),
                     .key = "code/" + who + "/" + std::to_string(now.millis),
                     .target = who,
                     .cause = rows.last_position(),
                     .due_at = now,
                     .body = task.to_json(),
                     .answer = {}});
    turns.audit({.tenant = tenant, .id = who, .name = {}}, "session.code", who);
}

bool take_sign_in_code(engine::Turns& turns, const vault::Key& server_key, store::TenantId tenant,
                       store::CustomerId customer, std::string_view code) {
    auto kept = kept_code(turns.rows(), tenant, customer);
    const bool good = !kept.hash.empty() && turns.now() < kept.until && kept.tries < kTriesMost;
    const bool right = vault::same(hash_of(server_key, tenant, customer, code), kept.hash);
    ++kept.tries;
    if (good && right) kept.hash.clear();
    put_code(turns.rows(), tenant, customer, kept);
    return good && right;
}

}  // namespace yinuo::server
