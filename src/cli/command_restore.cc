// `yinuo restore`: a backup becomes a data folder.
#include <fmt/format.h>

#include <filesystem>

#include "cli/options.h"
#include "store/sqlite_store.h"

namespace yinuo::cli {
namespace {

int run(Arguments arguments, const Console& console) {
    std::string file, folder;
    Options options;
    options.required("FILE", file);
    options.required("DIR", folder);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    std::error_code trouble;
    if (std::filesystem::create_directories(folder, trouble))
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, trouble);
    if (trouble)
        return complain({.code = "file-trouble",
                         .what = {"不能创建 " + folder, "can't make " + folder},
                         .mend = {"请检查路径和权限", "check the path and its permissions"},
                         .place = {folder, 0, 0}},
                        console, kEnvironment);
    if (auto done = store::restore_sqlite(file, folder + "/yinuo.db"); !done)
        return complain(done.error(), console, kEnvironment);
    if (!console.json)
        fmt::print("{}\n",
                   console.say({"已恢复到 " + folder + "。把主密钥放到 " + folder +
                                    "/keys/master.key，再用 yinuo fsck 核对。",
                                "restored to " + folder + ". Put the master key into " + folder +
                                    "/keys/master.key, then check with yinuo fsck."}));
    return kFine;
}

}  // namespace

const Command kRestoreCommand = {
    .name = "restore",
    .summary = {"从备份恢复数据文件夹", "make a data folder from a backup"},
    .usage =
        {"yinuo restore 文件 文件夹\n"
         "\n"
         "先检查备份，再放成 文件夹/yinuo.db；那里不能已有库。主密钥要另外放回去。\n"
         "\n"
         "退出码：0 完成，4 备份有损坏、已有库或写不了\n",
         "yinuo restore FILE DIR\n"
         "\n"
         "Examines the backup and puts it down as DIR/yinuo.db, where no store may be yet. The "
         "master\n"
         "key has to be put back separately.\n"
         "\n"
         "Exit codes: 0 done, 4 damaged, a store is there already, or it can't be written\n"},
    .run = run,
};

}  // namespace yinuo::cli
