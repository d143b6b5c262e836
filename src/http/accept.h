// Lists of preferences as Accept-Language and Accept-Encoding carry them (RFC 9110, 12.4.2):
// "zh-CN, zh;q=0.9, en;q=0.8". Private to http/*.cc.
#pragma once

#include <string_view>

namespace yinuo::http {

inline std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

inline char small_letter(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline bool same_but_for_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (small_letter(a[i]) != small_letter(b[i])) return false;
    return true;
}

// "0.85" is 850; what is no quality counts as 1.
inline int thousandths(std::string_view text) {
    if (text.empty() || (text[0] != '0' && text[0] != '1') || text.size() > 5) return 1000;
    int value = (text[0] - '0') * 1000;
    int weight = 100;
    for (std::size_t i = 2; i < text.size(); ++i, weight /= 10) {
        if (text[i] < '0' || text[i] > '9') return 1000;
        value += (text[i] - '0') * weight;
    }
    return value > 1000 ? 1000 : value;
}

// Calls each(token, quality in thousandths) from left to right.
template <typename Each>
void each_preference(std::string_view list, Each each) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        auto item = list.substr(0, comma);
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
        int quality = 1000;
        const auto semicolon = item.find(';');
        if (semicolon != std::string_view::npos) {
            const auto weight = trimmed(item.substr(semicolon + 1));
            if (weight.starts_with("q=") || weight.starts_with("Q="))
                quality = thousandths(weight.substr(2));
            item = item.substr(0, semicolon);
        }
        item = trimmed(item);
        if (!item.empty()) each(item, quality);
    }
}

}  // namespace yinuo::http
