#include "wire/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>

#include "base/nearest.h"
#include "wire/utf8.h"

namespace yinuo::wire {
namespace {

constexpr std::size_t kTextMost = 4u << 20;
constexpr int kDepthMost = 64;

// Thrown through yaml-cpp's parser, caught in read_yaml(): there is no other way to stop it.
struct Stop {};

// Turns yaml-cpp's marks (bytes) into places (characters).
class Lines {
public:
    Lines(std::string_view text, std::string_view path) : text_(text), path_(path) {
        starts_.push_back(0);
        for (std::size_t i = 0; i < text.size(); ++i)
            if (text[i] == '\n') starts_.push_back(i + 1);
    }

    std::string_view line(std::size_t index) const {
        if (index >= starts_.size()) return {};
        const auto end = index + 1 < starts_.size() ? starts_[index + 1] - 1 : text_.size();
        return text_.substr(starts_[index], end - starts_[index]);
    }

    Place place(std::size_t line_index, std::size_t byte) const {
        const auto columns = count_characters(line(line_index).substr(0, byte));
        return {std::string(path_), static_cast<std::uint32_t>(line_index + 1),
                static_cast<std::uint32_t>(columns + 1)};
    }

    Place place(const YAML::Mark& mark) const {
        if (mark.line < 0) return {std::string(path_), 0, 0};
        return place(static_cast<std::size_t>(mark.line), static_cast<std::size_t>(mark.column));
    }

    char at(const YAML::Mark& mark) const {
        if (mark.line < 0) return 0;
        const auto text = line(static_cast<std::size_t>(mark.line));
        const auto column = static_cast<std::size_t>(mark.column);
        return column < text.size() ? text[column] : '\0';
    }

    // Where the text of a scalar begins: past its quote, or on the line below `|` and `>`.
    Place scalar_place(const YAML::Mark& mark) const {
        Place place = this->place(mark);
        const char first = at(mark);
        if (first == '\'' || first == '"') ++place.column;
        if (first == '|' || first == '>') {
            const auto next = line(static_cast<std::size_t>(mark.line) + 1);
            ++place.line;
            const auto indent = std::min(next.find_first_not_of(' '), next.size());
            place.column = static_cast<std::uint32_t>(indent + 1);
        }
        return place;
    }

    std::size_t count() const { return starts_.size(); }

private:
    std::string_view text_;
    std::string_view path_;
    std::vector<std::size_t> starts_;
};

class Builder : public YAML::EventHandler {
public:
    Builder(const Lines& lines, YamlFile& file) : lines_(lines), file_(file) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        // At a stray comma or bracket yaml-cpp 0.7 finds empty documents for ever, all in one place.
        if (mark.pos == last_begin_) {
            report(file_.findings, Severity::Error, "bad-yaml", lines_.place(mark),
                   {"这里不是合法的 YAML", "this is not YAML"},
                   {"检查行首多出的逗号或括号",
                    "look for a stray comma or bracket at the line's start"});
            throw Stop{};
        }
        last_begin_ = mark.pos;
        root_ = {};
    }
    void OnDocumentEnd() override {
        // A file that ends with `---` has an empty last document; nobody means it.
        if (root_.kind != Yaml::Kind::Empty) file_.documents.push_back(std::move(root_));
        root_ = {};
    }
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        refuse_anchor(mark, anchor);
        Yaml node;
        node.place = lines_.place(mark);
        add(std::move(node));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_anchor(mark, 1); }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        refuse_anchor(mark, anchor);
        refuse_tag(mark, tag);
        Yaml node;
        node.place = lines_.scalar_place(mark);
        const bool plain = tag == "?";
        if (!(plain && (value.empty() || value == "~" || value == "null"))) {
            node.kind = Yaml::Kind::Scalar;
            node.text = value;
            while (!plain && !node.text.empty() && node.text.back() == '\n') node.text.pop_back();
        }
        add(std::move(node));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override {
        open(mark, tag, anchor, style, Yaml::Kind::List);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override {
        open(mark, tag, anchor, style, Yaml::Kind::Map);
    }
    void OnMapEnd() override {
        check_keys(open_.back().node);
        close();
    }

private:
    struct Open {
        Yaml node;
        bool key_next = true;
    };

    void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (anchor == 0) return;
        report(file_.findings, Severity::Error, "yaml-anchor", lines_.place(mark),
               {"这里不用 YAML 的锚点（&、*）", "anchors and aliases (&, *) are not used here"},
               {"把内容写全；若本来是文字，请加引号",
                "write it out; if it is meant as text, quote it"});
        throw Stop{};
    }

