// The demo as a browser, curl and somebody who signs in meet it.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "demo/testing.h"
#include "engine/receipt.h"
#include "server/demo_page.h"
#include "server/testing.h"

namespace yinuo::server {
namespace {

class DataFolder {
public:
    DataFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "demo-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~DataFolder() { std::filesystem::remove_all(path); }
    std::string path;
};

struct Show {
    Show() {
        config.port = 0;
        config.log = "warn";
        config.rate_guest = 100'000;
        config.demo = true;
        config.demo_speed = 3600;
        config.demo_examples = std::string(YINUO_SOURCE_DIR) + "/examples";
        config.data = data.path;
        auto opened =
            Service::open(config, {store, clock, zones, keyring, entropy, passwords, log});
        REQUIRE_MESSAGE(opened, opened.error().what.en);
        service = std::move(*opened);
        service->start();
    }
    http::testing::Reply ask(std::string_view method, std::string_view path, const Say& say = {}) {
        http::testing::Client client(service->port());
        return client.ask(House::request(method, path, say));
    }
    // A line of the sheet: "telecom   manager   …".
    std::string from_sheet(std::string_view company, std::string_view what) {
        std::istringstream lines(service->demo_sign_in());
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words(line);
            std::string first, second, third;
            words >> first >> second >> third;
            if (first == company && second == what) return third;
        }
        FAIL("not on the sheet");
        return {};
    }

    DataFolder data;
    Config config;
    store::MemoryStore store;
    MovedClock clock;
    demo::FileZones zones;
    vault::Keyring keyring = engine::test_keyring();
    vault::SystemEntropy entropy;
    vault::Passwords passwords = *vault::Passwords::open(vault::PasswordCost::cheap());
    Log log{Log::To::Nowhere};
    std::unique_ptr<Service> service;
};

TEST_CASE("a demo shows itself to everybody, and says that it is one") {
    Show show;
    const auto path = show.data.path + "/demo-sign-in.txt";
    struct stat file{};
    REQUIRE(::stat(path.c_str(), &file) == 0);
    CHECK((file.st_mode & 0777) == 0600);

    const auto page = show.ask("GET", "/demo");
    CHECK(page.status == 200);
    CHECK(page.head.find("default-src 'none'") != std::string::npos);
    CHECK(page.body.find("lang=\"zh-CN\"") != std::string::npos);
    CHECK(page.body.find("示例电信（演示）") != std::string::npos);
    for (const auto* never : {"<script", "style=\"", "onclick"})
        CHECK(page.body.find(never) == std::string::npos);
    CHECK(
        show.ask("GET", "/demo", {.headers = "Accept-Language: en\r\n"}).body.find("lang=\"en\"") !=
        std::string::npos);
    CHECK(show.ask("GET", "/demo?lang=zh", {.headers = "Accept-Language: en\r\n"})
              .body.find("lang=\"zh-CN\"") != std::string::npos);
    CHECK(show.ask("GET", "/demo/style.css").head.find("text/css") != std::string::npos);

    std::string newest;
    for (int i = 0; i < 600 && newest.empty(); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        const Body status(show.ask("GET", "/api/v1/demo/status"));
        for (const auto& company : status.at("companies").items) {
            CHECK(company.find("demo")->truth().value_or(false));
            const auto& verdicts = company.find("newest")->items;
            if (!verdicts.empty()) newest = verdicts[0].find("receipt")->text;
        }
    }
    REQUIRE_FALSE(newest.empty());
    const auto receipt = show.ask("GET", newest);
    REQUIRE(receipt.status == 200);
    CHECK(engine::verify_receipt(receipt.body, std::nullopt, show.zones).fine);
    CHECK(show.ask("GET", "/demo/receipt?id=obl_zzzzz").status == 404);
    CHECK(show.ask("GET", "/demo/receipt").status == 404);
}

TEST_CASE("who is on the demo's sheet can sign in, and a session goes by the wall's clock") {
    Show show;
    const auto reply = show.ask("POST", "/api/v1/sessions",
                                {.body = R"({"tenant":"telecom","login":"manager","password":")" +
                                         show.from_sheet("telecom", "manager") + "\"}"});
    REQUIRE(reply.status == 201);
    const Body session(reply);
    CHECK(session.at("me").find("demo")->truth().value_or(false));
    const auto token = session.text("token");
    CHECK(show.ask("GET", "/api/v1/promises", {.token = token}).status == 200);
    show.clock.advance(hours(13));
    CHECK(show.ask("GET", "/api/v1/promises", {.token = token}).status == 401);
    const auto key = show.from_sheet("boston", "key");
    CHECK(show.ask("GET", "/api/v1/obligations?limit=1", {.token = key}).status == 200);
    CHECK(show.ask("GET", "/api/v1/users", {.token = key}).status == 403);
}

