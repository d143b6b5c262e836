#include "cli/options.h"

#include <doctest/doctest.h>

#include "cli/progress.h"

using namespace yinuo;
using namespace yinuo::cli;

namespace {

// One command's worth of options, and what reading some words made of them.
struct Sample {
    bool strict = false;
    std::string out = "report.html";
    std::vector<std::string> zones;
    std::int64_t top = 10;
    std::string format = "text";
    std::string file;
    std::string more;

    std::string read(std::vector<std::string_view> words) {  // the error's code, or ""
        Options options;
        options.flag("strict", strict);
        options.value("out", out);
        options.values("zone", zones);
        options.number("top", {1, 1000}, top);
        options.choice("format", {"text", "html"}, format);
        options.required("FILE", file);
        options.optional("MORE", more);
        const auto read = options.read(words);
        return read ? "" : read.error().code;
    }
};

}  // namespace

TEST_CASE("options and positionals may be mixed, and defaults stay where nothing is said") {
    Sample sample;
    CHECK(sample.read(
              {"--strict", "a.yaml", "--top=25", "--zone", "Asia/Shanghai", "--zone=UTC"}) == "");
    CHECK(sample.strict);
    CHECK(sample.file == "a.yaml");
    CHECK(sample.more.empty());
    CHECK(sample.top == 25);
    CHECK(sample.zones == std::vector<std::string>{"Asia/Shanghai", "UTC"});
    CHECK(sample.out == "report.html");
    CHECK(sample.format == "text");
}

TEST_CASE("after -- everything is positional, and a lone - is too") {
    Sample sample;
    CHECK(sample.read({"-", "--", "--strict"}) == "");
    CHECK(sample.file == "-");
    CHECK(sample.more == "--strict");
    CHECK_FALSE(sample.strict);
}

TEST_CASE("what is off is named by its kind") {
    CHECK(Sample().read({}) == "missing-argument");
    CHECK(Sample().read({"a", "b", "c"}) == "extra-argument");
    CHECK(Sample().read({"a", "--strickt"}) == "unknown-option");
    CHECK(Sample().read({"a", "--strict=yes"}) == "unexpected-value");
    CHECK(Sample().read({"a", "--out"}) == "missing-value");
    CHECK(Sample().read({"a", "--strict", "--strict"}) == "repeated-option");
    CHECK(Sample().read({"a", "--top", "0"}) == "bad-number");
    CHECK(Sample().read({"a", "--top", "1001"}) == "bad-number");
    CHECK(Sample().read({"a", "--top", "5x"}) == "bad-number");
    CHECK(Sample().read({"a", "--top", "99999999999999999999"}) == "bad-number");
    CHECK(Sample().read({"a", "--format", "pdf"}) == "bad-choice");
}

TEST_CASE("a mistyped option is answered with the one that was meant") {
    Options options;
    bool strict = false;
    options.flag("strict", strict);
    const std::vector<std::string_view> words = {"--strickt"};
    const auto read = options.read(words);
    REQUIRE_FALSE(read);
    CHECK(read.error().mend.en == "did you mean --strict?");
    CHECK(read.error().mend.zh == "是不是想写 --strict？");
}

TEST_CASE("the rest takes all that remain, but not fewer than it asks for") {
    std::vector<std::string> files;
    Options options;
    options.rest("FILE", files, 1);
    const std::vector<std::string_view> none;
    REQUIRE_FALSE(options.read(none));
    CHECK(options.read(none).error().what.en == "FILE is missing");
    const std::vector<std::string_view> two = {"a", "b"};
    CHECK(options.read(two));
    CHECK(files == std::vector<std::string>{"a", "b"});
}

TEST_CASE("progress says the share when the total is known, and never more than all") {
    CHECK(progress_line("reading facts", 420, 1000) == "reading facts  42 %  420/1000");
    CHECK(progress_line("reading facts", 1001, 1000) == "reading facts  100 %  1001/1000");
    CHECK(progress_line("读取业务记录", 7, 0) == "读取业务记录  7");
}