    void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
        if (tag.empty() || tag == "?" || tag == "!") return;
        report(
            file_.findings, Severity::Error, "yaml-tag", lines_.place(mark),
            {"这里不用 YAML 的标签（!）", "tags (!) are not used here"},
            {"去掉标签；若本来是文字，请加引号", "drop the tag; if it is meant as text, quote it"});
    }

    void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
              YAML::EmitterStyle::value style, Yaml::Kind kind) {
        refuse_anchor(mark, anchor);
        refuse_tag(mark, tag);
        if (open_.size() >= kDepthMost) {
            report(file_.findings, Severity::Error, "too-deep", lines_.place(mark),
                   {"嵌套超过 64 层", "nested more than 64 deep"});
            throw Stop{};
        }
        Yaml node;
        node.kind = kind;
        node.place = lines_.place(mark);
        node.flow = style == YAML::EmitterStyle::Flow;
        open_.push_back({std::move(node)});
    }

    void close() {
        Yaml node = std::move(open_.back().node);
        open_.pop_back();
        add(std::move(node));
    }

    void add(Yaml node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open& top = open_.back();
        if (top.node.kind == Yaml::Kind::List) {
            if (node.kind == Yaml::Kind::Empty)
                report(file_.findings, Severity::Error, "empty-value", node.place,
                       {"列表里有一项是空的", "an item of this list is empty"},
                       {"写上内容或删去这一项", "write it or drop the item"});
            else
                top.node.items.push_back(std::move(node));
            return;
        }
        if (top.key_next) {
            if (!node.is_scalar())
                report(file_.findings, Severity::Error, "bad-key", node.place,
                       {"键必须是一个词", "a key must be a word"},
                       {"若是公式，请整个加引号", "if it is a formula, quote the whole of it"});
            top.node.entries.push_back({std::move(node.text), std::move(node.place), {}});
        } else {
            top.node.entries.back().value = std::move(node);
        }
        top.key_next = !top.key_next;
    }

    void check_keys(const Yaml& map) {
        for (std::size_t i = 0; i < map.entries.size(); ++i) {
            const auto& entry = map.entries[i];
            if (entry.key.empty()) continue;
            for (std::size_t j = 0; j < i; ++j) {
                if (map.entries[j].key != entry.key) continue;
                const auto line = std::to_string(map.entries[j].place.line);
                report(file_.findings, Severity::Error, "duplicate-key", entry.place,
                       {"「" + entry.key + "」重复了，第 " + line + " 行已有",
                        "\"" + entry.key + "\" stands here twice, first in line " + line},
                       {"留下一个", "keep one of them"});
                break;
            }
            if (entry.value.kind != Yaml::Kind::Empty) continue;
            if (map.flow && i > 0)
                report(file_.findings, Severity::Error, "split-value", entry.place,
                       {"花括号里的逗号把内容切断了，「" + entry.key + "」成了一个没有值的键",
                        "a comma in these braces cut the value before it: \"" + entry.key +
                            "\" became a key without a value"},
                       {"给「" + map.entries[i - 1].key + "」的值整个加引号",
                        "quote the whole value of \"" + map.entries[i - 1].key + "\""});
            else
                report(file_.findings, Severity::Error, "empty-value", entry.place,
                       {"「" + entry.key + "」没有值", "\"" + entry.key + "\" has no value"},
                       {"写上值或删去这个键", "write one or drop the key"});
        }
    }

    const Lines& lines_;
    YamlFile& file_;
    Yaml root_;
    std::vector<Open> open_;
    int last_begin_ = -1;  // where the last document began, in bytes
};

