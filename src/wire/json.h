// A JSON document (RFC 8259) as a plain tree of views in an Arena.
//
// Numbers keep their digits as written, so amounts stay exact. Refused: duplicate keys, nesting
// deeper than 64, invalid UTF-8, anything after the document. Objects keep the order of their
// keys. The text may be let go after parsing; the Arena may not.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/json_text.h"
#include "base/result.h"

namespace yinuo::wire {

struct JsonMember;

struct Json {
    enum class Kind : std::uint8_t { Null, Boolean, Number, String, Array, Object };

    Kind kind = Kind::Null;
    bool boolean = false;
    std::string_view text = {};        // of a string: its characters; of a number: its digits
    std::span<const Json> items = {};  // of an array
    std::span<const JsonMember> members = {};  // of an object

    bool is_null() const { return kind == Kind::Null; }
    bool is_string() const { return kind == Kind::String; }
    bool is_array() const { return kind == Kind::Array; }
    bool is_object() const { return kind == Kind::Object; }

    // The member of that name, or nullptr if there is none or this is no object.
    const Json* find(std::string_view key) const;

    // nullopt when this is of another kind, or a number that is no integer or out of range.
    std::optional<std::string_view> string() const;
    std::optional<Decimal> number() const;
    std::optional<std::int64_t> integer() const;
    std::optional<bool> truth() const;
};

struct JsonMember {
    std::string_view key;
    Json value;
};

// `path` is what the user calls the document; it goes into the place of an error.
Result<Json> parse_json(std::string_view text, Arena& memory, std::string_view path = {});

using yinuo::append_json_string;

}  // namespace yinuo::wire
