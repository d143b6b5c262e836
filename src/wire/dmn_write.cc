#include <sstream>

#include <pugixml.hpp>

#include "wire/dmn_xml.h"

namespace yinuo::wire {

namespace {

using feel::Boxed;

void set(pugi::xml_node node, const char* name, const std::string& value) {
    if (!value.empty()) node.append_attribute(name).set_value(value.c_str());
}

void add_text(pugi::xml_node node, const char* name, const std::string& text) {
    if (text.empty()) return;
    node.append_child(name).append_child("text").text().set(text.c_str());
}

void add_variable(pugi::xml_node node, const char* element, const feel::Variable& variable) {
    if (variable.name.empty() && variable.type.empty()) return;
    auto child = node.append_child(element);
    set(child, "name", variable.name);
    set(child, "typeRef", variable.type);
}

std::string policy_name(feel::HitPolicy policy) {
    using feel::HitPolicy;
    switch (policy) {
        case HitPolicy::Unique: return "UNIQUE";
        case HitPolicy::Any: return "ANY";
        case HitPolicy::Priority: return "PRIORITY";
        case HitPolicy::First: return "FIRST";
        case HitPolicy::RuleOrder: return "RULE ORDER";
        case HitPolicy::OutputOrder: return "OUTPUT ORDER";
        case HitPolicy::Collect: return "COLLECT";
    }
    return {};
}

std::string aggregation_name(feel::Aggregation aggregation) {
    using feel::Aggregation;
    switch (aggregation) {
        case Aggregation::List: return {};
        case Aggregation::Sum: return "SUM";
        case Aggregation::Count: return "COUNT";
        case Aggregation::Min: return "MIN";
        case Aggregation::Max: return "MAX";
    }
    return {};
}

void add_cell(pugi::xml_node rule, const char* name, const std::string& text) {
    rule.append_child(name).append_child("text").text().set(text.c_str());
}

void add_table(pugi::xml_node node, const feel::TableText& table) {
    set(node, "hitPolicy", policy_name(table.hit.policy));
    set(node, "aggregation", aggregation_name(table.hit.aggregation));
    set(node, "outputLabel", table.label);
    for (const auto& input : table.inputs) {
        auto element = node.append_child("input");
        set(element, "label", input.label);
        auto expression = element.append_child("inputExpression");
        set(expression, "typeRef", input.type);
        expression.append_child("text").text().set(input.expression.c_str());
        add_text(element, "inputValues", input.allowed_values);
    }
    for (const auto& output : table.outputs) {
        auto element = node.append_child("output");
        set(element, "name", output.name);
        set(element, "label", output.label);
        set(element, "typeRef", output.type);
        add_text(element, "outputValues", output.allowed_values);
        add_text(element, "defaultOutputEntry", output.default_value);
    }
    for (const auto& rule : table.rules) {
        auto element = node.append_child("rule");
        for (const auto& cell : rule.tests) add_cell(element, "inputEntry", cell);
        for (const auto& cell : rule.outputs) add_cell(element, "outputEntry", cell);
        for (const auto& cell : rule.annotations) add_cell(element, "annotationEntry", cell);
    }
}

void add_box(pugi::xml_node parent, const Boxed& boxed);

void add_function(pugi::xml_node node, const Boxed& boxed) {
    set(node, "typeRef", boxed.type);
    if (boxed.external) set(node, "kind", "Java");
    for (const auto& parameter : boxed.parameters) add_variable(node, "formalParameter", parameter);
    if (!boxed.items.empty()) add_box(node, boxed.items.front());
}

void add_parts(pugi::xml_node node, std::initializer_list<const char*> names, const Boxed& boxed) {
    std::size_t i = 0;
    for (const char* name : names)
        if (i < boxed.items.size()) add_box(node.append_child(name), boxed.items[i++]);
}

void add_box(pugi::xml_node parent, const Boxed& boxed) {
    using Kind = Boxed::Kind;
    const auto begin = [&](const char* name) {
        auto node = parent.append_child(name);
        set(node, "typeRef", boxed.type);
        return node;
    };
    switch (boxed.kind) {
        case Kind::None: begin("literalExpression"); return;
        case Kind::Literal:
            begin("literalExpression").append_child("text").text().set(boxed.text.c_str());
            return;
        case Kind::Table: add_table(begin("decisionTable"), boxed.table); return;
        case Kind::Context: {
            auto node = begin("context");
            for (const auto& entry : boxed.entries) {
                auto element = node.append_child("contextEntry");
                add_variable(element, "variable", entry.variable);
                add_box(element, entry.value);
            }
            return;
        }
        case Kind::Invocation: {
            auto node = begin("invocation");
            add_text(node, "literalExpression", boxed.text);
            for (const auto& entry : boxed.entries) {
                auto binding = node.append_child("binding");
                add_variable(binding, "parameter", entry.variable);
                add_box(binding, entry.value);
            }
            return;
        }
        case Kind::List: {
            auto node = begin("list");
            for (const Boxed& item : boxed.items) add_box(node, item);
            return;
        }
        case Kind::Relation: {
            auto node = begin("relation");
            for (const auto& column : boxed.columns)
                set(node.append_child("column"), "name", column);
            pugi::xml_node row;
            for (std::size_t i = 0; i < boxed.items.size() && !boxed.columns.empty(); ++i) {
                if (i % boxed.columns.size() == 0) row = node.append_child("row");
                add_box(row, boxed.items[i]);
            }
            return;
        }
        case Kind::Function: add_function(parent.append_child("functionDefinition"), boxed); return;
        case Kind::Conditional:
            add_parts(begin("conditional"), {"if", "then", "else"}, boxed);
            return;
        case Kind::Filter: add_parts(begin("filter"), {"in", "match"}, boxed); return;
        case Kind::For:
        case Kind::Some:
        case Kind::Every: {
            const bool loop = boxed.kind == Kind::For;
            auto node = begin(loop ? "for" : boxed.kind == Kind::Some ? "some" : "every");
            set(node, "iteratorVariable", boxed.variable);
            add_parts(node, {"in", loop ? "return" : "satisfies"}, boxed);
            return;
        }
    }
}

void add_item(pugi::xml_node parent, const char* name, const feel::ItemDefinition& item) {
    auto node = parent.append_child(name);
    set(node, "name", item.name);
    if (item.is_collection) set(node, "isCollection", "true");
    if (item.is_function) node.append_child("functionItem");
    if (!item.type.empty()) node.append_child("typeRef").text().set(item.type.c_str());
    add_text(node, "allowedValues", item.allowed_values);
    add_text(node, "typeConstraint", item.type_constraint);
    for (const auto& component : item.components) add_item(node, "itemComponent", component);
}

void add_hrefs(pugi::xml_node node, const char* name, const std::vector<std::string>& hrefs) {
    for (const auto& href : hrefs) set(node.append_child(name), "href", href);
}

// Which kind of requirement an href is; those into other documents are taken for knowledge.
void add_requirements(pugi::xml_node node, const std::vector<std::string>& hrefs,
                      const feel::Definitions& all) {
    const auto holds = [](const auto& elements, std::string_view href) {
        for (const auto& element : elements)
            if (href.size() > element.id.size() && href.ends_with(element.id) &&
                href[href.size() - element.id.size() - 1] == '#')
                return true;
        return false;
    };
    for (const auto& href : hrefs) {
        const bool input = holds(all.inputs, href);
        const bool decision = holds(all.decisions, href);
        auto requirement = node.append_child(input || decision ? "informationRequirement"
                                                               : "knowledgeRequirement");
        set(requirement.append_child(input      ? "requiredInput"
                                     : decision ? "requiredDecision"
                                                : "requiredKnowledge"),
            "href", href);
    }
}

template <typename Node>
pugi::xml_node add_element(pugi::xml_node root, const char* kind, const Node& element) {
    auto node = root.append_child(kind);
    set(node, "id", element.id);
    set(node, "name", element.name);
    return node;
}

}  // namespace

std::string write_dmn(const feel::Definitions& definitions) {
    pugi::xml_document document;
    auto declaration = document.append_child(pugi::node_declaration);
    set(declaration, "version", "1.0");
    set(declaration, "encoding", "UTF-8");
    auto root = document.append_child("definitions");
    set(root, "xmlns", "https://www.omg.org/spec/DMN/20230324/MODEL/");
    set(root, "namespace", definitions.name_space);
    set(root, "name", definitions.name);
    set(root, "id", definitions.id);
    if (!definitions.description.empty())
        root.append_child("description").text().set(definitions.description.c_str());
    for (const auto& import : definitions.imports) {
        auto node = root.append_child("import");
        node.append_attribute("name").set_value(import.name.c_str());
        set(node, "namespace", import.name_space);
        set(node, "importType", import.type);
        set(node, "locationURI", import.location);
    }
    for (const auto& item : definitions.items) add_item(root, "itemDefinition", item);
    for (const auto& input : definitions.inputs)
        add_variable(add_element(root, "inputData", input), "variable", input.variable);
    for (const auto& knowledge : definitions.knowledge) {
        auto node = add_element(root, "businessKnowledgeModel", knowledge);
        add_variable(node, "variable", knowledge.variable);
        if (knowledge.logic.kind == Boxed::Kind::Function)
            add_function(node.append_child("encapsulatedLogic"), knowledge.logic);
        add_requirements(node, knowledge.required, definitions);
    }
    for (const auto& decision : definitions.decisions) {
        auto node = add_element(root, "decision", decision);
        if (!decision.question.empty())
            node.append_child("question").text().set(decision.question.c_str());
        if (!decision.allowed_answers.empty())
            node.append_child("allowedAnswers").text().set(decision.allowed_answers.c_str());
        add_variable(node, "variable", decision.variable);
        add_requirements(node, decision.required, definitions);
        if (decision.logic.kind != Boxed::Kind::None) add_box(node, decision.logic);
    }
    for (const auto& service : definitions.services) {
        auto node = add_element(root, "decisionService", service);
        add_variable(node, "variable", service.variable);
        add_hrefs(node, "outputDecision", service.outputs);
        add_hrefs(node, "encapsulatedDecision", service.encapsulated);
        add_hrefs(node, "inputDecision", service.input_decisions);
        add_hrefs(node, "inputData", service.input_data);
    }
    std::ostringstream out;
    document.save(out, "  ", pugi::format_default, pugi::encoding_utf8);
    return out.str();
}

}  // namespace yinuo::wire