// A stream over memory that is borrowed.
class View : public std::streambuf {
public:
    explicit View(std::string_view text) {
        auto* begin = const_cast<char*>(text.data());
        setg(begin, begin, begin + text.size());
    }
};

bool find_tabs(const Lines& lines, Findings& findings) {
    for (std::size_t i = 0; i < lines.count(); ++i) {
        const auto line = lines.line(i);
        const auto tab = line.substr(0, line.find_first_not_of(" \t")).find('\t');
        if (tab == std::string_view::npos ||
            line.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        report(findings, Severity::Error, "tab", lines.place(i, tab),
               {"缩进里有制表符", "a tab in the indentation"}, {"改成空格", "use blanks"});
        return true;
    }
    return false;
}

void report_syntax(const YAML::Exception& error, const Lines& lines, Findings& findings) {
    const char first = lines.at(error.mark);
    if (first != '\0' && std::string_view("*&@`%!|>").find(first) != std::string_view::npos) {
        report(findings, Severity::Error, "needs-quotes", lines.place(error.mark),
               {std::string("文字不能以「") + first + "」开头",
                std::string("text cannot begin with \"") + first + "\" here"},
               {"把整个值加上引号", "quote the whole value"});
        return;
    }
    Text mend{"检查缩进、冒号后的空格和括号；含冒号、逗号或括号的公式要加引号",
              "look at the indentation, the blank after each colon, and brackets; quote formulas "
              "with a colon, comma or bracket"};
    Text what{"这里不是合法的 YAML", "this is not YAML"};
    if (error.msg == YAML::ErrorMsg::MAP_VALUE)
        what = {"这里多了一个冒号", "a colon that doesn't belong here"};
    else if (error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW)
        what = {"花括号「{」没有配对的「}」", "a brace \"{\" without its \"}\""};
    else if (error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW)
        what = {"方括号「[」没有配对的「]」", "a bracket \"[\" without its \"]\""};
    else if (error.msg == YAML::ErrorMsg::END_OF_MAP)
        what = {"这一行的缩进与同级的键不一致", "this line is not indented like its neighbours"};
    else if (error.msg == YAML::ErrorMsg::EOF_IN_SCALAR)
        what = {"引号没有配对", "a quote without its partner"};
    report(findings, Severity::Error, "bad-yaml", lines.place(error.mark), what, mend);
}

std::string_view kind_zh(Yaml::Kind kind) {
    switch (kind) {
        case Yaml::Kind::Empty: return "空";
        case Yaml::Kind::Scalar: return "单个值";
        case Yaml::Kind::List: return "列表";
        case Yaml::Kind::Map: return "键值";
    }
    return "";
}

std::string_view kind_en(Yaml::Kind kind) {
    switch (kind) {
        case Yaml::Kind::Empty: return "nothing";
        case Yaml::Kind::Scalar: return "a single value";
        case Yaml::Kind::List: return "a list";
        case Yaml::Kind::Map: return "keys and values";
    }
    return "";
}

void wrong_kind(Findings& findings, const Yaml& node, Yaml::Kind wanted) {
    report(findings, Severity::Error, "wrong-kind", node.place,
           {"这里是" + std::string(kind_zh(node.kind)) + "，应是" + std::string(kind_zh(wanted)),
            "here is " + std::string(kind_en(node.kind)) + " where " +
                std::string(kind_en(wanted)) + " should be"});
}

}  // namespace

const Yaml* Yaml::find(std::string_view key) const {
    for (const auto& entry : entries)
        if (entry.key == key) return &entry.value;
    return nullptr;
}

