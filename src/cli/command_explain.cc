// `yinuo explain`: one obligation's whole story.
#include <algorithm>
#include <cstdio>

#include "base/nearest.h"
#include "cli/command.h"
#include "cli/history_desk.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "promise/history.h"
#include "twin/account.h"
#include "wire/account_out.h"

namespace yinuo::cli {
namespace {

// A clause that no promise has would look like one that never began.
Result<void> check_clause(const std::string& clause,
                          const std::vector<promise::Promise>& promises) {
    std::vector<std::string_view> known;
    for (const auto& promise : promises)
        for (const auto& one : promise.clauses) known.push_back(one.name);
    if (clause.empty() || std::ranges::find(known, clause) != known.end()) return {};
    const auto near = nearest(clause, known);
    return refuse({.code = "no-such-clause",
                   .what = {"没有“" + clause + "”这个条款", "there is no clause '" + clause + "'"},
                   .mend = near ? Text{"是不是想写 " + std::string(*near) + "？",
                                       "did you mean " + std::string(*near) + "?"}
                                : Text{}});
}

int run(Arguments arguments, const Console& console) {
    std::string path, subject, clause, as_of;
    HistoryDesk::Reading reading;
    Options options;
    options.value("promises", path);
    options.value("mapping", reading.mapping);
    options.value("subject", subject);
    options.value("clause", clause);
    options.value("as-of", as_of);
    options.rest("FILE", reading.files, 1);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    for (const auto& [value, name] :
         {std::pair{&path, "--promises"}, {&reading.mapping, "--mapping"}, {&subject, "--subject"}})
        if (value->empty())
            return complain(
                {.code = "missing-option",
                 .what = {std::string("缺少 ") + name, std::string(name) + " is missing"},
                 .mend = {"用 yinuo explain --help 看说明", "yinuo explain --help explains"}},
                console);
    watch_interrupts();
    HistoryDesk desk(console);
    auto promises = desk.promises(path);
    if (!promises) return desk.exit();
    if (auto known = check_clause(clause, *promises); !known)
        return complain(known.error(), console);
    if (!desk.read(reading)) return desk.exit();
    Instant now = desk.history().last_at();
    if (!as_of.empty()) {
        const auto at = moment_of(as_of, *promises->front().zone);
        if (!at) return complain(at.error(), console);
        now = *at;
    }
    const auto index = desk.history().find(subject);
    if (!index)
        return complain({.code = "no-such-subject",
                         .what = {"历史里没有“" + subject + "”",
                                  "there is no '" + subject + "' in the history"},
                         .mend = desk.history().subjects() == 0
                                     ? Text{}
                                     : Text{"例如有 " + std::string(desk.history().subject(0)),
                                            "there is " + std::string(desk.history().subject(0)) +
                                                ", for example"}},
                        console, kInput);
    std::vector<const promise::Fact*> facts;
    desk.history().facts_of(*index, facts);
    promise::put_in_order(facts, now, now);
    Arena kept;
    const auto accounts = twin::accounts(*promises, facts, clause, now, desk.names, kept);
    if (accounts.empty() && !console.json) {
        std::printf("%s\n", console.chinese ? "没有这样的履约单：没有什么让它开始"
                                            : "there is no such obligation: nothing started it");
        return kFine;
    }
    const std::string text =
        console.json ? wire::account_json(accounts) : wire::account_text(accounts, console.chinese);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return kFine;
}

}  // namespace

const Command kExplainCommand = {
    .name = "explain",
    .summary = {"说清一笔履约单的来龙去脉", "tell one obligation's whole story"},
    .usage = {"yinuo explain --promises 文件或文件夹 --mapping 映射.yaml 历史文件... --subject "
              "业务 [--clause 条款] [--as-of 时刻]\n"
              "\n"
              "一笔履约单何时开始，截止时间怎样算出来（哪段时间计入，哪段不计，为什么），中间发生了"
              "什么，\n"
              "结论如何，该赔什么、为什么，依据的是哪一版承诺、日历和时区。\n"
              "  --subject 业务    例如 request/101001240735\n"
              "  --clause 条款     只看这一条\n"
              "  --as-of 时刻      截至何时，默认为数据中的最后时刻\n"
              "  --json            同样的内容，JSON\n",
              "yinuo explain --promises FILE|DIR --mapping MAPPING.yaml FILE... --subject S "
              "[--clause C] [--as-of INSTANT]\n"
              "\n"
              "When an obligation started, how its due instant came about (which time counted, "
              "which didn't, and\n"
              "why), what happened on the way, the verdict, what is owed and why, and which "
              "versions of promise,\n"
              "calendar and zone it rests on.\n"
              "  --subject S       for example request/101001240735\n"
              "  --clause C        this clause alone\n"
              "  --as-of INSTANT   as of then; default: the last instant in the data\n"
              "  --json            the same as JSON\n"},
    .run = run,
};

}  // namespace yinuo::cli
