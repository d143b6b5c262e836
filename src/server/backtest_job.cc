#include "server/backtest_job.h"

#include <algorithm>

#include "engine/entry.h"
#include "engine/publishing.h"
#include "promise/scope.h"
#include "server/body.h"
#include "server/nameless_file.h"
#include "server/obligation_out.h"
#include "twin/backtest.h"
#include "wire/history_reader.h"
#include "wire/mapping.h"
#include "wire/promise_yaml.h"
#include "wire/report_json.h"

namespace yinuo::server {
namespace {

constexpr int kStreamsAtOnce = 200;  // a Reading isn't held longer
constexpr std::size_t kFlawsMost = 50;
constexpr std::size_t kFactsMost = 20'000'000;

// Reading and folding ask a plain function whether to stop; each job has a thread to itself.
thread_local const Progress* of_this_thread = nullptr;
bool interrupted() { return of_this_thread != nullptr && of_this_thread->cancelled; }

// What a job needs and keeps to itself while it runs.
struct Prepared {
    store::Store& store;
    Zones& zones;
    store::TenantId tenant;
    Instant now;
    BacktestWish wish;
    Names names = {};
    std::vector<promise::Promise> promises = {};
    std::vector<twin::Slicing> by = {};
    std::optional<wire::Mapping> mapping = {};
    std::vector<Symbol> fields = {};
};

class TenantsCalendars final : public wire::ScheduleFiles {
public:
    TenantsCalendars(store::Reading& reading, store::TenantId tenant,
                     const std::map<std::string, std::string>& handed)
        : reading_(reading), tenant_(tenant), handed_(handed) {}
    std::optional<std::string> text(std::string_view name) const override {
        const auto found = handed_.find(std::string(name));
        if (found != handed_.end()) return found->second;
        return engine::calendar_text(reading_, tenant_, name);
    }

private:
    store::Reading& reading_;
    store::TenantId tenant_;
    const std::map<std::string, std::string>& handed_;
};

class Preparing {
public:
    Preparing(store::Reading& reading, Prepared& into) : reading_(reading), into_(into) {}

    void promises() {
        for (std::size_t i = 0; i < into_.wish.promises.size(); ++i)
            promise(into_.wish.promises[i], "/promises/" + std::to_string(i));
        if (flaws.empty())
            if (auto line = twin::put_versions_in_line(into_.promises); !line)
                flaw("/promises", line.error());
    }

    void history() {
        if (into_.wish.live) return;
        auto mapping = wire::Mapping::parse(into_.wish.mapping, "mapping.yaml", into_.zones);
        if (!mapping) return findings("/history/mapping", mapping.error());
        mapping->format = into_.wish.format == "csv" ? wire::Format::Csv : wire::Format::Jsonl;
        into_.mapping = std::move(*mapping);
    }

    void slices() {
        for (std::size_t i = 0; i < into_.wish.by.size(); ++i) {
            const auto& text = into_.wish.by[i];
            auto compiled = feel::Expression::compile(text, {.names = into_.names,
                                                             .zones = &into_.zones,
                                                             .host = nullptr,
                                                             .special_names = {},
                                                             .at = {"by", 1, 1}});
            if (compiled)
                into_.by.push_back({text, std::move(*compiled)});
            else
                findings("/by/" + std::to_string(i), compiled.error());
        }
    }

    void fields() {
        auto& fields = into_.fields;
        const auto want = [&](std::span<const Symbol> more) {
            fields.insert(fields.end(), more.begin(), more.end());
        };
        for (const auto& promise : into_.promises) want(promise.fields_read());
        for (const auto& one : into_.by) want(one.expression.free_names());
        if (fields.empty()) fields.push_back(into_.names.intern("fact"));
        std::ranges::sort(fields);
        fields.erase(std::ranges::unique(fields).begin(), fields.end());
    }

    std::vector<http::Flaw> flaws;

private:
    void flaw(const std::string& pointer, Error error) {
        if (flaws.size() < kFlawsMost)
            flaws.push_back({.error = std::move(error), .pointer = pointer});
    }
    void findings(const std::string& pointer, const Findings& all) {
        for (const auto& finding : all)
            if (finding.severity == Severity::Error) flaw(pointer, finding.error);
    }

    void promise(const std::string& text, const std::string& pointer) {
        if (text.contains('\n')) {
            const TenantsCalendars files(reading_, into_.tenant, into_.wish.calendars);
            auto read = wire::read_promises(
                text, {}, {into_.names, into_.zones, promise::host_functions(), &files});
            return take(std::move(read.promises), read.findings, pointer);
        }
        const auto document = reading_.document(into_.tenant, engine::kPromises, text);
        const auto version = document ? engine::PromiseVersion::from_json(document->body)
                                      : Result<engine::PromiseVersion>(refuse({}));
        if (!version)
            return flaw(pointer, {.code = "no-promise",
                                  .what = {"没有这一版承诺", "there is no such version"},
                                  .mend = {"写 代号@版本，或把文本放进来",
                                           "write NAME@VERSION, or put a text here"}});
        auto read = engine::read_publication(version->publication, into_.names, into_.zones);
        take(std::move(read.promises), read.findings, pointer);
    }

