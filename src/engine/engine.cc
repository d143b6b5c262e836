#include "engine/engine.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <queue>
#include <variant>

#include "base/check.h"
#include "engine/alerts.h"
#include "engine/announcing.h"
#include "engine/lateness.h"
#include "engine/turner.h"

namespace yinuo::engine {
namespace {

struct Timer {
    Instant at;
    store::StreamId stream;
    bool operator<(const Timer& other) const { return at > other.at; }  // the earliest on top
};

Error busy() {
    return {
        .code = "busy",
        .what = {"排队的业务记录太多", "too many facts are waiting"},
        .mend = {"稍后重试；已收到的不受影响", "try again shortly; what was acknowledged stands"}};
}

Error out_of_work(const Error& why) {
    return {.code = "store-stopped",
            .what = {"存储出了故障，暂停接收：" + why.what.zh,
                     "the store has failed, nothing more is taken: " + why.what.en},
            .mend = {"请管理员查看后重启；已确认的都在",
                     "the operator looks and restarts; what was "
                     "acknowledged is there"}};
}

Error log_ahead(std::int64_t millis) {
    const auto by = std::to_string(millis / 1000);
    return {.code = "log-ahead-of-clock",
            .what = {"系统时钟比日志里最后的时刻慢 " + by + " 秒；追上之前，记录都记作那个时刻",
                     "the system's clock is " + by +
                         " s behind the log's last instant; until it has caught up, what is "
                         "recorded bears that instant"},
            .mend = {"校准时钟（NTP）；若日志里的时刻是错的，只能等时钟追上",
                     "set the clock right (NTP); if it is the log's instant that is wrong, time "
                     "must catch up with it"}};
}

constexpr int kClimbsMost = 1'000;
constexpr int kPayoutsMost = 500;
constexpr std::int64_t kAheadMost = 1'000;  // milliseconds that are nobody's worry

}  // namespace

class Engine::Impl {
public:
    Impl(store::Store& store, Clock& clock, Zones& zones, const vault::Keyring& keyring,
         vault::Entropy& entropy, EngineOptions options)
        : store_(store),
          clock_(clock),
          keyring_(keyring),
          entropy_(entropy),
          options_(options),
          shelf_(zones),
          keys_(keyring),
          logs_(keyring),
          turner_(shelf_, keys_, logs_, entropy) {}

    Result<void> open() {
        try {
            const auto rows = store_.read();
            if (auto filled = fill_shelf(*rows, shelf_); !filled)
                return refuse(std::move(filled.error()));
            turner_.begin(*rows);
            if (const auto last = rows->last_position(); last > 0)
                turned_until_ = last_recorded_ = rows->entry(last)->recorded_at;
            rows->wakers([&](Instant at, store::StreamId stream) { timers_.push({at, stream}); });
            next_climb_ = rows->next_climb_at();
            next_payout_ = std::min(rows->next_payout_at(), turner_.cashier().next_at());
        } catch (const store::Trouble& trouble) {
            return refuse(trouble.error());
        }
        timers_waiting_ = static_cast<std::int64_t>(timers_.size());
        recorded_until_ = last_recorded_;
        return {};
    }

    void report(Report report, Done done) {
        const std::size_t facts = report.facts.size();
        {
            const std::lock_guard lock(mutex_);
            if (!figures_.stopped && facts_waiting_ < options_.waiting_most) {
                facts_waiting_ += facts;
                work_.push_back(Reporting{std::move(report), std::move(done)});
                come_.notify_one();
                return;
            }
        }
        const auto stopped = figures().stopped;
        done(refuse(stopped ? out_of_work(*stopped) : busy()));
    }

    void act(Work work, std::function<void(Result<void>)> done) {
        {
            const std::lock_guard lock(mutex_);
            if (!figures_.stopped) {
                work_.push_back(Acting{std::move(work), std::move(done)});
                come_.notify_one();
                return;
            }
        }
        done(refuse(out_of_work(*figures().stopped)));
    }

