// What can be told about a FEEL text by looking at its words alone: rows of plain comparisons, and
// the kinds of facts and members it mentions. For findings and sentences; never for deciding.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yinuo::promise {

// `kind = "install"`: name, sign and value. A bare name is `= true`, `not(name)` is `= false`.
struct Comparison {
    std::string name;                 // blanks single; also "local time(at)"
    std::string sign;                 // = != < <= > >=
    std::vector<std::string> values;  // as written, texts without quotes; several after `in (…)`
    bool is_text = false;
};

// Alternatives joined by `or`, each a row of comparisons joined by `and`. Nullopt when the text
// says anything else.
std::optional<std::vector<std::vector<Comparison>>> alternatives(std::string_view text);

// A word in a text and where it stands, in characters from the beginning.
struct Mention {
    std::string word;
    std::size_t character = 0;
    std::size_t line = 0;  // lines before it; `character` counts from the beginning of its line
};

// Kinds that `fact` is compared with, and those that latest(), earliest() and facts() are asked for.
std::vector<Mention> kinds_mentioned(std::string_view text);

// Names read through a path: `area` in `start.area`. A name of several words is there with each of
// its beginnings, for where it ends only the compiler knows.
std::vector<std::string> members_mentioned(std::string_view text);

// Every text constant.
std::vector<std::string> texts_mentioned(std::string_view text);

// Is the word used as a function, as `time` in `local time(at)`?
bool calls(std::string_view text, std::string_view function);

}  // namespace yinuo::promise
