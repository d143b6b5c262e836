// `yinuo dmn`: DMN models and FEEL expressions from the command line.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <sstream>

#include "base/nearest.h"
#include "cli/command.h"
#include "cli/input_file.h"
#include "cli/options.h"
#include "cli/zone_files.h"
#include "feel/model.h"
#include "wire/dmn_xml.h"
#include "wire/feel_json.h"

namespace yinuo::cli {

namespace {

using feel::Definitions;
using feel::Model;
using wire::FeelSpelling;

constexpr std::size_t kDocumentsMax = 100;
constexpr std::size_t kFileMost = 64u << 20;

// The model in `path` and what it imports, found among the .dmn files beside it.
class Library {
public:
    Result<std::vector<Definitions>> load(const std::string& path) {
        std::vector<Definitions> documents;
        documents.push_back(TRY(read(path)));
        const auto folder = std::filesystem::path(path).parent_path();
        for (std::size_t i = 0; i < documents.size() && documents.size() < kDocumentsMax; ++i) {
            for (const auto& import : std::vector(documents[i].imports)) {
                const bool known = std::any_of(documents.begin(), documents.end(),
                                               [&](const Definitions& document) {
                                                   return document.name_space == import.name_space;
                                               });
                if (known) continue;
                if (auto found = beside(folder, import.name_space))
                    documents.push_back(std::move(*found));
            }
        }
        return documents;
    }

private:
    static Result<Definitions> read(const std::string& path) {
        return wire::read_dmn(TRY(read_file(path, kFileMost)), path);
    }

    static std::optional<Definitions> beside(const std::filesystem::path& folder,
                                             const std::string& name_space) {
        std::error_code failed;
        for (const auto& entry :
             std::filesystem::directory_iterator(folder.empty() ? "." : folder, failed)) {
            if (entry.path().extension() != ".dmn") continue;
            auto document = read(entry.path().string());
            if (document && document->name_space == name_space) return std::move(*document);
        }
        return std::nullopt;
    }
};

Instant now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

// A model with the table of names that it was compiled with.
struct Loaded {
    std::unique_ptr<Names> names = std::make_unique<Names>();
    std::optional<Model> model;
};

Result<Loaded> load(const std::string& path, Zones& zones) {
    Loaded loaded;
    const auto documents = TRY(Library().load(path));
    loaded.model.emplace(TRY(Model::compile(documents, *loaded.names, &zones)));
    return loaded;
}

std::span<const feel::Entry> entries_of(const feel::Value& value) {
    return value.type() == feel::Type::Context ? value.as_context()
                                               : std::span<const feel::Entry>();
}

// --- The conformance kit's runner: one JSON object a line in, one out ---

class Runner {
public:
    std::string answer(const std::string& line) {
        memory_.reset();
        const auto request = wire::parse_json(line, memory_);
        if (!request || !request->is_object()) return failure("null", "the line is no JSON object");
        const wire::Json* number = request->find("n");
        const std::string n(
            number != nullptr && number->kind == wire::Json::Kind::Number ? number->text : "null");
        const auto text = [&](std::string_view key) {
            const wire::Json* found = request->find(key);
            return found == nullptr ? std::string() : std::string(found->string().value_or(""));
        };
        const Result<Loaded>& loaded = model(text("dmn"));
        if (!loaded) return failure(n, loaded.error().what.en);
        const wire::Json* given = request->find("inputs");
        feel::Value inputs = feel::Value::null();
        if (given != nullptr && given->is_object()) {
            auto entries = memory_.array<feel::Entry>(given->members.size());
            for (std::size_t i = 0; i < entries.size(); ++i)
                entries[i] = {
                    given->members[i].key,
                    wire::to_feel(given->members[i].value, FeelSpelling::Typed, &zones_, memory_)};
            inputs = feel::Value::context(entries);
        }
        feel::Evaluation evaluation{.memory = memory_, .now = now()};
        const Model& model = *loaded->model;
        const std::string type = text("type");
        const auto value = type == "decisionService"
                               ? model.serve(text("invocable"), entries_of(inputs), evaluation)
                           : type == "bkm"
                               ? model.invoke(text("invocable"), entries_of(inputs), evaluation)
                               : model.decide(text("name"), entries_of(inputs), evaluation);
        if (!value) return failure(n, value.error().what.en);
        std::string out = "{\"n\":" + n + ",\"value\":";
        wire::append_feel(out, result_named(type, *value, text("name"), text("invocable")),
                          FeelSpelling::Typed);
        return out + "}";
    }

private:
    // A service with several outputs is asked for one of them by its name.
    static feel::Value result_named(std::string_view type, const feel::Value& value,
                                    const std::string& name, const std::string& invocable) {
        if (type != "decisionService" || name == invocable || value.type() != feel::Type::Context)
            return value;
        for (const feel::Entry& entry : value.as_context())
            if (entry.key == name) return entry.value;
        return value;
    }

