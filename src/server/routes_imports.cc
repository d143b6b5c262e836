// Imports 导入: rows become facts by a mapping; what was rejected is told row by row. And the mappings
// that a company keeps.
#include <algorithm>
#include <charconv>
#include <map>

#include "engine/customers.h"
#include "server/body.h"
#include "server/import_table.h"
#include "server/imports.h"
#include "server/obligation_out.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kDataMost = std::size_t{16} << 20;
constexpr std::size_t kBodyMax = std::size_t{36} << 20;  // a line break in JSON is two bytes
constexpr std::size_t kFactsShown = 20;
constexpr std::size_t kRejectedShown = 200;
constexpr std::size_t kMappingsMost = 200;
constexpr std::string_view kFormats[] = {"csv", "jsonl"};

Refusal no_import() { return no_such({"导入", "import"}); }
Refusal no_mapping() { return no_such({"导入映射", "mapping"}); }

// A kept one is called by its name; a text has more than one line.
bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 60 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

// --- what comes in --------------------------------------------------------------------------------

struct PreviewWish {
    std::string format, mapping, data;
};
void describe(Members& in, PreviewWish& into) {
    in.need_word("format", into.format, kFormats);
    in.may("mapping", into.mapping, {.most = kMappingMost});
    in.need("data", into.data, {.least = 1, .most = kDataMost});
}
struct ImportWish : PreviewWish {
    std::string source;
};
void describe(Members& in, ImportWish& into) {
    in.need("source", into.source, {.least = 1, .most = 80});
    in.need_word("format", into.format, kFormats);
    in.need("mapping", into.mapping, {.least = 1, .most = kMappingMost});
    in.need("data", into.data, {.least = 1, .most = kDataMost});
}

// The text of a mapping, or of the kept one that is called so.
Answered<std::string> mapping_text(const Call& call, const std::string& given) {
    if (!is_name(given)) return given;
    auto kept = find_mapping(*call.things.store.read(), call.who.tenant, given);
    if (kept) return std::move(kept->text);
    return deny(body_refusal(
        {{.error = {.code = "no-mapping",
                    .what = {"没有叫这个名字的导入映射", "no mapping of this name is kept"},
                    .mend = {"先保存它，或把映射的文本放进来",
                             "keep it first, or send the mapping's text"}},
          .pointer = "/mapping"}}));
}

std::expected<wire::Mapping, Findings> read_mapping(const Call& call, const std::string& text,
                                                    std::string_view format) {
    auto mapping = wire::Mapping::parse(text, "", call.things.zones);
    if (!mapping) return mapping;
    mapping->format = format == "csv" ? wire::Format::Csv : wire::Format::Jsonl;
    mapping->encoding = "utf-8";  // as all JSON: whoever sent it has read the file
    return mapping;
}

Answered<wire::Mapping> mapping_of(const Call& call, const PreviewWish& wish) {
    auto read = read_mapping(call, TRY(mapping_text(call, wish.mapping)), wish.format);
    if (read) return std::move(*read);
    std::vector<http::Flaw> flaws;
    for (const auto& finding : read.error())
        flaws.push_back({.error = finding.error, .pointer = "/mapping"});
    return deny(body_refusal(std::move(flaws)));
}

// --- preview --------------------------------------------------------------------------------------

class Preview final : public ImportSink {
public:
    void take(ImportedRow row) override {
        for (const auto& text : row.facts) {
            Arena memory;
            const auto json = wire::parse_json(text, memory);
            if (!json) continue;
            auto& kind = kinds[std::string(json->find("kind")->text)];
            ++kind;
            if (shown++ < kFactsShown) {
                JsonOut with_line;
                with_line.open('{').member("line", row.line).key("fact").raw(text).close('}');
                facts.raw(with_line.text());
            }
        }
    }
    void reject(RejectedRow row) override {
        if (rejected++ < kRejectedShown) write_rejected(items, row);
    }
    void progress(std::uint64_t, std::uint64_t) override {}

    std::map<std::string, std::int64_t> kinds;
    JsonOut facts, items;
    std::size_t shown = 0, rejected = 0;
};

void write_findings(JsonOut& out, const Findings& all) {
    out.open('[');
    for (const auto& finding : all) {
        const auto& error = finding.error;
        out.open('{').member("code", error.code);
        if (error.place.line != 0) out.member("line", error.place.line);
        if (error.place.column != 0) out.member("column", error.place.column);
        write_text(out.key("what"), error.what);
        if (!error.mend.en.empty()) write_text(out.key("mend"), error.mend);
        out.close('}');
    }
    out.close(']');
}

void list_raw(JsonOut& out, std::string_view name, const JsonOut& items) {
    out.key(name).open('[');
    if (!items.text().empty()) out.raw(items.text());
    out.close(']');
}

