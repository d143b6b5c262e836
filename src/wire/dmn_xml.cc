#include "wire/dmn_xml.h"

#include <algorithm>

#include <pugixml.hpp>

namespace yinuo::wire {

namespace {

using feel::Boxed;

constexpr std::size_t kSizeMax = 32 << 20;
constexpr int kDepthMax = 100;

std::string_view local_name(const pugi::xml_node& node) {
    const std::string_view name = node.name();
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& node, std::string_view name) {
    for (const pugi::xml_node& inner : node.children())
        if (local_name(inner) == name) return inner;
    return {};
}

template <typename Visit>
void each(const pugi::xml_node& node, std::string_view name, Visit visit) {
    for (const pugi::xml_node& inner : node.children())
        if (local_name(inner) == name) visit(inner);
}

std::string attribute(const pugi::xml_node& node, const char* name) {
    return node.attribute(name).value();
}

std::string trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

// All of an element's characters, with CDATA sections.
std::string content(const pugi::xml_node& node) {
    std::string text;
    for (const pugi::xml_node& inner : node.children())
        if (inner.type() == pugi::node_pcdata || inner.type() == pugi::node_cdata)
            text += inner.value();
    return text;
}

std::string inner_text(const pugi::xml_node& node) { return trimmed(content(child(node, "text"))); }

// `typeRef` was an element in DMN 1.1 and is an attribute since.
std::string type_of(const pugi::xml_node& node) {
    const std::string type = attribute(node, "typeRef");
    return type.empty() ? trimmed(content(child(node, "typeRef"))) : type;
}

feel::Variable variable_of(const pugi::xml_node& node) {
    const auto variable = child(node, "variable");
    return {attribute(variable, "name"), type_of(variable)};
}

class BoxReader {
public:
    // The one expression among the children of `node`.
    Boxed inside(const pugi::xml_node& node) {
        for (const pugi::xml_node& inner : node.children())
            if (is_expression(local_name(inner))) return read(inner);
        return {};
    }

    Boxed function(const pugi::xml_node& node) {
        Boxed boxed;
        boxed.kind = Boxed::Kind::Function;
        boxed.type = type_of(node);
        const std::string kind = attribute(node, "kind");
        boxed.external = !kind.empty() && kind != "FEEL";
        each(node, "formalParameter", [&](const pugi::xml_node& parameter) {
            boxed.parameters.push_back({attribute(parameter, "name"), type_of(parameter)});
        });
        boxed.items.push_back(inside(node));
        return boxed;
    }

    bool too_deep() const { return too_deep_; }

private:
    static bool is_expression(std::string_view name) {
        static constexpr std::string_view kNames[] = {
            "literalExpression",  "decisionTable", "context", "invocation", "list", "relation",
            "functionDefinition", "conditional",   "filter",  "for",        "some", "every"};
        return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
    }

    Boxed read(const pugi::xml_node& node) {
        Boxed boxed;
        if (depth_ >= kDepthMax) {
            too_deep_ = true;
            return boxed;
        }
        ++depth_;
        const auto name = local_name(node);
        if (name == "functionDefinition") {
            boxed = function(node);
        } else {
            fill(node, name, boxed);
            boxed.type = type_of(node);
        }
        --depth_;
        return boxed;
    }

