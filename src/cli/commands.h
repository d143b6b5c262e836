// The list of all commands.
#pragma once

#include "cli/command.h"

namespace yinuo::cli {
std::span<const Command* const> commands();
}  // namespace yinuo::cli
