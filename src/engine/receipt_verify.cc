// Verifying a receipt, step by step, with nothing but the file and the zones of this machine.
#include <algorithm>

#include "engine/canonical_json.h"
#include "engine/entry.h"
#include "engine/json_members.h"
#include "engine/publication_json.h"
#include "engine/receipt.h"
#include "engine/receipt_extra.h"
#include "promise/history.h"
#include "promise/scope.h"
#include "tlog/proof_file.h"
#include "vault/encoding.h"

namespace yinuo::engine {
namespace {

// The leaf's members that are compared with what is computed here.
struct Leaf {
    std::string log, promise, clause, state, text_hash, facts_hash;
    std::int64_t occurrence = 0;
    Instant started = Instant::max(), due = Instant::max(), broken = Instant::max(),
            settled = Instant::max(), recorded = Instant::max();
};

Result<Leaf> read_leaf(std::string_view content) {
    Arena memory;
    const wire::Json json = TRY(wire::parse_json(content, memory));
    const wire::Json* type = json.find("type");
    if (type == nullptr || type->string() != "obligation")
        return refuse({.code = "other-leaf",
                       .what = {"这个叶子记的不是履约单", "this leaf is about no obligation"}});
    Members in(json, {"叶子", "the leaf"});
    Leaf leaf;
    leaf.log = in.text("log");
    leaf.promise = in.text("promise");
    leaf.clause = in.text("clause");
    leaf.state = in.text("state");
    leaf.text_hash = in.text("text_sha256");
    if (in.has("facts_sha256")) leaf.facts_hash = in.text("facts_sha256");
    leaf.occurrence = in.number("occurrence");
    leaf.started = in.instant("started");
    leaf.due = in.instant("due");
    leaf.broken = in.instant("broken");
    leaf.settled = in.instant("settled");
    leaf.recorded = in.instant("recorded");
    for (const auto* other : {"label", "obligation", "steps", "subject", "type", "v"})
        in.skip(other);
    if (auto read = in.finish(); !read) return refuse(read.error());
    return leaf;
}

class Steps {
public:
    explicit Steps(ReceiptVerdict& verdict) : verdict_(verdict) {}

    // Says what was looked at; when it isn't so, also why.
    bool add(bool fine, Text what, const Text& why = {}) {
        if (!fine && !why.en.empty()) {
            what.zh += "：" + why.zh;
            what.en += ": " + why.en;
        }
        verdict_.fine = verdict_.fine && fine;
        verdict_.findings.push_back({.fine = fine, .what = std::move(what)});
        return fine;
    }
    bool unreadable(const Error& error) {
        verdict_.readable = false;
        return add(false, {"凭证读不懂", "the receipt can't be read"}, error.what);
    }

private:
    ReceiptVerdict& verdict_;
};

std::string shown(Instant at) { return at == Instant::max() ? "-" : instant_text(at); }

class Verification {
public:
    Verification(ReceiptVerdict& verdict, Zones& zones) : steps_(verdict), zones_(zones) {}

    void run(std::string_view text, std::optional<std::string_view> log_key,
             ReceiptVerdict& verdict) {
        const auto file = tlog::parse_proof_file(text);
        if (!file) return void(steps_.unreadable(file.error()));
        auto receipt = read_receipt(file->extra, names_, zones_, memory_);
        if (!receipt) return void(steps_.unreadable(receipt.error()));
        receipt_ = *std::move(receipt);
        verdict.content = receipt_.extra.content;
        const auto leaf = read_leaf(receipt_.extra.content);
        if (!leaf) return void(steps_.unreadable(leaf.error()));
        leaf_ = *leaf;
        // What follows is computed only from what the log vouches for: a forged file costs nothing.
        if (proved(*file, log_key) && texts_fit()) recompute();
    }

private:
    const ReceiptExtra& extra() const { return receipt_.extra; }

    bool proved(const tlog::ProofFile& file, std::optional<std::string_view> log_key) {
        const auto key = tlog::VerifierKey::parse(log_key.value_or(extra().log_key));
        if (!key)
            return steps_.add(false, {"日志的公钥", "the log's public key"}, key.error().what);
        const tlog::Trust trust{.origin = key->name(), .log = {*key}, .witnesses = {}};
        const auto signed_by = tlog::open_checkpoint(file.checkpoint, trust);
        const Text signature{"检查点由 " + key->name() + " 签名",
                             "the checkpoint is signed by " + key->name()};
        if (!steps_.add(signed_by.has_value(), signature,
                        signed_by ? Text{} : signed_by.error().what))
            return false;
        if (!log_key)
            steps_.add(
                true,
                {"公钥是凭证自己带的：只证明前后一致，不证明出自谁手；请向企业索取公钥再核一次",
                 "the key came with the receipt: that proves it consistent in itself, "
                 "not whose it is; ask the company for its key and verify again"});
        const auto size = signed_by->checkpoint.size;
        const auto& root = signed_by->checkpoint.root;
        const auto hash = tlog::hash_leaf(commitment(extra().salt, extra().content));
        const auto included = tlog::verify_inclusion(hash, file.index, size, file.proof, root);
        const Text inclusion{"这段内容加盐后，是日志前 " + std::to_string(size) + " 个叶子中的第 " +
                                 std::to_string(file.index) + " 个（从 0 数）",
                             "this content, salted, is leaf " + std::to_string(file.index) +
                                 " (from 0) of the log's first " + std::to_string(size)};
        if (!steps_.add(
                included.has_value(), inclusion,
                {"包含证明对不上：内容、盐、位置或证明被改过",
                 "the inclusion proof doesn't fit: content, salt, index or proof was changed"}))
            return false;
        return steps_.add(
            leaf_.log == signed_by->checkpoint.origin && leaf_.recorded == extra().now,
            {"内容写明的日志和记录时刻与凭证一致",
             "the content names this log, and the instant it was recorded"});
    }

