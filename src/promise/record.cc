#include "promise/record.h"

#include <algorithm>
#include <compare>
#include <iterator>
#include <optional>
#include <utility>

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

// What makes two events the same thing said. When it was recorded doesn't matter, and a verdict is
// the same whatever due instant it is told with; a due instant is news.
struct Saying {
    Instant at;
    EventKind kind = EventKind::Started;
    int clause = 0;
    int occurrence = 1;
    Instant due_at = Instant::max();
    std::string_view who;
    std::string_view subject;
    auto operator<=>(const Saying&) const = default;
};

Saying saying_of(const Event& event) {
    const EventKind kind = event.kind == EventKind::Reversed ? event.reversed : event.kind;
    const bool verdict = is_verdict(kind);
    return {.at = event.at,
            .kind = kind,
            .clause = event.clause,
            .occurrence = event.occurrence,
            .due_at = verdict ? Instant::max() : event.due_at,
            .who = verdict ? std::string_view() : event.who,
            .subject = event.subject};
}

// Notes the fold's steps as what they are to be recorded as.
class Secretary : public Story {
public:
    explicit Secretary(Folding& folding) : folding_(folding), outside_(folding.story) {
        folding.story = this;
        notes_.reserve(16);
    }
    ~Secretary() override { folding_.story = outside_; }
    Secretary(const Secretary&) = delete;
    Secretary& operator=(const Secretary&) = delete;

    void tell(const Obligation& of, const Step& step) override {
        const auto kind = event_of(step.kind);
        if (!kind) return;
        // Proof undid a breach that stood on a claim alone: nobody who knows it now would record it.
        if (*kind == EventKind::Rejected && step.index == 1)
            std::erase_if(notes_, [&](const Note& note) {
                return note.kind == EventKind::Broken && note.clause == of.clause &&
                       note.occurrence == of.occurrence && note.subject == of.subject;
            });
        notes_.push_back(
            {.at = step.at,
             .due_at = of.due_at,
             .clause = of.clause,
             .occurrence = of.occurrence,
             .kind = *kind,
             .who = *kind == EventKind::Agreed ? folding_.kept.copy(step.why) : std::string_view(),
             .subject = of.subject});
    }

    bool asks_why() const override { return false; }

    // What was told and isn't among `recorded`, in order of time, after reversals of recorded
    // verdicts that weren't told. Only events that `mine` answers for are compared.
    template <typename Mine>
    std::vector<Event> news(std::span<const Event> recorded, Instant now, Mine mine);

private:
    struct Note {
        Instant at;
        Instant due_at;
        int clause;
        int occurrence;
        EventKind kind;
        std::string_view who;
        std::string_view subject;

        Saying saying() const {
            const bool verdict = is_verdict(kind);
            return {at, kind, clause, occurrence, verdict ? Instant::max() : due_at, who, subject};
        }
    };
    struct Recorded {
        Saying saying;
        std::size_t index;
        bool stands;
        auto operator<=>(const Recorded&) const = default;
    };

    Folding& folding_;
    Story* const outside_;
    std::vector<Note> notes_;
};

// A reversal takes back the first verdict of its kind and instant that stands before it.
template <typename All>
void strike_reversed(All& sorted, std::span<const Event> events) {
    for (std::size_t i = 0; i < sorted.size();) {
        std::size_t standing = i;  // the first of the equal ones that may still stand
        const std::size_t begin = i;
        for (; i < sorted.size() && sorted[i].saying == sorted[begin].saying; ++i) {
            if (events[sorted[i].index].kind != EventKind::Reversed) continue;
            sorted[i].stands = false;
            while (standing < i && !sorted[standing].stands) ++standing;
            if (standing < i) sorted[standing].stands = false;
        }
    }
}

// A warning that was told when it was kept may be told again when it is reopened: once is enough.
void drop_repeated(std::vector<Event>& news) {
    if (news.size() < 2) return;
    std::vector<std::pair<Saying, std::size_t>> sorted;
    sorted.reserve(news.size());
    for (std::size_t i = 0; i < news.size(); ++i) sorted.emplace_back(saying_of(news[i]), i);
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::size_t> repeated;
    for (std::size_t i = 1; i < sorted.size(); ++i)
        if (sorted[i].first == sorted[i - 1].first) repeated.push_back(sorted[i].second);
    if (repeated.empty()) return;
    std::sort(repeated.begin(), repeated.end());
    std::size_t kept = 0;
    auto drop = repeated.begin();
    for (std::size_t i = 0; i < news.size(); ++i) {
        if (drop != repeated.end() && *drop == i) {
            ++drop;
            continue;
        }
        if (kept != i) news[kept] = std::move(news[i]);
        ++kept;
    }
    news.resize(kept);
}

