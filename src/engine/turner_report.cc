// Facts as they come in: which are news, which are known, which can't be.
#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "engine/turner.h"

namespace yinuo::engine {
namespace {

using Outcome = Acknowledgement::Outcome;
using promise::Change;

// Words the engine keeps in mind for good: what promises read, and every kind of fact there was.
constexpr std::size_t kNamesMost = 100'000;

Acknowledgement refused(Error error) {
    return {.outcome = Outcome::Refused, .error = std::move(error)};
}

bool is_erased(store::Reading& rows, store::CustomerId id) {
    const auto customer = rows.customer(id);
    return customer && customer->erased_at != Instant::max();
}

// As read_facts() makes it: the source stands before the id.
std::string_view fact_id(const LoggedFact& fact, Arena& memory) {
    if (fact.id.empty()) return {};
    return memory.copy(std::to_string(fact.source) + ":" + std::string(fact.id));
}

bool equal_fields(std::span<const Field> a, std::span<const Field> b) {
    return std::ranges::equal(a, b, [](const Field& x, const Field& y) {
        return x.name == y.name && feel::to_text(x.value) == feel::to_text(y.value);
    });
}

}  // namespace

const Tenant& Turner::tenant_of(Group& group, store::TenantId id) {
    const auto found = group.tenants.find(id);
    if (found != group.tenants.end()) return found->second;
    auto read = tenant(group.rows, id);
    check(read.has_value());  // a report's tenant is that of a session or key
    return group.tenants.emplace(id, std::move(*read)).first->second;
}

std::vector<Acknowledgement> Turner::report(Group& group, const Report& report) {
    const auto source = group.rows.source(report.tenant, report.source);
    std::vector<Acknowledgement> answers(report.facts.size());
    // By subject, each subject's facts in the order in which they stand.
    std::vector<std::pair<std::string_view, std::vector<std::size_t>>> subjects;
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < report.facts.size(); ++i) {
        const auto subject = report.facts[i].subject;
        const auto [place, fresh] = places.try_emplace(subject, subjects.size());
        if (fresh) subjects.emplace_back(subject, std::vector<std::size_t>());
        subjects[place->second].second.push_back(i);
    }
    for (const auto& [subject, which] : subjects) {
        // An id that comes twice is two pieces of news: the later one must be heard later.
        std::size_t done = 0;
        while (done < which.size()) {
            std::size_t end = done + 1;
            const auto repeats = [&](std::size_t i) {
                const auto id = report.facts[which[i]].id;
                if (id.empty()) return false;
                for (std::size_t k = done; k < i; ++k)
                    if (report.facts[which[k]].id == id) return true;
                return false;
            };
            while (end < which.size() && !repeats(end)) ++end;
            const std::span part(which.data() + done, end - done);
            auto said = take(group, report, source, subject, part);
            for (std::size_t i = 0; i < part.size(); ++i) answers[part[i]] = std::move(said[i]);
            done = end;
        }
        turn_others(group);
    }
    return answers;
}

std::vector<Acknowledgement> Turner::take(Group& group, const Report& report, std::int64_t source,
                                          std::string_view subject,
                                          std::span<const std::size_t> which) {
    std::vector<Acknowledgement> answers(which.size());
    if (subject.empty() || subject.front() == kOwnStream) {
        std::ranges::fill(answers,
                          refused({.code = "bad-subject",
                                   .what = {"关联业务名不能为空，也不能以 ~ 开头",
                                            "a subject isn't empty and doesn't begin with ~"},
                                   .mend = {"写成「种类/编号」，例如 order/4711",
                                            "write kind/number, for example order/4711"}}));
        return answers;
    }
    kept_.reset();
    memory_.reset();
    Loaded in;
    if (auto stream = group.rows.find_stream(report.tenant, subject)) {
        in.stream = std::move(*stream);
        load(group.rows, in);
    } else {
        in.fresh = true;
        in.stream.id = group.rows.last_position() + 1;
        in.stream.tenant = report.tenant;
        in.stream.name = subject;
    }
    std::vector<LoggedFact> news;
    std::vector<std::size_t> taken;
    for (std::size_t i = 0; i < which.size(); ++i) {
        const auto& fact = report.facts[which[i]];
        auto answer = accept(group, report, source, fact, in, news);
        if (answer.outcome == Outcome::Accepted) taken.push_back(i);
        answers[i] = std::move(answer);
    }
    if (news.empty()) {
        for (auto& answer : answers) answer.stream = in.fresh ? 0 : in.stream.id;
        return answers;
    }
    // What was heard later must be known as later, also within one millisecond: time goes on for
    // the whole group, so that keys that these facts belong to know of them, too.
    group.now = std::max(group.now, in.last_recorded_at + Millis{1});
    for (std::size_t i = 0; i < news.size(); ++i) {
        promise::Fact known{.id = fact_id(news[i], memory_),
                            .subject = in.stream.name,
                            .kind = shelf_.names().intern(news[i].kind),
                            .at = news[i].at,
                            .received_at = group.now,
                            .sequence = news[i].sequence,
                            .change = news[i].change,
                            .fields = {}};
        auto fields = memory_.array<feel::Binding>(news[i].fields.size());
        std::size_t count = 0;
        for (const auto& field : news[i].fields) {
            const auto name = shelf_.names().find(field.name);
            if (name != Symbol::None) fields[count++] = {name, field.value};
        }
        known.fields = fields.first(count);
        in.facts.push_back(known);
    }
    Deciding deciding;
    decide_subject(group.now, in, deciding);
    store::Position position = 0;
    finish(group, in, deciding, news, &position);
    for (const std::size_t i : taken) {
        answers[i].position = position;
        const auto& fact = report.facts[which[i]];
        if (!fact.id.empty()) group.rows.put_fact(source, fact.id, in.stream.id);
    }
    for (auto& answer : answers)
        if (answer.outcome != Outcome::Refused) answer.stream = in.stream.id;
    return answers;
}

