#include "engine/tenants.h"

#include <algorithm>

#include "base/check.h"
#include "engine/canonical_json.h"
#include "engine/json_members.h"
#include "tlog/base64.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kCollection = "tenant";
constexpr std::string_view kSelf = "self";
constexpr std::size_t kNameMost = 40;
constexpr std::size_t kTitleMost = 200;
constexpr std::size_t kPersonalMost = 200;
constexpr std::size_t kRungsMost = 10;
constexpr std::size_t kTeamsMost = 10;
constexpr std::int64_t kMinutesMost = 7 * 24 * 60;

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= kNameMost && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

std::string owner_of(std::string_view tenant, std::string_view key) {
    return "tenant/" + std::string(tenant) + "/" + std::string(key);
}

Error bad_settings(Text what, Text mend) {
    return {.code = "bad-tenant", .what = std::move(what), .mend = std::move(mend)};
}

Result<void> check_settings(const Tenant& tenant) {
    if (tenant.title.empty() || tenant.title.size() > kTitleMost)
        return refuse(bad_settings({"租户名称太长或为空", "the title is empty or too long"},
                                   {"1 到 200 字节", "1 to 200 bytes"}));
    if (tenant.personal_fields.size() > kPersonalMost ||
        std::ranges::any_of(tenant.personal_fields, [](const std::string& field) {
            return field.empty() || field.size() > kTitleMost;
        }))
        return refuse(bad_settings(
            {"个人信息字段太多、太长或为空", "personal fields are too many, too long or empty"},
            {"最多 200 个名字", "at most 200 names"}));
    if (tenant.roster.empty() || tenant.roster.size() > kRungsMost)
        return refuse(
            bad_settings({"升级名单应有 1 到 10 级", "a roster has 1 to 10 rungs"},
                         {"例如先责任人，后经理", "for example the owner, then the manager"}));
    for (const Rung& rung : tenant.roster)
        if (rung.addressee.empty() || rung.addressee.size() > kTitleMost || rung.minutes < 1 ||
            rung.minutes > kMinutesMost)
            return refuse(bad_settings({"升级名单的一级没有对象，或分钟数不对",
                                        "a rung has no addressee or no fitting minutes"},
                                       {"每级写一个角色或用户，等 1 到 10080 分钟",
                                        "a role or user for each, who has 1 to 10080 minutes"}));
    auto teams = tenant.approving_teams;
    std::ranges::sort(teams);
    const bool named = std::ranges::all_of(
        teams, [](const std::string& team) { return !team.empty() && team.size() <= kTitleMost; });
    if (!named || teams.size() > kTeamsMost || std::ranges::adjacent_find(teams) != teams.end())
        return refuse(bad_settings(
            {"批准部门太多、重复或为空", "approving teams are too many, come twice or are empty"},
            {"最多 10 个不同的部门，例如 operations、marketing",
             "at most 10 teams, for example operations, marketing"}));
    return {};
}

store::Document self_document(const Tenant& tenant, std::int64_t version) {
    return {.tenant = tenant.id,
            .collection = std::string(kCollection),
            .id = std::string(kSelf),
            .version = version,
            .key = {},
            .body = tenant.to_json()};
}

// Tenants by name: documents of the installation itself.
std::vector<store::Document> all_names(store::Reading& rows) {
    std::vector<store::Document> all;
    for (;;) {
        auto page = rows.documents(0, kCollection, all.empty() ? "" : all.back().id, 200);
        if (page.empty()) return all;
        std::ranges::move(page, std::back_inserter(all));
    }
}

store::TenantId id_in(const store::Document& name) {
    store::TenantId id = 0;
    for (const char c : name.body) id = id * 10 + (c - '0');
    return id;
}

}  // namespace

