#include "server/demo_page.h"
#include "server/json_out.h"
#include "server/obligation_out.h"

namespace yinuo::server {
namespace {

std::string_view word_of(promise::EventKind what) {
    using enum promise::EventKind;
    return what == Kept ? "kept" : what == Broken ? "broken" : "reversed";
}

void write_counts(JsonOut& out, const demo::FeedFigures::Counts& counts) {
    out.member("done", counts.done).member("accepted", counts.accepted);
    out.member("duplicate", counts.duplicate).member("refused", counts.refused);
}

void write_feed(JsonOut& out, const demo::CompanyStatus& company) {
    const auto& feed = company.feed;
    out.key("feed").open('{').member("source_reported_until", feed.reported_until);
    out.key("facts_per_second").raw(std::to_string(company.facts_per_second));
    out.member("cases", feed.cases).member("waited_for_busy", feed.busy);
    out.key("plain").open('{');
    write_counts(out, feed.by[0]);
    out.close('}').key("disturbances").open('[');
    for (const auto& row : demo::disturbances()) {
        out.open('{').member("name", row.name);
        out.key("rate")
            .raw(std::to_string(row.rate))
            .member("of", row.of_cases ? "cases" : "facts");
        write_counts(out, feed.by[static_cast<std::size_t>(row.what)]);
        out.key("what");
        write_text(out, row.words);
        out.close('}');
    }
    out.close(']');
    if (feed.refused_last) {
        out.key("refused_last").open('{').member("code", feed.refused_last->code).key("what");
        write_text(out, feed.refused_last->what);
        out.close('}');
    }
    out.close('}');
}

void write_company(JsonOut& out, const demo::CompanyStatus& company) {
    out.open('{').member("tenant", company.name).member("title", company.title);
    out.member("demo", true).key("states").open('{');
    for (std::size_t i = 0; i < company.states.size(); ++i)
        out.member(promise::name_of(static_cast<promise::State>(i)), company.states[i]);
    out.close('}').key("last_hour").open('{').member("kept", company.seen.kept);
    out.member("at_risk", company.seen.at_risk).member("broken", company.seen.broken).close('}');
    out.member("reversed", company.seen.reversed).key("newest").open('[');
    for (const auto& verdict : company.seen.newest) {
        const auto id = engine::obligation_text(verdict.id);
        out.open('{').member("obligation", id).member("subject", verdict.subject).key("clause");
        write_text(out, verdict.clause);
        out.member("what", word_of(verdict.what)).member("recorded_at", verdict.recorded_at);
        out.member("due_at", verdict.due_at).member("receipt", "/demo/receipt?id=" + id).close('}');
    }
    out.close(']').member("log_size", company.log_size);
    write_feed(out, company);
    out.close('}');
}

}  // namespace

std::string demo_json(const demo::DemoStatus& status, std::span<const std::string_view> roles) {
    JsonOut out;
    out.open('{').member("demo", true).member("now", status.now).member("begin", status.begin);
    out.member("speed", status.speed).member("running", status.running);
    out.key("stopped");
    status.stopped ? out.value(status.stopped->code) : out.null();
    out.key("sign_in_as").open('[');
    for (const auto role : roles) out.value(role);
    out.close(']').key("companies").open('[');
    for (const auto& company : status.companies) write_company(out, company);
    return out.close(']').close('}').take();
}

}  // namespace yinuo::server
