// `yinuo check`: is this promise well made, and should it be made at all?
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "cli/check_report.h"
#include "cli/files_under.h"
#include "cli/history_desk.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "promise/chain.h"
#include "promise/scope.h"
#include "twin/backtest.h"
#include "wire/promise_yaml.h"

namespace yinuo::cli {
namespace {

namespace fs = std::filesystem;

// In a folder beside promises lie schedules and mappings: a promise's file has a line `promise:`.
bool looks_like_promise(const std::string& path) {
    if (!path.ends_with(".yaml") && !path.ends_with(".yml")) return false;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("promise:")) return true;
    return false;
}

Result<std::vector<std::string>> promise_files(const std::vector<std::string>& paths) {
    std::vector<std::string> files;
    for (const auto& path : paths) {
        std::error_code trouble;
        if (!fs::is_directory(path, trouble)) {
            files.push_back(path);
            continue;
        }
        const auto found = files_under(path, looks_like_promise);
        if (!found || found->empty())
            return refuse(
                {.code = "no-promise",
                 .what = {"「" + path + "」下没有承诺文件",
                          "there is no promise file under \"" + path + "\""},
                 .mend = {"承诺文件是含有 promise: 一行的 .yaml",
                          "a promise file is a .yaml with a line that begins with promise:"},
                 .place = {path, 0, 0}});
        files.insert(files.end(), found->begin(), found->end());
    }
    return files;
}

struct Wanted {
    std::vector<std::string> paths, data;
    std::string mapping;
};

class Check {
public:
    Check(const Wanted& wanted, const Console& console)
        : wanted_(wanted), console_(console), desk_(console) {}

    int run() {
        const auto files = promise_files(wanted_.paths);
        if (!files) return complain(files.error(), console_, kInput);
        for (const auto& file : *files) {
            auto reading = wire::read_promise_file(
                file, {desk_.names, desk_.zones, promise::host_functions()});
            if (!reading) return complain(reading.error(), console_, kInput);
            report_.findings.insert(report_.findings.end(), reading->findings.begin(),
                                    reading->findings.end());
            for (auto& promise : reading->promises) promises_.push_back(std::move(promise));
        }
        std::optional<twin::Report> history;
        if (!wanted_.mapping.empty() && !promises_.empty()) {
            if (auto lined_up = twin::put_versions_in_line(promises_); !lined_up)
                return complain(lined_up.error(), console_, kInput);
            if (!read_history()) return desk_.exit();
            history = twin::backtest(
                promises_, nullptr, desk_.history(),
                {.now = desk_.history().last_at(), .interrupted = interrupted, .on_progress = {}},
                desk_.names);
            if (!history)
                return complain({.code = "interrupted",
                                 .what = {"已按您的要求停下，没有检查完",
                                          "stopped as you asked, before the check was done"}},
                                console_, kFindings);
        }
        for (const auto& promise : promises_)
            report_.promises.push_back(judge(promise, history ? &*history : nullptr));
        const std::string text =
            console_.json ? check_json(report_) : check_text(report_, console_.chinese);
        std::fwrite(text.data(), 1, text.size(), stdout);
        return report_.has_errors() ? kFindings : kFine;
    }

private:
    bool read_history() {
        HistoryDesk::Reading reading{wanted_.mapping, wanted_.data, {}, {}};
        auto& fields = reading.wanted_fields;
        for (const auto& promise : promises_)
            for (const Symbol field : promise.fields_read()) fields.push_back(field);
        std::ranges::sort(fields);
        fields.erase(std::ranges::unique(fields).begin(), fields.end());
        if (fields.empty()) fields.push_back(desk_.names.intern("fact"));  // empty would mean all
        watch_interrupts();
        return desk_.read(reading);
    }

