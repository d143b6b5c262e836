#include "server/jobs.h"

#include <algorithm>
#include <future>

#include "base/arena.h"
#include "base/check.h"
#include "engine/tenants.h"
#include "server/log.h"
#include "server/obligation_out.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kStates[] = {"queued", "running",   "done",
                                        "failed", "cancelled", "interrupted"};
constexpr int kPage = 200;

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}

Instant instant_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? Instant::max() : Instant{found->integer().value_or(0)};
}

Text both(const wire::Json* json) {
    return json == nullptr ? Text{} : Text{text_of(*json, "zh"), text_of(*json, "en")};
}

void put(store::Writing& rows, store::TenantId tenant, const Job& job) {
    const auto before = rows.document(tenant, kJobs, job.id);
    check(rows.put_document({.tenant = tenant,
                             .collection = std::string(kJobs),
                             .id = job.id,
                             .version = before ? before->version + 1 : 1,
                             .key = {},
                             .body = job.to_json()}));
}

}  // namespace

std::string_view name_of(Job::State state) { return kStates[static_cast<std::size_t>(state)]; }

Text describe(Job::State state) {
    switch (state) {
        case Job::State::Queued: return {"排队中", "queued"};
        case Job::State::Running: return {"运行中", "running"};
        case Job::State::Done: return {"已完成", "done"};
        case Job::State::Failed: return {"失败", "failed"};
        case Job::State::Cancelled: return {"已取消", "cancelled"};
        case Job::State::Interrupted:
            return {"因重启中断，请重新提交", "interrupted by a restart; ask for it again"};
    }
    check(false);
}

std::string Job::to_json() const {
    JsonOut out;
    out.open('{').member("id", id).member("kind", kind).member("title", title);
    out.member("state", name_of(state)).member("created_by", created_by);
    out.member("created_at", created_at.millis).member("started_at", started_at.millis);
    out.member("ended_at", ended_at.millis).list("texts", texts);
    if (error) {
        out.member("code", error->code);
        write_text(out.key("what"), error->what);
        write_text(out.key("mend"), error->mend);
    }
    return out.close('}').take();
}

Result<Job> Job::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    Job job{.id = text_of(json, "id"),
            .kind = text_of(json, "kind"),
            .title = text_of(json, "title"),
            .created_by = text_of(json, "created_by"),
            .created_at = instant_of(json, "created_at"),
            .started_at = instant_of(json, "started_at"),
            .ended_at = instant_of(json, "ended_at")};
    const auto* state = std::ranges::find(kStates, text_of(json, "state"));
    job.state = state == std::end(kStates) ? State::Failed
                                           : static_cast<State>(state - std::begin(kStates));
    if (json.find("code") != nullptr)
        job.error = Error{.code = text_of(json, "code"),
                          .what = both(json.find("what")),
                          .mend = both(json.find("mend"))};
    if (const auto* texts = json.find("texts"))
        for (const auto& one : texts->items) job.texts.emplace_back(one.text);
    return job;
}

std::optional<Job> find_job(store::Reading& reading, store::TenantId tenant, std::string_view id) {
    const auto document = reading.document(tenant, kJobs, id);
    if (!document) return std::nullopt;
    auto job = Job::from_json(document->body);
    return job ? std::optional(std::move(*job)) : std::nullopt;
}

void write_job(JsonOut& out, const Job& job, const Progress* progress) {
    out.open('{').member("id", job.id).member("kind", job.kind).member("title", job.title);
    out.member("state", name_of(job.state));
    write_text(out.key("state_text"), describe(job.state));
    out.member("created_by", job.created_by).member("created_at", job.created_at);
    out.member_if("started_at", job.started_at).member_if("ended_at", job.ended_at);
    out.member("percent", job.state == Job::State::Done ? 100
                          : progress == nullptr         ? 0
                                                        : progress->percent.load());
    if (progress != nullptr) out.member("rows", progress->rows.load());
    if (job.error) {
        out.key("error").open('{').member("code", job.error->code);
        write_text(out.key("what"), job.error->what);
        if (!job.error->mend.en.empty()) write_text(out.key("mend"), job.error->mend);
        out.close('}');
    }
    out.close('}');
}

Jobs::Jobs(store::Store& store, engine::Engine& engine, Log& log)
    : store_(store), engine_(engine), log_(log) {}

Jobs::~Jobs() { stop(); }

