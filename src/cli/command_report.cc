// `yinuo report`: the reports of a running server, as a table, CSV, JSON or a page.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "cli/api_client.h"
#include "cli/command.h"
#include "cli/options.h"

namespace yinuo::cli {
namespace {

constexpr std::string_view kReports[] = {"responsibility", "causes", "fairness", "recovery",
                                         "week"};
// What each may be asked by; an option that another report has is refused, not passed over.
struct Asked {
    std::string_view name;
    std::string value;
    std::vector<std::string_view> of;
};

struct Wish {
    std::string report, server, key;
    std::vector<Asked> asked = {
        {"promise", {}, {"responsibility", "causes", "fairness"}},
        {"clause", {}, {"responsibility", "causes", "fairness"}},
        {"from", {}, {"responsibility", "causes", "fairness", "recovery"}},
        {"until", {}, {"responsibility", "causes", "fairness", "recovery"}},
        {"by", {}, {"responsibility"}},
        {"group", {}, {"fairness"}},
        {"score", {}, {"recovery"}},
        {"return", {}, {"recovery"}},
        {"days", {}, {"recovery"}},
        {"week", {}, {"week"}},
    };
    bool csv = false, html = false;
};

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

Error usage(Text what) {
    return {.code = "bad-usage", .what = std::move(what), .mend = {"看 --help", "see --help"}};
}

Result<void> check_wish(const Wish& wish) {
    if (std::ranges::find(kReports, wish.report) == std::end(kReports))
        return refuse(
            usage({"没有报表“" + wish.report + "”", "there is no report '" + wish.report + "'"}));
    for (const auto& [name, value, of] : wish.asked)
        if (!value.empty() && std::ranges::find(of, wish.report) == of.end())
            return refuse(usage({"报表 " + wish.report + " 没有 --" + std::string(name),
                                 "report " + wish.report + " has no --" + std::string(name)}));
    if (wish.html && wish.report != "week")
        return refuse(usage({"只有 week 有网页", "only week is a page"}));
    if (wish.html && wish.csv)
        return refuse(usage({"--csv 和 --html 只能选一个", "either --csv or --html"}));
    if (wish.server.empty() || wish.key.empty())
        return refuse({.code = "missing-argument",
                       .what = {"少了 --server 或 --key", "--server or --key is missing"},
                       .mend = {"也可设环境变量 YINUO_SERVER、YINUO_KEY",
                                "or set YINUO_SERVER and YINUO_KEY"}});
    return {};
}

std::string path_of(const Wish& wish) {
    std::string path = "/api/v1/reports/" + wish.report;
    char mark = '?';
    for (const auto& [name, value, of] : wish.asked) {
        if (value.empty()) continue;
        path += std::exchange(mark, '&') + std::string(name) + "=" + encoded(value);
    }
    return path;
}

// The server's own CSV, cut at its commas; quotes as RFC 4180 has them.
std::vector<std::vector<std::string>> rows_of(std::string_view csv) {
    std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
    bool quoted = false;
    for (std::size_t i = 0; i < csv.size(); ++i) {
        auto& field = rows.back().back();
        if (csv[i] == '"') {
            if (quoted && i + 1 < csv.size() && csv[i + 1] == '"') {
                field += '"';
                ++i;
            } else {
                quoted = !quoted;
            }
        } else if (!quoted && csv[i] == ',') {
            rows.back().emplace_back();
        } else if (!quoted && csv[i] == '\n') {
            rows.emplace_back(1);
        } else if (quoted || csv[i] != '\r') {
            field += csv[i];
        }
    }
    if (rows.back().size() == 1 && rows.back().front().empty()) rows.pop_back();
    return rows;
}

// Columns on a terminal: a Chinese character takes two.
std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80)
            width += 1;
        else if (byte >= 0xe0)
            width += 2;
        else if (byte >= 0xc0)
            width += 1;
    }
    return width;
}

void print_table(std::string_view csv) {
    const auto rows = rows_of(csv);
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    }
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += row[i] + std::string(widths[i] - width_of(row[i]) + 2, ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        fmt::print("{}\n", line);
    }
}

int run(Arguments arguments, const Console& console) {
    Wish wish;
    wish.server = environment("YINUO_SERVER");
    wish.key = environment("YINUO_KEY");
    Options options;
    options.value("server", wish.server);
    options.value("key", wish.key);
    for (auto& asked : wish.asked) options.value(asked.name, asked.value);
    options.flag("csv", wish.csv);
    options.flag("html", wish.html);
    options.required("REPORT", wish.report);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    if (auto fine = check_wish(wish); !fine) return complain(fine.error(), console);
    auto client = ApiClient::at(wish.server);
    if (!client) return complain(client.error(), console);
    const ApiClient::Request request{.method = "GET",
                                     .path = path_of(wish),
                                     .token = wish.key,
                                     .accept = wish.html      ? "text/html"
                                               : console.json ? "application/json"
                                                              : "text/csv",
                                     .language = console.chinese ? "zh" : "en"};
    const auto reply = client->ask(request);
    if (!reply) return complain(reply.error(), console, kEnvironment);
    if (reply->status != 200)
        return complain(ApiClient::refused(request, *reply), console,
                        reply->status >= 500 ? kEnvironment : kInput);
    if (wish.csv || wish.html || console.json)
        std::fwrite(reply->body.data(), 1, reply->body.size(), stdout);
    else
        print_table(reply->body);
    return kFine;
}

}  // namespace

const Command kReportCommand = {
    .name = "report",
    .summary = {"报表：责任、原因、公平、补救的效果、每周回顾",
                "reports: responsibility, causes, fairness, effect of recovery, the week"},
    .usage = {R"(yinuo report responsibility [--by team|partner|clause|cause] [范围]
yinuo report causes [范围]
yinuo report fairness --group 字段 [范围]
yinuo report recovery [--score 业务记录.字段] [--return 业务记录] [--days 90] [--from] [--until]
yinuo report week [--week 2026-W11] [--html]

范围：--promise 承诺 --clause 条款 --from 时刻 --until 时刻；不写就是最近 90 天
  --server URL   服务器；也可设环境变量 YINUO_SERVER
  --key 密钥     要有 reports.read；也可设环境变量 YINUO_KEY
  --csv          CSV；--json 是完整的 JSON，有方法和区间；都不写是表格
  --html         只有 week：可打印的 A4 网页，例如 > 周报.html

退出码：0 完成，2 用法，3 服务器拒绝，4 连不上或服务器出错)",
              R"(yinuo report responsibility [--by team|partner|clause|cause] [WINDOW]
yinuo report causes [WINDOW]
yinuo report fairness --group FIELD [WINDOW]
yinuo report recovery [--score KIND.FIELD] [--return KIND] [--days 90] [--from] [--until]
yinuo report week [--week 2026-W11] [--html]

WINDOW: --promise NAME --clause NAME --from INSTANT --until INSTANT; unsaid, the last 90 days
  --server URL   where the server is; or set YINUO_SERVER
  --key KEY      one with reports.read; or set YINUO_KEY
  --csv          CSV; --json is all of it, with methods and intervals; neither: a table
  --html         only week: a page for A4, for example > week.html

Exit: 0 done, 2 usage, 3 refused by the server, 4 no answer, or the server failed)"},
    .run = run,
};

}  // namespace yinuo::cli
