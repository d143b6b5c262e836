#include "promise/principles.h"

#include "promise/chain.h"
#include "promise/comparisons.h"
#include "promise/formulas.h"
#include "promise/judging.h"

namespace yinuo::promise {

std::string_view name_of(Principle principle) {
    constexpr std::string_view kNames[] = {"clarity", "adaptability", "benefit", "assurance",
                                           "simplicity"};
    return kNames[static_cast<std::size_t>(principle)];
}

Text describe(Principle principle) {
    constexpr const char* kZh[] = {"明确性", "适应性", "利益性", "保证性", "简便性"};
    return {kZh[static_cast<std::size_t>(principle)], std::string(name_of(principle))};
}

void Judging::take(int points, int most, std::string code, const Place& place, Text what,
                   Text mend) {
    int taken = 0;
    for (const auto& reason : score_.reasons)
        if (reason.error.code == code) taken += reason.points;
    const int now = std::min(points, most - taken);
    if (points > 0 && now <= 0) return;
    score_.reasons.push_back({std::max(now, 0),
                              {.code = std::move(code),
                               .what = std::move(what),
                               .mend = std::move(mend),
                               .place = place.line == 0 ? promise_.place : place}});
}

Score Judging::finish() {
    for (const auto& reason : score_.reasons) score_.score -= reason.points;
    score_.score = std::max(score_.score, 0);
    std::ranges::stable_sort(score_.reasons,
                             [](const Reason& a, const Reason& b) { return a.points > b.points; });
    return std::move(score_);
}

bool is_quick(const Clause& clause) {
    const auto* within = std::get_if<Within>(&clause.shape);
    return within != nullptr && std::ranges::all_of(within->rows, [](const LimitRow& row) {
               return row.limit.unit == Unit::Clock && row.limit.amount <= hours(1).count &&
                      !row.amount;
           });
}

std::size_t reading_length(std::string_view text) {
    std::size_t length = 0;
    bool in_word = false;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool blank = byte <= ' ';
        if (byte >= 0xC0) ++length;                       // begins a character of several bytes
        if (byte < 0x80 && !blank && !in_word) ++length;  // begins a Latin word
        in_word = byte < 0x80 && !blank;
    }
    return length;
}

std::optional<Decimal> constant(const Formula& formula) { return Decimal::parse(formula.text()); }

std::array<Score, kPrinciples> judge(const Promise& promise) {
    constexpr void (*kJudges[])(const Promise&, Judging&) = {
        judge_clarity, judge_adaptability, judge_benefit, judge_assurance, judge_simplicity};
    std::array<Score, kPrinciples> scores;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        Judging judging(promise, static_cast<Principle>(i));
        kJudges[i](promise, judging);
        scores[i] = judging.finish();
    }
    return scores;
}

Findings check_promise(const Promise& promise) {
    Findings findings = check_legs(promise);
    for (auto& score : judge(promise))
        for (auto& reason : score.reasons)
            findings.push_back({severity_of(reason), std::move(reason.error)});
    std::ranges::stable_sort(findings, [](const Finding& a, const Finding& b) {
        return a.error.place.line < b.error.place.line;
    });
    return findings;
}

// --- clarity 明确性 -----------------------------------------------------------------------------

