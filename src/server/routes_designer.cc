// The designer: a text tried without keeping it, comments and votes on drafts.
#include "feel/expression.h"
#include "promise/scope.h"
#include "server/body.h"
#include "server/promise_talk.h"
#include "server/promise_trial.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

using engine::PromiseVersion;

constexpr std::size_t kBodyMax = std::size_t{8} << 20;
constexpr std::size_t kStartsMost = 10;
constexpr std::size_t kFormulaMost = 10'000;

Refusal no_promise() { return no_such({"承诺版本", "version of a promise"}); }

// --- trying ---------------------------------------------------------------------------------------

struct Trial : TrialWish {};
void describe(Members& in, Trial& into) {
    describe(in, static_cast<TextWish&>(into));
    std::vector<std::string> starts;
    in.may("starts", starts, {.most = kStartsMost}, {.least = 1, .most = 40});
    for (const auto& text : starts) {
        const auto at = parse_instant(text);
        if (!at)
            in.flaw("starts", {.code = "bad-instant",
                               .what = {"“" + text + "”不是时刻", "\"" + text + "\" is no instant"},
                               .mend = {"例如 2026-03-10T09:00:00+08:00",
                                        "for example 2026-03-10T09:00:00+08:00"}});
        else
            into.starts.push_back(*at);
    }
}

// Compiling takes milliseconds for a large text: on a worker.
void try_text(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        auto given = read_body<Trial>(ticket->call.request);
        if (!given) return deny(given.error());
        return http::Response::json(200, try_promise(ticket->call, *given));
    });
}

struct FeelPlace {
    std::int64_t line = 1, column = 1;
};
void describe(Members& in, FeelPlace& into) {
    in.may("line", into.line, {.least = 1, .most = 1'000'000});
    in.may("column", into.column, {.least = 1, .most = 1'000'000});
}
struct FeelWish {
    std::string text, as = "expression";
    FeelPlace at;
};
constexpr std::string_view kForms[] = {"expression", "tests"};
void describe(Members& in, FeelWish& into) {
    in.need("text", into.text, {.least = 0, .most = kFormulaMost});
    in.may_word("as", into.as, kForms);
    in.may_object("at", into.at);
}

void check_feel(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto given = read_body<FeelWish>(ticket->call.request);
        if (!given) return deny(given.error());
        Names names;
        const feel::Dialect dialect{.names = names,
                                    .zones = &ticket->call.things.zones,
                                    .host = &promise::host_functions(),
                                    .special_names = {},
                                    .at = {.path = {},
                                           .line = static_cast<std::uint32_t>(given->at.line),
                                           .column = static_cast<std::uint32_t>(given->at.column)}};
        const auto compiled = given->as == "tests"
                                  ? feel::Expression::compile_unary_tests(given->text, dialect)
                                  : feel::Expression::compile(given->text, dialect);
        JsonOut out;
        out.open('{').member("fine", compiled.has_value());
        write_findings(out.key("findings"), compiled ? Findings() : compiled.error());
        out.key("names").open('[');
        if (compiled)
            for (const Symbol name : compiled->free_names()) out.value(names.text(name));
        out.close(']').close('}');
        return ok(out);
    });
}

// --- comments and votes ---------------------------------------------------------------------------

std::optional<PromiseVersion> find(store::Reading& reading, const Call& call) {
    const auto document =
        reading.document(call.who.tenant, engine::kPromises, call.parameter("id"));
    if (!document) return std::nullopt;
    auto version = PromiseVersion::from_json(document->body);
    return version ? std::optional(std::move(*version)) : std::nullopt;
}

// Talk is about drafts: what is published stands.
Answered<PromiseVersion> find_draft(store::Reading& reading, const Call& call) {
    auto version = find(reading, call);
    if (!version) return deny(no_promise());
    if (version->stage >= engine::Stage::Published)
        return deny(Error{
            .code = "wrong-stage",
            .what = {version->id() + " 已经发布，不再讨论",
                     version->id() + " is published already"},
            .mend = {"在下一个版本的草稿上说", "say it about the draft of the next version"}});
    return std::move(*version);
}

Answer list_comments(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto reading = call.things.store.read();
    const auto version = find(*reading, call);
    if (!version) return deny(no_promise());
    auto comments =
        promise_comments(*reading, call.who.tenant, version->id(), wish->after, wish->limit + 1);
    const bool more = std::ssize(comments) > wish->limit;
    if (more) comments.pop_back();
    JsonOut items;
    for (const auto& comment : comments) write_comment(items, comment, *version);
    return page(call, items.text(), more ? comments.back().id : std::string());
}

