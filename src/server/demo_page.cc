#include "server/demo_page.h"

#include <fmt/format.h>

#include "engine/entry.h"
#include "server/obligation_out.h"

namespace yinuo::server {
namespace {

using promise::State;

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

// 12345 as "12,345".
std::string grouped(std::int64_t number) {
    std::string out = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > 0; at -= 3)
        out.insert(static_cast<std::size_t>(at), ",");
    return out;
}

// Everything that is written in the reader's language.
class Page {
public:
    Page(const demo::DemoStatus& status, Zones& zones, bool chinese,
         const std::map<std::string, std::string>& doors)
        : status_(status), doors_(doors), zones_(zones), chinese_(chinese) {}

    std::string written();

private:
    void say(std::string_view html) { out_ += html; }
    std::string_view in(std::string_view zh, std::string_view en) const {
        return chinese_ ? zh : en;
    }
    const std::string& in(const Text& text) const { return text.in(chinese_); }
    std::string wall(Instant at, const demo::CompanyStatus&, bool with_date) const;

    void head();
    void company(const demo::CompanyStatus&);
    void hour(const demo::CompanyStatus&);
    void states(const demo::CompanyStatus&);
    void newest(const demo::CompanyStatus&);
    void disturbances(const demo::CompanyStatus&);
    void foot();

    const demo::DemoStatus& status_;
    const std::map<std::string, std::string>& doors_;
    Zones& zones_;
    const bool chinese_;
    std::string out_;
};

// On the wall of where the company is.
std::string Page::wall(Instant at, const demo::CompanyStatus& company, bool with_date) const {
    const Zone* zone = zones_.find(company.name == "boston" ? "America/New_York" : "Asia/Shanghai");
    if (zone == nullptr || at >= Instant::max()) return "–";
    const auto text = zone->to_local(at).to_string();
    return with_date ? text.substr(0, 10) + " " + text.substr(11, 5) : text.substr(11, 5);
}

void Page::head() {
    say(fmt::format(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
        "<meta http-equiv=\"refresh\" content=\"2\"><title>{}</title>"
        "<link rel=\"stylesheet\" href=\"/demo/style.css\"></head><body><header>"
        "<h1>{} <span class=\"tag\">{}</span></h1><p class=\"lang\">{}</p></header>",
        chinese_ ? "zh-CN" : "en", in("一诺 · 演示", "Yinuo · demo"), in("一诺", "Yinuo"),
        in("演示，不是真实业务", "a demo, no real business"),
        chinese_ ? "<a href=\"/demo?lang=en\">English</a>" : "<a href=\"/demo?lang=zh\">中文</a>"));
    const auto speed =
        chinese_ ? fmt::format("时钟走得是平常的 {} 倍：一天 {:.1f} 分钟", status_.speed,
                               1440.0 / status_.speed)
                 : fmt::format("the clock runs {} times as fast: a day takes {:.1f} minutes",
                               status_.speed, 1440.0 / status_.speed);
    std::string_view doing =
        in("先把开头几天过完，马上就好", "living through the first days, soon ready");
    if (status_.running) doing = speed;
    say(fmt::format("<p class=\"clock\"><time>{} UTC</time> <span>{}</span></p>",
                    LocalTime{status_.now.millis}.to_string().substr(0, 16).replace(10, 1, " "),
                    doing));
    if (status_.stopped)
        say(fmt::format("<p class=\"stopped\">{}</p>", escaped(in(status_.stopped->what))));
    say(fmt::format(
        "<p class=\"doors\"><a href=\"/app/tour{}\">{}</a></p>", chinese_ ? "" : "?lang=en",
        in("五步看懂一诺：两分钟的导览", "Yinuo in five steps: a tour of two minutes")));
}

void Page::hour(const demo::CompanyStatus& company) {
    const struct {
        std::string_view css, word;
        std::int64_t count;
    } all[] = {{"kept", in("已兑现", "kept"), company.seen.kept},
               {"risk", in("即将超时", "at risk"), company.seen.at_risk},
               {"broken", in("已违约", "broken"), company.seen.broken}};
    say(fmt::format("<h3>{}</h3><ul class=\"hour\">",
                    in("刚过去的一小时（演示时钟）", "The last hour of the demo's clock")));
    for (const auto& one : all)
        say(fmt::format("<li class=\"{}\"><b>{}</b> {}</li>", one.css, grouped(one.count),
                        one.word));
    say("</ul>");
}

void Page::states(const demo::CompanyStatus& company) {
    constexpr std::string_view kCss[] = {"pending", "running", "paused", "risk",   "kept",
                                         "broken",  "waived",  "void",   "voidus", "unmeasured"};
    static_assert(std::size(kCss) == promise::kStates);
    std::int64_t sum = 0;
    for (const auto count : company.states) sum += count;
    say(fmt::format("<h3>{}</h3>", chinese_
                                       ? fmt::format("{} 份履约单，按状态", grouped(sum))
                                       : fmt::format("{} obligations by state", grouped(sum))));
    say("<svg class=\"bar\" viewBox=\"0 0 1000 16\" preserveAspectRatio=\"none\" role=\"img\">");
    std::string legend = "<ul class=\"states\">";
    std::int64_t before = 0;
    for (std::size_t i = 0; i < company.states.size(); ++i) {
        const auto count = company.states[i];
        if (count == 0) continue;
        const double scale = 1000.0 / static_cast<double>(sum);
        say(fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"0\" width=\"{:.1f}\" height=\"16\"/>",
                        kCss[i], static_cast<double>(before) * scale,
                        static_cast<double>(count) * scale));
        before += count;
        legend +=
            fmt::format("<li><i class=\"{}\"></i>{} <b>{}</b></li>", kCss[i],
                        escaped(in(promise::describe(static_cast<State>(i)))), grouped(count));
    }
    say("</svg>" + legend + "</ul>");
}

