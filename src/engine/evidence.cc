#include "engine/evidence.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/check.h"
#include "base/utf8.h"
#include "engine/canonical_json.h"
#include "engine/entry.h"
#include "engine/json_members.h"
#include "engine/paying_cashier.h"
#include "engine/tenants.h"
#include "engine/turner.h"
#include "tlog/hash.h"
#include "vault/encoding.h"
#include "vault/random.h"
#include "vault/seal.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kFiles = "evidence-file";
constexpr std::string_view kSealedAs = "~evidence";  // what keys and names are bound to
constexpr std::string_view kPrefix = "evd_";

constexpr std::string_view kMediaTypes[] = {"image/png",  "image/jpeg", "application/pdf",
                                            "text/plain", "audio/mpeg", "video/mp4"};

std::string collection_of(store::StreamId stream) { return "evidence/" + std::to_string(stream); }

// Sorts as the numbers do.
std::string padded(store::Position number) {
    const auto digits = std::to_string(number);
    return std::string(19 - std::min<std::size_t>(19, digits.size()), '0') + digits;
}

// An MPEG audio frame: eleven bits of sync, a version, a layer and a bit rate that exist.
bool is_mpeg_frame(std::string_view bytes) {
    if (bytes.size() < 4) return false;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    return byte(0) == 0xFF && (byte(1) & 0xE0) == 0xE0 && (byte(1) & 0x18) != 0x08 &&
           (byte(1) & 0x06) == 0x02 && (byte(2) & 0xF0) != 0xF0;
}

bool is_plain_text(std::string_view bytes) {
    const auto odd = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
    };
    return !bytes.empty() && find_bad_utf8(bytes) == std::string_view::npos &&
           std::ranges::none_of(bytes, odd);
}

// {"sealed":"…"}: the file's key and name.
Result<std::string> seal_about(Turns& turns, const store::Stream& stream, const SealedFile& file,
                               std::string_view name) {
    const auto key = vault::to_base64(file.key.expose(), vault::Base64::Standard);
    const wire::ReportedField fields[] = {{"key", feel::Value::string(key)},
                                          {"name", feel::Value::string(name)}};
    const auto sealed = TRY(turns.keys().seal(turns.rows(), turns.entropy(), stream.tenant,
                                              stream.customer, kSealedAs, file.sha256, fields));
    std::string body;
    CanonicalObject object(body);
    object.text("sealed", vault::to_base64(sealed, vault::Base64::Standard));
    object.close();
    return body;
}

struct About {
    std::string key, name;
};
Result<About> open_about(store::Reading& rows, Keys& keys, store::TenantId tenant,
                         const Evidence& of) {
    const auto document = rows.document(tenant, collection_of(of.stream), padded(of.position));
    if (!document)
        return refuse(
            {.code = "erased", .what = {"这份材料已删除", "this file was dropped with its key"}});
    Arena memory;
    const auto outer = TRY(wire::parse_json(document->body, memory));
    Members in(outer, {"举证材料", "evidence"});
    const auto sealed = in.base64("sealed");
    const auto opened = TRY(keys.unseal(rows, tenant, of.customer, kSealedAs, of.sha256, sealed));
    const auto inner = TRY(wire::parse_json(opened, memory));
    Members about(inner, {"举证材料", "evidence"});
    About made;
    made.key = about.base64("key");
    made.name = about.text("name");
    if (auto fine = about.finish(); !fine) return refuse(std::move(fine.error()));
    return made;
}

std::string leaf_of(const Evidence& evidence, std::string_view origin) {
    std::string out;
    CanonicalObject leaf(out);
    leaf.instant("at", evidence.at);
    leaf.text("by", evidence.by);
    if (evidence.customer != 0) leaf.number("customer", evidence.customer);
    leaf.text("log", origin);
    leaf.text("media_type", evidence.media_type);
    leaf.text("sha256", evidence.sha256);
    leaf.number("size", evidence.size);
    leaf.text("subject", evidence.subject);
    leaf.text("type", "evidence");
    leaf.number("v", 1);
    leaf.close();
    return out;
}

