#include <algorithm>
#include <array>

#include "base/check.h"
#include "engine/canonical_json.h"
#include "engine/entry.h"
#include "tlog/hash.h"

namespace yinuo::engine {
namespace {

constexpr int kLeafVersion = 1;
constexpr std::string_view kCommitmentPrefix = "yinuo leaf v1\n";
constexpr std::size_t kHashSize = 32;

// What a step is called in a leaf; leaves are for good, so these words never change.
std::string_view word_of(promise::EventKind kind) {
    using enum promise::EventKind;
    switch (kind) {
        case Started: return "started";
        case DueSet: return "due set";
        case Paused: return "paused";
        case Resumed: return "resumed";
        case Warned: return "warned";
        case Kept: return "kept";
        case Broken: return "broken";
        case Voided: return "voided";
        case VoidedByUs: return "voided by us";
        case Waived: return "waived";
        case NotMeasured: return "not measured";
        case LatenessEnded: return "lateness ended";
        case Reopened: return "reopened";
        case Claimed: return "claimed";
        case Confirmed: return "confirmed";
        case Rejected: return "rejected";
        case Withheld: return "withheld";
        case EvidenceSeen: return "evidence seen";
        case Agreed: return "agreed";
        case Released: return "released";
        case Extended: return "extended";
        case Reversed: return "reversed";
    }
    check(false);
}

std::string hex(std::string_view bytes) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const char c : bytes) {
        text += kHex[static_cast<unsigned char>(c) >> 4];
        text += kHex[static_cast<unsigned char>(c) & 15];
    }
    return text;
}

void append_step(std::string& out, const ObligationChange::Step& step) {
    CanonicalObject object(out);
    object.instant("at", step.at);
    object.instant("due", step.due_at);
    if (step.kind == promise::EventKind::Reversed) object.text("reversed", word_of(step.reversed));
    object.text("what", word_of(step.kind));
    if (!step.who.empty()) object.text("who", step.who);
    object.close();
}

std::string leaf_of(const ObligationChange& change, std::string_view stream, Instant recorded_at,
                    const LeafNames& names) {
    std::string out;
    CanonicalObject leaf(out);
    leaf.instant("broken", change.broken_at);
    leaf.text("clause", names.clause(change.version, change.clause));
    leaf.instant("due", change.due_at);
    if (!change.facts_hash.empty()) leaf.text("facts_sha256", hex(change.facts_hash));
    if (!change.label.empty()) leaf.text("label", change.label);
    leaf.text("log", names.origin());
    if (change.sum) {
        CanonicalObject measured(leaf.member("measured"));
        measured.number("counted", change.sum->counted);
        measured.number("good", change.sum->good);
        measured.text("value", change.sum->value.to_string());
        measured.close();
    }
    leaf.text("obligation", obligation_text(change.id));
    leaf.number("occurrence", change.occurrence);
    leaf.text("promise", names.promise(change.version));
    leaf.instant("recorded", recorded_at);
    leaf.instant("settled", change.settled_at);
    leaf.instant("started", change.started_at);
    leaf.text("state", promise::name_of(change.state));
    leaf.member("steps") += '[';
    for (const auto& step : change.steps) {
        if (&step != change.steps.data()) out += ',';
        append_step(out, step);
    }
    out += ']';
    leaf.text("subject", stream);
    leaf.text("text_sha256", names.text_hash(change.version));
    leaf.text("type", "obligation");
    leaf.number("v", kLeafVersion);
    leaf.close();
    return out;
}

std::string leaf_of(const RemedyChange& remedy, std::string_view stream, Instant recorded_at,
                    const LeafNames& names) {
    std::string out;
    CanonicalObject leaf(out);
    leaf.text("amount", remedy.amount.to_string());
    leaf.instant("at", remedy.at);
    leaf.truth("back", remedy.back);
    if (!remedy.currency.empty()) leaf.text("currency", remedy.currency);
    leaf.number("gift", remedy.gift);
    leaf.text("log", names.origin());
    if (!remedy.currency.empty()) leaf.number("minor", remedy.minor);
    leaf.text("obligation", obligation_text(remedy.obligation));
    leaf.text("payee", remedy.payee);
    leaf.text("promise", names.promise(remedy.version));
    leaf.instant("recorded", recorded_at);
    leaf.text("remedy", names.remedy(remedy.version, remedy.remedy));
    leaf.text("subject", stream);
    leaf.text("text_sha256", names.text_hash(remedy.version));
    leaf.text("type", "remedy");
    leaf.number("v", kLeafVersion);
    leaf.close();
    return out;
}

