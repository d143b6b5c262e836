// An installation as commands find it on disk: settings, keys outside the store, and the store.
//
//   DATA/yinuo.db          the store (SQLite; its -wal and -shm beside it)
//   DATA/keys/master.key   the master key, unless the settings name another; readable by its owner
//                          only, and in no backup of the store: without it nobody reads what is
//                          sealed, and whoever has both reads everything
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/zone_files.h"
#include "engine/clock.h"
#include "engine/engine.h"
#include "server/config.h"
#include "store/store.h"
#include "vault/keyring.h"
#include "vault/password.h"
#include "vault/random.h"

namespace yinuo::cli {

// The flags of all settings, and --config.
class SettingFlags {
public:
    SettingFlags();
    void declare(Options&);
    // After Options::read(): file, environment and flags together.
    Result<server::Settings> read() const;

private:
    struct Flag {
        std::string name;  // "public-url"
        const server::Setting* setting;
        std::string text;
        bool given = false;
    };
    std::vector<Flag> flags_;
    std::string config_;
};

struct Installation {
    enum class For { Serving, Changing, Looking };

    // Makes the folder, the store and the master key where there are none yet (unless for
    // Looking). Refuses a store whose master key is missing, and one that another program has
    // open, unless for Looking.
    static Result<std::unique_ptr<Installation>> open(const server::Config&, For, const Console&);

    // Opens the engine and does `work` in one transaction.
    Result<void> act(engine::Engine::Work work);

    server::Config config;
    engine::SystemClock clock;
    ZoneFiles zones;
    vault::SystemEntropy entropy;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<vault::Keyring> keyring;      // not for Looking
    std::unique_ptr<vault::Passwords> passwords;  // not for Looking
};

}  // namespace yinuo::cli
