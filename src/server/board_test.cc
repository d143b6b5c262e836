// 承诺公示板: what everybody may see of a company, and nobody of another.
#include <doctest/doctest.h>

#include "server/board.h"
#include "server/business_testing.h"

namespace yinuo::server {
namespace {

using http::testing::Reply;

struct Show {
    House house;
    std::string key;

    Show() {
        publish_promise(house, house.acme);
        key = lasting_key(house, house.acme);
        house.clock.advance(minutes(1));
    }
    void open(bool open = true) {
        const auto owner = key;
        const auto standing = house.ask("GET", "/api/v1/settings", {.token = owner});
        const auto reply =
            send(house, "PUT", "/api/v1/settings",
                 {.token = owner,
                  .body = R"({"title":"示例 <公司>","personal_fields":[],"roster":[{"addressee":)"
                          R"("owner","minutes":5}],"public_board":)" +
                          std::string(open ? "true}" : "false}"),
                  .headers = if_match(standing)});
        REQUIRE_MESSAGE(reply.status == 200, reply.body);
    }
    void tell(const std::string& id, const std::string& kind, const std::string& subject) {
        const auto reply = send(
            house, "POST", "/api/v1/facts?source=crm",
            {.token = key, .body = fact_json(id, kind, subject, "", to_string(house.clock.now()))});
        REQUIRE_MESSAGE(reply.status < 300, reply.body);
    }
    // `kept` of `of` orders, all due by now.
    void orders(int kept, int of) {
        for (int i = 0; i < of; ++i)
            tell("p" + std::to_string(i), "order.placed", "order/" + std::to_string(i));
        house.clock.advance(hours(1));
        for (int i = 0; i < kept; ++i)
            tell("a" + std::to_string(i), "service.active", "order/" + std::to_string(i));
        house.clock.advance(hours(25));
        REQUIRE(soon([&] {
            const auto reply =
                send(house, "GET", "/api/v1/obligations?state=broken&limit=200", {.token = key});
            return std::ssize(Body(reply).at("items").items) == of - kept;
        }));
        CHECK(ask("/board/acme").body.contains("正在统计"));
        REQUIRE(soon([&] { return ask("/public/acme/promises").body.contains("last_90_days"); }));
    }
    Reply ask(const std::string& path, std::string headers = {}) {
        return send(house, "GET", path, {.headers = std::move(headers)});
    }
};

}  // namespace

TEST_CASE("nobody sees the board of a company that doesn't show it") {
    Show board;
    for (const auto* path : {"/board/acme", "/board/acme/live-24h", "/public/acme/promises",
                             "/board/nobody", "/public/nobody/promises"})
        CHECK(board.ask(path).status == 404);
    const auto none = board.ask("/board");
    CHECK(none.status == 200);
    CHECK(none.body.contains("还没有企业公示承诺"));
    board.open();
    const auto one = board.ask("/board");
    CHECK(one.status == 303);
    CHECK(one.header("Location") == "/board/acme");
    CHECK(board.ask("/board?lang=en").header("Location") == "/board/acme?lang=en");
    CHECK(board.ask("/board/acme").status == 200);
    CHECK(board.ask("/board/acme/nothing").status == 404);
    CHECK(board.ask("/board/other").status == 404);
    board.open(false);
    CHECK(board.ask("/board/acme").status == 404);
}

TEST_CASE("the board tells how much was kept of what came due, and what it is measured by") {
    Show board;
    board.open();
    board.orders(9, 12);
    const auto json = board.ask("/public/acme/promises");
    REQUIRE_MESSAGE(json.status == 200, json.body);
    const Body body(json);
    REQUIRE(body.at("items").items.size() == 1);
    const auto& item = body.at("items").items[0];
    const auto* days = item.find("last_90_days");
    REQUIRE(days != nullptr);
    CHECK(days->find("kept")->integer() == 9);
    CHECK(days->find("of")->integer() == 12);
    CHECK(days->find("share")->text == "0.750000");
    CHECK(days->find("low")->text.starts_with("0.46"));
    CHECK(days->find("high")->text.starts_with("0.91"));
    CHECK(days->find("worst_week")->find("of")->integer() == 12);
    std::int64_t sum = 0;
    for (const auto& week : days->find("weeks")->items) sum += *week.find("of")->integer();
    CHECK(sum == 12);
    CHECK(item.find("versions")->items[0].find("text_sha256")->text.size() == 64);
    CHECK(body.at("log").find("root")->text.size() == 64);
    CHECK(*body.at("log").find("size")->integer() > 0);

    const auto page = board.ask("/board/acme");
    CHECK(page.header("Content-Security-Policy").contains("default-src 'none'"));
    for (const auto* part :
         {"<html lang=\"zh-CN\"", "75.0 %", "9 / 12", "46.8", "/log/acme/checkpoint",
          "property=\"og:title\"", "name=\"description\"", "UTC+08:00", "id=\"method\"",
          "示例 &lt;公司&gt;", "24 小时"})
        CHECK_MESSAGE(page.body.contains(part), part);
    for (const auto* never : {"<script", "style=\"", "onclick", "<公司>", "<style"})
        CHECK_FALSE(page.body.contains(never));
    const auto english = board.ask("/board/acme?lang=en");
    CHECK(english.body.contains("<html lang=\"en\""));
    CHECK(english.body.contains("kept in time, last 90 days"));
    CHECK(board.ask("/board/acme", "Accept-Language: en\r\n").body.contains("<html lang=\"en\""));
    const auto full = board.ask("/board/acme/live-24h");
    REQUIRE(full.status == 200);
    CHECK(full.body.contains("<svg class=\"weeks\""));
    CHECK(full.body.contains("<td>12</td>"));

    const auto tag = page.header("ETag");
    const auto same = board.ask("/board/acme", "If-None-Match: " + tag + "\r\n");
    CHECK(same.status == 304);
    CHECK(same.body.empty());
    CHECK(board.ask("/board/style.css").header("Content-Type").starts_with("text/css"));
}

TEST_CASE("figures are counted anew beside requests, and say as of when they are") {
    Show board;
    board.open();
    board.orders(1, 2);
    const auto of = [&] {
        const Body body(board.ask("/public/acme/promises"));
        return *body.at("items").items[0].find("last_90_days")->find("of")->integer();
    };
    CHECK(of() == 2);
    const auto first = Body(board.ask("/public/acme/promises")).text("as_of");
    board.tell("late", "order.placed", "order/late");
    board.house.clock.advance(hours(25));
    CHECK(soon([&] { return of() == 3; }));
    CHECK(Body(board.ask("/public/acme/promises")).text("as_of") != first);
}

TEST_CASE("what is promised to one customer, or inwardly, isn't on the board") {
    Show board;
    board.open();
    auto text = std::string(kLive24);
    text.replace(text.find("live-24h"), 8, "inner-24");
    text.replace(text.find("strength: public"), 16, "strength: strong private");
    publish_promise(board.house, board.house.acme, text);
    const auto page = board.ask("/public/acme/promises");
    CHECK(page.body.contains("live-24h"));
    CHECK_FALSE(page.body.contains("inner-24"));
    CHECK(board.ask("/board/acme/inner-24").status == 404);
}

TEST_CASE("the worst week is the lowest of those with enough in them") {
    BoardFigures::Row row{.promise = "p", .weeks = {}};
    CHECK(row.worst() == nullptr);
    const auto week = hours(7 * 24).count;
    const auto add = [&](std::int64_t from, std::int64_t until, std::int64_t kept,
                         std::int64_t of) {
        row.weeks.push_back({{from}, {until}, {.count = kept, .of = of}});
    };
    add(0, week, 0, 9);
    CHECK(row.worst()->from == Instant{0});
    add(week, 2 * week, 9, 10);
    CHECK(row.worst()->from == Instant{week});
    add(2 * week, 3 * week, 19, 20);
    add(3 * week, 3 * week + 1, 1, 20);  // it has only begun
    CHECK(row.worst()->from == Instant{week});
    CHECK(row.total().of == 59);
    row.weeks.erase(row.weeks.begin() + 1, row.weeks.begin() + 3);
    CHECK(row.worst()->from == Instant{3 * week});
    row.weeks.resize(1);
    const BoardFigures all{.as_of = {5}, .counted_at = {6}, .took = {7}, .rows = {row}};
    const auto read = BoardFigures::from_json(all.to_json());
    REQUIRE(read);
    CHECK(read->as_of == Instant{5});
    CHECK(read->find("p")->total().of == 9);
    CHECK_FALSE(BoardFigures::from_json("{}"));
}

}  // namespace yinuo::server
