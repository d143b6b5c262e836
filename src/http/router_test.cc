#include "http/router.h"

#include <doctest/doctest.h>

namespace yinuo::http {
namespace {

Router router_of(std::vector<Route> routes) {
    auto router = Router::of(std::move(routes));
    REQUIRE(router.has_value());
    return std::move(*router);
}

const Router& api() {
    static const auto router = router_of({
        {"GET", "/", "home"},
        {"GET", "/api/v1/obligations", "list"},
        {"POST", "/api/v1/obligations", "open"},
        {"GET", "/api/v1/obligations/{id}", "one"},
        {"PUT", "/api/v1/obligations/{id}", "put"},
        {"GET", "/api/v1/obligations/open", "literal"},
        {"GET", "/api/v1/{kind}/{id}/receipt", "receipt"},
        {"GET", "/api/v1/obligations/{id}/story/{step}", "story"},
    });
    return router;
}

std::string found(std::string_view method, std::string_view path) {
    const auto answer = api().match(method, path);
    if (std::holds_alternative<Router::NotFound>(answer)) return "404";
    if (const auto* wrong = std::get_if<Router::WrongMethod>(&answer)) return "405 " + wrong->allow;
    const auto& match = std::get<Router::Match>(answer);
    auto said = api().routes()[match.route].name;
    for (std::size_t i = 0; i < match.parameters.size(); ++i)
        said += " " + std::string(match.parameters.name(i)) + "=" +
                std::string(match.parameters.value(i));
    return said;
}

std::string refusal(std::vector<Route> routes) {
    const auto router = Router::of(std::move(routes));
    return router ? "" : router.error().what.en;
}

TEST_CASE("a route is found with its parameters") {
    CHECK(found("GET", "/") == "home");
    CHECK(found("GET", "/api/v1/obligations") == "list");
    CHECK(found("POST", "/api/v1/obligations") == "open");
    CHECK(found("GET", "/api/v1/obligations/obl_7") == "one id=obl_7");
    CHECK(found("GET", "/api/v1/obligations/obl_7/story/3") == "story id=obl_7 step=3");
}

TEST_CASE("a literal beats a parameter, but not when it leads nowhere") {
    CHECK(found("GET", "/api/v1/obligations/open") == "literal");
    CHECK(found("GET", "/api/v1/obligations/open/story/1") == "story id=open step=1");
    CHECK(found("GET", "/api/v1/obligations/x/receipt") == "receipt kind=obligations id=x");
    CHECK(found("GET", "/api/v1/promises/x/receipt") == "receipt kind=promises id=x");
}

TEST_CASE("an encoded slash stays within its segment") {
    CHECK(found("GET", "/api/v1/obligations/order%2F00004") == "one id=order/00004");
    CHECK(found("GET", "/api/v1/obligations/order%2F4/receipt") ==
          "receipt kind=obligations id=order/4");
    CHECK(found("GET", "/%61pi/v1/obligations") == "list");
    CHECK(found("GET", "/api/v1/obligations/%E8%AF%BA") == "one id=诺");
    CHECK(found("GET", "/api/v1/obligations/%zz") == "404");
}

TEST_CASE("what is not there is 404, what is there for others 405 with Allow") {
    CHECK(found("GET", "/api/v1") == "404");
    CHECK(found("GET", "/api/v1/obligations/") == "404");
    CHECK(found("GET", "//") == "404");
    CHECK(found("GET", "") == "404");
    CHECK(found("GET", "*") == "404");
    CHECK(found("GET", "/api/v1/obligations/a/b") == "404");
    CHECK(found("DELETE", "/api/v1/obligations") == "405 GET, HEAD, POST");
    CHECK(found("POST", "/api/v1/obligations/obl_7") == "405 GET, HEAD, PUT");
    CHECK(found("get", "/") == "405 GET, HEAD");
    CHECK(found("HEAD", "/") == "home");
}

TEST_CASE("routes that can't be told apart are refused when the table is made") {
    CHECK(refusal({{"GET", "a", ""}}).find("doesn't begin") != std::string::npos);
    CHECK(refusal({{"GET", "/{}", ""}}).find("names") != std::string::npos);
    CHECK(refusal({{"GET", "/{a}/{a}", ""}}).find("names") != std::string::npos);
    CHECK(refusal({{"GET", "/{a}", ""}, {"GET", "/{b}", ""}}).find("same as /{a}") !=
          std::string::npos);
    CHECK(refusal({{"GET", "/{a}", ""}, {"POST", "/{b}", ""}}).empty());
}

TEST_CASE("the two refusals speak the reader's language") {
    Request request;
    request.method = "DELETE";
    request.path = "/x";
    request.headers.add("accept-language", "zh");
    CHECK(not_found(request).status == 404);
    CHECK(not_found(request).body.find("没有这个地址：/x") != std::string::npos);
    const auto wrong = wrong_method(request, {.allow = "GET, HEAD"});
    CHECK(wrong.status == 405);
    CHECK(wrong.header("allow") == "GET, HEAD");
}

}  // namespace
}  // namespace yinuo::http
