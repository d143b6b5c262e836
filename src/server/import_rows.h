// Rows of somebody's export, turned into facts as they would be posted: JSON of docs/reference/facts.md,
// so that an imported fact is held to what every reported one is held to.
//
// Repeating an import is harmless. A fact whose mapping gives it no id gets one made from what it
// says; a fact whose mapping gives no sequence has its place among those of the file with the same
// subject and instant, so that a later export that begins elsewhere still says the same.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/json_out.h"
#include "time/zone.h"
#include "wire/history_reader.h"
#include "wire/mapping.h"

namespace yinuo::server {

struct RejectedRow {
    std::uint64_t line = 0;    // where the row begins, from 1; 0: not known
    std::uint32_t column = 0;  // characters into that line, from 1; 0: the whole row
    std::string field = {};    // of the mapping or the fact; empty: no single one's fault
    std::string code = {};     // the engine's or reader's; empty: the row couldn't be read
    Text what = {};
    Text mend = {};
    std::string text = {};  // the line as it stands, cut at 300 characters
};
void write_rejected(JsonOut&, const RejectedRow&);

struct ImportedRow {
    std::uint64_t line = 0;
    std::vector<std::string> facts = {};  // JSON objects
};

class ImportSink {
public:
    virtual ~ImportSink() = default;
    virtual void take(ImportedRow) = 0;
    virtual void reject(RejectedRow) = 0;
    virtual void progress(std::uint64_t done, std::uint64_t total) = 0;
};

// The text's lines, for who tells of one.
class Lines {
public:
    explicit Lines(std::string_view text);
    std::string at(std::uint64_t line) const;

private:
    std::string_view text_;
    std::vector<std::size_t> begins_;
};

// Hands on every row in the order of the file; `stop` ends it between two rows. Refuses only what
// makes the whole text unreadable.
Result<wire::ReadCounts> read_rows(const wire::Mapping&, std::string_view data, Zones&,
                                   const std::atomic<bool>& stop, ImportSink&);

}  // namespace yinuo::server
