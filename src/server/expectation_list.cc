// Which promises apply, and what each of them says to this customer.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "promise/fold.h"
#include "promise/sentence.h"
#include "server/expectations.h"
#include "server/obligation_out.h"
#include "time/civil.h"
#include "wire/fact_reader.h"

namespace yinuo::server {
namespace {

using promise::State;

constexpr Millis kLookBack = hours(24 * 90);
constexpr int kPastLeast = 30;  // fewer cases say nothing
constexpr int kRowsMost = 20'000;
constexpr int kPage = 1'000;
constexpr std::size_t kItemsMost = 100;

// --- similar past cases ---------------------------------------------------------------------------

struct Past {
    std::int64_t decided = 0, kept = 0;
    std::vector<std::int64_t> took;  // milliseconds; max: it isn't done to this day
};

// Of every clause of one version that was decided since; by the clause's name.
void gather(store::Reading& reading, const engine::Version& version, Instant now,
            std::map<std::string, Past, std::less<>>& into) {
    store::ObligationQuery query{.tenant = version.tenant,
                                 .states = {static_cast<std::uint8_t>(State::Kept),
                                            static_cast<std::uint8_t>(State::Broken)},
                                 .version = version.position,
                                 .due_from = now - kLookBack,
                                 .limit = kPage};
    for (int seen = 0; seen < kRowsMost;) {
        const auto rows = reading.obligations(query);
        for (const auto& row : rows) {
            if (row.started_at < now - kLookBack) continue;
            auto& past = into[version.promise->clauses[static_cast<std::size_t>(row.clause)].name];
            ++past.decided;
            if (row.state == static_cast<std::uint8_t>(State::Kept)) ++past.kept;
            past.took.push_back(row.settled_at < Instant::max()
                                    ? (row.settled_at - row.started_at).count
                                    : Instant::max().millis);
        }
        if (std::ssize(rows) < kPage) return;
        seen += kPage;
        query.after_due_at = rows.back().due_at;
        query.after_id = rows.back().id;
    }
}

// Rounded up: what is said was never shorter.
Text length_in_words(std::int64_t millis) {
    const auto up = [&](std::int64_t unit) { return (millis + unit - 1) / unit; };
    constexpr std::int64_t kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;
    if (millis <= 2 * kHour)
        return {fmt::format("{} 分钟", up(kMinute)), fmt::format("{} min", up(kMinute))};
    if (millis <= 2 * kDay)
        return {fmt::format("{} 小时", up(kHour)), fmt::format("{} h", up(kHour))};
    return {fmt::format("{} 天", up(kDay)), fmt::format("{} days", up(kDay))};
}

void write_past(JsonOut& out, Past& past) {
    if (past.decided < kPastLeast) return;
    std::ranges::sort(past.took);
    // Nearest rank: the smallest value that at least 90 % do not pass.
    const auto rank = (past.took.size() * 9 + 9) / 10;
    const auto p90 = past.took[rank - 1];
    const auto percent = past.kept * 100 / past.decided;  // down: never better than it was
    Text text{fmt::format("最近 90 天 {} 单，{} % 按时做到", past.decided, percent),
              fmt::format("Of {} in the last 90 days, {} % were kept", past.decided, percent)};
    out.key("past").open('{').member("days", 90).member("kept", past.kept);
    if (p90 < Instant::max().millis) {
        const auto length = length_in_words(p90);
        text.zh += "，9 成在 " + length.zh + "内";
        text.en += ", and 9 of 10 took at most " + length.en;
        out.member("p90_millis", p90);
    }
    write_text(out.key("text"), text);
    out.member("total", past.decided).close('}');
}

// --- what applies ---------------------------------------------------------------------------------

// The kinds of facts by which something could begin; empty: nobody said.
std::vector<std::string> kinds_of(const promise::Promise& promise) {
    std::vector<std::string> kinds;
    for (const auto& [kind, fields] : promise.declared_facts) kinds.push_back(kind);
    for (const auto& [kind, text] : promise.fact_names)
        if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(kind);
    return kinds;
}

struct Begun {
    bool applies = false;
    Instant due = Instant::max();
    bool provisional = false;
};

// What one sample would begin under a promise; by clause.
Result<void> begin(engine::Shelf& shelf, const promise::Promise& promise, const ListWish& wish,
                   std::string_view kind, bool says_due, std::vector<Begun>& into) {
    JsonOut out;
    out.open('{').member("kind", kind).member("at", wish.at);
    out.member("subject", wish.subject.empty() ? wish.kind + "/?" : wish.subject);
    out.key("fields").raw(wish.fields.empty() ? "{}" : wish.fields).close('}');
    Arena memory, kept;
    const auto read = TRY(wire::read_fact_list(out.text(), wire::FactFormat::Document,
                                               {.facts_max = 1, .zones = &shelf.zones()}, memory));
    if (!read.front().errors.empty()) return refuse(read.front().errors.front().error);
    std::vector<feel::Binding> fields;
    for (const auto& field : read.front().fact.fields) {
        const auto name = shelf.names().find(field.name);
        if (name != Symbol::None) fields.push_back({name, field.value});
    }
    const promise::Fact fact{.id = "sample",
                             .subject = read.front().fact.subject,
                             .kind = shelf.names().find(kind),
                             .at = wish.at,
                             .received_at = wish.at,
                             .fields = fields};
    if (fact.kind == Symbol::None) return {};
    const promise::Fact* facts[] = {&fact};
    promise::Folding folding(shelf.names(), kept);
    std::vector<promise::Obligation> found;
    promise::fold_subject(promise, facts, wish.at, folding, found);
    for (const auto& one : found) {
        auto& begun = into[static_cast<std::size_t>(one.clause)];
        begun.applies = true;
        if (says_due) begun.due = one.due_at;
        begun.provisional = begun.provisional || one.provisional;
    }
    return {};
}

Result<std::vector<Begun>> begun_under(engine::Shelf& shelf, const promise::Promise& promise,
                                       const ListWish& wish) {
    std::vector<Begun> begun(promise.clauses.size());
    const auto kinds = kinds_of(promise);
    // A sample without anything in it, or a promise that doesn't say what it listens to, rules
    // nothing out.
    const bool all = (wish.fact.empty() && wish.fields.empty()) || kinds.empty();
    for (std::size_t i = 0; i < begun.size(); ++i)
        begun[i].applies = all || promise::looks_across(promise.clauses[i]);
    for (const auto& kind : kinds)
        if (kind != wish.fact)
            if (auto done = begin(shelf, promise, wish, kind, false, begun); !done)
                return refuse(std::move(done.error()));
    if (!wish.fact.empty())
        if (auto done = begin(shelf, promise, wish, wish.fact, true, begun); !done)
            return refuse(std::move(done.error()));
    return begun;
}

// --- the text -------------------------------------------------------------------------------------

void write_texts(JsonOut& out, std::string_view name, const std::vector<Text>& texts) {
    out.key(name).open('[');
    for (const auto& text : texts) write_text(out, text);
    out.close(']');
}

void write_item(JsonOut& out, const engine::Version& version, std::size_t index, const Begun& begun,
                Past& past) {
    const auto& promise = *version.promise;
    const auto& clause = promise.clauses[index];
    std::vector<Text> duties, gives;
    for (const auto& pause : clause.pauses)
        if (pause.customers_duty)
            duties.push_back(pause.text.en.empty() ? Text{pause.reason, pause.reason} : pause.text);
    for (const auto& remedy : promise.remedies)
        if (std::ranges::find(remedy.clauses, static_cast<int>(index)) != remedy.clauses.end())
            gives.push_back(promise::sentence_of(promise, remedy));
    out.open('{').member_if("due", begun.due);
    if (begun.due < Instant::max() && promise.zone != nullptr)
        out.member("due_local", promise.zone->to_local(begun.due).to_string());
    write_texts(out, "duties", duties);
    write_texts(out, "gives", gives);
    out.member("item", promise.id + "." + clause.name);
    write_text(out.key("limits"), promise.limits);
    write_past(out, past);
    out.member("promise", version.label);
    if (begun.provisional) out.member("provisional", true);
    write_text(out.key("sentence"), promise::sentence_of(promise, clause));
    out.member("text_sha256", version.text_hash);
    write_text(out.key("title"), clause.title.en.empty() ? promise.title : clause.title);
    out.close('}');
}

}  // namespace

void append_json(std::string& out, const wire::Json& json) {
    using Kind = wire::Json::Kind;
    switch (json.kind) {
        case Kind::Null: out += "null"; return;
        case Kind::Boolean: out += json.boolean ? "true" : "false"; return;
        case Kind::Number: out += json.text; return;
        case Kind::String: append_json_string(out, json.text); return;
        case Kind::Array:
            out += '[';
            for (const auto& item : json.items) {
                if (&item != json.items.data()) out += ',';
                append_json(out, item);
            }
            out += ']';
            return;
        case Kind::Object:
            out += '{';
            for (const auto& member : json.members) {
                if (&member != json.members.data()) out += ',';
                append_json_string(out, member.key);
                out += ':';
                append_json(out, member.value);
            }
            out += '}';
            return;
    }
}

Result<std::string> compose_list(store::Reading& reading, engine::Shelf& shelf,
                                 store::TenantId tenant, std::string_view company,
                                 const ListWish& wish, Instant now) {
    JsonOut items;
    std::size_t count = 0;
    for (const auto* version : shelf.about(tenant, wish.kind + "/")) {
        const auto& promise = *version->promise;
        if (wish.at < promise.effective_from || wish.at >= promise.effective_until) continue;
        const auto begun = TRY(begun_under(shelf, promise, wish));
        std::map<std::string, Past, std::less<>> past;
        for (const auto* other : shelf.of(tenant))
            if (other->promise->id == promise.id) gather(reading, *other, now, past);
        for (std::size_t i = 0; i < begun.size() && count < kItemsMost; ++i) {
            if (!begun[i].applies || promise.clauses[i].outer >= 0) continue;
            write_item(items, *version, i, begun[i], past[promise.clauses[i].name]);
            ++count;
        }
    }
    if (count == 0)
        return refuse(
            {.code = "nothing-applies",
             .what = {"没有适用于它的已发布承诺", "no published promise applies to this"},
             .mend = {"核对 kind、fact、fields 和 at", "check kind, fact, fields and at"}});
    JsonOut out;
    out.open('{').member_if("about", wish.subject).member("at", wish.at);
    out.member("company", company).member_if("fact", wish.fact);
    if (!wish.fields.empty()) out.key("fields").raw(wish.fields);
    out.key("items").open('[').raw(items.text()).close(']');
    out.member("kind", wish.kind).member("made_at", now).member("v", 1).close('}');
    return out.take();
}

}  // namespace yinuo::server
