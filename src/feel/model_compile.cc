// From a document to its compiled parts.
#include <algorithm>
#include <set>

#include "feel/model_parts.h"
#include "feel/parser.h"

namespace yinuo::feel {

namespace {

constexpr std::size_t kDocumentsMax = 100;

// The names of a document that only a list can tell apart from arithmetic.
class NameCollector {
public:
    void take(const std::string& name) {
        if (!name.empty() && !is_plain_name(name)) names_.insert(name);
    }
    void take(const ItemDefinition& item, int depth = 0) {
        take(item.name);
        if (depth < 50)
            for (const ItemDefinition& component : item.components) take(component, depth + 1);
    }
    void take(const Boxed& boxed, int depth = 0) {
        take(boxed.variable);
        for (const std::string& column : boxed.columns) take(column);
        for (const Variable& parameter : boxed.parameters) take(parameter.name);
        for (const auto& output : boxed.table.outputs) take(output.name);
        if (depth > 100) return;
        for (const auto& entry : boxed.entries) {
            take(entry.variable.name);
            take(entry.value, depth + 1);
        }
        for (const Boxed& item : boxed.items) take(item, depth + 1);
    }
    void take(const Definitions& document) {
        for (const auto& import : document.imports) take(import.name);
        for (const auto& item : document.items) take(item);
        for (const auto& input : document.inputs) take(input.name);
        for (const auto& decision : document.decisions) {
            take(decision.name);
            take(decision.logic);
        }
        for (const auto& knowledge : document.knowledge) {
            take(knowledge.name);
            take(knowledge.logic);
        }
        for (const auto& service : document.services) take(service.name);
    }
    std::vector<std::string> names() const { return {names_.begin(), names_.end()}; }

private:
    std::set<std::string> names_;
};

class Builder {
public:
    Builder(std::span<const Definitions> documents, Names& names, Zones* zones,
            Model::Compiled& compiled)
        : documents_(documents),
          names_(names),
          zones_(zones),
          compiled_(compiled),
          underway_(documents.size()),
          built_(documents.size()) {}

    // The unit of a document, its imports first.
    Result<Unit*> build(std::size_t document) {
        if (built_[document] != nullptr) return built_[document];
        if (underway_[document])
            return refuse({"circular-import",
                           {"模型的导入互相循环", "the imports of the models go in a circle"}});
        underway_[document] = true;
        const Definitions& text = documents_[document];
        auto unit = std::make_unique<Unit>();
        Unit& built = *unit;
        const std::size_t place = compiled_.units.size();
        compiled_.units.push_back(nullptr);  // the model itself comes first
        NameCollector collector;
        collector.take(text);
        for (const Import& import : text.imports) {
            const auto found =
                std::find_if(documents_.begin(), documents_.end(), [&](const Definitions& other) {
                    return other.name_space == import.name_space && &other != &text;
                });
            if (found == documents_.end()) {
                if (import.type.find("DMN") == std::string::npos) continue;
                return refuse({"missing-import",
                               {"找不到被导入的模型“" + import.name_space + "”",
                                "the imported model `" + import.name_space + "` is missing"}});
            }
            const Unit* imported = TRY(build(static_cast<std::size_t>(found - documents_.begin())));
            built.imports.push_back(
                {import.name, names_.intern(import.name), import.name_space, imported});
            built.types.import(import.name, &imported->types);
            collector.take(*found);
            for (const auto& special : imported->special_names) collector.take(special);
        }
        built.name_space = text.name_space;
        built.special_names = collector.names();
        built.special_views.assign(built.special_names.begin(), built.special_names.end());
        compile(text, built);
        compiled_.units[place] = std::move(unit);
        built_[document] = &built;
        return &built;
    }

private:
    void compile(const Definitions& text, Unit& unit) {
        const Dialect dialect{.names = names_,
                              .zones = zones_,
                              .special_names = unit.special_views,
                              .types = &unit.types,
                              .open_calls = true};
        Findings& findings = compiled_.findings;
        unit.types.define(text.items, dialect, findings);
        for (const InputData& input : text.inputs)
            unit.inputs.push_back(
                {input.id, input.name, names_.intern(input.name), parse_type(input.variable.type)});
        for (const KnowledgeModel& knowledge : text.knowledge) {
            KnowledgeNode& node = unit.knowledge.emplace_back();
            node.unit = &unit;
            node.type = parse_type(knowledge.variable.type);
            node.logic = compile_box(knowledge.logic, dialect, knowledge.name, findings);
            name(node, knowledge.id, knowledge.name, node.logic.parameter_names);
        }
        for (const Decision& decision : text.decisions)
            unit.decisions.push_back({decision.id,
                                      decision.name,
                                      names_.intern(decision.name),
                                      parse_type(decision.variable.type),
                                      compile_box(decision.logic, dialect, decision.name, findings),
                                      {}});
        for (const DecisionService& service : text.services) {
            ServiceNode& node = unit.services.emplace_back();
            node.unit = &unit;
            node.type = parse_type(service.variable.type);
            node.id = service.id;
            node.name = service.name;
        }
        connect(text, unit);
    }

