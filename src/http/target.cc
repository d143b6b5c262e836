#include "http/target.h"

#include <algorithm>

#include "base/utf8.h"
#include "http/accept.h"

namespace yinuo::http {
namespace {

constexpr std::size_t kParametersMax = 256;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char small = small_letter(c);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

Error bad_target(Text what, Text mend) {
    return {.code = "bad-target", .what = std::move(what), .mend = std::move(mend)};
}

Error bad_escape() {
    return bad_target({"地址里的 % 后面不是两个十六进制数字",
                       "a % in the address is not followed by two hex digits"},
                      {"% 本身写作 %25", "write % itself as %25"});
}

Error bad_text() {
    return bad_target(
        {"地址里的字符不是 UTF-8", "the address is not UTF-8 once decoded"},
        {"先按 UTF-8 编码，再逐字节写成 %XX", "encode as UTF-8, then each byte as %XX"});
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool has_dot_segment(std::string_view path) {
    while (true) {
        const auto slash = path.find('/');
        const auto segment = path.substr(0, slash);
        if (segment == "." || segment == "..") return true;
        if (slash == std::string_view::npos) return false;
        path.remove_prefix(slash + 1);
    }
}

std::optional<Error> read_path(std::string_view raw, Request& request) {
    request.raw_path = raw;
    if (!decode_percent(request.path, raw)) return bad_escape();
    if (find_bad_utf8(request.path) != std::string_view::npos) return bad_text();
    if (std::ranges::any_of(request.path, is_control))
        return bad_target({"路径里有控制字符", "the path has a control character in it"},
                          {"去掉它", "leave it out"});
    if (request.path.find('.') != std::string::npos && has_dot_segment(request.path))
        return bad_target({"路径里有“.”或“..”段", "the path has a \".\" or \"..\" segment"},
                          {"直接写出最终的路径", "write the path that is meant"});
    return std::nullopt;
}

std::optional<Error> read_query(std::string_view raw, Request& request) {
    request.raw_query = raw;
    std::string name;
    std::string value;
    while (!raw.empty()) {
        const auto end = raw.find('&');
        const auto pair = raw.substr(0, end);
        raw.remove_prefix(end == std::string_view::npos ? raw.size() : end + 1);
        if (pair.empty()) continue;
        if (request.query.size() == kParametersMax)
            return bad_target(
                {"地址里的参数超过 256 个", "the address has more than 256 parameters"},
                {"把参数放进正文", "send them in a body"});
        const auto equals = std::min(pair.find('='), pair.size());
        name.clear();
        value.clear();
        if (!decode_percent(name, pair.substr(0, equals), Plus::IsBlank) ||
            !decode_percent(value, pair.substr(std::min(equals + 1, pair.size())), Plus::IsBlank))
            return bad_escape();
        if (find_bad_utf8(name) != std::string_view::npos ||
            find_bad_utf8(value) != std::string_view::npos)
            return bad_text();
        if (name.find('\0') != std::string::npos || value.find('\0') != std::string::npos)
            return bad_target({"参数里有空字符 %00", "a parameter has a NUL, %00, in it"},
                              {"去掉它", "leave it out"});
        request.query.add(name, value);
    }
    return std::nullopt;
}

}  // namespace

bool decode_percent(std::string& out, std::string_view text, Plus plus) {
    while (!text.empty()) {
        const auto stop = std::min(
            plus == Plus::IsBlank ? text.find_first_of("%+") : text.find('%'), text.size());
        out.append(text.substr(0, stop));
        text.remove_prefix(stop);
        if (text.empty()) return true;
        if (text[0] == '+') {
            out += ' ';
            text.remove_prefix(1);
            continue;
        }
        if (text.size() < 3) return false;
        const int high = hex_digit(text[1]);
        const int low = hex_digit(text[2]);
        if (high < 0 || low < 0) return false;
        out += static_cast<char>(high * 16 + low);
        text.remove_prefix(3);
    }
    return true;
}

std::optional<Error> read_target(std::string_view target, Request& request) {
    if (target == "*" && request.method == "OPTIONS") {
        request.path = request.raw_path = "*";
        return std::nullopt;
    }
    // The absolute form, which a server must take although only proxies are sent it.
    for (const std::string_view scheme : {"http://", "https://"})
        if (same_but_for_case(target.substr(0, scheme.size()), scheme)) {
            const auto end = target.find_first_of("/?", scheme.size());
            target.remove_prefix(std::min(end, target.size()));
            if (!target.starts_with('/')) {
                request.path = request.raw_path = "/";
                return target.empty() ? std::nullopt : read_query(target.substr(1), request);
            }
        }
    if (!target.starts_with('/'))
        return bad_target({"地址没有以“/”开头", "the address doesn't begin with \"/\""},
                          {"写成 /路径?参数", "write /path?query"});
    if (std::ranges::any_of(target, [](char c) {
            return static_cast<unsigned char>(c) >= 0x80 || is_control(c) || c == ' ' || c == '#';
        }))
        return bad_target(
            {"地址里有必须编码的字符", "the address has characters that must be encoded"},
            {"把它们按 UTF-8 写成 %XX", "write them as %XX of their UTF-8"});
    const auto mark = std::min(target.find('?'), target.size());
    if (auto error = read_path(target.substr(0, mark), request)) return error;
    return mark == target.size() ? std::nullopt : read_query(target.substr(mark + 1), request);
}

}  // namespace yinuo::http