    void on_commit(std::function<void(store::Position)> call) { on_commit_ = std::move(call); }
    void on_stop(std::function<void(const Error&)> call) { on_stop_ = std::move(call); }

    EngineFigures figures() const {
        const std::lock_guard lock(mutex_);
        EngineFigures figures = figures_;
        figures.waiting = static_cast<std::int64_t>(work_.size());
        figures.timers_waiting = timers_waiting_;
        figures.lateness_millis_p99 = lateness_.p99();
        figures.lateness_millis_most = lateness_.most();
        figures.clock = clock_.trouble();
        if (recorded_until_ > Instant::min())
            figures.log_ahead_millis =
                std::max<std::int64_t>((recorded_until_ - clock_.now()).count, 0);
        if (!figures.clock && figures.log_ahead_millis > kAheadMost)
            figures.clock = log_ahead(figures.log_ahead_millis);
        return figures;
    }

    void run() {
        for (;;) {
            {
                const std::lock_guard lock(mutex_);
                if (stopping_ && work_.empty()) return;
            }
            if (step()) continue;
            std::unique_lock lock(mutex_);
            if (work_.empty() && !stopping_) come_.wait_for(lock, wait_time());
        }
    }

    void stop() {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        come_.notify_all();
    }

    Instant next_timer() const {
        return std::min(
            {timers_.empty() ? Instant::max() : timers_.top().at, next_climb_, next_payout_});
    }

    bool step();

private:
    struct Reporting {
        Report report;
        Done done;
    };
    struct Acting {
        Work work;
        std::function<void(Result<void>)> done;
    };
    using Item = std::variant<Reporting, Acting>;
    class InGroup;

    std::chrono::milliseconds wait_time() {
        const Instant next = next_timer();
        // Stopped, it fires no timer: one that is due would have it turn in circles.
        if (next == Instant::max() || figures_.stopped) return std::chrono::milliseconds(1000);
        const auto left = std::clamp<std::int64_t>(clock_.left_until(next).count, 0, 1000);
        return std::chrono::milliseconds(left);
    }

    std::vector<Item> take_work() {
        std::vector<Item> items;
        std::size_t facts = 0;
        const std::lock_guard lock(mutex_);
        while (!work_.empty() && items.size() < static_cast<std::size_t>(options_.group_most) &&
               facts < kFactsMost) {
            if (const auto* one = std::get_if<Reporting>(&work_.front()))
                facts += one->report.facts.size();
            items.push_back(std::move(work_.front()));
            work_.pop_front();
        }
        facts_waiting_ -= std::min(facts, facts_waiting_);
        return items;
    }

    void give_up(std::vector<Item>& items, const Error& why) {
        keys_.forget_all();
        logs_.forget();
        turner_.cashier().forget();
        std::deque<Item> rest;
        bool is_first = false;
        {
            const std::lock_guard lock(mutex_);
            is_first = !figures_.stopped;
            figures_.stopped = why;
            rest = std::move(work_);
            work_.clear();
            facts_waiting_ = 0;
        }
        if (is_first && on_stop_) on_stop_(why);
        for (auto& item : rest) items.push_back(std::move(item));
        for (auto& item : items)
            std::visit([&](auto& one) { one.done(refuse(out_of_work(why))); }, item);
    }

    static constexpr std::size_t kFactsMost = 4'000;

    store::Store& store_;
    Clock& clock_;
    const vault::Keyring& keyring_;
    vault::Entropy& entropy_;
    const EngineOptions options_;
    Shelf shelf_;
    Keys keys_;
    TenantLogs logs_;
    Turner turner_;

    std::priority_queue<Timer> timers_;
    Instant next_climb_ = Instant::max();
    Instant next_payout_ = Instant::max();
    Instant last_recorded_ = Instant::min();
    Instant turned_until_{-1};  // of the latest turn; of turns before the start, the last entry
    std::function<void(store::Position)> on_commit_;
    std::function<void(const Error&)> on_stop_;

