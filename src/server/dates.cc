#include "server/dates.h"

#include "base/arena.h"
#include "base/check.h"
#include "engine/entry.h"
#include "promise/obligation.h"
#include "time/civil.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kProposals = "date-proposal";

}  // namespace

std::optional<Proposal> find_proposal(store::Reading& rows, store::TenantId tenant,
                                      store::ObligationId id) {
    const auto document = rows.document(tenant, kProposals, engine::obligation_text(id));
    if (!document) return std::nullopt;
    Arena memory;
    const auto json = wire::parse_json(document->body, memory);
    if (!json) return std::nullopt;
    const auto text = [&](std::string_view name) {
        const auto* found = json->find(name);
        return found == nullptr ? std::string() : std::string(found->text);
    };
    return Proposal{.to = parse_instant(text("to")).value_or(Instant::max()),
                    .at = parse_instant(text("at")).value_or(Instant::max()),
                    .by = text("by"),
                    .by_id = text("by_id"),
                    .reason = text("reason"),
                    .state = text("state")};
}

void put_proposal(engine::Turns& turns, store::TenantId tenant, store::ObligationId id,
                  const Proposal& proposal) {
    const auto name = engine::obligation_text(id);
    const auto before = turns.rows().document(tenant, kProposals, name);
    JsonOut out;
    out.open('{').member("to", proposal.to).member("at", proposal.at).member("by", proposal.by);
    out.member("by_id", proposal.by_id).member("reason", proposal.reason);
    out.member("state", proposal.state).close('}');
    check(turns.rows().put_document({.tenant = tenant,
                                     .collection = std::string(kProposals),
                                     .id = name,
                                     .version = before ? before->version + 1 : 1,
                                     .key = {},
                                     .body = out.take()}));
}

bool is_open(const Proposal& proposal, const store::ObligationRow& row) {
    return proposal.state == "proposed" && row.broken_at == Instant::max() &&
           promise::is_open(static_cast<promise::State>(row.state));
}

void write_proposal(JsonOut& out, const Proposal& proposal, const store::ObligationRow& row) {
    const bool lapsed = proposal.state == "proposed" && !is_open(proposal, row);
    out.open('{').member("to", proposal.to).member("at", proposal.at).member("by", proposal.by);
    out.member("reason", proposal.reason);
    out.member("state", lapsed ? std::string_view("lapsed") : proposal.state).close('}');
}

}  // namespace yinuo::server
