#include "server/promise_talk.h"

#include <algorithm>

#include "engine/publication_json.h"
#include "server/jobs.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr int kPage = 200;

std::string text_in(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}

std::int64_t number_in(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? 0 : found->integer().value_or(0);
}

// What was read, written again without blanks.
void copy(JsonOut& out, const wire::Json& json) {
    using Kind = wire::Json::Kind;
    switch (json.kind) {
        case Kind::Null: out.null(); return;
        case Kind::Boolean: out.value(json.boolean); return;
        case Kind::Number: out.raw(json.text); return;
        case Kind::String: out.value(json.text); return;
        case Kind::Array:
            out.open('[');
            for (const auto& item : json.items) copy(out, item);
            out.close(']');
            return;
        case Kind::Object:
            out.open('{');
            for (const auto& [key, value] : json.members) copy(out.key(key), value);
            out.close('}');
            return;
    }
}

void copy_member(JsonOut& out, const wire::Json& json, std::string_view name) {
    if (const auto* found = json.find(name)) copy(out.key(name), *found);
}

std::string prefix_of(std::string_view version) { return std::string(version) + "/"; }

// The documents whose ids begin so, after `after`; `take` says whether to go on.
template <typename Take>
void each_of(store::Reading& reading, store::TenantId tenant, std::string_view collection,
             const std::string& prefix, std::string after, int limit, Take take) {
    for (;;) {
        const auto page = reading.documents(tenant, collection, after, std::min(limit, kPage));
        for (const auto& document : page) {
            if (!document.id.starts_with(prefix) || limit-- == 0) return;
            take(document);
        }
        if (page.empty() || limit == 0) return;
        after = page.back().id;
    }
}

Error wrong_evidence(Text what, Text mend) {
    return {.code = "wrong-evidence", .what = std::move(what), .mend = std::move(mend)};
}

std::string figures(const Job& job, const wire::Json& report, std::string_view text) {
    JsonOut out;
    out.open('{').member("job", job.id).member("ran_at", job.ended_at);
    out.member("report_sha256", engine::hex_hash(text));
    for (const auto* name : {"as_of", "facts", "obligations", "payout"})
        copy_member(out, report, name);
    out.key("clauses").open('[');
    if (const auto* clauses = report.find("clauses"))
        for (const auto& clause : clauses->items) {
            out.open('{');
            for (const auto* name : {"clause", "title", "limit", "obligations"})
                copy_member(out, clause, name);
            const auto* curve = clause.find("curve");
            if (curve != nullptr && curve->is_object()) {
                copy_member(out, *curve, "unit");
                copy_member(out, *curve, "present");
                copy_member(out, *curve, "reaches");
            }
            out.close('}');
        }
    return out.close(']').close('}').take();
}

}  // namespace

std::string PromiseComment::to_json() const {
    JsonOut out;
    out.open('{').member("id", id).member("by", by).member("name", name);
    out.member("at", at.millis).member("text", text).member("about", about);
    out.member("line", line);
    if (!evidence.empty()) out.key("evidence").raw(evidence);
    return out.close('}').take();
}

Result<PromiseComment> PromiseComment::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    PromiseComment comment{.id = text_in(json, "id"),
                           .by = text_in(json, "by"),
                           .name = text_in(json, "name"),
                           .at = {number_in(json, "at")},
                           .text = text_in(json, "text"),
                           .about = text_in(json, "about"),
                           .line = static_cast<int>(number_in(json, "line")),
                           .evidence = {}};
    if (const auto* evidence = json.find("evidence")) {
        JsonOut out;
        copy(out, *evidence);
        comment.evidence = out.take();
    }
    return comment;
}

void write_comment(JsonOut& out, const PromiseComment& comment,
                   const engine::PromiseVersion& version) {
    out.open('{').member("id", comment.id).member("by", comment.by).member("name", comment.name);
    out.member("at", comment.at).member("text", comment.text);
    out.member("of_present_text", comment.about == version.text_hash);
    if (comment.line != 0) out.member("line", comment.line);
    if (!comment.evidence.empty()) out.key("evidence").raw(comment.evidence);
    out.close('}');
}

