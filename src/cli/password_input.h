// A password from whoever sits at the terminal, unseen, or one line of standard input.
#pragma once

#include "base/result.h"
#include "cli/command.h"
#include "vault/secret.h"

namespace yinuo::cli {

// At a terminal it is asked twice. Refuses fewer than 10 characters and two that differ.
Result<vault::Secret<vault::Password>> read_password(const Console&);

}  // namespace yinuo::cli
