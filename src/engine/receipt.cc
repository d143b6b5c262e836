#include "engine/receipt.h"

#include <algorithm>

#include "base/check.h"
#include "engine/called.h"
#include "engine/customers.h"
#include "engine/entry.h"
#include "engine/publishing.h"
#include "engine/receipt_extra.h"
#include "engine/tenant_log.h"
#include "engine/tenants.h"
#include "engine/turner.h"
#include "promise/history.h"
#include "tlog/proof_file.h"
#include "wire/json.h"

namespace yinuo::engine {
namespace {

// The log holds what this program wrote; anything else is damage.
template <typename T>
T readable(Result<T> read) {
    if (!read) throw store::Trouble(read.error());
    return std::move(*read);
}

Error unknown() {
    return {.code = "no-obligation", .what = {"没有这张履约单", "there is no such obligation"}};
}

struct Change {
    store::Entry entry;
    store::Position version = 0;  // of the promise then: what is owed may have been moved since
    store::CustomerId customer = 0;
    std::string content;
    std::int64_t leaf = 0;
};

// The obligation's latest change as it went into the transparency log.
Change latest_change(store::Reading& rows, const store::ObligationRow& row,
                     const LeafNames& names) {
    auto entry = rows.entry(row.position);
    check(entry.has_value());
    Arena memory;
    const TurnBody turn = readable(read_turn(entry->body, memory));
    std::size_t place = 0;
    while (place < turn.changes.size() && turn.changes[place].id != row.id) ++place;
    check(place < turn.changes.size());
    auto leaves = leaves_of(turn, entry->recorded_at, names);
    const auto leaf = entry->leaf + static_cast<std::int64_t>(place);
    return {.entry = *std::move(entry),
            .version = turn.changes[place].version,
            .customer = turn.customer,
            .content = std::move(leaves[place]),
            .leaf = leaf};
}

// A move's "from", if it was to this version.
const Version* moved_from(const store::Entry& move, const Version& to, const Shelf& shelf) {
    Arena memory;
    const auto json = readable(wire::parse_json(move.body, memory));
    const wire::Json* into = json.find("to");
    const wire::Json* from = json.find("from");
    check(into != nullptr && from != nullptr);
    return into->integer() == to.position ? shelf.find(from->integer().value_or(0)) : nullptr;
}

// What was known of the subject when that change was recorded, line by line, and since when the
// version was in force for it: what was moved to it is so from where its old version was.
void disclose(store::Reading& rows, const store::Entry& until, const store::Stream& stream,
              const Version& version, const Shelf& shelf, ReceiptExtra& into) {
    Arena memory;
    std::vector<promise::Fact> facts;
    rows.entries_of(until.stream, 0, [&](const store::Entry& entry) {
        if (entry.position > until.position) return false;
        if (entry.kind == static_cast<std::uint8_t>(EntryKind::Move))
            if (const Version* from = moved_from(entry, version, shelf))
                into.in_force_from = std::min(into.in_force_from, from->promise->effective_from);
        if (entry.kind != static_cast<std::uint8_t>(EntryKind::Turn)) return true;
        if (auto read = read_facts(memory.copy(entry.body), entry.recorded_at, shelf.names(),
                                   memory, facts);
            !read)
            throw store::Trouble(read.error());
        return true;
    });
    std::vector<const promise::Fact*> order;
    for (auto& fact : facts) {
        fact.subject = stream.name;
        order.push_back(&fact);
    }
    promise::put_in_order(order, until.recorded_at, until.recorded_at);
    into.facts.emplace();
    for (const auto* fact : order)
        append_fact_line(into.facts->emplace_back(), *fact, version.read, shelf.names());
}

}  // namespace

Result<std::string> make_receipt(store::Reading& rows, const vault::Keyring& keyring, Shelf& shelf,
                                 store::TenantId tenant_id, store::ObligationId id) {
    const auto row = rows.obligation(id);
    const auto who = tenant(rows, tenant_id);
    if (!row || row->tenant != tenant_id || !who) return refuse(unknown());
    if (shelf.find(row->version) == nullptr)
        if (auto filled = fill_shelf(rows, shelf); !filled) return refuse(filled.error());
    const Called names(shelf, who->origin);
    const Change change = latest_change(rows, *row, names);
    const Version* version = shelf.find(change.version);
    check(version != nullptr);
    Keys keys(keyring);
    ReceiptExtra extra;
    extra.content = change.content;
    extra.salt = TRY(keys.salt(rows, tenant_id, change.customer, change.leaf));
    const auto published = rows.entry(change.version);
    check(published.has_value());
    extra.publication = readable(read_promise_step(published->body)).publication;
    extra.in_force_from = version->promise->effective_from;
    extra.in_force_until = version->promise->effective_until;
    extra.zone_name = version->promise->zone->name();
    extra.zone_version = version->promise->zone->version();
    extra.log_key = who->log_public_key;
    extra.now = change.entry.recorded_at;
    const auto stream = rows.stream(row->stream);
    check(stream.has_value());
    // Who shares a key or a rate are other customers: their facts are nobody's to hand out.
    if (StreamName::parse(stream->name).kind == StreamName::Kind::Subject)
        disclose(rows, change.entry, *stream, *version, shelf, extra);
    if (extra.facts && extra.facts->size() > kDisclosedMost)
        return refuse({.code = "too-many-facts",
                       .what = {"这项业务的记录太多，开不了凭证",
                                "the subject has too many facts for a receipt"}});
    StoredTiles tiles(rows, tenant_id);
    return to_text(TRY(tlog::make_proof_file(tiles, static_cast<std::uint64_t>(change.leaf),
                                             rows.checkpoint(tenant_id).note, extra.to_json())));
}

}  // namespace yinuo::engine
