#include "server/responsibility.h"

#include <algorithm>
#include <set>

#include "promise/chain.h"
#include "remedy/remedy.h"

namespace yinuo::server {
namespace {

constexpr double kVitalShare = 0.8;
constexpr std::uint8_t kKept = static_cast<std::uint8_t>(promise::State::Kept);
constexpr std::uint8_t kBroken = static_cast<std::uint8_t>(promise::State::Broken);

std::string name_of(const KnownVersion& version, std::size_t clause) {
    return version.promise + "/" + version.clauses[clause].name;
}

// Whose time it was, of one breach that was folded again.
class Attribution {
public:
    Attribution(const KnownVersion& version, const store::ObligationRow& row, std::string cause)
        : version_(version), row_(row), cause_(std::move(cause)) {}

    void whole_to_owner(Millis lateness, std::vector<LostTime>& out) const {
        const auto clause = static_cast<std::size_t>(row_.clause);
        auto part = part_of(clause, clause);
        part.leg.clear();
        part.lost = lateness;
        out.push_back(std::move(part));
    }

    void over_legs(const Folded& folded, const promise::Obligation& outer,
                   std::vector<LostTime>& out) const {
        const auto& promise = *folded.version.promise;
        std::map<int, LostTime> legs;
        for (const auto& time : remedy::leg_times(promise, outer, folded.obligations, folded.facts,
                                                  folded.now, folded.folding)) {
            auto& leg = leg_of(legs, time.clause);
            leg.own = leg.own + time.own;
            leg.waiting = leg.waiting + time.waiting;
        }
        const auto charges = remedy::charge_on(promise, outer, folded.obligations,
                                               {.minor = 0, .currency = {}}, folded.now);
        for (const auto& charge : charges) leg_of(legs, charge.clause).lost = charge.delay;
        const auto lateness = outer.overdue(folded.now);
        if (charges.empty() && !share_over_waiting(legs, lateness)) whole_to_owner(lateness, out);
        for (auto& [clause, leg] : legs) out.push_back(std::move(leg));
    }

private:
    LostTime part_of(std::size_t clause, std::size_t leg) const {
        return {.obligation = row_.id,
                .clause = name_of(version_, clause),
                .leg = name_of(version_, leg),
                .owner = version_.clauses[leg].owner,
                .cause = cause_};
    }

    LostTime& leg_of(std::map<int, LostTime>& legs, int clause) const {
        const auto known = legs.find(clause);
        if (known != legs.end()) return known->second;
        return legs
            .emplace(clause, part_of(static_cast<std::size_t>(row_.clause),
                                     static_cast<std::size_t>(clause)))
            .first->second;
    }

    // 责任归属: between the offer and the acceptance the receiver answers for it.
    static bool share_over_waiting(std::map<int, LostTime>& legs, Millis lateness) {
        std::vector<std::int64_t> weights;
        std::int64_t sum = 0;
        for (const auto& [clause, leg] : legs)
            sum += weights.emplace_back(std::max<std::int64_t>(leg.waiting.count, 0));
        if (sum == 0) return false;
        const auto shares = share_out(lateness.count, weights);
        std::size_t i = 0;
        for (auto& [clause, leg] : legs) leg.lost = Millis{shares[i++]};
        return true;
    }

    const KnownVersion& version_;
    const store::ObligationRow& row_;
    std::string cause_;
};

class Report {
public:
    Report(const Records& records, const Window& window)
        : records_(records),
          window_(window),
          versions_(known_versions(records)),
          codes_(ReasonCodes::read(records.reading, records.tenant)),
          causes_(records, codes_) {}

    Responsibility run() {
        auto window = window_;
        window.clause.clear();  // legs are counted with what they are legs of
        const auto gathered = gather(records_, versions_, window, {kKept, kBroken});
        made_.is_cut = gathered.is_cut;
        for (const auto& row : gathered.rows) {
            const auto& version = versions_.at(row.version);
            const auto& clause = version.clauses[static_cast<std::size_t>(row.clause)];
            const auto& asked =
                clause.outer < 0 ? clause : version.clauses[static_cast<std::size_t>(clause.outer)];
            if (!window_.clause.empty() && window_.clause != asked.name) continue;
            if (clause.outer >= 0)
                add_to_record(version, row);
            else if (row.state == kBroken)
                attribute(version, row);
        }
        for (auto& [key, record] : records_of_legs_) {
            record.kept = twin::share(record.kept.count, record.kept.of);
            made_.legs.push_back(std::move(record));
        }
        add_budgets();
        return std::move(made_);
    }

private:
    void add_to_record(const KnownVersion& version, const store::ObligationRow& row) {
        const auto clause = static_cast<std::size_t>(row.clause);
        const auto name = name_of(version, clause);
        const auto& owner = version.clauses[clause].owner;
        auto& record = records_of_legs_[{name, owner}];
        record.clause = name;
        record.owner = owner;
        record.is_partner = is_partner(owner);
        ++record.kept.of;
        if (row.state == kKept) ++record.kept.count;
        if (row.state == kBroken) record.late.push_back(lateness(row, records_.now).count);
    }

