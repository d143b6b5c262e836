#include "engine/fsck.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <optional>
#include <set>

#include "engine/called.h"
#include "engine/customers.h"
#include "engine/damage.h"
#include "engine/entry.h"
#include "engine/fsck_promises.h"
#include "engine/paying_entry.h"
#include "engine/paying_rebuild.h"
#include "engine/publication_json.h"
#include "engine/publishing.h"
#include "engine/tenant_log.h"
#include "engine/tenants.h"
#include "tlog/audit.h"
#include "tlog/checkpoint.h"
#include "tlog/proof.h"
#include "wire/json.h"

namespace yinuo::engine {
namespace {

constexpr std::size_t kFindingsMost = 100;
constexpr store::Position kBeat = 256;

void add(Findings& findings, const char* code, Text what) {
    if (findings.size() >= kFindingsMost) return;
    findings.push_back({.severity = Severity::Error,
                        .error = {.code = code,
                                  .what = std::move(what),
                                  .mend = {"从备份恢复；日志本身不能修补",
                                           "restore a backup; the log itself can't be mended"}}});
}

std::string number(std::int64_t n) { return std::to_string(n); }

Result<tlog::TrustedCheckpoint> open_note(const Tenant& tenant, std::string_view note) {
    const auto key = TRY(tlog::VerifierKey::parse(tenant.log_public_key));
    return tlog::open_checkpoint(note, {.origin = tenant.origin, .log = {key}, .witnesses = {}});
}

// The commitments in the log's own bundles, one bundle in hand.
class Bundles {
public:
    Bundles(store::Reading& rows, store::TenantId tenant) : rows_(rows), tenant_(tenant) {}

    bool holds(std::int64_t leaf, std::string_view commitment) {
        if (leaf < 0) return false;
        const auto index = leaf / tlog::kTileWidth;
        if (index != index_) {
            const auto tile = rows_.tile(tenant_, -1, index);
            bytes_ = tile ? tile->bytes : std::string();
            index_ = index;
        }
        const auto at = static_cast<std::size_t>(leaf % tlog::kTileWidth);
        if (bytes_.size() < (at + 1) * tlog::kBundledEntryBytes) return false;
        const auto entry = tlog::entry_at(bytes_, at);
        return entry && std::memcmp(entry->data(), commitment.data(), entry->size()) == 0;
    }

private:
    store::Reading& rows_;
    store::TenantId tenant_;
    std::int64_t index_ = -1;
    std::string bytes_;
};

// Entries whose body is the text that their one leaf commits to.
bool is_leaf_itself(EntryKind kind) {
    switch (kind) {
        case EntryKind::Delivery:
        case EntryKind::Fund:
        case EntryKind::Incident:
        case EntryKind::Evidence:
        case EntryKind::Signature: return true;
        case EntryKind::Turn:
        case EntryKind::Promise:
        case EntryKind::Calendar:
        case EntryKind::Alert:
        case EntryKind::Audit:
        case EntryKind::Customer:
        case EntryKind::Move:
        case EntryKind::Payout: return false;
    }
    return false;  // a damaged one
}

class LeafCheck {
public:
    LeafCheck(store::Reading& rows, Zones& zones, const vault::Keyring& keyring, Fsck& into)
        : rows_(rows), shelf_(zones), keys_(keyring), into_(into) {}

    void open() {
        for (auto& tenant : tenants(rows_)) {
            auto& log =
                logs_
                    .emplace(tenant.id,
                             Log{.tenant = tenant, .bundles = {rows_, tenant.id}, .promises = {}})
                    .first->second;
            log.promises.read(
                rows_, tenant.id, shelf_,
                [&](const store::Entry& entry, const Error& why) { bad(entry, why); });
        }
    }

    Result<void> take(const store::Entry& entry) {
        const auto found = logs_.find(entry.tenant);
        Log* log = found == logs_.end() ? nullptr : &found->second;
        if (entry.leaves != 0) {
            if (log == nullptr) {
                into_.log_is_sound = false;
                add(into_.findings, "leaves-apart",
                    {"日志条目 " + number(entry.position) + " 有存证却没有租户",
                     "entry " + number(entry.position) + " has leaves but no tenant"});
                return {};
            }
            if (entry.leaf != log->next)
                add(into_.findings, "leaves-apart",
                    {"日志条目 " + number(entry.position) + " 的存证应从 " + number(log->next) +
                         " 起，却从 " + number(entry.leaf) + " 起",
                     "the leaves of entry " + number(entry.position) + " should begin at " +
                         number(log->next) + " and begin at " + number(entry.leaf)});
            log->next = entry.leaf + entry.leaves;
        }
        store::CustomerId customer = 0;
        const auto wanted = contents(entry, log == nullptr ? "" : log->tenant.origin, customer);
        if (!wanted) {
            bad(entry, wanted.error());
            return {};
        }
        if (std::ssize(*wanted) != entry.leaves) {
            wrong(entry);
            return {};
        }
        if (wanted->empty()) return {};
        return compare(entry, *wanted, customer, *log);
    }

