#include "promise/scope.h"

#include <algorithm>

#include "base/check.h"
#include "promise/fold.h"

namespace yinuo::promise {
namespace {

using feel::Value;

constexpr std::array<std::string_view, 12> kReserved = {"fact",   "at",      "subject", "start",
                                                        "late",   "overdue", "elapsed", "paused",
                                                        "breach", "payee",   "state",   "due"};

constexpr std::uint32_t kStepsMost = 200'000;

}  // namespace

struct Asker::Seen {
    std::span<const Fact* const> facts;
    Folding& folding;
    const Zone& zone;
};

Vocabulary::Vocabulary(Names& names)
    : fact(names.intern("fact")),
      at(names.intern("at")),
      subject(names.intern("subject")),
      start(names.intern("start")),
      late(names.intern("late")),
      overdue(names.intern("overdue")),
      elapsed(names.intern("elapsed")),
      paused(names.intern("paused")),
      breach(names.intern("breach")),
      payee(names.intern("payee")),
      state(names.intern("state")),
      due(names.intern("due")),
      past{names.intern("latest"), names.intern("earliest"), names.intern("facts")} {}

std::span<const std::string_view> reserved_names() { return kReserved; }

feel::Value as_context(const Fact& fact, const Names& names, const Zone& zone, Arena& memory) {
    auto entries = memory.array<feel::Entry>(fact.fields.size() + 2);
    std::size_t n = 0;
    entries[n++] = {"fact", Value::string(names.text(fact.kind))};
    entries[n++] = {"at", Value::instant(fact.at, zone)};
    for (const auto& field : fact.fields) entries[n++] = {names.text(field.name), field.value};
    return Value::context(entries);
}

// --- host functions -----------------------------------------------------------------------------

namespace {

class SubjectFunctions : public feel::HostFunctions {
public:
    enum Number { kLatest, kLatestBefore, kEarliest, kFacts };

    int find(std::string_view name, std::size_t arguments) const override {
        if (name == "latest") return arguments == 1 ? kLatest : arguments == 2 ? kLatestBefore : -1;
        if (name == "earliest" && arguments == 1) return kEarliest;
        if (name == "facts" && arguments == 1) return kFacts;
        return -1;
    }

    std::vector<std::string_view> names() const override { return {"latest", "earliest", "facts"}; }

    Value call(int function, std::span<const Value> arguments,
               feel::Evaluation& run) const override {
        const auto* seen = static_cast<const Asker::Seen*>(run.host_data);
        if (seen == nullptr || arguments[0].type() != feel::Type::String) return Value::null();
        const Symbol kind = seen->folding.names.find(arguments[0].as_string());
        if (kind == Symbol::None) return function == kFacts ? Value::list({}) : Value::null();
        const auto context = [&](const Fact* fact) {
            return as_context(*fact, seen->folding.names, seen->zone, run.memory);
        };
        const auto is_kind = [&](const Fact* fact) { return fact->kind == kind; };
        switch (function) {
            case kLatestBefore: {
                const auto before = arguments[1].to_instant(seen->zone);
                if (!before) return Value::null();
                for (auto it = seen->facts.rbegin(); it != seen->facts.rend(); ++it)
                    if (is_kind(*it) && (*it)->at < *before) return context(*it);
                return Value::null();
            }
            case kLatest: {
                for (auto it = seen->facts.rbegin(); it != seen->facts.rend(); ++it)
                    if (is_kind(*it)) return context(*it);
                return Value::null();
            }
            case kEarliest: {
                const auto it = std::find_if(seen->facts.begin(), seen->facts.end(), is_kind);
                return it == seen->facts.end() ? Value::null() : context(*it);
            }
            case kFacts: {
                const auto count = static_cast<std::size_t>(
                    std::count_if(seen->facts.begin(), seen->facts.end(), is_kind));
                if (run.steps_left < count) {
                    run.steps_left = 0;
                    run.exhausted = true;
                    return Value::null();
                }
                run.steps_left -= static_cast<std::uint32_t>(count);
                auto list = run.memory.array<Value>(count);
                std::size_t n = 0;
                for (const Fact* fact : seen->facts)
                    if (is_kind(fact)) list[n++] = context(fact);
                return Value::list(list);
            }
            default: check(false);
        }
    }
};

}  // namespace

const feel::HostFunctions& host_functions() {
    static const SubjectFunctions functions;  // stateless
    return functions;
}

// --- asking -------------------------------------------------------------------------------------

Asker::Asker(const Promise& promise, Folding& folding, std::span<const Fact* const> facts)
    : promise_(promise),
      folding_(folding),
      facts_(facts),
      zone_(promise.zone),
      asks_why_(folding.story != nullptr && folding.story->asks_why()) {
    check(zone_ != nullptr);
}

void Asker::look_at(std::size_t position) {
    fact_ = facts_[position];
    seen_ = position + 1;
    folding_.scratch.reset();
    system_ready_ = false;
}

void Asker::look_at(const Fact& fact) {
    fact_ = &fact;
    seen_ = static_cast<std::size_t>(
        std::upper_bound(facts_.begin(), facts_.end(), fact.at,
                         [](Instant at, const Fact* other) { return at < other->at; }) -
        facts_.begin());
    folding_.scratch.reset();
    system_ready_ = false;
}

void Asker::set_system() {
    const Vocabulary& words = folding_.words;
    system_[0] = {words.fact, Value::string(folding_.names.text(fact_->kind))};
    system_[1] = {words.at, Value::instant(fact_->at, *zone_)};
    system_[2] = {words.subject, Value::string(fact_->subject)};
    system_ready_ = true;
}

void Asker::start_from(const Fact* start) {
    start_fact_ = start;
    start_ready_ = false;
}

bool Asker::needs_start(const Formula& formula) const {
    const auto names = formula.expression.free_names();
    return std::binary_search(names.begin(), names.end(), folding_.words.start);
}

bool Asker::holds(const Condition& condition) {
    if (condition.kind != Symbol::None) {
        if (fact_->kind != condition.kind) return false;
        if (condition.kind_is_all) return true;
    }
    return value(condition.formula).is_true();
}

feel::Value Asker::value(const Formula& formula) {
    if (!system_ready_) set_system();
    if (!start_ready_ && needs_start(formula)) {
        system_[3] = {folding_.words.start,
                      start_fact_ == nullptr
                          ? Value::null()
                          : as_context(*start_fact_, folding_.names, *zone_, folding_.held)};
        start_ready_ = true;
    } else if (!start_ready_) {
        system_[3] = {folding_.words.start, Value::null()};
    }
    const Seen seen{facts_.first(seen_), folding_, *zone_};
    why_null_.clear();
    feel::Evaluation run{.memory = folding_.scratch,
                         .zone = zone_,
                         .steps_left = kStepsMost,
                         .host_data = &seen,
                         .why_null = asks_why_ ? &why_null_ : nullptr};
    const feel::Scope fields{fact_->fields};
    const feel::Scope scope{system_, &fields};
    const Value value = formula.expression.evaluate(scope, run);
    if (run.exhausted) ++folding_.exhausted;
    return value;
}

feel::Value Asker::value_over(const Formula& formula, const Fact& stand_in) {
    const Fact* present = fact_;
    fact_ = &stand_in;
    const Value result = value(formula);
    fact_ = present;
    return result;
}

std::optional<Instant> Asker::instant(const Formula& formula) {
    return value(formula).to_instant(*zone_);
}

}  // namespace yinuo::promise