    static std::string failure(const std::string& n, std::string_view what) {
        std::string out = "{\"n\":" + n + ",\"error\":";
        wire::append_json_string(out, what);
        return out + "}";
    }

    const Result<Loaded>& model(const std::string& path) {
        auto found = models_.find(path);
        if (found == models_.end()) found = models_.emplace(path, load(path, zones_)).first;
        return found->second;
    }

    ZoneFiles zones_;
    std::map<std::string, Result<Loaded>> models_;
    Arena memory_;
};

int serve_lines() {
    Runner runner;
    std::string line;
    while (std::getline(std::cin, line))
        if (!line.empty()) std::cout << runner.answer(line) << '\n';
    return kFine;
}

// --- For people ---

void show(const feel::Value& value, const Console& console) {
    std::string out;
    if (console.json)
        wire::append_feel(out, value, FeelSpelling::Plain);
    else
        out = feel::to_text(value);
    std::cout << out << '\n';
}

int complain_all(const Findings& findings, const Console& console, Exit exit) {
    for (const Finding& finding : findings) complain(finding.error, console, exit);
    return exit;
}

// --input as a context; nullopt after a complaint.
std::optional<feel::Value> read_input(const std::string& text, Zones& zones, Arena& memory,
                                      const Console& console) {
    if (text.empty()) return feel::Value::context({});
    const auto json = wire::parse_json(text, memory, "--input");
    if (!json) {
        complain(json.error(), console, kInput);
        return std::nullopt;
    }
    if (!json->is_object()) {
        complain({"bad-input",
                  {"--input 须为 JSON 对象", "--input must be a JSON object"},
                  {"例如 --input '{\"n\": 7}'", "for example --input '{\"n\": 7}'"}},
                 console, kInput);
        return std::nullopt;
    }
    return wire::to_feel(*json, FeelSpelling::Typed, &zones, memory);
}

int evaluate_text(const std::string& text, const feel::Value& input, Zones& zones, Arena& memory,
                  const Console& console) {
    Names names;
    std::vector<std::string_view> special;
    std::vector<feel::Binding> bindings;
    for (const feel::Entry& entry : entries_of(input)) {
        special.push_back(entry.key);
        bindings.push_back({names.intern(entry.key), entry.value});
    }
    const feel::Dialect dialect{
        .names = names, .zones = &zones, .special_names = special, .at = {"--eval", 1, 1}};
    const auto expression = feel::Expression::compile(text, dialect);
    if (!expression) return complain_all(expression.error(), console, kInput);
    std::string why;
    feel::Evaluation evaluation{.memory = memory, .now = now(), .why_null = &why};
    const feel::Value value = expression->evaluate(feel::Scope{bindings, nullptr}, evaluation);
    show(value, console);
    if (value.is_null() && !why.empty()) std::cerr << "null: " << why << '\n';
    return kFine;
}

int decide_all(const Model& model, const std::string& wanted, const feel::Value& input,
               Arena& memory, const Console& console) {
    std::string json = "{";
    for (const auto name : model.decision_names()) {
        if (!wanted.empty() && name != wanted) continue;
        feel::Evaluation evaluation{.memory = memory, .now = now()};
        const auto value = model.decide(name, entries_of(input), evaluation);
        if (!value) return complain(value.error(), console, kInput);
        if (!wanted.empty()) {
            show(*value, console);
            return kFine;
        }
        if (console.json) {
            if (json.size() > 1) json += ',';
            wire::append_json_string(json, name);
            json += ':';
            wire::append_feel(json, *value, FeelSpelling::Plain);
        } else {
            std::cout << name << ": " << feel::to_text(*value) << '\n';
        }
    }
    if (wanted.empty()) {
        if (console.json) std::cout << json << "}\n";
        return kFine;
    }
    const auto near = nearest(wanted, model.decision_names());
    return complain({"unknown-name",
                     {"模型里没有名为“" + wanted + "”的决策",
                      "the model has no decision called `" + wanted + "`"},
                     near ? Text{"是不是“" + std::string(*near) + "”？",
                                 "did you mean `" + std::string(*near) + "`?"}
                          : Text{}},
                    console, kInput);
}

int run(Arguments arguments, const Console& console) {
    bool lines = false;
    bool write = false;
    std::string file;
    std::string decision;
    std::string input_text;
    std::string expression;
    Options options;
    options.flag("jsonl", lines);
    options.flag("write", write);
    options.value("decision", decision);
    options.value("input", input_text);
    options.value("eval", expression);
    options.optional("FILE", file);
    if (const auto read = options.read(arguments); !read) return complain(read.error(), console);
    if (lines) return serve_lines();

    ZoneFiles zones;
    Arena memory;
    const auto input = read_input(input_text, zones, memory, console);
    if (!input) return kInput;
    if (!expression.empty()) return evaluate_text(expression, *input, zones, memory, console);
    if (file.empty())
        return complain({"missing-argument",
                         {"没有指明模型文件", "no model was named"},
                         {"写 yinuo dmn 文件.dmn，或 --eval '表达式'",
                          "write yinuo dmn FILE.dmn, or --eval 'EXPR'"}},
                        console);
    if (write) {
        const auto text = read_file(file, kFileMost);
        if (!text) return complain(text.error(), console, kInput);
        const auto definitions = wire::read_dmn(*text, file);
        if (!definitions) return complain(definitions.error(), console, kInput);
        std::cout << wire::write_dmn(*definitions);
        return kFine;
    }
    const auto loaded = load(file, zones);
    if (!loaded) return complain(loaded.error(), console, kInput);
    const int exit = decide_all(*loaded->model, decision, *input, memory, console);
    if (loaded->model->findings().empty() || exit != kFine) return exit;
    return complain_all(loaded->model->findings(), console, kFindings);
}

}  // namespace

const Command kDmnCommand = {
    .name = "dmn",
    .summary = {"决策模型：求值 DMN 决策与 FEEL 表达式",
                "decision models: evaluate DMN decisions and FEEL expressions"},
    .usage = {R"(用法：yinuo dmn 文件.dmn [--decision 名称] [--input JSON]
      yinuo dmn 文件.dmn --write
      yinuo dmn --eval '表达式' [--input JSON]
      yinuo dmn --jsonl

  不写 --decision 时求出全部决策。--input 是按名称给出的输入；日期等写作
  {"date":"2026-01-02"}、{"time":"10:00:00"}、{"datetime":"..."}、{"duration":"PT1H"}。
  --write  读入后重新写出 DMN XML
  --jsonl  从标准输入逐行读请求、逐行作答（DMN TCK 的运行协议）
)",
              R"(usage: yinuo dmn FILE.dmn [--decision NAME] [--input JSON]
       yinuo dmn FILE.dmn --write
       yinuo dmn --eval 'EXPR' [--input JSON]
       yinuo dmn --jsonl

  Without --decision all decisions are evaluated. --input gives inputs by name; dates and the like
  are {"date":"2026-01-02"}, {"time":"10:00:00"}, {"datetime":"..."}, {"duration":"PT1H"}.
  --write  reads the model and writes it as DMN XML again
  --jsonl  answers requests from standard input line by line (the DMN TCK runner's protocol)
)"},
    .run = run,
};

}  // namespace yinuo::cli
