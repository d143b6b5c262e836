// Adaptability, benefit and assurance: what the promise is worth to the customer.
#include <array>

#include "promise/comparisons.h"
#include "promise/formulas.h"
#include "promise/judging.h"
#include "promise/words.h"

namespace yinuo::promise {
namespace {

bool answers(const Remedy& remedy, int clause) {
    return std::ranges::find(remedy.clauses, clause) != remedy.clauses.end();
}

bool is_answered(const Promise& promise, int clause) {
    return std::ranges::any_of(promise.remedies,
                               [&](const Remedy& remedy) { return answers(remedy, clause); });
}

bool mentions(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(
        words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool is_worth_something(const Gift& gift) {
    if (!gift.amount) return gift.kind != "apology" && gift.kind != "道歉";
    const auto amount = constant(*gift.amount);
    return !amount || (!amount->is_zero() && !amount->is_negative());
}

}  // namespace

// --- adaptability 适应性 ------------------------------------------------------------------------

namespace {

void judge_schedules(const Promise& promise, Judging& judging) {
    for (std::size_t i = 0; i < promise.schedules.size(); ++i) {
        const auto& schedule = promise.schedules[i];
        const auto& definition = schedule.definition();
        if (definition.always_open || definition.combine != calendar::Combine::None) continue;
        const auto& name = promise.schedule_names[i];
        if (definition.holidays.empty() && definition.yearly_holidays.empty())
            judging.take(
                10, 10, "adaptability-no-holidays", promise.place,
                {"工作日历" + zh(name) + "没有节假日，春节、国庆也按平日计算",
                 "schedule " + en(name) + " has no holidays: festivals count as ordinary days"},
                {"为日历加上 holidays，或用 cn-statutory",
                 "give it holidays, or use cn-statutory"});
        else if (!definition.holidays.empty() && !definition.announced_until)
            judging.take(
                5, 5, "adaptability-no-horizon", promise.place,
                {"工作日历" + zh(name) + "没说节假日公布到哪一天，之后的截止时间看起来像是确定的",
                 "schedule " + en(name) +
                     " doesn't say until when its holidays are announced; later deadlines look "
                     "certain"},
                {"加上 announced until: 2026-12-31", "add announced until: 2026-12-31"});
    }
}

}  // namespace

void judge_adaptability(const Promise& promise, Judging& judging) {
    if (promise.effective_from == Instant::min())
        judging.take(
            10, 10, "adaptability-no-date", promise.place,
            {"没有 effective：说不清哪些订单适用这一版",
             "there is no effective date: nobody can tell which orders this version covers"},
            {"加上 effective: 2026-03-01", "add effective: 2026-03-01"});
    judge_schedules(promise, judging);
    bool by_case = promise.audience.has_value();
    bool waits = false;
    for (int i = 0; i < static_cast<int>(promise.clauses.size()); ++i) {
        const auto& clause = promise.clauses[static_cast<std::size_t>(i)];
        if (!is_written(clause) || is_leg(clause) || is_follow_up(clause)) continue;
        const auto* within = std::get_if<Within>(&clause.shape);
        by_case = by_case || clause.audience || within == nullptr || within->rows.size() > 1;
        if (!has_deadline(clause) || is_quick(clause)) continue;
        waits = true;
        const auto name = clause.name;
        const bool appointed = !std::holds_alternative<Within>(clause.shape);
        if (clause.pauses.empty() && !appointed)
            judging.take(15, 15, "adaptability-no-pause", clause.place,
                         {"条款" + zh(name) + "不会暂停计时：等待顾客的时间也算在企业头上",
                          "the clock of clause " + en(name) +
                              " never stops, not even while it is the customer who is waited for"},
                         {"加上 pauses（等待顾客）或 duties（顾客配合）",
                          "add pauses (waiting for the customer) or duties (the customer's part)"});
        if (!clause.voids && !std::holds_alternative<Every>(clause.shape))
            judging.take(
                10, 10, "adaptability-no-cancel", clause.place,
                {"条款" + zh(name) + "没说顾客取消以后怎么办",
                 "clause " + en(name) + " doesn't say what happens when the customer cancels"},
                {"加上 voids: fact = \"…cancelled\"", "add voids: fact = \"…cancelled\""});
        if (!clause.extends)
            judging.take(5, 5, "adaptability-no-extension", clause.place,
                         {"条款" + zh(name) + "不能改约",
                          "clause " + en(name) + " admits no new date by consent"},
                         {"加上 extends: {when: …顾客同意…, to: …, times: 1}",
                          "add extends: {when: …, to: …, times: 1}"});
        if (!clause.waives && is_answered(promise, i) && !promise.classification.unconditional)
            judging.take(
                10, 10, "adaptability-no-excuse", clause.place,
                {"条款" + zh(name) + "没有免责情形：不可抗力也照赔",
                 "clause " + en(name) + " knows no excuse: force majeure is paid for as well"},
                {"加上 waives: {cause: …, evidence: …, agrees: …}，或在 limits 里声明“无一例外”",
                 "add waives: {cause: …, evidence: …, agrees: …}, or say in limits that there is "
                 "no exception"});
    }
    if (waits && !by_case)
        judging.take(
            10, 10, "adaptability-one-size", promise.place,
            {"所有顾客、所有情形同一个时限", "one limit for every customer and every case"},
            {"用 audience 说明适用范围，或按情形分行写时限",
             "say for whom it is with audience, or list limits case by case"});
}

// --- benefit 利益性 -----------------------------------------------------------------------------

namespace {

void judge_gifts(const Promise& promise, const Remedy& remedy, Judging& judging) {
    if (remedy.cap) {
        const auto cap = constant(*remedy.cap);
        if (cap && (cap->is_zero() || cap->is_negative()))
            judging.take(40, 40, "benefit-capped-at-nothing", remedy.cap->place,
                         {"补偿" + zh(remedy.name) + "的上限是零",
                          "remedy " + en(remedy.name) + " is capped at nothing"},
                         {"提高 cap 或删去它", "raise the cap or leave it out"});
    }
    if (std::ranges::none_of(remedy.gifts, is_worth_something))
        judging.take(25, 25, "benefit-only-words", remedy.place,
                     {"补偿" + zh(remedy.name) + "只有道歉，或金额是零",
                      "remedy " + en(remedy.name) + " is but an apology, or an amount of nothing"},
                     {"加上顾客用得着的东西：话费、流量、代金券、免费服务",
                      "add something of use: credit, data, a voucher, a free service"});
    if (!remedy.gifts.empty() && std::ranges::all_of(remedy.gifts, [](const Gift& gift) {
            return gift.when &&
                   mentions(gift.when->text(), {"late >", "overdue >", "late >=", "overdue >="});
        }))
        judging.take(5, 10, "benefit-free-lateness", remedy.gifts.front().when->place,
                     {"补偿" + zh(remedy.name) + "对小的超时什么也不给",
                      "remedy " + en(remedy.name) + " gives nothing for a small lateness"},
                     {"第一档从违约起就给，例如道歉并说明",
                      "let the first row begin at the breach, be it an apology"});
    const bool late_able = std::ranges::any_of(remedy.clauses, [&](int i) {
        const auto& clause = promise.clauses[static_cast<std::size_t>(i)];
        return has_deadline(clause) && !is_quick(clause);
    });
    bool grows = remedy.gifts.size() > 1 && std::ranges::any_of(remedy.gifts, [](const Gift& gift) {
                     return gift.when.has_value();
                 });
    for (const auto& gift : remedy.gifts)
        grows =
            grows || (gift.amount && mentions(gift.amount->text(), {"late", "overdue", "elapsed"}));
    if (late_able && !grows)
        judging.take(
            15, 15, "benefit-does-not-grow", remedy.place,
            {"补偿" + zh(remedy.name) + "不随超时增加：一旦违约，晚一天和晚一个月一样",
             "remedy " + en(remedy.name) +
                 " doesn't grow: once broken, a month late costs no more than a day"},
            {"加上 per started: 24 h，或分档（total）", "add per started: 24 h, or rungs (total)"});
    if (!promise.economics || !promise.economics->price) return;
    const auto price = constant(*promise.economics->price);
    for (const auto& gift : remedy.gifts) {
        const auto amount = gift.is_money && gift.amount ? constant(*gift.amount) : std::nullopt;
        const auto hundredfold = amount ? amount->multiply(100) : std::nullopt;
        if (price && hundredfold && !amount->is_zero() && *hundredfold < *price)
            judging.take(15, 15, "benefit-trifling", gift.amount->place,
                         {"补偿 " + amount->to_string() + " " + gift.unit + " 不到价格 " +
                              price->to_string() + " 的百分之一",
                          "a remedy of " + amount->to_string() + " " + gift.unit +
                              " is less than one per cent of the price of " + price->to_string()},
                         {"补偿要让顾客觉得值得，通常是价格的 5 % 以上",
                          "make it worth having; 5 % of the price is usual"});
    }
}

}  // namespace

void judge_benefit(const Promise& promise, Judging& judging) {
    if (promise.need.zh.empty() && promise.need.en.empty())
        judging.take(15, 15, "benefit-no-need", promise.place,
                     {"没有 need：没说承诺满足顾客的什么需要",
                      "there is no need: what the customers need it for isn't said"},
                     {"加上 need: {zh: 装机当天就能上网, en: …}",
                      "add need: {zh: …, en: to be online on the day of the move}"});
    if (promise.remedies.empty())
        return judging.take(40, 40, "benefit-no-remedy", promise.place,
                            {"没有任何补偿：违约对顾客没有好处",
                             "there is no remedy: a breach brings the customer nothing"},
                            {"加上 remedies", "add remedies"});
    for (int i = 0; i < static_cast<int>(promise.clauses.size()); ++i) {
        const auto& clause = promise.clauses[static_cast<std::size_t>(i)];
        if (is_written(clause) && !is_leg(clause) && !is_follow_up(clause) &&
            !std::holds_alternative<Rate>(clause.shape) && !is_answered(promise, i))
            judging.take(10, 30, "benefit-unanswered", clause.place,
                         {"条款" + zh(clause.name) + "违约时没有补偿",
                          "no remedy answers a breach of clause " + en(clause.name)},
                         {"在某项补偿的 for 里加上它", "name it in the for of a remedy"});
    }
    for (const auto& remedy : promise.remedies) judge_gifts(promise, remedy, judging);
}

// --- assurance 保证性 ---------------------------------------------------------------------------

namespace {

// Words by which a condition says that the customer must come and ask.
bool waits_for_application(std::string_view text) {
    return mentions(text, {"claim", "appl", "request", "申请", "索赔", "申领"});
}

void judge_remedy_assurance(const Remedy& remedy, Judging& judging) {
    const auto must_apply = [&](const Formula& formula) {
        if (waits_for_application(formula.text()))
            judging.take(25, 25, "assurance-on-application", formula.place,
                         {"补偿" + zh(remedy.name) + "要顾客申请才给：需要申请的补偿不算保证",
                          "remedy " + en(remedy.name) +
                              " must be applied for: what must be asked for is no guarantee"},
                         {"去掉这个条件，违约时自动补偿",
                          "drop the condition; let the breach itself give it"});
    };
    if (remedy.when) must_apply(*remedy.when);
    for (const auto& gift : remedy.gifts)
        if (gift.when) must_apply(*gift.when);
    const bool money =
        std::ranges::any_of(remedy.gifts, [](const Gift& gift) { return gift.is_money; });
    if (money && !remedy.pay_within)
        judging.take(15, 15, "assurance-no-pay-date", remedy.place,
                     {"补偿" + zh(remedy.name) + "没说多久之内到账",
                      "remedy " + en(remedy.name) + " doesn't say by when it is paid"},
                     {"加上 pay within: 7 days 和 paid: fact = \"…\"",
                      "add pay within: 7 days and paid: fact = \"…\""});
}

void judge_clause_assurance(const Promise& promise, int index, Judging& judging) {
    const auto& clause = promise.clauses[static_cast<std::size_t>(index)];
    for (const auto& pause : clause.pauses)
        if (!pause.cap && !pause.customers_duty)
            judging.take(5, 10, "assurance-endless-pause", pause.from.formula.place,
                         {"条款" + zh(clause.name) + "的暂停" + zh(pause.reason) +
                              "没有上限，钟可以永远停着",
                          "pause " + en(pause.reason) + " of clause " + en(clause.name) +
                              " has no cap: the clock may stand still for ever"},
                         {"加上 cap: 72 h", "add cap: 72 h"});
    if (clause.verify) {
        if (!clause.verify->within)
            judging.take(15, 15, "assurance-open-verification", clause.verify->claim.formula.place,
                         {"条款" + zh(clause.name) + "的核实没有时限",
                          "verifying clause " + en(clause.name) + " may take for ever"},
                         {"加上 verify 的 within: 7 days", "add within: 7 days to verify"});
        if (!clause.verify->undecided_is_confirmed)
            judging.take(10, 10, "assurance-silence-rejects", clause.verify->claim.formula.place,
                         {"核实超时算不属实：拖着不办对企业有利",
                          "an undecided claim counts as rejected: sitting on it pays"},
                         {"改为 undecided: confirmed", "say undecided: confirmed"});
    }
    if (clause.waives && clause.waives->people < 2)
        judging.take(10, 10, "assurance-one-person-excuse", clause.waives->cause.formula.place,
                     {"一个人就能为条款" + zh(clause.name) + "免责",
                      "one person alone can excuse a breach of clause " + en(clause.name)},
                     {"改为 people: 2", "say people: 2"});
    if (clause.waives && !clause.waives->evidence)
        judging.take(5, 5, "assurance-no-evidence", clause.waives->cause.formula.place,
                     {"条款" + zh(clause.name) + "免责不需要证据",
                      "excusing clause " + en(clause.name) + " needs no evidence"},
                     {"加上 evidence", "add evidence"});
    if (is_leg(clause) || is_quick(clause) || !has_deadline(clause)) return;
    if (clause.warns.empty())
        judging.take(5, 5, "assurance-no-warning", clause.place,
                     {"条款" + zh(clause.name) + "违约前没有预警",
                      "nobody is warned before clause " + en(clause.name) + " breaks"},
                     {"加上 warns: [80 %]", "add warns: [80 %]"});
    if (clause.owner.empty() && promise.owner.empty())
        judging.take(
            5, 5, "assurance-no-owner", clause.place,
            {"条款" + zh(clause.name) + "没有负责人", "nobody owns clause " + en(clause.name)},
            {"加上 owner: team/…", "add owner: team/…"});
}

}  // namespace

void judge_assurance(const Promise& promise, Judging& judging) {
    if (promise.classification.guarantee == "announced")
        judging.take(25, 25, "assurance-only-announced", promise.place,
                     {"只是预示（announced），不予保证", "it is announced only, not guaranteed"},
                     {"改为 guarantee: guaranteed", "say guarantee: guaranteed"});
    if (promise.remedies.empty())
        judging.take(50, 50, "assurance-no-remedy", promise.place,
                     {"违约没有任何后果", "a breach has no consequence whatever"},
                     {"加上 remedies", "add remedies"});
    for (int i = 0; i < static_cast<int>(promise.clauses.size()); ++i)
        if (is_written(promise.clauses[static_cast<std::size_t>(i)]))
            judge_clause_assurance(promise, i, judging);
    for (const auto& remedy : promise.remedies) judge_remedy_assurance(remedy, judging);
}

}  // namespace yinuo::promise
