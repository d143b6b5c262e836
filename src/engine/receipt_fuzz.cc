// Any bytes as a receipt: read, refused or verified, and never a crash. A first byte of 'x' makes
// the rest the extra of a proof file, so that the mutations reach what lies inside its base64.
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/receipt.h"
#include "tlog/base64.h"

namespace {

class Utc final : public yinuo::Zones {
public:
    const yinuo::Zone* find(std::string_view name) override {
        return name == "UTC" ? &utc_ : nullptr;
    }

private:
    yinuo::Zone utc_ = yinuo::Zone::utc();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Utc zones;
    std::string text(reinterpret_cast<const char*>(data), size);
    if (text.starts_with('x'))
        text =
            "c2sp.org/tlog-proof@v1\nextra " + yinuo::tlog::to_base64(text.substr(1)) +
            "\nindex 0\n\nlog\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— log AAAAAAAA\n";
    const auto verdict = yinuo::engine::verify_receipt(text, std::nullopt, zones);
    // Nobody can sign by accident.
    if (verdict.fine || verdict.findings.empty()) __builtin_trap();
    return 0;
}
