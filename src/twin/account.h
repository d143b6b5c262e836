// The account of one obligation: its story step by step, what counted and what didn't, and what is
// owed. It listens to the fold that gives the verdict; nothing is reckoned a second time.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "promise/fold.h"
#include "remedy/remedy.h"
#include "twin/legs.h"

namespace yinuo::twin {

// One thing that happened.
struct Told {
    Instant at;
    promise::StepKind kind;
    Text words;
    std::string fact;  // kind of the fact behind it; empty: time alone
};

// A stretch between start and due instant.
struct Part {
    Instant begin;
    Instant end;
    bool counts = false;
    std::int64_t amount = 0;  // milliseconds, or days for limits in working days
    Text why;
};

struct Given {
    Instant at;
    std::string remedy;
    std::string kind;
    std::string amount;  // "20.00 CNY", "500 MB"; empty: an apology
    std::string payee;
    remedy::Standing stands = remedy::Standing::Owed;
    Text standing;  // owed, withheld, set aside: with the reason
};

struct Account {
    const promise::Promise* promise = nullptr;
    promise::Obligation obligation;
    std::vector<Told> story;
    std::vector<Part> parts;
    bool parts_in_days = false;
    Text sum;  // "2 h 30 min + 1 h 30 min = 4 h"; empty where nothing is counted
    Text verdict;
    std::vector<Given> owed;          // as it stands now
    std::vector<Given> installments;  // as it grew
    std::vector<LegPart> legs;        // of a chain: what each of its legs answers for
};

// Accounts of one subject's obligations under all versions; `clause` empty: of every clause that
// watches subjects. `facts` in true order.
std::vector<Account> accounts(std::span<promise::Promise> promises,
                              std::span<const promise::Fact* const> facts, std::string_view clause,
                              Instant now, Names& names, Arena& kept);

// The same of a key or a rate, which look beyond one subject: `fold` appends its obligations, as
// promise::fold_key() or judge_period() does; `facts` are what it rests on.
using Fold = std::function<void(promise::Folding&, std::vector<promise::Obligation>&)>;
std::vector<Account> accounts_across(promise::Promise&, std::span<const promise::Fact* const> facts,
                                     const Fold& fold, Instant now, Names& names, Arena& kept);

}  // namespace yinuo::twin
