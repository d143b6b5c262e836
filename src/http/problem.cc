#include "http/problem.h"

#include "base/json_text.h"

namespace yinuo::http {
namespace {

void member(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (out.back() != '{') out += ", ";
    append_json_string(out, name);
    out += ": ";
    append_json_string(out, value);
}

void member(std::string& out, std::string_view name, std::uint64_t value) {
    if (value == 0) return;
    if (out.back() != '{') out += ", ";
    append_json_string(out, name);
    out += ": " + std::to_string(value);
}

void fault(std::string& out, const Error& error, bool chinese) {
    member(out, "code", error.code);
    member(out, "detail", error.what.in(chinese));
    member(out, "mend", error.mend.in(chinese));
    member(out, "path", error.place.path);
    member(out, "line", error.place.line);
    member(out, "column", error.place.column);
}

}  // namespace

Response problem(int status, const Error& error, bool chinese, std::span<const Flaw> flaws) {
    std::string body = "{";
    member(body, "type", "urn:yinuo:problem:" + error.code);
    member(body, "title", reason(status));
    member(body, "status", static_cast<std::uint64_t>(status));
    fault(body, error, chinese);
    for (const auto& flaw : flaws) {
        body += &flaw == flaws.data() ? R"(, "errors": [{)" : ", {";
        member(body, "pointer", flaw.pointer);
        member(body, "field", flaw.field);
        fault(body, flaw.error, chinese);
        body += '}';
    }
    body += flaws.empty() ? "}\n" : "]}\n";
    return {.status = status,
            .headers = {{"Content-Type", "application/problem+json"},
                        {"Content-Language", chinese ? "zh" : "en"},
                        {"Cache-Control", "no-store"}},
            .body = std::move(body)};
}

Response internal_error(bool chinese) {
    return problem(500,
                   {.code = "internal-error",
                    .what = {"服务器出了错，这不是请求的问题",
                             "the server failed; nothing is wrong with the request"},
                    .mend = {"稍后再试，或告诉运维", "try again later, or tell the operator"}},
                   chinese);
}

std::string_view reason(int status) {
    switch (status) {
        case 100: return "Continue";
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 206: return "Partial Content";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 307: return "Temporary Redirect";
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 411: return "Length Required";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 417: return "Expectation Failed";
        case 421: return "Misdirected Request";
        case 422: return "Unprocessable Content";
        case 428: return "Precondition Required";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 451: return "Unavailable For Legal Reasons";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        case 505: return "HTTP Version Not Supported";
        default: break;
    }
    switch (status / 100) {
        case 2: return "OK";
        case 3: return "See Other";
        case 4: return "Bad Request";
        default: return "Internal Server Error";
    }
}

}  // namespace yinuo::http
