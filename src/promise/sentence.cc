#include "promise/sentence.h"

#include <algorithm>

namespace yinuo::promise {
namespace {

// Two growing texts, part by part.
class Telling {
public:
    explicit Telling(const Promise& promise) : promise_(promise) {}

    void say(const std::string& zh, const std::string& en) {
        if (!text_.zh.empty()) text_.zh += "；", text_.en += "; ";
        text_.zh += zh;
        text_.en += en;
    }
    Text words(const Condition& condition) const {
        return condition_in_words(promise_, condition.formula.text());
    }
    Text quote(const Formula& formula) const {
        return {"「" + std::string(formula.text()) + "」", "`" + std::string(formula.text()) + "`"};
    }
    Text limit(const Limit& limit) const { return describe(limit, promise_.schedule_names); }
    Text clock(Millis span) const {
        return limit(Limit{.unit = Unit::Clock, .amount = span.count});
    }
    Text done() const { return text_; }

private:
    const Promise& promise_;
    Text text_;
};

// "24 小时内", "15 个工作日（cn）内，最迟到当日结束", "当天结束前".
Text inside(const Telling& tell, const Limit& limit) {
    if (limit.unit == Unit::Days && limit.amount == 0 && limit.end == DayEnd::EndOfDay)
        return {"当天结束前", "by the end of the day"};
    const Text text = tell.limit(limit);
    const auto comma = text.zh.find("，");
    if (comma == std::string::npos) return {text.zh + "内", "within " + text.en};
    return {text.zh.substr(0, comma) + "内" + text.zh.substr(comma), "within " + text.en};
}

Text start_of(const Telling& tell, const Clause& clause) {
    Text text;
    for (const auto& start : clause.starts) {
        const Text one = tell.words(start);
        if (!text.zh.empty()) text.zh += "和", text.en += " and ";
        text.zh += one.zh;
        text.en += one.en;
    }
    if (clause.starts.size() > 1)
        text.zh += "（以较晚者为准）", text.en += " (whichever comes later)";
    if (clause.starts_at) {
        const Text at = tell.quote(*clause.starts_at);
        text.zh += "，从 " + at.zh + " 起算";
        text.en += ", counted from " + at.en;
    }
    return text;
}

void say_within(Telling& tell, const Clause& clause, const Within& shape) {
    const Text start = start_of(tell, clause);
    const Text kept = clause.keeps ? tell.words(*clause.keeps) : Text{};
    Text rows;
    for (const auto& row : shape.rows) {
        Text limit = inside(tell, row.limit);
        if (row.amount) {
            const Text amount = tell.quote(*row.amount);
            const Text unit = tell.limit(row.limit);
            limit = {amount.zh + " 个「" + unit.zh + "」内",
                     "within " + amount.en + " times " + unit.en};
        }
        if (!rows.zh.empty()) rows.zh += "，", rows.en += ", ";
        if (row.when) {
            const Text when = tell.words(*row.when);
            rows.zh += when.zh + " 的" + limit.zh + kept.zh;
            rows.en += limit.en + " where " + when.en;
        } else {
            rows.zh += (shape.rows.size() > 1 ? "其余的 " : "") + limit.zh + kept.zh;
            rows.en += limit.en + (shape.rows.size() > 1 ? " otherwise" : "");
        }
    }
    const bool comma = shape.rows.size() > 1 || shape.rows.front().when;
    tell.say("从" + start.zh +
                 (clause.starts_at ? "，"
                  : comma          ? "起，"
                                   : "起 ") +
                 rows.zh,
             "From " + start.en + ": " + kept.en + " " + rows.en);
}

void say_bounds(Telling& tell, const AtMost& shape) {
    Text window;
    if (shape.window) {
        const Text over = tell.limit(*shape.window);
        window = {"任意 " + over.zh + "内", " in any " + over.en};
    }
    for (const auto& bound : shape.bounds) {
        const Text of = bound.of ? tell.words(*bound.of) : Text{};
        const Text most = bound.most_time ? tell.clock(*bound.most_time)
                                          : Text{bound.most.to_string(), bound.most.to_string()};
        const Text amount = bound.amount ? tell.quote(*bound.amount) : Text{};
        switch (bound.kind) {
            case Bound::Kind::Count:
                tell.say(window.zh + of.zh + "不超过 " + most.zh + " 次",
                         of.en + " at most " + most.en + " times" + window.en);
                break;
            case Bound::Kind::Sum:
                tell.say(window.zh + of.zh + "的" + amount.zh + "合计不超过 " + most.zh,
                         "the sum of " + amount.en + " over " + of.en + " at most " + most.en +
                             window.en);
                break;
            case Bound::Kind::Value:
                tell.say(of.zh + "的" + amount.zh + "不超过 " + most.zh,
                         amount.en + " of " + of.en + " at most " + most.en);
                break;
            case Bound::Kind::Time: {
                const Text from = tell.words(*bound.from), to = tell.words(*bound.to);
                tell.say("从" + from.zh + "到" + to.zh + "累计不超过 " + most.zh,
                         "from " + from.en + " to " + to.en + " at most " + most.en + " in all");
                break;
            }
        }
    }
}

void say_rate(Telling& tell, const Rate& rate) {
    static constexpr std::string_view kZh[] = {"每天", "每周", "每月", "每季度", "每年", "全程"};
    static constexpr std::string_view kEn[] = {"each day",     "each week", "each month",
                                               "each quarter", "each year", "over the whole"};
    Text spans;
    for (const Span span : rate.over) {
        if (!spans.zh.empty()) spans.zh += "、", spans.en += " and ";
        spans.zh += kZh[static_cast<int>(span)];
        spans.en += kEn[static_cast<int>(span)];
    }
    const Text of = tell.words(rate.of);
    const std::string bound = rate.bound.to_string();
    if (rate.good) {
        const Text good = tell.words(*rate.good);
        tell.say(spans.zh + "，" + of.zh + "中至少 " + bound + " % 符合：" + good.zh,
                 "of " + of.en + ", at least " + bound + " % " + spans.en + " with " + good.en);
    } else {
        const Text value = tell.quote(*rate.value);
        const std::string n = std::to_string(rate.percentile);
        tell.say(spans.zh + "，" + of.zh + "的" + value.zh +
                     (rate.percentile > 0 ? "第 " + n + " 百分位" : "平均值") + "不超过 " + bound +
                     "（时长以秒计）",
                 (rate.percentile > 0 ? "percentile " + n : std::string("mean")) + " of " +
                     value.en + " over " + of.en + " at most " + bound +
                     " (durations in seconds) " + spans.en);
    }
    if (rate.except) {
        const Text except = tell.words(*rate.except);
        tell.say(except.zh + "的不计入", "without those with " + except.en);
    }
}

struct SayShape {
    Telling& tell;
    const Clause& clause;

