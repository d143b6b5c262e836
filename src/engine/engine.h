// The engine: takes facts and time, and keeps every obligation true.
//
// One thread writes. A turn loads a stream, decides by the pure fold, appends what is new and
// updates its rows; many turns share one commit, and nobody is answered before the commit is on
// disk. Timers are a column of the streams and a heap in memory; after a restart the heap is filled
// from the column, and since a turn writes down only what isn't recorded yet, none is lost and none
// has effect twice. When the store fails, the whole group is given up, its callers are refused, and
// the engine stops with the error (readiness says so); restarting is the way back.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "engine/report.h"
#include "engine/turns.h"
#include "store/store.h"
#include "time/clock.h"
#include "time/zone.h"
#include "vault/keyring.h"
#include "vault/random.h"

namespace yinuo::engine {

struct EngineOptions {
    int group_most = 512;                // pieces of work in one commit
    int timers_most = 2'000;             // streams whose time has come, in one commit
    std::size_t waiting_most = 100'000;  // facts that may wait; further reports are refused: busy
};

// What the status page and the metrics tell.
struct EngineFigures {
    std::int64_t facts_accepted = 0;
    std::int64_t facts_duplicate = 0;
    std::int64_t facts_refused = 0;
    std::int64_t turns = 0;
    std::int64_t commits = 0;
    std::int64_t timers_fired = 0;
    std::int64_t timers_waiting = 0;
    std::int64_t lateness_millis_most = 0;  // of timers, over the last minute
    std::int64_t lateness_millis_p99 = 0;
    std::int64_t waiting = 0;           // pieces of work
    std::optional<Error> stopped;       // why it takes no more work
    std::int64_t log_ahead_millis = 0;  // the log's last instant lies so far ahead of the clock
    // Time is in doubt: the clock jumped (see clock.h), or, by "log-ahead-of-clock", it is more
    // than a second behind what was recorded.
    std::optional<Error> clock;
};

class Engine {
public:
    // Reads every published version and every timer. All are borrowed. A log that is ahead of the
    // clock is no refusal but a figure: time stands still until the clock has caught up.
    static Result<std::unique_ptr<Engine>> open(store::Store&, Clock&, Zones&,
                                                const vault::Keyring&, vault::Entropy&,
                                                EngineOptions = {});
    ~Engine();

    // --- from any thread. `done` is called on the engine's thread, after the commit or refusal,
    // and must be quick.

    using Done = std::function<void(Result<std::vector<Acknowledgement>>)>;
    void report(Report, Done done);

    // Work of any other kind. A refusal from `work` must come before it wrote anything.
    using Work = std::function<Result<void>(Turns&)>;
    void act(Work work, std::function<void(Result<void>)> done);

    // Called after each commit with the last position on disk, on the engine's thread: live
    // changes read on from there.
    void on_commit(std::function<void(store::Position)>);
    // Called once, with the cause, when the store has failed and the engine stops; on the engine's
    // thread. Set before it runs.
    void on_stop(std::function<void(const Error&)>);

    EngineFigures figures() const;

    // --- the driver: run() on a thread of one's own until stop(), or step() by hand.

    void run();
    void stop();  // finishes what waits, then run() returns

    // Takes one group of waiting work and due timers through one commit. False: nothing was due.
    bool step();
    Instant next_timer() const;  // max: none

private:
    class Impl;
    explicit Engine(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

}  // namespace yinuo::engine
