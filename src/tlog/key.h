// Ed25519 keys of C2SP signed-note and tlog-cosignature, by name and ID.
//
// A key signs either notes (type 0x01) or, as a witness, timestamped cosignatures of checkpoints
// (type 0x04, cosignature/v1). Its ID is the first four bytes of
// SHA-256(name || 0x0A || type || public key): a means to find a key, no proof of anything.
// Seeds are handed in, never made or stored here; a SignerKey wipes its secret when it goes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace yinuo::tlog {

enum class KeyType : std::uint8_t { Ed25519 = 0x01, Cosignature = 0x04 };

// A signature line of a note: "— name base64(key_id || bytes)".
struct Signature {
    std::string name;
    std::uint32_t key_id = 0;
    std::string bytes;
    bool operator==(const Signature&) const = default;
};
std::string to_text(const Signature&);  // the line with its newline

// A key's name: UTF-8, not empty, without Unicode spaces, plus signs and control characters, of at
// most 255 bytes.
// It should be an address without scheme, such as example.com/log.
bool is_key_name(std::string_view name);

class VerifierKey {
public:
    // Refuses a name that isn't one and a public key that isn't 32 bytes ("bad-key").
    static Result<VerifierKey> make(std::string_view name, KeyType, std::string_view public_key);

    // A vkey: "name+hex(id)+base64(type || public key)". Refuses other types than ours, and an ID
    // that isn't this key's.
    static Result<VerifierKey> parse(std::string_view vkey);
    std::string to_text() const;

    const std::string& name() const { return name_; }
    KeyType type() const { return type_; }
    std::uint32_t id() const { return id_; }
    std::string_view public_key() const { return {public_key_.data(), public_key_.size()}; }

    bool is_meant_by(const Signature& signature) const {
        return signature.key_id == id_ && signature.name == name_;
    }
    // Whether `signature`, which must mean this key, is one of `text`.
    bool verify(std::string_view text, const Signature& signature) const;

    bool operator==(const VerifierKey&) const = default;

private:
    std::string name_;
    KeyType type_ = KeyType::Ed25519;
    std::uint32_t id_ = 0;
    std::array<char, 32> public_key_{};
};

// When a cosignature says it was made: POSIX seconds. nullopt if its bytes are no cosignature.
std::optional<std::uint64_t> cosigned_at(const Signature&);

class SignerKey {
public:
    // Refuses a name that isn't one and a seed (RFC 8032's private key) that isn't 32 bytes.
    static Result<SignerKey> from_seed(std::string_view name, KeyType, std::string_view seed);
    SignerKey(const SignerKey&) = default;
    SignerKey& operator=(const SignerKey&) = default;
    ~SignerKey();

    const VerifierKey& verifier() const { return verifier_; }
    const std::string& name() const { return verifier_.name(); }

    // Of a note's text, newline included. The key must be of type Ed25519.
    Signature sign(std::string_view text) const;

    // A witness's, made at `seconds` (POSIX, 1 .. 2^63 - 1). The key must be of type Cosignature.
    Signature cosign(std::string_view text, std::uint64_t seconds) const;

private:
    SignerKey() = default;
    VerifierKey verifier_;
    std::array<unsigned char, 64> secret_{};
};

}  // namespace yinuo::tlog
