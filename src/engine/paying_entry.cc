#include "engine/paying_entry.h"

#include "base/check.h"
#include "engine/canonical_json.h"
#include "engine/damage.h"
#include "engine/entry.h"
#include "engine/entry_bytes.h"
#include "engine/json_members.h"

namespace yinuo::engine {
namespace {

using remedy::Payout;
using remedy::PayoutState;
using remedy::PayoutStep;

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kVersionKeyed = 2;  // the same, with a key behind it
constexpr std::uint8_t kIsBack = 0x01;
constexpr std::uint8_t kIsMoney = 0x02;
constexpr std::uint8_t kIsStatutory = 0x04;
constexpr auto kLastStep = static_cast<std::uint8_t>(PayoutStep::Hold);

Error unreadable() {
    return damage({"赔付条目读不出来：不是本程序写的，或者已损坏",
                   "a payout's entry can't be read: it was not written by this program, or it is "
                   "damaged"});
}

std::string_view word_of(FundMove move) {
    switch (move) {
        case FundMove::Deposit: return "deposit";
        case FundMove::Withdraw: return "withdraw";
        case FundMove::Recover: return "recover";
    }
    check(false);
}

Decimal read_number(ByteReader& in, Arena& memory) {
    const auto value = read_value(in, memory, nullptr);
    if (value.type() != feel::Type::Number) return in.fail(), Decimal();
    return value.as_number();
}

std::int64_t read_id(ByteReader& in) {
    const auto number = static_cast<std::int64_t>(in.varint());
    if (number < 0) in.fail();
    return number;
}

std::optional<Money> read_money(ByteReader& in, PayoutView& view) {
    const auto currency = Currency::parse(in.text());
    const auto minor = in.signed_number();
    view.owed_minor = in.signed_number();
    if (!currency || minor < 0) return in.fail(), std::nullopt;
    return Money{.minor = minor, .currency = *currency};
}

void read_postings(ByteReader& in, PayoutEntry& entry) {
    const auto count = in.count();
    if (count > 0 && !entry.view.payout.money) return in.fail();
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        const auto account = in.byte();
        if (account >= remedy::kAccounts) return in.fail();
        entry.postings.push_back(
            {static_cast<remedy::Account>(account),
             {.minor = in.signed_number(), .currency = entry.view.payout.money->currency}});
    }
    if ((entry.day != 0) != (count != 0)) in.fail();
}

}  // namespace

std::string write_payout(const PayoutEntry& entry) {
    const auto& view = entry.view;
    const auto& payout = view.payout;
    std::string out;
    put_byte(out, view.row.key.empty() ? kVersion : kVersionKeyed);
    put_varint(out, static_cast<std::uint64_t>(view.row.id));
    put_varint(out, static_cast<std::uint64_t>(view.row.obligation));
    put_varint(out, static_cast<std::uint64_t>(view.row.customer));
    put_varint(out, static_cast<std::uint64_t>(view.row.incident));
    put_byte(out, entry.step ? static_cast<std::uint8_t>(*entry.step) + 1 : 0);
    put_byte(out, static_cast<std::uint8_t>(payout.state));
    put_byte(out,
             static_cast<std::uint8_t>((payout.back ? kIsBack : 0) | (payout.money ? kIsMoney : 0) |
                                       (view.statutory ? kIsStatutory : 0)));
    put_value(out, feel::Value::number(payout.amount));
    put_value(out, feel::Value::number(view.owed));
    if (payout.money) {
        put_text(out, payout.money->currency.code());
        put_signed(out, payout.money->minor);
        put_signed(out, view.owed_minor);
    }
    for (const auto* text : {&view.subject, &view.promise, &view.remedy, &view.payee, &view.kind,
                             &view.unit, &view.connector, &view.role, &view.by, &view.why})
        put_text(out, *text);
    put_signed(out, view.remedy_index);
    put_signed(out, view.gift_index);
    put_varint(out, view.choices.size());
    for (const auto& choice : view.choices) put_text(out, choice);
    put_text(out, payout.choice);
    put_varint(out, static_cast<std::uint64_t>(view.takes_back));
    put_instant(out, payout.expires_at, Instant{});
    put_instant(out, view.owed_at, Instant{});
    put_instant(out, view.changed_at, Instant{});
    put_signed(out, entry.day);
    put_varint(out, entry.postings.size());
    for (const auto& [account, money] : entry.postings) {
        put_byte(out, static_cast<std::uint8_t>(account));
        put_signed(out, money.minor);
    }
    if (!view.row.key.empty()) put_text(out, view.row.key);
    return out;
}

