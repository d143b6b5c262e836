#include "tlog/note.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "tlog/base64.h"

using namespace yinuo;
using namespace yinuo::tlog;

namespace {

// The example of the specification.
constexpr std::string_view kVkey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view kNote =
    "This is an example message.\n\n"
    "— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    "\n";

SignerKey signer(std::string_view name, char seed, KeyType type = KeyType::Ed25519) {
    return *SignerKey::from_seed(name, type, std::string(32, seed));
}

std::string refusal(std::string_view bytes) {
    const auto note = parse_note(bytes);
    return note ? "none" : note.error().what.en;
}

}  // namespace

TEST_CASE("the specification's example verifies, and is written as it was read") {
    const auto key = VerifierKey::parse(kVkey);
    REQUIRE(key);
    CHECK(key->name() == "example.com/foo");
    CHECK(key->id() == 0x530d903a);
    CHECK(key->to_text() == kVkey);
    const auto note = parse_note(kNote);
    REQUIRE(note);
    CHECK(to_text(*note) == kNote);
    const auto verified = verify(*note, {&*key, 1});
    REQUIRE(verified);
    CHECK(verified->size() == 1);
    CHECK_FALSE(verified->front().seconds);
}

TEST_CASE("the key of RFC 8032's first test signs as it says there") {
    std::string seed;
    for (const int byte : {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                           0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                           0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60})
        seed += static_cast<char>(byte);
    const auto key = SignerKey::from_seed("rfc", KeyType::Ed25519, seed);
    REQUIRE(key);
    CHECK(to_base64(key->verifier().public_key()) ==
          "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    CHECK(to_base64(key->sign("").bytes) ==
          "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc"
          "+bRr0lv18FlbviRlUUFDjnoQCw==");
}

TEST_CASE("any flipped bit of a signed note is refused") {
    const auto key = signer("示例.cn/日志", 'k');
    Note note{"承诺\n\n第二段\n", {}};
    note.signatures.push_back(key.sign(note.text));
    const std::string text = to_text(note);
    REQUIRE(verify(*parse_note(text), {&key.verifier(), 1}));
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        std::string flipped = text;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
        const auto read = parse_note(flipped);
        CHECK_FALSE((read && verify(*read, {&key.verifier(), 1})));
    }
}

TEST_CASE("unknown signatures are ignored, a wrong one of a known key spoils the note") {
    const auto log = signer("example.com/log", 'a');
    const auto other = signer("example.com/log", 'b');  // same name, another ID
    Note note{"text\n", {other.sign("text\n"), log.sign("text\n"), log.sign("text\n")}};
    const auto verified = verify(note, {&log.verifier(), 1});
    REQUIRE(verified);
    CHECK(verified->size() == 1);  // once, though it signed twice

    CHECK(verify({"text\n", {other.sign("text\n")}}, {&log.verifier(), 1}).error().what.en ==
          "no known key has signed it");
    note.signatures.push_back(log.sign("other text\n"));
    CHECK(verify(note, {&log.verifier(), 1}).error().what.en ==
          "the signature of example.com/log doesn't match the text");
}

TEST_CASE("a malformed note says what is off") {
    CHECK(refusal("") == "not a signed note: there is no empty line before the signatures");
    CHECK(refusal("text\n\n") == "not a signed note: there is no signature");
    CHECK(refusal("text\n\n— a b\n") == "not a signed note: signature line 1 is malformed");
    CHECK(refusal("te\txt\n\n") == "not a signed note: it holds a control character");
    CHECK(refusal("te\xc0\x80xt\n\n") == "not a signed note: it is not UTF-8");
    CHECK(refusal("te\xed\xa0\x80xt\n\n") == "not a signed note: it is not UTF-8");
    CHECK(refusal(kNote.substr(0, kNote.size() - 1)) ==
          "not a signed note: its last line has no newline");
    CHECK(refusal(std::string(kNoteBytesMax + 1, 'a')) == "not a signed note: larger than 1 MiB");
    std::string many = "text\n\n";
    for (std::size_t i = 0; i < kSignaturesMax; ++i) many += "— a AAAAAAA=\n";
    CHECK(refusal(many) == "none");
    CHECK(refusal(many + "— a AAAAAAA=\n") == "not a signed note: more than 64 signatures");
}

TEST_CASE("names without a place in a signature line are no key names") {
    for (const auto* good : {"example.com/log", "oid/1.2.3", "示例.cn"}) CHECK(is_key_name(good));
    for (const auto* bad : {"", "a b", "a+b", "a\nb", "a\u00a0b", "a\u3000b", "\xff", "\u2028"})
        CHECK_FALSE(is_key_name(bad));
    CHECK_FALSE(is_key_name(std::string(256, 'a')));
}

TEST_CASE("a verifier key that isn't one says what is off") {
    const auto told = [](std::string_view vkey) {
        const auto key = VerifierKey::parse(vkey);
        return key ? "none" : key.error().what.en;
    };
    CHECK(told("example.com/foo") == "not a key: it has no three parts with a + between");
    CHECK(told("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k") ==
          "not a key: its ID should be 530d903a");
    CHECK(told("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k") ==
          "not a key: its ID should be 530d903a");
    CHECK(told("example.com/foo+530d903a+BukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k") ==
          "not a key: signature type 6 is not supported");
    CHECK(told("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv") ==
          "not a key: the public key is not 32 bytes");
    CHECK(told("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k") == "the key has no name");
    CHECK(SignerKey::from_seed("a", KeyType::Ed25519, "short").error().what.en ==
          "the seed has 5 bytes");
}

TEST_CASE("base64 goes both ways, and each sequence of bytes has one text") {
    rc::check([](const std::string& bytes) { RC_ASSERT(from_base64(to_base64(bytes)) == bytes); });
    for (const auto* bad :
         {"A", "AA", "AAA", "AA=A", "A===", "====", "AB==", "AAB=", "AAA\n", "AA==AA==", "AAA-"})
        CHECK_FALSE(from_base64(bad));
    CHECK(from_base64("")->empty());
}
