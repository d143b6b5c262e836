#include "server/imports.h"

#include <algorithm>
#include <future>

#include "base/check.h"
#include "engine/customers.h"
#include "server/house_promises.h"
#include "server/obligation_out.h"
#include "wire/fact_reader.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kFactsAtOnce = 500;  // in one commit: what is reported live waits behind it
constexpr std::int64_t kRejectedAtOnce = 100;  // rows in one document

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}
std::int64_t number_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? 0 : found->integer().value_or(0);
}
Text both_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? Text{} : Text{text_of(*found, "zh"), text_of(*found, "en")};
}

std::string part_id(const Import& import, std::int64_t part) {
    auto digits = std::to_string(part);
    return import.id + "/" + std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits;
}

std::string rows_json(std::span<const RejectedRow> rows) {
    JsonOut out;
    out.open('[');
    for (const auto& row : rows) write_rejected(out, row);
    return out.close(']').take();
}

std::vector<RejectedRow> rows_of(std::string_view text) {
    Arena memory;
    const auto json = wire::parse_json(text, memory);
    std::vector<RejectedRow> rows;
    if (!json) return rows;
    for (const auto& item : json->items)
        rows.push_back({.line = static_cast<std::uint64_t>(number_of(item, "line")),
                        .column = static_cast<std::uint32_t>(number_of(item, "column")),
                        .field = text_of(item, "field"),
                        .code = text_of(item, "code"),
                        .what = both_of(item, "what"),
                        .mend = both_of(item, "mend")});
    return rows;
}

// "/fields/amount" is about amount, "/subject" about the subject.
std::string field_of(std::string_view pointer) {
    const auto last = pointer.rfind('/');
    return last == std::string_view::npos ? std::string() : std::string(pointer.substr(last + 1));
}

RejectedRow refused(std::uint64_t line, std::string field, const Error& why) {
    return {.line = line,
            .column = 0,
            .field = std::move(field),
            .code = why.code,
            .what = why.what,
            .mend = why.mend};
}

// --- the work -------------------------------------------------------------------------------------

// Reports facts as they are read, a group at a time, and writes down with each how far it is.
class Importing final : public ImportSink {
public:
    Importing(const Things& things, store::TenantId tenant, std::string id, std::string source,
              Progress& progress)
        : engine_(things.engine),
          zones_(things.zones),
          tenant_(tenant),
          id_(std::move(id)),
          source_(std::move(source)),
          progress_(progress) {}

    void take(ImportedRow row) override {
        ++rows_;
        for (auto& fact : row.facts) {
            lines_.push_back(row.line);
            facts_.push_back(std::move(fact));
        }
        if (facts_.size() >= kFactsAtOnce) flush();
    }
    void reject(RejectedRow row) override {
        ++rows_;
        ++rejected_;
        keep(std::move(row));
    }
    void progress(std::uint64_t done, std::uint64_t total) override {
        if (total > 0) progress_.percent = static_cast<int>(99 * done / total);
    }

    void flush();
    const std::optional<Error>& trouble() const { return trouble_; }

private:
    void keep(RejectedRow row) {
        row.text.clear();  // may be anybody's: the sender has it
        if (std::ssize(kept_) < kRejectedKept) kept_.push_back(std::move(row));
    }
    Result<void> write(engine::Turns&, const engine::Report&, const std::vector<std::uint64_t>&);
    void put_kept(engine::Turns&, Import&);

    engine::Engine& engine_;
    Zones& zones_;
    const store::TenantId tenant_;
    const std::string id_, source_;
    Progress& progress_;
    std::vector<std::string> facts_;
    std::vector<std::uint64_t> lines_;  // of each fact
    std::int64_t rows_ = 0, rejected_ = 0;
    std::int64_t refused_ = 0;  // facts that the reader refused
    std::vector<RejectedRow> kept_;
    std::optional<Error> trouble_;
};

void Importing::flush() {
    if (trouble_ || progress_.cancelled) return;
    engine::Report report{
        .tenant = tenant_, .source = source_, .memory = std::make_shared<Arena>(), .facts = {}};
    std::vector<std::uint64_t> lines;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
        const auto read = wire::read_fact_list(facts_[i], wire::FactFormat::Document,
                                               {.facts_max = 1, .zones = &zones_}, *report.memory);
        if (read && read->front().errors.empty()) {
            report.facts.push_back(read->front().fact);
            lines.push_back(lines_[i]);
            continue;
        }
        ++refused_;
        if (!read) {
            keep(refused(lines_[i], {}, read.error()));
            continue;
        }
        for (const auto& error : read->front().errors)
            keep(refused(lines_[i], field_of(error.pointer), error.error));
    }
    auto done = std::make_shared<std::promise<Result<void>>>();
    engine_.act([&](engine::Turns& turns) { return write(turns, report, lines); },
                [done](Result<void> said) { done->set_value(std::move(said)); });
    if (auto said = done->get_future().get(); !said) trouble_ = said.error();
    facts_.clear();
    lines_.clear();
}

