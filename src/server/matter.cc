#include "server/matter.h"

#include <algorithm>

#include "engine/resting.h"
#include "engine/turner.h"
#include "promise/history.h"

namespace yinuo::server {
namespace {

// The fields that tell who did something and why: no promise need read them, so they are made known
// before facts are read.
constexpr std::string_view kTold[] = {"by", "by_id", "reason", "evidence", "cause", "note"};

class Listener final : public promise::Story {
public:
    Listener(const store::ObligationRow& row, std::vector<Said>& into) : row_(row), into_(into) {}

    void tell(const promise::Obligation& of, const promise::Step& step) override {
        if (of.clause != row_.clause || of.occurrence != row_.occurrence) return;
        into_.push_back({.kind = step.kind,
                         .at = step.at,
                         .until = step.until,
                         .fact = step.fact,
                         .why = std::string(step.why)});
    }

private:
    const store::ObligationRow& row_;
    std::vector<Said>& into_;
};

const feel::Value* value_in(const promise::Fact& fact, const Names& names, std::string_view name) {
    const auto symbol = names.find(name);
    if (symbol == Symbol::None) return nullptr;
    for (const auto& field : fact.fields)
        if (field.name == symbol) return &field.value;
    return nullptr;
}

}  // namespace

Matter::Matter(store::Reading& rows, engine::Shelf& shelf, const SeenObligation& seen, Instant now)
    : folding_(shelf.names(), kept_), seen_(seen), now_(std::max(now, seen.stream.turned_at)) {
    version_ = shelf.find(seen.row.version);
    if (version_ == nullptr) return;
    clause_ = &version_->promise->clauses[static_cast<std::size_t>(seen.row.clause)];
    for (const auto name : kTold) shelf.names().intern(name);
    const auto name = engine::StreamName::parse(seen_.stream.name);
    if (name.kind == engine::StreamName::Kind::Rate) return;
    is_keyed_ = name.kind == engine::StreamName::Kind::Key;
    key_ = name.key;
    if (is_keyed_)
        facts_ =
            engine::key_rests_on(rows, shelf, seen_.stream, name, {.now = now_}, folding_, memory_)
                .facts;
    else
        facts_ = engine::subject_rests_on(rows, shelf, seen_.stream, {.now = now_}, memory_).facts;
    stand_ = fold(facts_, now_);
}

std::optional<Matter::Stand> Matter::fold(std::span<const promise::Fact* const> facts,
                                          Instant now) {
    Stand made{};
    Listener listener(seen_.row, made.said);
    folding_.story = &listener;
    std::vector<promise::Obligation> all;
    if (is_keyed_)
        promise::fold_key(promise(), seen_.row.clause, key_, facts, now, folding_, all);
    else
        promise::fold_subject(promise(), facts, now, folding_, all);
    folding_.story = nullptr;
    bool found = false;
    for (const auto& one : all) {
        if (one.clause != seen_.row.clause) continue;
        ++made.occurrences;
        if (one.occurrence != seen_.row.occurrence) continue;
        made.obligation = one;
        found = true;
    }
    if (!found) return std::nullopt;
    return made;
}

std::vector<const promise::Fact*> Matter::with(const std::vector<promise::Fact>& more) const {
    auto all = facts_;
    for (const auto& fact : more) all.push_back(&fact);
    std::stable_sort(all.begin(), all.end(),
                     [](const auto* a, const auto* b) { return promise::comes_before(*a, *b); });
    return all;
}

std::optional<Matter::Stand> Matter::stand_with(const std::vector<promise::Fact>& more) {
    return fold(with(more), now_);
}

bool Matter::holds(const promise::Condition& condition, const promise::Fact& of,
                   const std::vector<promise::Fact>& more) {
    const auto all = with(more);
    promise::Asker ask(promise(), folding_, all);
    ask.start_from(stand_->obligation.start);
    ask.look_at(static_cast<std::size_t>(std::ranges::find(all, &of) - all.begin()));
    return ask.holds(condition);
}

std::vector<const promise::Fact*> Matter::claims() {
    std::vector<const promise::Fact*> found;
    const auto& verify = clause_->verify;
    if (!verify || !stand_) return found;
    const auto& o = stand_->obligation;
    // What broke it by another way needed no claim.
    if (o.claim == promise::Claim::None) return found;
    promise::Asker ask(promise(), folding_, facts_);
    ask.start_from(o.start);
    for (std::size_t i = 0; i < facts_.size(); ++i) {
        if (o.start != nullptr && promise::comes_before(*facts_[i], *o.start)) continue;
        ask.look_at(i);
        if (ask.holds(verify->claim)) found.push_back(facts_[i]);
    }
    return found;
}

std::string_view Matter::subject() const {
    if (!is_keyed_) return seen_.stream.name;
    if (stand_ && stand_->obligation.start != nullptr) return stand_->obligation.start->subject;
    return facts_.empty() ? std::string_view() : facts_.back()->subject;
}

Instant Matter::claim_due(store::Reading& rows) const {
    const auto clause = promise().find_clause(clause_->name + ".verification");
    if (clause < 0) return Instant::max();
    Instant due = Instant::max();
    for (const auto& row : rows.obligations_of(seen_.stream.id))
        if (row.version == seen_.row.version && row.clause == clause) due = row.due_at;
    return due;
}

std::string text_in(const promise::Fact& fact, const Names& names, std::string_view name) {
    const auto* value = value_in(fact, names, name);
    if (value == nullptr || value->is_null()) return {};
    return value->type() == feel::Type::String ? std::string(value->as_string())
                                               : feel::to_text(*value);
}

std::vector<std::string> texts_in(const promise::Fact& fact, const Names& names,
                                  std::string_view name) {
    std::vector<std::string> texts;
    const auto* value = value_in(fact, names, name);
    if (value == nullptr || value->is_null()) return texts;
    if (value->type() != feel::Type::List) return {text_in(fact, names, name)};
    for (const auto& item : value->as_list())
        if (item.type() == feel::Type::String) texts.emplace_back(item.as_string());
    return texts;
}

}  // namespace yinuo::server