struct CommentWish {
    std::string text, backtest;
    std::int64_t line = 0;
};
void describe(Members& in, CommentWish& into) {
    in.need("text", into.text, {.least = 1, .most = 4'000});
    in.may("line", into.line, {.least = 1, .most = 1'000'000});
    in.may("backtest", into.backtest, {.least = 1, .most = 60});
}

// "cmt_0001773100800000-k3…": comments of a version lie in the order in which they were made.
std::string comment_id(engine::Turns& turns) {
    auto millis = std::to_string(turns.now().millis);
    millis.insert(0, millis.size() < 16 ? 16 - millis.size() : 0, '0');
    return "cmt_" + millis + "-" + vault::token(turns.entropy(), 6);
}

void add_comment(Ticket ticket) {
    const auto& call = ticket->call;
    if (!find(*call.things.store.read(), call)) return ticket->answer(deny(no_promise()));
    auto given = read_body<CommentWish>(call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto version = TRY(find_draft(turns.rows(), call));
        const auto standing =
            promise_comments(turns.rows(), call.who.tenant, version.id(), {}, kPromiseCommentsMost);
        if (std::ssize(standing) >= kPromiseCommentsMost)
            return deny(Error{
                .code = "too-many-comments",
                .what = {"这一版的意见已满 1000 条", "there are 1000 comments on this version"},
                .mend = {"起草新的版本", "draft a new version"}});
        PromiseComment comment{.id = comment_id(turns),
                               .by = call.who.actor.id,
                               .name = call.who.actor.name,
                               .at = turns.now(),
                               .text = given.text,
                               .about = version.text_hash,
                               .line = static_cast<int>(given.line),
                               .evidence = {}};
        if (!given.backtest.empty())
            comment.evidence =
                TRY(figures_of(turns.rows(), call.who.tenant, version, given.backtest));
        put_comment(turns.rows(), call.who.tenant, version.id(), comment);
        turns.audit(call.who.actor, "promise.comment", version.id());
        JsonOut out;
        write_comment(out, comment, version);
        return http::Response::json(201, out.take())
            .with("Location", "/api/v1/promises/" + version.id() + "/comments");
    });
}

Answer read_votes(const Call& call) {
    const auto reading = call.things.store.read();
    const auto version = find(*reading, call);
    if (!version) return deny(no_promise());
    JsonOut out;
    write_votes(out, promise_votes(*reading, call.who.tenant, version->id()), *version,
                call.who.actor.id);
    return ok(out);
}

struct VoteWish {
    std::optional<bool> in_favour;
    std::string reason;
};
void describe(Members& in, VoteWish& into) {
    in.require("for");
    in.may("for", into.in_favour);
    in.may("reason", into.reason, {.most = 1'000});
}

void vote(Ticket ticket) {
    const auto& call = ticket->call;
    if (!find(*call.things.store.read(), call)) return ticket->answer(deny(no_promise()));
    auto given = read_body<VoteWish>(call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto version = TRY(find_draft(turns.rows(), call));
        put_vote(turns.rows(), call.who.tenant, version.id(),
                 {.by = call.who.actor.id,
                  .name = call.who.actor.name,
                  .at = turns.now(),
                  .in_favour = given.in_favour.value_or(false),
                  .reason = given.reason,
                  .about = version.text_hash});
        turns.audit(call.who.actor, "promise.vote", version.id(),
                    given.in_favour.value_or(false) ? "\"for\":true" : "\"for\":false");
        JsonOut out;
        write_votes(out, promise_votes(turns.rows(), call.who.tenant, version.id()), version,
                    call.who.actor.id);
        return ok(out);
    });
}

constexpr auto kDraft = Permission::PromisesDraft;
constexpr auto kRead = Permission::PromisesRead;
constexpr auto kComment = Permission::PromisesComment;
constexpr Route kRoutes[] = {
    {"POST", "/api/v1/promise-trials", "tryPromise", kDraft, try_text, kBodyMax, false, 2},
    {"POST", "/api/v1/feel/check", "checkFeel", kDraft, check_feel},
    {"GET", "/api/v1/promises/{id}/comments", "listPromiseComments", kRead, list_comments, 0},
    {"POST", "/api/v1/promises/{id}/comments", "addPromiseComment", kComment, add_comment,
     64 * 1024, true},
    {"GET", "/api/v1/promises/{id}/vote", "readPromiseVotes", kRead, read_votes, 0},
    {"PUT", "/api/v1/promises/{id}/vote", "votePromise", kComment, vote},
};

}  // namespace

std::span<const Route> designer_routes() { return kRoutes; }

}  // namespace yinuo::server
