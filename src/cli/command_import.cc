// `yinuo import`: what a mapping makes of a file, before anybody builds a promise on it.
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/zone_files.h"
#include "wire/fact_json.h"
#include "wire/history_reader.h"
#include "wire/json.h"

namespace yinuo::cli {
namespace {

struct Kind {
    std::uint64_t count = 0;
    Instant first = Instant::max();
    Instant last = Instant::min();
    std::string example;
};

// Counts facts by kind, keeps an example of each, and writes them all out if asked to.
class Tally final : public promise::FactSink {
public:
    Tally(const Names& names, std::FILE* out) : names_(names), out_(out) {}

    void take(const promise::Fact& fact) override {
        Kind& kind = kinds_[fact.kind];
        ++kind.count;
        kind.first = std::min(kind.first, fact.at);
        kind.last = std::max(kind.last, fact.at);
        if (kind.count == 1) wire::append_fact_json(kind.example, fact, names_);
        if (out_ == nullptr) return;
        line_.clear();
        wire::append_fact_json(line_, fact, names_);
        line_ += '\n';
        std::fwrite(line_.data(), 1, line_.size(), out_);
    }

    std::map<std::string_view, const Kind*> by_name() const {
        std::map<std::string_view, const Kind*> sorted;
        for (const auto& [symbol, kind] : kinds_) sorted.emplace(names_.text(symbol), &kind);
        return sorted;
    }

private:
    const Names& names_;
    std::FILE* out_;
    std::map<Symbol, Kind> kinds_;
    std::string line_;
};

struct Wanted {
    std::string mapping;
    std::string out;
    std::int64_t show = 20;
    std::vector<std::string> files;
};

class Import {
public:
    Import(const Wanted& wanted, const Console& console) : wanted_(wanted), console_(console) {}

    int run() {
        const auto mapping = wire::Mapping::load(wanted_.mapping, zones_);
        if (!mapping) {
            for (const auto& finding : mapping.error()) complain(finding.error, console_);
            return kInput;
        }
        std::optional<OutputFile> out;
        if (!wanted_.out.empty() && wanted_.out != "-") {
            out.emplace(wanted_.out);
            if (out->get() == nullptr)
                return complain(out->finish().error(), console_, kEnvironment);
        }
        Tally tally(names_, wanted_.out == "-" ? stdout : out ? out->get() : nullptr);
        watch_interrupts();
        for (const auto& file : wanted_.files) {
            if (auto done = read(*mapping, file, tally); !done)
                return complain(done.error(), console_, kInput);
            if (sum_.interrupted) break;
        }
        if (out)
            if (auto done = out->finish(); !done)
                return complain(done.error(), console_, kEnvironment);
        console_.json ? print_json(tally) : print(tally);
        return sum_.rejected > 0 || !sum_.notes.empty() || sum_.interrupted ? kFindings : kFine;
    }

private:
    Result<void> read(const wire::Mapping& mapping, const std::string& file, Tally& tally) {
        Arena memory;
        wire::HistoryReader reader(mapping, names_, zones_, memory);
        std::unique_ptr<Progress> progress;
        wire::ReadOptions options;
        options.interrupted = interrupted;
        options.on_rejected = [&](const wire::Rejected& row) { keep(row); };
        options.on_progress = [&](std::uint64_t done, std::uint64_t total) {
            if (!progress)
                progress = std::make_unique<Progress>(console_,
                                                      Text{"读取业务记录", "reading facts"}, total);
            progress->at(done);
        };
        const auto counts = TRY(reader.read(file, tally, options));
        sum_.rows += counts.rows;
        sum_.facts += counts.facts;
        sum_.rejected += counts.rejected;
        sum_.interrupted = counts.interrupted;
        sum_.notes.insert(sum_.notes.end(), counts.notes.begin(), counts.notes.end());
        return {};
    }

    void keep(const wire::Rejected& row) {
        if (static_cast<std::int64_t>(rejected_.size()) >= wanted_.show) return;
        rejected_.push_back({std::string(row.path), row.line, row.column, row.reason});
    }

