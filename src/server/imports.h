// Imports 导入: rows become facts by a mapping, as a job, and whoever asked can see how it went.
//
// An import is a document of the collection "import", put by the same commits that take its facts, so
// that its counts never say more or less than what is on disk. Rows that couldn't be taken are kept
// beside it, sealed, because their reasons quote what stood in a cell. The data itself isn't kept: an
// import that a restart broke off is asked for again, and what it had taken is then known already.
//
// A mapping that a company keeps is a document of the collection "mapping": its text, by a name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/turns.h"
#include "server/api.h"
#include "server/import_rows.h"
#include "server/jobs.h"
#include "store/store.h"

namespace yinuo::server {

inline constexpr std::string_view kImports = "import";
inline constexpr std::string_view kImportRejected = "import-rejected";
inline constexpr std::string_view kMappings = "mapping";
inline constexpr std::string_view kImportJob = "import";
inline constexpr std::int64_t kRejectedKept = 10'000;  // further ones are only counted
inline constexpr std::size_t kMappingMost = std::size_t{256} << 10;

struct Import {
    std::string id;  // "ipt_…", the latest first; its job's, too
    std::string source, format;
    std::string mapping;  // the kept one's name; empty: a text of its own
    std::string by, by_name;
    Instant at = Instant::max();
    std::int64_t bytes = 0;
    std::int64_t rows = 0;                                  // read, with the rejected ones
    std::int64_t rejected = 0;                              // of them
    std::int64_t kept = 0;                                  // rejected rows that are kept
    std::int64_t accepted = 0, duplicate = 0, refused = 0;  // facts
    std::int64_t version = 1;

    std::string to_json() const;
    static Result<Import> from_json(std::string_view);
};
std::optional<Import> find_import(store::Reading&, store::TenantId, std::string_view id);
void put_import(store::Writing&, store::TenantId, Import&);
// The latest first by its text.
std::string import_id(vault::Entropy&, Instant at);
// With how it stands: the job's state, and how far it is.
void write_import(JsonOut&, const Import&, const std::optional<Job>&, const Progress*);

// A page of rejected rows from `from` (0 is the first) on; fewer than `limit`: these were the last.
std::vector<RejectedRow> rejected_rows(store::Reading&, engine::Keys&, store::TenantId,
                                       const Import&, std::int64_t from, std::int64_t limit);
void remove_import(store::Writing&, store::TenantId, const Import&);

// What the job does.
Jobs::Task import_task(const Things&, store::TenantId, std::string id, std::string source,
                       wire::Mapping, std::string data);

// --- kept mappings

struct KeptMapping {
    std::string name, text, by;
    Instant changed_at = Instant::max();
    std::int64_t etag = 0;
};
std::optional<KeptMapping> kept_mapping(const store::Document&);
std::optional<KeptMapping> find_mapping(store::Reading&, store::TenantId, std::string_view name);

}  // namespace yinuo::server
