#include "demo/feed.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>

#include "base/check.h"
#include "wire/json.h"

namespace yinuo::demo {
namespace {

constexpr auto kBusyPause = std::chrono::milliseconds(200);

std::string written(const FeedFigures& figures) {
    std::string out = R"({"until":)" + std::to_string(figures.reported_until.millis) +
                      R"(,"cases":)" + std::to_string(figures.cases) + R"(,"counts":[)";
    for (std::size_t i = 0; i < kDisturbances; ++i) {
        const auto& counts = figures.by[i];
        if (i > 0) out += ',';
        out += '[' + std::to_string(counts.done) + ',' + std::to_string(counts.accepted) + ',' +
               std::to_string(counts.duplicate) + ',' + std::to_string(counts.refused) + ']';
    }
    return out + "]}";
}

std::int64_t whole(const wire::Json* json) {
    return json == nullptr ? 0 : json->integer().value_or(0);
}

void read_into(std::string_view text, FeedFigures& figures) {
    Arena memory;
    const auto json = wire::parse_json(text, memory);
    check(json.has_value());
    figures.reported_until = {whole(json->find("until"))};
    figures.cases = whole(json->find("cases"));
    const auto* counts = json->find("counts");
    if (counts == nullptr || counts->items.size() != kDisturbances) return;
    for (std::size_t i = 0; i < kDisturbances; ++i) {
        const auto& row = counts->items[i].items;
        if (row.size() != 4) continue;
        figures.by[i] = {whole(&row[0]), whole(&row[1]), whole(&row[2]), whole(&row[3])};
    }
}

}  // namespace

Feed::Feed(engine::Engine& engine, store::Store& store, Zones& zones, CaseSource& source,
           Instant begin, Options options)
    : engine_(engine), store_(store), zones_(zones), source_(source), options_(std::move(options)) {
    restore(begin);
}

void Feed::restore(Instant begin) {
    figures_.reported_until = begin;
    if (const auto kept = store_.read()->document(options_.tenant, kCollection, options_.name))
        read_into(kept->body, figures_);
    resumed_at_ = figures_.reported_until;
    source_.seek(resumed_at_);
}

// A case is planned whole when it opens; of one from before a restart, what is still to come.
void Feed::take_case() {
    const Case next = source_.next();
    const bool fresh = next.facts.front().at >= resumed_at_;
    for (auto& planned : disturbed(next, Dice(options_.seed))) {
        if (planned.report_at < resumed_at_) continue;
        waiting_.push({std::move(planned), planned_++});
    }
    if (!fresh) return;
    const std::lock_guard hold(lock_);
    ++figures_.cases;
}

std::vector<Planned> Feed::take_batch(Instant until) {
    std::vector<Planned> batch;
    while (source_.next_opens_at() <= until) {
        // Nothing of a case is reported before it opens, so the heap's top is next until then.
        if (waiting_.size() >= options_.batch_most &&
            waiting_.top().planned.report_at < source_.next_opens_at())
            break;
        take_case();
    }
    while (batch.size() < options_.batch_most && !waiting_.empty() &&
           waiting_.top().planned.report_at <= until &&
           waiting_.top().planned.report_at <= source_.next_opens_at()) {
        batch.push_back(waiting_.top().planned);
        waiting_.pop();
    }
    return batch;
}

Result<void> Feed::report_until(Instant until) {
    for (;;) {
        if (stopping_) return {};
        const auto batch = take_batch(until);
        if (batch.empty()) break;
        if (auto done = report(batch); !done) return done;
        const std::lock_guard hold(lock_);
        figures_.reported_until = batch.back().report_at;
    }
    const std::lock_guard hold(lock_);
    figures_.reported_until = std::max(figures_.reported_until, until);
    return {};
}

Result<void> Feed::report(const std::vector<Planned>& batch) {
    engine::Report report{.tenant = options_.tenant,
                          .source = options_.name,
                          .memory = std::make_shared<Arena>(),
                          .facts = {}};
    std::vector<Disturbance> whys;  // of report.facts
    std::array<FeedFigures::Counts, kDisturbances> news = {};
    std::optional<Error> refused;
    for (const auto& planned : batch) {
        auto& counts = news[static_cast<std::size_t>(planned.why)];
        ++counts.done;
        if (planned.json.empty()) continue;
        const auto read = wire::read_fact_list(planned.json, wire::FactFormat::Document,
                                               {.facts_max = 1, .zones = &zones_}, *report.memory);
        if (!read || !read->front().errors.empty()) {
            ++counts.refused;
            refused = read ? read->front().errors.front().error : read.error();
            continue;
        }
        report.facts.push_back(read->front().fact);
        whys.push_back(planned.why);
    }
    if (!report.facts.empty()) {
        const auto said = TRY(ask(std::move(report)));
        for (std::size_t i = 0; i < said.size(); ++i) {
            using enum engine::Acknowledgement::Outcome;
            auto& counts = news[static_cast<std::size_t>(whys[i])];
            counts.accepted += said[i].outcome == Accepted;
            counts.duplicate += said[i].outcome == Duplicate;
            counts.refused += said[i].outcome == Refused;
            if (said[i].error) refused = said[i].error;
        }
    }
    const std::lock_guard hold(lock_);
    for (std::size_t i = 0; i < kDisturbances; ++i) {
        figures_.by[i].done += news[i].done;
        figures_.by[i].accepted += news[i].accepted;
        figures_.by[i].duplicate += news[i].duplicate;
        figures_.by[i].refused += news[i].refused;
    }
    figures_.answered += static_cast<std::int64_t>(batch.size());
    if (refused) figures_.refused_last = std::move(refused);
    return {};
}

// Asks again while the engine is busy.
Result<std::vector<engine::Acknowledgement>> Feed::ask(engine::Report report) {
    for (;;) {
        const auto answer =
            std::make_shared<std::promise<Result<std::vector<engine::Acknowledgement>>>>();
        auto come = answer->get_future();
        engine_.report(report, [answer](auto said) { answer->set_value(std::move(said)); });
        auto said = come.get();
        if (said || said.error().code != "busy" || stopping_) return said;
        {
            const std::lock_guard hold(lock_);
            ++figures_.busy;
        }
        std::this_thread::sleep_for(kBusyPause);
    }
}

void Feed::keep() {
    engine_.act(
        [tenant = options_.tenant, name = options_.name,
         body = written(figures())](engine::Turns& turns) -> Result<void> {
            const auto before = turns.rows().document(tenant, kCollection, name);
            check(turns.rows().put_document({.tenant = tenant,
                                             .collection = std::string(kCollection),
                                             .id = name,
                                             .version = before ? before->version + 1 : 1,
                                             .key = {},
                                             .body = body}));
            return {};
        },
        [](Result<void>) {});
}

FeedFigures Feed::figures() const {
    const std::lock_guard hold(lock_);
    return figures_;
}

}  // namespace yinuo::demo
