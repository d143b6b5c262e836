// What is done about causes 过程改进, and the causes' own list 原因编码.
#include "server/body.h"
#include "server/improvements.h"
#include "server/query.h"
#include "server/report_out.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

constexpr std::int64_t kUnwritten = 1;  // the list that nobody has written yet is its first version

Refusal no_improvement() { return no_such({"改进项", "improvement"}); }

// --- reason codes ---------------------------------------------------------------------------------

std::int64_t codes_etag(store::Reading& reading, store::TenantId tenant) {
    const auto document = reading.document(tenant, kReasonCodes, "all");
    return (document ? document->version : 0) + kUnwritten;
}

Answer read_codes(const Call& call) {
    const auto reading = call.things.store.read();
    return http::Response::json(200, ReasonCodes::read(*reading, call.who.tenant).to_json())
        .with("ETag", etag_text(codes_etag(*reading, call.who.tenant)));
}

struct CodeWish : ReasonCode {};
void describe(Members& in, CodeWish& into) {
    in.need("code", into.code, {.least = 1, .most = 60});
    in.need("zh", into.title.zh, {.least = 1, .most = 80});
    in.need("en", into.title.en, {.least = 1, .most = 80});
    in.may("parent", into.parent, {.most = 60});
}
struct CodesWish {
    std::vector<CodeWish> codes;
};
void describe(Members& in, CodesWish& into) {
    in.require("codes");
    in.may_each("codes", into.codes, {.most = kReasonCodesMost});
}

void change_codes(Ticket ticket) {
    auto given = read_body<CodesWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, etag = *etag, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        const auto codes = TRY(ReasonCodes::of({given.codes.begin(), given.codes.end()}));
        if (codes_etag(turns.rows(), who.tenant) != etag) return deny(stale_etag());
        if (!turns.rows().put_document({.tenant = who.tenant,
                                        .collection = std::string(kReasonCodes),
                                        .id = "all",
                                        .version = etag - kUnwritten + 1,
                                        .key = {},
                                        .body = codes.to_json()}))
            return deny(stale_etag());
        turns.audit(who.actor, "reason-codes.change", "reason-codes");
        return http::Response::json(200, codes.to_json()).with("ETag", etag_text(etag + 1));
    });
}

// --- improvement items ----------------------------------------------------------------------------

constexpr Length kTitle{.least = 1, .most = 120};
constexpr Length kLong{.most = 2'000};
constexpr std::int64_t kDaysMost = 366;

struct Wish {
    std::optional<std::string> title, cause, promise, clause, owner, plan, notes, state;
    std::optional<std::vector<std::string>> five_whys;
    Instant due = Instant::max(), did_at = Instant::max();
    std::optional<std::int64_t> window_days, watch_days;
};
void describe_fields(Members& in, Wish& into) {
    in.may("cause", into.cause, {.most = 60});
    in.may("promise", into.promise, {.most = 200});
    in.may("clause", into.clause, {.most = 200});
    in.may("owner", into.owner, {.most = 120});
    in.may("plan", into.plan, kLong);
    in.may("notes", into.notes, kLong);
    in.may("five_whys", into.five_whys, {.most = 5}, {.least = 1, .most = 500});
    in.may_instant("due", into.due);
    in.may_instant("did_at", into.did_at);
    in.may("window_days", into.window_days, {.least = 1, .most = kDaysMost});
    in.may("watch_days", into.watch_days, {.least = 0, .most = kDaysMost});
}
struct NewItem : Wish {};
void describe(Members& in, NewItem& into) {
    std::string title;
    in.need("title", title, kTitle);
    into.title = std::move(title);
    describe_fields(in, into);
}
void describe(Members& in, Wish& into) {
    in.may("title", into.title, kTitle);
    in.may_word("state", into.state, improvement_state_names());
    describe_fields(in, into);
}

void take_over(Wish wish, Improvement& item) {
    const auto take = [](auto& from, auto& to) {
        if (from) to = std::move(*from);
    };
    take(wish.title, item.title);
    take(wish.cause, item.cause);
    take(wish.promise, item.promise);
    take(wish.clause, item.clause);
    take(wish.owner, item.owner);
    take(wish.plan, item.plan);
    take(wish.notes, item.notes);
    take(wish.five_whys, item.five_whys);
    take(wish.window_days, item.window_days);
    take(wish.watch_days, item.watch_days);
    if (wish.due < Instant::max()) item.due = wish.due;
    if (wish.did_at < Instant::max()) item.did_at = wish.did_at;
}

Answered<void> check_fits(store::Reading& reading, const Call& call, const Improvement& item) {
    if (!item.cause.empty() &&
        ReasonCodes::read(reading, call.who.tenant).find(item.cause) == nullptr)
        return deny(body_refusal(
            {{.error = {.code = "unknown-word",
                        .what = {"原因编码表里没有它", "the list of reason codes lacks it"},
                        .mend = {"先用 PUT /api/v1/reason-codes 加上",
                                 "add it with PUT /api/v1/reason-codes first"}},
              .pointer = "/cause"}}));
    return {};
}

void step_to(Improvement& item, ImprovementState to, const engine::Actor& actor, Instant now) {
    item.state = to;
    item.history.push_back({.at = now, .by = actor.id, .by_name = actor.name, .to = to});
    if (to == ImprovementState::Check && item.did_at == Instant::max()) item.did_at = now;
    if (to == ImprovementState::Act) {
        item.acted_at = now;
        item.recurred = false;
        item.recurred_at = Instant::max();
    }
}

store::Document document_of(const Call& call, const Improvement& item, std::int64_t version) {
    return {.tenant = call.who.tenant,
            .collection = std::string(kImprovements),
            .id = item.id,
            .version = version,
            .key = {},
            .body = item.to_json()};
}

void add_improvement(Ticket ticket) {
    auto given = read_body<NewItem>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        Improvement item;
        item.id = "imp_" + vault::token(turns.entropy(), 12);
        take_over(given, item);
        step_to(item, ImprovementState::Plan, call.who.actor, turns.now());
        if (auto fits = check_fits(turns.rows(), call, item); !fits) return deny(fits.error());
        turns.rows().put_document(document_of(call, item, 1));
        turns.audit(call.who.actor, "improvement.add", "improvement/" + item.id);
        JsonOut out;
        write_improvement(out, item, nullptr);
        return created(out, "/api/v1/improvements/" + item.id, 1);
    });
}

