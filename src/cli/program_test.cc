#include "cli/program.h"

#include <doctest/doctest.h>

#include <array>

#include "cli/commands.h"

using namespace yinuo;
using namespace yinuo::cli;

namespace {

int nothing(Arguments, const Console&) { return kFine; }

const Command kCheck{
    "check", {"检查承诺", "check promises"}, {"用法 check", "usage check"}, nothing};
const Command kScene{"scene", {"跑场景", "run scenes"}, {"用法 scene", "usage scene"}, nothing};
const std::array<const Command*, 2> kKnown = {&kCheck, &kScene};

Result<Invocation> read(std::vector<std::string_view> words, Surroundings around = {}) {
    return read_command_line(words, kKnown, around);
}

}  // namespace

TEST_CASE("the language follows the first locale variable that says anything") {
    CHECK(speaks_chinese({.lc_all = "zh_CN.UTF-8", .lc_messages = "en_US.UTF-8"}));
    CHECK_FALSE(speaks_chinese({.lc_all = "en_US.UTF-8", .lc_messages = "zh_CN", .lang = "zh_CN"}));
    CHECK(speaks_chinese({.lc_messages = "zh_TW", .lang = "C"}));
    CHECK(speaks_chinese({.lang = "zh"}));
    CHECK_FALSE(speaks_chinese({}));
    CHECK_FALSE(read({"--lang", "en", "check"}, {.lang = "zh_CN"})->console.chinese);
    CHECK(read({"check", "--lang=zh"})->console.chinese);
    CHECK(read({"--lang", "fr", "check"}).error().code == "bad-language");
    CHECK(read({"check", "--lang"}).error().code == "bad-language");
}

TEST_CASE("a command gets the words after its name, without what belongs to the program") {
    const auto got = read({"check", "a.yaml", "--json", "--strict", "--", "--json"});
    REQUIRE(got);
    CHECK(got->wish == Wish::Run);
    CHECK(got->command == &kCheck);
    CHECK(got->console.json);
    CHECK(got->arguments == std::vector<std::string_view>{"a.yaml", "--strict", "--", "--json"});
    CHECK_FALSE(read({"check", "--", "--json"})->console.json);
}

TEST_CASE("help can be asked for in every usual way") {
    CHECK(read({})->wish == Wish::ProgramHelp);
    CHECK(read({"help"})->wish == Wish::ProgramHelp);
    CHECK(read({"--help"})->wish == Wish::ProgramHelp);
    CHECK(read({"help", "scene"})->command == &kScene);
    CHECK(read({"scene", "--help"})->wish == Wish::CommandHelp);
    CHECK(read({"scene", "x", "-h"})->wish == Wish::CommandHelp);
    CHECK(read({"--version"})->wish == Wish::Version);
}

TEST_CASE("an unknown command is answered with the nearest one") {
    const auto got = read({"chekc"});
    REQUIRE_FALSE(got);
    CHECK(got.error().code == "unknown-command");
    CHECK(got.error().mend.en == "did you mean check?");
    CHECK(read({"frobnicate"}).error().mend.en == "yinuo --help lists the commands");
    CHECK(read({"--frobnicate", "check"}).error().code == "unknown-option");
    CHECK(read({"help", "sceen"}).error().mend.zh == "是不是想用 scene？");
}

TEST_CASE("every command of the program has a name, a summary and a usage in both languages") {
    for (const auto* command : commands()) {
        CAPTURE(command->name);
        CHECK_FALSE(command->name.empty());
        CHECK(bool(command->run));
        for (const auto* text : {&command->summary, &command->usage}) {
            CHECK_FALSE(text->zh.empty());
            CHECK_FALSE(text->en.empty());
        }
    }
}
