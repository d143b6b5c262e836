// How the system is, for who looks after it: figures of the whole installation that say nothing of
// anybody's business, and the company's own queues, jobs and log.
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <map>

#include "engine/noticing.h"
#include "engine/tenants.h"
#include "server/config.h"
#include "server/dispatcher.h"
#include "server/jobs.h"
#include "server/live.h"
#include "server/notice_channels.h"
#include "server/obligation_out.h"
#include "server/routes.h"
#include "server/webhooks.h"

namespace yinuo::server {
namespace {

constexpr int kActionsMost = 20'000;  // looked at; beyond it the counts say "at least"
constexpr int kPage = 200;
constexpr store::Position kEntriesBack = 500;
constexpr std::size_t kTroublesMost = 50;

// Seconds since this process began; 0 where the system doesn't say. /proc/self/stat (proc(5)): the
// 22nd field, counted behind the last bracket because a program's name may hold blanks.
std::int64_t uptime_seconds() {
    std::ifstream file("/proc/self/stat");
    std::string text(std::istreambuf_iterator<char>(file), {});
    const auto bracket = text.rfind(')');
    if (bracket == std::string::npos) return 0;
    auto at = bracket + 1;
    for (int field = 3; field < 22 && at != std::string::npos; ++field) at = text.find(' ', at + 1);
    if (at == std::string::npos) return 0;
    std::int64_t ticks = 0;
    std::from_chars(text.data() + at + 1, text.data() + text.size(), ticks);
    timespec now = {};
    clock_gettime(CLOCK_BOOTTIME, &now);
    const auto per_second = ::sysconf(_SC_CLK_TCK);
    return per_second <= 0 ? 0 : std::max<std::int64_t>(0, now.tv_sec - ticks / per_second);
}

// The store's file and what of it lies in its write-ahead log; 0: it isn't a file.
std::int64_t store_bytes(const std::string& folder) {
    std::int64_t all = 0;
    for (const auto* name : {"/yinuo.db", "/yinuo.db-wal"}) {
        struct stat found = {};
        if (::stat((folder + name).c_str(), &found) == 0) all += found.st_size;
    }
    return all;
}

void write_error(JsonOut& out, std::string_view name, const std::optional<Error>& error) {
    if (!error) return;
    out.key(name).open('{').member("code", error->code);
    write_text(out.key("what"), error->what);
    if (!error->mend.en.empty()) write_text(out.key("mend"), error->mend);
    out.close('}');
}

void write_clock(JsonOut& out, const Call& call, const engine::EngineFigures& figures) {
    const auto& things = call.things;
    out.key("clock").open('{').member("wall", things.clock.now());
    out.member("engine", things.engine_clock.now());
    out.member("speed", things.config.demo ? things.config.demo_speed : 1);
    out.member("by_hand", things.test_clock != nullptr);
    out.member("log_ahead_millis", figures.log_ahead_millis);
    write_error(out, "doubt", figures.clock);
    out.close('}');
}

void write_engine(JsonOut& out, store::Reading& reading, const engine::EngineFigures& figures) {
    out.key("engine").open('{').member("running", !figures.stopped.has_value());
    out.member("turns", figures.turns).member("commits", figures.commits);
    out.member("facts_accepted", figures.facts_accepted);
    out.member("facts_duplicate", figures.facts_duplicate);
    out.member("facts_refused", figures.facts_refused);
    out.member("waiting", figures.waiting).member("timers_waiting", figures.timers_waiting);
    out.member("timer_lateness_millis_p99", figures.lateness_millis_p99);
    const auto last = reading.entry(reading.last_position());
    if (last) out.member("last_entry_at", last->recorded_at);
    write_error(out, "stopped", figures.stopped);
    out.close('}');
}

// --- what goes out --------------------------------------------------------------------------------

struct Queue {
    std::int64_t waiting = 0, retrying = 0;
    Instant oldest = Instant::max();
};
struct Trouble {
    std::string kind, id, name;
    std::string detail;
    std::int64_t dead = 0, retrying = 0;
};

class Outgoing {
public:
    Outgoing(const Call& call, store::Reading& reading)
        : tenant_(call.who.tenant), reading_(reading) {}

    void look() {
        const auto waiting = reading_.actions_due(Instant::max(), kActionsMost);
        all_ = waiting.size() < static_cast<std::size_t>(kActionsMost);
        for (const auto& action : waiting) {
            if (action.tenant != tenant_) continue;
            auto& queue = queues_[action.topic];
            ++queue.waiting;
            if (action.attempts > 0) {
                ++queue.retrying;
                ++retrying_[action.target];
            }
            queue.oldest = std::min(queue.oldest, action.due_at);
        }
        webhooks();
        robots();
    }

