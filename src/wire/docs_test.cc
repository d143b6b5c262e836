// The pages of docs/reference about the language are read here: what they show must be so.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "promise/scope.h"
#include "wire/mapping.h"
#include "wire/promise_yaml.h"

namespace yinuo::wire {
namespace {

class PageZones : public Zones {
public:
    const Zone* find(std::string_view name) override {
        if (name == "Asia/Shanghai") return &shanghai_;
        if (name == "America/New_York") return &new_york_;
        return name == "UTC" ? &utc_ : nullptr;
    }

private:
    Zone utc_ = Zone::utc();
    Zone shanghai_ = Zone::fixed(8 * 3600);
    Zone new_york_ = Zone::fixed(-5 * 3600);
};

struct Block {
    std::string language;
    std::string text;
    int line = 0;
};

std::vector<Block> blocks_of(const std::string& page) {
    std::ifstream file(std::string(YINUO_SOURCE_DIR) + "/docs/reference/" + page);
    std::vector<Block> blocks;
    bool inside = false;
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        if (line.starts_with("```")) {
            inside = !inside;
            if (inside) blocks.push_back({line.substr(3), {}, number});
        } else if (inside) {
            blocks.back().text += line + "\n";
        }
    }
    return blocks;
}

Findings findings_of(const std::string& text) {
    Names names;
    PageZones zones;
    if (!text.starts_with("promise:")) {
        const auto mapping = Mapping::parse(text, "page", zones);
        return mapping ? Findings{} : mapping.error();
    }
    return read_promises(text, "page", {names, zones, promise::host_functions()}).findings;
}

std::string told(const Findings& findings, bool chinese) {
    std::ostringstream all;
    for (const auto& [severity, error] : findings) {
        all << error.place.line << ':' << error.place.column << ' ' << error.code << ": "
            << error.what.in(chinese);
        if (!error.mend.in(chinese).empty())
            all << (chinese ? "。" : ". ") << error.mend.in(chinese);
        all << "\n";
    }
    return all.str();
}

void compare(const std::string& page, bool chinese) {
    const auto blocks = blocks_of(page);
    REQUIRE(blocks.size() >= 20);
    for (std::size_t i = 0; i + 1 < blocks.size(); i += 2) {
        CAPTURE(chinese);
        CAPTURE(page);
        CAPTURE(blocks[i].line);
        CHECK(told(findings_of(blocks[i].text), chinese) == blocks[i + 1].text);
    }
}

}  // namespace

TEST_CASE("every promise that the reference shows is one") {
    for (const std::string page : {"language.md", "language.zh.md"}) {
        const auto blocks = blocks_of(page);
        int promises = 0;
        for (const auto& block : blocks) {
            if (block.language != "yaml") continue;
            ++promises;
            CAPTURE(page);
            CAPTURE(block.line);
            CHECK(told(findings_of(block.text), false) == "");
        }
        CHECK(promises >= 6);
    }
}

TEST_CASE("wrong files get the messages that the page shows") {
    compare("bad-input.md", false);
    compare("bad-input.zh.md", true);
}

}  // namespace yinuo::wire