    void attribute(const KnownVersion& version, const store::ObligationRow& row) {
        const bool folded = fold_again(
            records_, row.stream, row.version, Causes::fields(), [&](const Folded& again) {
                const auto* outer = again.find(row);
                if (outer == nullptr)
                    return add_whole(version, row,
                                     causes_.of(row, again.facts, again.folding.names));
                const Attribution to(version, row,
                                     causes_.of(row, again.facts, again.folding.names));
                const auto late = outer->overdue(again.now);
                made_.broken.push_back(
                    {.obligation = row.id, .lateness = late, .paused = outer->paused});
                if (version.clauses[static_cast<std::size_t>(row.clause)].has_legs)
                    to.over_legs(again, *outer, made_.parts);
                else
                    to.whole_to_owner(late, made_.parts);
            });
        if (!folded) add_whole(version, row, causes_.of(row));
    }

    // Counts by key and rates: as the row says.
    void add_whole(const KnownVersion& version, const store::ObligationRow& row,
                   std::string cause) {
        const auto late = lateness(row, records_.now);
        made_.broken.push_back(
            {.obligation = row.id, .lateness = late, .paused = Millis{row.paused}});
        Attribution(version, row, std::move(cause)).whole_to_owner(late, made_.parts);
    }

    void add_budgets() {
        records_.shelves.use(records_.tenant, [&](engine::Shelf& shelf) {
            std::map<std::string, const engine::Version*> latest;
            for (const auto* version : shelf.of(records_.tenant)) {
                auto& known = latest[version->promise->id];
                const bool named = window_.promise == version->label;
                if (is_of(window_, versions_.at(version->position)) &&
                    (known == nullptr || named ||
                     known->promise->version < version->promise->version))
                    known = version;
            }
            for (const auto& [name, version] : latest)
                if (version != nullptr) add_budgets_of(*version);
            return true;
        });
    }

    static const promise::Limit* limit_of(const promise::Clause& clause) {
        const auto* within = std::get_if<promise::Within>(&clause.shape);
        if (within == nullptr || within->rows.size() != 1 || within->rows.front().amount)
            return nullptr;
        return &within->rows.front().limit;
    }

    void add_budgets_of(const engine::Version& version) {
        const auto& promise = *version.promise;
        const auto findings = promise::check_legs(promise);
        for (std::size_t i = 0; i < promise.clauses.size(); ++i) {
            const auto& outer = promise.clauses[i];
            if (!window_.clause.empty() && window_.clause != outer.name) continue;
            const auto words = [&](const promise::Clause& clause) {
                const auto* limit = limit_of(clause);
                return limit == nullptr ? Text{"随情况而定", "it depends"}
                                        : promise::describe(*limit, promise.schedule_names);
            };
            Budget budget{.clause = promise.id + "/" + outer.name,
                          .limit = words(outer),
                          .legs = {},
                          .sum = {},
                          .findings = {}};
            std::optional<promise::Limit> sum;
            bool adds_up = true;
            for (const auto& leg : promise.clauses) {
                if (leg.outer != static_cast<int>(i)) continue;
                budget.legs.push_back({.clause = promise.id + "/" + leg.name,
                                       .owner = leg.owner.empty() ? promise.owner : leg.owner,
                                       .limit = words(leg)});
                const auto* limit = limit_of(leg);
                auto alike = limit == nullptr ? promise::Limit{} : *limit;
                if (sum) alike.amount = sum->amount;
                adds_up = adds_up && limit != nullptr && (!sum || alike == *sum);
                if (!adds_up) continue;
                alike.amount = limit->amount + (sum ? sum->amount : 0);
                sum = alike;
            }
            if (budget.legs.empty()) continue;
            if (adds_up && sum) budget.sum = promise::describe(*sum, promise.schedule_names);
            for (const auto& finding : findings)
                if (concerns(finding, promise, static_cast<int>(i)))
                    budget.findings.push_back(finding);
            made_.budgets.push_back(std::move(budget));
        }
    }

