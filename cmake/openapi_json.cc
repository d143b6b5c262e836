// A tool of the build: joins the parts of the API's description (YAML) into one JSON document, and
// writes it as a source file. Two parts may add to one map, but not say the same key twice.
//
//     openapi_json OUT.cc PART.yaml...       (OUT.json: the document itself, for linters)
#include <yaml-cpp/yaml.h>

#include <cctype>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace {

struct Member;
struct Node {
    std::vector<Member> members;
    std::vector<Node> items;
    std::string json;  // of a scalar
    char kind = 's';   // m, l or s

    Node();
    Node& at(const std::string& key);
};
struct Member {
    std::string name;
    Node node;
};

Node::Node() = default;

Node& Node::at(const std::string& key) {
    for (auto& [name, node] : members)
        if (name == key) return node;
    members.push_back({key, Node()});
    members.back().node.json = "null";
    return members.back().node;
}

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (c == '\n')
            out += "\\n";
        else if (static_cast<unsigned char>(c) < 0x20)
            out += ' ';
        else
            out += c;
    }
    return out + '"';
}

// YAML 1.2, section 10.3: what an unquoted scalar is.
bool is_literal(const std::string& text) {
    if (text == "true" || text == "false" || text == "null") return true;
    std::size_t i = !text.empty() && text[0] == '-' ? 1 : 0;
    bool digit = false, point = false;
    for (; i < text.size(); ++i) {
        if (std::isdigit(static_cast<unsigned char>(text[i])) != 0)
            digit = true;
        else if (text[i] == '.' && digit && !point)
            point = true;
        else
            return false;
    }
    return digit && text.back() != '.';
}

[[noreturn]] void fail(const std::string& why) {
    std::fprintf(stderr, "openapi_json: %s\n", why.c_str());
    std::exit(1);
}

void join(Node& into, const YAML::Node& from, const std::string& path, bool fresh) {
    if (from.IsMap()) {
        if (!fresh && into.kind != 'm') fail(path + " is said twice");
        into.kind = 'm';
        for (const auto& pair : from) {
            const auto key = pair.first.as<std::string>();
            const auto before = into.members.size();
            auto& node = into.at(key);
            join(node, pair.second, path + "/" + key, into.members.size() > before);
        }
        return;
    }
    if (!fresh) fail(path + " is said twice");
    if (from.IsSequence()) {
        into.kind = 'l';
        for (std::size_t i = 0; i < from.size(); ++i)
            join(into.items.emplace_back(), from[i], path + "/" + std::to_string(i), true);
        return;
    }
    // A comma in a flow map's unquoted text makes a key of what follows it.
    if (from.IsNull()) fail(path + " has no value (an unquoted comma before it?)");
    const auto& text = from.Scalar();
    into.json = from.Tag() != "!" && is_literal(text) ? text : quoted(text);
}

void write(const Node& node, std::string& out) {
    if (node.kind == 's') {
        out += node.json;
        return;
    }
    out += node.kind == 'm' ? '{' : '[';
    bool first = true;
    for (const auto& [key, value] : node.members) {
        if (!first) out += ',';
        first = false;
        out += quoted(key) + ':';
        write(value, out);
    }
    for (const auto& item : node.items) {
        if (!first) out += ',';
        first = false;
        write(item, out);
    }
    out += node.kind == 'm' ? '}' : ']';
}

}  // namespace

int main(int count, char** words) {
    if (count < 3) fail("usage: openapi_json OUT.cc PART.yaml...");
    Node whole;
    for (int i = 2; i < count; ++i) {
        try {
            join(whole, YAML::LoadFile(words[i]), "", i == 2);
        } catch (const YAML::Exception& trouble) {
            fail(std::string(words[i]) + ": " + trouble.what());
        }
    }
    std::string json;
    write(whole, json);
    std::ofstream out(words[1]);
    if (std::string(words[1]).ends_with(".json")) {
        out << json << '\n';
        return out.flush() ? 0 : 1;
    }
    out << "#include \"server/openapi.h\"\n\nnamespace yinuo::server {\n\n"
           "std::string_view openapi_json() {\n    return\n";
    // In pieces: a literal has its limits, and so has a line.
    for (std::size_t at = 0; at < json.size();) {
        std::size_t size = 4000;
        while (at + size < json.size() && (json[at + size] & 0xC0) == 0x80) ++size;
        out << "        R\"json(" << json.substr(at, size) << ")json\"\n";
        at += size;
    }
    out << "        ;\n}\n\n}  // namespace yinuo::server\n";
    if (!out.flush()) fail("could not write");
    return 0;
}
