// What tests of the demo need of the world.
#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>

#include "time/zone.h"

namespace yinuo::demo {

// The machine's zone files.
class FileZones final : public Zones {
public:
    const Zone* find(std::string_view name) override {
        const std::lock_guard hold(lock_);
        const std::string key(name);
        if (const auto known = zones_.find(key); known != zones_.end()) return &known->second;
        std::ifstream file("/usr/share/zoneinfo/" + key, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        auto zone = Zone::parse(name, bytes);
        return zone ? &zones_.emplace(key, std::move(*zone)).first->second : nullptr;
    }

private:
    std::mutex lock_;
    std::map<std::string, Zone> zones_;
};

}  // namespace yinuo::demo
