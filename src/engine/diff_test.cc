#include "engine/diff.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "engine/testing.h"

#undef check  // rc::check() is meant here

namespace yinuo::engine {
namespace {

std::string shown(const std::vector<DiffLine>& lines) {
    std::string all;
    for (const auto& line : lines) {
        constexpr std::string_view kSigns = " -+";
        all += kSigns[static_cast<std::size_t>(line.kind)];
        all += line.text + "|";
    }
    return all;
}

// Each side as the diff tells it, and how many lines changed.
struct Sides {
    std::string before, after;
    std::size_t changed = 0;
};
Sides sides(const std::vector<DiffLine>& lines) {
    Sides both;
    std::uint32_t i = 0, j = 0;
    for (const auto& line : lines) {
        if (line.kind != DiffLine::Kind::Added) {
            both.before += line.text + "\n";
            CHECK(line.before == ++i);
        }
        if (line.kind != DiffLine::Kind::Removed) {
            both.after += line.text + "\n";
            CHECK(line.after == ++j);
        }
        both.changed += line.kind != DiffLine::Kind::Same;
    }
    return both;
}

// The least number of lines that must change, by the table of longest common subsequences.
std::size_t fewest(const std::vector<int>& a, const std::vector<int>& b) {
    std::vector<std::vector<std::size_t>> longest(a.size() + 1,
                                                  std::vector<std::size_t>(b.size() + 1, 0));
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j)
            longest[i][j] = a[i - 1] == b[j - 1] ? longest[i - 1][j - 1] + 1
                                                 : std::max(longest[i - 1][j], longest[i][j - 1]);
    return a.size() + b.size() - 2 * longest[a.size()][b.size()];
}

}  // namespace

TEST_CASE("a diff keeps what stays and tells what goes before what comes") {
    CHECK(shown(diff_lines("a\nb\nc\n", "a\nx\nc\n")) == " a|-b|+x| c|");
    CHECK(shown(diff_lines("", "")) == "");
    CHECK(shown(diff_lines("", "a\n")) == "+a|");
    CHECK(shown(diff_lines("a", "")) == "-a|");
    CHECK(shown(diff_lines("a\nb", "a\nb")) == " a| b|");
    CHECK(shown(diff_lines("a\n\nb\n", "a\nb\n")) == " a|-| b|");
}

TEST_CASE("a diff is the shortest, and gives both texts back") {
    CHECK(rc::check([] {
        const auto letters = rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4));
        const auto a = *letters, b = *letters;
        const auto text = [](const std::vector<int>& of) {
            std::string all;
            for (const int one : of) all += std::to_string(one) + "\n";
            return all;
        };
        const auto both = sides(diff_lines(text(a), text(b)));
        RC_ASSERT(both.before == text(a));
        RC_ASSERT(both.after == text(b));
        RC_ASSERT(both.changed == fewest(a, b));
    }));
}

TEST_CASE("texts that have next to nothing in common are told as one for the other") {
    std::string a = "same\n", b = "same\n";
    for (int i = 0; i < 3'000; ++i) {
        a += "a" + std::to_string(i) + "\n";
        b += "b" + std::to_string(i) + "\n";
    }
    const auto lines = diff_lines(a + "end\n", b + "end\n");
    CHECK(lines.size() == 6'002);
    CHECK(lines.front().text == "same");
    CHECK(lines.back().kind == DiffLine::Kind::Same);
    const auto both = sides(lines);
    CHECK(both.before == a + "end\n");
    CHECK(both.after == b + "end\n");
}

TEST_CASE("两版之间，条款增减和时限变化说成人话") {
    World world;
    const auto text = [](std::string_view version, std::string_view clauses) {
        return "promise: p\nversion: " + std::string(version) +
               "\nzone: Asia/Shanghai\nsubject: order\nschedules: {office: "
               "office.yaml}\nclauses:\n" +
               std::string(clauses);
    };
    const std::string live = "  live: {starts: 'fact = \"a\"', keeps: 'fact = \"b\"', within: ";
    const std::string call = "  call: {starts: 'fact = \"a\"', keeps: 'fact = \"c\"', within: ";
    world.act([&](Turns& turns) -> Result<void> {
        const auto office = [](std::string_view hours) {
            return std::map<std::string, std::string>{
                {"office.yaml",
                 "zone: Asia/Shanghai\nweekly: {mon-fri: " + std::string(hours) + "}\n"}};
        };
        TRY(draft(turns, world.author,
                  {.text = text("1", live + "24 h}\n" + call + "2 work h on office}\n"),
                   .calendars = office("09:00-17:00")},
                  0));
        TRY(draft(
            turns, world.author,
            {.text = text("2", live + "12 h}\n  bill: {starts: 'fact = \"a\"', keeps: 'fact = "
                                      "\"d\"', within: 1 work h on office}\n"),
             .calendars = office("09:00-18:00")},
            0));
        return {};
    });
    const auto rows = world.store->read();
    const auto diff = diff_versions(*rows, world.zones, world.tenant, "p@1", "p@2");
    REQUIRE(diff);
    CHECK(diff->text[1].kind == DiffLine::Kind::Removed);
    CHECK(diff->calendars.size() == 1);
    REQUIRE(diff->changes.size() == 3);
    CHECK(diff->changes[0].name == "live");
    CHECK(diff->changes[0].kind == MeantChange::Kind::Changed);
    CHECK(diff->changes[0].before.en.find("24 hours") != std::string::npos);
    CHECK(diff->changes[0].after.zh.find("12 小时") != std::string::npos);
    CHECK(diff->changes[1].name == "call");
    CHECK(diff->changes[1].kind == MeantChange::Kind::Removed);
    CHECK(diff->changes[2].name == "bill");
    CHECK(diff->changes[2].kind == MeantChange::Kind::Added);
    CHECK(diff_versions(*rows, world.zones, world.tenant, "p@1", "p@3").error().code ==
          "no-promise");
}

}  // namespace yinuo::engine
