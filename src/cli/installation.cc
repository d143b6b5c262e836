#include "cli/installation.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "cli/key_rotation.h"
#include "store/sqlite_store.h"
#include "vault/encoding.h"

namespace yinuo::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kConfigMost = 1 << 20;

Error cannot(Text doing, const std::string& path, int cause) {
    const std::string why = std::strerror(cause);
    return {.code = "file-trouble",
            .what = {"不能" + doing.zh + "：" + path + "（" + why + "）",
                     "can't " + doing.en + ": " + path + " (" + why + ")"},
            .mend = {"请检查路径和权限", "check the path and its permissions"},
            .place = {path, 0, 0}};
}

Result<std::string> read_whole(const std::string& path, std::size_t most) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return refuse(cannot({"读取", "read"}, path, errno == 0 ? EIO : errno));
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (text.size() > most) return refuse(cannot({"读取", "read"}, path, EFBIG));
    return text;
}

// A new key, for its owner's eyes only from the first moment, on disk before anything is sealed.
Result<void> write_master_key(const std::string& path, vault::Entropy& entropy) {
    std::error_code trouble;
    const auto folder = fs::path(path).parent_path();
    fs::create_directories(folder, trouble);
    fs::permissions(folder, fs::perms::owner_all, trouble);
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return refuse(cannot({"创建", "make"}, path, errno));
    auto text = vault::to_hex(vault::random_key(entropy).expose()) + "\n";
    const bool fine =
        ::write(file, text.data(), text.size()) == ssize_t(text.size()) && ::fsync(file) == 0;
    const int cause = errno;
    ::close(file);
    vault::wipe(text);
    if (!fine) {
        ::unlink(path.c_str());
        return refuse(cannot({"写入", "write"}, path, cause));
    }
    return {};
}

void say(const Console& console, const Text& text) {
    std::fputs((console.say(text) + "\n").c_str(), stderr);
}

Result<vault::Keyring> open_keyring(const server::Config& config, bool store_exists,
                                    vault::Entropy& entropy, const Console& console) {
    auto text = config.master_key_text;
    if (text.empty()) {
        const bool own = config.master_key.empty();
        const auto path = key_file_of(config);
        if (!fs::exists(path)) {
            if (!own || store_exists)
                return refuse(
                    {.code = "no-master-key",
                     .what = {"找不到主密钥：" + path, "the master key is missing: " + path},
                     .mend = {"从保管处取回它；换一把打不开已有的数据",
                              "bring it back from where it is kept: another opens nothing"},
                     .place = {path, 0, 0}});
            if (auto made = write_master_key(path, entropy); !made) return refuse(made.error());
            say(console,
                {"\n*** 新的主密钥已写入 " + path +
                     "\n*** 请现在就把它另外保管一份。丢了它，所有密封的数据就再也打不开。\n",
                 "\n*** A new master key is in " + path +
                     "\n*** Keep a copy of it somewhere else, now. Without it nothing that is "
                     "sealed can be opened again.\n"});
        }
        struct stat about = {};
        if (::stat(path.c_str(), &about) == 0 && (about.st_mode & 077) != 0)
            say(console, {"*** 主密钥文件别人也能读，请执行 chmod 600 " + path,
                          "*** others can read the master key: chmod 600 " + path});
        text = TRY(read_whole(path, 4096));
    }
    const auto keys = vault::read_master_keys(text);
    vault::wipe(text);
    if (!keys) return refuse(keys.error());
    if (keys->size() > 1)
        say(console, {"*** 有一次更换主密钥没有做完：停下服务器，再执行一次 yinuo keys rotate",
                      "*** a change of the master key isn't complete: stop the server and do "
                      "`yinuo keys rotate` again"});
    return vault::Keyring::of(*keys);
}

}  // namespace

SettingFlags::SettingFlags() {
    for (const auto& setting : server::settings()) {
        if (setting.secret) continue;  // a command line can be read by others
        std::string name(setting.name);
        std::ranges::replace(name, '_', '-');
        flags_.push_back({.name = std::move(name), .setting = &setting, .text = {}});
    }
}

void SettingFlags::declare(Options& options) {
    options.value("config", config_);
    for (auto& flag : flags_)
        flag.setting->flag ? options.flag(flag.name, flag.given)
                           : options.value(flag.name, flag.text);
}

Result<server::Settings> SettingFlags::read() const {
    auto path = config_;
    if (path.empty())
        if (const char* named = std::getenv("YINUO_CONFIG")) path = named;
    const std::string yaml = path.empty() ? std::string() : TRY(read_whole(path, kConfigMost));
    std::vector<std::pair<std::string, std::string>> given;
    for (const auto& flag : flags_) {
        if (flag.given) given.emplace_back(flag.setting->name, "true");
        if (!flag.text.empty()) given.emplace_back(flag.setting->name, flag.text);
    }
    return server::Settings::read(
        yaml, path,
        [](const std::string& name) -> std::optional<std::string> {
            const char* text = std::getenv(name.c_str());
            return text == nullptr ? std::nullopt : std::optional<std::string>(text);
        },
        given);
}

Result<std::unique_ptr<Installation>> Installation::open(const server::Config& config, For what,
                                                         const Console& console) {
    auto all = std::make_unique<Installation>();
    all->config = config;
    const auto path = config.data + "/yinuo.db";
    const bool exists = fs::exists(path);
    if (what == For::Looking) {
        store::SqliteOptions options;
        options.must_exist = options.read_only = true;
        all->store = TRY(store::open_sqlite(path, options));
        return all;
    }
    ::umask(077);  // store, journal and keys are for their owner
    std::error_code trouble;
    if (fs::create_directories(config.data, trouble))
        fs::permissions(config.data, fs::perms::owner_all, trouble);
    if (trouble) return refuse(cannot({"创建", "make"}, config.data, trouble.value()));
    all->keyring =
        std::make_unique<vault::Keyring>(TRY(open_keyring(config, exists, all->entropy, console)));
    all->passwords = std::make_unique<vault::Passwords>(TRY(vault::Passwords::open()));
    all->store = TRY(store::open_sqlite(path));
    return all;
}

Result<void> Installation::act(engine::Engine::Work work) {
    // What is recorded for a server under test bears its time, too.
    std::optional<ManualClock> set;
    if (config.test_clock) set.emplace(*config.test_clock);
    Clock& now = set ? static_cast<Clock&>(*set) : clock;
    auto engine = TRY(engine::Engine::open(*store, now, zones, *keyring, entropy));
    Result<void> said;
    engine->act(std::move(work), [&](Result<void> done) { said = std::move(done); });
    while (engine->step()) {}
    return said;
}

}  // namespace yinuo::cli
