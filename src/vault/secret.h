// Text and keys that have no way into a log, and leave no copy in memory when they go.
//
// A Secret<Tag> says what it is by its tag, so that a password can't be passed for a phone number.
// It is no string: it doesn't convert, stream, format or compare. Whoever needs the text writes
// `expose()`, and that word is what a reviewer looks for. Everything here is wiped on destruction,
// on assignment and when moved from; what the caller copied out of expose() is the caller's.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace yinuo::vault {

// Overwrites in a way that no optimiser removes.
void wipe(std::span<std::byte> bytes);
// The whole capacity, then empty.
void wipe(std::string& text);
// Takes as long whether the first or the last byte differs. Lengths are no secret.
bool same(std::string_view a, std::string_view b);

template <typename Tag>
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string_view text) : text_(text) {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }
    Secret& operator=(Secret other) noexcept {
        text_.swap(other.text_);
        return *this;
    }
    ~Secret() { wipe(text_); }

    bool operator==(const Secret&) const = delete;  // same(a.expose(), b.expose())

    std::string_view expose() const { return text_; }
    bool empty() const { return text_.empty(); }

private:
    std::string text_;
};

// 32 bytes that open something: a master key, a customer's data key, a key for links.
class Key {
public:
    static constexpr std::size_t kSize = 32;

    explicit Key(std::span<const std::byte, kSize> bytes);
    Key(const Key&) = default;
    Key& operator=(const Key&) = default;
    ~Key() { wipe(bytes_); }

    bool operator==(const Key&) const = delete;

    std::string_view expose() const {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }

private:
    std::array<std::byte, kSize> bytes_;
};

struct Password;  // tags of this room's own secrets
struct TokenText;
struct WebhookText;

}  // namespace yinuo::vault