    // The check names the line of the leg or of the clause.
    static bool concerns(const Finding& finding, const promise::Promise& promise, int outer) {
        for (std::size_t i = 0; i < promise.clauses.size(); ++i) {
            const auto& clause = promise.clauses[i];
            if ((clause.outer == outer || static_cast<int>(i) == outer) &&
                clause.place.line == finding.error.place.line)
                return true;
        }
        return false;
    }

    const Records& records_;
    const Window& window_;
    const KnownVersions versions_;
    const ReasonCodes codes_;
    Causes causes_;
    std::map<std::pair<std::string, std::string>, LegRecord> records_of_legs_;
    Responsibility made_;
};

std::string key_of(const LostTime& part, Side side) {
    switch (side) {
        case Side::Team: return part.owner;
        case Side::Partner: return is_partner(part.owner) ? part.owner : std::string();
        case Side::Clause: return part.leg.empty() ? part.clause : part.leg;
        case Side::Cause: return part.cause;
    }
    return {};
}

}  // namespace

Responsibility responsibility(const Records& records, const Window& window) {
    return Report(records, window).run();
}

std::vector<LostShare> summed_by(const Responsibility& report, Side side) {
    std::map<std::string, LostShare> sums;
    std::map<std::string, std::set<store::ObligationId>> obligations;
    for (const auto& part : report.parts) {
        const auto key = key_of(part, side);
        auto& sum = sums[key];
        sum.key = key;
        sum.lost = sum.lost + part.lost;
        sum.own = sum.own + part.own;
        sum.waiting = sum.waiting + part.waiting;
        obligations[key].insert(part.obligation);
    }
    std::vector<LostShare> all;
    for (auto& [key, sum] : sums) {
        sum.obligations = std::ssize(obligations[key]);
        all.push_back(std::move(sum));
    }
    std::ranges::stable_sort(all, std::greater(), &LostShare::lost);
    return all;
}

std::vector<LegRecord> records_by_owner(const Responsibility& report) {
    std::map<std::string, LegRecord> sums;
    for (const auto& leg : report.legs) {
        auto& sum = sums[leg.owner];
        sum.owner = leg.owner;
        sum.is_partner = leg.is_partner;
        sum.kept.count += leg.kept.count;
        sum.kept.of += leg.kept.of;
        sum.late.insert(sum.late.end(), leg.late.begin(), leg.late.end());
    }
    std::vector<LegRecord> all;
    for (auto& [owner, sum] : sums) {
        sum.kept = twin::share(sum.kept.count, sum.kept.of);
        all.push_back(std::move(sum));
    }
    return all;
}

CausePareto pareto(const Responsibility& report, const ReasonCodes& codes) {
    CausePareto made{.breaches = std::ssize(report.broken), .top = {}, .codes = {}};
    std::map<store::ObligationId, std::pair<std::string, Millis>> by_obligation;
    for (const auto& part : report.parts) {
        auto& [cause, lost] = by_obligation[part.obligation];
        cause = part.cause;
        lost = lost + part.lost;
    }
    std::map<std::string, CauseCount> top, each;
    for (const auto& [obligation, told] : by_obligation) {
        const auto& [cause, lost] = told;
        auto& above = top[codes.top(cause)];
        ++above.total;
        above.lost = above.lost + lost;
        for (auto at = cause;;) {
            auto& one = each[at];
            if (at == cause) ++one.own;
            ++one.total;
            one.lost = one.lost + lost;
            const auto* found = codes.find(at);
            if (found == nullptr || found->parent.empty()) break;
            at = found->parent;
        }
    }
    const auto all = static_cast<double>(std::max<std::int64_t>(made.breaches, 1));
    const auto finish = [&](const std::string& code, CauseCount& one) {
        one.code = code;
        one.title = codes.title(code);
        one.share = static_cast<double>(one.total) / all;
    };
    for (auto& [code, one] : top) {
        one.own = each[code].own;
        finish(code, one);
        made.top.push_back(std::move(one));
    }
    std::ranges::stable_sort(made.top, std::greater(), &CauseCount::total);
    double running = 0;
    for (auto& one : made.top) {
        one.is_vital = running < kVitalShare - 1e-9;
        running += one.share;
        one.running = running;
    }
    for (const auto& code : codes.all())
        if (const auto found = each.find(code.code); found != each.end()) {
            finish(code.code, found->second);
            made.codes.push_back(std::move(found->second));
        }
    return made;
}

}  // namespace yinuo::server
