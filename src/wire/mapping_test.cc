#include "wire/mapping.h"

#include <doctest/doctest.h>

#include <string>

using namespace yinuo;
using namespace yinuo::wire;

namespace {

struct NoZones : Zones {
    const Zone* find(std::string_view) override { return nullptr; }
};

// "code line:column" of every finding, in order.
std::string findings_of(std::string_view text) {
    NoZones zones;
    const auto mapping = Mapping::parse(text, "m.yaml", zones);
    std::string all;
    if (!mapping)
        for (const auto& [severity, error] : mapping.error())
            all += error.code + " " + std::to_string(error.place.line) + ":" +
                   std::to_string(error.place.column) + "; ";
    return all;
}

constexpr auto kGood =
    "subject: o/{id}\nfields: {id: text, at: instant}\nfacts:\n  - {fact: o.placed, at: at}\n";

}  // namespace

TEST_CASE("a small mapping is read with its defaults") {
    NoZones zones;
    const auto mapping = Mapping::parse(kGood, "m.yaml", zones);
    REQUIRE(mapping);
    CHECK_FALSE(mapping->format);
    CHECK(mapping->zone == "UTC");
    REQUIRE(mapping->facts.size() == 1);
    CHECK(mapping->facts[0].fields.size() == 2);
    CHECK(mapping->fields[1].times[0].text() == "ISO");
    CHECK(mapping->subject.parts[0].text == "o/");
}

TEST_CASE("all findings come at once, each with its place") {
    CHECK(findings_of("format: cvs\nzone: Mars/Base\nsubject: o/{idd}\nfields:\n  id: txt\n  at: "
                      "instant\nfacts:\n"
                      "  - {fact: a, at: id, wen: x}\n") ==
          "unknown-word 1:9; unknown-zone 2:7; unknown-word 5:7; unknown-field 3:10; unknown-key "
          "8:23; not-a-time 8:19; ");
}

TEST_CASE("what could never work is pointed out") {
    CHECK(findings_of("fields: {at: instant}\nfacts:\n  - {fact: a, at: at}\n") ==
          "no-subject 3:5; ");
    CHECK(findings_of("subject: fixed\nfields: {at: instant}\nfacts:\n  - {fact: a, at: at}\n") ==
          "constant 1:10; ");
    CHECK(findings_of("subject: o/{row}\nfields: {at: instant}\nfacts:\n  - {fact: a, at: at, "
                      "change: retract}\n") == "no-id 4:31; ");
    CHECK(
        findings_of(
            "subject: o/{row}\nfields: {at: instant, at: text}\nfacts:\n  - {fact: a, at: at}\n") ==
        "duplicate-key 2:23; ");
    CHECK(findings_of("subject: o/{row\nfields: {at: instant}\nfacts:\n  - {fact: a, at: at}\n")
              .starts_with("open-brace"));
    CHECK(findings_of("subject: o/{row}\nfields: {at: {type: instant, times: hh:mm}}\nfacts:\n  - "
                      "{fact: a, at: at}\n")
              .starts_with("bad-time-pattern 2:37"));
    CHECK(findings_of("facts: []\nfields: {a: text}\n").starts_with("wrong-kind"));
    CHECK(
        findings_of("subject: o/{row}\ndelimiter: '\"'\ntimes: []\nfields: {at: instant}\nfacts:\n"
                    "  - {fact: '', at: at}\n") ==
        "bad-character 2:13; empty-list 3:8; empty-kind 6:13; ");
    CHECK(findings_of("") == "not-one-document 0:0; ");
}

TEST_CASE("formulas are compiled and may only read what is declared above them") {
    CHECK(findings_of("subject: o/{row}\nfields:\n  at: instant\n  b: = c + 1\n  c: "
                      "number\nfacts:\n  - {fact: a, at: at}\n") == "declared-below 4:7; ");
    CHECK(findings_of("subject: o/{row}\nfields:\n  at: instant\nfacts:\n  - {fact: a, at: at, "
                      "when: statsu = 1}\n")
              .starts_with("unknown-field 5:"));
    CHECK(
        findings_of(
            "subject: o/{row}\nfields:\n  at: instant\nfacts:\n  - {fact: a, at: at, when: 1 +}\n")
            .find(" 5:") != std::string::npos);
    CHECK(findings_of("fields: {at: instant, id: text}\nfacts:\n  - {fact: a, subject: 'o/{id}', "
                      "at: at, when: previous = null}\n") == "no-row-subject 3:48; ");
}
