#include "vault/mac.h"

#include <openssl/evp.h>

#include <memory>

#include "base/check.h"
#include "vault/secret.h"

namespace yinuo::vault {
namespace {

constexpr std::size_t kBlockSize = 64;

struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

// Fetched once for the whole program: looking an algorithm up costs more than hashing.
const EVP_MD* fetched(Digest digest) {
    static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    static EVP_MD* const sm3 = EVP_MD_fetch(nullptr, "SM3", nullptr);
    const EVP_MD* found = digest == Digest::Sha256 ? sha256 : sm3;
    check(found != nullptr);
    return found;
}

void begin(EVP_MD_CTX* context, const EVP_MD* digest, std::string_view key, unsigned char pad) {
    std::array<unsigned char, kBlockSize> block;
    block.fill(pad);
    for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= static_cast<unsigned char>(key[i]);
    check(EVP_DigestInit_ex2(context, digest, nullptr) == 1);
    check(EVP_DigestUpdate(context, block.data(), block.size()) == 1);
    wipe(std::as_writable_bytes(std::span(block)));
}

}  // namespace

// By hand from two digests: EVP_MAC makes and duplicates a context for each, at twice the time.
Mac hmac(Digest digest, std::string_view key, std::initializer_list<std::string_view> parts) {
    check(key.size() <= kBlockSize);
    const EVP_MD* const algorithm = fetched(digest);
    const Context context(EVP_MD_CTX_new());
    check(context != nullptr);
    Mac mac;
    auto* const out = reinterpret_cast<unsigned char*>(mac.data());
    begin(context.get(), algorithm, key, 0x36);
    for (const auto part : parts)
        check(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
    check(EVP_DigestFinal_ex(context.get(), out, nullptr) == 1);
    begin(context.get(), algorithm, key, 0x5c);
    check(EVP_DigestUpdate(context.get(), mac.data(), mac.size()) == 1);
    check(EVP_DigestFinal_ex(context.get(), out, nullptr) == 1);
    return mac;
}

}  // namespace yinuo::vault
