#include "twin/backtest.h"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include "promise/history.h"
#include "twin/run.h"

namespace yinuo::twin {
namespace {

using promise::Fact;
using promise::Obligation;
using promise::State;

constexpr std::size_t kExamplesMost = 20;
constexpr std::size_t kAskEvery = 4096;  // subjects

std::string told(const Run::Owed& owed) {
    const auto& clause =
        owed.version->promise->clauses[static_cast<std::size_t>(owed.obligation.clause)];
    return clause.name + ": " + std::string(promise::name_of(owed.obligation.state));
}

// What became of each subject under two sets of promises, side by side.
class SideBySide {
public:
    void compare(std::string_view subject, std::span<const Run::Owed> a,
                 std::span<const Run::Owed> b) {
        met_.assign(b.size(), false);
        Change change{.subject = subject, .before = {}, .after = {}};
        for (const auto& one : a) {
            change.broken -= one.obligation.state == State::Broken ? 1 : 0;
            std::size_t j = 0;
            while (j < b.size() && (met_[j] || !same(one, b[j]))) ++j;
            if (j == b.size()) {
                ++result_.only_before;
                add(change.before, told(one));
                continue;
            }
            met_[j] = true;
            ++moves_[{one.obligation.state, b[j].obligation.state}];
            if (one.obligation.state == b[j].obligation.state) continue;
            add(change.before, told(one));
            add(change.after, told(b[j]));
        }
        for (std::size_t j = 0; j < b.size(); ++j) {
            change.broken += b[j].obligation.state == State::Broken ? 1 : 0;
            if (met_[j]) continue;
            ++result_.only_after;
            add(change.after, told(b[j]));
        }
        if (!change.before.empty() || !change.after.empty()) changes_.push_back(std::move(change));
        ++subjects_;
    }

    void paid(bool after, std::string_view subject, const Money& money) {
        (after ? paid_after_ : paid_before_)[subject][std::string(money.currency.code())] +=
            money.minor;
    }

    Comparison finish() {
        std::map<std::string_view, int> broken;  // by subject: more or fewer breaches recognised
        for (const auto& change : changes_) broken[change.subject] += change.broken;
        std::map<std::string_view, int> verdicts;
        for (const auto& [subject, more] : broken) verdicts[subject] = more;
        for (const auto* paid : {&paid_before_, &paid_after_})
            for (const auto& [subject, money] : *paid) verdicts.try_emplace(subject, 0);
        for (auto& [subject, more] : verdicts) {
            const std::int64_t money = sum(paid_after_, subject) - sum(paid_before_, subject);
            if (money != 0) more = money > 0 ? 1 : -1;
            result_.gain += more > 0 ? 1 : 0;
            result_.lose += more < 0 ? 1 : 0;
        }
        result_.same = subjects_ - result_.gain - result_.lose;
        for (const auto& [move, count] : moves_)
            result_.moves.push_back({move.first, move.second, count});
        std::ranges::stable_sort(result_.moves, std::greater(), &Comparison::Move::count);
        for (auto& change : changes_) {
            if (result_.examples.size() == kExamplesMost) break;
            result_.examples.push_back({std::string(change.subject), std::move(change.before),
                                        std::move(change.after), paid_before_[change.subject],
                                        paid_after_[change.subject]});
        }
        return std::move(result_);
    }

private:
    using Paid = std::map<std::string_view, Payout>;
    struct Change {
        std::string_view subject;
        std::string before, after;
        int broken = 0;
    };

    static bool same(const Run::Owed& a, const Run::Owed& b) {
        const auto name = [](const Run::Owed& owed) -> const std::string& {
            return owed.version->promise->clauses[static_cast<std::size_t>(owed.obligation.clause)]
                .name;
        };
        return a.obligation.occurrence == b.obligation.occurrence &&
               a.obligation.subject == b.obligation.subject && name(a) == name(b);
    }
    static void add(std::string& list, std::string one) {
        if (list.size() > 200) return;
        if (!list.empty()) list += ", ";
        list += one;
    }
    // Across currencies only the sign matters; who is owed more of one and less of another is rare.
    static std::int64_t sum(const Paid& paid, std::string_view subject) {
        const auto found = paid.find(subject);
        std::int64_t total = 0;
        if (found != paid.end())
            for (const auto& [currency, minor] : found->second) total += minor;
        return total;
    }