    mutable std::mutex mutex_;
    std::condition_variable come_;
    std::deque<Item> work_;
    std::size_t facts_waiting_ = 0;
    bool stopping_ = false;
    EngineFigures figures_;
    Instant recorded_until_ = Instant::min();  // last_recorded_, as of the last commit
    std::int64_t timers_waiting_ = 0;
    Lateness lateness_;
};

// The door that work gets within one group.
class Engine::Impl::InGroup final : public Turns {
public:
    InGroup(Impl& impl, store::Writing& rows, Instant now)
        : impl_(impl),
          announcer_(rows),
          group_{.rows = rows,
                 .now = now,
                 .on_timer =
                     [this](store::StreamId stream, Instant at) {
                         if (at != Instant::max()) set_.push_back({at, stream});
                     },
                 .announce =
                     [this](store::TenantId tenant, std::string_view type, std::string_view subject,
                            std::string_view data, store::Position cause) {
                         announcer_.announce(tenant, type, subject, data, cause, group_.now);
                     }} {}

    store::Writing& rows() override { return group_.rows; }
    Instant now() const override { return group_.now; }
    Instant next_moment() override {
        return group_.now = std::max(group_.now, impl_.turned_until_ + Millis{1});
    }
    Shelf& shelf() override { return impl_.shelf_; }
    Keys& keys() override { return impl_.keys_; }
    const vault::Keyring& keyring() const override { return impl_.keyring_; }
    vault::Entropy& entropy() override { return impl_.entropy_; }

