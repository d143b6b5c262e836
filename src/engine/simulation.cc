#include "engine/simulation.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "base/check.h"
#include "engine/alerts.h"
#include "engine/customers.h"
#include "engine/engine.h"
#include "engine/publishing.h"
#include "engine/rebuild.h"
#include "engine/simulation_checks.h"
#include "engine/simulation_network.h"
#include "engine/tenants.h"
#include "store/memory_store.h"

namespace yinuo::engine {
namespace {

constexpr Instant kBegin{1'773'100'800'000};  // 2026-03-10T00:00:00Z
constexpr std::int64_t kVersionsMost = 4;     // of each promise: every one is folded
constexpr std::int64_t kGlanceEvery = 20;     // steps, to look at one subject
constexpr std::int64_t kLookFirst = 500;      // steps; then ever more seldom: the whole grows

constexpr std::string_view kOrders = R"(
zone: Asia/Shanghai
subject: order
clauses:
  live:
    starts: fact = "placed"
    keeps: fact = "active" or fact = "closed"
    voids: fact = "cancelled" and by = "customer"
    within: LIMIT
    warns: [80 %]
    pauses:
      customer: {from: 'fact = "away"', to: 'fact = "back"', cap: 6 h}
    extends: {when: 'fact = "moved"', to: wanted, times: 1}
    reopens: {when: 'fact = "complained"', how: continues}
  told:
    starts: fact = "placed"
    ends: fact = "active" or fact = "cancelled" or fact = "closed"
    keeps: fact = "called"
    every: 8 h
  credit:
    starts: fact = "live.broken"
    keeps: fact = "paid" or fact = "closed"
    within: 2 days
  failures:
    per: lift
    at most: {count: fact = "failed", bound: 2, over: 30 days}
  fast:
    rate: {of: fact = "active", good: took <= 120, at least: 90 %, over: week}
remedies:
  data:
    for: live
    give: {kind: data, amount: 500 MB, per started: 24 h, at most: 5}
)";

constexpr std::string_view kVisits = R"(
zone: Asia/Shanghai
subject: visit
clauses:
  there:
    starts: fact = "placed"
    keeps: fact = "active" or fact = "closed"
    voids: fact = "cancelled"
    within: LIMIT
    warns: [50 %, 90 %]
)";

class TwoZones final : public Zones {
public:
    const Zone* find(std::string_view name) override {
        if (name == "UTC") return &utc_;
        return name == "Asia/Shanghai" || name == shanghai_.name() ? &shanghai_ : nullptr;
    }
    const Zone& shanghai() const { return shanghai_; }

private:
    Zone utc_ = Zone::utc();
    Zone shanghai_ = Zone::fixed(8 * 3600);
};

vault::Keyring keyring_from(vault::Entropy& entropy) {
    return std::move(*vault::Keyring::of({vault::random_key(entropy)}));
}

class Simulation {
public:
    explicit Simulation(const SimulationOptions& options)
        : options_(options),
          dice_(options.seed),
          entropy_(options.seed),
          keyring_(keyring_from(entropy_)),
          clock_(kBegin),
          network_(dice_) {}

    SimulationReport run() {
        store_.on_commit([this] { return fault(); });
        start();
        act([this](Turns& turns) -> Result<void> {
            tenant_ =
                TRY(make_tenant(turns, operator_, "acme", "示例公司", false, "log.example")).id;
            return {};
        });
        author_.tenant = second_.tenant = tenant_;
        publish("orders", kOrders);
        publish("visits", kVisits);
        for (std::int64_t i = 1; i <= options_.steps && report_.failure.empty(); ++i) {
            step(i);
            if (i % kGlanceEvery == 0) glance(i);
            if (i != next_look_ || i == options_.steps) continue;
            look(i, false);
            next_look_ *= 20;
        }
        if (report_.failure.empty()) come_to_rest();
        if (report_.failure.empty()) look(options_.steps, true);
        const auto rows = store_.read();
        report_.log_hash = hash_of_log(*rows);
        report_.entries = rows->last_position();
        report_.facts = std::ssize(network_.messages());
        return std::move(report_);
    }

private:
    void step(std::int64_t) {
        const auto what = dice_.in(1, 1000);
        if (what <= 60) {
            network_.begin_order(clock_.now());
        } else if (what <= 100) {
            network_.change_something(clock_.now());
        } else if (what <= 990) {
            time_passes();
        } else {
            something_rare();
        }
        // About one commit in two hundred fails, one way or the other.
        deliver();
        settle();
    }

