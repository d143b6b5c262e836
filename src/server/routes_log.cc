// The transparency logs as anybody may read them: C2SP tlog-tiles (https://c2sp.org/tlog-tiles).
//
// A tenant's log is at /log/TENANT: `checkpoint`, `tile/L/N[.p/W]`, `tile/entries/N[.p/W]`. What is
// in it are salted commitments; nothing about anybody can be read from it.
#include "engine/tenant_log.h"
#include "engine/tenants.h"
#include "server/routes.h"
#include "server/witnesses.h"
#include "tlog/tile.h"

namespace yinuo::server {
namespace {

// What a full tile is, it stays.
constexpr std::string_view kForever = "public, max-age=31536000, immutable";
constexpr std::string_view kShort = "public, max-age=5";

Refusal no_log() { return no_such({"存证日志", "log"}); }

Answer read_checkpoint(const Call& call) {
    const auto reading = call.things.store.read();
    const auto tenant = engine::find_tenant(*reading, call.parameter("tenant"));
    auto checkpoint = tenant ? reading->checkpoint(tenant->id) : store::Reading::Checkpoint{};
    if (checkpoint.note.empty()) return deny(no_log());
    // The same text above the signatures: then it is this one that witnesses have signed, too.
    auto cosigned = cosigned_note(*reading, tenant->id);
    const auto text = std::string_view(checkpoint.note).substr(0, checkpoint.note.find("\n\n") + 2);
    if (cosigned.starts_with(text)) checkpoint.note = std::move(cosigned);
    return http::Response{.status = 200,
                          .headers = {{"Content-Type", "text/plain; charset=utf-8"},
                                      {"Cache-Control", std::string(kShort)},
                                      {"Access-Control-Allow-Origin", "*"}},
                          .body = std::move(checkpoint.note)};
}

Answer read_tile(const Call& call) {
    const auto reading = call.things.store.read();
    const auto tenant = engine::find_tenant(*reading, call.parameter("tenant"));
    if (!tenant) return deny(no_log());
    const std::string_view path = call.request.path;
    const auto tile = tlog::parse_tile_path(path.substr(path.find("/tile/") + 1));
    if (!tile) return deny(Refusal(tile.error(), 404));
    // A checkpoint covers all that may be read: what lies beyond it isn't there yet.
    const auto size = static_cast<std::uint64_t>(reading->checkpoint(tenant->id).size);
    if (tlog::tile_width(size, tile->level, tile->index) < tile->width)
        return deny(no_such({"这么宽的存证瓦片", "tile of that width"}));
    engine::StoredTiles tiles(*reading, tenant->id);
    auto bytes = tlog::read_tile(tiles, *tile);
    if (!bytes) return deny(Refusal(bytes.error(), 404));
    return http::Response{.status = 200,
                          .headers = {{"Content-Type", "application/octet-stream"},
                                      {"Cache-Control", std::string(kForever)},
                                      {"Access-Control-Allow-Origin", "*"}},
                          .body = std::move(*bytes)};
}

// An index is written in groups of three digits, so an address has one segment or several; four
// groups are more leaves than any log will have.
constexpr double kCheap = 0.1;
constexpr Route kRoutes[] = {
    {"GET", "/log/{tenant}/checkpoint", "readCheckpoint", Permission::Public, read_checkpoint, 0,
     false, kCheap},
    {"GET", "/log/{tenant}/tile/{level}/{a}", "readTile", Permission::Public, read_tile, 0, false,
     kCheap},
    {"GET", "/log/{tenant}/tile/{level}/{a}/{b}", "readTile2", Permission::Public, read_tile, 0,
     false, kCheap},
    {"GET", "/log/{tenant}/tile/{level}/{a}/{b}/{c}", "readTile3", Permission::Public, read_tile, 0,
     false, kCheap},
    {"GET", "/log/{tenant}/tile/{level}/{a}/{b}/{c}/{d}", "readTile4", Permission::Public,
     read_tile, 0, false, kCheap},
};

}  // namespace

std::span<const Route> log_routes() { return kRoutes; }

}  // namespace yinuo::server
