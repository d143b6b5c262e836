#include "http/response_writer.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "http/accept.h"
#include "http/problem.h"

namespace yinuo::http {
namespace {

void line(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    const auto begin = out.size();
    out += value;
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
        [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
    out += "\r\n";
}

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

bool is_packable(std::string_view type) {
    type = trimmed(type.substr(0, type.find(';')));
    return type.starts_with("text/") || type.ends_with("/json") || type.ends_with("+json") ||
           type.ends_with("/xml") || type.ends_with("+xml") || type.ends_with("/javascript");
}

bool accepts_gzip(std::string_view accept) {
    int named = -1;
    int any = 0;
    each_preference(accept, [&](std::string_view coding, int quality) {
        if (same_but_for_case(coding, "gzip") || same_but_for_case(coding, "x-gzip"))
            named = quality;
        if (coding == "*") any = quality;
    });
    return named > 0 || (named < 0 && any > 0);
}

}  // namespace

void write_head(std::string& out, const Response& response, Manner manner, std::string_view date) {
    out += "HTTP/1.1 ";
    out += std::to_string(response.status);
    out += ' ';
    out += reason(response.status);
    out += "\r\n";
    bool has_date = false;
    bool has_type_options = false;
    for (const auto& [name, value] : response.headers) {
        // How long the body is and how the connection goes on only the server knows.
        if (same_but_for_case(name, "content-length") || same_but_for_case(name, "connection") ||
            same_but_for_case(name, "transfer-encoding"))
            continue;
        has_date |= same_but_for_case(name, "date");
        has_type_options |= same_but_for_case(name, "x-content-type-options");
        line(out, name, value);
    }
    if (!has_date) line(out, "Date", date);
    if (!has_type_options) out += "X-Content-Type-Options: nosniff\r\n";
    if (manner.stream) {
        if (!manner.http_1_0) out += "Transfer-Encoding: chunked\r\n";
    } else if (!has_no_body(response.status)) {
        line(out, "Content-Length", std::to_string(response.body.size()));
    }
    if (!manner.keep_alive)
        out += "Connection: close\r\n";
    else if (manner.http_1_0)
        out += "Connection: keep-alive\r\n";
    out += "\r\n";
}

bool sends_body(const Response& response, Manner manner) {
    return !manner.to_head && !has_no_body(response.status);
}

std::string imf_date(std::int64_t unix_seconds) {
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::sys_seconds at{std::chrono::seconds(unix_seconds)};
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(at - day);
    char text[64];
    std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                  kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text;
}

void pack_if_wanted(Response& response, std::string_view accept_encoding, std::size_t from_bytes,
                    Packer& packer) {
    if (response.body.size() < from_bytes || has_no_body(response.status)) return;
    if (response.header("content-encoding") ||
        !is_packable(response.header("content-type").value_or("")))
        return;
    response.with("Vary", "Accept-Encoding");
    if (!accepts_gzip(accept_encoding)) return;
    response.body = packer.pack(response.body);
    response.with("Content-Encoding", "gzip");
    for (auto& [name, value] : response.headers)
        if (same_but_for_case(name, "etag") && value.starts_with('"')) value.insert(0, "W/");
}

}  // namespace yinuo::http
