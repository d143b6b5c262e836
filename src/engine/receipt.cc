#include "engine/receipt.h"

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
            .customer = turn.customer,
            .content = std::move(leaves[place]),
            .leaf = leaf};
}

// What was known of the subject when that change was recorded, line by line.
std::vector<std::string> facts_known(store::Reading& rows, const store::Entry& until,
                                     const Version& version, const Names& names) {
    Arena memory;
    std::vector<promise::Fact> facts;
    const auto stream = rows.stream(until.stream);
    check(stream.has_value());
    rows.entries_of(until.stream, 0, [&](const store::Entry& entry) {
        if (entry.position > until.position) return false;
        if (entry.kind != static_cast<std::uint8_t>(EntryKind::Turn)) return true;
        if (auto read =
                read_facts(memory.copy(entry.body), entry.recorded_at, names, memory, facts);
            !read)
            throw store::Trouble(read.error());
        return true;
    });
    std::vector<const promise::Fact*> order;
    for (auto& fact : facts) {
        fact.subject = stream->name;
        order.push_back(&fact);
    }
    promise::put_in_order(order, until.recorded_at, until.recorded_at);
    std::vector<std::string> lines;
    for (const auto* fact : order)
        append_fact_line(lines.emplace_back(), *fact, version.read, names);
    return lines;
}

}  // namespace

Result<std::string> make_receipt(store::Reading& rows, const vault::Keyring& keyring, Shelf& shelf,
                                 store::TenantId tenant_id, store::ObligationId id) {
    const auto row = rows.obligation(id);
    const auto who = tenant(rows, tenant_id);
    if (!row || row->tenant != tenant_id || !who) return refuse(unknown());
    if (shelf.find(row->version) == nullptr)
        if (auto filled = fill_shelf(rows, shelf); !filled) return refuse(filled.error());
    const Version* version = shelf.find(row->version);
    check(version != nullptr);

    const Called names(shelf, who->origin);
    const Change change = latest_change(rows, *row, names);
    Keys keys(keyring);
    ReceiptExtra extra;
    extra.content = change.content;
    extra.salt = TRY(keys.salt(rows, tenant_id, change.customer, change.leaf));
    const auto published = rows.entry(row->version);
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
        extra.facts = facts_known(rows, change.entry, *version, shelf.names());
    if (extra.facts && extra.facts->size() > kDisclosedMost)
        return refuse({.code = "too-many-facts",
                       .what = {"这项业务的记录太多，开不了凭证",
                                "the subject has too many facts for a receipt"}});
    StoredTiles tiles(rows, tenant_id);
    return to_text(TRY(tlog::make_proof_file(tiles, static_cast<std::uint64_t>(change.leaf),
                                             rows.checkpoint(tenant_id).note, extra.to_json())));
}

}  // namespace yinuo::engine
