// Reports 报表: responsibility, causes, fairness, the effect of recovery, the week.
#include <algorithm>

#include "engine/paying.h"
#include "server/fairness.h"
#include "server/query.h"
#include "server/recovery_effect.h"
#include "server/report_out.h"
#include "server/responsibility.h"
#include "server/routes.h"
#include "server/week_pack.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kSides[] = {"team", "partner", "clause", "cause"};
constexpr int kYear = 365;

// What a report says, made on a worker: JSON, or CSV where that is asked for.
void hand_out(Ticket ticket, std::string_view name, std::function<std::string(const Records&)> json,
              std::function<std::string(const Records&)> csv) {
    work(ticket,
         [ticket, name, json = std::move(json), csv = std::move(csv)]() -> std::optional<Answer> {
             const auto reading = ticket->call.things.store.read();
             const auto records = records_of(ticket->call, *reading);
             if (wants_csv(ticket->call.request)) return csv_answer(csv(records), name);
             return http::Response::json(200, json(records));
         });
}

void read_responsibility(Ticket ticket) {
    Query in(ticket->call.request);
    const auto window = window_in(in, ticket->call.things.engine_clock.now());
    const auto word = in.word("by", kSides).value_or(kSides[0]);
    if (auto fine = in.finish(); !fine) return ticket->answer(deny(fine.error()));
    const auto side = static_cast<Side>(std::ranges::find(kSides, word) - std::begin(kSides));
    hand_out(
        ticket, "responsibility",
        [window, side](const Records& records) {
            return responsibility_json(responsibility(records, window),
                                       ReasonCodes::read(records.reading, records.tenant), window,
                                       side, records.now);
        },
        [ticket, window, side](const Records& records) {
            return responsibility_csv(responsibility(records, window),
                                      ReasonCodes::read(records.reading, records.tenant), side,
                                      ticket->call.chinese);
        });
}

void read_causes(Ticket ticket) {
    Query in(ticket->call.request);
    const auto window = window_in(in, ticket->call.things.engine_clock.now());
    if (auto fine = in.finish(); !fine) return ticket->answer(deny(fine.error()));
    hand_out(
        ticket, "causes",
        [window](const Records& records) {
            const auto report = responsibility(records, window);
            return pareto_json(pareto(report, ReasonCodes::read(records.reading, records.tenant)),
                               window, records.now, report.is_cut);
        },
        [ticket, window](const Records& records) {
            return pareto_csv(pareto(responsibility(records, window),
                                     ReasonCodes::read(records.reading, records.tenant)),
                              ticket->call.chinese);
        });
}

Error needed(std::string_view name, std::string_view example) {
    return {.code = "missing",
            .what = {"少了 " + std::string(name), std::string(name) + " is missing"},
            .mend = {"例如 " + std::string(example), "for example " + std::string(example)}};
}

void read_fairness(Ticket ticket) {
    Query in(ticket->call.request);
    const auto window = window_in(in, ticket->call.things.engine_clock.now());
    const std::string group(in.text("group", 60).value_or(""));
    if (group.empty()) in.flaw("group", needed("group", "tier"));
    if (auto fine = in.finish(); !fine) return ticket->answer(deny(fine.error()));
    hand_out(
        ticket, "fairness",
        [window, group](const Records& records) {
            return fairness_json(fairness(records, window, group), window, records.now);
        },
        [ticket, window, group](const Records& records) {
            return fairness_csv(fairness(records, window, group), ticket->call.chinese);
        });
}

int days_in(Query& in) {
    const auto text = in.text("days", 10);
    if (!text) return 90;
    const auto number = Decimal::parse(*text);
    const auto days = number ? number->to_int64().value_or(0) : 0;
    if (days >= 1 && days <= 366) return static_cast<int>(days);
    in.flaw("days", {.code = "out-of-range",
                     .what = {"天数不对", "these days can't be"},
                     .mend = {"1 到 366 的整数", "a whole number from 1 to 366"}});
    return 90;
}