    void print(const Tally& tally) {
        const bool zh = console_.chinese;
        std::FILE* to = wanted_.out == "-" ? stderr : stdout;
        for (const auto& row : rejected_) {
            std::string where = row.path;
            if (row.line > 0) where += fmt::format(":{}", row.line);
            if (row.column > 0) where += fmt::format(":{}", row.column);
            fmt::print(stderr, "{}: {}\n", where, console_.say(row.reason));
        }
        if (const auto more = sum_.rejected - rejected_.size(); more > 0)
            fmt::print(stderr,
                       fmt::runtime(zh ? "…… 另有 {} 行被拒\n" : "… and {} more rejected rows\n"),
                       more);
        for (const auto& note : sum_.notes) complain(note.error, console_);
        for (const auto& [name, kind] : tally.by_name()) {
            fmt::print(to, fmt::runtime(zh ? "{}  {} 条，{} 至 {}\n" : "{}  {} facts, {} to {}\n"),
                       name, kind->count, to_string(kind->first), to_string(kind->last));
            fmt::print(to, "    {}\n", kind->example);
        }
        fmt::print(to,
                   fmt::runtime(zh ? "{} 行，{} 条业务记录，{} 行被拒\n"
                                   : "{} rows, {} facts, {} rows rejected\n"),
                   sum_.rows, sum_.facts, sum_.rejected);
        if (sum_.interrupted)
            fmt::print(to, "{}\n",
                       zh ? "已按您的要求停下：以上只是文件的前一部分"
                          : "stopped as you asked: this is only the first part of the file");
    }

    void print_json(const Tally& tally) {
        std::string out =
            fmt::format(R"({{"rows":{},"facts":{},"rejected":{},"interrupted":{},"kinds":{{)",
                        sum_.rows, sum_.facts, sum_.rejected, sum_.interrupted);
        for (const auto& [name, kind] : tally.by_name()) {
            if (out.back() != '{') out += ',';
            wire::append_json_string(out, name);
            out += fmt::format(R"(:{{"count":{},"first":"{}","last":"{}"}})", kind->count,
                               to_string(kind->first), to_string(kind->last));
        }
        out += "},\"rejections\":[";
        for (const auto& row : rejected_) {
            if (out.back() != '[') out += ',';
            out += "{\"path\":";
            wire::append_json_string(out, row.path);
            out += fmt::format(R"(,"line":{},"column":{},"reason":)", row.line, row.column);
            wire::append_json_string(out, console_.say(row.reason));
            out += '}';
        }
        out += "],\"notes\":[";
        for (const auto& note : sum_.notes) {
            if (out.back() != '[') out += ',';
            wire::append_json_string(out, console_.say(note.error.what));
        }
        fmt::print(wanted_.out == "-" ? stderr : stdout, "{}]}}\n", out);
    }

    struct Row {
        std::string path;
        std::uint64_t line;
        std::uint32_t column;
        Text reason;
    };

    const Wanted& wanted_;
    const Console& console_;
    Names names_;
    ZoneFiles zones_;
    wire::ReadCounts sum_;
    std::vector<Row> rejected_;
};

int run(Arguments arguments, const Console& console) {
    Wanted wanted;
    Options options;
    options.value("mapping", wanted.mapping);
    options.value("out", wanted.out);
    options.number("show", {0, 1'000'000}, wanted.show);
    options.rest("FILE", wanted.files, 1);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    if (wanted.mapping.empty())
        return complain({.code = "missing-option",
                         .what = {"要用 --mapping 指明映射文件",
                                  "--mapping FILE must say how to read the history"},
                         .mend = {"写法见 docs/reference/mapping.zh.md",
                                  "docs/reference/mapping.md tells how one is written"},
                         .place = {}},
                        console);
    return Import(wanted, console).run();
}

}  // namespace

const Command kImportCommand = {
    .name = "import",
    .summary = {"看一份映射把历史文件读成什么业务记录",
                "show what facts a mapping makes of a history file"},
    .usage =
        {"yinuo import --mapping 映射.yaml 文件... [--out 业务记录.jsonl] [--show 20]\n"
         "\n"
         "按映射读取 CSV、XES、OCEL 或 JSON Lines（可为 gzip，“-”为标准输入），列出每种业务记录的\n"
         "数量、时间范围和第一条，以及被拒的行和原因。\n"
         "  --mapping 文件   映射文件\n"
         "  --out 文件       把所有业务记录写成 JSON Lines（“-”为标准输出）\n"
         "  --show 数        最多列出多少条被拒的行，默认 20\n"
         "退出码：0 全部读入；1 有被拒的行或提示；3 映射或文件读不懂。\n",
         "yinuo import --mapping MAPPING.yaml FILE... [--out facts.jsonl] [--show 20]\n"
         "\n"
         "Reads CSV, XES, OCEL or JSON Lines (gzip or not, \"-\" is standard input) by a mapping "
         "and\n"
         "shows each kind of fact with its count, first and last time and an example, and the "
         "rows\n"
         "that were rejected, with the reason.\n"
         "  --mapping FILE   the mapping\n"
         "  --out FILE       write all facts as JSON Lines (\"-\": standard output)\n"
         "  --show N         list at most N rejected rows (default 20)\n"
         "Exit code: 0 all was read; 1 rows were rejected or something was noted; 3 the mapping "
         "or\n"
         "the file could not be understood.\n"},
    .run = run,
};

}  // namespace yinuo::cli
