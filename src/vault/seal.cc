#include "vault/seal.h"

#include <openssl/evp.h>

#include <array>
#include <climits>
#include <memory>

#include "base/check.h"
#include "vault/encoding.h"
#include "vault/mac.h"

namespace yinuo::vault {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kHeaderSize = 2;

struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

// What a suite looks like on paper.
struct Shape {
    std::size_t nonce;
    std::size_t tag;
};
constexpr Shape shape_of(Suite suite) {
    switch (suite) {
        case Suite::Aes256Gcm: return {12, 16};
        case Suite::Sm4CtrHmacSm3: return {16, kMacSize};
    }
    return {};
}

// Fetched once for the whole program: looking an algorithm up costs more than using it.
const EVP_CIPHER* fetched(Suite suite) {
    static EVP_CIPHER* const aes = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    static EVP_CIPHER* const sm4 = EVP_CIPHER_fetch(nullptr, "SM4-CTR", nullptr);
    const EVP_CIPHER* found = suite == Suite::Aes256Gcm ? aes : sm4;
    check(found != nullptr);
    return found;
}

enum class Way : std::uint8_t { Open = 0, Seal = 1 };

Context begin(Suite suite, std::string_view key, std::string_view nonce, Way way) {
    Context context(EVP_CIPHER_CTX_new());
    check(context != nullptr);
    check(EVP_CipherInit_ex2(context.get(), fetched(suite), unsigned_of(key), unsigned_of(nonce),
                             static_cast<int>(way), nullptr) == 1);
    return context;
}

int length_of(std::string_view text) {
    check(text.size() <= INT_MAX);
    return static_cast<int>(text.size());
}

// Runs `text` through the cipher and appends what comes out.
void run(EVP_CIPHER_CTX* context, std::string_view text, std::string& out) {
    if (text.empty()) return;
    const std::size_t at = out.size();
    out.resize(at + text.size());
    int written = 0;
    check(EVP_CipherUpdate(context, reinterpret_cast<unsigned char*>(out.data()) + at, &written,
                           unsigned_of(text), length_of(text)) == 1);
    check(static_cast<std::size_t>(written) == text.size());  // both suites are stream ciphers
}

void authenticate(EVP_CIPHER_CTX* context, std::string_view associated) {
    int written = 0;
    if (!associated.empty())
        check(EVP_CipherUpdate(context, nullptr, &written, unsigned_of(associated),
                               length_of(associated)) == 1);
}

// The two keys of suite 2: HKDF-Expand with HMAC-SM3, one block each.
Mac expand_sm3(const Key& key, std::string_view info) {
    return hmac(Digest::Sm3, key.expose(), {info, std::string_view("\x01", 1)});
}

Mac tag_sm3(const Key& key, std::string_view associated, std::string_view head_and_nonce,
            std::string_view ciphertext) {
    std::string length;
    append_number<8>(length, associated.size());
    Mac mac_key = expand_sm3(key, "yinuo seal mac");
    const Mac tag =
        hmac(Digest::Sm3, view(mac_key), {head_and_nonce, length, associated, ciphertext});
    wipe(mac_key);
    return tag;
}

void run_sm4(const Key& key, std::string_view nonce, Way way, std::string_view text,
             std::string& out) {
    Mac cipher_key = expand_sm3(key, "yinuo seal sm4");  // SM4 takes its first 16 bytes
    run(begin(Suite::Sm4CtrHmacSm3, view(cipher_key), nonce, way).get(), text, out);
    wipe(cipher_key);
}

// A sealed text cut into its parts.
struct Sealed {
    Suite suite{};
    std::string_view header, nonce, ciphertext, tag;
};

Result<Sealed> cut(std::string_view text) {
    const auto suite = static_cast<Suite>(text.size() < kHeaderSize ? 0 : text[1]);
    const bool known = suite == Suite::Aes256Gcm || suite == Suite::Sm4CtrHmacSm3;
    const Shape shape = known ? shape_of(suite) : Shape{};
    if (!known || text[0] != kVersion || text.size() < kHeaderSize + shape.nonce + shape.tag ||
        text.size() > kHeaderSize + shape.nonce + kPlainMax + shape.tag)
        return refuse({.code = "seal-unreadable",
                       .what = {"这不是本程序加密的数据，或出自更新的版本",
                                "this wasn't sealed by this program, or by a newer one"},
                       .mend = {"检查数据是否完整，程序是否为最新",
                                "check that the data is whole and the program current"}});
    const std::size_t rest = kHeaderSize + shape.nonce;
    return Sealed{suite, text.substr(0, kHeaderSize), text.substr(kHeaderSize, shape.nonce),
                  text.substr(rest, text.size() - rest - shape.tag),
                  text.substr(text.size() - shape.tag)};
}

bool open_gcm(const Key& key, const Sealed& sealed, std::string_view associated,
              std::string& plain) {
    const auto context = begin(sealed.suite, key.expose(), sealed.nonce, Way::Open);
    authenticate(context.get(), sealed.header);
    authenticate(context.get(), associated);
    run(context.get(), sealed.ciphertext, plain);
    std::array<unsigned char, 16> tag;
    sealed.tag.copy(reinterpret_cast<char*>(tag.data()), tag.size());
    check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()),
                              tag.data()) == 1);
    int written = 0;
    std::array<unsigned char, 16> nothing;
    return EVP_CipherFinal_ex(context.get(), nothing.data(), &written) == 1;
}

