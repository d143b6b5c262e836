// Verifying a receipt, step by step, with nothing but the file and the zones of this machine.
#include <algorithm>

#include "engine/canonical_json.h"
#include "engine/entry.h"
#include "engine/json_members.h"
#include "engine/publication_json.h"
#include "engine/receipt.h"
#include "engine/receipt_extra.h"
#include "promise/fold.h"
#include "promise/rate.h"
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
    std::string subject, label;
    std::optional<promise::RateSum> sum;  // of rates: what was counted
};

Result<promise::RateSum> read_sum(const wire::Json& json) {
    Members in(json, {"叶子的 measured", "the leaf's \"measured\""});
    promise::RateSum sum{.counted = in.number("counted"), .good = in.number("good")};
    const auto value = Decimal::parse(in.text("value"));
    if (auto read = in.finish(); !read) return refuse(read.error());
    if (!value)
        return refuse(
            {.code = "unreadable",
             .what = {"叶子的 measured 没有数值", "the leaf's \"measured\" has no value"}});
    sum.value = *value;
    return sum;
}

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
    leaf.subject = in.text("subject");
    if (in.has("label")) leaf.label = in.text("label");
    const auto& measured = in.has("measured") ? in.object("measured") : wire::Json();
    for (const auto* other : {"obligation", "steps", "type", "v"}) in.skip(other);
    if (auto read = in.finish(); !read) return refuse(read.error());
    if (in.has("measured")) leaf.sum = TRY(read_sum(measured));
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

