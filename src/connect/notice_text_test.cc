#include "connect/notice_text.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "connect/mail_message.h"
#include "connect/notice_defaults.h"

namespace yinuo::connect {
namespace {

constexpr NoticeVariable kKnown[] = {{"customer", "客户", "customer", 4},
                                     {"remedy", "补偿", "remedy", 10},
                                     {"link", "地址", "link", 20}};

NoticeTemplate notice(std::string body) { return {{"标题", std::move(body)}, {"subject", "body"}}; }

Notice rendered(std::string body, const NoticeValues& values) {
    return render_notice(notice(std::move(body)), values, true);
}

TEST_CASE("all that is wrong in a template is told at once, with its place") {
    const NoticeTemplate bad{{"{{remdy}}", "一 {{ customer }}\n您好 {{link\n}} x {{a{{link}}"},
                             {"", "a\x01 {{zzzzzzzz}}\n{{}}"}};
    const auto findings = check_notice(bad, kKnown, NoticeUse::Long);
    struct Told {
        const char* code;
        const char* path;
        std::uint32_t line, column;
        const char* mend;
    };
    const Told told[] = {
        {"notice-unknown-variable", "zh.subject", 1, 1, "did you mean {{remedy}}?"},
        {"notice-unclosed", "zh.body", 2, 4, "{{名字}}"},
        {"notice-unclosed", "zh.body", 3, 1, ""},
        {"notice-unclosed", "zh.body", 3, 6, ""},
        {"notice-empty", "en.subject", 1, 1, "both languages"},
        {"notice-bytes", "en.body", 1, 2, ""},
        {"notice-unknown-variable", "en.body", 1, 4, "customer, remedy, link"},
        {"notice-unknown-variable", "en.body", 2, 1, "customer, remedy, link"}};
    REQUIRE(findings.size() == std::size(told));
    for (std::size_t i = 0; i < std::size(told); ++i) {
        const auto& error = findings[i].error;
        INFO(i, " ", error.code, " ", error.place.path, ":", error.place.line, ":",
             error.place.column);
        CHECK(error.code == told[i].code);
        CHECK(error.place.path == told[i].path);
        CHECK(error.place.line == told[i].line);
        CHECK(error.place.column == told[i].column);
        CHECK((error.mend.en + error.mend.zh).find(told[i].mend) != std::string::npos);
        CHECK(findings[i].severity == Severity::Error);
    }
    CHECK(check_notice(notice("好 {{customer}} { } {{link}}"), kKnown, NoticeUse::Long).empty());
    const auto code = [](const NoticeTemplate& one) {
        const auto found = check_notice(one, kKnown, NoticeUse::Long);
        return found.empty() ? "" : found.front().error.code;
    };
    CHECK(code(notice("\xff")) == "notice-bytes");
    CHECK(code(notice(" \n ")) == "notice-empty");
    CHECK(code(notice(std::string(kNoticeBodyMax + 1, 'x'))) == "notice-too-long");
    CHECK(code({{"a\nb", "x"}, {"a", "b"}}) == "notice-bytes");
    CHECK(code({{"a\tb", "x"}, {"a", "b"}}) == "notice-bytes");
    std::string many;
    for (std::size_t i = 0; i < kNoticeVariablesMax; ++i) many += "{{link}}";
    CHECK(code(notice(many)) == "");
    CHECK(code(notice(many + "{{link}}")) == "notice-too-long");
}

TEST_CASE("a short message of more than 70 characters is counted and told") {
    CHECK(message_parts(0) == 0);
    CHECK(message_parts(1) == 1);
    CHECK(message_parts(70) == 1);
    CHECK(message_parts(71) == 2);
    CHECK(message_parts(134) == 2);
    CHECK(message_parts(135) == 3);
    const auto told = [](std::string body) {
        return check_notice(notice(std::move(body)), kKnown, NoticeUse::ShortMessage);
    };
    std::string sixty;
    for (int i = 0; i < 60; ++i) sixty += "字";
    CHECK(told(sixty + "{{remedy}}").empty());  // 60 and at most 10
    const auto findings = told(sixty + "。{{remedy}}");
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].severity == Severity::Warning);
    CHECK(findings[0].error.code == "notice-message-parts");
    CHECK(findings[0].error.what.en.find("71 characters and takes 2 parts") != std::string::npos);
    CHECK(told(sixty + "\xF0\x9F\x98\x80{{customer}}").empty());  // an emoji is two units: 66
    CHECK(check_notice(notice(sixty + sixty), kKnown, NoticeUse::Long).empty());
}