    static Checked judge(const promise::Promise& promise, const twin::Report* history) {
        Checked one;
        one.promise = &promise;
        one.findings = promise::check_legs(promise);
        one.scores = promise::judge(promise);
        one.conditions = twin::judge_conditions(promise, history);
        for (const auto& result : one.conditions)
            if (result.judgement == twin::Judgement::Refused)
                one.findings.push_back({Severity::Error, result.error});
        for (const auto& clause : promise.clauses) {
            if (clause.name.ends_with(".verification") || clause.name.ends_with(".payment"))
                continue;
            auto deadlines = promise::worked_deadlines(promise, clause);
            if (!deadlines.empty()) one.worked.push_back({&clause, std::move(deadlines)});
        }
        return one;
    }

    const Wanted& wanted_;
    const Console& console_;
    HistoryDesk desk_;
    std::vector<promise::Promise> promises_;
    CheckReport report_;
};

// `--data a.csv b.csv`: what follows --data up to the next option is data.
std::vector<std::string_view> with_data_spread(Arguments arguments) {
    std::vector<std::string_view> spread;
    bool data = false, value = false;
    for (const auto word : arguments) {
        if (word.starts_with("--")) {
            data = word == "--data" || word.starts_with("--data=");
            value = word == "--data";
        } else if (data && !value) {
            spread.push_back("--data");
        } else {
            value = false;
        }
        spread.push_back(word);
    }
    return spread;
}

int run(Arguments arguments, const Console& console) {
    Wanted wanted;
    Options options;
    options.value("mapping", wanted.mapping);
    options.values("data", wanted.data);
    options.rest("PATH", wanted.paths, 1);
    const auto words = with_data_spread(arguments);
    if (auto read = options.read(words); !read) return complain(read.error(), console);
    if (wanted.mapping.empty() != wanted.data.empty())
        return complain(
            {.code = "missing-option",
             .what = {"--mapping 与 --data 要一起给", "--mapping and --data belong together"},
             .mend = {"例如 yinuo check 承诺.yaml --mapping 映射.yaml --data 历史.csv",
                      "for example yinuo check promise.yaml --mapping mapping.yaml --data "
                      "history.csv"}},
            console);
    return Check(wanted, console).run();
}

}  // namespace

const Command kCheckCommand = {
    .name = "check",
    .summary = {"检查承诺：写得对不对、好不好、该不该承诺",
                "check promises: are they right, well made, and wise to make"},
    .usage = {"yinuo check 路径... [--mapping 映射.yaml --data 历史文件...]\n"
              "\n"
              "  路径               承诺文件，或放承诺文件的文件夹\n"
              "  --mapping 映射     怎样把历史文件读成业务记录\n"
              "  --data 文件...     历史文件（CSV、XES、OCEL、JSONL，可以是 gzip）；可重复\n"
              "  --json             给程序读的结果\n"
              "\n"
              "给出：文本里的错误和改法；机器读懂的句子；五项设计原则的得分和理由；五个使用条件；\n"
              "每个时限的三个例子；内部环节能否保证对客户的承诺。\n"
              "使用条件中与历史有关的，要有 --mapping 和 --data 才检查。\n"
              "\n"
              "退出码：0 没有必须改的（可以有提示和注意），1 有必须改的，2 用法，3 读不了，4 环境",
              "yinuo check PATH... [--mapping MAPPING.yaml --data FILE...]\n"
              "\n"
              "  PATH               a promise file, or a folder of them\n"
              "  --mapping MAPPING  how history becomes facts\n"
              "  --data FILE...     history (CSV, XES, OCEL, JSONL, gzip or not); may be repeated\n"
              "  --json             for programs\n"
              "\n"
              "Tells what is wrong in the text and how to mend it, the sentence that the machine "
              "understood,\n"
              "scores for five design principles with their reasons, five conditions for promising "
              "at all,\n"
              "three worked deadlines for each limit, and whether the legs can serve the "
              "customer's promise.\n"
              "Conditions that need history are checked with --mapping and --data only.\n"
              "\n"
              "Exit codes: 0 nothing that must be mended (there may be notes and warnings), 1 "
              "something must,\n"
              "2 usage, 3 input, 4 environment"},
    .run = run,
};

}  // namespace yinuo::cli
