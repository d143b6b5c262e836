#include "server/claim_desk.h"

#include <algorithm>

#include "engine/evidence.h"
#include "server/people_out.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kFieldsMost = 40;
constexpr std::string_view kOurs[] = {"by", "by_id", "reason", "evidence", "words"};

void append_json(std::string& out, const wire::Json& json) {
    using Kind = wire::Json::Kind;
    const char* between = "";
    switch (json.kind) {
        case Kind::Null: out += "null"; return;
        case Kind::Boolean: out += json.boolean ? "true" : "false"; return;
        case Kind::Number: out += json.text; return;
        case Kind::String: append_json_string(out, json.text); return;
        case Kind::Array:
            out += '[';
            for (const auto& item : json.items) {
                out += between;
                append_json(out, item);
                between = ",";
            }
            out += ']';
            return;
        case Kind::Object:
            out += '{';
            for (const auto& [key, value] : json.members) {
                out += between;
                append_json_string(out, key);
                out += ':';
                append_json(out, value);
                between = ",";
            }
            out += '}';
            return;
    }
}

}  // namespace

Refusal no_obligation() { return no_such({"履约单", "obligation"}); }

void may_fields(Members& in, std::map<std::string, std::string>& into) {
    const auto* fields = in.take("fields");
    if (fields == nullptr) return;
    if (!fields->is_object() || fields->members.size() > kFieldsMost)
        return in.flaw("fields", {.code = "wrong-type",
                                  .what = {"fields 应是最多 40 项的对象",
                                           "\"fields\" is an object of at most 40 members"},
                                  .mend = {"例如 {\"boarded\":true}", "like {\"boarded\":true}"}});
    for (const auto& [name, value] : fields->members) {
        if (std::ranges::find(kOurs, name) != std::end(kOurs)) {
            in.flaw("fields/" + std::string(name),
                    {.code = "not-yours",
                     .what = {"这一项由系统填写", "this one is filled in by itself"},
                     .mend = {"去掉它", "leave it out"}});
            continue;
        }
        append_json(into[std::string(name)], value);
    }
}

void may_files(Members& in, std::vector<std::string>& into) {
    in.may("evidence", into, {.most = engine::kEvidenceMost}, {.least = 1, .most = 40});
}

Answered<std::vector<std::string>> hashes_of(store::Reading& rows, const Session& who,
                                             std::string_view subject,
                                             const std::vector<std::string>& ids) {
    std::vector<std::string> hashes;
    if (ids.empty()) return hashes;
    const auto stream = rows.find_stream(who.tenant, subject);
    const auto all =
        stream ? engine::evidence_of(rows, nullptr, *stream) : std::vector<engine::Evidence>();
    std::vector<http::Flaw> flaws;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto position = engine::parse_evidence(ids[i]).value_or(0);
        const auto found = std::ranges::find(all, position, &engine::Evidence::position);
        if (found != all.end())
            hashes.push_back(found->sha256);
        else
            flaws.push_back({.error = {.code = "unknown-file",
                                       .what = {"这项业务没有这份材料",
                                                "there is no such file about this subject"},
                                       .mend = {"先用 POST /api/v1/evidence 上传",
                                                "hand it in first: POST /api/v1/evidence"}},
                             .pointer = "/evidence/" + std::to_string(i)});
    }
    if (!flaws.empty()) return deny(body_refusal(std::move(flaws)));
    return hashes;
}

std::optional<std::vector<store::ObligationId>> own_obligations(
    store::Reading& rows, const Session& who, store::ObligationId after,
    const std::function<bool(const store::ObligationRow&)>& is) {
    if (who.role != Role::Customer) return std::nullopt;
    std::vector<store::ObligationId> ids;
    for (const auto& stream : rows.streams_of_customer(who.customer)) {
        if (!may_see(who, stream)) continue;
        for (const auto& row : rows.obligations_of(stream.id))
            if (row.id > after && is(row)) ids.push_back(row.id);
    }
    std::ranges::sort(ids);
    return ids;
}

Answer obligation_answer(const Call&, store::Reading& rows, Matter& matter,
                         const engine::Shelf& shelf) {
    JsonOut out;
    write_obligation(out, matter.seen().row, matter.seen().stream.name, shelf,
                     [&](JsonOut& more) { write_people(more, matter, rows); });
    return ok(out, matter.seen().row.position);
}

bool is_there(const Ticket& ticket, std::string_view obligation) {
    const auto rows = ticket->call.things.store.read();
    if (find_obligation(*rows, ticket->call.who, obligation)) return true;
    ticket->answer(deny(no_obligation()));
    return false;
}

void act_on(Ticket ticket, std::string obligation, MakeActs make, AnswerActs answer) {
    act(ticket,
        [ticket, obligation = std::move(obligation), make = std::move(make),
         answer = std::move(answer)](engine::Turns& turns) -> Answer {
            const auto& call = ticket->call;
            const auto seen = find_obligation(turns.rows(), call.who, obligation);
            if (!seen) return deny(no_obligation());
            {
                Matter matter(turns.rows(), turns.shelf(), *seen, turns.now());
                const auto wishes = TRY(make(turns, matter));
                if (!wishes.empty())
                    if (auto done = take_acts(turns, matter, call.who, wishes); !done)
                        return deny(std::move(done.error()));
            }
            const auto stands = find_obligation(turns.rows(), call.who, obligation);
            if (!stands) return deny(no_obligation());
            Matter matter(turns.rows(), turns.shelf(), *stands, turns.now());
            if (answer) return answer(turns, matter);
            return obligation_answer(call, turns.rows(), matter, turns.shelf());
        });
}

}  // namespace yinuo::server
