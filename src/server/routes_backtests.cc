// Back-tests 回测, as jobs: asked for, watched, cancelled, and their results.
#include <algorithm>

#include "engine/publication_json.h"
#include "engine/publishing.h"
#include "server/backtest_job.h"
#include "server/body.h"
#include "server/obligation_out.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kDataMost = std::size_t{16} << 20;
constexpr std::size_t kBodyMax = std::size_t{36} << 20;  // a line break in JSON is two bytes
constexpr std::size_t kTextMost = std::size_t{1} << 20;
constexpr std::string_view kFormats[] = {"csv", "jsonl"};
constexpr std::string_view kFrom[] = {"live"};

Refusal no_job() { return no_such({"任务", "job"}); }

struct History {
    std::string format, mapping, data, from;
};
void describe(Members& in, History& into) {
    in.may_word("from", into.from, kFrom);
    if (!into.from.empty()) return;
    in.need_word("format", into.format, kFormats);
    in.need("mapping", into.mapping, {.least = 1, .most = kTextMost});
    in.need("data", into.data, {.least = 1, .most = kDataMost});
}

struct Asked {
    BacktestWish wish;
};
void describe(Members& in, Asked& asked) {
    auto& into = asked.wish;
    in.need("promises", into.promises, {.least = 1, .most = 50}, {.least = 1, .most = kTextMost});
    if (const auto* calendars = in.take("calendars")) {
        if (!calendars->is_object())
            in.flaw("calendars", {.code = "wrong-type",
                                  .what = {"这里应是对象", "this is an object"},
                                  .mend = {"例如 {\"office.yaml\":\"weekly: …\"}",
                                           "for example {\"office.yaml\":\"weekly: ...\"}"}});
        for (const auto& [name, text] : calendars->members) into.calendars.emplace(name, text.text);
    }
    History history;
    if (in.require("history") != nullptr) in.may_object("history", history);
    into.live = history.from == "live";
    into.format = std::move(history.format);
    into.mapping = std::move(history.mapping);
    into.data = std::move(history.data);
    in.may("by", into.by, {.most = 10}, {.least = 1, .most = 2000});
    in.may("curves", into.curves);
}

std::string title_of(const BacktestWish& wish) {
    std::string title;
    for (const auto& promise : wish.promises)
        if (!promise.contains('\n') && title.size() < 200)
            (title += title.empty() ? "" : ", ") += promise;
    return title.empty() ? "draft" : title;
}

// What a version's evidence is held to: which texts were run.
std::vector<std::string> texts_of(const Call& call, const BacktestWish& wish) {
    const auto reading = call.things.store.read();
    std::vector<std::string> hashes;
    for (const auto& promise : wish.promises) {
        if (promise.contains('\n')) {
            hashes.push_back(engine::hex_hash(promise));
            continue;
        }
        const auto document = reading->document(call.who.tenant, engine::kPromises, promise);
        if (!document) continue;
        if (const auto version = engine::PromiseVersion::from_json(document->body))
            hashes.push_back(version->text_hash);
    }
    return hashes;
}

void add(Ticket ticket) {
    if (!ticket->call.things.jobs.has_room())
        return ticket->answer(
            deny(Error{.code = "busy",
                       .what = {"排队的回测太多", "too many back-tests wait"},
                       .mend = {"等前面的做完再来", "come again when some of them are done"}}));
    work(ticket, [ticket]() -> std::optional<Answer> {
        auto given = read_body<Asked>(ticket->call.request);
        if (!given) return deny(given.error());
        const auto title = title_of(given->wish);
        auto texts = texts_of(ticket->call, given->wish);
        auto task = prepare_backtest(ticket->call, std::move(given->wish));
        if (!task) return deny(task.error());
        act(ticket,
            [ticket, title, texts = std::move(texts),
             task = std::move(*task)](engine::Turns& turns) -> Answer {
                const auto& call = ticket->call;
                const Job job{.id = "job_" + vault::token(turns.entropy(), 12),
                              .kind = "backtest",
                              .title = title,
                              .created_by = call.who.actor.id,
                              .created_at = turns.now(),
                              .texts = texts};
                turns.rows().put_document({.tenant = call.who.tenant,
                                           .collection = std::string(kJobs),
                                           .id = job.id,
                                           .key = {},
                                           .body = job.to_json()});
                turns.audit(call.who.actor, "backtest.started", job.id);
                // It begins when this is on disk: its first word to the engine waits behind us.
                call.things.jobs.add(call.who.tenant, job.id, task);
                JsonOut out;
                write_job(out, job, nullptr);
                return http::Response::json(202, out.take())
                    .with("Location", "/api/v1/jobs/" + job.id);
            });
        return std::nullopt;
    });
}

Answer list_jobs(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto found =
        call.things.store.read()->documents(call.who.tenant, kJobs, wish->after, wish->limit + 1);
    JsonOut items;
    std::string next;
    for (const auto& document : found) {
        if (&document - found.data() == wish->limit) {
            next = found[static_cast<std::size_t>(wish->limit) - 1].id;
            break;
        }
        if (const auto job = Job::from_json(document.body))
            write_job(items, *job, call.things.jobs.progress(job->id).get());
    }
    return page(call, items.text(), next);
}

Answer read_job(const Call& call) {
    const auto job = find_job(*call.things.store.read(), call.who.tenant, call.parameter("id"));
    if (!job) return deny(no_job());
    JsonOut out;
    write_job(out, *job, call.things.jobs.progress(job->id).get());
    return ok(out);
}

Answer read_result(const Call& call) {
    const auto reading = call.things.store.read();
    const auto job = find_job(*reading, call.who.tenant, call.parameter("id"));
    if (!job) return deny(no_job());
    auto result = reading->document(call.who.tenant, kJobResults, job->id);
    if (result) return http::Response::json(200, std::move(result->body));
    const auto state = describe(job->state);
    return deny(Refusal({.code = "no-result",
                         .what = {"没有结果：" + state.zh, "there is no result: it is " + state.en},
                         .mend = {"完成后再来取", "come back when it is done"}},
                        409));
}

// What waits or runs is cancelled; what has ended is removed with its result.
void remove(Ticket ticket) {
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto job = find_job(turns.rows(), call.who.tenant, call.parameter("id"));
        if (!job) return deny(no_job());
        turns.audit(call.who.actor, job->ended() ? "job.removed" : "job.cancelled", job->id);
        if (!job->ended() && call.things.jobs.cancel(job->id)) return http::Response::empty(202);
        turns.rows().remove_document(call.who.tenant, kJobs, job->id);
        turns.rows().remove_document(call.who.tenant, kJobResults, job->id);
        return http::Response::empty();
    });
}

constexpr auto kRun = Permission::BacktestsRun;
constexpr Route kRoutes[] = {
    {"POST", "/api/v1/backtests", "addBacktest", kRun, add, kBodyMax, true, 10},
    {"GET", "/api/v1/jobs", "listJobs", kRun, list_jobs, 0},
    {"GET", "/api/v1/jobs/{id}", "readJob", kRun, read_job, 0},
    {"GET", "/api/v1/jobs/{id}/result", "readJobResult", kRun, read_result, 0},
    {"DELETE", "/api/v1/jobs/{id}", "removeJob", kRun, remove, 0},
};

}  // namespace

std::span<const Route> backtest_routes() { return kRoutes; }

}  // namespace yinuo::server
