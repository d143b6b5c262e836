// One line on the terminal that says how far a long piece of work has come.
//
// Draws on stderr, at most ten times a second, and only if stderr is a terminal: logs and pipes
// never see it. The destructor wipes the line, so the answer that follows stands alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/command.h"

namespace yinuo::cli {

class Progress {
public:
    // `doing` names the work, for example {"读取业务记录", "reading facts"}. `total` is in the same
    // unit as at(); 0 when it isn't known.
    Progress(const Console&, const Text& doing, std::uint64_t total);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // How much is done. Reads the clock (some 25 ns) and rarely draws: fit for every record.
    void at(std::uint64_t done);

private:
    void draw(std::uint64_t done);

    bool on_;
    std::string doing_;
    std::uint64_t total_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point next_;
};

// "reading facts  42 %  420/1000", or without a share when the total isn't known. Never more than
// 100 %.
std::string progress_line(std::string_view doing, std::uint64_t done, std::uint64_t total);

}  // namespace yinuo::cli
