#include "server/fact_intake.h"

#include "server/body.h"
#include "server/obligation_out.h"
#include "server/shelf_desk.h"
#include "server/workers.h"

namespace yinuo::server {
namespace {

using Outcome = engine::Acknowledgement::Outcome;

struct Intake {
    Ticket ticket;
    IntakeWish wish;
    std::string_view rest;    // of the body
    std::uint32_t lines = 0;  // before `rest`
    std::size_t index = 0;    // of the next fact
    std::int64_t accepted = 0, duplicate = 0, refused = 0;
    JsonOut items = {};
    std::vector<wire::ReadFact> read = {};    // the part in hand
    std::shared_ptr<Arena> memory = nullptr;  // of its texts
};
using Shared = std::shared_ptr<Intake>;

std::string_view name_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::Accepted: return "accepted";
        case Outcome::Duplicate: return "duplicate";
        case Outcome::Refused: return "refused";
    }
    return "refused";
}

// What contradicts facts that are there already is a conflict, not a slip of the pen.
int status_of_refused(const Error& error) {
    return error.code == "bad-subject" ? 422 : error.code == "erased" ? 410 : 409;
}

void write_error(JsonOut& out, std::string_view pointer, const Error& error, bool chinese) {
    out.open('{');
    if (!pointer.empty()) out.member("pointer", pointer);
    out.member("code", error.code).member("detail", error.what.in(chinese));
    out.member_if("mend", error.mend.in(chinese)).close('}');
}

// The lines that go in next.
std::string_view next_part(std::string_view& rest) {
    std::size_t end = 0;
    for (std::size_t lines = 0; lines < kFactsAtOnce && end < rest.size(); ++lines) {
        const auto feed = rest.find('\n', end);
        end = feed == std::string_view::npos ? rest.size() : feed + 1;
    }
    const auto part = rest.substr(0, end);
    rest.remove_prefix(end);
    return part;
}

void write_item(Intake& in, const wire::ReadFact& read, const engine::Acknowledgement* said) {
    const bool chinese = in.ticket->call.chinese;
    const auto outcome = said == nullptr ? Outcome::Refused : said->outcome;
    auto& out = in.items;
    out.open('{').member("index", in.index++);
    if (read.line != 0) out.member("line", read.line + in.lines);
    out.member("outcome", name_of(outcome));
    if (said != nullptr && said->position != 0) out.member("position", said->position);
    if (read.errors.empty()) out.member("subject", read.fact.subject);
    if (outcome == Outcome::Refused) {
        out.key("errors").open('[');
        for (const auto& error : read.errors) write_error(out, error.pointer, error.error, chinese);
        if (said != nullptr && said->error) write_error(out, {}, *said->error, chinese);
        out.close(']');
    }
    out.close('}');
    ++(outcome == Outcome::Accepted    ? in.accepted
       : outcome == Outcome::Duplicate ? in.duplicate
                                       : in.refused);
}

http::Response answer_list(Intake& in) {
    JsonOut out;
    out.open('{').member("accepted", in.accepted).member("duplicate", in.duplicate);
    out.member("refused", in.refused).key("items").open('[');
    if (!in.items.text().empty()) out.raw(in.items.text());
    return http::Response::json(200, out.close(']').close('}').take());
}

Answer answer_one(const Intake& in, const engine::Acknowledgement& said) {
    if (said.error) return deny(Refusal(*said.error, status_of_refused(*said.error)));
    const auto& things = in.ticket->call.things;
    JsonOut out;
    out.open('{').member("outcome", name_of(said.outcome)).member("position", said.position);
    out.member("subject", in.read.front().fact.subject);
    if (in.wish.obligations) {
        const auto items = things.shelves.use(in.ticket->call.who.tenant, [&](const auto& shelf) {
            const auto reading = things.store.read();
            return obligations_json(*reading, reading->obligations_of(said.stream), shelf);
        });
        out.key("obligations").open('[');
        if (!items.empty()) out.raw(items);
        out.close(']');
    }
    return http::Response::json(said.outcome == Outcome::Accepted ? 201 : 200,
                                out.close('}').take());
}

Refusal refuse_one(const wire::ReadFact& read) {
    std::vector<http::Flaw> flaws;
    for (const auto& error : read.errors)
        flaws.push_back({.error = error.error, .pointer = error.pointer});
    return body_refusal(std::move(flaws));
}

void take_part(const Shared& in);

void told(const Shared& in, std::vector<engine::Acknowledgement> said) {
    if (in->wish.one) {
        const auto& one = said.front();
        // Reading what is owed would keep the engine's thread from its work.
        if (in->wish.obligations && one.outcome != Outcome::Refused)
            return work(in->ticket, [in, one] { return std::optional(answer_one(*in, one)); });
        return in->ticket->answer(answer_one(*in, one));
    }
    auto next = said.begin();
    for (const auto& read : in->read)
        write_item(*in, read, read.errors.empty() ? &*next++ : nullptr);
    if (in->rest.empty()) return in->ticket->answer(answer_list(*in));
    in->lines += kFactsAtOnce;
    work(in->ticket, [in]() -> std::optional<Answer> {
        take_part(in);
        return std::nullopt;
    });
}

// Reads the next part and reports it; when it is acknowledged, told() goes on.
void take_part(const Shared& in) {
    auto& call = in->ticket->call;
    const bool in_lines = in->wish.format == wire::FactFormat::Lines;
    const auto part = in_lines ? next_part(in->rest) : std::exchange(in->rest, {});
    in->memory = std::make_shared<Arena>();
    auto read =
        wire::read_fact_list(part, in->wish.format,
                             {.facts_max = kFactsAtOnce, .zones = &call.things.zones}, *in->memory);
    if (!read) return in->ticket->answer(deny(read.error()));
    in->read = std::move(*read);
    if (in->wish.one && !in->read.front().errors.empty())
        return in->ticket->answer(deny(refuse_one(in->read.front())));
    engine::Report report{
        .tenant = call.who.tenant, .source = in->wish.source, .memory = in->memory, .facts = {}};
    for (const auto& one : in->read)
        if (one.errors.empty()) report.facts.push_back(one.fact);
    call.things.engine.report(
        std::move(report), [in](Result<std::vector<engine::Acknowledgement>> said) {
            if (!said) {
                const bool busy = said.error().code == "busy";
                return in->ticket->answer(deny(busy ? Refusal(said.error()) : unavailable()));
            }
            told(in, std::move(*said));
        });
}

}  // namespace

void take_facts(Ticket ticket, IntakeWish wish) {
    const std::string_view body = ticket->call.request.body;
    take_part(std::make_shared<Intake>(
        Intake{.ticket = std::move(ticket), .wish = std::move(wish), .rest = body}));
}

}  // namespace yinuo::server