namespace {

void judge_title(const Promise& promise, Judging& judging) {
    if (promise.title.zh.empty() && promise.title.en.empty())
        return judging.take(15, 15, "clarity-no-title", promise.place,
                            {"承诺没有标题", "the promise has no title"},
                            {"加上 title: {zh: 当日装，慢必赔, en: …}，用一句话说清楚",
                             "add title: {zh: …, en: …}, one sentence that says it all"});
    if (promise.title.zh.empty() || promise.title.en.empty())
        judging.take(5, 5, "clarity-one-language", promise.place,
                     {"标题只有一种语言", "the title is in one language only"},
                     {"补上另一种语言", "write the other one as well"});
    if (reading_length(promise.title.zh) > 24 || reading_length(promise.title.en) > 14)
        judging.take(5, 5, "clarity-long-title", promise.place,
                     {"标题太长，记不住（中文不超过 24 字，英文不超过 14 个词）",
                      "the title is too long to remember (24 Chinese characters, 14 words)"},
                     {"留下时限和补偿，其余移到 limits",
                      "keep the limit and the remedy; the rest belongs into limits"});
}

void judge_conditions(const Clause& clause, Judging& judging) {
    for (const auto& start : clause.starts)
        if (start.kind == Symbol::None && kinds_mentioned(start.formula.text()).empty())
            judging.take(10, 20, "clarity-any-start", start.formula.place,
                         {"条款" + zh(clause.name) + "没有点明由哪一种业务记录开始",
                          "clause " + en(clause.name) + " doesn't name the fact that starts it"},
                         {"在 starts 里写上 fact = \"…\"", "say fact = \"…\" in starts"});
    if (clause.keeps && clause.keeps->kind == Symbol::None &&
        kinds_mentioned(clause.keeps->formula.text()).empty())
        judging.take(10, 20, "clarity-any-keep", clause.keeps->formula.place,
                     {"条款" + zh(clause.name) + "没有点明哪一种业务记录算兑现",
                      "clause " + en(clause.name) + " doesn't name the fact that keeps it"},
                     {"在 keeps 里写上 fact = \"…\"", "say fact = \"…\" in keeps"});
}

void judge_limit(const Promise& promise, const Clause& clause, Judging& judging) {
    const auto* within = std::get_if<Within>(&clause.shape);
    if (within != nullptr) {
        for (const auto& row : within->rows) {
            if (row.amount)
                judging.take(5, 10, "clarity-limit-in-data", row.amount->place,
                             {"条款" + zh(clause.name) + "的时限要看数据，顾客事先看不到数字",
                              "the limit of clause " + en(clause.name) +
                                  " is in the data; the customer sees no number beforehand"},
                             {"写明最长是多少，或按情形列成几行",
                              "state the longest, or list it case by case"});
            const bool days = row.limit.unit != Unit::Clock && row.limit.unit != Unit::Work;
            if (days && row.limit.schedule < 0 && promise.zone != nullptr &&
                promise.zone->name() == "UTC")
                judging.take(10, 10, "clarity-no-zone", clause.place,
                             {"条款" + zh(clause.name) + "按天计算，却没有点明哪里的天",
                              "clause " + en(clause.name) + " counts days without saying where"},
                             {"加上 zone: Asia/Shanghai", "add zone: with an IANA name"});
        }
    }
    if (within != nullptr && within->rows.size() > 1 && within->rows.back().when)
        judging.take(
            5, 10, "clarity-gap-in-table", within->rows.back().when->formula.place,
            {"条款" + zh(clause.name) + "的时限表没有“其余情形”，落在表外的顾客不知道有没有承诺",
             "the table of clause " + en(clause.name) + " has no row for all other cases"},
            {"最后加一行没有 if 的时限，或在 limits 里说明不承诺",
             "end it with a row without if, or say in limits that nothing is promised then"});
}

}  // namespace

