// `yinuo scene FILE|DIR...`: runs scenes and says which come out as written.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "cli/command.h"
#include "cli/files_under.h"
#include "cli/input_file.h"
#include "cli/options.h"
#include "cli/scene_live.h"
#include "cli/scene_memory.h"
#include "cli/scene_runner.h"
#include "cli/zone_files.h"
#include "wire/json.h"

namespace yinuo::cli {

namespace {

constexpr std::size_t kFileMost = 4u << 20;

// Every *.scene under the folder, in order of their names.
Result<std::vector<std::string>> scene_files(const std::vector<std::string>& given) {
    namespace fs = std::filesystem;
    std::vector<std::string> files;
    for (const auto& path : given) {
        std::error_code trouble;
        if (!fs::is_directory(path, trouble)) {
            files.push_back(path);
            continue;
        }
        const auto found =
            files_under(path, [](const std::string& file) { return file.ends_with(".scene"); });
        if (!found || found->empty())
            return refuse({.code = "no-scene",
                           .what = {"「" + path + "」下没有 .scene 文件",
                                    "there is no .scene file under " + path}});
        files.insert(files.end(), found->begin(), found->end());
    }
    return files;
}

std::string at_text(const Place& at) {
    return at.path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

void print_indented(const char* head, const std::string& text) {
    std::printf("  %s ", head);
    for (const char c : text) {
        std::putchar(c);
        if (c == '\n') std::printf("    ");
    }
    std::putchar('\n');
}

void print_failure(const SceneFailure& failure, const SceneResult& scene, const Console& console) {
    std::printf("%s: %s\n", at_text(failure.place).c_str(), scene.title.c_str());
    print_indented(console.chinese ? "应为" : "expected:", failure.expected);
    print_indented(console.chinese ? "实为" : "came out:", console.say(failure.came));
    for (const Text& line : failure.story) print_indented(" -", console.say(line));
}

void add_member(std::string& out, const char* key, std::string_view text) {
    out += (out.back() == '{' ? "\"" : ",\"") + std::string(key) + "\":";
    wire::append_json_string(out, text);
}

void add_place(std::string& out, const Place& at) {
    add_member(out, "file", at.path);
    out += ",\"line\":" + std::to_string(at.line) + ",\"column\":" + std::to_string(at.column);
}

std::string failure_json(const SceneFailure& failure, const SceneResult& scene,
                         const Console& console) {
    std::string out = "{";
    add_place(out, failure.place);
    add_member(out, "scene", scene.title);
    add_member(out, "expected", failure.expected);
    add_member(out, "came_out", console.say(failure.came));
    out += ",\"story\":[";
    for (std::size_t i = 0; i < failure.story.size(); ++i) {
        if (i > 0) out += ',';
        wire::append_json_string(out, console.say(failure.story[i]));
    }
    return out + "]}";
}

std::string finding_json(const Finding& finding, const Console& console) {
    std::string out = "{";
    add_place(out, finding.error.place);
    add_member(out, "code", finding.error.code);
    add_member(out, "what", console.say(finding.error.what));
    add_member(out, "mend", console.say(finding.error.mend));
    return out + "}";
}

Result<void> fit_together(const std::string& server, const std::string& key, std::int64_t seed) {
    if (server.empty() != key.empty())
        return refuse({.code = "missing-value",
                       .what = {"--server 和 --key 要一起给", "--server and --key belong together"},
                       .mend = {"--key 是运维的密钥", "--key is a key of the operator's"}});
    if (!server.empty() && seed >= 0)
        return refuse({.code = "unexpected-value",
                       .what = {"--shuffle 只在内存里跑场景时有用",
                                "--shuffle is for scenes that are played in memory"},
                       .mend = {"去掉 --server 或 --shuffle", "leave out --server or --shuffle"}});
    return {};
}

Result<std::unique_ptr<House>> house_of(std::string server, std::string key, std::string tenant,
                                        Names& names) {
    if (server.empty()) return std::make_unique<MemoryHouse>(names);
    return LiveHouse::enter(std::move(server), std::move(key), std::move(tenant));
}

int run_scenes(Arguments arguments, const Console& console) {
    std::vector<std::string> given;
    std::int64_t seed = -1;
    std::string server, key, tenant = "scene";
    bool verbose = false;
    Options options;
    options.number("shuffle", {0, 1'000'000'000}, seed);
    options.flag("verbose", verbose);
    options.value("server", server);
    options.value("key", key);
    options.value("tenant", tenant);
    options.rest("FILE|DIR", given, 1);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    if (auto fine = fit_together(server, key, seed); !fine) return complain(fine.error(), console);
    const auto files = scene_files(given);
    if (!files) return complain(files.error(), console, kInput);

    ZoneFiles zones;
    bool unreadable = false;
    std::string failures, findings;
    std::vector<wire::SceneFile> readable;
    for (const auto& path : *files) {
        const auto text = read_file(path, kFileMost);
        if (!text) return complain(text.error(), console, kInput);
        auto file = wire::read_scenes(*text, path, zones);
        unreadable = unreadable || file.has_errors();
        for (const auto& finding : file.findings) {
            if (console.json) {
                findings += (findings.empty() ? "" : ",") + finding_json(finding, console);
                continue;
            }
            complain(finding.error, console);
        }
        if (!file.has_errors()) readable.push_back(std::move(file));
    }

    Names names;
    auto house = house_of(std::move(server), std::move(key), std::move(tenant), names);
    if (!house) return complain(house.error(), console, kEnvironment);
    SceneRunner runner(**house, names, zones);
    const auto results = runner.run(
        readable, seed >= 0 ? std::optional(static_cast<std::uint64_t>(seed)) : std::nullopt);
    if (!results) return complain(results.error(), console, kEnvironment);
    std::size_t failed = 0;
    for (const auto& scene : *results) {
        failed += !scene.failures.empty();
        if (verbose && !console.json)
            std::printf("%s %s: %s\n", scene.failures.empty() ? "ok  " : "FAIL",
                        at_text(scene.place).c_str(), scene.title.c_str());
        for (const auto& failure : scene.failures) {
            if (console.json) {
                failures += (failures.empty() ? "" : ",") + failure_json(failure, scene, console);
            } else {
                print_failure(failure, scene, console);
            }
        }
    }
    const std::string all = std::to_string(results->size()),
                      good = std::to_string(results->size() - failed), bad = std::to_string(failed);
    if (console.json) {
        const std::string out = "{\"scenes\":" + all + ",\"passed\":" + good +
                                ",\"failed\":" + bad + ",\"findings\":[" + findings +
                                "],\"failures\":[" + failures + "]}\n";
        std::fwrite(out.data(), 1, out.size(), stdout);
    } else if (console.chinese) {
        std::printf("%s 个场景，%s 个通过，%s 个不符\n", all.c_str(), good.c_str(), bad.c_str());
    } else {
        std::printf("%s scenes, %s passed, %s failed\n", all.c_str(), good.c_str(), bad.c_str());
    }
    if (unreadable) return kInput;
    return failed == 0 ? kFine : kFindings;
}

}  // namespace

const Command kSceneCommand{
    .name = "scene",
    .summary = {"跑场景：用纯文本写的业务经过，逐条核对结果",
                "run scenes: whole journeys as text, checked line by line"},
    .usage = {R"(yinuo scene FILE|DIR... [--shuffle SEED] [--verbose] [--json]
yinuo scene FILE|DIR... --server URL --key KEY [--tenant NAME] [--verbose] [--json]

逐个跑场景文件（文件夹下所有 .scene）。不符之处说明文件和行号、应为什么、实为什么，以及经过。
  --shuffle SEED  另把业务记录打乱、部分重复地再听一遍，最后的履约单和应赔必须相同
  --server URL    不在内存里，而在一台用 yinuo serve --test-clock 起的服务器上跑
  --key KEY       它的运维密钥，有 tenants.read、tenants.write、clock.set
  --tenant NAME   每个场景新建一个租户，名字是 NAME-1、NAME-2……（默认 scene）
  --verbose       列出每个场景
退出码：0 全部相符，1 有不符，3 文件读不懂，4 服务器不行。写法见 docs/guides/write-a-scene.zh.md。)",
              R"(yinuo scene FILE|DIR... [--shuffle SEED] [--verbose] [--json]
yinuo scene FILE|DIR... --server URL --key KEY [--tenant NAME] [--verbose] [--json]

Runs scene files (of a folder, every .scene in it). What doesn't come out as written is told with
its file and line, what was expected, what came, and how it came about.
  --shuffle SEED  hear the facts shuffled and partly repeated, too: the obligations and what is
                  owed in the end must be the same
  --server URL    not in memory, but on a server started with yinuo serve --test-clock
  --key KEY       a key of its operator's, with tenants.read, tenants.write and clock.set
  --tenant NAME   each scene has a company of its own: NAME-1, NAME-2... (scene)
  --verbose       list every scene
Exit: 0 all as written, 1 some not, 3 a file can't be understood, 4 the server doesn't do. See docs/guides/write-a-scene.md.)"},
    .run = run_scenes,
};

}  // namespace yinuo::cli
