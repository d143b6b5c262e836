#include "wire/report_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/report_words.h"

namespace yinuo::wire {
namespace {

using promise::State;

constexpr std::size_t kSliceRows = 20;

class Page {
public:
    Page(const twin::Report& report, bool chinese) : r_(report), zh_(chinese) {}

    std::string write() {
        head();
        versions();
        clauses();
        gifts();
        for (const auto& clause : r_.clauses) detail(clause);
        for (const auto& slice : r_.slices) cut(slice);
        if (r_.comparison) comparison(*r_.comparison);
        if (r_.exhausted > 0)
            line(fmt::format(
                fmt::runtime(say("注意：{} 次条件求值超出步数上限，按不成立计",
                                 "Note: {} evaluations ran out of steps and counted as not true")),
                r_.exhausted));
        return std::move(out_);
    }

private:
    const char* say(const char* zh, const char* en) const { return zh_ ? zh : en; }
    const std::string& say(const Text& text) const { return text.in(zh_); }
    void line(std::string_view text = {}) { out_ += text, out_ += '\n'; }
    void title(std::string_view text) { line(), line(text); }
    std::string rate(const twin::Counts& counts) const {
        const auto share = counts.kept_share();
        if (share.of == 0) return "–";
        return fmt::format("{}  [{:.2f}, {:.2f}]", percent(share.value), share.low * 100,
                           share.high * 100);
    }

    void head() {
        line(fmt::format(fmt::runtime(say("历史回测，截至 {}（{}）", "Back-test as of {} ({})")),
                         moment(r_.now, r_.zone), r_.zone != nullptr ? r_.zone->name() : "UTC"));
        line(fmt::format(
            fmt::runtime(say("业务记录 {} 条，关于 {} 件业务，{} 至 {}；{} 行被拒",
                             "{} facts about {} subjects, {} to {}; {} rows rejected")),
            grouped(static_cast<std::int64_t>(r_.facts_read)),
            grouped(static_cast<std::int64_t>(r_.subjects)), moment(r_.first_at, r_.zone),
            moment(r_.last_at, r_.zone), grouped(static_cast<std::int64_t>(r_.rows_rejected))));
    }

    void versions() {
        for (const auto& v : r_.promises) {
            std::string text = fmt::format("  {}@{}  {}", v.id, v.version, say(v.title));
            for (const auto& calendar : v.calendars)
                text += fmt::format("  {} {}", calendar.name, calendar.version);
            line(text + "  " + v.zone + " " + v.zone_version);
        }
    }

    std::vector<std::string> counts_row(std::string name, const twin::Counts& c) const {
        return {std::move(name),
                grouped(c.total()),
                grouped(c.kept()),
                grouped(c.broken()),
                grouped(c.open()),
                grouped(c.of(State::Waived)),
                grouped(c.of(State::Void)),
                grouped(c.of(State::VoidByUs)),
                grouped(c.of(State::NotMeasured)),
                rate(c)};
    }
    std::vector<std::string> counts_head(const char* first) const {
        return {first,
                say("合计", "total"),
                say("已兑现", "kept"),
                say("已违约", "broken"),
                say("未结", "open"),
                say("已免责", "waived"),
                say("已作废", "void"),
                say("企业取消", "void by us"),
                say("未计量", "not measured"),
                say("兑现率 [95 % 区间]", "kept rate [95 % interval]")};
    }

    void clauses() {
        line();
        std::vector<std::vector<std::string>> rows{counts_head(say("条款", "clause"))};
        for (const auto& clause : r_.clauses)
            rows.push_back(counts_row(clause.promise + " / " + clause.name, clause.counts));
        if (r_.clauses.size() > 1) rows.push_back(counts_row(say("合计", "all"), r_.obligations));
        out_ += text_table(rows);
    }

