// What a file is called, in the header Content-Disposition (RFC 6266): there, because a name may be
// personal and addresses are written down by everybody on the way.
#pragma once

#include <string>
#include <string_view>

namespace yinuo::server {

// Of `filename*=UTF-8''…` (RFC 8187) or else `filename="…"`, at most 200 bytes. Empty where it is
// missing, too long, no UTF-8, or has control characters or slashes.
std::string file_name_in(std::string_view disposition);

// "attachment; filename*=UTF-8''…"; without a name just "attachment".
std::string attachment_called(std::string_view name);

}  // namespace yinuo::server
