#include "engine/refold.h"

#include <array>
#include <cstddef>

#include "base/check.h"
#include "engine/turner.h"
#include "vault/keyring.h"

namespace yinuo::engine {
namespace {

class NoEntropy final : public vault::Entropy {
public:
    void fill(std::span<std::byte>) override { check(false); }
};

// A turner is made with what writes; folding again comes to none of it.
vault::Keyring any_keyring() {
    constexpr std::array<std::byte, vault::Key::kSize> kZeroes{};
    return std::move(*vault::Keyring::of({vault::Key(kZeroes)}));
}

class TurnerRefolder final : public Refolder {
public:
    explicit TurnerRefolder(Zones& zones)
        : shelf_(zones),
          keys_(keyring_),
          logs_(keyring_),
          turner_(shelf_, keys_, logs_, entropy_) {}

    Refolded refold(store::Reading& rows, store::StreamId stream, Instant now) override {
        return turner_.refold(rows, stream, now);
    }
    Shelf& shelf() { return shelf_; }

private:
    NoEntropy entropy_;
    vault::Keyring keyring_ = any_keyring();
    Shelf shelf_;
    Keys keys_;
    TenantLogs logs_;
    Turner turner_;
};

}  // namespace

Result<std::unique_ptr<Refolder>> Refolder::open(store::Reading& rows, Zones& zones) {
    auto made = std::make_unique<TurnerRefolder>(zones);
    if (auto filled = fill_shelf_from_log(rows, made->shelf()); !filled)
        return refuse(std::move(filled.error()));
    return made;
}

}  // namespace yinuo::engine
