#include "server/reason_codes.h"

#include <algorithm>

#include "engine/incidents.h"
#include "server/json_out.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kFields[] = {"cause", "reason_code", "reason code"};
constexpr int kIncidentsMost = 1'000;
constexpr int kPage = 1'000;

Error bad_codes(Text what, Text mend) {
    return {.code = "bad-reason-codes", .what = std::move(what), .mend = std::move(mend)};
}

std::string text_of(const wire::Json& json, std::string_view name) {
    const auto* found = json.find(name);
    return found == nullptr ? std::string() : std::string(found->text);
}

}  // namespace

Result<ReasonCodes> ReasonCodes::of(std::vector<ReasonCode> codes) {
    ReasonCodes made;
    made.all_ = std::move(codes);
    for (std::size_t i = 0; i < made.all_.size(); ++i)
        if (const auto& code = made.all_[i].code; !made.by_code_.emplace(code, i).second)
            return refuse(bad_codes({"编码“" + code + "”写了两次", "\"" + code + "\" stands twice"},
                                    {"每个编码只写一次", "each code once"}));
    for (const auto& one : made.all_) {
        const auto* at = &one;
        for (int depth = 1; !at->parent.empty(); ++depth) {
            const auto* above = made.find(at->parent);
            if (above == nullptr)
                return refuse(bad_codes(
                    {"“" + at->code + "”的上级“" + at->parent + "”不在表里",
                     "\"" + at->parent + "\", above \"" + at->code + "\", isn't in the list"},
                    {"上级也要在表里", "put the one above into the list, too"}));
            if (depth >= kReasonDepthMost)
                return refuse(bad_codes(
                    {"“" + one.code + "”上面的层级太多，或绕成了圈",
                     "there are too many above \"" + one.code + "\", or they go in a circle"},
                    {"最多五层", "at most five levels"}));
            at = above;
        }
    }
    return made;
}

ReasonCodes ReasonCodes::read(store::Reading& reading, store::TenantId tenant) {
    const auto document = reading.document(tenant, kReasonCodes, "all");
    if (!document) return {};
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    if (!json) throw store::Trouble(json.error());
    std::vector<ReasonCode> codes;
    if (const auto* list = json->find("codes"))
        for (const auto& item : list->items)
            codes.push_back({.code = text_of(item, "code"),
                             .title = {text_of(item, "zh"), text_of(item, "en")},
                             .parent = text_of(item, "parent")});
    auto made = of(std::move(codes));
    if (!made) throw store::Trouble(made.error());
    return std::move(*made);
}

const ReasonCode* ReasonCodes::find(std::string_view code) const {
    const auto found = by_code_.find(code);
    return found == by_code_.end() ? nullptr : &all_[found->second];
}

Text ReasonCodes::title(std::string_view code) const {
    if (code.empty()) return {"未说明原因", "no cause given"};
    const auto* found = find(code);
    return found != nullptr ? found->title : Text{std::string(code), std::string(code)};
}

std::set<std::string, std::less<>> ReasonCodes::family(std::string_view code) const {
    std::set<std::string, std::less<>> made{std::string(code)};
    for (bool grew = true; grew;) {
        grew = false;
        for (const auto& one : all_)
            if (made.contains(one.parent)) grew = made.insert(one.code).second || grew;
    }
    return made;
}

std::string ReasonCodes::top(std::string_view code) const {
    const auto* at = find(code);
    if (at == nullptr) return std::string(code);
    while (!at->parent.empty()) at = find(at->parent);
    return at->code;
}

std::string ReasonCodes::to_json() const {
    JsonOut out;
    out.open('{').key("codes").open('[');
    for (const auto& one : all_)
        out.open('{')
            .member("code", one.code)
            .member("zh", one.title.zh)
            .member("en", one.title.en)
            .member_if("parent", one.parent)
            .close('}');
    return out.close(']').close('}').take();
}

Causes::Causes(const Records& records, const ReasonCodes& codes)
    : records_(records), codes_(codes) {}

std::span<const std::string_view> Causes::fields() { return kFields; }

void Causes::read_incidents() {
    if (std::exchange(incidents_read_, true)) return;
    for (const auto& incident :
         engine::incidents(records_.reading, records_.tenant, 0, kIncidentsMost)) {
        if (codes_.find(incident.wish.cause) == nullptr) continue;
        store::ObligationId after = 0;
        for (bool more = true; more;) {
            const auto page = engine::incident_members(records_.reading, incident, after, kPage);
            more = std::ssize(page) == kPage;
            for (const auto& member : page) {
                after = member.obligation.id;
                by_incident_.emplace(after, incident.wish.cause);
            }
        }
    }
}

std::string Causes::of(const store::ObligationRow& row, std::span<const promise::Fact* const> facts,
                       const Names& names) {
    std::string cause;
    for (const auto* fact : facts) {
        if (fact->at > row.settled_at) break;
        for (const auto& binding : fact->fields) {
            if (std::ranges::find(kFields, names.text(binding.name)) == std::end(kFields) ||
                binding.value.type() != feel::Type::String)
                continue;
            if (const auto said = binding.value.as_string(); codes_.find(said) != nullptr)
                cause = said;
        }
    }
    return cause.empty() ? by_incident(row) : cause;
}

std::string Causes::by_incident(const store::ObligationRow& row) {
    read_incidents();
    const auto found = by_incident_.find(row.id);
    return found == by_incident_.end() ? std::string() : found->second;
}

std::string Causes::of(const store::ObligationRow& row) {
    std::string cause;
    const auto stream = records_.reading.stream(row.stream);
    const bool told =
        stream && facts_again(records_, *stream, kFields, [&](auto facts, const Names& names) {
            cause = of(row, facts, names);
        });
    return told ? cause : by_incident(row);
}

}  // namespace yinuo::server
