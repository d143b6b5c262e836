#include "cli/check_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "promise/sentence.h"
#include "promise/words.h"
#include "wire/json.h"

namespace yinuo::cli {
namespace {

using promise::Score;
using twin::ConditionResult;
using twin::Judgement;

const char* word_of(Severity severity, bool chinese) {
    switch (severity) {
        case Severity::Error: return chinese ? "错误" : "error";
        case Severity::Warning: return chinese ? "注意" : "warning";
        case Severity::Note: return chinese ? "提示" : "note";
    }
    return "";
}

std::string where(const Place& place) {
    if (place.line == 0) return place.path;
    return fmt::format("{}:{}:{}", place.path, place.line, place.column);
}

std::string grade(int score, bool chinese) {
    if (score >= 85) return chinese ? "好" : "good";
    if (score >= 70) return chinese ? "尚可" : "fair";
    return chinese ? "要改" : "mend it";
}

class Page {
public:
    explicit Page(bool chinese) : chinese_(chinese) {}

    void finding(const Finding& finding) {
        line("  {} {}: {}", where(finding.error.place), word_of(finding.severity, chinese_),
             say(finding.error.what));
        mend(finding.error, "      ");
    }
    void checked(const Checked& one);
    void head(const char* zh, const char* en) { line("\n{}", chinese_ ? zh : en); }
    std::string take() { return std::move(out_); }

    template <typename... Values>
    void line(fmt::format_string<Values...> form, Values&&... values) {
        fmt::format_to(std::back_inserter(out_), form, std::forward<Values>(values)...);
        out_ += '\n';
    }

private:
    const std::string& say(const Text& text) const { return text.in(chinese_); }
    void mend(const Error& error, std::string_view indent) {
        if (!say(error.mend).empty()) line("{}→ {}", indent, say(error.mend));
    }
    void indented(const std::string& text) {
        std::size_t from = 0;
        while (from < text.size()) {
            const auto end = std::min(text.find('\n', from), text.size());
            line("  {}", text.substr(from, end - from));
            from = end + 1;
        }
    }
    void principles(const Checked& one);
    void conditions(const Checked& one);
    void worked(const Checked& one);

