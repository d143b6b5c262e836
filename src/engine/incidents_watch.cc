#include "engine/incidents_watch.h"

#include <algorithm>

#include "base/check.h"
#include "engine/damage.h"
#include "engine/incidents_desk.h"
#include "promise/obligation.h"

namespace yinuo::engine {
namespace {

constexpr int kPage = 500;
constexpr int kRulesMost = 100;
constexpr std::size_t kValueMost = 100;
constexpr std::size_t kTitleMost = 500;
constexpr Millis kSweepEvery = hours(1);

bool is_plain(std::string_view text) {
    return text.size() <= kValueMost &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

// 12.30 and 12.3 are one group.
std::string shortest(std::string number) {
    if (!number.contains('.')) return number;
    while (number.ends_with('0')) number.pop_back();
    if (number.ends_with('.')) number.pop_back();
    return number;
}

}  // namespace

std::string literal_of(const feel::Value& value) {
    switch (value.type()) {
        case feel::Type::String:
            return is_plain(value.as_string()) ? quoted(value.as_string()) : std::string();
        case feel::Type::Number: return shortest(value.as_number().to_string());
        case feel::Type::Boolean: return value.as_boolean() ? "true" : "false";
        default: return {};
    }
}

std::string condition_of(const IncidentRule& rule, std::string_view literal) {
    if (rule.group.empty()) return {};
    return "(" + rule.group + ") = " + std::string(literal);
}

IncidentWish wish_of(const IncidentRule& rule, std::string_view literal, Instant from) {
    IncidentWish wish{.title = rule.title,
                      .cause = rule.cause,
                      .from = from,
                      .until = from + minutes(rule.lasts_minutes),
                      .promise = rule.promise,
                      .clause = rule.clause,
                      .condition = condition_of(rule, literal),
                      .holds = rule.holds,
                      .role = rule.role};
    if (literal.starts_with('"')) literal = literal.substr(1, literal.size() - 2);
    const auto fits = [&](const std::string& title) {
        return title.size() + 3 + literal.size() <= kTitleMost;
    };
    if (!literal.empty() && fits(wish.title.zh) && fits(wish.title.en)) {
        (wish.title.zh += "：") += literal;
        (wish.title.en += ": ") += literal;
    }
    return wish;
}

void IncidentWatch::changed(const Incident& incident) {
    const auto found = tenants_.find(incident.tenant);
    if (found == tenants_.end() || incident.rule.empty()) return;
    for (auto& one : found->second.rules) {
        if (one.rule.name != incident.rule) continue;
        auto& group = one.groups[incident.group];
        const bool closed = incident.state == IncidentState::Closed;
        group.incident = closed ? 0 : incident.number;
        if (closed) group.floor = std::max(group.floor, incident.closed_at);
        group.count.clear();
        std::erase_if(one.known,
                      [&](const auto& known) { return known.second.group == incident.group; });
    }
}

std::vector<IncidentWatch::Found> IncidentWatch::meet(store::Reading& rows,
                                                      const store::Stream& stream,
                                                      const store::ObligationRow& row, Instant now,
                                                      const std::vector<std::string>& joined) {
    std::vector<Found> found;
    auto& own = of(rows, stream.tenant, now);
    if (own.swept_at + kSweepEvery <= now) sweep(own, now);
    for (auto& one : own.rules) {
        if (std::ranges::find(joined, one.rule.name) != joined.end()) continue;
        const auto* known = count(rows, one, stream, row, now);
        if (known == nullptr) continue;
        const auto from = one.groups[known->group].count.add(
            known->at, row.id, minutes(one.rule.within_minutes), one.rule.least);
        if (from)
            found.push_back({.wish = wish_of(one.rule, known->group, *from),
                             .rule = one.rule.name,
                             .group = known->group});
    }
    return found;
}

bool IncidentWatch::is_in_scope(const Watched& one, store::TenantId tenant,
                                const store::ObligationRow& row) const {
    const Version* version = shelf_.find(row.version);
    return version != nullptr && version->tenant == tenant &&
           is_scope(one.rule.promise, one.rule.clause, *version, row.clause);
}

const IncidentWatch::Watched::Known* IncidentWatch::count(store::Reading& rows, Watched& one,
                                                          const store::Stream& stream,
                                                          const store::ObligationRow& row,
                                                          Instant now) {
    if (!is_in_scope(one, stream.tenant, row)) return nullptr;
    const auto at = counts_at(one.rule, row);
    if (const auto known = one.known.find(row.id); known != one.known.end()) {
        if (known->second.at == at) return &known->second;
        drop(one, row.id);
    }
    if (at == Instant::max() || at <= now - kRuleReach || at < one.rule.since) return nullptr;
    std::string group;
    if (one.group) {
        group = literal_of(seen_in(*one.group, rows, shelf_, stream, row, now, memory_));
        memory_.reset();
        if (group.empty()) return nullptr;
    }
    const auto& place = one.groups[group];
    if (place.incident != 0 || at <= place.floor) return nullptr;
    return &one.known.emplace(row.id, Watched::Known{std::move(group), at}).first->second;
}

void IncidentWatch::drop(Watched& one, store::ObligationId id) {
    const auto known = one.known.find(id);
    one.groups[known->second.group].count.drop(known->second.at, id);
    one.known.erase(known);
}

void IncidentWatch::sweep(Tenant& own, Instant now) {
    own.swept_at = now;
    for (auto& one : own.rules) {
        for (auto& [name, group] : one.groups) group.count.drop_until(now - kRuleReach);
        std::erase_if(one.known,
                      [&](const auto& known) { return known.second.at <= now - kRuleReach; });
        std::erase_if(one.groups, [&](const auto& place) {
            const auto& group = place.second;
            return group.count.empty() && group.incident == 0 && group.floor <= now - kRuleReach;
        });
    }
}

IncidentWatch::Tenant& IncidentWatch::of(store::Reading& rows, store::TenantId tenant,
                                         Instant now) {
    const auto [place, fresh] = tenants_.try_emplace(tenant);
    auto& own = place->second;
    if (!fresh) return own;
    own.swept_at = now;
    for (auto& rule : incident_rules(rows, tenant, {}, kRulesMost)) {
        if (!rule.enabled) continue;
        Watched one{.rule = std::move(rule), .group = {}};
        if (!one.rule.group.empty()) {
            auto made = feel::Expression::compile(
                one.rule.group, {.names = shelf_.names(), .zones = &shelf_.zones()});
            if (!made) continue;  // it was one when it was put
            one.group = std::move(*made);
        }
        own.rules.push_back(std::move(one));
    }
    if (own.rules.empty()) return own;
    std::int64_t after = 0;
    for (bool more = true; more;) {
        const auto found = incidents(rows, tenant, after, kPage);
        more = found.size() == static_cast<std::size_t>(kPage);
        for (const auto& one : found) {
            after = one.number;
            changed(one);
        }
    }
    for (auto& one : own.rules) read_rows(rows, tenant, one, now);
    return own;
}

// What stands counted, but for what came to be noticed more than a day late.
void IncidentWatch::read_rows(store::Reading& rows, store::TenantId tenant, Watched& one,
                              Instant now) {
    std::vector<std::uint8_t> states = {static_cast<std::uint8_t>(promise::State::Broken)};
    if (one.rule.counts == IncidentRule::Counts::AtRisk)
        states.push_back(static_cast<std::uint8_t>(promise::State::AtRisk));
    for (const Version* version : shelf_.of(tenant)) {
        if (!is_scope(one.rule.promise, {}, *version, 0)) continue;
        store::ObligationQuery query{.tenant = tenant,
                                     .states = states,
                                     .version = version->position,
                                     .due_from = std::max(now - kRuleReach, one.rule.since),
                                     .limit = kPage};
        for (bool more = true; more;) {
            const auto page = rows.obligations(query);
            more = page.size() == static_cast<std::size_t>(kPage);
            for (const auto& row : page) {
                query.after_due_at = row.due_at;
                query.after_id = row.id;
                const auto stream = rows.stream(row.stream);
                if (!stream) damaged({"履约单的业务不在了", "an obligation's subject is missing"});
                if (const auto* known = count(rows, one, *stream, row, now))
                    one.groups[known->group].count.add(
                        known->at, row.id, minutes(one.rule.within_minutes), one.rule.least);
            }
        }
    }
}

}  // namespace yinuo::engine
