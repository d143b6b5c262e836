#include "server/week_pack.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "engine/incidents.h"
#include "server/fairness.h"
#include "server/fund_books.h"
#include "server/obligation_out.h"
#include "server/payout_out.h"
#include "server/report_out.h"

namespace yinuo::server {
namespace {

constexpr int kWeeksBefore = 4;
constexpr int kClaimDays = 90;  // claims about what came due so long before the week's end
constexpr std::size_t kWorstMost = 5;
constexpr int kListMost = 1'000;

std::optional<int> number_in(std::string_view text) {
    int number = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return number;
}

// The week that has the year's first Thursday is its first.
Date first_monday(int year) {
    const Date fourth = Date::of(year, 1, 4);
    return fourth.plus_days(-fourth.weekday());
}

class Packing {
public:
    Packing(const Records& records, WeekPack& made)
        : records_(records), made_(made), versions_(known_versions(records)) {}

    void run() {
        const auto from = std::min(made_.before, made_.until - hours(24 * kClaimDays));
        const auto gathered = gather(records_, versions_, {.from = from, .until = made_.until});
        made_.is_cut = gathered.is_cut;
        for (const auto& row : gathered.rows) add(row);
        finish_promises();
        finish_worst();
        add_money();
        add_incidents();
        add_improvements();
        const Window window{.from = made_.from, .until = made_.until};
        made_.causes = pareto(responsibility(records_, window),
                              ReasonCodes::read(records_.reading, records_.tenant));
    }

private:
    void add(const store::ObligationRow& row) {
        if (row.claim == static_cast<std::uint8_t>(promise::Claim::Claimed)) {
            ++made_.claims_open;
            const auto entry = records_.reading.entry(row.position);
            if (entry && entry->recorded_at < records_.now - hours(24 * 7)) ++made_.claims_overdue;
        }
        const bool kept = row.state == static_cast<std::uint8_t>(promise::State::Kept);
        const bool broken = row.state == static_cast<std::uint8_t>(promise::State::Broken);
        const auto at = counted_at(row);
        const auto& version = versions_.at(row.version);
        // A leg is its owner's promise to us, not ours to a customer.
        if (!(kept || broken) || at < made_.before ||
            version.clauses[static_cast<std::size_t>(row.clause)].outer >= 0)
            return;
        auto& one = promises_[version.promise];
        one.title = version.title;
        const bool this_week = at >= made_.from;
        auto& share = this_week ? one.week : one.before;
        ++share.of;
        share.count += kept ? 1 : 0;
        if (!broken) return;
        const auto late = lateness(row, records_.now);
        (this_week ? one.late_week : one.late_before).push_back(late.count);
        if (!this_week) return;
        auto& subject = subjects_[row.stream];
        ++subject.breaches;
        subject.late = subject.late + late;
    }

    void finish_promises() {
        std::vector<double> p;
        for (auto& [name, one] : promises_) {
            one.promise = name;
            one.week = twin::share(one.week.count, one.week.of);
            one.before = twin::share(one.before.count, one.before.of);
            one.difference = twin::difference(one.week, one.before);
            twin::sort_values(one.late_week);
            twin::sort_values(one.late_before);
            p.push_back(one.difference.p);
            made_.promises.push_back(std::move(one));
        }
        const auto corrected = twin::holm(p);
        for (std::size_t i = 0; i < corrected.size(); ++i) made_.promises[i].p = corrected[i];
    }

    void finish_worst() {
        std::vector<std::pair<store::StreamId, WeekPack::Worst>> all(subjects_.begin(),
                                                                     subjects_.end());
        std::ranges::stable_sort(all, std::greater(), [](const auto& one) {
            return std::pair(one.second.late, one.second.breaches);
        });
        for (auto& [stream, worst] : all) {
            const auto found = records_.reading.stream(stream);
            if (!found || !is_subject(found->name)) continue;
            worst.subject = found->name;
            made_.worst.push_back(std::move(worst));
            if (made_.worst.size() == kWorstMost) return;
        }
    }

    void add_money() {
        std::map<std::string, WeekPack::Given> given;
        const auto paid = static_cast<std::size_t>(remedy::Account::Paid);
        const auto first = made_.week.monday.plus_days(-7 * kWeeksBefore);
        for (const auto& day : day_closings(records_.reading, records_.tenant, first,
                                            made_.week.monday.plus_days(7))) {
            auto& sum = given[day.currency];
            sum.currency = day.currency;
            (date_of_day(day.day) < made_.week.monday ? sum.before : sum.week) += day.moved[paid];
        }
        for (auto& [currency, sum] : given) made_.given.push_back(std::move(sum));
    }

    void add_incidents() {
        for (const auto& incident :
             engine::incidents(records_.reading, records_.tenant, 0, kListMost))
            if (made_.from <= incident.declared_at && incident.declared_at < made_.until)
                made_.incidents.push_back({.number = incident.number,
                                           .title = incident.wish.title,
                                           .state = std::string(engine::name_of(incident.state))});
    }

    void add_improvements() {
        for (auto& item : improvements(records_.reading, records_.tenant, {}, kListMost))
            if (item.is_open() && item.due < made_.until + hours(24 * 7))
                made_.improvements.push_back(std::move(item));
        std::ranges::stable_sort(made_.improvements, {}, &Improvement::due);
    }

