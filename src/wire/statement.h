// 对账: a bank's or billing system's statement of what it did with payouts, and how it compares with
// what was ordered.
//
// The file is CSV (csv.h) with these columns, in any order and among others:
//
//   payout     the id it was ordered under, "pay_..."
//   status     paid, rejected, reversed (paid, and came back)
//   amount     positive, with at most as many digits after the point as the currency has
//   currency   ISO 4217
//   at         when, RFC 3339 with an offset
//   reference  theirs; may be empty
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.h"
#include "base/result.h"
#include "time/instant.h"

namespace yinuo::wire {

inline constexpr std::size_t kStatementSizeMax = 64UL << 20;  // bytes
inline constexpr std::size_t kStatementFaultsMax = 1000;      // those after it are only counted

struct StatementRow {
    enum class Status : std::uint8_t { Paid, Rejected, Reversed };
    std::uint64_t line = 0;
    std::string payout;
    Status status = Status::Paid;
    Money money;
    Instant at;
    std::string reference;
};
std::string_view name_of(StatementRow::Status);  // as the file spells it

struct Statement {
    std::vector<StatementRow> rows;
    Findings faults;             // of rows that were left out, with line and column
    std::size_t rows_wrong = 0;  // all of them
};

// A row that can't be read is told and left out; the others stand. Refuses as a whole what csv.h
// refuses, and more than kStatementSizeMax ("statement-too-large"). `path` is for messages.
Result<Statement> read_statement(std::string_view text, std::string_view path = {});

// What our books say about a payout that was ordered.
struct OrderedPayout {
    enum class State : std::uint8_t { Sent, Paid, Failed };
    std::string id;
    Money money;
    State state = State::Sent;
};

// Every order is in exactly one of `matched`, `twice`, `amount_differs`, `status_differs` and
// `missing`; every row belongs to an order or is in `unknown`. All in the order of their input.
struct Reconciliation {
    struct Pair {
        std::size_t order;  // index into the orders
        std::size_t row;    // index into Statement::rows: the one that decided
        bool operator==(const Pair&) const = default;
    };
    std::vector<Pair> matched;  // what is Sent may be confirmed or failed by row's status
    std::vector<Pair> twice;    // a payout has the same status in two rows; the later of them
    std::vector<Pair> amount_differs;  // or the currency
    std::vector<Pair> status_differs;  // Paid and not "paid" there, or Failed and "paid" there
    std::vector<std::size_t> missing;  // orders without a row
    std::vector<std::size_t> unknown;  // rows of payouts that weren't ordered
};

// A payout may have several rows (rejected, then paid, then reversed): the latest by `at` counts, of
// the same time the later in the file. Of several faults the first in the order above is told.
// Ids of orders must differ.
Reconciliation reconcile(std::span<const OrderedPayout>, const Statement&);

}  // namespace yinuo::wire