    void write(JsonOut& out) const {
        out.key("outgoing").open('{').member("complete", all_).key("queues").open('[');
        for (const auto& [topic, queue] : queues_) {
            out.open('{').member("topic", topic).member("waiting", queue.waiting);
            out.member("retrying", queue.retrying).member_if("oldest_due_at", queue.oldest);
            out.close('}');
        }
        out.close(']').key("troubles").open('[');
        for (const auto& trouble : troubles_) {
            out.open('{').member("kind", trouble.kind).member("id", trouble.id);
            out.member("name", trouble.name).member("dead", trouble.dead);
            out.member("retrying", trouble.retrying).member_if("detail", trouble.detail);
            out.close('}');
        }
        out.close(']').close('}');
    }

private:
    void webhooks() {
        for (const auto& document : reading_.documents(tenant_, kWebhooks, "", kPage)) {
            const auto endpoint = Endpoint::from_json(document.body);
            if (!endpoint) continue;
            note({.kind = "webhook",
                  .id = endpoint->id,
                  .name = endpoint->title.empty() ? endpoint->url : endpoint->title,
                  .detail = endpoint->enabled ? "" : endpoint->why_disabled},
                 endpoint->id);
        }
    }
    void robots() {
        for (const auto& channel : notice_channels(reading_, tenant_).all)
            if (is_robot(channel))
                note({.kind = "channel", .id = channel.name, .name = channel.name, .detail = {}},
                     engine::robot_target(channel.name));
    }
    void note(Trouble trouble, const std::string& target) {
        trouble.dead =
            std::ssize(reading_.actions(tenant_, target, store::Action::State::Dead, 0, kPage));
        const auto found = retrying_.find(target);
        trouble.retrying = found == retrying_.end() ? 0 : found->second;
        const bool well = trouble.dead == 0 && trouble.retrying == 0 && trouble.detail.empty();
        if (!well && troubles_.size() < kTroublesMost) troubles_.push_back(std::move(trouble));
    }

    const store::TenantId tenant_;
    store::Reading& reading_;
    std::map<std::string, Queue> queues_;
    std::map<std::string, std::int64_t> retrying_;  // by target
    std::vector<Trouble> troubles_;
    bool all_ = true;
};

// --- the company's own ----------------------------------------------------------------------------

void write_jobs(JsonOut& out, const Call& call, store::Reading& reading) {
    std::map<std::pair<std::string, std::string>, std::int64_t> counts;
    std::string after;
    for (bool more = true; more;) {
        const auto found = reading.documents(call.who.tenant, kJobs, after, kPage);
        more = found.size() == static_cast<std::size_t>(kPage);
        for (const auto& document : found) {
            after = document.id;
            if (const auto job = Job::from_json(document.body))
                ++counts[{job->kind, std::string(name_of(job->state))}];
        }
    }
    out.key("jobs").open('[');
    for (const auto& [which, count] : counts)
        out.open('{')
            .member("kind", which.first)
            .member("state", which.second)
            .member("count", count)
            .close('}');
    out.close(']');
}

// When the tree last grew, if that isn't long ago: a checkpoint is made in the commit that made it grow.
Instant checkpoint_at(store::Reading& reading, store::TenantId tenant) {
    const auto last = reading.last_position();
    for (auto at = last; at > std::max<store::Position>(0, last - kEntriesBack); --at) {
        const auto entry = reading.entry(at);
        if (entry && entry->tenant == tenant && entry->leaves > 0) return entry->recorded_at;
    }
    return Instant::max();
}

void write_log(JsonOut& out, const Call& call, store::Reading& reading) {
    const auto checkpoint = reading.checkpoint(call.who.tenant);
    const auto tenant = engine::tenant(reading, call.who.tenant);
    out.key("log").open('{').member("size", checkpoint.size);
    out.member_if("checkpoint_at", checkpoint_at(reading, call.who.tenant));
    if (tenant) out.member("origin", tenant->origin).member("name", tenant->name);
    out.close('}');
}

// Everything that waits is looked at, so it is done beside the threads that answer.
void read_state(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto& things = call.things;
        const auto figures = things.engine.figures();
        const auto reading = things.store.read();
        JsonOut out;
        out.open('{').member("version", YINUO_VERSION).member("uptime_seconds", uptime_seconds());
        write_clock(out, call, figures);
        write_engine(out, *reading, figures);
        out.key("store").open('{').member("bytes", store_bytes(things.config.data));
        out.member("entries", reading->last_position());
        out.member("obligations", reading->last_obligation()).close('}');
        Outgoing outgoing(call, *reading);
        outgoing.look();
        outgoing.write(out);
        write_jobs(out, call, *reading);
        write_log(out, call, *reading);
        out.member("listeners", things.live.listeners());
        out.member("connections", things.connections());
        out.member("mail", things.dispatcher.mail() != nullptr);
        return ok(out.close('}'));
    });
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/state", "readState", Permission::SettingsRead, read_state, 0, false, 3},
};

}  // namespace

std::span<const Route> state_routes() { return kRoutes; }

}  // namespace yinuo::server
