#include "wire/json_writer.h"

#include <fmt/format.h>

#include <utility>

#include "wire/json.h"

namespace yinuo::wire {

std::string JsonWriter::take() {
    out_ += '\n';
    return std::move(out_);
}

JsonWriter& JsonWriter::key(std::string_view name) {
    next();
    append_json_string(out_, name);
    out_ += ": ";
    keyed_ = true;
    return *this;
}

void JsonWriter::open(char bracket) {
    next();
    out_ += bracket;
    ++depth_;
    fresh_ = true;
}

void JsonWriter::close(char bracket) {
    --depth_;
    if (!fresh_) line();
    out_ += bracket;
    fresh_ = false;
}

void JsonWriter::text(std::string_view value) { next(), append_json_string(out_, value); }
void JsonWriter::number(std::int64_t value) { next(), out_ += fmt::format("{}", value); }
void JsonWriter::real(double value) { next(), out_ += fmt::format("{:.6g}", value); }
void JsonWriter::digits(std::string_view value) { next(), out_ += value; }
void JsonWriter::null() { next(), out_ += "null"; }

void JsonWriter::next() {
    if (keyed_) {
        keyed_ = false;
        return;
    }
    if (depth_ == 0) return;
    if (!fresh_) out_ += ',';
    line();
    fresh_ = false;
}

void JsonWriter::line() {
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth_) * 2, ' ');
}

}  // namespace yinuo::wire
