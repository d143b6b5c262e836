#include "cli/zone_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/nearest.h"

namespace yinuo::cli {
namespace {

constexpr std::size_t kNameMost = 64;
constexpr std::size_t kKnownMost = 2000;  // names asked for that are remembered, good or bad

bool is_zone_name(std::string_view name) {
    if (name.empty() || name.size() > kNameMost || name.front() == '/' || name.back() == '/')
        return false;
    if (name.find("..") != std::string_view::npos) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '_' || c == '-' || c == '+';
    });
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

// What people write for a zone: another case, or only the city.
std::string probably_meant(std::string_view name, const std::vector<std::string>& known) {
    std::string wanted = lower(name);
    std::replace(wanted.begin(), wanted.end(), ' ', '_');
    if (wanted == "beijing" || wanted == "asia/beijing" || name == "北京") return "Asia/Shanghai";
    for (const auto& zone : known) {
        const std::string candidate = lower(zone);
        if (candidate == wanted || candidate.ends_with("/" + wanted)) return zone;
    }
    const std::vector<std::string_view> views(known.begin(), known.end());
    const auto near = nearest(name, views);
    return near ? std::string(*near) : "";
}

}  // namespace

ZoneFiles::ZoneFiles(std::string folder) : folder_(std::move(folder)) {}

const Zone* ZoneFiles::find(std::string_view name) {
    const std::lock_guard lock(reading_);
    if (const auto it = zones_.find(name); it != zones_.end()) return it->second.get();
    if (!is_zone_name(name) || zones_.size() >= kKnownMost) return nullptr;
    std::unique_ptr<Zone> zone;
    std::error_code none;
    const std::string path = folder_ + "/" + std::string(name);
    if (std::filesystem::is_regular_file(path, none)) {
        std::ifstream file(path, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        if (auto parsed = Zone::parse(name, bytes))
            zone = std::make_unique<Zone>(*std::move(parsed));
    }
    if (!zone && (name == "UTC" || name == "Etc/UTC")) zone = std::make_unique<Zone>(Zone::utc());
    return zones_.emplace(name, std::move(zone)).first->second.get();
}

std::string ZoneFiles::suggest(std::string_view name) { return probably_meant(name, names()); }

Result<Zone> ZoneFiles::zone(std::string_view name) {
    if (const Zone* found = find(name)) return *found;
    const auto known = names();
    const std::string quoted(name.substr(0, kNameMost));
    if (known.empty())
        return refuse(
            {.code = "no-zone-data",
             .what = {"找不到时区数据：" + folder_, "there is no zone data in " + folder_},
             .mend = {"请安装系统的 tzdata 软件包", "install the system's package tzdata"}});
    const auto meant = probably_meant(name, known);
    return refuse({.code = "no-such-zone",
                   .what = {"没有时区「" + quoted + "」", "there is no zone \"" + quoted + "\""},
                   .mend = meant.empty()
                               ? Text{"时区写作「洲/城市」，例如 Asia/Shanghai",
                                      "zones are written Area/City, for example Asia/Shanghai"}
                               : Text{"是不是「" + meant + "」？", "did you mean " + meant + "?"}});
}

std::vector<std::string> ZoneFiles::names() const {
    namespace fs = std::filesystem;
    std::vector<std::string> out;
    std::error_code none;
    for (fs::recursive_directory_iterator it(folder_, none), end; !none && it != end;
         it.increment(none)) {
        const auto name = it->path().lexically_relative(folder_).generic_string();
        if (name == "posix" || name == "right") {
            it.disable_recursion_pending();
            continue;
        }
        const bool zone_like = name.front() >= 'A' && name.front() <= 'Z' && is_zone_name(name);
        if (zone_like && it->is_regular_file(none)) out.push_back(name);
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace yinuo::cli
