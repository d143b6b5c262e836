#include "cli/scene_runner.h"

#include <algorithm>
#include <filesystem>
#include <queue>

#include "base/nearest.h"
#include "cli/scene_judge.h"
#include "promise/comparisons.h"
#include "promise/formulas.h"
#include "promise/principles.h"
#include "promise/scope.h"

namespace yinuo::cli {

namespace {

std::string beside(std::string_view file, const std::string& path) {
    if (std::filesystem::path(path).is_absolute()) return path;
    return (std::filesystem::path(std::string(file)).parent_path() / path)
        .lexically_normal()
        .string();
}

Text finding_text(const Finding& finding) {
    const Place& at = finding.error.place;
    const std::string head = at.path + ":" + std::to_string(at.line) + ":" +
                             std::to_string(at.column) + ": " + finding.error.code + ": ";
    return {head + finding.error.what.zh, head + finding.error.what.en};
}

// What stands under findings, one a line.
Text findings_text(const Findings& findings, Severity least) {
    Text text;
    for (const Finding& finding : findings) {
        if (finding.severity < least) continue;
        const Text one = finding_text(finding);
        text.zh += (text.zh.empty() ? "" : "\n") + one.zh;
        text.en += (text.en.empty() ? "" : "\n") + one.en;
    }
    if (text.zh.empty()) text = {"没有发现", "no finding"};
    return text;
}

// Kinds of facts that no promise asks about: probably slips of the pen.
std::vector<Text> unasked(const wire::Scene& scene,
                          const std::vector<const promise::Promise*>& promises) {
    std::vector<std::string> kinds;
    for (const auto* one : promises)
        promise::each_formula(*one, [&](const promise::Formula& formula) {
            for (auto& mention : promise::kinds_mentioned(formula.text()))
                kinds.push_back(std::move(mention.word));
        });
    const std::vector<std::string_view> known(kinds.begin(), kinds.end());
    std::vector<Text> notes;
    std::vector<std::string_view> told;
    for (const auto& fact : scene.facts) {
        if (std::ranges::find(known, fact.kind) != known.end() ||
            std::ranges::find(told, fact.kind) != told.end())
            continue;
        told.push_back(fact.kind);
        const auto near = nearest(fact.kind, known);
        const std::string meant = near ? std::string(*near) : std::string();
        notes.push_back(
            {"没有承诺问到「" + fact.kind + "」" + (near ? "，是不是「" + meant + "」？" : ""),
             "no promise asks about " + fact.kind + (near ? "; did you mean " + meant + "?" : "")});
    }
    return notes;
}

}  // namespace

const wire::PromiseReading& SceneRunner::promises_of(const std::string& path) {
    auto& known = promises_[path];
    if (!known) {
        auto read = wire::read_promise_file(path, {names_, zones_, promise::host_functions()});
        known = std::make_unique<wire::PromiseReading>();
        if (read) {
            *known = std::move(*read);
            for (const auto& one : known->promises)
                for (auto& finding : promise::check_promise(one))
                    known->findings.push_back(std::move(finding));
        } else {
            known->findings.push_back({Severity::Error, std::move(read.error())});
        }
    }
    return *known;
}

Cast SceneRunner::cast_of(const wire::SceneFile& file, const wire::Scene& scene) {
    Cast cast;
    for (const auto& path : scene.promises) {
        cast.files.push_back(beside(file.path, path));
        const auto& reading = promises_of(cast.files.back());
        for (const auto& one : reading.promises) cast.promises.push_back(&one);
        cast.findings.insert(cast.findings.end(), reading.findings.begin(), reading.findings.end());
    }
    return cast;
}

// One playing of a scene: what is done when, in the order of time.
struct SceneRunner::Play {
    struct Step {
        Instant at;
        const wire::SceneFact* fact = nullptr;  // to be heard
        std::int64_t sequence = 0;
        const wire::Expectation* expectation = nullptr;  // to be judged
    };

    const wire::Scene* scene = nullptr;
    SceneResult* result = nullptr;
    std::vector<const promise::Promise*> promises;
    std::unique_ptr<Stage> stage;
    std::vector<Step> steps;
    std::size_t next = 0;

    bool over() const { return next == steps.size(); }
    Instant at() const { return steps[next].at; }

    // All that is to be done at one instant.
    void go_on() {
        const Instant now = at();
        std::vector<Standings> standings;
        bool moved = false;
        for (; !over() && at() == now; ++next) {
            const Step& step = steps[next];
            if (step.fact != nullptr) {
                stage->add(*step.fact, step.sequence);
                moved = false;
                continue;
            }
            const auto& e = *step.expectation;
            if (!moved) {
                if (auto gone = stage->move_to(now); !gone)
                    return give_up(e.place, e.text, gone.error());
                auto stand = stage->stand(now);
                if (!stand) return give_up(e.place, e.text, stand.error());
                standings = std::move(*stand);
                moved = true;
            }
            auto came = judge(e, standings);
            if (!came) continue;
            SceneFailure failure{e.place, e.text, std::move(*came), {}};
            for (const Standings& s : standings)
                for (auto& line : stage->story(*s.promise, e, now))
                    failure.story.push_back(std::move(line));
            result->failures.push_back(std::move(failure));
        }
        if (moved) return;
        if (auto gone = stage->move_to(now); !gone) {
            const auto& fact = *steps[next - 1].fact;
            give_up(fact.place, fact.kind, gone.error());
        }
    }