    const Records& records_;
    WeekPack& made_;
    const KnownVersions versions_;
    std::map<std::string, WeekPack::Kept> promises_;
    std::map<store::StreamId, WeekPack::Worst> subjects_;
};

}  // namespace

std::optional<IsoWeek> IsoWeek::parse(std::string_view text) {
    if (text.size() != 8 || text.substr(4, 2) != "-W") return std::nullopt;
    const auto year = number_in(text.substr(0, 4)), number = number_in(text.substr(6));
    if (!year || !number || *year < 1970 || *year > 9000 || *number < 1 || *number > 53)
        return std::nullopt;
    auto made = of(first_monday(*year).plus_days(7 * (*number - 1)));
    if (made.year != *year) return std::nullopt;  // a year of 52 weeks has no 53rd
    return made;
}

IsoWeek IsoWeek::of(Date day) {
    const Date monday = day.plus_days(-day.weekday());
    const int year = monday.plus_days(3).year();
    return {
        .year = year, .number = (monday.days - first_monday(year).days) / 7 + 1, .monday = monday};
}

std::string IsoWeek::to_string() const {
    char text[16];
    std::snprintf(text, sizeof text, "%04d-W%02d", year, number);
    return text;
}

bool WeekPack::Kept::is_better() const { return p < kSignificant && difference.low > 0; }
bool WeekPack::Kept::is_worse() const { return p < kSignificant && difference.high < 0; }
double WeekPack::Kept::breaches_before() const {
    return static_cast<double>(before.of - before.count) / kWeeksBefore;
}

WeekPack week_pack(const Records& records, const IsoWeek& week, const Zone& zone,
                   std::string zone_name) {
    WeekPack made;
    made.week = week;
    made.zone = std::move(zone_name);
    made.from = zone.start_of_day(week.monday);
    made.until = zone.start_of_day(week.monday.plus_days(7));
    made.before = zone.start_of_day(week.monday.plus_days(-7 * kWeeksBefore));
    Packing(records, made).run();
    return made;
}

std::string week_json(const WeekPack& pack, Instant as_of) {
    const auto p90 = [](JsonOut& out, std::string_view name, const std::vector<std::int64_t>& all) {
        if (all.empty())
            out.key(name).null();
        else
            out.member(name, to_string(Millis{twin::percentile(all, 90)}));
    };
    std::int64_t n = 0;
    for (const auto& one : pack.promises) n += one.week.of;
    JsonOut out;
    out.open('{').member("report", "week").member("week", pack.week.to_string());
    out.member("zone", pack.zone).member("from", pack.from).member("until", pack.until);
    out.member("before", pack.before).member("as_of", as_of).member("complete", !pack.is_cut);
    out.member("n", n);
    write_text(out.key("method"),
               {"按截止时间归周，与前四周合并相比；比例区间用 Wilson，差别用 Newcombe，跨承诺按 "
                "Holm 校正，校正后 p < 0.05 才说变好或变差。",
                "By due instants, held to the four weeks before taken together; intervals by "
                "Wilson, differences by Newcombe, Holm's correction over promises: better or worse "
                "is said where the corrected p is below 0.05."});
    out.key("promises").open('[');
    for (const auto& one : pack.promises) {
        out.open('{').member("promise", one.promise);
        write_text(out.key("title"), one.title);
        write_share(out.key("kept"), one.week);
        write_share(out.key("kept_before"), one.before);
        write_difference(out.key("difference"), one.difference);
        out.key("p").raw(number_text(one.p, 6)).member("breaches", one.breaches());
        out.key("breaches_before").raw(number_text(one.breaches_before(), 2));
        p90(out, "late_p90", one.late_week);
        p90(out, "late_p90_before", one.late_before);
        out.member("says", one.is_better() ? "better" : one.is_worse() ? "worse" : "no difference");
        out.close('}');
    }
    out.close(']').key("worst").open('[');
    for (const auto& one : pack.worst)
        out.open('{')
            .member("subject", one.subject)
            .member("breaches", one.breaches)
            .member("late", to_string(one.late))
            .close('}');
    out.close(']').key("given").open('[');
    for (const auto& one : pack.given)
        out.open('{')
            .member("currency", one.currency)
            .member("week", amount_text(one.week, one.currency))
            .member("before", amount_text(one.before, one.currency))
            .close('}');
    out.close(']').key("incidents").open('[');
    for (const auto& one : pack.incidents) {
        out.open('{').member("id", std::to_string(one.number)).member("state", one.state);
        write_text(out.key("title"), one.title);
        out.close('}');
    }
    out.close(']').key("causes").open('[');
    for (const auto& one : pack.causes.top) {
        out.open('{').member("code", one.code);
        write_text(out.key("title"), one.title);
        out.member("total", one.total).key("running").raw(number_text(one.running));
        out.member("vital", one.is_vital).close('}');
    }
    out.close(']').key("claims").open('{').member("open", pack.claims_open);
    out.member("overdue", pack.claims_overdue).close('}').key("improvements").open('[');
    for (const auto& item : pack.improvements) {
        out.open('{').member("id", item.id).member("title", item.title);
        out.member("state", name_of(item.state)).member_if("owner", item.owner);
        out.member("due", item.due).member("recurred", item.recurred).close('}');
    }
    return out.close(']').close('}').take();
}

std::string week_csv(const WeekPack& pack, bool chinese) {
    Csv csv({"promise", "title", "n", "kept", "low", "high", "n_before", "kept_before",
             "difference", "p", "breaches", "breaches_before"});
    for (const auto& one : pack.promises)
        csv.row({one.promise, one.title.in(chinese), std::to_string(one.week.of),
                 number_text(one.week.value), number_text(one.week.low), number_text(one.week.high),
                 std::to_string(one.before.of), number_text(one.before.value),
                 number_text(one.difference.value), number_text(one.p, 6),
                 std::to_string(one.breaches()), number_text(one.breaches_before(), 2)});
    return csv.take();
}

}  // namespace yinuo::server
