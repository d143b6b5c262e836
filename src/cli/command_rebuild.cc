// `yinuo rebuild`: everything that can be made from the log, made again.
#include <fmt/format.h>

#include "cli/data_folder.h"
#include "cli/installation.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "engine/rebuild.h"

namespace yinuo::cli {
namespace {

Result<engine::RebuildFigures> rebuild(const server::Config& config, const Console& console) {
    const auto store = TRY(open_store(config, Access::Changing));
    ZoneFiles zones;
    watch_interrupts();
    const auto last = store->read()->last_position();
    Progress progress(console, {"重建", "rebuilding"}, static_cast<std::uint64_t>(last));
    return engine::rebuild(*store, zones, goes_with(progress));
}

int run(Arguments arguments, const Console& console) {
    SettingFlags flags;
    Options options;
    flags.declare(options);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    const auto settings = flags.read();
    if (!settings) return complain(settings.error(), console, kInput);
    try {
        const auto made = rebuild(settings->config(), console);
        if (!made) return complain(made.error(), console, kEnvironment);
        if (console.json)
            fmt::print("{{\"entries\":{},\"streams\":{},\"obligations\":{},\"facts\":{}}}\n",
                       made->entries, made->streams, made->obligations, made->facts);
        else
            fmt::print(
                "{}\n",
                console.say(
                    {fmt::format("已从 {} 条日志重建 {} 项业务、{} 张履约单、{} 个事实编号",
                                 made->entries, made->streams, made->obligations, made->facts),
                     fmt::format("{} subjects, {} obligations and {} ids of facts made "
                                 "again from {} log entries",
                                 made->streams, made->obligations, made->facts, made->entries)}));
        return kFine;
    } catch (const store::Trouble& trouble) {
        return complain(trouble.error(), console, kEnvironment);
    }
}

}  // namespace

const Command kRebuildCommand = {
    .name = "rebuild",
    .summary = {"从日志重建履约单等各表", "make obligations and other tables again from the log"},
    .usage =
        {"yinuo rebuild [--data 文件夹]\n"
         "\n"
         "丢掉能由日志算出的各表，重新算出来：业务、履约单、事实编号、键和比率。\n"
         "日志、客户、文档、存证不动。先停服务器；中途打断，一切如旧。\n"
         "\n"
         "退出码：0 完成，4 打不开或已中断\n",
         "yinuo rebuild [--data DIR]\n"
         "\n"
         "Drops what the log can give and makes it again: subjects, obligations, ids of facts, "
         "keys,\n"
         "rates. Log, customers, documents and leaves are not touched. Stop the server first; "
         "when it\n"
         "is interrupted nothing has changed.\n"
         "\n"
         "Exit codes: 0 done, 4 it can't be opened, or interrupted\n"},
    .run = run,
};

}  // namespace yinuo::cli
