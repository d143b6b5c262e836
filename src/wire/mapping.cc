#include "wire/mapping.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "wire/input.h"
#include "wire/mapping_check.h"
#include "wire/yaml.h"

namespace yinuo::wire {
namespace {

constexpr std::size_t kFieldsMax = 1000;
constexpr std::size_t kFactsMax = 1000;
constexpr std::size_t kMappingBytesMax = 4 << 20;

constexpr std::array<std::pair<std::string_view, Format>, 4> kFormats = {
    {{"csv", Format::Csv}, {"xes", Format::Xes}, {"ocel", Format::Ocel}, {"jsonl", Format::Jsonl}}};
constexpr std::array<std::pair<std::string_view, FieldType>, 6> kTypes = {
    {{"text", FieldType::Text},
     {"number", FieldType::Number},
     {"boolean", FieldType::Boolean},
     {"instant", FieldType::Instant},
     {"date", FieldType::Date},
     {"duration", FieldType::Duration}}};

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

Text zone_mend(const std::string& near) {
    if (near.empty())
        return {"写 IANA 名称，例如 Asia/Shanghai",
                "write its IANA name, for example America/New_York"};
    return {"是不是“" + near + "”？", "did you mean \"" + near + "\"?"};
}

// What a template may be besides a formula.
enum class Bare {
    Field,  // the name of a field: `at: opened`
    Text,   // text with {fields} in it: `subject: order/{id}`
};

class Reader {
public:
    Reader(Mapping& mapping, Zones& zones, Findings& findings)
        : mapping_(mapping), zones_(zones), findings_(findings) {}

    void read(const Yaml& root) {
        YamlKeys keys(root, findings_);
        if (const Yaml* node = keys.take_scalar("format"))
            mapping_.format = one_of<Format>(*node, kFormats);
        read_shape(keys);
        if (const Yaml* node = keys.take_scalar("zone")) mapping_.zone = zone(*node);
        times_ = patterns(keys.take("times"));
        if (times_.empty()) times_.push_back(*TimePattern::parse("ISO"));
        missing_ = words(keys.take("missing"));
        if (missing_.empty()) missing_.push_back("");
        if (const Yaml* node = keys.need("fields")) read_fields(*node);
        mapping_.subject = template_of(keys.take_scalar("subject"), Bare::Text);
        mapping_.customer = template_of(keys.take_scalar("customer"), Bare::Text);
        if (const Yaml* node = keys.need("facts")) read_facts(*node);
        keys.finish();
    }

private:
    void fault(const Place& place, std::string code, Text what, Text mend = {}) {
        report(findings_, Severity::Error, std::move(code), place, std::move(what),
               std::move(mend));
    }

    template <typename T>
    std::optional<T> one_of(const Yaml& node,
                            std::span<const std::pair<std::string_view, T>> known) {
        std::vector<std::string_view> names;
        for (const auto& [name, value] : known) {
            if (name == node.text) return value;
            names.push_back(name);
        }
        fault(node.place, "unknown-word",
              {"这里不能写“" + node.text + "”", "\"" + node.text + "\" can't stand here"},
              nearest_mend(node.text, names));
        return std::nullopt;
    }

    bool boolean(const Yaml* node) {
        if (node == nullptr) return false;
        constexpr std::array<std::pair<std::string_view, bool>, 4> kWords = {
            {{"yes", true}, {"no", false}, {"true", true}, {"false", false}}};
        return one_of<bool>(*node, kWords).value_or(false);
    }

    void read_shape(YamlKeys& keys) {
        if (const Yaml* node = keys.take_scalar("encoding")) {
            mapping_.encoding = node->text;
            std::ranges::transform(mapping_.encoding, mapping_.encoding.begin(), [](char c) {
                return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            });
            if (!is_encoding(mapping_.encoding))
                fault(node->place, "unknown-encoding",
                      {"不认识编码“" + node->text + "”",
                       "the encoding \"" + node->text + "\" is not known"},
                      nearest_mend(mapping_.encoding, {encodings().begin(), encodings().end()}));
        }
        const Yaml* delimiter = keys.take_scalar("delimiter");
        if (delimiter != nullptr)
            mapping_.delimiter = delimiter->text == "tab" ? '\t' : character(*delimiter);
        if (const Yaml* node = keys.take_scalar("quote")) {
            if (node->text == "none")
                mapping_.quote.reset();
            else
                mapping_.quote = character(*node);
        }
        if (delimiter != nullptr && mapping_.quote && mapping_.delimiter == mapping_.quote)
            fault(delimiter->place, "bad-character",
                  {"分隔符和引号不能相同", "the delimiter and the quote can't be the same"});
        if (const Yaml* node = keys.take_scalar("decimal mark")) {
            mapping_.decimal_mark = character(*node);
            if (mapping_.decimal_mark != '.' && mapping_.decimal_mark != ',')
                fault(node->place, "bad-character",
                      {"小数点只能是“.”或“,”", "a decimal mark is \".\" or \",\""});
        }
        if (const Yaml* node = keys.take("columns")) mapping_.columns = words(node);
        if (const Yaml* node = keys.take_scalar("object")) mapping_.object = node->text;
    }

