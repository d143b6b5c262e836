// `yinuo verify` on a receipt of a whole installation in memory.
#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cli/command.h"
#include "engine/receipt.h"
#include "engine/testing.h"

namespace yinuo::cli {
namespace {

namespace fs = std::filesystem;

struct Folder {
    Folder() { fs::create_directories(path); }
    ~Folder() { fs::remove_all(path); }
    std::string write(const std::string& name, std::string_view text) const {
        const auto file = (path / name).string();
        std::ofstream(file, std::ios::binary) << text;
        return file;
    }
    fs::path path = fs::temp_directory_path() / ("yinuo-verify-" + std::to_string(::getpid()));
};

int verify(std::vector<std::string_view> words) {
    return kVerifyCommand.run(words, Console{.json = true});
}

}  // namespace

TEST_CASE("verify ends with 0 for a receipt that is fine, 1 for one that isn't, 3 for none") {
    engine::World world;
    world.publish(
        "promise: live\nversion: 1\nzone: UTC\nsubject: order\nclauses:\n  live: {starts: 'fact = "
        "\"order.placed\"', keeps: 'fact = \"order.live\"', within: 24 h}\n");
    world.report(
        R"({"id":"a","kind":"order.placed","subject":"order/1","at":"2026-03-10T00:00:00Z"})");
    const auto rows = world.store->read();
    engine::Shelf shelf(world.zones);
    const auto receipt = engine::make_receipt(*rows, world.keyring, shelf, world.tenant, 1);
    REQUIRE(receipt);
    const auto key = engine::tenant(*rows, world.tenant)->log_public_key;

    const Folder folder;
    const auto fine = folder.write("fine.tlog-proof", *receipt);
    CHECK(verify({fine}) == kFine);
    CHECK(verify({fine, "--log-key", key}) == kFine);
    CHECK(verify({fine, "--log-key", folder.write("key", key + "\n")}) == kFine);
    CHECK(verify({fine, "--log-key", "/no/such/file"}) == kInput);
    CHECK(verify({fine, "--log-key", folder.write("bad", "no key\n")}) == kInput);
    std::string changed = *receipt;
    const auto signature = changed.rfind(' ') + 10;
    changed[signature] = changed[signature] == 'A' ? 'B' : 'A';
    CHECK(verify({folder.write("changed", changed)}) == kFindings);
    CHECK(verify({folder.write("none", "hello\n")}) == kInput);
    CHECK(verify({folder.path.string()}) == kInput);
    CHECK(verify({"/no/such/file"}) == kInput);
    CHECK(verify({}) == kUsage);
}

}  // namespace yinuo::cli
