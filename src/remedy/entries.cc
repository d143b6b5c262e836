#include "remedy/entries.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "remedy/amounts.h"

namespace yinuo::remedy {
namespace {

bool same_gift(const Entry& a, const Entry& b) {
    return a.subject == b.subject && a.clause == b.clause && a.occurrence == b.occurrence &&
           a.remedy == b.remedy && a.gift == b.gift && a.payee == b.payee && a.at == b.at;
}

bool says_the_same(const Entry& a, const Entry& b) {
    return same_gift(a, b) && a.amount == b.amount;
}

}  // namespace

std::vector<Entry> decide_entries(const promise::Promise& promise,
                                  std::span<const promise::Obligation> obligations,
                                  std::span<const Entry> entries, Instant now,
                                  promise::Folding& folding, const FactsOf* facts_of) {
    if (entries.empty() && std::none_of(obligations.begin(), obligations.end(),
                                        [&](const auto& o) { return may_be_owed(promise, o); }))
        return {};
    // What is set aside across obligations isn't given at all.
    const auto whole = owed(promise, obligations, now, folding, facts_of);
    std::vector<Entry> wanted;
    for (std::size_t i = 0; i < obligations.size(); ++i) {
        const auto& o = obligations[i];
        if (!may_be_owed(promise, o)) continue;
        const auto facts =
            facts_of != nullptr ? facts_of->of(o.subject) : std::span<const promise::Fact* const>();
        for (const Line& line : installments(promise, o, now, folding, facts)) {
            const bool owed_at_all = std::any_of(whole.begin(), whole.end(), [&](const Line& l) {
                return l.obligation == i && l.remedy == line.remedy && l.payee == line.payee &&
                       l.standing == Standing::Owed;
            });
            if (!owed_at_all) continue;
            wanted.push_back({.subject = std::string(o.subject),
                              .clause = o.clause,
                              .occurrence = o.occurrence,
                              .remedy = line.remedy,
                              .gift = line.gift,
                              .payee = std::string(line.payee),
                              .amount = line.amount,
                              .money = line.money,
                              .at = line.at,
                              .recorded_at = now});
        }
    }
    std::vector<Entry> standing;
    for (const Entry& entry : entries) {
        if (!entry.back) {
            standing.push_back(entry);
            continue;
        }
        const auto given = std::find_if(standing.begin(), standing.end(),
                                        [&](const Entry& e) { return same_gift(e, entry); });
        if (given != standing.end()) standing.erase(given);
    }
    // What is used up, by subject and remedy; the oldest gifts are used up first.
    std::map<std::tuple<std::string, int, int, int>, Decimal> spent;
    const auto keep_spent = [&](Entry& entry) {
        const auto& remedy = promise.remedies[static_cast<std::size_t>(entry.remedy)];
        const auto o = std::find_if(obligations.begin(), obligations.end(), [&](const auto& one) {
            return one.clause == entry.clause && one.occurrence == entry.occurrence &&
                   one.subject == entry.subject;
        });
        if (!remedy.spent || o == obligations.end()) return;
        const auto [left, fresh] =
            spent.try_emplace({entry.subject, entry.clause, entry.occurrence, entry.remedy});
        if (fresh) {
            const auto facts = facts_of != nullptr ? facts_of->of(o->subject)
                                                   : std::span<const promise::Fact* const>();
            left->second = Amounts(promise, *o, now, folding, facts).spent(remedy);
        }
        const Decimal stays = std::min(entry.amount, left->second);
        left->second = left->second.subtract(stays).value_or(Decimal(0));
        entry.amount = entry.amount.subtract(stays).value_or(entry.amount);
        if (entry.money)
            entry.money = round_to_minor(entry.amount, entry.money->currency, remedy.rounding);
    };
    std::vector<Entry> news;
    for (Entry entry : standing) {
        if (std::any_of(wanted.begin(), wanted.end(),
                        [&](const Entry& w) { return says_the_same(w, entry); }))
            continue;
        keep_spent(entry);
        entry.back = true;
        entry.recorded_at = now;
        news.push_back(std::move(entry));
    }
    for (const Entry& entry : wanted)
        if (std::none_of(standing.begin(), standing.end(),
                         [&](const Entry& s) { return says_the_same(s, entry); }))
            news.push_back(entry);
    return news;
}

}  // namespace yinuo::remedy
