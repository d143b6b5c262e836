// The files of a folder, for commands that take a file or a folder of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace yinuo::cli {

// Every file under `folder`, however deep, whose path `wanted` takes, in order of their paths.
// nullopt when the folder can't be read whole.
std::optional<std::vector<std::string>> files_under(const std::string& folder,
                                                    bool (*wanted)(const std::string& path));

}  // namespace yinuo::cli
