// The bytes of the log's entries: numbers of variable length, texts, instants, FEEL values.
//
// A number is LEB128, seven bits a byte, the lowest first, in as few bytes as it takes; one with a
// sign is zigzagged before (0, -1, 1, -2...). docs/internals/event-log.md is the format. Private
// to the room: others go through engine/entry.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "feel/value.h"
#include "time/instant.h"

namespace yinuo::engine {

constexpr int kValueDepthMax = 16;

inline void put_byte(std::string& out, std::uint8_t byte) { out += static_cast<char>(byte); }

inline void put_varint(std::string& out, std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) put_byte(out, static_cast<std::uint8_t>(number | 0x80));
    put_byte(out, static_cast<std::uint8_t>(number));
}

constexpr std::uint64_t zigzag(std::int64_t number) {
    return static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
}

inline void put_signed(std::string& out, std::int64_t number) { put_varint(out, zigzag(number)); }

inline void put_text(std::string& out, std::string_view text) {
    put_varint(out, text.size());
    out += text;
}

// Instant::max(), which never came, is 0; any other is its distance from `base` plus one.
void put_instant(std::string& out, Instant at, Instant base);

// Reads from the front. What can't be read makes it bad for good: from then on it has no bytes
// left and answers zeros, so callers ask good() once at the end.
class ByteReader {
public:
    explicit ByteReader(std::string_view bytes)
        : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    bool good() const { return good_; }
    bool done() const { return at_ == end_; }
    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    void fail() {
        good_ = false;
        at_ = end_;
    }

    std::uint8_t byte() {
        if (at_ == end_) return fail(), std::uint8_t{0};
        return static_cast<std::uint8_t>(*at_++);
    }

    std::uint64_t varint() {
        std::uint64_t number = byte();
        if (number < 0x80) return number;
        number &= 0x7F;
        for (int shift = 7; shift < 64; shift += 7) {
            const std::uint64_t next = byte();
            number |= (next & 0x7F) << shift;
            if (next >= 0x80) continue;
            // Neither an empty last byte nor bits beyond the 64th: one number, one spelling.
            if (next == 0 || (shift == 63 && next > 1)) break;
            return number;
        }
        return fail(), 0;
    }

    std::int64_t signed_number() {
        const std::uint64_t number = varint();
        return static_cast<std::int64_t>(number >> 1 ^ (0 - (number & 1)));
    }

    std::int32_t small_number() {
        const std::int64_t number = signed_number();
        if (number != static_cast<std::int32_t>(number)) return fail(), 0;
        return static_cast<std::int32_t>(number);
    }

    // How many things follow; each takes at least one byte.
    std::size_t count() {
        const std::uint64_t number = varint();
        if (number > left()) return fail(), std::size_t{0};
        return static_cast<std::size_t>(number);
    }

    std::string_view bytes(std::size_t size) {
        if (size > left()) return fail(), std::string_view();
        const std::string_view taken(at_, size);
        at_ += size;
        return taken;
    }

    std::string_view text() { return bytes(count()); }

    // A section: its length, then as many bytes.
    ByteReader section() {
        ByteReader part(text());
        part.good_ = good_;
        return part;
    }

    Instant instant(Instant base) {
        const std::uint64_t number = varint();
        if (number == 0) return Instant::max();
        const std::uint64_t folded = number - 1;
        const auto distance = static_cast<std::int64_t>(folded >> 1 ^ (0 - (folded & 1)));
        std::int64_t millis = 0;
        if (__builtin_add_overflow(base.millis, distance, &millis) ||
            millis < Instant::min().millis || millis >= Instant::max().millis)
            return fail(), Instant::max();
        return {millis};
    }

private:
    const char* at_;
    const char* end_;
    bool good_ = true;
};

// Ranges and functions are no data, and nothing nests deeper than kValueDepthMax: check() holds
// the writer to it.
void put_value(std::string& out, const feel::Value&);
// Texts borrow from the bytes, lists and contexts from `memory`. A zone that `zones` doesn't know
// is left out; the offset beside it stays.
feel::Value read_value(ByteReader&, Arena& memory, Zones* zones);
void skip_value(ByteReader&);

}  // namespace yinuo::engine
