// Any bytes as a file, as what it is called, and as an id: never a crash, and a name that was taken
// comes back as it was.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "engine/evidence.h"
#include "server/clause_acts.h"
#include "server/file_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    static_cast<void>(engine::media_type_of(bytes));
    if (const auto position = engine::parse_evidence(bytes)) check(*position > 0);
    if (const auto obligation = server::obligation_of_claim(bytes))
        check(obligation->starts_with("obl_"));
    const auto name = server::file_name_in(bytes);
    check(server::file_name_in(server::attachment_called(name)) == name);
    return 0;
}
