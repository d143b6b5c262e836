#include "vault/seal.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <string>

#include "vault/encoding.h"
#include "vault/keyring.h"
#include "vault/mac.h"

namespace yinuo::vault {
namespace {

std::string hex(std::string_view digits) { return from_hex(digits).value(); }
Key key_of(std::string_view bytes) { return Key(bytes_of(bytes).first<Key::kSize>()); }
Key counting_key() {
    std::string bytes;
    for (char i = 0; i < 32; ++i) bytes += i;
    return key_of(bytes);
}

// The bare cipher, straight from OpenSSL: what our format is held against, after it has shown
// itself right by published vectors.
std::string cipher(const EVP_CIPHER* kind, std::string_view key, std::string_view nonce,
                   std::string_view associated, std::string_view plain, std::size_t tag_size) {
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    int n = 0;
    EVP_EncryptInit_ex(context, kind, nullptr, unsigned_of(key), unsigned_of(nonce));
    if (!associated.empty())
        EVP_EncryptUpdate(context, nullptr, &n, unsigned_of(associated),
                          static_cast<int>(associated.size()));
    std::string out(plain.size() + tag_size, '\0');
    auto* const at = reinterpret_cast<unsigned char*>(out.data());
    EVP_EncryptUpdate(context, at, &n, unsigned_of(plain), static_cast<int>(plain.size()));
    unsigned char rest[32];
    EVP_EncryptFinal_ex(context, rest, &n);
    if (tag_size != 0)
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size),
                            at + plain.size());
    EVP_CIPHER_CTX_free(context);
    return out;
}

