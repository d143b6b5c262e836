// A mapping file: how the rows of somebody's CSV, XES, OCEL or JSONL become facts.
//
// The file is YAML; docs/reference/mapping.md describes every key. Reading one is strict: unknown
// and duplicate keys, empty values, conditions that don't compile and names that nobody declared
// are findings with line and column, all of them at once. A Mapping is plain data and knows no
// file, so one mapping serves many files.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "time/zone.h"
#include "wire/time_pattern.h"

namespace yinuo::wire {

enum class Format : std::uint8_t { Csv, Xes, Ocel, Jsonl };

enum class FieldType : std::uint8_t { Text, Number, Boolean, Instant, Date, Duration };

// "= FEEL", as written, and where it begins.
struct Formula {
    std::string text;
    Place place;
};

// One word of a template such as "order/{id}": text, then the field whose value follows it.
struct TemplatePart {
    std::string text;
    int field = kNoField;  // index into Mapping::fields, kRow or kNoField
    static constexpr int kNoField = -1;
    static constexpr int kRow = -2;      // the row's number, from 1
    static constexpr int kUnknown = -3;  // a finding; never in a mapping that was read
};

// A value of a fact: either pieces of text and fields, or a formula. A template of one field and no
// text is the value of that field itself.
struct Template {
    std::vector<TemplatePart> parts;
    std::optional<Formula> formula;
    Place place;

    bool given() const { return !parts.empty() || formula; }
    // The field it names, if it is that field and nothing else.
    int only_field() const {
        return parts.size() == 1 && parts[0].text.empty() ? parts[0].field : TemplatePart::kNoField;
    }
};

struct FieldRule {
    std::string name;
    std::string column;  // where it comes from; empty for a formula
    std::optional<Formula> formula;
    FieldType type = FieldType::Text;
    bool typed = true;               // false: a formula whose result is taken as it is
    bool required = false;           // a row without it is rejected
    std::vector<TimePattern> times;  // tried in order
    std::string zone;                // of times without an offset
    std::vector<std::string> missing;
    Place place;
};

struct FactRule {
    Template kind;
    std::optional<Formula> when;
    Template subject;               // empty: the mapping's
    Template at;                    // one field, or a formula
    Template received_at;           // empty: `at`
    Template id;                    // empty: facts without id
    Template sequence;              // empty: the row's number
    Template change;                // empty: report
    std::vector<int> fields;        // indices into Mapping::fields
    std::vector<int> on_change_of;  // made only when one of these differs from the previous row
    bool required = false;          // a missing `at` rejects the row
    Place place;
};

struct Mapping {
    std::optional<Format> format;  // absent: told by the file's name
    std::string encoding = "utf-8";
    std::optional<char> delimiter;     // absent: comma, or tab for .tsv
    std::optional<char> quote = '"';   // absent: no quoting
    std::vector<std::string> columns;  // given: the file has no header
    char decimal_mark = '.';
    std::string object;  // OCEL: the type of object the rows are about
    std::string zone = "UTC";
    Template subject;
    Template customer;  // whose the row is, as the company calls them; empty: it isn't said
    std::vector<FieldRule> fields;
    std::vector<FactRule> facts;
    std::string path;

    // Reads the text of a mapping file; `path` is what the user calls it. Zones named in it must
    // be known to `zones`.
    static std::expected<Mapping, Findings> parse(std::string_view text, std::string_view path,
                                                  Zones& zones);
    // The same of a file, "-" being standard input.
    static std::expected<Mapping, Findings> load(std::string_view path, Zones& zones);
};

}  // namespace yinuo::wire
