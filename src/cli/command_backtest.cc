// `yinuo backtest`: what a promise would have meant on real history.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "cli/history_desk.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "promise/scope.h"
#include "twin/backtest.h"
#include "wire/report_html.h"
#include "wire/report_json.h"
#include "wire/report_text.h"

namespace yinuo::cli {
namespace {

struct Wanted {
    std::string promises, mapping, as_of, json, html, compare, rejected;
    std::vector<std::string> by, files;
    bool no_curves = false;
};

// The fields that conditions and slices read; the reader leaves out the rest.
void want(std::vector<Symbol>& fields, std::span<const Symbol> more) {
    fields.insert(fields.end(), more.begin(), more.end());
    std::ranges::sort(fields);
    fields.erase(std::ranges::unique(fields).begin(), fields.end());
}

Result<std::vector<twin::Slicing>> slicings(const std::vector<std::string>& texts,
                                            HistoryDesk& desk) {
    std::vector<twin::Slicing> by;
    for (const auto& text : texts) {
        auto compiled = feel::Expression::compile(text, {.names = desk.names,
                                                         .zones = &desk.zones,
                                                         .host = nullptr,
                                                         .special_names = {},
                                                         .at = {"--by", 1, 1}});
        if (!compiled) return refuse(compiled.error().front().error);
        by.push_back({text, std::move(*compiled)});
    }
    return by;
}

int interrupted_while_folding(const Console& console, const HistoryDesk& desk) {
    const std::string facts = std::to_string(desk.history().facts());
    return complain(
        {.code = "interrupted",
         .what = {"已按您的要求停下：读完了 " + facts + " 条业务记录，但没有算完，也没有写任何文件",
                  "stopped as you asked: all " + facts +
                      " facts were read, but folding was not finished, and nothing was written"}},
        console, kFindings);
}

int write_out(const Wanted& wanted, const twin::Report& report, const Console& console) {
    if (!wanted.json.empty()) {
        if (auto done = write_file(wanted.json, wire::report_json(report)); !done)
            return complain(done.error(), console, kEnvironment);
    }
    if (!wanted.html.empty()) {
        if (auto done = write_file(wanted.html, wire::report_html(report, console.chinese)); !done)
            return complain(done.error(), console, kEnvironment);
    }
    if (wanted.json != "-" && wanted.html != "-") {
        const std::string text = wire::report_text(report, console.chinese);
        std::fwrite(text.data(), 1, text.size(), stdout);
    }
    return kFine;
}

int run(Arguments arguments, const Console& console) {
    Wanted wanted;
    Options options;
    options.value("promises", wanted.promises);
    options.value("mapping", wanted.mapping);
    options.value("as-of", wanted.as_of);
    options.values("by", wanted.by);
    options.value("json", wanted.json);
    options.value("html", wanted.html);
    options.value("compare", wanted.compare);
    options.value("rejected", wanted.rejected);
    options.flag("no-curves", wanted.no_curves);
    options.rest("FILE", wanted.files, 1);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    for (const auto& [value, name] :
         {std::pair{&wanted.promises, "--promises"}, {&wanted.mapping, "--mapping"}})
        if (value->empty())
            return complain(
                {.code = "missing-option",
                 .what = {std::string("缺少 ") + name, std::string(name) + " is missing"},
                 .mend = {"用 yinuo backtest --help 看说明", "yinuo backtest --help explains"}},
                console);

    watch_interrupts();
    HistoryDesk desk(console);
    auto promises = desk.promises(wanted.promises);
    if (!promises) return desk.exit();
    std::optional<std::vector<promise::Promise>> others;
    if (!wanted.compare.empty()) {
        others = desk.promises(wanted.compare);
        if (!others) return desk.exit();
    }
    const auto by = slicings(wanted.by, desk);
    if (!by) return complain(by.error(), console);

    HistoryDesk::Reading reading{wanted.mapping, wanted.files, wanted.rejected, {}};
    for (const auto& promise : *promises) want(reading.wanted_fields, promise.fields_read());
    if (others)
        for (const auto& promise : *others) want(reading.wanted_fields, promise.fields_read());
    for (const auto& one : *by) want(reading.wanted_fields, one.expression.free_names());
    if (reading.wanted_fields.empty()) reading.wanted_fields.push_back(desk.names.intern("fact"));
    if (!desk.read(reading)) return desk.exit();

    twin::Question question{
        .now = desk.history().last_at(), .by = *by, .curves = !wanted.no_curves};
    if (!wanted.as_of.empty()) {
        const auto as_of = moment_of(wanted.as_of, *promises->front().zone);
        if (!as_of) return complain(as_of.error(), console);
        question.now = *as_of;
    }
    question.interrupted = interrupted;
    std::unique_ptr<Progress> progress;
    question.on_progress = [&](std::uint64_t done, std::uint64_t total) {
        if (!progress)
            progress = std::make_unique<Progress>(console, Text{"回测", "back-testing"}, total);
        progress->at(done);
    };
    auto report = twin::backtest(*promises, others ? &*others : nullptr, desk.history(), question,
                                 desk.names);
    progress.reset();
    if (!report || interrupted()) return interrupted_while_folding(console, desk);
    report->rows_read = desk.counts().rows;
    report->rows_rejected = desk.counts().rejected;
    return write_out(wanted, *report, console);
}

}  // namespace

const Command kBacktestCommand = {
    .name = "backtest",
    .summary = {"用真实历史回测承诺：兑现率、赔付、时限曲线",
                "try promises on real history: kept rates, payouts, curves"},
    .usage =
        {"yinuo backtest --promises 文件或文件夹 --mapping 映射.yaml 历史文件... [--by 表达式]...\n"
         "               [--as-of 时刻] [--compare 文件或文件夹] [--json 文件] [--html 文件] "
         "[--rejected 文件]\n"
         "\n"
         "把历史中的业务记录按承诺逐条算一遍：每个条款兑现、违约、未结各多少（合计必然对得上），晚"
         "了多久，\n"
         "用时分布，时限改成别的值会怎样，要赔多少。\n"
         "  --promises 路径   承诺文件，或一个文件夹下的全部承诺（同一承诺的各版按生效时间接续）\n"
         "  --mapping 文件    历史文件怎样读成业务记录\n"
         "  --as-of 时刻      截至何时（如 2015-06-30 或 "
         "2015-06-30T18:00:00-04:00），默认为数据中的最后时刻\n"
         "  --by 表达式       再按它分组（FEEL，可用开始记录的字段，以及 "
         "state、clause、at），可重复\n"
         "  --compare 路径    另一套承诺：谁得益，谁吃亏，赔付差多少\n"
         "  --json 文件       结果写成 JSON（“-”为标准输出）\n"
         "  --html 文件       结果写成一个不依赖外部资源的网页\n"
         "  --rejected 文件   所有被拒的行及原因\n"
         "  --no-curves       不算时限曲线\n"
         "退出码：0 完成；1 承诺有错或被中断；3 映射或历史读不懂；4 写不了文件。\n",
         "yinuo backtest --promises FILE|DIR --mapping MAPPING.yaml FILE... [--by EXPR]...\n"
         "               [--as-of INSTANT] [--compare FILE|DIR] [--json FILE] [--html FILE] "
         "[--rejected FILE]\n"
         "\n"
         "Judges a whole history by promises: how much was kept, broken and is open, clause by "
         "clause\n"
         "(the sums close), how late, how long things took, what another limit would have meant, "
         "and\n"
         "what would be paid.\n"
         "  --promises PATH   a promise file, or every promise under a folder (versions follow one "
         "another)\n"
         "  --mapping FILE    how rows become facts\n"
         "  --as-of INSTANT   judge as of then (2015-06-30, 2015-06-30T18:00:00-04:00); default: "
         "the last\n"
         "                    instant in the data\n"
         "  --by EXPR         cut the counts by this, too: FEEL over the start fact's fields, and "
         "state,\n"
         "                    clause, at; repeatable\n"
         "  --compare PATH    another set of promises: who gains, who loses, the difference in "
         "payouts\n"
         "  --json FILE       the result as JSON (\"-\": standard output)\n"
         "  --html FILE       the result as one page that needs nothing from elsewhere\n"
         "  --rejected FILE   every rejected row with its reason\n"
         "  --no-curves       leave out the curves over limits\n"
         "Exit code: 0 done; 1 errors in the promises, or interrupted; 3 mapping or history not "
         "understood;\n"
         "4 a file could not be written.\n"},
    .run = run,
    .json_to_file = true,
};

}  // namespace yinuo::cli