TEST_CASE("values are put in once, whatever they say") {
    const NoticeValues values = {{"customer", "{{remedy}} <b>李&\"雷'</b>\n\r\x01x"},
                                 {"remedy", "{{customer}}"}};
    const auto one = rendered("您好 {{customer}}\n\n给您 {{ remedy }}", values);
    CHECK(one.text == "您好 {{remedy}} <b>李&\"雷'</b>   x\n\n给您 {{customer}}\n");
    CHECK(one.html.find("<p>您好 {{remedy}} &lt;b&gt;李&amp;&quot;雷&#39;&lt;/b&gt;   x</p>\n"
                        "<p>给您 {{customer}}</p>\n") != std::string::npos);
    const auto subject =
        render_notice({{"给 {{customer}}", "x"}, {"y", "z"}}, {{"customer", "a\r\nBcc: b"}}, true);
    CHECK(subject.subject == "给 a  Bcc: b");
    CHECK(rendered("{{customer}}", {{"customer", "\xff"}}).text == "\xEF\xBF\xBD\n");
    CHECK(rendered("{{customer}}", {{"customer", std::string(1 << 20, 'x')}}).text.size() <=
          kNoticeValueMax + 1);
    const auto long_subject = render_notice({{"{{customer}}", "x"}, {"y", "z"}},
                                            {{"customer", std::string(1000, 'x')}}, true);
    CHECK(long_subject.subject == std::string(kNoticeSubjectMax - 1, 'x') + "…");
}

TEST_CASE("a line whose variable has no value is left out, and leaves no hole") {
    const std::string body = "{{customer}}，您好：\n\n原因：{{remedy}}\n\n看 {{link}}\n\n再见";
    CHECK(rendered(body, {{"customer", "李雷"}, {"link", "L"}}).text ==
          "李雷，您好：\n\n看 L\n\n再见\n");
    CHECK(rendered(body, {{"remedy", ""}}).text == "再见\n");
    CHECK(rendered("a\r\nb\r\n\r\n\r\nc", {}).text == "a\nb\n\nc\n");
    CHECK(html_of("a\nb\n\nc\n", false) ==
          "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"></head>\n<body>\n"
          "<p>a<br>\nb</p>\n<p>c</p>\n</body>\n</html>\n");
}

TEST_CASE("the notices we come with are right, say what they know, and fit a mail") {
    std::set<std::string_view> names;
    for (int i = 0; i < kNoticeKinds; ++i) {
        const auto kind = static_cast<NoticeKind>(i);
        INFO(name_of(kind));
        names.insert(name_of(kind));
        const auto variables = variables_of(kind);
        for (const auto& [one, use] : {std::pair{default_notice(kind), NoticeUse::Long},
                                       std::pair{default_short(kind), NoticeUse::ShortMessage}}) {
            for (const auto& finding : check_notice(one, variables, use)) {
                INFO(finding.error.place.path, " ", finding.error.what.en);
                // English takes more room; Chinese must do with one part.
                CHECK(finding.severity == Severity::Warning);
                CHECK(finding.error.place.path == "en.body");
            }
        }
        NoticeValues all;
        NoticeValues none;
        for (const auto& variable : variables)
            all.emplace_back(variable.name, "«" + std::string(variable.en) + "»");
        for (const bool chinese : {true, false}) {
            const auto full = render_notice(default_notice(kind), all, chinese);
            for (const auto& [name, value] : all) {
                INFO(name);
                CHECK((full.subject + full.text).find(value) != std::string::npos);
            }
            CHECK(full.text.find("{{") == std::string::npos);
            const auto bare = render_notice(default_notice(kind), none, chinese);
            CHECK(bare.text.find("\n\n\n") == std::string::npos);
            CHECK(to_message({.key = "k",
                              .from = {.address = "a@b"},
                              .to = {.address = "a@b"},
                              .subject = full.subject,
                              .text = full.text,
                              .html = full.html}));
        }
    }
    CHECK(names.size() == kNoticeKinds);
}

TEST_CASE("the reference names every notice with its variables, in both languages") {
    for (const auto* page : {"notices.md", "notices.zh.md"}) {
        std::ifstream file(std::string(YINUO_SOURCE_DIR "/docs/reference/") + page);
        REQUIRE(file);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        for (int i = 0; i < kNoticeKinds; ++i) {
            const auto kind = static_cast<NoticeKind>(i);
            const auto row = text.find("\n| `" + std::string(name_of(kind)) + "` |");
            INFO(page, " ", name_of(kind));
            REQUIRE(row != std::string::npos);
            const auto line = text.substr(row + 1, text.find('\n', row + 1) - row - 1);
            std::set<std::string> listed;
            for (auto at = line.rfind('|', line.size() - 2); at < line.size();) {
                const auto begin = line.find('`', at);
                if (begin == std::string::npos) break;
                at = line.find('`', begin + 1);
                listed.insert(line.substr(begin + 1, at - begin - 1));
                ++at;
            }
            std::set<std::string> wanted;
            for (const auto& variable : variables_of(kind)) wanted.emplace(variable.name);
            for (const auto* common : {"customer", "company", "link", "contact"})
                CHECK(wanted.erase(common) == 1);
            CHECK(listed == wanted);
        }
    }
}

}  // namespace
}  // namespace yinuo::connect
