// Working calendars 工作日历: the files that promises name, and how a year of one looks.
#include <charconv>

#include "engine/publishing.h"
#include "server/body.h"
#include "server/obligation_out.h"
#include "server/routes.h"
#include "wire/schedule_yaml.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kTextMost = std::size_t{1} << 20;

Refusal no_calendar() { return no_such({"工作日历", "calendar"}); }

struct Kept {
    std::string name, text, by;
    std::int64_t etag = 0;
};
std::optional<Kept> kept(const std::optional<store::Document>& document) {
    if (!document) return std::nullopt;
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    const auto* text = json ? json->find("text") : nullptr;
    const auto* by = json ? json->find("by") : nullptr;
    if (text == nullptr || by == nullptr) return std::nullopt;
    return Kept{document->id, std::string(text->text), std::string(by->text), document->version};
}
std::optional<Kept> find(const Call& call, store::Reading& reading) {
    return kept(reading.document(call.who.tenant, engine::kCalendars, call.parameter("name")));
}

void write_head(JsonOut& out, const Kept& calendar) {
    out.member("name", calendar.name).member("version", calendar.etag);
    out.member("changed_by", calendar.by);
}
void write_calendar(JsonOut& out, const Kept& calendar) {
    write_head(out.open('{'), calendar);
    out.member("text", calendar.text).close('}');
}

Answer list_calendars(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto found = call.things.store.read()->documents(call.who.tenant, engine::kCalendars,
                                                           wish->after, wish->limit + 1);
    JsonOut items;
    std::string next;
    for (const auto& document : found) {
        if (&document - found.data() == wish->limit) {
            next = found[static_cast<std::size_t>(wish->limit) - 1].id;
            break;
        }
        const auto calendar = kept(document);
        if (!calendar) continue;
        write_head(items.open('{'), *calendar);
        items.close('}');
    }
    return page(call, items.text(), next);
}

Answer read_calendar(const Call& call) {
    const auto calendar = find(call, *call.things.store.read());
    if (!calendar) return deny(no_calendar());
    JsonOut out;
    write_calendar(out, *calendar);
    return ok(out, calendar->etag);
}

struct CalendarWish {
    std::string name, text;
};
void describe(Members& in, CalendarWish& into) {
    in.need("name", into.name, {.least = 1, .most = 100});
    in.need("text", into.text, {.least = 1, .most = kTextMost});
}
struct TextWish {
    std::string text;
};
void describe(Members& in, TextWish& into) {
    in.need("text", into.text, {.least = 1, .most = kTextMost});
}

void add(Ticket ticket) {
    auto given = read_body<CalendarWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    act(ticket, [ticket, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& who = ticket->call.who;
        auto saved = engine::save_calendar(turns, who.actor, given.name, given.text, 0);
        if (!saved && saved.error().code == "stale")
            return deny(Error{
                .code = "name-taken",
                .what = {"已有同名的工作日历", "a calendar has this name already"},
                .mend = {"改它用 PUT，或换个名字", "change it with PUT, or choose another name"}});
        if (!saved) return deny(saved.error());
        JsonOut out;
        write_calendar(out, {given.name, given.text, who.actor.id, saved->etag});
        return created(out, "/api/v1/calendars/" + given.name, saved->etag);
    });
}

void change(Ticket ticket) {
    if (!find(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_calendar()));
    auto given = read_body<TextWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, etag = *etag, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const std::string name(call.parameter("name"));
        const auto saved =
            TRY(engine::save_calendar(turns, call.who.actor, name, given.text, etag));
        JsonOut out;
        write_calendar(out, {name, given.text, call.who.actor.id, saved.etag});
        return ok(out, saved.etag);
    });
}

// Published promises carry the text that they were drafted with: nothing that runs changes.
void remove(Ticket ticket) {
    if (!find(ticket->call, *ticket->call.things.store.read()))
        return ticket->answer(deny(no_calendar()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, etag = *etag](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto calendar = find(call, turns.rows());
        if (!calendar) return deny(no_calendar());
        if (calendar->etag != etag) return deny(stale_etag());
        turns.rows().remove_document(call.who.tenant, engine::kCalendars, calendar->name);
        turns.audit(call.who.actor, "calendar.remove", calendar->name);
        return http::Response::empty();
    });
}

