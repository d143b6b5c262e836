#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace yinuo::cli {
namespace {

constexpr auto kPause = std::chrono::milliseconds(100);

}  // namespace

Progress::Progress(const Console& console, const Text& doing, std::uint64_t total)
    : on_(console.terminal),
      doing_(console.say(doing)),
      total_(total),
      next_(std::chrono::steady_clock::now() + kPause) {}

Progress::~Progress() {
    if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void Progress::at(std::uint64_t done) {
    if (!on_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return;
    next_ = now + kPause;
    draw(done);
}

void Progress::draw(std::uint64_t done) {
    fmt::print(stderr, "\r{}\x1b[K", progress_line(doing_, done, total_));
    std::fflush(stderr);
    drawn_ = true;
}

std::string progress_line(std::string_view doing, std::uint64_t done, std::uint64_t total) {
    if (total == 0) return fmt::format("{}  {}", doing, done);
    const auto share = static_cast<double>(std::min(done, total)) / static_cast<double>(total);
    return fmt::format("{}  {} %  {}/{}", doing, static_cast<int>(share * 100), done, total);
}

}  // namespace yinuo::cli