// Appends to `news`, or says why not.
Acknowledgement Turner::accept(Group& group, const Report& report, std::int64_t source,
                               const wire::ReportedFact& fact, Loaded& in,
                               std::vector<LoggedFact>& news) {
    if (shelf_.names().find(fact.kind) == Symbol::None && shelf_.names().size() > kNamesMost) {
        return refused({.code = "too-many-kinds",
                        .what = {"业务记录的种类太多", "there are too many kinds of facts"},
                        .mend = {"kind 写种类，不写编号；编号放在 fields 里",
                                 "a kind is a kind, not a number: numbers go into \"fields\""}});
    }
    const Tenant& tenant = tenant_of(group, report.tenant);
    auto attributes = memory_.array<Field>(fact.fields.size());
    std::size_t count = 0;
    std::vector<wire::ReportedField> personal(fact.personal.begin(), fact.personal.end());
    for (const auto& field : fact.fields) {
        if (std::ranges::find(tenant.personal_fields, field.name) != tenant.personal_fields.end()) {
            personal.push_back(field);
        } else {
            attributes[count++] = {field.name, field.value};
        }
    }
    LoggedFact logged{.source = source,
                      .id = fact.id,
                      .kind = fact.kind,
                      .at = fact.at,
                      .sequence = fact.sequence,
                      .change = fact.change,
                      .fields = attributes.first(count),
                      .sealed = {}};
    if (!fact.id.empty()) {
        const auto where = group.rows.find_fact(source, fact.id);
        if (where != 0 && where != in.stream.id) {
            return refused({.code = "fact-elsewhere",
                            .what = {"同一来源的这个编号已用在另一项业务上",
                                     "this source has used the id about another subject"},
                            .mend = {"编号在来源内要唯一；要改归属，先撤回那一条再重报",
                                     "ids are unique within a source; to move a fact, retract that "
                                     "one and report it anew"}});
        }
        if (where != 0) {
            if (auto known = known_already(group, in, logged)) return std::move(*known);
        }
    }
    // What comes about somebody who was erased is kept without anything personal.
    const bool erased = in.stream.customer != 0 && is_erased(group.rows, in.stream.customer);
    if (erased) personal.clear();
    if (!fact.customer.empty() && !erased) {
        const auto customer = keys_.known(group.rows, entropy_, report.tenant, fact.customer);
        if (in.stream.customer != 0 && in.stream.customer != customer) {
            return refused({.code = "another-customer",
                            .what = {"这项业务属于另一位客户", "the subject is another customer's"},
                            .mend = {"核对 customer，或换一个业务编号",
                                     "look at \"customer\", or use another subject"}});
        }
        in.stream.customer = customer;
    }
    if (!personal.empty()) {
        auto sealed = keys_.seal(group.rows, entropy_, report.tenant, in.stream.customer,
                                 in.stream.name, fact.id, personal);
        if (!sealed) return refused(sealed.error());
        logged.sealed = memory_.copy(*sealed);
    }
    news.push_back(logged);
    return {};
}

// A fact of that source and id lies in the stream: is this the same again? nullopt: it is news.
std::optional<Acknowledgement> Turner::known_already(Group& group, const Loaded& in,
                                                     const LoggedFact& fact) {
    std::optional<Acknowledgement> answer;
    group.rows.entries_of(in.stream.id, 0, [&](const store::Entry& entry) {
        if (entry.kind != static_cast<std::uint8_t>(EntryKind::Turn)) return true;
        const auto body = read_turn(memory_.copy(entry.body), memory_, &shelf_.zones());
        if (!body) throw store::Trouble(body.error());
        for (const auto& other : body->facts) {
            if (other.source != fact.source || other.id != fact.id || other.change != fact.change)
                continue;
            const bool same = other.kind == fact.kind && other.at == fact.at &&
                              other.sequence == fact.sequence &&
                              equal_fields(other.fields, fact.fields);
            if (same) {
                answer = Acknowledgement{.outcome = Outcome::Duplicate,
                                         .position = entry.position,
                                         .stream = in.stream.id};
            } else if (fact.change == Change::Report) {
                answer = refused(
                    {.code = "fact-differs",
                     .what = {"这个编号报过，内容不同", "this id was reported with other content"},
                     .mend = {"要更正就写 \"change\":\"correct\"",
                              "to correct it, write \"change\":\"correct\""}});
            }
        }
        return true;
    });
    return answer;
}

}  // namespace yinuo::engine
