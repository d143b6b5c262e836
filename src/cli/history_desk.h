// What the commands that look at a history share: promises, a mapping, and the facts they give.
#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/names.h"
#include "cli/command.h"
#include "cli/zone_files.h"
#include "promise/promise.h"
#include "twin/history.h"
#include "wire/history_reader.h"

namespace yinuo::cli {

class HistoryDesk {
public:
    explicit HistoryDesk(const Console& console) : console_(console) {}

    // All promises of a file, or of every *.yaml under a folder, versions in line. Errors are said
    // on stderr with their places; nullopt with the exit code then.
    std::optional<std::vector<promise::Promise>> promises(const std::string& path);

    struct Reading {
        std::string mapping;
        std::vector<std::string> files;
        std::string rejected_file;          // where every rejected row goes; empty: nowhere
        std::vector<Symbol> wanted_fields;  // empty: all
    };
    // Reads everything into history(), grouped. False: said why, exit() has the code.
    bool read(const Reading&);

    const twin::History& history() const { return history_; }
    const wire::ReadCounts& counts() const { return counts_; }
    // What a command that could not go on returns.
    int exit() const { return exit_; }

    Names names;
    ZoneFiles zones;

private:
    bool fail(const Error&, Exit);
    bool read_file(const wire::Mapping&, const std::string& file, const Reading&,
                   std::FILE* rejected);
    void say_rejected(const std::string& rejected_file) const;

    const Console& console_;
    Arena memory_;
    twin::History history_;
    wire::ReadCounts counts_;
    std::vector<std::string> rejected_;  // the first few, as lines
    int exit_ = kFine;
};

// An instant, or a date or local time on the wall of `zone`; a date alone is its end.
Result<Instant> moment_of(const std::string& text, const Zone& zone);

// Writes a file in one piece: beside its place first, then moved there, so that a reader never sees
// half of it. "-" is standard output.
Result<void> write_file(const std::string& path, std::string_view text);

}  // namespace yinuo::cli
