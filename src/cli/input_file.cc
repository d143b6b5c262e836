#include "cli/input_file.h"

#include <filesystem>
#include <fstream>
#include <iostream>

namespace yinuo::cli {

Result<std::string> read_file(const std::string& path, std::size_t most) {
    std::error_code trouble;
    std::ifstream file;
    const bool is_standard = path == "-";
    if (!is_standard && !std::filesystem::is_directory(path, trouble))
        file.open(path, std::ios::binary);
    std::istream& in = is_standard ? std::cin : file;
    std::string text;
    char piece[64 * 1024];
    while (text.size() <= most && (in.read(piece, sizeof piece) || in.gcount() > 0))
        text.append(piece, static_cast<std::size_t>(in.gcount()));
    if (!in.eof() || in.bad() || text.size() > most)
        return refuse(
            {.code = "no-file",
             .what = {"读不到文件，或文件太大", "the file can't be read, or is too large"},
             .mend = {"检查路径、权限和大小", "look at its path, permissions and size"},
             .place = {path, 0, 0}});
    return text;
}

}  // namespace yinuo::cli
