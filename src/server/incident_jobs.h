// The work on incidents 群障: one job at a time for each, taken up again by itself.
//
// Whoever declares or agrees begins it. After a restart, and when an incident has declared itself by
// a rule, nobody need ask: what the documents say is unfinished gets its job (engine::has_work).
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "engine/incidents.h"
#include "server/jobs.h"

namespace yinuo::server {

class IncidentJobs {
public:
    IncidentJobs(store::Store&, engine::Engine&, Jobs&, Log&);
    ~IncidentJobs();  // stop()

    void start();  // after the engine and Jobs
    void stop();   // before the engine

    // The job that works on it: the one that does already, which then goes through it once more, or a
    // new one, which begins when this is on disk.
    Job begin(engine::Turns&, std::string_view by, const engine::Incident&);

    // Something was committed: perhaps an incident that nobody works on. From any thread.
    void nudge();

private:
    using Key = std::pair<store::TenantId, std::int64_t>;
    struct Live {
        std::string job;
        bool again = false;
    };
    void run();
    void look();
    void take_up(const engine::Incident&);
    Jobs::Task task(Key, std::string job);
    bool is_over(Key, std::string_view job, bool for_good);

    store::Store& store_;
    engine::Engine& engine_;
    Jobs& jobs_;
    Log& log_;

    std::mutex lock_;  // of what follows
    std::condition_variable news_;
    std::map<Key, Live> live_;
    bool nudged_ = false;
    bool stopping_ = false;

    std::map<store::TenantId, std::int64_t>
        seen_;  // the last incident of each; of the thread alone
    std::thread thread_;
};

}  // namespace yinuo::server
