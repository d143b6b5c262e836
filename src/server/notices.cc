#include "server/notices.h"

#include <algorithm>

#include "base/arena.h"
#include "base/check.h"
#include "vault/encoding.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kContacts = "contact";
constexpr std::string_view kTold = "told";
constexpr std::string_view kNotices = "notices";
constexpr std::string_view kTemplates = "templates";
constexpr std::string_view kConsents[] = {"unasked", "given", "refused"};

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}

std::int64_t number_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? 0 : found->integer().value_or(0);
}

bool truth_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found != nullptr && found->truth().value_or(false);
}

connect::Consent consent_of(std::string_view word) {
    const auto* found = std::ranges::find(kConsents, word);
    return found == std::end(kConsents) ? connect::Consent::Unasked
                                        : static_cast<connect::Consent>(found - kConsents);
}

// Sorts as the numbers do, and groups by customer.
std::string padded(std::int64_t number) {
    const auto digits = std::to_string(number);
    return std::string(19 - std::min<std::size_t>(19, digits.size()), '0') + digits;
}

// {"sealed":"…"}; what is sealed is one field with JSON in it.
Result<std::string> seal_json(engine::Turns& turns, store::TenantId tenant,
                              store::CustomerId customer, std::string_view collection,
                              std::string_view id, std::string_view json) {
    const wire::ReportedField field{"json", feel::Value::string(json)};
    const auto sealed = TRY(turns.keys().seal(turns.rows(), turns.entropy(), tenant, customer,
                                              "~" + std::string(collection), id, {&field, 1}));
    JsonOut out;
    out.open('{').member("sealed", vault::to_base64(sealed, vault::Base64::Standard)).close('}');
    return out.take();
}

std::optional<std::string> unseal_json(store::Reading& rows, engine::Keys& keys,
                                       store::CustomerId customer,
                                       const store::Document& document) {
    Arena memory;
    const auto outer = wire::parse_json(document.body, memory);
    if (!outer) return std::nullopt;
    const auto sealed = vault::from_base64(text_of(*outer, "sealed"), vault::Base64::Standard);
    if (!sealed) return std::nullopt;
    const auto opened = keys.unseal(rows, document.tenant, customer, "~" + document.collection,
                                    document.id, *sealed);
    if (!opened) return std::nullopt;
    const auto inner = wire::parse_json(*opened, memory);
    if (!inner) return std::nullopt;
    return text_of(*inner, "json");
}

Result<void> put_sealed(engine::Turns& turns, store::TenantId tenant, store::CustomerId customer,
                        std::string_view collection, std::string id, std::string_view json) {
    auto body = TRY(seal_json(turns, tenant, customer, collection, id, json));
    const auto before = turns.rows().document(tenant, collection, id);
    check(turns.rows().put_document({.tenant = tenant,
                                     .collection = std::string(collection),
                                     .id = std::move(id),
                                     .version = before ? before->version + 1 : 1,
                                     .key = {},
                                     .body = std::move(body)}));
    return {};
}

void write_words(JsonOut& out, std::string_view language, const connect::NoticeWords& words) {
    out.key(language).open('{').member("subject", words.subject);
    out.member("body", words.body).close('}');
}

connect::NoticeWords words_of(const wire::Json& json, std::string_view language) {
    const auto* found = json.find(language);
    if (found == nullptr) return {};
    return {text_of(*found, "subject"), text_of(*found, "body")};
}

}  // namespace

void write_contact(JsonOut& out, const Contact& contact) {
    out.open('{').member("name", contact.name).member("email", contact.email);
    out.member("phone", contact.phone).member("language", contact.chinese ? "zh" : "en");
    out.member("zone", contact.zone).key("quiet").open('{');
    out.member("from_minute", contact.quiet.begin).member("until_minute", contact.quiet.end);
    out.close('}').key("consent").open('{');
    out.member("mail", kConsents[static_cast<std::size_t>(contact.mail)]);
    out.member("sms", kConsents[static_cast<std::size_t>(contact.sms)]).close('}');
    out.member("mail_is_bad", contact.mail_is_bad);
    out.member("phone_is_bad", contact.phone_is_bad).close('}');
}

std::optional<Contact> find_contact(store::Reading& rows, engine::Keys& keys,
                                    store::TenantId tenant, store::CustomerId customer) {
    const auto document = rows.document(tenant, kContacts, std::to_string(customer));
    if (!document) return std::nullopt;
    const auto text = unseal_json(rows, keys, customer, *document);
    if (!text) return std::nullopt;
    Arena memory;
    const auto json = wire::parse_json(*text, memory);
    if (!json) return std::nullopt;
    Contact contact{.name = text_of(*json, "name"),
                    .email = text_of(*json, "email"),
                    .phone = text_of(*json, "phone"),
                    .chinese = text_of(*json, "language") != "en",
                    .zone = text_of(*json, "zone"),
                    .mail_is_bad = truth_of(*json, "mail_is_bad"),
                    .phone_is_bad = truth_of(*json, "phone_is_bad")};
    if (const auto* quiet = json->find("quiet"))
        contact.quiet = {static_cast<int>(number_of(*quiet, "from_minute")),
                         static_cast<int>(number_of(*quiet, "until_minute"))};
    if (const auto* consent = json->find("consent")) {
        contact.mail = consent_of(text_of(*consent, "mail"));
        contact.sms = consent_of(text_of(*consent, "sms"));
    }
    return contact;
}

