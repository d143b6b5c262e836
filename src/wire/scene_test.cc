#include "wire/scene.h"

#include <doctest/doctest.h>

namespace yinuo::wire {
namespace {

class OneZone : public Zones {
public:
    const Zone* find(std::string_view name) override {
        return name == "Asia/Shanghai" ? &shanghai_ : nullptr;
    }

private:
    Zone shanghai_ = Zone::fixed(8 * 3600);
};

struct Desk {
    OneZone zones;
    SceneFile read(std::string_view text) { return read_scenes(text, "s.scene", zones); }
    // The same with a head; line 1 of `text` is line 4.
    SceneFile read_in_scene(std::string_view text) {
        return read("promise: p.yaml\nzone: Asia/Shanghai\nscene: one\n" + std::string(text));
    }
};

std::string codes(const Findings& findings) {
    std::string all;
    for (const auto& finding : findings) {
        if (!all.empty()) all += "; ";
        all += finding.error.code + " " + std::to_string(finding.error.place.line) + ":" +
               std::to_string(finding.error.place.column);
    }
    return all;
}

std::string at(Instant instant) { return to_string(instant); }

}  // namespace

TEST_CASE("a scene is read whole") {
    Desk desk;
    const auto file = desk.read(R"(# 说明
promise: a.yaml
zone: Asia/Shanghai

scene: 晚了
about: order/1
2026-02-13 20:00 order.placed area=city fee=300.00 promised=2026-06-01T18:00 by="the customer" wait=PT10S wish of=customer code=0571
2026-02-14 20:00:00.001 order.done [id a1, heard 2026-02-16 10:00]
expect install: broken; due 2026-02-14 20:00; late 1 ms; of order/1
expect owed: 20.00 CNY, apology; by late
now: 2026-02-17 09:00
expect install: 1 broken, 2 kept
expect recorded install: broken at 2026-02-14 20:00:00.001; reversed broken; agreed by li at 2026-02-15 10:00
scene: 第二个
899 x 2026-03-01 10:00 call.ended people=[a, "b c", 3]
2026-03-01 11:00 call.ended [about call/2, corrects x, heard 2026-03-02 10:00]
expect calls: no obligation
expect charged second: 30 min
expect share parts: 4 h, 6.67 CNY
expect finding never-keeps
)");
    CHECK(codes(file.findings) == "");
    REQUIRE(file.scenes.size() == 2);
    const Scene& one = file.scenes[0];
    CHECK(one.title == "晚了");
    CHECK(one.promises == std::vector<std::string>{"a.yaml"});
    REQUIRE(one.facts.size() == 2);
    const SceneFact& placed = one.facts[0];
    CHECK(placed.about == "order/1");
    CHECK(at(placed.at) == "2026-02-13T12:00:00Z");
    REQUIRE(placed.fields.size() == 7);
    CHECK(placed.fields[1].value.as_number() == *Decimal::parse("300.00"));
    CHECK(placed.fields[2].value.type() == feel::Type::DateTime);
    CHECK(placed.fields[3].value.as_string() == "the customer");
    CHECK(placed.fields[4].value.to_millis() == seconds(10));
    CHECK(placed.fields[5].name == "wish of");
    CHECK(placed.fields[6].value.as_string() == "0571");  // a code keeps its nought
    CHECK(one.facts[1].id == "a1");
    CHECK(at(one.facts[1].heard) == "2026-02-16T02:00:00Z");

    REQUIRE(one.expectations.size() == 4);
    CHECK(one.expectations[0].state == promise::State::Broken);
    CHECK(one.expectations[0].late == Millis{1});
    CHECK(at(one.expectations[0].now) == "2026-02-16T02:00:00Z");  // the latest hearing
    CHECK(one.expectations[1].amounts.size() == 2);
    CHECK(one.expectations[1].remedy == "late");
    CHECK(at(one.expectations[2].now) == "2026-02-17T01:00:00Z");
    CHECK(one.expectations[2].tallies[1].count == 2);
    REQUIRE(one.expectations[3].events.size() == 3);
    CHECK(one.expectations[3].events[1].reversed);
    CHECK(one.expectations[3].events[2].who == "li");

    const Scene& two = file.scenes[1];
    CHECK(two.facts[0].count == 899);
    CHECK(two.facts[0].fields[0].value.as_list().size() == 3);
    CHECK(two.facts[1].about == "call/2");
    CHECK(two.facts[1].change == promise::Change::Correct);
    REQUIRE(two.expectations.size() == 4);
    CHECK(two.expectations[0].tallies[0].count == 0);
    CHECK(two.expectations[1].length == minutes(30));
    CHECK(two.expectations[3].clause == "never-keeps");
}

TEST_CASE("what is off in a scene has its place in characters") {
    Desk desk;
    CHECK(codes(desk.read("").findings) == "no-scene 1:1");
    CHECK(codes(desk.read("scene: x\n").findings) == "no-promise 1:8");
    CHECK(codes(desk.read("zone: Asia/Shanghia\n").findings) == "no-such-zone 1:7; no-scene 1:1");
    CHECK(codes(desk.read("2026-01-01 10:00 a\npromise: p\nscene: x\n").findings) ==
          "outside-scene 1:1");
    CHECK(codes(desk.read("promise: p\nscene: x\n2026-01-01 10:00 a\n").findings) ==
          "needs-zone 3:1");
    CHECK(codes(desk.read_in_scene("2026-02-30 10:00 a\n").findings) == "bad-time 4:1");
    CHECK(codes(desk.read_in_scene("2026-02-13 10:00\n").findings) == "no-kind 4:17");
    CHECK(codes(desk.read_in_scene("2026-02-13 10:00 订单 甲=1 乙\n").findings) ==
          "bad-field 4:25");
    CHECK(codes(desk.read_in_scene("2026-02-13 10:00 a x=1 x=2\n").findings) ==
          "duplicate-field 4:24");
    CHECK(codes(desk.read_in_scene("2026-02-13 10:00 a [herd 2026-02-14]\n").findings) ==
          "unknown-word 4:21");
    CHECK(codes(desk.read_in_scene("2026-02-13 10:00 a [heard 2026-02-12 10:00]\n").findings) ==
          "heard-too-early 4:27");
    CHECK(codes(desk.read_in_scene("2026-02-13 10:00 a [id x\n").findings) == "open-bracket 4:20");
    CHECK(codes(desk.read_in_scene("0 x 2026-02-13 10:00 a\n").findings) == "bad-count 4:1");
    CHECK(codes(desk.read_in_scene("2000000 x 2026-02-13 10:00 a\n").findings) ==
          "too-many-facts 4:11");
    CHECK(codes(desk.read_in_scene("2026-02-13 10:00 a\nexpect c: brokn\nexpect c broken\n")
                    .findings) == "unknown-state 5:11; no-colon 6:8");
    CHECK(codes(desk.read_in_scene(
                        "2026-02-13 10:00 a\nexpect c: kept; duo 2026-01-01\nexpect owed: 5\n")
                    .findings) == "unknown-word 5:17; no-unit 6:14");
    CHECK(codes(desk.read_in_scene("expect c: kept\n").findings) == "no-time 4:8");
    CHECK(codes(desk.read_in_scene("expct c: kept\n").findings) == "bad-line 4:1");
}

TEST_CASE("a mistyped state is answered with the one that was probably meant") {
    Desk desk;
    const auto file = desk.read_in_scene("2026-02-13 10:00 a\nexpect c: brokn\n");
    REQUIRE(file.findings.size() == 1);
    CHECK(file.findings[0].error.mend.en.find("broken") != std::string::npos);
}

}  // namespace yinuo::wire
