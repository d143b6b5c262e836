#include "server/recovery_effect.h"

#include <algorithm>
#include <array>
#include <set>

#include "engine/paying.h"
#include "server/obligation_out.h"
#include "server/report_out.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kCustomersMost = 20'000;
constexpr std::size_t kValuesLeast = 5;  // fewer customers' scores aren't told

constexpr std::string_view kNames[] = {"untouched", "made good", "made good late", "not made good"};
Text title_of(std::size_t group) {
    switch (static_cast<Recovery>(group)) {
        case Recovery::Untouched: return {"没有违约", "nothing broke"};
        case Recovery::MadeGood: return {"违约后及时补救", "broken, and made good in time"};
        case Recovery::MadeGoodLate: return {"违约后补救但不及时", "broken, made good too late"};
        case Recovery::NotMadeGood: return {"违约而未补救", "broken, and not made good"};
    }
    return {};
}

// One customer, as far as the rows tell.
struct Told {
    Recovery group = Recovery::Untouched;
    Instant last = Instant::min();  // what happened to them last
};

class Effect {
public:
    Effect(const Records& records, const RecoveryWish& wish)
        : records_(records), wish_(wish), versions_(known_versions(records)) {}

    RecoveryEffect run() {
        const auto gathered =
            gather(records_, versions_, {.from = wish_.from, .until = wish_.until},
                   {static_cast<std::uint8_t>(promise::State::Kept),
                    static_cast<std::uint8_t>(promise::State::Broken)});
        made_.is_cut = gathered.is_cut;
        for (const auto& row : gathered.rows) add(row);
        std::array<std::vector<double>, 4> scores;
        std::array<std::pair<std::int64_t, std::int64_t>, 4> returns{};
        for (const auto& [customer, told] : customers_) {
            const auto group = static_cast<std::size_t>(told.group);
            ++made_.groups[group].customers;
            const bool is_over = told.last + hours(24 * wish_.days) <= records_.now;
            if (!is_over) ++made_.too_recent;
            const auto said = asked(customer, told);
            if (said.score) scores[group].push_back(*said.score);
            if (!is_over) continue;
            ++returns[group].second;
            if (said.came_back) ++returns[group].first;
        }
        for (std::size_t i = 0; i < 4; ++i) {
            made_.groups[i].score = twin::mean_of(scores[i]);
            if (!wish_.return_kind.empty())
                made_.groups[i].returns = twin::share(returns[i].first, returns[i].second);
        }
        const auto& [untouched, good, late, bad] = made_.groups;
        made_.score_good_untouched = twin::difference(good.score, untouched.score);
        made_.score_good_bad = twin::difference(good.score, bad.score);
        made_.returns_good_untouched = twin::difference(good.returns, untouched.returns);
        made_.returns_good_bad = twin::difference(good.returns, bad.returns);
        return made_;
    }

private:
    void add(const store::ObligationRow& row) {
        const auto stream = records_.reading.stream(row.stream);
        if (!stream || stream->customer == 0) return;
        if (!customers_.contains(stream->customer) && customers_.size() >= kCustomersMost) {
            made_.is_cut = true;
            return;
        }
        auto& told = customers_[stream->customer];
        if (row.state != static_cast<std::uint8_t>(promise::State::Broken)) {
            if (told.group == Recovery::Untouched)
                told.last = std::max(told.last, std::min(row.settled_at, row.due_at));
            return;
        }
        if (told.group == Recovery::Untouched) told.last = Instant::min();
        told.group = std::max(told.group, made_good(row));
        told.last = std::max(told.last, row.broken_at);
    }

    // Something was owed, all of it has arrived, and when.
    Recovery made_good(const store::ObligationRow& row) {
        bool any = false, late = false;
        for (const auto& payout : records_.reading.payouts_of(row.id)) {
            const auto view = engine::open_payout(payout);
            if (!view) throw store::Trouble(view.error());
            const auto state = view->payout.state;
            if (view->payout.back || state == remedy::PayoutState::Cancelled) continue;
            if (state != remedy::PayoutState::Paid) return Recovery::NotMadeGood;
            any = true;
            late = late || view->changed_at > in_time_until(row, *view);
        }
        if (!any) return Recovery::NotMadeGood;
        return late ? Recovery::MadeGoodLate : Recovery::MadeGood;
    }