Result<void> Jobs::mark_interrupted() {
    try {
        auto rows = store_.write();
        for (const auto& tenant : engine::tenants(*rows)) {
            std::string after;
            for (bool more = true; more;) {
                const auto found = rows->documents(tenant.id, kJobs, after, kPage);
                more = found.size() == static_cast<std::size_t>(kPage);
                for (const auto& document : found) {
                    after = document.id;
                    auto job = Job::from_json(document.body);
                    if (!job || job->ended()) continue;
                    job->state = Job::State::Interrupted;
                    put(*rows, tenant.id, *job);
                }
            }
        }
        rows->commit();
        return {};
    } catch (const store::Trouble& trouble) {
        return refuse(trouble.error());
    }
}

void Jobs::start() {
    thread_ = std::thread([this] { run(); });
}

void Jobs::stop() {
    {
        const std::lock_guard hold(lock_);
        if (std::exchange(stopping_, true)) return;
        waiting_.clear();
        if (running_) running_->progress->cancelled = true;
    }
    ready_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool Jobs::has_room() const {
    const std::lock_guard hold(lock_);
    return waiting_.size() < kWaitingMost && !stopping_;
}

void Jobs::add(store::TenantId tenant, std::string id, Task task) {
    Waiting job{tenant, std::move(id), std::move(task), std::make_shared<Progress>()};
    {
        const std::lock_guard hold(lock_);
        if (stopping_) return;
        waiting_.push_back(std::move(job));
    }
    ready_.notify_all();
}

bool Jobs::cancel(std::string_view id) {
    const std::lock_guard hold(lock_);
    const auto found = std::ranges::find(waiting_, id, &Waiting::id);
    if (found != waiting_.end()) {
        found->progress->cancelled = true;
        return true;
    }
    if (!running_ || running_->id != id) return false;
    running_->progress->cancelled = true;
    return true;
}

std::shared_ptr<const Progress> Jobs::progress(std::string_view id) const {
    const std::lock_guard hold(lock_);
    return running_ && running_->id == id ? running_->progress : nullptr;
}

void Jobs::run() {
    std::unique_lock hold(lock_);
    while (true) {
        ready_.wait(hold, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        running_ = std::move(waiting_.front());
        waiting_.pop_front();
        const Waiting job = *running_;
        hold.unlock();
        perform(job);
        hold.lock();
        running_.reset();
    }
}

void Jobs::perform(const Waiting& job) {
    if (!job.progress->cancelled)
        write(job, [](Job& into, Instant now) {
            into.state = Job::State::Running;
            into.started_at = now;
        });
    Result<std::string> result;
    try {
        if (!job.progress->cancelled) result = job.task(*job.progress);
    } catch (const store::Trouble& trouble) {
        log_.error("job", trouble.error());
        result = refuse(trouble.error());
    }
    {
        const std::lock_guard hold(lock_);
        if (stopping_) return;  // the next life finds it unfinished
    }
    const bool cancelled = job.progress->cancelled;
    const auto error = result ? std::nullopt : std::optional(result.error());
    write(
        job,
        [cancelled, error](Job& into, Instant now) {
            into.state = cancelled ? Job::State::Cancelled
                         : error   ? Job::State::Failed
                                   : Job::State::Done;
            if (!cancelled) into.error = error;
            into.ended_at = now;
        },
        cancelled || !result ? std::string() : std::move(*result));
}

// Waits until it is on disk: whoever then asks finds it so.
void Jobs::write(const Waiting& job, std::function<void(Job&, Instant)> change,
                 std::string result) {
    auto done = std::make_shared<std::promise<void>>();
    engine_.act(
        [tenant = job.tenant, id = job.id, change = std::move(change),
         result = std::move(result)](engine::Turns& turns) -> Result<void> {
            auto kept = find_job(turns.rows(), tenant, id);
            if (!kept) return {};  // removed meanwhile
            change(*kept, turns.now());
            put(turns.rows(), tenant, *kept);
            if (!result.empty())
                turns.rows().put_document({.tenant = tenant,
                                           .collection = std::string(kJobResults),
                                           .id = id,
                                           .key = {},
                                           .body = result});
            return {};
        },
        [this, done](const Result<void>& said) {
            if (!said) log_.warn("job", said.error());
            done->set_value();
        });
    done->get_future().wait();
}

}  // namespace yinuo::server