    Comparison result_;
    std::map<std::pair<State, State>, std::int64_t> moves_;
    std::vector<Change> changes_;
    Paid paid_before_, paid_after_;
    std::vector<bool> met_;
    std::int64_t subjects_ = 0;
};

}  // namespace

Result<void> put_versions_in_line(std::vector<promise::Promise>& promises) {
    std::ranges::sort(promises, [](const auto& a, const auto& b) {
        return std::tie(a.id, a.version) < std::tie(b.id, b.version);
    });
    for (std::size_t i = 0; i + 1 < promises.size(); ++i) {
        auto& one = promises[i];
        const auto& next = promises[i + 1];
        if (one.id != next.id) continue;
        if (one.version == next.version)
            return refuse(
                {.code = "version-twice",
                 .what = {"承诺“" + one.id + "”的第 " + std::to_string(one.version) +
                              " 版出现了两次，另一处在 " + one.place.path,
                          "version " + std::to_string(one.version) + " of promise '" + one.id +
                              "' is there twice; the other is in " + one.place.path},
                 .mend = {"给新的一版换一个 version", "give the newer one another version"},
                 .place = next.place});
        if (next.effective_from <= one.effective_from)
            return refuse({.code = "version-order",
                           .what = {"承诺“" + one.id + "”的第 " + std::to_string(next.version) +
                                        " 版没有晚于前一版生效",
                                    "version " + std::to_string(next.version) + " of promise '" +
                                        one.id + "' doesn't take effect after the one before"},
                           .mend = {"写上更晚的 effective", "write a later effective"},
                           .place = next.place});
        one.effective_until = std::min(one.effective_until, next.effective_from);
    }
    return {};
}

std::optional<Report> backtest(std::vector<promise::Promise>& promises,
                               std::vector<promise::Promise>* other, const History& history,
                               const Question& question, Names& names) {
    const bool comparing = other != nullptr;
    Run run(promises, history, question, names, question.curves, comparing);
    std::optional<Run> rival;
    SideBySide side;
    if (comparing) {
        rival.emplace(*other, history, question, names, false, true);
        const auto listen = [&](Run& to, bool after) {
            for (auto& version : to.versions())
                version.ledger->on_money = [&side, after](std::string_view subject,
                                                          const Money& money) {
                    side.paid(after, subject, money);
                };
        };
        listen(run, false);
        listen(*rival, true);
    }
    const bool across = run.looks_across() || (rival && rival->looks_across());
    std::vector<const Fact*> facts, all;
    if (across) all.reserve(history.facts());
    for (std::size_t s = 0; s < history.subjects(); ++s) {
        if (s % kAskEvery == 0) {
            if (question.interrupted != nullptr && question.interrupted()) return std::nullopt;
            if (question.on_progress) question.on_progress(s, history.subjects());
        }
        history.facts_of(s, facts);
        promise::put_in_order(facts, question.now, question.now);
        if (facts.empty()) continue;
        if (across) all.insert(all.end(), facts.begin(), facts.end());
        run.fold(facts);
        if (!rival) continue;
        rival->fold(facts);
        side.compare(history.subject(s), run.obligations(), rival->obligations());
    }
    if (across) {
        std::ranges::stable_sort(
            all, [](const Fact* a, const Fact* b) { return promise::comes_before(*a, *b); });
        run.fold_across(all);
        if (rival) {
            rival->fold_across(all);
            side.compare("", run.obligations(), rival->obligations());
        }
    }
    run.finish();

    Report report;
    report.now = question.now;
    report.facts_read = history.facts();
    report.subjects = history.subjects();
    report.first_at = history.first_at();
    report.last_at = history.last_at();
    run.write(report);
    if (rival) {
        rival->finish();
        Report after;
        rival->write(after);
        Comparison comparison = side.finish();
        comparison.counts = after.obligations;
        comparison.payout = std::move(after.payout);
        comparison.gifts = std::move(after.gifts);
        report.comparison = std::move(comparison);
    }
    return report;
}

}  // namespace yinuo::twin