    char character(const Yaml& node) {
        const bool fits = node.text.size() == 1 && node.text[0] != '\n' && node.text[0] != '\r' &&
                          static_cast<unsigned char>(node.text[0]) < 0x80;
        if (!fits)
            fault(node.place, "bad-character",
                  {"这里要写恰好一个 ASCII 字符", "one ASCII character belongs here"},
                  {"例如 \";\"；制表符写 tab", "for example \";\"; write tab for a tab"});
        return fits ? node.text[0] : ',';
    }

    std::string zone(const Yaml& node) {
        if (node.text != "UTC" && zones_.find(node.text) == nullptr)
            fault(node.place, "unknown-zone",
                  {"没有时区“" + node.text + "”", "there is no time zone \"" + node.text + "\""},
                  zone_mend(zones_.suggest(node.text)));
        return node.text;
    }

    // One word or a list of words.
    std::vector<std::string> words(const Yaml* node) {
        std::vector<std::string> all;
        if (node == nullptr) return all;
        if (node->is_scalar()) return {node->text};
        for (const Yaml& item : node->items) {
            if (item.is_scalar())
                all.push_back(item.text);
            else
                fault(item.place, "wrong-kind", {"这里要写一个词", "a word belongs here"});
        }
        if (!node->is_list())
            fault(node->place, "wrong-kind",
                  {"这里要写一个词或一个列表", "a word or a list of words belongs here"});
        return all;
    }

    std::vector<TimePattern> patterns(const Yaml* node) {
        std::vector<TimePattern> made;
        if (node == nullptr) return made;
        if (node->is_list() && node->items.empty())
            fault(node->place, "empty-list",
                  {"times 里一个式样也没有", "there is no pattern in this list"},
                  {"例如 ISO", "for example ISO"});
        const std::span<const Yaml> nodes =
            node->is_list() ? std::span(node->items) : std::span(node, 1);
        for (const Yaml& item : nodes) {
            auto pattern = TimePattern::parse(item.text);
            if (pattern) {
                made.push_back(std::move(*pattern));
            } else {
                pattern.error().place = item.place;
                findings_.push_back({Severity::Error, std::move(pattern.error())});
            }
        }
        return made;
    }

    // "= FEEL", without the sign.
    std::optional<Formula> formula_of(const Yaml& node) {
        if (!node.text.starts_with('=')) return std::nullopt;
        Formula formula{node.text.substr(1), node.place};
        ++formula.place.column;
        return formula;
    }

    int field_of(std::string_view name, const Place& place) {
        if (name == "row") return TemplatePart::kRow;
        for (std::size_t i = 0; i < mapping_.fields.size(); ++i)
            if (mapping_.fields[i].name == name) return static_cast<int>(i);
        std::vector<std::string_view> names = {"row"};
        for (const auto& field : mapping_.fields) names.push_back(field.name);
        const std::string text(name);
        fault(place, "unknown-field",
              {"没有声明字段“" + text + "”", "no field \"" + text + "\" is declared"},
              nearest_mend(name, names));
        return TemplatePart::kUnknown;
    }

    Template template_of(const Yaml* node, Bare bare) {
        Template made;
        if (node == nullptr) return made;
        made.place = node->place;
        made.formula = formula_of(*node);
        if (made.formula) return made;
        if (bare == Bare::Field) {
            made.parts.push_back({.text = "", .field = field_of(node->text, node->place)});
            return made;
        }
        std::string_view rest = node->text;
        while (!rest.empty()) {
            TemplatePart part;
            const auto open = rest.find('{');
            part.text = rest.substr(0, open);
            rest.remove_prefix(std::min(rest.size(), open));
            if (!rest.empty()) {
                const auto close = rest.find('}');
                if (close == std::string_view::npos) {
                    fault(node->place, "open-brace", {"“{”没有配对的“}”", "a \"{\" has no \"}\""});
                    return made;
                }
                part.field = field_of(rest.substr(1, close - 1), node->place);
                rest.remove_prefix(close + 1);
            }
            made.parts.push_back(std::move(part));
        }
        return made;
    }

    void read_fields(const Yaml& node) {
        if (!node.is_map()) {
            fault(node.place, "wrong-kind",
                  {"fields 下面要写“名字: 类型”", "fields are written as \"name: type\""});
            return;
        }
        if (node.entries.size() > kFieldsMax) {
            fault(node.place, "too-many", {"字段超过 1000 个", "there are more than 1,000 fields"});
            return;
        }
        for (const YamlEntry& entry : node.entries) {
            if (entry.value.kind == Yaml::Kind::Empty) continue;
            if (entry.key == "row" || entry.key == "previous")
                fault(entry.place, "reserved-name",
                      {"“" + entry.key + "”有固定含义，不能作字段名",
                       "\"" + entry.key + "\" has a meaning of its own and can't name a field"});
            mapping_.fields.push_back(field(entry));
        }
    }

