// Facts: reported by systems and people, and read again with how they stand.
#include <algorithm>
#include <charconv>
#include <map>

#include "base/arena.h"
#include "engine/customers.h"
#include "engine/entry.h"
#include "server/body.h"
#include "server/fact_intake.h"
#include "server/obligation_out.h"
#include "server/query.h"
#include "server/routes.h"
#include "wire/feel_json.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kBodyMax = std::size_t{32} << 20;
constexpr std::size_t kReadAtOnce = std::size_t{64} << 10;  // beyond it a worker reads
constexpr std::size_t kSourceMax = 200;

struct Media {
    enum class Shape : std::uint8_t { Any, One, List };
    wire::FactFormat format;
    Shape shape;
    bool events;  // CloudEvents
};

Answered<Media> media_of(const http::Request& request) {
    auto type = request.header("content-type").value_or("");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    using enum wire::FactFormat;
    using enum Media::Shape;
    if (type == "application/json") return Media{Document, Any, false};
    if (type == "application/x-ndjson") return Media{Lines, Any, false};
    if (type == "application/cloudevents+json") return Media{Document, One, true};
    if (type == "application/cloudevents-batch+json") return Media{Document, List, true};
    return deny(Error{.code = "wrong-media-type",
                      .what = {"业务记录要用 JSON", "facts are sent as JSON"},
                      .mend = {"Content-Type 可以是 application/json、application/x-ndjson、"
                               "application/cloudevents+json、application/cloudevents-batch+json",
                               "the Content-Type can be application/json, application/x-ndjson, "
                               "application/cloudevents+json or "
                               "application/cloudevents-batch+json"}});
}

Refusal no_source() {
    return bad_query("source",
                     {.code = "missing",
                      .what = {"没有说明是哪个系统报来的", "it isn't said which system reports"},
                      .mend = {"写 ?source=系统名，或用只属于一个来源的密钥",
                               "write ?source=NAME, or use a key of one source only"}});
}

// The one source that all events name.
Answered<std::string> source_of_events(std::string_view body) {
    Arena memory;
    const auto json = wire::parse_json(body, memory);
    if (!json) return deny(json.error());
    const auto all = json->is_array() ? json->items : std::span(&*json, 1);
    std::string source;
    for (const auto& event : all) {
        const auto* named = event.find("source");
        const auto text = named == nullptr ? std::nullopt : named->string();
        if (!text || (!source.empty() && source != *text)) return deny(no_source());
        source = *text;
    }
    if (source.empty()) return deny(no_source());
    return source;
}

