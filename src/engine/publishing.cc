#include "engine/publishing.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "engine/canonical_json.h"
#include "engine/publication_json.h"
#include "engine/tenants.h"
#include "promise/scope.h"
#include "wire/promise_yaml.h"
#include "wire/yaml.h"

namespace yinuo::engine {
namespace {

Error stale() {
    return {.code = "stale",
            .what = {"别人刚改过这一版", "somebody else changed this version meanwhile"},
            .mend = {"重新读取后再改", "read it again, then change it"}};
}

// A version as it stands in the store.
struct Found {
    PromiseVersion version;
    std::int64_t etag = 0;
};

Result<Found> find(store::Reading& rows, store::TenantId tenant, std::string_view id,
                   std::int64_t etag) {
    const auto document = rows.document(tenant, kPromises, id);
    if (!document)
        return refuse(
            {.code = "no-promise", .what = {"没有这一版承诺", "there is no such version"}});
    if (document->version != etag) return refuse(stale());
    return Found{TRY(PromiseVersion::from_json(document->body)), etag};
}

Error wrong_stage(const PromiseVersion& version, Stage needed) {
    const Text is = describe(version.stage);
    const Text should = describe(needed);
    return {.code = "wrong-stage",
            .what = {version.id() + " 现在是“" + is.zh + "”，这一步要求“" + should.zh + "”",
                     version.id() + " is " + is.en + "; this step needs one that is " + should.en}};
}

Result<Found> find_at(store::Reading& rows, const Actor& actor, std::string_view id,
                      std::int64_t etag, Stage needed) {
    auto found = TRY(find(rows, actor.tenant, id, etag));
    if (found.version.stage != needed) return refuse(wrong_stage(found.version, needed));
    return found;
}

std::vector<std::string> personal_fields(store::Reading& rows, store::TenantId id) {
    auto who = tenant(rows, id);
    return who ? std::move(who->personal_fields) : std::vector<std::string>();
}

std::vector<std::string> approving_teams(store::Reading& rows, store::TenantId id) {
    auto who = tenant(rows, id);
    return who ? std::move(who->approving_teams) : std::vector<std::string>();
}

std::string joined(const std::vector<std::string>& names, std::string_view comma) {
    std::string all;
    for (const auto& name : names) {
        if (!all.empty()) all += comma;
        all += name;
    }
    return all;
}

Error approval_missing(const std::vector<std::string>& missing) {
    return {.code = "approval-missing",
            .what = {"还缺这些部门的批准：" + joined(missing, "、"),
                     "teams have yet to approve it: " + joined(missing, ", ")},
            .mend = {"请各部门的同事批准", "let somebody of each approve it"}};
}

// Whether somebody may approve it for that team, one of `teams`.
Result<void> may_approve_for(const PromiseVersion& version, const std::vector<std::string>& teams,
                             const Actor& actor, std::string_view team) {
    if (std::ranges::find(teams, team) == teams.end())
        return refuse({.code = "not-your-team",
                       .what = {"要批准的部门是" + joined(teams, "、") + "，您不属于它们",
                                "the teams that approve are " + joined(teams, ", ") +
                                    "; you belong to none of them"},
                       .mend = {"请这些部门的同事批准，或请负责人把您归到部门",
                                "let somebody of them approve it, or let an owner put you into "
                                "a team"}});
    const bool again = std::ranges::any_of(version.approvals, [&](const Approval& approval) {
        return approval.team == team || approval.by == actor.id;
    });
    if (again)
        return refuse(
            {.code = "approved-already",
             .what = {"您或您的部门已经批准过", "you or your team have approved it already"},
             .mend = {"还缺：" + joined(missing_teams(version, teams), "、"),
                      "still missing: " + joined(missing_teams(version, teams), ", ")}});
    return {};
}

Findings findings_of(Turns& turns, const PromiseVersion& version, store::TenantId tenant) {
    return examine(version.publication, personal_fields(turns.rows(), tenant),
                   turns.shelf().names(), turns.shelf().zones());
}

Result<void> without_errors(const Findings& findings) {
    const auto is_error = [](const Finding& f) { return f.severity == Severity::Error; };
    const auto first = std::ranges::find_if(findings, is_error);
    if (first == findings.end()) return {};
    const auto count = std::to_string(std::ranges::count_if(findings, is_error));
    return refuse({.code = "has-errors",
                   .what = {"有 " + count + " 处错误，第一处：" + first->error.what.zh,
                            "there are errors (" + count + "), the first: " + first->error.what.en},
                   .mend = first->error.mend,
                   .place = first->error.place});
}

std::string step_body(const PromiseVersion& version, const Actor& actor, std::string_view team) {
    const bool published = version.stage == Stage::Published;
    std::string body;
    CanonicalObject object(body);
    object.text("by", actor.id);
    if (published) object.member("calendars") += calendars_json(version.publication);
    object.text("promise", version.name);
    if (version.stage == Stage::Retired) object.number("published_in", version.position);
    object.text("step", name_of(version.stage));
    if (!team.empty()) object.text("team", team);
    if (published) object.text("text", version.publication.text);
    object.text("text_sha256", version.text_hash);
    object.number("version", version.version);
    object.close();
    return body;
}

// Writes a step down: its entry, the document as it stands after it, the audit trail.
Drafted write_step(Turns& turns, const Actor& actor, PromiseVersion version, std::int64_t etag,
                   Findings findings, std::string_view team = {}) {
    const auto leaf = version.stage == Stage::Published ? leaf_of(version) : std::string();
    const auto position =
        turns.append(actor.tenant, EntryKind::Promise, step_body(version, actor, team), leaf);
    if (version.stage == Stage::Published) version.position = position;
    check(turns.rows().put_document({.tenant = actor.tenant,
                                     .collection = std::string(kPromises),
                                     .id = version.id(),
                                     .version = etag + 1,
                                     .key = {},
                                     .body = version.to_json()}));
    const auto reached = team.empty() ? name_of(version.stage) : name_of(Stage::Approved);
    turns.audit(actor, "promise." + std::string(reached), version.id());
    if (version.stage >= Stage::Published) {
        std::string data;
        CanonicalObject object(data);
        object.text("promise", version.id());
        object.text("text_sha256", version.text_hash);
        object.close();
        turns.announce(actor.tenant, "promise." + std::string(name_of(version.stage)), version.id(),
                       data, position);
    }
    return {.version = std::move(version), .etag = etag + 1, .findings = std::move(findings)};
}

struct Head {
    std::string name;
    int version = 0;
};

// What version a text is of, also when much else about it is wrong.
Result<Head> read_head(std::string_view text) {
    if (text.size() > kTextMost)
        return refuse({.code = "too-long",
                       .what = {"承诺文本太长", "the promise's text is too long"},
                       .mend = {"最多 1 MiB", "1 MiB is the most"}});
    const auto file = wire::read_yaml(text, {});
    if (file.documents.size() != 1) {
        for (const auto& finding : file.findings)
            if (finding.severity == Severity::Error) return refuse(finding.error);
        return refuse({.code = "not-one-promise",
                       .what = {"一份文本应恰好是一个承诺版本",
                                "a text is exactly one version of one promise"},
                       .mend = {"分成几份提交", "hand in several texts"}});
    }
    const auto* name = file.documents[0].find("promise");
    const auto* version = file.documents[0].find("version");
    Head head;
    if (name != nullptr && name->is_scalar() && name->text.size() <= 100 &&
        name->text.find_first_of("@/\n") == std::string::npos)
        head.name = name->text;
    if (version != nullptr && version->is_scalar()) {
        const auto& digits = version->text;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), head.version);
        if (error != std::errc() || end != digits.data() + digits.size()) head.version = 0;
    }
    if (head.name.empty() || head.version < 1 || head.version > 1'000'000)
        return refuse({.code = "no-name",
                       .what = {"文本没有写明是哪个承诺的第几版",
                                "the text doesn't say which version of which promise it is"},
                       .mend = {"开头写 promise: 代号 和 version: 1",
                                "begin with promise: its-id and version: 1"},
                       .place = {.path = {}, .line = 1, .column = 1}});
    return head;
}