void judge_clarity(const Promise& promise, Judging& judging) {
    judge_title(promise, judging);
    if (promise.declared_facts.empty())
        judging.take(
            10, 10, "clarity-terms", promise.place,
            {"没有 facts：用到的业务记录和字段没有定义",
             "there is no facts: the records and fields that it speaks of are not declared"},
            {"加上 facts: {order.placed: [area, kind], …}，写错的名字就会被指出来",
             "add facts: {order.placed: [area, kind], …}; misspelt names are pointed out then"});
    if (promise.limits.zh.empty() && promise.limits.en.empty())
        judging.take(10, 10, "clarity-no-boundary", promise.place,
                     {"没有 limits：没说清楚什么不在承诺之内",
                      "there is no limits: what is not promised isn't said"},
                     {"加上 limits: {zh: 农村地址除外, en: …}",
                      "add limits: {zh: …, en: village addresses are not covered}"});
    const bool about_behaviour = promise.classification.content == "behaviour" ||
                                 promise.classification.content == "quality";
    for (const auto& clause : promise.clauses) {
        if (!is_written(clause)) continue;
        if (clause.title.zh.empty() && clause.title.en.empty())
            judging.take(
                5, 10, "clarity-clause-title", clause.place,
                {"条款" + zh(clause.name) + "没有标题，报告里只能显示代号",
                 "clause " + en(clause.name) + " has no title; reports show its code name"},
                {"加上 title: {zh: …, en: …}", "add title: {zh: …, en: …}"});
        judge_conditions(clause, judging);
        judge_limit(promise, clause, judging);
        if (about_behaviour && !clause.verify && std::holds_alternative<Never>(clause.shape))
            judging.take(10, 10, "clarity-no-verification", clause.place,
                         {"条款" + zh(clause.name) + "没说由谁、凭什么认定违约",
                          "clause " + en(clause.name) + " doesn't say how a breach is established"},
                         {"加上 verify: {claim: …, confirms: …, rejects: …, within: 7 days}",
                          "add verify: {claim: …, confirms: …, rejects: …, within: 7 days}"});
        if (std::holds_alternative<Rate>(clause.shape))
            judging.take(
                0, 0, "clarity-only-a-rate", clause.place,
                {"条款" + zh(clause.name) + "说的是比率，单个顾客无法知道轮到自己时是否兑现",
                 "clause " + en(clause.name) +
                     " is a rate: no single customer can tell whether it was kept for them"},
                {"对外承诺时另配一条针对每位顾客的时限",
                 "told to customers, it wants a limit for each of them beside it"});
    }
}

// --- simplicity 简便性 --------------------------------------------------------------------------

namespace {

int comparisons_in(std::string_view text) {
    int count = 1;
    std::size_t from = 0;
    while ((from = text.find(' ', from)) != std::string_view::npos) {
        ++from;
        count += text.substr(from).starts_with("and ") || text.substr(from).starts_with("or ");
    }
    return count;
}

// Longest sentence of a text.
std::size_t longest_sentence(std::string_view text) {
    std::size_t longest = 0;
    while (!text.empty()) {
        std::size_t end = std::min({text.find("。"), text.find(". "), text.find("；"),
                                    text.find("; "), text.find('\n'), text.size()});
        longest = std::max(longest, reading_length(text.substr(0, end)));
        text.remove_prefix(std::min(text.size(), end + 1));
    }
    return longest;
}

void judge_clause_simplicity(const Clause& clause, Judging& judging) {
    const auto* within = std::get_if<Within>(&clause.shape);
    for (std::size_t i = 5; within != nullptr && i < within->rows.size(); ++i)
        judging.take(5, 15, "simplicity-long-table", clause.place,
                     {"条款" + zh(clause.name) + "的时限分了 " +
                          std::to_string(within->rows.size()) + " 种情形",
                      "clause " + en(clause.name) + " has " + std::to_string(within->rows.size()) +
                          " cases"},
                     {"合并成不超过 5 种", "merge them into 5 or fewer"});
    const auto duties =
        std::ranges::count_if(clause.pauses, [](const Pause& p) { return p.customers_duty; });
    if (clause.pauses.size() > 4)
        judging.take(5, 10, "simplicity-many-pauses", clause.place,
                     {"条款" + zh(clause.name) + "有 " + std::to_string(clause.pauses.size()) +
                          " 种暂停计时的理由",
                      "clause " + en(clause.name) + " has " + std::to_string(clause.pauses.size()) +
                          " reasons to stop its clock"},
                     {"只留顾客能理解、能核对的几种",
                      "keep the few that customers understand and can verify"});
    if (duties > 2)
        judging.take(10, 10, "simplicity-many-duties", clause.place,
                     {"条款" + zh(clause.name) + "要顾客做 " + std::to_string(duties) + " 件事",
                      "clause " + en(clause.name) + " asks the customer for " +
                          std::to_string(duties) + " things"},
                     {"能由企业代办的就代办", "do for the customer what can be done for them"});
}

void judge_length(const Formula& formula, Judging& judging) {
    const int parts = comparisons_in(formula.text());
    if (parts <= 5 && formula.text().size() <= 200) return;
    judging.take(
        10, 20, "simplicity-long-condition", formula.place,
        {"有一个条件包含 " + std::to_string(parts) + " 个判断，没人能在电话里说清楚",
         "a condition has " + std::to_string(parts) + " parts; nobody can explain it on the phone"},
        {"拆成几行情形，或让业务系统先给出一个字段",
         "split it into cases, or let the source system say it in one field"});
}

}  // namespace

