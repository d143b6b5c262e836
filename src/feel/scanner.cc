#include "feel/scanner.h"

#include <array>

namespace yinuo::feel {

namespace {

void append_utf8(std::string& text, std::uint32_t code) {
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0 | code >> 6);
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        text += static_cast<char>(0xE0 | code >> 12);
        text += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        text += static_cast<char>(0xF0 | code >> 18);
        text += static_cast<char>(0x80 | (code >> 12 & 0x3F));
        text += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    }
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::uint32_t> read_hex(std::string_view text, std::size_t at, std::size_t digits) {
    if (at + digits > text.size()) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const int digit = hex_value(text[at + i]);
        if (digit < 0) return std::nullopt;
        value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    return value;
}

// \u1F600 style pairs: "\uD83D\uDC0E" is one character, as in JSON.
std::optional<std::uint32_t> second_half(std::string_view text, std::size_t at,
                                         std::uint32_t first) {
    if (first < 0xD800 || first > 0xDBFF || text.substr(at, 2) != "\\u") return std::nullopt;
    const auto second = read_hex(text, at + 2, 4);
    if (!second || *second < 0xDC00 || *second > 0xDFFF) return std::nullopt;
    return 0x10000 + ((first - 0xD800) << 10) + (*second - 0xDC00);
}

}  // namespace

bool Scanner::starts_name(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '?' || c >= 0x80;
}

bool Scanner::continues_name(unsigned char c) {
    return (starts_name(c) && c != '?') || (c >= '0' && c <= '9');
}

// The bytes of one blank at the place, also of Unicode's, or 0.
std::size_t Scanner::blank_size() const {
    const char c = peek();
    if (c == ' ' || (c >= '\t' && c <= '\r')) return at_end() ? 0 : 1;
    static constexpr std::array<std::string_view, 21> kWide = {
        "\u00A0", "\u0085", "\u1680", "\u180E", "\u2000", "\u2001", "\u2002",
        "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009",
        "\u200A", "\u200B", "\u2028", "\u2029", "\u202F", "\u3000", "\uFEFF"};
    if (static_cast<unsigned char>(c) < 0x80) return 0;
    for (const auto blank : kWide)
        if (text_.substr(at_).starts_with(blank)) return blank.size();
    return 0;
}

void Scanner::skip_blanks() {
    while (!at_end()) {
        if (const std::size_t size = blank_size()) {
            at_ += size;
        } else if (text_.substr(at_).starts_with("//")) {
            const auto end = text_.find('\n', at_);
            at_ = end == std::string_view::npos ? text_.size() : end + 1;
        } else if (text_.substr(at_).starts_with("/*")) {
            const auto end = text_.find("*/", at_ + 2);
            if (end == std::string_view::npos) return;
            at_ = end + 2;
        } else {
            return;
        }
    }
}

bool Scanner::see(std::string_view symbol) {
    skip_blanks();
    return text_.substr(at_).starts_with(symbol);
}

bool Scanner::take(std::string_view symbol) {
    if (!see(symbol)) return false;
    at_ += symbol.size();
    return true;
}

bool Scanner::see_word(std::string_view wanted) {
    skip_blanks();
    return text_.substr(at_).starts_with(wanted) &&
           !continues_name(static_cast<unsigned char>(peek(wanted.size())));
}

bool Scanner::take_word(std::string_view wanted) {
    if (!see_word(wanted)) return false;
    at_ += wanted.size();
    return true;
}

std::string_view Scanner::word(bool inside) {
    const std::size_t begin = at_;
    if (at_end() || blank_size() != 0) return {};
    const auto first = static_cast<unsigned char>(peek());
    if (!(inside ? continues_name(first) : starts_name(first))) return {};
    ++at_;
    while (!at_end() && continues_name(static_cast<unsigned char>(peek())) && blank_size() == 0)
        ++at_;
    return text_.substr(begin, at_ - begin);
}

std::optional<std::string> Scanner::string_literal() {
    std::string result;
    const std::size_t opening = at_++;
    while (!at_end()) {
        const char c = peek();
        if (c == '"') {
            ++at_;
            return result;
        }
        ++at_;
        if (c != '\\') {
            result += c;
            continue;
        }
        const char kind = peek();
        ++at_;
        switch (kind) {
            case 'n': result += '\n'; break;
            case 't': result += '\t'; break;
            case 'r': result += '\r'; break;
            case '"': result += '"'; break;
            case '\'': result += '\''; break;
            case '\\': result += '\\'; break;
            case 'u':
            case 'U': {
                const std::size_t digits = kind == 'u' ? 4 : 6;
                auto code = read_hex(text_, at_, digits);
                if (!code || *code > 0x10FFFF) return std::nullopt;
                at_ += digits;
                if (const auto both = second_half(text_, at_, *code)) {
                    code = both;
                    at_ += 6;
                }
                append_utf8(result, *code);
                break;
            }
            default:
                // Regular expressions are full of these; FEEL leaves the backslash in place.
                result += '\\';
                --at_;
        }
    }
    at_ = opening;
    return std::nullopt;
}

Place Scanner::place(std::size_t position, const Place& from) const {
    Place place = from;
    if (place.line == 0) place.line = 1;
    if (place.column == 0) place.column = 1;
    for (std::size_t i = 0; i < position && i < text_.size(); ++i) {
        if (text_[i] == '\n') {
            ++place.line;
            place.column = 1;
        } else if ((static_cast<unsigned char>(text_[i]) & 0xC0) != 0x80) {
            ++place.column;
        }
    }
    return place;
}

}  // namespace yinuo::feel
