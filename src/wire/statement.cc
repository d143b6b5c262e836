#include "wire/statement.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <unordered_map>

#include "base/check.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "time/civil.h"
#include "wire/csv.h"

namespace yinuo::wire {
namespace {

constexpr std::size_t kQuotedMax = 40;  // characters of a cell that a message repeats
constexpr std::array<std::string_view, 3> kStatuses = {"paid", "rejected", "reversed"};
enum Cell : std::size_t { kPayout, kStatus, kAmount, kCurrency, kAt, kReference, kCells };

const std::vector<std::string>& columns() {
    static const std::vector<std::string> names = {"payout",   "status", "amount",
                                                   "currency", "at",     "reference"};
    return names;
}

class WholeText final : public Input {
public:
    WholeText(std::string_view text, std::string_view path) {
        text_ = text;
        path_ = path;
        mapped_ = true;
        read_ = in_all_ = text.size();
    }
    Result<bool> more() override { return false; }
};

std::string quoted(std::string_view cell) {
    std::string text;
    for (std::size_t i = 0, count = 0; i < cell.size(); ++count) {
        if (count == kQuotedMax) return text + "…";
        const auto length = std::max<std::size_t>(1, utf8_length(cell.substr(i)));
        text += cell.substr(i, length);
        i += length;
    }
    return text;
}

Text no_such_status(std::string_view cell) {
    const std::string is = quoted(cell);
    Text text{"没有“" + is + "”这种状态", "there is no status '" + is + "'"};
    if (const auto near = nearest(cell, kStatuses)) {
        text.zh += "；是否想写 " + std::string(*near) + "？";
        text.en += "; did you mean " + std::string(*near) + "?";
    } else {
        text.zh += "；应为 paid、rejected 或 reversed";
        text.en += "; it should be paid, rejected or reversed";
    }
    return text;
}

Text no_such_amount(std::string_view cell, const Currency& currency) {
    const std::string is = quoted(cell);
    const std::string digits = std::to_string(currency.minor_digits());
    const std::string code(currency.code());
    return {"“" + is + "”不是 " + code + " 的金额；应为正数，小数点后至多 " + digits + " 位",
            "'" + is + "' is no amount of " + code + "; it should be positive, with at most " +
                digits + " digits after the point"};
}

std::optional<Money> money_of(std::string_view cell, const Currency& currency) {
    const auto amount = Decimal::parse(cell);
    if (!amount || *amount <= Decimal(0)) return std::nullopt;
    const auto money = round_to_minor(*amount, currency, Rounding::Down);
    if (!money || money->amount() != *amount) return std::nullopt;
    return money;
}

class StatementReader final : public RowSink {
public:
    StatementReader(std::string_view text, std::string_view path) : text_(text), path_(path) {}

    bool take(const Row& row) override {
        const auto& cells = row.cells;
        if (cells[kPayout].empty())
            return wrong(row, kPayout, {"没有写赔付编号", "it doesn't name a payout"});
        const auto status = std::ranges::find(kStatuses, cells[kStatus]);
        if (status == kStatuses.end()) return wrong(row, kStatus, no_such_status(cells[kStatus]));
        const auto currency = Currency::parse(cells[kCurrency]);
        if (!currency) {
            const auto is = quoted(cells[kCurrency]);
            return wrong(row, kCurrency,
                         {"“" + is + "”不是 ISO 4217 的货币代码",
                          "'" + is + "' is no currency code of ISO 4217"});
        }
        const auto money = money_of(cells[kAmount], *currency);
        if (!money) return wrong(row, kAmount, no_such_amount(cells[kAmount], *currency));
        const auto at = parse_instant(cells[kAt]);
        if (!at) {
            const auto is = quoted(cells[kAt]);
            return wrong(row, kAt,
                         {"“" + is + "”不是带时差的时间，例如 2026-03-10T08:00:00+08:00",
                          "'" + is +
                              "' is no time with an offset, such as "
                              "2026-03-10T08:00:00+08:00"});
        }
        statement_.rows.push_back(
            {.line = row.line,
             .payout = std::string(cells[kPayout]),
             .status = static_cast<StatementRow::Status>(status - kStatuses.begin()),
             .money = *money,
             .at = *at,
             .reference = std::string(cells[kReference])});
        return true;
    }

