// A YAML file as plain trees that know where everything stands.
//
// Reading is strict, because people write these files by hand: duplicate keys, keys without a
// value, an unquoted comma that split a value of a flow map, tabs, anchors, aliases and tags are
// findings, all of them at once. Text is bounded at 4 MiB, depth at 64. Every scalar is text: what
// it means is for the reader of the tree to say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace yinuo::wire {

struct YamlEntry;

struct Yaml {
    enum class Kind : std::uint8_t { Empty, Scalar, List, Map };

    Kind kind = Kind::Empty;
    bool flow = false;  // a map or list in brackets
    std::string text;   // of a scalar, without quotes
    Place place;        // where it begins; of a quoted scalar, the character after the quote
    std::vector<Yaml> items;
    std::vector<YamlEntry> entries;  // in the order written

    bool is_scalar() const { return kind == Kind::Scalar; }
    bool is_list() const { return kind == Kind::List; }
    bool is_map() const { return kind == Kind::Map; }
    // The value of that key, or nullptr if there is none or this is no map.
    const Yaml* find(std::string_view key) const;
};

struct YamlEntry {
    std::string key;
    Place place;  // of the key
    Yaml value;
};

struct YamlFile {
    std::vector<Yaml> documents;  // what could be read, also when there are findings
    Findings findings;
};

// `path` is what the user calls the file; it goes into every place.
YamlFile read_yaml(std::string_view text, std::string_view path);

// Takes the keys of one map, and tells in the end which nobody knew.
//
//     YamlKeys keys(node, findings);
//     const Yaml* owner = keys.take("owner");
//     keys.finish();
class YamlKeys {
public:
    // When `node` is no map that is a finding too, and no key is there.
    YamlKeys(const Yaml& node, Findings& findings);

    // nullptr when the key is absent or its value is empty (which read_yaml() has told).
    const Yaml* take(std::string_view key);
    // The same, for a scalar; another kind of value is a finding.
    const Yaml* take_scalar(std::string_view key);
    // The same; absence is a finding.
    const Yaml* need(std::string_view key);
    // Is the key there at all, even if its value is empty?
    bool has(std::string_view key) const;
    // Keys that stand there and weren't taken become findings with the nearest key that was asked
    // for. `more` are keys that would have been known, too.
    void finish(std::vector<std::string_view> more = {});

private:
    const Yaml& node_;
    Findings& findings_;
    std::vector<std::string_view> known_;
};

// "in time" is unknown; did you mean "within"? With a list of everything known if that is short.
Text nearest_mend(std::string_view word, const std::vector<std::string_view>& known);

void report(Findings& findings, Severity severity, std::string code, Place place, Text what,
            Text mend = {});

}  // namespace yinuo::wire
