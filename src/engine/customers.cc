#include "engine/customers.h"

#include <list>
#include <unordered_map>

#include "engine/canonical_json.h"
#include "engine/tenants.h"
#include "feel/value.h"
#include "vault/seal.h"
#include "wire/feel_json.h"

namespace yinuo::engine {
namespace {

constexpr std::size_t kKeptMost = 4'000;

Error erased() {
    return {
        .code = "erased",
        .what = {"这位客户的资料已按要求删除，密钥已销毁",
                 "this customer was erased: the key to what was known about them is destroyed"}};
}

// Whose wrapped key it is; bound to it, so that it fits no other row.
std::string owner_of(store::TenantId tenant, store::CustomerId customer) {
    return std::to_string(tenant) + "/customer/" + std::to_string(customer);
}

// Subjects and facts' ids hold no control characters, so no two of these are equal by accident.
std::string bound_to(store::TenantId tenant, std::string_view stream, std::string_view fact_id) {
    std::string text = std::to_string(tenant);
    text += '\n';
    text += stream;
    text += '\n';
    text += fact_id;
    return text;
}

}  // namespace

struct Keys::Cache {
    struct Kept {
        store::CustomerId customer;
        std::string wrapped;  // as the row had it: another one there, or none, and this is no good
        vault::Key key;
    };
    struct Own {
        vault::Key key;
        vault::Suite suite;
    };
    std::list<Kept> latest;  // the one used last in front
    std::unordered_map<store::CustomerId, std::list<Kept>::iterator> places;
    std::unordered_map<store::TenantId, Own> tenants;
    const vault::Keyring& keyring;

    void forget(store::CustomerId customer) {
        const auto found = places.find(customer);
        if (found == places.end()) return;
        latest.erase(found->second);
        places.erase(found);
    }

    Result<Own> own(store::Reading& rows, store::TenantId id) {
        if (const auto found = tenants.find(id); found != tenants.end()) return found->second;
        const auto who = tenant(rows, id);
        if (!who)
            return refuse(
                {.code = "no-tenant", .what = {"没有这个租户", "there is no such tenant"}});
        const Own made{
            .key = TRY(salt_key(*who, keyring)),
            .suite = who->cipher == kSm4 ? vault::Suite::Sm4CtrHmacSm3 : vault::Suite::Aes256Gcm};
        return tenants.emplace(id, made).first->second;
    }

    // The row is read each time: that a key is still known here must not outlive its erasing.
    Result<vault::Key> key(store::Reading& rows, store::TenantId tenant,
                           store::CustomerId customer) {
        if (customer == 0) return TRY(own(rows, tenant)).key;
        const auto row = rows.customer(customer);
        if (!row || row->tenant != tenant)
            return refuse(
                {.code = "no-customer", .what = {"没有这位客户", "there is no such customer"}});
        const auto found = places.find(customer);
        if (found != places.end() && found->second->wrapped == row->wrapped_key) {
            latest.splice(latest.begin(), latest, found->second);
            return found->second->key;
        }
        forget(customer);
        if (row->wrapped_key.empty()) return refuse(erased());
        const auto key = TRY(keyring.unwrap(row->wrapped_key, owner_of(tenant, customer)));
        latest.push_front({.customer = customer, .wrapped = row->wrapped_key, .key = key});
        places[customer] = latest.begin();
        if (latest.size() > kKeptMost) forget(latest.back().customer);
        return key;
    }
};

Keys::Keys(const vault::Keyring& keyring)
    : cache_(new Cache{.latest = {}, .places = {}, .tenants = {}, .keyring = keyring}),
      keyring_(keyring) {}
Keys::~Keys() = default;

store::CustomerId Keys::known(store::Writing& rows, vault::Entropy& entropy, store::TenantId tenant,
                              std::string_view handle) {
    if (const auto found = rows.find_customer(tenant, handle)) return found->id;
    store::Customer made{.tenant = tenant, .handle = std::string(handle), .wrapped_key = {}};
    made.id = rows.put_customer(made);
    made.wrapped_key =
        keyring_.wrap(vault::random_key(entropy), owner_of(tenant, made.id), entropy);
    rows.put_customer(made);
    return made.id;
}

Result<bool> rewrap_customer(store::Writing& rows, store::Customer customer,
                             const vault::Keyring& keyring, vault::Entropy& entropy) {
    if (customer.wrapped_key.empty() || !keyring.needs_rewrap(customer.wrapped_key)) return false;
    customer.wrapped_key =
        TRY(keyring.rewrap(customer.wrapped_key, owner_of(customer.tenant, customer.id), entropy));
    rows.put_customer(customer);
    return true;
}

Result<std::string> Keys::salt(store::Reading& rows, store::TenantId tenant,
                               store::CustomerId customer, std::int64_t leaf) {
    const auto key = TRY(cache_->key(rows, tenant, customer));
    return std::string(vault::derive(key, "leaf", std::to_string(leaf)).expose());
}

Result<std::string> Keys::seal(store::Reading& rows, vault::Entropy& entropy,
                               store::TenantId tenant, store::CustomerId customer,
                               std::string_view stream, std::string_view fact_id,
                               std::span<const wire::ReportedField> fields) {
    const auto key = TRY(cache_->key(rows, tenant, customer));
    std::string json = "{";
    for (const auto& field : fields) {
        if (json.size() > 1) json += ',';
        append_canonical_text(json, field.name);
        json += ':';
        wire::append_feel(json, field.value, wire::FeelSpelling::Plain);
    }
    json += '}';
    return vault::seal(key, json, bound_to(tenant, stream, fact_id), entropy,
                       TRY(cache_->own(rows, tenant)).suite);
}

Result<std::string> Keys::unseal(store::Reading& rows, store::TenantId tenant,
                                 store::CustomerId customer, std::string_view stream,
                                 std::string_view fact_id, std::string_view sealed) {
    const auto key = TRY(cache_->key(rows, tenant, customer));
    return vault::open(key, sealed, bound_to(tenant, stream, fact_id));
}

void Keys::forget(store::CustomerId customer) { cache_->forget(customer); }

void Keys::forget_all() {
    cache_->latest.clear();
    cache_->places.clear();
    cache_->tenants.clear();
}

}  // namespace yinuo::engine
