// The life of a promise: drafted, checked, approved by a second person, published, retired.
#include <algorithm>

#include "engine/diff.h"
#include "engine/publishing.h"
#include "engine/tenants.h"
#include "promise/sentence.h"
#include "server/body.h"
#include "server/obligation_out.h"
#include "server/promise_findings.h"
#include "server/query.h"
#include "server/routes.h"
#include "server/users.h"
#include "wire/yaml.h"

namespace yinuo::server {
namespace {

using engine::PromiseVersion;
using engine::Publication;

constexpr std::size_t kBodyMax = std::size_t{8} << 20;

Refusal no_promise() { return no_such({"承诺版本", "version of a promise"}); }

struct Kept {
    PromiseVersion version;
    std::int64_t etag = 0;
};
std::optional<Kept> find(const Call& call, store::Reading& reading) {
    const auto document =
        reading.document(call.who.tenant, engine::kPromises, call.parameter("id"));
    if (!document) return std::nullopt;
    auto version = PromiseVersion::from_json(document->body);
    if (!version) return std::nullopt;
    return Kept{std::move(*version), document->version};
}

void write_head(JsonOut& out, const PromiseVersion& version) {
    out.member("id", version.id()).member("name", version.name);
    out.member("version", version.version).member("stage", engine::name_of(version.stage));
    write_text(out.key("stage_text"), engine::describe(version.stage));
    out.member("text_sha256", version.text_hash).member("drafted_by", version.drafted_by);
    out.member("drafted_at", version.drafted_at).member_if("approved_by", version.approved_by);
    out.member_if("approved_at", version.approved_at);
    out.member_if("published_by", version.published_by);
    out.member_if("published_at", version.published_at);
    out.member_if("retired_by", version.retired_by).member_if("retired_at", version.retired_at);
    if (version.position != 0) out.member("position", version.position);
}

// Who approved this text, for which team, and which teams are still to.
void write_approvals(JsonOut& out, const Call& call, store::Reading& reading,
                     const PromiseVersion& version) {
    auto approvals = version.approvals;
    if (approvals.empty() && !version.approved_by.empty())
        approvals.push_back({.by = version.approved_by, .team = {}, .at = version.approved_at});
    out.key("approvals").open('[');
    for (const auto& [by, team, at] : approvals) {
        const auto person = find_user(reading, call.who.tenant, by);
        out.open('{').member("by", by).member_if("name", person ? person->user.title : "");
        out.member_if("team", team).member("at", at).close('}');
    }
    const auto tenant = engine::tenant(reading, call.who.tenant);
    const bool wanted = tenant && version.stage < engine::Stage::Published;
    out.close(']').list("teams_missing",
                        wanted ? engine::missing_teams(version, tenant->approving_teams)
                               : std::vector<std::string>());
}

void write_version(JsonOut& out, const Call& call, store::Reading& reading,
                   const PromiseVersion& version, const Findings& findings) {
    out.open('{');
    write_head(out, version);
    write_approvals(out, call, reading, version);
    out.member("text", version.publication.text).key("calendars").open('{');
    for (const auto& [name, text] : version.publication.calendars) out.member(name, text);
    out.close('}');
    write_findings(out.key("findings"), findings);
    out.close('}');
}

bool is_yaml(const http::Request& request) {
    auto type = request.header("content-type").value_or("");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    return type == "text/yaml" || type == "application/yaml";
}

Answered<Publication> text_of(const http::Request& request) {
    if (is_yaml(request)) return Publication{.text = request.body, .calendars = {}};
    auto given = TRY(read_body<TextWish>(request));
    return Publication{.text = std::move(given.text), .calendars = std::move(given.calendars)};
}

// What it is called, as far as that can be seen without compiling it.
Text title_of(const Publication& publication) {
    constexpr std::size_t kLongest = 64 * 1024;
    if (publication.text.size() > kLongest) return {};
    const auto file = wire::read_yaml(publication.text, {});
    const auto* title = file.documents.empty() ? nullptr : file.documents[0].find("title");
    if (title == nullptr) return {};
    if (title->is_scalar()) return {title->text, title->text};
    const auto* zh = title->find("zh");
    const auto* en = title->find("en");
    if (zh == nullptr || en == nullptr) return {};
    return {zh->text, en->text};
}

Answer list_promises(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto reading = call.things.store.read();
    const auto found =
        reading->documents(call.who.tenant, engine::kPromises, wish->after, wish->limit + 1);
    JsonOut items;
    std::string next;
    for (const auto& document : found) {
        if (&document - found.data() == wish->limit) {
            next = found[static_cast<std::size_t>(wish->limit) - 1].id;
            break;
        }
        const auto version = PromiseVersion::from_json(document.body);
        if (!version) continue;
        items.open('{');
        write_head(items, *version);
        const auto title = title_of(version->publication);
        if (!title.en.empty()) write_text(items.key("title"), title);
        items.close('}');
    }
    return page(call, items.text(), next);
}

// Compiling takes milliseconds for a large text: on a worker.
void read_promise(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto reading = call.things.store.read();
        const auto kept = find(call, *reading);
        if (!kept) return deny(no_promise());
        JsonOut out;
        write_version(out, call, *reading, kept->version,
                      promise_findings(call, *reading, kept->version.publication));
        return ok(out, kept->etag);
    });
}

