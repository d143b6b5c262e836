// A promise version as a document and in entries, the findings about it, and the calendars that it
// may name.
#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "engine/canonical_json.h"
#include "engine/publication_json.h"
#include "engine/publishing.h"
#include "promise/formulas.h"
#include "promise/principles.h"
#include "wire/schedule_yaml.h"
#include "wire/yaml.h"

namespace yinuo::engine {
namespace {

const Text kWhat{"承诺版本", "the promise's version"};
constexpr std::string_view kStages[] = {"draft", "checked", "approved", "published", "retired"};
constexpr std::size_t kCalendarNameMost = 100;

bool is_calendar_name(std::string_view name) {
    return name.size() <= kCalendarNameMost && name.ends_with(".yaml") && name.front() != '.' &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
           });
}

// Where a promise reads a field first; its own place if that is nowhere to be seen.
Place place_of(const promise::Promise& promise, Symbol field) {
    std::optional<Place> found;
    promise::each_formula(promise, [&](const promise::Formula& formula) {
        const auto names = formula.expression.free_names();
        if (!found && std::ranges::find(names, field) != names.end()) found = formula.place;
    });
    return found.value_or(promise.place);
}

}  // namespace

std::string_view name_of(Stage stage) { return kStages[static_cast<std::size_t>(stage)]; }

std::optional<Stage> parse_stage(std::string_view name) {
    const auto found = std::ranges::find(kStages, name);
    if (found == std::end(kStages)) return std::nullopt;
    return static_cast<Stage>(found - std::begin(kStages));
}

Text describe(Stage stage) {
    switch (stage) {
        case Stage::Draft: return {"草稿", "a draft"};
        case Stage::Checked: return {"已检查", "checked"};
        case Stage::Approved: return {"已批准", "approved"};
        case Stage::Published: return {"已发布", "published"};
        case Stage::Retired: return {"已停用", "retired"};
    }
    check(false);
}

std::string PromiseVersion::to_json() const {
    std::string out;
    CanonicalObject object(out);
    if (!approvals.empty()) {
        object.member("approvals") += '[';
        for (const auto& approval : approvals) {
            if (&approval != &approvals.front()) out += ',';
            CanonicalObject one(out);
            one.instant("at", approval.at);
            one.text("by", approval.by);
            one.text("team", approval.team);
            one.close();
        }
        out += ']';
    }
    object.instant("approved_at", approved_at);
    object.text("approved_by", approved_by);
    object.member("calendars") += calendars_json(publication);
    object.instant("drafted_at", drafted_at);
    object.text("drafted_by", drafted_by);
    object.text("name", name);
    object.number("position", position);
    object.instant("published_at", published_at);
    object.text("published_by", published_by);
    object.instant("retired_at", retired_at);
    object.text("retired_by", retired_by);
    object.text("stage", name_of(stage));
    object.text("text", publication.text);
    object.text("text_sha256", text_hash);
    object.number("version", version);
    object.close();
    return out;
}

Result<PromiseVersion> PromiseVersion::from_json(std::string_view text) {
    Arena memory;
    const wire::Json json = TRY(wire::parse_json(text, memory));
    Members in(json, kWhat);
    PromiseVersion version;
    if (in.has("approvals"))
        for (const auto& one : in.array("approvals").items) {
            Members approval(one, {"一次批准", "an approval"});
            version.approvals.push_back({.by = approval.text("by"),
                                         .team = approval.text("team"),
                                         .at = approval.instant("at")});
            if (auto read = approval.finish(); !read) return refuse(read.error());
        }
    version.approved_at = in.instant("approved_at");
    version.approved_by = in.text("approved_by");
    if (auto read = read_calendars(in.object("calendars"), version.publication); !read)
        return refuse(read.error());
    version.drafted_at = in.instant("drafted_at");
    version.drafted_by = in.text("drafted_by");
    version.name = in.text("name");
    version.position = in.number("position");
    version.published_at = in.instant("published_at");
    version.published_by = in.text("published_by");
    version.retired_at = in.instant("retired_at");
    version.retired_by = in.text("retired_by");
    const auto stage = parse_stage(in.text("stage"));
    version.publication.text = in.text("text");
    version.text_hash = in.text("text_sha256");
    version.version = static_cast<int>(in.number("version"));
    if (auto read = in.finish(); !read) return refuse(read.error());
    if (!stage)
        return refuse({.code = "unreadable",
                       .what = {"承诺版本的阶段不认识", "the version's stage is unknown"}});
    version.stage = *stage;
    return version;
}

