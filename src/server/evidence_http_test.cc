// Evidence 举证材料 over HTTP: what is taken, who may read it, and what an erasure leaves of it.
#include <doctest/doctest.h>

#include "server/claims_testing.h"

namespace yinuo::server {
namespace {

const std::string kPng = std::string("\x89PNG\r\n\x1A\n", 8) + std::string(100, '\7');

http::testing::Reply hand_in(House& house, const std::string& token, std::string_view type,
                             std::string bytes, std::string headers = {},
                             std::string_view subject = "trip%2F1") {
    return send(house, "POST", "/api/v1/evidence?subject=" + std::string(subject),
                {.token = token,
                 .body = std::move(bytes),
                 .type = std::string(type),
                 .headers = std::move(headers)});
}

}  // namespace

TEST_CASE("a file is what its bytes are, at most ten megabytes, and is read back byte for byte") {
    House house;
    publish_promise(house, house.acme, kCoach);
    const auto key = lasting_key(house, house.acme);
    plan_trip(house, key, "trip/1");
    const auto made =
        hand_in(house, key, "image/png", kPng,
                "Content-Disposition: attachment; filename*=UTF-8''%E8%B7%AF%E8%BE%B9.png\r\n");
    REQUIRE_MESSAGE(made.status == 201, made.body);
    const auto id = Body(made).text("id");
    CHECK(Body(made).text("name") == "路边.png");
    CHECK(Body(made).text("sha256").size() == 64);
    const auto bytes = house.ask("GET", "/api/v1/evidence/" + id, {.token = key});
    CHECK(bytes.status == 200);
    CHECK(bytes.body == kPng);
    CHECK(bytes.header("Content-Type") == "image/png");
    CHECK(bytes.header("X-Content-Type-Options") == "nosniff");
    CHECK(bytes.header("Content-Disposition") ==
          "attachment; filename*=UTF-8''%E8%B7%AF%E8%BE%B9.png");
    // The same file again is the same file.
    CHECK(Body(hand_in(house, key, "image/png", kPng)).text("id") == id);

    const auto wrong = hand_in(house, key, "image/jpeg", kPng);
    CHECK(wrong.status == 415);
    CHECK(wrong.says("image/png"));
    CHECK(hand_in(house, key, "application/zip", "PK").status == 415);
    CHECK(hand_in(house, key, "text/plain", std::string("a\0b", 3)).status == 415);
    CHECK(hand_in(house, key, "text/plain", "").status == 415);
    CHECK(hand_in(house, key, "text/plain", std::string((10 << 20) + 1, 'x')).status == 413);
    CHECK(hand_in(house, key, "text/plain", "x", {}, "trip%2F404").status == 404);
    const auto whole = hand_in(house, key, "text/plain", std::string(10 << 20, 'x'));
    CHECK_MESSAGE(whole.status == 201, whole.body);
    const auto large = house.ask("GET", whole.header("Location"), {.token = key});
    CHECK(large.body.size() == 10 << 20);
}

TEST_CASE("files are seen by who may see the subject, and twenty are enough") {
    House house;
    publish_promise(house, house.acme, kCoach);
    const auto key = lasting_key(house, house.acme);
    plan_trip(house, key, "trip/1");
    plan_trip(house, key, "trip/2", "C-2");
    const auto link = link_for(house, house.acme, "C-2");
    const auto id = Body(hand_in(house, key, "text/plain", "file 0")).text("id");
    for (int i = 1; i < 20; ++i)
        REQUIRE(hand_in(house, key, "text/plain", "file " + std::to_string(i)).status == 201);
    const auto more = hand_in(house, key, "text/plain", "one more");
    CHECK(more.status == 422);
    CHECK(more.says("too-many-files"));
    const auto list = house.ask("GET", "/api/v1/evidence?subject=trip%2F1",
                                {.token = house.token(house.acme, Role::Auditor)});
    CHECK(Body(list).at("items").items.size() == 20);
    CHECK(house.ask("GET", "/api/v1/evidence/" + id, {.headers = link}).status == 404);
    CHECK(house.ask("GET", "/api/v1/evidence?subject=trip%2F1", {.headers = link})
              .says(R"("items":[])"));
    CHECK(
        house
            .ask("GET", "/api/v1/evidence/" + id, {.token = house.token(house.acme, Role::Partner)})
            .status == 404);
    CHECK(
        house.ask("GET", "/api/v1/evidence/" + id, {.token = house.token(house.other, Role::Owner)})
            .status == 404);
    const auto own = send(house, "POST", "/api/v1/evidence?subject=trip%2F2",
                          {.body = "mine", .type = "text/plain", .headers = link});
    CHECK_MESSAGE(own.status == 201, own.body);
}

TEST_CASE("erasing the customer makes their files unreadable, and the hash stays") {
    House house;
    publish_promise(house, house.acme, kCoach);
    const auto key = lasting_key(house, house.acme);
    const auto obligation = plan_trip(house, key, "trip/1");
    const auto id = Body(hand_in(house, key, "text/plain", "my face",
                                 "Content-Disposition: attachment; filename=\"me.txt\"\r\n"))
                        .text("id");
    const auto claimed = post(
        house, "/api/v1/obligations/" + obligation + "/claims", key,
        R"({"text":"it stopped","evidence":[")" + id + R"("],"fields":{"passenger":"zhang"}})");
    REQUIRE_MESSAGE(claimed.status == 201, claimed.body);
    const auto taken = house.ask("GET", "/api/v1/customers/C-9/export", {.token = key});
    CHECK_MESSAGE(taken.says("me.txt"), taken.body);
    CHECK(taken.says("it stopped"));
    REQUIRE(post(house, "/api/v1/customers/C-9/erase", key, R"({"reason":"asked to"})").status ==
            204);
    CHECK(house.ask("GET", "/api/v1/evidence/" + id, {.token = key}).status == 410);
    const auto list = house.ask("GET", "/api/v1/evidence?subject=trip%2F1", {.token = key});
    CHECK(list.says(R"("sha256":)"));
    CHECK_FALSE(list.says("me.txt"));
    CHECK(hand_in(house, key, "text/plain", "more").status == 410);
}

}  // namespace yinuo::server
