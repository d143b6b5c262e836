#include "demo/demo.h"

#include <algorithm>
#include <chrono>
#include <deque>

#include "base/check.h"
#include "demo/boston.h"
#include "demo/telecom.h"
#include "engine/tenants.h"
#include "wire/json.h"

namespace yinuo::demo {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kPauseMillis = 50;  // of a feed that has told everything
constexpr int kLookMillis = 300;  // between looks at the log
constexpr auto kKeep = std::chrono::seconds(2);
constexpr auto kSampled = std::chrono::seconds(10);
constexpr Millis kTelecomAhead = hours(4 * 24);  // its first order before the demo begins
constexpr Millis kStep = hours(1);               // of the first days
constexpr store::Position kLookBack = 5'000;     // entries, for the last hour after a restart
constexpr std::string_view kTelecomZone = "Asia/Shanghai";

Error not_a_demo() {
    return {.code = "not-a-demo",
            .what = {"这个数据文件夹里已有正式数据，不能当演示用",
                     "this data folder holds something else than a demo"},
            .mend = {"给演示单独一个文件夹：--data DIR",
                     "give the demo a folder of its own: --data DIR"}};
}

}  // namespace

struct Demo::Company {
    std::string name, title;
    store::TenantId tenant = 0;
    std::unique_ptr<Feed> feed;
    std::thread thread;
    struct Sample {
        Steady::time_point at;
        std::int64_t answered;
    };
    std::deque<Sample> samples = {};  // under the demo's lock
};

Demo::Demo(store::Store& store, Clock& wall, Zones& zones, DemoOptions options, Instant begin,
           Instant clock_at)
    : store_(store),
      zones_(zones),
      options_(std::move(options)),
      begin_(begin),
      clock_(wall, clock_at, options_.speed) {}

Result<std::unique_ptr<Demo>> Demo::open(store::Store& store, Clock& wall, Zones& zones,
                                         DemoOptions options) {
    const Zone* zone = zones.find(kTelecomZone);
    if (zone == nullptr)
        return refuse(
            {.code = "no-such-zone",
             .what = {"系统里没有时区 Asia/Shanghai", "this system has no time zone Asia/Shanghai"},
             .mend = {"安装 tzdata", "install tzdata"}});
    const auto reading = store.read();
    const auto self = reading->document(0, kCollection, kSelf);
    const auto last = reading->last_position();
    if (!self && (last > 0 || !engine::tenants(*reading).empty())) return refuse(not_a_demo());

    Instant begin = wall.now();
    if (self) {
        Arena memory;
        const auto json = TRY(wire::parse_json(self->body, memory));
        const auto* at = json.find("begin");
        check(at != nullptr && at->integer());
        begin = {*at->integer()};
    }
    auto boston = TRY(Boston::load(options.examples + "/boston311", begin, zones));
    const Instant first = boston->first_opens_at() - minutes(1);
    const Instant clock_at = last > 0 ? reading->entry(last)->recorded_at : first;
    const auto seed = options.seed;
    std::unique_ptr<Demo> demo(
        new Demo(store, wall, zones, std::move(options), begin, std::max(clock_at, first)));
    demo->fresh_ = !self;
    demo->boston_ = std::move(boston);
    demo->telecom_ = std::make_unique<Telecom>(seed, begin - kTelecomAhead, *zone);
    return demo;
}

Demo::~Demo() { stop(); }

Result<void> Demo::start(engine::Engine& engine) {
    engine_ = &engine;
    const auto reading = store_.read();
    for (const auto& plan : companies()) {
        const auto tenant = engine::find_tenant(*reading, plan.name);
        if (!tenant) return refuse(not_a_demo());
        CaseSource& source = plan.name == "boston" ? *boston_ : *telecom_;
        auto company = std::make_unique<Company>();
        company->name = tenant->name;
        company->title = tenant->title;
        company->tenant = tenant->id;
        company->feed = std::make_unique<Feed>(
            engine, store_, zones_, source, boston_->first_opens_at(),
            Feed::Options{
                .name = std::string(plan.source), .tenant = tenant->id, .seed = options_.seed});
        companies_.push_back(std::move(company));
    }
    watch_ = std::make_unique<Watch>(
        store_, zones_, std::max<store::Position>(0, reading->last_position() - kLookBack));
    look_around();
    conductor_ = std::thread([this] { conduct(); });
    return {};
}

