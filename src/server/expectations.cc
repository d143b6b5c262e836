#include "server/expectations.h"

#include <algorithm>

#include "base/arena.h"
#include "base/check.h"
#include "tlog/hash.h"
#include "vault/encoding.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kStates[] = {"draft", "signed", "declined", "withdrawn"};

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}

std::int64_t number_of(const wire::Json& json, std::string_view name, std::int64_t otherwise = 0) {
    const auto* found = json.find(name);
    return found == nullptr ? otherwise : found->integer().value_or(otherwise);
}

}  // namespace

std::string_view name_of(ListState state) { return kStates[static_cast<std::size_t>(state)]; }

Text describe(ListState state) {
    switch (state) {
        case ListState::Draft: return {"待签署", "to be signed"};
        case ListState::Signed: return {"已签署", "signed"};
        case ListState::Declined: return {"客户不签", "declined"};
        case ListState::Withdrawn: return {"已撤回", "withdrawn"};
    }
    check(false);
}

std::string sha256_hex(std::string_view text) { return vault::to_hex(tlog::sha256(text).view()); }

std::optional<Expectation> read_expectation(const store::Document& document) {
    Arena memory;
    const auto json = wire::parse_json(document.body, memory);
    if (!json) return std::nullopt;
    const auto* state = std::ranges::find(kStates, text_of(*json, "state"));
    if (state == std::end(kStates)) return std::nullopt;
    Expectation list{.id = document.id,
                     .state = static_cast<ListState>(state - kStates),
                     .customer = number_of(*json, "customer"),
                     .about = text_of(*json, "about"),
                     .made_by = text_of(*json, "made_by"),
                     .made_at = {number_of(*json, "made_at")},
                     .sha256 = text_of(*json, "sha256"),
                     .sealed = text_of(*json, "sealed"),
                     .ended_by = text_of(*json, "ended_by"),
                     .signature = text_of(*json, "signature"),
                     .position = number_of(*json, "position"),
                     .leaf = number_of(*json, "leaf"),
                     .etag = document.version};
    list.ended_at = {number_of(*json, "ended_at", Instant::max().millis)};
    if (const auto* code = json->find("code"))
        list.code = {.hash = text_of(*code, "hash"),
                     .until = {number_of(*code, "until")},
                     .tries = number_of(*code, "tries"),
                     .sent = number_of(*code, "sent"),
                     .window = {number_of(*code, "window")},
                     .sent_at = {number_of(*code, "sent_at")}};
    return list;
}

std::optional<Expectation> find_expectation(store::Reading& rows, store::TenantId tenant,
                                            std::string_view id) {
    const auto document = rows.document(tenant, kExpectations, id);
    return document ? read_expectation(*document) : std::nullopt;
}

void put_expectation(engine::Turns& turns, store::TenantId tenant, Expectation& list) {
    JsonOut out;
    out.open('{').member("state", name_of(list.state)).member("customer", list.customer);
    out.member("about", list.about).member("made_by", list.made_by);
    out.member("made_at", list.made_at.millis).member("sha256", list.sha256);
    out.member("sealed", list.sealed).key("code").open('{');
    out.member("hash", list.code.hash).member("until", list.code.until.millis);
    out.member("tries", list.code.tries).member("sent", list.code.sent);
    out.member("window", list.code.window.millis).member("sent_at", list.code.sent_at.millis);
    out.close('}');
    if (list.ended_at < Instant::max()) out.member("ended_at", list.ended_at.millis);
    out.member("ended_by", list.ended_by).member("signature", list.signature);
    out.member("position", list.position).member("leaf", list.leaf).close('}');
    ++list.etag;
    check(turns.rows().put_document({.tenant = tenant,
                                     .collection = std::string(kExpectations),
                                     .id = list.id,
                                     .version = list.etag,
                                     .key = {},
                                     .body = out.take()}));
}

std::vector<std::string> items_of(std::string_view list) {
    std::vector<std::string> names;
    Arena memory;
    const auto json = wire::parse_json(list, memory);
    const auto* items = json ? json->find("items") : nullptr;
    if (items == nullptr) return names;
    for (const auto& item : items->items) names.push_back(text_of(item, "item"));
    return names;
}

}  // namespace yinuo::server
