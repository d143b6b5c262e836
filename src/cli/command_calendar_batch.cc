// `yinuo calendar judge`, `import` and `vectors`: whole files.
#include <cstdio>

#include "cli/command_calendar.h"
#include "cli/options.h"
#include "cli/output_file.h"
#include "wire/json.h"
#include "wire/schedule_ical.h"
#include "wire/schedule_judge.h"
#include "wire/schedule_vectors.h"
#include "wire/schedule_yaml.h"

namespace yinuo::cli {
namespace {

constexpr std::size_t kBadShown = 20;

int write_file(const std::string& path, std::string_view text, const Console& console) {
    OutputFile file(path);
    if (file.get() != nullptr) std::fwrite(text.data(), 1, text.size(), file.get());
    const auto done = file.finish();
    return done ? kFine : complain(done.error(), console, kEnvironment);
}

void print_judged(const wire::JudgeReport& report, const Console& console) {
    const auto n = [](std::uint64_t count) { return static_cast<unsigned long long>(count); };
    const auto judged = report.in_time + report.late;
    const double share =
        judged == 0 ? 0 : 100.0 * static_cast<double>(report.in_time) / static_cast<double>(judged);
    if (console.json) {
        std::string bad;
        for (const auto& row : report.first_bad) {
            if (!bad.empty()) bad += ",";
            bad += "{\"line\":" + std::to_string(row.line) + ",\"why\":";
            wire::append_json_string(bad, console.say(row.why));
            bad += "}";
        }
        std::printf(
            "{\"rows\":%llu,\"in_time\":%llu,\"late\":%llu,\"open\":%llu,\"bad\":%llu,\"bad_rows\":"
            "[%s]}\n",
            n(report.rows), n(report.in_time), n(report.late), n(report.open), n(report.bad),
            bad.c_str());
        return;
    }
    std::printf(console.chinese ? "共 %llu 行：按时 %llu，超时 %llu，未完成 %llu，无法读取 %llu\n"
                                : "%llu rows: %llu in time, %llu late, %llu open, %llu bad\n",
                n(report.rows), n(report.in_time), n(report.late), n(report.open), n(report.bad));
    if (judged != 0)
        std::printf(console.chinese ? "按时率 %.2f %%\n" : "%.2f %% of the closed ones in time\n",
                    share);
    for (std::size_t i = 0; i < report.first_bad.size() && i < kBadShown; ++i)
        std::fprintf(stderr, console.chinese ? "第 %llu 行：%s\n" : "line %llu: %s\n",
                     n(report.first_bad[i].line), console.say(report.first_bad[i].why).c_str());
    if (report.bad > kBadShown)
        std::fprintf(stderr, console.chinese ? "……另有 %llu 行\n" : "... and %llu more\n",
                     n(report.bad - kBadShown));
}

}  // namespace

int calendar_judge(Arguments arguments, const Console& console) {
    std::string schedule_path;
    std::string path;
    std::string out_path;
    wire::JudgeColumns columns;
    Options options;
    options.value("schedule", schedule_path);
    options.value("open", columns.opened);
    options.value("limit-hours", columns.hours);
    options.value("closed", columns.closed);
    options.value("out", out_path);
    options.required("TABLE.csv", path);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    ZoneFiles zones;
    int exit = kFine;
    const auto schedule = load_schedule(schedule_path, zones, console, exit);
    if (!schedule) return exit;
    const auto file = MappedFile::open(path);
    if (!file) return complain(file.error(), console, kInput);
    std::string out;
    const auto report =
        wire::judge_csv(file->text(), path, columns, *schedule, out_path.empty() ? nullptr : &out);
    if (!report) return complain(report.error(), console, kInput);
    print_judged(*report, console);
    if (!out_path.empty())
        if (const int written = write_file(out_path, out, console); written != kFine)
            return written;
    return report->bad == 0 ? kFine : kFindings;
}

int calendar_import(Arguments arguments, const Console& console) {
    std::string path;
    std::string out_path;
    std::string zone_name = "Asia/Shanghai";
    std::string until_text;
    Options options;
    options.value("o", out_path);
    options.value("zone", zone_name);
    options.value("until", until_text);
    options.required("FILE.ics", path);
    // The one short option of the program; Options knows long ones.
    std::vector<std::string_view> words(arguments.begin(), arguments.end());
    for (auto& word : words)
        if (word == "-o") word = "--o";
    if (auto read = options.read(words); !read) return complain(read.error(), console);
    ZoneFiles zones;
    const auto zone = zones.zone(zone_name);
    if (!zone) return complain(zone.error(), console);
    wire::IcalWindow window;
    if (!until_text.empty()) {
        const auto until = Date::parse(until_text);
        if (!until)
            return complain({.code = "bad-date",
                             .what = {"--until 不是日期", "--until is no date"},
                             .mend = {"例如 --until 2030-12-31", "for example --until 2030-12-31"}},
                            console);
        window.until = *until;
    }
    const auto file = MappedFile::open(path);
    if (!file) return complain(file.error(), console, kInput);
    Findings findings;
    auto definition = wire::import_ical(file->text(), path, *zone, zones, window, findings);
    for (const auto& finding : findings) complain(finding.error, console);
    if (!definition) return kInput;
    calendar::Week week;
    for (int day = 0; day < 5; ++day) week.days[day] = {{9 * 3600, 18 * 3600}};
    definition->plan.weeks = {week};
    const std::string text = "# weekly hours are not in an iCalendar: put yours here\n" +
                             wire::write_schedule(*definition);
    const bool clean = findings.empty();
    if (out_path.empty()) {
        std::fwrite(text.data(), 1, text.size(), stdout);
    } else if (const int written = write_file(out_path, text, console); written != kFine) {
        return written;
    }
    return clean ? kFine : kFindings;
}

int calendar_vectors(Arguments arguments, const Console& console) {
    std::string path;
    bool verbose = false;
    Options options;
    options.flag("verbose", verbose);
    options.required("FILE", path);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    const auto file = MappedFile::open(path);
    if (!file) return complain(file.error(), console, kInput);
    ZoneFiles zones;
    const auto report = wire::run_vectors(file->text(), path, zones);
    if (!report) return complain(report.error(), console, kInput);
    if (verbose)
        for (const auto& failure : report->failures)
            std::printf("FAIL %s %s\n", failure.id.c_str(), failure.what.c_str());
    if (verbose)
        for (const auto& story : report->unsaid)
            std::printf("not so here %s %s\n", story.id.c_str(), story.what.c_str());
    for (const auto& [suite, count] : report->suites)
        std::printf("%-24s %5d passed %5d failed %5d skipped\n", suite.c_str(), count.passed,
                    count.failed, count.skipped);
    for (const auto& [peer, count] : report->traces)
        std::printf(
            "stories of %-13s %5d hold under its promise, %d come out otherwise, %d can't be "
            "said\n",
            peer.c_str(), count.passed, count.failed, count.skipped);
    std::printf("%d passed, %d failed, %d skipped\n", report->all.passed, report->all.failed,
                report->all.skipped);
    return report->all.failed == 0 ? kFine : kFindings;
}

}  // namespace yinuo::cli
