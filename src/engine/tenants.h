// A company on the system, and what it has set for itself.
//
// The document "self" of the collection "tenant". The tenant's log key, and the key that salts
// leaves about nobody in particular, are sealed by the keyring in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/turns.h"
#include "tlog/key.h"

namespace yinuo::engine {

// A rung of the roster: who hears a warning that nobody below acknowledged in time.
struct Rung {
    std::string addressee;      // "owner": the clause's own; otherwise a role or a user
    std::int64_t minutes = 15;  // after which it climbs; of the last: never
};

// What personal data is sealed with; a tenant's for good. SM4 and SM3 are GB/T 32907 and 32905 国密.
inline constexpr std::string_view kAesGcm = "aes-256-gcm";
inline constexpr std::string_view kSm4 = "sm4-ctr-hmac-sm3";

struct Tenant {
    store::TenantId id = 0;
    std::string name;              // short, in addresses: "demo"
    std::string title;             // as people call it
    bool demo = false;             // says so everywhere
    bool public_board = false;     // shows its promises, and how they are kept, to everybody
    std::string origin;            // of its transparency log: "yinuo.example/demo"
    std::string log_public_key;    // a note verifier key
    std::string wrapped_log_seed;  // Ed25519 seed, wrapped by the keyring
    std::string wrapped_salt_key;
    std::vector<std::string> personal_fields;  // names that are personal wherever they come
    std::vector<Rung> roster;
    std::vector<std::string> approving_teams = {};  // a promise is published with one of each
    std::string cipher = std::string(kAesGcm);

    std::string to_json() const;
    static Result<Tenant> from_json(store::TenantId, std::string_view);
};

// Makes keys and the document; a demo shows its board. Refuses a name that is taken or isn't 1-40 of [a-z0-9-], and a cipher
// that is neither of the two.
Result<Tenant> make_tenant(Turns&, const Actor&, std::string_view name, std::string_view title,
                           bool demo, std::string_view origin_prefix,
                           std::string_view cipher = kAesGcm);
// What a tenant may set for itself. Refuses a stale etag (the document's version) and settings that
// make no sense; answers with the new etag.
struct TenantSettings {
    std::string title;
    std::vector<std::string> personal_fields;
    std::vector<Rung> roster;
    // Teams 部门 of which somebody each approves a promise before it is published. Empty: any second
    // person does.
    std::vector<std::string> approving_teams = {};
    std::optional<bool> public_board = {};  // nullopt: as it is
};
Result<std::int64_t> change_tenant(Turns&, const Actor&, const TenantSettings&, std::int64_t etag);

// Who signs its checkpoints: the note key of its origin. Refuses when no master key opens it.
Result<tlog::SignerKey> log_signer(const Tenant&, const vault::Keyring&);
// What seals and salts whatever is about nobody we know. Refuses likewise.
Result<vault::Key> salt_key(const Tenant&, const vault::Keyring&);

// Moves what the document holds under the newest master key. False: it lay there already.
Result<bool> rewrap_tenant(store::Writing&, store::TenantId, const vault::Keyring&,
                           vault::Entropy&);

// From any reading; nullopt: there is none.
std::optional<Tenant> find_tenant(store::Reading&, std::string_view name);
std::optional<Tenant> tenant(store::Reading&, store::TenantId);
std::vector<Tenant> tenants(store::Reading&);

}  // namespace yinuo::engine
