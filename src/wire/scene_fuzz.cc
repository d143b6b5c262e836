// Any bytes as a scene file: read, or findings with their places.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "wire/scene.h"

namespace {

class TwoZones : public yinuo::Zones {
public:
    const yinuo::Zone* find(std::string_view name) override {
        if (name == "UTC") return &utc_;
        return name == "Asia/Shanghai" ? &shanghai_ : nullptr;
    }

private:
    yinuo::Zone utc_ = yinuo::Zone::utc();
    yinuo::Zone shanghai_ = yinuo::Zone::fixed(8 * 3600);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    TwoZones zones;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto file = yinuo::wire::read_scenes(text, "s.scene", zones);
    for (const auto& finding : file.findings) check(!finding.error.what.en.empty());
    // The same lines under a head that lets facts and expectations through.
    const auto whole =
        std::string("promise: p.yaml\nzone: Asia/Shanghai\nscene: s\n") + std::string(text);
    const auto headed = yinuo::wire::read_scenes(whole, "s.scene", zones);
    for (const auto& scene : headed.scenes)
        for (const auto& expectation : scene.expectations)
            check(expectation.facts <= scene.facts.size());
    return 0;
}
