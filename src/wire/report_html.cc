#include "wire/report_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "wire/report_charts.h"
#include "wire/report_style.h"
#include "wire/report_words.h"

namespace yinuo::wire {
namespace {

using promise::State;

constexpr std::size_t kSliceRows = 40;

class HtmlPage {
public:
    HtmlPage(const twin::Report& report, bool chinese) : r_(report), chinese_(chinese) {}

    std::string write() {
        head();
        figures();
        clauses();
        gifts();
        for (const auto& clause : r_.clauses) detail(clause);
        for (const auto& slice : r_.slices) cut(slice);
        if (r_.comparison) comparison(*r_.comparison);
        foot();
        return std::move(out_);
    }

private:
    template <typename... Parts>
    void add(fmt::format_string<Parts...> form, Parts&&... parts) {
        fmt::format_to(std::back_inserter(out_), form, std::forward<Parts>(parts)...);
    }
    static std::string count(std::size_t n) { return grouped(static_cast<std::int64_t>(n)); }

    void head() {
        Text title{"承诺回测", "Promise back-test"};
        if (!r_.promises.empty() && !r_.promises.back().title.en.empty())
            title = r_.promises.back().title;
        add("<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
            "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<title>{} · 一诺 Yinuo</title>\n<style>{}</style>\n</head>\n<body>\n",
            chinese_ ? "zh-CN" : "en", html_escaped(title.in(chinese_)), kReportStyle);
        add("<input type=\"radio\" name=\"language\" id=\"show-zh\"{}><input type=\"radio\" "
            "name=\"language\" id=\"show-en\"{}>\n",
            chinese_ ? " checked" : "", chinese_ ? "" : " checked");
        add("<header><div class=\"wide\"><nav><span class=\"brand\">一诺 <em>Yinuo</em></span>"
            "<span class=\"switch\"><label for=\"show-zh\">中文</label><label "
            "for=\"show-en\">English</label></span></nav>\n");
        add("<p class=\"kicker\">{}</p><h1>{}</h1>\n", both("历史回测", "Back-test on history"),
            both(title));
        add("<p class=\"facts\">{}</p></div></header>\n<main class=\"wide\">\n",
            both(fmt::format("截至 {}（{}）· {} 条业务记录，{} 件业务，{} 至 {} · {} 行被拒",
                             moment(r_.now, r_.zone), zone(), count(r_.facts_read),
                             count(r_.subjects), moment(r_.first_at, r_.zone),
                             moment(r_.last_at, r_.zone), count(r_.rows_rejected)),
                 fmt::format(
                     "As of {} ({}) · {} facts about {} subjects, {} to {} · {} rows rejected",
                     moment(r_.now, r_.zone), zone(), count(r_.facts_read), count(r_.subjects),
                     moment(r_.first_at, r_.zone), moment(r_.last_at, r_.zone),
                     count(r_.rows_rejected))));
    }

    std::string zone() const { return r_.zone != nullptr ? std::string(r_.zone->name()) : "UTC"; }

    void figure(const Text& name, const std::string& value, const std::string& below,
                const char* css = "") {
        add("<div class=\"figure {}\"><span>{}</span><b>{}</b><small>{}</small></div>\n", css,
            both(name), value, below);
    }

    static std::string interval(const twin::Share& share) {
        return share.of == 0 ? "–"
                             : fmt::format("{:.2f} – {:.2f} %", share.low * 100, share.high * 100);
    }

    void figures() {
        const auto& all = r_.obligations;
        const auto rate = all.kept_share();
        add("<section class=\"figures\">\n");
        figure({"兑现率", "Kept"}, rate.of == 0 ? "–" : percent(rate.value),
               both("95 % 区间 " + interval(rate), "95 % interval " + interval(rate)), "good");
        figure({"已违约", "Broken"}, grouped(all.broken()),
               both("已兑现 " + grouped(all.kept()), grouped(all.kept()) + " kept"), "bad");
        figure({"未结", "Open"}, grouped(all.open()),
               both("共 " + grouped(all.total()) + " 笔履约单",
                    "of " + grouped(all.total()) + " obligations"));
        figure({"赔付", "Payout"}, payout(r_.payout),
               r_.withheld.empty()
                   ? both("承诺中写明的补偿", "by the promises' own remedies")
                   : both("另暂缓 " + payout(r_.withheld), payout(r_.withheld) + " withheld"));
        add("</section>\n<section>{}</section>\n", state_bar(all));
    }