// --- a year, day by day ---------------------------------------------------------------------------

std::string clock_text(const Zone& zone, Date day, Instant at) {
    const auto wall = zone.to_local(at);
    if (wall.date() != day) return "24:00";
    return wall.to_string().substr(11, 5);
}

// Of what kind a day is that isn't as its weekday; empty: nothing to tell.
std::string_view kind_of(calendar::Reason reason) {
    using enum calendar::Reason;
    switch (reason) {
        case OpenSpecial: return "special";
        case OpenMakeup: return "makeup";
        case OpenDuty: return "duty";
        case Holiday: return "holiday";
        case ClosedDay: return "closed";
        case Break: return "break";
        case Closure: return "closure";
        case PartsClosed: return "parts";
        case Open:
        case OutsideHours:
        case NoHours: return {};
    }
    return {};
}

void write_day(JsonOut& out, const calendar::Schedule& schedule, Date day) {
    using calendar::Reason;
    const auto& zone = schedule.zone();
    out.open('{').member("date", day.to_string());
    out.member("workday", schedule.is_workday(day)).key("hours").open('[');
    const auto all = schedule.explain(zone.start_of_day(day), zone.start_of_day(day.plus_days(1)));
    const calendar::Stretch* telling = nullptr;  // what makes the day another than its weekday's
    for (const auto& stretch : all) {
        const bool ordinary = stretch.reason == Reason::Open ||
                              stretch.reason == Reason::OutsideHours ||
                              stretch.reason == Reason::NoHours;
        if (!ordinary && telling == nullptr) telling = &stretch;
        if (stretch.open)
            out.value(clock_text(zone, day, stretch.begin) + "-" +
                      clock_text(zone, day, stretch.end));
    }
    out.close(']');
    if (telling != nullptr) {
        out.member("kind", kind_of(telling->reason)).member_if("name", telling->name);
        write_text(out.key("why"), calendar::describe(*telling));
    }
    out.close('}');
}

Answered<int> year_of(const Call& call) {
    const auto text = call.parameter("year");
    int year = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), year);
    if (read.ec == std::errc() && read.ptr == text.data() + text.size() && year >= 1970 &&
        year <= 2200)
        return year;
    return deny(Error{.code = "bad-year",
                      .what = {"这不是年份", "this is no year"},
                      .mend = {"1970 到 2200，例如 2026", "1970 to 2200, for example 2026"}});
}

void read_year(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto calendar = find(call, *call.things.store.read());
        if (!calendar) return deny(no_calendar());
        const auto year = year_of(call);
        if (!year) return deny(year.error());
        Findings findings;
        const auto schedule =
            wire::read_schedule_file(calendar->text, calendar->name, call.things.zones, findings);
        if (!schedule) return deny(findings.empty() ? unavailable() : findings.front().error);
        JsonOut out;
        out.open('{').member("name", calendar->name).member("year", *year);
        out.member("zone", schedule->zone().name()).member("version", schedule->version());
        if (const auto until = schedule->announced_until())
            out.member("announced_until", until->to_string());
        out.key("days").open('[');
        const auto end = *Date::checked(*year + 1, 1, 1);
        for (auto day = *Date::checked(*year, 1, 1); day.days < end.days; day = day.plus_days(1))
            write_day(out, *schedule, day);
        out.close(']').close('}');
        return ok(out, calendar->etag);
    });
}

constexpr auto kRead = Permission::CalendarsRead;
constexpr auto kWrite = Permission::CalendarsWrite;
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/calendars", "listCalendars", kRead, list_calendars, 0},
    {"POST", "/api/v1/calendars", "addCalendar", kWrite, add, 2 * kTextMost, true},
    {"GET", "/api/v1/calendars/{name}", "readCalendar", kRead, read_calendar, 0},
    {"PUT", "/api/v1/calendars/{name}", "changeCalendar", kWrite, change, 2 * kTextMost},
    {"DELETE", "/api/v1/calendars/{name}", "removeCalendar", kWrite, remove, 0},
    {"GET", "/api/v1/calendars/{name}/year/{year}", "readYear", kRead, read_year, 0, false, 2},
};

}  // namespace

std::span<const Route> calendar_routes() { return kRoutes; }

}  // namespace yinuo::server
