// The parts of `yinuo calendar`, one function each; command_calendar.cc says what they take.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "calendar/schedule.h"
#include "cli/command.h"
#include "cli/zone_files.h"

namespace yinuo::cli {

int calendar_vectors(Arguments, const Console&);
int calendar_judge(Arguments, const Console&);
int calendar_add(Arguments, const Console&);
int calendar_between(Arguments, const Console&);
int calendar_explain(Arguments, const Console&);
int calendar_show(Arguments, const Console&);
int calendar_import(Arguments, const Console&);

// The schedule in a YAML file; its findings are said on stderr, and nullopt means that it has
// errors. `exit` then holds what the command returns.
std::optional<calendar::Schedule> load_schedule(const std::string& path, ZoneFiles&, const Console&,
                                                int& exit);

// The bytes of a file, mapped while this lives. Codes no-such-file, unreadable.
class MappedFile {
public:
    static Result<MappedFile> open(const std::string& path);
    MappedFile(MappedFile&& other) noexcept : text_(std::exchange(other.text_, {})) {}
    MappedFile(const MappedFile&) = delete;
    ~MappedFile();
    std::string_view text() const { return text_; }

private:
    explicit MappedFile(std::string_view text) : text_(text) {}
    std::string_view text_;
};

}  // namespace yinuo::cli