// "north" of "~key/17/2/north": a stream of the log is named by version, clause and key.
std::string_view key_in(std::string_view stream) {
    for (int i = 0; i < 3; ++i) {
        const auto slash = stream.find('/');
        if (slash == std::string_view::npos) return {};
        stream.remove_prefix(slash + 1);
    }
    return stream;
}

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
        clause_ = promise_.find_clause(leaf_.clause);
        if (clause_ < 0)
            return steps_.add(false, {"承诺里有条款“" + leaf_.clause + "”",
                                      "the promise has a clause \"" + leaf_.clause + "\""});
        if (!receipt_.has_facts) return may_lack_facts();
        const auto read = promise_.fields_read();
        for (const auto& fact : receipt_.facts) facts_.push_back(&fact);
        return steps_.add(
            vault::to_hex(facts_hash(facts_, read, names_)) == leaf_.facts_hash,
            {"所附 " + std::to_string(facts_.size()) + " 条业务记录就是当时的依据（SHA-256 相同）",
             "the " + std::to_string(facts_.size()) +
                 " facts are those it rested on (same SHA-256)"});
    }

    bool may_lack_facts() {
        if (std::holds_alternative<promise::Rate>(clause().shape)) return true;
        const Text needs{"凭证附有业务记录，或写明不予披露的有几条",
                         "the receipt has the facts, or says how many are withheld"};
        return (clause().per && extra().withheld > 0) || steps_.add(false, needs);
    }

    void recompute() {
        about_zone();
        if (std::holds_alternative<promise::Rate>(clause().shape))
            judge_rate();
        else if (receipt_.has_facts)
            fold();
        else
            without_facts();
    }

    const promise::Clause& clause() const {
        return promise_.clauses[static_cast<std::size_t>(clause_)];
    }

    void about_zone() {
        if (extra().zone_version != promise_.zone->version())
            steps_.add(true, {"本机的时区数据是 " + std::string(promise_.zone->version()) +
                                  "，当时用的是 " + extra().zone_version + "，照样重算",
                              "the zone data here is " + std::string(promise_.zone->version()) +
                                  ", then it was " + extra().zone_version +
                                  "; computed again all the same"});
    }

    // The same fold that judged it, over the same facts.
    void fold() {
        Arena kept;
        promise::Folding folding(names_, kept);
        std::vector<promise::Obligation> all;
        if (clause().per)
            promise::fold_key(promise_, clause_, key_in(leaf_.subject), facts_, leaf_.recorded,
                              folding, all);
        else
            promise::fold_subject(promise_, facts_, leaf_.recorded, folding, all);
        const auto found = std::ranges::find_if(all, [&](const promise::Obligation& o) {
            return o.clause == clause_ && o.occurrence == leaf_.occurrence;
        });
        // What began and, by later facts, never did is void in the log and not there in a fold.
        const auto now = found != all.end()
                             ? *found
                             : promise::Obligation{.subject = {}, .state = promise::State::Void};
        same_all(now, {"业务记录", "the facts"});
    }

    // What was counted is in the leaf; that it was counted rightly, everybody's facts would have to
    // show.
    void judge_rate() {
        if (!leaf_.sum)
            return void(steps_.add(
                true,
                {"日志没有记下当时的计数，状态未重算",
                 "the log doesn't say what was counted then: the state isn't computed again"}));
        const auto group = key_in(leaf_.subject);
        const auto periods = leaf_.started == Instant::max()
                                 ? std::vector<promise::RatePeriod>()
                                 : promise::rate_periods_at(promise_, clause_, leaf_.started);
        const auto period = std::ranges::find_if(periods, [&](const promise::RatePeriod& one) {
            return leaf_.label ==
                   (group.empty() ? one.label : std::string(group) + " " + one.label);
        });
        if (!steps_.add(period != periods.end(),
                        {"“" + leaf_.label + "”是条款的一个考核周期",
                         "\"" + leaf_.label + "\" is a period of the clause"}))
            return;
        Arena kept;
        promise::Folding folding(names_, kept);
        const auto counted = std::to_string(leaf_.sum->counted);
        const auto good = std::to_string(leaf_.sum->good);
        const auto value = leaf_.sum->value.to_string();
        steps_.add(true, std::get<promise::Rate>(clause().shape).good
                             ? Text{"日志记下：" + counted + " 件中 " + good + " 件达标",
                                    "the log says that " + good + " of " + counted + " were good"}
                             : Text{"日志记下：" + counted + " 件，数值 " + value,
                                    "the log says that " + counted + " came to " + value});
        same_all(promise::judge_period(promise_, clause_, group, *period, *leaf_.sum,
                                       leaf_.recorded, folding),
                 {"这些数字", "these figures"});
        steps_.add(true, {"数字依据所有业务的记录，凭证不含这些记录，数字本身未重算",
                          "the figures rest on everybody's facts, which the receipt doesn't have: "
                          "they aren't computed again"});
    }

    // Of other customers, or of one who was erased.
    void without_facts() {
        const auto count = std::to_string(extra().withheld);
        steps_.add(true, {"依据的 " + count +
                              " 条业务记录不全属于一位客户（或客户资料已删除），不予披露，"
                              "截止时间和状态未重算",
                          "the " + count +
                              " facts it rests on are other customers', too (or an erased "
                              "one's), and are withheld: due instant and state aren't "
                              "computed again"});
        const auto* within = std::get_if<promise::Within>(&clause().shape);
        if (within == nullptr || leaf_.started == Instant::max() || leaf_.due == Instant::max())
            return;
        for (const auto& row : within->rows) {
            const auto due = promise::due_after(leaf_.started, row.limit, promise_.calendars());
            if (due && *due == leaf_.due)
                return void(steps_.add(
                    true, {"截止时间 " + shown(leaf_.due) + " 正是从记下的开始时刻按条款期限算得的",
                           "the due instant " + shown(leaf_.due) +
                               " is the clause's limit from the start that the log says"}));
        }
    }

    void same_all(const promise::Obligation& now, const Text& from) {
        same({"开始时刻", "the start"}, leaf_.started, now.started_at, from);
        same({"截止时间", "the due instant"}, leaf_.due, now.due_at, from);
        const std::string state(promise::name_of(now.state));
        const Text words = promise::describe(now.state);
        steps_.add(state == leaf_.state,
                   {"状态“" + words.zh + "”由" + from.zh + "重算得出",
                    "the state \"" + state + "\" follows from " + from.en},
                   {"日志里写的是 " + leaf_.state, "the log says " + leaf_.state});
        same({"违约时刻", "the breach"}, leaf_.broken, now.broken_at, from);
        same({"了结时刻", "when it was settled"}, leaf_.settled, now.settled_at, from);
    }

    void same(const Text& what, Instant logged, Instant computed, const Text& from) {
        if (logged == computed && logged == Instant::max()) return;
        steps_.add(logged == computed,
                   {what.zh + " " + shown(logged) + " 由" + from.zh + "重算得出",
                    what.en + " " + shown(logged) + " follows from " + from.en},
                   {"重算得到 " + shown(computed), "computed again it is " + shown(computed)});
    }

    Steps steps_;
    Zones& zones_;
    Names names_;
    Arena memory_;
    ReadReceipt receipt_;
    Leaf leaf_;
    promise::Promise promise_;
    int clause_ = -1;
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