void read_recovery(Ticket ticket) {
    Query in(ticket->call.request);
    const auto window = window_in(in, ticket->call.things.engine_clock.now(), kYear);
    RecoveryWish wish;
    wish.from = window.from;
    wish.until = window.until;
    wish.days = days_in(in);
    const auto score = in.text("score", 200).value_or("");
    wish.return_kind = in.text("return", 100).value_or("");
    if (const auto dot = score.rfind('.'); dot != std::string_view::npos && dot > 0) {
        wish.score_kind = score.substr(0, dot);
        wish.score_field = score.substr(dot + 1);
    }
    if (!score.empty() && wish.score_field.empty())
        in.flaw("score",
                {.code = "wrong-type",
                 .what = {"要写成 业务记录.字段", "this is KIND.FIELD"},
                 .mend = {"例如 survey.answered.score", "for example survey.answered.score"}});
    if (score.empty() && wish.return_kind.empty())
        in.flaw("score", needed("score / return", "score=survey.answered.score"));
    if (auto fine = in.finish(); !fine) return ticket->answer(deny(fine.error()));
    hand_out(
        ticket, "recovery",
        [wish](const Records& records) {
            return recovery_json(recovery_effect(records, wish), wish, records.now);
        },
        [ticket, wish](const Records& records) {
            return recovery_csv(recovery_effect(records, wish), ticket->call.chinese);
        });
}

bool wants_html(const http::Request& request) {
    return request.header("accept").value_or("").contains("text/html");
}

void read_week(Ticket ticket) {
    const auto& call = ticket->call;
    const auto policy = engine::fund_policy(*call.things.store.read(), call.who.tenant);
    const auto* found = call.things.zones.find(policy.zone);
    const Zone zone = found == nullptr ? Zone::utc() : *found;
    Query in(call.request);
    const auto today = zone.to_local(call.things.engine_clock.now()).date();
    auto week = IsoWeek::of(today.plus_days(-7));
    if (const auto text = in.text("week", 20)) {
        if (const auto asked = IsoWeek::parse(*text))
            week = *asked;
        else
            in.flaw("week", {.code = "bad-date",
                             .what = {"这不是一个星期", "this is no week"},
                             .mend = {"例如 2026-W11", "for example 2026-W11"}});
    }
    if (auto fine = in.finish(); !fine) return ticket->answer(deny(fine.error()));
    work(ticket, [ticket, week, zone, name = policy.zone]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto reading = call.things.store.read();
        const auto records = records_of(call, *reading);
        const auto pack = week_pack(records, week, zone, name);
        if (wants_html(call.request))
            return http::Response{
                .status = 200,
                .headers = {{"Content-Type", "text/html; charset=utf-8"},
                            {"Content-Language", call.chinese ? "zh-CN" : "en"},
                            {"Content-Security-Policy",
                             "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors "
                             "'none'; base-uri 'none'; form-action 'none'"}},
                .body = week_html(pack, call.chinese, records.now)};
        if (wants_csv(call.request)) return csv_answer(week_csv(pack, call.chinese), "week");
        return http::Response::json(200, week_json(pack, records.now));
    });
}

constexpr auto kRead = Permission::ReportsRead;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/reports/responsibility", "readResponsibility", kRead, read_responsibility, 0,
     false, 10},
    {"GET", "/api/v1/reports/causes", "readCauses", kRead, read_causes, 0, false, 10},
    {"GET", "/api/v1/reports/fairness", "readFairness", kRead, read_fairness, 0, false, 10},
    {"GET", "/api/v1/reports/recovery", "readRecoveryEffect", kRead, read_recovery, 0, false, 10},
    {"GET", "/api/v1/reports/week", "readWeek", kRead, read_week, 0, false, 10},
};

}  // namespace

std::span<const Route> report_routes() { return kRoutes; }

}  // namespace yinuo::server
