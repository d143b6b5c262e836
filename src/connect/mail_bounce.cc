#include "connect/mail_bounce.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>
#include <vector>

#include "connect/mail_message.h"

namespace yinuo::connect {
namespace {

constexpr std::size_t kLinesMax = 1000;  // of one block of headers
constexpr std::size_t kPartsMax = 16;
constexpr std::size_t kBlocksMax = 64;  // recipients of one report

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool same(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// The next line without its end, taken off `text`.
std::string_view take_line(std::string_view& text) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

// "Name: value" lines, folded ones joined.
using Fields = std::vector<std::pair<std::string_view, std::string>>;

// Takes the fields up to an empty line or the end off `text`.
Fields take_fields(std::string_view& text) {
    Fields fields;
    for (std::size_t count = 0; !text.empty() && count < kLinesMax; ++count) {
        const auto line = take_line(text);
        if (line.empty()) break;
        if (line.front() == ' ' || line.front() == '\t') {
            if (!fields.empty()) fields.back().second.append(" ").append(trimmed(line));
            continue;
        }
        const auto colon = line.find(':');
        if (colon != std::string_view::npos)
            fields.emplace_back(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    }
    return fields;
}

std::string_view value_of(const Fields& fields, std::string_view name) {
    for (const auto& [key, value] : fields)
        if (same(key, name)) return value;
    return {};
}

// RFC 2045 section 5.1: "multipart/report; boundary="x"; report-type=delivery-status".
struct ContentType {
    std::string_view type;
    std::string boundary;
};

ContentType content_type(std::string_view value) {
    ContentType content{.type = trimmed(value.substr(0, value.find(';'))), .boundary = {}};
    while (true) {
        const auto semicolon = value.find(';');
        if (semicolon == std::string_view::npos) return content;
        value.remove_prefix(semicolon + 1);
        const auto equals = value.find('=');
        if (equals == std::string_view::npos) return content;
        const bool wanted = same(trimmed(value.substr(0, equals)), "boundary");
        value.remove_prefix(equals + 1);
        std::string text;
        if (value.starts_with('"')) {
            value.remove_prefix(1);
            while (!value.empty() && value.front() != '"') {
                if (value.front() == '\\' && value.size() > 1) value.remove_prefix(1);
                text += value.front();
                value.remove_prefix(1);
            }
        } else {
            text = trimmed(value.substr(0, value.find(';')));
        }
        if (wanted) content.boundary = std::move(text);
    }
}

// RFC 2046 section 5.1.1: what stands between "--boundary" lines.
std::vector<std::string_view> parts_of(std::string_view body, std::string_view boundary) {
    std::vector<std::string_view> parts;
    const char* begin = nullptr;
    while (!body.empty() && parts.size() < kPartsMax) {
        const auto* const at = body.data();
        const auto line = take_line(body);
        if (!line.starts_with("--") || !line.substr(2).starts_with(boundary)) continue;
        const auto rest = trimmed(line.substr(2 + boundary.size()));
        if (!rest.empty() && rest != "--") continue;
        if (begin != nullptr) parts.emplace_back(begin, static_cast<std::size_t>(at - begin));
        begin = body.data();
        if (rest == "--") return parts;
    }
    // Cut off before its last line: what came counts.
    if (begin != nullptr && parts.size() < kPartsMax)
        parts.emplace_back(begin, static_cast<std::size_t>(body.data() + body.size() - begin));
    return parts;
}

bool is_status(std::string_view status) {
    return status.size() >= 5 && status.size() <= 9 &&
           (status[0] == '2' || status[0] == '4' || status[0] == '5') && status[1] == '.' &&
           std::ranges::count(status, '.') == 2 && status.back() != '.' && status[2] != '.' &&
           std::ranges::all_of(status,
                               [](unsigned char c) { return std::isdigit(c) != 0 || c == '.'; });
}

// "smtp; 550 5.1.1 no such user": what follows the type, printable.
std::string diagnostic(std::string_view value) {
    const auto semicolon = value.find(';');
    if (semicolon != std::string_view::npos) value.remove_prefix(semicolon + 1);
    std::string text;
    for (const char c : trimmed(value).substr(0, kBounceWhyMax))
        text += c >= 0x20 && c < 0x7f ? c : ' ';
    return text;
}

// A word of a field with a comment behind it: "5.1.1 (bad address)".
std::string_view first_word(std::string_view value) {
    return value.substr(0, value.find_first_of(" \t("));
}

// RFC 3464 section 2.1: a block about the message, then one for each recipient. Ours has one
// recipient; of several the worst counts.
std::optional<Bounce> read_status(std::string_view part, bool& delivered) {
    std::optional<Bounce> worst;
    for (std::size_t block = 0; !part.empty() && block < kBlocksMax; ++block) {
        const auto fields = take_fields(part);
        const auto action = first_word(value_of(fields, "Action"));
        const auto status = first_word(value_of(fields, "Status"));
        if (action.empty() || !is_status(status)) continue;
        const bool failed = same(action, "failed");
        if (!failed && !same(action, "delayed")) {
            delivered = true;
            continue;
        }
        if (worst && worst->given_up >= failed) continue;
        worst = Bounce{.key = {},
                       .permanent = failed && status[0] == '5',
                       .given_up = failed,
                       .status = std::string(status),
                       .why = diagnostic(value_of(fields, "Diagnostic-Code"))};
    }
    return worst;
}

// Without name and brackets: "x" <bounces+k@example.com>.
std::string_view bare(std::string_view address) {
    const auto open = address.rfind('<');
    if (open != std::string_view::npos)
        address = address.substr(open + 1, address.find('>', open) - open - 1);
    return trimmed(address);
}

std::optional<std::string> key_of_recipient(const Fields& fields, std::string_view bounces) {
    for (const std::string_view name : {"To", "Delivered-To", "X-Original-To"})
        for (const auto& [key, value] : fields)
            if (same(key, name))
                if (auto found = key_of_bounce_address(bounces, bare(value))) return found;
    return std::nullopt;
}

std::optional<std::string> key_of_returned(std::string_view part, std::string_view domain) {
    const auto fields = take_fields(part);
    const auto id = bare(value_of(fields, "Message-ID"));
    const auto at = id.rfind('@');
    if (at == std::string_view::npos || !same(id.substr(at + 1), domain) ||
        !is_mail_key(id.substr(0, at)))
        return std::nullopt;
    return std::string(id.substr(0, at));
}

Error off(std::string code, Text what) {
    return {.code = std::move(code), .what = std::move(what)};
}

}  // namespace

Result<Bounce> read_bounce(std::string_view message, std::string_view bounces,
                           std::string_view sender_domain) {
    if (message.size() > kBounceSizeMax)
        return refuse(off("bounce-unreadable", {"退信超过 1 MiB", "the bounce is over 1 MiB"}));
    const auto fields = take_fields(message);
    const auto content = content_type(value_of(fields, "Content-Type"));
    if (!same(content.type, "multipart/report"))
        return refuse(off("not-a-bounce", {"这不是投递状态报告（multipart/report）",
                                           "this is no delivery report (multipart/report)"}));
    std::optional<Bounce> bounce;
    bool delivered = false;
    auto key = key_of_recipient(fields, bounces);
    if (!content.boundary.empty()) {
        for (auto part : parts_of(message, content.boundary)) {
            const auto head = take_fields(part);
            const auto type = content_type(value_of(head, "Content-Type")).type;
            if (same(type, "message/delivery-status") && !bounce)
                bounce = read_status(part, delivered);
            else if (!key && (same(type, "message/rfc822") || same(type, "text/rfc822-headers")))
                key = key_of_returned(part, sender_domain);
        }
    }
    if (!bounce)
        return refuse(delivered
                          ? off("not-a-bounce", {"这份报告说信已送达或转发，不是退信",
                                                 "this report says that the mail went on its way"})
                          : off("bounce-unreadable", {"报告里没有 Action 与 Status",
                                                      "the report has no Action and Status"}));
    if (!key)
        return refuse(off("bounce-unknown", {"这封退信不是我们的通知退回来的",
                                             "none of our notices came back with this"}));
    bounce->key = *std::move(key);
    return *std::move(bounce);
}

}  // namespace yinuo::connect
