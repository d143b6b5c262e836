// The values in a reported fact, and saying what is wrong with them. Private to reading facts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "wire/fact_reader.h"
#include "wire/json.h"

namespace yinuo::wire {

// Where we are in a document, innermost last; costs nothing until somebody asks for the pointer.
struct JsonPath {
    const JsonPath* outer = nullptr;
    std::string_view key = {};
    std::size_t index = 0;
    bool is_index = false;

    JsonPath operator/(std::string_view name) const { return {.outer = this, .key = name}; }
    JsonPath at(std::size_t i) const { return {.outer = this, .index = i, .is_index = true}; }
    std::string pointer() const;  // RFC 6901
};

// Collects what is wrong with one fact; beyond kErrorsMax nothing is added.
class FactComplaints {
public:
    explicit FactComplaints(std::vector<FactError>& errors) : errors_(errors) {}
    void add(const JsonPath&, std::string_view code, Text what, Text mend = {});
    bool none() const { return errors_.empty(); }

private:
    std::vector<FactError>& errors_;
};

constexpr std::size_t kWordMax = 200;        // bytes of an id, a kind, a subject, a name
constexpr std::size_t kFieldsMax = 64;       // of `fields`, and of `personal`
constexpr std::size_t kTextMax = 8 * 1'024;  // bytes of one text
constexpr std::size_t kValuesMax = 1'000;    // in one fact, lists and contexts counted through
constexpr int kFieldDepthMax = 8;

// What kind of JSON is wanted where another one stands.
Text wanted(std::string_view zh, std::string_view en);
// A word: not empty, no longer than kWordMax, no control characters, no blanks around it.
bool check_word(const JsonPath&, std::string_view text, FactComplaints&);
// "2026-03-10T08:00:00+08:00": RFC 3339 in full, with an offset or Z, and nothing around it. Only
// the shape: whether there is such a day is not asked.
bool looks_like_timestamp(std::string_view text);

class FactValues {
public:
    FactValues(Zones* zones, Arena& memory, FactComplaints& complaints)
        : zones_(zones), memory_(memory), complaints_(complaints) {}

    // The members of `fields` or `personal`; complains and goes on, so that all is said.
    std::span<const ReportedField> read_fields(const Json&, const JsonPath&);

private:
    feel::Value read(const Json&, const JsonPath&, int depth);
    feel::Value read_number(std::string_view digits, const JsonPath&);
    feel::Value read_text(std::string_view text, const JsonPath&);
    feel::Value read_typed(const JsonMember&, const JsonPath&);
    feel::Value read_context(std::span<const JsonMember>, const JsonPath&, int depth);

    Zones* zones_;
    Arena& memory_;
    FactComplaints& complaints_;
    std::size_t values_left_ = kValuesMax;
};

}  // namespace yinuo::wire