    // What the remedy says of itself (`pay within`), from the breach; otherwise the report's days.
    Instant in_time_until(const store::ObligationRow& row, const engine::PayoutView& view) {
        const auto otherwise = row.broken_at + hours(24 * wish_.days);
        return records_.shelves.use(records_.tenant, [&](engine::Shelf& shelf) {
            const auto* version = shelf.find(row.version);
            const auto index = static_cast<std::size_t>(view.remedy_index);
            if (version == nullptr || view.remedy_index < 0 ||
                index >= version->promise->remedies.size())
                return otherwise;
            const auto& within = version->promise->remedies[index].pay_within;
            if (!within) return otherwise;
            return promise::due_after(view.owed_at, *within, version->promise->calendars())
                .value_or(otherwise);
        });
    }

    struct Said {
        std::optional<double> score;
        bool came_back = false;
    };
    Said asked(store::CustomerId customer, const Told& told) {
        Said said;
        std::vector<double> scores;
        const auto until = told.last + hours(24 * wish_.days);
        const std::string_view also[] = {wish_.score_field};
        for (const auto& stream : records_.reading.streams_of_customer(customer))
            facts_again(records_, stream, also, [&](auto facts, const Names& names) {
                const auto score = names.find(wish_.score_kind);
                const auto field = names.find(wish_.score_field);
                const auto back = names.find(wish_.return_kind);
                for (const auto* fact : facts) {
                    if (fact->at <= told.last || fact->at > until) continue;
                    if (back != Symbol::None && fact->kind == back) said.came_back = true;
                    if (score == Symbol::None || fact->kind != score) continue;
                    for (const auto& binding : fact->fields)
                        if (binding.name == field && binding.value.type() == feel::Type::Number)
                            scores.push_back(binding.value.as_number().to_double());
                }
            });
        if (!scores.empty()) said.score = twin::mean_of(scores).mean;
        return said;
    }

    const Records& records_;
    const RecoveryWish& wish_;
    const KnownVersions versions_;
    std::map<store::CustomerId, Told> customers_;
    RecoveryEffect made_;
};

bool has_scores(const RecoveryGroup& group) {
    return group.score.count >= static_cast<std::int64_t>(kValuesLeast);
}
bool has_returns(const RecoveryGroup& group) {
    return group.returns.of >= static_cast<std::int64_t>(kValuesLeast);
}

void write_score(JsonOut& out, const RecoveryGroup& group) {
    out.open('{').member("n", group.score.count);
    for (const auto& [name, value] :
         {std::pair("mean", group.score.mean), std::pair("low", group.score.low()),
          std::pair("high", group.score.high())})
        out.key(name).raw(has_scores(group) ? number_text(value) : "null");
    out.close('}');
}

void write_returns(JsonOut& out, const RecoveryGroup& group) {
    if (has_returns(group)) return write_share(out, group.returns);
    out.open('{').member("n", group.returns.of).key("count").null().key("share").null();
    out.key("low").null().key("high").null().close('}');
}

// 补救悖论: whoever was let down and made good is more content than whoever was never let down.
Text paradox_of(const RecoveryEffect& made) {
    const auto& [untouched, good, late, bad] = made.groups;
    const bool scores = has_scores(untouched) && has_scores(good);
    const bool returns = has_returns(untouched) && has_returns(good);
    if (!scores && !returns)
        return {"没有数据：没有违约与及时补救的两组里，各要有 5 位客户给过评分或过了观察期。",
                "No data: it takes five customers each, of those to whom nothing broke and of "
                "those made good in time, who gave a score or whose days are over."};
    const bool more = (scores && made.score_good_untouched.low > 0) ||
                      (returns && made.returns_good_untouched.low > 0);
    const bool less = (scores && made.score_good_untouched.high < 0) ||
                      (returns && made.returns_good_untouched.high < 0);
    if (more && !less)
        return {"出现补救悖论：及时补救的客户比没有遇到违约的更满意或更常回来，区间不含零。",
                "The recovery paradox shows: customers made good in time score higher, or come "
                "back more, than those to whom nothing broke; the interval excludes zero."};
    if (less && !more)
        return {"补救没有抵消违约：及时补救的客户仍不如没有遇到违约的，区间不含零。",
                "Making good doesn't make up for it: those customers still score lower, or come "
                "back less, than those to whom nothing broke; the interval excludes zero."};
    return {"看不出补救悖论：差别的区间含零，或两项指标方向相反。",
            "No recovery paradox shows: the interval includes zero, or the two measures disagree."};
}

}  // namespace

