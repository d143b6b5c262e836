// Writes one JSON document from left to right, without a blank, straight into one string.
//
//     JsonOut out;
//     out.open('{').member("id", "usr_1").member("since", since).key("roles").open('[')...
//     return http::Response::json(200, out.take());
//
// Commas look after themselves; that brackets match is the caller's business.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json_text.h"
#include "time/civil.h"

namespace yinuo::server {

class JsonOut {
public:
    JsonOut& open(char bracket) {
        next();
        out_ += bracket;
        fresh_ = true;
        return *this;
    }
    JsonOut& close(char bracket) {
        out_ += bracket;
        fresh_ = false;
        return *this;
    }
    JsonOut& key(std::string_view name) {
        next();
        append_json_string(out_, name);
        out_ += ':';
        fresh_ = true;
        return *this;
    }

    JsonOut& value(std::string_view text) {
        next();
        append_json_string(out_, text);
        return *this;
    }
    JsonOut& value(const char* text) { return value(std::string_view(text)); }
    JsonOut& value(std::same_as<bool> auto truth) { return raw(truth ? "true" : "false"); }
    template <std::integral Number>
        requires(!std::same_as<Number, bool>)
    JsonOut& value(Number number) {
        return raw(std::to_string(number));
    }
    // Text as RFC 3339 in UTC; null for min and max, which mean "never".
    JsonOut& value(Instant at) {
        if (at <= Instant::min() || at >= Instant::max()) return raw("null");
        return value(std::string_view(to_string(at)));
    }
    JsonOut& null() { return raw("null"); }
    // JSON that is written already, as it stands.
    JsonOut& raw(std::string_view json) {
        next();
        out_ += json;
        return *this;
    }

    template <typename T>
    JsonOut& member(std::string_view name, const T& what) {
        key(name);
        return value(what);
    }
    // Left out when there is nothing to say.
    JsonOut& member_if(std::string_view name, std::string_view text) {
        return text.empty() ? *this : member(name, text);
    }
    JsonOut& member_if(std::string_view name, Instant at) {
        return at >= Instant::max() || at <= Instant::min() ? *this : member(name, at);
    }
    template <typename Texts>
    JsonOut& list(std::string_view name, const Texts& texts) {
        key(name).open('[');
        for (const auto& text : texts) value(std::string_view(text));
        return close(']');
    }

    const std::string& text() const { return out_; }
    std::string take() { return std::move(out_); }

private:
    void next() {
        if (!fresh_) out_ += ',';
        fresh_ = false;
    }

    std::string out_;
    bool fresh_ = true;
};

}  // namespace yinuo::server
