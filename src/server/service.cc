#include "server/service.h"

#include "base/arena.h"
#include "base/check.h"
#include "server/demo_people.h"
#include "server/improvements.h"
#include "server/routes.h"
#include "vault/encoding.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kInstallation = "installation";
constexpr auto kHousekeeping = std::chrono::minutes(10);
constexpr http::Millis kGrace{10'000};

Result<std::string> wrapped_key_of(const store::Document& document) {
    Arena memory;
    const auto json = TRY(wire::parse_json(document.body, memory));
    const auto* wrapped = json.find("key");
    return vault::from_base64(wrapped == nullptr ? "" : wrapped->text, vault::Base64::Standard)
        .value_or("");
}

store::Document installation_document(std::string_view wrapped, std::int64_t version) {
    JsonOut out;
    out.open('{').member("key", vault::to_base64(wrapped, vault::Base64::Standard)).close('}');
    return {.tenant = 0,
            .collection = std::string(kInstallation),
            .id = "self",
            .version = version,
            .key = {},
            .body = out.take()};
}

}  // namespace

Result<vault::Key> installation_key(store::Store& store, const vault::Keyring& keyring,
                                    vault::Entropy& entropy) {
    try {
        auto writing = store.write();
        if (const auto document = writing->document(0, kInstallation, "self"))
            return keyring.unwrap(TRY(wrapped_key_of(*document)), kInstallation);
        auto key = vault::random_key(entropy);
        check(writing->put_document(
            installation_document(keyring.wrap(key, kInstallation, entropy), 1)));
        writing->commit();
        return key;
    } catch (const store::Trouble& trouble) {
        return refuse(trouble.error());
    }
}

Result<bool> rewrap_installation_key(store::Writing& rows, const vault::Keyring& keyring,
                                     vault::Entropy& entropy) {
    const auto document = rows.document(0, kInstallation, "self");
    if (!document) return false;
    const auto wrapped = TRY(wrapped_key_of(*document));
    if (!keyring.needs_rewrap(wrapped)) return false;
    const auto moved = TRY(keyring.rewrap(wrapped, kInstallation, entropy));
    check(rows.put_document(installation_document(moved, document->version + 1)));
    return true;
}

Service::Service(const Config& config, const Ground& ground, vault::Key key)
    : config_(config),
      ground_(ground),
      key_(std::move(key)),
      shelves_(ground.store, ground.zones) {}

Result<std::unique_ptr<Service>> Service::open(const Config& config, const Ground& ground) {
    auto key = TRY(installation_key(ground.store, ground.keyring, ground.entropy));
    std::unique_ptr<Service> service(new Service(config, ground, std::move(key)));
    if (auto built = service->build(); !built) return refuse(built.error());
    return service;
}