    std::vector<Acknowledgement> report(const Report& report) override {
        auto said = impl_.turner_.report(group_, report);
        impl_.turned_until_ = group_.now;
        return said;
    }
    void turn(store::StreamId stream) override {
        impl_.turner_.turn(group_, stream);
        impl_.turned_until_ = group_.now;
    }
    Result<std::vector<store::ObligationRow>> preview_move(store::StreamId stream,
                                                           const Version& from,
                                                           const Version& to) override {
        return impl_.turner_.preview_move(group_.rows, stream, from, to, group_.now);
    }
    Result<void> move(store::StreamId stream, const Version& from, const Version& to,
                      std::string_view by) override {
        return impl_.turner_.move(group_, stream, from, to, by);
    }
    Till till() override { return {group_, impl_.turner_, impl_.turner_.cashier()}; }
    store::Position append(store::TenantId tenant, EntryKind kind, std::string body,
                           std::string_view leaf) override {
        // What was published or set may change what this tenant's settings say.
        group_.tenants.erase(tenant);
        return impl_.turner_.append(group_, tenant, kind, std::move(body), leaf);
    }
    void audit(const Actor& actor, std::string_view what, std::string_view about,
               std::string_view more) override {
        append(actor.tenant, EntryKind::Audit, audit_body(actor, what, about, more), {});
    }
    void announce(store::TenantId tenant, std::string_view type, std::string_view subject,
                  std::string_view data, store::Position cause) override {
        group_.announce(tenant, type, subject, data, cause);
    }
    std::vector<Timer>& timers_set() { return set_; }

private:
    Impl& impl_;
    Announcer announcer_;
    Group group_;
    std::vector<Timer> set_;
};

bool Engine::Impl::step() {
    const Instant clock = clock_.now();
    // Never earlier than what was recorded: after a clock was set back, time stands still.
    const Instant now = std::max(clock, last_recorded_);
    std::vector<Item> items = take_work();
    const bool timer_due = !timers_.empty() && timers_.top().at <= now;
    if (items.empty() && !timer_due && next_climb_ > now && next_payout_ > now) return false;
    {
        const std::lock_guard lock(mutex_);
        if (figures_.stopped && items.empty()) return false;
    }

    std::vector<Result<std::vector<Acknowledgement>>> answers;
    EngineFigures news;
    store::Position last = 0;
    try {
        auto rows = store_.write();
        const auto turns_before = turner_.turns();
        InGroup group(*this, *rows, now);
        for (auto& item : items) {
            if (auto* reporting = std::get_if<Reporting>(&item)) {
                auto said = group.report(reporting->report);
                for (const auto& one : said) {
                    news.facts_accepted += one.outcome == Acknowledgement::Outcome::Accepted;
                    news.facts_duplicate += one.outcome == Acknowledgement::Outcome::Duplicate;
                    news.facts_refused += one.outcome == Acknowledgement::Outcome::Refused;
                }
                answers.push_back(std::move(said));
            } else {
                auto done = std::get<Acting>(item).work(group);
                if (done) {
                    answers.push_back(std::vector<Acknowledgement>());
                } else {
                    answers.push_back(refuse(std::move(done.error())));
                }
            }
        }
        std::vector<std::int64_t> late;
        for (int i = 0; i < options_.timers_most && !timers_.empty() && timers_.top().at <= now;
             ++i) {
            const Timer timer = timers_.top();
            timers_.pop();
            const auto stream = rows->stream(timer.stream);
            // Put off or taken away since it was set: there is another one, or none.
            if (!stream || stream->wakes_at != timer.at) continue;
            group.turn(timer.stream);
            ++news.timers_fired;
            late.push_back((clock - timer.at).count);
        }
        if (next_climb_ <= now) climb(group, kClimbsMost);
        if (next_payout_ <= now) turner_.cashier().tend(group.till(), kPayoutsMost);
        logs_.write(*rows);
        last = rows->last_position();
        next_climb_ = rows->next_climb_at();
        next_payout_ = std::min(rows->next_payout_at(), turner_.cashier().next_at());
        if (last > 0) last_recorded_ = std::max(last_recorded_, rows->entry(last)->recorded_at);
        rows->commit();
        logs_.committed();
        for (const Timer& timer : group.timers_set()) timers_.push(timer);
        const std::lock_guard lock(mutex_);
        for (const auto millis : late) lateness_.add(now, millis);
        news.turns = turner_.turns() - turns_before;
        figures_.facts_accepted += news.facts_accepted;
        figures_.facts_duplicate += news.facts_duplicate;
        figures_.facts_refused += news.facts_refused;
        figures_.timers_fired += news.timers_fired;
        figures_.turns += news.turns;
        ++figures_.commits;
        recorded_until_ = last_recorded_;
        timers_waiting_ = static_cast<std::int64_t>(timers_.size());
    } catch (const store::Trouble& trouble) {
        give_up(items, trouble.error());
        return true;
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (auto* reporting = std::get_if<Reporting>(&items[i])) {
            reporting->done(std::move(answers[i]));
        } else if (answers[i]) {
            std::get<Acting>(items[i]).done({});
        } else {
            std::get<Acting>(items[i]).done(refuse(std::move(answers[i].error())));
        }
    }
    if (on_commit_) on_commit_(last);
    return true;
}

Result<std::unique_ptr<Engine>> Engine::open(store::Store& store, Clock& clock, Zones& zones,
                                             const vault::Keyring& keyring, vault::Entropy& entropy,
                                             EngineOptions options) {
    auto impl = std::make_unique<Impl>(store, clock, zones, keyring, entropy, options);
    if (auto opened = impl->open(); !opened) return refuse(std::move(opened.error()));
    return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

void Engine::report(Report report, Done done) { impl_->report(std::move(report), std::move(done)); }
void Engine::act(Work work, std::function<void(Result<void>)> done) {
    impl_->act(std::move(work), std::move(done));
}
void Engine::on_commit(std::function<void(store::Position)> call) {
    impl_->on_commit(std::move(call));
}
void Engine::on_stop(std::function<void(const Error&)> call) { impl_->on_stop(std::move(call)); }
EngineFigures Engine::figures() const { return impl_->figures(); }
void Engine::run() { impl_->run(); }
void Engine::stop() { impl_->stop(); }
bool Engine::step() { return impl_->step(); }
Instant Engine::next_timer() const { return impl_->next_timer(); }

}  // namespace yinuo::engine
