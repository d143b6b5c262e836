#include "cli/scene_runner.h"

#include <algorithm>
#include <filesystem>

#include "base/nearest.h"
#include "cli/scene_judge.h"
#include "cli/scene_stage.h"
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
Text findings_text(const std::vector<const Finding*>& findings) {
    Text text;
    for (const Finding* finding : findings) {
        const Text one = finding_text(*finding);
        text.zh += (text.zh.empty() ? "" : "\n") + one.zh;
        text.en += (text.en.empty() ? "" : "\n") + one.en;
    }
    if (findings.empty()) text = {"没有发现", "no finding"};
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

std::vector<SceneResult> SceneRunner::run(const wire::SceneFile& file,
                                          std::optional<std::uint64_t> shuffle) {
    using Kind = wire::Expectation::Kind;
    std::vector<SceneResult> results;
    std::vector<const Finding*> told;  // errors of promises, once for all scenes
    for (const wire::Scene& scene : file.scenes) {
        SceneResult& result = results.emplace_back(SceneResult{scene.place, scene.title, {}});
        std::vector<const promise::Promise*> promises;
        std::vector<const Finding*> findings, errors;
        for (const auto& path : scene.promises) {
            const auto& reading = promises_of(beside(file.path, path));
            for (const auto& one : reading.promises) promises.push_back(&one);
            for (const auto& finding : reading.findings) {
                findings.push_back(&finding);
                if (finding.severity == Severity::Error) errors.push_back(&finding);
            }
        }
        const auto about_findings = [](const wire::Expectation& e) {
            return e.kind == Kind::Finding;
        };
        for (const auto& e : scene.expectations) {
            if (!about_findings(e)) continue;
            if (std::ranges::none_of(findings,
                                     [&](const Finding* f) { return f->error.code == e.clause; }))
                result.failures.push_back({e.place, e.text, findings_text(findings), {}});
        }
        if (std::ranges::all_of(scene.expectations, about_findings)) continue;
        if (!errors.empty() || promises.empty()) {
            const bool again =
                !errors.empty() && std::ranges::find(told, errors.front()) != told.end();
            told.insert(told.end(), errors.begin(), errors.end());
            const Text before{"承诺有错，上面已列出", "its promise has errors, told above"};
            result.failures.push_back(
                {scene.place, scene.title, again ? before : findings_text(errors), {}});
            continue;
        }

        SceneStage stage(promises, names_);
        std::size_t heard = 0;
        std::optional<Instant> stands_at;
        std::vector<Standings> standings;
        Instant last = Instant::min();
        for (const auto& e : scene.expectations) {
            if (about_findings(e)) continue;
            if (heard < e.facts || stands_at != e.now) {
                for (; heard < e.facts; ++heard) stage.add(scene.facts[heard]);
                if (!stage.move_to(e.now))
                    result.failures.push_back({e.place,
                                               e.text,
                                               {"同样的事再算一遍，结果变了",
                                                "deciding the same again brought something new"},
                                               {}});
                standings = stage.stand(e.now);
                stands_at = e.now;
                last = std::max(last, e.now);
            }
            auto came = judge(e, stage, standings);
            if (!came) continue;
            SceneFailure failure{e.place, e.text, std::move(*came), {}};
            for (const Standings& s : standings) {
                auto told = stage.story(*s.side->promise, e, e.now);
                failure.story.insert(failure.story.end(), told.begin(), told.end());
            }
            result.failures.push_back(std::move(failure));
        }
        if (!result.failures.empty())
            for (auto& note : unasked(scene, promises))
                result.failures.back().story.push_back(std::move(note));
        if (!shuffle) continue;
        for (; heard < scene.facts.size(); ++heard) stage.add(scene.facts[heard]);
        if (auto differs = stage.shuffled(last, *shuffle))
            result.failures.push_back(
                {scene.place, "--shuffle " + std::to_string(*shuffle), std::move(*differs), {}});
    }
    return results;
}

}  // namespace yinuo::cli