YamlFile read_yaml(std::string_view text, std::string_view path) {
    YamlFile file;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (text.size() > kTextMost) {
        report(file.findings, Severity::Error, "too-long", {std::string(path), 0, 0},
               {"文件超过 4 MiB", "the file is longer than 4 MiB"});
        return file;
    }
    const Lines lines(text, path);
    if (const auto bad = find_bad_utf8(text); bad != std::string_view::npos) {
        const auto before = text.substr(0, bad);
        const auto line = static_cast<std::size_t>(std::ranges::count(before, '\n'));
        const auto newline = before.rfind('\n');
        report(file.findings, Severity::Error, "bad-utf8",
               lines.place(line, newline == std::string_view::npos ? bad : bad - newline - 1),
               {"这里的字节不是 UTF-8 文字", "these bytes are no UTF-8 text"},
               {"把文件存为 UTF-8", "save the file as UTF-8"});
        return file;
    }
    if (const auto zero = text.find('\0'); zero != std::string_view::npos) {
        const auto line = static_cast<std::size_t>(std::ranges::count(text.substr(0, zero), '\n'));
        report(file.findings, Severity::Error, "bad-character", lines.place(line, 0),
               {"文件里有零字节", "there is a zero byte in the file"});
        return file;
    }
    if (find_tabs(lines, file.findings)) return file;
    try {
        View view(text);
        std::istream stream(&view);
        YAML::Parser parser(stream);
        Builder builder(lines, file);
        while (parser.HandleNextDocument(builder)) {}
    } catch (const YAML::Exception& error) {
        report_syntax(error, lines, file.findings);
    } catch (const Stop&) {
        // It has been reported.
    }
    return file;
}

YamlKeys::YamlKeys(const Yaml& node, Findings& findings) : node_(node), findings_(findings) {
    if (node.kind != Yaml::Kind::Map) wrong_kind(findings, node, Yaml::Kind::Map);
}

const Yaml* YamlKeys::take(std::string_view key) {
    known_.push_back(key);
    const Yaml* value = node_.find(key);
    return value == nullptr || value->kind == Yaml::Kind::Empty ? nullptr : value;
}

const Yaml* YamlKeys::take_scalar(std::string_view key) {
    const Yaml* value = take(key);
    if (value == nullptr || value->is_scalar()) return value;
    wrong_kind(findings_, *value, Yaml::Kind::Scalar);
    return nullptr;
}

const Yaml* YamlKeys::need(std::string_view key) {
    const Yaml* value = take(key);
    if (value == nullptr && node_.is_map() && node_.find(key) == nullptr)
        report(findings_, Severity::Error, "missing-key", node_.place,
               {"缺少「" + std::string(key) + "」", "\"" + std::string(key) + "\" is missing"});
    return value;
}

bool YamlKeys::has(std::string_view key) const { return node_.find(key) != nullptr; }

void YamlKeys::finish(std::vector<std::string_view> more) {
    known_.insert(known_.end(), more.begin(), more.end());
    for (const auto& entry : node_.entries) {
        if (entry.key.empty() || std::ranges::find(known_, entry.key) != known_.end()) continue;
        // The comma of a flow map: told already.
        if (node_.flow && entry.value.kind == Yaml::Kind::Empty) continue;
        report(findings_, Severity::Error, "unknown-key", entry.place,
               {"不认识「" + entry.key + "」", "\"" + entry.key + "\" is not known here"},
               nearest_mend(entry.key, known_));
    }
}

Text nearest_mend(std::string_view word, const std::vector<std::string_view>& known) {
    // A hyphen or underscore for a blank is the commonest slip of all.
    std::string spaced(word);
    std::ranges::replace(spaced, '_', ' ');
    std::ranges::replace(spaced, '-', ' ');
    std::string found;
    if (std::ranges::find(known, spaced) != known.end())
        found = spaced;
    else if (const auto near = nearest(word, known))
        found = *near;
    if (!found.empty()) return {"是不是「" + found + "」？", "did you mean \"" + found + "\"?"};
    if (known.empty() || known.size() > 40) return {};
    Text list{"可用的有：", "known are: "};
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (i > 0) list.zh += "、", list.en += ", ";
        list.zh += known[i];
        list.en += known[i];
    }
    return list;
}

void report(Findings& findings, Severity severity, std::string code, Place place, Text what,
            Text mend) {
    findings.push_back(
        {severity, {std::move(code), std::move(what), std::move(mend), std::move(place)}});
}

}  // namespace yinuo::wire