Answered<std::string> source_of(const Call& call, const Media& media) {
    std::string source;
    if (const auto asked = call.request.query_value("source"))
        source = *asked;
    else if (call.who.sources.size() == 1)
        source = call.who.sources.front();
    else if (media.events)
        source = TRY(source_of_events(call.request.body));
    if (source.empty()) return deny(no_source());
    const bool odd =
        std::ranges::any_of(source, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (source.size() > kSourceMax || odd)
        return deny(bad_query("source", {.code = "bad-source",
                                         .what = {"这不像来源的名字", "this is no source's name"},
                                         .mend = {"1 到 200 字节，没有控制字符",
                                                  "1 to 200 bytes, no control characters"}}));
    if (!may_report(call.who, source))
        return deny(Error{
            .code = "forbidden",
            .what = {"这个密钥不能代“" + source + "”报业务记录",
                     "this key may not report for '" + source + "'"},
            .mend = {"用属于该来源的密钥", "use a key of that source, or leave ?source= out"}});
    return source;
}

// The character with which a body's JSON begins, after a byte order mark, which readers skip; 0:
// there is none.
char first_of(std::string_view body) {
    if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
    const auto first = body.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? '\0' : body[first];
}

Answered<IntakeWish> wish_of(const Call& call) {
    const auto media = TRY(media_of(call.request));
    const auto& body = call.request.body;
    const char first = first_of(body);
    const bool one = media.format == wire::FactFormat::Document && first == '{';
    // As JSON it would be unreadable; whoever means "none" sends an empty list.
    if (first == '\0' && media.format == wire::FactFormat::Lines)
        return deny(Error{.code = "no-facts",
                          .what = {"一条记录也没有", "there isn't a single fact in it"},
                          .mend = {"每行写一条 JSON 记录", "write one fact a line, as JSON"}});
    if (first == '{' && media.shape == Media::Shape::List)
        return deny(Error{.code = "wrong-kind",
                          .what = {"批量事件应是数组", "a batch of events is a list"},
                          .mend = {"写成 [ … ]，或改用 application/cloudevents+json",
                                   "write [ … ], or send application/cloudevents+json"}});
    if (first == '[' && media.shape == Media::Shape::One)
        return deny(Error{
            .code = "wrong-kind",
            .what = {"这种类型只装一个事件，不是数组", "this type is for one event, not a list"},
            .mend = {"写成 { … }，或改用 application/cloudevents-batch+json",
                     "write { … }, or send application/cloudevents-batch+json"}});
    const auto expand = call.request.query_value("expand");
    if (expand && (*expand != "obligations" || !one))
        return deny(bad_query("expand", {.code = "unknown-word",
                                         .what = {"expand 用不上", "this can't be expanded"},
                                         .mend = {"单条记录可以写 expand=obligations",
                                                  "one single fact knows expand=obligations"}}));
    return IntakeWish{.source = TRY(source_of(call, media)),
                      .format = media.format,
                      .one = one,
                      .obligations = expand.has_value()};
}

void report(Ticket ticket) {
    auto wish = wish_of(ticket->call);
    if (!wish) return ticket->answer(deny(wish.error()));
    if (ticket->call.request.body.size() <= kReadAtOnce)
        return take_facts(std::move(ticket), std::move(*wish));
    work(ticket, [ticket, wish = std::move(*wish)]() -> std::optional<Answer> {
        take_facts(ticket, wish);
        return std::nullopt;
    });
}

// --- reading ------------------------------------------------------------------------------------

struct Known {
    std::int64_t source = 0;
    std::string id, kind;
    Instant at, received;
    std::int64_t sequence = 0;
    promise::Change change = promise::Change::Report;
    std::string fields, personal, sealed;  // JSON; `sealed` as it lies in the log
    store::CustomerId customer = 0;
    std::string_view state = "in_force";
};

std::string fields_json(std::span<const engine::Field> fields) {
    JsonOut out;
    out.open('{');
    for (const auto& field : fields) {
        std::string value;
        wire::append_feel(value, field.value, wire::FeelSpelling::Plain);
        out.key(field.name).raw(value);
    }
    return out.close('}').take();
}

std::vector<Known> facts_of(store::Reading& reading, const store::Stream& stream) {
    std::vector<Known> all;
    reading.entries_of(stream.id, 0, [&](const store::Entry& entry) {
        if (entry.kind != static_cast<std::uint8_t>(engine::EntryKind::Turn)) return true;
        Arena memory;
        const auto turn = engine::read_turn(entry.body, memory);
        if (!turn) throw store::Trouble(turn.error());
        for (const auto& fact : turn->facts)
            all.push_back({.source = fact.source,
                           .id = std::string(fact.id),
                           .kind = std::string(fact.kind),
                           .at = fact.at,
                           .received = entry.recorded_at,
                           .sequence = fact.sequence,
                           .change = fact.change,
                           .fields = fields_json(fact.fields),
                           .personal = {},
                           .sealed = std::string(fact.sealed),
                           .customer = turn->customer});
        return true;
    });
    return all;
}

// Of facts with one id the last received holds (promise/history.h); a fact without id stands alone.
void judge(std::vector<Known>& facts) {
    std::map<std::pair<std::int64_t, std::string_view>, std::vector<Known*>> same;
    for (auto& fact : facts)
        if (!fact.id.empty()) same[{fact.source, fact.id}].push_back(&fact);
    for (auto& [key, all] : same) {
        const bool gone = all.back()->change == promise::Change::Retract;
        for (auto* fact : all)
            if (fact != all.back() || gone) fact->state = gone ? "retracted" : "replaced";
    }
}

std::string_view name_of(promise::Change change) {
    switch (change) {
        case promise::Change::Report: return "report";
        case promise::Change::Correct: return "correct";
        case promise::Change::Retract: return "retract";
    }
    return "report";
}

void write_fact(JsonOut& out, const Known& fact, std::string_view source) {
    out.open('{').member_if("id", fact.id).member("kind", fact.kind);
    out.member("source", source).member("at", fact.at).member("received_at", fact.received);
    if (fact.sequence != 0) out.member("sequence", fact.sequence);
    out.member("change", name_of(fact.change)).member("state", fact.state);
    out.key("fields").raw(fact.fields);
    if (!fact.personal.empty())
        out.key("personal").raw(fact.personal);
    else if (!fact.sealed.empty())
        out.member("sealed", true);
    out.close('}');
}

Answer list_facts(const Call& call) {
    const auto subject = call.request.query_value("subject");
    if (!subject)
        return deny(bad_query("subject",
                              {.code = "missing",
                               .what = {"没有说明哪项业务", "which subject isn't said"},
                               .mend = {"写 ?subject=order/4711", "write ?subject=order/4711"}}));
    const auto wish = page_of(call.request);
    if (!wish) return deny(wish.error());
    const auto reading = call.things.store.read();
    const auto stream = reading->find_stream(call.who.tenant, *subject);
    if (!stream || !is_subject(stream->name) || !may_see(call.who, *stream))
        return deny(no_such({"业务", "subject"}));
    auto facts = facts_of(*reading, *stream);
    judge(facts);
    std::size_t from = 0;
    std::from_chars(wish->after.data(), wish->after.data() + wish->after.size(), from);
    from = std::min(from, facts.size());
    const auto end = std::min(facts.size(), from + static_cast<std::size_t>(wish->limit));
    engine::Keys keys(call.things.keyring);
    std::map<std::int64_t, std::string> sources;
    JsonOut items;
    for (; from < end; ++from) {
        auto& fact = facts[from];
        if (!fact.sealed.empty() && call.who.may.has(Permission::CustomersRead)) {
            auto opened = keys.unseal(*reading, call.who.tenant, fact.customer, stream->name,
                                      fact.id, fact.sealed);
            if (opened) fact.personal = std::move(*opened);  // not of who was erased
        }
        auto& source = sources[fact.source];
        if (source.empty()) source = reading->source_name(call.who.tenant, fact.source);
        write_fact(items, fact, source);
    }
    return page(call, items.text(), end < facts.size() ? std::to_string(end) : "");
}

constexpr Route kRoutes[] = {
    {"POST", "/api/v1/facts", "reportFacts", Permission::FactsWrite, report, kBodyMax},
    {"GET", "/api/v1/facts", "listFacts", Permission::SubjectsRead, list_facts, 0},
};

}  // namespace

std::span<const Route> fact_routes() { return kRoutes; }

}  // namespace yinuo::server
