// Figures over time: kept-rates, breaches by hour, lateness, control charts, what follows a breach.
#include <algorithm>

#include "engine/paying.h"
#include "server/figures_out.h"
#include "server/query.h"
#include "server/report_out.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kSteps[] = {"hour", "day", "week"};
constexpr std::string_view kCharted[] = {"kept", "duration"};
constexpr int kHourlyDaysMost = 31;

// The window, by the company's own hours and days.
FigureWish asked_in(Query& in, const Call& call) {
    const auto zone_name = engine::fund_policy(*call.things.store.read(), call.who.tenant).zone;
    const auto* zone = call.things.zones.find(zone_name);
    const auto now = call.things.engine_clock.now();
    return {.window = window_in(in, now),
            .zone = zone == nullptr ? Zone::utc() : *zone,
            .zone_name = zone == nullptr ? "UTC" : zone_name,
            .as_of = now};
}

void read_step(Query& in, FigureWish& asked) {
    const auto word = in.word("step", kSteps).value_or(kSteps[1]);
    asked.step = static_cast<Step>(std::ranges::find(kSteps, word) - std::begin(kSteps));
    if (asked.step == Step::Hour &&
        asked.window.until - asked.window.from > hours(24 * kHourlyDaysMost))
        in.flaw("step",
                {.code = "out-of-range",
                 .what = {"按小时看，区间太长", "too long a span for hours"},
                 .mend = {"最多 31 天，或按 day、week 看", "at most 31 days, or by day or week"}});
}

// On a worker, as JSON or, where that is asked for, CSV. `made` is Figures(const Records&).
template <typename Make, typename Json, typename Table>
void hand_out(Ticket ticket, Query& in, std::string_view name, Make make, Json json, Table csv) {
    if (auto fine = in.finish(); !fine) return ticket->answer(deny(fine.error()));
    work(ticket, [ticket, name, make, json, csv]() -> std::optional<Answer> {
        const auto reading = ticket->call.things.store.read();
        const auto figures = make(records_of(ticket->call, *reading));
        if (wants_csv(ticket->call.request)) return csv_answer(csv(figures), name);
        return http::Response::json(200, json(figures));
    });
}

struct KeptFigures {
    std::vector<Period> pieces;
    Tally tally;
    std::optional<Target> target;
};

void read_kept(Ticket ticket) {
    Query in(ticket->call.request);
    auto asked = asked_in(in, ticket->call);
    read_step(in, asked);
    hand_out(
        ticket, in, "kept",
        [asked](const Records& records) {
            KeptFigures made{.pieces = pieces_of(asked.window, asked.zone, asked.step),
                             .tally = {},
                             .target = target_of(records, asked.window)};
            made.tally = tally(records, asked.window, made.pieces);
            return made;
        },
        [asked](const KeptFigures& made) {
            return kept_json(made.tally, made.pieces, made.target, asked);
        },
        [](const KeptFigures& made) { return kept_csv(made.tally, made.pieces); });
}

void read_by_hour(Ticket ticket) {
    Query in(ticket->call.request);
    const auto asked = asked_in(in, ticket->call);
    hand_out(
        ticket, in, "breaches-by-hour",
        [asked](const Records& records) {
            return broken_by_hour(records, asked.window, asked.zone);
        },
        [asked](const ByHour& made) { return by_hour_json(made, asked); }, by_hour_csv);
}

void read_lateness(Ticket ticket) {
    Query in(ticket->call.request);
    const auto asked = asked_in(in, ticket->call);
    hand_out(
        ticket, in, "lateness",
        [asked](const Records& records) { return lateness_figures(records, asked.window); },
        [asked](const LatenessFigures& made) { return lateness_json(made, asked); }, lateness_csv);
}

void read_control(Ticket ticket) {
    Query in(ticket->call.request);
    auto asked = asked_in(in, ticket->call);
    read_step(in, asked);
    const auto figure = in.word("figure", kCharted).value_or(kCharted[0]);
    asked.charted = figure == kCharted[0] ? Charted::Kept : Charted::Duration;
    hand_out(
        ticket, in, "control",
        [asked](const Records& records) {
            return control_figures(records, asked.window, asked.zone, asked.step, asked.charted);
        },
        [asked](const ControlFigures& made) { return control_json(made, asked); }, control_csv);
}

void read_funnel(Ticket ticket) {
    Query in(ticket->call.request);
    const auto asked = asked_in(in, ticket->call);
    hand_out(
        ticket, in, "funnel",
        [asked](const Records& records) { return recovery_funnel(records, asked.window); },
        [asked](const Funnel& made) { return funnel_json(made, asked); },
        [chinese = ticket->call.chinese](const Funnel& made) { return funnel_csv(made, chinese); });
}

constexpr auto kRead = Permission::ReportsRead;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/reports/kept", "readKept", kRead, read_kept, 0, false, 10},
    {"GET", "/api/v1/reports/breaches-by-hour", "readBreachesByHour", kRead, read_by_hour, 0, false,
     10},
    {"GET", "/api/v1/reports/lateness", "readLateness", kRead, read_lateness, 0, false, 10},
    {"GET", "/api/v1/reports/control", "readControl", kRead, read_control, 0, false, 10},
    {"GET", "/api/v1/reports/funnel", "readFunnel", kRead, read_funnel, 0, false, 10},
};

}  // namespace

std::span<const Route> figure_routes() { return kRoutes; }

}  // namespace yinuo::server