// Calendars that a text asked for while it was read.
class Asked final : public wire::ScheduleFiles {
public:
    Asked(store::Reading& rows, store::TenantId tenant, const Publication& handed)
        : rows_(rows), tenant_(tenant), handed_(handed) {}

    std::optional<std::string> text(std::string_view name) const override {
        const auto found = handed_.calendars.find(std::string(name));
        auto text = found != handed_.calendars.end() ? std::optional(found->second)
                                                     : calendar_text(rows_, tenant_, name);
        if (!text || text->size() > kTextMost || asked.size() >= kCalendarsMost)
            return std::nullopt;
        return asked[std::string(name)] = *std::move(text);
    }

    mutable std::map<std::string, std::string> asked;

private:
    store::Reading& rows_;
    store::TenantId tenant_;
    const Publication& handed_;
};

}  // namespace

std::string leaf_of(const PromiseVersion& version) {
    std::string leaf;
    CanonicalObject object(leaf);
    object.text("calendars_sha256", calendars_hash(version.publication));
    object.text("promise", version.id());
    object.instant("published", version.published_at);
    object.text("text_sha256", version.text_hash);
    object.text("type", "promise");
    object.number("v", 1);
    object.close();
    return leaf;
}

Publication with_calendars(store::Reading& rows, store::TenantId tenant, const Publication& handed,
                           Zones& zones) {
    const Asked asked(rows, tenant, handed);
    Names names;
    wire::read_promises(handed.text, {}, {names, zones, promise::host_functions(), &asked});
    return {.text = handed.text, .calendars = std::move(asked.asked)};
}

