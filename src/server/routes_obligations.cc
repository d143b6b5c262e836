// Obligations 履约单: found, explained, proved.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "engine/publishing.h"
#include "engine/receipt.h"
#include "server/explaining.h"
#include "server/lanes.h"
#include "server/obligation_clock.h"
#include "server/obligation_out.h"
#include "server/people_out.h"
#include "server/query.h"
#include "server/routes.h"
#include "server/shelf_desk.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kOrders[] = {"due", "-due"};
constexpr std::string_view kParts[] = {"clock"};
constexpr std::size_t kIdsMost = 200;
constexpr int kPagesLookedAt = 20;  // of rows that aren't theirs to see, or somebody else's

bool sees_all(const Session& who) {
    return who.role != Role::Customer && who.role != Role::Partner;
}

Refusal no_obligation() { return no_such({"履约单", "obligation"}); }

using Owned = std::set<std::pair<store::Position, int>>;  // versions and their clauses

struct Wish {
    store::ObligationQuery query;
    std::vector<std::string_view> ids = {};  // if any, those alone
    std::optional<Owned> owned = {};
    bool none = false;  // nothing can fit: an unknown subject, a version that never was published
    bool with_clock = false;
};

// Clauses that `owner` answers for.
Owned owned_by(const Call& call, std::string_view owner) {
    return call.things.shelves.use(call.who.tenant, [&](const engine::Shelf& shelf) {
        Owned owned;
        for (const auto* version : shelf.of(call.who.tenant)) {
            const auto& promise = *version->promise;
            for (std::size_t i = 0; i < promise.clauses.size(); ++i) {
                const auto& own = promise.clauses[i].owner;
                if ((own.empty() ? promise.owner : own) == owner)
                    owned.emplace(version->position, static_cast<int>(i));
            }
        }
        return owned;
    });
}

Answered<Wish> wish_of(const Call& call, store::Reading& reading, const PageWish& page) {
    Query in(call.request);
    Wish wish{.query = {.tenant = call.who.tenant, .limit = page.limit}};
    auto& query = wish.query;
    for (const auto word : in.several("state")) {
        const auto state = state_of(word);
        if (state)
            query.states.push_back(static_cast<std::uint8_t>(*state));
        else
            in.flaw("state", {.code = "unknown-word",
                              .what = {"没有这种状态", "there is no such state"},
                              .mend = {"可以是 pending, running, paused, at_risk, kept, broken, "
                                       "waived, void, void_by_us, not_measured",
                                       "it can be pending, running, paused, at_risk, kept, broken, "
                                       "waived, void, void_by_us, not_measured"}});
    }
    if (const auto word = in.word("tab", kTabs))
        for (const auto state : states_of(*parse_tab(*word)))
            query.states.push_back(static_cast<std::uint8_t>(state));
    if (const auto subject = in.text("subject")) {
        const auto stream = reading.find_stream(call.who.tenant, *subject);
        if (stream && may_see(call.who, *stream))
            query.stream = stream->id;
        else
            wish.none = true;
    }
    if (const auto id = in.text("promise")) {
        const auto document = reading.document(call.who.tenant, engine::kPromises, *id);
        const auto version =
            document ? engine::PromiseVersion::from_json(document->body)
                     : Result<engine::PromiseVersion>(refuse({.code = "no-promise", .what = {}}));
        if (version && version->position != 0)
            query.version = version->position;
        else
            wish.none = true;
    }
    wish.ids = in.several("id");
    if (wish.ids.size() > kIdsMost)
        in.flaw("id", {.code = "too-many",
                       .what = {"一次问的履约单太多", "these are too many at once"},
                       .mend = {"最多 200 个", "at most 200"}});
    if (const auto owner = in.text("owner")) {
        // Whose it is to the inside is told to staff only.
        if (sees_all(call.who))
            wish.owned = owned_by(call, *owner);
        else
            wish.none = true;
    }
    query.due_from = in.instant("due_from").value_or(Instant::min());
    query.due_until = in.instant("due_until").value_or(Instant::max());
    if (const auto lane = in.word("lane", kLanes)) {
        const auto window = window_of(*lane, call.things.engine_clock.now());
        query.due_from = std::max(query.due_from, window.from);
        query.due_until = std::min(query.due_until, window.until);
    }
    wish.with_clock = in.word("with", kParts).has_value();
    query.latest_first = in.word("order", kOrders).value_or("due") == "-due";
    if (auto fine = in.finish(); !fine) return deny(fine.error());
    if (!page.after.empty()) {
        Instant due{};
        const auto* end = page.after.data() + page.after.size();
        const auto read = std::from_chars(page.after.data(), end, due.millis);
        if (read.ec == std::errc() && read.ptr != end) {
            std::from_chars(read.ptr + 1, end, query.after_id);
            query.after_due_at = due;
        }
    }
    return wish;
}

