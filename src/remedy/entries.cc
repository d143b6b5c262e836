#include "remedy/entries.h"

#include <algorithm>

namespace yinuo::remedy {
namespace {

bool says_the_same(const Entry& a, const Entry& b) {
    return a.subject == b.subject && a.clause == b.clause && a.occurrence == b.occurrence &&
           a.remedy == b.remedy && a.gift == b.gift && a.payee == b.payee && a.amount == b.amount && a.at == b.at;
}

}  // namespace

std::vector<Entry> decide_entries(const promise::Promise& promise,
                                  std::span<const promise::Obligation> obligations,
                                  std::span<const Entry> entries, Instant now,
                                  promise::Folding& folding, const FactsOf* facts_of) {
    // What is set aside across obligations isn't given at all.
    const auto whole = owed(promise, obligations, now, folding, facts_of);
    std::vector<Entry> wanted;
    for (std::size_t i = 0; i < obligations.size(); ++i) {
        const auto& o = obligations[i];
        const auto facts = facts_of != nullptr ? facts_of->of(o.subject) : std::span<const promise::Fact* const>();
        for (const Line& line : installments(promise, o, now, folding, facts)) {
            const bool owed_at_all = std::any_of(whole.begin(), whole.end(), [&](const Line& l) {
                return l.obligation == i && l.remedy == line.remedy && l.payee == line.payee && l.standing == Standing::Owed;
            });
            if (!owed_at_all) continue;
            wanted.push_back({.subject = std::string(o.subject), .clause = o.clause, .occurrence = o.occurrence,
                              .remedy = line.remedy, .gift = line.gift, .payee = std::string(line.payee),
                              .amount = line.amount, .money = line.money, .at = line.at, .recorded_at = now});
        }
    }
    std::vector<Entry> standing;
    for (const Entry& entry : entries) {
        if (!entry.back) {
            standing.push_back(entry);
            continue;
        }
        const auto given = std::find_if(standing.begin(), standing.end(), [&](const Entry& e) { return says_the_same(e, entry); });
        if (given != standing.end()) standing.erase(given);
    }
    std::vector<Entry> news;
    for (Entry entry : standing) {
        if (std::any_of(wanted.begin(), wanted.end(), [&](const Entry& w) { return says_the_same(w, entry); })) continue;
        entry.back = true;
        entry.recorded_at = now;
        news.push_back(std::move(entry));
    }
    for (const Entry& entry : wanted)
        if (std::none_of(standing.begin(), standing.end(), [&](const Entry& s) { return says_the_same(s, entry); }))
            news.push_back(entry);
    return news;
}

}  // namespace yinuo::remedy
