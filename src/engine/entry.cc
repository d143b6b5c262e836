#include "engine/entry.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "engine/entry_bytes.h"

namespace yinuo::engine {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kWithSums = 2;  // the same, and after each change the sum of a rate, or 0
constexpr std::size_t kHashSize = 32;

// A fact's byte of marks: its change in the low bits.
constexpr std::uint8_t kChangeBits = 0x03;
constexpr std::uint8_t kHasSealed = 0x04;

// A step's first byte: its kind in the low bits, then what else is there.
constexpr std::uint8_t kKindBits = 0x1F;
constexpr std::uint8_t kHasReversed = 0x20;
constexpr std::uint8_t kHasDue = 0x40;
constexpr std::uint8_t kHasWho = 0x80;
constexpr std::uint8_t kLastKind = static_cast<std::uint8_t>(promise::EventKind::Reversed);
static_assert(kLastKind <= kKindBits);

enum class HashMark : std::uint8_t { None = 0, AsBefore = 1, Here = 2 };

constexpr std::uint8_t kIsBack = 0x01;
constexpr std::uint8_t kIsMoney = 0x02;

Error unreadable(std::string_view part) {
    const std::string name(part);
    return {.code = "log-entry-unreadable",
            .what = {"日志条目读不出来（" + name + "）：不是本程序写的，或者已损坏",
                     "a log entry can't be read (" + name +
                         "): it was not written by this program, or it is damaged"},
            .mend = {"用 yinuo fsck 检查存储，或从备份恢复",
                     "check the store with yinuo fsck, or restore a backup"}};
}

// Instants are written as their distance from this one, which is close to all of them.
Instant base_of(const TurnBody& turn) {
    if (!turn.facts.empty()) return turn.facts.front().at;
    if (!turn.changes.empty() && !turn.changes.front().steps.empty())
        return turn.changes.front().steps.front().at;
    if (!turn.changes.empty()) return turn.changes.front().started_at;
    return turn.remedies.empty() ? Instant{} : turn.remedies.front().at;
}

void put_fact(std::string& out, const LoggedFact& fact, Instant base) {
    // "3:A-17": the source stands in the id, so that reading for a fold has nothing to join.
    std::string id = std::to_string(fact.source);
    id += ':';
    id += fact.id;
    put_text(out, id);
    put_text(out, fact.kind);
    put_instant(out, fact.at, base);
    put_signed(out, fact.sequence);
    put_byte(out, static_cast<std::uint8_t>(static_cast<std::uint8_t>(fact.change) |
                                            (fact.sealed.empty() ? 0 : kHasSealed)));
    put_varint(out, fact.fields.size());
    for (const Field& field : fact.fields) {
        put_text(out, field.name);
        put_value(out, field.value);
    }
    if (!fact.sealed.empty()) put_text(out, fact.sealed);
}

void put_step(std::string& out, const ObligationChange::Step& step, Instant base) {
    const bool has_reversed = step.reversed != promise::EventKind::Started;
    const bool has_due = step.due_at != Instant::max();
    put_byte(out, static_cast<std::uint8_t>(
                      static_cast<std::uint8_t>(step.kind) | (has_reversed ? kHasReversed : 0) |
                      (has_due ? kHasDue : 0) | (step.who.empty() ? 0 : kHasWho)));
    put_instant(out, step.at, base);
    if (has_reversed) put_byte(out, static_cast<std::uint8_t>(step.reversed));
    if (has_due) put_instant(out, step.due_at, base);
    if (!step.who.empty()) put_text(out, step.who);
}

void put_sum(std::string& out, const std::optional<promise::RateSum>& sum) {
    put_byte(out, sum ? 1 : 0);
    if (!sum) return;
    put_signed(out, sum->counted);
    put_signed(out, sum->good);
    put_value(out, feel::Value::number(sum->value));
}

void put_change(std::string& out, const ObligationChange& change, Instant base,
                std::string_view hash_before) {
    put_varint(out, static_cast<std::uint64_t>(change.id));
    put_varint(out, static_cast<std::uint64_t>(change.version));
    put_signed(out, change.clause);
    put_signed(out, change.occurrence);
    put_text(out, change.label);
    put_byte(out, static_cast<std::uint8_t>(change.state));
    for (const Instant at : {change.started_at, change.due_at, change.broken_at, change.settled_at})
        put_instant(out, at, base);
    put_varint(out, change.steps.size());
    for (const auto& step : change.steps) put_step(out, step, base);
    check(change.facts_hash.empty() || change.facts_hash.size() == kHashSize);
    const auto mark = change.facts_hash.empty()          ? HashMark::None
                      : change.facts_hash == hash_before ? HashMark::AsBefore
                                                         : HashMark::Here;
    put_byte(out, static_cast<std::uint8_t>(mark));
    if (mark == HashMark::Here) out += change.facts_hash;
}

void put_remedy(std::string& out, const RemedyChange& remedy, Instant base) {
    const bool is_money = !remedy.currency.empty();
    put_varint(out, static_cast<std::uint64_t>(remedy.obligation));
    put_varint(out, static_cast<std::uint64_t>(remedy.version));
    put_byte(out,
             static_cast<std::uint8_t>((remedy.back ? kIsBack : 0) | (is_money ? kIsMoney : 0)));
    put_signed(out, remedy.remedy);
    put_signed(out, remedy.gift);
    put_text(out, remedy.payee);
    put_value(out, feel::Value::number(remedy.amount));
    if (is_money) {
        put_text(out, remedy.currency);
        put_signed(out, remedy.minor);
    }
    put_instant(out, remedy.at, base);
}

struct Header {
    std::uint8_t version = kVersion;
    std::string_view stream;
    store::CustomerId customer = 0;
    Instant base;
};

bool read_header(ByteReader& in, Header& header) {
    header.version = in.byte();
    if (header.version != kVersion && header.version != kWithSums) return in.fail(), false;
    header.stream = in.text();
    header.customer = in.signed_number();
    header.base = {in.signed_number()};
    if (header.base < Instant::min() || header.base > Instant::max()) in.fail();
    return in.good();
}

// Everything about a fact but its fields; `id` still carries its source.
struct FactHead {
    std::string_view id;
    std::string_view kind;
    Instant at;
    std::int64_t sequence = 0;
    std::uint8_t marks = 0;
    std::size_t fields = 0;
    promise::Change change() const { return static_cast<promise::Change>(marks & kChangeBits); }
};

FactHead read_fact_head(ByteReader& in, Instant base) {
    FactHead head;
    head.id = in.text();
    head.kind = in.text();
    head.at = in.instant(base);
    head.sequence = in.signed_number();
    head.marks = in.byte();
    head.fields = in.count();
    if (head.marks > (kChangeBits | kHasSealed) || (head.marks & kChangeBits) == kChangeBits)
        in.fail();
    return head;
}

void split_id(ByteReader& in, std::string_view whole, LoggedFact& fact) {
    const auto [end, error] =
        std::from_chars(whole.data(), whole.data() + whole.size(), fact.source);
    const auto digits = static_cast<std::size_t>(end - whole.data());
    if (error != std::errc() || digits == whole.size() || *end != ':' ||
        std::to_string(fact.source) != whole.substr(0, digits))
        return in.fail();
    fact.id = whole.substr(digits + 1);
}

LoggedFact read_fact(ByteReader& in, Instant base, Arena& memory, Zones* zones) {
    const FactHead head = read_fact_head(in, base);
    LoggedFact fact{.id = {},
                    .kind = head.kind,
                    .at = head.at,
                    .sequence = head.sequence,
                    .change = head.change(),
                    .fields = {},
                    .sealed = {}};
    split_id(in, head.id, fact);
    auto fields = memory.array<Field>(in.good() ? head.fields : 0);
    for (Field& field : fields) {
        const std::string_view name = in.text();
        new (&field) Field{name, read_value(in, memory, zones)};
    }
    fact.fields = fields;
    if ((head.marks & kHasSealed) != 0) {
        fact.sealed = in.text();
        if (fact.sealed.empty()) in.fail();
    }
    return fact;
}

ObligationChange::Step read_step(ByteReader& in, Instant base) {
    const std::uint8_t first = in.byte();
    if ((first & kKindBits) > kLastKind) in.fail();
    ObligationChange::Step step{.kind = static_cast<promise::EventKind>(first & kKindBits),
                                .at = in.instant(base),
                                .who = {}};
    if ((first & kHasReversed) != 0) {
        const std::uint8_t reversed = in.byte();
        if (reversed == 0 || reversed > kLastKind) return in.fail(), step;
        step.reversed = static_cast<promise::EventKind>(reversed);
    }
    if ((first & kHasDue) != 0) {
        step.due_at = in.instant(base);
        if (step.due_at == Instant::max()) in.fail();
    }
    if ((first & kHasWho) != 0) {
        step.who = in.text();
        if (step.who.empty()) in.fail();
    }
    return step;
}

std::string_view read_hash(ByteReader& in, std::string_view before) {
    switch (static_cast<HashMark>(in.byte())) {
        case HashMark::None: return {};
        case HashMark::AsBefore:
            if (before.empty()) in.fail();
            return before;
        case HashMark::Here: {
            const std::string_view hash = in.bytes(kHashSize);
            if (hash == before) in.fail();
            return hash;
        }
    }
    return in.fail(), std::string_view();
}

std::optional<promise::RateSum> read_sum(ByteReader& in, Arena& memory) {
    const std::uint8_t mark = in.byte();
    if (mark == 0) return std::nullopt;
    if (mark != 1) return in.fail(), std::nullopt;
    promise::RateSum sum{.counted = in.signed_number(), .good = in.signed_number()};
    const feel::Value value = read_value(in, memory, nullptr);
    if (value.type() != feel::Type::Number || sum.good < 0 || sum.good > sum.counted)
        return in.fail(), std::nullopt;
    sum.value = value.as_number();
    return sum;
}

ObligationChange read_change(ByteReader& in, Instant base, std::string_view hash_before,
                             Arena& memory) {
    ObligationChange change;
    change.id = static_cast<store::ObligationId>(in.varint());
    change.version = static_cast<store::Position>(in.varint());
    change.clause = in.small_number();
    change.occurrence = in.small_number();
    change.label = in.text();
    const std::uint8_t state = in.byte();
    if (state >= promise::kStates) return in.fail(), change;
    change.state = static_cast<promise::State>(state);
    for (Instant* at : {&change.started_at, &change.due_at, &change.broken_at, &change.settled_at})
        *at = in.instant(base);
    auto steps = memory.array<ObligationChange::Step>(in.count());
    for (auto& step : steps) new (&step) ObligationChange::Step(read_step(in, base));
    change.steps = steps;
    change.facts_hash = read_hash(in, hash_before);
    return change;
}

RemedyChange read_remedy(ByteReader& in, Instant base, Arena& memory) {
    RemedyChange remedy;
    remedy.obligation = static_cast<store::ObligationId>(in.varint());
    remedy.version = static_cast<store::Position>(in.varint());
    const std::uint8_t marks = in.byte();
    if (marks > (kIsBack | kIsMoney)) in.fail();
    remedy.back = (marks & kIsBack) != 0;
    remedy.remedy = in.small_number();
    remedy.gift = in.small_number();
    remedy.payee = in.text();
    const feel::Value amount = read_value(in, memory, nullptr);
    if (amount.type() != feel::Type::Number) return in.fail(), remedy;
    remedy.amount = amount.as_number();
    if ((marks & kIsMoney) != 0) {
        remedy.currency = in.text();
        remedy.minor = in.signed_number();
        if (remedy.currency.empty()) in.fail();
    }
    remedy.at = in.instant(base);
    return remedy;
}

}  // namespace

