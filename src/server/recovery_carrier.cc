#include "server/recovery_carrier.h"

#include "engine/recovering.h"
#include "server/house_promises.h"

namespace yinuo::server {
namespace {

using engine::RecoveryTask;

// A leg's breach is made good to whom the outer clause is owed, under that one's own.
bool is_leg(const engine::Version& version, int clause) {
    return version.promise->clauses[static_cast<std::size_t>(clause)].outer >= 0;
}

Result<void> report(engine::Turns& turns, store::TenantId tenant, const RecoveryTask& task) {
    const auto row = turns.rows().obligation(task.obligation);
    const auto* version = row ? turns.shelf().find(row->version) : nullptr;
    if (version == nullptr || is_leg(*version, row->clause)) return {};
    const auto stream = turns.rows().stream(row->stream);
    const auto handle = handle_of(turns.rows(), stream->customer);
    if (handle.empty()) return {};  // erased meanwhile
    const auto id = engine::obligation_text(row->id);
    const auto subject = recovery_subject(id);
    if (task.undone && !turns.rows().find_stream(tenant, subject)) return {};
    JsonOut fields;
    fields.open('{').member("obligation", id).member("about", stream->name);
    fields.member("promise", version->promise->id);
    fields.member("clause", version->promise->clauses[static_cast<std::size_t>(row->clause)].name);
    fields.member_if("broken", row->broken_at).close('}');
    return report_own(
        turns, tenant,
        {.id = subject + (task.undone ? ".undone" : ""),  // what is done sorts after it
         .kind = task.undone ? "recovery.undone" : "recovery.begun",
         .subject = subject,
         .customer = handle,
         .fields = inner(fields)},
        task.at);
}

}  // namespace

std::string recovery_subject(std::string_view obligation) {
    return std::string(engine::kRecovery) + "/" + std::string(obligation);
}

std::string_view RecoveryCarrier::topic() const { return engine::kRecovery; }

// Nothing happens in the world: all of it is what is written down.
void RecoveryCarrier::carry(store::Reading&, const store::Action& action, Done done) {
    const auto task = RecoveryTask::from_json(action.body);
    done([task](engine::Turns& turns, store::Action one) {
        const auto said = task ? report(turns, one.tenant, *task) : refuse(task.error());
        one.state = store::Action::State::Done;
        one.answer = said ? "{}" : "{\"fault\":\"" + said.error().code + "\"}";
        turns.rows().put_action(one);
    });
}

}  // namespace yinuo::server
