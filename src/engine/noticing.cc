#include "engine/noticing.h"

#include <algorithm>
#include <charconv>

#include "engine/canonical_json.h"
#include "engine/entry.h"
#include "engine/noticing_json.h"
#include "engine/paying_cashier.h"
#include "engine/turner.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kCollection = "notices";
constexpr std::string_view kRules = "rules";

}  // namespace

NoticeRules notice_rules(store::Reading& rows, store::TenantId tenant) {
    const auto document = rows.document(tenant, kCollection, kRules);
    if (!document) return {};
    auto rules = read_notice_rules(document->body).value_or(NoticeRules{});
    rules.etag = document->version;
    return rules;
}

Result<std::int64_t> put_notice_rules(Turns& turns, const Actor& actor, const NoticeRules& rules) {
    if (!turns.rows().put_document({.tenant = actor.tenant,
                                    .collection = std::string(kCollection),
                                    .id = std::string(kRules),
                                    .version = rules.etag + 1,
                                    .key = {},
                                    .body = to_json(rules)}))
        return refuse({.code = "stale",
                       .what = {"别人已经改过了", "somebody else has changed this since"},
                       .mend = {"重新读取，再改一次", "read it again and repeat the change"}});
    turns.audit(actor, "notices.rules", kRules);
    return rules.etag + 1;
}

std::string customer_text(store::CustomerId id) { return "cus_" + std::to_string(id); }
std::string notice_text(std::int64_t action) { return "ntc_" + std::to_string(action); }

std::optional<std::int64_t> parse_notice(std::string_view text) {
    if (!text.starts_with("ntc_")) return std::nullopt;
    std::int64_t id = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + 4, end, id);
    if (read.ec != std::errc() || read.ptr != end || id <= 0) return std::nullopt;
    return id;
}

store::Position record_notice(Turns& turns, store::TenantId tenant, const NoticeTask& task,
                              const NoticeTold& told) {
    const Till till = turns.till();
    std::string body;
    CanonicalObject object(body);
    object.text("channel", told.channel);
    object.number("customer", task.customer);
    if (!told.fault.empty()) object.text("fault", told.fault);
    object.text("log", till.turner.tenant_of(till.group, tenant).origin);
    object.text("notice", notice_text(told.action));
    std::vector<std::string> obligations;
    for (const auto& event : task.events)
        if (!event.obligation.empty() &&
            std::ranges::find(obligations, event.obligation) == obligations.end())
            obligations.push_back(event.obligation);
    auto& list = object.member("obligations");
    list += '[';
    for (const auto& one : obligations) {
        if (&one != obligations.data()) list += ',';
        append_canonical_text(list, one);
    }
    list += ']';
    object.text("outcome", told.outcome);
    object.instant("recorded", turns.now());
    object.text("subject", task.subject);
    object.text("template", task.notice);
    object.text("type", "notice");
    object.number("v", 1);
    object.close();
    const auto stream = turns.rows().find_stream(tenant, task.subject);
    return till.turner
        .append(till.group,
                {.tenant = tenant,
                 .stream = stream ? stream->id : 0,
                 .kind = static_cast<std::uint8_t>(EntryKind::Delivery),
                 .recorded_at = turns.now(),
                 .body = body},
                task.customer, body)
        .position;
}

}  // namespace yinuo::engine
