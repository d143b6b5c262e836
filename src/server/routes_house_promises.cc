// Promises that every company may take over.
#include <algorithm>

#include "engine/publishing.h"
#include "promise/sentence.h"
#include "server/body.h"
#include "server/house_promises.h"
#include "server/obligation_out.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

constexpr int kVersionsMost = 200;

void write_house_promise(JsonOut& out, std::string_view name, std::string_view text, Zones& zones) {
    Names names;
    const auto read =
        engine::read_publication({.text = std::string(text), .calendars = {}}, names, zones);
    out.open('{').member("name", name);
    if (!read.promises.empty()) {
        write_text(out.key("title"), read.promises.front().title);
        write_text(out.key("sentence"), promise::sentence_of(read.promises.front()));
    }
    out.member("text", text).close('}');
}

void list(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        JsonOut items;
        for (const auto& [name, text] : house_promise_texts())
            write_house_promise(items, name, text, ticket->call.things.zones);
        return page(ticket->call, items.text(), {});
    });
}

struct DraftWish {
    std::string zone, owner;
};
void describe(Members& in, DraftWish& into) {
    in.may("zone", into.zone, {.least = 1, .most = 60});
    in.may("owner", into.owner, {.least = 1, .most = 80});
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '-' || c == '_' || c == '.';
    };
    if (!std::ranges::all_of(into.owner, plain))
        in.flaw("owner", {.code = "bad-owner",
                          .what = {"负责方只能用字母、数字和 / - _ .",
                                   "an owner has letters, digits and / - _ . only"},
                          .mend = {"例如 team/service", "for example team/service"}});
}

// One above the newest that there is, whatever its stage.
int next_version(store::Reading& rows, store::TenantId tenant, std::string_view name) {
    int newest = 0;
    const std::string begin = std::string(name) + "@";
    for (const auto& document : rows.documents(tenant, engine::kPromises, begin, kVersionsMost)) {
        if (!document.id.starts_with(begin)) break;
        const auto version = engine::PromiseVersion::from_json(document.body);
        if (version) newest = std::max(newest, version->version);
    }
    return newest + 1;
}

void draft(Ticket ticket) {
    const auto text = house_promise_text(ticket->call.parameter("name"));
    if (!text) return ticket->answer(deny(no_such({"内置承诺", "house promise"})));
    DraftWish wish;
    if (!ticket->call.request.body.empty()) {
        auto given = read_body<DraftWish>(ticket->call.request);
        if (!given) return ticket->answer(deny(given.error()));
        wish = std::move(*given);
    }
    if (!wish.zone.empty() && ticket->call.things.zones.find(wish.zone) == nullptr)
        return ticket->answer(
            deny(body_refusal({{.error = {.code = "unknown-zone",
                                          .what = {"没有这个时区", "there is no such zone"},
                                          .mend = {"写 IANA 名字，例如 Asia/Shanghai",
                                                   "an IANA name, as Asia/Shanghai"}},
                                .pointer = "/zone"}})));
    act(ticket, [ticket, text = *text, wish](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const int version = next_version(turns.rows(), call.who.tenant, call.parameter("name"));
        const auto made = TRY(
            engine::draft(turns, call.who.actor,
                          {.text = house_promise_text(
                               text, {.zone = wish.zone, .owner = wish.owner, .version = version}),
                           .calendars = {}},
                          0));
        JsonOut out;
        out.open('{').member("id", made.version.id()).member("name", made.version.name);
        out.member("version", made.version.version);
        out.member("stage", engine::name_of(made.version.stage));
        out.member("text", made.version.publication.text).close('}');
        return created(out, "/api/v1/promises/" + made.version.id(), made.etag);
    });
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/house-promises", "listHousePromises", Permission::PromisesRead, list, 0},
    {"POST", "/api/v1/house-promises/{name}/draft", "draftHousePromise", Permission::PromisesDraft,
     draft, 1024, true},
};

}  // namespace

std::span<const Route> house_promise_routes() { return kRoutes; }

}  // namespace yinuo::server
