#include "server/permission.h"

#include <algorithm>
#include <array>

namespace yinuo::server {
namespace {

using enum Permission;

struct RoleRow {
    Role role;
    std::string_view name;
    Permissions may;
};

constexpr RoleRow kTable[] = {
    {Role::Guest, "guest", {Public}},
    {Role::Operator,
     "operator",
     {Public, SignedIn, UsersRead, UsersWrite, KeysRead, KeysWrite, TenantsRead, TenantsWrite,
      AuditRead, ClockSet}},
    {Role::Owner,
     "owner",
     {Public,           SignedIn,          UsersRead,        UsersWrite,       KeysRead,
      KeysWrite,        SettingsRead,      SettingsWrite,    AuditRead,        PromisesRead,
      PromisesDraft,    PromisesApprove,   CalendarsRead,    CalendarsWrite,   FactsWrite,
      SubjectsRead,     ObligationsRead,   ReceiptsRead,     AlertsRead,       AlertsAcknowledge,
      BacktestsRun,     WebhooksRead,      WebhooksWrite,    CustomersRead,    CustomersErase,
      EventsRead,       LogCosign,         PayoutsRead,      PayoutsChoose,    PayoutsDecide,
      PayoutsSettle,    FundRead,          FundWrite,        IncidentsRead,    IncidentsDeclare,
      IncidentsDecide,  ClaimsRead,        ClaimsMake,       ClaimsDecide,     WordsGive,
      ChasesMake,       ChasesAnswer,      ExpectationsRead, ExpectationsMake, ReportsRead,
      ImprovementsRead, ImprovementsWrite, PromisesComment}},
    {Role::Manager,
     "manager",
     {Public,           SignedIn,          UsersRead,        SettingsRead,     PromisesRead,
      PromisesDraft,    PromisesApprove,   CalendarsRead,    CalendarsWrite,   FactsWrite,
      SubjectsRead,     ObligationsRead,   ReceiptsRead,     AlertsRead,       AlertsAcknowledge,
      BacktestsRun,     WebhooksRead,      EventsRead,       PayoutsRead,      PayoutsChoose,
      PayoutsDecide,    PayoutsSettle,     FundRead,         IncidentsRead,    IncidentsDeclare,
      IncidentsDecide,  ClaimsRead,        ClaimsMake,       ClaimsDecide,     WordsGive,
      ChasesMake,       ChasesAnswer,      ExpectationsRead, ExpectationsMake, ReportsRead,
      ImprovementsRead, ImprovementsWrite, PromisesComment}},
    {Role::Agent, "agent", {Public,           SignedIn,          PromisesRead,     CalendarsRead,
                            FactsWrite,       SubjectsRead,      ObligationsRead,  ReceiptsRead,
                            AlertsRead,       AlertsAcknowledge, CustomersRead,    EventsRead,
                            PayoutsRead,      PayoutsChoose,     PayoutsDecide,    IncidentsRead,
                            ClaimsRead,       ClaimsMake,        ClaimsDecide,     WordsGive,
                            ChasesMake,       ChasesAnswer,      ExpectationsRead, ExpectationsMake,
                            ImprovementsRead, PromisesComment}},
    {Role::SecondLine,
     "second_line",
     {Public,           SignedIn,          PromisesRead,   CalendarsRead, FactsWrite,
      SubjectsRead,     ObligationsRead,   ReceiptsRead,   AlertsRead,    AlertsAcknowledge,
      EventsRead,       PayoutsRead,       PayoutsDecide,  IncidentsRead, IncidentsDeclare,
      ClaimsRead,       ClaimsMake,        ClaimsDecide,   WordsGive,     ChasesAnswer,
      ImprovementsRead, ImprovementsWrite, PromisesComment}},
    {Role::Partner,
     "partner",
     {Public, SignedIn, SubjectsRead, ObligationsRead, EventsRead, PayoutsRead, ClaimsRead,
      ClaimsMake, ChasesAnswer}},
    {Role::Auditor,
     "auditor",
     {Public,           SignedIn,      UsersRead,       KeysRead,        SettingsRead,  AuditRead,
      PromisesRead,     CalendarsRead, SubjectsRead,    ObligationsRead, ReceiptsRead,  AlertsRead,
      WebhooksRead,     EventsRead,    PayoutsRead,     FundRead,        IncidentsRead, ClaimsRead,
      ExpectationsRead, ReportsRead,   ImprovementsRead}},
    {Role::Customer,
     "customer",
     {Public, SignedIn, ObligationsRead, ReceiptsRead, PayoutsRead, PayoutsChoose, ClaimsRead,
      ClaimsMake, ChasesMake, ExpectationsRead, ExpectationsSign}},
    {Role::Key, "key", {Public, SignedIn}},
};
static_assert(std::size(kTable) == kRoles);

constexpr std::string_view kNames[] = {
    "public",         "signed_in",          "users.read",         "users.write",
    "keys.read",      "keys.write",         "tenants.read",       "tenants.write",
    "settings.read",  "settings.write",     "audit.read",         "promises.read",
    "promises.draft", "promises.approve",   "calendars.read",     "calendars.write",
    "facts.write",    "subjects.read",      "obligations.read",   "receipts.read",
    "alerts.read",    "alerts.acknowledge", "backtests.run",      "webhooks.read",
    "webhooks.write", "customers.read",     "customers.erase",    "events.read",
    "log.cosign",     "clock.set",          "payouts.read",       "payouts.choose",
    "payouts.decide", "payouts.settle",     "fund.read",          "fund.write",
    "incidents.read", "incidents.declare",  "incidents.decide",   "claims.read",
    "claims.make",    "claims.decide",      "words.give",         "chases.make",
    "chases.answer",  "expectations.read",  "expectations.make",  "expectations.sign",
    "reports.read",   "improvements.read",  "improvements.write", "promises.comment",
};
static_assert(std::size(kNames) == kPermissions);

constexpr std::string_view kUserRoles[] = {"owner",   "manager", "agent",   "second_line",
                                           "partner", "auditor", "operator"};

}  // namespace

std::string_view name_of(Role role) { return kTable[static_cast<std::size_t>(role)].name; }

std::optional<Role> user_role(std::string_view name) {
    if (std::ranges::find(kUserRoles, name) == std::end(kUserRoles)) return std::nullopt;
    return std::ranges::find(kTable, name, &RoleRow::name)->role;
}

std::span<const std::string_view> user_role_names() { return kUserRoles; }

std::string_view name_of(Permission permission) {
    return kNames[static_cast<std::size_t>(permission)];
}

std::optional<Permission> permission(std::string_view name) {
    const auto* found = std::ranges::find(kNames, name);
    if (found == std::end(kNames)) return std::nullopt;
    return static_cast<Permission>(found - kNames);
}

Permissions permissions_of(Role role) { return kTable[static_cast<std::size_t>(role)].may; }

Permissions grantable(std::int64_t tenant) {
    return permissions_of(tenant == 0 ? Role::Operator : Role::Owner);
}

}  // namespace yinuo::server
