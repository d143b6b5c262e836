// `yinuo simulate`: the engine through years in which everything fails; for whoever changes it.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <limits>

#include "cli/interrupt.h"
#include "cli/options.h"
#include "engine/simulation.h"

namespace yinuo::cli {
namespace {

struct Seeds {
    std::int64_t first = 1, last = 1;
};

// "7", "1..100".
Result<Seeds> read_seeds(std::string_view text) {
    Seeds seeds;
    const auto dots = text.find("..");
    const auto number = [](std::string_view digits, std::int64_t& into) {
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), into);
        return error == std::errc() && end == digits.data() + digits.size() && into >= 0;
    };
    const bool fine = dots == std::string_view::npos
                          ? number(text, seeds.first) && number(text, seeds.last)
                          : number(text.substr(0, dots), seeds.first) &&
                                number(text.substr(dots + 2), seeds.last);
    if (fine && seeds.first <= seeds.last) return seeds;
    return refuse({.code = "bad-seeds",
                   .what = {"种子写错了：" + std::string(text), "bad seeds: " + std::string(text)},
                   .mend = {"写 7 或 1..100", "write 7 or 1..100"}});
}

int run(Arguments arguments, const Console& console) {
    std::string words = "1";
    std::int64_t steps = 2'000;
    Options options;
    options.value("seeds", words);
    options.number("steps", {1, std::numeric_limits<std::int32_t>::max()}, steps);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    const auto seeds = read_seeds(words);
    if (!seeds) return complain(seeds.error(), console);
    watch_interrupts();
    int failed = 0;
    for (auto seed = seeds->first; seed <= seeds->last && !interrupted(); ++seed) {
        const auto begin = std::chrono::steady_clock::now();
        const auto report =
            engine::simulate({.seed = static_cast<std::uint64_t>(seed), .steps = steps});
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        fmt::print(
            "seed {}: {}, {} facts, {} entries, {} obligations, {} broken, {} reversals, "
            "{} remedies, {} crashes, {} retries, {} duplicates, {} erased, {:.1f} s, log {}\n",
            seed, report.failure.empty() ? "ok" : "FAILED", report.facts, report.entries,
            report.obligations, report.broken, report.reversals, report.remedies, report.crashes,
            report.retries, report.duplicates, report.erased, took.count(),
            report.log_hash.substr(0, 16));
        if (!report.failure.empty()) {
            ++failed;
            fmt::print(
                "{}\n{}\n", report.failure,
                console.say(
                    {fmt::format("重演：yinuo simulate --seeds {} --steps {}", seed, steps),
                     fmt::format("again: yinuo simulate --seeds {} --steps {}", seed, steps)}));
        }
        std::fflush(stdout);
    }
    if (interrupted()) return kEnvironment;
    return failed == 0 ? kFine : kFindings;
}

}  // namespace

const Command kSimulateCommand = {
    .name = "simulate",
    .summary = {"模拟各种故障，验证不丢不重", "simulate faults: nothing lost, nothing doubled"},
    .usage = {"yinuo simulate [--seeds 1..100] [--steps 2000]\n"
              "\n"
              "在内存里演若干年：网络延迟、重复、乱序、丢回执，提交失败，随时崩溃，时钟乱跳；\n"
              "沿途核对什么也没丢、没重。每个种子可原样重演。\n"
              "\n"
              "退出码：0 全部成立，1 有不成立的，4 已中断\n",
              "yinuo simulate [--seeds 1..100] [--steps 2000]\n"
              "\n"
              "Plays years in memory: a network that delays, repeats, reorders and loses answers, "
              "commits that\n"
              "fail, crashes at any step, clocks that jump; and checks that nothing is lost and "
              "nothing\n"
              "doubled. A seed is played again exactly.\n"
              "\n"
              "Exit codes: 0 all held, 1 something didn't, 4 interrupted\n"},
    .run = run,
};

}  // namespace yinuo::cli
