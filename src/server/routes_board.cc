// 承诺公示板, the promise board: pages that need no JavaScript.
#include <algorithm>

#include "engine/incidents.h"
#include "server/board.h"
#include "server/config.h"
#include "server/routes.h"
#include "tlog/checkpoint.h"
#include "tlog/hash.h"
#include "vault/encoding.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";
constexpr int kIncidentsMost = 10;
constexpr int kIncidentsLooked = 200;

Refusal no_board() { return no_such({"公示板", "board"}); }

// Chinese unless the reader says otherwise.
bool in_chinese(const http::Request& request) {
    if (const auto lang = request.query_value("lang")) return *lang != "en";
    return !request.header("accept-language") || request.wants_chinese();
}

http::Response html(std::string body) {
    const auto tag = '"' + vault::to_hex(tlog::sha256(body).view()).substr(0, 32) + '"';
    return http::Response{.status = 200,
                          .headers = {{"Content-Type", "text/html; charset=utf-8"},
                                      {"Content-Security-Policy", std::string(kPolicy)},
                                      {"X-Content-Type-Options", "nosniff"},
                                      {"Referrer-Policy", "no-referrer"},
                                      {"Cache-Control", "no-cache"},
                                      {"Vary", "Accept-Language"},
                                      {"ETag", tag}},
                          .body = std::move(body)};
}

std::vector<engine::Tenant> public_companies(store::Reading& rows) {
    auto all = engine::tenants(rows);
    std::erase_if(all, [](const auto& one) { return !one.public_board; });
    return all;
}

std::vector<Board::Trouble> troubles(const Call& call, store::Reading& rows,
                                     store::TenantId tenant) {
    std::vector<Board::Trouble> all;
    const auto last = engine::last_incident(rows, tenant);
    const auto after = std::max<std::int64_t>(0, last - kIncidentsLooked);
    for (const auto& one : engine::incidents(rows, tenant, after, kIncidentsLooked))
        if (one.wish.is_public)
            all.push_back(
                {.title = one.wish.title,
                 .state = engine::describe(one.state),
                 .from = one.wish.from,
                 .until = one.wish.until,
                 .numbers = call.things.incident_board.of(rows, one, call.things.clock.now())});
    std::ranges::reverse(all);
    if (all.size() > kIncidentsMost) all.resize(kIncidentsMost);
    return all;
}

// Of a company that shows its board; nullopt otherwise, whatever the reason.
std::optional<Board> board_of(const Call& call, std::string_view name) {
    const auto reading = call.things.store.read();
    auto tenant = engine::find_tenant(*reading, name);
    if (!tenant || !tenant->public_board) return std::nullopt;
    const auto id = tenant->id;
    Board board{
        .tenant = *std::move(tenant),
        .promises = board_promises(call.things, *reading, id, call.things.engine_clock.now()),
        .figures = {},
        .log_root = {},
        .incidents = troubles(call, *reading, id),
        .public_url = call.things.config.public_url};
    board.figures = board_figures(call.things, board.tenant);
    const auto note = reading->checkpoint(id).note;
    if (const auto end = note.find("\n\n"); end != std::string::npos)
        if (const auto checkpoint = tlog::parse_checkpoint(note.substr(0, end + 1))) {
            board.log_size = static_cast<std::int64_t>(checkpoint->size);
            board.log_root = vault::to_hex(checkpoint->root.view());
        }
    return board;
}

Answer show_companies(const Call& call) {
    const auto all = public_companies(*call.things.store.read());
    const bool chinese = in_chinese(call.request);
    if (all.size() == 1) {
        const auto lang = call.request.query_value("lang");
        return http::Response{
            .status = 303,
            .headers = {{"Location", "/board/" + all.front().name +
                                         (lang ? chinese ? "?lang=zh" : "?lang=en" : "")}},
            .body = {}};
    }
    return html(companies_page(all, chinese));
}

void show_board(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto board = board_of(call, call.parameter("tenant"));
        if (!board) return deny(no_board());
        return html(board_page(*board, in_chinese(call.request)));
    });
}

void show_promise(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto board = board_of(call, call.parameter("tenant"));
        if (!board) return deny(no_board());
        const auto found =
            std::ranges::find(board->promises, call.parameter("promise"), &BoardPromise::id);
        if (found == board->promises.end()) return deny(no_such({"承诺", "promise"}));
        return html(promise_page(*board, *found, in_chinese(call.request)));
    });
}

void read_board(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto board = board_of(call, call.parameter("tenant"));
        if (!board) return deny(no_board());
        return http::Response::json(200, board_json(*board))
            .with("Cache-Control", "public, max-age=60")
            .with("Access-Control-Allow-Origin", "*");
    });
}

Answer style(const Call&) {
    return http::Response{.status = 200,
                          .headers = {{"Content-Type", "text/css; charset=utf-8"},
                                      {"Cache-Control", "public, max-age=3600"}},
                          .body = std::string(board_style())};
}

constexpr auto kPublic = Permission::Public;
constexpr Route kRoutes[] = {
    {"GET", "/board", "showBoards", kPublic, show_companies, 0},
    {"GET", "/board/style.css", "readBoardStyle", kPublic, style, 0, false, 0.1},
    {"GET", "/board/{tenant}", "showBoard", kPublic, show_board, 0, false, 2},
    {"GET", "/board/{tenant}/{promise}", "showBoardPromise", kPublic, show_promise, 0, false, 2},
    {"GET", "/public/{tenant}/promises", "readBoard", kPublic, read_board, 0, false, 2},
};

}  // namespace

std::span<const Route> board_routes() { return kRoutes; }

}  // namespace yinuo::server
