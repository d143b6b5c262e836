// Any bytes are refused, or a turn whose bytes are these and no others.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/entry.h"

namespace {

struct NoZones : yinuo::Zones {
    bool asked = false;
    const yinuo::Zone* find(std::string_view) override {
        asked = true;
        return nullptr;
    }
};

struct NoNames : yinuo::engine::LeafNames {
    std::string_view origin() const override { return "log"; }
    std::string_view promise(yinuo::store::Position) const override { return "p@1"; }
    std::string_view text_hash(yinuo::store::Position) const override { return "00"; }
    std::string_view clause(yinuo::store::Position, int) const override { return "c"; }
    std::string_view remedy(yinuo::store::Position, int) const override { return "r"; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo;
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    Arena memory;
    NoZones zones;
    const auto turn = engine::read_turn(body, memory, &zones);
    Names names;
    const bool kinds = engine::learn_kinds(body, names).has_value();
    if (turn) {
        if (!kinds) __builtin_trap();
        std::string again;
        engine::write_turn(again, *turn);
        if (!zones.asked && again != body) __builtin_trap();
        if (engine::leaves_of(*turn, Instant{0}, NoNames()).size() !=
            turn->changes.size() + turn->remedies.size())
            __builtin_trap();
        for (const auto& fact : turn->facts)
            for (const auto& field : fact.fields) names.intern(field.name);
    }
    std::vector<promise::Fact> facts;
    const auto read = engine::read_facts(body, Instant{0}, names, memory, facts, &zones);
    if (turn && (!read || facts.size() != turn->facts.size())) __builtin_trap();
    std::vector<Symbol> all;
    for (const auto& fact : facts)
        for (const auto& field : fact.fields) all.push_back(field.name);
    std::string lines;
    for (const auto& fact : facts) engine::append_fact_line(lines, fact, all, names);
    return 0;
}