bool open_sm(const Key& key, const Sealed& sealed, std::string_view associated,
             std::string& plain) {
    const std::string_view front(sealed.header.data(), sealed.header.size() + sealed.nonce.size());
    if (!same(view(tag_sm3(key, associated, front, sealed.ciphertext)), sealed.tag)) return false;
    run_sm4(key, sealed.nonce, Way::Open, sealed.ciphertext, plain);
    return true;
}

void seal_gcm(const Key& key, std::string_view nonce, std::string_view plain,
              std::string_view associated, std::string& out) {
    const auto context = begin(Suite::Aes256Gcm, key.expose(), nonce, Way::Seal);
    authenticate(context.get(), std::string_view(out).substr(0, kHeaderSize));
    authenticate(context.get(), associated);
    run(context.get(), plain, out);
    int written = 0;
    std::array<unsigned char, 16> tag;
    check(EVP_CipherFinal_ex(context.get(), tag.data(), &written) == 1);
    check(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()),
                              tag.data()) == 1);
    out.append(reinterpret_cast<const char*>(tag.data()), tag.size());
}

void seal_sm(const Key& key, std::string_view nonce, std::string_view plain,
             std::string_view associated, std::string& out) {
    const std::size_t front = out.size();
    run_sm4(key, nonce, Way::Seal, plain, out);
    const std::string_view all = out;
    out += view(tag_sm3(key, associated, all.substr(0, front), all.substr(front)));
}

}  // namespace

std::string seal(const Key& key, std::string_view plain, std::string_view associated,
                 Entropy& entropy, Suite suite) {
    check(plain.size() <= kPlainMax);
    const Shape shape = shape_of(suite);
    std::array<std::byte, 16> random;
    const auto nonce = std::span(random).first(shape.nonce);
    entropy.fill(nonce);
    std::string out;
    out.reserve(kHeaderSize + shape.nonce + plain.size() + shape.tag);
    out += kVersion;
    out += static_cast<char>(suite);
    out += view(nonce);
    switch (suite) {
        case Suite::Aes256Gcm: seal_gcm(key, view(nonce), plain, associated, out); break;
        case Suite::Sm4CtrHmacSm3: seal_sm(key, view(nonce), plain, associated, out); break;
    }
    return out;
}

Result<std::string> open(const Key& key, std::string_view sealed, std::string_view associated) {
    const Sealed parts = TRY(cut(sealed));
    std::string plain;
    const bool whole = parts.suite == Suite::Aes256Gcm ? open_gcm(key, parts, associated, plain)
                                                       : open_sm(key, parts, associated, plain);
    if (whole) return plain;
    wipe(plain);  // unauthenticated bytes go no further
    return refuse({.code = "seal-broken",
                   .what = {"无法解密：数据被改动，或密钥、归属不符",
                            "can't be opened: altered, or another key or owner"},
                   .mend = {"核对它的来处；密钥已销毁的数据无法恢复",
                            "check where it came from; what lost its key can't be recovered"}});
}

Key derive(const Key& key, std::string_view purpose, std::string_view context) {
    check(purpose.find('\0') == std::string_view::npos);
    Mac bytes = hmac(Digest::Sha256, key.expose(),
                     {purpose, std::string_view("\0", 1), context, std::string_view("\x01", 1)});
    Key derived(bytes);
    wipe(bytes);
    return derived;
}

}  // namespace yinuo::vault
