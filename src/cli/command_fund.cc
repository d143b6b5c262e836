// `yinuo fund`: the guarantee fund on disk: what is in it, its ledger, and whether it adds up.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/installation.h"
#include "engine/paying.h"
#include "engine/tenants.h"
#include "server/fund_books.h"
#include "server/payout_out.h"

namespace yinuo::cli {
namespace {

using remedy::Account;

constexpr std::string_view kVerbs[] = {"balance", "ledger", "days", "deposit", "withdraw", "check"};

struct Wish {
    std::string verb, amount, currency, tenant, reference, from, until;
    bool moves() const { return verb == "deposit" || verb == "withdraw"; }
};

// What the looking commands look at.
struct Looked {
    store::Reading& reading;
    store::TenantId tenant;
    const Zone& zone;  // whose days the policy closes by
    Instant now;
};

std::string line_of(const server::Accounts& accounts, std::string_view currency) {
    std::string line;
    for (std::size_t i = 0; i < accounts.size(); ++i)
        line += fmt::format("{:>16}", server::amount_text(accounts[i], currency));
    return line + fmt::format("{:>12}", server::amount_text(server::sum_of(accounts), currency));
}

std::string head_of(std::string_view first, bool chinese) {
    std::string line(first);
    for (int i = 0; i < remedy::kAccounts; ++i) {
        const auto account = static_cast<Account>(i);
        line += fmt::format("{:>16}", chinese ? remedy::describe(account).zh
                                              : std::string(remedy::name_of(account)));
    }
    return line + fmt::format("{:>12}", chinese ? "合计" : "sum");
}

// "2026-04-01 (2026-03-20 至 —)": the day on which it ends, and the interval's ends.
std::string ends_on(const server::Outlook& outlook, Date today) {
    const auto on = [&](std::int64_t days) {
        return today.plus_days(static_cast<int>(days)).to_string();
    };
    return fmt::format("{} ({} – {})", on(outlook.days), on(outlook.soonest),
                       outlook.latest ? on(*outlook.latest) : "∞");
}

void print_outlook(const server::Outlook& outlook, const std::string& of,
                   const std::string& currency, Date today, const Console& console) {
    using Says = server::Outlook::Says;
    const auto daily = server::amount_text(std::llround(outlook.pace.daily), currency);
    const auto left = server::amount_text(outlook.left, currency);
    const auto known = server::amount_text(outlook.known, currency);
    const auto say = [&](Text text) { fmt::print("{}: {}\n", of, console.say(text)); };
    switch (outlook.says) {
        case Says::Lasts:
            return say(
                {fmt::format("扣除待付的 {} 还剩 {} {}，平均每天流出 {}，够到 {}，按前 {} 天",
                             known, left, currency, daily, ends_on(outlook, today),
                             outlook.pace.history),
                 fmt::format("{} {} is left after {} that is known to go; {} goes out a day: "
                             "until {}, by the last {} days",
                             left, currency, known, daily, ends_on(outlook, today),
                             outlook.pace.history)});
        case Says::NotEnoughHistory:
            return say({"不足 7 天，还说不出够用多久",
                        "under 7 days: too early to say how long it lasts"});
        case Says::NotShrinking: return say({"没有在减少", "it doesn't shrink"});
        case Says::Empty:
            return say({"扣除待付的以后没有剩余", "nothing is left after what is known to go"});
    }
}

void balance(const Looked& look, const Console& console) {
    const auto today = look.zone.to_local(look.now).date();
    if (console.json) {
        server::JsonOut out;
        server::write_fund(out, look.reading, look.tenant, today);
        fmt::print("{}\n", out.take());
        return;
    }
    fmt::print("{}\n", head_of("   ", console.chinese));
    for (const auto& [currency, accounts] : server::balances_of(look.reading, look.tenant))
        fmt::print("{}{}\n", currency, line_of(accounts, currency));
    const auto told = server::forecast(look.reading, look.tenant, today);
    for (const auto& [currency, outlook] : told.currencies)
        print_outlook(outlook, currency, currency, today, console);
    for (const auto& [budget, use, outlook] : told.budgets)
        print_outlook(outlook,
                      (budget.promise.empty() ? "*" : budget.promise) + " " + use.from.to_string() +
                          "/" + use.until.plus_days(-1).to_string(),
                      std::string(budget.most.currency.code()), today, console);
}

void ledger(const Looked& look, const Console& console) {
    if (!console.json) {
        server::ledger_csv(look.reading, look.tenant, [](const std::string& piece) {
            return std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size();
        });
        return;
    }
    for (std::int64_t after = 0;;) {  // one JSON object a line: no list is too long for that
        const auto rows = look.reading.postings(look.tenant, after, 1'000);
        for (const auto& row : rows) {
            server::JsonOut out;
            server::write_posting(out, look.reading, row);
            fmt::print("{}\n", out.take());
            after = row.id;
        }
        if (rows.size() < 1'000) return;
    }
}

Result<Date> date_of(const std::string& text, Date unsaid) {
    if (text.empty()) return unsaid;
    if (const auto date = Date::parse(text)) return *date;
    return refuse({.code = "bad-date",
                   .what = {"这不是日期：" + text, "this is no date: " + text},
                   .mend = {"例如 2026-03-10", "for example 2026-03-10"}});
}

Result<void> days(const Looked& look, const Wish& wish, const Console& console) {
    const auto today = look.zone.to_local(look.now).date();
    const auto until = TRY(date_of(wish.until, today.plus_days(1)));
    const auto from = TRY(date_of(wish.from, until.plus_days(-31)));
    server::JsonOut out;
    out.open('[');
    if (!console.json) fmt::print("{}\n", head_of("              ", console.chinese));
    for (const auto& day : server::day_closings(look.reading, look.tenant, from, until)) {
        if (console.json) {
            server::write_closing(out, day);
            continue;
        }
        fmt::print("{} {}{}\n", server::date_of_day(day.day).to_string(), day.currency,
                   line_of(day.moved, day.currency));
        fmt::print("{:>14}{}\n", "=", line_of(day.closing, day.currency));
    }
    if (console.json) fmt::print("{}\n", out.close(']').take());
    return {};
}

Exit check_fund(const Looked& look, const Console& console) {
    const auto made = server::check_books(look.reading, look.tenant);
    if (console.json) {
        server::JsonOut out;
        out.open('{').member("postings", made.postings).member("payouts", made.payouts);
        out.key("findings").open('[');
        for (const auto& [severity, error] : made.findings)
            out.open('{')
                .member("code", error.code)
                .member("zh", error.what.zh)
                .member("en", error.what.en)
                .close('}');
        fmt::print("{}\n", out.close(']').close('}').take());
    } else {
        for (const auto& [severity, error] : made.findings)
            fmt::print("✗ {}\n  {}\n", console.say(error.what), console.say(error.mend));
        fmt::print("{}\n",
                   console.say({fmt::format("{} 条分录，{} 笔赔付，{} 处不符", made.postings,
                                            made.payouts, made.findings.size()),
                                fmt::format("{} postings, {} payouts, {} findings", made.postings,
                                            made.payouts, made.findings.size())}));
    }
    return made.findings.empty() ? kFine : kFindings;
}

Result<Money> money_of(const Wish& wish) {
    const auto currency = Currency::parse(wish.currency);
    const auto amount = Decimal::parse(wish.amount);
    const auto money =
        currency && amount ? round_to_minor(*amount, *currency, Rounding::HalfEven) : std::nullopt;
    if (money && money->amount() == *amount) return *money;
    return refuse({.code = "bad-amount",
                   .what = {"金额不对：" + wish.amount + " " + wish.currency,
                            "this amount can't be: " + wish.amount + " " + wish.currency},
                   .mend = {"例如 yinuo fund deposit 1000.00 CNY …",
                            "for example yinuo fund deposit 1000.00 CNY ..."}});
}

Result<Exit> move(Installation& place, store::TenantId tenant, const Wish& wish,
                  const Console& console) {
    const auto money = TRY(money_of(wish));
    const engine::FundWish fund{
        .move = wish.verb == "deposit" ? engine::FundMove::Deposit : engine::FundMove::Withdraw,
        .money = money,
        .reference = wish.reference};
    auto done = place.act([&](engine::Turns& turns) -> Result<void> {
        const auto position = TRY(
            engine::move_money(turns, {.tenant = tenant, .id = "system", .name = "system"}, fund));
        if (console.json)
            fmt::print("{{\"position\":{}}}\n", position);
        else
            fmt::print("{}\n", console.say({fmt::format("已入账：日志第 {} 条", position),
                                            fmt::format("done: entry {} of the log", position)}));
        return {};
    });
    if (!done) return refuse(std::move(done.error()));
    return kFine;
}

Result<Exit> perform(Installation& place, const Wish& wish, const Console& console) {
    try {
        const auto reading = place.store->read();
        const auto tenant = engine::find_tenant(*reading, wish.tenant);
        if (!tenant)
            return refuse({.code = "no-tenant",
                           .what = {"没有租户“" + wish.tenant + "”",
                                    "there is no tenant \"" + wish.tenant + "\""},
                           .mend = {"yinuo tenant list 列出全部", "yinuo tenant list has them"}});
        if (wish.moves()) return move(place, tenant->id, wish, console);
        const auto zone = TRY(place.zones.zone(engine::fund_policy(*reading, tenant->id).zone));
        const Looked look{*reading, tenant->id, zone, place.clock.now()};
        if (wish.verb == "check") return check_fund(look, console);
        if (wish.verb == "balance") balance(look, console);
        if (wish.verb == "ledger") ledger(look, console);
        if (wish.verb == "days")
            if (auto done = days(look, wish, console); !done) return refuse(done.error());
        return kFine;
    } catch (const store::Trouble& trouble) {
        return refuse(trouble.error());
    }
}

Result<void> check_wish(const Wish& wish) {
    if (std::ranges::find(kVerbs, wish.verb) == std::end(kVerbs))
        return refuse(
            {.code = "unknown-verb",
             .what = {"不认识 fund " + wish.verb, "fund doesn't know '" + wish.verb + "'"},
             .mend = {"可以是 balance, ledger, days, deposit, withdraw, check",
                      "it can be balance, ledger, days, deposit, withdraw, check"}});
    if (wish.tenant.empty() || (wish.moves() && (wish.currency.empty() || wish.reference.empty())))
        return refuse({.code = "missing-argument",
                       .what = {"少了租户、金额、货币或摘要",
                                "the tenant, amount, currency or reference is missing"},
                       .mend = {"看 --help", "see --help"}});
    return {};
}

int run(Arguments arguments, const Console& console) {
    Wish wish;
    SettingFlags flags;
    Options options;
    flags.declare(options);
    options.value("tenant", wish.tenant);
    options.value("reference", wish.reference);
    options.value("from", wish.from);
    options.value("until", wish.until);
    options.required("balance|ledger|days|deposit|withdraw|check", wish.verb);
    options.optional("AMOUNT", wish.amount);
    options.optional("CURRENCY", wish.currency);
    if (auto read = options.read(arguments); !read) return complain(read.error(), console);
    if (auto fine = check_wish(wish); !fine) return complain(fine.error(), console);
    const auto settings = flags.read();
    if (!settings) return complain(settings.error(), console, kInput);
    auto place = Installation::open(
        settings->config(), wish.moves() ? Installation::For::Changing : Installation::For::Looking,
        console);
    if (!place) return complain(place.error(), console, kEnvironment);
    const auto done = perform(**place, wish, console);
    return done ? *done : complain(done.error(), console, kInput);
}

}  // namespace

const Command kFundCommand = {
    .name = "fund",
    .summary = {"保障基金：余额、分录、日结、存取、核对",
                "the guarantee fund: balances, ledger, days, deposits, whether it adds up"},
    .usage =
        {"yinuo fund balance --tenant 租户\n"
         "yinuo fund ledger --tenant 租户 > 分录.csv\n"
         "yinuo fund days --tenant 租户 [--from 2026-03-01] [--until 2026-04-01]\n"
         "yinuo fund deposit|withdraw 金额 货币 --tenant 租户 --reference 摘要\n"
         "yinuo fund check --tenant 租户\n"
         "\n"
         "ledger 写出 CSV，加 --json 则每行一个 JSON。days 按资金方案的时区日结，--until "
         "那天不算在\n"
         "内。check 试算平衡，并核对余额、日结、每笔赔付与分录是否相符；有不符时退出码为 1。\n"
         "deposit 和 withdraw 在服务器没有运行时使用；数据在 --data。\n",
         "yinuo fund balance --tenant TENANT\n"
         "yinuo fund ledger --tenant TENANT > ledger.csv\n"
         "yinuo fund days --tenant TENANT [--from 2026-03-01] [--until 2026-04-01]\n"
         "yinuo fund deposit|withdraw AMOUNT CURRENCY --tenant TENANT --reference TEXT\n"
         "yinuo fund check --tenant TENANT\n"
         "\n"
         "`ledger` is CSV, or one JSON object a line with --json. `days` closes by the zone of the "
         "fund's\n"
         "policy; the day of --until isn't included. `check` does the trial balance and holds "
         "balances,\n"
         "days and payouts to the postings: exit code 1 when something differs. `deposit` and "
         "`withdraw`\n"
         "are for when no server runs; --data is the folder.\n"},
    .run = run,
};

}  // namespace yinuo::cli
