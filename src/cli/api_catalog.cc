#include "cli/api_catalog.h"

#include <algorithm>
#include <array>

#include "base/nearest.h"
#include "cli/api_client.h"

namespace yinuo::cli {
namespace {

using wire::Json;

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kMethods = {
    {{"get", "GET"}, {"post", "POST"}, {"put", "PUT"}, {"patch", "PATCH"}, {"delete", "DELETE"}}};

std::string_view word(const Json& of, std::string_view key) {
    const auto* found = of.find(key);
    return found == nullptr ? std::string_view() : found->text;
}

// What a `{"$ref": "#/a/b"}` stands for; anything else is itself.
const Json& resolved(const Json& root, const Json& what) {
    auto path = word(what, "$ref");
    if (!path.starts_with("#/")) return what;
    const Json* at = &root;
    path.remove_prefix(2);
    while (at != nullptr && !path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        at = at->find(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return at == nullptr ? what : *at;
}

void add_parameters(const Json& root, const Json* list, ApiOperation& into) {
    if (list == nullptr) return;
    for (const auto& item : list->items) {
        const auto& one = resolved(root, item);
        const auto* required = one.find("required");
        into.parameters.push_back(
            {.name = word(one, "name"),
             .in = word(one, "in"),
             .description = word(one, "description"),
             .required = required != nullptr && required->truth().value_or(false)});
    }
}

void append_json(std::string& out, const Json& json) {
    switch (json.kind) {
        case Json::Kind::Null: out += "null"; return;
        case Json::Kind::Boolean: out += json.boolean ? "true" : "false"; return;
        case Json::Kind::Number: out += json.text; return;
        case Json::Kind::String: append_json_string(out, json.text); return;
        case Json::Kind::Array:
            out += '[';
            for (const auto& item : json.items) {
                if (out.back() != '[') out += ',';
                append_json(out, item);
            }
            out += ']';
            return;
        case Json::Kind::Object:
            out += '{';
            for (const auto& [key, value] : json.members) {
                if (out.back() != '{') out += ',';
                append_json_string(out, key);
                out += ':';
                append_json(out, value);
            }
            out += '}';
            return;
    }
}

void add_body(const Json& root, const Json& operation, ApiOperation& into) {
    const auto* asked = operation.find("requestBody");
    if (asked == nullptr) return;
    const auto& body = resolved(root, *asked);
    const auto* required = body.find("required");
    into.body_required = required != nullptr && required->truth().value_or(false);
    const auto* content = body.find("content");
    if (content == nullptr) return;
    for (const auto& [media, what] : content->members) {
        into.media.push_back(media);
        const auto* example = what.find("example");
        if (into.media.size() == 1 && example != nullptr) append_json(into.example, *example);
    }
}

std::vector<std::string_view> names_of(const ApiOperation& operation) {
    std::vector<std::string_view> names;
    for (const auto& one : operation.parameters)
        if (one.in != "header") names.push_back(one.name);
    return names;
}

Error unknown_parameter(const ApiOperation& operation, const std::string& name) {
    const auto names = names_of(operation);
    Error error{.code = "unknown-parameter",
                .what = {"这个操作没有参数“" + name + "”", "there is no parameter '" + name + "'"},
                .mend = {"它不带参数", "it has none"}};
    if (const auto near = nearest(name, names)) {
        error.mend = {"是不是想写 " + std::string(*near) + "？",
                      "did you mean " + std::string(*near) + "?"};
    } else if (!names.empty()) {
        std::string all;
        for (const auto one : names) all += (all.empty() ? "" : ", ") + std::string(one);
        error.mend = {"可以写 " + all, "it knows " + all};
    }
    return error;
}

}  // namespace

const ApiParameter* ApiOperation::find(std::string_view name) const {
    const auto found = std::ranges::find_if(parameters, [&](const ApiParameter& one) {
        return one.name == name && one.in != "header";
    });
    return found == parameters.end() ? nullptr : &*found;
}

Result<std::vector<ApiOperation>> read_api_catalog(std::string_view description, Arena& memory) {
    const auto root = TRY(wire::parse_json(description, memory));
    std::vector<ApiOperation> all;
    const auto* paths = root.find("paths");
    if (paths == nullptr) return all;
    for (const auto& [path, item] : paths->members)
        for (const auto& [key, method] : kMethods) {
            const auto* operation = item.find(key);
            if (operation == nullptr) continue;
            ApiOperation one{.id = word(*operation, "operationId"),
                             .method = method,
                             .path = path,
                             .area = {},
                             .summary = word(*operation, "summary"),
                             .description = word(*operation, "description"),
                             .parameters = {},
                             .media = {},
                             .example = {}};
            if (const auto* tags = operation->find("tags"); tags != nullptr && !tags->items.empty())
                one.area = tags->items.front().text;
            add_parameters(root, item.find("parameters"), one);
            add_parameters(root, operation->find("parameters"), one);
            add_body(root, *operation, one);
            all.push_back(std::move(one));
        }
    return all;
}

Result<std::string> api_path(const ApiOperation& operation,
                             const std::vector<std::pair<std::string, std::string>>& given) {
    std::string path(operation.path), query;
    for (const auto& [name, value] : given) {
        const auto* known = operation.find(name);
        if (known == nullptr) return refuse(unknown_parameter(operation, name));
        const auto is_same = [&](const auto& other) { return other.first == name; };
        if (std::ranges::count_if(given, is_same) > 1)
            return refuse({.code = "repeated-parameter",
                           .what = {"参数 " + name + " 给了两次", name + " is given twice"},
                           .mend = {"只留一个", "leave one"}});
        if (known->in == "path") {
            const auto at = path.find("{" + name + "}");
            if (at != std::string::npos) path.replace(at, name.size() + 2, encoded(value));
        } else {
            query += (query.empty() ? "?" : "&") + encoded(name) + "=" + encoded(value);
        }
    }
    for (const auto& one : operation.parameters) {
        const bool is_there =
            std::ranges::any_of(given, [&](const auto& name) { return name.first == one.name; });
        if (one.required && one.in != "header" && !is_there) {
            const std::string name(one.name);
            return refuse({.code = "missing-parameter",
                           .what = {"缺少参数 " + name, "the parameter " + name + " is missing"},
                           .mend = {"写 " + name + "=…", "write " + name + "=..."}});
        }
    }
    return path + query;
}

}  // namespace yinuo::cli
