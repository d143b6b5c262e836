#include "server/house_promises.h"

#include <algorithm>

#include "base/arena.h"
#include "engine/customers.h"
#include "server/own_facts.h"
#include "vault/encoding.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kBase32 = "0123456789abcdefghjkmnpqrstvwxyz";  // Crockford's
constexpr int kIdLetters = 10;  // 50 bits of milliseconds: for 35,000 years

std::string in_base32(std::int64_t number) {
    std::string text(kIdLetters, '0');
    for (std::size_t i = text.size(); i-- > 0; number >>= 5)
        text[i] = kBase32[static_cast<std::size_t>(number & 31)];
    return text;
}

// The value of a key of the head; the text is ours, so a line of its own has it.
void replace_value(std::string& text, std::string_view key, std::string_view value) {
    const std::string begin = "\n" + std::string(key) + ": ";
    const auto at = text.find(begin);
    if (at == std::string::npos || value.empty()) return;
    const auto from = at + begin.size();
    text.replace(from, text.find('\n', from) - from, value);
}

}  // namespace

std::optional<std::string_view> house_promise_text(std::string_view name) {
    for (const auto& [known, text] : house_promise_texts())
        if (known == name) return text;
    return std::nullopt;
}

std::string house_promise_text(std::string_view text, const HouseWish& wish) {
    std::string made(text);
    replace_value(made, "version", std::to_string(wish.version));
    replace_value(made, "zone", wish.zone);
    replace_value(made, "owner", wish.owner);
    return made;
}

Result<void> need_house_promise(const engine::Shelf& shelf, store::TenantId tenant,
                                std::string_view name, Instant now) {
    for (const auto* version : shelf.about(tenant, std::string(name) + "/")) {
        const auto& promise = *version->promise;
        if (promise.id == name && promise.effective_from <= now && now < promise.effective_until)
            return {};
    }
    const std::string word(name);
    return refuse(
        {.code = "no-house-promise",
         .what = {"还没有发布承诺「" + word + "」，说了也没人盯",
                  "no promise \"" + word + "\" is published, so nothing would watch this"},
         .mend = {"先 POST /api/v1/house-promises/" + word + "/draft 起草，再检查、批准、发布",
                  "POST /api/v1/house-promises/" + word +
                      "/draft, then check, approve and publish it"}});
}

std::string fresh_id(store::Reading& rows, store::TenantId tenant, std::string_view collection,
                     Instant now) {
    auto id = in_base32(now.millis);
    for (std::int64_t millis = now.millis; rows.document(tenant, collection, id);)
        id = in_base32(++millis);
    return id;
}

Result<void> report_own(engine::Turns& turns, store::TenantId tenant, const OwnFact& fact,
                        Instant at) {
    JsonOut out;
    out.open('[').open('{').member("id", fact.id).member("kind", fact.kind);
    out.member("subject", fact.subject).member("at", at).member_if("customer", fact.customer);
    out.key("fields").raw("{" + fact.fields + "}");
    out.key("personal").raw("{" + fact.personal + "}").close('}').close(']');
    return report_own(turns, tenant, out.text());
}

std::string inner(const JsonOut& out) { return out.text().substr(1, out.text().size() - 2); }

Result<std::string> seal_text(engine::Turns& turns, store::TenantId tenant,
                              store::CustomerId customer, std::string_view collection,
                              std::string_view id, std::string_view text) {
    const wire::ReportedField field{"text", feel::Value::string(text)};
    const auto sealed = TRY(turns.keys().seal(turns.rows(), turns.entropy(), tenant, customer,
                                              "~" + std::string(collection), id, {&field, 1}));
    return vault::to_base64(sealed, vault::Base64::Standard);
}

std::optional<std::string> open_text(store::Reading& rows, engine::Keys& keys,
                                     store::TenantId tenant, store::CustomerId customer,
                                     std::string_view collection, std::string_view id,
                                     std::string_view sealed) {
    const auto bytes = vault::from_base64(sealed, vault::Base64::Standard);
    if (!bytes) return std::nullopt;
    const auto opened =
        keys.unseal(rows, tenant, customer, "~" + std::string(collection), id, *bytes);
    if (!opened) return std::nullopt;
    Arena memory;
    const auto json = wire::parse_json(*opened, memory);
    const auto* text = json ? json->find("text") : nullptr;
    if (text == nullptr) return std::nullopt;
    return std::string(text->text);
}

std::string handle_of(store::Reading& rows, store::CustomerId id) {
    const auto customer = id == 0 ? std::nullopt : rows.customer(id);
    return customer ? customer->handle : std::string();
}

}  // namespace yinuo::server