void Page::newest(const demo::CompanyStatus& company) {
    say(fmt::format("<h3>{}</h3><table class=\"newest\"><tbody>",
                    in("最近的判定", "The newest verdicts")));
    for (const auto& verdict : company.seen.newest) {
        using enum promise::EventKind;
        const bool kept = verdict.what == Kept, broken = verdict.what == Broken;
        const auto word = kept     ? in("已兑现", "kept")
                          : broken ? in("已违约", "broken")
                                   : in("改判", "reversed");
        say(fmt::format(
            "<tr><td class=\"time\">{}</td><td class=\"verdict {}\">{}</td><td>{}"
            "<br><small>{}{}</small></td><td><a href=\"/demo/receipt?id={}\">{}</a></td></tr>",
            wall(verdict.recorded_at, company, false),
            kept     ? "kept"
            : broken ? "broken"
                     : "reversed",
            word, escaped(in(verdict.clause)), escaped(shown_name(verdict.subject)),
            verdict.due_at >= Instant::max()
                ? std::string()
                : fmt::format(" · {} {}", in("截止", "due"), wall(verdict.due_at, company, true)),
            engine::obligation_text(verdict.id), in("凭证", "receipt")));
    }
    say("</tbody></table>");
}

void Page::disturbances(const demo::CompanyStatus& company) {
    say(
        fmt::format("<h3>{}</h3><table class=\"counts\"><thead><tr><th></th><th>{}</th><th>{}</th>"
                    "<th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
                    in("上报的业务记录，和怎么处理的",
                       "Facts as they were reported, and what was done with them"),
                    in("比例", "rate"), in("次数", "times"), in("收下", "accepted"),
                    in("已知", "known"), in("拒收", "refused")));
    const auto row = [&](std::string_view what, std::string_view rate,
                         const demo::FeedFigures::Counts& counts, bool sent) {
        say(fmt::format("<tr><th>{}</th><td>{}</td><td>{}</td>", escaped(what), rate,
                        grouped(counts.done)));
        for (const auto count : {counts.accepted, counts.duplicate, counts.refused})
            say("<td>" + (sent ? grouped(count) : std::string("–")) + "</td>");
        say("</tr>");
    };
    row(in("照常上报", "as it should be"), "", company.feed.by[0], true);
    for (const auto& one : demo::disturbances())
        row(in(one.words), fmt::format("{:.1f} %", one.rate * 100),
            company.feed.by[static_cast<std::size_t>(one.what)],
            one.what != demo::Disturbance::NeverCloses);
    say("</tbody></table>");
    if (company.feed.refused_last)
        say(fmt::format("<p class=\"note\">{}<q>{}</q></p>", in("最近一次拒收：", "Refused last: "),
                        escaped(in(company.feed.refused_last->what))));
    const auto line =
        chinese_ ? fmt::format(
                       "每秒 {:.1f} 条 · {} 件业务 · 迟到或更正的记录改判 {} 次 · 存证日志 {} "
                       "条（最新检查点）",
                       company.facts_per_second, grouped(company.feed.cases),
                       grouped(company.seen.reversed), grouped(company.log_size))
                 : fmt::format(
                       "{:.1f} facts a second · {} cases · {} verdicts reversed by what came late "
                       "or was corrected · {} leaves in the transparency log (newest checkpoint)",
                       company.facts_per_second, grouped(company.feed.cases),
                       grouped(company.seen.reversed), grouped(company.log_size));
    say("<p class=\"note\">" + line + "</p>");
}

void Page::company(const demo::CompanyStatus& company) {
    const auto place =
        company.name == "boston" ? in("波士顿时间", "in Boston") : in("北京时间", "in Beijing");
    say(fmt::format("<section><h2>{}</h2><p class=\"where\">{} {}</p>", escaped(company.title),
                    place, wall(status_.now, company, true)));
    say(fmt::format("<p class=\"doors\"><a href=\"/app\">{}</a><a href=\"/board/{}{}\">{}</a>",
                    in("工作台", "Console"), company.name, in("", "?lang=en"),
                    in("承诺公示板", "Promise board")));
    if (const auto door = doors_.find(company.name); door != doors_.end() && !door->second.empty())
        say(fmt::format("<a href=\"{}\">{}</a>", door->second,
                        in("以一位客户的身份看", "As one of its customers")));
    say("</p>");
    hour(company);
    states(company);
    newest(company);
    disturbances(company);
    say("</section>");
}

