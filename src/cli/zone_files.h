// Time zones from the system's zone files.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "time/zone.h"

namespace yinuo::cli {

// Reads /usr/share/zoneinfo (or the folder that TZDIR names, which main hands in) when a zone is
// first asked for. Several threads may ask. Names stay inside the folder: nothing absolute, no "..".
class ZoneFiles : public Zones {
public:
    explicit ZoneFiles(std::string folder = "/usr/share/zoneinfo");

    const Zone* find(std::string_view name) override;
    std::string suggest(std::string_view name) override;

    // The same, saying what is wrong: "no-such-zone" names the nearest one there is.
    Result<Zone> zone(std::string_view name);

    // Every name there is, sorted, such as "Asia/Shanghai"; empty when the folder is missing.
    std::vector<std::string> names() const;

private:
    std::string folder_;
    std::mutex reading_;
    std::map<std::string, std::unique_ptr<Zone>, std::less<>> zones_;  // null: known to be bad
};

}  // namespace yinuo::cli
