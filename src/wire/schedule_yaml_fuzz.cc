// Any text as a schedule: read, and if it is one, written and read back to an equal one.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "wire/schedule_yaml.h"

namespace {
struct OneZone : yinuo::Zones {
    yinuo::Zone zone = yinuo::Zone::utc();
    const yinuo::Zone* find(std::string_view) override { return &zone; }
};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo;
    OneZone zones;
    Findings findings;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto schedule = wire::read_schedule_file(text, "f.yaml", zones, findings);
    if (!schedule) {
        check(!findings.empty());
        return 0;
    }
    const Instant at{1'772'000'000'000};
    if (const auto due = schedule->add(at, {36'000'000}))
        check(schedule->between(at, *due).millis == 36'000'000);
    if (schedule->definition().combine != calendar::Combine::None) return 0;
    Findings again;
    check(wire::read_schedule_file(wire::write_schedule(schedule->definition()), "f.yaml", zones,
                                   again)
              .has_value());
    return 0;
}
