#include "server/obligation_clock.h"

#include <algorithm>

#include "engine/resting.h"
#include "engine/turner.h"
#include "remedy/remedy.h"
#include "server/house_promises.h"
#include "server/matter.h"
#include "server/obligation_out.h"

namespace yinuo::server {
namespace {

using promise::Clause;
using promise::ClockFace;
using promise::Obligation;
using promise::State;
using promise::Unit;

// Read for people, so no promise need name them.
constexpr std::string_view kBy = "by";
constexpr std::string_view kTiers[] = {"tier", "customer_tier", "vip_level", "vip"};

bool is_inside(const Session& who) {
    return who.role != Role::Customer && who.role != Role::Partner;
}

bool holds_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](auto word) { return text.contains(word); });
}

std::string lowered(std::string_view text) {
    std::string low(text);
    for (auto& c : low)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return low;
}

// All obligations here are of one subject.
class OwnFacts final : public remedy::FactsOf {
public:
    explicit OwnFacts(std::span<const promise::Fact* const> facts) : facts_(facts) {}
    std::span<const promise::Fact* const> of(std::string_view) const override { return facts_; }

private:
    std::span<const promise::Fact* const> facts_;
};

// "逾期补偿 20.00 CNY + 500 MB；道歉": remedies in their order, amounts that are known.
Text stake_of(const promise::Promise& promise, std::span<const remedy::Line> lines,
              std::size_t obligation) {
    Text all;
    int last = -1;
    for (const auto& line : lines) {
        if (line.obligation != obligation || line.standing == remedy::Standing::SetAside) continue;
        const auto& remedy = promise.remedies[static_cast<std::size_t>(line.remedy)];
        const auto& gift = remedy.gifts[static_cast<std::size_t>(line.gift)];
        std::string amount;
        if (line.money)
            amount = line.money->to_string();
        else if (!gift.unit.empty())
            amount = line.amount.to_string() + " " + gift.unit;
        if (line.remedy != last) {
            const auto named = [&](const std::string& title) {
                return title.empty() ? remedy.name : title;
            };
            all.zh += (all.zh.empty() ? "" : "；") + named(remedy.title.zh);
            all.en += (all.en.empty() ? "" : "; ") + named(remedy.title.en);
            if (!amount.empty()) amount = " " + amount;
        } else if (!amount.empty()) {
            amount = " + " + amount;
        }
        last = line.remedy;
        all.zh += amount;
        all.en += amount;
    }
    return all;
}

void write_warnings(JsonOut& out, const ClockFace& face) {
    auto warnings = face.warnings;
    std::ranges::sort(warnings);
    out.key("warnings").open('[');
    for (std::size_t i = 0; i < warnings.size(); ++i) {
        out.open('{').member("at", warnings[i]);
        out.member("level", i + 1 == warnings.size() ? "about_to_break" : "warning").close('}');
    }
    out.close(']');
}

Millis left_until(const ClockFace& face, const promise::Promise& promise, Instant now) {
    if (now >= face.due_at) return {0};
    if (face.limit.unit == Unit::Work)
        return {promise.schedules[static_cast<std::size_t>(face.limit.schedule)]
                    .between(now, face.due_at)
                    .millis};
    return face.due_at - now;
}

}  // namespace

Text kind_of_clock(const Clause& clause) {
    const auto name = lowered(clause.name + " " + clause.title.en);
    const auto& zh = clause.title.zh;
    if (holds_one_of(zh, {"首响", "首次响应", "首次答复", "首次回复", "首次联系"}) ||
        holds_one_of(name, {"first response", "first-response", "first reply", "first contact",
                            "first-reply", "first-contact"}))
        return {"首响", "First response"};
    if (std::holds_alternative<promise::Every>(clause.shape) ||
        holds_one_of(zh, {"下次", "进展"}) ||
        holds_one_of(name, {"next update", "next-update", "next response"}))
        return {"下次", "Next update"};
    if (holds_one_of(zh, {"解决", "修复", "修好", "处理完", "办结"}) ||
        holds_one_of(name, {"resol", "fix", "repair", "restor"}))
        return {"解决", "Resolution"};
    return clause.title;
}

Clocks::Clocks(store::Reading& rows, engine::Shelf& shelf, const Session& who, Instant now)
    : rows_(rows), shelf_(shelf), who_(who), now_(now), folding_(shelf.names(), kept_) {
    shelf.names().intern(kBy);
    for (const auto name : kTiers) shelf.names().intern(name);
}

const Clocks::Folded& Clocks::fold(const store::ObligationRow& row, const store::Stream& stream,
                                   const engine::Version& version) {
    using Kind = engine::StreamName::Kind;
    const auto [place, fresh] = folded_.try_emplace({stream.id, row.version});
    auto& made = place->second;
    if (!fresh) return made;
    made.now = std::max(now_, stream.turned_at);
    const auto name = engine::StreamName::parse(stream.name);
    if (name.kind == Kind::Rate) return made;
    const auto& promise = *version.promise;
    if (name.kind == Kind::Key) {
        made.facts =
            engine::key_rests_on(rows_, shelf_, stream, name, {.now = made.now}, folding_, memory_)
                .facts;
        promise::fold_key_clocks(promise, name.clause, memory_.copy(name.key), made.facts, made.now,
                                 folding_, made.obligations, made.faces);
    } else {
        made.facts =
            engine::subject_rests_on(rows_, shelf_, stream, {.now = made.now}, memory_).facts;
        promise::fold_subject_clocks(promise, made.facts, made.now, folding_, made.obligations,
                                     made.faces);
    }
    return made;
}