Result<void> Service::build() {
    if (config_.test_clock) {
        test_clock_ = std::make_unique<TestClock>(*config_.test_clock);
        ground_.log.warn("test-clock", *test_clock_->trouble());
    }
    if (config_.demo)
        demo_ =
            TRY(demo::Demo::open(ground_.store, ground_.clock, ground_.zones,
                                 {.examples = config_.demo_examples, .speed = config_.demo_speed}));
    Clock& engine_clock = demo_ ? demo_->clock() : wall();
    engine_ = TRY(engine::Engine::open(ground_.store, engine_clock, ground_.zones, ground_.keyring,
                                       ground_.entropy));
    if (const auto ahead = engine_->figures().log_ahead_millis; test_clock_ && ahead > 1'000)
        return refuse({.code = "log-ahead-of-clock",
                       .what = {"这个数据文件夹里已有更晚的记录，--test-clock 没法从那么早开始",
                                "this folder has later records: --test-clock can't begin so early"},
                       .mend = {"另用一个新的文件夹，建运维账号时也写 --test-clock",
                                "take a fresh folder, and make its operator with the same "
                                "--test-clock"}});
    if (demo_) demo_sign_in_ = TRY(found_demo(*demo_, *engine_, config_, ground_)).text;
    live_ = std::make_unique<Live>(ground_.store, shelves_, ground_.log);
    jobs_ = std::make_unique<Jobs>(ground_.store, *engine_, ground_.log);
    if (auto marked = jobs_->mark_interrupted(); !marked) return refuse(marked.error());
    incident_jobs_ = std::make_unique<IncidentJobs>(ground_.store, *engine_, *jobs_, ground_.log);
    dispatcher_ = TRY(Dispatcher::open(
        {.store = ground_.store,
         .engine = *engine_,
         .clock = engine_clock,
         .wall = wall(),
         .server_key = key_,
         .log = ground_.log,
         .reach = config_.private_webhooks ? connect::Reach::Anywhere : connect::Reach::Public,
         .config = config_,
         .shelves = shelves_,
         .zones = ground_.zones,
         .keyring = ground_.keyring}));
    engine_->on_commit([live = live_.get(), out = dispatcher_.get(),
                        incidents = incident_jobs_.get()](store::Position last) {
        live->committed(last);
        out->nudge();
        incidents->nudge();
    });
    engine_->on_stop([this](const Error& why) { ground_.log.error("engine-stopped", why); });
    workers_ = std::make_unique<Workers>(config_.workers);
    things_ = std::make_unique<Things>(Things{
        .config = config_,
        .store = ground_.store,
        .engine = *engine_,
        .clock = wall(),
        .engine_clock = engine_clock,
        .zones = ground_.zones,
        .keyring = ground_.keyring,
        .entropy = ground_.entropy,
        .passwords = ground_.passwords,
        .server_key = key_,
        .workers = *workers_,
        .shelves = shelves_,
        .delays = delays_,
        .in_flight = in_flight_,
        .live = *live_,
        .lanes = lanes_,
        .jobs = *jobs_,
        .incident_jobs = *incident_jobs_,
        .incident_board = incident_board_,
        .dispatcher = *dispatcher_,
        .metrics = metrics_,
        .connections = [this] { return http_->connections(); },
        .log = ground_.log,
        .demo = demo_.get(),
        .test_clock = test_clock_.get(),
    });
    gate_ = TRY(Gate::of(all_routes(), *things_));
    http::Options options{.address = config_.address, .port = config_.port};
    options.threads = config_.threads;
    if (!config_.tls_cert.empty())
        options.tls = http::Tls{.certificate = config_.tls_cert, .key = config_.tls_key};
    options.body_max = [gate = gate_.get()](std::string_view method, std::string_view raw_path) {
        return gate->body_max(method, raw_path);
    };
    http_ = TRY(http::Server::open(
        std::move(options), [gate = gate_.get()](http::Request&& request, http::Replier replier) {
            gate->handle(std::move(request), std::move(replier));
        }));
    return {};
}

Service::~Service() { stop(); }

void Service::start() {
    engine_thread_ = std::thread([this] { engine_->run(); });
    if (demo_)
        if (auto fed = demo_->start(*engine_); !fed) ground_.log.error("demo", fed.error());
    keeper_ = std::thread([this] { housekeep(); });
    jobs_->start();
    incident_jobs_->start();
    dispatcher_->start();
    http_->start();
}

void Service::stop() {
    {
        const std::lock_guard hold(lock_);
        if (std::exchange(stopping_, true)) return;
    }
    stopped_.notify_all();
    if (http_) http_->stop(engine_thread_.joinable() ? kGrace : http::Millis{0});
    workers_.reset();
    if (incident_jobs_) incident_jobs_->stop();
    if (jobs_) jobs_->stop();
    if (dispatcher_) dispatcher_->stop();
    if (demo_) demo_->stop();
    if (engine_thread_.joinable()) {
        engine_->stop();
        engine_thread_.join();
    }
    if (keeper_.joinable()) keeper_.join();
    live_.reset();
}

// What is over by time goes away, a little at a time.
void Service::housekeep() {
    std::unique_lock hold(lock_);
    while (!stopped_.wait_for(hold, kHousekeeping, [this] { return stopping_; })) {
        engine_->act(
            [this](engine::Turns& turns) -> Result<void> {
                sweep(turns, wall().now());
                return {};
            },
            [this](Result<void> done) {
                if (!done) ground_.log.warn("housekeeping", done.error());
            });
        workers_->post([this] { watch_causes(*things_); });
    }
}

}  // namespace yinuo::server
