// What commands that look after a data folder share: its settings, its store, its keys.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "engine/rebuild.h"
#include "server/config.h"
#include "store/store.h"
#include "vault/keyring.h"

namespace yinuo::cli {

std::string store_path(const server::Config&);

// Of a folder that exists. For reading it may be open elsewhere, for changing not.
enum class Access { Reading, Changing };
Result<std::unique_ptr<store::Store>> open_store(const server::Config&, Access);

// Refuses when the master key is missing: no other opens anything.
Result<vault::Keyring> keyring_of(const server::Config&);

// Draws how far it has come, and stops when the user asks to.
class Progress;
engine::Goes goes_with(Progress&);

}  // namespace yinuo::cli