    void time_passes() {
        const Instant timer = engine_->next_timer();
        const auto kind = dice_.in(1, 10);
        if (kind <= 2 && timer != Instant::max() && timer > clock_.now() &&
            timer - clock_.now() < hours(2)) {
            // Exactly then, or a millisecond off.
            clock_.set(timer + Millis{dice_.in(-1, 1)});
        } else if (kind <= 5 && network_.next() > clock_.now() &&
                   network_.next() - clock_.now() < hours(2)) {
            clock_.set(network_.next());
        } else {
            clock_.advance(kind == 10 ? minutes(dice_.in(1, 20)) : seconds(dice_.in(0, 120)));
        }
    }

    void something_rare() {
        switch (dice_.in(1, 10)) {
            case 1: crash(); break;
            case 2: clock_.advance(hours(dice_.in(-5, 30))); break;
            case 3: fail_next_ = dice_.one_in(2) ? Fault::BeforeDisk : Fault::AfterDisk; break;
            case 4: fail_inside_ = true; break;
            case 5:
                if (dice_.one_in(8)) publish("orders", kOrders);
                if (dice_.one_in(8)) publish("visits", kVisits);
                break;
            case 6:
                if (dice_.one_in(20)) retire_latest("visits");
                break;
            case 7: erase("customer-" + std::to_string(dice_.in(1, 60))); break;
            default: acknowledge_some(); break;
        }
    }

    // --- the engine and its accidents

    using Fault = store::MemoryStore::CommitFault;

    Fault fault() { return std::exchange(fail_next_, Fault::None); }

    void start() {
        engine_ = nullptr;
        store_.restart();
        auto opened = Engine::open(store_, clock_, zones_, keyring_, entropy_);
        if (!opened) return fail("the engine doesn't open: " + opened.error().what.en);
        engine_ = std::move(*opened);
    }

    // Whatever waited for an answer will never get one.
    void crash() {
        ++report_.crashes;
        engine_ = nullptr;
        for (const auto message : std::exchange(waiting_, {})) again(message);
        start();
    }

    void settle() {
        latest_ = std::max(latest_, clock_.now());
        while (engine_ != nullptr && engine_->step()) {}
        if (engine_ != nullptr && engine_->figures().stopped) crash();
    }

    bool act(Engine::Work work) {
        bool done = false;
        engine_->act(std::move(work), [&](const Result<void>& said) { done = said.has_value(); });
        settle();
        return done;
    }

    void fail(const std::string& what) {
        if (report_.failure.empty()) report_.failure = what;
    }

    // --- facts

    void again(std::size_t message) {
        ++report_.retries;
        network_.again(message, clock_.now());
    }

    void deliver() {
        auto arrived = network_.arrived(clock_.now());
        for (std::size_t begin = 0; begin < arrived.size();) {
            // What arrives at once from one source may come as one report.
            std::size_t end = begin + 1;
            const auto& source = network_.messages()[arrived[begin]].source;
            while (end < arrived.size() && network_.messages()[arrived[end]].source == source &&
                   !dice_.one_in(3))
                ++end;
            report({arrived.begin() + static_cast<std::ptrdiff_t>(begin),
                    arrived.begin() + static_cast<std::ptrdiff_t>(end)});
            begin = end;
        }
        if (arrived.empty()) return;
        if (std::exchange(fail_inside_, false))
            engine_->act(
                [](Turns&) -> Result<void> {
                    throw store::Trouble(
                        {.code = "simulated", .what = {"模拟的故障", "simulated"}, .mend = {}});
                },
                [](const Result<void>&) {});
        if (dice_.one_in(400)) fail_next_ = dice_.one_in(2) ? Fault::BeforeDisk : Fault::AfterDisk;
        if (dice_.one_in(1000)) crash();
    }

