#include "server/routes.h"

namespace yinuo::server {

std::vector<Route> all_routes() {
    std::vector<Route> all;
    for (const auto area : {session_routes(),
                            user_routes(),
                            key_routes(),
                            tenant_routes(),
                            audit_routes(),
                            link_routes(),
                            system_routes(),
                            fact_routes(),
                            subject_routes(),
                            obligation_routes(),
                            promise_routes(),
                            calendar_routes(),
                            backtest_routes(),
                            alert_routes(),
                            webhook_routes(),
                            log_routes(),
                            witness_routes(),
                            customer_routes(),
                            connector_routes(),
                            notice_routes(),
                            demo_routes(),
                            clock_routes(),
                            payout_routes(),
                            fund_routes(),
                            settlement_routes(),
                            incident_routes(),
                            evidence_routes(),
                            claim_routes(),
                            word_routes(),
                            chase_routes(),
                            house_promise_routes(),
                            expectation_routes(),
                            report_routes(),
                            charge_routes(),
                            improvement_routes(),
                            incident_rule_routes(),
                            recovery_routes(),
                            web_routes(),
                            board_routes(),
                            customer_access_routes(),
                            told_routes(),
                            figure_routes(),
                            import_routes(),
                            state_routes(),
                            recovery_panel_routes(),
                            designer_routes()})
        all.insert(all.end(), area.begin(), area.end());
    return all;
}

}  // namespace yinuo::server
