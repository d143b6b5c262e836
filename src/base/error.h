// What went wrong, said to whoever can do something about it, in both languages.
//
// An Error is for the caller or the author: it names the fault, the place and the mend. It never
// carries personal data; quote at most the offending word.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace yinuo {

// A text in the two languages of the product. Both are written, neither is derived.
struct Text {
    std::string zh;
    std::string en;

    const std::string& in(bool chinese) const { return chinese ? zh : en; }
    bool operator==(const Text&) const = default;
};

// Where in a text: lines and columns count from 1, columns in characters (code points), 0 means
// "not known". `path` is what the user called the file, or empty.
struct Place {
    std::string path;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

enum class Severity : std::uint8_t { Note, Warning, Error };

// `code` is stable, in kebab-case (for example "unknown-key"), and is what programs match on.
struct Error {
    std::string code;
    Text what;       // what is wrong
    Text mend = {};  // what would be right; may be empty
    Place place = {};
};

// A finding is an Error with a weight: authors get all of them at once.
struct Finding {
    Severity severity = Severity::Error;
    Error error;
};
using Findings = std::vector<Finding>;

}  // namespace yinuo
