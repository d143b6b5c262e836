// Words turned into small numbers, so that comparing two names is comparing two integers.
//
// A Names table belongs to whoever compiles promises and reads facts together; symbols of two
// tables must not be mixed. Looking up is safe from several threads as long as nobody interns.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace yinuo {

enum class Symbol : std::uint32_t { None = 0 };

class Names {
public:
    Names() = default;
    Names(const Names&) = delete;
    Names& operator=(const Names&) = delete;

    // The symbol of `text`, the same one every time.
    Symbol intern(std::string_view text) {
        if (auto found = symbols_.find(text); found != symbols_.end()) return found->second;
        texts_.emplace_back(text);
        const auto symbol = static_cast<Symbol>(texts_.size());
        symbols_.emplace(texts_.back(), symbol);
        return symbol;
    }

    // The symbol of `text` if it was ever interned, otherwise None.
    Symbol find(std::string_view text) const {
        auto found = symbols_.find(text);
        return found == symbols_.end() ? Symbol::None : found->second;
    }

    std::string_view text(Symbol symbol) const {
        return symbol == Symbol::None ? std::string_view()
                                      : texts_[static_cast<std::size_t>(symbol) - 1];
    }

    std::size_t size() const { return texts_.size(); }

private:
    std::deque<std::string> texts_;  // a deque: the keys below stay where they are
    std::unordered_map<std::string_view, Symbol> symbols_;
};

}  // namespace yinuo
