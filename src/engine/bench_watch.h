// For benchmarks: how long something took, by the wall and by the processor.
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>

namespace yinuo::engine {

inline double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

class Watch {
public:
    Watch() : cpu_(cpu_seconds()), wall_(std::chrono::steady_clock::now()) {}
    // One line: how many, how many a second, CPU for each.
    void tell(const char* what, std::int64_t count) const {
        const double cpu = cpu_seconds() - cpu_;
        const double wall =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_).count();
        const auto n = static_cast<double>(count);
        std::printf("%-44s %10lld  %8.0f /s  %7.2f us CPU each  (%.2f s, %.2f CPU-s)\n", what,
                    static_cast<long long>(count), n / wall, cpu * 1e6 / n, wall, cpu);
        std::fflush(stdout);
    }

private:
    double cpu_;
    std::chrono::steady_clock::time_point wall_;
};

}  // namespace yinuo::engine