std::vector<PromiseComment> promise_comments(store::Reading& reading, store::TenantId tenant,
                                             std::string_view version, std::string_view after,
                                             int limit) {
    std::vector<PromiseComment> all;
    const auto prefix = prefix_of(version);
    each_of(reading, tenant, kPromiseComments, prefix, prefix + std::string(after), limit,
            [&](const store::Document& document) {
                auto comment = PromiseComment::from_json(document.body);
                if (comment) all.push_back(std::move(*comment));
            });
    return all;
}

void put_comment(store::Writing& rows, store::TenantId tenant, std::string_view version,
                 const PromiseComment& comment) {
    rows.put_document({.tenant = tenant,
                       .collection = std::string(kPromiseComments),
                       .id = prefix_of(version) + comment.id,
                       .key = {},
                       .body = comment.to_json()});
}

std::string PromiseVote::to_json() const {
    JsonOut out;
    out.open('{').member("by", by).member("name", name).member("at", at.millis);
    out.member("for", in_favour).member("reason", reason).member("about", about);
    return out.close('}').take();
}

Result<PromiseVote> PromiseVote::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    const auto* in_favour = json.find("for");
    return PromiseVote{.by = text_in(json, "by"),
                       .name = text_in(json, "name"),
                       .at = {number_in(json, "at")},
                       .in_favour = in_favour != nullptr && in_favour->truth().value_or(false),
                       .reason = text_in(json, "reason"),
                       .about = text_in(json, "about")};
}

std::vector<PromiseVote> promise_votes(store::Reading& reading, store::TenantId tenant,
                                       std::string_view version) {
    std::vector<PromiseVote> all;
    const auto prefix = prefix_of(version);
    each_of(reading, tenant, kPromiseVotes, prefix, prefix, 1'000,
            [&](const store::Document& document) {
                if (auto vote = PromiseVote::from_json(document.body))
                    all.push_back(std::move(*vote));
            });
    std::ranges::stable_sort(all, {}, &PromiseVote::at);
    return all;
}

void put_vote(store::Writing& rows, store::TenantId tenant, std::string_view version,
              const PromiseVote& vote) {
    const auto id = prefix_of(version) + vote.by;
    const auto before = rows.document(tenant, kPromiseVotes, id);
    rows.put_document({.tenant = tenant,
                       .collection = std::string(kPromiseVotes),
                       .id = id,
                       .version = before ? before->version + 1 : 1,
                       .key = {},
                       .body = vote.to_json()});
}

void write_votes(JsonOut& out, const std::vector<PromiseVote>& votes,
                 const engine::PromiseVersion& version, std::string_view me) {
    const auto count = [&](bool in_favour) {
        return std::ranges::count_if(votes, [&](const PromiseVote& vote) {
            return vote.about == version.text_hash && vote.in_favour == in_favour;
        });
    };
    out.open('{').member("for", count(true)).member("against", count(false));
    for (const auto& vote : votes)
        if (vote.by == me && vote.about == version.text_hash) out.member("mine", vote.in_favour);
    out.key("items").open('[');
    for (const auto& vote : votes) {
        out.open('{').member("by", vote.by).member("name", vote.name).member("at", vote.at);
        out.member("for", vote.in_favour).member_if("reason", vote.reason);
        out.member("of_present_text", vote.about == version.text_hash).close('}');
    }
    out.close(']').close('}');
}

Result<std::string> figures_of(store::Reading& reading, store::TenantId tenant,
                               const engine::PromiseVersion& version, std::string_view id) {
    const auto job = find_job(reading, tenant, id);
    const auto result = job ? reading.document(tenant, kJobResults, id) : std::nullopt;
    if (!result)
        return refuse(
            wrong_evidence({"没有这次回测的结果", "there is no result of such a back-test"},
                           {"等它完成，或再跑一次", "wait until it is done, or run it again"}));
    if (std::ranges::find(job->texts, version.text_hash) == job->texts.end())
        return refuse(wrong_evidence(
            {"这次回测跑的不是现在的文本", "that back-test ran another text than the present one"},
            {"保存草稿，再跑一次回测", "save the draft and run the back-test again"}));
    Arena memory;
    const auto report = TRY(wire::parse_json(result->body, memory));
    return figures(*job, report, result->body);
}

}  // namespace yinuo::server
