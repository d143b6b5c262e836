// Any bytes as an iCalendar file.
#include <cstddef>
#include <cstdint>

#include "wire/schedule_ical.h"

namespace {
struct OneZone : yinuo::Zones {
    yinuo::Zone zone = yinuo::Zone::fixed(8 * 3600);
    const yinuo::Zone* find(std::string_view) override { return &zone; }
};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo;
    OneZone zones;
    Findings findings;
    wire::import_ical({reinterpret_cast<const char*>(data), size}, "f.ics", zones.zone, zones, {},
                      findings);
    return 0;
}
