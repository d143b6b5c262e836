#include "server/figures_out.h"

#include "server/obligation_out.h"
#include "server/report_out.h"

namespace yinuo::server {
namespace {

constexpr double kPercentiles[] = {50, 90, 99};

void begin(JsonOut& out, std::string_view report, const FigureWish& asked, bool is_cut,
           const Text& method) {
    out.open('{').member("report", report).member("zone", asked.zone_name);
    out.member_if("promise", asked.window.promise).member_if("clause", asked.window.clause);
    out.member("from", asked.window.from).member("until", asked.window.until);
    out.member("as_of", asked.as_of).member("complete", !is_cut);
    write_text(out.key("method"), method);
}

// {"n":…,"kept":…,"share":…,"low":…,"high":…}, without braces; of nothing, the last three are null.
void write_kept(JsonOut& out, const quality::Counted& one) {
    const auto share = twin::share(one.count, one.of);
    out.member("n", one.of).member("kept", one.count);
    for (const auto& [name, value] : {std::pair("share", share.value), std::pair("low", share.low),
                                      std::pair("high", share.high)})
        out.key(name).raw(one.of > 0 ? number_text(value, 6) : "null");
}

std::string share_text(std::int64_t count, std::int64_t of) {
    if (of == 0) return {};
    return number_text(static_cast<double>(count) / static_cast<double>(of), 6);
}

std::string percentile_name(double percent) { return "p" + number_text(percent, 0); }

// Milliseconds whole, shares with six digits.
std::string value_text(double value, Charted charted) {
    return number_text(value, charted == Charted::Kept ? 6 : 0);
}

std::string rules_at(const quality::Chart& chart, std::size_t point, char between) {
    std::string names;
    for (const auto& signal : chart.signals)
        if (signal.first <= point && point <= signal.last) {
            const auto name = name_of(signal.rule);
            if (names.contains(name)) continue;
            if (!names.empty()) names += between;
            names += name;
        }
    return names;
}

void write_signal(JsonOut& out, const quality::Signal& signal, const ControlFigures& made) {
    out.open('{').member("rule", name_of(signal.rule));
    out.member("number", static_cast<int>(signal.rule)).member("first", signal.first);
    out.member("last", signal.last).member("from", made.pieces[signal.first].begin);
    out.member("until", made.pieces[signal.last].end).member("side", signal.side);
    write_text(out.key("words"), quality::describe(signal.rule));
    write_text(out.key("hint"), quality::hint(signal.rule));
    out.close('}');
}

const Text& control_method(Charted charted) {
    static const Text kShares = {
        "按截止时间分段的兑现率，p 图（Shewhart 1931）；波动明显超出二项分布时用 Laney p′ "
        "图（2002）。控制限为 ±3σ，由所选区间自身估计；判异规则为 Nelson（1984）八条，其中第 "
        "1、5、6 条与西方电气（1956）相同。",
        "Kept-rates by due instant: a p-chart (Shewhart 1931), or Laney's p' (2002) where they "
        "scatter more than chance would let them. Limits at 3σ, from the window itself; Nelson's "
        "eight rules (1984), of which 1, 5 and 6 are Western Electric's (1956) too."};
    static const Text kSpans = {
        "每段内从开始到完成的中位用时（扣除暂停），单值—移动极差图（XmR）：控制限为均值 ± 2.66 "
        "倍平均移动极差；判异规则为 Nelson（1984）八条。",
        "Median time from start to end in each piece, pauses taken off: XmR, limits at the mean "
        "and 2.66 mean moving ranges; Nelson's eight rules (1984)."};
    return charted == Charted::Kept ? kShares : kSpans;
}

}  // namespace

std::string kept_json(const Tally& made, const std::vector<Period>& pieces,
                      const std::optional<Target>& target, const FigureWish& asked) {
    JsonOut out;
    begin(out, "kept", asked, made.is_cut,
          {"兑现率 = 已兑现 ÷（已兑现 + 已违约），按截止时间归段；免责与作废不计；区间为 95 % "
           "Wilson 区间。",
           "Kept of kept and broken, by due instant; what was waived or void isn't counted. "
           "Intervals of 95 % by Wilson."});
    out.member("step", name_of(asked.step)).key("target");
    if (target) {
        out.open('{').key("share").raw(number_text(target->share, 6));
        out.member("clause", target->clause);
        write_text(out.key("title"), target->title);
        out.close('}');
    } else {
        out.null();
    }
    write_kept(out.key("total").open('{'), made.total());
    out.close('}').key("series").open('[');
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        out.open('{').member("from", pieces[i].begin).member("until", pieces[i].end);
        write_kept(out, made.pieces[i]);
        out.close('}');
    }
    return out.close(']').close('}').take();
}