std::string Tenant::to_json() const {
    std::string out;
    CanonicalObject object(out);
    if (!approving_teams.empty()) {
        object.member("approving_teams") += '[';
        for (const auto& team : approving_teams) {
            if (&team != &approving_teams.front()) out += ',';
            append_canonical_text(out, team);
        }
        out += ']';
    }
    object.text("cipher", cipher);
    object.truth("demo", demo);
    object.text("log_public_key", log_public_key);
    object.text("name", name);
    object.text("origin", origin);
    object.member("personal_fields") += '[';
    for (const auto& field : personal_fields) {
        if (&field != &personal_fields.front()) out += ',';
        append_canonical_text(out, field);
    }
    out += ']';
    object.truth("public_board", public_board);
    object.member("roster") += '[';
    for (const auto& rung : roster) {
        if (&rung != &roster.front()) out += ',';
        CanonicalObject one(out);
        one.text("addressee", rung.addressee);
        one.number("minutes", rung.minutes);
        one.close();
    }
    out += ']';
    object.text("title", title);
    object.text("wrapped_log_seed", tlog::to_base64(wrapped_log_seed));
    object.text("wrapped_salt_key", tlog::to_base64(wrapped_salt_key));
    object.close();
    return out;
}

Result<Tenant> Tenant::from_json(store::TenantId id, std::string_view text) {
    static const Text kWhat{"租户", "the tenant"};
    Arena memory;
    const wire::Json json = TRY(wire::parse_json(text, memory));
    Members in(json, kWhat);
    Tenant tenant;
    tenant.id = id;
    tenant.cipher = in.text("cipher");
    tenant.demo = in.truth("demo");
    tenant.log_public_key = in.text("log_public_key");
    tenant.name = in.text("name");
    tenant.origin = in.text("origin");
    // Older ones had no board.
    tenant.public_board = in.has("public_board") ? in.truth("public_board") : tenant.demo;
    tenant.title = in.text("title");
    tenant.wrapped_log_seed = in.base64("wrapped_log_seed");
    tenant.wrapped_salt_key = in.base64("wrapped_salt_key");
    for (const auto& field : in.array("personal_fields").items)
        tenant.personal_fields.emplace_back(field.string().value_or(""));
    if (in.has("approving_teams"))
        for (const auto& team : in.array("approving_teams").items)
            tenant.approving_teams.emplace_back(team.string().value_or(""));
    for (const auto& one : in.array("roster").items) {
        Members rung(one, {"升级名单的一级", "a rung of the roster"});
        tenant.roster.push_back(
            {.addressee = rung.text("addressee"), .minutes = rung.number("minutes")});
        if (auto fine = rung.finish(); !fine) return refuse(fine.error());
    }
    if (auto fine = in.finish(); !fine) return refuse(fine.error());
    return tenant;
}

Result<Tenant> make_tenant(Turns& turns, const Actor& actor, std::string_view name,
                           std::string_view title, bool demo, std::string_view origin_prefix,
                           std::string_view cipher) {
    if (cipher != kAesGcm && cipher != kSm4)
        return refuse({.code = "bad-tenant",
                       .what = {"不认识加密套件“" + std::string(cipher) + "”",
                                "the cipher \"" + std::string(cipher) + "\" is not known"},
                       .mend = {"写 aes-256-gcm 或 sm4-ctr-hmac-sm3",
                                "write aes-256-gcm or sm4-ctr-hmac-sm3"}});
    if (!is_name(name))
        return refuse({.code = "bad-tenant",
                       .what = {"租户代号不合规则", "this is no name for a tenant"},
                       .mend = {"1 到 40 个小写字母、数字或连字符，例如 acme",
                                "1 to 40 small letters, digits or hyphens, for example acme"}});
    auto& rows = turns.rows();
    const auto names = all_names(rows);
    if (std::ranges::find(names, name, &store::Document::id) != names.end())
        return refuse({.code = "name-taken",
                       .what = {"已有叫“" + std::string(name) + "”的租户",
                                "there is a tenant \"" + std::string(name) + "\" already"},
                       .mend = {"换一个代号", "take another name"}});
    Tenant made;
    made.id = static_cast<store::TenantId>(names.size()) + 1;  // none is ever removed
    made.name = name;
    made.title = title;
    made.demo = demo;
    made.public_board = demo;
    made.cipher = cipher;
    made.origin = std::string(origin_prefix) + "/" + std::string(name);
    made.personal_fields = {"phone", "mobile", "email", "address", "id_number"};
    made.roster = {{.addressee = "owner", .minutes = 15}, {.addressee = "manager", .minutes = 60}};
    if (auto fine = check_settings(made); !fine) return refuse(fine.error());
    auto& entropy = turns.entropy();
    const vault::Key seed = vault::random_key(entropy);
    const auto signer =
        TRY(tlog::SignerKey::from_seed(made.origin, tlog::KeyType::Ed25519, seed.expose()));
    made.log_public_key = signer.verifier().to_text();
    made.wrapped_log_seed = turns.keyring().wrap(seed, owner_of(name, "log"), entropy);
    made.wrapped_salt_key =
        turns.keyring().wrap(vault::random_key(entropy), owner_of(name, "salt"), entropy);
    check(rows.put_document({.tenant = 0,
                             .collection = std::string(kCollection),
                             .id = made.name,
                             .version = 1,
                             .key = std::to_string(made.id),
                             .body = std::to_string(made.id)}));
    check(rows.put_document(self_document(made, 1)));
    turns.audit(actor, "tenant.make", made.name);
    return made;
}

