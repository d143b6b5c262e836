#include "engine/tenant_log.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "engine/tenants.h"
#include "tlog/checkpoint.h"

namespace yinuo::engine {
namespace {

constexpr std::int32_t kEntriesLevel = -1;

std::int32_t level_of(const tlog::Tile& tile) {
    return tile.kind == tlog::TileKind::Entries ? kEntriesLevel : tile.level;
}

}  // namespace

Result<std::string> StoredTiles::read(const tlog::Tile& tile) {
    auto found = rows_.tile(tenant_, level_of(tile), static_cast<std::int64_t>(tile.index));
    if (found) return std::move(found->bytes);
    return refuse({.code = "no-tile",
                   .what = {"存证日志里没有 " + tlog::tile_path(tile),
                            "the log has no " + tlog::tile_path(tile)}});
}

Result<std::int64_t> TenantLogs::next(store::Writing& rows, store::TenantId id) {
    auto found = logs_.find(id);
    if (found == logs_.end()) {
        const auto who = tenant(rows, id);
        if (!who) {
            return refuse(
                {.code = "no-tenant", .what = {"没有这个租户", "there is no such tenant"}});
        }
        StoredTiles tiles(rows, id);
        const auto checkpoint = rows.checkpoint(id);
        auto signer = std::make_shared<const tlog::SignerKey>(TRY(log_signer(*who, keyring_)));
        Log log;
        // What lies on disk must be what was signed last: a flipped bit is not signed over.
        if (checkpoint.size > 0)
            log.tree = TRY(tlog::resume(tiles, checkpoint.note, signer->verifier()));
        log.signer = std::move(signer);
        found = logs_.emplace(id, std::move(log)).first;
    }
    return static_cast<std::int64_t>(found->second.tree.size() + found->second.waiting.size());
}

void TenantLogs::add(store::TenantId id, std::string_view commitment) {
    Log& log = logs_.at(id);
    check(commitment.size() == sizeof(tlog::Entry));
    if (log.waiting.empty()) touched_.push_back(id);
    std::memcpy(log.waiting.emplace_back().data(), commitment.data(), commitment.size());
}

void TenantLogs::write(store::Writing& rows) {
    for (const auto id : touched_) {
        Log& log = logs_.at(id);
        for (auto& [tile, bytes] : log.tree.append(log.waiting))
            rows.put_tile(id, {.level = level_of(tile),
                               .index = static_cast<std::int64_t>(tile.index),
                               .bytes = std::move(bytes)});
        rows.put_checkpoint(
            id, {.size = static_cast<std::int64_t>(log.tree.size()),
                 .note = tlog::sign_checkpoint(*log.signer, log.tree.size(), log.tree.root())});
    }
}

void TenantLogs::committed() {
    for (const auto id : touched_) logs_.at(id).waiting.clear();
    touched_.clear();
}

void TenantLogs::forget() {
    logs_.clear();
    touched_.clear();
}

}  // namespace yinuo::engine