Error cannot_follow(ImprovementState from, ImprovementState to) {
    return {
        .code = "wrong-improvement-state",
        .what = {"“" + server::describe(from).zh + "”之后不能是“" + server::describe(to).zh + "”",
                 "\"" + std::string(name_of(to)) + "\" can't follow \"" +
                     std::string(name_of(from)) + "\""},
        .mend = {"顺序是 plan、do、check、act；无效则回到 plan，不做了是 dropped",
                 "the order is plan, do, check, act; back to plan if it didn't help, dropped "
                 "if it won't be done"}};
}

void change_improvement(Ticket ticket) {
    const auto& call = ticket->call;
    if (!find_improvement(*call.things.store.read(), call.who.tenant, call.parameter("id")))
        return ticket->answer(deny(no_improvement()));
    auto given = read_body<Wish>(call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, etag = *etag, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        auto item = find_improvement(turns.rows(), call.who.tenant, call.parameter("id"));
        if (!item) return deny(no_improvement());
        if (item->etag != etag) return deny(stale_etag());
        const auto from = item->state;
        const auto to = given.state ? *improvement_state(*given.state) : from;
        if (to != from && !may_follow(from, to)) return deny({cannot_follow(from, to), 409});
        take_over(given, *item);
        if (auto fits = check_fits(turns.rows(), call, *item); !fits) return deny(fits.error());
        if (to != from) step_to(*item, to, call.who.actor, turns.now());
        if (!turns.rows().put_document(document_of(call, *item, etag + 1)))
            return deny(stale_etag());
        JsonOut more;
        more.open('{').member("from", name_of(from)).member("to", name_of(to)).close('}');
        const auto members = more.take();
        turns.audit(call.who.actor, "improvement.change", "improvement/" + item->id,
                    std::string_view(members).substr(1, members.size() - 2));
        JsonOut out;
        write_improvement(out, *item, nullptr);
        return ok(out, etag + 1);
    });
}

Answer list_improvements(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto reading = call.things.store.read();
    auto items = improvements(*reading, call.who.tenant, wish->after, wish->limit + 1);
    const bool more = std::ssize(items) > wish->limit;
    if (more) items.pop_back();
    JsonOut out;
    for (const auto& item : items) write_improvement(out, item, nullptr);
    return page(call, out.text(), more ? items.back().id : std::string());
}

// What came of it is reckoned from obligations: on a worker.
void read_improvement(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto reading = call.things.store.read();
        const auto item = find_improvement(*reading, call.who.tenant, call.parameter("id"));
        if (!item) return deny(no_improvement());
        const auto effect = effect_of(records_of(call, *reading), *item);
        JsonOut out;
        write_improvement(out, *item, &effect);
        return ok(out, item->etag);
    });
}

constexpr auto kRead = Permission::ImprovementsRead;
constexpr auto kWrite = Permission::ImprovementsWrite;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/reason-codes", "readReasonCodes", kRead, read_codes, 0},
    {"PUT", "/api/v1/reason-codes", "changeReasonCodes", Permission::SettingsWrite, change_codes,
     256 * 1024},
    {"GET", "/api/v1/improvements", "listImprovements", kRead, list_improvements, 0},
    {"POST", "/api/v1/improvements", "addImprovement", kWrite, add_improvement, 32 * 1024, true},
    {"GET", "/api/v1/improvements/{id}", "readImprovement", kRead, read_improvement, 0, false, 3},
    {"PATCH", "/api/v1/improvements/{id}", "changeImprovement", kWrite, change_improvement,
     32 * 1024},
};

}  // namespace

std::span<const Route> improvement_routes() { return kRoutes; }

}  // namespace yinuo::server