Result<PayoutEntry> read_payout(std::string_view body) {
    Arena memory;
    ByteReader in(body);
    PayoutEntry entry;
    auto& view = entry.view;
    auto& payout = view.payout;
    const auto version = in.byte();
    if (version != kVersion && version != kVersionKeyed) in.fail();
    view.row.id = read_id(in);
    view.row.obligation = read_id(in);
    view.row.customer = read_id(in);
    view.row.incident = read_id(in);
    const auto step = in.byte();
    const auto state = in.byte();
    const auto marks = in.byte();
    if (view.row.id == 0 || step > kLastStep + 1 || state >= remedy::kPayoutStates ||
        marks > (kIsBack | kIsMoney | kIsStatutory))
        in.fail();
    if (!in.good()) return refuse(unreadable());
    if (step != 0) entry.step = static_cast<PayoutStep>(step - 1);
    view.row.state = state;
    payout.state = static_cast<PayoutState>(state);
    payout.back = (marks & kIsBack) != 0;
    view.statutory = (marks & kIsStatutory) != 0;
    payout.amount = read_number(in, memory);
    view.owed = read_number(in, memory);
    if ((marks & kIsMoney) != 0) payout.money = read_money(in, view);
    for (auto* text : {&view.subject, &view.promise, &view.remedy, &view.payee, &view.kind,
                       &view.unit, &view.connector, &view.role, &view.by, &view.why})
        *text = in.text();
    view.remedy_index = in.small_number();
    view.gift_index = in.small_number();
    const auto choices = in.count();
    for (std::size_t i = 0; i < choices && in.good(); ++i) view.choices.emplace_back(in.text());
    payout.choice = in.text();
    view.takes_back = read_id(in);
    payout.expires_at = in.instant(Instant{});
    view.owed_at = in.instant(Instant{});
    view.changed_at = in.instant(Instant{});
    entry.day = in.small_number();
    read_postings(in, entry);
    if (version == kVersionKeyed) view.row.key = in.text();
    if (!in.good() || !in.done() || view.subject.empty() || view.remedy_index < -1 ||
        view.gift_index < -1 || write_payout(entry) != body)
        return refuse(unreadable());
    view.row.acts_at = acts_at(payout);
    return entry;
}

Result<PayoutEntry> read_payout(const store::Entry& from) {
    auto entry = TRY(read_payout(from.body));
    auto& view = entry.view;
    if (view.changed_at != from.recorded_at || from.stream == 0) return refuse(unreadable());
    view.row.tenant = from.tenant;
    view.row.stream = from.stream;
    view.row.position = from.position;
    view.row.leaf = from.leaf;
    view.row.body = from.body;
    return entry;
}

std::string leaf_of(const PayoutView& view, std::string_view origin) {
    const auto& payout = view.payout;
    std::string out;
    CanonicalObject leaf(out);
    leaf.text("amount", payout.amount.to_string());
    leaf.instant("at", view.owed_at);
    leaf.truth("back", payout.back);
    if (!payout.choice.empty()) leaf.text("choice", payout.choice);
    if (payout.money) leaf.text("currency", payout.money->currency.code());
    leaf.text("kind", view.kind);
    leaf.text("log", origin);
    if (payout.money) leaf.number("minor", payout.money->minor);
    leaf.text("obligation", obligation_text(view.row.obligation));
    leaf.text("payee", view.payee);
    leaf.text("payout", payout_text(view.row.id));
    leaf.text("promise", view.promise);
    leaf.instant("recorded", view.changed_at);
    leaf.text("remedy", view.remedy);
    leaf.text("state", remedy::name_of(payout.state));
    leaf.text("subject", view.subject);
    if (view.takes_back != 0) leaf.text("takes_back", payout_text(view.takes_back));
    leaf.text("type", "payout");
    leaf.text("unit", view.unit);
    leaf.number("v", 1);
    leaf.close();
    return out;
}

