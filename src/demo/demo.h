// The demo: two companies on a clock of their own, fed as companies feed us.
//
// Boston's 311 service is replayed from records of 2015; a telecom of 示例市 is invented. Both begin
// some days before the demo does: those days are lived through as fast as the engine can, step by
// step, so that there is something to see at once; then the clock runs. Stopped in whatever way and
// started again, it goes on where the log ends.
//
//     auto demo = TRY(Demo::open(store, wall, zones, options));
//     … engine on demo->clock(); when demo->fresh(): found(turns, …) in one transaction …
//     demo->start(engine);  … demo->stop();  before the engine stops
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "demo/clock.h"
#include "demo/feed.h"
#include "demo/watch.h"
#include "engine/engine.h"

namespace yinuo::demo {

class Boston;

struct DemoOptions {
    std::string examples = "examples";  // the folder with boston311 and telecom-zh
    int speed = kSpeed;
    std::uint64_t seed = 1;
};

// One of the two, before anybody founded it.
struct CompanyPlan {
    std::string_view name;  // "boston"
    std::string_view title;
    std::string_view source;                 // of its feed
    std::vector<std::string_view> promises;  // files in the examples' folder
    std::vector<std::string> personal_fields;
};
const std::array<CompanyPlan, 2>& companies();

struct CompanyStatus {
    store::TenantId tenant = 0;
    std::string name, title;
    std::array<std::int64_t, promise::kStates> states = {};
    Seen seen;
    FeedFigures feed;
    double facts_per_second = 0;  // answered, over the last seconds of the wall's clock
    std::int64_t log_size = 0;    // leaves under the latest checkpoint
};

struct DemoStatus {
    Instant now, begin;  // on the demo's clock
    int speed = 1;
    bool running = false;               // false: still living through its first days
    std::optional<Error> stopped = {};  // why nothing is fed any more
    std::vector<CompanyStatus> companies = {};
};

class Demo {
public:
    // Refuses a store that holds something else ("not-a-demo"), examples that aren't there.
    static Result<std::unique_ptr<Demo>> open(store::Store&, Clock& wall, Zones&, DemoOptions);
    ~Demo();  // stop()

    Clock& clock() { return clock_; }
    // Nobody has founded it in this store yet.
    bool fresh() const { return fresh_; }

    // Makes a tenant; the first one also writes down where the clock began.
    Result<store::TenantId> found(engine::Turns&, const CompanyPlan&, std::string_view origin);
    // Its promises, through their whole life: drafted and published by one, approved by another.
    Result<void> publish(engine::Turns&, const CompanyPlan&, const engine::Actor& author,
                         const engine::Actor& approver);

    // The engine must run, both companies be founded.
    Result<void> start(engine::Engine&);
    void stop();

    DemoStatus status();

private:
    struct Company;
    Demo(store::Store&, Clock& wall, Zones&, DemoOptions, Instant begin, Instant clock_at);

    void conduct();
    bool live_through_first_days();
    void feed_on(Company&);
    void look_around();
    void fail(Error);
    bool wait(int millis);

    store::Store& store_;
    Zones& zones_;
    const DemoOptions options_;
    const Instant begin_;
    DemoClock clock_;
    bool fresh_ = false;
    engine::Engine* engine_ = nullptr;
    std::unique_ptr<Boston> boston_;
    std::unique_ptr<CaseSource> telecom_;
    std::vector<std::unique_ptr<Company>> companies_;
    std::unique_ptr<Watch> watch_;

    std::thread conductor_;
    std::atomic<bool> running_ = false;
    std::mutex lock_;
    std::condition_variable stopped_;
    bool stopping_ = false;
    std::optional<Error> failed_;
};

}  // namespace yinuo::demo
