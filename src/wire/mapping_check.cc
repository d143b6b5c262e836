#include "wire/mapping_check.h"

#include <algorithm>

#include "feel/expression.h"
#include "wire/yaml.h"

namespace yinuo::wire {
namespace {

class Checker {
public:
    Checker(const Mapping& mapping, Zones& zones, Findings& findings)
        : mapping_(mapping), zones_(zones), findings_(findings) {
        for (const auto& field : mapping.fields) special_.push_back(field.name);
    }

    void run() {
        for (std::size_t i = 0; i < mapping_.fields.size(); ++i)
            if (mapping_.fields[i].formula) check_formula(*mapping_.fields[i].formula, i);
        check_template(mapping_.subject);
        check_not_constant(mapping_.subject);
        check_template(mapping_.customer);
        check_not_constant(mapping_.customer);
        for (const auto& fact : mapping_.facts) check_fact(fact);
    }

private:
    void fault(const Place& place, std::string code, Text what, Text mend = {}) {
        report(findings_, Severity::Error, std::move(code), place, std::move(what),
               std::move(mend));
    }

    void check_fact(const FactRule& fact) {
        const std::size_t all = mapping_.fields.size();
        if (fact.when) check_formula(*fact.when, all);
        for (const Template* made : {&fact.kind, &fact.subject, &fact.at, &fact.received_at,
                                     &fact.id, &fact.sequence, &fact.change})
            check_template(*made);
        check_not_constant(fact.subject);
        check_not_constant(fact.id);
        check_is_time(fact.at);
        check_is_time(fact.received_at);
        if (!fact.subject.given() && !mapping_.subject.given())
            fault(fact.place, "no-subject",
                  {"这条业务记录没有说明关于什么", "this fact doesn't say what it is about"},
                  {"写 subject，例如 subject: order/{id}",
                   "give it a subject, for example subject: order/{id}"});
        if (!fact.on_change_of.empty()) need_row_subject(fact.place, "on change of");
        if (fact.change.given() && !fact.id.given() && !is_report(fact.change))
            fault(fact.change.place, "no-id",
                  {"更正或撤回必须写明 id", "a correction or retraction needs an id"},
                  {"与被更正的业务记录写同一个 id",
                   "write the same id as the fact that it corrects"});
        if (fact.change.given() && !fact.change.formula && !is_change_word(fact.change))
            fault(fact.change.place, "unknown-word",
                  {"change 只能是 report、correct、retract 或公式",
                   "change is report, correct, retract or a formula"});
        check_sequence(fact.sequence);
    }

    static bool is_report(const Template& change) {
        return change.parts.size() == 1 && change.parts[0].text == "report";
    }
    static bool is_change_word(const Template& change) {
        if (change.parts.size() != 1) return false;
        const auto& part = change.parts[0];
        if (part.field >= 0 && part.text.empty()) return true;
        return part.field == TemplatePart::kNoField &&
               (part.text == "report" || part.text == "correct" || part.text == "retract");
    }

    void need_row_subject(const Place& place, std::string_view who) {
        if (mapping_.subject.given()) return;
        const std::string name(who);
        fault(place, "no-row-subject",
              {"用到了“" + name + "”，要先在文件顶层写 subject：上一行是同一 subject 的上一行",
               "\"" + name +
                   "\" needs a subject at the top of the mapping: the previous row is that of the "
                   "same subject"});
    }

    void check_not_constant(const Template& made) {
        if (!made.given() || made.formula) return;
        const bool constant = std::ranges::all_of(made.parts, [](const TemplatePart& part) {
            return part.field == TemplatePart::kNoField;
        });
        if (constant)
            fault(made.place, "constant",
                  {"这里每行都会得到同样的文字", "every row would get the same text here"},
                  {"用花括号写上字段，例如 order/{id}",
                   "name a field in braces, for example order/{id}"});
    }

    void check_is_time(const Template& made) {
        const int index = made.only_field();
        if (!made.given() || made.formula || index == TemplatePart::kNoField ||
            index == TemplatePart::kUnknown)
            return;
        const bool time = index >= 0 && is_time(mapping_.fields[static_cast<std::size_t>(index)]);
        if (!time)
            fault(made.place, "not-a-time", {"这个字段不是时间", "this field is no time"},
                  {"把它的类型声明为 instant 或 date", "declare it with the type instant or date"});
    }
    static bool is_time(const FieldRule& field) {
        return !field.typed || field.type == FieldType::Instant || field.type == FieldType::Date;
    }

    void check_sequence(const Template& made) {
        const int index = made.only_field();
        if (made.formula || index < 0) return;
        const auto& field = mapping_.fields[static_cast<std::size_t>(index)];
        if (field.typed && field.type != FieldType::Number)
            fault(made.place, "not-a-number",
                  {"sequence 要用 number 类型的字段", "a sequence is a field of type number"});
    }

    void check_template(const Template& made) {
        if (made.formula) check_formula(*made.formula, mapping_.fields.size());
    }

    // `known`: how many of the fields it may read.
    void check_formula(const Formula& formula, std::size_t known) {
        Names names;
        const feel::Dialect dialect{
            .names = names, .zones = &zones_, .special_names = special_, .at = formula.place};
        auto compiled = feel::Expression::compile(formula.text, dialect);
        if (!compiled) {
            for (auto& finding : compiled.error()) findings_.push_back(std::move(finding));
            return;
        }
        for (const Symbol name : compiled->free_names())
            check_name(names.text(name), formula, known);
    }

    void check_name(std::string_view name, const Formula& formula, std::size_t known) {
        if (name == "row") return;
        if (name == "previous") return need_row_subject(formula.place, "previous");
        const auto found = std::ranges::find(mapping_.fields, name, &FieldRule::name);
        const std::string text(name);
        if (found == mapping_.fields.end()) {
            auto names = special_;
            names.push_back("row"), names.push_back("previous");
            fault(formula.place, "unknown-field",
                  {"公式里的“" + text + "”没有声明为字段",
                   "\"" + text + "\" in this formula is no declared field"},
                  nearest_mend(name, names));
        } else if (static_cast<std::size_t>(found - mapping_.fields.begin()) >= known) {
            fault(formula.place, "declared-below",
                  {"公式用到的“" + text + "”要写在它上面",
                   "this formula reads \"" + text + "\", which must be declared above it"});
        }
    }

    const Mapping& mapping_;
    Zones& zones_;
    Findings& findings_;
    std::vector<std::string_view> special_;
};

}  // namespace

void check_mapping(const Mapping& mapping, Zones& zones, Findings& findings) {
    Checker(mapping, zones, findings).run();
}

}  // namespace yinuo::wire
