#include "engine/incidents_desk.h"

#include <algorithm>
#include <charconv>

#include "engine/damage.h"
#include "engine/resting.h"
#include "promise/obligation.h"

namespace yinuo::engine {
namespace {

constexpr int kPage = 200;

std::string padded(std::int64_t number, std::size_t width) {
    auto digits = std::to_string(number);
    return std::string(width > digits.size() ? width - digits.size() : 0, '0') + digits;
}

}  // namespace

std::string incident_id(std::int64_t number) { return padded(number, 9); }
std::string member_collection(std::int64_t number) { return "incident/" + std::to_string(number); }
std::string member_id(store::ObligationId id) { return padded(id, 19); }

bool is_broken(const store::ObligationRow& row) {
    return static_cast<promise::State>(row.state) == promise::State::Broken;
}

bool is_scope(std::string_view promise, std::string_view clause, const Version& version, int of) {
    return (promise == version.promise->id || promise == version.label) &&
           (clause.empty() || version.promise->find_clause(clause) == of);
}

feel::Value seen_in(const feel::Expression& expression, store::Reading& rows, Shelf& shelf,
                    const store::Stream& stream, const store::ObligationRow& row, Instant by,
                    Arena& memory) {
    if (stream.name.front() == kOwnStream) return {};
    const auto resting = subject_rests_on(rows, shelf, stream, {.now = by}, memory);
    auto& names = shelf.names();
    const promise::Fact* start = nullptr;
    for (const auto* fact : resting.facts)
        if (start == nullptr && fact->at == row.started_at) start = fact;
    std::vector<feel::Binding> own, latest;
    if (start != nullptr) {
        own.assign(start->fields.begin(), start->fields.end());
        own.push_back(
            {names.intern("fact"), feel::Value::string(memory.copy(names.text(start->kind)))});
    }
    own.push_back({names.intern("subject"), feel::Value::string(memory.copy(stream.name))});
    for (const auto* fact : resting.facts)
        for (const auto& field : fact->fields) {
            const auto known = std::ranges::find(latest, field.name, &feel::Binding::name);
            if (known == latest.end())
                latest.push_back(field);
            else
                known->value = field.value;
        }
    const feel::Scope attributes{.bindings = latest};
    const feel::Scope scope{.bindings = own, .outer = &attributes};
    const Version* version = shelf.find(row.version);
    feel::Evaluation evaluation{.memory = memory,
                                .zone = version == nullptr ? nullptr : version->promise->zone,
                                .steps_left = 20'000};
    return expression.evaluate(scope, evaluation);
}

const std::vector<IncidentDesk::Open>& IncidentDesk::of(store::Reading& rows,
                                                        store::TenantId tenant) {
    const auto [place, fresh] = open_.try_emplace(tenant);
    if (!fresh) return place->second;
    std::int64_t after = 0;
    for (bool more = true; more;) {
        auto found = incidents(rows, tenant, after, kPage);
        more = found.size() == static_cast<std::size_t>(kPage);
        for (auto& one : found) {
            after = one.number;
            if (one.state == IncidentState::Closed) continue;
            auto condition = readable(compile(one.wish.condition));
            place->second.push_back({std::move(one), std::move(condition)});
        }
    }
    return place->second;
}

const IncidentDesk::Open* IncidentDesk::find(store::Reading& rows, store::TenantId tenant,
                                             std::int64_t number) {
    for (const auto& one : of(rows, tenant))
        if (one.incident.number == number) return &one;
    return nullptr;
}

Result<std::optional<feel::Expression>> IncidentDesk::compile(std::string_view condition) {
    if (condition.empty()) return std::optional<feel::Expression>();
    auto made =
        feel::Expression::compile(condition, {.names = shelf_.names(), .zones = &shelf_.zones()});
    if (!made) return refuse(made.error().front().error);
    return std::optional(std::move(*made));
}

bool IncidentDesk::is_in_scope(store::Reading& rows, const Open& open, const store::Stream& stream,
                               const store::ObligationRow& row) {
    const auto& wish = open.incident.wish;
    if (!is_broken(row) || row.broken_at < wish.from || row.broken_at >= wish.until) return false;
    const Version* version = shelf_.find(row.version);
    if (version == nullptr || version->tenant != open.incident.tenant ||
        !is_scope(wish.promise, wish.clause, *version, row.clause))
        return false;
    if (!open.condition) return true;
    const auto value = seen_in(*open.condition, rows, shelf_, stream, row, row.broken_at, memory_);
    const bool is_so = value.type() == feel::Type::Boolean && value.as_boolean();
    memory_.reset();
    return is_so;
}

bool IncidentDesk::is_member(store::Reading& rows, const Incident& incident,
                             store::ObligationId id) {
    return rows.document(incident.tenant, member_collection(incident.number), member_id(id))
        .has_value();
}

bool IncidentDesk::join(store::Writing& rows, const Incident& incident, store::ObligationId id) {
    if (is_member(rows, incident, id)) return false;
    rows.put_document({.tenant = incident.tenant,
                       .collection = member_collection(incident.number),
                       .id = member_id(id),
                       .key = {},
                       .body = "{}"});
    return true;
}

std::int64_t IncidentDesk::incident_of(store::Reading& rows, store::TenantId tenant,
                                       store::ObligationId obligation) {
    for (const auto& one : of(rows, tenant))
        if (is_member(rows, one.incident, obligation)) return one.incident.number;
    return 0;
}

std::string IncidentDesk::role_of(store::Reading& rows, store::TenantId tenant,
                                  std::int64_t number) {
    const auto* open = find(rows, tenant, number);
    if (open == nullptr || !open->incident.wish.holds ||
        open->incident.state > IncidentState::Decided)
        return {};
    return open->incident.wish.role;
}

}  // namespace yinuo::engine