http::Response answer(const Call& call, store::Reading& reading, const engine::Drafted& drafted) {
    JsonOut out;
    write_version(out, call, reading, drafted.version, drafted.findings);
    return ok(out, drafted.etag);
}

void add_draft(Ticket ticket) {
    auto given = text_of(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, given = std::move(*given)](engine::Turns& turns) -> Answer {
        auto drafted = engine::draft(turns, ticket->call.who.actor, given, 0);
        if (!drafted && drafted.error().code == "stale")
            return deny(Error{.code = "name-taken",
                              .what = {"这一版已经有了", "this version is there already"},
                              .mend = {"改它用 PUT，或写一个新的版本号",
                                       "change it with PUT, or write a new version number"}});
        if (!drafted) return deny(drafted.error());
        JsonOut out;
        write_version(out, ticket->call, turns.rows(), drafted->version, drafted->findings);
        return created(out, "/api/v1/promises/" + drafted->version.id(), drafted->etag);
    });
}

// Whether a text is of this version; what it is of is said by its first lines.
bool is_of(std::string_view text, std::string_view id) {
    const auto file = wire::read_yaml(text, {});
    if (file.documents.size() != 1) return true;  // draft() says what is wrong
    const auto* name = file.documents[0].find("promise");
    const auto* version = file.documents[0].find("version");
    if (name == nullptr || version == nullptr || !name->is_scalar() || !version->is_scalar())
        return true;
    return name->text + "@" + version->text == id;
}

void change_draft(Ticket ticket) {
    if (!find(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_promise()));
    auto given = text_of(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    if (!is_of(given->text, ticket->call.parameter("id")))
        return ticket->answer(deny(Error{
            .code = "another-version",
            .what = {"文本写的是另一个承诺或版本", "the text is of another promise or version"},
            .mend = {"开头的 promise: 和 version: 要与地址一致；新版本请新起草",
                     "promise: and version: must be those of the address; draft a new version "
                     "anew"}}));
    act(ticket, [ticket, etag = *etag, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto drafted = TRY(engine::draft(turns, ticket->call.who.actor, given, etag));
        return answer(ticket->call, turns.rows(), drafted);
    });
}

using Step = Result<engine::Drafted> (*)(engine::Turns&, const engine::Actor&, std::string_view,
                                         std::int64_t);
void take_step(Ticket ticket, Step step) {
    if (!find(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_promise()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, step, etag = *etag](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        auto done = step(turns, call.who.actor, call.parameter("id"), etag);
        if (done) {
            add_notice_findings(call, turns.rows(), done->version.publication, done->findings);
            return answer(call, turns.rows(), *done);
        }
        // A text with errors: all of them, not only the first.
        if (done.error().code != "has-errors") return deny(done.error());
        std::vector<http::Flaw> flaws;
        const auto kept = find(call, turns.rows());
        for (auto& finding : promise_findings(call, turns.rows(), kept->version.publication))
            if (finding.severity == Severity::Error)
                flaws.push_back({.error = std::move(finding.error)});
        return deny(Refusal(done.error(), std::move(flaws)));
    });
}
void check_draft(Ticket ticket) { take_step(std::move(ticket), engine::check_draft); }
void approve(Ticket ticket) {
    take_step(std::move(ticket), [](engine::Turns& turns, const engine::Actor& who,
                                    std::string_view id, std::int64_t etag) {
        const auto person = find_user(turns.rows(), who.tenant, who.id);
        return engine::approve(turns, who, id, etag, person ? person->user.team : std::string());
    });
}
void publish(Ticket ticket) { take_step(std::move(ticket), engine::publish); }
void retire(Ticket ticket) { take_step(std::move(ticket), engine::retire); }

void write_lines(JsonOut& out, const std::vector<engine::DiffLine>& lines) {
    constexpr std::string_view kKinds[] = {"same", "removed", "added"};
    out.open('[');
    for (const auto& line : lines) {
        out.open('{').member("kind", kKinds[static_cast<std::size_t>(line.kind)]);
        if (line.before != 0) out.member("before", line.before);
        if (line.after != 0) out.member("after", line.after);
        out.member("text", line.text).close('}');
    }
    out.close(']');
}

http::Response answer(const engine::VersionDiff& diff) {
    constexpr std::string_view kKinds[] = {"added", "removed", "changed"};
    JsonOut out;
    write_lines(out.open('{').key("text"), diff.text);
    out.key("calendars").open('{');
    for (const auto& [name, lines] : diff.calendars) write_lines(out.key(name), lines);
    out.close('}').key("changes").open('[');
    for (const auto& change : diff.changes) {
        const bool clause = change.of == engine::MeantChange::Of::Clause;
        out.open('{').member("kind", kKinds[static_cast<std::size_t>(change.kind)]);
        out.member("of", clause ? "clause" : "remedy").member("name", change.name);
        if (!change.before.en.empty()) write_text(out.key("before"), change.before);
        if (!change.after.en.empty()) write_text(out.key("after"), change.after);
        out.close('}');
    }
    out.close(']').close('}');
    return ok(out);
}

void read_diff(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto reading = call.things.store.read();
        if (!find(call, *reading)) return deny(no_promise());
        Query in(call.request);
        const auto to = in.text("to");
        if (auto fine = in.finish(); !fine) return deny(fine.error());
        if (!to)
            return deny(bad_query(
                "to", {.code = "missing",
                       .what = {"没有说明与哪一版比", "compared with which one?"},
                       .mend = {"写 ?to=same-day-install@4", "write ?to=same-day-install@4"}}));
        auto diff = engine::diff_versions(*reading, call.things.zones, call.who.tenant,
                                          call.parameter("id"), *to);
        if (!diff) return deny(diff.error());
        return answer(*diff);
    });
}

