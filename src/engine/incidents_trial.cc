// A rule held to history: which incidents it would have declared.
#include <algorithm>
#include <map>

#include "engine/damage.h"
#include "engine/incidents_desk.h"
#include "engine/incidents_rules.h"
#include "engine/incidents_watch.h"
#include "promise/obligation.h"

namespace yinuo::engine {
namespace {

constexpr int kPage = 1'000;  // a Reading isn't held longer

// It began to count, or ceased to.
struct Event {
    Instant at;
    store::ObligationId id = 0;
    bool ends = false;
};
struct History {  // of one group
    std::vector<Event> events;
    std::vector<Instant> broken;
};

bool was_at_risk(const store::ObligationRow& row) {
    const auto state = static_cast<promise::State>(row.state);
    return row.warns_at < row.settled_at &&
           (state == promise::State::AtRisk || state == promise::State::Kept);
}

class Trial {
public:
    Trial(store::Store& store, Zones& zones, store::TenantId tenant, const IncidentRule& rule,
          Instant from, Instant until)
        : store_(store), shelf_(zones), tenant_(tenant), rule_(rule), from_(from), until_(until) {}

    Result<RuleTrial> run() {
        if (auto filled = fill_shelf(*store_.read(), shelf_); !filled)
            return refuse(std::move(filled.error()));
        if (!rule_.group.empty()) {
            auto made = feel::Expression::compile(
                rule_.group, {.names = shelf_.names(), .zones = &shelf_.zones()});
            if (!made) return refuse(made.error().front().error);
            group_ = std::move(*made);
        }
        for (const Version* version : shelf_.of(tenant_))
            if (is_scope(rule_.promise, {}, *version, 0)) read(*version);
        for (auto& [literal, history] : groups_) replay(literal, history);
        std::ranges::sort(made_.incidents, {}, &TriedIncident::declared_at);
        return std::move(made_);
    }

private:
    void read(const Version& version) {
        store::ObligationQuery query{.tenant = tenant_,
                                     .states = {static_cast<std::uint8_t>(promise::State::Broken)},
                                     .version = version.position,
                                     .due_from = from_,
                                     .limit = kPage};
        if (rule_.counts == IncidentRule::Counts::AtRisk)
            for (const auto state : {promise::State::AtRisk, promise::State::Kept})
                query.states.push_back(static_cast<std::uint8_t>(state));
        for (bool more = true; more;) {
            const auto rows = store_.read();
            const auto page = rows->obligations(query);
            more = page.size() == static_cast<std::size_t>(kPage);
            for (const auto& row : page) {
                query.after_due_at = row.due_at;
                query.after_id = row.id;
                take(*rows, version, row);
            }
        }
    }

    void take(store::Reading& rows, const Version& version, const store::ObligationRow& row) {
        if (!is_scope(rule_.promise, rule_.clause, version, row.clause)) return;
        auto at = counts_at(rule_, row);
        if (!is_broken(row) && was_at_risk(row)) at = row.warns_at;
        if (at < from_ || at >= until_) return;
        ++made_.looked_at;
        std::string literal;
        if (group_) {
            const auto stream = rows.stream(row.stream);
            if (!stream) damaged({"履约单的业务不在了", "an obligation's subject is missing"});
            literal = literal_of(seen_in(*group_, rows, shelf_, *stream, row, at, memory_));
            memory_.reset();
            if (literal.empty()) return;
        }
        auto& history = groups_[literal];
        history.events.push_back({at, row.id});
        if (is_broken(row))
            history.broken.push_back(row.broken_at);
        else if (row.settled_at != Instant::max())
            history.events.push_back({row.settled_at, row.id, true});
    }

    void replay(const std::string& literal, History& history) {
        std::ranges::sort(history.events, {}, &Event::at);
        std::map<store::ObligationId, Instant> began;
        RuleCount count;
        Instant closed = Instant::min();
        for (const auto& event : history.events) {
            if (event.ends) {
                if (const auto known = began.find(event.id); known != began.end())
                    count.drop(known->second, event.id);
                continue;
            }
            if (event.at < closed) continue;
            began.emplace(event.id, event.at);
            const auto first =
                count.add(event.at, event.id, minutes(rule_.within_minutes), rule_.least);
            if (!first) continue;
            const auto wish = wish_of(rule_, literal, *first);
            made_.incidents.push_back(
                {.group = literal,
                 .condition = wish.condition,
                 .from = wish.from,
                 .until = wish.until,
                 .declared_at = event.at,
                 .members = std::ranges::count_if(history.broken, [&](Instant at) {
                     return wish.from <= at && at < wish.until;
                 })});
            closed = wish.until;
            count.clear();
        }
    }

    store::Store& store_;
    Shelf shelf_;
    Arena memory_;
    const store::TenantId tenant_;
    const IncidentRule& rule_;
    const Instant from_, until_;
    std::optional<feel::Expression> group_;
    std::map<std::string, History> groups_;  // by literal
    RuleTrial made_;
};

}  // namespace

Result<RuleTrial> try_incident_rule(store::Store& store, Zones& zones, store::TenantId tenant,
                                    const IncidentRule& rule, Instant from, Instant until) {
    return Trial(store, zones, tenant, rule, from, until).run();
}

}  // namespace yinuo::engine