    void counts_head(const std::string& first) {
        add("<thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</"
            "th><th>{}</th><th>{}</th><th>{}</th><th></th></tr></thead>\n",
            first, both("合计", "Total"), both("已兑现", "Kept"), both("已违约", "Broken"),
            both("未结", "Open"), both("已免责", "Waived"), both("已作废", "Void"),
            both("企业取消", "Void by us"), both("未计量", "Not measured"),
            both("兑现率", "Kept rate"));
    }
    void counts_row(const std::string& name, const twin::Counts& c, const char* css = "") {
        const auto share = c.kept_share();
        add("<tr "
            "class=\"{}\"><th>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</"
            "td><td>{}</td><td>{}</td><td>{}</td>"
            "<td class=\"rate\">{}<small>{}</small></td><td>{}</td></tr>\n",
            css, name, grouped(c.total()), grouped(c.kept()), grouped(c.broken()),
            grouped(c.open()), grouped(c.of(State::Waived)), grouped(c.of(State::Void)),
            grouped(c.of(State::VoidByUs)), grouped(c.of(State::NotMeasured)),
            share.of == 0 ? "–" : percent(share.value), share.of == 0 ? "" : interval(share),
            share_mark(share));
    }
    static std::string name_of(const twin::ClauseReport& clause) {
        const bool titled = !clause.title.zh.empty() || !clause.title.en.empty();
        return (titled ? both(clause.title) + " " : std::string()) + "<code>" +
               html_escaped(clause.name) + "</code>";
    }

    void clauses() {
        add("<section><h2>{}</h2><div class=\"scroll\"><table>\n", both("条款", "Clauses"));
        counts_head(both("条款", "Clause"));
        add("<tbody>\n");
        const bool several = std::ranges::any_of(
            r_.promises, [&](const auto& v) { return v.id != r_.promises.front().id; });
        for (const auto& clause : r_.clauses)
            counts_row(
                (several ? "<small>" + html_escaped(clause.promise) + "</small> " : std::string()) +
                    name_of(clause),
                clause.counts);
        if (r_.clauses.size() > 1) counts_row(both("合计", "All"), r_.obligations, "sum");
        add("</tbody></table></div></section>\n");
    }

    void gifts() {
        if (r_.gifts.empty()) return;
        add("<section><h2>{}</h2><div "
            "class=\"scroll\"><table><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</"
            "th><th>{}</th><th>{}</th></tr></thead><tbody>\n",
            both("补偿", "Remedies"), both("补偿", "Remedy"), both("给什么", "What"),
            both("笔数", "Count"), both("数额", "Amount"), both("暂缓", "Withheld"),
            both("另有所赔", "Set aside"));
        for (const auto& gift : r_.gifts) {
            const std::string sum = gift.is_money       ? money(gift.minor, gift.unit)
                                    : gift.unit.empty() ? "–"
                                                        : gift.amount.to_string() + " " + gift.unit;
            const bool titled = !gift.title.zh.empty() || !gift.title.en.empty();
            add("<tr><th>{}<code>{}</code></th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</"
                "td></tr>\n",
                titled ? both(gift.title) + " " : std::string(), html_escaped(gift.remedy),
                html_escaped(gift.kind), grouped(gift.count), html_escaped(sum),
                grouped(gift.withheld), grouped(gift.set_aside));
        }
        add("</tbody></table></div></section>\n");
    }

    void percentiles(const twin::Distribution& d, const auto& say) {
        add("<table class=\"small\"><thead><tr><th>{}</th><th>50 %</th><th>90 %</th><th>95 "
            "%</th><th>99 %</th><th>{}</th></tr></thead>"
            "<tbody><tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr></"
            "tbody></table>\n",
            both("笔数", "Count"), both("最久", "Most"), grouped(d.count), both(say(d.p50)),
            both(say(d.p90)), both(say(d.p95)), both(say(d.p99)), both(say(d.most)));
    }

    void detail(const twin::ClauseReport& clause) {
        if (clause.late.count == 0 && !clause.curve && clause.pauses.empty()) return;
        add("<section class=\"clause\"><h2>{}</h2>\n", name_of(clause));
        if (!clause.says.en.empty()) add("<p class=\"says\">{}</p>\n", both(clause.says));
        if (clause.curve) {
            curve(clause);
        } else if (!clause.no_curve.en.empty()) {
            add("<p class=\"note\">{}{}</p>\n", both("没有时限曲线：", "No curve: "),
                both(clause.no_curve));
        }
        add("<div class=\"pair\">\n");
        if (clause.used) {
            const auto& dial = clause.curve->dial;
            const bool shift = dial.what == twin::Dial::What::Tolerance;
            add("<figure><figcaption>{}</figcaption>{}",
                shift ? both("比约定时刻早晚多少", "Time past the promised instant")
                      : both("从开始到完成的用时", "Time from start to done"),
                distribution_chart(*clause.used, &dial, Tone::Used,
                                   unit_of(dial, clause.schedule_names)));
            percentiles(*clause.used, [&](std::int64_t value) { return amount(dial, value); });
            add("</figure>\n");
        }
        if (clause.late.count > 0) {
            add("<figure><figcaption>{}</figcaption>{}",
                both("违约的晚了多久", "How late the broken ones were"),
                distribution_chart(clause.late, nullptr, Tone::Late, {"时钟时间", "clock time"}));
            percentiles(clause.late, length);
            add("</figure>\n");
        }
        add("</div>\n");
        pauses(clause);
        if (clause.provisional > 0)
            add("<p class=\"note\">{}</p>\n",
                both(grouped(clause.provisional) + " 笔的截止时间超出已公布的节假日安排，属暂定",
                     grouped(clause.provisional) +
                         " due instants lie beyond the announced holidays and are provisional"));
        add("</section>\n");
    }