    bool reject(std::uint64_t line, std::uint32_t column, Text reason) override {
        ++statement_.rows_wrong;
        if (statement_.faults.size() < kStatementFaultsMax)
            statement_.faults.push_back(
                {Severity::Error,
                 {.code = "statement-row",
                  .what = std::move(reason),
                  .place = {path_, static_cast<std::uint32_t>(line), column}}});
        return true;
    }

    void note(Finding finding) override { statement_.faults.push_back(std::move(finding)); }

    Statement statement() && { return std::move(statement_); }

private:
    bool wrong(const Row& row, Cell cell, Text what) {
        const auto& name = columns()[cell];
        return reject(row.line, column_of(row.cells[cell]),
                      {name + "：" + what.zh, name + ": " + what.en});
    }

    // Where a cell begins in its line, in characters from 1. 0: it was unfolded from doubled quotes
    // and stands elsewhere.
    std::uint32_t column_of(std::string_view cell) const {
        const char* const begin = text_.data();
        if (cell.data() == nullptr || std::less<>()(cell.data(), begin) ||
            std::less<>()(begin + text_.size(), cell.data()))
            return 0;
        const auto before = text_.substr(0, static_cast<std::size_t>(cell.data() - begin));
        const auto feed = before.rfind('\n');
        auto line = before.substr(feed == std::string_view::npos ? 0 : feed + 1);
        if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
        return static_cast<std::uint32_t>(count_characters(line)) + 1;
    }

    std::string_view text_;
    std::string path_;
    Statement statement_;
};

// The row that counts among those of one payout, and whether two say the same.
struct Account {
    std::size_t latest = 0;
    std::optional<std::size_t> second;  // of the same status
    std::optional<std::size_t> other_amount;
};

Account account_of(const OrderedPayout& order, const std::vector<std::size_t>& of_payout,
                   const std::vector<StatementRow>& rows) {
    Account account{.latest = of_payout.front(), .second = {}, .other_amount = {}};
    std::array<bool, kStatuses.size()> seen{};
    for (const auto index : of_payout) {
        const auto& row = rows[index];
        bool& before = seen[static_cast<std::size_t>(row.status)];
        if (before) account.second = index;
        before = true;
        if (row.money != order.money) account.other_amount = index;
        if (row.at >= rows[account.latest].at) account.latest = index;
    }
    return account;
}

bool agrees(OrderedPayout::State state, StatementRow::Status status) {
    switch (state) {
        case OrderedPayout::State::Sent: return true;  // whatever it is, it is news
        case OrderedPayout::State::Paid: return status == StatementRow::Status::Paid;
        case OrderedPayout::State::Failed: return status != StatementRow::Status::Paid;
    }
    check(false);
}

}  // namespace

std::string_view name_of(StatementRow::Status status) {
    return kStatuses[static_cast<std::size_t>(status)];
}

Result<Statement> read_statement(std::string_view text, std::string_view path) {
    if (text.size() > kStatementSizeMax)
        return refuse({.code = "statement-too-large",
                       .what = {"对账文件超过 64 MiB", "the statement is larger than 64 MiB"},
                       .mend = {"按天拆成几个文件", "split it, for example by day"},
                       .place = {.path = std::string(path)}});
    WholeText input(text, path);
    StatementReader reader(text, path);
    if (auto done = read_csv(input, {}, columns(), reader); !done)
        return refuse(std::move(done).error());
    return std::move(reader).statement();
}

Reconciliation reconcile(std::span<const OrderedPayout> orders, const Statement& statement) {
    const auto& rows = statement.rows;
    std::unordered_map<std::string_view, std::vector<std::size_t>> rows_of;
    rows_of.reserve(orders.size());
    for (const auto& order : orders) check(rows_of.try_emplace(order.id).second);
    Reconciliation result;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto found = rows_of.find(rows[i].payout);
        if (found == rows_of.end())
            result.unknown.push_back(i);
        else
            found->second.push_back(i);
    }
    for (std::size_t i = 0; i < orders.size(); ++i) {
        const auto& of_payout = rows_of.find(orders[i].id)->second;
        if (of_payout.empty()) {
            result.missing.push_back(i);
            continue;
        }
        const auto account = account_of(orders[i], of_payout, rows);
        if (account.second)
            result.twice.push_back({i, *account.second});
        else if (account.other_amount)
            result.amount_differs.push_back({i, *account.other_amount});
        else if (!agrees(orders[i].state, rows[account.latest].status))
            result.status_differs.push_back({i, account.latest});
        else
            result.matched.push_back({i, account.latest});
    }
    return result;
}

}  // namespace yinuo::wire