void write_turn(std::string& out, const TurnBody& turn) {
    const Instant base = base_of(turn);
    const bool with_sums = std::ranges::any_of(
        turn.changes, [](const ObligationChange& change) { return change.sum.has_value(); });
    put_byte(out, with_sums ? kWithSums : kVersion);
    put_text(out, turn.stream);
    put_signed(out, turn.customer);
    put_signed(out, base.millis);

    std::string part;
    put_varint(part, turn.facts.size());
    for (const LoggedFact& fact : turn.facts) put_fact(part, fact, base);
    put_text(out, part);

    part.clear();
    put_varint(part, turn.changes.size());
    std::string_view hash;
    for (const ObligationChange& change : turn.changes) {
        put_change(part, change, base, hash);
        if (with_sums) put_sum(part, change.sum);
        if (!change.facts_hash.empty()) hash = change.facts_hash;
    }
    put_text(out, part);

    part.clear();
    put_varint(part, turn.remedies.size());
    for (const RemedyChange& remedy : turn.remedies) put_remedy(part, remedy, base);
    put_text(out, part);
}

Result<TurnBody> read_turn(std::string_view body, Arena& memory, Zones* zones) {
    ByteReader in(body);
    Header header;
    if (!read_header(in, header)) return refuse(unreadable("header"));
    TurnBody turn{.stream = header.stream,
                  .customer = header.customer,
                  .facts = {},
                  .changes = {},
                  .remedies = {}};

    ByteReader part = in.section();
    auto facts = memory.array<LoggedFact>(part.count());
    for (LoggedFact& fact : facts)
        new (&fact) LoggedFact(read_fact(part, header.base, memory, zones));
    if (!part.good() || !part.done()) return refuse(unreadable("facts"));
    turn.facts = facts;

    part = in.section();
    auto changes = memory.array<ObligationChange>(part.count());
    std::string_view hash;
    bool with_sums = false;
    for (ObligationChange& change : changes) {
        new (&change) ObligationChange(read_change(part, header.base, hash, memory));
        if (header.version == kWithSums) change.sum = read_sum(part, memory);
        with_sums = with_sums || change.sum;
        if (!change.facts_hash.empty()) hash = change.facts_hash;
    }
    if (!part.good() || !part.done() || with_sums != (header.version == kWithSums))
        return refuse(unreadable("changes"));
    turn.changes = changes;

    part = in.section();
    auto remedies = memory.array<RemedyChange>(part.count());
    for (RemedyChange& remedy : remedies)
        new (&remedy) RemedyChange(read_remedy(part, header.base, memory));
    if (!part.good() || !part.done()) return refuse(unreadable("remedies"));
    turn.remedies = remedies;

    if (!in.done() || base_of(turn) != header.base) return refuse(unreadable("end"));
    return turn;
}