void Demo::stop() {
    {
        const std::lock_guard hold(lock_);
        stopping_ = true;
    }
    stopped_.notify_all();
    for (auto& company : companies_) company->feed->stop();
    if (conductor_.joinable()) conductor_.join();
}

// True: it is time to go.
bool Demo::wait(int millis) {
    std::unique_lock hold(lock_);
    return stopped_.wait_for(hold, std::chrono::milliseconds(millis), [this] { return stopping_; });
}

void Demo::fail(Error why) {
    const std::lock_guard hold(lock_);
    if (!failed_) failed_ = std::move(why);
}

void Demo::conduct() {
    if (!live_through_first_days()) return;
    clock_.start();
    running_ = true;
    for (auto& company : companies_)
        company->thread = std::thread([this, mine = company.get()] { feed_on(*mine); });
    auto kept_at = Steady::now();
    while (!wait(kLookMillis)) {
        look_around();
        if (Steady::now() < kept_at + kKeep) continue;
        kept_at = Steady::now();
        for (auto& company : companies_) company->feed->keep();
    }
    for (auto& company : companies_) company->thread.join();
    for (auto& company : companies_) company->feed->keep();
}

// Hour by hour: an hour's facts are reported before the clock comes to them, so that no verdict is
// early only because we hurry.
bool Demo::live_through_first_days() {
    for (Instant at = clock_.now(); at < begin_;) {
        at = std::min(at + kStep, begin_);
        for (auto& company : companies_) {
            if (auto fed = company->feed->report_until(at); !fed) {
                fail(fed.error());
                return false;
            }
        }
        clock_.move_to(at);
        for (auto& company : companies_) company->feed->keep();
        look_around();
        if (wait(0)) return false;
    }
    return true;
}

void Demo::feed_on(Company& company) {
    do {
        if (auto fed = company.feed->report_until(clock_.now()); !fed) return fail(fed.error());
    } while (!wait(kPauseMillis));
}

void Demo::look_around() {
    try {
        watch_->catch_up();
    } catch (const store::Trouble& trouble) {
        fail(trouble.error());
    }
    const auto now = Steady::now();
    const std::lock_guard hold(lock_);
    for (auto& company : companies_) {
        company->samples.push_back({now, company->feed->figures().answered});
        while (company->samples.front().at < now - kSampled) company->samples.pop_front();
    }
}

DemoStatus Demo::status() {
    DemoStatus status{.now = clock_.now(), .begin = begin_, .speed = options_.speed};
    status.running = running_;
    const auto reading = store_.read();
    for (const auto& company : companies_) {
        CompanyStatus one{.tenant = company->tenant,
                          .name = company->name,
                          .title = company->title,
                          .seen = watch_->seen(company->tenant, status.now),
                          .feed = company->feed->figures(),
                          .log_size = reading->checkpoint(company->tenant).size};
        for (const auto& [state, count] : reading->count_by_state(company->tenant))
            one.states[state] = count;
        const std::lock_guard hold(lock_);
        if (const auto& samples = company->samples; samples.size() > 1) {
            const std::chrono::duration<double> passed = samples.back().at - samples.front().at;
            one.facts_per_second =
                static_cast<double>(samples.back().answered - samples.front().answered) /
                std::max(passed.count(), 0.001);
        }
        status.companies.push_back(std::move(one));
    }
    const std::lock_guard hold(lock_);
    status.stopped = failed_;
    return status;
}

}  // namespace yinuo::demo
