// Facts as somebody reports them, and what is answered about each.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "store/rows.h"
#include "wire/fact_reader.h"

namespace yinuo::engine {

struct Report {
    store::TenantId tenant = 0;
    std::string source;  // who says so: "crm"; facts' ids are unique within it
    std::shared_ptr<Arena>
        memory;  // of the facts' texts; the body it was read from, if they borrow
    std::vector<wire::ReportedFact> facts;
};

struct Acknowledgement {
    enum class Outcome : std::uint8_t {
        Accepted,   // on disk
        Duplicate,  // known already: nothing was done again
        Refused,    // `error` says why; the other facts of the report are not touched by it
    } outcome = Outcome::Accepted;
    store::Position position = 0;  // of the entry that has it
    store::StreamId stream = 0;
    std::optional<Error> error = {};
};

}  // namespace yinuo::engine