Result<Drafted> draft(Turns& turns, const Actor& actor, const Publication& handed,
                      std::int64_t etag) {
    const Head head = TRY(read_head(handed.text));
    auto& rows = turns.rows();
    PromiseVersion version;
    version.name = head.name;
    version.version = head.version;
    const auto standing = rows.document(actor.tenant, kPromises, version.id());
    if ((standing ? standing->version : 0) != etag) return refuse(stale());
    if (standing) {
        const auto before = TRY(PromiseVersion::from_json(standing->body));
        if (before.stage >= Stage::Approved)
            return refuse({.code = "not-a-draft",
                           .what = {before.id() + " " + describe(before.stage).zh + "，不能再改",
                                    before.id() + " is " + describe(before.stage).en +
                                        " and can't be changed any more"},
                           .mend = {"写一个新版本", "write a new version"}});
    }
    auto& zones = turns.shelf().zones();
    version.publication = with_calendars(rows, actor.tenant, handed, zones);
    version.text_hash = hex_hash(handed.text);
    version.drafted_by = actor.id;
    version.drafted_at = turns.now();
    Names names;  // of this text alone: a draft leaves nothing behind on the shelf
    auto findings = examine(version.publication, personal_fields(rows, actor.tenant), names, zones);
    return write_step(turns, actor, std::move(version), etag, std::move(findings));
}

Result<Drafted> check_draft(Turns& turns, const Actor& actor, std::string_view id,
                            std::int64_t etag) {
    auto found = TRY(find_at(turns.rows(), actor, id, etag, Stage::Draft));
    auto findings = findings_of(turns, found.version, actor.tenant);
    if (auto fine = without_errors(findings); !fine) return refuse(fine.error());
    found.version.stage = Stage::Checked;
    return write_step(turns, actor, std::move(found.version), etag, std::move(findings));
}

std::vector<std::string> missing_teams(const PromiseVersion& version,
                                       const std::vector<std::string>& teams) {
    std::vector<std::string> missing;
    std::ranges::copy_if(teams, std::back_inserter(missing), [&](const std::string& team) {
        return std::ranges::find(version.approvals, team, &Approval::team) ==
               version.approvals.end();
    });
    return missing;
}

Result<Drafted> approve(Turns& turns, const Actor& actor, std::string_view id, std::int64_t etag,
                        std::string_view team) {
    auto found = TRY(find(turns.rows(), actor.tenant, id, etag));
    PromiseVersion& version = found.version;
    const auto teams = approving_teams(turns.rows(), actor.tenant);
    // Teams may have been named after it was approved.
    const bool approvable =
        version.stage == Stage::Checked ||
        (version.stage == Stage::Approved && !missing_teams(version, teams).empty());
    if (!approvable) return refuse(wrong_stage(version, Stage::Checked));
    if (version.drafted_by == actor.id)
        return refuse({.code = "same-person",
                       .what = {"起草人不能批准自己的文本", "whoever drafted it can't approve it"},
                       .mend = {"请另一位同事批准", "let a colleague approve it"}});
    if (teams.empty()) team = {};
    if (!teams.empty()) {
        if (auto may = may_approve_for(version, teams, actor, team); !may)
            return refuse(may.error());
        version.approvals.push_back({.by = actor.id, .team = std::string(team), .at = turns.now()});
    }
    if (missing_teams(version, teams).empty()) version.stage = Stage::Approved;
    if (version.stage == Stage::Approved) {
        version.approved_by = actor.id;
        version.approved_at = turns.now();
    }
    return write_step(turns, actor, std::move(version), etag, {}, team);
}

Result<Drafted> publish(Turns& turns, const Actor& actor, std::string_view id, std::int64_t etag) {
    auto found = TRY(find_at(turns.rows(), actor, id, etag, Stage::Approved));
    PromiseVersion& version = found.version;
    for (const Version* other : turns.shelf().of(actor.tenant))
        if (other->promise->id == version.name && other->promise->version >= version.version)
            return refuse({.code = "not-newer",
                           .what = {"已发布的 " + other->label + " 不比它旧",
                                    other->label + " is published, and no older"},
                           .mend = {"用更大的版本号重新起草",
                                    "draft it again under a higher version number"}});
    const auto missing = missing_teams(version, approving_teams(turns.rows(), actor.tenant));
    if (!missing.empty()) return refuse(approval_missing(missing));
    // What is personal or known as a zone may have changed since it was checked.
    auto findings = findings_of(turns, version, actor.tenant);
    if (auto fine = without_errors(findings); !fine) return refuse(fine.error());
    version.stage = Stage::Published;
    version.published_by = actor.id;
    version.published_at = turns.next_moment();
    auto done = write_step(turns, actor, std::move(version), etag, std::move(findings));
    check(turns.shelf()
              .add(actor.tenant, done.version.position, done.version.published_at,
                   done.version.publication)
              .has_value());
    return done;
}

Result<Drafted> retire(Turns& turns, const Actor& actor, std::string_view id, std::int64_t etag) {
    auto found = TRY(find_at(turns.rows(), actor, id, etag, Stage::Published));
    found.version.stage = Stage::Retired;
    found.version.retired_by = actor.id;
    found.version.retired_at = turns.next_moment();
    turns.shelf().retire(found.version.position, found.version.retired_at);
    return write_step(turns, actor, std::move(found.version), etag, {});
}

}  // namespace yinuo::engine
