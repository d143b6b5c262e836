// `yinuo fsck`: is everything there, and does it all agree?
#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "cli/data_folder.h"
#include "cli/installation.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "engine/fsck.h"
#include "wire/json_writer.h"

namespace yinuo::cli {
namespace {

Result<engine::Fsck> look(const server::Config& config, const std::string& against,
                          const Console& console) {
    std::string note;
    if (!against.empty()) {
        std::ifstream file(against, std::ios::binary);
        if (!file)
            return refuse({.code = "no-file",
                           .what = {"读不到检查点文件", "the checkpoint can't be read"},
                           .mend = {"检查路径和权限", "look at its path and permissions"},
                           .place = {against, 0, 0}});
        note.assign(std::istreambuf_iterator<char>(file), {});
    }
    const auto store = TRY(open_store(config, Access::Reading));
    const auto keyring = TRY(keyring_of(config));
    ZoneFiles zones;
    watch_interrupts();
    const auto last = store->read()->last_position();
    Progress progress(console, {"核对", "checking"}, static_cast<std::uint64_t>(last));
    auto made = TRY(engine::fsck(*store, zones, keyring, goes_with(progress)));
    if (!note.empty()) {
        auto findings = TRY(engine::check_against(*store->read(), note));
        made.findings.insert(made.findings.end(), findings.begin(), findings.end());
    }
    return made;
}

void print_json(const engine::Fsck& made) {
    wire::JsonWriter json;
    const auto figure = [&](const char* name, std::int64_t n) {
        json.key(name).digits(std::to_string(n));
    };
    json.open('{');
    figure("entries", made.figures.rows.entries);
    figure("streams", made.figures.rows.streams);
    figure("obligations", made.figures.rows.obligations);
    figure("facts", made.figures.rows.facts);
    figure("leaves", made.figures.leaves);
    figure("leaves_of_erased", made.figures.erased);
    figure("tile_entries", made.figures.tiles);
    json.key("findings").open('[');
    for (const auto& finding : made.findings) {
        json.open('{');
        json.key("code").text(finding.error.code);
        json.key("zh").text(finding.error.what.zh);
        json.key("en").text(finding.error.what.en);
        json.close('}');
    }
    json.close(']');
    json.close('}');
    fmt::print("{}\n", json.take());
}

void print(const engine::Fsck& made, const Console& console) {
    for (const auto& finding : made.findings)
        fmt::print("✗ {}\n  {}\n", console.say(finding.error.what),
                   console.say(finding.error.mend));
    const auto& rows = made.figures.rows;
    fmt::print(
        "{}\n",
        console.say({fmt::format("日志 {} 条，业务 {} 项，履约单 {} 张，事实编号 {} 个",
                                 rows.entries, rows.streams, rows.obligations, rows.facts),
                     fmt::format("{} log entries, {} subjects, {} obligations, {} facts",
                                 rows.entries, rows.streams, rows.obligations, rows.facts)}));
    fmt::print("{}\n", console.say({fmt::format("存证 {} 条与日志内容相符", made.figures.leaves),
                                    fmt::format("{} leaves match", made.figures.leaves)}));
    if (made.figures.erased > 0)
        fmt::print(
            "{}\n",
            console.say(
                {fmt::format("{} 条存证属于已删除的客户：只核对了承诺值（哈希），内容已无从核对",
                             made.figures.erased),
                 fmt::format("{} leaves are of erased customers: only their commitment is checked",
                             made.figures.erased)}));
    fmt::print("{}\n", made.findings.empty()
                           ? console.say({"全部相符", "everything agrees"})
                           : console.say({fmt::format("有 {} 处问题", made.findings.size()),
                                          fmt::format("{} findings", made.findings.size())}));
}

int run(Arguments arguments, const Console& console) {
    SettingFlags flags;
    std::string against;
    Options options;
    flags.declare(options);
    options.value("against", against);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    const auto settings = flags.read();
    if (!settings) return complain(settings.error(), console, kInput);
    try {
        const auto made = look(settings->config(), against, console);
        if (!made) return complain(made.error(), console, kEnvironment);
        console.json ? print_json(*made) : print(*made, console);
        return made->findings.empty() ? kFine : kFindings;
    } catch (const store::Trouble& trouble) {
        return complain(trouble.error(), console, kEnvironment);
    }
}

}  // namespace

const Command kFsckCommand = {
    .name = "fsck",
    .summary = {"核对数据文件夹：库、日志、存证", "check a data folder: store, log, leaves"},
    .usage = {"yinuo fsck [--data 文件夹] [--against 检查点文件]\n"
              "\n"
              "核对库文件、日志编号、每条存证与日志内容、每个存证分块与签名的检查点，\n"
              "并从日志重算每一行与库中的相比。只读；服务器可以同时在跑。\n"
              "  --data 文件夹     默认 yinuo-data\n"
              "  --master-key 文件 主密钥；默认 文件夹/keys/master.key\n"
              "  --against 文件    以前保存的检查点：现在的存证日志必须以它为开头\n"
              "\n"
              "退出码：0 相符，1 有问题，4 打不开\n",
              "yinuo fsck [--data DIR] [--against CHECKPOINT]\n"
              "\n"
              "Checks the store's file, the log's positions, every leaf against its entry, every "
              "tile against\n"
              "the signed checkpoint, and every row against what the log gives. Reads only; a "
              "server may run.\n"
              "  --data DIR        by default yinuo-data\n"
              "  --master-key FILE by default DIR/keys/master.key\n"
              "  --against FILE    a checkpoint kept from earlier: the log must begin with it\n"
              "\n"
              "Exit codes: 0 fine, 1 findings, 4 it can't be opened\n"},
    .run = run,
};

}  // namespace yinuo::cli
