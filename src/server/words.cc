#include "server/words.h"

#include <algorithm>

#include "base/arena.h"
#include "base/check.h"
#include "server/house_promises.h"
#include "tlog/hash.h"
#include "vault/encoding.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kAuthority = "authority";  // a document of the collection "words"
constexpr std::string_view kSettings = "words";
constexpr std::string_view kStates[] = {"proposed", "given", "refused"};

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}

std::int64_t number_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? 0 : found->integer().value_or(0);
}

std::string to_json(const Word& word) {
    JsonOut out;
    out.open('{').member("state", kStates[static_cast<std::size_t>(word.state)]);
    out.member("customer", word.customer).member("about", word.about);
    out.member("owner", word.owner).member("by", word.by);
    out.member("until", word.until.millis).member("made_at", word.made_at.millis);
    out.member("needs", word.needs).member("decided_by", word.decided_by);
    if (word.decided_at < Instant::max()) out.member("decided_at", word.decided_at.millis);
    out.member("reason", word.reason).member("text_hash", word.text_hash);
    return out.member("sealed", word.sealed).close('}').take();
}

const std::vector<AuthorityRow>& usual_rows() {
    static const std::vector<AuthorityRow> kRows = {
        {.role = "agent", .longest_hours = 72, .needs = "manager", .kinds = {}},
        {.role = "second_line", .longest_hours = 72, .needs = "manager", .kinds = {}},
        {.role = "key", .longest_hours = 72, .needs = "manager", .kinds = {}},
        {.role = "manager", .longest_hours = 24 * 30, .needs = "owner", .kinds = {}},
        {.role = "owner", .longest_hours = 24 * 366, .needs = {}, .kinds = {}},
    };
    return kRows;
}

}  // namespace

std::string hash_of(const WordText& said) {
    return vault::to_hex(tlog::sha256(said.salt + said.text).view());
}

std::string sealed_form(const WordText& said) {
    JsonOut out;
    return out.open('{').member("salt", said.salt).member("text", said.text).close('}').take();
}

std::optional<WordText> text_of(store::Reading& rows, engine::Keys& keys, store::TenantId tenant,
                                const Word& word) {
    const auto opened = open_text(rows, keys, tenant, word.customer, kWords, word.id, word.sealed);
    if (!opened) return std::nullopt;
    Arena memory;
    const auto json = wire::parse_json(*opened, memory);
    if (!json) return std::nullopt;
    return WordText{.text = text_of(*json, "text"), .salt = text_of(*json, "salt")};
}

std::optional<Word> read_word(const store::Document& document) {
    Arena memory;
    const auto json = wire::parse_json(document.body, memory);
    if (!json) return std::nullopt;
    const auto* state = std::ranges::find(kStates, text_of(*json, "state"));
    if (state == std::end(kStates)) return std::nullopt;
    Word word{.id = document.id,
              .state = static_cast<WordState>(state - kStates),
              .customer = number_of(*json, "customer"),
              .about = text_of(*json, "about"),
              .owner = text_of(*json, "owner"),
              .by = text_of(*json, "by"),
              .until = {number_of(*json, "until")},
              .made_at = {number_of(*json, "made_at")},
              .needs = text_of(*json, "needs"),
              .decided_by = text_of(*json, "decided_by"),
              .reason = text_of(*json, "reason"),
              .text_hash = text_of(*json, "text_hash"),
              .sealed = text_of(*json, "sealed"),
              .etag = document.version};
    if (json->find("decided_at") != nullptr) word.decided_at = {number_of(*json, "decided_at")};
    return word;
}

std::optional<Word> find_word(store::Reading& rows, store::TenantId tenant, std::string_view id) {
    const auto document = rows.document(tenant, kWords, id);
    return document ? read_word(*document) : std::nullopt;
}

void put_word(engine::Turns& turns, store::TenantId tenant, Word& word) {
    ++word.etag;
    check(turns.rows().put_document({.tenant = tenant,
                                     .collection = std::string(kWords),
                                     .id = word.id,
                                     .version = word.etag,
                                     .key = {},
                                     .body = to_json(word)}));
}

