// Any text is a template with findings or none, and renders to something that a mail can carry.
#include <cstdint>

#include "base/check.h"
#include "base/utf8.h"
#include "connect/mail_message.h"
#include "connect/notice_text.h"

// What stands before the first 0xFF is the body, behind it a value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace yinuo;
    using namespace yinuo::connect;
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    const auto cut = std::min(all.find('\xff'), all.size());
    const std::string body(all.substr(0, cut));
    const std::string value(all.substr(std::min(cut + 1, all.size())));
    const NoticeVariable known[] = {{"a", "甲", "a", 5}, {"link", "地址", "link", 20}};
    const NoticeTemplate notice{{"{{a}}", body}, {body, "x"}};
    const auto findings = check_notice(notice, known, NoticeUse::ShortMessage);
    for (const auto& finding : findings) check(!finding.error.what.zh.empty());
    for (const bool chinese : {true, false}) {
        const auto rendered = render_notice(notice, {{"a", value}, {"link", "L"}}, chinese);
        check(rendered.html.find("<script") == std::string::npos);
        bool clean = true;
        for (const auto& finding : findings) clean &= finding.severity != Severity::Error;
        if (!clean) continue;
        check(find_bad_utf8(rendered.text) == std::string_view::npos);
        check(to_message({.key = "k",
                          .from = {.address = "a@b"},
                          .to = {.address = "a@b"},
                          .subject = rendered.subject,
                          .text = rendered.text,
                          .html = rendered.html})
                  .has_value());
    }
    return 0;
}
