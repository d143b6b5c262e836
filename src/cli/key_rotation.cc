#include "cli/key_rotation.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <vector>

#include "vault/encoding.h"
#include "vault/keyring.h"

namespace yinuo::cli {
namespace {

Error cannot(Text doing, const std::string& path) {
    const std::string why = std::strerror(errno);
    return {.code = "file-trouble",
            .what = {"不能" + doing.zh + "：" + path + "（" + why + "）",
                     "can't " + doing.en + ": " + path + " (" + why + ")"},
            .mend = {"请检查路径、权限和磁盘空间，再做一遍",
                     "look at the path, its permissions and the disk, then do it again"},
            .place = {path, 0, 0}};
}

Result<std::vector<vault::Key>> read_keys(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return refuse({.code = "no-master-key",
                       .what = {"找不到主密钥：" + path, "the master key is missing: " + path},
                       .mend = {"从保管处取回它，或用 --master-key 指明",
                                "bring it back from where it is kept, or name it with "
                                "--master-key"},
                       .place = {path, 0, 0}});
    std::string text(std::istreambuf_iterator<char>(file), {});
    auto keys = vault::read_master_keys(text);
    vault::wipe(text);
    return keys;
}

Result<void> sync_folder(const std::string& path) {
    const int folder = ::open(std::filesystem::path(path).parent_path().c_str(),
                              O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool fine = folder >= 0 && ::fsync(folder) == 0;
    if (folder >= 0) ::close(folder);
    if (!fine) return refuse(cannot({"落盘", "sync the folder of"}, path));
    return {};
}

// A line each, oldest first; whole and on disk, or as it was. Belongs to whom `like` belongs.
Result<void> write_keys(const std::string& path, std::span<const vault::Key> keys,
                        const std::string& like) {
    struct stat about = {};
    if (::stat(like.c_str(), &about) != 0) return refuse(cannot({"读取", "read"}, like));
    const std::string fresh = path + ".new";
    const int file =
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return refuse(cannot({"创建", "make"}, fresh));
    std::string text;
    for (const auto& key : keys) text += vault::to_hex(key.expose()) + "\n";
    const bool fine =
        (about.st_uid == ::geteuid() || ::fchown(file, about.st_uid, about.st_gid) == 0) &&
        ::write(file, text.data(), text.size()) == ssize_t(text.size()) && ::fsync(file) == 0;
    vault::wipe(text);
    ::close(file);
    if (!fine || std::rename(fresh.c_str(), path.c_str()) != 0) {
        auto error = cannot({"写入", "write"}, path);
        ::unlink(fresh.c_str());
        return refuse(std::move(error));
    }
    return sync_folder(path);
}

Result<std::string> id_of(const vault::Key& key) {
    return TRY(vault::Keyring::of({key})).newest_id();
}

}  // namespace

std::string key_file_of(const server::Config& config) {
    return config.master_key.empty() ? config.data + "/keys/master.key" : config.master_key;
}

Result<Rotation> rotate_master_key(store::Store& store, const std::string& key_file,
                                   vault::Entropy& entropy) {
    // A link is followed: what it leads to is replaced, in its own folder.
    std::error_code trouble;
    auto path = std::filesystem::canonical(key_file, trouble).string();
    if (trouble) path = key_file;
    auto keys = TRY(read_keys(path));
    Rotation made;
    made.resumed = keys.size() > 1;
    if (!made.resumed) {
        // That the old key is this store's is seen before a new one is made.
        const auto before = TRY(vault::Keyring::of(keys));
        if (auto opens = server::rewrap_keys(store, before, entropy); !opens)
            return refuse(opens.error());
        keys.push_back(vault::random_key(entropy));
        if (auto written = write_keys(path, keys, path); !written) return refuse(written.error());
    }
    const auto keyring = TRY(vault::Keyring::of(keys));
    const std::span old(keys.data(), keys.size() - 1);
    made.new_id = keyring.newest_id();
    made.old_id = TRY(id_of(old.back()));
    made.old_file = path + "." + made.old_id + ".old";
    made.moved = TRY(server::rewrap_keys(store, keyring, entropy));
    if (auto kept = write_keys(made.old_file, old, path); !kept) return refuse(kept.error());
    if (auto alone = write_keys(path, {&keys.back(), 1}, path); !alone)
        return refuse(alone.error());
    return made;
}

}  // namespace yinuo::cli
