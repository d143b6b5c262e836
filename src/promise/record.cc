#include "promise/record.h"

#include <algorithm>
#include <optional>

#include "base/check.h"

namespace yinuo::promise {
namespace {

std::optional<EventKind> event_of(StepKind kind) {
    switch (kind) {
        case StepKind::Started: return EventKind::Started;
        case StepKind::DueSet:
        case StepKind::DueMoved: return EventKind::DueSet;
        case StepKind::Paused: return EventKind::Paused;
        case StepKind::Resumed:
        case StepKind::CapReached: return EventKind::Resumed;
        case StepKind::Warned: return EventKind::Warned;
        case StepKind::Kept:
        case StepKind::Satisfied:
        case StepKind::Ended: return EventKind::Kept;
        case StepKind::Broken: return EventKind::Broken;
        case StepKind::LatenessEnded: return EventKind::LatenessEnded;
        case StepKind::Voided: return EventKind::Voided;
        case StepKind::VoidedByUs: return EventKind::VoidedByUs;
        case StepKind::Reopened: return EventKind::Reopened;
        case StepKind::Claimed: return EventKind::Claimed;
        case StepKind::Confirmed:
        case StepKind::ConfirmedBySilence: return EventKind::Confirmed;
        case StepKind::Rejected: return EventKind::Rejected;
        case StepKind::CauseRecorded: return EventKind::Withheld;
        case StepKind::EvidenceSeen: return EventKind::EvidenceSeen;
        case StepKind::Agreed: return EventKind::Agreed;
        case StepKind::Refused: return EventKind::Released;
        case StepKind::Waived: return EventKind::Waived;
        case StepKind::Extended: return EventKind::Extended;
        case StepKind::NotMeasured: return EventKind::NotMeasured;
        case StepKind::Waiting:
        case StepKind::NotOwed:
        case StepKind::ExtensionRefused:
        case StepKind::Counted:
        case StepKind::NotSatisfied:
        case StepKind::StartIgnored: return std::nullopt;
    }
    check(false);
}

bool is_verdict(EventKind kind) {
    switch (kind) {
        case EventKind::Kept:
        case EventKind::Broken:
        case EventKind::Voided:
        case EventKind::VoidedByUs:
        case EventKind::Waived:
        case EventKind::NotMeasured: return true;
        default: return false;
    }
}

// Writes the fold's steps down as events.
class Secretary : public Story {
public:
    explicit Secretary(Instant recorded_at) : recorded_at_(recorded_at) {}
    void tell(const Obligation& of, const Step& step) override {
        const auto kind = event_of(step.kind);
        if (!kind) return;
        // Proof undid a breach that stood on a claim alone: nobody who knows it now would record it.
        if (*kind == EventKind::Rejected && step.index == 1)
            std::erase_if(events, [&](const Event& e) {
                return e.kind == EventKind::Broken && e.clause == of.clause &&
                       e.occurrence == of.occurrence && e.subject == of.subject;
            });
        events.push_back({.kind = *kind,
                          .clause = of.clause,
                          .occurrence = of.occurrence,
                          .subject = std::string(of.subject),
                          .at = step.at,
                          .recorded_at = recorded_at_,
                          .due_at = of.due_at,
                          .who = std::string(*kind == EventKind::Agreed ? step.why : "")});
    }
    std::vector<Event> events;

private:
    Instant recorded_at_;
};

// The same thing said: when it was recorded doesn't matter.
bool says_the_same(const Event& a, const Event& b) {
    return a.kind == b.kind && a.clause == b.clause && a.occurrence == b.occurrence &&
           a.subject == b.subject && a.at == b.at && a.due_at == b.due_at && a.who == b.who;
}

bool reverses(const Event& reversal, const Event& verdict) {
    return reversal.kind == EventKind::Reversed && reversal.reversed == verdict.kind &&
           reversal.clause == verdict.clause && reversal.occurrence == verdict.occurrence &&
           reversal.subject == verdict.subject && reversal.at == verdict.at;
}

}  // namespace

Text describe(EventKind kind) {
    switch (kind) {
        case EventKind::Started: return {"开始", "started"};
        case EventKind::DueSet: return {"定下截止时间", "due set"};
        case EventKind::Paused: return {"暂停计时", "paused"};
        case EventKind::Resumed: return {"恢复计时", "resumed"};
        case EventKind::Warned: return {"预警", "warned"};
        case EventKind::Kept: return {"兑现", "kept"};
        case EventKind::Broken: return {"违约", "broken"};
        case EventKind::Voided: return {"作废", "void"};
        case EventKind::VoidedByUs: return {"企业取消", "void by us"};
        case EventKind::Waived: return {"免责", "waived"};
        case EventKind::NotMeasured: return {"未计量", "not measured"};
        case EventKind::LatenessEnded: return {"逾期结束", "lateness ended"};
        case EventKind::Reopened: return {"重开", "reopened"};
        case EventKind::Claimed: return {"提出申诉", "claimed"};
        case EventKind::Confirmed: return {"核实属实", "confirmed"};
        case EventKind::Rejected: return {"核实不属实", "rejected"};
        case EventKind::Withheld: return {"暂缓赔付", "withheld"};
        case EventKind::EvidenceSeen: return {"收到举证", "evidence seen"};
        case EventKind::Agreed: return {"同意免责", "agreed"};
        case EventKind::Released: return {"恢复赔付", "released"};
        case EventKind::Extended: return {"改约", "extended"};
        case EventKind::Reversed: return {"冲正", "reversed"};
    }
    check(false);
}

std::vector<Event> decide(const Promise& promise, const Record& record, Instant now,
                          Folding& folding) {
    Secretary secretary(now);
    Story* const outside = folding.story;
    folding.story = &secretary;
    fold_all(promise, record.facts, now, folding);
    folding.story = outside;

    // What stands in the record: every event that no later one reverses.
    std::vector<const Event*> standing;
    for (const Event& event : record.events) {
        if (event.kind != EventKind::Reversed) {
            standing.push_back(&event);
            continue;
        }
        const auto reversed = std::find_if(standing.begin(), standing.end(),
                                           [&](const Event* e) { return reverses(event, *e); });
        if (reversed != standing.end()) standing.erase(reversed);
    }
    std::vector<Event> news;
    for (const Event* event : standing) {
        if (!is_verdict(event->kind)) continue;
        const bool holds =
            std::any_of(secretary.events.begin(), secretary.events.end(), [&](const Event& e) {
                return e.kind == event->kind && e.clause == event->clause &&
                       e.occurrence == event->occurrence && e.subject == event->subject &&
                       e.at == event->at;
            });
        if (holds) continue;
        Event reversal = *event;
        reversal.kind = EventKind::Reversed;
        reversal.reversed = event->kind;
        reversal.recorded_at = now;
        news.push_back(reversal);
    }
    std::stable_sort(secretary.events.begin(), secretary.events.end(),
                     [](const Event& a, const Event& b) { return a.at < b.at; });
    for (const Event& event : secretary.events) {
        // A verdict is the same whatever due instant it is told with; a due instant is news.
        const bool known = std::any_of(standing.begin(), standing.end(), [&](const Event* e) {
            if (!is_verdict(event.kind)) return says_the_same(*e, event);
            return e->kind == event.kind && e->clause == event.clause &&
                   e->occurrence == event.occurrence && e->subject == event.subject &&
                   e->at == event.at;
        });
        if (!known) news.push_back(event);
    }
    return news;
}

void evolve(Record& record, const Event& event) { record.events.push_back(event); }

}  // namespace yinuo::promise
