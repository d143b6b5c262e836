#include "cli/data_folder.h"

#include <fstream>
#include <iterator>

#include "cli/interrupt.h"
#include "cli/key_rotation.h"
#include "cli/progress.h"
#include "store/sqlite_store.h"

namespace yinuo::cli {

std::string store_path(const server::Config& config) { return config.data + "/yinuo.db"; }

Result<std::unique_ptr<store::Store>> open_store(const server::Config& config, Access access) {
    store::SqliteOptions options;
    options.must_exist = true;
    options.read_only = access == Access::Reading;
    return store::open_sqlite(store_path(config), options);
}

Result<vault::Keyring> keyring_of(const server::Config& config) {
    std::string text = config.master_key_text;
    if (text.empty()) {
        const auto path = key_file_of(config);
        std::ifstream file(path, std::ios::binary);
        if (!file)
            return refuse({.code = "no-master-key",
                           .what = {"找不到主密钥：" + path, "the master key is missing: " + path},
                           .mend = {"从保管处取回它，或用 --master-key 指明",
                                    "bring it back from where it is kept, or name it with "
                                    "--master-key"},
                           .place = {path, 0, 0}});
        text.assign(std::istreambuf_iterator<char>(file), {});
    }
    const auto keys = vault::read_master_keys(text);
    vault::wipe(text);
    if (!keys) return refuse(keys.error());
    return vault::Keyring::of(*keys);
}

engine::Goes goes_with(Progress& progress) {
    return [&progress](store::Position done, store::Position) {
        progress.at(static_cast<std::uint64_t>(done));
        return !interrupted();
    };
}

}  // namespace yinuo::cli