    void curve(const twin::ClauseReport& clause) {
        const auto& curve = *clause.curve;
        const bool paid = std::ranges::any_of(
            curve.points, [](const auto& point) { return point.payout.has_value(); });
        add("<figure><figcaption>{}</figcaption>{}</figure>\n",
            curve.dial.what == twin::Dial::What::Tolerance
                ? both("若答应得早一些或晚一些，兑现率会是多少",
                       "What an earlier or later promise would have kept")
                : both("时限改成别的值，兑现率会是多少", "What another limit would have kept"),
            curve_chart(curve, unit_of(curve.dial, clause.schedule_names)));
        add("<ul class=\"reaches\">");
        for (const auto& reach : curve.reaches)
            add("<li><b>{} %</b> {}</li>", reach.percent,
                reach.limit ? both(amount(curve.dial, *reach.limit))
                            : both("多长都达不到", "no limit reaches it"));
        add("</ul>\n<details open><summary>{}</summary><div class=\"scroll\"><table "
            "class=\"points\"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</"
            "th><th>{}</th>{}</tr></thead><tbody>\n",
            both("看数据", "The numbers"),
            clause.curve->dial.what == twin::Dial::What::Tolerance
                ? both("若容许晚", "If it might be late by")
                : both("若时限为", "If the limit were"),
            both("兑现", "Kept"), both("违约", "Broken"), both("未结", "Open"),
            both("兑现率", "Kept rate"), both("95 % 区间", "95 % interval"),
            paid ? "<th>" + both("赔付", "Payout") + "</th>" : std::string());
        for (const auto& point : curve.points) {
            const bool now = curve.dial.present == point.limit;
            add("<tr{}><th>{}{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>{}</"
                "tr>\n",
                now ? " class=\"present\"" : "", both(amount(curve.dial, point.limit)),
                now ? " ← " + both("现在", "now") : std::string(), grouped(point.kept),
                grouped(point.broken), grouped(point.open),
                point.rate.of == 0 ? "–" : percent(point.rate.value), interval(point.rate),
                paid ? "<td>" + html_escaped(point.payout ? payout(*point.payout) : "") + "</td>"
                     : std::string());
        }
        add("</tbody></table></div></details>\n<p class=\"note\">{}</p>\n",
            both("达到某比例的时限：兑现 ÷（兑现 + "
                 "违约）第一次达到它的最短时限，逐笔精确计算；在该时限内仍未结的不计入任何一边。",
                 "The limit that reaches a share is the shortest at which kept ÷ (kept + broken) "
                 "attains it, counted exactly; what is still open within that limit counts as "
                 "neither."));
        if (!paid) return;
        std::set<std::string> currencies;
        for (const auto& point : curve.points)
            if (point.payout)
                for (const auto& [currency, minor] : *point.payout) currencies.insert(currency);
        for (const auto& currency : currencies)
            add("<figure><figcaption>{}</figcaption>{}</figure>\n",
                both("时限改成别的值，要赔多少（" + currency + "）",
                     "What would be paid at another limit (" + currency + ")"),
                payout_chart(curve, currency));
        if (curve.sampled_every > 1)
            add("<p class=\"note\">{}</p>\n",
                both(fmt::format("赔付由每 {} 件业务取 1 件推算。", curve.sampled_every),
                     fmt::format("Payouts are estimated from one subject in {}.",
                                 curve.sampled_every)));
    }

    void pauses(const twin::ClauseReport& clause) {
        if (clause.pauses.empty()) return;
        add("<table "
            "class=\"small\"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></"
            "thead><tbody>\n",
            both("暂停原因", "Paused for"), both("次数", "Times"), both("共计", "In all"),
            both("到上限", "Reached the cap"));
        for (const auto& pause : clause.pauses)
            add("<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                pause.text.en.empty() && pause.text.zh.empty() ? html_escaped(pause.reason)
                                                               : both(pause.text),
                grouped(pause.count), both(length(pause.time.count)), grouped(pause.capped));
        add("</tbody></table>\n");
    }

