#include "engine/receipt.h"

#include <algorithm>

#include "engine/called.h"
#include "engine/customers.h"
#include "engine/damage.h"
#include "engine/entry.h"
#include "engine/publishing.h"
#include "engine/receipt_extra.h"
#include "engine/resting.h"
#include "engine/tenant_log.h"
#include "engine/tenants.h"
#include "tlog/proof_file.h"
#include "wire/json.h"

namespace yinuo::engine {
namespace {

Error unknown() {
    return {.code = "no-obligation", .what = {"没有这张履约单", "there is no such obligation"}};
}

struct Change {
    store::Entry entry;
    store::Position version = 0;  // of the promise then: what is owed may have been moved since
    store::CustomerId customer = 0;
    std::string stream;
    std::string content;
    std::string facts_hash;
    std::int64_t leaf = 0;
};

// The obligation's latest change as it went into the transparency log.
Change latest_change(store::Reading& rows, const store::ObligationRow& row, const Called& names) {
    auto entry = rows.entry(row.position);
    if (!entry || entry->kind != static_cast<std::uint8_t>(EntryKind::Turn))
        damaged({"日志里没有这张履约单的记录", "the log doesn't tell of this obligation"});
    Arena memory;
    const TurnBody turn = readable(read_turn(entry->body, memory));
    const auto change = std::ranges::find(turn.changes, row.id, &ObligationChange::id);
    if (change == turn.changes.end() || !names.knows(turn))
        damaged({"日志条目 " + std::to_string(entry->position) + " 说的不是这张履约单",
                 "entry " + std::to_string(entry->position) + " isn't about this obligation"});
    const auto place = change - turn.changes.begin();
    auto leaves = leaves_of(turn, entry->recorded_at, names);
    return {.entry = *entry,
            .version = change->version,
            .customer = turn.customer,
            .stream = std::string(turn.stream),
            .content = std::move(leaves[static_cast<std::size_t>(place)]),
            .facts_hash = std::string(change->facts_hash),
            .leaf = entry->leaf + place};
}

// A move's "from", if it was to this version.
const Version* moved_from(const store::Entry& move, const Version& to, const Shelf& shelf) {
    Arena memory;
    const auto json = readable(wire::parse_json(move.body, memory));
    const wire::Json* into = json.find("to");
    const wire::Json* from = json.find("from");
    if (into == nullptr || from == nullptr)
        damaged({"移动没有说明从哪到哪", "a move doesn't say from where to where"});
    return into->integer() == to.position ? shelf.find(from->integer().value_or(0)) : nullptr;
}

// Since when the version was in force for this subject: what was moved to it is so from where its
// old version was.
Instant in_force_from(store::Reading& rows, const store::Entry& until, const Version& version,
                      const Shelf& shelf) {
    Instant from = version.promise->effective_from;
    rows.entries_of(until.stream, 0, [&](const store::Entry& entry) {
        if (entry.position > until.position) return false;
        if (entry.kind == static_cast<std::uint8_t>(EntryKind::Move))
            if (const Version* old = moved_from(entry, version, shelf))
                from = std::min(from, old->promise->effective_from);
        return true;
    });
    return from;
}

// Are the facts all of one customer, who is there still? Those of others are nobody's to hand out.
bool of_one_customer(store::Reading& rows, std::span<const store::StreamId> subjects) {
    store::CustomerId whose = 0;
    for (const auto id : subjects) {
        const auto stream = rows.stream(id);
        if (!stream || stream->customer == 0) continue;
        if (whose != 0 && stream->customer != whose) return false;
        whose = stream->customer;
    }
    if (whose == 0) return true;
    const auto customer = rows.customer(whose);
    return customer && customer->erased_at == Instant::max();
}

// What was known when that change was recorded, line by line.
Result<void> disclose(store::Reading& rows, const Change& change, const Version& version,
                      Shelf& shelf, ReceiptExtra& into) {
    const StreamName name = StreamName::parse(change.stream);
    if (name.kind == StreamName::Kind::Rate) return {};  // everybody's: the leaf has their sum
    const auto stream = rows.stream(change.entry.stream);
    if (!stream) damaged({"履约单所属的业务不在了", "the obligation's subject is missing"});
    Arena memory, kept;
    promise::Folding folding(shelf.names(), kept);
    const Moment then{.now = change.entry.recorded_at, .until = change.entry.position};
    // A subject's turn is decided by the facts of its own entry, too.
    const auto rests = name.kind == StreamName::Kind::Key
                           ? key_rests_on(rows, shelf, *stream, name, then, folding, memory)
                           : subject_rests_on(rows, shelf, *stream,
                                              {.now = then.now, .until = then.until + 1}, memory);
    if (facts_hash(rests.facts, version.read, shelf.names()) != change.facts_hash)
        damaged({"日志里的业务记录不是判定时的那些",
                 "the facts in the log aren't those that it was judged by"});
    if (name.kind == StreamName::Kind::Key && !of_one_customer(rows, rests.subjects)) {
        into.withheld = std::ssize(rests.facts);
        return {};
    }
    if (rests.facts.size() > kDisclosedMost)
        return refuse({.code = "too-many-facts",
                       .what = {"这项业务的记录太多，开不了凭证",
                                "the subject has too many facts for a receipt"}});
    into.facts.emplace();
    for (const auto* fact : rests.facts)
        append_fact_line(into.facts->emplace_back(), *fact, version.read, shelf.names());
    return {};
}

}  // namespace

Result<std::string> make_receipt(store::Reading& rows, const vault::Keyring& keyring, Shelf& shelf,
                                 store::TenantId tenant_id, store::ObligationId id) {
    const auto row = rows.obligation(id);
    const auto who = tenant(rows, tenant_id);
    if (!row || row->tenant != tenant_id || !who) return refuse(unknown());
    if (shelf.find(row->version) == nullptr)
        if (auto filled = fill_shelf(rows, shelf); !filled) return refuse(filled.error());
    const Change change = latest_change(rows, *row, Called(shelf, who->origin));
    const Version& version = *shelf.find(change.version);  // knows() has looked
    Keys keys(keyring);
    ReceiptExtra extra;
    extra.content = change.content;
    extra.salt = TRY(keys.salt(rows, tenant_id, change.customer, change.leaf));
    const auto published = rows.entry(change.version);
    if (!published) damaged({"日志里没有这一版承诺", "the log lacks this version of the promise"});
    extra.publication = readable(read_promise_step(published->body)).publication;
    extra.in_force_from = in_force_from(rows, change.entry, version, shelf);
    extra.in_force_until = version.promise->effective_until;
    extra.zone_name = version.promise->zone->name();
    extra.zone_version = version.promise->zone->version();
    extra.log_key = who->log_public_key;
    extra.now = change.entry.recorded_at;
    if (auto disclosed = disclose(rows, change, version, shelf, extra); !disclosed)
        return refuse(disclosed.error());
    StoredTiles tiles(rows, tenant_id);
    auto text =
        to_text(readable(tlog::make_proof_file(tiles, static_cast<std::uint64_t>(change.leaf),
                                               rows.checkpoint(tenant_id).note, extra.to_json())));
    // Nothing leaves the house that doesn't hold.
    const auto verdict = verify_receipt(text, who->log_public_key, shelf.zones());
    if (const auto flaw = std::ranges::find(verdict.findings, false, &ReceiptFinding::fine);
        flaw != verdict.findings.end())
        damaged({"开不了凭证，它核验不过：" + flaw->what.zh,
                 "there is no receipt of it that would verify: " + flaw->what.en});
    return text;
}

}  // namespace yinuo::engine
