// The envelope: master keys outside the database open the customers' keys inside it.
//
// Every customer has a data key of their own, kept in the database only as wrapped by a master
// key. Erasing a customer is deleting that wrapped key: whatever was sealed under it, in tables,
// logs and backups alike, is gone. Rotating masters is adding a newer one: it wraps from then on,
// older ones still unwrap, and rewrap() moves a key over without touching what it sealed.
//
// A wrapped key is the id of its master (8 bytes) and the sealed data key (see seal.h); the owner
// is its associated data, so one customer's wrapped key is refused in another's row.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "vault/random.h"
#include "vault/seal.h"
#include "vault/secret.h"

namespace yinuo::vault {

// A master key as an operator hands it over: 32 raw bytes, or 64 hexadecimal digits, or base64 of
// 32 bytes, the texts with or without a line break at the end. The error never quotes the key.
Result<Key> read_master_key(std::string_view bytes);

// Several, as a file holds them while a store moves from one to the next: a text each line, oldest
// first. At most kMastersMost; a single one as read_master_key() takes it. Lines that are empty
// don't count.
inline constexpr std::size_t kMastersMost = 4;
Result<std::vector<Key>> read_master_keys(std::string_view bytes);

class Keyring {
public:
    // Oldest first, the newest wraps. Refuses an empty list and the same key twice.
    static Result<Keyring> of(const std::vector<Key>& masters, Suite = Suite::Aes256Gcm);

    // `owner` names whose key it is, tenant included ("acme/cus_42").
    std::string wrap(const Key& data_key, std::string_view owner, Entropy&) const;

    // Refuses with "master-unknown" a key wrapped by none of the masters, and as open() does.
    Result<Key> unwrap(std::string_view wrapped, std::string_view owner) const;

    // How many masters there are.
    std::size_t size() const { return masters_.size(); }

    // True when another master than the newest wrapped it.
    bool needs_rewrap(std::string_view wrapped) const;
    Result<std::string> rewrap(std::string_view wrapped, std::string_view owner, Entropy&) const;

    // The newest master's id, 16 hexadecimal digits: public, derived from the key.
    std::string newest_id() const;

private:
    using MasterId = std::array<char, 8>;
    struct Master {
        MasterId id;
        Key key;
    };

    Keyring(std::vector<Master> masters, Suite suite)
        : masters_(std::move(masters)), suite_(suite) {}
    const Master* find(std::string_view wrapped) const;
    static MasterId id_of(const Key&);

    std::vector<Master> masters_;
    Suite suite_;
};

}  // namespace yinuo::vault