Result<void> put_contact(engine::Turns& turns, store::TenantId tenant, store::CustomerId customer,
                         const Contact& contact) {
    JsonOut out;
    write_contact(out, contact);
    return put_sealed(turns, tenant, customer, kContacts, std::to_string(customer), out.text());
}

bool may_reach(const Contact& contact, std::string_view channel) {
    const auto may = [](connect::Consent consent) {
        return connect::may_use(consent, connect::Basis::Contract);
    };
    if (channel == "mail")
        return !contact.email.empty() && !contact.mail_is_bad && may(contact.mail);
    return channel == "sms" && !contact.phone.empty() && !contact.phone_is_bad && may(contact.sms);
}

Templates notice_templates(store::Reading& rows, store::TenantId tenant) {
    Templates templates;
    const auto document = rows.document(tenant, kNotices, kTemplates);
    if (!document) return templates;
    templates.etag = document->version;
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    const auto* list = json ? json->find("templates") : nullptr;
    if (list == nullptr) return templates;
    for (const auto& one : list->items)
        templates.own.emplace_back(
            text_of(one, "notice"),
            connect::NoticeTemplate{words_of(one, "zh"), words_of(one, "en")});
    return templates;
}

Result<std::int64_t> put_notice_templates(engine::Turns& turns, const engine::Actor& actor,
                                          const Templates& templates) {
    JsonOut out;
    out.open('{').key("templates").open('[');
    for (const auto& [name, words] : templates.own) write_template(out, name, words);
    out.close(']').close('}');
    if (!turns.rows().put_document({.tenant = actor.tenant,
                                    .collection = std::string(kNotices),
                                    .id = std::string(kTemplates),
                                    .version = templates.etag + 1,
                                    .key = {},
                                    .body = out.take()}))
        return refuse({.code = "stale",
                       .what = {"别人已经改过了", "somebody else has changed this since"},
                       .mend = {"重新读取，再改一次", "read it again and repeat the change"}});
    turns.audit(actor, "notices.templates", kTemplates);
    return templates.etag + 1;
}

std::optional<connect::NoticeKind> notice_kind(std::string_view name) {
    for (int i = 0; i < connect::kNoticeKinds; ++i)
        if (const auto kind = static_cast<connect::NoticeKind>(i); connect::name_of(kind) == name)
            return kind;
    return std::nullopt;
}

connect::NoticeTemplate template_of(const Templates& templates, connect::NoticeKind kind) {
    for (const auto& [name, words] : templates.own)
        if (name == connect::name_of(kind)) return words;
    return connect::default_notice(kind);
}

void write_template(JsonOut& out, std::string_view name, const connect::NoticeTemplate& words) {
    out.open('{').member("notice", name);
    write_words(out, "zh", words.zh);
    write_words(out, "en", words.en);
    out.close('}');
}

Result<void> put_told(engine::Turns& turns, store::TenantId tenant, store::CustomerId customer,
                      const Told& told) {
    const auto number = engine::parse_notice(told.id);
    check(number.has_value());
    JsonOut out;
    write_told(out, told);
    return put_sealed(turns, tenant, customer, kTold, padded(customer) + "." + padded(*number),
                      out.text());
}

ToldPage told_of(store::Reading& rows, engine::Keys& keys, store::TenantId tenant,
                 store::CustomerId customer, std::string_view after, int limit) {
    const auto prefix = padded(customer) + ".";
    const auto number = engine::parse_notice(after);
    const auto from = prefix + (number ? padded(*number) : std::string());
    ToldPage page;
    for (const auto& document : rows.documents(tenant, kTold, from, limit + 1)) {
        if (!document.id.starts_with(prefix)) break;
        if (std::ssize(page.told) == limit) {
            page.next = page.told.back().id;
            break;
        }
        const auto text = unseal_json(rows, keys, customer, document);
        Arena memory;
        const auto json = text ? wire::parse_json(*text, memory) : refuse(Error{});
        if (!json) continue;
        page.told.push_back({.id = text_of(*json, "id"),
                             .notice = text_of(*json, "notice"),
                             .channel = text_of(*json, "channel"),
                             .at = parse_instant(text_of(*json, "at")).value_or(Instant{}),
                             .subject = text_of(*json, "subject"),
                             .text = text_of(*json, "text")});
    }
    return page;
}

void write_told(JsonOut& out, const Told& told) {
    out.open('{').member("id", told.id).member("notice", told.notice);
    out.member("channel", told.channel).member("at", told.at);
    out.member("subject", told.subject).member("text", told.text).close('}');
}

}  // namespace yinuo::server
