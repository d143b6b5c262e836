// The plumbing between HTTP and the handlers: what a route is, what a handler gets and gives.
//
// Every route is one row of a table (routes.h). Before a handler runs, the gate (gate.h) has found
// the row, weighed the rates, recognised who asks, held them to the row's permission and to the
// limit of its body. A handler never looks at cookies, tokens or tenants' ids in texts: `who` has
// them. There are two kinds:
//
//   reading  Answer list_users(const Call& call)
//            Answers at once from `call.things.store.read()`, on the HTTP thread: short work only.
//   later    void add_user(Ticket ticket)
//            Reads the body, then act() (one transaction on the engine's thread, answered after the
//            commit), work() (slow things, on a worker) or ticket->answer() by itself.
//
// To add an area: routes_AREA.cc with `std::span<const Route> AREA_routes()`, its line in routes.h
// and routes.cc, its part in openapi/, and rows in the tests; route_test.cc complains about what
// is missing.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "engine/engine.h"
#include "http/message.h"
#include "http/server.h"
#include "server/answer.h"
#include "server/json_out.h"
#include "server/session.h"
#include "store/store.h"
#include "time/clock.h"
#include "time/zone.h"
#include "vault/keyring.h"
#include "vault/password.h"
#include "vault/random.h"

namespace yinuo::demo {
class Demo;
}

namespace yinuo::server {

class Dispatcher;
class InFlight;
class IncidentBoard;
class IncidentJobs;
class Jobs;
class Lanes;
class Live;
class Log;
class Metrics;
class ShelfDesk;
class SignInDelays;
class TestClock;
class Workers;
struct Config;
struct Route;

// What handlers work with. All borrowed; everything here may be used from several threads.
struct Things {
    const Config& config;
    store::Store& store;
    engine::Engine& engine;
    Clock& clock;         // the wall's: for everything about people
    Clock& engine_clock;  // the same, or in a demo a faster one
    Zones& zones;
    const vault::Keyring& keyring;
    vault::Entropy& entropy;
    const vault::Passwords& passwords;
    const vault::Key& server_key;   // of the installation; take purposes from it: vault::derive()
    Workers& workers;               // workers.h: slow work
    ShelfDesk& shelves;             // shelf_desk.h: compiled promises, off the engine's thread
    SignInDelays& delays;           // sign_in.h
    InFlight& in_flight;            // idempotency.h
    Live& live;                     // live.h: changes as they are committed
    Lanes& lanes;                   // lanes.h: counts for boards
    Jobs& jobs;                     // jobs.h: back-tests
    IncidentJobs& incident_jobs;    // incident_jobs.h
    IncidentBoard& incident_board;  // incident_board.h: public ones
    Dispatcher& dispatcher;         // dispatcher.h: what goes out
    Metrics& metrics;
    std::function<std::size_t()> connections;  // open now
    Log& log;
    demo::Demo* demo = nullptr;       // if this server is one
    TestClock* test_clock = nullptr;  // if time is set by hand
};

struct Call {
    http::Request request;
    http::Fields parameters;  // of the path: "id" of "/api/v1/users/{id}"
    Session who;
    const Things& things;
    const Route* route = nullptr;
    std::string request_id;
    Instant at;            // when it came
    bool chinese = false;  // the reader's language

    // A parameter of the path; the router made sure that it is there.
    std::string_view parameter(std::string_view name) const {
        return parameters.find(name).value_or("");
    }
};

// A request that is answered later, from any thread, once: what comes after the first answer goes
// nowhere. Forgotten, it is answered with 500.
class Exchange {
public:
    using Finish = std::function<void(const Call&, http::Response&)>;  // headers, log, figures

    Exchange(Call what, http::Replier replier, Finish finish)
        : call(std::move(what)), replier_(std::move(replier)), finish_(std::move(finish)) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    void answer(Answer);
    // Opens a stream of server-sent events instead of an answer.
    http::Stream stream(http::Response head);

    Call call;

private:
    http::Replier replier_;
    Finish finish_;
    std::atomic<bool> answered_ = false;
};
using Ticket = std::shared_ptr<Exchange>;

using Reads = Answer (*)(const Call&);
using Later = void (*)(Ticket);

struct Route {
    std::string_view method;     // "GET"
    std::string_view pattern;    // "/api/v1/users/{id}"
    std::string_view operation;  // operationId: "readUser"
    Permission permission;
    std::variant<Reads, Later> handler;
    std::size_t body_max = 64 * 1024;  // bytes; beyond: 413
    bool idempotent = false;           // heeds Idempotency-Key; for POSTs that create, with act()
    double cost = 1;                   // of the rate's tokens
};

// Runs `work` on the engine's thread in one transaction, and answers with what it gives once that
// is on disk. A refusal must come before anything was written. Where the route is idempotent and
// the request brings an Idempotency-Key, the answer is kept in the same transaction for 24 hours:
// the same request again gets the same answer, with another body 422, while in flight 409.
using Work = std::function<Answer(engine::Turns&)>;
void act(Ticket, Work work);

// Runs `work` on a worker thread and answers with what it gives; nullopt: it has passed the ticket
// on, to act() for example. 503 when too much waits already.
void work(Ticket, std::function<std::optional<Answer>()> work);

// Who, for turns.audit().
inline const engine::Actor& actor(const Call& call) { return call.who.actor; }

// --- answers in one line

http::Response ok(JsonOut&);
http::Response ok(JsonOut&, std::int64_t etag);
http::Response created(JsonOut&, std::string location, std::int64_t etag);

// --- versions of documents

std::string etag_text(std::int64_t version);  // "\"7\""
// What If-Match demands. Refuses its absence (428) and whatever isn't one of our tags (412).
Answered<std::int64_t> etag_of(const http::Request&);
Refusal stale_etag();  // 412

// --- pages

struct PageWish {
    int limit = 50;
    std::string after;  // what the last page's `next` carried; empty: from the beginning
};
// Refuses a limit that isn't 1 to 200 and a cursor that isn't ours (422).
Answered<PageWish> page_of(const http::Request&);
// {"items":[…],"next":"…"} around items that are written already (comma between); `next` is what
// the next page shall get as `after`, empty for the last one. With header Link: rel=next.
http::Response page(const Call&, std::string_view items, std::string_view next);

}  // namespace yinuo::server