    bool texts_fit() {
        if (!steps_.add(hex_hash(extra().publication.text) == leaf_.text_hash,
                        {"所附承诺文本就是 " + leaf_.promise + " 的文本（SHA-256 相同）",
                         "the promise's text is that of " + leaf_.promise + " (same SHA-256)"}))
            return false;
        auto reading = read_publication(extra().publication, names_, zones_);
        const auto error = std::ranges::find(reading.findings, Severity::Error, &Finding::severity);
        if (error != reading.findings.end() || reading.promises.size() != 1)
            return steps_.add(false, {"承诺文本能在本机编译", "the promise's text compiles here"},
                              error != reading.findings.end()
                                  ? error->error.what
                                  : Text{"不是恰好一个承诺", "it isn't exactly one promise"});
        promise_ = std::move(reading.promises.front());
        promise_.effective_from = extra().in_force_from;
        promise_.effective_until = extra().in_force_until;
        if (!receipt_.has_facts) {
            steps_.add(true,
                       {"这张履约单还依据其他业务的记录，凭证不含业务记录，截止时间和状态未重算",
                        "this obligation rests on other subjects too, so the receipt has no "
                        "facts: due instant and state aren't computed again"});
            return false;
        }
        const auto read = promise_.fields_read();
        for (const auto& fact : receipt_.facts) facts_.push_back(&fact);
        return steps_.add(
            vault::to_hex(facts_hash(facts_, read, names_)) == leaf_.facts_hash,
            {"所附 " + std::to_string(facts_.size()) + " 条业务记录就是当时的依据（SHA-256 相同）",
             "the " + std::to_string(facts_.size()) +
                 " facts are those it rested on (same SHA-256)"});
    }

    void recompute() {
        if (extra().zone_version != promise_.zone->version())
            steps_.add(true, {"本机的时区数据是 " + std::string(promise_.zone->version()) +
                                  "，当时用的是 " + extra().zone_version + "，照样重算",
                              "the zone data here is " + std::string(promise_.zone->version()) +
                                  ", then it was " + extra().zone_version +
                                  "; computed again all the same"});
        const int clause = promise_.find_clause(leaf_.clause);
        if (clause < 0)
            return void(steps_.add(false, {"承诺里有条款“" + leaf_.clause + "”",
                                           "the promise has a clause \"" + leaf_.clause + "\""}));
        Arena kept;
        promise::Folding folding(names_, kept);
        std::vector<promise::Obligation> all;
        promise::fold_subject(promise_, facts_, leaf_.recorded, folding, all);
        const auto found = std::ranges::find_if(all, [&](const promise::Obligation& o) {
            return o.clause == clause && o.occurrence == leaf_.occurrence;
        });
        // What began and, by later facts, never did is void in the log and not there in a fold.
        const auto now = found != all.end()
                             ? *found
                             : promise::Obligation{.subject = {}, .state = promise::State::Void};
        same({"开始时刻", "the start"}, leaf_.started, now.started_at);
        same({"截止时间", "the due instant"}, leaf_.due, now.due_at);
        const std::string state(promise::name_of(now.state));
        const Text words = promise::describe(now.state);
        steps_.add(state == leaf_.state,
                   {"状态“" + words.zh + "”由业务记录重算得出",
                    "the state \"" + state + "\" follows from the facts"},
                   {"日志里写的是 " + leaf_.state, "the log says " + leaf_.state});
        same({"违约时刻", "the breach"}, leaf_.broken, now.broken_at);
        same({"了结时刻", "when it was settled"}, leaf_.settled, now.settled_at);
    }

    void same(const Text& what, Instant logged, Instant computed) {
        if (logged == computed && logged == Instant::max()) return;
        steps_.add(logged == computed,
                   {what.zh + " " + shown(logged) + " 由业务记录重算得出",
                    what.en + " " + shown(logged) + " follows from the facts"},
                   {"重算得到 " + shown(computed), "computed again it is " + shown(computed)});
    }

    Steps steps_;
    Zones& zones_;
    Names names_;
    Arena memory_;
    ReadReceipt receipt_;
    Leaf leaf_;
    promise::Promise promise_;
    std::vector<const promise::Fact*> facts_;
};

}  // namespace

ReceiptVerdict verify_receipt(std::string_view file, std::optional<std::string_view> log_key,
                              Zones& zones) {
    ReceiptVerdict verdict;
    Verification(verdict, zones).run(file, log_key, verdict);
    return verdict;
}

}  // namespace yinuo::engine
