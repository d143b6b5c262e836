// The whole server of one installation: engine, gate, HTTP, and the threads that drive them.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result.h"
#include "demo/demo.h"
#include "engine/engine.h"
#include "http/server.h"
#include "server/api.h"
#include "server/config.h"
#include "server/dispatcher.h"
#include "server/gate.h"
#include "server/idempotency.h"
#include "server/incident_board.h"
#include "server/incident_jobs.h"
#include "server/jobs.h"
#include "server/lanes.h"
#include "server/live.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/shelf_desk.h"
#include "server/sign_in.h"
#include "server/test_clock.h"
#include "server/workers.h"

namespace yinuo::server {

// What a server stands on; all borrowed, and longer-lived.
struct Ground {
    store::Store& store;
    Clock& clock;
    Zones& zones;
    const vault::Keyring& keyring;
    vault::Entropy& entropy;
    const vault::Passwords& passwords;
    Log& log;
};

// The installation's own key, wrapped by the keyring in the document "self" of the collection
// "installation"; made when there is none. Before the engine opens.
Result<vault::Key> installation_key(store::Store&, const vault::Keyring&, vault::Entropy&);

// Moves it under the newest master key. False: it lay there already, or there is none yet.
Result<bool> rewrap_installation_key(store::Writing&, const vault::Keyring&, vault::Entropy&);

class Service {
public:
    // Opens the engine and binds the port. Refuses what either refuses.
    static Result<std::unique_ptr<Service>> open(const Config&, const Ground&);
    ~Service();  // stop()

    std::uint16_t port() const { return http_->port(); }
    engine::Engine& engine() { return *engine_; }
    const Things& things() const { return *things_; }

    void start();
    // Answers what runs (for at most 10 s), finishes what the engine has, then is silent.
    void stop();
    // How to sign in to a demo that was founded just now; empty: there is nothing to tell.
    const std::string& demo_sign_in() const { return demo_sign_in_; }
    // Does the engine still work? For the watchdog.
    bool well() const { return !engine_->figures().stopped; }

private:
    Service(const Config& config, const Ground& ground, vault::Key key);
    Result<void> build();
    void housekeep();
    Clock& wall() { return test_clock_ ? *test_clock_ : ground_.clock; }

    const Config config_;
    const Ground ground_;
    const vault::Key key_;
    InFlight in_flight_;
    SignInDelays delays_;
    Lanes lanes_;
    Metrics metrics_;
    ShelfDesk shelves_;
    std::unique_ptr<TestClock> test_clock_;
    std::unique_ptr<demo::Demo> demo_;
    std::string demo_sign_in_;
    std::unique_ptr<engine::Engine> engine_;
    std::unique_ptr<Live> live_;
    std::unique_ptr<Workers> workers_;
    std::unique_ptr<Jobs> jobs_;
    std::unique_ptr<IncidentJobs> incident_jobs_;
    IncidentBoard incident_board_;
    std::unique_ptr<Dispatcher> dispatcher_;
    std::unique_ptr<Things> things_;
    std::unique_ptr<Gate> gate_;
    std::unique_ptr<http::Server> http_;

    std::thread engine_thread_, keeper_;
    std::mutex lock_;
    std::condition_variable stopped_;
    bool stopping_ = false;
};

}  // namespace yinuo::server
