// The demo about itself, for whoever looks: a page, its figures, receipts of its verdicts. Where no
// demo runs, there is nothing here.
#include "demo/demo.h"
#include "engine/receipt.h"
#include "engine/tenants.h"
#include "server/demo_page.h"
#include "server/demo_sign_in.h"
#include "server/routes.h"
#include "server/shelf_desk.h"

namespace yinuo::server {
namespace {

Refusal no_demo() { return no_such({"演示", "demo"}); }

// Chinese unless the reader says otherwise.
bool in_chinese(const http::Request& request) {
    if (const auto lang = request.query_value("lang")) return *lang != "en";
    return !request.header("accept-language") || request.wants_chinese();
}

Answer show(const Call& call) {
    if (call.things.demo == nullptr) return deny(no_demo());
    const auto reading = call.things.store.read();
    std::map<std::string, std::string> doors;
    for (const auto& plan : demo::companies())
        doors.emplace(plan.name, demo_customer_page(call.things, *reading, plan.name));
    auto page =
        demo_page(call.things.demo->status(), call.things.zones, in_chinese(call.request), doors);
    return http::Response{.status = 200,
                          .headers = {{"Content-Type", "text/html; charset=utf-8"},
                                      {"Content-Security-Policy", std::string(kDemoPolicy)},
                                      {"Referrer-Policy", "no-referrer"}},
                          .body = std::move(page)};
}

Answer style(const Call& call) {
    if (call.things.demo == nullptr) return deny(no_demo());
    return http::Response{.status = 200,
                          .headers = {{"Content-Type", "text/css; charset=utf-8"},
                                      {"Cache-Control", "public, max-age=3600"}},
                          .body = std::string(demo_style())};
}

Answer figures(const Call& call) {
    if (call.things.demo == nullptr) return deny(no_demo());
    std::vector<std::string_view> roles;
    if (demo_is_open(call.things)) roles.assign(demo_roles().begin(), demo_roles().end());
    return http::Response::json(200, demo_json(call.things.demo->status(), roles));
}

// Open to everybody, because everybody in it is invented or long public. Of the demo's two
// companies only.
void receipt(Ticket ticket) {
    if (ticket->call.things.demo == nullptr) return ticket->answer(deny(no_demo()));
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const std::string text(call.request.query_value("id").value_or(""));
        const auto id = engine::parse_obligation(text);
        const auto reading = call.things.store.read();
        const auto row = id ? reading->obligation(*id) : std::nullopt;
        const auto tenant = row ? engine::tenant(*reading, row->tenant) : std::nullopt;
        if (!tenant || !tenant->demo) return deny(no_such({"履约单", "obligation"}));
        auto made = call.things.shelves.use(row->tenant, [&](engine::Shelf& shelf) {
            return engine::make_receipt(*reading, call.things.keyring, shelf, row->tenant, row->id);
        });
        if (!made) return deny(made.error());
        return http::Response::text(200, std::move(*made))
            .with("Content-Disposition", "attachment; filename=\"" + text + ".tlog-proof\"");
    });
}

constexpr Route kRoutes[] = {
    {"GET", "/demo", "showDemo", Permission::Public, show, 0},
    {"GET", "/demo/style.css", "readDemoStyle", Permission::Public, style, 0, false, 0.1},
    {"GET", "/demo/receipt", "readDemoReceipt", Permission::Public, receipt, 0, false, 2},
    {"GET", "/api/v1/demo/status", "readDemoStatus", Permission::Public, figures, 0},
    {"POST", "/api/v1/demo/sign-in", "signInToDemo", Permission::Public, sign_in_to_demo, 1024,
     false, 2},
};

}  // namespace

std::span<const Route> demo_routes() { return kRoutes; }

}  // namespace yinuo::server