void judge_simplicity(const Promise& promise, Judging& judging) {
    std::size_t clauses = 0, exceptions = 0;
    if (promise.audience) judge_length(promise.audience->formula, judging);
    for (const auto& clause : promise.clauses) {
        if (!is_written(clause)) continue;
        clauses += !is_leg(clause);
        exceptions += clause.pauses.size() + (clause.voids ? 1 : 0) + (clause.waives ? 1 : 0) +
                      (clause.audience ? 1 : 0);
        if (const auto* rate = std::get_if<Rate>(&clause.shape)) exceptions += rate->except ? 1 : 0;
        judge_clause_simplicity(clause, judging);
        each_formula(clause, [&](const Formula& formula) { judge_length(formula, judging); });
    }
    if (clauses > 5)
        judging.take(static_cast<int>(std::min<std::size_t>(clauses - 5, 6)) * 5, 30,
                     "simplicity-many-clauses", promise.place,
                     {"一个承诺里有 " + std::to_string(clauses) + " 条条款，顾客记不住",
                      std::to_string(clauses) +
                          " clauses in one promise are more than a customer remembers"},
                     {"拆成几个承诺，每个不超过 5 条",
                      "make several promises of it, with 5 clauses or fewer"});
    for (const auto& remedy : promise.remedies) {
        exceptions += remedy.stacks_not_with.size() + (remedy.once_per.empty() ? 0 : 1);
        if (remedy.gifts.size() > 5)
            judging.take(
                10, 20, "simplicity-long-ladder", remedy.place,
                {"补偿" + zh(remedy.name) + "分了 " + std::to_string(remedy.gifts.size()) + " 档",
                 "remedy " + en(remedy.name) + " has " + std::to_string(remedy.gifts.size()) +
                     " rows"},
                {"不超过 5 档", "5 rows or fewer"});
        for (const auto& gift : remedy.gifts)
            if (gift.choice)
                judging.take(
                    0, 0, "simplicity-choice", gift.choice->place,
                    {"补偿" + zh(remedy.name) + "要顾客选择一次",
                     "remedy " + en(remedy.name) + " asks the customer to choose"},
                    {"顾客不选时有默认的选项", "have a default for those who don't choose"});
    }
    if (exceptions > 6)
        judging.take(
            static_cast<int>(std::min<std::size_t>(exceptions - 6, 5)) * 4, 20,
            "simplicity-many-exceptions", promise.place,
            {"共有 " + std::to_string(exceptions) + " 处例外（暂停、作废、免责、适用范围、不叠加）",
             "there are " + std::to_string(exceptions) +
                 " exceptions (pauses, cancellations, excuses, audiences, no stacking)"},
            {"每一处例外都要能向顾客解释，留下真正需要的",
             "each must be explained to customers; keep those that are needed"});
    for (const auto* text : {&promise.limits, &promise.need})
        if (longest_sentence(text->zh) > 60 || longest_sentence(text->en) > 30)
            judging.take(10, 10, "simplicity-long-sentence", promise.place,
                         {"说明里有一句超过 60 个字",
                          "a sentence of the explanation has more than 30 words"},
                         {"拆成短句", "write shorter ones"});
}

}  // namespace yinuo::promise
