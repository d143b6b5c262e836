// Alerts: warnings and breaches that somebody must acknowledge, or they climb.
#include <charconv>

#include "engine/alerts.h"
#include "engine/entry.h"
#include "server/obligation_out.h"
#include "server/query.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

constexpr int kPagesLookedAt = 20;

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    return read.ec == std::errc() && read.ptr == end && number > 0 ? std::optional(number)
                                                                   : std::nullopt;
}

void write_alert(JsonOut& out, const store::Alert& alert, std::string_view stream_name) {
    out.open('{')
        .member("id", alert.id)
        .member("obligation", engine::obligation_text(alert.obligation));
    out.member("subject", shown_name(stream_name));
    out.member("what", alert.warning < 0 ? "breach" : "warning");
    if (alert.warning >= 0) out.member("warning", alert.warning);
    out.member("level", alert.level).member("addressee", alert.addressee);
    out.member("raised_at", alert.raised_at).member_if("climbs_at", alert.climbs_at);
    out.member("open", alert.acknowledged_at >= Instant::max());
    out.member_if("acknowledged_at", alert.acknowledged_at);
    out.member_if("acknowledged_by", alert.acknowledged_by).close('}');
}

Answer list_alerts(const Call& call) {
    Query in(call.request);
    const auto open_only = in.truth("open").value_or(false);
    if (auto fine = in.finish(); !fine) return deny(fine.error());
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto reading = call.things.store.read();
    std::int64_t after = number_in(wish->after).value_or(0);
    JsonOut items;
    int shown = 0;
    for (int pages = 0; pages < kPagesLookedAt; ++pages) {
        const auto found = reading->alerts(call.who.tenant, open_only, after, wish->limit + 1);
        for (const auto& alert : found) {
            if (shown == wish->limit) return page(call, items.text(), std::to_string(after));
            after = alert.id;
            const auto stream = reading->stream(alert.stream);
            if (!stream || !may_see(call.who, *stream)) continue;
            write_alert(items, alert, stream->name);
            ++shown;
        }
        if (std::ssize(found) <= wish->limit) return page(call, items.text(), {});
    }
    return page(call, items.text(), std::to_string(after));
}

void acknowledge(Ticket ticket) {
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto id = number_in(call.parameter("id"));
        const auto alert = id ? turns.rows().alert(*id) : std::nullopt;
        const auto stream = alert ? turns.rows().stream(alert->stream) : std::nullopt;
        if (!stream || !may_see(call.who, *stream)) return deny(no_such({"预警", "alert"}));
        const auto done = TRY(engine::acknowledge(turns, call.who.actor, *id));
        JsonOut out;
        write_alert(out, done, stream->name);
        return ok(out);
    });
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/alerts", "listAlerts", Permission::AlertsRead, list_alerts, 0},
    {"POST", "/api/v1/alerts/{id}/acknowledge", "acknowledgeAlert", Permission::AlertsAcknowledge,
     acknowledge, 1024},
};

}  // namespace

std::span<const Route> alert_routes() { return kRoutes; }

}  // namespace yinuo::server
