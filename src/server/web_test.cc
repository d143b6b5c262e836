// The web app's files as the server hands them out, from a folder as who works on it has them.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "server/testing.h"

namespace yinuo::server {
namespace {

struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("yinuo-web-" + std::to_string(::getpid()));
    Folder() {
        std::filesystem::create_directories(path / "assets");
        put("index.html", "<p>portal</p>");
        put("app.html", "<p>console</p>");
        put("assets/a-1.js", "export {}");
    }
    ~Folder() { std::filesystem::remove_all(path); }
    void put(const char* name, const char* text) const { std::ofstream(path / name) << text; }
};

Config from(const Folder& folder) {
    auto config = House::generous();
    config.web = folder.path.string();
    return config;
}

}  // namespace

TEST_CASE("every address of a face gets that face's document, under a strict policy") {
    const Folder folder;
    House house(std::make_unique<store::MemoryStore>(), from(folder));
    for (const auto* path : {"/", "/verify", "/my/promises/obl_00001"})
        CHECK(house.ask("GET", path).body == "<p>portal</p>");
    for (const auto* path : {"/app", "/app/queue", "/app/subjects/order%2F4711"})
        CHECK(house.ask("GET", path).body == "<p>console</p>");
    const auto reply = house.ask("GET", "/app");
    CHECK(reply.header("Content-Security-Policy").starts_with("default-src 'self';"));
    CHECK(!reply.header("Content-Security-Policy").contains("unsafe"));
    CHECK(reply.header("X-Content-Type-Options") == "nosniff");
    CHECK(reply.header("Referrer-Policy") == "same-origin");
}

TEST_CASE("files of the web app come by plain names only") {
    const Folder folder;
    folder.put("secret.txt", "no");
    House house(std::make_unique<store::MemoryStore>(), from(folder));
    const auto script = house.ask("GET", "/assets/a-1.js");
    CHECK(script.status == 200);
    CHECK(script.header("Content-Type") == "text/javascript; charset=utf-8");
    for (const auto* path : {"/assets/b.js", "/assets/"})
        CHECK(house.ask("GET", path).status == 404);
    for (const auto* path : {"/assets/..%2Fsecret.txt", "/assets/%2e%2e"})  // dot segments
        CHECK(house.ask("GET", path).status == 400);
}

TEST_CASE("every answer tells the server's time") {
    House house;
    const auto reply = house.ask("GET", "/healthz");
    CHECK(reply.header("Yinuo-Now") == std::to_string(house.clock.now().millis));
    CHECK(reply.header("Yinuo-Clock-Speed").empty());
}

}  // namespace yinuo::server
