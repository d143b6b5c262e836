#include "cli/commands.h"

namespace yinuo::cli {

// In the order of a working day: write, check, try on history, explain. Commands join this list
// when their file does.
std::span<const Command* const> commands() {
    static constexpr const Command* kAll[] = {
        &kCheckCommand,  &kBacktestCommand, &kExplainCommand,  &kSceneCommand, &kCalendarCommand,
        &kDmnCommand,    &kImportCommand,   &kVerifyCommand,   &kServeCommand, &kTenantCommand,
        &kUserCommand,   &kKeysCommand,     &kConfigCommand,   &kFsckCommand,  &kRebuildCommand,
        &kBackupCommand, &kRestoreCommand,  &kSimulateCommand, &kFundCommand,  &kApiCommand,
        &kReportCommand};
    return kAll;
}

}  // namespace yinuo::cli
