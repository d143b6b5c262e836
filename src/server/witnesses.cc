#include "server/witnesses.h"

#include <algorithm>

#include "base/arena.h"
#include "base/check.h"
#include "engine/tenant_log.h"
#include "engine/tenants.h"
#include "server/api.h"
#include "tlog/note.h"
#include "tlog/proof.h"
#include "tlog/witness.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kCollection = "witness";
constexpr std::string_view kTrusted = "trusted";
constexpr std::string_view kCosigned = "cosigned";
constexpr int kConflict = 409;

void put(store::Writing& rows, store::TenantId tenant, std::string_view id, std::string body) {
    const auto before = rows.document(tenant, kCollection, id);
    check(rows.put_document({.tenant = tenant,
                             .collection = std::string(kCollection),
                             .id = std::string(id),
                             .version = before ? before->version + 1 : 1,
                             .key = {},
                             .body = std::move(body)}));
}

// The note with the log's signature alone, and the lines of all others.
struct Parted {
    tlog::Note note;
    std::string others;
};
Parted part(const tlog::Note& note, const tlog::VerifierKey& log) {
    Parted made{.note = {.text = note.text, .signatures = {}}, .others = {}};
    for (const auto& signature : note.signatures) {
        if (!log.is_meant_by(signature))
            made.others += to_text(signature);
        else if (made.note.signatures.empty())
            made.note.signatures.push_back(signature);
    }
    return made;
}

Refusal unknown_witness(const std::string& name) {
    return Error{.code = "unknown-witness",
                 .what = {"“" + name + "”的这把密钥不是受信任的见证方",
                          "that key of \"" + name + "\" is no trusted witness's"},
                 .mend = {"去掉它的签名；要信任它，请企业所有者用 PUT /api/v1/witnesses 登记公钥",
                          "leave its signature out, or have the company's owner add the key with "
                          "PUT /api/v1/witnesses"}};
}

Refusal older(std::uint64_t kept) {
    const auto size = std::to_string(kept);
    return {Error{.code = "cosigned-older",
                  .what = {"已有更新的检查点被联署，大小 " + size,
                           "a later checkpoint is cosigned already, of size " + size},
                  .mend = {"请见证方联署最新的检查点", "have the witness sign the latest one"}},
            kConflict};
}

// Our own signature is on a tree that isn't the log's: worth an alarm, whoever hands it in.
Refusal contradicted(std::string code, Text what) {
    return {Error{.code = std::move(code),
                  .what = std::move(what),
                  .mend = {"这是本日志签过名的：请管理员保存这份检查点，查明是否恢复过旧备份",
                           "this log did sign it: let the operator keep this checkpoint and find "
                           "out whether an older backup was restored"}},
            kConflict};
}

Answered<void> fits(store::Reading& rows, store::TenantId tenant, const tlog::Checkpoint& given) {
    const auto size = static_cast<std::uint64_t>(rows.checkpoint(tenant).size);
    const auto entries = std::to_string(size);
    if (given.size > size)
        return deny(contradicted(
            "log-shorter",
            {"联署的检查点比日志还长：日志只有 " + entries + " 条",
             "the cosigned checkpoint is longer than the log, which has " + entries + " entries"}));
    engine::StoredTiles tiles(rows, tenant);
    const auto root = given.size == 0 ? tlog::empty_root() : TRY(tlog::root_of(tiles, given.size));
    if (root == given.root) return {};
    return deny(contradicted("log-forked", {"日志在这个大小时的树根不是联署的那个",
                                            "at that size the log's root isn't the one cosigned"}));
}

}  // namespace

TrustedWitnesses trusted_witnesses(store::Reading& rows, store::TenantId tenant) {
    TrustedWitnesses made;
    const auto document = rows.document(tenant, kCollection, kTrusted);
    if (!document) return made;
    made.etag = document->version + 1;
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    check(json.has_value());
    for (const auto& item : json->items)
        if (auto key = tlog::VerifierKey::parse(item.text)) made.keys.push_back(std::move(*key));
    return made;
}

Answered<std::int64_t> trust_witnesses(engine::Turns& turns, const engine::Actor& actor,
                                       const std::vector<tlog::VerifierKey>& keys,
                                       std::int64_t etag) {
    auto& rows = turns.rows();
    if (trusted_witnesses(rows, actor.tenant).etag != etag) return deny(stale_etag());
    const auto tenant = engine::tenant(rows, actor.tenant);
    if (!tenant) return deny(no_such({"租户", "tenant"}));
    JsonOut out;
    out.open('[');
    for (const auto& key : keys) out.value(key.to_text());
    put(rows, actor.tenant, kTrusted, out.close(']').take());
    if (const auto kept = cosigned_note(rows, actor.tenant); !kept.empty()) {
        const auto log = TRY(tlog::VerifierKey::parse(tenant->log_public_key));
        const auto [note, others] = part(TRY(tlog::parse_note(kept)), log);
        if (auto left = tlog::with_cosignatures(to_text(note), others, keys))
            put(rows, actor.tenant, kCosigned, std::move(*left));
        else
            rows.remove_document(actor.tenant, kCollection, kCosigned);
    }
    turns.audit(actor, "witnesses.change", std::to_string(keys.size()));
    return etag + 1;
}

std::string cosigned_note(store::Reading& rows, store::TenantId tenant) {
    auto document = rows.document(tenant, kCollection, kCosigned);
    return document ? std::move(document->body) : "";
}

Answered<Cosigned> take_cosigned(engine::Turns& turns, const engine::Actor& actor,
                                 std::string_view bytes) {
    auto& rows = turns.rows();
    const auto tenant = engine::tenant(rows, actor.tenant);
    if (!tenant) return deny(no_such({"租户", "tenant"}));
    const auto log = TRY(tlog::VerifierKey::parse(tenant->log_public_key));
    const auto witnesses = trusted_witnesses(rows, actor.tenant).keys;
    const auto given = TRY(tlog::parse_note(bytes));
    for (const auto& signature : given.signatures)
        if (!log.is_meant_by(signature) && std::ranges::none_of(witnesses, [&](const auto& key) {
                return key.is_meant_by(signature);
            }))
            return deny(unknown_witness(signature.name));
    const tlog::Trust trust{
        .origin = tenant->origin, .log = {log}, .witnesses = witnesses, .witnesses_needed = 1};
    const auto opened = TRY(tlog::open_checkpoint(bytes, trust));
    if (auto fine = fits(rows, actor.tenant, opened.checkpoint); !fine)
        return deny(std::move(fine.error()));

    auto [note, others] = part(given, log);
    auto base = to_text(note);
    if (auto kept = cosigned_note(rows, actor.tenant); !kept.empty()) {
        const auto before = TRY(tlog::open_checkpoint(kept, trust));
        if (before.checkpoint.size > opened.checkpoint.size)
            return deny(older(before.checkpoint.size));
        if (before.checkpoint.size == opened.checkpoint.size) base = std::move(kept);
    }
    auto merged = TRY(tlog::with_cosignatures(base, others, witnesses));
    auto checked = TRY(tlog::open_checkpoint(merged, trust));
    Cosigned made{.size = checked.checkpoint.size, .by = std::move(checked.cosigned)};
    put(rows, actor.tenant, kCosigned, std::move(merged));
    std::string names;
    for (const auto& one : opened.cosigned) names += (names.empty() ? "" : " ") + one.witness;
    turns.audit(actor, "log.cosign", std::to_string(made.size), names);
    return made;
}

}  // namespace yinuo::server
