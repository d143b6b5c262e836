#include "engine/recovering.h"

#include "engine/canonical_json.h"
#include "engine/entry.h"
#include "engine/json_members.h"
#include "engine/publishing.h"
#include "engine/shelf.h"
#include "wire/json.h"

namespace yinuo::engine {
namespace {

constexpr int kVersionsMost = 200;

}  // namespace

std::string RecoveryTask::to_json() const {
    std::string out;
    CanonicalObject object(out);
    object.instant("at", at);
    object.text("obligation", obligation_text(obligation));
    object.truth("undone", undone);
    object.close();
    return out;
}

Result<RecoveryTask> RecoveryTask::from_json(std::string_view text) {
    Arena memory;
    const auto json = TRY(wire::parse_json(text, memory));
    Members in(json, {"补救任务", "task of a recovery"});
    RecoveryTask task;
    task.at = in.instant("at");
    const auto obligation = in.text("obligation");
    task.undone = in.truth("undone");
    if (auto read = in.finish(); !read) return refuse(std::move(read.error()));
    task.obligation = TRY(parse_obligation(obligation));
    return task;
}

bool RecoveryQueue::is_promised(store::TenantId tenant) {
    const auto [found, fresh] = promised_.try_emplace(tenant, false);
    if (!fresh) return found->second;
    const std::string begin = std::string(kRecovery) + "@";
    for (const auto& document : rows_.documents(tenant, kPromises, begin, kVersionsMost)) {
        if (!document.id.starts_with(begin)) break;
        const auto version = PromiseVersion::from_json(document.body);
        if (version && version->stage == Stage::Published) found->second = true;
    }
    return found->second;
}

void RecoveryQueue::tell(store::TenantId tenant, std::string_view type, std::string_view subject,
                         store::Position cause, Instant now) {
    const bool undone = type == "obligation.reversed";
    if (!undone && type != "obligation.broken") return;
    const auto id = parse_obligation(subject);
    if (!id || !is_promised(tenant)) return;
    const auto row = rows_.obligation(*id);
    const auto stream = row ? rows_.stream(row->stream) : std::nullopt;
    if (!stream || stream->customer == 0) return;
    const auto kind = kind_of_subject(stream->name);
    if (kind == kRecovery || kind == "chase") return;
    const RecoveryTask task{.obligation = *id, .undone = undone, .at = now};
    rows_.put_action({.tenant = tenant,
                      .topic = std::string(kRecovery),
                      .key = "recovery/" + std::to_string(cause) + "/" + std::string(subject),
                      .target = std::string(kRecovery),
                      .cause = cause,
                      .due_at = now,
                      .body = task.to_json(),
                      .answer = {}});
}

}  // namespace yinuo::engine
