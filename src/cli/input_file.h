// A whole file, for commands that read one at once.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace yinuo::cli {

// "-" is standard input. Refuses ("no-file") what can't be read, a folder, and more than `most`
// bytes, with its place.
Result<std::string> read_file(const std::string& path, std::size_t most);

}  // namespace yinuo::cli
