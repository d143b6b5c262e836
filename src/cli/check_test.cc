// Each principle and condition: two definitions that differ in one line are told apart.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/check_report.h"
#include "cli/history_desk.h"
#include "promise/principles.h"
#include "promise/scope.h"
#include "twin/backtest.h"
#include "wire/promise_yaml.h"

namespace yinuo::cli {
namespace {

const std::string kFolder = std::string(YINUO_SOURCE_DIR) + "/testdata/check/";
const std::string kIncidents =
    std::string(YINUO_SOURCE_DIR) + "/../shared/data/incident_event_log/incident_event_log.csv.gz";

std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(path);
    REQUIRE_MESSAGE(file, path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

// Lines of `a` that `b` hasn't.
std::size_t lines_missing(std::vector<std::string> a, std::vector<std::string> b) {
    std::ranges::sort(a), std::ranges::sort(b);
    std::vector<std::string> missing;
    std::ranges::set_difference(a, b, std::back_inserter(missing));
    return missing.size();
}

struct Desk {
    Console console;
    HistoryDesk desk{console};
    std::vector<promise::Promise> promises;

    explicit Desk(const std::string& path) {
        auto reading =
            wire::read_promise_file(path, {desk.names, desk.zones, promise::host_functions()});
        REQUIRE(reading);
        for (const auto& finding : reading->findings)
            CHECK_MESSAGE(finding.severity != Severity::Error, path, ":", finding.error.place.line,
                          ": ", finding.error.what.en);
        promises = std::move(reading->promises);
        REQUIRE(promises.size() == 1);
    }
    twin::Report backtest(const std::string& mapping, const std::string& data) {
        REQUIRE(desk.read({mapping, {data}, {}, {}}));
        auto report =
            twin::backtest(promises, nullptr, desk.history(),
                           {.now = desk.history().last_at(), .on_progress = {}}, desk.names);
        REQUIRE(report);
        return std::move(*report);
    }
};

std::vector<std::string> codes_of(const Findings& findings) {
    std::vector<std::string> codes;
    for (const auto& finding : findings) codes.push_back(finding.error.code);
    return codes;
}

std::vector<std::string> condition_codes(const std::string& path) {
    Desk desk(path);
    const auto report = desk.backtest(kFolder + "mapping.yaml", kFolder + "history.csv");
    std::vector<std::string> codes;
    for (const auto& result : twin::judge_conditions(desk.promises[0], &report))
        codes.push_back(result.error.code);
    return codes;
}

bool has(const std::vector<std::string>& codes, const std::string& code) {
    return std::ranges::find(codes, code) != codes.end();
}

struct Pair {
    const char* name;
    const char* code;
};

}  // namespace

TEST_CASE("one line decides about each design principle") {
    constexpr Pair kPairs[] = {{"clarity", "clarity-any-keep"},
                               {"adaptability", "adaptability-no-pause"},
                               {"benefit", "benefit-does-not-grow"},
                               {"assurance", "assurance-on-application"},
                               {"simplicity", "simplicity-long-condition"}};
    for (std::size_t i = 0; i < std::size(kPairs); ++i) {
        CAPTURE(std::string(kPairs[i].name));
        const auto fine = kFolder + kPairs[i].name + "-fine.yaml",
                   found = kFolder + kPairs[i].name + "-found.yaml";
        CHECK(lines_missing(lines_of(fine), lines_of(found)) <= 1);
        CHECK(lines_missing(lines_of(found), lines_of(fine)) <= 1);
        Desk good(fine), bad(found);
        CHECK(!has(codes_of(promise::check_promise(good.promises[0])), kPairs[i].code));
        const auto findings = promise::check_promise(bad.promises[0]);
        REQUIRE(has(codes_of(findings), kPairs[i].code));
        for (const auto& finding : findings) {
            CHECK(finding.error.place.line > 0);
            CHECK(!finding.error.mend.zh.empty());
            CHECK(!finding.error.mend.en.empty());
        }
        CHECK(promise::judge(bad.promises[0])[i].score < promise::judge(good.promises[0])[i].score);
    }
}

TEST_CASE("one line decides about each condition of promising at all") {
    constexpr Pair kPairs[] = {{"reputation", "reputation-beyond"},
                               {"quality", "quality-refused"},
                               {"control", "control-kept-by-others"},
                               {"payout", "payout-above-benefit"},
                               {"risk", "risk-trivial"}};
    for (const auto& pair : kPairs) {
        CAPTURE(std::string(pair.name));
        const auto fine = kFolder + pair.name + "-fine.yaml",
                   found = kFolder + pair.name + "-found.yaml";
        CHECK(lines_missing(lines_of(fine), lines_of(found)) == 1);
        CHECK(lines_missing(lines_of(found), lines_of(fine)) == 1);
        CHECK(!has(condition_codes(fine), pair.code));
        CHECK(has(condition_codes(found), pair.code));
    }
}

TEST_CASE("without history the conditions that need it say so") {
    Desk desk(kFolder + "quality-fine.yaml");
    const auto results = twin::judge_conditions(desk.promises[0], nullptr);
    REQUIRE(results.size() == twin::kConditions);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(results[i].judgement == twin::Judgement::NotChecked);
        CHECK(!results[i].error.what.zh.empty());
    }
}

TEST_CASE("targets that nearly everybody missed are refused with the rate of the back-test") {
    if (!std::filesystem::exists(kIncidents)) {
        MESSAGE("skipped: the incident log is not here");
        return;
    }
    Desk desk(kFolder + "uci/promise.yaml");
    const auto report = desk.backtest(kFolder + "uci/mapping.yaml", kIncidents);
    std::string told;
    for (const auto& result : twin::judge_conditions(desk.promises[0], &report)) {
        if (result.condition != twin::Condition::Quality) continue;
        CHECK(result.judgement == twin::Judgement::Refused);
        told += result.error.what.en + "\n";
    }
    CHECK_MESSAGE(told.find("97.86 % broke (137/140)") != std::string::npos, told);
    CHECK_MESSAGE(told.find("99.48 % broke (192/193)") != std::string::npos, told);
}

TEST_CASE("worked deadlines tell a usual start, a holiday's eve and a change of clocks") {
    Desk desk(kFolder + "clarity-fine.yaml");
    const auto& promise = desk.promises[0];
    const auto worked = promise::worked_deadlines(promise, promise.clauses[0]);
    REQUIRE(worked.size() == 3);
    CHECK(worked[0].due == worked[0].start + hours(48));
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(static_cast<std::size_t>(worked[i].occasion) == i);
        REQUIRE(worked[i].pieces.size() == 1);
        CHECK(worked[i].pieces[0].what.zh == "48 小时");
    }
}

}  // namespace yinuo::cli
