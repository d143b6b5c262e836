#include "vault/password.h"

#include <sodium.h>

#include <array>

#include "base/check.h"

namespace yinuo::vault {
namespace {

Error out_of_memory() {
    return {
        .code = "password-memory",
        .what = {"没有足够的内存来计算口令摘要", "there isn't enough memory to hash a password"},
        .mend = {"给本机更多内存，或调低 memory_bytes",
                 "give the machine more memory, or lower memory_bytes"}};
}

// crypto_pwhash_str_verify wants a zero at the end and room for the longest.
bool verify_text(std::string_view stored, std::string_view password) {
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (stored.size() >= text.size() || password.size() > Passwords::kLengthMax) return false;
    stored.copy(text.data(), stored.size());
    return crypto_pwhash_str_verify(text.data(), password.data(), password.size()) == 0;
}

}  // namespace

Result<Passwords> Passwords::open(PasswordCost cost) {
    check(sodium_init() >= 0);
    if (cost.passes < crypto_pwhash_OPSLIMIT_MIN || cost.passes > crypto_pwhash_OPSLIMIT_MAX ||
        cost.memory_bytes < crypto_pwhash_MEMLIMIT_MIN ||
        cost.memory_bytes > crypto_pwhash_MEMLIMIT_MAX)
        return refuse({.code = "password-cost",
                       .what = {"argon2id 不接受这样的开销参数", "argon2id doesn't know this cost"},
                       .mend = {"passes 至少 1，memory_bytes 至少 8192（8 KiB）",
                                "passes from 1, memory_bytes from 8192 (8 KiB)"}});
    Passwords passwords(cost);
    std::array<char, 32> someone;
    randombytes_buf(someone.data(), someone.size());
    passwords.nobody_ = TRY(passwords.hash(Secret<Password>({someone.data(), someone.size()})));
    return passwords;
}

Result<std::string> Passwords::hash(const Secret<Password>& password) const {
    const auto text = password.expose();
    if (text.empty() || text.size() > kLengthMax)
        return refuse({.code = "password-length",
                       .what = {"口令为空或过长", "the password is empty or too long"},
                       .mend = {"1 到 1024 个字节", "1 to 1024 bytes"}});
    std::array<char, crypto_pwhash_STRBYTES> out{};
    if (crypto_pwhash_str(out.data(), text.data(), text.size(), cost_.passes, cost_.memory_bytes) !=
        0)
        return refuse(out_of_memory());
    return std::string(out.data());
}

bool Passwords::verify(std::string_view stored, const Secret<Password>& password) const {
    return verify_text(stored, password.expose());
}

bool Passwords::verify_nobody(const Secret<Password>& password) const {
    verify_text(nobody_, password.expose());
    return false;
}

bool Passwords::needs_rehash(std::string_view stored) const {
    return crypto_pwhash_str_needs_rehash(std::string(stored).c_str(), cost_.passes,
                                          cost_.memory_bytes) != 0;
}

}  // namespace yinuo::vault