    void name(ModelFunction& node, const std::string& id, const std::string& text,
              std::vector<std::string> parameters) {
        node.id = id;
        node.name = text;
        node.symbol = names_.intern(text);
        node.parameter_names = std::move(parameters);
        node.parameter_views.assign(node.parameter_names.begin(), node.parameter_names.end());
        node.function.native = &node;
    }

    // Follows the hrefs, once every element has its place.
    void connect(const Definitions& text, Unit& unit) {
        const auto references = [&](const std::vector<std::string>& hrefs,
                                    const std::string& from) {
            std::vector<Reference> found;
            for (const std::string& href : hrefs) {
                if (const auto reference = unit.find(href))
                    found.push_back(*reference);
                else
                    compiled_.findings.push_back(
                        {Severity::Error,
                         {"unknown-href",
                          {from + "：找不到“" + href + "”所指的元素",
                           from + ": nothing has the id of `" + href + "`"}}});
            }
            return found;
        };
        for (std::size_t i = 0; i < text.services.size(); ++i) {
            ServiceNode& node = unit.services[i];
            const DecisionService& service = text.services[i];
            node.outputs = references(service.outputs, service.name);
            node.inputs = references(service.input_data, service.name);
            for (const Reference& reference : references(service.input_decisions, service.name))
                node.inputs.push_back(reference);
            std::erase_if(node.outputs,
                          [](const Reference& r) { return r.element != Element::Decision; });
            std::erase_if(node.inputs,
                          [](const Reference& r) { return r.element > Element::Decision; });
            std::vector<std::string> parameters;
            for (const Reference& reference : node.inputs)
                parameters.push_back(reference.element == Element::Input
                                         ? reference.unit->inputs[reference.index].name
                                         : reference.unit->decisions[reference.index].name);
            name(node, service.id, service.name, std::move(parameters));
        }
        for (std::size_t i = 0; i < text.decisions.size(); ++i)
            unit.decisions[i].required =
                references(text.decisions[i].required, text.decisions[i].name);
        for (std::size_t i = 0; i < text.knowledge.size(); ++i) {
            KnowledgeNode& node = unit.knowledge[i];
            node.required = references(text.knowledge[i].required, text.knowledge[i].name);
            std::erase_if(node.required,
                          [](const Reference& r) { return r.element < Element::Knowledge; });
            node.bindings = bind_required(
                unit, node.required, compiled_.memory, [](const Reference& reference) {
                    return reference.element == Element::Knowledge
                               ? reference.unit->knowledge[reference.index].value()
                               : reference.unit->services[reference.index].value();
                });
        }
    }

    std::span<const Definitions> documents_;
    Names& names_;
    Zones* zones_;
    Model::Compiled& compiled_;
    std::vector<bool> underway_;
    std::vector<Unit*> built_;
};

template <typename Nodes>
std::optional<std::size_t> index_of(const Nodes& nodes, std::string_view id) {
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (nodes[i].id == id) return i;
    return std::nullopt;
}

}  // namespace

std::optional<Reference> Unit::own(std::string_view id) const {
    if (const auto at = index_of(inputs, id)) return Reference{this, Element::Input, *at};
    if (const auto at = index_of(decisions, id)) return Reference{this, Element::Decision, *at};
    if (const auto at = index_of(knowledge, id)) return Reference{this, Element::Knowledge, *at};
    if (const auto at = index_of(services, id)) return Reference{this, Element::Service, *at};
    return std::nullopt;
}

std::optional<Reference> Unit::find(std::string_view href) const {
    const auto mark = href.rfind('#');
    const auto id = mark == std::string_view::npos ? href : href.substr(mark + 1);
    const auto where = mark == std::string_view::npos ? std::string_view() : href.substr(0, mark);
    if (where.empty() || where == name_space)
        if (const auto found = own(id)) return found;
    for (std::size_t i = 0; i < imports.size(); ++i) {
        if (!where.empty() && where != imports[i].name_space) continue;
        auto found = imports[i].unit->own(id);
        if (!found) continue;
        found->import = static_cast<int>(i);
        return found;
    }
    return std::nullopt;
}

Result<Model> Model::compile(std::span<const Definitions> documents, Names& names, Zones* zones) {
    if (documents.empty() || documents.size() > kDocumentsMax)
        return refuse({"bad-model",
                       {"模型数量须在 1 到 100 之间", "between 1 and 100 documents are wanted"}});
    auto compiled = std::make_unique<Compiled>();
    Builder builder(documents, names, zones, *compiled);
    TRY(builder.build(0));
    return Model(std::move(compiled));
}

}  // namespace yinuo::feel
