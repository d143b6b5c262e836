// What the fuzz targets of the history formats share: any bytes, read by one mapping, give facts
// and rejections that add up, or an error.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "wire/history_reader.h"

namespace yinuo::wire {

inline void fuzz_history(std::string_view mapping_text, const std::uint8_t* data,
                         std::size_t size) {
    struct : Zones {
        const Zone* find(std::string_view) override { return nullptr; }
    } zones;
    struct : promise::FactSink {
        std::uint64_t count = 0;
        void take(const promise::Fact& fact) override {
            ++count;
            if (fact.subject.empty() || fact.kind == Symbol::None) __builtin_trap();
        }
    } sink;
    static const std::string path = "/tmp/yinuo-fuzz-" + std::to_string(::getpid());
    if (std::FILE* file = std::fopen(path.c_str(), "wb")) {
        std::fwrite(data, 1, size, file);
        std::fclose(file);
    }
    const auto mapping = Mapping::parse(mapping_text, "m.yaml", zones);
    if (!mapping) __builtin_trap();
    Names names;
    Arena memory;
    std::uint64_t rejected = 0;
    ReadOptions options;
    options.on_rejected = [&](const Rejected& row) {
        ++rejected;
        if (row.reason.en.empty() || row.reason.zh.empty()) __builtin_trap();
    };
    const auto counts = HistoryReader(*mapping, names, zones, memory).read(path, sink, options);
    if (counts &&
        (counts->facts != sink.count || counts->rejected != rejected || rejected > counts->rows))
        __builtin_trap();
}

}  // namespace yinuo::wire
