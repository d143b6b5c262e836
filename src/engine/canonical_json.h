// JSON in the one spelling of RFC 8785, so that equal contents have equal hashes.
//
// Members go in the order of their keys' UTF-16 units: whoever writes an object calls member() in
// that order, check() holds them to it. Numbers are whole and within +-(2^53 - 1); a larger one is
// a string. Private to the room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "feel/value.h"
#include "time/instant.h"

namespace yinuo::engine {

// Bytes that are no UTF-8 become U+FFFD.
void append_canonical_text(std::string& out, std::string_view text);
// Whether `a` stands before `b` among the keys of an object.
bool key_comes_before(std::string_view a, std::string_view b);
// "2026-03-10T08:00:00.000Z", always with milliseconds.
std::string instant_text(Instant at);

// One object, from '{' to '}'. Keys must outlive it. A member whose value is written by hand: member(key), then the rest.
class CanonicalObject {
public:
    explicit CanonicalObject(std::string& out) : out_(out) { out_ += '{'; }
    std::string& member(std::string_view key);
    void text(std::string_view key, std::string_view value);
    void number(std::string_view key, std::int64_t value);
    void truth(std::string_view key, bool value);
    void instant(std::string_view key, Instant at);  // nothing when it is Instant::max()
    void close() { out_ += '}'; }

private:
    std::string& out_;
    std::string_view last_;
    bool empty_ = true;
};

// Whole numbers within +-(2^53 - 1) are numbers; others, dates, times and durations are the objects
// of wire/feel_json.h's typed spelling: {"num":"12.30"}, {"ctx":{...}}.
void append_canonical_value(std::string& out, const feel::Value&);

}  // namespace yinuo::engine
