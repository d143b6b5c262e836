#include "wire/input.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace yinuo::wire {
namespace {

// A file that is gone with the test.
struct Scrap {
    explicit Scrap(std::string_view bytes) {
        char name[] = "/tmp/yinuo-input-XXXXXX";
        const int fd = ::mkstemp(name);
        REQUIRE(fd >= 0);
        REQUIRE(::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
        ::close(fd);
        path = name;
    }
    ~Scrap() { ::unlink(path.c_str()); }
    std::string path;
};

}  // namespace

TEST_CASE(
    "bytes that are no text arrive as 0xFF, also where they fill what was set aside for them") {
    // 0x80 becomes three bytes of UTF-8, 0x81 is nothing in windows-1252.
    for (int count = 1; count < 40; ++count) {
        const Scrap file(std::string(static_cast<std::size_t>(count), '\x80') + '\x81' + "x");
        auto input = Input::open(file.path, "windows-1252");
        REQUIRE(input);
        const auto text = read_whole(**input, 1000);
        REQUIRE(text);
        CHECK(text->size() == static_cast<std::size_t>(count) * 3 + 2);
        CHECK(text->ends_with("\xffx"));
    }
}

TEST_CASE("GB18030 is read as it was meant") {
    const Scrap file("\xb3\xd0\xc5\xb5");
    auto input = Input::open(file.path, "gb18030");
    REQUIRE(input);
    CHECK(read_whole(**input, 1000) == "承诺");
}

}  // namespace yinuo::wire
