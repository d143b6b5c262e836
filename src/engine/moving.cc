#include "engine/moving.h"

#include <algorithm>

#include "promise/obligation.h"

namespace yinuo::engine {
namespace {

struct Versions {
    const Version* from = nullptr;
    const Version* to = nullptr;
};

Result<Versions> find_versions(Turns& turns, store::TenantId tenant, std::string_view from,
                               std::string_view to) {
    Versions found;
    for (const Version* version : turns.shelf().of(tenant)) {
        if (version->label == from) found.from = version;
        if (version->label == to) found.to = version;
    }
    if (found.from == nullptr || found.to == nullptr)
        return refuse({.code = "no-version",
                       .what = {"没有发布过这个版本", "no such version was published"},
                       .mend = {"写成「承诺名@版本」", "write NAME@VERSION"}});
    if (found.from->promise->id != found.to->promise->id ||
        found.from->position >= found.to->position)
        return refuse({.code = "cannot-move",
                       .what = {"只能移到同一承诺的更新版本",
                                "it can only be moved to a later version of the same promise"}});
    return found;
}

std::vector<store::ObligationRow> rows_under(Turns& turns, store::StreamId stream,
                                             store::Position version) {
    auto rows = turns.rows().obligations_of(stream);
    std::erase_if(rows, [&](const auto& row) { return row.version != version; });
    return rows;
}

}  // namespace

Result<MovePage> preview_move(Turns& turns, store::TenantId tenant, std::string_view from,
                              std::string_view to, store::ObligationId after, int limit) {
    const Versions versions = TRY(find_versions(turns, tenant, from, to));
    store::ObligationQuery query{.tenant = tenant, .states = {}, .limit = limit};
    for (int state = 0; state < promise::kStates; ++state)
        if (promise::is_open(static_cast<promise::State>(state)))
            query.states.push_back(static_cast<std::uint8_t>(state));
    query.version = versions.from->position;
    if (after != 0) {
        const auto last = turns.rows().obligation(after);
        if (last) {
            query.after_due_at = last->due_at;
            query.after_id = after;
        }
    }
    MovePage page;
    const auto rows = turns.rows().obligations(query);
    if (rows.size() == static_cast<std::size_t>(limit)) page.next = rows.back().id;
    for (const auto& row : rows) {
        if (std::ranges::find(page.streams, row.stream, &MovePreview::stream) != page.streams.end())
            continue;
        const auto stream = turns.rows().stream(row.stream);
        MovePreview one{.stream = row.stream,
                        .subject = stream ? stream->name : std::string(),
                        .before = rows_under(turns, row.stream, row.version)};
        if (auto moved = turns.preview_move(row.stream, *versions.from, *versions.to)) {
            one.after = std::move(*moved);
        } else {
            one.refused = moved.error();
        }
        page.streams.push_back(std::move(one));
    }
    return page;
}

Result<std::vector<MovePreview>> move(Turns& turns, const Actor& actor, std::string_view from,
                                      std::string_view to,
                                      const std::vector<store::StreamId>& streams) {
    const Versions versions = TRY(find_versions(turns, actor.tenant, from, to));
    std::vector<MovePreview> all;
    for (const auto id : streams) {
        const auto stream = turns.rows().stream(id);
        MovePreview one{.stream = id, .subject = stream ? stream->name : std::string()};
        one.before = rows_under(turns, id, versions.from->position);
        if (auto moved = turns.move(id, *versions.from, *versions.to, actor.id)) {
            one.after = rows_under(turns, id, versions.to->position);
        } else {
            one.refused = moved.error();
        }
        all.push_back(std::move(one));
    }
    turns.audit(
        actor, "promise.moved", to,
        "\"from\":\"" + std::string(from) + "\",\"subjects\":" + std::to_string(streams.size()));
    return all;
}

}  // namespace yinuo::engine