    void fill(const pugi::xml_node& node, std::string_view name, Boxed& boxed) {
        using Kind = Boxed::Kind;
        if (name == "literalExpression") {
            boxed.kind = Kind::Literal;
            boxed.text = inner_text(node);
            if (boxed.text.empty()) boxed.kind = Kind::None;
        } else if (name == "decisionTable") {
            boxed.kind = Kind::Table;
            table(node, boxed.table);
        } else if (name == "context") {
            boxed.kind = Kind::Context;
            each(node, "contextEntry", [&](const pugi::xml_node& entry) {
                boxed.entries.push_back({variable_of(entry), inside(entry)});
            });
        } else if (name == "invocation") {
            boxed.kind = Kind::Invocation;
            boxed.text = inside(node).text;
            each(node, "binding", [&](const pugi::xml_node& binding) {
                const auto parameter = child(binding, "parameter");
                boxed.entries.push_back(
                    {{attribute(parameter, "name"), type_of(parameter)}, inside(binding)});
            });
        } else if (name == "list") {
            boxed.kind = Kind::List;
            expressions(node, boxed.items);
        } else if (name == "relation") {
            boxed.kind = Kind::Relation;
            each(node, "column", [&](const pugi::xml_node& column) {
                boxed.columns.push_back(attribute(column, "name"));
            });
            each(node, "row", [&](const pugi::xml_node& row) {
                expressions(row, boxed.items);
                const std::size_t width = std::max<std::size_t>(boxed.columns.size(), 1);
                boxed.items.resize((boxed.items.size() + width - 1) / width * width);
            });
        } else if (name == "conditional") {
            boxed.kind = Kind::Conditional;
            parts(node, {"if", "then", "else"}, boxed);
        } else if (name == "filter") {
            boxed.kind = Kind::Filter;
            parts(node, {"in", "match"}, boxed);
        } else {
            boxed.kind = name == "for" ? Kind::For : name == "some" ? Kind::Some : Kind::Every;
            boxed.variable = attribute(node, "iteratorVariable");
            parts(node, {"in", name == "for" ? "return" : "satisfies"}, boxed);
        }
    }

    void parts(const pugi::xml_node& node, std::initializer_list<std::string_view> names,
               Boxed& boxed) {
        for (const auto name : names) boxed.items.push_back(inside(child(node, name)));
    }

    void expressions(const pugi::xml_node& node, std::vector<Boxed>& into) {
        for (const pugi::xml_node& inner : node.children())
            if (is_expression(local_name(inner))) into.push_back(read(inner));
    }

    static void table(const pugi::xml_node& node, feel::TableText& table) {
        const std::string policy = attribute(node, "hitPolicy");
        const std::string aggregation = attribute(node, "aggregation");
        table.hit = feel::parse_hit(policy.empty() ? "UNIQUE" : policy).value_or(feel::Hit{});
        using feel::Aggregation;
        table.hit.aggregation = aggregation == "SUM"     ? Aggregation::Sum
                                : aggregation == "COUNT" ? Aggregation::Count
                                : aggregation == "MIN"   ? Aggregation::Min
                                : aggregation == "MAX"   ? Aggregation::Max
                                                         : Aggregation::List;
        table.label = attribute(node, "outputLabel");
        each(node, "input", [&](const pugi::xml_node& input) {
            const auto expression = child(input, "inputExpression");
            table.inputs.push_back({attribute(input, "label"), inner_text(expression),
                                    type_of(expression), inner_text(child(input, "inputValues"))});
        });
        each(node, "output", [&](const pugi::xml_node& output) {
            table.outputs.push_back({attribute(output, "name"), attribute(output, "label"),
                                     type_of(output), inner_text(child(output, "outputValues")),
                                     inner_text(child(output, "defaultOutputEntry"))});
        });
        each(node, "rule", [&](const pugi::xml_node& rule) {
            auto& read = table.rules.emplace_back();
            each(rule, "inputEntry",
                 [&](const pugi::xml_node& cell) { read.tests.push_back(inner_text(cell)); });
            each(rule, "outputEntry",
                 [&](const pugi::xml_node& cell) { read.outputs.push_back(inner_text(cell)); });
            each(rule, "annotationEntry",
                 [&](const pugi::xml_node& cell) { read.annotations.push_back(inner_text(cell)); });
        });
    }