Result<void> Importing::write(engine::Turns& turns, const engine::Report& report,
                              const std::vector<std::uint64_t>& lines) {
    using Outcome = engine::Acknowledgement::Outcome;
    auto import = find_import(turns.rows(), tenant_, id_);
    if (!import) return {};  // removed meanwhile
    const auto said =
        report.facts.empty() ? std::vector<engine::Acknowledgement>() : turns.report(report);
    for (std::size_t i = 0; i < said.size(); ++i) {
        if (said[i].outcome == Outcome::Accepted) ++import->accepted;
        if (said[i].outcome == Outcome::Duplicate) ++import->duplicate;
        if (said[i].outcome != Outcome::Refused) continue;
        ++import->refused;
        keep(refused(lines[i], {}, *said[i].error));
    }
    import->refused += std::exchange(refused_, 0);
    import->rows += std::exchange(rows_, 0);
    import->rejected += std::exchange(rejected_, 0);
    put_kept(turns, *import);
    put_import(turns.rows(), tenant_, *import);
    progress_.rows = static_cast<std::uint64_t>(import->rows);
    return {};
}

// Documents of kRejectedAtOnce rows each, the last one rewritten until it is full.
void Importing::put_kept(engine::Turns& turns, Import& import) {
    auto rows = std::exchange(kept_, {});
    const auto room = static_cast<std::size_t>(kRejectedKept - import.kept);
    if (rows.size() > room) rows.resize(room);
    while (!rows.empty()) {
        const auto part = import.kept / kRejectedAtOnce;
        const auto id = part_id(import, part);
        std::vector<RejectedRow> all;
        std::int64_t version = 0;
        if (const auto before = turns.rows().document(tenant_, kImportRejected, id)) {
            version = before->version;
            if (const auto text = open_text(turns.rows(), turns.keys(), tenant_, 0, kImportRejected,
                                            id, before->body))
                all = rows_of(*text);
        }
        const auto fits = std::min(
            rows.size(), static_cast<std::size_t>(kRejectedAtOnce - import.kept % kRejectedAtOnce));
        std::move(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(fits),
                  std::back_inserter(all));
        rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(fits));
        const auto sealed = seal_text(turns, tenant_, 0, kImportRejected, id, rows_json(all));
        if (!sealed) return;  // counted all the same
        check(turns.rows().put_document({.tenant = tenant_,
                                         .collection = std::string(kImportRejected),
                                         .id = id,
                                         .version = version + 1,
                                         .key = {},
                                         .body = *sealed}));
        import.kept += static_cast<std::int64_t>(fits);
    }
}

}  // namespace

std::string Import::to_json() const {
    JsonOut out;
    out.open('{').member("id", id).member("source", source).member("format", format);
    out.member("mapping", mapping).member("by", by).member("by_name", by_name);
    out.member("at", at.millis).member("bytes", bytes).member("rows", rows);
    out.member("rejected", rejected).member("kept", kept).member("accepted", accepted);
    return out.member("duplicate", duplicate).member("refused", refused).close('}').take();
}

Result<Import> Import::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    Import import;
    for (const auto& [name, into] :
         {std::pair{"id", &import.id}, std::pair{"source", &import.source},
          std::pair{"format", &import.format}, std::pair{"mapping", &import.mapping},
          std::pair{"by", &import.by}, std::pair{"by_name", &import.by_name}})
        *into = text_of(json, name);
    import.at = Instant{number_of(json, "at")};
    for (const auto& [name, into] :
         {std::pair{"bytes", &import.bytes}, std::pair{"rows", &import.rows},
          std::pair{"rejected", &import.rejected}, std::pair{"kept", &import.kept},
          std::pair{"accepted", &import.accepted}, std::pair{"duplicate", &import.duplicate},
          std::pair{"refused", &import.refused}})
        *into = number_of(json, name);
    return import;
}

std::optional<Import> find_import(store::Reading& reading, store::TenantId tenant,
                                  std::string_view id) {
    const auto document = reading.document(tenant, kImports, id);
    if (!document) return std::nullopt;
    auto import = Import::from_json(document->body);
    if (!import) return std::nullopt;
    import->version = document->version;
    return std::move(*import);
}

