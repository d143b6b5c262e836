// Accounts of obligations for the terminal and as JSON.
#pragma once

#include <string>
#include <vector>

#include "twin/account.h"

namespace yinuo::wire {

std::string account_text(const std::vector<twin::Account>&, bool chinese);
std::string account_json(const std::vector<twin::Account>&);

}  // namespace yinuo::wire