    void gifts() {
        if (r_.gifts.empty()) return;
        title(fmt::format(fmt::runtime(say("补偿：{}", "Remedies: {}")), payout(r_.payout)));
        std::vector<std::vector<std::string>> rows{
            {say("补偿", "remedy"), say("给什么", "what"), say("笔数", "count"),
             say("数额", "amount"), say("暂缓", "withheld"), say("另有所赔", "set aside")}};
        for (const auto& gift : r_.gifts)
            rows.push_back({gift.promise + " / " + gift.remedy, gift.kind, grouped(gift.count),
                            gift.is_money       ? money(gift.minor, gift.unit)
                            : gift.unit.empty() ? std::string("–")
                                                : gift.amount.to_string() + " " + gift.unit,
                            grouped(gift.withheld), grouped(gift.set_aside)});
        out_ += text_table(rows);
    }

    void detail(const twin::ClauseReport& clause) {
        if (clause.late.count == 0 && !clause.curve && clause.pauses.empty()) return;
        title(fmt::format("{} / {}  {}{}", clause.promise, clause.name, say(clause.title),
                          clause.says.en.empty() ? "" : "  (" + say(clause.says) + ")"));
        if (const auto& late = clause.late; late.count > 0)
            line(fmt::format(
                fmt::runtime(say(
                    "  晚了多久（{} 笔违约）：一半不超过 {}，90 % {}，95 % {}，99 % {}，最久 {}",
                    "  Lateness of {} breaches: p50 {}, p90 {}, p95 {}, p99 {}, most {}")),
                grouped(late.count), say(length(late.p50)), say(length(late.p90)),
                say(length(late.p95)), say(length(late.p99)), say(length(late.most))));
        if (clause.used) {
            const auto& dial = clause.curve->dial;
            line(fmt::format(
                fmt::runtime(say("  用时（{}，{} 笔）：一半不超过 {}，90 % {}，95 % {}，99 % {}",
                                 "  Used, in {}, of {}: p50 {}, p90 {}, p95 {}, p99 {}")),
                say(unit_of(dial, clause.schedule_names)), grouped(clause.used->count),
                say(amount(dial, clause.used->p50)), say(amount(dial, clause.used->p90)),
                say(amount(dial, clause.used->p95)), say(amount(dial, clause.used->p99))));
        }
        for (const auto& pause : clause.pauses)
            line(fmt::format(
                fmt::runtime(say("  暂停「{}」：{} 次，共 {}，{} 次到上限",
                                 "  Paused for {}: {} times, {} in all, {} reached the cap")),
                pause.text.en.empty() ? pause.reason : say(pause.text), grouped(pause.count),
                say(length(pause.time.count)), pause.capped));
        if (clause.curve) curve(clause);
    }

    void curve(const twin::ClauseReport& clause) {
        const auto& curve = *clause.curve;
        const bool paid = std::ranges::any_of(
            curve.points, [](const auto& point) { return point.payout.has_value(); });
        std::vector<std::vector<std::string>> rows{
            {curve.dial.what == twin::Dial::What::Tolerance
                 ? say("  若容许晚", "  if late by this were allowed")
                 : say("  若时限为", "  if the limit were"),
             say("兑现", "kept"), say("违约", "broken"), say("未结", "open"),
             say("兑现率", "kept rate"), say("95 % 区间", "95 % interval")}};
        if (paid) rows.front().push_back(say("赔付", "payout"));
        for (const auto& point : curve.points) {
            rows.push_back(
                {"  " + say(amount(curve.dial, point.limit)) +
                     (curve.dial.present == point.limit ? say(" ← 现在", " <- now") : ""),
                 grouped(point.kept), grouped(point.broken), grouped(point.open),
                 percent(point.rate.value),
                 fmt::format("[{:.2f}, {:.2f}]", point.rate.low * 100, point.rate.high * 100)});
            if (paid) rows.back().push_back(point.payout ? payout(*point.payout) : "");
        }
        out_ += text_table(rows);
        for (const auto& reach : curve.reaches)
            line(fmt::format(fmt::runtime(say("  {} % 要 {}", "  {} % takes {}")), reach.percent,
                             reach.limit ? say(amount(curve.dial, *reach.limit))
                                         : say("：达不到", "more than any limit")));
        line(
            say("  （达到某比例的时限：兑现 ÷（兑现 + "
                "违约）第一次达到它的最短时限；在该时限内仍未结的不计入）",
                "  (the shortest limit at which kept / (kept + broken) reaches the share; what is "
                "still open within it counts as neither)"));
        if (paid && curve.sampled_every > 1)
            line(fmt::format(fmt::runtime(say("  （赔付一栏由每 {} 件业务取 1 件推算）",
                                              "  (payouts are estimated from one subject in {})")),
                             curve.sampled_every));
    }

