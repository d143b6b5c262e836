// A text taken apart line by line; a last line without a newline counts as none.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace yinuo::tlog {

class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {}

    std::optional<std::string_view> next() {
        const auto end = rest_.find('\n');
        if (end == std::string_view::npos) return std::nullopt;
        const auto line = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        ++number_;
        return line;
    }
    std::uint32_t number() const { return number_; }  // of the line that next() gave, from 1
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
    std::uint32_t number_ = 0;
};

}  // namespace yinuo::tlog
