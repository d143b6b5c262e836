// One command of the program: `yinuo NAME ...`. Each lives in its own command_NAME.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace yinuo::cli {

// Exit codes, the same for every command.
enum Exit : int {
    kFine = 0,         // done, and nothing to object to
    kFindings = 1,     // done, with findings (a promise with errors, a failed scene)
    kUsage = 2,        // the words of the command line are off
    kInput = 3,        // a file could not be understood
    kEnvironment = 4,  // disk, permissions, missing zone data
};

// What a command may know of the world around it.
struct Console {
    bool chinese = false;   // words on screen are zh, otherwise en
    bool json = false;      // --json was given: machine-readable output on stdout
    bool terminal = false;  // stderr is a terminal: progress may be drawn
    const std::string& say(const Text& text) const { return text.in(chinese); }
};

using Arguments = std::span<const std::string_view>;  // what follows the command's name

struct Command {
    std::string_view name;
    Text summary;  // one line, for `yinuo --help`
    Text usage;    // what `yinuo NAME --help` prints
    int (*run)(Arguments, const Console&);
    bool json_to_file = false;  // it takes `--json FILE` itself, instead of the program's `--json`
};

// Defined one in each command_NAME.cc, listed in commands.cc.
extern const Command kCalendarCommand;
extern const Command kDmnCommand;
extern const Command kCheckCommand;
extern const Command kBacktestCommand;
extern const Command kExplainCommand;
extern const Command kSceneCommand;
extern const Command kImportCommand;
extern const Command kVerifyCommand;
extern const Command kServeCommand;
extern const Command kTenantCommand;
extern const Command kUserCommand;
extern const Command kKeysCommand;
extern const Command kConfigCommand;
extern const Command kFsckCommand;
extern const Command kRebuildCommand;
extern const Command kBackupCommand;
extern const Command kRestoreCommand;
extern const Command kSimulateCommand;
extern const Command kFundCommand;
extern const Command kReportCommand;
extern const Command kApiCommand;

}  // namespace yinuo::cli