RecoveryEffect recovery_effect(const Records& records, const RecoveryWish& wish) {
    return Effect(records, wish).run();
}

std::string recovery_json(const RecoveryEffect& made, const RecoveryWish& wish, Instant as_of) {
    std::int64_t customers = 0;
    for (const auto& group : made.groups) customers += group.customers;
    JsonOut out;
    out.open('{').member("report", "recovery").member("from", wish.from);
    out.member("until", wish.until).member("as_of", as_of).member("complete", !made.is_cut);
    out.member("days", wish.days).member("n", customers).member("too_recent", made.too_recent);
    write_text(out.key("method"),
               {"每位客户归一组；评分取最近一次履约结束或违约之后观察期内的平均，均值区间用 t "
                "分布，差别用 Welch；回来的比例只算观察期已过的客户，区间用 Wilson，差别用 "
                "Newcombe。不足 5 位的数值不列出。",
                "Each customer is in one group. Scores are means within the days after the last "
                "end of an obligation, or the last breach; intervals by Student's t, differences "
                "by Welch. Who came back is asked of those whose days are over; intervals by "
                "Wilson, differences by Newcombe. Figures of fewer than five aren't told."});
    out.key("items").open('[');
    for (std::size_t i = 0; i < 4; ++i) {
        const auto& group = made.groups[i];
        out.open('{').member("group", kNames[i]);
        write_text(out.key("title"), title_of(i));
        out.member("customers", group.customers);
        if (!wish.score_kind.empty()) write_score(out.key("score"), group);
        if (!wish.return_kind.empty()) write_returns(out.key("returned"), group);
        out.close('}');
    }
    out.close(']').key("differences").open('[');
    const auto& [untouched, good, late, bad] = made.groups;
    const auto difference = [&](std::string_view what, std::string_view against, bool told,
                                const twin::Difference& one) {
        if (!told) return;
        out.open('{').member("what", what).member("of", kNames[1]).member("against", against);
        write_difference(out.key("difference"), one);
        out.close('}');
    };
    difference("score", kNames[0], has_scores(good) && has_scores(untouched),
               made.score_good_untouched);
    difference("score", kNames[3], has_scores(good) && has_scores(bad), made.score_good_bad);
    difference("returned", kNames[0], has_returns(good) && has_returns(untouched),
               made.returns_good_untouched);
    difference("returned", kNames[3], has_returns(good) && has_returns(bad), made.returns_good_bad);
    write_text(out.close(']').key("says"), paradox_of(made));
    return out.close('}').take();
}

std::string recovery_csv(const RecoveryEffect& made, bool chinese) {
    Csv csv({"group", "title", "customers", "score_n", "score_mean", "score_low", "score_high",
             "returned_n", "returned", "returned_low", "returned_high"});
    for (std::size_t i = 0; i < 4; ++i) {
        const auto& group = made.groups[i];
        const auto score = [&](double value) {
            return has_scores(group) ? number_text(value) : std::string();
        };
        const auto share = [&](double value) {
            return has_returns(group) ? number_text(value) : std::string();
        };
        csv.row({std::string(kNames[i]), title_of(i).in(chinese), std::to_string(group.customers),
                 std::to_string(group.score.count), score(group.score.mean),
                 score(group.score.low()), score(group.score.high()),
                 std::to_string(group.returns.of), share(group.returns.value),
                 share(group.returns.low), share(group.returns.high)});
    }
    return csv.take();
}

}  // namespace yinuo::server