std::string cursor_of(const store::ObligationRow& row) {
    return fmt::format("{}:{}", row.due_at.millis, row.id);
}

struct Page {
    std::vector<store::ObligationRow> rows;
    std::string next;
};
Page find_named(const Call& call, store::Reading& reading,
                const std::vector<std::string_view>& ids) {
    Page page;
    for (const auto id : ids)
        if (auto seen = find_obligation(reading, call.who, id))
            page.rows.push_back(std::move(seen->row));
    return page;
}

// What a customer or partner may see lies scattered among what they may not, what one owner answers
// for among all else.
Page find(const Call& call, store::Reading& reading, const Wish& wish) {
    Page page;
    auto query = wish.query;
    const auto wanted = static_cast<std::size_t>(query.limit);
    const bool all = sees_all(call.who);
    const auto fits = [&](const store::ObligationRow& row) {
        if (wish.owned && !wish.owned->contains({row.version, row.clause})) return false;
        const auto stream = all ? std::nullopt : reading.stream(row.stream);
        return all || (stream && may_see(call.who, *stream));
    };
    query.limit += 1;
    for (int pages = 0; pages < kPagesLookedAt; ++pages) {
        const auto found = reading.obligations(query);
        for (const auto& row : found) {
            if (page.rows.size() == wanted) return page;
            page.next = cursor_of(row);
            if (fits(row)) page.rows.push_back(row);
            query.after_due_at = row.due_at;
            query.after_id = row.id;
        }
        if (found.size() <= wanted) {
            page.next.clear();
            return page;
        }
    }
    return page;
}

// A customer has few subjects: theirs are gathered, not searched for among everybody's.
Page find_own(const Call& call, store::Reading& reading, const store::ObligationQuery& query) {
    Page page;
    const auto fits = [&](const store::ObligationRow& row) {
        const bool due = row.due_at >= query.due_from &&
                         (row.due_at < query.due_until || query.due_until >= Instant::max());
        return due && (!query.version || *query.version == row.version) &&
               (!query.stream || *query.stream == row.stream) &&
               (query.states.empty() ||
                std::ranges::find(query.states, row.state) != query.states.end());
    };
    const auto before = [&](const auto& a, const auto& b) {
        return query.latest_first ? std::pair(a.due_at, a.id) > std::pair(b.due_at, b.id)
                                  : std::pair(a.due_at, a.id) < std::pair(b.due_at, b.id);
    };
    for (const auto& stream : reading.streams_of_customer(call.who.customer)) {
        if (!may_see(call.who, stream)) continue;
        for (auto& row : reading.obligations_of(stream.id))
            if (fits(row)) page.rows.push_back(std::move(row));
    }
    std::ranges::sort(page.rows, before);
    if (query.after_due_at) {
        const store::ObligationRow last{.id = query.after_id, .due_at = *query.after_due_at};
        std::erase_if(page.rows, [&](const auto& row) { return !before(last, row); });
    }
    const auto limit = static_cast<std::size_t>(query.limit);
    if (page.rows.size() > limit) {
        page.rows.resize(limit);
        page.next = cursor_of(page.rows.back());
    }
    return page;
}

