// Customers and the keys that everything personal about them lies under.
//
// Each customer has a data key of their own, wrapped by the keyring. Personal fields are sealed with
// it, and the salts of the leaves about them are derived from it; erasing the customer destroys it.
// A tenant has such a key, too (tenants.h), for streams that belong to nobody we know.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/turns.h"
#include "store/store.h"
#include "vault/keyring.h"
#include "wire/fact_reader.h"

namespace yinuo::engine {

// Keys once unwrapped, kept for a while (the latest few thousand). One thread at a time.
class Keys {
public:
    explicit Keys(const vault::Keyring& keyring);
    ~Keys();

    // The customer of that handle, made with a fresh key if there is none.
    store::CustomerId known(store::Writing&, vault::Entropy&, store::TenantId,
                            std::string_view handle);

    // 32 bytes for commitment(): of a leaf about this customer, or (0) about nobody. Refuses with
    // "erased" when the key is gone.
    Result<std::string> salt(store::Reading&, store::TenantId, store::CustomerId,
                             std::int64_t leaf);

    // Personal fields as JSON, sealed; the stream's name and the fact's id are bound to it.
    // Customer 0: under the tenant's key.
    Result<std::string> seal(store::Reading&, vault::Entropy&, store::TenantId, store::CustomerId,
                             std::string_view stream, std::string_view fact_id,
                             std::span<const wire::ReportedField>);
    Result<std::string> unseal(store::Reading&, store::TenantId, store::CustomerId,
                               std::string_view stream, std::string_view fact_id,
                               std::string_view sealed);
    void forget(store::CustomerId);  // after erasing, and when a commit failed
    void forget_all();

private:
    struct Cache;
    std::unique_ptr<Cache> cache_;
    const vault::Keyring& keyring_;
};

// Moves the customer's key under the newest master key. False: it lies there already, or there is
// none any more.
Result<bool> rewrap_customer(store::Writing&, store::Customer, const vault::Keyring&,
                             vault::Entropy&);

// Everything about one customer as JSON: subjects, facts with their personal parts, obligations.
Result<std::string> export_customer(store::Reading&, Keys&, Shelf&, store::TenantId,
                                    std::string_view handle);
// Destroys the key and empties the handle; an entry of the log and of the audit trail says that,
// never who. Needs a reason, which is kept. A second time changes nothing and is refused like a
// handle that nobody ever had ("no-customer"): nothing that could tell the two apart is left.
Result<void> erase_customer(Turns&, const Actor&, std::string_view handle, std::string_view reason);

}  // namespace yinuo::engine