Result<PromiseStep> read_promise_step(std::string_view body) {
    Arena memory;
    const wire::Json json = TRY(wire::parse_json(body, memory));
    Members in(json, kWhat);
    PromiseStep step;
    const auto stage = parse_stage(in.text("step"));
    step.stage = stage.value_or(Stage::Draft);
    step.name = in.text("promise");
    step.version = static_cast<int>(in.number("version"));
    step.id = step.name + "@" + std::to_string(step.version);
    step.text_hash = in.text("text_sha256");
    step.by = in.text("by");
    if (in.has("team")) step.team = in.text("team");
    if (stage == Stage::Published) {
        step.publication.text = in.text("text");
        if (auto read = read_calendars(in.object("calendars"), step.publication); !read)
            return refuse(read.error());
    }
    if (stage == Stage::Retired) step.published_in = in.number("published_in");
    if (auto read = in.finish(); !read) return refuse(read.error());
    if (!stage)
        return refuse(
            {.code = "unreadable", .what = {"承诺版本的步骤不认识", "the step is unknown"}});
    return step;
}

Findings examine(const Publication& publication, std::span<const std::string> personal_fields,
                 Names& names, Zones& zones) {
    auto reading = read_publication(publication, names, zones);
    if (reading.promises.size() > 1)
        wire::report(
            reading.findings, Severity::Error, "not-one-promise", {},
            {"一份文本应恰好是一个承诺版本", "a text is exactly one version of one promise"},
            {"分成几份提交", "hand in several texts"});
    for (const auto& promise : reading.promises) {
        if (promise.subject.empty())
            wire::report(
                reading.findings, Severity::Error, "no-subject", promise.place,
                {"没有写 subject，就没有业务归它管", "without a subject it is about nothing"},
                {"写明业务的种类，例如 subject: order",
                 "name the kind of subject, as in subject: order"});
        std::ranges::move(promise::check_promise(promise), std::back_inserter(reading.findings));
        for (const Symbol field : promise.fields_read()) {
            const auto name = std::string(names.text(field));
            if (std::ranges::find(personal_fields, name) == personal_fields.end()) continue;
            wire::report(reading.findings, Severity::Error, "personal-field",
                         place_of(promise, field),
                         {"“" + name + "”是个人信息，规则不能读它",
                          "\"" + name + "\" is personal, and no rule may read it"},
                         {"改读由它得出的属性，例如 area",
                          "read an attribute derived from it, for example area"});
        }
    }
    return std::move(reading.findings);
}

Result<SavedCalendar> save_calendar(Turns& turns, const Actor& actor, std::string_view name,
                                    std::string_view text, std::int64_t etag) {
    if (!is_calendar_name(name))
        return refuse({.code = "bad-name",
                       .what = {"工作日历的文件名不合规则", "this is no name for a calendar"},
                       .mend = {"用字母、数字、点、下划线和连字符，以 .yaml 结尾",
                                "letters, digits, '.', '_' and '-', ending in .yaml"}});
    if (text.size() > kTextMost)
        return refuse({.code = "too-long",
                       .what = {"工作日历太长", "the calendar is too long"},
                       .mend = {"最多 1 MiB", "1 MiB is the most"}});
    auto& rows = turns.rows();
    const auto standing = rows.document(actor.tenant, kCalendars, name);
    if ((standing ? standing->version : 0) != etag)
        return refuse(
            {.code = "stale",
             .what = {"别人刚改过这份工作日历", "somebody else changed this calendar meanwhile"},
             .mend = {"重新读取后再改", "read it again, then change it"}});
    SavedCalendar saved{.etag = etag + 1, .findings = {}};
    const auto schedule =
        wire::read_schedule_file(text, name, turns.shelf().zones(), saved.findings);
    for (const auto& finding : saved.findings)
        if (finding.severity == Severity::Error) return refuse(finding.error);
    check(schedule.has_value());
    std::string body;
    CanonicalObject object(body);
    object.text("by", actor.id);
    object.text("name", name);
    object.text("text", text);
    object.text("text_sha256", hex_hash(text));
    object.number("version", saved.etag);
    object.close();
    turns.append(actor.tenant, EntryKind::Calendar, body);
    check(rows.put_document({.tenant = actor.tenant,
                             .collection = std::string(kCalendars),
                             .id = std::string(name),
                             .version = saved.etag,
                             .key = {},
                             .body = std::move(body)}));
    turns.audit(actor, "calendar.save", name);
    return saved;
}

std::optional<std::string> calendar_text(store::Reading& rows, store::TenantId tenant,
                                         std::string_view name) {
    const auto document = rows.document(tenant, kCalendars, name);
    if (!document) return std::nullopt;
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    const wire::Json* text = json ? json->find("text") : nullptr;
    if (text == nullptr || !text->is_string()) return std::nullopt;
    return std::string(text->text);
}

}  // namespace yinuo::engine
