// The document of a company's rules, as noticing.cc keeps it. Private to the room.
#pragma once

#include "engine/noticing.h"

namespace yinuo::engine {

std::string to_json(const NoticeRules&);
Result<NoticeRules> read_notice_rules(std::string_view text);

}  // namespace yinuo::engine
