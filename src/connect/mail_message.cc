#include "connect/mail_message.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/utf8.h"
#include "time/civil.h"
#include "vault/encoding.h"

namespace yinuo::connect {
namespace {

constexpr std::size_t kHeaderMax = 800;    // bytes, of what others wrote
constexpr std::size_t kLineMax = 76;       // characters of base64, RFC 2045 section 6.8
constexpr std::size_t kWordBytesMax = 39;  // 64 characters of 75 (RFC 2047), behind a header's name
constexpr std::size_t kPlainMax = 60;      // characters of a header that needs no folding
constexpr std::string_view kBoundary = "=_yinuo";  // base64 has no underscore, so no body has it

bool is_letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

bool is_host_name(std::string_view name) {
    if (name.empty() || name.size() > 253) return false;
    while (true) {
        const auto label = name.substr(0, name.find('.'));
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-' ||
            !std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; }))
            return false;
        if (label.size() == name.size()) return true;
        name.remove_prefix(label.size() + 1);
    }
}

bool is_local_part(std::string_view text) {
    constexpr std::string_view kAtoms = "!#$%&'*+/=?^_`{|}~-.";  // RFC 5322 section 3.2.3
    return !text.empty() && text.size() <= 64 && text.front() != '.' && text.back() != '.' &&
           text.find("..") == std::string_view::npos && std::ranges::all_of(text, [&](char c) {
               return is_letter_or_digit(c) || kAtoms.find(c) != std::string_view::npos;
           });
}

bool is_header_text(std::string_view text) {
    return text.size() <= kHeaderMax && find_bad_utf8(text) == std::string_view::npos &&
           std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool is_plain(std::string_view text) {
    return text.size() <= kPlainMax && text.find("=?") == std::string_view::npos &&
           std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
}

// Encoded words, each of whole characters, folded onto lines of their own.
std::string encoded(std::string_view text) {
    std::string words;
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t end = begin;
        while (end < text.size()) {
            const auto length = utf8_length(text.substr(end));
            if (end + length - begin > kWordBytesMax) break;
            end += length;
        }
        if (!words.empty()) words += "\r\n ";
        words += "=?UTF-8?B?";
        words += vault::to_base64(text.substr(begin, end - begin), vault::Base64::Standard);
        words += "?=";
        begin = end;
    }
    return words;
}

std::string header_text(std::string_view text) {
    return is_plain(text) ? std::string(text) : encoded(text);
}

std::string mailbox(const Mailbox& box) {
    const std::string address = "<" + box.address + ">";
    if (box.name.empty()) return address;
    if (!is_plain(box.name)) return encoded(box.name) + "\r\n " + address;
    std::string quoted = "\"";
    for (const char c : box.name) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "\" " + address;
}

// RFC 5322 section 3.3: "Mon, 02 Mar 2026 08:00:00 +0000".
std::string date_text(Instant at) {
    constexpr std::array kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const LocalTime utc{at.millis};
    const Date date = utc.date();
    const auto iso = to_string(at);  // 2026-03-02T08:00:00Z
    return std::string(kDays[static_cast<std::size_t>(date.weekday())]) + ", " + iso.substr(8, 2) +
           " " + kMonths[static_cast<std::size_t>(date.month() - 1)] + " " + iso.substr(0, 4) +
           " " + iso.substr(11, 8) + " +0000";
}

// Lines of a text end in CRLF before they are encoded (RFC 2046 section 4.1.1).
std::string with_crlf(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 32);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        if (text[i] == '\n')
            out += "\r\n";
        else
            out += text[i];
    }
    return out;
}

void append_body(std::string& message, std::string_view type, std::string_view text) {
    message += "Content-Type: ";
    message += type;
    message += "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    const auto all = vault::to_base64(with_crlf(text), vault::Base64::Standard);
    for (std::size_t i = 0; i < all.size(); i += kLineMax) {
        message.append(all, i, kLineMax);
        message += "\r\n";
    }
}

Error off(std::string code, Text what, Text mend = {}) {
    return {.code = std::move(code), .what = std::move(what), .mend = std::move(mend)};
}

Result<void> check_address(std::string_view address, const Text& whose) {
    if (is_mail_address(address)) return {};
    return refuse(off("mail-address",
                      {whose.zh + "的邮箱地址不对", whose.en + "'s mail address is wrong"},
                      {"应为 name@example.com 这样的地址；中文域名写成 xn-- 的形式",
                       "it should be like name@example.com; domains of other scripts as xn--..."}));
}

Result<void> check_header(std::string_view text, const Text& which) {
    if (is_header_text(text)) return {};
    return refuse(off("mail-header",
                      {which.zh + "里有换行、控制字符或坏字节，或超过 800 字节",
                       which.en + " has a line break, a control character or bytes that are no "
                                  "UTF-8, or more than 800 bytes"},
                      {"写成一行", "write it as one line"}));
}

