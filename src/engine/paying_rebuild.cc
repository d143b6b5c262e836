#include "engine/paying_rebuild.h"

#include <limits>
#include <map>
#include <tuple>

#include "engine/damage.h"
#include "engine/entry.h"
#include "engine/paying_entry.h"
#include "engine/tenants.h"

namespace yinuo::engine {
namespace {

using remedy::Account;
using remedy::PayoutState;

constexpr int kPage = 500;

bool is(const store::Entry& entry, EntryKind kind) {
    return entry.kind == static_cast<std::uint8_t>(kind);
}

std::string number(std::int64_t n) { return std::to_string(n); }

// A tenant's ledger, read along with the log.
class Ledger {
public:
    Ledger(store::Reading& rows, store::TenantId tenant) : rows_(rows), tenant_(tenant) {}

    std::optional<store::PostingRow> next() {
        if (at_ == page_.size()) {
            page_ = rows_.postings(tenant_, last_, kPage);
            at_ = 0;
            if (page_.empty()) return std::nullopt;
            last_ = page_.back().id;
        }
        return page_[at_++];
    }

    // What balances and closings must come to.
    void add(const store::PostingRow& row) {
        balances[{row.currency, row.account}] += row.minor;
        days[{row.day, row.promise, row.currency, row.account}] += row.minor;
    }

    bool adds_up() {
        std::erase_if(balances, [](const auto& one) { return one.second == 0; });
        std::erase_if(days, [](const auto& one) { return one.second == 0; });
        std::map<std::pair<std::string, std::uint8_t>, std::int64_t> stand;
        for (const auto& sum : rows_.balances(tenant_))
            stand[{sum.currency, sum.account}] = sum.minor;
        std::map<std::tuple<std::int32_t, std::string, std::string, std::uint8_t>, std::int64_t>
            closings;
        for (const auto& sum :
             rows_.daily_sums(tenant_, 0, std::numeric_limits<std::int32_t>::max()))
            closings[{sum.day, sum.promise, sum.currency, sum.account}] = sum.minor;
        return stand == balances && closings == days;
    }

