#include "demo/disturbance.h"

#include <algorithm>
#include <optional>

#include "base/json_text.h"
#include "time/civil.h"

namespace yinuo::demo {
namespace {

using enum Disturbance;

const DisturbanceRow kTable[] = {
    {Repeated, "repeated", 0.03, false, {"重复上报", "reported twice"}},
    {Late, "late", 0.04, false, {"迟报几分钟到几小时", "late by minutes to hours"}},
    {OutOfOrder, "out_of_order", 0.05, false, {"先后颠倒", "out of order"}},
    {Corrected, "corrected", 0.02, false, {"事后更正", "corrected later"}},
    {Retracted, "retracted", 0.003, false, {"事后撤回", "retracted later"}},
    {Malformed, "malformed", 0.005, false, {"写错的（应当被拒收）", "malformed, to be refused"}},
    {NeverCloses, "never_closes", 0.02, true, {"一直没有办结记录", "closing never comes"}},
    {Cancelled, "cancelled", 0.03, true, {"中途取消", "cancelled midway"}},
};
static_assert(std::size(kTable) + 1 == kDisturbances);

double rate_of(Disturbance what) {
    return std::ranges::find(kTable, what, &DisturbanceRow::what)->rate;
}

bool falls(Disturbance what, Dice dice) {
    return dice.of(static_cast<std::uint64_t>(what)).fall(rate_of(what));
}
// How much of it, once it fell.
Dice extent(Disturbance what, Dice dice) { return dice.of(100 + static_cast<std::uint64_t>(what)); }

struct Written {
    Instant at;
    std::string_view change = "report";
    std::string_view subject_is = "subject";         // the member's name, for those to be refused
    std::optional<std::string_view> time_ends = {};  // instead of "Z"
};

std::string written(const Case& about, std::size_t index, const Written& how) {
    const CaseFact& fact = about.facts[index];
    std::string at = to_string(how.at);
    if (how.time_ends) at = at.substr(0, 19) + std::string(*how.time_ends);
    std::string out = R"({"id":)";
    // One kind happens once about a subject here, so this is a fact's name.
    append_json_string(out, about.subject + "#" + std::to_string(index));
    out += R"(,"kind":)";
    append_json_string(out, fact.kind);
    out += ",\"" + std::string(how.subject_is) + "\":";
    append_json_string(out, about.subject);
    out += R"(,"at":)";
    append_json_string(out, at);
    if (!about.customer.empty()) {
        out += R"(,"customer":)";
        append_json_string(out, about.customer);
    }
    if (how.change != "report") out += R"(,"change":")" + std::string(how.change) + '"';
    if (how.change != "retract") {
        if (!fact.fields.empty()) out += R"(,"fields":)" + fact.fields;
        if (!fact.personal.empty()) out += R"(,"personal":)" + fact.personal;
    }
    return out + "}";
}

// A misspelt member, a time without an offset, a day that doesn't exist: what people get wrong.
std::string malformed(const Case& about, std::size_t index, Dice dice) {
    const Instant at = about.facts[index].at;
    switch (dice.between(0, 3)) {
        case 0: return written(about, index, {.at = at, .subject_is = "subjct"});
        case 1: return written(about, index, {.at = at, .time_ends = ""});
        default: return written(about, index, {.at = at, .time_ends = "+99:00"});
    }
}

// What happens, once it is settled whether the case is cancelled or never closes.
Case as_it_happens(Case about, Dice dice, std::vector<Planned>& plan) {
    const auto closing = std::ranges::find(about.facts, true, &CaseFact::closes);
    const Instant opened = about.facts.front().at;
    if (!about.cancelled_kind.empty() && falls(Cancelled, dice)) {
        const Millis open_for = closing == about.facts.end() ? hours(24) : closing->at - opened;
        const Instant at = opened + Millis{open_for.count / 2};
        std::erase_if(about.facts, [&](const CaseFact& f) { return f.at > at || f.closes; });
        about.facts.push_back(
            {.kind = about.cancelled_kind, .at = at, .fields = about.cancelled_fields});
    } else if (closing != about.facts.end() && falls(NeverCloses, dice)) {
        about.facts.erase(closing);
        plan.push_back({.report_at = opened, .why = NeverCloses});
    }
    return about;
}

}  // namespace

std::span<const DisturbanceRow> disturbances() { return kTable; }

std::vector<Planned> disturbed(const Case& given, Dice seed) {
    const Dice dice = seed.of(given.number);
    std::vector<Planned> plan;
    const Case about = as_it_happens(given, dice, plan);
    for (std::size_t i = 0; i < about.facts.size(); ++i) {
        const CaseFact& fact = about.facts[i];
        const Dice mine = dice.of(1000 + i);
        const auto fell = [&](Disturbance what) { return falls(what, mine); };
        const auto much = [&](Disturbance what) { return extent(what, mine); };
        Planned plain{.report_at = fact.at, .json = written(about, i, {.at = fact.at})};
        if (fact.kind == about.cancelled_kind) plain.why = Cancelled;
        if (fell(Malformed)) {
            plan.push_back({.report_at = fact.at,
                            .why = Malformed,
                            .json = malformed(about, i, much(Malformed))});
            plain.report_at = plain.report_at + minutes(10);  // mended, it comes again
        }
        if (fell(Late)) {
            const double late = std::clamp(much(Late).lognormal(3.7, 1.0), 3.0, 720.0);
            plain.report_at = plain.report_at + seconds(static_cast<std::int64_t>(late * 60));
            plain.why = Late;
        } else if (fell(OutOfOrder)) {
            const bool soon =
                i + 1 < about.facts.size() && about.facts[i + 1].at < fact.at + hours(24);
            plain.report_at = soon ? about.facts[i + 1].at + seconds(30)
                                   : plain.report_at + minutes(much(OutOfOrder).between(2, 10));
            plain.why = OutOfOrder;
        }
        if (fell(Repeated))
            plan.push_back({.report_at = plain.report_at + minutes(much(Repeated).between(1, 30)),
                            .why = Repeated,
                            .json = plain.json});
        if (fell(Corrected)) {
            // It was earlier than first said, but never before the case was opened.
            const Instant earliest = i == 0 ? Instant::min() : about.facts[0].at + minutes(1);
            const Instant at = fact.at - minutes(much(Corrected).between(5, 90));
            plan.push_back(
                {.report_at = plain.report_at + minutes(much(Corrected).between(60, 480)),
                 .why = Corrected,
                 .json = written(
                     about, i,
                     {.at = std::max(at, std::min(earliest, fact.at)), .change = "correct"})});
        }
        if (fell(Retracted))
            plan.push_back(
                {.report_at = plain.report_at + minutes(much(Retracted).between(60, 360)),
                 .why = Retracted,
                 .json = written(about, i, {.at = fact.at, .change = "retract"})});
        plan.push_back(std::move(plain));
    }
    return plan;
}

}  // namespace yinuo::demo