    void report(std::vector<std::size_t> which) {
        waiting_.insert(waiting_.end(), which.begin(), which.end());
        auto facts = report_of(tenant_, network_.messages(), which, zones_.shanghai());
        const bool lost = dice_.one_in(30);
        engine_->report(std::move(facts), [this, which = std::move(which), lost](
                                              const auto& answer) { hear(which, lost, answer); });
    }

    void hear(const std::vector<std::size_t>& which, bool lost,
              const Result<std::vector<Acknowledgement>>& answer) {
        for (std::size_t i = 0; i < which.size(); ++i) {
            std::erase(waiting_, which[i]);
            // The client knows no more than that nothing came, or that it is to try again.
            if (!answer || lost) again(which[i]);
            if (!answer) continue;
            const auto& said = (*answer)[i];
            Message& message = network_.messages()[which[i]];
            if (said.outcome == Acknowledgement::Outcome::Refused)
                return fail("a fact was refused: " + said.error->what.en);
            report_.duplicates += said.outcome == Acknowledgement::Outcome::Duplicate;
            if (message.acknowledged && message.position != said.position)
                return fail("a fact was acknowledged at two positions");
            message.acknowledged = true;
            message.position = said.position;
        }
    }

    // --- people

    void publish(const std::string& name, std::string_view text) {
        std::int64_t version = 1;
        {
            const auto rows = store_.read();
            while (rows->document(tenant_, kPromises, name + "@" + std::to_string(version)))
                ++version;
        }
        if (version > kVersionsMost) return;
        shelf_ = nullptr;
        constexpr const char* kLimits[] = {"24 h", "12 h", "36 h", "20 h"};
        std::string whole =
            "promise: " + name + "\nversion: " + std::to_string(version) + std::string(text);
        whole.replace(whole.find("LIMIT"), 5, kLimits[dice_.in(0, 3)]);
        report_.versions += act([&](Turns& turns) -> Result<void> {
            auto at = TRY(draft(turns, author_, {.text = whole, .calendars = {}}, 0));
            const auto id = at.version.id();
            at = TRY(check_draft(turns, author_, id, at.etag));
            at = TRY(approve(turns, second_, id, at.etag));
            TRY(engine::publish(turns, author_, id, at.etag));
            return {};
        });
    }

    void retire_latest(const std::string& name) {
        std::string id;
        std::int64_t etag = 0;
        {
            const auto rows = store_.read();
            for (std::int64_t v = 1;; ++v) {
                const auto found =
                    rows->document(tenant_, kPromises, name + "@" + std::to_string(v));
                if (!found) break;
                id = found->id;
                etag = found->version;
            }
        }
        shelf_ = nullptr;
        act([&](Turns& turns) -> Result<void> {
            TRY(retire(turns, author_, id, etag));
            return {};
        });
    }

    void erase(const std::string& handle) {
        report_.erased += act([&](Turns& turns) -> Result<void> {
            return erase_customer(turns, author_, handle, "asked for it");
        });
    }

    void acknowledge_some() {
        std::vector<store::Alert> open;
        {
            const auto rows = store_.read();
            open = rows->alerts(tenant_, true, dice_.in(0, 50), 5);
        }
        act([&](Turns& turns) -> Result<void> {
            for (const auto& alert : open) TRY(engine::acknowledge(turns, author_, alert.id));
            return {};
        });
    }

    // --- looking

    // Everything that is under way arrives, and every timer that is due fires.
    void come_to_rest() {
        for (int i = 0; i < 2'000 && (!network_.quiet() || !waiting_.empty()); ++i) {
            if (network_.next() != Instant::max())
                clock_.set(std::max(clock_.now(), network_.next()));
            clock_.advance(seconds(1));
            for (int k = 0; k < 200 && network_.next() <= clock_.now(); ++k) deliver(), settle();
        }
        if (!network_.quiet()) return fail("the network never comes to rest");
    }

    bool seen(std::int64_t step, const std::string& wrong) {
        if (!wrong.empty()) fail("after step " + std::to_string(step) + ": " + wrong);
        return wrong.empty();
    }

