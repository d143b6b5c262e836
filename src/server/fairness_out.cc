// The report on fairness as JSON and CSV.
#include "server/fairness.h"
#include "server/obligation_out.h"
#include "server/report_out.h"

namespace yinuo::server {
namespace {

Text name_of_group(const GroupReceived& group) {
    if (group.is_others) return {"其他（各不足 5 单）", "others (under five each)"};
    if (group.group.empty()) return {"未说明", "not said"};
    return {group.group, group.group};
}

// "gold" gets more than "basic": in a sentence each.
Text sentence(const Fairness& report, const Unequal& one) {
    const auto& failure = report.failures[one.failure];
    const auto band = describe(failure.band);
    const auto name = [](const std::string& group, bool chinese) {
        if (group.empty()) return std::string(chinese ? "（未说明）" : "(not said)");
        return group;
    };
    const auto figure =
        number_text(one.unit.empty() ? one.difference.value * 100 : one.difference.value, 2);
    Text made =
        one.unit.empty()
            ? Text{"条款 " + failure.clause + "（" + band.zh + "）：" + report.group + " 为 " +
                       name(one.more, true) + " 的客户获得补偿的比例比 " + name(one.less, true) +
                       " 高 " + figure + " 个百分点",
                   "Clause " + failure.clause + ", " + band.en + ": where " + report.group +
                       " is " + name(one.more, false) + ", " + figure +
                       " percentage points more got anything than where it is " +
                       name(one.less, false)}
            : Text{"条款 " + failure.clause + "（" + band.zh + "）：" + report.group + " 为 " +
                       name(one.more, true) + " 的客户平均比 " + name(one.less, true) + " 多得 " +
                       figure + " " + one.unit,
                   "Clause " + failure.clause + ", " + band.en + ": where " + report.group +
                       " is " + name(one.more, false) + ", customers got " + figure + " " +
                       one.unit + " more on average than where it is " + name(one.less, false)};
    std::string rules;
    for (const auto& remedy : report.reads)
        if (remedy.reads_group) rules += (rules.empty() ? "" : ", ") + remedy.remedy;
    if (rules.empty()) {
        made.zh += "；没有补偿规则读取 " + report.group + "，差别来自别处。";
        made.en += "; no remedy reads " + report.group + ", so it comes from elsewhere.";
    } else {
        made.zh += "；规则 " + rules + " 读取 " + report.group + "，差别可由它说明。";
        made.en += "; " + rules + " reads " + report.group + " and may explain it.";
    }
    return made;
}

void write_group(JsonOut& out, GroupReceived& group) {
    out.open('{').member("group", group.group).member("others", group.is_others);
    write_text(out.key("title"), name_of_group(group));
    out.member("n", group.n).key("anything");
    if (group.anything.of > 0)
        write_share(out, group.anything);
    else
        out.null();
    out.key("amounts").open('[');
    for (const auto& amount : group.amounts) {
        out.open('{').member("unit", amount.unit).key("mean").raw(number_text(amount.each.mean));
        out.key("low").raw(number_text(amount.each.low()));
        out.key("high").raw(number_text(amount.each.high()));
        out.key("median").raw(number_text(amount.median)).close('}');
    }
    write_spans(out.close(']').key("until_paid"), group.until_paid);
    out.close('}');
}

}  // namespace

std::string fairness_json(Fairness report, const Window& window, Instant as_of) {
    JsonOut out;
    out.open('{').member("report", "fairness").member("group", report.group);
    out.member_if("promise", window.promise).member_if("clause", window.clause);
    out.member("from", window.from).member("until", window.until).member("as_of", as_of);
    out.member("complete", !report.is_cut).member("n", report.n).member("tests", report.tests);
    write_text(out.key("method"),
               {"同一条款、同一延误档内两两比较：获得补偿的比例用双比例 z 检验，平均所得用 Welch "
                "检验，全部检验按 Holm 校正，校正后 p < 0.05 才列出；不足 5 单的组并为“其他”。",
                "Pairs within one clause and lateness band: shares by the two-proportion z-test, "
                "means by Welch's test, all of them with Holm's correction; listed where the "
                "corrected p is below 0.05. Groups under five are merged as others."});
    out.key("items").open('[');
    for (auto& failure : report.failures) {
        out.open('{').member("clause", failure.clause).member("band", name_of(failure.band));
        write_text(out.key("band_text"), describe(failure.band));
        out.key("groups").open('[');
        for (auto& group : failure.groups) write_group(out, group);
        out.close(']').close('}');
    }
    out.close(']').key("unequal").open('[');
    for (const auto& one : report.unequal) {
        const auto& failure = report.failures[one.failure];
        out.open('{').member("clause", failure.clause).member("band", name_of(failure.band));
        out.member("more", one.more).member("less", one.less);
        out.member("what", one.unit.empty() ? "share" : "mean").member_if("unit", one.unit);
        write_difference(out.key("difference"), one.difference);
        out.key("p").raw(number_text(one.p, 6));
        write_text(out.key("says"), sentence(report, one));
        out.close('}');
    }
    out.close(']').key("remedies").open('[');
    for (const auto& remedy : report.reads)
        out.open('{')
            .member("remedy", remedy.remedy)
            .list("reads", remedy.fields)
            .member("reads_group", remedy.reads_group)
            .close('}');
    return out.close(']').close('}').take();
}

std::string fairness_csv(Fairness report, bool chinese) {
    Csv csv({"clause", "band", "group", "n", "got_anything", "unit", "mean", "median", "paid_p50",
             "paid_p90"});
    for (auto& failure : report.failures)
        for (auto& group : failure.groups) {
            twin::sort_values(group.until_paid);
            const auto row = [&](const GroupReceived::Amount* amount) {
                csv.row({failure.clause, describe(failure.band).in(chinese),
                         name_of_group(group).in(chinese), std::to_string(group.n),
                         group.anything.of > 0 ? number_text(group.anything.value) : "",
                         amount == nullptr ? "" : amount->unit,
                         amount == nullptr ? "" : number_text(amount->each.mean),
                         amount == nullptr ? "" : number_text(amount->median),
                         span_at(group.until_paid, 50), span_at(group.until_paid, 90)});
            };
            if (group.amounts.empty()) row(nullptr);
            for (const auto& amount : group.amounts) row(&amount);
        }
    return csv.take();
}

}  // namespace yinuo::server