void Page::foot() {
    say(fmt::format(
        "<footer><p>{}</p><p>{}</p></footer></body></html>",
        in("波士顿的请求来自 2015 年公开的 311 记录（PDDL "
           "许可），日期整周平移；示例电信是按种子生成的，"
           "人名号码都不存在。",
           "Boston's requests are public 311 records of 2015 (PDDL), moved by whole weeks; the "
           "telecom is invented from a seed, and nobody in it exists."),
        in("同样的数字，JSON：<a href=\"/api/v1/demo/status\">/api/v1/demo/status</a>",
           "The same as JSON: <a href=\"/api/v1/demo/status\">/api/v1/demo/status</a>")));
}

std::string Page::written() {
    head();
    say("<main>");
    for (const auto& one : status_.companies) company(one);
    say("</main>");
    foot();
    return std::move(out_);
}

}  // namespace

std::string demo_page(const demo::DemoStatus& status, Zones& zones, bool chinese,
                      const std::map<std::string, std::string>& doors) {
    return Page(status, zones, chinese, doors).written();
}

std::string_view demo_style() {
    return R"css(
:root{color-scheme:light;--ink:#1c2430;--soft:#5c6675;--line:#e3e7ec;--kept:#1f8a5b;--risk:#d98a00;
--broken:#c8322b;--run:#3b6fb6}
*{box-sizing:border-box}
body{margin:0;padding:28px clamp(16px,4vw,56px);background:#f5f6f8;color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI","PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
header{display:flex;justify-content:space-between;align-items:baseline;gap:16px}
h1{font-size:26px;margin:0}h2{font-size:19px;margin:0}
h3{font-size:13px;font-weight:600;color:var(--soft);margin:20px 0 8px}
.tag{font-size:13px;font-weight:500;color:#7a4b00;background:#fff0d1;border-radius:6px;padding:3px 9px;
vertical-align:middle}
a{color:#245ea8;text-decoration:none}a:hover{text-decoration:underline}
.lang{margin:0}
.clock{margin:6px 0 20px;color:var(--soft)}
.clock time{font-size:19px;font-weight:600;color:var(--ink);font-variant-numeric:tabular-nums;margin-right:10px}
.stopped{background:#fde8e6;color:var(--broken);padding:10px 14px;border-radius:8px}
main{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(460px,100%),1fr));gap:20px}
section{background:#fff;border:1px solid var(--line);border-radius:12px;padding:20px 22px}
.doors{display:flex;gap:16px;margin:10px 0 0}
.where{margin:0;color:var(--soft);font-variant-numeric:tabular-nums}
ul{list-style:none;margin:0;padding:0}
.hour{display:grid;grid-template-columns:repeat(3,1fr);gap:10px}
.hour li{border-radius:10px;padding:8px 14px 10px;background:#f5f6f8;color:var(--soft)}
.hour b{display:block;font-size:30px;line-height:1.2;font-variant-numeric:tabular-nums}
.hour .kept b{color:var(--kept)}.hour .risk b{color:var(--risk)}.hour .broken b{color:var(--broken)}
.bar{display:block;width:100%;height:16px;border-radius:5px}
rect.pending,i.pending{fill:#c3cad4;background:#c3cad4}rect.running,i.running{fill:var(--run);background:var(--run)}
rect.paused,i.paused{fill:#8d7cc0;background:#8d7cc0}rect.risk,i.risk{fill:var(--risk);background:var(--risk)}
rect.kept,i.kept{fill:var(--kept);background:var(--kept)}
rect.broken,i.broken{fill:var(--broken);background:var(--broken)}
rect.waived,i.waived{fill:#7fb7a2;background:#7fb7a2}rect.void,i.void{fill:#9aa3af;background:#9aa3af}
rect.voidus,i.voidus{fill:#6b7280;background:#6b7280}rect.unmeasured,i.unmeasured{fill:#dde1e6;background:#dde1e6}
.states{display:flex;flex-wrap:wrap;gap:4px 16px;margin-top:8px;font-size:13px;color:var(--soft)}
.states b{color:var(--ink);font-variant-numeric:tabular-nums}
.states i{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:5px}
table{border-collapse:collapse;width:100%;font-size:13px}
td,th{padding:5px 8px;border-top:1px solid var(--line);text-align:left;font-weight:400;vertical-align:top}
td:first-child,th:first-child{padding-left:0}
small{color:var(--soft)}
.time{font-variant-numeric:tabular-nums;color:var(--soft)}
.verdict{font-weight:600;white-space:nowrap}
.verdict.kept{color:var(--kept)}.verdict.broken{color:var(--broken)}.verdict.reversed{color:#7a5cc0}
.counts td,.counts thead th{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.counts thead th{color:var(--soft);border-top:0}
.counts th:first-child{text-align:left}
.note{font-size:13px;color:var(--soft);margin:10px 0 0}
footer{margin-top:22px;font-size:13px;color:var(--soft)}footer p{margin:4px 0}
)css";
}

}  // namespace yinuo::server