    FieldRule field(const YamlEntry& entry) {
        FieldRule rule;
        rule.name = entry.key;
        rule.column = entry.key;
        rule.times = times_;
        rule.zone = mapping_.zone;
        rule.missing = missing_;
        rule.place = entry.place;
        const Yaml& node = entry.value;
        if (node.is_scalar()) {
            rule.formula = formula_of(node);
            rule.typed = !rule.formula;
            if (rule.typed) rule.type = one_of<FieldType>(node, kTypes).value_or(FieldType::Text);
            if (rule.formula) rule.column.clear();
            return rule;
        }
        YamlKeys keys(node, findings_);
        const Yaml* from = keys.take_scalar("from");
        if (from != nullptr) {
            rule.formula = formula_of(*from);
            rule.column = rule.formula ? "" : from->text;
        }
        const Yaml* type = keys.take_scalar("type");
        if (type != nullptr) rule.type = one_of<FieldType>(*type, kTypes).value_or(FieldType::Text);
        rule.typed = type != nullptr || !rule.formula;
        if (auto times = patterns(keys.take("times")); !times.empty())
            rule.times = std::move(times);
        if (const Yaml* zone_node = keys.take_scalar("zone")) rule.zone = zone(*zone_node);
        if (const Yaml* missing = keys.take("missing")) rule.missing = words(missing);
        rule.required = boolean(keys.take_scalar("required"));
        keys.finish();
        return rule;
    }

    void read_facts(const Yaml& node) {
        if (!node.is_list() || node.items.empty()) {
            fault(node.place, "wrong-kind",
                  {"facts 是一个列表，每项以“- fact:”开头",
                   "facts is a list; each item begins with \"- fact:\""});
            return;
        }
        if (node.items.size() > kFactsMax) {
            fault(node.place, "too-many",
                  {"业务记录规则超过 1000 条", "there are more than 1,000 facts"});
            return;
        }
        for (const Yaml& item : node.items) mapping_.facts.push_back(fact(item));
    }

    FactRule fact(const Yaml& node) {
        FactRule rule;
        rule.place = node.place;
        YamlKeys keys(node, findings_);
        const auto scalar = [&](const Yaml* value) {
            return value != nullptr && value->is_scalar() ? value : nullptr;
        };
        const Yaml* kind = scalar(keys.need("fact"));
        rule.kind = template_of(kind, Bare::Text);
        if (kind != nullptr && kind->text.empty())
            fault(kind->place, "empty-kind", {"事实要有一个种类", "a fact needs a kind"},
                  {"例如 order.placed", "for example order.placed"});
        if (const Yaml* when = keys.take_scalar("when")) {
            rule.when = formula_of(*when);
            if (!rule.when) rule.when = Formula{when->text, when->place};
        }
        rule.subject = template_of(keys.take_scalar("subject"), Bare::Text);
        rule.at = template_of(scalar(keys.need("at")), Bare::Field);
        rule.received_at = template_of(keys.take_scalar("received at"), Bare::Field);
        rule.id = template_of(keys.take_scalar("id"), Bare::Text);
        rule.sequence = template_of(keys.take_scalar("sequence"), Bare::Field);
        rule.change = template_of(keys.take_scalar("change"), Bare::Text);
        const Yaml* fields = keys.take("fields");
        if (fields == nullptr)
            for (std::size_t i = 0; i < mapping_.fields.size(); ++i)
                rule.fields.push_back(static_cast<int>(i));
        else
            rule.fields = field_list(*fields);
        if (const Yaml* changed = keys.take("on change of"))
            rule.on_change_of = field_list(*changed);
        rule.required = boolean(keys.take_scalar("required"));
        keys.finish();
        return rule;
    }

    std::vector<int> field_list(const Yaml& node) {
        std::vector<int> all;
        for (const auto& name : words(&node)) {
            const int field = field_of(without_blanks(name), node.place);
            if (field >= 0) all.push_back(field);
        }
        return all;
    }

    Mapping& mapping_;
    Zones& zones_;
    Findings& findings_;
    std::vector<TimePattern> times_;
    std::vector<std::string> missing_;
};

}  // namespace

std::expected<Mapping, Findings> Mapping::parse(std::string_view text, std::string_view path,
                                                Zones& zones) {
    Mapping mapping;
    mapping.path = path;
    YamlFile file = read_yaml(text, path);
    Findings findings = std::move(file.findings);
    if (file.documents.size() == 1) {
        Reader(mapping, zones, findings).read(file.documents.front());
        check_mapping(mapping, zones, findings);
    } else if (findings.empty()) {
        report(findings, Severity::Error, "not-one-document", {.path = std::string(path)},
               {"映射文件里要有且只有一份 YAML 文档",
                "a mapping file holds exactly one YAML document"});
    }
    if (!findings.empty()) return std::unexpected(std::move(findings));
    return mapping;
}

std::expected<Mapping, Findings> Mapping::load(std::string_view path, Zones& zones) {
    const auto read = [&]() -> Result<std::string> {
        const auto input = TRY(Input::open(path));
        return read_whole(*input, kMappingBytesMax);
    };
    const auto text = read();
    if (!text) return std::unexpected(Findings{Finding{Severity::Error, text.error()}});
    return parse(*text, path, zones);
}

}  // namespace yinuo::wire