void read_sentence(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto reading = call.things.store.read();
        const auto kept = find(call, *reading);
        if (!kept) return deny(no_promise());
        Names names;
        const auto read =
            engine::read_publication(kept->version.publication, names, call.things.zones);
        if (read.promises.size() != 1)
            return deny(Error{
                .code = "has-errors",
                .what = {"文本还有错，说不成话", "the text has errors, and can't be told yet"},
                .mend = {"先照 findings 改好", "mend what findings says first"}});
        const auto& promise = read.promises.front();
        JsonOut out;
        write_text(out.open('{').member("id", kept->version.id()).key("whole"),
                   promise::sentence_of(promise));
        out.key("clauses").open('[');
        for (const auto& clause : promise.clauses) {
            write_text(out.open('{').member("name", clause.name).key("sentence"),
                       promise::sentence_of(promise, clause));
            out.close('}');
        }
        out.close(']').key("remedies").open('[');
        for (const auto& remedy : promise.remedies) {
            write_text(out.open('{').member("name", remedy.name).key("sentence"),
                       promise::sentence_of(promise, remedy));
            out.close('}');
        }
        out.close(']').close('}');
        return ok(out);
    });
}

constexpr auto kRead = Permission::PromisesRead;
constexpr auto kDraft = Permission::PromisesDraft;
constexpr auto kApprove = Permission::PromisesApprove;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/promises", "listPromises", kRead, list_promises, 0},
    {"POST", "/api/v1/promises", "addDraft", kDraft, add_draft, kBodyMax, true, 2},
    {"GET", "/api/v1/promises/{id}", "readPromise", kRead, read_promise, 0},
    {"PUT", "/api/v1/promises/{id}", "changeDraft", kDraft, change_draft, kBodyMax, false, 2},
    {"POST", "/api/v1/promises/{id}/check", "checkDraft", kDraft, check_draft, 1024},
    {"POST", "/api/v1/promises/{id}/approve", "approvePromise", kApprove, approve, 1024},
    {"POST", "/api/v1/promises/{id}/publish", "publishPromise", kApprove, publish, 1024},
    {"POST", "/api/v1/promises/{id}/retire", "retirePromise", kApprove, retire, 1024},
    {"GET", "/api/v1/promises/{id}/diff", "diffPromise", kRead, read_diff, 0, false, 2},
    {"GET", "/api/v1/promises/{id}/sentence", "readSentence", kRead, read_sentence, 0},
};

}  // namespace

std::span<const Route> promise_routes() { return kRoutes; }

}  // namespace yinuo::server
