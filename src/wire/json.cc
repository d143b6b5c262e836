#include "wire/json.h"

#include <algorithm>
#include <memory>
#include <vector>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <boost/json/basic_parser_impl.hpp>
#pragma GCC diagnostic pop

#include "wire/utf8.h"

namespace yinuo::wire {
namespace {

namespace bj = boost::json;

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kKeysCheckedPairwise = 16;

// Builds the tree bottom-up: values wait on a stack until their array or object closes.
struct Builder {
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);

    explicit Builder(Arena& arena) : memory(arena) {}

    Arena& memory;
    std::vector<Json> values;
    std::vector<std::string_view> keys;
    std::string part;
    std::string_view duplicate;

    std::string_view finish_text(bj::string_view last) {
        if (part.empty()) return memory.copy(std::string_view(last.data(), last.size()));
        part.append(last.data(), last.size());
        const auto text = memory.copy(part);
        part.clear();
        return text;
    }
    bool keep_part(bj::string_view text) {
        part.append(text.data(), text.size());
        return true;
    }
    bool add(Json value) {
        values.push_back(value);
        return true;
    }
    bool add_number(bj::string_view last) {
        return add({.kind = Json::Kind::Number, .text = finish_text(last)});
    }

    bool on_document_begin(bj::error_code&) { return true; }
    bool on_document_end(bj::error_code&) { return true; }
    bool on_array_begin(bj::error_code&) { return true; }
    bool on_object_begin(bj::error_code&) { return true; }
    bool on_array_end(std::size_t n, bj::error_code&) {
        const auto items = memory.copy(std::span<const Json>(values).last(n));
        values.resize(values.size() - n);
        return add({.kind = Json::Kind::Array, .items = items});
    }
    bool on_object_end(std::size_t n, bj::error_code& error) {
        auto members = memory.array<JsonMember>(n);
        for (std::size_t i = 0; i < n; ++i)
            new (&members[i]) JsonMember{keys[keys.size() - n + i], values[values.size() - n + i]};
        keys.resize(keys.size() - n);
        values.resize(values.size() - n);
        if (!keys_differ(members)) {
            error = bj::make_error_code(bj::error::exception);
            return false;
        }
        return add({.kind = Json::Kind::Object, .members = members});
    }
    bool keys_differ(std::span<const JsonMember> members) {
        if (members.size() <= kKeysCheckedPairwise) {
            for (std::size_t i = 1; i < members.size(); ++i)
                for (std::size_t j = 0; j < i; ++j)
                    if (members[i].key == members[j].key) return duplicate = members[i].key, false;
            return true;
        }
        std::vector<std::string_view> sorted;
        for (const auto& member : members) sorted.push_back(member.key);
        std::ranges::sort(sorted);
        const auto twice = std::ranges::adjacent_find(sorted);
        if (twice != sorted.end()) duplicate = *twice;
        return twice == sorted.end();
    }
    bool on_string_part(bj::string_view s, std::size_t, bj::error_code&) { return keep_part(s); }
    bool on_string(bj::string_view s, std::size_t, bj::error_code&) {
        return add({.kind = Json::Kind::String, .text = finish_text(s)});
    }
    bool on_key_part(bj::string_view s, std::size_t, bj::error_code&) { return keep_part(s); }
    bool on_key(bj::string_view s, std::size_t, bj::error_code&) {
        keys.push_back(finish_text(s));
        return true;
    }
    bool on_number_part(bj::string_view s, bj::error_code&) { return keep_part(s); }
    bool on_int64(std::int64_t, bj::string_view s, bj::error_code&) { return add_number(s); }
    bool on_uint64(std::uint64_t, bj::string_view s, bj::error_code&) { return add_number(s); }
    bool on_double(double, bj::string_view s, bj::error_code&) { return add_number(s); }
    bool on_bool(bool b, bj::error_code&) {
        return add({.kind = Json::Kind::Boolean, .boolean = b});
    }
    bool on_null(bj::error_code&) { return add({}); }
    bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
    bool on_comment(bj::string_view, bj::error_code&) { return true; }
};

Place place_of(std::string_view text, std::size_t offset, std::string_view path) {
    Place place{.path = std::string(path), .line = 1, .column = 1};
    offset = std::min(offset, text.size());
    std::size_t begin = 0;
    for (std::size_t i = 0; i < offset; ++i)
        if (text[i] == '\n') ++place.line, begin = i + 1;
    place.column =
        static_cast<std::uint32_t>(1 + count_characters(text.substr(begin, offset - begin)));
    return place;
}

}  // namespace

const Json* Json::find(std::string_view key) const {
    for (const auto& member : members)
        if (member.key == key) return &member.value;
    return nullptr;
}

std::optional<std::string_view> Json::string() const {
    if (kind != Kind::String) return std::nullopt;
    return text;
}

std::optional<Decimal> Json::number() const {
    if (kind != Kind::Number) return std::nullopt;
    return Decimal::parse(text);
}

std::optional<std::int64_t> Json::integer() const {
    const auto value = number();
    return value ? value->to_int64() : std::nullopt;
}

std::optional<bool> Json::truth() const {
    if (kind != Kind::Boolean) return std::nullopt;
    return boolean;
}

Result<Json> parse_json(std::string_view text, Arena& memory, std::string_view path) {
    bj::parse_options options;
    options.max_depth = kDepthMax;
    bj::basic_parser<Builder> parser(options, memory);
    bj::error_code error;
    std::size_t used = 0;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    used = parser.write_some(false, text.data(), text.size(), error);
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    if (!error) {
        while (used < text.size() && blank(text[used])) ++used;
        if (used == text.size() && parser.handler().values.size() == 1)
            return parser.handler().values.front();
        error = bj::make_error_code(bj::error::extra_data);
    }
    Error refusal{.code = "bad-json", .what = {}, .mend = {}, .place = place_of(text, used, path)};
    if (const auto twice = std::string(parser.handler().duplicate); !twice.empty()) {
        refusal.code = "duplicate-key";
        refusal.what = {"JSON 对象中的键“" + twice + "”出现了两次",
                        "the key \"" + twice + "\" comes twice in one JSON object"};
        refusal.mend = {"只保留其中一个", "keep one of the two"};
    } else if (error == bj::make_error_code(bj::error::too_deep)) {
        refusal.code = "too-deep";
        refusal.what = {"JSON 嵌套超过 64 层", "this JSON is nested more than 64 levels deep"};
    } else if (error == bj::make_error_code(bj::error::incomplete)) {
        refusal.what = {"JSON 没有写完就结束了", "this JSON ends before it is complete"};
    } else {
        refusal.what = {"这里不是合法的 JSON（" + error.message() + "）",
                        "this is not valid JSON (" + error.message() + ")"};
    }
    return refuse(std::move(refusal));
}

}  // namespace yinuo::wire
