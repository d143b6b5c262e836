// Compiling a mapping: which fields anybody needs, which columns bring them, and where in a row's
// bindings each stands.
#include <algorithm>

#include "wire/fact_maker.h"

namespace yinuo::wire {

Result<std::unique_ptr<FactMaker>> FactMaker::make(const Mapping& mapping, Names& names,
                                                   Zones& zones, Arena& memory,
                                                   promise::FactSink& sink,
                                                   const ReadOptions& options) {
    std::unique_ptr<FactMaker> maker(new FactMaker(mapping, names, zones, memory, sink, options));
    if (auto compiled = maker->compile(); !compiled) return refuse(std::move(compiled.error()));
    return maker;
}

Result<void> FactMaker::compile() {
    clock_ = TRY(clock_of(mapping_.zone));
    for (const auto& field : mapping_.fields) special_names_.push_back(field.name);
    if (auto done = compile_fields(); !done) return done;
    subject_ = TRY(compile_template(mapping_.subject));
    customer_ = TRY(compile_template(mapping_.customer));
    for (const auto& rule : mapping_.facts) facts_.push_back(TRY(compile_fact(rule)));
    need_everything();
    lay_out();
    return {};
}

Result<ZoneClock*> FactMaker::clock_of(const std::string& name) {
    static const Zone kUtc = Zone::utc();
    if (const auto known = clock_by_name_.find(name); known != clock_by_name_.end())
        return known->second;
    const Zone* zone = name == "UTC" ? &kUtc : zones_.find(name);
    if (zone == nullptr)
        return refuse({.code = "unknown-zone",
                       .what = {"没有时区“" + name + "”", "there is no time zone \"" + name + "\""},
                       .mend = {},
                       .place = {.path = mapping_.path}});
    return clock_by_name_[name] = &clocks_.emplace_back(*zone);
}

Result<std::optional<feel::Expression>> FactMaker::compile_formula(
    const std::optional<Formula>& formula, std::vector<int>& reads) {
    if (!formula) return std::optional<feel::Expression>();
    const feel::Dialect dialect{
        .names = names_, .zones = &zones_, .special_names = special_names_, .at = formula->place};
    auto compiled = feel::Expression::compile(formula->text, dialect);
    if (!compiled) return refuse(compiled.error().front().error);
    for (const Symbol name : compiled->free_names()) {
        if (names_.text(name) == "previous") reads_previous_ = true;
        for (std::size_t i = 0; i < mapping_.fields.size(); ++i)
            if (mapping_.fields[i].name == names_.text(name)) reads.push_back(static_cast<int>(i));
    }
    return std::optional<feel::Expression>(std::move(*compiled));
}

Result<void> FactMaker::compile_fields() {
    for (const auto& rule : mapping_.fields) {
        Field field;
        field.rule = &rule;
        field.symbol = names_.intern(rule.name);
        field.clock = TRY(clock_of(rule.zone));
        field.formula = TRY(compile_formula(rule.formula, field.reads));
        if (field.formula)
            field.reads_previous =
                std::ranges::any_of(field.formula->free_names(),
                                    [&](Symbol name) { return names_.text(name) == "previous"; });
        fields_.push_back(std::move(field));
    }
    return {};
}

Result<FactMaker::Made> FactMaker::compile_template(const Template& rule) {
    Made made;
    made.given = rule.given();
    made.formula = TRY(compile_formula(rule.formula, made.reads));
    made.field = rule.only_field();
    for (const auto& part : rule.parts) {
        made.pieces.push_back({part.text, part.field});
        if (part.field >= 0) made.reads.push_back(part.field);
    }
    return made;
}

Result<FactMaker::FactPlan> FactMaker::compile_fact(const FactRule& rule) {
    FactPlan plan;
    plan.rule = &rule;
    plan.kind_from = TRY(compile_template(rule.kind));
    const auto& pieces = plan.kind_from.pieces;
    if (!plan.kind_from.formula && pieces.size() == 1 && pieces[0].field == TemplatePart::kNoField)
        plan.kind = names_.intern(pieces[0].text);
    plan.when = TRY(compile_formula(rule.when, plan.when_reads));
    plan.subject = TRY(compile_template(rule.subject));
    plan.at = TRY(compile_template(rule.at));
    plan.received_at = TRY(compile_template(rule.received_at));
    plan.id = TRY(compile_template(rule.id));
    plan.sequence = TRY(compile_template(rule.sequence));
    plan.change = TRY(compile_template(rule.change));
    if (plan.change.pieces.size() == 1 && plan.change.pieces[0].field == TemplatePart::kNoField) {
        const auto& word = plan.change.pieces[0].text;
        plan.fixed_change = word == "correct"   ? promise::Change::Correct
                            : word == "retract" ? promise::Change::Retract
                                                : promise::Change::Report;
        plan.change.given = false;
    }
    if (!rule.on_change_of.empty()) reads_previous_ = true;
    plan.field_set = field_set_of(rule);
    return plan;
}

std::size_t FactMaker::field_set_of(const FactRule& rule) {
    FieldSet set;
    for (const int field : rule.fields) {
        const auto& wanted = options_.wanted_fields;
        const Symbol symbol = fields_[static_cast<std::size_t>(field)].symbol;
        if (wanted.empty() || std::ranges::find(wanted, symbol) != wanted.end())
            set.fields.push_back(field);
    }
    for (std::size_t i = 0; i < field_sets_.size(); ++i)
        if (field_sets_[i].fields == set.fields) return i;
    field_sets_.push_back(std::move(set));
    return field_sets_.size() - 1;
}

void FactMaker::need(int index) {
    if (index < 0) return;
    Field& field = fields_[static_cast<std::size_t>(index)];
    if (field.needed) return;
    field.needed = true;
    need(field.reads);
}

void FactMaker::need(const std::vector<int>& fields) {
    for (const int field : fields) need(field);
}

void FactMaker::need(const Made& made) { need(made.reads); }

void FactMaker::need_everything() {
    for (std::size_t i = 0; i < fields_.size(); ++i)
        if (fields_[i].rule->required) need(static_cast<int>(i));
    for (const auto& set : field_sets_) need(set.fields);
    need(subject_);
    if (options_.on_row) need(customer_);
    for (const auto& plan : facts_) {
        need(plan.when_reads);
        need(plan.rule->on_change_of);
        for (const Made* made : {&plan.kind_from, &plan.subject, &plan.at, &plan.received_at,
                                 &plan.id, &plan.sequence, &plan.change})
            need(*made);
    }
    if (!reads_previous_) return;
    // `previous.X` hides X from the list of free names; a field whose name stands in no formula
    // can't be meant.
    std::string formulas;
    const auto add = [&](const std::optional<Formula>& formula) {
        if (formula && formula->text.find("previous") != std::string::npos)
            formulas += formula->text + '\n';
    };
    for (const auto& field : mapping_.fields) add(field.formula);
    for (const auto& fact : mapping_.facts) {
        add(fact.when);
        for (const Template* made :
             {&fact.kind, &fact.at, &fact.received_at, &fact.id, &fact.sequence, &fact.change})
            add(made->formula);
    }
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        const auto index = static_cast<int>(i);
        const bool compared = std::ranges::any_of(facts_, [&](const FactPlan& plan) {
            return std::ranges::find(plan.rule->on_change_of, index) !=
                   plan.rule->on_change_of.end();
        });
        if (!compared && formulas.find(fields_[i].rule->name) == std::string::npos) continue;
        previous_fields_.push_back(index);
        need(index);
    }
    // `previous = null` asks only whether there was a row: remembering any field tells.
    if (previous_fields_.empty() && !fields_.empty()) {
        previous_fields_.push_back(0);
        need(0);
    }
}

void FactMaker::lay_out() {
    for (Field& field : fields_) {
        if (!field.needed) continue;
        field.slot = static_cast<int>(row_.size());
        row_.push_back({field.symbol, feel::Value::null()});
        if (field.formula) continue;
        const auto known = std::ranges::find(columns_, field.rule->column);
        field.cell = static_cast<int>(known - columns_.begin());
        if (known == columns_.end()) columns_.push_back(field.rule->column);
    }
    row_.push_back({names_.intern("row"), feel::Value::null()});
    row_.push_back({names_.intern("previous"), feel::Value::null()});
}

}  // namespace yinuo::wire
