// Witnesses of the transparency log: whom a company trusts, and what they signed.
#include <algorithm>

#include "engine/tenants.h"
#include "server/body.h"
#include "server/routes.h"
#include "server/witnesses.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kNoteMax = 32 * 1024;
constexpr std::size_t kKeyMax = 400;  // a vkey: a name of at most 255 bytes, an id, 33 bytes

struct WitnessesWish {
    std::vector<tlog::VerifierKey> keys;
};

void describe(Members& in, WitnessesWish& into) {
    std::vector<std::string> texts;
    in.need("witnesses", texts, {.least = 0, .most = kWitnessesMax}, {.least = 1, .most = kKeyMax});
    for (const auto& text : texts) {
        auto key = tlog::VerifierKey::parse(text);
        if (!key) {
            in.flaw("witnesses", key.error());
        } else if (key->type() != tlog::KeyType::Cosignature) {
            in.flaw("witnesses", {.code = "no-witness-key",
                                  .what = {"“" + key->name() + "”的密钥不是见证用的",
                                           "the key of \"" + key->name() + "\" isn't a witness's"},
                                  .mend = {"要 cosignature/v1 类型（0x04）的公钥",
                                           "it must be of the type cosignature/v1 (0x04)"}});
        } else if (std::ranges::find(into.keys, *key) != into.keys.end()) {
            in.flaw("witnesses", {.code = "twice",
                                  .what = {"“" + key->name() + "”写了两次",
                                           "\"" + key->name() + "\" is there twice"},
                                  .mend = {"去掉一个", "take one away"}});
        } else {
            into.keys.push_back(std::move(*key));
        }
    }
}

http::Response witnesses_answer(std::span<const tlog::VerifierKey> keys, std::int64_t etag) {
    std::vector<std::string> texts;
    for (const auto& key : keys) texts.push_back(key.to_text());
    JsonOut out;
    out.open('{').list("witnesses", texts).close('}');
    return ok(out, etag);
}

Answer read_witnesses(const Call& call) {
    const auto trusted = trusted_witnesses(*call.things.store.read(), call.who.tenant);
    return witnesses_answer(trusted.keys, trusted.etag);
}

void change_witnesses(Ticket ticket) {
    auto given = read_body<WitnessesWish>(ticket->call.request);
    if (!given) return ticket->answer(deny(given.error()));
    const auto etag = etag_of(ticket->call.request);
    if (!etag) return ticket->answer(deny(etag.error()));
    act(ticket, [ticket, etag = *etag, given = std::move(*given)](engine::Turns& turns) -> Answer {
        const auto fresh = TRY(trust_witnesses(turns, ticket->call.who.actor, given.keys, etag));
        return witnesses_answer(given.keys, fresh);
    });
}

bool is_text(const http::Request& request) {
    auto type = request.header("content-type").value_or("");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    return type == "text/plain";
}

void take(Ticket ticket) {
    if (!is_text(ticket->call.request))
        return ticket->answer(
            deny(Error{.code = "wrong-media-type",
                       .what = {"联署的检查点是文本", "a cosigned checkpoint is a text"},
                       .mend = {"Content-Type 写 text/plain", "the Content-Type is text/plain"}}));
    act(ticket, [ticket](engine::Turns& turns) -> Answer {
        const auto& call = ticket->call;
        const auto made = TRY(take_cosigned(turns, call.who.actor, call.request.body));
        JsonOut out;
        out.open('{').member("size", static_cast<std::int64_t>(made.size));
        out.key("cosigned").open('[');
        for (const auto& one : made.by)
            out.open('{')
                .member("witness", one.witness)
                .member("at", Instant{static_cast<std::int64_t>(one.seconds) * 1000})
                .close('}');
        out.close(']').close('}');
        return http::Response::json(200, out.take());
    });
}

Answer read_cosigned(const Call& call) {
    const auto reading = call.things.store.read();
    const auto tenant = engine::find_tenant(*reading, call.parameter("tenant"));
    auto note = tenant ? cosigned_note(*reading, tenant->id) : "";
    if (note.empty()) return deny(no_such({"联署的检查点", "cosigned checkpoint"}));
    return http::Response{.status = 200,
                          .headers = {{"Content-Type", "text/plain; charset=utf-8"},
                                      {"Cache-Control", "public, max-age=5"},
                                      {"Access-Control-Allow-Origin", "*"}},
                          .body = std::move(note)};
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/witnesses", "readWitnesses", Permission::SettingsRead, read_witnesses, 0},
    {"PUT", "/api/v1/witnesses", "changeWitnesses", Permission::SettingsWrite, change_witnesses,
     16 * 1024},
    {"POST", "/api/v1/cosignatures", "takeCosignatures", Permission::LogCosign, take, kNoteMax},
    {"GET", "/log/{tenant}/cosigned", "readCosigned", Permission::Public, read_cosigned, 0, false,
     0.1},
};

}  // namespace

std::span<const Route> witness_routes() { return kRoutes; }

}  // namespace yinuo::server
