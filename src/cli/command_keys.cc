// `yinuo keys rotate`: a new master key, and everything wrapped by it.
#include <fmt/format.h>

#include "cli/data_folder.h"
#include "cli/installation.h"
#include "cli/key_rotation.h"
#include "server/json_out.h"

namespace yinuo::cli {
namespace {

void tell(const Console& console, const server::Rewrapped& moved, const Text& more) {
    fmt::print("{}\n", console.say({fmt::format("已改由新的主密钥包裹：{} 家租户、{} 位客户的密钥",
                                                moved.tenants, moved.customers),
                                    fmt::format("the new master key now wraps the keys of {} "
                                                "tenants and {} customers",
                                                moved.tenants, moved.customers)}));
    fmt::print("{}\n", console.say(more));
}

void tell_json(const server::Rewrapped& moved, std::string_view more) {
    fmt::print("{{\"tenants\":{},\"customers\":{}{}}}\n", moved.tenants, moved.customers, more);
}

// The key is in the environment: we can't write there, but move what it wraps.
Result<void> rotate_text(const server::Config& config, store::Store& store, vault::Entropy& entropy,
                         const Console& console) {
    const auto keys = TRY(vault::read_master_keys(config.master_key_text));
    if (keys.size() < 2)
        return refuse(
            {.code = "one-master-key",
             .what = {"主密钥来自环境变量，这里写不进去",
                      "the master key comes from the environment, where we can't write"},
             .mend = {
                 "在 YINUO_MASTER_KEY_TEXT 的下一行加一把新的（openssl rand -hex 32），再做一遍",
                 "add a new one in a second line of YINUO_MASTER_KEY_TEXT (openssl rand "
                 "-hex 32), then do it again"}});
    const auto keyring = TRY(vault::Keyring::of(keys));
    const auto moved = TRY(server::rewrap_keys(store, keyring, entropy));
    if (console.json)
        tell_json(moved, fmt::format(",\"new\":\"{}\"", keyring.newest_id()));
    else
        tell(console, moved,
             {"现在可以只留最后一把了。以前的备份仍要用旧的那把：它们还在，就留着它。",
              "only the last one is needed now. Backups made before need the older: keep it as "
              "long as them."});
    return {};
}

Result<void> rotate_file(const server::Config& config, store::Store& store, vault::Entropy& entropy,
                         const Console& console) {
    const auto file = key_file_of(config);
    const auto made = TRY(rotate_master_key(store, file, entropy));
    if (console.json) {
        server::JsonOut out;
        out.open('{').member("resumed", made.resumed).member("old", made.old_id);
        out.member("new", made.new_id).member("old_file", made.old_file);
        out.member("tenants", made.moved.tenants).member("customers", made.moved.customers);
        fmt::print("{}\n", out.close('}').take());
        return {};
    }
    if (made.resumed)
        fmt::print("{}\n", console.say({"接着做完了上次中断的更换",
                                        "an earlier change that was interrupted is complete"}));
    tell(
        console, made.moved,
        {fmt::format(
             "新的主密钥 {} 在 {}，请现在就把它另外保管一份。\n"
             "旧的 {} 移到了 {}：以前的备份要用它，请移到保管处；那些备份都没了，再销毁它。",
             made.new_id, file, made.old_id, made.old_file),
         fmt::format("The new master key {} is in {}: keep a copy of it somewhere else, now.\n"
                     "The old one, {}, is in {}: backups made before need it. Move it to where you "
                     "keep such things,\nand destroy it when the last of them is gone.",
                     made.new_id, file, made.old_id, made.old_file)});
    return {};
}

int run(Arguments arguments, const Console& console) {
    std::string verb;
    SettingFlags flags;
    Options options;
    flags.declare(options);
    options.required("rotate", verb);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    if (verb != "rotate")
        return complain({.code = "unknown-verb",
                         .what = {"不认识 keys " + verb, "keys doesn't know '" + verb + "'"},
                         .mend = {"可以是 rotate", "it can be rotate"}},
                        console);
    const auto settings = flags.read();
    if (!settings) return complain(settings.error(), console, kInput);
    const auto& config = settings->config();
    try {
        const auto store = open_store(config, Access::Changing);
        if (!store) return complain(store.error(), console, kEnvironment);
        vault::SystemEntropy entropy;
        const auto done = config.master_key_text.empty()
                              ? rotate_file(config, **store, entropy, console)
                              : rotate_text(config, **store, entropy, console);
        return done ? kFine : complain(done.error(), console, kEnvironment);
    } catch (const store::Trouble& trouble) {
        return complain(trouble.error(), console, kEnvironment);
    }
}

}  // namespace

const Command kKeysCommand = {
    .name = "keys",
    .summary = {"更换主密钥", "change the master key"},
    .usage =
        {"yinuo keys rotate [--data 文件夹] [--master-key 文件]\n"
         "\n"
         "生成一把新的主密钥，库里由旧主密钥包裹的密钥（每位客户的、租户的、平台的）都改由新的包裹"
         "；\n"
         "它们密封的内容不动。先停服务器。随时打断（断电、kill "
         "-9）都不要紧：密钥文件里这时有两把，\n"
         "什么都打得开，再做一遍就接着做完。旧的那把移到旁边的 .old 文件，以前的备份要用它。\n"
         "\n"
         "退出码：0 完成，4 打不开、正被使用，或没做完（再做一遍）\n",
         "yinuo keys rotate [--data DIR] [--master-key FILE]\n"
         "\n"
         "Makes a new master key, and wraps by it every key that the old one wraps in the store: "
         "the\n"
         "customers', the tenants', the installation's. What these sealed stays as it is. Stop the "
         "server\n"
         "first. It may be interrupted at any moment (power, kill -9): the key file has both keys "
         "then and\n"
         "opens everything; do it again, and it goes on. The old key moves to a file .old beside "
         "it, for\n"
         "the backups made before.\n"
         "\n"
         "Exit codes: 0 done, 4 can't be opened, in use, or not complete (do it again)\n"},
    .run = run,
};

}  // namespace yinuo::cli
