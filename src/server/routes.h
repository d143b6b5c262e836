// The table of all routes: data, one function an area.
#pragma once

#include <span>
#include <vector>

#include "server/api.h"

namespace yinuo::server {

std::span<const Route> session_routes();  // signing in and out, me
std::span<const Route> user_routes();
std::span<const Route> key_routes();
std::span<const Route> tenant_routes();  // tenants, settings
std::span<const Route> audit_routes();
std::span<const Route> link_routes();    // customers' links
std::span<const Route> system_routes();  // health, metrics, the OpenAPI document, events

std::span<const Route> fact_routes();
std::span<const Route> subject_routes();
std::span<const Route> obligation_routes();  // with explanations, receipts, lanes
std::span<const Route> promise_routes();
std::span<const Route> calendar_routes();
std::span<const Route> backtest_routes();  // and jobs
std::span<const Route> alert_routes();
std::span<const Route> webhook_routes();  // and deliveries
std::span<const Route> log_routes();      // the transparency logs
std::span<const Route> witness_routes();  // and those who cosign them
std::span<const Route> customer_routes();
std::span<const Route> connector_routes();  // who pays
std::span<const Route> notice_routes();     // and how customers are reached
std::span<const Route> demo_routes();
std::span<const Route> clock_routes();  // of a server under test

std::span<const Route> payout_routes();
std::span<const Route> fund_routes();        // balances, ledger, moves, policy
std::span<const Route> settlement_routes();  // batches out, statements in
std::span<const Route> incident_routes();    // one cause, many obligations

std::span<const Route> evidence_routes();       // files behind claims and waivers
std::span<const Route> claim_routes();          // claims, waivers, new dates
std::span<const Route> word_routes();           // what was promised to one customer
std::span<const Route> chase_routes();          // 催办
std::span<const Route> recovery_routes();       // 服务补救
std::span<const Route> house_promise_routes();  // promises that every company may take over
std::span<const Route> expectation_routes();    // 期望清单
std::span<const Route> report_routes();         // responsibility, fairness, recovery, the week
std::span<const Route> charge_routes();         // what partners answer for
std::span<const Route> improvement_routes();    // causes and what is done about them
std::span<const Route> incident_rule_routes();  // when an incident declares itself

std::span<const Route> web_routes();              // the web app
std::span<const Route> board_routes();            // 承诺公示板, and who is on it
std::span<const Route> customer_access_routes();  // a number and a code; a link for a session
std::span<const Route> told_routes();             // an obligation as its customer is told it
std::span<const Route> figure_routes();           // kept-rates, lateness, control charts
std::span<const Route> import_routes();           // rows become facts; kept mappings
std::span<const Route> state_routes();            // how the system is
std::span<const Route> recovery_panel_routes();   // 补救面板: shown before, held for a moment
std::span<const Route> designer_routes();         // a text tried, talked about, voted on

std::vector<Route> all_routes();

}  // namespace yinuo::server
