#include "promise/verdict_facts.h"

#include <array>
#include <optional>

namespace yinuo::promise {
namespace {

constexpr std::array<std::string_view, 9> kNames = {"started",  "kept",       "broken",
                                                    "void",     "void by us", "withheld",
                                                    "released", "waived",     "reversed"};

std::optional<std::string_view> verdict_of(const Step& step) {
    switch (step.kind) {
        case StepKind::Started: return kNames[0];
        case StepKind::Kept:
        case StepKind::Satisfied: return kNames[1];
        case StepKind::Broken: return kNames[2];
        case StepKind::Voided: return kNames[3];
        case StepKind::VoidedByUs: return kNames[4];
        case StepKind::CauseRecorded: return kNames[5];
        case StepKind::Refused: return kNames[6];
        case StepKind::Waived: return kNames[7];
        case StepKind::Rejected: return step.index == 1 ? std::optional(kNames[8]) : std::nullopt;
        default: return std::nullopt;
    }
}

}  // namespace

std::span<const std::string_view> verdict_names() { return kNames; }

void VerdictFacts::tell(const Obligation& of, const Step& step) {
    if (next_ != nullptr) next_->tell(of, step);
    const auto verdict = verdict_of(step);
    if (!verdict) return;

    Names& names = folding_.names;
    const Clause& clause = promise_.clauses[static_cast<std::size_t>(of.clause)];
    const auto own = of.start != nullptr ? of.start->fields : std::span<const feel::Binding>();
    auto fields = folding_.kept.array<feel::Binding>(own.size() + 4);
    std::size_t n = 0;
    const auto instant = [&](Instant at) {
        return at == Instant::max() ? feel::Value::null()
                                    : feel::Value::instant(at, *promise_.zone);
    };
    fields[n++] = {names.intern("clause"), feel::Value::string(clause.name)};
    fields[n++] = {names.intern("occurrence"), feel::Value::number(Decimal(of.occurrence))};
    fields[n++] = {names.intern("started"), instant(of.started_at)};
    fields[n++] = {names.intern("due"), instant(of.due_at)};
    for (const auto& field : own) fields[n++] = field;

    auto* fact = folding_.kept.array<Fact>(1).data();
    *fact = Fact{.id = {},
                 .subject = of.subject,
                 .kind = names.intern(clause.name + "." + std::string(*verdict)),
                 .at = step.at,
                 .received_at = step.at,
                 .fields = fields};
    facts_.push_back(fact);
}

}  // namespace yinuo::promise
