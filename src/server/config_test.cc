#include "server/config.h"

#include <doctest/doctest.h>

using namespace yinuo;
using namespace yinuo::server;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Result<Settings> read(std::string_view yaml, const Pairs& variables = {}, const Pairs& flags = {}) {
    return Settings::read(
        yaml, "yinuo.yaml",
        [&](const std::string& name) -> std::optional<std::string> {
            for (const auto& [key, value] : variables)
                if (key == name) return value;
            return std::nullopt;
        },
        flags);
}

Settings::Value value_of(const Settings& settings, std::string_view name) {
    for (auto& value : settings.values())
        if (value.name == name) return value;
    return {};
}

}  // namespace

TEST_CASE(
    "flags beat the environment, which beats the file, and each value knows where it came from") {
    const auto settings = read("data: a\nlog: warn\nthreads: 2\n",
                               {{"YINUO_DATA", "b"}, {"YINUO_LOG", "info"}}, {{"data", "c"}});
    REQUIRE(settings);
    CHECK(settings->config().data == "c");
    CHECK(value_of(*settings, "data").where == "--data");
    CHECK(value_of(*settings, "log").where == "YINUO_LOG");
    CHECK(value_of(*settings, "threads").where == "yinuo.yaml:3");
    CHECK(value_of(*settings, "threads").text == "2");
    CHECK(value_of(*settings, "origin").where == "default");
}

TEST_CASE("secrets are masked when settings are shown") {
    const auto settings = read("", {{"YINUO_MASTER_KEY_TEXT", "00112233"}});
    REQUIRE(settings);
    CHECK(value_of(*settings, "master_key_text").text == "***");
    CHECK(settings->config().master_key_text == "00112233");
    CHECK(value_of(*read(""), "master_key_text").text.empty());
}

TEST_CASE("what can't be is refused with its place and the nearest word") {
    const auto unknown = read("data: a\nlisen: :80\n");
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code == "unknown-setting");
    CHECK(unknown.error().place.line == 2);
    CHECK(unknown.error().mend.en == "did you mean listen?");
    for (const auto* yaml :
         {"listen: nowhere", "threads: 0", "threads: -1", "threads: x", "log: loud", "demo: maybe",
          "public_url: example.com", "public_url: https://a/b", "tls_cert: a.pem", "rate_user: 0",
          "- a", "trusted_proxies: localhost", "trusted_proxies: 10.0.0.1/8"})
        CHECK_MESSAGE(!read(yaml), yaml);
}

TEST_CASE("addresses are read as they are written everywhere") {
    CHECK(read_listen("127.0.0.1:8080") ==
          std::pair(std::string("127.0.0.1"), std::uint16_t{8080}));
    CHECK(read_listen("[::1]:80") == std::pair(std::string("::1"), std::uint16_t{80}));
    CHECK(read_listen(":0") == std::pair(std::string("0.0.0.0"), std::uint16_t{0}));
    for (const auto* text :
         {"", ":", "a", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "::1:80", "x:-1"})
        CHECK_MESSAGE(!read_listen(text), text);
}
