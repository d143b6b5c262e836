#include "wire/yaml.h"

#include <doctest/doctest.h>

namespace yinuo::wire {
namespace {

// "code line:column" of every finding.
std::string codes(const Findings& findings) {
    std::string all;
    for (const auto& finding : findings) {
        if (!all.empty()) all += "; ";
        all += finding.error.code + " " + std::to_string(finding.error.place.line) + ":" +
               std::to_string(finding.error.place.column);
    }
    return all;
}

}  // namespace

TEST_CASE("a YAML file becomes trees with places in characters") {
    const auto file =
        read_yaml("名字: 当日装\nlist: [a, 'b']\n---\nx: |\n  one\n  two\n", "p.yaml");
    REQUIRE(file.findings.empty());
    REQUIRE(file.documents.size() == 2);
    const Yaml* name = file.documents[0].find("名字");
    REQUIRE(name != nullptr);
    CHECK(name->text == "当日装");
    CHECK(name->place.line == 1);
    CHECK(name->place.column == 5);
    const Yaml* list = file.documents[0].find("list");
    REQUIRE(list->items.size() == 2);
    CHECK(list->items[1].place.column == 12);  // past the quote
    CHECK(file.documents[1].find("x")->text == "one\ntwo");
    CHECK(file.documents[1].find("x")->place.line == 5);
    CHECK(file.documents[1].find("x")->place.column == 3);
}

TEST_CASE("what YAML lets pass and people don't mean is found, all of it at once") {
    const auto file = read_yaml("a: 1\na: 2\nb:\nc: {when: f(1, 2), d: 3}\ne: [x, ]\n", "p.yaml");
    CHECK(codes(file.findings) == "split-value 4:16; duplicate-key 2:1; empty-value 3:1");
}

TEST_CASE("what is not YAML is told with its place") {
    CHECK(codes(read_yaml("a: 1\n\tb: 2\n", "").findings) == "tab 2:1");
    CHECK(codes(read_yaml("a: *b\n", "").findings) == "needs-quotes 1:4");
    CHECK(codes(read_yaml("a: @b\n", "").findings) == "needs-quotes 1:4");
    CHECK(codes(read_yaml("a: &b 1\n", "").findings) == "yaml-anchor 1:4");
    CHECK(codes(read_yaml("a: !b 1\n", "").findings) == "yaml-tag 1:4");
    CHECK(codes(read_yaml("a: b: c\n", "").findings) == "bad-yaml 1:5");
    CHECK(codes(read_yaml("a: \xff\n", "").findings) == "bad-utf8 1:4");
    CHECK(codes(read_yaml(std::string(100, '['), "").findings).starts_with("too-deep 1:"));
}

TEST_CASE("a stray comma or bracket before everything ends in a finding, not in a hang") {
    for (const char* text : {",a: 1\n", "]\n", "}\na: 1\n", ",", "a: 1\n---\n,b: 2\n"}) {
        const auto file = read_yaml(text, "x.yaml");
        CHECK_MESSAGE(!file.findings.empty(), text);
    }
}

TEST_CASE("an unknown key is told with the nearest known one") {
    const auto file = read_yaml("voids_by_us: x\nkeps: y\n", "");
    Findings findings;
    YamlKeys keys(file.documents[0], findings);
    keys.take("voids by us");
    keys.take("keeps");
    keys.finish();
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].error.mend.en == "did you mean \"voids by us\"?");
    CHECK(findings[1].error.mend.zh == "是不是「keeps」？");
}

}  // namespace yinuo::wire
