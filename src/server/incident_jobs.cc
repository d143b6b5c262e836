#include "server/incident_jobs.h"

#include <chrono>
#include <future>

#include "engine/tenants.h"
#include "server/log.h"
#include "vault/random.h"

namespace yinuo::server {
namespace {

constexpr int kPage = 200;
constexpr int kPiece = 500;
constexpr auto kPause = std::chrono::milliseconds(500);  // between two looks

// Gathers, and gives once it was agreed; piece by piece, each a transaction of its own.
Result<std::string> work_through(engine::Engine& engine, store::TenantId tenant,
                                 std::int64_t number, Progress& progress) {
    using engine::IncidentWalk;
    IncidentWalk walk;
    while (walk.phase != IncidentWalk::Phase::Over && !progress.cancelled) {
        auto done = std::make_shared<std::promise<Result<IncidentWalk>>>();
        auto made = std::make_shared<IncidentWalk>(walk);
        engine.act(
            [=](engine::Turns& turns) -> Result<void> {
                *made = TRY(engine::work_on_incident(turns, tenant, number, *made, kPiece));
                return {};
            },
            [=](const Result<void>& said) {
                done->set_value(said ? Result<IncidentWalk>(*made) : refuse(said.error()));
            });
        walk = TRY(done->get_future().get());
        progress.rows = static_cast<std::uint64_t>(walk.looked_at + walk.served);
        progress.percent = walk.phase == IncidentWalk::Phase::Giving ? 50 : 0;
    }
    JsonOut out;
    out.open('{').member("incident", std::to_string(number));
    out.member("looked_at", walk.looked_at).member("joined", walk.joined);
    out.member("served", walk.served).member("given", walk.given);
    out.member("passed_by", walk.passed_by).close('}');
    return out.take();
}

}  // namespace

IncidentJobs::IncidentJobs(store::Store& store, engine::Engine& engine, Jobs& jobs, Log& log)
    : store_(store), engine_(engine), jobs_(jobs), log_(log) {}

IncidentJobs::~IncidentJobs() { stop(); }

void IncidentJobs::start() {
    thread_ = std::thread([this] { run(); });
}

void IncidentJobs::stop() {
    {
        const std::lock_guard hold(lock_);
        if (std::exchange(stopping_, true)) return;
    }
    news_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void IncidentJobs::nudge() {
    {
        const std::lock_guard hold(lock_);
        if (std::exchange(nudged_, true)) return;
    }
    news_.notify_all();
}

Job IncidentJobs::begin(engine::Turns& turns, std::string_view by,
                        const engine::Incident& incident) {
    const Key key{incident.tenant, incident.number};
    const std::lock_guard hold(lock_);
    // One that was cancelled while it waited has never begun, and won't.
    if (const auto found = live_.find(key); found != live_.end()) {
        found->second.again = true;
        auto job = find_job(turns.rows(), incident.tenant, found->second.job);
        if (job && !job->ended()) return std::move(*job);
    }
    const Job job{.id = "job_" + vault::token(turns.entropy(), 12),
                  .kind = "incident",
                  .title = incident.wish.title.en,
                  .created_by = std::string(by),
                  .created_at = turns.now()};
    turns.rows().put_document({.tenant = incident.tenant,
                               .collection = std::string(kJobs),
                               .id = job.id,
                               .key = {},
                               .body = job.to_json()});
    live_[key] = {.job = job.id};
    jobs_.add(incident.tenant, job.id, task(key, job.id));
    return job;
}

// Asked for once more meanwhile, it goes through it once more.
Jobs::Task IncidentJobs::task(Key key, std::string job) {
    return [this, key, job = std::move(job)](Progress& progress) -> Result<std::string> {
        while (true) {
            auto made = work_through(engine_, key.first, key.second, progress);
            if (is_over(key, job, progress.cancelled || !made)) return made;
        }
    };
}

bool IncidentJobs::is_over(Key key, std::string_view job, bool for_good) {
    const std::lock_guard hold(lock_);
    const auto found = live_.find(key);
    if (found == live_.end() || found->second.job != job) return true;
    if (!for_good && std::exchange(found->second.again, false)) return false;
    live_.erase(found);
    return true;
}

void IncidentJobs::run() {
    std::unique_lock hold(lock_);
    while (!stopping_) {
        nudged_ = false;
        hold.unlock();
        try {
            look();
        } catch (const store::Trouble& trouble) {
            log_.error("incidents", trouble.error());
        }
        hold.lock();
        news_.wait_for(hold, kPause, [this] { return stopping_; });
        news_.wait(hold, [this] { return nudged_ || stopping_; });
    }
}

// Those that were declared since the last look; at first all.
void IncidentJobs::look() {
    const auto reading = store_.read();
    for (const auto& tenant : engine::tenants(*reading)) {
        auto& seen = seen_[tenant.id];
        for (bool more = engine::last_incident(*reading, tenant.id) > seen; more;) {
            const auto page = engine::incidents(*reading, tenant.id, seen, kPage);
            more = page.size() == static_cast<std::size_t>(kPage);
            for (const auto& incident : page) {
                if (engine::has_work(*reading, incident)) take_up(incident);
                seen = incident.number;
            }
        }
    }
}

void IncidentJobs::take_up(const engine::Incident& incident) {
    engine_.act(
        [this, incident](engine::Turns& turns) -> Result<void> {
            {
                const std::lock_guard hold(lock_);
                if (live_.contains({incident.tenant, incident.number})) return {};
            }
            begin(turns, "system", incident);
            return {};
        },
        [this](const Result<void>& done) {
            if (!done) log_.warn("incidents", done.error());
        });
}

}  // namespace yinuo::server
