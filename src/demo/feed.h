// A feed: takes cases from a source, disturbs them, and reports them as any client would.
//
// Every fact is JSON and goes through the same door as a client's. A batch is reported once the one
// before was answered; "busy" is waited out. How far it has come is kept as a document of the tenant
// ("demo", by the feed's name) with its counts; after a restart the feed reports again from there,
// and what was on disk already is answered "duplicate". One thread drives it; any may ask for figures.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <vector>

#include "demo/disturbance.h"
#include "engine/engine.h"

namespace yinuo::demo {

// Documents of the demo itself: each feed's progress in its tenant, "self" in the installation.
inline constexpr std::string_view kCollection = "demo";
inline constexpr std::string_view kSelf = "self";

// Cases in the order in which they are opened, the same ones each time.
class CaseSource {
public:
    virtual ~CaseSource() = default;
    // Goes to the first case that may still matter at `from`.
    virtual void seek(Instant from) = 0;
    virtual Instant next_opens_at() = 0;
    virtual Case next() = 0;
};

struct FeedFigures {
    struct Counts {
        std::int64_t done = 0;  // reports, or cases that never close
        std::int64_t accepted = 0, duplicate = 0, refused = 0;
    };
    std::array<Counts, kDisturbances> by = {};  // by Disturbance; None: plain reports
    std::int64_t cases = 0;
    std::int64_t busy = 0;      // batches that had to wait
    std::int64_t answered = 0;  // since the start of the program
    Instant reported_until = Instant::min();
    std::optional<Error> refused_last;  // the latest refusal's reason
};

class Feed {
public:
    struct Options {
        std::string name;  // of the source, as the engine knows it: "311"
        store::TenantId tenant = 0;
        std::uint64_t seed = 1;
        std::size_t batch_most = 500;  // facts
    };
    // Goes on from where it stopped, or from `begin`.
    Feed(engine::Engine&, store::Store&, Zones&, CaseSource&, Instant begin, Options);

    // Reports everything that is due by `until`, and returns when it is answered. Refuses when the
    // engine takes no more; gives up early, without a refusal, once stop() was called.
    Result<void> report_until(Instant until);
    void stop() { stopping_ = true; }
    // Writes down how far it has come, through the engine.
    void keep();

    FeedFigures figures() const;

private:
    struct Waiting {
        Planned planned;
        std::uint64_t order;  // in which they were planned: equal times keep it
        bool operator<(const Waiting& other) const {
            if (planned.report_at != other.planned.report_at)
                return planned.report_at > other.planned.report_at;
            return order > other.order;
        }
    };

    void restore(Instant begin);
    void take_case();
    std::vector<Planned> take_batch(Instant until);
    Result<void> report(const std::vector<Planned>& batch);
    Result<std::vector<engine::Acknowledgement>> ask(engine::Report report);

    engine::Engine& engine_;
    store::Store& store_;
    Zones& zones_;
    CaseSource& source_;
    const Options options_;
    std::atomic<bool> stopping_ = false;
    std::priority_queue<Waiting> waiting_;
    std::uint64_t planned_ = 0;
    Instant resumed_at_;  // what was reported before it isn't planned again
    mutable std::mutex lock_;
    FeedFigures figures_;
};

}  // namespace yinuo::demo
