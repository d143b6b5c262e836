#include "server/sign_in.h"

#include <algorithm>

#include "base/arena.h"
#include "base/check.h"
#include "engine/noticing.h"
#include "engine/tenants.h"
#include "server/idempotency.h"
#include "vault/encoding.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kTriesMost = 100'000;
constexpr Millis kForgotten = hours(1);  // attempts older than this don't count
constexpr int kFreePerAccount = 5;
constexpr int kFreePerAddress = 30;

std::int64_t number_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? 0 : found->integer().value_or(0);
}

// Calls over(json) for up to `most` documents and removes those for which it says true.
template <typename Over>
void sweep_collection(store::Writing& rows, store::TenantId tenant, std::string_view collection,
                      Over over) {
    constexpr int kPage = 200;
    std::vector<std::string> gone;
    for (std::string after;;) {
        const auto page = rows.documents(tenant, collection, after, kPage);
        for (const auto& document : page) {
            Arena memory;
            const auto json = wire::parse_json(document.body, memory);
            if (!json || over(*json)) gone.push_back(document.id);
        }
        if (page.size() < kPage || gone.size() >= kPage) break;
        after = page.back().id;
    }
    for (const auto& id : gone) rows.remove_document(tenant, collection, id);
}

NewSession keep_session(engine::Turns& turns, KeptSession session, const engine::Actor& who) {
    auto token = vault::make_token(turns.entropy(), "session");
    JsonOut out;
    out.open('{').member("tenant", session.tenant);
    if (session.customer == 0) out.member("user", session.user);
    if (session.customer != 0) out.member("customer", session.customer);
    out.member("begun_at", session.begun_at.millis);
    out.member("expires_at", session.expires_at.millis).close('}');
    check(turns.rows().put_document({.tenant = 0,
                                     .collection = std::string(kSessions),
                                     .id = vault::to_hex(token.hash.view()),
                                     .version = 1,
                                     .key = {},
                                     .body = out.take()}));
    turns.audit(who, "session.begun", who.id);
    return {std::move(session), std::move(token.text)};
}

}  // namespace

std::optional<KeptSession> find_session(store::Reading& reading, std::string_view hash_hex) {
    const auto document = reading.document(0, kSessions, hash_hex);
    if (!document) return std::nullopt;
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    if (!json) return std::nullopt;
    const auto* user = json->find("user");
    return KeptSession{.tenant = number_of(*json, "tenant"),
                       .user = user == nullptr ? std::string() : std::string(user->text),
                       .customer = number_of(*json, "customer"),
                       .begun_at = {number_of(*json, "begun_at")},
                       .expires_at = {number_of(*json, "expires_at")}};
}

NewSession begin_session(engine::Turns& turns, store::TenantId tenant, const User& user,
                         Instant now) {
    return keep_session(turns,
                        {.tenant = tenant,
                         .user = user.id,
                         .begun_at = now,
                         .expires_at = now + hours(kSessionHours)},
                        {.tenant = tenant, .id = user.id, .name = user.title});
}

NewSession begin_session(engine::Turns& turns, store::TenantId tenant, store::CustomerId customer,
                         Instant now, Instant until) {
    return keep_session(
        turns,
        {.tenant = tenant, .user = {}, .customer = customer, .begun_at = now, .expires_at = until},
        {.tenant = tenant, .id = engine::customer_text(customer), .name = {}});
}

void end_session(engine::Turns& turns, std::string_view hash_hex) {
    turns.rows().remove_document(0, kSessions, hash_hex);
}

void sweep(engine::Turns& turns, Instant now) {
    sweep_collection(turns.rows(), 0, kSessions, [&](const wire::Json& json) {
        return number_of(json, "expires_at") <= now.millis;
    });
    for (const auto& tenant : engine::tenants(turns.rows()))
        sweep_collection(turns.rows(), tenant.id, kIdempotency, [&](const wire::Json& json) {
            return number_of(json, "until") <= now.millis;
        });
}

Millis SignInDelays::delay(int count, int free) {
    if (count < free) return {0};
    return std::min(seconds(std::int64_t{1} << std::min(count - free, 20)), minutes(5));
}

SignInDelays::Tries& SignInDelays::tries(const std::string& key, Instant now) {
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
        auto& known = *found->second;
        if (now - known.at > kForgotten) known.count = 0;
        list_.splice(list_.begin(), list_, found->second);
        return known;
    }
    if (list_.size() >= kTriesMost) {
        by_key_.erase(list_.back().key);
        list_.pop_back();
    }
    list_.push_front({.key = key, .next = now, .at = now});
    by_key_.emplace(key, list_.begin());
    return list_.front();
}

std::optional<Millis> SignInDelays::attempt(std::string_view account, std::string_view address,
                                            Instant now) {
    const std::lock_guard hold(lock_);
    auto& of_account = tries("account " + std::string(account), now);
    auto& of_address = tries("address " + std::string(address), now);
    const auto next = std::max(of_account.next, of_address.next);
    if (next > now) return next - now;
    for (const auto& [tried, free] :
         {std::pair(&of_account, kFreePerAccount), std::pair(&of_address, kFreePerAddress)}) {
        ++tried->count;
        tried->at = now;
        tried->next = now + delay(tried->count, free);
    }
    return std::nullopt;
}

std::optional<Millis> SignInDelays::ask_code(std::string_view number, std::string_view address,
                                             Instant now) {
    struct Most {
        int in_minute, in_hour;
    };
    const std::lock_guard hold(lock_);
    const std::pair<Tries*, Most> both[] = {
        {&tries("code for " + std::string(number), now), {1, 5}},
        {&tries("code from " + std::string(address), now), {5, 30}}};
    Millis wait{0};
    for (const auto& [one, most] : both) {
        one->at = now;
        if (now >= one->minute + minutes(1)) {
            one->minute = now;
            one->in_minute = 0;
        }
        if (now >= one->hour + hours(1)) {
            one->hour = now;
            one->in_hour = 0;
        }
        if (one->in_minute >= most.in_minute) wait = std::max(wait, one->minute + minutes(1) - now);
        if (one->in_hour >= most.in_hour) wait = std::max(wait, one->hour + hours(1) - now);
    }
    if (wait.count > 0) return wait;
    for (const auto& [one, most] : both) {
        ++one->in_minute;
        ++one->in_hour;
    }
    return std::nullopt;
}

void SignInDelays::succeeded(std::string_view account) {
    const std::lock_guard hold(lock_);
    const auto found = by_key_.find("account " + std::string(account));
    if (found == by_key_.end()) return;
    list_.erase(found->second);
    by_key_.erase(found);
}

}  // namespace yinuo::server