Result<void> give_word(engine::Turns& turns, store::TenantId tenant, const Word& word,
                       const WordText& said, std::string_view agreed_by) {
    JsonOut fields, personal;
    fields.open('{').member("until", word.until).member("owner", word.owner);
    fields.member("by", word.by).member("text_hash", word.text_hash);
    fields.member_if("about", word.about).member_if("agreed_by", agreed_by).close('}');
    personal.open('{').member("text", said.text).member("salt", said.salt).close('}');
    return report_own(turns, tenant,
                      {.id = word.subject(),
                       .kind = "word.given",
                       .subject = word.subject(),
                       .customer = handle_of(turns.rows(), word.customer),
                       .fields = inner(fields),
                       .personal = inner(personal)},
                      turns.now());
}

Authority authority_of(store::Reading& rows, store::TenantId tenant) {
    Authority authority;
    const auto document = rows.document(tenant, kSettings, kAuthority);
    if (!document) return {.rows = usual_rows(), .etag = 0};
    authority.etag = document->version;
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    const auto* rows_of = json ? json->find("rows") : nullptr;
    if (rows_of == nullptr) return authority;
    for (const auto& one : rows_of->items) {
        AuthorityRow row{.role = text_of(one, "role"),
                         .longest_hours = number_of(one, "longest_hours"),
                         .needs = text_of(one, "needs"),
                         .kinds = {}};
        if (const auto* kinds = one.find("kinds"))
            for (const auto& kind : kinds->items) row.kinds.emplace_back(kind.text);
        authority.rows.push_back(std::move(row));
    }
    return authority;
}

Result<std::int64_t> put_authority(engine::Turns& turns, const engine::Actor& actor,
                                   const Authority& authority) {
    JsonOut out;
    out.open('{').key("rows").open('[');
    for (const auto& row : authority.rows) {
        out.open('{').member("role", row.role).member("longest_hours", row.longest_hours);
        out.member("needs", row.needs).list("kinds", row.kinds).close('}');
    }
    out.close(']').close('}');
    if (!turns.rows().put_document({.tenant = actor.tenant,
                                    .collection = std::string(kSettings),
                                    .id = std::string(kAuthority),
                                    .version = authority.etag + 1,
                                    .key = {},
                                    .body = out.take()}))
        return refuse({.code = "stale",
                       .what = {"别人刚改过口头承诺的权限",
                                "somebody else changed the authority for words meanwhile"},
                       .mend = {"重新读取后再改", "read it again, then change it"}});
    turns.audit(actor, "words.authority", kAuthority);
    return authority.etag + 1;
}

Result<std::string> needed_for(const Authority& authority, Role role, std::string_view about,
                               Millis ahead) {
    const auto kind = engine::kind_of_subject(about);
    const auto row = std::ranges::find_if(authority.rows, [&](const AuthorityRow& one) {
        return one.role == name_of(role) &&
               (one.kinds.empty() || std::ranges::find(one.kinds, kind) != one.kinds.end());
    });
    if (row == authority.rows.end())
        return refuse({.code = "no-authority",
                       .what = {"您的角色没有权限作这样的口头承诺",
                                "your role may not give a word about this"},
                       .mend = {"请有权限的同事来说；权限见 GET /api/v1/words/authority",
                                "let a colleague who may say it; GET /api/v1/words/authority"}});
    if (ahead <= hours(row->longest_hours)) return std::string();
    if (!row->needs.empty()) return row->needs;
    const auto most = std::to_string(row->longest_hours);
    return refuse({.code = "no-authority",
                   .what = {"最远只能说到 " + most + " 小时之内",
                            "a word may be given for at most " + most + " hours ahead"},
                   .mend = {"说一个近一些的时刻", "name a nearer instant"}});
}

bool may_agree(Role who, std::string_view needed) {
    return who == Role::Owner || name_of(who) == needed;
}

}  // namespace yinuo::server