Result<void> check_text(std::string_view text) {
    if (text.size() <= kMailTextMax && find_bad_utf8(text) == std::string_view::npos) return {};
    return refuse(off("mail-text", {"正文不是 UTF-8，或超过 1 MiB",
                                    "the body is no UTF-8, or longer than 1 MiB"}));
}

bool is_https_url(std::string_view url) {
    return url.starts_with("https://") && std::ranges::all_of(url, [](unsigned char c) {
               return c > 0x20 && c < 0x7f && c != '<' && c != '>';
           });
}

Result<void> check_mail(const Mail& mail) {
    if (!is_mail_key(mail.key))
        return refuse(off("mail-key",
                          {"通知的编号不能写进邮件头", "the notice's key can't stand in a header"},
                          {"1 到 48 个字母、数字、- 或 _", "1 to 48 letters, digits, - and _"}));
    for (auto& checked :
         {check_address(mail.from.address, {"发件人", "the sender"}),
          check_address(mail.to.address, {"收件人", "the recipient"}),
          check_header(mail.from.name, {"发件人名", "the sender's name"}),
          check_header(mail.to.name, {"收件人名", "the recipient's name"}),
          check_header(mail.subject, {"主题", "the subject"}),
          check_header(mail.unsubscribe, {"退订地址", "the address of unsubscribing"}),
          check_text(mail.text), check_text(mail.html)})
        if (!checked) return checked;
    if (mail.unsubscribe.empty() || is_https_url(mail.unsubscribe)) return {};
    return refuse(off("mail-header", {"退订地址应以 https:// 开头，且没有空格",
                                      "the address of unsubscribing should begin with https:// and "
                                      "have no blanks"}));
}

std::string_view domain_of(std::string_view address) {
    return address.substr(address.rfind('@') + 1);
}

}  // namespace

bool is_mail_key(std::string_view key) {
    return !key.empty() && key.size() <= kMailKeyMax && std::ranges::all_of(key, [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '_';
    });
}

bool is_mail_address(std::string_view text) {
    const auto at = text.rfind('@');
    return text.size() <= 254 && at != std::string_view::npos &&
           is_local_part(text.substr(0, at)) && is_host_name(text.substr(at + 1));
}

std::string bounce_address(std::string_view bounces, std::string_view key) {
    const auto at = bounces.rfind('@');
    std::string address(bounces.substr(0, at));
    address += '+';
    address += key;
    return address += bounces.substr(at);
}

std::optional<std::string> key_of_bounce_address(std::string_view bounces,
                                                 std::string_view address) {
    const auto at = bounces.rfind('@');
    if (at == std::string_view::npos) return std::nullopt;
    const auto same = [](std::string_view a, std::string_view b) {
        return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) {
            return std::tolower(x) == std::tolower(y);
        });
    };
    const auto front = bounces.substr(0, at);
    const auto back = bounces.substr(at);
    if (address.size() < front.size() + 1 + back.size() || address[front.size()] != '+' ||
        !same(address.substr(0, front.size()), front) ||
        !same(address.substr(address.size() - back.size()), back))
        return std::nullopt;
    address.remove_prefix(front.size() + 1);
    address.remove_suffix(back.size());
    if (!is_mail_key(address)) return std::nullopt;
    return std::string(address);
}

Result<std::string> to_message(const Mail& mail) {
    if (auto checked = check_mail(mail); !checked) return refuse(std::move(checked).error());
    std::string message = "Date: " + date_text(mail.at) + "\r\nFrom: " + mailbox(mail.from) +
                          "\r\nTo: " + mailbox(mail.to) +
                          "\r\nSubject: " + header_text(mail.subject) + "\r\nMessage-ID: <" +
                          mail.key + "@" + std::string(domain_of(mail.from.address)) + ">\r\n";
    message += "Auto-Submitted: auto-generated\r\n";  // RFC 3834: nobody's robot answers it
    if (!mail.unsubscribe.empty())
        message += "List-Unsubscribe: <" + mail.unsubscribe +
                   ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
    message += "MIME-Version: 1.0\r\n";
    if (mail.html.empty()) {
        append_body(message, "text/plain", mail.text);
        return message;
    }
    const std::string boundary(kBoundary);
    message += "Content-Type: multipart/alternative; boundary=\"" + boundary + "\"\r\n\r\n--" +
               boundary + "\r\n";
    append_body(message, "text/plain", mail.text);
    message += "--" + boundary + "\r\n";
    append_body(message, "text/html", mail.html);
    message += "--" + boundary + "--\r\n";
    return message;
}

}  // namespace yinuo::connect
