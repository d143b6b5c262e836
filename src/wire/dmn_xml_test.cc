#include "wire/dmn_xml.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "feel/model.h"

using namespace yinuo;

namespace {

constexpr std::string_view kModel = R"(<?xml version="1.0"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="n" name="m" id="d">
  <itemDefinition name="tTier"><typeRef>string</typeRef><allowedValues><text>"gold", "plain"</text></allowedValues></itemDefinition>
  <inputData id="i1" name="days late"><variable name="days late" typeRef="number"/></inputData>
  <inputData id="i2" name="tier"><variable name="tier" typeRef="tTier"/></inputData>
  <businessKnowledgeModel id="k" name="capped"><variable name="capped"/>
    <encapsulatedLogic><formalParameter name="x" typeRef="number"/>
      <literalExpression><text>min(x, 100)</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
  <decision id="r" name="rate"><variable name="rate" typeRef="number"/>
    <informationRequirement><requiredInput href="#i2"/></informationRequirement>
    <decisionTable hitPolicy="FIRST"><input><inputExpression><text>tier</text></inputExpression></input>
      <output/><rule><inputEntry><text>"gold"</text></inputEntry><outputEntry><text>20</text></outputEntry></rule>
      <rule><inputEntry><text>-</text></inputEntry><outputEntry><text>5</text></outputEntry></rule></decisionTable></decision>
  <decision id="a" name="amount"><variable name="amount" typeRef="number"/>
    <informationRequirement><requiredInput href="#i1"/></informationRequirement>
    <informationRequirement><requiredDecision href="#r"/></informationRequirement>
    <knowledgeRequirement><requiredKnowledge href="#k"/></knowledgeRequirement>
    <context><contextEntry><variable name="whole"/><literalExpression><text>days late * rate</text></literalExpression></contextEntry>
      <contextEntry><invocation><literalExpression><text>capped</text></literalExpression>
        <binding><parameter name="x"/><literalExpression><text>whole</text></literalExpression></binding></invocation></contextEntry>
    </context></decision>
</definitions>)";

std::string amount(const feel::Definitions& definitions, int days, std::string_view tier) {
    Names names;
    auto model = feel::Model::compile(std::span(&definitions, 1), names, nullptr);
    REQUIRE(model);
    CHECK(model->findings().empty());
    Arena memory;
    feel::Evaluation evaluation{.memory = memory};
    const feel::Entry inputs[] = {{"days late", feel::Value::number(Decimal(days))},
                                  {"tier", feel::Value::string(tier)}};
    return feel::to_text(*model->decide("amount", inputs, evaluation));
}

}  // namespace

TEST_CASE("a model from XML decides") {
    const auto definitions = wire::read_dmn(kModel);
    REQUIRE(definitions);
    CHECK(amount(*definitions, 3, "gold") == "60");
    CHECK(amount(*definitions, 3, "plain") == "15");
    CHECK(amount(*definitions, 30, "gold") == "100");
    CHECK(amount(*definitions, 3, "silver") ==
          "15");  // not an allowed value, so null, so the last rule
}

TEST_CASE("what is written reads back as the same model") {
    const auto definitions = wire::read_dmn(kModel);
    REQUIRE(definitions);
    const std::string written = wire::write_dmn(*definitions);
    const auto again = wire::read_dmn(written);
    REQUIRE(again);
    CHECK(wire::write_dmn(*again) == written);
    CHECK(amount(*again, 30, "gold") == "100");
}

TEST_CASE("every model of the conformance kit survives being written") {
    const std::filesystem::path kit = YINUO_SOURCE_DIR "/../shared/standards/dmn";
    if (!std::filesystem::exists(kit)) {
        MESSAGE("skipped: the conformance kit is not there");
        return;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kit)) {
        if (entry.path().extension() != ".dmn") continue;
        std::ifstream file(entry.path());
        const std::string text((std::istreambuf_iterator<char>(file)),
                               std::istreambuf_iterator<char>());
        const auto definitions = wire::read_dmn(text);
        REQUIRE_MESSAGE(definitions, entry.path().string());
        const std::string written = wire::write_dmn(*definitions);
        const auto again = wire::read_dmn(written);
        REQUIRE(again);
        CHECK_MESSAGE(wire::write_dmn(*again) == written, entry.path().string());
    }
}

TEST_CASE("what is no model is refused with its place") {
    const auto broken = wire::read_dmn("<definitions>\n<decision</definitions>", "m.dmn");
    REQUIRE(!broken);
    CHECK(broken.error().code == "bad-xml");
    CHECK(broken.error().place.line == 2);
    CHECK(wire::read_dmn("<html/>").error().code == "bad-dmn");
    CHECK(!wire::read_dmn(""));
}
