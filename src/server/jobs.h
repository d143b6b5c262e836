// Long pieces of work that somebody asked for and comes back to: back-tests.
//
// A job is a document of the collection "job"; its result, when it is done, one of "job-result".
// One thread does one after the other, so that several back-tests don't fight for the machine. Their
// progress is in memory; a job that a restart found unfinished is marked interrupted.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "server/json_out.h"
#include "store/store.h"

namespace yinuo::server {

class Log;

inline constexpr std::string_view kJobs = "job";
inline constexpr std::string_view kJobResults = "job-result";

struct Job {
    enum class State : std::uint8_t { Queued, Running, Done, Failed, Cancelled, Interrupted };
    std::string id;  // "job_…"
    std::string kind;
    std::string title;
    State state = State::Queued;
    std::string created_by;
    Instant created_at = Instant::max(), started_at = Instant::max(), ended_at = Instant::max();
    std::optional<Error> error = {};      // of Failed
    std::vector<std::string> texts = {};  // SHA-256 of the promises' texts that it ran

    bool ended() const { return state > State::Running; }
    std::string to_json() const;
    static Result<Job> from_json(std::string_view);
};
std::string_view name_of(Job::State);  // "queued"
Text describe(Job::State);
std::optional<Job> find_job(store::Reading&, store::TenantId, std::string_view id);

// How far it is; written by the job, read by whoever asks.
struct Progress {
    std::atomic<int> percent = 0;
    std::atomic<std::uint64_t> rows = 0;
    std::atomic<bool> cancelled = false;
};
void write_job(JsonOut&, const Job&, const Progress*);

class Jobs {
public:
    static constexpr std::size_t kWaitingMost = 20;

    // The result as JSON. When `cancelled` becomes true it ends soon, whatever it then gives.
    using Task = std::function<Result<std::string>(Progress&)>;

    Jobs(store::Store&, engine::Engine&, Log&);
    ~Jobs();  // stop()

    // Before the engine runs: jobs that another life of the program left.
    Result<void> mark_interrupted();
    void start();
    void stop();  // breaks off what runs; it will be found interrupted

    bool has_room() const;
    // The document must be there. What comes when there is no room fails.
    void add(store::TenantId, std::string id, Task);
    // False: it isn't waiting or running here.
    bool cancel(std::string_view id);
    std::shared_ptr<const Progress> progress(std::string_view id) const;

private:
    struct Waiting {
        store::TenantId tenant;
        std::string id;
        Task task;
        std::shared_ptr<Progress> progress;
    };
    void run();
    void perform(const Waiting&);
    void write(const Waiting&, std::function<void(Job&, Instant)> change, std::string result = {});

    store::Store& store_;
    engine::Engine& engine_;
    Log& log_;

    mutable std::mutex lock_;  // of what follows
    std::condition_variable ready_;
    std::deque<Waiting> waiting_;
    std::optional<Waiting> running_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace yinuo::server