    bool differs = false;

private:
    store::Reading& rows_;
    const store::TenantId tenant_;
    std::vector<store::PostingRow> page_;
    std::size_t at_ = 0;
    std::int64_t last_ = 0;
    std::map<std::pair<std::string, std::uint8_t>, std::int64_t> balances;
    std::map<std::tuple<std::int32_t, std::string, std::string, std::uint8_t>, std::int64_t> days;
};

Text posting_differs(store::TenantId tenant) {
    return {"租户 " + number(tenant) + " 的基金分录与日志不符",
            "the ledger of tenant " + number(tenant) +
                " has postings that the log hasn't, or lacks some"};
}

}  // namespace

void rebuild_payouts(store::Writing& rows) {
    rows.entries_after(0, [&](const store::Entry& entry) {
        if (is(entry, EntryKind::Payout)) rows.put_payout(readable(read_payout(entry)).view.row);
        for (const auto& posting : readable(postings_of(entry))) rows.put_posting(posting);
        return true;
    });
}

void compare_payouts(store::Reading& rows,
                     const std::function<bool(const char* code, Text what)>& tell) {
    std::map<store::TenantId, Ledger> ledgers;
    for (const auto& tenant : tenants(rows)) ledgers.emplace(tenant.id, Ledger(rows, tenant.id));
    store::PayoutId last = 0;
    bool goes_on = true;
    rows.entries_after(0, [&](const store::Entry& entry) {
        if (is(entry, EntryKind::Payout)) {
            const auto made = readable(read_payout(entry)).view.row;
            const auto stands = rows.payout(made.id);
            const auto name = payout_text(made.id);
            if (!stands && made.id > last)
                goes_on = tell("payout-missing", {"没有赔付 " + name, name + " is missing"});
            // Of the entries of one payout the latest is its row's.
            else if (stands && stands->position <= entry.position && !(*stands == made))
                goes_on = tell("payout-differs",
                               {"赔付 " + name + " 与日志不符", name + " differs from the log"});
            last = std::max(last, made.id);
        }
        for (auto& wanted : readable(postings_of(entry))) {
            auto& ledger = ledgers.try_emplace(entry.tenant, rows, entry.tenant).first->second;
            auto stands = ledger.next();
            ledger.add(wanted);
            if (stands) wanted.id = stands->id;
            if (ledger.differs || (stands && *stands == wanted)) continue;
            ledger.differs = true;
            goes_on = tell("posting-differs", posting_differs(entry.tenant));
        }
        return goes_on;
    });
    if (!goes_on) return;
    if (rows.last_payout() > last)
        goes_on = tell("payout-extra", {"日志里没有赔付 " + payout_text(rows.last_payout()),
                                        payout_text(rows.last_payout()) + " isn't in the log"});
    for (auto& [tenant, ledger] : ledgers) {
        if (!goes_on) return;
        if (!ledger.differs && ledger.next())
            goes_on = tell("posting-differs", posting_differs(tenant));
        if (goes_on && !ledger.adds_up())
            goes_on =
                tell("ledger-differs", {"租户 " + number(tenant) + " 的余额或日结与分录之和不符",
                                        "the balances or closings of tenant " + number(tenant) +
                                            " aren't the sums of its postings"});
    }
}

void LedgerCheck::take(const store::Entry& entry,
                       const std::function<void(const char* code, Text what)>& tell) {
    if (!is(entry, EntryKind::Payout)) return;
    const auto read = read_payout(entry);
    if (!read) return;
    const auto& view = read->view;
    const auto name = payout_text(view.row.id);
    const auto known = static_cast<store::PayoutId>(payouts_.size());
    if (view.row.id == known + 1 && !read->step) payouts_.push_back({.tenant = entry.tenant});
    if (view.row.id > std::ssize(payouts_) || (view.row.id <= known && !read->step) ||
        payouts_[static_cast<std::size_t>(view.row.id - 1)].tenant != entry.tenant)
        return tell("payout-unknown", {"赔付 " + name + " 没有开始，或开始了两次",
                                       name + " never began, or began twice"});
    auto& standing = payouts_[static_cast<std::size_t>(view.row.id - 1)];
    std::int64_t sum = 0, paid = 0;
    for (const auto& [account, money] : read->postings) {
        // Wrapping: what is damaged adds up to anything, and differs all the same.
        const auto add = [&](std::int64_t& to) { __builtin_add_overflow(to, money.minor, &to); };
        add(sum);
        if (account == Account::Reserved) add(standing.held);
        if (account == Account::Paid) add(standing.paid), add(paid);
        if (account == Account::Reversed) add(standing.reversed);
    }
    const auto& payout = view.payout;
    const auto minor = remedy::minor_left(payout);
    const bool held = payout.state == PayoutState::Reserved || payout.state == PayoutState::Sent ||
                      payout.state == PayoutState::Failed;
    const bool is_paid = payout.state == PayoutState::Paid;
    if (sum != 0)
        tell("postings-unbalanced",
             {"赔付 " + name + " 的分录借贷不平", "the postings of " + name + " don't balance"});
    else if (standing.is_paid && (is_paid || paid != 0))
        tell("paid-twice", {"赔付 " + name + " 付了两次", name + " was paid twice"});
    else if (standing.held != (held && !payout.back ? minor : 0) ||
             standing.paid != (is_paid && !payout.back ? minor : 0) ||
             standing.reversed != (is_paid && payout.back ? -minor : 0))
        tell("payout-unbalanced", {"赔付 " + name + " 的分录与其状态不符",
                                   "the postings of " + name + " don't come to its state"});
    standing.is_paid = standing.is_paid || is_paid;
}

}  // namespace yinuo::engine
