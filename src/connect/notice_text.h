// 通知模板: what a customer is told, written in both languages, with {{variables}}.
//
// A template is plain text. `{{name}}` stands for a value; a line of the body that has a variable
// without a value is left out, so that "{{reason}}" can have a line of its own. Values are put in
// once and never read again as a template, whatever they say; line breaks and control characters in
// them become blanks. HTML is made from the text by escaping all of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace yinuo::connect {

struct NoticeWords {
    std::string subject;  // one line
    std::string body;     // paragraphs, with empty lines between them
    bool operator==(const NoticeWords&) const = default;
};

struct NoticeTemplate {
    NoticeWords zh;
    NoticeWords en;
    bool operator==(const NoticeTemplate&) const = default;
};

struct NoticeVariable {
    std::string_view name;
    std::string_view zh, en;  // what it says
    std::size_t longest =
        20;  // characters that it usually has at most; for counting short messages
};

inline constexpr std::size_t kNoticeSubjectMax = 150;  // characters, variables and all
inline constexpr std::size_t kNoticeBodyMax = 5000;
inline constexpr std::size_t kNoticeVariablesMax = 40;  // uses of variables in one body
inline constexpr std::size_t kNoticeValueMax = 2048;    // bytes; the rest is cut off

// Whether the body also goes out as a short message.
enum class NoticeUse : std::uint8_t { Long, ShortMessage };

// All that is wrong, with line and column; Place::path says where: "zh.subject", "en.body".
//
//   notice-empty             a language lacks its subject or body
//   notice-unknown-variable  names the nearest one, or all
//   notice-unclosed          {{ without }} on its line, or }} without {{
//   notice-bytes             no UTF-8, a control character, or a line break or tab in a subject
//   notice-too-long          kNoticeSubjectMax, kNoticeBodyMax, kNoticeVariablesMax
//   notice-message-parts     a warning, for ShortMessage: it takes more than one part
Findings check_notice(const NoticeTemplate&, std::span<const NoticeVariable> known, NoticeUse);

// 70 characters are one part, more are cut into parts of 67; in units of UTF-16. 0 for no text.
std::size_t message_parts(std::size_t units);

using NoticeValues = std::vector<std::pair<std::string, std::string>>;

struct Notice {
    std::string subject;
    std::string text;
    std::string html;
};

// A template that check_notice() passed: of another one unknown variables have no value, and what
// isn't closed stays as it is written. A subject is cut at kNoticeSubjectMax characters.
Notice render_notice(const NoticeTemplate&, const NoticeValues&, bool chinese);

// `text` as a page's paragraphs: an empty line ends one, other line ends become <br>.
std::string html_of(std::string_view text, bool chinese);

}  // namespace yinuo::connect