std::string kept_csv(const Tally& made, const std::vector<Period>& pieces) {
    Csv csv({"from", "until", "n", "kept", "share", "low", "high"});
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const auto& one = made.pieces[i];
        const auto share = twin::share(one.count, one.of);
        const auto text = [&](double value) { return one.of > 0 ? number_text(value, 6) : ""; };
        csv.row({to_string(pieces[i].begin), to_string(pieces[i].end), std::to_string(one.of),
                 std::to_string(one.count), text(share.value), text(share.low), text(share.high)});
    }
    return csv.take();
}

std::string by_hour_json(const ByHour& made, const FigureWish& asked) {
    JsonOut out;
    begin(
        out, "breaches-by-hour", asked, made.is_cut,
        {"按截止时间所在的星期与小时（企业时区）统计；比例 = 违约 ÷ 到期。",
         "By weekday and hour of the due instant in the company's zone; broken of what was due."});
    quality::Counted sum;
    JsonOut cells;
    for (std::size_t day = 0; day < 7; ++day)
        for (std::size_t hour = 0; hour < 24; ++hour) {
            const auto& cell = made.cells[day][hour];
            sum.of += cell.of;
            sum.count += cell.count;
            cells.open('{').member("weekday", day + 1).member("hour", hour);
            cells.member("n", cell.of).member("broken", cell.count).key("share");
            cells.raw(cell.of > 0 ? share_text(cell.count, cell.of) : "null").close('}');
        }
    out.member("n", sum.of).member("broken", sum.count).key("cells").open('[');
    return out.raw(cells.text()).close(']').close('}').take();
}

std::string by_hour_csv(const ByHour& made) {
    Csv csv({"weekday", "hour", "n", "broken", "share"});
    for (std::size_t day = 0; day < 7; ++day)
        for (std::size_t hour = 0; hour < 24; ++hour) {
            const auto& cell = made.cells[day][hour];
            csv.row({std::to_string(day + 1), std::to_string(hour), std::to_string(cell.of),
                     std::to_string(cell.count), share_text(cell.count, cell.of)});
        }
    return csv.take();
}