    void cut(const twin::Slice& slice) {
        line();
        std::vector<std::vector<std::string>> rows{counts_head(slice.by.c_str())};
        const std::size_t shown = std::min(slice.values.size(), kSliceRows);
        twin::Counts rest;
        for (std::size_t i = 0; i < slice.values.size(); ++i) {
            if (i < shown) {
                rows.push_back(counts_row(slice.values[i].value, slice.values[i].counts));
            } else {
                rest.add(slice.values[i].counts);
            }
        }
        if (rest.total() > 0)
            rows.push_back(counts_row(
                fmt::format(
                    fmt::runtime(say("其余 {} 种", "{} others")),
                    slice.values.size() - shown +
                        static_cast<std::size_t>(std::max<std::int64_t>(0, slice.gathered - 1))),
                rest));
        out_ += text_table(rows);
    }

    void comparison(const twin::Comparison& c) {
        title(say("与另一版相比", "Compared with the other promises"));
        std::vector<std::vector<std::string>> rows{counts_head("")};
        rows.push_back(counts_row(say("  这一版", "  these"), r_.obligations));
        rows.push_back(counts_row(say("  另一版", "  the others"), c.counts));
        out_ += text_table(rows);
        line(fmt::format(fmt::runtime(say("  赔付 {} → {}", "  Payout {} -> {}")),
                         payout(r_.payout), payout(c.payout)));
        line(fmt::format(
            fmt::runtime(say("  得益 {} 件业务，吃亏 {} 件，不变 {} "
                             "件（得益：所赔更多，或赔的一样但承认的违约更多）",
                             "  {} subjects gain, {} lose, {} stay the same (gain: owed more, or, "
                             "owed the same, more breaches recognised)")),
            grouped(c.gain), grouped(c.lose), grouped(c.same)));
        for (const auto& move : c.moves)
            if (move.from != move.to)
                line(fmt::format("  {} → {}: {}", say(promise::describe(move.from)),
                                 say(promise::describe(move.to)), grouped(move.count)));
        if (c.only_before > 0)
            line(fmt::format(
                fmt::runtime(say("  只在这一版里有：{}", "  owed under these alone: {}")),
                grouped(c.only_before)));
        if (c.only_after > 0)
            line(fmt::format(
                fmt::runtime(say("  只在另一版里有：{}", "  owed under the others alone: {}")),
                grouped(c.only_after)));
        for (const auto& example : c.examples)
            line(fmt::format("    {}  {} → {}  {} → {}", example.subject,
                             example.before.empty() ? "–" : example.before,
                             example.after.empty() ? "–" : example.after,
                             payout(example.paid_before), payout(example.paid_after)));
    }

    const twin::Report& r_;
    bool zh_;
    std::string out_;
};

}  // namespace

std::string report_text(const twin::Report& report, bool chinese) {
    return Page(report, chinese).write();
}

std::size_t cells_of(std::string_view text) {
    std::size_t cells = 0;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        // Three bytes from U+2E80 on are Chinese, Japanese, Korean and their wide punctuation.
        cells += lead >= 0xE3 && lead < 0xF8 ? 2
                 : (lead == 0xE2 && i + 1 < text.size() &&
                    static_cast<unsigned char>(text[i + 1]) >= 0xBA)
                     ? 2
                     : 1;
        i += bytes;
    }
    return cells;
}

std::string text_table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], cells_of(row[i]));
    }
    std::string out;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string pad(widths[i] - cells_of(row[i]), ' ');
            out += i == 0 ? row[i] + pad : "  " + pad + row[i];
        }
        while (!out.empty() && out.back() == ' ') out.pop_back();
        out += '\n';
    }
    return out;
}

}  // namespace yinuo::wire
