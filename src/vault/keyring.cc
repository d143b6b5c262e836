#include "vault/keyring.h"

#include <algorithm>
#include <optional>

#include "vault/encoding.h"

namespace yinuo::vault {
namespace {

Key key_of(std::string_view bytes) { return Key(bytes_of(bytes).first<Key::kSize>()); }

}  // namespace

Result<Key> read_master_key(std::string_view bytes) {
    if (bytes.size() == Key::kSize) return key_of(bytes);
    while (bytes.ends_with('\n') || bytes.ends_with('\r')) bytes.remove_suffix(1);
    auto key =
        bytes.size() == 2 * Key::kSize ? from_hex(bytes) : from_base64(bytes, Base64::Standard);
    if (!key || key->size() != Key::kSize)
        return refuse(
            {.code = "master-key",
             .what = {"主密钥不是 32 个字节", "the master key isn't 32 bytes"},
             .mend = {"32 个原始字节，或 64 个十六进制数字，或其 base64；例如 openssl rand -hex 32",
                      "32 raw bytes, 64 hexadecimal digits or base64 of 32 bytes: for "
                      "example openssl rand -hex 32"}});
    Key read = key_of(*key);
    wipe(*key);
    return read;
}

Result<std::vector<Key>> read_master_keys(std::string_view bytes) {
    std::vector<Key> keys;
    if (bytes.size() == Key::kSize) {
        keys.push_back(key_of(bytes));
        return keys;
    }
    while (!bytes.empty()) {
        const auto line = bytes.substr(0, bytes.find('\n'));
        bytes.remove_prefix(std::min(line.size() + 1, bytes.size()));
        if (line.empty() || line == "\r") continue;
        if (keys.size() == kMastersMost)
            return refuse({.code = "master-key",
                           .what = {"主密钥太多", "there are too many master keys"},
                           .mend = {"最多四把，每行一把，最新的放最后",
                                    "at most four, one a line, the newest last"}});
        keys.push_back(TRY(read_master_key(line)));
    }
    if (keys.empty()) return refuse(read_master_key({}).error());
    return keys;
}

Result<Keyring> Keyring::of(const std::vector<Key>& masters, Suite suite) {
    std::vector<Master> known;
    known.reserve(masters.size());
    for (const auto& key : masters) {
        const auto id = id_of(key);
        if (std::ranges::find(known, id, &Master::id) != known.end())
            return refuse({.code = "master-twice",
                           .what = {"同一把主密钥给了两次", "a master key was given twice"},
                           .mend = {"去掉重复的一把", "take one of them away"}});
        known.push_back({id, key});
    }
    if (known.empty())
        return refuse({.code = "master-missing",
                       .what = {"没有主密钥", "there is no master key"},
                       .mend = {"至少给一把，最新的放最后", "give at least one, the newest last"}});
    return Keyring(std::move(known), suite);
}

std::string Keyring::wrap(const Key& data_key, std::string_view owner, Entropy& entropy) const {
    const auto& [id, key] = masters_.back();
    std::string wrapped(id.data(), id.size());
    return wrapped += seal(key, data_key.expose(), owner, entropy, suite_);
}

Result<Key> Keyring::unwrap(std::string_view wrapped, std::string_view owner) const {
    const Master* const master = find(wrapped);
    if (master == nullptr)
        return refuse({.code = "master-unknown",
                       .what = {"包装这把数据密钥的主密钥不在手边",
                                "the master key that wrapped this data key isn't here"},
                       .mend = {"把旧的主密钥也交给程序，直到全部重新包装",
                                "hand over the older master keys too, until all are rewrapped"}});
    auto bytes = TRY(open(master->key, wrapped.substr(master->id.size()), owner));
    if (bytes.size() != Key::kSize)
        return refuse({.code = "seal-unreadable",
                       .what = {"这不是一把数据密钥", "this is no data key"},
                       .mend = {"检查它的来处", "check where it came from"}});
    Key key = key_of(bytes);
    wipe(bytes);
    return key;
}

bool Keyring::needs_rewrap(std::string_view wrapped) const {
    return find(wrapped) != &masters_.back();
}

Result<std::string> Keyring::rewrap(std::string_view wrapped, std::string_view owner,
                                    Entropy& entropy) const {
    const Key key = TRY(unwrap(wrapped, owner));
    return wrap(key, owner, entropy);
}

std::string Keyring::newest_id() const {
    const auto& id = masters_.back().id;
    return to_hex({id.data(), id.size()});
}

const Keyring::Master* Keyring::find(std::string_view wrapped) const {
    for (const auto& master : masters_)
        if (wrapped.starts_with(std::string_view(master.id.data(), master.id.size())))
            return &master;
    return nullptr;
}

Keyring::MasterId Keyring::id_of(const Key& key) {
    const Key derived = derive(key, "master id", {});
    MasterId id;
    derived.expose().copy(id.data(), id.size());
    return id;
}

}  // namespace yinuo::vault
