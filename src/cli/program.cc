#include "cli/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/nearest.h"

namespace yinuo::cli {
namespace {

const Text kHead = {
    "一诺 yinuo：把服务承诺写成文本，检查它，再用真实历史回测它。\n\n"
    "用法: yinuo 命令 [参数…]\n\n命令:\n",
    "Yinuo: write service promises as text, check them, back-test them on real history.\n\n"
    "Usage: yinuo COMMAND [ARGUMENT...]\n\nCommands:\n",
};

const Text kTail = {
    "\n随处可用:\n"
    "  --help         说明；yinuo help 命令 也一样\n"
    "  --json         结果以 JSON 写到标准输出\n"
    "  --lang zh|en   界面语言；默认看 LC_ALL、LC_MESSAGES、LANG\n"
    "  --version      版本\n\n"
    "退出码: 0 一切正常，1 有发现，2 命令行有误，3 输入看不懂，4 磁盘、权限等环境问题\n",
    "\nEverywhere:\n"
    "  --help         explain; so does yinuo help COMMAND\n"
    "  --json         results as JSON on standard output\n"
    "  --lang zh|en   language; by default from LC_ALL, LC_MESSAGES, LANG\n"
    "  --version      the version\n\n"
    "Exit codes: 0 fine, 1 findings, 2 usage, 3 input, 4 environment\n",
};

Result<const Command*> find_command(std::string_view name, std::span<const Command* const> known) {
    std::vector<std::string_view> names;
    for (const auto* command : known) {
        if (command->name == name) return command;
        names.push_back(command->name);
    }
    Error error{.code = "unknown-command",
                .what = {fmt::format("没有“{}”这个命令", name),
                         fmt::format("there is no command '{}'", name)},
                .mend = {"用 yinuo --help 看全部命令", "yinuo --help lists the commands"}};
    if (const auto near = nearest(name, names)) {
        error.mend = {fmt::format("是不是想用 {}？", *near),
                      fmt::format("did you mean {}?", *near)};
    }
    return refuse(std::move(error));
}

bool takes_json(std::string_view name, std::span<const Command* const> known) {
    return std::ranges::any_of(known, [&](const Command* command) {
        return command->name == name && command->json_to_file;
    });
}

Result<bool> chinese(std::string_view language) {
    if (language == "zh") return true;
    if (language == "en") return false;
    return refuse({.code = "bad-language",
                   .what = {fmt::format("--lang 的值“{}”不认识", language),
                            fmt::format("--lang doesn't know '{}'", language)},
                   .mend = {"可以是 zh 或 en", "it can be zh or en"}});
}

Error unknown_option(std::string_view word) {
    constexpr std::array<std::string_view, 4> kKnown = {"--help", "--json", "--lang", "--version"};
    Error error{.code = "unknown-option",
                .what = {fmt::format("命令之前不认识“{}”", word),
                         fmt::format("'{}' is not known before the command", word)},
                .mend = {"用 yinuo --help 看说明", "yinuo --help explains"}};
    if (const auto near = nearest(word, kKnown)) {
        error.mend = {fmt::format("是不是想写 {}？", *near),
                      fmt::format("did you mean {}?", *near)};
    }
    return error;
}

}  // namespace

bool speaks_chinese(const Surroundings& around) {
    for (const auto locale : {around.lc_all, around.lc_messages, around.lang}) {
        if (!locale.empty()) return locale.starts_with("zh");
    }
    return false;
}

Result<Invocation> read_command_line(std::span<const std::string_view> words,
                                     std::span<const Command* const> known,
                                     const Surroundings& around) {
    Invocation invocation;
    invocation.console.terminal = around.terminal;
    invocation.console.chinese = speaks_chinese(around);
    bool help = false;
    auto& rest = invocation.arguments;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto word = words[i];
        if (word == "--") {
            rest.insert(rest.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
            break;
        }
        if (word == "--json" && !(!rest.empty() && takes_json(rest.front(), known))) {
            invocation.console.json = true;
        } else if (word == "--help" || word == "-h") {
            help = true;
        } else if (word.starts_with("--lang=")) {
            invocation.console.chinese = TRY(chinese(word.substr(7)));
        } else if (word == "--lang") {
            invocation.console.chinese = TRY(chinese(++i < words.size() ? words[i] : ""));
        } else {
            rest.push_back(word);
        }
    }
    if (!rest.empty() && rest.front() == "help") {
        help = true;
        rest.erase(rest.begin());
    }
    if (rest.empty()) {
        invocation.wish = Wish::ProgramHelp;
        return invocation;
    }
    const auto name = rest.front();
    if (name == "--version") {
        invocation.wish = Wish::Version;
        return invocation;
    }
    if (name.starts_with('-')) return refuse(unknown_option(name));
    invocation.command = TRY(find_command(name, known));
    invocation.wish = help ? Wish::CommandHelp : Wish::Run;
    rest.erase(rest.begin());
    return invocation;
}

std::string program_help(std::span<const Command* const> known, const Console& console) {
    std::string page = console.say(kHead);
    std::size_t width = 0;
    for (const auto* command : known) width = std::max(width, command->name.size());
    for (const auto* command : known) {
        page += fmt::format("  {:<{}}  {}\n", command->name, width, console.say(command->summary));
    }
    page += console.say(kTail);
    return page;
}

}  // namespace yinuo::cli