// Everything that can be said is said: columns even when the mapping is half written.
Answer preview_of(const Call& call, const PreviewWish& wish) {
    Findings findings;
    std::optional<wire::Mapping> mapping;
    if (!wish.mapping.empty()) {
        auto read = read_mapping(call, TRY(mapping_text(call, wish.mapping)), wish.format);
        if (read)
            mapping = std::move(*read);
        else
            findings = std::move(read.error());
    }
    auto table = look_at(wish.data, wish.format == "csv", mapping ? &*mapping : nullptr);
    Preview preview;
    wire::ReadCounts counts;
    if (!table) {
        findings.push_back({Severity::Error, table.error()});
    } else if (mapping) {
        const std::atomic<bool> never = false;
        auto read = read_rows(*mapping, wish.data, call.things.zones, never, preview);
        if (read)
            counts = std::move(*read);
        else
            findings.push_back({Severity::Error, read.error()});
        findings.insert(findings.end(), counts.notes.begin(), counts.notes.end());
    }
    JsonOut out;
    out.open('{').key("columns");
    write_columns(out, table ? *table : SeenTable());
    write_findings(out.key("findings"), findings);
    out.member("rows", counts.rows).member("rejected", counts.rejected);
    out.member("facts", counts.facts).key("kinds").open('[');
    for (const auto& [kind, count] : preview.kinds)
        out.open('{').member("kind", kind).member("facts", count).close('}');
    out.close(']');
    list_raw(out, "first_facts", preview.facts);
    list_raw(out, "rejected_rows", preview.items);
    return http::Response::json(200, out.close('}').take());
}

void preview(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto given = read_body<PreviewWish>(ticket->call.request);
        if (!given) return deny(given.error());
        return preview_of(ticket->call, *given);
    });
}

// --- imports --------------------------------------------------------------------------------------

Error not_yours(const std::string& source) {
    return {.code = "forbidden",
            .what = {"不能代“" + source + "”报业务记录", "you may not report for '" + source + "'"},
            .mend = {"换一个来源名；yinuo 是系统自己的",
                     "use another source; 'yinuo' is the server's own"}};
}

void add(Ticket ticket) {
    if (!ticket->call.things.jobs.has_room())
        return ticket->answer(
            deny(Error{.code = "busy",
                       .what = {"排队的任务太多", "too many jobs wait"},
                       .mend = {"等前面的做完再来", "come again when some of them are done"}}));
    work(ticket, [ticket]() -> std::optional<Answer> {
        auto given = read_body<ImportWish>(ticket->call.request);
        if (!given) return deny(given.error());
        if (!may_report(ticket->call.who, given->source)) return deny(not_yours(given->source));
        auto mapping = mapping_of(ticket->call, *given);
        if (!mapping) return deny(mapping.error());
        auto wish = std::make_shared<ImportWish>(std::move(*given));
        auto rules = std::make_shared<wire::Mapping>(std::move(*mapping));
        act(ticket, [ticket, wish, rules](engine::Turns& turns) -> Answer {
            const auto& call = ticket->call;
            const auto& things = call.things;
            Import import{.id = import_id(turns.entropy(), turns.now()),
                          .source = wish->source,
                          .format = wish->format,
                          .mapping = is_name(wish->mapping) ? wish->mapping : std::string(),
                          .by = call.who.actor.id,
                          .by_name = call.who.actor.name,
                          .at = turns.now(),
                          .bytes = static_cast<std::int64_t>(wish->data.size())};
            const Job job{.id = import.id,
                          .kind = std::string(kImportJob),
                          .title = wish->source,
                          .created_by = call.who.actor.id,
                          .created_at = turns.now()};
            put_import(turns.rows(), call.who.tenant, import);
            turns.rows().put_document({.tenant = call.who.tenant,
                                       .collection = std::string(kJobs),
                                       .id = job.id,
                                       .key = {},
                                       .body = job.to_json()});
            turns.audit(call.who.actor, "import.started", import.id);
            // It begins when this is on disk: its first word to the engine waits behind us.
            things.jobs.add(call.who.tenant, import.id,
                            import_task(things, call.who.tenant, import.id, wish->source,
                                        std::move(*rules), std::move(wish->data)));
            JsonOut out;
            write_import(out, import, job, nullptr);
            return http::Response::json(202, out.take())
                .with("Location", "/api/v1/imports/" + import.id);
        });
        return std::nullopt;
    });
}

void write_one(JsonOut& out, const Call& call, store::Reading& reading, const Import& import) {
    write_import(out, import, find_job(reading, call.who.tenant, import.id),
                 call.things.jobs.progress(import.id).get());
}

