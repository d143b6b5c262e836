#include "server/obligation_out.h"

#include <algorithm>
#include <map>

#include "engine/entry.h"

namespace yinuo::server {
namespace {

constexpr std::string_view kClaims[] = {"", "claimed", "confirmed", "rejected"};
constexpr std::string_view kExcuses[] = {"", "withheld", "released", "waived"};

}  // namespace

void write_text(JsonOut& out, const Text& text) {
    out.open('{').member("zh", text.zh).member("en", text.en).close('}');
}

bool is_subject(std::string_view stream_name) { return !stream_name.starts_with('~'); }

std::string_view shown_name(std::string_view name) {
    if (is_subject(name)) return name;
    for (int slashes = 0; slashes < 3; ++slashes) {
        const auto slash = name.find('/');
        if (slash == std::string_view::npos) return name;
        name.remove_prefix(slash + 1);
    }
    return name;
}

std::optional<promise::State> state_of(std::string_view text) {
    std::string name(text);
    std::ranges::replace(name, '_', ' ');
    return promise::parse_state(name);
}

void write_obligation(JsonOut& out, const store::ObligationRow& row, std::string_view stream_name,
                      const engine::Shelf& shelf, const std::function<void(JsonOut&)>& more) {
    const auto state = static_cast<promise::State>(row.state);
    out.open('{').member("id", engine::obligation_text(row.id));
    out.member("subject", shown_name(stream_name));
    if (const auto* version = shelf.find(row.version)) {
        const auto& clause = version->promise->clauses[static_cast<std::size_t>(row.clause)];
        out.member("promise", version->label).member("clause", clause.name);
        write_text(out.key("title"), clause.title);
    }
    out.member("occurrence", row.occurrence).member_if("label", row.label);
    out.member("state", promise::name_of(state));
    write_text(out.key("state_text"), promise::describe(state));
    out.member_if("claim", kClaims[row.claim]).member_if("excuse", kExcuses[row.excuse]);
    if (row.provisional) out.member("provisional", true);
    if (row.earlier_kept) out.member("earlier_kept", true);
    if (row.extensions != 0) out.member("extensions", static_cast<int>(row.extensions));
    out.member_if("started_at", row.started_at).member_if("promised_at", row.promised_at);
    out.member_if("due_at", row.due_at).member_if("first_due_at", row.first_due_at);
    out.member_if("warns_at", row.warns_at).member_if("broken_at", row.broken_at);
    out.member_if("settled_at", row.settled_at);
    if (row.paused != 0) out.member("paused_millis", row.paused);
    if (row.counted != 0) out.member("counted", row.counted).member("good", row.good);
    out.member("position", row.position);
    if (more) more(out);
    out.close('}');
}

std::string obligations_json(store::Reading& reading, const std::vector<store::ObligationRow>& rows,
                             const engine::Shelf& shelf, const MoreOfRow& more) {
    std::map<store::StreamId, store::Stream> streams;
    JsonOut out;
    for (const auto& row : rows) {
        const auto [place, fresh] = streams.try_emplace(row.stream);
        const auto& stream = place->second;
        if (fresh)
            if (auto found = reading.stream(row.stream)) place->second = std::move(*found);
        if (more)
            write_obligation(out, row, stream.name, shelf,
                             [&](JsonOut& into) { more(into, row, stream); });
        else
            write_obligation(out, row, stream.name, shelf);
    }
    return out.take();
}

std::optional<SeenObligation> find_obligation(store::Reading& reading, const Session& who,
                                              std::string_view id) {
    const auto number = engine::parse_obligation(id);
    if (!number) return std::nullopt;
    auto row = reading.obligation(*number);
    if (!row || row->tenant != who.tenant) return std::nullopt;
    auto stream = reading.stream(row->stream);
    if (!stream || !may_see(who, *stream)) return std::nullopt;
    return SeenObligation{std::move(*row), std::move(*stream)};
}

}  // namespace yinuo::server
