#include "engine/receipt_extra.h"

#include "engine/canonical_json.h"
#include "engine/json_members.h"
#include "engine/publication_json.h"
#include "tlog/base64.h"
#include "wire/feel_json.h"

namespace yinuo::engine {
namespace {

const Text kWhat{"凭证", "the receipt"};
constexpr std::size_t kSaltSize = 32;

Result<promise::Fact> read_fact(const wire::Json& json, Names& names, Zones& zones, Arena& memory) {
    Members in(json, {"凭证里的一条业务记录", "a fact of the receipt"});
    promise::Fact fact;
    fact.at = in.instant("at");
    fact.received_at = in.instant("received");
    fact.kind = names.intern(in.text("kind"));
    fact.sequence = in.number("sequence");
    fact.subject = memory.copy(in.text("subject"));
    if (in.has("id")) fact.id = memory.copy(in.text("id"));
    const auto& fields = in.object("fields").members;
    auto bindings = memory.array<feel::Binding>(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i)
        new (&bindings[i]) feel::Binding{
            names.intern(fields[i].key),
            wire::to_feel(fields[i].value, wire::FeelSpelling::Typed, &zones, memory)};
    fact.fields = bindings;
    if (auto read = in.finish(); !read) return refuse(read.error());
    if (fact.at == Instant::max() || fact.received_at == Instant::max())
        return refuse(
            {.code = "unreadable",
             .what = {"凭证里的一条业务记录没有时刻", "a fact of the receipt has no instant"}});
    return fact;
}

}  // namespace

std::string ReceiptExtra::to_json() const {
    std::string out;
    CanonicalObject whole(out);
    whole.text("content", content);
    if (facts) {
        whole.member("facts") += '[';
        for (std::size_t i = 0; i < facts->size(); ++i) {
            if (i != 0) out += ',';
            out += (*facts)[i];
        }
        out += ']';
    }
    CanonicalObject in_force(whole.member("in_force"));
    if (in_force_from != Instant::min()) in_force.instant("from", in_force_from);
    in_force.instant("until", in_force_until);
    in_force.close();
    whole.text("log_key", log_key);
    whole.instant("now", now);
    CanonicalObject promise(whole.member("promise"));
    promise.member("calendars") += calendars_json(publication);
    promise.text("text", publication.text);
    promise.close();
    whole.text("salt", tlog::to_base64(salt));
    whole.number("v", 1);
    if (withheld != 0) whole.number("withheld", withheld);
    CanonicalObject zone(whole.member("zone"));
    zone.text("name", zone_name);
    zone.text("version", zone_version);
    zone.close();
    whole.close();
    return out;
}

Result<ReadReceipt> read_receipt(std::string_view text, Names& names, Zones& zones, Arena& memory) {
    const wire::Json json = TRY(wire::parse_json(text, memory));
    Members in(json, kWhat);
    ReadReceipt read;
    ReceiptExtra& extra = read.extra;
    if (in.number("v") != 1 && json.find("v") != nullptr)
        return refuse({.code = "unknown-version",
                       .what = {"不认识这一版凭证", "this version of receipts is unknown"},
                       .mend = {"用新版的 yinuo 核验", "verify it with a newer yinuo"}});
    extra.content = in.text("content");
    extra.log_key = in.text("log_key");
    extra.now = in.instant("now");
    extra.salt = in.base64("salt");
    Members in_force(in.object("in_force"), {"凭证的 in_force", "the receipt's \"in_force\""});
    if (in_force.has("from")) extra.in_force_from = in_force.instant("from");
    extra.in_force_until = in_force.instant("until");
    Members promise(in.object("promise"), {"凭证的 promise", "the receipt's \"promise\""});
    extra.publication.text = promise.text("text");
    auto calendars = read_calendars(promise.object("calendars"), extra.publication);
    Members zone(in.object("zone"), {"凭证的 zone", "the receipt's \"zone\""});
    extra.zone_name = zone.text("name");
    extra.zone_version = zone.text("version");
    if (in.has("withheld")) extra.withheld = in.number("withheld");
    read.has_facts = in.has("facts");
    const auto facts = read.has_facts ? in.array("facts").items : std::span<const wire::Json>();
    for (const Result<void>& part :
         {in.finish(), in_force.finish(), promise.finish(), calendars, zone.finish()})
        if (!part) return refuse(part.error());
    if (extra.salt.size() != kSaltSize)
        return refuse({.code = "unreadable",
                       .what = {"凭证的盐不是 32 字节", "the receipt's salt isn't 32 bytes"}});
    if (extra.now == Instant::max())
        return refuse({.code = "unreadable",
                       .what = {"凭证没有时刻 now", "the receipt has no instant \"now\""}});
    if (facts.size() > kDisclosedMost)
        return refuse({.code = "unreadable",
                       .what = {"凭证里的业务记录太多", "the receipt has too many facts"}});
    for (const auto& fact : facts) read.facts.push_back(TRY(read_fact(fact, names, zones, memory)));
    return read;
}

}  // namespace yinuo::engine