    void cut(const twin::Slice& slice) {
        add("<section><h2>{} <code>{}</code></h2><div class=\"scroll\"><table>\n", both("按", "By"),
            html_escaped(slice.by));
        counts_head("");
        add("<tbody>\n");
        twin::Counts rest;
        std::int64_t others = std::max<std::int64_t>(0, slice.gathered - 1);
        for (std::size_t i = 0; i < slice.values.size(); ++i) {
            if (i < kSliceRows) {
                counts_row(html_escaped(slice.values[i].value), slice.values[i].counts);
            } else {
                rest.add(slice.values[i].counts);
                ++others;
            }
        }
        if (others > 0)
            counts_row(both("其余 " + grouped(others) + " 种", grouped(others) + " others"), rest,
                       "sum");
        add("</tbody></table></div></section>\n");
    }

    void comparison(const twin::Comparison& c) {
        add("<section><h2>{}</h2><div class=\"scroll\"><table>\n",
            both("与另一版相比", "Compared with the other promises"));
        counts_head("");
        add("<tbody>\n");
        counts_row(both("这一版", "These"), r_.obligations);
        counts_row(both("另一版", "The others"), c.counts);
        add("</tbody></table></div>\n<section class=\"figures\">\n");
        figure({"得益的业务", "Subjects that gain"}, grouped(c.gain),
               both("所赔更多，或承认的违约更多", "owed more, or more breaches recognised"),
               "good");
        figure({"吃亏的业务", "Subjects that lose"}, grouped(c.lose),
               both("反之", "the other way round"), "bad");
        figure({"不变", "The same"}, grouped(c.same), "");
        figure({"赔付", "Payout"}, payout(c.payout),
               both("现为 " + payout(r_.payout), "now " + payout(r_.payout)));
        add("</section>\n<table "
            "class=\"small\"><thead><tr><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>\n",
            both("这一版", "These"), both("另一版", "The others"), both("笔数", "Count"));
        for (const auto& move : c.moves)
            if (move.from != move.to)
                add("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                    both(promise::describe(move.from)), both(promise::describe(move.to)),
                    grouped(move.count));
        if (c.only_before > 0)
            add("<tr><td>{}</td><td>–</td><td>{}</td></tr>\n", both("只在这一版", "only these"),
                grouped(c.only_before));
        if (c.only_after > 0)
            add("<tr><td>–</td><td>{}</td><td>{}</td></tr>\n",
                both("只在另一版", "only the others"), grouped(c.only_after));
        add("</tbody></table>\n<details><summary>{}</summary><div class=\"scroll\"><table "
            "class=\"small\"><tbody>\n",
            both("例子", "Examples"));
        for (const auto& example : c.examples)
            add("<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                html_escaped(example.subject),
                html_escaped(example.before.empty() ? "–" : example.before),
                html_escaped(example.after.empty() ? "–" : example.after),
                html_escaped(payout(example.paid_before) + " → " + payout(example.paid_after)));
        add("</tbody></table></div></details></section>\n");
    }

    void foot() {
        add("</main>\n<footer class=\"wide\"><h2>{}</h2><div class=\"scroll\"><table "
            "class=\"small\"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th></"
            "tr></thead><tbody>\n",
            both("依据", "What it rests on"), both("承诺", "Promise"), both("生效", "In force"),
            both("履约单", "Obligations"), both("工作日历", "Calendars"), both("时区", "Zone"));
        for (const auto& v : r_.promises) {
            std::string calendars;
            for (const auto& calendar : v.calendars)
                calendars += fmt::format("{} <code>{}</code> ", html_escaped(calendar.name),
                                         html_escaped(calendar.version));
            add("<tr><th><code>{}@{}</code></th><td>{} – {}</td><td>{}</td><td>{}</td><td>{} "
                "<code>{}</code></td></tr>\n",
                html_escaped(v.id), v.version, moment(v.from, r_.zone), moment(v.until, r_.zone),
                grouped(v.obligations), calendars, html_escaped(v.zone),
                html_escaped(v.zone_version));
        }
        add("</tbody></table></div>\n<p>{}</p></footer>\n</body>\n</html>\n",
            both("兑现率 = 已兑现 ÷（已兑现 + 已违约）；区间为威尔逊 95 % "
                 "区间。每笔履约单恰在一种状态中，各列之和等于合计。恰在截止时刻完成，算兑现。",
                 "Kept rate = kept ÷ (kept + broken), with Wilson's 95 % interval. Every "
                 "obligation is in exactly one state, so the columns add up to the total. Done at "
                 "exactly the due instant is in time."));
    }

    const twin::Report& r_;
    bool chinese_;
    std::string out_;
};

}  // namespace

std::string report_html(const twin::Report& report, bool chinese) {
    return HtmlPage(report, chinese).write();
}

}  // namespace yinuo::wire
