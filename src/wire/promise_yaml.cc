#include "wire/promise_yaml.h"

#include <algorithm>
#include <fstream>
#include <numeric>
#include <tuple>

#include "wire/promise_reader.h"
#include "wire/yaml.h"

namespace yinuo::wire {
namespace {

using promise::Promise;

constexpr std::size_t kFileMost = 4u << 20;

// Versions of one promise follow one another: each ends where the next begins, if it doesn't say
// so itself.
void settle_versions(std::vector<Promise>& promises, Findings& findings) {
    for (std::size_t i = 0; i < promises.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (promises[i].id != promises[j].id) continue;
            if (promises[i].version == promises[j].version) {
                report(findings, Severity::Error, "duplicate-version", promises[i].place,
                       {"「" + promises[i].id + "」的第 " + std::to_string(promises[i].version) +
                            " 版已在第 " + std::to_string(promises[j].place.line) + " 行",
                        "version " + std::to_string(promises[i].version) + " of \"" +
                            promises[i].id + "\" stands in line " +
                            std::to_string(promises[j].place.line) + " already"},
                       {"改版本号", "give it another version number"});
                continue;
            }
            const bool earlier = promises[j].effective_from <= promises[i].effective_from;
            Promise& first = earlier ? promises[j] : promises[i];
            const Promise& second = earlier ? promises[i] : promises[j];
            if (first.effective_until == Instant::max() &&
                second.effective_from > first.effective_from)
                continue;
            if (first.effective_until <= second.effective_from) continue;
            report(findings, Severity::Error, "versions-overlap", second.place,
                   {"「" + first.id + "」的第 " + std::to_string(first.version) + " 版和第 " +
                        std::to_string(second.version) + " 版同时有效",
                    "versions " + std::to_string(first.version) + " and " +
                        std::to_string(second.version) + " of \"" + first.id +
                        "\" are in force at the same time"},
                   {"用 until 让前一版先结束", "let the earlier one end with \"until\""});
        }
    }
    for (auto& one : promises) {
        if (one.effective_until != Instant::max()) continue;
        for (const auto& other : promises)
            if (other.id == one.id && other.effective_from > one.effective_from)
                one.effective_until = std::min(one.effective_until, other.effective_from);
    }
}

}  // namespace

bool PromiseReading::has_errors() const {
    return std::ranges::any_of(findings,
                               [](const Finding& f) { return f.severity == Severity::Error; });
}

PromiseReading read_promises(std::string_view text, std::string_view path,
                             const PromiseContext& context) {
    PromiseReading reading;
    YamlFile file = read_yaml(text, path);
    reading.findings = std::move(file.findings);
    if (file.documents.empty() && reading.findings.empty())
        report(reading.findings, Severity::Error, "empty-file", {std::string(path), 1, 1},
               {"文件里没有承诺", "there is no promise in this file"},
               {"以 promise: 代号 开头", "begin with promise: and its id"});
    for (const auto& document : file.documents)
        if (auto one = PromiseReader(context, path, reading.findings).read(document))
            reading.promises.push_back(std::move(*one));
    settle_versions(reading.promises, reading.findings);
    std::vector<std::size_t> order(reading.findings.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::sort(order, {}, [&](std::size_t i) {
        const Place& place = reading.findings[i].error.place;
        return std::tuple(place.line, place.column, i);
    });
    Findings by_place;
    for (const auto i : order) by_place.push_back(std::move(reading.findings[i]));
    reading.findings = std::move(by_place);
    // What is used twice (a condition that legs share) is told once.
    const auto same = [](const Finding& a, const Finding& b) {
        return a.error.code == b.error.code && a.error.place.line == b.error.place.line &&
               a.error.place.column == b.error.place.column && a.error.what == b.error.what;
    };
    reading.findings.erase(std::unique(reading.findings.begin(), reading.findings.end(), same),
                           reading.findings.end());
    return reading;
}

Result<PromiseReading> read_promise_file(std::string_view path, const PromiseContext& context) {
    std::ifstream file(std::string(path), std::ios::binary);
    std::string text;
    if (file) {
        text.resize(kFileMost + 1);
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(file.gcount()));
    }
    if (!file && !file.eof())
        return refuse({.code = "no-file",
                       .what = {"读不到文件「" + std::string(path) + "」",
                                "the file \"" + std::string(path) + "\" cannot be read"},
                       .mend = {"检查路径和权限", "look at its path and permissions"},
                       .place = {std::string(path), 0, 0}});
    return read_promises(text, path, context);
}

}  // namespace yinuo::wire