    bool chinese_;
    std::string out_;
};

void Page::principles(const Checked& one) {
    head("设计原则（满分 100）", "Design principles (of 100)");
    for (const Score& score : one.scores) {
        const auto name = say(promise::describe(score.principle));
        const std::string gap(chinese_ ? 1 : std::max<std::size_t>(1, 14 - name.size()), ' ');
        std::string bar;
        for (int i = 0; i < 10; ++i) bar += i * 10 + 5 <= score.score ? "█" : "░";
        line("  {}{}{:>3}  {}  {}", name, gap, score.score, bar, grade(score.score, chinese_));
        for (const auto& reason : score.reasons) {
            const std::string points =
                reason.points > 0 ? fmt::format("-{}", reason.points) : std::string("·");
            line("    {:>4}  {}", points, say(reason.error.what));
            if (!say(reason.error.mend).empty())
                line("          → {}  [{}]", say(reason.error.mend), where(reason.error.place));
            else
                line("          [{}]", where(reason.error.place));
        }
    }
}

void Page::conditions(const Checked& one) {
    head("该不该承诺", "Should it be promised at all");
    std::string without_data;
    for (const ConditionResult& result : one.conditions) {
        if (result.error.code == "no-data") {
            if (!without_data.empty()) without_data += chinese_ ? "、" : ", ";
            without_data += say(twin::describe(result.condition));
            continue;
        }
        const char* mark = "–";
        if (result.judgement == Judgement::Fine) mark = "✓";
        if (result.judgement == Judgement::Warned) mark = "!";
        if (result.judgement == Judgement::Refused) mark = "✗";
        line("  {} {}{}{}", mark, say(twin::describe(result.condition)), chinese_ ? "：" : ": ",
             say(result.error.what));
        mend(result.error, "      ");
    }
    if (!without_data.empty())
        line("  – {}{}", without_data,
             chinese_ ? "：没有历史数据，未检查\n      → 加上 --mapping 与 --data"
                      : ": not checked, there is no history\n      → add --mapping and --data");
}

void Page::worked(const Checked& one) {
    if (one.worked.empty()) return;
    head("截止时间举例", "Worked deadlines");
    for (const auto& clause : one.worked) {
        const auto& title = say(clause.clause->title);
        line("  {}{}", clause.clause->name, title.empty() ? "" : " " + title);
        for (const auto& deadline : clause.deadlines) {
            std::string limit = say(deadline.limit);
            if (!deadline.condition.empty())
                limit +=
                    fmt::format(fmt::runtime(chinese_ ? "，若 {}" : ", if {}"),
                                say(promise::condition_in_words(*one.promise, deadline.condition)));
            line("    {}{}{}", say(deadline.title), chinese_ ? "：" : ": ", limit);
            line("      {} → {}{}", say(promise::tell(deadline.start, *deadline.zone)),
                 say(promise::tell(deadline.due, *deadline.zone)),
                 !deadline.provisional ? ""
                 : chinese_            ? "（暂定：那时的节假日还没公布）"
                                       : " (provisional: holidays not announced yet)");
            for (const auto& text : promise::lines_of(deadline)) line("        {}", say(text));
        }
    }
}

void Page::checked(const Checked& one) {
    const auto& title = say(one.promise->title);
    line("\n━━ {}  {}", title.empty() ? one.promise->id : title, one.promise->label());
    line("   {}", where(one.promise->place));
    head("机器读懂的承诺", "What the machine understood");
    indented(say(promise::sentence_of(*one.promise)));
    if (!one.findings.empty()) {
        head("要当心的地方", "Mind this");
        for (const auto& each : one.findings) finding(each);
    }
    principles(one);
    conditions(one);
    worked(one);
}

// Everything about one promise as findings: legs, then principles, then conditions.
Findings all_findings(const Checked& one) {
    Findings all = one.findings;
    for (const Score& score : one.scores)
        for (const auto& reason : score.reasons)
            all.push_back({promise::severity_of(reason), reason.error});
    for (const ConditionResult& result : one.conditions)
        if (result.judgement == Judgement::Warned) all.push_back({Severity::Warning, result.error});
    return all;
}

int count_of(const CheckReport& report, Severity severity) {
    const auto count = [&](const Findings& findings) {
        return std::ranges::count_if(findings,
                                     [&](const Finding& f) { return f.severity == severity; });
    };
    auto all = count(report.findings);
    for (const auto& one : report.promises) all += count(all_findings(one));
    return static_cast<int>(all);
}

// --- for programs -------------------------------------------------------------------------------

class Json {
public:
    void open(char bracket) { comma(), out_ += bracket, first_ = true; }
    void close(char bracket) { out_ += bracket, first_ = false; }
    void key(std::string_view name) {
        comma();
        wire::append_json_string(out_, name);
        out_ += ':';
        first_ = true;
    }
    void value(std::string_view text) { comma(), wire::append_json_string(out_, text); }
    void value(const char* text) { value(std::string_view(text)); }
    void value(std::int64_t number) { comma(), out_ += std::to_string(number); }
    void truth(bool yes) { comma(), out_ += yes ? "true" : "false"; }
    void value(const Text& text) {
        open('{');
        member("zh", text.zh), member("en", text.en);
        close('}');
    }
    template <typename Value>
    void member(std::string_view name, const Value& of) {
        key(name), value(of);
    }
    std::string take() { return std::move(out_) + "\n"; }

private:
    void comma() {
        if (!first_) out_ += ',';
        first_ = false;
    }
    std::string out_;
    bool first_ = true;
};

void write_error(Json& json, const Error& error) {
    json.member("code", error.code);
    json.member("path", error.place.path);
    json.member("line", static_cast<std::int64_t>(error.place.line));
    json.member("column", static_cast<std::int64_t>(error.place.column));
    json.member("what", error.what), json.member("mend", error.mend);
}

void write_findings(Json& json, const Findings& findings) {
    for (const auto& finding : findings) {
        json.open('{');
        json.member("severity", word_of(finding.severity, false));
        write_error(json, finding.error);
        json.close('}');
    }
}

void write_deadline(Json& json, const promise::Clause& clause,
                    const promise::WorkedDeadline& deadline) {
    constexpr const char* kOccasions[] = {"usual", "eve of a holiday", "change of clocks",
                                          "holiday", "asked"};
    json.open('{');
    json.member("clause", clause.name);
    json.member("occasion", kOccasions[static_cast<std::size_t>(deadline.occasion)]);
    json.member("title", deadline.title), json.member("limit", deadline.limit);
    if (!deadline.condition.empty()) json.member("if", deadline.condition);
    json.member("zone", deadline.zone->name());
    json.member("start", to_string(deadline.start)), json.member("due", to_string(deadline.due));
    json.member("told", Text{promise::tell(deadline.start, *deadline.zone).zh + " → " +
                                 promise::tell(deadline.due, *deadline.zone).zh,
                             promise::tell(deadline.start, *deadline.zone).en + " → " +
                                 promise::tell(deadline.due, *deadline.zone).en});
    json.key("provisional"), json.truth(deadline.provisional);
    json.key("stretches"), json.open('[');
    for (const auto& piece : deadline.pieces) {
        json.open('{');
        json.member("from", to_string(piece.period.begin)),
            json.member("to", to_string(piece.period.end));
        json.key("counted"), json.truth(piece.counted);
        json.member("what", piece.what);
        json.close('}');
    }
    json.close(']');
    json.close('}');
}

void write_checked(Json& json, const Checked& one) {
    json.open('{');
    json.member("promise", one.promise->id);
    json.member("version", static_cast<std::int64_t>(one.promise->version));
    json.member("path", one.promise->place.path);
    json.key("findings"), json.open('['), write_findings(json, all_findings(one)), json.close(']');
    json.key("principles"), json.open('{');
    for (const auto& score : one.scores) {
        json.key(promise::name_of(score.principle)), json.open('{');
        json.member("score", static_cast<std::int64_t>(score.score));
        json.key("reasons"), json.open('[');
        for (const auto& reason : score.reasons) {
            json.open('{');
            json.member("points", static_cast<std::int64_t>(reason.points));
            write_error(json, reason.error);
            json.close('}');
        }
        json.close(']'), json.close('}');
    }
    json.close('}');
    json.key("conditions"), json.open('[');
    for (const auto& result : one.conditions) {
        json.open('{');
        json.member("condition", twin::name_of(result.condition));
        json.member("judgement", twin::name_of(result.judgement));
        write_error(json, result.error);
        json.close('}');
    }
    json.close(']');
    json.key("sentences"), json.open('[');
    json.value(promise::sentence_of(*one.promise));
    json.close(']');
    json.key("worked"), json.open('[');
    for (const auto& clause : one.worked)
        for (const auto& deadline : clause.deadlines)
            write_deadline(json, *clause.clause, deadline);
    json.close(']'), json.close('}');
}

}  // namespace

bool CheckReport::has_errors() const { return count_of(*this, Severity::Error) > 0; }

std::string check_text(const CheckReport& report, bool chinese) {
    Page page(chinese);
    if (!report.findings.empty()) {
        page.line("{}", chinese ? "承诺文本" : "The text");
        for (const auto& finding : report.findings) page.finding(finding);
    }
    for (const auto& one : report.promises) page.checked(one);
    const int errors = count_of(report, Severity::Error),
              warnings = count_of(report, Severity::Warning);
    if (errors > 0)
        page.line("\n{}",
                  fmt::format(fmt::runtime(
                                  chinese ? "结论：不能发布，有 {} 处必须改，{} 处要注意"
                                          : "In short: not fit to publish: {} to mend, {} to mind"),
                              errors, warnings));
    else
        page.line(
            "\n{}",
            fmt::format(fmt::runtime(chinese ? "结论：没有必须改的地方，{} 处要注意"
                                             : "In short: nothing that must be mended, {} to mind"),
                        warnings));
    return page.take();
}

std::string check_json(const CheckReport& report) {
    Json json;
    json.open('{');
    json.key("findings"), json.open('[');
    write_findings(json, report.findings);
    for (const auto& one : report.promises) write_findings(json, all_findings(one));
    json.close(']');
    json.key("promises"), json.open('[');
    for (const auto& one : report.promises) write_checked(json, one);
    json.close(']'), json.close('}');
    return json.take();
}

}  // namespace yinuo::cli
