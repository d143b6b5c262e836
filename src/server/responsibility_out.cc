// The report on responsibility, and the causes, as JSON and CSV.
#include "server/obligation_out.h"
#include "server/report_out.h"
#include "server/responsibility.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kSides[] = {"team", "partner", "clause", "cause"};

Text title_of(const LostShare& one, const ReasonCodes& codes, Side side) {
    if (side == Side::Cause) return codes.title(one.key);
    if (!one.key.empty()) return {one.key, one.key};
    return side == Side::Partner ? Text{"本公司", "our own"} : Text{"无人负责", "nobody's"};
}

Millis sum_of(const Responsibility& report, Millis BrokenOne::* what) {
    Millis sum{0};
    for (const auto& one : report.broken) sum = sum + one.*what;
    return sum;
}

void write_record(JsonOut& out, const LegRecord& leg) {
    out.open('{').member_if("clause", leg.clause).member("owner", leg.owner);
    out.member("partner", leg.is_partner).key("kept");
    write_share(out, leg.kept);
    auto late = leg.late;
    write_spans(out.key("lateness"), late);
    out.close('}');
}

void write_budget(JsonOut& out, const Budget& budget) {
    out.open('{').member("clause", budget.clause);
    write_text(out.key("limit"), budget.limit);
    out.key("legs").open('[');
    for (const auto& leg : budget.legs) {
        out.open('{').member("clause", leg.clause).member("owner", leg.owner);
        write_text(out.key("limit"), leg.limit);
        out.close('}');
    }
    out.close(']').key("sum");
    if (budget.sum.zh.empty())
        out.null();
    else
        write_text(out, budget.sum);
    out.member("fits", budget.findings.empty()).key("findings").open('[');
    for (const auto& finding : budget.findings) {
        out.open('{').member("code", finding.error.code);
        write_text(out.key("what"), finding.error.what);
        write_text(out.key("mend"), finding.error.mend);
        out.close('}');
    }
    out.close(']').close('}');
}

void write_window(JsonOut& out, const Window& window, Instant as_of, bool is_cut) {
    out.member_if("promise", window.promise).member_if("clause", window.clause);
    out.member("from", window.from).member("until", window.until).member("as_of", as_of);
    out.member("complete", !is_cut);
}

}  // namespace

std::string responsibility_json(const Responsibility& report, const ReasonCodes& codes,
                                const Window& window, Side side, Instant as_of) {
    const auto lateness = sum_of(report, &BrokenOne::lateness);
    const auto paused = sum_of(report, &BrokenOne::paused);
    JsonOut out;
    out.open('{').member("report", "responsibility");
    out.member("by", kSides[static_cast<std::size_t>(side)]);
    write_window(out, window, as_of, report.is_cut);
    out.member("n", std::ssize(report.broken));
    write_text(out.key("method"),
               {"按截止时间落在区间内的违约统计。每单的延误整笔分摊：各段按超出自身时限的比例；"
                "无段超时则按移交后未接手的时间；否则归条款负责方。等客户的暂停不算延误。",
                "Breaches whose due instant lies in the window. Each one's lateness is shared out "
                "whole: over legs in proportion to what each took beyond its own limit; where none "
                "did, over what lay offered and not accepted; otherwise to the clause's owner. "
                "Pauses of the customer are no lateness."});
    out.member("lateness", to_string(lateness)).member("lateness_ms", lateness.count);
    out.member("paused", to_string(paused)).member("paused_ms", paused.count);
    out.key("items").open('[');
    for (const auto& one : summed_by(report, side)) {
        out.open('{').member("key", one.key);
        write_text(out.key("title"), title_of(one, codes, side));
        out.member("obligations", one.obligations).member("lost", to_string(one.lost));
        out.member("lost_ms", one.lost.count).key("share");
        out.raw(lateness.count > 0 ? number_text(static_cast<double>(one.lost.count) /
                                                 static_cast<double>(lateness.count))
                                   : "null");
        out.member("own", to_string(one.own)).member("waiting", to_string(one.waiting)).close('}');
    }
    out.close(']').key("legs").open('[');
    for (const auto& leg : report.legs) write_record(out, leg);
    out.close(']').key("owners").open('[');
    for (const auto& leg : records_by_owner(report)) write_record(out, leg);
    out.close(']').key("budgets").open('[');
    for (const auto& budget : report.budgets) write_budget(out, budget);
    return out.close(']').close('}').take();
}

std::string responsibility_csv(const Responsibility& report, const ReasonCodes& codes, Side side,
                               bool chinese) {
    Csv csv({kSides[static_cast<std::size_t>(side)], "title", "obligations", "lost", "lost_ms",
             "own", "waiting"});
    for (const auto& one : summed_by(report, side))
        csv.row({one.key, title_of(one, codes, side).in(chinese), std::to_string(one.obligations),
                 to_string(one.lost), std::to_string(one.lost.count), to_string(one.own),
                 to_string(one.waiting)});
    return csv.take();
}

void write_cause(JsonOut& out, const CauseCount& one) {
    out.open('{').member("code", one.code);
    write_text(out.key("title"), one.title);
    out.member("own", one.own).member("total", one.total).member("lost", to_string(one.lost));
    out.key("share").raw(number_text(one.share)).close('}');
}

std::string pareto_json(const CausePareto& causes, const Window& window, Instant as_of,
                        bool is_cut) {
    JsonOut out;
    out.open('{').member("report", "causes");
    write_window(out, window, as_of, is_cut);
    out.member("n", causes.breaches);
    write_text(out.key("method"),
               {"每次违约计一个原因：业务记录里最后说明的编码，否则所属群障的原因；下级并入上级，"
                "从多到少累计到八成的是关键少数。",
                "Each breach counts for one cause: the code that was said last about it, otherwise "
                "that of its incident. What is below counts above, too; the vital few are the "
                "largest, until four fifths are reached."});
    out.key("items").open('[');
    for (const auto& one : causes.top) {
        out.open('{').member("code", one.code);
        write_text(out.key("title"), one.title);
        out.member("own", one.own).member("total", one.total).member("lost", to_string(one.lost));
        out.key("share").raw(number_text(one.share)).key("running").raw(number_text(one.running));
        out.member("vital", one.is_vital).close('}');
    }
    out.close(']').key("codes").open('[');
    for (const auto& one : causes.codes) write_cause(out, one);
    return out.close(']').close('}').take();
}

std::string pareto_csv(const CausePareto& causes, bool chinese) {
    Csv csv({"code", "title", "own", "total", "lost", "share", "running", "vital"});
    for (const auto& one : causes.top)
        csv.row({one.code, one.title.in(chinese), std::to_string(one.own),
                 std::to_string(one.total), to_string(one.lost), number_text(one.share),
                 number_text(one.running), one.is_vital ? "yes" : "no"});
    return csv.take();
}

}  // namespace yinuo::server