std::optional<Evidence> read(const store::Entry& entry) {
    Arena memory;
    const auto json = wire::parse_json(entry.body, memory);
    if (!json) return std::nullopt;
    Members in(*json, {"举证材料", "evidence"});
    Evidence made{.position = entry.position,
                  .stream = entry.stream,
                  .customer = in.has("customer") ? in.number("customer") : 0,
                  .subject = in.text("subject"),
                  .media_type = in.text("media_type"),
                  .sha256 = in.text("sha256"),
                  .size = in.number("size"),
                  .by = in.text("by"),
                  .at = in.instant("at"),
                  .name = {}};
    for (const auto* more : {"log", "type", "v"}) in.skip(more);
    if (!in.finish()) return std::nullopt;
    return made;
}

std::optional<Evidence> at_position(store::Reading& rows, store::TenantId tenant,
                                    store::Position position) {
    const auto entry = rows.entry(position);
    if (!entry || entry->tenant != tenant ||
        entry->kind != static_cast<std::uint8_t>(EntryKind::Evidence))
        return std::nullopt;
    return read(*entry);
}

void name_it(store::Reading& rows, Keys& keys, store::TenantId tenant, Evidence& evidence) {
    if (auto about = open_about(rows, keys, tenant, evidence))
        evidence.name = std::move(about->name);
}

std::string bound_to(std::string_view sha256) { return "evidence\n" + std::string(sha256); }

}  // namespace

std::vector<std::string_view> evidence_media_types() {
    return {std::begin(kMediaTypes), std::end(kMediaTypes)};
}

// Signatures: PNG 3rd edition 5.2; ITU-T T.81 (SOI, then a marker); ISO 32000-1 7.5.2; ISO 14496-12
// 4.3 (a box "ftyp" comes first); ID3v2 3.1 or an MPEG frame of layer III.
std::string_view media_type_of(std::string_view bytes) {
    using namespace std::string_view_literals;
    if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv)) return kMediaTypes[0];
    if (bytes.starts_with("\xFF\xD8\xFF"sv)) return kMediaTypes[1];
    if (bytes.starts_with("%PDF-"sv)) return kMediaTypes[2];
    if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp"sv) return kMediaTypes[5];
    if (bytes.starts_with("ID3"sv) || is_mpeg_frame(bytes)) return kMediaTypes[4];
    if (is_plain_text(bytes)) return kMediaTypes[3];
    return {};
}

std::string evidence_text(store::Position position) {
    return std::string(kPrefix) + std::to_string(position);
}

std::optional<store::Position> parse_evidence(std::string_view text) {
    if (!text.starts_with(kPrefix)) return std::nullopt;
    store::Position position = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + kPrefix.size(), end, position);
    if (read.ec != std::errc() || read.ptr != end || position <= 0) return std::nullopt;
    return position;
}

SealedFile seal_file(std::string_view bytes, vault::Entropy& entropy, std::string_view cipher) {
    SealedFile file{.sha256 = vault::to_hex(tlog::sha256(bytes).view()),
                    .size = std::ssize(bytes),
                    .key = vault::random_key(entropy),
                    .body = "\""};
    const auto suite = cipher == kSm4 ? vault::Suite::Sm4CtrHmacSm3 : vault::Suite::Aes256Gcm;
    file.body +=
        vault::to_base64(vault::seal(file.key, bytes, bound_to(file.sha256), entropy, suite),
                         vault::Base64::Standard);
    file.body += '"';
    return file;
}

