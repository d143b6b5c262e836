// Any bytes as a promise file: findings or promises, and a sentence for each, never a crash.
#include <cstdint>
#include <string_view>

#include "promise/scope.h"
#include "promise/sentence.h"
#include "wire/promise_yaml.h"

namespace {

class FewZones : public yinuo::Zones {
public:
    const yinuo::Zone* find(std::string_view name) override {
        return name == "Asia/Shanghai" ? &zone_ : nullptr;
    }

private:
    yinuo::Zone zone_ = yinuo::Zone::fixed(8 * 3600);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static FewZones zones;
    yinuo::Names names;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto reading = yinuo::wire::read_promises(
        text, "fuzz.yaml", {names, zones, yinuo::promise::host_functions()});
    for (const auto& promise : reading.promises) {
        yinuo::promise::sentence_of(promise);
        promise.fields_read();
    }
    return 0;
}