std::string lateness_json(const LatenessFigures& made, const FigureWish& asked) {
    JsonOut out;
    begin(out, "lateness", asked, made.is_cut,
          {"违约的：超出截止时间多久，未完成的算到现在；已兑现的：用掉时限的几成，均为日历时间、"
           "扣除暂停。没有截止时间的与比率条款不计。",
           "Of what broke, how long past the due instant, until now where it isn't done; of what "
           "was kept, how much of the limit it took. Elapsed time less pauses; without what has no "
           "due instant, and rates."});
    out.key("late").open('{').member("n", std::ssize(made.late));
    out.member("still_late", made.still_late);
    for (const double percent : kPercentiles) {
        out.key(percentile_name(percent) + "_ms");
        made.late.empty() ? out.null() : out.value(twin::percentile(made.late, percent));
    }
    out.key("max_ms");
    made.late.empty() ? out.null() : out.value(made.late.back());
    out.key("bins").open('[');
    for (const auto& bin : made.bins) {
        out.open('{').member("from_ms", bin.from.count).key("to_ms");
        bin.to.count >= Instant::max().millis ? out.null() : out.value(bin.to.count);
        out.member("count", bin.count).close('}');
    }
    out.close(']').close('}').key("used").open('{').member("n", std::ssize(made.used));
    for (const double percent : kPercentiles) {
        out.key(percentile_name(percent));
        if (made.used.empty())
            out.null();
        else
            out.raw(
                number_text(static_cast<double>(twin::percentile(made.used, percent)) / 10'000));
    }
    out.key("bins").open('[');
    for (std::size_t i = 0; i < made.tenths.size(); ++i) {
        out.open('{').key("from").raw(number_text(static_cast<double>(i) / 10));
        out.key("to").raw(number_text(static_cast<double>(i + 1) / 10));
        out.member("count", made.tenths[i]).close('}');
    }
    return out.close(']').close('}').close('}').take();
}

std::string lateness_csv(const LatenessFigures& made) {
    Csv csv({"figure", "from", "to", "count"});
    for (const auto& bin : made.bins)
        csv.row({"late_ms", std::to_string(bin.from.count),
                 bin.to.count >= Instant::max().millis ? "" : std::to_string(bin.to.count),
                 std::to_string(bin.count)});
    for (std::size_t i = 0; i < made.tenths.size(); ++i)
        csv.row({"used_share", number_text(static_cast<double>(i) / 10),
                 number_text(static_cast<double>(i + 1) / 10), std::to_string(made.tenths[i])});
    return csv.take();
}

std::string control_json(const ControlFigures& made, const FigureWish& asked) {
    const auto& chart = made.chart;
    const bool shares = asked.charted == Charted::Kept;
    JsonOut out;
    begin(out, "control", asked, made.is_cut, control_method(asked.charted));
    out.member("figure", shares ? "kept" : "duration").member("unit", shares ? "share" : "ms");
    out.member("step", name_of(asked.step));
    out.member("chart", !shares ? "XmR" : chart.is_laney ? "Laney p'" : "p");
    out.member("enough", made.pieces.size() >= quality::kPointsEnough).key("centre");
    out.raw(made.pieces.empty() ? "null" : value_text(chart.centre, asked.charted));
    out.key("overdispersion").raw(shares ? number_text(chart.overdispersion) : "null");
    out.key("range_mean").raw(shares ? "null" : number_text(chart.range_mean, 0));
    out.key("range_high").raw(shares ? "null" : number_text(chart.range_high, 0));
    out.key("points").open('[');
    for (std::size_t i = 0; i < made.pieces.size(); ++i) {
        const auto& point = chart.points[i];
        out.open('{').member("from", made.pieces[i].begin).member("until", made.pieces[i].end);
        out.member("n", made.n[i]).key("value").raw(value_text(point.value, asked.charted));
        out.key("low").raw(value_text(point.low, asked.charted));
        out.key("high").raw(value_text(point.high, asked.charted));
        out.key("sigmas").raw(number_text(point.sigmas, 3)).close('}');
    }
    out.close(']').key("signals").open('[');
    for (const auto& signal : chart.signals) write_signal(out, signal, made);
    return out.close(']').close('}').take();
}

std::string control_csv(const ControlFigures& made) {
    Csv csv({"from", "until", "n", "value", "low", "centre", "high", "sigmas", "rules"});
    for (std::size_t i = 0; i < made.pieces.size(); ++i) {
        const auto& point = made.chart.points[i];
        csv.row({to_string(made.pieces[i].begin), to_string(made.pieces[i].end),
                 std::to_string(made.n[i]), number_text(point.value, 6), number_text(point.low, 6),
                 number_text(made.chart.centre, 6), number_text(point.high, 6),
                 number_text(point.sigmas, 3), rules_at(made.chart, i, ' ')});
    }
    return csv.take();
}

std::string funnel_json(const Funnel& made, const FigureWish& asked) {
    JsonOut out;
    begin(
        out, "funnel", asked, made.is_cut,
        {"截止时间在区间内的违约各走到了哪一步；联系、方案、补好、回访看内置承诺 recovery 与赔付，"
         "告知看违约之后发出的通知；催办与补救自身的违约不计。",
         "How far each breach of the window has come: contact, plan, making good and follow-up by "
         "the house promise `recovery` and payouts, told by notices that went out after it broke; "
         "without breaches of chases and recoveries themselves."});
    const auto all = made.reached[0];
    out.member("n", all).key("stages").open('[');
    for (std::size_t i = 0; i < made.reached.size(); ++i) {
        const auto stage = static_cast<Stage>(i);
        out.open('{').member("stage", name_of(stage));
        write_text(out.key("title"), describe(stage));
        out.member("count", made.reached[i]).key("share");
        out.raw(all > 0 ? share_text(made.reached[i], all) : "null").close('}');
    }
    return out.close(']').close('}').take();
}

std::string funnel_csv(const Funnel& made, bool chinese) {
    Csv csv({"stage", "title", "count", "share"});
    for (std::size_t i = 0; i < made.reached.size(); ++i) {
        const auto stage = static_cast<Stage>(i);
        csv.row({std::string(name_of(stage)), describe(stage).in(chinese),
                 std::to_string(made.reached[i]), share_text(made.reached[i], made.reached[0])});
    }
    return csv.take();
}

}  // namespace yinuo::server
