// `yinuo backup`: a consistent copy of the store while the server works.
#include <fmt/format.h>

#include "cli/data_folder.h"
#include "cli/installation.h"

namespace yinuo::cli {
namespace {

int run(Arguments arguments, const Console& console) {
    SettingFlags flags;
    std::string file;
    Options options;
    flags.declare(options);
    options.required("FILE", file);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    const auto settings = flags.read();
    if (!settings) return complain(settings.error(), console, kInput);
    try {
        const auto store = open_store(settings->config(), Access::Reading);
        if (!store) return complain(store.error(), console, kEnvironment);
        if (auto done = (*store)->backup(file); !done)
            return complain(done.error(), console, kEnvironment);
    } catch (const store::Trouble& trouble) {
        return complain(trouble.error(), console, kEnvironment);
    }
    if (!console.json)
        fmt::print("{}\n", console.say({"已备份到 " + file + "。主密钥不在其中，请另外保管。",
                                        "backed up to " + file +
                                            ". The master key isn't in it: keep it elsewhere."}));
    return kFine;
}

}  // namespace

const Command kBackupCommand = {
    .name = "backup",
    .summary = {"备份库，服务器不必停", "back the store up while the server works"},
    .usage = {"yinuo backup [--data 文件夹] 文件\n"
              "\n"
              "把库在某一刻的完整副本写入新文件。主密钥不在其中：没有它，密封的内容打不开。\n"
              "\n"
              "退出码：0 完成，4 打不开或写不了\n",
              "yinuo backup [--data DIR] FILE\n"
              "\n"
              "Writes a copy of the store as of one moment to a new file. The master key isn't in "
              "it: without\n"
              "it what is sealed stays closed.\n"
              "\n"
              "Exit codes: 0 done, 4 can't be opened or written\n"},
    .run = run,
};

}  // namespace yinuo::cli