TEST_CASE("anybody steps into the demo, as whom they like") {
    Show show;
    const auto step_in = [&](const std::string& company, const std::string& role) {
        return show.ask("POST", "/api/v1/demo/sign-in",
                        {.body = R"({"company":")" + company + R"(","role":")" + role + "\"}"});
    };
    for (const auto* role : {"owner", "manager", "agent", "second_line", "partner", "auditor"}) {
        const auto reply = step_in("boston", role);
        REQUIRE_MESSAGE(reply.status == 201, reply.body);
        CHECK(Body(reply).at("me").find("role")->text == role);
        CHECK(Body(reply).at("me").find("tenant_name")->text == "boston");
    }
    CHECK(step_in("boston", "operator").status == 422);
    CHECK(step_in("nobody", "owner").status == 404);
    CHECK(step_in("boston", "customer").status == 404);  // its requests have none
    // The telecom's customers come with its first facts.
    http::testing::Reply reply;
    for (int i = 0; i < 600 && reply.status != 201; ++i) {
        reply = step_in("telecom", "customer");
        if (reply.status != 201) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    REQUIRE_MESSAGE(reply.status == 201, reply.body);
    const auto token = Body(reply).text("token");
    const Body mine(show.ask("GET", "/api/v1/obligations", {.token = token}));
    CHECK_FALSE(mine.at("items").items.empty());
    CHECK(show.ask("GET", "/api/v1/users", {.token = token}).status == 403);
    const Body status(show.ask("GET", "/api/v1/demo/status"));
    CHECK(status.at("sign_in_as").items.size() == 7);
    const auto page = show.ask("GET", "/demo").body;
    const auto at = page.find("href=\"/#");
    REQUIRE(at != std::string::npos);
    const auto link = page.substr(at + 8, page.find('"', at + 8) - at - 8);
    CHECK(
        show.ask("GET", "/api/v1/me", {.headers = "Authorization: Link " + link + "\r\n"}).status ==
        200);
}

TEST_CASE("where no demo runs there is nothing of it") {
    House house;
    for (const auto* path : {"/demo", "/demo/style.css", "/demo/receipt", "/api/v1/demo/status"})
        CHECK(house.ask("GET", path).status == 404);
    CHECK(house
              .ask("POST", "/api/v1/demo/sign-in",
                   {.body = R"({"company":"telecom","role":"owner"})"})
              .status == 404);
}

TEST_CASE("what comes from outside stands on the page as text") {
    engine::TwoZones zones;
    demo::DemoStatus status;
    auto& company = status.companies.emplace_back();
    company.title = "<b>&\"";
    auto& verdict = company.seen.newest.emplace_back();
    verdict.clause = {"<i>", "<i>"};
    verdict.subject = "a/<u>";
    const auto page = demo_page(status, zones, true);
    CHECK(page.find("&lt;b&gt;&amp;&quot;") != std::string::npos);
    for (const auto* raw : {"<b>&", "<i>", "<u>"}) CHECK(page.find(raw) == std::string::npos);
}

}  // namespace
}  // namespace yinuo::server
