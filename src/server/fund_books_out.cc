// The fund's books as JSON and CSV.
#include <algorithm>
#include <cmath>

#include "engine/entry.h"
#include "server/fund_books.h"
#include "server/obligation_out.h"
#include "server/payout_out.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr int kPage = 2'000;
constexpr std::string_view kHeader =
    "id,at,day,account,currency,amount,payout,promise,position,move,reference,by\r\n";

// What only an entry of the fund itself says: what a deposit was called, and who made it.
struct Moved {
    std::string move, reference, by, partner;
};
Moved moved_by(store::Reading& reading, store::Position position) {
    Moved moved;
    const auto entry = reading.entry(position);
    if (!entry || entry->kind != static_cast<std::uint8_t>(engine::EntryKind::Fund)) return moved;
    Arena memory;
    const auto json = wire::parse_json(entry->body, memory);
    if (!json) return moved;
    const auto text = [&](std::string_view name) {
        const auto* found = json->find(name);
        return found == nullptr ? std::string() : std::string(found->text);
    };
    return {.move = text("move"),
            .reference = text("reference"),
            .by = text("by"),
            .partner = text("partner")};
}

// One entry has two lines or more, one after the other: it is read once.
class Moves {
public:
    explicit Moves(store::Reading& reading) : reading_(reading) {}
    const Moved& of(const store::PostingRow& row) {
        if (row.position != position_) moved_ = moved_by(reading_, row.position);
        position_ = row.position;
        return moved_;
    }

private:
    store::Reading& reading_;
    store::Position position_ = 0;
    Moved moved_;
};

void append_field(std::string& csv, std::string_view text) {
    constexpr std::string_view kFormula = "=+-@\t\r";
    std::string field;
    if (!text.empty() && kFormula.find(text.front()) != std::string_view::npos) field += '\'';
    field += text;
    if (field.find_first_of("\",\r\n") == std::string::npos) {
        csv += field;
        return;
    }
    csv += '"';
    for (const char c : field) csv.append(c == '"' ? 2 : 1, c);
    csv += '"';
}

void append_line(std::string& csv, const store::PostingRow& row, const Moved& moved) {
    csv += std::to_string(row.id) + ',' + to_string(row.at) + ',' +
           date_of_day(row.day).to_string() + ',';
    csv += remedy::name_of(static_cast<remedy::Account>(row.account));
    csv += ',' + row.currency + ',' + amount_text(row.minor, row.currency) + ',';
    if (row.payout != 0) csv += engine::payout_text(row.payout);
    csv += ',';
    append_field(csv, row.promise);
    csv += ',' + std::to_string(row.position) + ',' + moved.move + ',';
    append_field(csv, moved.reference);
    csv += ',';
    append_field(csv, moved.by);
    csv += "\r\n";
}

void write_standing(JsonOut& out, const Standing& standing) {
    out.open('{').member("count", standing.count).key("money").open('[');
    for (const auto& [currency, sum] : standing.money) {
        out.open('{').member("currency", currency).member("count", sum.first);
        out.member("minor", sum.second).member("amount", amount_text(sum.second, currency));
        out.close('}');
    }
    out.close(']').close('}');
}

void write_pace(JsonOut& out, const Pace& pace, std::string_view currency) {
    out.member("history_days", pace.history);
    if (pace.enough())
        out.member("daily", amount_text(std::llround(pace.daily), currency))
            .member("daily_low", amount_text(std::llround(pace.daily - pace.half), currency))
            .member("daily_high", amount_text(std::llround(pace.daily + pace.half), currency));
}

// The date is that of the day on which it ends; at `until` or later it doesn't matter any more.
void write_outlook(JsonOut& out, const Outlook& outlook, std::string_view currency, Date today,
                   Date until) {
    const auto date = [&](std::string_view name, std::optional<std::int64_t> days) {
        const auto on = today.plus_days(static_cast<int>(days.value_or(0)));
        out.key(name);
        days&& on < until ? out.value(on.to_string()) : out.null();
    };
    out.open('{').member("says", name_of(outlook.says));
    write_pace(out, outlook.pace, currency);
    out.member("known", amount_text(outlook.known, currency));
    out.member("left", amount_text(outlook.left, currency));
    if (outlook.says == Outlook::Says::Lasts) {
        out.member("days", outlook.days).member("days_soonest", outlook.soonest);
        outlook.latest ? out.member("days_latest", *outlook.latest) : out.key("days_latest").null();
        date("on", outlook.days);
        date("on_soonest", outlook.soonest);
        date("on_latest", outlook.latest);
    }
    out.close('}');
}

