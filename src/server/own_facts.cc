#include "server/own_facts.h"

#include "wire/fact_reader.h"

namespace yinuo::server {

Result<void> report_own(engine::Turns& turns, store::TenantId tenant, std::string_view facts) {
    engine::Report report{.tenant = tenant,
                          .source = std::string(kOwnSource),
                          .memory = std::make_shared<Arena>(),
                          .facts = {}};
    const auto read =
        TRY(wire::read_fact_list(facts, wire::FactFormat::Document, {}, *report.memory));
    for (const auto& one : read) {
        if (!one.errors.empty()) return refuse(one.errors.front().error);
        report.facts.push_back(one.fact);
    }
    for (auto& said : turns.report(report))
        if (said.outcome == engine::Acknowledgement::Outcome::Refused)
            return refuse(std::move(*said.error));
    return {};
}

}  // namespace yinuo::server
