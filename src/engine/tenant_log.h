// The tenants' transparency logs while they grow.
//
// Leaves are gathered during a group of turns; before its commit the new tiles and one signed
// checkpoint for each tenant go into the same transaction. So log and checkpoint are never apart,
// and a checkpoint that was shown is on disk with everything below it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/store.h"
#include "tlog/key.h"
#include "tlog/tile.h"
#include "tlog/tree.h"
#include "vault/keyring.h"

namespace yinuo::engine {

// A tenant's stored tiles, for reading trees and making proofs.
class StoredTiles final : public tlog::TileReader {
public:
    StoredTiles(store::Reading& rows, store::TenantId tenant) : rows_(rows), tenant_(tenant) {}
    Result<std::string> read(const tlog::Tile&) override;

private:
    store::Reading& rows_;
    store::TenantId tenant_;
};

class TenantLogs {
public:
    explicit TenantLogs(const vault::Keyring& keyring) : keyring_(keyring) {}

    // The number that the next leaf of this tenant gets. Refuses when its log can't be opened.
    Result<std::int64_t> next(store::Writing&, store::TenantId);
    // After next(); `commitment` is 32 bytes.
    void add(store::TenantId, std::string_view commitment);

    void write(store::Writing&);  // before the commit
    void committed();
    void forget();  // the commit failed: everything is read again

private:
    struct Log {
        tlog::Tree tree;
        std::vector<tlog::Entry> waiting;
        std::shared_ptr<const tlog::SignerKey> signer;
    };
    const vault::Keyring& keyring_;
    std::map<store::TenantId, Log> logs_;
    std::vector<store::TenantId> touched_;
};

}  // namespace yinuo::engine
