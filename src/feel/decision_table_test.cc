#include "feel/decision_table.h"

#include <doctest/doctest.h>

using namespace yinuo;
using namespace yinuo::feel;

namespace {

TableText ladder(Hit hit) {
    return {.hit = hit,
            .inputs = {{"late", "late", "", ""}, {"tier", "tier", "", "\"gold\", \"plain\""}},
            .outputs = {{"amount", "", "", "20, 10, 5", "0"}},
            .rules = {{{"> duration(\"PT16H\")", "-"}, {"5"}},
                      {{"> duration(\"PT72H\")", "\"plain\""}, {"10"}},
                      {{"> duration(\"PT72H\")", "\"gold\""}, {"20"}}}};
}

std::string ask(const TableText& text, std::string_view late, std::string_view tier) {
    Names names;
    const Dialect dialect{.names = names};
    const auto table = DecisionTable::compile(text, dialect);
    REQUIRE(table);
    Arena memory;
    Evaluation evaluation{.memory = memory};
    const auto duration = Expression::compile("duration(\"" + std::string(late) + "\")", dialect);
    const Binding bindings[] = {{names.intern("late"), duration->evaluate(Scope{}, evaluation)},
                                {names.intern("tier"), Value::string(tier)}};
    return to_text(table->evaluate(Scope{bindings, nullptr}, evaluation));
}

}  // namespace

TEST_CASE("each hit policy answers in its own way") {
    CHECK(ask(ladder({HitPolicy::Unique}), "PT20H", "gold") == "5");
    CHECK(ask(ladder({HitPolicy::Unique}), "PT80H", "gold") == "null");  // two match: an error
    CHECK(ask(ladder({HitPolicy::First}), "PT80H", "gold") == "5");
    CHECK(ask(ladder({HitPolicy::Any}), "PT80H", "gold") == "null");
    CHECK(ask(ladder({HitPolicy::Priority}), "PT80H", "gold") == "20");
    CHECK(ask(ladder({HitPolicy::RuleOrder}), "PT80H", "plain") == "[5, 10]");
    CHECK(ask(ladder({HitPolicy::OutputOrder}), "PT80H", "plain") == "[10, 5]");
    CHECK(ask(ladder({HitPolicy::Collect}), "PT80H", "gold") == "[5, 20]");
    CHECK(ask(ladder({HitPolicy::Collect, Aggregation::Sum}), "PT80H", "gold") == "25");
    CHECK(ask(ladder({HitPolicy::Collect, Aggregation::Max}), "PT80H", "gold") == "20");
    CHECK(ask(ladder({HitPolicy::Collect, Aggregation::Min}), "PT80H", "gold") == "5");
    CHECK(ask(ladder({HitPolicy::Collect, Aggregation::Count}), "PT80H", "gold") == "2");
}

TEST_CASE("nothing matches: the default; an input that isn't allowed: no rule is asked") {
    CHECK(ask(ladder({HitPolicy::Unique}), "PT1H", "gold") == "0");
    CHECK(ask(ladder({HitPolicy::First}), "PT80H", "silver") == "0");
}

TEST_CASE("rules that can match together are found, with an example") {
    Names names;
    const Dialect dialect{.names = names};
    const TableText text{.inputs = {{"n", "n", "", ""}},
                         .outputs = {{"x", "", "", "", ""}},
                         .rules = {{{"[1..5)"}, {"1"}}, {{"[5..9]"}, {"2"}}, {{"> 8"}, {"3"}}}};
    const auto findings = DecisionTable::compile(text, dialect)->overlaps();
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].severity == Severity::Warning);
    CHECK(findings[0].error.what.en.starts_with("rules 2 and 3 can both match, for example n = "));
}

TEST_CASE("a wrong cell is named by rule and column") {
    Names names;
    const Dialect dialect{.names = names};
    TableText text = ladder({});
    text.rules[1].tests[0] = "> duration(";
    const auto table = DecisionTable::compile(text, dialect);
    REQUIRE(!table);
    CHECK(table.error()[0].error.what.en.starts_with("rule 2, input 1: "));
    text = ladder({});
    text.rules[2].outputs.clear();
    CHECK(!DecisionTable::compile(text, dialect));
}