    void finish() {
        for (auto& [id, log] : logs_) {
            const auto stands = rows_.checkpoint(id);
            const std::string& name = log.tenant.name;
            if (into_.log_is_sound)
                log.promises.compare(rows_, id, [&](const char* code, Text what) {
                    add(into_.findings, code, std::move(what));
                });
            if (stands.size != log.next)
                add(into_.findings, "wrong-checkpoint",
                    {"租户 " + name + " 的检查点有 " + number(stands.size) + " 条存证，日志有 " +
                         number(log.next) + " 条",
                     "the checkpoint of " + name + " has " + number(stands.size) +
                         " leaves, its entries have " + number(log.next)});
            if (stands.size == 0) continue;
            const auto opened = open_note(log.tenant, stands.note);
            if (!opened || opened->checkpoint.size != static_cast<std::uint64_t>(stands.size)) {
                add(into_.findings, "wrong-checkpoint",
                    {"租户 " + name + " 的检查点签名不对",
                     "the checkpoint of " + name + " isn't signed by its key"});
                continue;
            }
            StoredTiles tiles(rows_, id);
            const auto audit =
                tlog::audit(tiles, opened->checkpoint.size, opened->checkpoint.root, kFindingsMost);
            into_.figures.tiles += static_cast<std::int64_t>(audit.entries);
            for (const auto& flaw : audit.flaws) {
                auto what = flaw.error.what;
                const auto path = name + "/" + tlog::tile_path(flaw.tile);
                add(into_.findings, flaw.error.code.c_str(),
                    {path + "：" + what.zh, path + ": " + what.en});
            }
        }
    }

private:
    struct Log {
        Tenant tenant;
        Bundles bundles;
        LoggedPromises promises;
        std::int64_t next = 0;
    };

    // What the entry's leaves commit to, and about whom they are. Refuses what the engine can't have
    // written: whoever folds it would trip over it.
    Result<std::vector<std::string>> contents(const store::Entry& entry, std::string_view origin,
                                              store::CustomerId& customer) {
        memory_.reset();
        const auto kind = static_cast<EntryKind>(entry.kind);
        if (kind == EntryKind::Turn) {
            const auto body = TRY(read_turn(entry.body, memory_, &shelf_.zones()));
            const Called names(shelf_, origin);
            if (!names.knows(body) || !is_well_named(body.stream))
                return refuse(damage({"所说的版本、条款或补偿没有发布过",
                                      "it names a version, clause or remedy never published"}));
            for (const auto& given : body.remedies)
                if (!began(given.obligation, entry))
                    return refuse(damage({"补偿所属的履约单不在这项业务里",
                                          "it gives for an obligation that its subject hasn't"}));
            customer = body.customer;
            return leaves_of(body, entry.recorded_at, names);
        }
        // A stream is numbered by its first entry, and that is a turn.
        if (entry.stream == entry.position)
            return refuse(damage({"应是一次处理，却不是", "it should be a turn and isn't"}));
        if (kind == EntryKind::Promise) return published(entry);
        if (kind == EntryKind::Payout) {
            const auto payout = TRY(read_payout(entry));
            customer = payout.view.row.customer;
            return std::vector<std::string>{leaf_of(payout.view, origin)};
        }
        if (kind == EntryKind::Fund) TRY(read_fund(entry.body));
        // A webhook's answer has none.
        const bool has_none = kind == EntryKind::Delivery && entry.leaves == 0;
        if (is_leaf_itself(kind) && !has_none) {
            customer = TRY(customer_of(entry.body));
            return std::vector<std::string>{entry.body};
        }
        if (kind == EntryKind::Move && !is_move(entry.body))
            return refuse(damage({"应把履约单移到同一承诺的后一版，却不是",
                                  "it should move obligations to a later version of the same "
                                  "promise and doesn't"}));
        return std::vector<std::string>();
    }

    // Whose salt a leaf is under that is its entry's body: the member "customer" says it, if there is
    // one; otherwise it is the tenant's.
    Result<store::CustomerId> customer_of(std::string_view body) {
        const auto json = TRY(wire::parse_json(body, memory_));
        const auto* member = json.find("customer");
        if (member == nullptr) return 0;
        const auto number = member->integer();
        if (!number || *number < 0)
            return refuse(damage({"客户编号不是数", "its customer's number isn't one"}));
        return *number;
    }

