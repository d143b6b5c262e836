// What people decide: claims that a breach happened, and causes that excuse one.
#include <algorithm>

#include "promise/watch.h"

namespace yinuo::promise {

void Watch::handle_claim(const Fact& fact) {
    const Verification& verify = *clause_.verify;
    if (ask_.holds(verify.claim) && o_.claim != Claim::Claimed && o_.broken_at == Instant::max()) {
        o_.claim = Claim::Claimed;
        claim_fact_ = &fact;
        claim_due_ = verify.within
                         ? due_after(fact.at, *verify.within, calendars_).value_or(Instant::max())
                         : Instant::max();
        tell(StepKind::Claimed, fact.at, claim_due_, 0, &fact);
        return;
    }
    if (o_.claim == Claim::None) return;
    if (ask_.holds(verify.confirms)) {
        if (o_.broken_at == Instant::max()) confirm(fact.at, &fact, StepKind::Confirmed);
    } else if (ask_.holds(verify.rejects)) {
        reject(fact);
    }
}

// Silence decides at the first instant after the time for verification.
void Watch::advance_claim(Instant to) {
    if (o_.claim != Claim::Claimed || claim_due_ >= to) return;
    const Instant at = claim_due_ + Millis{1};
    if (clause_.verify->undecided_is_confirmed) {
        confirm(at, claim_fact_, StepKind::ConfirmedBySilence);  // the claim says whom it concerns
    } else {
        o_.claim = Claim::Rejected;
        tell(StepKind::Rejected, at);
    }
}

void Watch::confirm(Instant at, const Fact* by, StepKind how) {
    o_.claim = Claim::Confirmed;
    tell(how, at, Instant::max(), 0, by);
    if (o_.broken_at != Instant::max()) return;  // it broke meanwhile; that breach stands
    o_.earlier_kept = o_.earlier_kept || o_.state == State::Kept;
    broken_by_claim_ = true;
    break_at(at, by);
    if (o_.settled_at == Instant::max()) o_.settled_at = at;
    phase_ = Phase::Done;
}

// Proof that it did not happen; a breach that stood on the claim alone is reversed.
void Watch::reject(const Fact& fact) {
    o_.claim = Claim::Rejected;
    const bool undone = broken_by_claim_;
    if (undone) {
        broken_by_claim_ = false;
        o_.broken_at = Instant::max();
        o_.decided_by = nullptr;
        if (o_.earlier_kept) {
            o_.state = State::Kept;
            o_.earlier_kept = false;
        } else {
            o_.settled_at = Instant::max();
            phase_ = Phase::Running;
        }
    }
    tell(StepKind::Rejected, fact.at, Instant::max(), undone ? 1 : 0, &fact);
}

void Watch::handle_excuse(const Fact& fact) {
    const Waiver& waiver = *clause_.waives;
    if (o_.excuse == Excuse::Waived || o_.excuse == Excuse::Released) return;
    if (ask_.holds(waiver.evidence) && !evidence_) {
        evidence_ = true;
        tell(StepKind::EvidenceSeen, fact.at, Instant::max(), 0, &fact);
    }
    if (!cause_) {
        if (!ask_.holds(waiver.cause)) return;
        cause_ = true;
        o_.excuse = Excuse::Withheld;
        tell(StepKind::CauseRecorded, fact.at, Instant::max(), 0, &fact);
    }
    if (ask_.holds(waiver.refuses)) {
        o_.excuse = Excuse::Released;
        return tell(StepKind::Refused, fact.at, Instant::max(), 0, &fact);
    }
    if (ask_.holds(waiver.agrees)) {
        std::string who;
        if (waiver.who) {
            who = feel::to_text(ask_.value(*waiver.who));
        } else {
            const Symbol by = folding_.names.intern("by");
            for (const auto& field : fact.fields)
                if (field.name == by) who = feel::to_text(field.value);
        }
        if (std::find(agreed_.begin(), agreed_.end(), who) == agreed_.end()) agreed_.push_back(who);
        tell(StepKind::Agreed, fact.at, Instant::max(), static_cast<int>(agreed_.size()), &fact,
             agreed_.back());
    }
    const bool proved = !waiver.evidence || evidence_;
    if (proved && static_cast<int>(agreed_.size()) >= waiver.people) {
        o_.excuse = Excuse::Waived;
        tell(StepKind::Waived, fact.at, Instant::max(), static_cast<int>(agreed_.size()), &fact);
    }
}

}  // namespace yinuo::promise