Answer list(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto reading = call.things.store.read();
    const auto found = reading->documents(call.who.tenant, kImports, wish->after, wish->limit + 1);
    JsonOut items;
    std::string next;
    for (const auto& document : found) {
        if (&document - found.data() == wish->limit) {
            next = found[static_cast<std::size_t>(wish->limit) - 1].id;
            break;
        }
        if (const auto import = Import::from_json(document.body))
            write_one(items, call, *reading, *import);
    }
    return page(call, items.text(), next);
}

Answer read(const Call& call) {
    const auto reading = call.things.store.read();
    const auto import = find_import(*reading, call.who.tenant, call.parameter("id"));
    if (!import) return deny(no_import());
    JsonOut out;
    write_one(out, call, *reading, *import);
    return ok(out);
}

// What waits or runs is cancelled; what has ended is removed. Its facts stay: they happened.
void remove(Ticket ticket) {
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto import = find_import(turns.rows(), call.who.tenant, call.parameter("id"));
        if (!import) return deny(no_import());
        const auto job = find_job(turns.rows(), call.who.tenant, import->id);
        const bool ended = !job || job->ended();
        turns.audit(call.who.actor, ended ? "import.removed" : "import.cancelled", import->id);
        if (!ended && call.things.jobs.cancel(import->id)) return http::Response::empty(202);
        remove_import(turns.rows(), call.who.tenant, *import);
        return http::Response::empty();
    });
}

// --- rejected rows --------------------------------------------------------------------------------

// A cell of a spreadsheet that begins with one of these would be a formula there.
void append_cell(std::string& out, std::string_view text) {
    out += '"';
    if (!text.empty() && std::string_view("=+-@\t\r").contains(text.front())) out += '\'';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

http::Response csv_of(const std::vector<RejectedRow>& rows, bool first, bool chinese) {
    std::string out;
    if (first)
        out = chinese ? "\xEF\xBB\xBF行,字符,字段,不对的,应当\r\n"
                      : "\xEF\xBB\xBFline,column,field,what,mend\r\n";
    for (const auto& row : rows) {
        out += row.line == 0 ? "," : std::to_string(row.line) + ",";
        out += row.column == 0 ? "," : std::to_string(row.column) + ",";
        append_cell(out, row.field);
        append_cell(out += ',', row.what.in(chinese));
        append_cell(out += ',', row.mend.in(chinese));
        out += "\r\n";
    }
    return http::Response{
        .status = 200,
        .headers = {{"Content-Type", "text/csv; charset=utf-8"},
                    {"Content-Disposition", "attachment; filename=\"rejected.csv\""}},
        .body = std::move(out)};
}

// Opening what is sealed takes its time: on a worker.
void list_rejected(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto reading = call.things.store.read();
        const auto import = find_import(*reading, call.who.tenant, call.parameter("id"));
        if (!import) return deny(no_import());
        const auto wish = page_of(call.request);
        if (!wish) return deny(wish.error());
        std::int64_t from = 0;
        std::from_chars(wish->after.data(), wish->after.data() + wish->after.size(), from);
        const bool csv = call.request.header("accept").value_or("").contains("text/csv");
        engine::Keys keys(call.things.keyring);
        const auto rows = rejected_rows(*reading, keys, call.who.tenant, *import, from,
                                        csv ? kRejectedKept : wish->limit);
        if (csv) return csv_of(rows, from == 0, call.chinese);
        JsonOut items;
        for (const auto& row : rows) write_rejected(items, row);
        const auto end = from + std::ssize(rows);
        return page(call, items.text(), end < import->kept ? std::to_string(end) : "");
    });
}

// --- kept mappings --------------------------------------------------------------------------------

void write_mapping(JsonOut& out, const KeptMapping& mapping) {
    out.open('{').member("name", mapping.name).member("version", mapping.etag);
    out.member("changed_by", mapping.by).member("changed_at", mapping.changed_at);
    out.member("text", mapping.text).close('}');
}

Answer list_mappings(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto found = call.things.store.read()->documents(call.who.tenant, kMappings, wish->after,
                                                           wish->limit + 1);
    JsonOut items;
    std::string next;
    for (const auto& document : found) {
        if (&document - found.data() == wish->limit) {
            next = found[static_cast<std::size_t>(wish->limit) - 1].id;
            break;
        }
        if (const auto mapping = kept_mapping(document)) write_mapping(items, *mapping);
    }
    return page(call, items.text(), next);
}

Answer read_kept(const Call& call) {
    const auto mapping =
        find_mapping(*call.things.store.read(), call.who.tenant, call.parameter("name"));
    if (!mapping) return deny(no_mapping());
    JsonOut out;
    write_mapping(out, *mapping);
    return ok(out, mapping->etag);
}

struct TextWish {
    std::string text;
};
void describe(Members& in, TextWish& into) {
    in.need("text", into.text, {.least = 1, .most = kMappingMost});
}

Error bad_name() {
    return {.code = "bad-name",
            .what = {"映射的名字不能用", "this can't name a mapping"},
            .mend = {"1 到 60 个小写字母、数字、连字符，例如 orders-daily",
                     "1 to 60 lower-case letters, digits and hyphens, like orders-daily"}};
}