    void operator()(const Within& shape) const { say_within(tell, clause, shape); }
    void operator()(const By& shape) const {
        const Text start = start_of(tell, clause), at = tell.quote(shape.at);
        const Text kept = clause.keeps ? tell.words(*clause.keeps) : Text{};
        const Text slack = shape.tolerance.count > 0 ? tell.clock(shape.tolerance) : Text{};
        tell.say(start.zh + "之后，" + kept.zh + "不晚于 " + at.zh +
                     (slack.zh.empty() ? "" : "（可晚 " + slack.zh + "）"),
                 "After " + start.en + ": " + kept.en + " not later than " + at.en +
                     (slack.en.empty() ? "" : " (plus " + slack.en + ")"));
    }
    void operator()(const Window& shape) const {
        const Text at = tell.quote(shape.around);
        const Text kept = clause.keeps ? tell.words(*clause.keeps) : Text{};
        const Text early = tell.clock(shape.early), late = tell.clock(shape.late);
        tell.say(kept.zh + "以 " + at.zh + " 为准，" +
                     (shape.early.count > 0 ? "最多早 " + early.zh : "不得提前") + "，" +
                     (shape.late.count > 0 ? "最多晚 " + late.zh : "不得推迟"),
                 kept.en + " at " + at.en + ", " +
                     (shape.early.count > 0 ? "at most " + early.en + " early"
                                            : std::string("never earlier")) +
                     ", " +
                     (shape.late.count > 0 ? "at most " + late.en + " late"
                                           : std::string("never later")));
    }
    void operator()(const Never& shape) const {
        const Text what = tell.words(shape.what);
        tell.say("绝不" + what.zh, "Never " + what.en);
    }
    void operator()(const Always& shape) const {
        const Text when = tell.words(shape.when);
        const Text holds = condition_in_words_of(shape.holds);
        tell.say("每次" + when.zh + "都要符合：" + holds.zh,
                 "At every " + when.en + ": " + holds.en);
    }
    void operator()(const Every& shape) const {
        const Text start = start_of(tell, clause), interval = tell.limit(shape.interval);
        const Text kept = clause.keeps ? tell.words(*clause.keeps) : Text{};
        tell.say("从" + start.zh + "起，每 " + interval.zh + "至少一次" + kept.zh,
                 "From " + start.en + " on: " + kept.en + " at least once every " + interval.en);
    }
    void operator()(const AtMost& shape) const { say_bounds(tell, shape); }
    void operator()(const Rate& shape) const { say_rate(tell, shape); }