    void take(std::vector<promise::Promise> read, const Findings& all, const std::string& pointer) {
        const auto before = flaws.size();
        findings(pointer, all);
        if (flaws.size() != before) return;
        if (read.empty())
            return flaw(pointer, {.code = "no-promise",
                                  .what = {"文本里没有承诺", "there is no promise in this text"}});
        std::ranges::move(read, std::back_inserter(into_.promises));
    }

    store::Reading& reading_;
    Prepared& into_;
};

Error cancelled() { return {.code = "cancelled", .what = {"已取消", "this was cancelled"}}; }

struct Collected {
    Arena memory;
    twin::History history;
    std::uint64_t rows = 0, rejected = 0;
};

Result<void> read_file(Prepared& job, Progress& progress, Collected& into) {
    const auto file = TRY(NamelessFile::of(job.wish.data));
    wire::HistoryReader reader(*job.mapping, job.names, job.zones, into.memory);
    wire::ReadOptions options;
    options.interrupted = interrupted;
    options.wanted_fields = job.fields;
    options.on_progress = [&](std::uint64_t done, std::uint64_t total) {
        if (total > 0) progress.percent = static_cast<int>(50 * done / total);
    };
    const auto counts = TRY(reader.read(file.path(), into.history, options));
    into.rows = counts.rows;
    into.rejected = counts.rejected;
    progress.rows = counts.rows;
    return {};
}

Result<void> take_stream(Prepared& job, store::Reading& reading, const store::Stream& stream,
                         Collected& into) {
    const auto subject = into.memory.copy(stream.name);
    std::vector<promise::Fact> facts;
    Result<void> all;
    reading.entries_of(stream.id, 0, [&](const store::Entry& entry) {
        if (entry.kind != static_cast<std::uint8_t>(engine::EntryKind::Turn)) return true;
        const auto body = into.memory.copy(entry.body);
        all = engine::learn_kinds(body, job.names);
        if (all)
            all = engine::read_facts(body, entry.recorded_at, job.names, into.memory, facts,
                                     &job.zones);
        return all.has_value();
    });
    for (auto& fact : facts) {
        fact.subject = subject;
        into.history.take(fact);
    }
    return all;
}

Result<void> read_live(Prepared& job, Progress& progress, Collected& into) {
    std::string after;
    for (bool more = true; more && !interrupted();) {
        const auto reading = job.store.read();
        const auto found = reading->streams(job.tenant, {}, after, kStreamsAtOnce);
        more = found.size() == static_cast<std::size_t>(kStreamsAtOnce);
        for (const auto& stream : found) {
            after = stream.name;
            if (!is_subject(stream.name)) continue;
            if (auto taken = take_stream(job, *reading, stream, into); !taken)
                return refuse(taken.error());
        }
        progress.rows = into.history.facts();
        if (into.history.facts() > kFactsMost)
            return refuse({.code = "too-many-facts",
                           .what = {"业务记录太多，不能在线回测",
                                    "these are too many facts for a back-test here"},
                           .mend = {"导出后用 yinuo backtest", "export them for yinuo backtest"}});
    }
    into.rows = into.history.facts();
    progress.percent = 50;
    return {};
}

Result<std::string> perform(Prepared& job, Progress& progress) {
    of_this_thread = &progress;
    Collected all;
    auto read = job.wish.live ? read_live(job, progress, all) : read_file(job, progress, all);
    if (!read) return refuse(read.error());
    if (interrupted()) return refuse(cancelled());
    all.history.group();
    twin::Question question{.now = job.wish.live ? job.now : all.history.last_at(),
                            .by = job.by,
                            .curves = job.wish.curves};
    question.interrupted = interrupted;
    question.on_progress = [&](std::uint64_t done, std::uint64_t total) {
        if (total > 0) progress.percent = static_cast<int>(50 + 50 * done / total);
    };
    auto report = twin::backtest(job.promises, nullptr, all.history, question, job.names);
    if (!report || interrupted()) return refuse(cancelled());
    report->rows_read = all.rows;
    report->rows_rejected = all.rejected;
    return wire::report_json(*report);
}

}  // namespace

Answered<Jobs::Task> prepare_backtest(const Call& call, BacktestWish wish) {
    const auto reading = call.things.store.read();
    const std::shared_ptr<Prepared> job(new Prepared{.store = call.things.store,
                                                     .zones = call.things.zones,
                                                     .tenant = call.who.tenant,
                                                     .now = call.things.engine_clock.now(),
                                                     .wish = std::move(wish)});
    Preparing preparing(*reading, *job);
    preparing.promises();
    preparing.history();
    preparing.slices();
    if (!preparing.flaws.empty()) return deny(body_refusal(std::move(preparing.flaws)));
    preparing.fields();
    return [job](Progress& progress) {
        auto result = perform(*job, progress);
        of_this_thread = nullptr;
        return result;
    };
}

}  // namespace yinuo::server
