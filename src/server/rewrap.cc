#include "server/rewrap.h"

#include "engine/customers.h"
#include "engine/tenants.h"
#include "server/service.h"

namespace yinuo::server {
namespace {

constexpr int kCustomersAtOnce = 1'000;  // in one commit

Error about(Error error, const Text& whose) {
    error.what = {whose.zh + "：" + error.what.zh, whose.en + ": " + error.what.en};
    return error;
}

class Pass {
public:
    Pass(store::Store& store, const vault::Keyring& keyring, vault::Entropy& entropy)
        : store_(store), keyring_(keyring), entropy_(entropy) {}

    Result<Rewrapped> run() {
        Rewrapped moved;
        if (auto done = small(moved); !done) return refuse(done.error());
        store::CustomerId last = 0;
        while (TRY(customers(last, moved))) {}
        return moved;
    }

private:
    // The installation and its tenants: together a commit.
    Result<void> small(Rewrapped& moved) {
        auto rows = store_.write();
        auto own = rewrap_installation_key(*rows, keyring_, entropy_);
        if (!own)
            return refuse(about(own.error(), {"平台自己的密钥", "the installation's own key"}));
        moved.installation += *own;
        for (const auto& tenant : engine::tenants(*rows)) {
            auto done = engine::rewrap_tenant(*rows, tenant.id, keyring_, entropy_);
            if (!done)
                return refuse(about(done.error(), {"租户 " + tenant.name + " 的密钥",
                                                   "a key of the tenant " + tenant.name}));
            moved.tenants += *done;
        }
        if (moved.installation + moved.tenants > 0) rows->commit();
        return {};
    }

    // The next few after `last`. False: there were none.
    Result<bool> customers(store::CustomerId& last, Rewrapped& moved) {
        auto rows = store_.write();
        const auto page = rows->customers(last, kCustomersAtOnce);
        std::int64_t count = 0;
        for (const auto& customer : page) {
            auto done = engine::rewrap_customer(*rows, customer, keyring_, entropy_);
            if (!done) {
                const auto number = std::to_string(customer.id);
                return refuse(about(done.error(), {"第 " + number + " 号客户的密钥",
                                                   "the key of customer number " + number}));
            }
            count += *done;
        }
        if (count > 0) rows->commit();
        moved.customers += count;
        if (!page.empty()) last = page.back().id;
        return !page.empty();
    }

    store::Store& store_;
    const vault::Keyring& keyring_;
    vault::Entropy& entropy_;
};

}  // namespace

Result<Rewrapped> rewrap_keys(store::Store& store, const vault::Keyring& keyring,
                              vault::Entropy& entropy) {
    Pass pass(store, keyring, entropy);
    Rewrapped all;
    for (;;) {
        const auto moved = TRY(pass.run());
        if (moved.installation + moved.tenants + moved.customers == 0) return all;
        all.installation += moved.installation;
        all.tenants += moved.tenants;
        all.customers += moved.customers;
    }
}

}  // namespace yinuo::server