Result<void> read_facts(std::string_view body, Instant recorded_at, const Names& names,
                        Arena& memory, std::vector<promise::Fact>& out, Zones* zones) {
    ByteReader in(body);
    Header header;
    if (!read_header(in, header)) return refuse(unreadable("header"));
    ByteReader part = in.section();
    const std::size_t count = part.count();
    for (std::size_t i = 0; i < count && part.good(); ++i) {
        const FactHead head = read_fact_head(part, header.base);
        const bool has_id = head.id.find(':') + 1 != head.id.size();
        auto fields = memory.array<feel::Binding>(part.good() ? head.fields : 0);
        std::size_t kept = 0;
        for (std::size_t j = 0; j < fields.size(); ++j) {
            const Symbol name = names.find(part.text());
            if (name == Symbol::None)
                skip_value(part);
            else
                new (&fields[kept++]) feel::Binding{name, read_value(part, memory, zones)};
        }
        if ((head.marks & kHasSealed) != 0) part.text();
        out.push_back({.id = has_id ? head.id : std::string_view(),
                       .subject = header.stream,
                       .kind = names.find(head.kind),
                       .at = head.at,
                       .received_at = recorded_at,
                       .sequence = head.sequence,
                       .change = head.change(),
                       .fields = fields.first(kept)});
    }
    if (!part.good() || !part.done()) return refuse(unreadable("facts"));
    return {};
}

Result<void> learn_kinds(std::string_view body, Names& names) {
    ByteReader in(body);
    Header header;
    if (!read_header(in, header)) return refuse(unreadable("header"));
    ByteReader part = in.section();
    const std::size_t count = part.count();
    for (std::size_t i = 0; i < count && part.good(); ++i) {
        const FactHead head = read_fact_head(part, header.base);
        for (std::size_t j = 0; j < head.fields && part.good(); ++j) {
            part.text();
            skip_value(part);
        }
        if ((head.marks & kHasSealed) != 0) part.text();
        if (part.good()) names.intern(head.kind);
    }
    if (!part.good() || !part.done()) return refuse(unreadable("facts"));
    return {};
}

}  // namespace yinuo::engine