template <typename Mine>
std::vector<Event> Secretary::news(std::span<const Event> events, Instant now, Mine mine) {
    std::stable_sort(notes_.begin(), notes_.end(),
                     [](const Note& a, const Note& b) { return a.at < b.at; });
    std::vector<Recorded> recorded;
    recorded.reserve(events.size());
    for (std::size_t i = 0; i < events.size(); ++i)
        if (mine(events[i])) recorded.push_back({saying_of(events[i]), i, true});
    std::sort(recorded.begin(), recorded.end());
    strike_reversed(recorded, events);

    std::vector<Event> news;
    std::vector<bool> told(recorded.size());
    const auto before = [](const Recorded& one, const Saying& saying) {
        return one.saying < saying;
    };
    for (const Note& note : notes_) {
        const Saying saying = note.saying();
        bool known = false;
        for (auto it = std::lower_bound(recorded.begin(), recorded.end(), saying, before);
             it != recorded.end() && it->saying == saying; ++it) {
            known |= it->stands;
            told[static_cast<std::size_t>(it - recorded.begin())] = true;
        }
        if (!known)
            news.push_back({.kind = note.kind,
                            .clause = note.clause,
                            .occurrence = note.occurrence,
                            .subject = std::string(note.subject),
                            .at = note.at,
                            .recorded_at = now,
                            .due_at = note.due_at,
                            .who = std::string(note.who)});
    }
    drop_repeated(news);
    std::vector<std::size_t> untold;
    for (std::size_t i = 0; i < recorded.size(); ++i)
        if (recorded[i].stands && !told[i] && is_verdict(recorded[i].saying.kind))
            untold.push_back(recorded[i].index);
    std::sort(untold.begin(), untold.end());
    std::vector<Event> reversals;
    for (const std::size_t index : untold) {
        Event reversal = events[index];
        reversal.kind = EventKind::Reversed;
        reversal.reversed = events[index].kind;
        reversal.recorded_at = now;
        reversals.push_back(std::move(reversal));
    }
    if (!reversals.empty())
        news.insert(news.begin(), std::make_move_iterator(reversals.begin()),
                    std::make_move_iterator(reversals.end()));
    return news;
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
    Secretary secretary(folding);
    fold_all(promise, record.facts, now, folding);
    return secretary.news(record.events, now, [](const Event&) { return true; });
}

void evolve(Record& record, const Event& event) { record.events.push_back(event); }

Turn decide_subject(const Promise& promise, std::span<const Fact* const> facts,
                    std::span<const Event> recorded, Instant now, Folding& folding,
                    bool want_verdicts) {
    Turn turn;
    Secretary secretary(folding);
    fold_subject(promise, facts, now, folding, turn.obligations,
                 want_verdicts ? &turn.verdicts : nullptr);
    turn.news = secretary.news(recorded, now, [&](const Event& event) {
        return !looks_across(promise.clauses[static_cast<std::size_t>(event.clause)]);
    });
    return turn;
}

Turn decide_key(const Promise& promise, int clause, std::string_view key,
                std::span<const Fact* const> facts, std::span<const Event> recorded, Instant now,
                Folding& folding) {
    Turn turn;
    Secretary secretary(folding);
    fold_key(promise, clause, key, facts, now, folding, turn.obligations);
    turn.news = secretary.news(recorded, now, [&](const Event& event) {
        return event.clause == clause && event.subject == key;
    });
    return turn;
}

Turn decide_period(const Promise& promise, int clause, std::string_view group,
                   const RatePeriod& period, const RateSum& sum, std::span<const Event> recorded,
                   Instant now, Folding& folding) {
    Turn turn;
    Secretary secretary(folding);
    const Obligation o = judge_period(promise, clause, group, period, sum, now, folding);
    turn.obligations.push_back(o);
    turn.news = secretary.news(recorded, now, [&](const Event& event) {
        return event.clause == clause && event.subject == o.subject;
    });
    return turn;
}

}  // namespace yinuo::promise
