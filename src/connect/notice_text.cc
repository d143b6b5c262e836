#include "connect/notice_text.h"

#include <algorithm>
#include <optional>

#include "base/nearest.h"
#include "base/utf8.h"

namespace yinuo::connect {
namespace {

constexpr std::size_t kPartAlone = 70;   // UTF-16 units of a message in one part
constexpr std::size_t kPartOfMany = 67;  // six bytes of each part say which one it is

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

// One piece of a line: text as it stands, or a variable.
struct Piece {
    enum class Kind : std::uint8_t { Text, Variable, Unclosed, Unopened };
    Kind kind = Kind::Text;
    std::string_view text;  // of a variable its name; otherwise what is written
    std::size_t at = 0;     // bytes from the line's begin
};

// The pieces of one line, in order; together they are all of it.
template <typename Take>
void for_pieces(std::string_view line, Take take) {
    for (std::size_t at = 0; at < line.size();) {
        const auto open = std::min(line.find("{{", at), line.size());
        const auto close = std::min(line.find("}}", at), line.size());
        const auto next = std::min(open, close);
        if (next > at) take(Piece{Piece::Kind::Text, line.substr(at, next - at), at});
        if (next == line.size()) return;
        if (close < open) {
            take(Piece{Piece::Kind::Unopened, line.substr(close, 2), close});
            at = close + 2;
            continue;
        }
        const auto again = line.find("{{", open + 2);
        if (close == line.size() || again < close) {
            take(Piece{Piece::Kind::Unclosed, line.substr(open, 2), open});
            at = open + 2;
            continue;
        }
        take(Piece{Piece::Kind::Variable, trimmed(line.substr(open + 2, close - open - 2)), open});
        at = close + 2;
    }
}

template <typename Take>
void for_lines(std::string_view text, Take take) {
    for (std::uint32_t number = 1;; ++number) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        take(line, number);
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

std::size_t utf16_units(std::string_view text) {
    std::size_t units = 0;
    for (std::size_t i = 0; i < text.size();) {
        const auto length = std::max<std::size_t>(1, utf8_length(text.substr(i)));
        units += length == 4 ? 2 : 1;
        i += length;
    }
    return units;
}

class Checker {
public:
    explicit Checker(std::span<const NoticeVariable> known) : known_(known) {
        for (const auto& variable : known) names_.push_back(variable.name);
    }

    void check_words(const NoticeWords& words, const std::string& language, NoticeUse use) {
        part_ = language + ".subject";
        check_text(words.subject, kNoticeSubjectMax);
        if (words.subject.find_first_of("\r\n\t") != std::string::npos)
            add("notice-bytes",
                {"标题只能有一行，不能有制表符", "a subject has one line and no tabs"});
        part_ = language + ".body";
        const auto units = check_text(words.body, kNoticeBodyMax);
        const auto parts = message_parts(units);
        if (use == NoticeUse::ShortMessage && parts > 1) tell_parts(units, parts);
    }

    Findings findings() && { return std::move(findings_); }

private:
    // UTF-16 units with every variable at its longest.
    std::size_t check_text(std::string_view text, std::size_t most) {
        if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
            add("notice-empty", {"这里还没有写", "nothing is written here"},
                {"两种语言的标题和正文都要写", "write subject and body in both languages"});
            return 0;
        }
        if (const auto bad = find_bad_utf8(text); bad != std::string_view::npos) {
            add("notice-bytes", {"不是 UTF-8", "this is no UTF-8"});
            return 0;
        }
        if (const auto count = count_characters(text); count > most) {
            const auto is = std::to_string(count);
            const auto may = std::to_string(most);
            add("notice-too-long", {"有 " + is + " 个字符，至多 " + may + " 个",
                                    "it has " + is + " characters, " + may + " is the most"});
            return 0;
        }
        std::size_t units = 0;
        variables_ = 0;
        for_lines(text, [&](std::string_view line, std::uint32_t number) {
            units += number == 1 ? 0 : 1;
            check_line(line, number, units);
        });
        if (variables_ > kNoticeVariablesMax) {
            const auto may = std::to_string(kNoticeVariablesMax);
            add("notice-too-long",
                {"变量用了 " + std::to_string(variables_) + " 次，至多 " + may + " 次",
                 "it uses variables " + std::to_string(variables_) + " times, " + may +
                     " is the most"});
        }
        return units;
    }

    void check_line(std::string_view line, std::uint32_t number, std::size_t& units) {
        for_pieces(line, [&](const Piece& piece) {
            const auto column =
                static_cast<std::uint32_t>(count_characters(line.substr(0, piece.at))) + 1;
            switch (piece.kind) {
                case Piece::Kind::Text:
                    units += utf16_units(piece.text);
                    check_characters(piece.text, number, column);
                    break;
                case Piece::Kind::Variable: units += check_name(piece.text, number, column); break;
                case Piece::Kind::Unclosed:
                    add("notice-unclosed",
                        {"这里的 {{ 在本行没有 }}", "this {{ has no }} on its line"},
                        {"变量写作 {{名字}}", "write a variable as {{name}}"}, number, column);
                    break;
                case Piece::Kind::Unopened:
                    add("notice-unclosed", {"这里的 }} 前面没有 {{", "this }} has no {{ before it"},
                        {"变量写作 {{名字}}", "write a variable as {{name}}"}, number, column);
                    break;
            }
        });
    }

    void check_characters(std::string_view text, std::uint32_t line, std::uint32_t column) {
        const auto bad = std::ranges::find_if(
            text, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
        if (bad == text.end()) return;
        const auto before = text.substr(0, static_cast<std::size_t>(bad - text.begin()));
        add("notice-bytes", {"这里有控制字符", "there is a control character here"}, {}, line,
            column + static_cast<std::uint32_t>(count_characters(before)));
    }

    // How many units the variable may take.
    std::size_t check_name(std::string_view name, std::uint32_t line, std::uint32_t column) {
        ++variables_;
        const auto found = std::ranges::find(known_, name, &NoticeVariable::name);
        if (found != known_.end()) return found->longest;
        const std::string is(name.substr(0, 64));
        Text mend;
        if (const auto near = nearest(name, names_)) {
            const std::string other(*near);
            mend = {"是否想写 {{" + other + "}}？", "did you mean {{" + other + "}}?"};
        } else {
            std::string all;
            for (const auto other : names_) all += (all.empty() ? "" : ", ") + std::string(other);
            mend = {"这里可用：" + all, "there are: " + all};
        }
        add("notice-unknown-variable",
            {"没有“" + is + "”这个变量", "there is no variable '" + is + "'"}, std::move(mend),
            line, column);
        return 0;
    }

    void tell_parts(std::size_t units, std::size_t count) {
        const auto is = std::to_string(units);
        const auto parts = std::to_string(count);
        add("notice-message-parts",
            {"作为短信约 " + is + " 字，要拆成 " + parts + " 条（70 字以内为一条）",
             "as a short message it has about " + is + " characters and takes " + parts +
                 " parts (up to 70 are one)"},
            {"写短一些，细节放到链接里", "shorten it, and leave details to the link"}, 0, 0,
            Severity::Warning);
    }

    void add(std::string code, Text what, Text mend = {}, std::uint32_t line = 1,
             std::uint32_t column = 1, Severity severity = Severity::Error) {
        findings_.push_back({severity,
                             {.code = std::move(code),
                              .what = std::move(what),
                              .mend = std::move(mend),
                              .place = {.path = part_, .line = line, .column = column}}});
    }

    std::span<const NoticeVariable> known_;
    std::vector<std::string_view> names_;
    std::string part_;
    std::size_t variables_ = 0;
    Findings findings_;
};

// One line, valid UTF-8, bounded.
std::string clean(std::string_view value) {
    std::string out;
    for (std::size_t i = 0; i < value.size();) {
        const auto length = utf8_length(value.substr(i));
        const auto c = static_cast<unsigned char>(value[i]);
        if (out.size() + std::max<std::size_t>(length, 3) > kNoticeValueMax) break;
        if (length == 0)
            out += "\xEF\xBF\xBD";
        else if (length == 1 && (c < 0x20 || c == 0x7f))
            out += ' ';
        else
            out += value.substr(i, length);
        i += std::max<std::size_t>(1, length);
    }
    return out;
}

class Renderer {
public:
    explicit Renderer(const NoticeValues& values) {
        for (const auto& [name, value] : values) values_.emplace_back(name, clean(value));
    }

    // Nothing: one of the line's variables has no value.
    std::optional<std::string> line(std::string_view text) const {
        std::string out;
        bool whole = true;
        for_pieces(text, [&](const Piece& piece) {
            if (piece.kind != Piece::Kind::Variable) {
                out += piece.text;
                return;
            }
            const auto value = value_of(piece.text);
            if (value.empty()) whole = false;
            out += value;
        });
        if (!whole) return std::nullopt;
        return out;
    }

    std::string text(std::string_view body) const {
        std::string out;
        for_lines(body, [&](std::string_view one, std::uint32_t) {
            if (const auto written = line(one)) (out += *written) += '\n';
        });
        return without_gaps(out);
    }

    std::string subject(std::string_view text) const {
        std::string out;
        for_pieces(text, [&](const Piece& piece) {
            out += piece.kind == Piece::Kind::Variable ? value_of(piece.text) : piece.text;
        });
        if (count_characters(out) <= kNoticeSubjectMax) return out;
        std::size_t end = 0;  // all of it is UTF-8 here, but for what the template itself has wrong
        for (std::size_t count = 1; count < kNoticeSubjectMax; ++count)
            end += std::max<std::size_t>(1, utf8_length(std::string_view(out).substr(end)));
        return out.substr(0, end) + "…";
    }

private:
    std::string_view value_of(std::string_view name) const {
        for (const auto& [key, value] : values_)
            if (key == name) return value;
        return {};
    }

    // Where lines were left out, empty ones may have met: one is enough, and none at either end.
    static std::string without_gaps(std::string_view text) {
        std::string out;
        for_lines(text, [&](std::string_view line, std::uint32_t) {
            if (line.empty() && (out.empty() || out.ends_with("\n\n"))) return;
            (out += line) += '\n';
        });
        while (out.ends_with("\n\n")) out.pop_back();
        return out;
    }

    std::vector<std::pair<std::string_view, std::string>> values_;
};

void append_escaped(std::string& html, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '&': html += "&amp;"; break;
            case '<': html += "&lt;"; break;
            case '>': html += "&gt;"; break;
            case '"': html += "&quot;"; break;
            case '\'': html += "&#39;"; break;
            default: html += c;
        }
    }
}

}  // namespace