    Text condition_in_words_of(const Formula& formula) const { return tell.quote(formula); }
};

void say_pauses(Telling& tell, const Clause& clause) {
    for (const auto& pause : clause.pauses) {
        const Text from = tell.words(pause.from), to = tell.words(pause.to);
        Text cap;
        if (pause.cap) {
            const Text most = tell.clock(*pause.cap);
            cap = {"，每次最多 " + most.zh, ", each time at most " + most.en};
        }
        const std::string zh = pause.text.zh.empty() ? pause.reason : pause.text.zh;
        const std::string en = pause.text.en.empty() ? pause.reason : pause.text.en;
        tell.say((pause.customers_duty ? "请您配合：" : "") + zh + "（从" + from.zh + "到" + to.zh +
                     "）的时间不计" + cap.zh,
                 (pause.customers_duty ? "we need you to: " : "") + en + " (from " + from.en +
                     " to " + to.en + ") does not count" + cap.en);
    }
}

void say_people(Telling& tell, const Clause& clause) {
    if (clause.extends) {
        const Text when = tell.words(clause.extends->when), to = tell.quote(clause.extends->to);
        const std::string n = std::to_string(clause.extends->times);
        tell.say(when.zh + "可改约到 " + to.zh + "，最多 " + n + " 次，违约后不能改",
                 when.en + " may move it to " + to.en + ", at most " + n +
                     " times and never after the breach");
    }
    if (clause.reopens) {
        const Text when = tell.words(clause.reopens->when);
        static constexpr std::string_view kZh[] = {"接着剩下的时限计", "重新计整个时限",
                                                   "另起一单"};
        static constexpr std::string_view kEn[] = {"the rest of the limit runs on",
                                                   "the whole limit runs again",
                                                   "a new obligation begins"};
        const auto how = static_cast<std::size_t>(clause.reopens->how);
        tell.say(when.zh + "后" + std::string(kZh[how]),
                 "after " + when.en + " " + std::string(kEn[how]));
    }
    if (clause.verify) {
        const Text claim = tell.words(clause.verify->claim);
        Text within;
        if (clause.verify->within) {
            within = inside(tell, *clause.verify->within);
            within.zh = within.zh + "核实，逾期未决按" +
                        (clause.verify->undecided_is_confirmed ? "属实" : "不属实") + "处理";
            within.en = within.en + "; undecided by then it counts as " +
                        (clause.verify->undecided_is_confirmed ? "confirmed" : "rejected");
        } else {
            within = {"经核实才算违约", "before it counts as a breach"};
        }
        tell.say(claim.zh + "后" + within.zh, "after " + claim.en + " we verify " + within.en);
    }
    if (clause.waives) {
        const Text cause = tell.words(clause.waives->cause);
        const std::string n = std::to_string(clause.waives->people);
        const bool evidence = clause.waives->evidence.has_value();
        tell.say(cause.zh + "，" + (evidence ? "有证据并" : "") + "经 " + n + " 人同意的免责",
                 "waived for " + cause.en + (evidence ? " with evidence" : "") + " when " + n +
                     (n == "1" ? " person agrees" : " people agree"));
    }
}

std::string unit_zh(const Gift& gift) { return gift.unit == "CNY" ? "元" : gift.unit; }

// "500 * min(5, ceiling(overdue / duration("PT24H")))", as `per started` writes it.
std::optional<Text> started(const Gift& gift) {
    const auto text = gift.amount->text();
    static constexpr std::string_view kMiddle = "ceiling(overdue / duration(\"";
    const auto middle = text.find(kMiddle);
    const auto times = text.find(" * ");
    if (middle == std::string_view::npos || times == std::string_view::npos || times > middle)
        return std::nullopt;
    const auto iso = middle + kMiddle.size();
    const auto end = text.find("\"))", iso);
    if (end == std::string_view::npos || text.size() - end > 4) return std::nullopt;
    const auto between = text.substr(times + 3, middle - times - 3);
    const std::string amount(text.substr(0, times));
    const Text length = duration_in_words(text.substr(iso, end - iso));
    Text told{"逾期每开始一个 " + length.zh + "给 " + amount + " " + unit_zh(gift),
              amount + " " + gift.unit + " for each started " + length.en + " overdue"};
    if (between.starts_with("min(")) {
        const std::string most(between.substr(4, between.find(',') - 4));
        told.zh += "，最多 " + most + " 次";
        told.en += ", at most " + most + " times";
    } else if (!between.empty()) {
        return std::nullopt;
    }
    return told;
}

Text gift_in_words(const Promise& promise, const Gift& gift) {
    Text text;
    if (!gift.amount) {
        text = {gift.kind, gift.kind};
    } else if (auto told = started(gift)) {
        text = std::move(*told);
    } else {
        const auto amount = gift.amount->text();
        const bool plain = Decimal::parse(amount).has_value();
        const std::string written(amount);
        text = {(plain ? written : "「" + written + "」") + " " + unit_zh(gift),
                (plain ? written : "`" + written + "`") + " " + gift.unit};
        text.zh = (gift.is_total ? "共给 " : "给 ") + text.zh;
        if (gift.is_total) text.en += " in all";
    }
    if (gift.amount && !gift.kind.empty() && gift.kind != "money" && gift.kind != gift.unit) {
        text.zh += "（" + gift.kind + "）";
        text.en += " (" + gift.kind + ")";
    }
    if (gift.choice) {
        text.zh += "，由您选择「" + std::string(gift.choice->text()) + "」";
        text.en += ", your choice of `" + std::string(gift.choice->text()) + "`";
    }
    if (gift.when) {
        const Text when = condition_in_words(promise, gift.when->text());
        text = {when.zh + "：" + text.zh, "with " + when.en + ": " + text.en};
    }
    return text;
}

std::string clause_name(const Clause& clause, bool chinese) {
    const auto& title = clause.title.in(chinese);
    return title.empty() ? clause.name : title;
}

}  // namespace

Text sentence_of(const Promise& promise, const Clause& clause) {
    Telling tell(promise);
    std::visit(SayShape{tell, clause}, clause.shape);
    const auto say_if = [&](const OptionalCondition& condition, std::string_view zh,
                            std::string_view en) {
        if (!condition) return;
        const Text words = tell.words(*condition);
        tell.say(words.zh + std::string(zh), std::string(en) + words.en);
    };
    if (clause.audience) {
        const Text who = tell.words(*clause.audience);
        tell.say("只适用于：" + who.zh, "only where " + who.en);
    }
    say_if(clause.breaks, "即违约", "broken at once by ");
    say_if(clause.voids, "则作废", "void on ");
    say_if(clause.voids_by_us, "则由企业取消", "void by us on ");
    say_if(clause.ends, "后结束", "ends with ");
    say_if(clause.covers, "期间有效", "while ");
    if (clause.lasts) {
        const Text lasts = tell.limit(*clause.lasts);
        tell.say("有效期 " + lasts.zh, "for " + lasts.en);
    }
    say_pauses(tell, clause);
    say_people(tell, clause);
    return tell.done();
}

Text sentence_of(const Promise& promise, const Remedy& remedy) {
    Telling tell(promise);
    Text broken;
    for (const int index : remedy.clauses) {
        const Clause& clause = promise.clauses[static_cast<std::size_t>(index)];
        if (!broken.zh.empty()) broken.zh += "、", broken.en += " or ";
        broken.zh += "『" + clause_name(clause, true) + "』";
        broken.en += "\"" + clause_name(clause, false) + "\"";
    }
    Text gifts;
    for (const auto& gift : remedy.gifts) {
        const Text one = gift_in_words(promise, gift);
        if (!gifts.zh.empty()) gifts.zh += "，", gifts.en += ", ";
        gifts.zh += one.zh;
        gifts.en += one.en;
    }
    Text when;
    if (remedy.when) {
        const Text words = condition_in_words(promise, remedy.when->text());
        when = {"且" + words.zh, " and " + words.en};
    }
    tell.say(
        broken.zh + (remedy.also_if_kept ? "无论是否违约" : "违约") + when.zh + "：" + gifts.zh,
        (remedy.also_if_kept ? "For " + broken.en + ", kept or broken"
                             : "When " + broken.en + " is broken") +
            when.en + ": " + gifts.en);
    if (remedy.cap)
        tell.say("合计不超过「" + std::string(remedy.cap->text()) + "」",
                 "at most `" + std::string(remedy.cap->text()) + "` in all");
    for (const auto& key : remedy.once_per)
        tell.say("同一「" + std::string(key.text()) + "」只补一次，取最大的一项",
                 "once for each `" + std::string(key.text()) + "`, the largest");
    for (const auto& other : remedy.stacks_not_with)
        tell.say("与「" + other + "」不叠加，取大者",
                 "not on top of \"" + other + "\": the larger is paid");
    if (remedy.statutory) tell.say("法定，必付", "owed by law in any case");
    if (remedy.payees)
        tell.say("付给「" + std::string(remedy.payees->text()) + "」中的每一位",
                 "paid to each of `" + std::string(remedy.payees->text()) + "`");
    if (remedy.charged_on)
        tell.say("按各段超时分摊给责任方", "charged on to the legs by their excess");
    if (remedy.pay_within) {
        const Text within = inside(tell, *remedy.pay_within);
        tell.say("违约后 " + within.zh + "付清", "paid " + within.en + " of the breach");
    }
    if (!remedy.apology.zh.empty())
        tell.say("并致歉：“" + remedy.apology.zh + "”",
                 "with an apology: “" + remedy.apology.en + "”");
    return tell.done();
}

Text sentence_of(const Promise& promise) {
    Text text{promise.title.zh.empty() ? promise.id : promise.title.zh,
              promise.title.en.empty() ? promise.id : promise.title.en};
    text.zh += "（" + promise.label() + "）\n";
    text.en += " (" + promise.label() + ")\n";
    const auto day = [&](Instant at) {
        return promise.zone->to_local(at).to_string().substr(0, 16);
    };
    if (promise.effective_from != Instant::min()) {
        text.zh += "生效：" + day(promise.effective_from) + "\n";
        text.en += "In force from " + day(promise.effective_from) + "\n";
    }
    if (promise.effective_until != Instant::max()) {
        text.zh += "失效：" + day(promise.effective_until) + "\n";
        text.en += "In force until " + day(promise.effective_until) + "\n";
    }
    if (promise.audience) {
        const Text who = condition_in_words(promise, promise.audience->formula.text());
        text.zh += "适用于：" + who.zh + "\n";
        text.en += "For: " + who.en + "\n";
    }
    for (const auto& clause : promise.clauses) {
        const Text one = sentence_of(promise, clause);
        text.zh += "· " + clause_name(clause, true) + "：" + one.zh + "。\n";
        text.en += "- " + clause_name(clause, false) + ": " + one.en + ".\n";
    }
    for (const auto& remedy : promise.remedies) {
        const Text one = sentence_of(promise, remedy);
        text.zh += "· 补偿「" + (remedy.title.zh.empty() ? remedy.name : remedy.title.zh) + "」：" +
                   one.zh + "。\n";
        text.en += "- Remedy \"" + (remedy.title.en.empty() ? remedy.name : remedy.title.en) +
                   "\": " + one.en + ".\n";
    }
    if (!promise.limits.zh.empty()) {
        text.zh += "不承诺：" + promise.limits.zh + "\n";
        text.en += "Not promised: " + promise.limits.en + "\n";
    }
    return text;
}

}  // namespace yinuo::promise
