#include "server/notice_check.h"

#include <algorithm>
#include <set>

namespace yinuo::server {
namespace {

// What these words need, and this promise hasn't got.
struct Gap {
    std::string_view variable;
    Text what, mend;
};

std::vector<Gap> gaps_of(const promise::Promise& promise) {
    std::vector<Gap> gaps;
    const auto gives = [](const promise::Remedy& remedy) {
        return std::ranges::any_of(remedy.gifts,
                                   [](const auto& gift) { return bool(gift.amount); });
    };
    if (std::ranges::none_of(promise.remedies, gives))
        for (const auto* name : {"remedy", "choices", "choose_by", "paid_at"})
            gaps.push_back({name,
                            {"这个承诺没有可给的补偿", "this promise gives nothing"},
                            {"给承诺写上 give，或从模板里去掉这个变量",
                             "write give into the promise, or take the variable out of the "
                             "template"}});
    const auto has_duty = [](const promise::Clause& clause) {
        return std::ranges::any_of(clause.pauses, &promise::Pause::customers_duty);
    };
    if (std::ranges::none_of(promise.clauses, has_duty))
        gaps.push_back({"duty",
                        {"这个承诺不要客户配合什么", "this promise has no duties of the customer"},
                        {"给条款写上 duties，或从模板里去掉这个变量",
                         "write duties into a clause, or take the variable out of the template"}});
    return gaps;
}

void look_for(const Gap& gap, std::string_view notice, std::string_view where, Text place,
              std::string_view words, Findings& findings) {
    const auto at = words.find("{{" + std::string(gap.variable) + "}}");
    if (at == std::string_view::npos) return;
    const auto line = static_cast<std::uint32_t>(
        1 + std::count(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    const auto number = std::to_string(line), name = std::string(notice);
    const auto variable = "{{" + std::string(gap.variable) + "}}";
    findings.push_back(
        {.severity = Severity::Warning,
         .error = {.code = "notice-gap",
                   .what = {"通知模板 " + name + " 的" + place.zh + "第 " + number + " 行写着 " +
                                variable + "，" + gap.what.zh,
                            "notice template " + name + ", " + place.en + ", line " + number +
                                ", says " + variable + ", and " + gap.what.en},
                   .mend = gap.mend,
                   .place = {.path = "notices/" + name + "/" + std::string(where), .line = line}}});
}

// A rule of another part of the house (an incident, a word given) isn't about this promise.
bool is_about_promises(std::string_view event) {
    return event.starts_with("obligation.") || event.starts_with("claim.") ||
           event == "date.proposed" || event == "recovery.follow-up";
}

}  // namespace

Findings notice_findings(const engine::NoticeRules& rules, const Templates& templates,
                         const promise::Promise& promise) {
    Findings findings;
    const auto gaps = gaps_of(promise);
    std::set<std::string> looked_at;
    for (const auto& rule : rules.rules) {
        const auto kind = notice_kind(rule.notice);
        if (!kind || !is_about_promises(rule.event) || !looked_at.insert(rule.notice).second)
            continue;
        const auto words = template_of(templates, *kind);
        const bool own = std::ranges::any_of(
            templates.own, [&](const auto& one) { return one.first == rule.notice; });
        for (const auto& gap : gaps)
            for (const bool chinese : {true, false}) {
                const auto& said = chinese ? words.zh : words.en;
                const std::string language = chinese ? "zh" : "en";
                const Text of = chinese ? Text{"中文", "Chinese "} : Text{"英文", "English "};
                look_for(gap, rule.notice, language + ".subject",
                         {of.zh + "标题", of.en + "subject"}, said.subject, findings);
                if (own)
                    look_for(gap, rule.notice, language + ".body", {of.zh + "正文", of.en + "body"},
                             said.body, findings);
            }
    }
    return findings;
}

}  // namespace yinuo::server