void write_budget(JsonOut& out, const BudgetOutlook& one, Date today) {
    const auto& most = one.budget.most;
    const auto currency = most.currency.code();
    out.open('{').member_if("promise", one.budget.promise);
    out.member("period", name_of(one.budget.period));
    out.member("from", one.use.from.to_string()).member("until", one.use.until.to_string());
    out.member("currency", currency).member("most", most.amount().to_string());
    out.member("used", amount_text(one.use.minor, currency));
    write_outlook(out.key("outlook"), one.outlook, currency, today, one.use.until);
    out.close('}');
}

}  // namespace

void write_posting(JsonOut& out, store::Reading& reading, const store::PostingRow& row) {
    const auto account = static_cast<remedy::Account>(row.account);
    out.open('{').member("id", row.id).member("at", row.at);
    out.member("day", date_of_day(row.day).to_string());
    out.member("account", remedy::name_of(account));
    write_text(out.key("account_text"), remedy::describe(account));
    out.member("currency", row.currency).member("minor", row.minor);
    out.member("amount", amount_text(row.minor, row.currency));
    if (row.payout != 0) out.member("payout", engine::payout_text(row.payout));
    out.member_if("promise", row.promise).member("position", row.position);
    const auto moved = moved_by(reading, row.position);
    out.member_if("move", moved.move).member_if("reference", moved.reference);
    out.member_if("partner", moved.partner).member_if("by", moved.by).close('}');
}

std::optional<std::int64_t> ledger_csv(store::Reading& reading, store::TenantId tenant,
                                       const std::function<bool(std::string)>& take,
                                       std::int64_t after, std::int64_t most) {
    std::string piece(after == 0 ? kHeader : std::string_view());
    Moves moves(reading);
    while (true) {
        const auto wanted = static_cast<int>(std::min<std::int64_t>(kPage, most));
        auto rows = reading.postings(tenant, after, wanted + 1);  // one more: does it go on?
        const bool more = std::ssize(rows) > wanted;
        if (more) rows.pop_back();
        for (const auto& row : rows) append_line(piece, row, moves.of(row));
        if (!rows.empty()) after = rows.back().id;
        most -= std::ssize(rows);
        if (!take(std::move(piece)) || !more) return std::nullopt;
        if (most == 0) return after;
        piece.clear();
    }
}

void write_accounts(JsonOut& out, const Accounts& accounts, std::string_view currency) {
    out.open('{');
    for (std::size_t i = 0; i < accounts.size(); ++i)
        out.member(remedy::name_of(static_cast<remedy::Account>(i)),
                   amount_text(accounts[i], currency));
    out.close('}');
}

void write_closing(JsonOut& out, const DayClosing& day) {
    out.open('{').member("day", date_of_day(day.day).to_string()).member("currency", day.currency);
    write_accounts(out.key("opening"), day.opening, day.currency);
    write_accounts(out.key("moved"), day.moved, day.currency);
    write_accounts(out.key("closing"), day.closing, day.currency);
    out.member("sum", amount_text(sum_of(day.closing), day.currency)).close('}');
}

void write_fund(JsonOut& out, store::Reading& reading, store::TenantId tenant, Date today) {
    const auto told = forecast(reading, tenant, today);
    const auto ever = Date::of(9999, 12, 31);
    out.open('{').key("currencies").open('[');
    for (const auto& [currency, accounts] : balances_of(reading, tenant)) {
        out.open('{').member("currency", currency);
        write_accounts(out.key("accounts"), accounts, currency);
        out.member("sum", amount_text(sum_of(accounts), currency));
        write_outlook(out.key("outlook"), told.currencies.at(currency), currency, today, ever);
        out.key("promises").open('[');
        for (const auto& [of, pace] : told.promises) {
            if (of.first != currency) continue;
            out.open('{').member("promise", of.second);
            write_pace(out, pace, currency);
            out.close('}');
        }
        out.close(']').close('}');
    }
    out.close(']').key("budgets").open('[');
    for (const auto& one : told.budgets) write_budget(out, one, today);
    out.close(']');
    write_standing(out.key("waiting"), standing(reading, tenant, remedy::PayoutState::Waiting));
    write_standing(out.key("approving"), standing(reading, tenant, remedy::PayoutState::Approving));
    out.key("states").open('{');
    for (const auto& [state, count] : reading.count_payouts(tenant, std::nullopt))
        out.member(remedy::name_of(static_cast<remedy::PayoutState>(state)), count);
    out.close('}').close('}');
}

}  // namespace yinuo::server