// "The Galois/Counter Mode of Operation" (McGrew, Viega), test case 16.
TEST_CASE("AES-256-GCM is what its authors published") {
    const auto key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    const auto plain =
        hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    CHECK(to_hex(cipher(EVP_aes_256_gcm(), key, hex("cafebabefacedbaddecaf888"),
                        hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"), plain, 16)) ==
          "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
          "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
          "76fc6ece0f4e1768cddf8853bb2d551b");
}

// draft-ribose-cfrg-sm4-10, appendix A.2.5.1.
TEST_CASE("SM4-CTR is what its standard's draft published") {
    CHECK(to_hex(cipher(EVP_sm4_ctr(), hex("0123456789abcdeffedcba9876543210"),
                        hex("000102030405060708090a0b0c0d0e0f"), {},
                        hex("aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
                            "eeeeeeeeeeeeeeeeffffffffffffffffaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb"),
                        0)) ==
          "ac3236cb970cc20791364c395a1342d1a3cbc1878c6f30cd074cce385cdd70c7"
          "f234bc0e24c11980fd1286310ce37b926e02fcd0faa0baf38b2933851d824514");
}

TEST_CASE("HMAC is what RFC 4231 and GM/T 0042 published") {
    // RFC 4231, test cases 1 and 2.
    CHECK(to_hex(view(hmac(Digest::Sha256, std::string(20, '\x0b'), {"Hi ", "There"}))) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(to_hex(view(hmac(Digest::Sha256, "Jefe", {"what do ya want for nothing?"}))) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    // GM/T 0042-2015.
    CHECK(to_hex(view(hmac(Digest::Sm3,
                           hex("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"),
                           {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"}))) ==
          "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a");
}

TEST_CASE("a sealed text has exactly the form that seal.h describes") {
    SeededEntropy entropy(1);
    const Key key = counting_key();
    SUBCASE("AES-256-GCM") {
        const auto sealed = seal(key, "13800138000", "customer/42/phone", entropy);
        const auto nonce = sealed.substr(2, 12);
        CHECK(sealed == std::string("\x01\x01", 2) + nonce +
                            cipher(EVP_aes_256_gcm(), key.expose(), nonce,
                                   std::string("\x01\x01", 2) + "customer/42/phone", "13800138000",
                                   16));
    }
    SUBCASE("SM4-CTR with HMAC-SM3") {
        const auto sealed =
            seal(key, "13800138000", "customer/42/phone", entropy, Suite::Sm4CtrHmacSm3);
        const auto front = sealed.substr(0, 18);
        const auto cipher_key = hmac(Digest::Sm3, key.expose(), {"yinuo seal sm4\x01"});
        const auto mac_key = hmac(Digest::Sm3, key.expose(), {"yinuo seal mac\x01"});
        const auto body = cipher(EVP_sm4_ctr(), view(cipher_key).substr(0, 16), front.substr(2), {},
                                 "13800138000", 0);
        CHECK(front.starts_with(std::string("\x01\x02", 2)));
        CHECK(sealed == front + body +
                            std::string(view(hmac(Digest::Sm3, view(mac_key),
                                                  {front, std::string_view("\0\0\0\0\0\0\0\x11", 8),
                                                   "customer/42/phone", body}))));
    }
}

TEST_CASE("what was sealed opens, and any flipped bit, cut or other owner is refused") {
    SeededEntropy entropy(2);
    const Key key = random_key(entropy);
    for (const Suite suite : {Suite::Aes256Gcm, Suite::Sm4CtrHmacSm3}) {
        for (const std::size_t size : {0UZ, 1UZ, 16UZ, 200UZ}) {
            const std::string plain(size, 'p');
            const auto sealed = seal(key, plain, "acme/42", entropy, suite);
            CHECK(open(key, sealed, "acme/42").value() == plain);
            CHECK(open(key, sealed, "acme/43").error().code == "seal-broken");
            CHECK(open(key, sealed, "").error().code == "seal-broken");
            CHECK(open(random_key(entropy), sealed, "acme/42").error().code == "seal-broken");
            for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
                auto altered = sealed;
                altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
                REQUIRE_FALSE(open(key, altered, "acme/42").has_value());
            }
            for (std::size_t end = 0; end < sealed.size(); ++end)
                REQUIRE_FALSE(open(key, sealed.substr(0, end), "acme/42").has_value());
            REQUIRE_FALSE(open(key, sealed + "x", "acme/42").has_value());
        }
    }
}

TEST_CASE("moving bytes between the associated data and the text is refused") {
    SeededEntropy entropy(3);
    const Key key = random_key(entropy);
    for (const Suite suite : {Suite::Aes256Gcm, Suite::Sm4CtrHmacSm3}) {
        auto sealed = seal(key, "text", "owner", entropy, suite);
        const std::size_t at = suite == Suite::Aes256Gcm ? 14 : 18;
        auto moved = sealed;
        moved.erase(at, 1);
        CHECK_FALSE(open(key, moved, "owner" + sealed.substr(at, 1)).has_value());
        sealed.insert(at, "r");
        CHECK_FALSE(open(key, sealed, "owne").has_value());
    }
}

TEST_CASE("two seals of the same text differ") {
    SystemEntropy entropy;
    const Key key = random_key(entropy);
    CHECK(seal(key, "same", "", entropy) != seal(key, "same", "", entropy));
}

TEST_CASE("a derived key is one block of HKDF-Expand, one for each purpose and context") {
    const Key key = counting_key();
    CHECK(derive(key, "leaf", "7").expose() ==
          view(hmac(Digest::Sha256, key.expose(), {std::string_view("leaf\0007\001", 7)})));
    CHECK(derive(key, "leaf", "7").expose() != derive(key, "leaf", "8").expose());
    CHECK(derive(key, "leaf", "7").expose() != derive(key, "link", "7").expose());
    CHECK(derive(key, "leaf7", "").expose() != derive(key, "leaf", "7").expose());
}

TEST_CASE("a customer's key comes back from its wrapping, for its owner only") {
    SeededEntropy entropy(4);
    const auto ring = Keyring::of({random_key(entropy)}).value();
    const Key data_key = random_key(entropy);
    const auto wrapped = ring.wrap(data_key, "acme/cus_42", entropy);
    CHECK(ring.unwrap(wrapped, "acme/cus_42").value().expose() == data_key.expose());
    CHECK(ring.unwrap(wrapped, "acme/cus_43").error().code == "seal-broken");
    CHECK(ring.unwrap("short", "acme/cus_42").error().code == "master-unknown");
    CHECK(wrapped.find(data_key.expose()) == std::string::npos);
    CHECK(to_hex(wrapped.substr(0, 8)) == ring.newest_id());
}

TEST_CASE("更换主密钥: the newest master wraps, older ones still open, rewrapping moves over") {
    SeededEntropy entropy(5);
    const Key old_master = random_key(entropy);
    const Key new_master = random_key(entropy);
    const auto before = Keyring::of({old_master}).value();
    const auto during = Keyring::of({old_master, new_master}).value();
    const auto after = Keyring::of({new_master}, Suite::Sm4CtrHmacSm3).value();

    const Key data_key = random_key(entropy);
    const auto wrapped = before.wrap(data_key, "acme/1", entropy);
    CHECK_FALSE(before.needs_rewrap(wrapped));
    CHECK(during.needs_rewrap(wrapped));
    CHECK(after.unwrap(wrapped, "acme/1").error().code == "master-unknown");

    const auto moved = during.rewrap(wrapped, "acme/1", entropy).value();
    CHECK_FALSE(during.needs_rewrap(moved));
    CHECK(after.unwrap(moved, "acme/1").value().expose() == data_key.expose());
    CHECK(during.rewrap(wrapped, "acme/2", entropy).error().code == "seal-broken");
}

TEST_CASE("a keyring of nothing, or of the same key twice, is refused") {
    CHECK(Keyring::of({}).error().code == "master-missing");
    CHECK(Keyring::of({counting_key(), counting_key()}).error().code == "master-twice");
}

TEST_CASE("several master keys are read a line each, the newest last") {
    SeededEntropy entropy(6);
    const Key old_master = random_key(entropy), new_master = random_key(entropy);
    const auto first = to_hex(old_master.expose());
    const auto second = to_base64(new_master.expose(), Base64::Standard);
    const auto both = read_master_keys(first + "\r\n\n" + second).value();
    REQUIRE(both.size() == 2);
    CHECK(both[0].expose() == old_master.expose());
    CHECK(both[1].expose() == new_master.expose());
    CHECK(read_master_keys(old_master.expose()).value().size() == 1);
    CHECK(read_master_keys(first + "\n").value().size() == 1);
    CHECK(read_master_keys("").error().code == "master-key");
    CHECK(read_master_keys("\n\n").error().code == "master-key");
    CHECK(read_master_keys(first + "\nshort\n").error().code == "master-key");
    std::string many;
    for (std::size_t i = 0; i <= kMastersMost; ++i)
        many += to_hex(random_key(entropy).expose()) + "\n";
    CHECK(read_master_keys(many).error().code == "master-key");
}

TEST_CASE("a master key is read as raw bytes, hexadecimal or base64") {
    const std::string raw(counting_key().expose());
    for (const auto& text : {raw, to_hex(raw), to_hex(raw) + "\n", to_base64(raw, Base64::Standard),
                             to_base64(raw, Base64::Standard) + "\r\n"})
        CHECK(read_master_key(text).value().expose() == raw);
    for (const auto& text : {std::string(), raw + "x", to_hex(raw) + "0", std::string(64, 'g'),
                             to_base64(raw.substr(1), Base64::Standard)})
        CHECK(read_master_key(text).error().code == "master-key");
}

}  // namespace
}  // namespace yinuo::vault