// Without If-Match a new one; with it, the one of that version.
void keep(Ticket ticket) {
    const auto& call = ticket->call;
    const bool changes = call.request.header("if-match").has_value();
    const auto name = std::string(call.parameter("name"));
    if (changes && !find_mapping(*call.things.store.read(), call.who.tenant, name))
        return ticket->answer(deny(no_mapping()));
    if (!is_name(name)) return ticket->answer(deny(bad_name()));
    auto given = read_body<TextWish>(call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = changes ? etag_of(call.request) : Answered<std::int64_t>(0);
    if (!etag) return ticket->answer(deny(etag.error()));
    if (auto read = read_mapping(call, given->text, "csv"); !read) {
        std::vector<http::Flaw> flaws;
        for (const auto& finding : read.error())
            flaws.push_back({.error = finding.error, .pointer = "/text"});
        return ticket->answer(deny(body_refusal(std::move(flaws))));
    }
    act(ticket, [ticket, name, etag = *etag, text = given->text](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        const auto before = find_mapping(turns.rows(), who.tenant, name);
        if (before && etag == 0)
            return deny(Refusal({.code = "name-taken",
                                 .what = {"已有这个名字的映射", "a mapping has this name already"},
                                 .mend = {"换一个名字，或带 If-Match 修改它",
                                          "take another name, or change it with If-Match"}},
                                409));
        if (etag != 0 && (!before || before->etag != etag)) return deny(stale_etag());
        if (!before && turns.rows().documents(who.tenant, kMappings, "", kMappingsMost).size() >=
                           kMappingsMost)
            return deny(Error{.code = "too-many",
                              .what = {"保存的映射已有 200 份", "200 mappings are kept already"},
                              .mend = {"删去不用的", "remove those that nobody uses"}});
        const KeptMapping kept{.name = name,
                               .text = text,
                               .by = who.actor.id,
                               .changed_at = turns.now(),
                               .etag = etag + 1};
        JsonOut body;
        body.open('{').member("text", kept.text).member("by", kept.by);
        body.member("changed_at", kept.changed_at.millis).close('}');
        if (!turns.rows().put_document({.tenant = who.tenant,
                                        .collection = std::string(kMappings),
                                        .id = name,
                                        .version = kept.etag,
                                        .key = {},
                                        .body = body.take()}))
            return deny(stale_etag());
        turns.audit(who.actor, etag == 0 ? "mapping.add" : "mapping.change", "mapping/" + name);
        JsonOut out;
        write_mapping(out, kept);
        return etag == 0 ? created(out, "/api/v1/mappings/" + name, kept.etag) : ok(out, kept.etag);
    });
}

void forget(Ticket ticket) {
    const auto& call = ticket->call;
    if (!find_mapping(*call.things.store.read(), call.who.tenant, call.parameter("name")))
        return ticket->answer(deny(no_mapping()));
    const auto etag = etag_of(call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, etag = *etag](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto kept = find_mapping(turns.rows(), call.who.tenant, call.parameter("name"));
        if (!kept) return deny(no_mapping());
        if (kept->etag != etag) return deny(stale_etag());
        turns.rows().remove_document(call.who.tenant, kMappings, kept->name);
        turns.audit(call.who.actor, "mapping.remove", "mapping/" + kept->name);
        return http::Response::empty();
    });
}

constexpr auto kFacts = Permission::FactsWrite;
constexpr auto kWrite = Permission::SettingsWrite;
constexpr std::size_t kMappingBody = 2 * kMappingMost;
constexpr Route kRoutes[] = {
    {"POST", "/api/v1/imports/preview", "previewImport", kFacts, preview, kBodyMax, false, 5},
    {"GET", "/api/v1/imports", "listImports", kFacts, list, 0},
    {"POST", "/api/v1/imports", "addImport", kFacts, add, kBodyMax, true, 10},
    {"GET", "/api/v1/imports/{id}", "readImport", kFacts, read, 0},
    {"DELETE", "/api/v1/imports/{id}", "removeImport", kFacts, remove, 0},
    {"GET", "/api/v1/imports/{id}/rejected", "listRejectedRows", kFacts, list_rejected, 0},
    {"GET", "/api/v1/mappings", "listMappings", kFacts, list_mappings, 0},
    {"GET", "/api/v1/mappings/{name}", "readMapping", kFacts, read_kept, 0},
    {"PUT", "/api/v1/mappings/{name}", "keepMapping", kWrite, keep, kMappingBody},
    {"DELETE", "/api/v1/mappings/{name}", "removeMapping", kWrite, forget, 0},
};

}  // namespace

std::span<const Route> import_routes() { return kRoutes; }

}  // namespace yinuo::server
