// Writes one JSON document from left to right, indented; commas and line breaks look after themselves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace yinuo::wire {

class JsonWriter {
public:
    // The document, ending in a line break.
    std::string take();

    JsonWriter& key(std::string_view name);
    void open(char bracket);  // '{' or '['
    void close(char bracket);
    void text(std::string_view value);
    void number(std::int64_t value);
    void real(double value);              // six digits
    void digits(std::string_view value);  // a number as it is written
    void null();

private:
    void next();
    void line();

    std::string out_;
    int depth_ = 0;
    bool fresh_ = true;
    bool keyed_ = false;
};

}  // namespace yinuo::wire
