// Evidence 举证材料: files about a subject, handed in by whoever may claim, read by whoever may see it.
#include <algorithm>

#include "engine/evidence.h"
#include "engine/tenants.h"
#include "server/file_name.h"
#include "server/obligation_out.h"
#include "server/query.h"
#include "server/routes.h"

namespace yinuo::server {
namespace {

Refusal no_subject() { return no_such({"业务", "subject"}); }
Refusal no_file() { return no_such({"材料", "file"}); }

std::optional<store::Stream> seen(const Call& call, store::Reading& rows) {
    const auto name = call.request.query_value("subject").value_or("");
    auto stream = rows.find_stream(call.who.tenant, name);
    if (!stream || !is_subject(stream->name) || !may_see(call.who, *stream)) return std::nullopt;
    return stream;
}

// The parameters, so that nothing else is taken for one.
Answered<void> check_query(const Call& call) {
    Query in(call.request);
    if (!in.text("subject", 200))
        in.flaw("subject", {.code = "missing",
                            .what = {"没有说明是哪项业务", "it isn't said what it is about"},
                            .mend = {"写 ?subject=order/4711", "write ?subject=order/4711"}});
    return in.finish();
}

Answered<std::string> media_of(const http::Request& request) {
    auto type = request.header("content-type").value_or("");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    const auto known = engine::evidence_media_types();
    std::string all;
    for (const auto one : known) (all += all.empty() ? "" : ", ") += one;
    if (std::ranges::find(known, type) == known.end())
        return deny(
            Error{.code = "wrong-media-type",
                  .what = {"这种文件不能作为材料", "a file of this kind isn't taken"},
                  .mend = {"Content-Type 可以是 " + all, "the Content-Type can be " + all}});
    const auto is = engine::media_type_of(request.body);
    // An MP3 may begin like nothing else, and a text like anything.
    if (is != type)
        return deny(Refusal(
            Error{.code = "not-that-kind",
                  .what = {"内容不是 " + std::string(type), "this is no " + std::string(type)},
                  .mend = {is.empty() ? "它不是能收的任何一种：" + all
                                      : "它看来是 " + std::string(is) + "，请照此写 Content-Type",
                           is.empty() ? "it is none of those that are taken: " + all
                                      : "it looks like " + std::string(is) +
                                            ": say that as its Content-Type"}},
            415));
    return std::string(type);
}

void write_evidence(JsonOut& out, const engine::Evidence& evidence) {
    out.open('{').member("id", engine::evidence_text(evidence.position));
    out.member("subject", evidence.subject).member_if("name", evidence.name);
    out.member("media_type", evidence.media_type).member("size", evidence.size);
    out.member("sha256", evidence.sha256).member("by", evidence.by);
    out.member("at", evidence.at).close('}');
}

void add(Ticket ticket) {
    const auto& call = ticket->call;
    if (auto fine = check_query(call); !fine) return ticket->answer(deny(fine.error()));
    const auto stream = seen(call, *call.things.store.read());
    if (!stream) return ticket->answer(deny(no_subject()));
    const auto media = media_of(call.request);
    if (!media) return ticket->answer(deny(media.error()));
    // Hashing and sealing is what takes time; the engine's thread only writes it down.
    work(ticket, [ticket, media = *media]() -> std::optional<Answer> {
        const auto& things = ticket->call.things;
        const auto company = engine::tenant(*things.store.read(), ticket->call.who.tenant);
        auto file = std::make_shared<engine::SealedFile>(engine::seal_file(
            ticket->call.request.body, things.entropy, company ? company->cipher : ""));
        act(ticket, [ticket, media, file](engine::Turns& turns) -> Answer {
            const auto again = seen(ticket->call, turns.rows());
            if (!again) return deny(no_subject());
            const auto made = TRY(engine::add_evidence(
                turns, ticket->call.who.actor, *again, *file, media,
                file_name_in(ticket->call.request.header("content-disposition").value_or(""))));
            turns.audit(ticket->call.who.actor, "evidence.added",
                        engine::evidence_text(made.position));
            JsonOut out;
            write_evidence(out, made);
            return http::Response::json(201, out.take())
                .with("Location", "/api/v1/evidence/" + engine::evidence_text(made.position));
        });
        return std::nullopt;
    });
}

Answer list(const Call& call) {
    if (auto fine = check_query(call); !fine) return deny(fine.error());
    if (const auto wish = page_of(call.request); !wish) return deny(wish.error());
    const auto rows = call.things.store.read();
    const auto stream = seen(call, *rows);
    if (!stream) return page(call, {}, {});
    engine::Keys keys(call.things.keyring);
    JsonOut items;
    for (const auto& one : engine::evidence_of(*rows, &keys, *stream)) write_evidence(items, one);
    return page(call, items.text(), {});
}

void read(Ticket ticket) {
    work(ticket, [ticket]() -> std::optional<Answer> {
        const auto& call = ticket->call;
        const auto rows = call.things.store.read();
        engine::Keys keys(call.things.keyring);
        const auto position = engine::parse_evidence(call.parameter("id"));
        const auto found = position ? engine::find_evidence(*rows, keys, call.who.tenant, *position)
                                    : std::nullopt;
        const auto stream = found ? rows->stream(found->stream) : std::nullopt;
        if (!stream || !may_see(call.who, *stream)) return deny(no_file());
        auto bytes = engine::open_evidence(*rows, keys, call.who.tenant, *found);
        if (!bytes) return deny(std::move(bytes.error()));
        return http::Response{.status = 200,
                              .headers = {{"Content-Type", found->media_type},
                                          {"Content-Disposition", attachment_called(found->name)},
                                          {"X-Content-Type-Options", "nosniff"},
                                          {"Cache-Control", "no-store"}},
                              .body = std::move(*bytes)};
    });
}

constexpr Route kRoutes[] = {
    {"POST", "/api/v1/evidence", "addEvidence", Permission::ClaimsMake, add, engine::kEvidenceBytes,
     true, 5},
    {"GET", "/api/v1/evidence", "listEvidence", Permission::ClaimsRead, list, 0},
    {"GET", "/api/v1/evidence/{id}", "readEvidence", Permission::ClaimsRead, read, 0, false, 5},
};

}  // namespace

std::span<const Route> evidence_routes() { return kRoutes; }

}  // namespace yinuo::server