void Clocks::write_face(JsonOut& out, const promise::Promise& promise, const Clause& clause,
                        const Folded& folded, std::size_t which) {
    const auto& face = folded.faces[which];
    const auto state = folded.obligations[which].state;
    if (face.limit.schedule >= 0)
        out.member("calendar",
                   promise.schedule_names[static_cast<std::size_t>(face.limit.schedule)]);
    // While it stands still nobody knows when it will warn.
    if (state == State::Paused)
        out.key("warnings").open('[').close(']');
    else
        write_warnings(out, face);
    if (state == State::Paused && face.pause >= 0) {
        const auto& pause = clause.pauses[static_cast<std::size_t>(face.pause)];
        out.key("paused").open('{').member("since", face.paused_since);
        write_text(out.key("reason"), pause.text.zh.empty() && pause.text.en.empty()
                                          ? Text{pause.reason, pause.reason}
                                          : pause.text);
        if (is_inside(who_) && face.paused_by != nullptr)
            out.member_if("by", text_in(*face.paused_by, folding_.names, kBy));
        out.member_if("until", face.paused_until);
        out.member("left_millis", left_until(face, promise, folded.now).count).close('}');
    }
    const bool by_schedule = face.limit.unit == Unit::Work || face.limit.unit == Unit::WorkingDays;
    if (!by_schedule || face.limit.schedule < 0 || !promise::is_open(state)) return;
    const auto& schedule = promise.schedules[static_cast<std::size_t>(face.limit.schedule)];
    const auto left = schedule.between(folded.now, face.due_at).millis;
    const bool open = schedule.is_open(folded.now);
    const auto changes =
        open ? schedule.next_close(folded.now) : schedule.next_opening_after(folded.now);
    out.member("work_left_millis", std::max<std::int64_t>(0, left)).member("open_now", open);
    if (changes) out.member("next_change_at", *changes);
}

void Clocks::write_tier(JsonOut& out, const Folded& folded, const promise::Fact* start) {
    const auto told = [&](const promise::Fact& fact) {
        for (const auto name : kTiers) {
            const auto text = text_in(fact, folding_.names, name);
            if (text.empty() || text == "false") continue;
            out.member("tier", text == "true" ? std::string("VIP") : text);
            return true;
        }
        return false;
    };
    if (start != nullptr && told(*start)) return;
    for (auto i = folded.facts.size(); i-- > 0;)
        if (told(*folded.facts[i])) return;
}

// Of what runs: as if it broke at its first chance, with what is known now.
void Clocks::write_stake(JsonOut& out, const promise::Promise& promise, const Folded& folded,
                         std::size_t which) {
    if (promise.remedies.empty()) return;
    auto obligations = folded.obligations;
    auto& one = obligations[which];
    auto at = folded.now;
    if (promise::is_open(one.state) && one.state != State::Pending) {
        const auto due = folded.faces[which].due_at;
        at = due == Instant::max() ? at : std::max(at, due + Millis{1});
        one.state = State::Broken;
        one.broken_at = at;
        if (one.due_at == Instant::max()) one.due_at = one.promised_at = due;
    } else if (one.state != State::Broken) {
        return;
    }
    const OwnFacts own(folded.facts);
    const auto lines = remedy::owed(promise, obligations, at, folding_, &own);
    const auto stake = stake_of(promise, lines, which);
    if (!stake.zh.empty()) write_text(out.key("at_stake"), stake);
}

void Clocks::write(JsonOut& out, const store::ObligationRow& row, const store::Stream& stream) {
    const auto* version = shelf_.find(row.version);
    if (version == nullptr) return;
    const auto& promise = *version->promise;
    const auto& clause = promise.clauses[static_cast<std::size_t>(row.clause)];
    const auto& folded = fold(row, stream, *version);
    out.key("clock").open('{').member("at", folded.now).member("zone", promise.zone->name());
    write_text(out.key("kind"), kind_of_clock(clause));
    if (is_inside(who_)) {
        out.member_if("owner", clause.owner.empty() ? promise.owner : clause.owner);
        if (stream.customer != 0) {
            const auto handle = who_.may.has(Permission::CustomersRead)
                                    ? handle_of(rows_, stream.customer)
                                    : std::string();
            out.member("customer",
                       handle.empty() ? "cus_" + std::to_string(stream.customer) : handle);
        }
    }
    const auto found = std::ranges::find_if(folded.obligations, [&](const auto& one) {
        return one.clause == row.clause && one.occurrence == row.occurrence;
    });
    if (found == folded.obligations.end()) {
        out.key("warnings").open('[').close(']').close('}');
        return;
    }
    const auto which = static_cast<std::size_t>(found - folded.obligations.begin());
    write_face(out, promise, clause, folded, which);
    if (is_inside(who_)) write_tier(out, folded, found->start);
    write_stake(out, promise, folded, which);
    out.close('}');
}

}  // namespace yinuo::server
