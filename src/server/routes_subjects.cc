// Subjects 关联业务: what facts are about, what is owed about them, what happened.
#include <algorithm>
#include <charconv>
#include <span>

#include "server/obligation_out.h"
#include "server/query.h"
#include "server/routes.h"
#include "server/shelf_desk.h"
#include "server/telling.h"

namespace yinuo::server {
namespace {

// A page may be shorter than asked for, or empty, when much lies between that isn't theirs to see.
constexpr int kLookedAtMost = 2'000;
constexpr std::string_view kPastOwnStreams = "~\x7f";

void write_subject(JsonOut& out, const store::Stream& stream) {
    out.open('{').member("subject", stream.name).member("turned_at", stream.turned_at);
    out.member_if("wakes_at", stream.wakes_at);
    if (stream.customer != 0) out.member("customer", "cus_" + std::to_string(stream.customer));
    out.close('}');
}

Answer list_subjects(const Call& call) {
    Query in(call.request);
    const auto prefix = in.text("prefix").value_or("");
    if (auto fine = in.finish(); !fine) return deny(fine.error());
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto reading = call.things.store.read();
    JsonOut items;
    std::string after = wish->after;
    int shown = 0;
    for (int looked_at = 0; looked_at < kLookedAtMost;) {
        const auto found = reading->streams(call.who.tenant, prefix, after, wish->limit + 1);
        for (const auto& stream : found) {
            if (shown == wish->limit) return page(call, items.text(), after);
            if (!is_subject(stream.name)) {
                after = kPastOwnStreams;
                break;
            }
            ++looked_at;
            after = stream.name;
            if (!may_see(call.who, stream)) continue;
            write_subject(items, stream);
            ++shown;
        }
        if (found.empty() || (after == found.back().name && std::ssize(found) <= wish->limit))
            return page(call, items.text(), {});
    }
    return page(call, items.text(), after);
}

std::optional<store::Stream> seen(const Call& call, store::Reading& reading) {
    auto stream = reading.find_stream(call.who.tenant, call.parameter("name"));
    if (!stream || !is_subject(stream->name) || !may_see(call.who, *stream)) return std::nullopt;
    return stream;
}

Answer read_subject(const Call& call) {
    const auto reading = call.things.store.read();
    const auto stream = seen(call, *reading);
    if (!stream) return deny(no_such({"业务", "subject"}));
    const auto items = call.things.shelves.use(call.who.tenant, [&](const auto& shelf) {
        return obligations_json(*reading, reading->obligations_of(stream->id), shelf);
    });
    JsonOut out, subject;
    write_subject(subject, *stream);
    out.open('{').key("subject").raw(subject.text()).key("obligations").open('[');
    if (!items.empty()) out.raw(items);
    out.close(']').close('}');
    return ok(out);
}

// A page ends after `limit` steps, be it in the midst of an entry; its `next` is the position before
// that entry and how many steps of the entry were shown.
Answer read_timeline(const Call& call) {
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    store::Position from = 0;
    std::uint32_t shown = 0;
    const auto* end = wish->after.data() + wish->after.size();
    const auto read = std::from_chars(wish->after.data(), end, from);
    if (read.ptr != end) std::from_chars(read.ptr + 1, end, shown);
    const auto reading = call.things.store.read();
    const auto stream = seen(call, *reading);
    if (!stream) return deny(no_such({"业务", "subject"}));
    const std::size_t until = shown + static_cast<std::size_t>(wish->limit);
    const auto steps = call.things.shelves.use(call.who.tenant, [&](const auto& shelf) {
        return steps_of(*reading, shelf, *stream, from, until + 1);
    });
    JsonOut items;
    for (std::size_t i = shown; i < std::min(until, steps.size()); ++i) write_step(items, steps[i]);
    if (steps.size() <= until) return page(call, items.text(), {});
    const auto last = steps[until - 1].position;
    const auto of_last =
        std::ranges::count(std::span(steps).first(until), last, &TimelineStep::position);
    return page(call, items.text(), std::to_string(last - 1) + "." + std::to_string(of_last));
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/subjects", "listSubjects", Permission::SubjectsRead, list_subjects, 0},
    {"GET", "/api/v1/subjects/{name}", "readSubject", Permission::SubjectsRead, read_subject, 0},
    {"GET", "/api/v1/subjects/{name}/timeline", "readTimeline", Permission::SubjectsRead,
     read_timeline, 0},
};

}  // namespace

std::span<const Route> subject_routes() { return kRoutes; }

}  // namespace yinuo::server