    // Whether the entry, or one of its stream before it, tells of the obligation.
    bool began(store::ObligationId id, const store::Entry& by) {
        bool found = false;
        rows_.entries_of(by.stream, 0, [&](const store::Entry& entry) {
            if (entry.position > by.position) return false;
            if (entry.kind != static_cast<std::uint8_t>(EntryKind::Turn)) return true;
            if (const auto body = read_turn(entry.body, memory_))
                found = std::ranges::find(body->changes, id, &ObligationChange::id) !=
                        body->changes.end();
            return !found;
        });
        return found;
    }

    Result<std::vector<std::string>> published(const store::Entry& entry) {
        auto step = TRY(read_promise_step(entry.body));
        if (step.stage != Stage::Published) return std::vector<std::string>();
        const auto at = step.id.rfind('@');
        PromiseVersion version;
        version.name = step.id.substr(0, at);
        version.text_hash = hex_hash(step.publication.text);
        version.publication = std::move(step.publication);
        version.published_at = entry.recorded_at;
        std::from_chars(step.id.data() + at + 1, step.id.data() + step.id.size(), version.version);
        if (step.text_hash != version.text_hash)
            return refuse({.code = "wrong-text-hash",
                           .what = {"承诺文本与其哈希不符",
                                    "the promise's text isn't the one that its hash names"}});
        return std::vector<std::string>{leaf_of(version)};
    }

    bool is_move(std::string_view body) {
        const auto json = wire::parse_json(body, memory_);
        if (!json) return false;
        const auto version = [&](std::string_view key) {
            const auto* number = json->find(key);
            const auto at = number == nullptr ? std::nullopt : number->integer();
            return at ? shelf_.find(*at) : nullptr;
        };
        const Version* from = version("from");
        const Version* to = version("to");
        const auto* by = json->find("by");
        return json->members.size() == 3 && by != nullptr && by->is_string() && from != nullptr &&
               to != nullptr && from->position < to->position && from->tenant == to->tenant &&
               from->promise->id == to->promise->id;
    }

    // Streams of keys and rates are named after a clause: "~rate/17/2/north" (turner.h).
    bool is_well_named(std::string_view stream) const {
        const bool is_rate = stream.starts_with("~rate/");
        if (!is_rate && !stream.starts_with("~key/")) return true;
        store::Position position = 0;
        std::size_t clause = 0;
        const char* const end = stream.data() + stream.size();
        const auto first = std::from_chars(stream.data() + stream.find('/') + 1, end, position);
        if (first.ec != std::errc() || first.ptr == end || *first.ptr != '/') return false;
        const auto second = std::from_chars(first.ptr + 1, end, clause);
        if (second.ec != std::errc() || second.ptr == end || *second.ptr != '/') return false;
        const Version* version = shelf_.find(position);
        if (version == nullptr) return false;
        const auto& those = is_rate ? version->rates : version->keyed;
        return std::ranges::find(those, static_cast<int>(clause)) != those.end();
    }

    Result<void> compare(const store::Entry& entry, const std::vector<std::string>& wanted,
                         store::CustomerId customer, Log& log) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const auto leaf = entry.leaf + static_cast<std::int64_t>(i);
            const auto salt = keys_.salt(rows_, entry.tenant, customer, leaf);
            if (!salt && salt.error().code == "erased") {
                ++into_.figures.erased;
                continue;
            }
            if (!salt && salt.error().code == "no-customer") {
                bad(entry, salt.error());
                return {};
            }
            if (!salt && salt.error().code == "master-unknown") return refuse(salt.error());
            if (!salt) {
                unopened(entry, customer, salt.error());
                return {};
            }
            if (log.bundles.holds(leaf, commitment(*salt, wanted[i])))
                ++into_.figures.leaves;
            else
                wrong(entry);
        }
        return {};
    }

    // Said once of each entry.
    void bad(const store::Entry& entry, const Error& why) {
        into_.log_is_sound = false;
        if (!bad_.insert(entry.position).second) return;
        add(into_.findings, why.code.c_str(),
            {"日志条目 " + number(entry.position) + "：" + why.what.zh,
             "entry " + number(entry.position) + ": " + why.what.en});
    }

    // The key that the leaves' salts come from; said once of each customer (0: the tenant).
    void unopened(const store::Entry& entry, store::CustomerId customer, const Error& why) {
        if (!unopened_.insert({entry.tenant, customer}).second) return;
        const auto whose = number(customer);
        add(into_.findings, "key-unreadable",
            {(customer == 0 ? "租户" : "客户 " + whose) + " 的密钥打不开，其存证没有核对：" +
                 why.what.zh,
             "the key of " + (customer == 0 ? "the tenant" : "customer " + whose) +
                 " can't be opened, its leaves weren't checked: " + why.what.en});
    }