    int depth_ = 0;
    bool too_deep_ = false;
};

feel::ItemDefinition item_of(const pugi::xml_node& node, int depth) {
    feel::ItemDefinition item;
    item.name = attribute(node, "name");
    item.type = type_of(node);
    item.is_collection = attribute(node, "isCollection") == "true";
    item.is_function = !child(node, "functionItem").empty();
    item.allowed_values = inner_text(child(node, "allowedValues"));
    item.type_constraint = inner_text(child(node, "typeConstraint"));
    if (depth < kDepthMax)
        each(node, "itemComponent", [&](const pugi::xml_node& component) {
            item.components.push_back(item_of(component, depth + 1));
        });
    return item;
}

std::vector<std::string> hrefs(const pugi::xml_node& node, std::string_view name) {
    std::vector<std::string> found;
    each(node, name,
         [&](const pugi::xml_node& reference) { found.push_back(attribute(reference, "href")); });
    return found;
}

// The hrefs inside informationRequirement and knowledgeRequirement.
std::vector<std::string> requirements(const pugi::xml_node& node) {
    std::vector<std::string> found;
    for (const pugi::xml_node& requirement : node.children()) {
        const auto name = local_name(requirement);
        if (name != "informationRequirement" && name != "knowledgeRequirement") continue;
        for (const pugi::xml_node& inner : requirement.children())
            if (local_name(inner).starts_with("required"))
                found.push_back(attribute(inner, "href"));
    }
    return found;
}

Place place_of(std::string_view text, std::ptrdiff_t offset, std::string_view path) {
    Place place{std::string(path), 1, 1};
    for (std::size_t i = 0; i < text.size() && i < static_cast<std::size_t>(offset); ++i) {
        if (text[i] == '\n') {
            ++place.line;
            place.column = 1;
        } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
            ++place.column;
        }
    }
    return place;
}

}  // namespace

Result<feel::Definitions> read_dmn(std::string_view text, std::string_view path) {
    if (text.size() > kSizeMax)
        return refuse({"too-long",
                       {"DMN 文件超过 32 MiB", "the DMN file is larger than 32 MiB"},
                       {},
                       {std::string(path)}});
    pugi::xml_document document;
    const auto result =
        document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata);
    if (!result)
        return refuse({"bad-xml",
                       {std::string("不是正确的 XML：") + result.description(),
                        std::string("not well-formed XML: ") + result.description()},
                       {},
                       place_of(text, result.offset, path)});
    const auto root = document.document_element();
    if (local_name(root) != "definitions")
        return refuse({"bad-dmn",
                       {"根元素不是 definitions", "the root element is not `definitions`"},
                       {"请提供 DMN 模型文件", "a DMN model is wanted"},
                       {std::string(path), 1, 1}});
    feel::Definitions definitions;
    definitions.id = attribute(root, "id");
    definitions.name = attribute(root, "name");
    definitions.name_space = attribute(root, "namespace");
    definitions.description = trimmed(content(child(root, "description")));
    BoxReader boxes;
    for (const pugi::xml_node& node : root.children()) {
        const auto kind = local_name(node);
        const std::string id = attribute(node, "id");
        const std::string name = attribute(node, "name");
        if (kind == "import") {
            definitions.imports.push_back({name, attribute(node, "namespace"),
                                           attribute(node, "importType"),
                                           attribute(node, "locationURI")});
        } else if (kind == "itemDefinition") {
            definitions.items.push_back(item_of(node, 0));
        } else if (kind == "inputData") {
            definitions.inputs.push_back({id, name, variable_of(node)});
        } else if (kind == "decision") {
            definitions.decisions.push_back({id, name, variable_of(node), requirements(node),
                                             boxes.inside(node),
                                             trimmed(content(child(node, "question"))),
                                             trimmed(content(child(node, "allowedAnswers")))});
        } else if (kind == "businessKnowledgeModel") {
            const auto logic = child(node, "encapsulatedLogic");
            definitions.knowledge.push_back({id, name, variable_of(node), requirements(node),
                                             logic ? boxes.function(logic) : Boxed{}});
        } else if (kind == "decisionService") {
            definitions.services.push_back(
                {id, name, variable_of(node), hrefs(node, "outputDecision"),
                 hrefs(node, "encapsulatedDecision"), hrefs(node, "inputDecision"),
                 hrefs(node, "inputData")});
        }
    }
    if (boxes.too_deep())
        return refuse(
            {"too-deep",
             {"表达式嵌套超过 100 层", "expressions are nested more than 100 levels deep"},
             {},
             {std::string(path)}});
    return definitions;
}

}  // namespace yinuo::wire