Result<Evidence> add_evidence(Turns& turns, const Actor& actor, const store::Stream& stream,
                              const SealedFile& file, std::string_view media_type,
                              std::string_view name) {
    auto& rows = turns.rows();
    const auto before = evidence_of(rows, &turns.keys(), stream);
    const auto same = std::ranges::find(before, file.sha256, &Evidence::sha256);
    if (same != before.end()) return *same;
    if (before.size() >= kEvidenceMost)
        return refuse({.code = "too-many-files",
                       .what = {"这项业务已有 20 份材料", "this subject has 20 files already"},
                       .mend = {"合并成一份 PDF 再交", "put several into one PDF"}});
    const auto about = TRY(seal_about(turns, stream, file, name));
    Evidence made{.stream = stream.id,
                  .customer = stream.customer,
                  .subject = stream.name,
                  .media_type = std::string(media_type),
                  .sha256 = file.sha256,
                  .size = file.size,
                  .by = actor.id,
                  .at = turns.now(),
                  .name = std::string(name)};
    const Till till = turns.till();
    const auto leaf = leaf_of(made, till.turner.tenant_of(till.group, stream.tenant).origin);
    made.position = till.turner
                        .append(till.group,
                                {.tenant = stream.tenant,
                                 .stream = stream.id,
                                 .kind = static_cast<std::uint8_t>(EntryKind::Evidence),
                                 .recorded_at = turns.now(),
                                 .body = leaf},
                                stream.customer, leaf)
                        .position;
    for (const auto& [collection, body] :
         {std::pair(collection_of(stream.id), &about), std::pair(std::string(kFiles), &file.body)})
        check(rows.put_document({.tenant = stream.tenant,
                                 .collection = collection,
                                 .id = padded(made.position),
                                 .key = {},
                                 .body = *body}));
    return made;
}

std::vector<Evidence> evidence_of(store::Reading& rows, Keys* keys, const store::Stream& stream) {
    std::vector<Evidence> all;
    rows.entries_of(stream.id, 0, [&](const store::Entry& entry) {
        if (entry.kind == static_cast<std::uint8_t>(EntryKind::Evidence))
            if (auto one = read(entry)) all.push_back(std::move(*one));
        return true;
    });
    if (keys != nullptr)
        for (auto& one : all) name_it(rows, *keys, stream.tenant, one);
    return all;
}

std::optional<Evidence> find_evidence(store::Reading& rows, Keys& keys, store::TenantId tenant,
                                      store::Position position) {
    auto found = at_position(rows, tenant, position);
    if (found) name_it(rows, keys, tenant, *found);
    return found;
}

Result<std::string> open_evidence(store::Reading& rows, Keys& keys, store::TenantId tenant,
                                  const Evidence& evidence) {
    const auto about = TRY(open_about(rows, keys, tenant, evidence));
    const auto document = rows.document(tenant, kFiles, padded(evidence.position));
    const Error broken{
        .code = "seal-broken",
        .what = {"存的不是当时交的那份材料", "what is kept isn't what was handed in"},
        .mend = {"从备份恢复", "restore a backup"}};
    if (!document || document->body.size() < 2 || about.key.size() != vault::Key::kSize)
        return refuse(broken);
    const auto sealed =
        vault::from_base64(std::string_view(document->body).substr(1, document->body.size() - 2),
                           vault::Base64::Standard);
    if (!sealed) return refuse(broken);
    const vault::Key key(vault::bytes_of(about.key).first<vault::Key::kSize>());
    auto bytes = TRY(vault::open(key, *sealed, bound_to(evidence.sha256)));
    if (vault::to_hex(tlog::sha256(bytes).view()) != evidence.sha256) return refuse(broken);
    return bytes;
}

void drop_evidence(store::Writing& rows, const store::Stream& stream) {
    const auto collection = collection_of(stream.id);
    const auto all = rows.documents(stream.tenant, collection, {}, kEvidenceMost + 1);
    for (const auto& one : all) {
        rows.remove_document(stream.tenant, kFiles, one.id);
        rows.remove_document(stream.tenant, collection, one.id);
    }
}

}  // namespace yinuo::engine