Instant acts_at(const Payout& payout) {
    return payout.state == PayoutState::Choosing ? payout.expires_at : Instant::max();
}

std::string write_fund(const FundEntry& entry, std::string_view origin) {
    const auto& wish = entry.wish;
    std::string out;
    CanonicalObject object(out);
    object.text("amount", wish.money.amount().to_string());
    object.text("by", entry.by);
    object.text("currency", wish.money.currency.code());
    object.number("day", entry.day);
    object.text("log", origin);
    object.number("minor", wish.money.minor);
    object.text("move", word_of(wish.move));
    object.text("partner", wish.partner);
    object.text("payout", wish.payout == 0 ? std::string() : payout_text(wish.payout));
    object.text("promise", wish.promise);
    object.instant("recorded", entry.recorded_at);
    object.text("reference", wish.reference);
    object.text("type", "fund");
    object.number("v", 1);
    object.close();
    return out;
}

Result<FundEntry> read_fund(std::string_view body) {
    Arena memory;
    const auto json = wire::parse_json(body, memory);
    if (!json) return refuse(unreadable());
    Members in(*json, {"基金条目", "fund entry"});
    FundEntry entry;
    auto& wish = entry.wish;
    in.skip("amount");
    in.skip("v");
    in.skip("type");
    entry.by = in.text("by");
    const auto currency = Currency::parse(in.text("currency"));
    const auto day = in.number("day");
    const auto origin = in.text("log");
    wish.money.minor = in.number("minor");
    const auto move = in.text("move");
    wish.partner = in.text("partner");
    const auto payout = in.text("payout");
    wish.promise = in.text("promise");
    entry.recorded_at = in.instant("recorded");
    wish.reference = in.text("reference");
    if (!in.finish() || !currency || day != static_cast<std::int32_t>(day))
        return refuse(unreadable());
    wish.money.currency = *currency;
    entry.day = static_cast<std::int32_t>(day);
    for (const auto one : {FundMove::Deposit, FundMove::Withdraw, FundMove::Recover})
        if (word_of(one) == move) wish.move = one;
    if (!payout.empty()) {
        const auto id = parse_payout(payout);
        if (!id) return refuse(unreadable());
        wish.payout = *id;
    }
    if (wish.money.minor <= 0 || write_fund(entry, origin) != body) return refuse(unreadable());
    return entry;
}

std::vector<remedy::Posting> postings_of(const FundWish& wish) {
    switch (wish.move) {
        case FundMove::Deposit: return remedy::deposit(wish.money);
        case FundMove::Withdraw: return remedy::withdraw(wish.money);
        case FundMove::Recover: return remedy::recover(wish.money);
    }
    check(false);
}

std::int32_t day_of(Date date) { return date.year() * 10'000 + date.month() * 100 + date.day(); }

std::string promise_name(const PayoutView& view) {
    return view.promise.substr(0, view.promise.rfind('@'));
}

Result<std::vector<store::PostingRow>> postings_of(const store::Entry& entry) {
    std::vector<store::PostingRow> rows;
    store::PostingRow row{
        .tenant = entry.tenant, .position = entry.position, .at = entry.recorded_at};
    const auto add = [&](const std::vector<remedy::Posting>& postings) {
        for (const auto& [account, money] : postings) {
            row.account = static_cast<std::uint8_t>(account);
            row.currency = money.currency.code();
            row.minor = money.minor;
            rows.push_back(row);
        }
    };
    if (entry.kind == static_cast<std::uint8_t>(EntryKind::Payout)) {
        const auto read = TRY(read_payout(entry));
        row.payout = read.view.row.id;
        row.promise = promise_name(read.view);
        row.day = read.day;
        add(read.postings);
    } else if (entry.kind == static_cast<std::uint8_t>(EntryKind::Fund)) {
        const auto read = TRY(read_fund(entry.body));
        row.payout = read.wish.payout;
        row.promise = read.wish.promise;
        row.day = read.day;
        add(postings_of(read.wish));
    }
    return rows;
}

}  // namespace yinuo::engine
