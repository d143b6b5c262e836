#include "connect/flat_json.h"

#include <algorithm>

#include "base/utf8.h"

namespace yinuo::connect {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, std::uint32_t point) {
    const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (point < 0x80) {
        add(point);
    } else if (point < 0x800) {
        add(0xc0 | point >> 6), add(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        add(0xe0 | point >> 12), add(0x80 | (point >> 6 & 0x3f)), add(0x80 | (point & 0x3f));
    } else {
        add(0xf0 | point >> 18), add(0x80 | (point >> 12 & 0x3f));
        add(0x80 | (point >> 6 & 0x3f)), add(0x80 | (point & 0x3f));
    }
}

}  // namespace

// Every function reads from the front of `rest_` and is false when that isn't what should be there.
class FlatJson::Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool whole(std::vector<Member>& members) {
        blank();
        if (!object(&members, 0)) return false;
        blank();
        return rest_.empty();
    }

private:
    void blank() {
        const auto end = rest_.find_first_not_of(" \t\r\n");
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
    }

    bool take(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }

    // `members`: where to keep what is found; null: skip it.
    bool object(std::vector<Member>* members, int depth) {
        if (depth >= kFlatDepthMax || !take("{")) return false;
        blank();
        if (take("}")) return true;
        do {
            Member member;
            blank();
            if (!string(member.name)) return false;
            blank();
            if (!take(":") || !value(member, depth)) return false;
            if (members != nullptr) {
                if (std::ranges::find(*members, member.name, &Member::name) != members->end())
                    return false;
                members->push_back(std::move(member));
            }
            blank();
        } while (take(","));
        return take("}");
    }

    bool array(int depth) {
        if (depth >= kFlatDepthMax || !take("[")) return false;
        blank();
        if (take("]")) return true;
        do {
            Member element;
            if (!value(element, depth)) return false;
            blank();
        } while (take(","));
        return take("]");
    }

    bool value(Member& into, int depth) {
        blank();
        if (rest_.empty()) return false;
        if (rest_.front() == '"') {
            into.kind = Kind::Text;
            return string(into.text);
        }
        if (rest_.front() == '{') return object(nullptr, depth + 1);
        if (rest_.front() == '[') return array(depth + 1);
        if (take("true") || take("false") || take("null")) return true;
        into.kind = Kind::Number;
        return number(into.text);
    }

    std::size_t digits(std::size_t from) const {
        while (from < rest_.size() && is_digit(rest_[from])) ++from;
        return from;
    }

    bool number(std::string& out) {
        const auto at = [&](std::size_t i) { return i < rest_.size() ? rest_[i] : '\0'; };
        std::size_t i = at(0) == '-' ? 1 : 0;
        std::size_t end = digits(i);
        if (end == i || (at(i) == '0' && end > i + 1)) return false;
        if (at(end) == '.') {
            i = end + 1;
            if ((end = digits(i)) == i) return false;
        }
        if (at(end) == 'e' || at(end) == 'E') {
            i = end + 1;
            if (at(i) == '+' || at(i) == '-') ++i;
            if ((end = digits(i)) == i) return false;
        }
        out = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return true;
    }

    bool hex4(std::uint32_t& unit) {
        if (rest_.size() < 4) return false;
        unit = 0;
        for (const char c : rest_.substr(0, 4)) {
            const char small = static_cast<char>(c | 0x20);
            if (!is_digit(c) && (small < 'a' || small > 'f')) return false;
            unit = unit << 4 | static_cast<std::uint32_t>(is_digit(c) ? c - '0' : small - 'a' + 10);
        }
        rest_.remove_prefix(4);
        return true;
    }

    // What follows "\u": one unit, or the two of a pair.
    bool point(std::string& out) {
        std::uint32_t high = 0;
        std::uint32_t low = 0;
        if (!hex4(high)) return false;
        if (high >= 0xd800 && high < 0xdc00) {
            if (!take("\\u") || !hex4(low) || low < 0xdc00 || low > 0xdfff) return false;
            high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        } else if (high >= 0xdc00 && high <= 0xdfff) {
            return false;
        }
        append_utf8(out, high);
        return true;
    }

    bool string(std::string& out) {
        if (!take("\"")) return false;
        while (!rest_.empty()) {
            const char c = rest_.front();
            if (static_cast<unsigned char>(c) < 0x20) return false;
            rest_.remove_prefix(1);
            if (c == '"') return true;
            if (c != '\\') {
                out += c;
                continue;
            }
            if (rest_.empty()) return false;
            const char escaped = rest_.front();
            rest_.remove_prefix(1);
            constexpr std::string_view kLetters = "\"\\/bfnrt";
            constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
            if (const auto which = kLetters.find(escaped); which != std::string_view::npos)
                out += kMeanings[which];
            else if (escaped != 'u' || !point(out))
                return false;
        }
        return false;
    }

    std::string_view rest_;
};

std::optional<FlatJson> FlatJson::parse(std::string_view text) {
    if (text.size() > kFlatSizeMax || find_bad_utf8(text) != std::string_view::npos)
        return std::nullopt;
    FlatJson json;
    if (!Reader(text).whole(json.members_)) return std::nullopt;
    return json;
}

const FlatJson::Member* FlatJson::find(std::string_view name) const {
    const auto found = std::ranges::find(members_, name, &Member::name);
    return found == members_.end() ? nullptr : &*found;
}

std::string_view FlatJson::text(std::string_view name) const {
    const auto* member = find(name);
    return member != nullptr && member->kind == Kind::Text ? std::string_view(member->text)
                                                           : std::string_view();
}

std::optional<Decimal> FlatJson::number(std::string_view name) const {
    const auto* member = find(name);
    if (member == nullptr || member->kind == Kind::Other) return std::nullopt;
    return Decimal::parse(member->text);
}

}  // namespace yinuo::connect
