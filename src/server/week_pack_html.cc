// The week as a page: print-ready, self-contained, without scripts.
#include <fmt/format.h>

#include <algorithm>

#include "server/payout_out.h"
#include "server/report_out.h"
#include "server/week_pack.h"
#include "wire/report_charts.h"
#include "wire/report_style.h"

namespace yinuo::server {
namespace {

using wire::html_escaped;

constexpr const char* kPrintStyle = R"css(
@page{size:A4;margin:12mm}
header{padding:14px 0}h1{font-size:24px}footer.wide{width:calc(100% - 48px)}
.up{color:var(--kept);font-weight:600}.down{color:var(--broken);font-weight:600}
ul.plain{margin:0;padding:0;list-style:none}ul.plain li{padding:4px 0;border-bottom:1px solid var(--rule)}
ul.plain li:last-child{border:0}
svg .pareto{fill:#2f6db3}svg .pareto.rest{fill:#b9c9da}svg .running{fill:none;stroke:#b26a00;stroke-width:2}
svg .runningdot{fill:#b26a00}
.two{display:grid;grid-template-columns:1fr 1fr;gap:0 22px}
@media (max-width:760px){.two{grid-template-columns:1fr}}
@media print{.wide{max-width:none;padding:0}section{margin:8px 0;padding:10px 12px}h1{font-size:18px;color:#000}h2{font-size:13px}.two{grid-template-columns:1fr 1fr;gap:0 10px}section.figures{grid-template-columns:repeat(4,1fr)}.figure b{font-size:17px}table{font-size:10.5px}}
)css";

std::string percent(double value) { return fmt::format("{:.1f} %", value * 100); }

// "2 d 3 h", "45 min".
std::string span_text(std::int64_t millis, bool chinese) {
    const auto minutes = millis / 60'000;
    const auto days = minutes / 1'440, hours = minutes / 60 % 24;
    if (days > 0)
        return fmt::format(fmt::runtime(chinese ? "{} 天 {} 小时" : "{} d {} h"), days, hours);
    if (hours > 0)
        return fmt::format(fmt::runtime(chinese ? "{} 小时 {} 分" : "{} h {} min"), hours,
                           minutes % 60);
    return fmt::format(fmt::runtime(chinese ? "{} 分" : "{} min"), minutes);
}

class Page {
public:
    Page(const WeekPack& pack, bool chinese, Instant as_of)
        : pack_(pack), chinese_(chinese), as_of_(as_of) {}

    std::string write() {
        head();
        figures();
        changes();
        promises();
        causes();
        add("<div class=\"two\">");
        worst();
        given();
        incidents();
        improvements();
        add("</div>");
        foot();
        return std::move(out_);
    }

private:
    template <typename... Parts>
    void add(fmt::format_string<Parts...> form, Parts&&... parts) {
        fmt::format_to(std::back_inserter(out_), form, std::forward<Parts>(parts)...);
    }
    std::string say(const char* zh, const char* en) const { return chinese_ ? zh : en; }

    void head() {
        const auto last = pack_.week.monday.plus_days(6);
        add("<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta "
            "name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{} {} · 一诺 "
            "Yinuo</title><style>{}{}</style></head><body>\n",
            chinese_ ? "zh-CN" : "en", say("每周回顾", "Weekly review"), pack_.week.to_string(),
            wire::kReportStyle, kPrintStyle);
        add("<header><div class=\"wide\"><nav><span class=\"brand\">一诺 "
            "<em>Yinuo</em></span></nav><h1>{} {}</h1><p class=\"facts\">{} – {}（{}）</p></div>"
            "</header>\n<main class=\"wide\">\n",
            say("每周回顾", "Weekly review"), pack_.week.to_string(), pack_.week.monday.to_string(),
            last.to_string(), html_escaped(pack_.zone));
    }

    void figure(const char* css, const std::string& name, const std::string& value,
                const std::string& note) {
        add("<div class=\"figure {}\"><span>{}</span><b>{}</b><small>{}</small></div>", css, name,
            value, note);
    }

    void figures() {
        std::int64_t kept = 0, all = 0, kept_before = 0, all_before = 0;
        for (const auto& one : pack_.promises) {
            kept += one.week.count;
            all += one.week.of;
            kept_before += one.before.count;
            all_before += one.before.of;
        }
        const auto week = twin::share(kept, all), before = twin::share(kept_before, all_before);
        add("<section class=\"figures\">");
        figure("good", say("兑现率", "kept-rate"), all > 0 ? percent(week.value) : "–",
               all_before > 0 ? fmt::format("{} {}", say("前四周", "four weeks before:"),
                                            percent(before.value))
                              : say("前四周没有", "none in the four weeks before"));
        figure(all > kept ? "bad" : "", say("违约", "breaches"), std::to_string(all - kept),
               fmt::format("{} {}", say("到期", "of due:"), all));
        figure("", say("待决申诉", "claims to be decided"), std::to_string(pack_.claims_open),
               fmt::format("{} {}", say("超过 7 天", "over 7 days:"), pack_.claims_overdue));
        figure("", say("群障", "incidents"), std::to_string(pack_.incidents.size()),
               say("本周声明", "declared this week"));
        add("</section>\n");
    }

    void changes() {
        add("<section><h2>{}</h2><ul class=\"plain\">",
            say("变好与变差（超出偶然）", "Better and worse, beyond chance"));
        bool any = false;
        for (const auto& one : pack_.promises) {
            if (!one.is_better() && !one.is_worse()) continue;
            any = true;
            add("<li><span class=\"{}\">{}</span> {}：{} → {}</li>",
                one.is_better() ? "up" : "down",
                one.is_better() ? say("▲ 变好", "▲ better") : say("▼ 变差", "▼ worse"),
                html_escaped(one.title.in(chinese_)), percent(one.before.value),
                percent(one.week.value));
        }
        if (!any)
            add("<li>{}</li>", say("没有哪项承诺的变化超出偶然。",
                                   "No promise changed by more than chance could make."));
        add("</ul></section>\n");
    }

    void promises() {
        add("<section><h2>{}</h2><div class=\"scroll\"><table><thead><tr><th>{}</th><th>{}</th>"
            "<th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
            say("各项承诺", "Promises"), say("承诺", "promise"), say("到期", "due"),
            say("兑现率", "kept"), say("前四周", "before"), say("违约", "breaches"),
            say("前四周每周", "a week before"), say("延误 p90", "late p90"));
        for (const auto& one : pack_.promises)
            add("<tr><th>{} <code>{}</code></th><td>{}</td><td class=\"rate\">{}<small>{} – "
                "{}</small></td><td>{}</td><td>{}</td><td>{:.1f}</td><td>{}</td></tr>",
                html_escaped(one.title.in(chinese_)), html_escaped(one.promise), one.week.of,
                one.week.of > 0 ? percent(one.week.value) : "–", percent(one.week.low),
                percent(one.week.high), one.before.of > 0 ? percent(one.before.value) : "–",
                one.breaches(), one.breaches_before(),
                one.late_week.empty() ? "–"
                                      : span_text(twin::percentile(one.late_week, 90), chinese_));
        if (pack_.promises.empty())
            add("<tr><td colspan=\"7\">{}</td></tr>",
                say("五周里没有到期的履约单。", "Nothing came due in these five weeks."));
        add("</tbody></table></div></section>\n");
    }

    // Bars, the largest first, with the running share as a line (Pareto).
    void causes() {
        add("<section><h2>{}</h2>", say("违约原因", "Why promises broke"));
        if (pack_.causes.top.empty()) {
            add("<p class=\"note\">{}</p></section>\n", say("本周没有违约。", "Nothing broke."));
            return;
        }
        constexpr double kWidth = 1030, kBar = 26, kLeft = 250, kRight = 110, kTop = 10;
        constexpr std::size_t kMost = 8;
        const auto count = std::min(pack_.causes.top.size(), kMost);
        const double height = kTop + static_cast<double>(count) * kBar + 10;
        const double room = kWidth - kLeft - kRight;
        add("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">", kWidth, height,
            say("违约原因排列图", "Pareto chart of causes"));
        std::string line;
        std::string dots;
        for (std::size_t i = 0; i < count; ++i) {
            const auto& one = pack_.causes.top[i];
            const double y = kTop + static_cast<double>(i) * kBar;
            const double wide = std::max(2.0, room * one.share);
            const double x = kLeft + room * std::min(one.running, 1.0);
            auto name = one.title.in(chinese_);
            add("<text class=\"name\" x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>",
                kLeft - 10, y + 16, html_escaped(name));
            add("<rect class=\"pareto{}\" x=\"{:.0f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
                "height=\"{:.0f}\" rx=\"2\"/>",
                one.is_vital ? "" : " rest", kLeft, y + 3, wide, kBar - 8);
            add("<text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\">{} · {}</text>", kWidth - 4,
                y + 16, one.total, percent(one.share));
            line += fmt::format("{:.1f},{:.1f} ", x, y + kBar / 2 - 1);
            dots +=
                fmt::format("<circle class=\"runningdot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\"/>", x,
                            y + kBar / 2 - 1);
        }
        add("<polyline class=\"running\" points=\"{}\"/>{}</svg>", line, dots);
        add("<p class=\"note\">{}</p></section>\n",
            say("深色为关键少数（累计到八成），折线是累计占比。",
                "Dark: the vital few, until four fifths; the line is the running share."));
    }

    void worst() {
        add("<section><h2>{}</h2><ul class=\"plain\">", say("延误最长的五件", "The five latest"));
        for (const auto& one : pack_.worst)
            add("<li><code>{}</code> {} · {} {}</li>", html_escaped(one.subject),
                span_text(one.late.count, chinese_), one.breaches,
                say("次违约", one.breaches == 1 ? "breach" : "breaches"));
        if (pack_.worst.empty()) add("<li>{}</li>", say("没有。", "None."));
        add("</ul></section>\n");
    }

    void given() {
        add("<section><h2>{}</h2><ul class=\"plain\">", say("已赔付", "Money given"));
        for (const auto& one : pack_.given)
            add("<li>{} {}<br><small>{} {} {}</small></li>", amount_text(one.week, one.currency),
                html_escaped(one.currency), say("前四周合计", "the four weeks before, in all:"),
                amount_text(one.before, one.currency), html_escaped(one.currency));
        if (pack_.given.empty()) add("<li>{}</li>", say("没有。", "None."));
        add("</ul></section>\n");
    }

    void incidents() {
        add("<section><h2>{}</h2><ul class=\"plain\">", say("群障", "Incidents"));
        for (const auto& one : pack_.incidents)
            add("<li>#{} {} <code>{}</code></li>", one.number, html_escaped(one.title.in(chinese_)),
                html_escaped(one.state));
        if (pack_.incidents.empty()) add("<li>{}</li>", say("没有。", "None."));
        add("</ul></section>\n");
    }

    void improvements() {
        add("<section><h2>{}</h2><ul class=\"plain\">",
            say("到期的改进项", "Improvement items due"));
        for (const auto& item : pack_.improvements)
            add("<li>{} <code>{}</code> {}<br><small>{} {}</small></li>", html_escaped(item.title),
                describe(item.state).in(chinese_),
                item.recurred ? say("⚠ 复发", "⚠ recurred") : std::string(),
                html_escaped(item.owner), to_string(item.due).substr(0, 10));
        if (pack_.improvements.empty()) add("<li>{}</li>", say("没有。", "None."));
        add("</ul></section>\n");
    }

    void foot() {
        add("</main><footer class=\"wide\"><p class=\"note\">{}</p><p class=\"note\">{} {}{}</p>"
            "</footer></body></html>\n",
            say("按截止时间归周；兑现率区间为 95 %（Wilson），与前四周的差别用 Newcombe "
                "区间并按 Holm 校正。不含任何客户资料。",
                "By due instants. Intervals of 95 % (Wilson); differences from the four weeks "
                "before by Newcombe, with Holm's correction. No customer's data."),
            say("数据截至", "As of"), to_string(as_of_),
            pack_.is_cut ? say("；数据太多，只统计了一部分", "; there was more than is looked at")
                         : std::string());
    }

    const WeekPack& pack_;
    const bool chinese_;
    const Instant as_of_;
    std::string out_;
};

}  // namespace

std::string week_html(const WeekPack& pack, bool chinese, Instant as_of) {
    return Page(pack, chinese, as_of).write();
}

}  // namespace yinuo::server
