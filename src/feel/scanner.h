// Reads the words of FEEL text from the left. Inside the room.
//
// FEEL has no tokens that stand without context (a blank may be part of a name), so the parser
// asks for what it can use next.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace yinuo::feel {

class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    // Skips blanks and comments.
    void skip_blanks();
    bool at_end() const { return at_ >= text_.size(); }
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    std::size_t position() const { return at_; }
    void move_to(std::size_t position) { at_ = position; }
    std::string_view text() const { return text_; }

    // Each skips blanks before it looks.
    bool see(std::string_view symbol);   // and stays
    bool take(std::string_view symbol);  // punctuation
    bool take_word(std::string_view word);
    bool see_word(std::string_view word);

    // A run of characters that may stand in a word, without blanks; empty if there is none.
    // A word does not begin with a digit unless `inside` a name.
    std::string_view word(bool inside = false);

    // The text of a string literal, the opening quote being next. nullopt: not closed, or an
    // escape that does not exist; `position()` then points at the trouble.
    std::optional<std::string> string_literal();

    // The place of `position` for a text that begins at `from`.
    Place place(std::size_t position, const Place& from) const;

    static bool starts_name(unsigned char c);
    static bool continues_name(unsigned char c);

private:
    std::size_t blank_size() const;

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace yinuo::feel
