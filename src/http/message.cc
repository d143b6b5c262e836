#include "http/message.h"

#include "http/accept.h"

namespace yinuo::http {

void Fields::add(std::string_view name, std::string_view value) {
    spans_.push_back({.begin = static_cast<std::uint32_t>(text_.size()),
                      .name_size = static_cast<std::uint32_t>(name.size()),
                      .value_size = static_cast<std::uint32_t>(value.size())});
    text_.append(name);
    text_.append(value);
}

std::string_view Fields::name(std::size_t i) const {
    return std::string_view(text_).substr(spans_[i].begin, spans_[i].name_size);
}

std::string_view Fields::value(std::size_t i) const {
    return std::string_view(text_).substr(spans_[i].begin + spans_[i].name_size,
                                          spans_[i].value_size);
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
    for (auto i = spans_.size(); i-- > 0;)
        if (this->name(i) == name) return value(i);
    return std::nullopt;
}

std::optional<std::string_view> Fields::find_header(std::string_view name) const {
    for (auto i = spans_.size(); i-- > 0;)
        if (same_but_for_case(this->name(i), name)) return value(i);
    return std::nullopt;
}

std::optional<std::string_view> Request::header(std::string_view name) const {
    return headers.find_header(name);
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
    return query.find(name);
}

std::optional<std::string_view> Request::path_value(std::string_view name) const {
    return path_parameters.find(name);
}

bool Request::wants_chinese() const {
    int chinese = 0;
    int english = 0;
    bool chinese_first = false;
    each_preference(header("accept-language").value_or(""), [&](std::string_view tag, int quality) {
        const auto language = tag.substr(0, tag.find('-'));
        if (same_but_for_case(language, "zh") && quality > chinese) {
            chinese = quality;
            chinese_first = english == 0;
        }
        if (same_but_for_case(language, "en") && quality > english) english = quality;
    });
    return chinese > english || (chinese_first && chinese == english);
}

Response Response::text(int status, std::string body) {
    return {.status = status,
            .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
            .body = std::move(body)};
}

Response Response::json(int status, std::string body) {
    return {.status = status,
            .headers = {{"Content-Type", "application/json"}},
            .body = std::move(body)};
}

Response& Response::with(std::string name, std::string value) & {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
}

Response Response::with(std::string name, std::string value) && {
    headers.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
}

std::optional<std::string_view> Response::header(std::string_view name) const {
    for (auto at = headers.rbegin(); at != headers.rend(); ++at)
        if (same_but_for_case(at->first, name)) return at->second;
    return std::nullopt;
}

}  // namespace yinuo::http