    // One subject that something was said of, mostly of late, if all that is due has been told.
    void glance(std::int64_t step) {
        const auto& messages = network_.messages();
        if (messages.empty()) return;
        const auto all = std::ssize(messages);
        const auto back = dice_.in(1, dice_.one_in(4) ? all : std::min<std::int64_t>(all, 400));
        const auto rows = store_.read();
        const Instant now = std::max(clock_.now(), rows->entry(rows->last_position())->recorded_at);
        if (now < latest_ || engine_->next_timer() <= now) return;
        const auto stream =
            rows->find_stream(tenant_, messages[static_cast<std::size_t>(all - back)].subject);
        if (!stream) return;
        if (shelf_ == nullptr) {
            shelf_ = std::make_unique<Shelf>(zones_);
            if (!fill_shelf(*rows, *shelf_)) return fail("the published promises can't be read");
        }
        seen(step, check_subject(*rows, *shelf_, *stream, now));
    }

    void look(std::int64_t step, bool at_end) {
        // Rates are told with a rest; when nothing wakes for a while, everything is up to date.
        // A clock that was set back catches up first.
        {
            const auto rows = store_.read();
            clock_.set(std::max(clock_.now(), rows->entry(rows->last_position())->recorded_at));
        }
        for (;;) {
            settle();
            const Instant next = engine_->next_timer();
            if (next > clock_.now() + minutes(5)) break;
            clock_.set(std::max(next, clock_.now() + Millis{1}));
        }
        std::string bare, whole;
        store::Position last = 0;
        {
            const auto rows = store_.read();
            last = rows->last_position();
            const Instant now = std::max(clock_.now(), rows->entry(last)->recorded_at);
            report_.broken = 0;
            if (!seen(step, check_facts(*rows, tenant_, network_.messages(), at_end)) ||
                !seen(step, check_obligations(*rows, tenant_, zones_, now, report_)) ||
                !seen(step, check_proofs(*rows, zones_, keyring_, at_end)))
                return;
            bare = dump_projections(*rows, Timers::Without);
            whole = dump_projections(*rows, Timers::With);
        }
        engine_ = nullptr;
        fail_next_ = Fault::None;  // an accident that no commit has met isn't rebuilding's
        const auto rebuilt = rebuild(store_, zones_);
        if (!rebuilt) return fail("the log can't be rebuilt from: " + rebuilt.error().what.en);
        ++report_.rebuilds;
        if (!seen(step, difference(bare, dump_projections(*store_.read(), Timers::Without))))
            return;
        start();
        settle();
        if (!seen(step, difference(whole, dump_projections(*store_.read(), Timers::With)))) return;
        if (store_.read()->last_position() != last) seen(step, "after rebuilding there was news");
    }

    static std::string difference(const std::string& before, const std::string& after) {
        if (before == after) return {};
        const auto place = std::ranges::mismatch(before, after).in1 - before.begin();
        const auto begin = before.rfind('\n', static_cast<std::size_t>(place)) + 1;
        return "rebuilding gives\n" + after.substr(begin, 300) + "\nnot\n" +
               before.substr(begin, 300);
    }

    const SimulationOptions options_;
    Dice dice_;
    vault::SeededEntropy entropy_;
    vault::Keyring keyring_;
    ManualClock clock_;
    TwoZones zones_;
    store::MemoryStore store_;
    Network network_;
    std::unique_ptr<Engine> engine_;
    std::vector<std::size_t> waiting_;  // messages that the engine has and hasn't answered
    Fault fail_next_ = Fault::None;
    bool fail_inside_ = false;
    std::int64_t next_look_ = kLookFirst;
    std::unique_ptr<Shelf> shelf_;  // to look at one subject; none: something was published since
    Instant latest_ = Instant::min();  // the clock may have been set back since
    store::TenantId tenant_ = 0;
    const Actor operator_{.tenant = 0, .id = "system", .name = "system"};
    Actor author_{.tenant = 0, .id = "usr_author", .name = "Author"};
    Actor second_{.tenant = 0, .id = "usr_second", .name = "Second"};
    SimulationReport report_;
};

}  // namespace

SimulationReport simulate(const SimulationOptions& options) { return Simulation(options).run(); }

}  // namespace yinuo::engine