Answer list_obligations(const Call& call) {
    const auto wanted = page_of(call.request);
    if (!wanted) return deny(wanted.error());
    const auto reading = call.things.store.read();
    const auto wish = wish_of(call, *reading, *wanted);
    if (!wish) return deny(wish.error());
    if (wish->none) return page(call, {}, {});
    const auto found = !wish->ids.empty()                ? find_named(call, *reading, wish->ids)
                       : call.who.role == Role::Customer ? find_own(call, *reading, wish->query)
                                                         : find(call, *reading, *wish);
    const auto items = call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) {
        if (!wish->with_clock) return obligations_json(*reading, found.rows, shelf);
        Clocks clocks(*reading, shelf, call.who, call.things.engine_clock.now());
        return obligations_json(*reading, found.rows, shelf,
                                [&](JsonOut& out, const auto& row, const auto& stream) {
                                    clocks.write(out, row, stream);
                                });
    });
    return page(call, items, found.next);
}

// With its clock, and what people have said about it.
void write_seen(JsonOut& out, const Call& call, store::Reading& reading, engine::Shelf& shelf,
                const SeenObligation& seen) {
    const auto now = call.things.engine_clock.now();
    write_obligation(out, seen.row, seen.stream.name, shelf, [&](JsonOut& more) {
        Clocks(reading, shelf, call.who, now).write(more, seen.row, seen.stream);
        write_people(more, reading, shelf, seen, now);
    });
}

Answer read_obligation(const Call& call) {
    const auto reading = call.things.store.read();
    const auto seen = find_obligation(*reading, call.who, call.parameter("id"));
    if (!seen) return deny(no_obligation());
    JsonOut out;
    call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) {
        write_seen(out, call, *reading, shelf, *seen);
    });
    return ok(out, seen->row.position);
}

void read_explanation(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto reading = call.things.store.read();
        const auto seen = find_obligation(*reading, call.who, call.parameter("id"));
        if (!seen) return deny(no_obligation());
        const auto told = explain(call, *reading, *seen);
        JsonOut out, obligation;
        call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) {
            write_seen(obligation, call, *reading, shelf, *seen);
        });
        out.open('{').key("obligation").raw(obligation.text()).key("account");
        told.account.empty() ? out.null() : out.raw(told.account);
        out.member("text", told.text).key("steps").open('[');
        if (!told.steps.empty()) out.raw(told.steps);
        out.close(']').close('}');
        return ok(out);
    });
}

void read_receipt(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto reading = call.things.store.read();
        const auto seen = find_obligation(*reading, call.who, call.parameter("id"));
        if (!seen) return deny(no_obligation());
        auto receipt = call.things.shelves.use(call.who.tenant, [&](engine::Shelf& shelf) {
            return engine::make_receipt(*reading, call.things.keyring, shelf, call.who.tenant,
                                        seen->row.id);
        });
        if (!receipt) return deny(receipt.error());
        return http::Response::text(200, std::move(*receipt))
            .with("ETag", etag_text(seen->row.position))
            .with("Content-Disposition",
                  fmt::format("attachment; filename=\"{}.tlog-proof\"", call.parameter("id")));
    });
}

Answer read_lanes(const Call& call) {
    return http::Response::json(200, call.things.lanes.json(call));
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/obligations", "listObligations", Permission::ObligationsRead, list_obligations,
     0},
    {"GET", "/api/v1/obligations/{id}", "readObligation", Permission::ObligationsRead,
     read_obligation, 0},
    {"GET", "/api/v1/obligations/{id}/explain", "explainObligation", Permission::ObligationsRead,
     read_explanation, 0, false, 2},
    {"GET", "/api/v1/obligations/{id}/receipt", "readReceipt", Permission::ReceiptsRead,
     read_receipt, 0, false, 2},
    {"GET", "/api/v1/lanes", "readLanes", Permission::ObligationsRead, read_lanes, 0},
};

}  // namespace

std::span<const Route> obligation_routes() { return kRoutes; }

}  // namespace yinuo::server
