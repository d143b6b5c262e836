#include "cli/history_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "promise/scope.h"
#include "twin/backtest.h"
#include "wire/promise_yaml.h"

namespace yinuo::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRejectedShown = 20;

struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

Result<std::vector<std::string>> promise_files(const std::string& path) {
    std::error_code trouble;
    if (!fs::is_directory(path, trouble)) return std::vector{path};
    std::vector<std::string> files;
    for (fs::recursive_directory_iterator it(path, trouble), end; !trouble && it != end;
         it.increment(trouble))
        if (it->path().extension() == ".yaml" || it->path().extension() == ".yml")
            files.push_back(it->path().lexically_normal().string());
    if (trouble)
        return refuse(
            {.code = "unreadable",
             .what = {"“" + path + "”下有读不了的目录：" + trouble.message(),
                      "a folder under " + path + " can't be read: " + trouble.message()}});
    if (files.empty())
        return refuse({.code = "no-promise",
                       .what = {"“" + path + "”下没有承诺文件（*.yaml）",
                                "there is no promise file (*.yaml) under " + path}});
    std::ranges::sort(files);
    return files;
}

// Schedules may lie beside the promises as files of their own.
bool is_promise(const std::string& path) {
    const File file(std::fopen(path.c_str(), "r"));
    if (file == nullptr) return true;  // reading it will say why not
    std::string text(1 << 16, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    return text.starts_with("promise:") || text.find("\npromise:") != std::string::npos;
}

}  // namespace

bool HistoryDesk::fail(const Error& error, Exit exit) {
    exit_ = complain(error, console_, exit);
    return false;
}

std::optional<std::vector<promise::Promise>> HistoryDesk::promises(const std::string& path) {
    const auto files = promise_files(path);
    if (!files) return fail(files.error(), kInput), std::nullopt;
    std::vector<promise::Promise> all;
    for (const auto& file : *files) {
        if (files->size() > 1 && !is_promise(file)) continue;
        auto reading = wire::read_promise_file(file, {names, zones, promise::host_functions()});
        if (!reading) return fail(reading.error(), kInput), std::nullopt;
        for (const auto& finding : reading->findings)
            if (finding.severity == Severity::Error) fail(finding.error, kFindings);
        if (reading->has_errors()) return std::nullopt;
        std::ranges::move(reading->promises, std::back_inserter(all));
    }
    if (auto line = twin::put_versions_in_line(all); !line)
        return fail(line.error(), kFindings), std::nullopt;
    if (all.empty())
        return fail({.code = "no-promise",
                     .what = {"“" + path + "”里没有承诺", "there is no promise in " + path}},
                    kInput),
               std::nullopt;
    return all;
}

bool HistoryDesk::read(const Reading& reading) {
    const auto mapping = wire::Mapping::load(reading.mapping, zones);
    if (!mapping) {
        for (const auto& finding : mapping.error()) fail(finding.error, kInput);
        return false;
    }
    std::optional<OutputFile> rejected;
    if (!reading.rejected_file.empty()) {
        rejected.emplace(reading.rejected_file);
        if (rejected->get() == nullptr) return fail(rejected->finish().error(), kEnvironment);
    }
    for (const auto& file : reading.files)
        if (!read_file(*mapping, file, reading, rejected ? rejected->get() : nullptr)) return false;
    if (rejected)
        if (auto done = rejected->finish(); !done) return fail(done.error(), kEnvironment);
    say_rejected(reading.rejected_file);
    for (const auto& note : counts_.notes) complain(note.error, console_, kFine);
    history_.group();
    return true;
}

bool HistoryDesk::read_file(const wire::Mapping& mapping, const std::string& file,
                            const Reading& reading, std::FILE* rejected) {
    wire::HistoryReader reader(mapping, names, zones, memory_);
    std::unique_ptr<Progress> progress;
    wire::ReadOptions options;
    options.interrupted = interrupted;
    options.wanted_fields = reading.wanted_fields;
    options.on_rejected = [&](const wire::Rejected& row) {
        std::string where(row.path);
        if (row.line > 0) where += fmt::format(":{}", row.line);
        if (row.column > 0) where += fmt::format(":{}", row.column);
        const std::string text = where + ": " + console_.say(row.reason);
        if (rejected_.size() < kRejectedShown) rejected_.push_back(text);
        if (rejected != nullptr) fmt::print(rejected, "{}\n", text);
    };
    options.on_progress = [&](std::uint64_t done, std::uint64_t total) {
        if (!progress)
            progress =
                std::make_unique<Progress>(console_, Text{"读取业务记录", "reading facts"}, total);
        progress->at(done);
    };
    const auto counts = reader.read(file, history_, options);
    progress.reset();
    if (!counts) return fail(counts.error(), kInput);
    counts_.rows += counts->rows;
    counts_.facts += counts->facts;
    counts_.rejected += counts->rejected;
    counts_.notes.insert(counts_.notes.end(), counts->notes.begin(), counts->notes.end());
    if (!counts->interrupted) return true;
    const std::string rows = std::to_string(counts_.rows);
    return fail({.code = "interrupted",
                 .what = {"已按您的要求停下：读了 " + rows + " 行，没有得出结果，也没有写任何文件",
                          "stopped as you asked after reading " + rows +
                              " rows; there is no result, and nothing was written"}},
                kFindings);
}

void HistoryDesk::say_rejected(const std::string& rejected_file) const {
    if (counts_.rejected == 0) return;
    for (const auto& line : rejected_) fmt::print(stderr, "{}\n", line);
    const auto more = counts_.rejected - rejected_.size();
    if (more > 0)
        fmt::print(stderr,
                   fmt::runtime(console_.chinese ? "…… 另有 {} 行被拒\n"
                                                 : "... and {} more rejected rows\n"),
                   more);
    if (rejected_file.empty() && more > 0)
        fmt::print(
            stderr, "{}\n",
            console_.chinese ? "用 --rejected 文件 得到全部" : "--rejected FILE takes them all");
}

Result<Instant> moment_of(const std::string& text, const Zone& zone) {
    if (const auto at = parse_instant(text)) return *at;
    if (const auto date = Date::parse(text))
        return zone.start_of_day(date->plus_days(1)) - Millis{1};
    if (const auto wall = LocalTime::parse(text)) return zone.to_instant(*wall);
    return refuse(
        {.code = "bad-instant",
         .what = {"“" + text + "”不是时刻", "'" + text + "' is no instant"},
         .mend = {"例如 2015-06-30、2015-06-30T18:00 或 2015-06-30T18:00:00-04:00",
                  "for example 2015-06-30, 2015-06-30T18:00 or 2015-06-30T18:00:00-04:00"}});
}

Result<void> write_file(const std::string& path, std::string_view text) {
    if (path == "-") {
        std::fwrite(text.data(), 1, text.size(), stdout);
        return {};
    }
    OutputFile file(path);
    if (file.get() != nullptr) std::fwrite(text.data(), 1, text.size(), file.get());
    return file.finish();
}

}  // namespace yinuo::cli
