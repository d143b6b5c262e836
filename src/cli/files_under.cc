#include "cli/files_under.h"

#include <algorithm>
#include <filesystem>

namespace yinuo::cli {

std::optional<std::vector<std::string>> files_under(const std::string& folder,
                                                    bool (*wanted)(const std::string& path)) {
    namespace fs = std::filesystem;
    std::error_code trouble;
    std::vector<std::string> found;
    for (fs::recursive_directory_iterator it(folder, trouble), end; !trouble && it != end;
         it.increment(trouble)) {
        auto path = it->path().lexically_normal().string();
        if (wanted(path)) found.push_back(std::move(path));
    }
    if (trouble) return std::nullopt;
    std::ranges::sort(found);
    return found;
}

}  // namespace yinuo::cli
