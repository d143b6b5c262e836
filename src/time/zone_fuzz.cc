// Any bytes as a TZif file: refused, or a zone that answers.
#include <cstddef>
#include <cstdint>

#include "time/zone.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo;
    const auto zone = Zone::parse("Fuzz/Zone", {reinterpret_cast<const char*>(data), size});
    if (!zone) return 0;
    for (const std::int64_t at :
         {-62'135'596'800'000, -1'000'000'000'000, 0L, 1'772'000'000'000, 253'402'300'799'999}) {
        zone->next_change(Instant{at});
        zone->start_of_day(zone->to_local(Instant{at}).date());
        zone->to_instant(zone->to_local(Instant{at}), Gap::NextValid, Overlap::Second);
    }
    return 0;
}