    void give_up(const Place& place, const std::string& expected, const Error& why) {
        result->failures.push_back({place, expected, why.what, {}});
        next = steps.size();
    }
};

namespace {

// The number of each fact in its source: a repetition is what was said before.
std::vector<std::int64_t> sequences(const wire::Scene& scene) {
    std::vector<std::int64_t> all;
    std::map<std::pair<std::string_view, std::string_view>, std::int64_t> reported;
    std::int64_t next = 1;
    for (const auto& fact : scene.facts) {
        std::int64_t number = next;
        if (!fact.id.empty() && fact.change == promise::Change::Report)
            number = reported.try_emplace({fact.about, fact.id}, next).first->second;
        all.push_back(number);
        next += fact.count;
    }
    return all;
}

bool about_findings(const wire::Expectation& e) {
    return e.kind == wire::Expectation::Kind::Finding;
}

}  // namespace

Result<std::vector<SceneRunner::Play>> SceneRunner::plays_of(const wire::SceneFile& file,
                                                             const wire::Scene& scene,
                                                             SceneResult& result) {
    std::vector<Play> plays;
    const Cast cast = cast_of(file, scene);
    auto opened = TRY(house_.open(cast));
    for (const auto& e : scene.expectations)
        if (about_findings(e) && std::ranges::none_of(opened.findings, [&](const Finding& f) {
                return f.error.code == e.clause;
            }))
            result.failures.push_back(
                {e.place, e.text, findings_text(opened.findings, Severity::Note), {}});
    if (std::ranges::all_of(scene.expectations, about_findings)) return plays;
    if (opened.stage == nullptr || cast.promises.empty()) {
        const Text before{"承诺有错，上面已列出", "its promise has errors, told above"};
        const bool again = std::ranges::find(told_, cast.files.front()) != told_.end();
        told_.insert(told_.end(), cast.files.begin(), cast.files.end());
        result.failures.push_back({scene.place,
                                   scene.title,
                                   again ? before : findings_text(opened.findings, Severity::Error),
                                   {}});
        return plays;
    }
    const auto numbers = sequences(scene);
    std::size_t heard = 0;
    Instant latest = Instant::max();
    for (const auto& e : scene.expectations) {
        if (about_findings(e)) continue;
        if (e.now < latest) {  // the first, or back in time
            if (!plays.empty()) {
                auto again = TRY(house_.open(cast));
                opened = std::move(again);
            }
            auto& play = plays.emplace_back();
            play.scene = &scene;
            play.result = &result;
            play.promises = cast.promises;
            play.stage = std::move(opened.stage);
            heard = 0;
            latest = Instant::min();
        }
        auto& steps = plays.back().steps;
        for (; heard < e.facts; ++heard)
            steps.push_back({.at = std::max(scene.facts[heard].heard, latest),
                             .fact = &scene.facts[heard],
                             .sequence = numbers[heard]});
        steps.push_back({.at = e.now, .expectation = &e});
        latest = e.now;
    }
    for (auto& play : plays) std::ranges::stable_sort(play.steps, {}, &Play::Step::at);
    return plays;
}

Result<std::vector<SceneResult>> SceneRunner::run(std::span<const wire::SceneFile> files,
                                                  std::optional<std::uint64_t> shuffle) {
    std::size_t scenes = 0;
    Instant first = Instant::max();
    for (const auto& file : files) {
        scenes += file.scenes.size();
        for (const auto& scene : file.scenes) {
            for (const auto& fact : scene.facts) first = std::min({first, fact.at, fact.heard});
            for (const auto& e : scene.expectations) first = std::min(first, e.now);
        }
    }
    if (auto begun = house_.begin(first); !begun) return refuse(begun.error());
    std::vector<SceneResult> results;
    results.reserve(scenes);  // plays point into it
    std::vector<Play> plays;
    for (const auto& file : files)
        for (const auto& scene : file.scenes) {
            auto& result = results.emplace_back(SceneResult{scene.place, scene.title});
            for (auto& play : TRY(plays_of(file, scene, result))) plays.push_back(std::move(play));
        }

    using Turn = std::pair<Instant, std::size_t>;  // of which play
    std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns;
    for (std::size_t i = 0; i < plays.size(); ++i) turns.emplace(plays[i].at(), i);
    while (!turns.empty()) {
        Play& play = plays[turns.top().second];
        turns.pop();
        play.go_on();
        if (!play.over()) turns.emplace(play.at(), static_cast<std::size_t>(&play - plays.data()));
    }

    for (std::size_t i = 0; i < plays.size(); ++i) {
        Play& play = plays[i];
        if (i + 1 < plays.size() && plays[i + 1].scene == play.scene) continue;
        if (!play.result->failures.empty())
            for (auto& note : unasked(*play.scene, play.promises))
                play.result->failures.back().story.push_back(std::move(note));
        if (!shuffle) continue;
        const auto differs = play.stage->shuffled(play.steps.back().at, *shuffle);
        if (differs)
            play.result->failures.push_back(
                {play.scene->place, "--shuffle " + std::to_string(*shuffle), *differs, {}});
    }
    return results;
}

}  // namespace yinuo::cli
