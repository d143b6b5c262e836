// Who may do what: one table of roles and permissions. What it doesn't allow is denied.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace yinuo::server {

enum class Role : std::uint8_t {
    Guest,       // not signed in
    Operator,    // runs the installation (tenant 0); sees no tenant's business
    Owner,       // of a tenant: everything
    Manager,     // promise manager 承诺经理
    Agent,       // 坐席
    SecondLine,  // 二线
    Partner,     // sees only subjects whose names begin as their account says
    Auditor,     // reads everything, writes nothing
    Customer,    // holds a signed link; sees only what is theirs
    Key,         // a program; may what its key says
};
inline constexpr std::size_t kRoles = 10;

std::string_view name_of(Role);  // "second_line"
// Roles that a user may have; nullopt for others, too.
std::optional<Role> user_role(std::string_view name);
std::span<const std::string_view> user_role_names();

// The least that a route asks for. A new one is a new line in permission.cc.
enum class Permission : std::uint8_t {
    Public,    // anybody
    SignedIn,  // anybody whom we know, customers too
    UsersRead,
    UsersWrite,
    KeysRead,
    KeysWrite,
    TenantsRead,
    TenantsWrite,
    SettingsRead,
    SettingsWrite,
    AuditRead,
    PromisesRead,
    PromisesDraft,
    PromisesApprove,  // also publish and retire
    CalendarsRead,
    CalendarsWrite,
    FactsWrite,
    SubjectsRead,  // facts and explanations, too
    ObligationsRead,
    ReceiptsRead,
    AlertsRead,
    AlertsAcknowledge,
    BacktestsRun,
    WebhooksRead,
    WebhooksWrite,
    CustomersRead,  // links and exports: personal data
    CustomersErase,
    EventsRead,
    LogCosign,  // hand in what witnesses signed
    ClockSet,   // of a server under test
    PayoutsRead,
    PayoutsChoose,  // what a customer is offered; also for them, on the telephone
    PayoutsDecide,  // approve or refuse, as far as the role reaches that a payout asks for
    PayoutsSettle,  // whether they arrived: confirm, fail, retry, batches, statements
    FundRead,
    FundWrite,  // deposits, withdrawals, recoveries, how the company pays
    IncidentsRead,
    IncidentsDeclare,
    IncidentsDecide,  // also agree to what another decided, run, close
    ClaimsRead,       // claims, waivers and the files behind them
    ClaimsMake,       // say that a promise was broken; hand in files
    ClaimsDecide,     // confirm, reject, excuse, agree; new dates
    WordsGive,        // promise something to one customer
    ChasesMake,       // 催办
    ChasesAnswer,
    ExpectationsRead,
    ExpectationsMake,  // draw one up
    ExpectationsSign,
    ReportsRead,
    ImprovementsRead,
    ImprovementsWrite,
    PromisesComment,  // say something about a draft, vote on it
};
inline constexpr std::size_t kPermissions = 52;

std::string_view name_of(Permission);  // "promises.approve"
std::optional<Permission> permission(std::string_view name);

class Permissions {
public:
    constexpr Permissions() = default;
    constexpr Permissions(std::initializer_list<Permission> all) {
        for (const auto one : all) add(one);
    }
    constexpr void add(Permission p) { bits_ |= std::uint64_t{1} << static_cast<unsigned>(p); }
    constexpr bool has(Permission p) const { return (bits_ >> static_cast<unsigned>(p) & 1U) != 0; }
    constexpr bool includes(Permissions other) const { return (other.bits_ & ~bits_) == 0; }
    constexpr Permissions operator&(Permissions other) const {
        Permissions both;
        both.bits_ = bits_ & other.bits_;
        return both;
    }
    bool operator==(const Permissions&) const = default;

private:
    std::uint64_t bits_ = 0;
};
static_assert(kPermissions <= 64);

// What a role may; of Role::Key nothing but Public: the key itself says more.
Permissions permissions_of(Role);
// What the key of a tenant may be given at most; 0 is the installation itself.
Permissions grantable(std::int64_t tenant);

}  // namespace yinuo::server