    void wrong(const store::Entry& entry) {
        into_.log_is_sound = false;
        add(into_.findings, "wrong-commitment",
            {"存证与日志条目 " + number(entry.position) + " 的内容不符",
             "a leaf of entry " + number(entry.position) + " isn't the commitment to its content"});
    }

    store::Reading& rows_;
    Shelf shelf_;
    Keys keys_;
    Fsck& into_;
    Arena memory_;
    std::map<store::TenantId, Log> logs_;
    std::set<store::Position> bad_;
    std::set<std::pair<store::TenantId, store::CustomerId>> unopened_;
};

}  // namespace

Result<Fsck> check_logs(store::Reading& rows, Zones& zones, const vault::Keyring& keyring,
                        const Goes& goes) {
    Fsck made;
    try {
        LeafCheck leaves(rows, zones, keyring, made);
        LedgerCheck ledger;
        leaves.open();
        Result<void> fine;
        store::Position last = 0;
        Instant at = Instant::min();
        const auto of = rows.last_position();
        rows.entries_after(0, [&](const store::Entry& entry) {
            if (entry.position != last + 1)
                add(made.findings, "log-has-holes",
                    {"日志缺少第 " + number(last + 1) + " 条",
                     "the log lacks entry " + number(last + 1)});
            if (entry.recorded_at < at)
                add(made.findings, "time-went-back",
                    {"日志条目 " + number(entry.position) + " 的时刻早于前一条",
                     "entry " + number(entry.position) + " was recorded before the one before"});
            last = entry.position;
            at = entry.recorded_at;
            fine = leaves.take(entry);
            ledger.take(entry, [&](const char* code, Text what) {
                made.log_is_sound = false;
                add(made.findings, code, std::move(what));
            });
            if (fine && goes && entry.position % kBeat == 0 && !goes(entry.position, of))
                fine = refuse({.code = "interrupted", .what = {"已中断", "interrupted"}});
            return fine.has_value();
        });
        if (!fine) return refuse(std::move(fine.error()));
        leaves.finish();
    } catch (const store::Trouble& trouble) {
        return refuse(trouble.error());
    }
    return made;
}

Result<Fsck> fsck(store::Store& store, Zones& zones, const vault::Keyring& keyring,
                  const Goes& goes) {
    auto medium = store.examine();
    try {
        const auto rows = store.read();
        auto made = TRY(check_logs(*rows, zones, keyring, goes));
        made.findings.insert(made.findings.begin(), medium.begin(), medium.end());
        // What a damaged entry says is folded into nothing.
        if (!made.log_is_sound) {
            add(made.findings, "rows-not-compared",
                {"日志有损坏，没有拿它与各行相比", "the log is damaged: no row was held to it"});
            return made;
        }
        auto compared = TRY(compare(*rows, zones, goes));
        made.figures.rows = compared.figures;
        made.findings.insert(made.findings.end(), compared.differences.begin(),
                             compared.differences.end());
        return made;
    } catch (const store::Trouble& trouble) {
        return refuse(trouble.error());
    }
}

Result<Findings> check_against(store::Reading& rows, const std::string& note) {
    Findings findings;
    const std::string origin = note.substr(0, note.find('\n'));
    try {
        const auto all = tenants(rows);
        const auto whose = std::ranges::find(all, origin, &Tenant::origin);
        if (whose == all.end())
            return refuse(
                {.code = "unknown-origin",
                 .what = {"没有名为 " + origin + " 的存证日志", "there is no log called " + origin},
                 .mend = {"检查文件和数据目录是不是一对",
                          "look whether file and data directory belong together"}});
        const auto before = TRY(open_note(*whose, note)).checkpoint;
        const auto stands = rows.checkpoint(whose->id);
        if (before.size > static_cast<std::uint64_t>(stands.size)) {
            add(findings, "log-shrank",
                {"存证日志从 " + std::to_string(before.size) + " 条变成了 " + number(stands.size) +
                     " 条",
                 "the log had " + std::to_string(before.size) + " leaves and now has " +
                     number(stands.size)});
            return findings;
        }
        StoredTiles tiles(rows, whose->id);
        const auto root = tlog::root_of(tiles, before.size);
        if (!root || *root != before.root)
            add(findings, "log-rewritten",
                {"存证日志的前 " + std::to_string(before.size) + " 条不是当时签过的",
                 "the first " + std::to_string(before.size) +
                     " leaves aren't those that were signed then"});
    } catch (const store::Trouble& trouble) {
        return refuse(trouble.error());
    }
    return findings;
}

}  // namespace yinuo::engine
