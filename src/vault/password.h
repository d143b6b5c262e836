// Passwords at rest: argon2id (RFC 9106), salted by libsodium, parameters inside the stored text.
//
// Hashing is meant to be slow: about 100 ms and 64 MiB at the usual cost, so not on a thread that
// others wait for. Safe from several threads.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "vault/secret.h"

namespace yinuo::vault {

// libsodium's "interactive": 2 passes over 64 MiB.
struct PasswordCost {
    unsigned long long passes = 2;           // from 1
    std::size_t memory_bytes = 64ULL << 20;  // from 8 KiB

    // A thousandth of a second, for tests. Nobody's password is safe with it.
    static constexpr PasswordCost cheap() { return {1, 8192}; }
};

class Passwords {
public:
    static constexpr std::size_t kLengthMax = 1024;  // bytes

    // Makes one hash, for verify_nobody(): as slow as any. Refuses a cost that argon2id doesn't
    // know or that the machine's memory doesn't reach.
    static Result<Passwords> open(PasswordCost = {});

    // The text to store ("$argon2id$..."). Refuses an empty password, one above kLengthMax and a
    // machine out of memory.
    Result<std::string> hash(const Secret<Password>&) const;

    // False as well for a stored text that is none. Works with whatever cost it was stored under.
    bool verify(std::string_view stored, const Secret<Password>&) const;

    // What to do when there is no such user: as long as verify(), and always false, so the time
    // of an answer doesn't tell who has an account.
    bool verify_nobody(const Secret<Password>&) const;

    // True when `stored` was made at another cost: hash again at the next good login.
    bool needs_rehash(std::string_view stored) const;

private:
    explicit Passwords(PasswordCost cost) : cost_(cost) {}
    PasswordCost cost_;
    std::string nobody_;
};

}  // namespace yinuo::vault