Result<std::int64_t> change_tenant(Turns& turns, const Actor& actor, const TenantSettings& settings,
                                   std::int64_t etag) {
    auto& rows = turns.rows();
    const auto found = rows.document(actor.tenant, kCollection, kSelf);
    if (!found)
        return refuse({.code = "no-tenant", .what = {"没有这个租户", "there is no such tenant"}});
    if (found->version != etag)
        return refuse(
            {.code = "stale",
             .what = {"别人刚改过租户设置", "somebody else changed the settings meanwhile"},
             .mend = {"重新读取后再改", "read them again, then change them"}});
    Tenant changed = TRY(Tenant::from_json(actor.tenant, found->body));
    changed.title = settings.title;
    changed.personal_fields = settings.personal_fields;
    changed.roster = settings.roster;
    changed.public_board = settings.public_board.value_or(changed.public_board);
    changed.approving_teams = settings.approving_teams;
    if (auto fine = check_settings(changed); !fine) return refuse(fine.error());
    check(rows.put_document(self_document(changed, etag + 1)));
    turns.audit(actor, "tenant.change", changed.name);
    return etag + 1;
}

Result<tlog::SignerKey> log_signer(const Tenant& tenant, const vault::Keyring& keyring) {
    const auto seed = TRY(keyring.unwrap(tenant.wrapped_log_seed, owner_of(tenant.name, "log")));
    return tlog::SignerKey::from_seed(tenant.origin, tlog::KeyType::Ed25519, seed.expose());
}

Result<vault::Key> salt_key(const Tenant& tenant, const vault::Keyring& keyring) {
    return keyring.unwrap(tenant.wrapped_salt_key, owner_of(tenant.name, "salt"));
}

Result<bool> rewrap_tenant(store::Writing& rows, store::TenantId id, const vault::Keyring& keyring,
                           vault::Entropy& entropy) {
    const auto found = rows.document(id, kCollection, kSelf);
    check(found.has_value());
    Tenant tenant = TRY(Tenant::from_json(id, found->body));
    bool moved = false;
    for (const auto& [wrapped, key] :
         {std::pair{&tenant.wrapped_log_seed, "log"}, {&tenant.wrapped_salt_key, "salt"}}) {
        if (!keyring.needs_rewrap(*wrapped)) continue;
        *wrapped = TRY(keyring.rewrap(*wrapped, owner_of(tenant.name, key), entropy));
        moved = true;
    }
    if (moved) check(rows.put_document(self_document(tenant, found->version + 1)));
    return moved;
}

std::optional<Tenant> find_tenant(store::Reading& rows, std::string_view name) {
    const auto found = rows.document(0, kCollection, name);
    if (!found) return std::nullopt;
    return tenant(rows, id_in(*found));
}

std::optional<Tenant> tenant(store::Reading& rows, store::TenantId id) {
    if (id == 0) return std::nullopt;
    const auto found = rows.document(id, kCollection, kSelf);
    if (!found) return std::nullopt;
    auto read = Tenant::from_json(id, found->body);
    if (!read) throw store::Trouble(read.error());  // we wrote it: the medium is damaged
    return *std::move(read);
}

std::vector<Tenant> tenants(store::Reading& rows) {
    std::vector<Tenant> all;
    for (const auto& name : all_names(rows))
        if (auto one = tenant(rows, id_in(name))) all.push_back(*std::move(one));
    std::ranges::sort(all, {}, &Tenant::id);
    return all;
}

}  // namespace yinuo::engine