Findings check_notice(const NoticeTemplate& notice, std::span<const NoticeVariable> known,
                      NoticeUse use) {
    Checker checker(known);
    checker.check_words(notice.zh, "zh", use);
    checker.check_words(notice.en, "en", use);
    return std::move(checker).findings();
}

std::size_t message_parts(std::size_t units) {
    if (units <= kPartAlone) return units == 0 ? 0 : 1;
    return (units + kPartOfMany - 1) / kPartOfMany;
}

std::string html_of(std::string_view text, bool chinese) {
    std::string html = "<!doctype html>\n<html lang=\"";
    html += chinese ? "zh-CN" : "en";
    html += "\">\n<head><meta charset=\"utf-8\"></head>\n<body>\n";
    bool open = false;
    for_lines(text, [&](std::string_view line, std::uint32_t) {
        if (line.empty()) {
            if (open) html += "</p>\n";
            open = false;
            return;
        }
        html += open ? "<br>\n" : "<p>";
        open = true;
        append_escaped(html, line);
    });
    if (open) html += "</p>\n";
    return html += "</body>\n</html>\n";
}

Notice render_notice(const NoticeTemplate& notice, const NoticeValues& values, bool chinese) {
    const auto& words = chinese ? notice.zh : notice.en;
    const Renderer renderer(values);
    Notice rendered{
        .subject = renderer.subject(words.subject), .text = renderer.text(words.body), .html = {}};
    rendered.html = html_of(rendered.text, chinese);
    return rendered;
}

}  // namespace yinuo::connect
