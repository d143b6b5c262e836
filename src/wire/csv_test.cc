#include "wire/csv.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace yinuo;
using namespace yinuo::wire;

namespace {

struct TextInput : Input {
    // Hands out `bite` bytes at a time, to see that rows across windows stay whole.
    TextInput(std::string text, std::size_t bite) : whole(std::move(text)), bite_(bite) {}
    Result<bool> more() override {
        if (given == whole.size()) return false;
        const auto begin = static_cast<std::size_t>(
            text_.empty() ? given : static_cast<std::size_t>(text_.data() - whole.data()));
        given = std::min(whole.size(), given + bite_);
        text_ = std::string_view(whole).substr(begin, given - begin);
        return true;
    }
    std::string whole;
    std::size_t bite_;
    std::size_t given = 0;
};

struct Rows : RowSink {
    std::string all;
    bool take(const Row& row) override {
        all += std::to_string(row.line) + "[";
        for (const auto cell : row.cells) all += std::string(cell) + "|";
        all += "]";
        return true;
    }
    bool reject(std::uint64_t line, std::uint32_t column, Text) override {
        all += "!" + std::to_string(line) + ":" + std::to_string(column);
        return true;
    }
    void note(Finding) override {}
};

std::string read(std::string text, CsvShape shape = {},
                 std::vector<std::string> wanted = {"a", "b"}, std::size_t bite = 1 << 20) {
    TextInput input(std::move(text), bite);
    Rows rows;
    const auto done = read_csv(input, shape, wanted, rows);
    return done ? rows.all : done.error().code;
}

}  // namespace

TEST_CASE("cells, quotes and line ends as RFC 4180 has them") {
    CHECK(read("a,b\n1,2\n3,4\n") == "2[1|2|]3[3|4|]");
    CHECK(read("\xEF\xBB\xBF"
               "a,b\r\n1,2\r\n3,4") == "2[1|2|]3[3|4|]");
    CHECK(read("b,x,a\n1,2,3\n") == "2[3|1|]");
    CHECK(read("a,b\n\"1,\"\"x\"\"\n2\",\"\"\n3,4\n") == "2[1,\"x\"\n2||]4[3|4|]");
    CHECK(read("a,b\n\n1,2\n\r\n3,4\n") == "3[1|2|]5[3|4|]");
    CHECK(read("a;b\n1,5;'2;x'\n", {.delimiter = ';', .quote = '\''}) == "2[1,5|2;x|]");
    CHECK(read("a,b\n\"1,2\n", {.quote = std::nullopt}) == "2[\"1|2|]");
    const std::vector<std::string> names = {"a", "b"};
    CHECK(read("1,2\n", {.columns = names}) == "1[1|2|]");
}

TEST_CASE("a row means the same however the file is cut into windows") {
    const std::string text = "a,b\n\"1,\"\"x\"\"\n2\",\"\"\r\n3,4\n\"5\"x,6\n7,8,9\n10,11";
    const auto whole = read(text);
    CHECK(whole ==
          "2[1,\"x\"\n2||]4[3|4|]!5:4!6:0"
          "7[10|11|]");
    for (std::size_t bite = 1; bite < text.size(); ++bite)
        CHECK(read(text, {}, {"a", "b"}, bite) == whole);
}

TEST_CASE("rows that can't be read are told and the next line is tried") {
    CHECK(read("a,b\n1\n2,3,4\n5,6\n") ==
          "!2:0!3:0"
          "4[5|6|]");
    CHECK(read("a,b\n1,\"2\n3,4\n") ==
          "!2:3"
          "3[3|4|]");
    CHECK(read("a,b\n一,\xff\n5,6\n") ==
          "!2:3"
          "3[5|6|]");
    CHECK(read("a,b\n" + std::string(2 << 20, 'x') + ",1\n5,6\n") ==
          "!2:1"
          "3[5|6|]");
    CHECK(read("a,b\n1" + std::string(20'000, ',') + "\n5,6\n") ==
          "!2:10002"
          "3[5|6|]");
}

TEST_CASE("a file without what is asked for is refused") {
    CHECK(read("") == "empty-file");
    CHECK(read("\n\n") == "empty-file");
    CHECK(read("a,c\n1,2\n") == "no-such-column");
    CHECK(read("a,b,b\n1,2,3\n") == "column-twice");
    CHECK(read("a,b\n") == "");
}
