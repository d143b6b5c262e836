#include "twin/account_words.h"

#include <fmt/format.h>

#include <array>

namespace yinuo::twin {
namespace {

using promise::Step;
using promise::StepKind;

Text joined(std::string_view zh, std::string_view en, const Text& what) {
    return {fmt::format("{}{}", zh, what.zh), fmt::format("{}{}", en, what.en)};
}

Text fact_name(const promise::Promise& promise, const promise::Fact* fact, const Names& names) {
    if (fact == nullptr) return {};
    const std::string kind(names.text(fact->kind));
    const auto named = promise.fact_names.find(kind);
    return named == promise.fact_names.end() ? Text{"「" + kind + "」", "\"" + kind + "\""}
                                             : named->second;
}

Text pause_name(const promise::Clause& clause, int index) {
    if (index < 0 || static_cast<std::size_t>(index) >= clause.pauses.size()) return {};
    const auto& pause = clause.pauses[static_cast<std::size_t>(index)];
    return pause.text.zh.empty() && pause.text.en.empty() ? Text{pause.reason, pause.reason}
                                                          : pause.text;
}

Text reopening(int index) {
    switch (static_cast<promise::Reopening>(index)) {
        case promise::Reopening::Continues:
            return {"剩余时限接着走", "the rest of the limit runs on"};
        case promise::Reopening::Restarts: return {"时限从头走", "the whole limit runs again"};
        case promise::Reopening::Anew: return {"另立一笔", "a new obligation"};
    }
    return {};
}

}  // namespace

Text told_instant(Instant at, const Zone& zone) {
    if (at == Instant::max()) return {"（没有）", "(none)"};
    std::string text = zone.to_local(at).to_string();
    text[text.find('T')] = ' ';
    if (text.size() == 19 && text.ends_with(":00")) text.resize(16);
    return {text, text};
}

Text told_length(std::int64_t millis) {
    struct Size {
        std::int64_t millis;
        const char* zh;
        const char* en;
    };
    static constexpr std::array<Size, 4> kSizes = {
        {{3'600'000, "小时", "h"}, {60'000, "分", "min"}, {1000, "秒", "s"}, {1, "毫秒", "ms"}}};
    if (millis == 0) return {"0", "0"};
    Text text;
    std::int64_t rest = millis < 0 ? -millis : millis;
    for (const auto& size : kSizes) {
        const std::int64_t n = rest / size.millis;
        rest %= size.millis;
        if (n == 0) continue;
        text.zh += fmt::format("{}{} {}", text.zh.empty() ? "" : " ", n, size.zh);
        text.en += fmt::format("{}{} {}", text.en.empty() ? "" : " ", n, size.en);
    }
    return millis < 0 ? Text{fmt::format("−{}", text.zh), fmt::format("−{}", text.en)} : text;
}

Text told_days(std::int64_t days) {
    return {fmt::format("{} 个工作日", days),
            fmt::format("{} working day{}", days, days == 1 ? "" : "s")};
}

Text told(const promise::Promise& promise, const promise::Clause& clause, const Step& step,
          const Names& names) {
    const Zone& zone = *promise.zone;
    const Text fact = fact_name(promise, step.fact, names);
    const Text until = told_instant(step.until, zone);
    const std::string why(step.why);
    switch (step.kind) {
        case StepKind::Waiting:
            return joined("有了一个开始条件，还等另一个：",
                          "one of its starts has come, another is missing: ", fact);
        case StepKind::Started: return joined("开始：", "starts: ", fact);
        case StepKind::NotOwed:
            return {"没有适用的时限，不欠什么", "no limit applies, so nothing is owed"};
        case StepKind::DueSet: return joined("截止时间定为 ", "due by ", until);
        case StepKind::Paused: {
            const Text name = pause_name(clause, step.index);
            return {fmt::format("暂停计时（{}）：{}", name.zh, fact.zh),
                    fmt::format("the clock pauses ({}): {}", name.en, fact.en)};
        }
        case StepKind::Resumed:
            return joined("恢复计时：", "the clock runs again: ", pause_name(clause, step.index));
        case StepKind::CapReached:
            return joined("暂停到上限，恢复计时：",
                          "the pause has reached its cap, the clock runs again: ",
                          pause_name(clause, step.index));
        case StepKind::DueMoved:
            return joined("截止时间顺延到 ", "the due instant moves to ", until);
        case StepKind::Extended:
            return joined("经客户同意改约到 ", "extended with the customer's consent to ", until);
        case StepKind::ExtensionRefused:
            return {"改约不成立：" + why, "the extension doesn't hold: " + why};
        case StepKind::Warned: {
            const auto index = static_cast<std::size_t>(step.index);
            const std::string text =
                index < clause.warns.size() ? clause.warns[index].text : std::string();
            return {"预警（" + text + "）", "a warning (" + text + ")"};
        }
        case StepKind::Kept: return joined("兑现：", "kept: ", fact);
        case StepKind::Broken:
            return step.fact == nullptr
                       ? Text{"超过截止时间，违约", "the due instant has passed: broken"}
                       : joined("违约：", "broken: ", fact);
        case StepKind::LatenessEnded: return joined("不再迟延：", "lateness ends: ", fact);
        case StepKind::Voided: return joined("作废：", "void: ", fact);
        case StepKind::VoidedByUs: return joined("企业取消：", "void by us: ", fact);
        case StepKind::Reopened: return joined("重开，", "reopened: ", reopening(step.index));
        case StepKind::Claimed: return joined("有人申诉：", "a claim: ", fact);
        case StepKind::Confirmed: return joined("核实属实：", "confirmed: ", fact);
        case StepKind::ConfirmedBySilence:
            return {"核实逾期未决，按属实计", "not decided in time, so it counts as confirmed"};
        case StepKind::Rejected: return joined("核实不属实：", "rejected: ", fact);
        case StepKind::CauseRecorded:
            return joined("记录了可免责的原因，暂缓赔付：",
                          "a cause that may excuse it is recorded, the remedy is withheld: ", fact);
        case StepKind::EvidenceSeen: return joined("收到举证材料：", "evidence: ", fact);
        case StepKind::Agreed:
            return {fmt::format("同意免责（{}，第 {} 人）", why, step.index),
                    fmt::format("{} agrees to excuse it (person {})", why, step.index)};
        case StepKind::Refused:
            return joined("不同意免责，恢复赔付：", "refused, the remedy is released: ", fact);
        case StepKind::Waived: return {"已免责", "waived"};
        case StepKind::Ended: return joined("到此为止：", "ends: ", fact);
        case StepKind::Counted: return joined("计数到了上限：", "the bound is reached: ", fact);
        case StepKind::Satisfied: return joined("成立：", "it holds: ", fact);
        case StepKind::NotSatisfied: return joined("不成立：", "it doesn't hold: ", fact);
        case StepKind::NotMeasured: return {"未计量：" + why, "not measured: " + why};
        case StepKind::StartIgnored:
            return joined("已在进行，不再重新开始：", "running already, no second start: ", fact);
    }
    return {};
}

Text told_verdict(const promise::Promise& promise, const promise::Obligation& o, Instant now) {
    Text text = describe(o.state);
    if (o.broken_at != Instant::max()) {
        const Text at = told_instant(o.broken_at, *promise.zone);
        text.zh += "，违约于 " + at.zh;
        text.en += ", at " + at.en;
        if (const auto late = o.late(now); late.count > 0) {
            const Text length = told_length(late.count);
            text.zh += "，迟延 " + length.zh;
            text.en += ", late by " + length.en;
        }
    }
    return text;
}

}  // namespace yinuo::twin
