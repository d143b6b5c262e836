// Sessions of people: how they begin, how long they last, and how guessing is slowed down.
//
// A session is a document of tenant 0, collection "session", under the hash of its token: the one
// thing that is looked up before the tenant is known. It is over after its hours, when it is ended,
// when its user is disabled, and when the password was changed after it began.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "engine/turns.h"
#include "server/users.h"
#include "store/store.h"
#include "time/instant.h"
#include "vault/token.h"

namespace yinuo::server {

inline constexpr std::string_view kSessions = "session";
inline constexpr std::int64_t kSessionHours = 12;

struct KeptSession {
    store::TenantId tenant = 0;
    std::string user;
    Instant begun_at;
    Instant expires_at;
};

// By the hash of its token (hex); also one that is over by time.
std::optional<KeptSession> find_session(store::Reading&, std::string_view hash_hex);

struct NewSession {
    KeptSession kept;
    vault::Secret<vault::TokenText> text;
};
// `now` is the wall's.
NewSession begin_session(engine::Turns&, store::TenantId, const User&, Instant now);
void end_session(engine::Turns&, std::string_view hash_hex);
// Removes what is over by time, at most a few hundred at once: sessions, kept answers.
void sweep(engine::Turns&, Instant now);

// How long to wait before the next attempt to sign in. An attempt counts when it begins, so that
// many at once don't slip through; a success forgives the account. In memory: a restart forgives.
class SignInDelays {
public:
    // nullopt: go ahead (and it is counted). Otherwise how long to wait first, at most 5 minutes.
    // The first 5 attempts for an account and 30 from an address are free; then 1 s, 2 s, 4 s…
    std::optional<Millis> attempt(std::string_view account, std::string_view address, Instant now);
    void succeeded(std::string_view account);

private:
    struct Tries {
        std::string key;
        int count = 0;
        Instant next;  // before it: wait
        Instant at;
    };
    using List = std::list<Tries>;
    Tries& tries(const std::string& key, Instant now);
    static Millis delay(int count, int free);

    std::mutex lock_;
    List list_;  // most recent first, bounded
    std::unordered_map<std::string, List::iterator> by_key_;
};

}  // namespace yinuo::server
