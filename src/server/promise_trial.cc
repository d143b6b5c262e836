#include "server/promise_trial.h"

#include <algorithm>
#include <map>
#include <set>

#include "feel/builtin.h"
#include "promise/formulas.h"
#include "promise/principles.h"
#include "promise/scope.h"
#include "promise/sentence.h"
#include "promise/words.h"
#include "promise/worked.h"
#include "server/obligation_out.h"
#include "twin/conditions.h"

namespace yinuo::server {
namespace {

using promise::Clause;
using promise::Promise;
using promise::WorkedDeadline;

// Clauses that the language makes by itself, of `verify` and `pay within`.
bool made_by_itself(const Clause& clause) {
    return clause.name.ends_with(".verification") || clause.name.ends_with(".payment");
}

std::string_view shape_of(const Clause& clause) {
    constexpr std::string_view kShapes[] = {"within", "by",    "window",  "never",
                                            "always", "every", "at most", "rate"};
    static_assert(std::size(kShapes) == std::variant_size_v<promise::Shape>);
    return kShapes[clause.shape.index()];
}

void write_sentences(JsonOut& out, const Promise& promise) {
    write_text(out.open('{').key("whole"), promise::sentence_of(promise));
    out.key("clauses").open('[');
    for (const auto& clause : promise.clauses) {
        write_text(out.open('{').member("name", clause.name).key("sentence"),
                   promise::sentence_of(promise, clause));
        out.close('}');
    }
    out.close(']').key("remedies").open('[');
    for (const auto& remedy : promise.remedies) {
        write_text(out.open('{').member("name", remedy.name).key("sentence"),
                   promise::sentence_of(promise, remedy));
        out.close('}');
    }
    out.close(']').close('}');
}

void write_principles(JsonOut& out, const Promise& promise) {
    out.open('[');
    for (const auto& score : promise::judge(promise)) {
        out.open('{').member("id", promise::name_of(score.principle));
        write_text(out.key("name"), promise::describe(score.principle));
        out.member("score", score.score);
        const auto weighs = [](const promise::Reason& reason) {
            return promise::severity_of(reason) == Severity::Warning;
        };
        out.member("fine", std::ranges::none_of(score.reasons, weighs));
        out.key("findings").open('[');
        for (const auto& reason : score.reasons) {
            out.open('{').member("points", reason.points);
            out.member("severity", severity_name(promise::severity_of(reason)));
            write_error_members(out, reason.error);
            out.close('}');
        }
        out.close(']').close('}');
    }
    out.close(']');
}

void write_conditions(JsonOut& out, const Promise& promise) {
    out.open('[');
    for (const auto& result : twin::judge_conditions(promise, nullptr)) {
        out.open('{').member("id", twin::name_of(result.condition));
        write_text(out.key("name"), twin::describe(result.condition));
        out.member("judgement", twin::name_of(result.judgement));
        write_error_members(out, result.error);
        out.close('}');
    }
    out.close(']');
}

void write_deadline(JsonOut& out, const WorkedDeadline& worked) {
    constexpr std::string_view kOccasions[] = {"usual", "holiday_eve", "clocks", "holiday",
                                               "asked"};
    out.open('{').member("occasion", kOccasions[static_cast<std::size_t>(worked.occasion)]);
    write_text(out.key("title"), worked.title);
    write_text(out.key("limit"), worked.limit);
    out.member_if("if", worked.condition).member("zone", worked.zone->name());
    out.member("start", worked.start).member("due", worked.due);
    write_text(out.key("start_text"), promise::tell(worked.start, *worked.zone));
    write_text(out.key("due_text"), promise::tell(worked.due, *worked.zone));
    out.member("provisional", worked.provisional).key("stretches").open('[');
    for (const auto& line : promise::lines_of(worked)) write_text(out, line);
    out.close(']').close('}');
}

// A usual start, the eve of a holiday and the holiday itself; where clocks change, also before that.
std::vector<WorkedDeadline> examples_of(const Promise& promise, const Clause& clause,
                                        const std::vector<Instant>& starts) {
    auto examples = promise::worked_deadlines(promise, clause);
    std::erase_if(examples, [](const WorkedDeadline& worked) {
        return worked.occasion == WorkedDeadline::Occasion::Clocks &&
               worked.zone->next_change(worked.start) > worked.start + hours(24 * 3);
    });
    std::ranges::move(promise::holiday_deadlines(promise, clause), std::back_inserter(examples));
    std::ranges::move(promise::deadlines_from(promise, clause, starts),
                      std::back_inserter(examples));
    return examples;
}

void write_deadlines(JsonOut& out, const Promise& promise, const std::vector<Instant>& starts) {
    out.open('[');
    for (const auto& clause : promise.clauses) {
        if (made_by_itself(clause)) continue;
        const auto examples = examples_of(promise, clause, starts);
        if (examples.empty()) continue;
        out.open('{').member("clause", clause.name);
        write_text(out.key("title"), clause.title);
        out.key("examples").open('[');
        for (const auto& worked : examples) write_deadline(out, worked);
        out.close(']').close('}');
    }
    out.close(']');
}

// Kinds of facts with what is known to be in them: as the text declares them, and as it asks for them.
std::map<std::string, std::vector<std::string>> kinds_of(const Promise& promise, Names& names) {
    auto kinds = promise.declared_facts;
    const Symbol fact = names.intern("fact");
    promise::each_formula(promise, [&](const promise::Formula& formula) {
        const auto kind = formula.expression.required_constant(fact);
        if (!kind.empty()) kinds.try_emplace(std::string(kind));
    });
    return kinds;
}

struct Said {
    std::string_view name;
    Text what;
};

void write_names(JsonOut& out, const Promise* promise, Names& names) {
    out.open('{').key("kinds").open('[');
    std::set<std::string> fields;
    if (promise != nullptr) {
        for (const auto& [kind, its_fields] : kinds_of(*promise, names)) {
            out.open('{').member("name", kind);
            const auto said = promise->fact_names.find(kind);
            if (said != promise->fact_names.end()) write_text(out.key("title"), said->second);
            out.list("fields", its_fields).close('}');
            fields.insert(its_fields.begin(), its_fields.end());
        }
        for (const Symbol field : promise->fields_read()) fields.emplace(names.text(field));
        for (const auto reserved : promise::reserved_names()) fields.erase(std::string(reserved));
    }
    out.close(']').list("fields", fields).key("clauses").open('[');
    if (promise != nullptr)
        for (const auto& clause : promise->clauses) {
            out.open('{').member("name", clause.name);
            write_text(out.key("title"), clause.title);
            out.close('}');
        }
    static const Said kValues[] = {
        {"fact", {"事实的种类", "the fact's kind"}},
        {"at", {"事实发生的时刻", "the fact's instant"}},
        {"subject", {"关联业务编号", "the subject it is about"}},
        {"start", {"开始履约的那条事实", "the fact that started the obligation"}},
        {"late", {"超过承诺时刻多久（补偿里）", "time past the promised instant, in remedies"}},
        {"overdue", {"超过到期时刻多久（补偿里）", "time past the due instant, in remedies"}},
        {"elapsed", {"从开始到了结多久（补偿里）", "from the start to its end, in remedies"}},
        {"paused", {"暂停了多久（补偿里）", "time paused, in remedies"}},
        {"breach", {"使它违约的事实（补偿里）", "the deciding fact, in remedies"}}};
    out.close(']').key("values").open('[');
    for (const auto& [name, what] : kValues) {
        write_text(out.open('{').member("name", name).key("what"), what);
        out.close('}');
    }
    write_functions(out.close(']').key("functions"));
    out.close('}');
}

void write_schedules(JsonOut& out, const Promise& promise) {
    out.open('[');
    for (std::size_t i = 0; i < promise.schedules.size(); ++i) {
        const auto& schedule = promise.schedules[i];
        out.open('{').member("name", promise.schedule_names[i]);
        out.member("version", schedule.version()).member("zone", schedule.zone().name());
        if (const auto until = schedule.announced_until())
            out.member("announced_until", until->to_string());
        out.close('}');
    }
    out.close(']');
}

// What a form shows that the text alone doesn't tell: shapes, which clauses came by themselves, what
// is countable money, and which calendar stands behind a name.
void write_model(JsonOut& out, const Promise& promise) {
    out.open('{').member("id", promise.label()).member("name", promise.id);
    out.member("version", promise.version).member_if("subject", promise.subject);
    if (promise.zone != nullptr) out.member("zone", promise.zone->name());
    write_schedules(out.key("schedules"), promise);
    out.key("clauses").open('[');
    for (const auto& clause : promise.clauses) {
        out.open('{').member("name", clause.name).member("shape", shape_of(clause));
        write_text(out.key("title"), clause.title);
        out.member("line", clause.place.line).member("made_by_itself", made_by_itself(clause));
        if (clause.outer >= 0)
            out.member("leg_of", promise.clauses[static_cast<std::size_t>(clause.outer)].name);
        out.key("starts").open('[');
        for (const auto& start : clause.starts) out.value(start.formula.text());
        out.close(']').close('}');
    }
    out.close(']').key("remedies").open('[');
    for (const auto& remedy : promise.remedies) {
        out.open('{').member("name", remedy.name).member("line", remedy.place.line);
        write_text(out.key("title"), remedy.title);
        out.key("clauses").open('[');
        for (const int clause : remedy.clauses)
            out.value(std::string_view(promise.clauses[static_cast<std::size_t>(clause)].name));
        out.close(']').member("statutory", remedy.statutory);
        out.member("rows", remedy.gifts.size());
        out.member("money", std::ranges::any_of(remedy.gifts, &promise::Gift::is_money)).close('}');
    }
    out.close(']').close('}');
}

// "string,start position,length?" as "substring(string, start position, length?)".
void write_signatures(JsonOut& out, const feel::Builtin& builtin) {
    std::string_view rest = builtin.parameters;
    for (bool more = true; more;) {
        const auto bar = rest.find('|');
        std::string text(builtin.name);
        text += '(';
        for (const char c : rest.substr(0, bar)) {
            if (c == ',')
                text += ", ";
            else if (c == '*')
                text += "...";
            else
                text += c;
        }
        out.value(std::string_view(text + ')'));
        more = bar != std::string_view::npos;
        if (more) rest.remove_prefix(bar + 1);
    }
}

}  // namespace

void write_functions(JsonOut& out) {
    struct Lent {
        std::string_view name;
        std::vector<std::string_view> signatures;
    };
    static const Lent kLent[] = {{"latest", {"latest(kind)", "latest(kind, before)"}},
                                 {"earliest", {"earliest(kind)"}},
                                 {"facts", {"facts(kind)"}}};
    out.open('[');
    for (const auto& [name, signatures] : kLent)
        out.open('{').member("name", name).list("signatures", signatures).close('}');
    for (const auto name : feel::builtin_names()) {
        out.open('{').member("name", name).key("signatures").open('[');
        write_signatures(out, *feel::find_builtin(name));
        out.close(']').close('}');
    }
    out.close(']');
}

std::string try_promise(const Call& call, const TrialWish& wish) {
    const auto reading = call.things.store.read();
    const auto publication =
        engine::with_calendars(*reading, call.who.tenant,
                               {.text = wish.text, .calendars = wish.calendars}, call.things.zones);
    Names names;
    const auto read = engine::read_publication(publication, names, call.things.zones);
    const Promise* promise = read.promises.size() == 1 ? &read.promises.front() : nullptr;
    JsonOut out;
    write_findings(out.open('{').key("findings"), promise_findings(call, *reading, publication));
    if (promise != nullptr) {
        write_sentences(out.key("sentences"), *promise);
        write_principles(out.key("principles"), *promise);
        write_conditions(out.key("conditions"), *promise);
        write_deadlines(out.key("deadlines"), *promise, wish.starts);
        write_model(out.key("model"), *promise);
    }
    write_names(out.key("names"), promise, names);
    return out.close('}').take();
}

}  // namespace yinuo::server
