// From one master key to the next, so that at no moment anything is lost.
//
//   1. the key file has the old key and, in a line below, a new one
//   2. everything that the old one wraps is wrapped by the new one
//   3. the old key alone is in a file of its own beside it, for the backups made before
//   4. the key file has the new key alone
//
// Each step is on disk before the next begins, and a key file is replaced whole or not at all. Ended
// at any moment, even by kill -9, the key file opens the whole store, and beginning again goes on:
// with two keys in it no further one is made.
#pragma once

#include <string>

#include "base/result.h"
#include "server/config.h"
#include "server/rewrap.h"
#include "store/store.h"
#include "vault/random.h"

namespace yinuo::cli {

// Where the settings have the master key, unless it is in the environment.
std::string key_file_of(const server::Config&);

struct Rotation {
    bool resumed = false;  // an earlier one had not come to its end
    std::string old_id;    // of the master keys: 16 hexadecimal digits
    std::string new_id;
    std::string old_file;  // where the old key is now
    server::Rewrapped moved;
};

// Nobody else may have the store open. Refuses a key file that can't be read or replaced, and what
// rewrap_keys() does; throws the store's Trouble. Then the key file has both keys.
Result<Rotation> rotate_master_key(store::Store&, const std::string& key_file, vault::Entropy&);

}  // namespace yinuo::cli
