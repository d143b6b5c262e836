#include "wire/json.h"

#include <doctest/doctest.h>

#include <string>

using namespace yinuo;
using namespace yinuo::wire;

TEST_CASE("numbers keep their digits, objects the order of their keys") {
    Arena memory;
    const auto json =
        parse_json(R"({"b": 0.10, "a": [1, -2e3, "\u4e00\n", null, true], "c": {}})", memory);
    REQUIRE(json);
    REQUIRE(json->members.size() == 3);
    CHECK(json->members[0].key == "b");
    CHECK(json->find("b")->text == "0.10");
    CHECK(json->find("a")->items[1].text == "-2e3");
    CHECK(json->find("a")->items[2].string() == "一\n");
    CHECK(json->find("a")->items[3].is_null());
    CHECK(json->find("a")->items[4].truth() == true);
    CHECK(json->find("c")->is_object());
    CHECK(json->find("d") == nullptr);
}

TEST_CASE("what is not JSON is refused with its line and column") {
    Arena memory;
    const auto json = parse_json("{\n  \"一\": nope}", memory, "a.json");
    REQUIRE_FALSE(json);
    CHECK(json.error().code == "bad-json");
    CHECK(json.error().place.path == "a.json");
    CHECK(json.error().place.line == 2);
    CHECK(json.error().place.column >= 8);
    CHECK_FALSE(parse_json("", memory));
    CHECK_FALSE(parse_json("[1", memory));
    CHECK_FALSE(parse_json("1 2", memory));
    CHECK_FALSE(parse_json("\"\xff\"", memory));
    CHECK(parse_json(R"({"a":1,"a":2})", memory).error().code == "duplicate-key");
    CHECK(parse_json(std::string(100'000, '['), memory).error().code == "too-deep");
}

TEST_CASE("what is written as a JSON string reads back the same") {
    const std::string text = "a\"b\\c\n\t\x01 中文 😀";
    std::string out;
    append_json_string(out, text);
    Arena memory;
    CHECK(parse_json(out, memory)->string() == text);
    std::string mended;
    append_json_string(mended, "x\xff");
    CHECK(parse_json(mended, memory)->string() == "x\xEF\xBF\xBD");
}
