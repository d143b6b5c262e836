// The words of the whole command line, before any command sees its own.
//
// Pure: what the environment says comes in as arguments, so that every case is a test.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace yinuo::cli {

// What the program reads of its surroundings, once, in main.cc. Unset variables are empty.
struct Surroundings {
    std::string_view lc_all = {};
    std::string_view lc_messages = {};
    std::string_view lang = {};
    bool terminal = false;
};

// Chinese if the first of LC_ALL, LC_MESSAGES and LANG that isn't empty begins with "zh".
bool speaks_chinese(const Surroundings&);

enum class Wish { Run, ProgramHelp, CommandHelp, Version };

struct Invocation {
    Wish wish = Wish::Run;
    Console console;
    const Command* command = nullptr;         // of Run and CommandHelp
    std::vector<std::string_view> arguments;  // of Run
};

// `--json`, `--lang zh|en` and `--help` may stand anywhere before a `--`. No words at all ask for
// the program's help. Codes: unknown-command (with the nearest one), bad-language, unknown-option.
Result<Invocation> read_command_line(std::span<const std::string_view> words,
                                     std::span<const Command* const> known, const Surroundings&);

// What `yinuo --help` prints.
std::string program_help(std::span<const Command* const> known, const Console&);

}  // namespace yinuo::cli
