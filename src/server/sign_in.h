// Sessions of people: how they begin, how long they last, and how guessing is slowed down.
//
// A session is a document of tenant 0, collection "session", under the hash of its token: the one
// thing that is looked up before the tenant is known. It is over after its hours, when it is ended,
// when its user is disabled, and when the password was changed after it began. A customer's session
// (customer_access.h) is shorter, and over when they are erased.
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
inline constexpr std::int64_t kCustomerSessionHours = 2;

struct KeptSession {
    store::TenantId tenant = 0;
    std::string user;                // empty: a customer's
    store::CustomerId customer = 0;  // of people 0
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
NewSession begin_session(engine::Turns&, store::TenantId, store::CustomerId, Instant now,
                         Instant until);
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

    // The same for asking for a one-time code: one a minute and five an hour for a number, whether
    // or not it is anybody's; five a minute and thirty an hour from an address, behind which there
    // may be a whole village.
    std::optional<Millis> ask_code(std::string_view number, std::string_view address, Instant now);

private:
    struct Tries {
        std::string key;
        int count = 0;
        Instant next = {};  // before it: wait
        Instant at = {};
        Instant minute = {},
                hour = {};  // of codes: since when `in_minute` and `in_hour` are counted
        int in_minute = 0, in_hour = 0;
    };
    using List = std::list<Tries>;
    Tries& tries(const std::string& key, Instant now);
    static Millis delay(int count, int free);

    std::mutex lock_;
    List list_;  // most recent first, bounded
    std::unordered_map<std::string, List::iterator> by_key_;
};

}  // namespace yinuo::server
