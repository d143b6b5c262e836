// The words after a command's name, read into its variables.
//
//     std::vector<std::string> files;  std::string out;  bool strict = false;  std::int64_t top = 10;
//     Options options;
//     options.flag("strict", strict);
//     options.value("out", out);
//     options.number("top", {1, 1000}, top);
//     options.rest("FILE", files, 1);
//     if (auto read = options.read(arguments); !read) return complain(read.error(), console);
//
// `--name value` and `--name=value` are the same; after `--` everything is positional; a lone `-`
// is positional. An option given twice is refused unless it is repeatable. Nothing is written to
// standard output. `--help`, `--json` and `--lang` never arrive here: the program answers them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command.h"

namespace yinuo::cli {

struct Bounds {  // both ends belong
    std::int64_t least;
    std::int64_t most;
};

class Options {
public:
    // Names are written without the dashes. The variables must outlive read(), and keep what they
    // hold when the option isn't given, so defaults stand where they are declared.
    void flag(std::string_view name, bool& into);
    void value(std::string_view name, std::string& into);
    void values(std::string_view name, std::vector<std::string>& into);  // repeatable
    void number(std::string_view name, Bounds bounds, std::int64_t& into);
    void choice(std::string_view name, std::initializer_list<std::string_view> words,
                std::string& into);

    // Positionals, in order; `name` is what an error calls them, for example "FILE".
    void required(std::string_view name, std::string& into);
    void optional(std::string_view name, std::string& into);
    // All that remain; at least `count_min` of them. Declare it last.
    void rest(std::string_view name, std::vector<std::string>& into, std::size_t count_min);

    // The first thing that is off, with what would be right. Codes: unknown-option, missing-value,
    // unexpected-value, repeated-option, bad-number, bad-choice, missing-argument, extra-argument.
    Result<void> read(Arguments) const;

private:
    using Take = std::function<Result<void>(std::string_view)>;
    struct Named {
        std::string_view name;
        bool takes_value;
        bool repeatable;
        Take take;
    };
    struct Positional {
        std::string_view name;
        std::string* into;
        bool required;
    };

    void named(Named);
    Result<const Named*> find(std::string_view name) const;
    Result<void> place(const std::vector<std::string_view>& words) const;

    std::vector<Named> named_;
    std::vector<Positional> positionals_;
    std::string_view rest_name_;
    std::vector<std::string>* rest_ = nullptr;
    std::size_t rest_min_ = 0;
};

// Says on stderr what was wrong, where, and what would be right; returns `exit`.
int complain(const Error&, const Console&, Exit exit = kUsage);

}  // namespace yinuo::cli