void put_import(store::Writing& rows, store::TenantId tenant, Import& import) {
    const bool there = rows.document(tenant, kImports, import.id).has_value();
    if (there) ++import.version;
    check(rows.put_document({.tenant = tenant,
                             .collection = std::string(kImports),
                             .id = import.id,
                             .version = import.version,
                             .key = {},
                             .body = import.to_json()}));
}

std::string import_id(vault::Entropy& entropy, Instant at) {
    constexpr std::int64_t kLast = 9'999'999'999'999;  // in the year 2286
    const auto digits = std::to_string(kLast - std::clamp<std::int64_t>(at.millis, 0, kLast));
    return "ipt_" + std::string(13 - digits.size(), '0') + digits + vault::token(entropy, 4);
}

void write_import(JsonOut& out, const Import& import, const std::optional<Job>& job,
                  const Progress* progress) {
    const auto state = job ? job->state : Job::State::Interrupted;
    out.open('{').member("id", import.id).member("source", import.source);
    out.member("format", import.format).member_if("mapping", import.mapping);
    out.member("state", name_of(state));
    write_text(out.key("state_text"), describe(state));
    out.member("by", import.by).member("by_name", import.by_name).member("at", import.at);
    if (job) out.member_if("ended_at", job->ended_at);
    out.member("percent", state == Job::State::Done ? 100
                          : progress == nullptr     ? 0
                                                    : progress->percent.load());
    out.member("bytes", import.bytes).member("rows", import.rows);
    out.member("rejected", import.rejected).member("rejected_kept", import.kept);
    out.member("accepted", import.accepted).member("duplicate", import.duplicate);
    out.member("refused", import.refused);
    if (job && job->error) {
        out.key("error").open('{').member("code", job->error->code);
        write_text(out.key("what"), job->error->what);
        if (!job->error->mend.en.empty()) write_text(out.key("mend"), job->error->mend);
        out.close('}');
    }
    out.close('}');
}

std::vector<RejectedRow> rejected_rows(store::Reading& reading, engine::Keys& keys,
                                       store::TenantId tenant, const Import& import,
                                       std::int64_t from, std::int64_t limit) {
    std::vector<RejectedRow> all;
    while (from < import.kept && std::ssize(all) < limit) {
        const auto id = part_id(import, from / kRejectedAtOnce);
        const auto document = reading.document(tenant, kImportRejected, id);
        const auto text =
            document ? open_text(reading, keys, tenant, 0, kImportRejected, id, document->body)
                     : std::nullopt;
        if (!text) break;
        auto rows = rows_of(*text);
        for (auto at = from % kRejectedAtOnce; at < std::ssize(rows) && std::ssize(all) < limit;
             ++at, ++from)
            all.push_back(std::move(rows[static_cast<std::size_t>(at)]));
        if (from % kRejectedAtOnce != 0) break;  // the last part, or the page is full
    }
    return all;
}

void remove_import(store::Writing& rows, store::TenantId tenant, const Import& import) {
    for (std::int64_t part = 0; part * kRejectedAtOnce < import.kept; ++part)
        rows.remove_document(tenant, kImportRejected, part_id(import, part));
    rows.remove_document(tenant, kImports, import.id);
    rows.remove_document(tenant, kJobs, import.id);
    rows.remove_document(tenant, kJobResults, import.id);
}

Jobs::Task import_task(const Things& things, store::TenantId tenant, std::string id,
                       std::string source, wire::Mapping mapping, std::string data) {
    struct Kept {
        wire::Mapping mapping;
        std::string data;
    };
    auto kept = std::make_shared<Kept>(Kept{std::move(mapping), std::move(data)});
    return [&things, tenant, id = std::move(id), source = std::move(source),
            kept](Progress& progress) -> Result<std::string> {
        Importing importing(things, tenant, id, source, progress);
        const auto counts =
            read_rows(kept->mapping, kept->data, things.zones, progress.cancelled, importing);
        if (!counts) return refuse(counts.error());
        importing.flush();
        if (importing.trouble()) return refuse(*importing.trouble());
        return std::string();
    };
}

std::optional<KeptMapping> kept_mapping(const store::Document& document) {
    Arena memory;
    const auto json = wire::parse_json(document.body, memory);
    if (!json) return std::nullopt;
    return KeptMapping{.name = document.id,
                       .text = text_of(*json, "text"),
                       .by = text_of(*json, "by"),
                       .changed_at = Instant{number_of(*json, "changed_at")},
                       .etag = document.version};
}

std::optional<KeptMapping> find_mapping(store::Reading& reading, store::TenantId tenant,
                                        std::string_view name) {
    const auto document = reading.document(tenant, kMappings, name);
    return document ? kept_mapping(*document) : std::nullopt;
}

}  // namespace yinuo::server