// Crockford's base 32: no I, L, O or U, so that an id survives a telephone.
constexpr std::string_view kObligationPrefix = "obl_";
constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";

// The digit's value; -1 if it is none. Read as people write them: capitals, O for 0, I and L for 1.
int digit_of(char c) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == 'o') c = '0';
    if (c == 'i' || c == 'l') c = '1';
    const auto at = kDigits.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::vector<std::string> leaves_of(const TurnBody& turn, Instant recorded_at,
                                   const LeafNames& names) {
    std::vector<std::string> leaves;
    leaves.reserve(turn.changes.size() + turn.remedies.size());
    for (const auto& change : turn.changes)
        leaves.push_back(leaf_of(change, turn.stream, recorded_at, names));
    for (const auto& remedy : turn.remedies)
        leaves.push_back(leaf_of(remedy, turn.stream, recorded_at, names));
    return leaves;
}

std::string commitment(std::string_view salt, std::string_view content) {
    check(salt.size() == kHashSize);
    std::string bytes;
    bytes.reserve(kCommitmentPrefix.size() + salt.size() + content.size());
    bytes += kCommitmentPrefix;
    bytes += salt;
    bytes += content;
    return std::string(tlog::sha256(bytes).view());
}

void append_fact_line(std::string& out, const promise::Fact& fact, std::span<const Symbol> read,
                      const Names& names) {
    std::vector<const feel::Binding*> fields;
    for (const feel::Binding& field : fact.fields)
        if (!field.value.is_null() && std::ranges::find(read, field.name) != read.end())
            fields.push_back(&field);
    std::ranges::stable_sort(fields, key_comes_before,
                             [&](const feel::Binding* field) { return names.text(field->name); });
    // Of equal names the first is the one that a look-up finds.
    const auto repeated = std::ranges::unique(fields, {}, &feel::Binding::name);
    fields.erase(repeated.begin(), repeated.end());
    CanonicalObject line(out);
    line.instant("at", fact.at);
    line.member("fields");
    CanonicalObject object(out);
    for (const feel::Binding* field : fields)
        append_canonical_value(object.member(names.text(field->name)), field->value);
    object.close();
    if (!fact.id.empty()) line.text("id", fact.id);
    line.text("kind", names.text(fact.kind));
    line.instant("received", fact.received_at);
    line.number("sequence", fact.sequence);
    line.text("subject", fact.subject);
    line.close();
}

std::string facts_hash(std::span<const promise::Fact* const> facts, std::span<const Symbol> read,
                       const Names& names) {
    std::string lines;
    for (const promise::Fact* fact : facts) {
        append_fact_line(lines, *fact, read, names);
        lines += '\n';
    }
    return std::string(tlog::sha256(lines).view());
}

std::string obligation_text(store::ObligationId id) {
    std::string digits;
    for (auto rest = static_cast<std::uint64_t>(id); rest != 0 || digits.empty(); rest >>= 5)
        digits += kDigits[rest & 31];
    std::ranges::reverse(digits);
    return std::string(kObligationPrefix) + digits;
}

Result<store::ObligationId> parse_obligation(std::string_view text) {
    std::uint64_t id = 0;
    bool good = text.starts_with(kObligationPrefix) && text.size() > kObligationPrefix.size() &&
                text.size() <= kObligationPrefix.size() + 13;
    if (good)
        for (const char c : text.substr(kObligationPrefix.size())) {
            const int digit = digit_of(c);
            good = good && digit >= 0 && id >> 58 == 0;
            id = id << 5 | static_cast<std::uint64_t>(digit & 31);
        }
    if (!good || id == 0)
        return refuse({.code = "bad-obligation",
                       .what = {"这不是履约单编号", "this is no obligation's id"},
                       .mend = {"编号形如 obl_1k4：obl_ 之后是数字和小写字母",
                                "an id looks like obl_1k4: digits and letters after obl_"}});
    return static_cast<store::ObligationId>(id);
}

}  // namespace yinuo::engine
