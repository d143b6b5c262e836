// The web app, as it was built into the program: the customer portal at /, the console at /app, and
// what both are made of under /assets. Which page an address means the app decides; here every
// address of a face gets the face's one document.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "http/accept.h"
#include "http/gzip.h"
#include "server/config.h"
#include "server/routes.h"
#include "server/web_files.h"

namespace yinuo::server {
namespace {

// Nothing from elsewhere, nothing inline: what a page runs and how it looks comes from our own files.
constexpr std::string_view kPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'";
constexpr std::size_t kFileMost = 32 << 20;

constexpr std::string_view kWithout =
    "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>一诺</title></head>"
    "<body><h1>一诺</h1><p>这个程序编译时没有 node，所以不带网页应用；接口和命令行照常可用。"
    "<a href=\"/board\">承诺公示板</a></p>"
    "<p lang=\"en\">This program was built without node and carries no web app; the API and the "
    "command line work. <a href=\"/board\">The promise board</a></p></body></html>";

bool wants_gzip(const http::Request& request) {
    bool wants = false;
    http::each_preference(request.header("accept-encoding").value_or(""),
                          [&](std::string_view coding, int quality) {
                              if (coding == "gzip" || coding == "*") wants = quality > 0;
                          });
    return wants;
}

// Of what a browser may show as a page; scripts and styles are held to that of the page they are for.
http::Response with_policy(http::Response response) {
    const auto type = response.header("content-type").value_or("");
    if (!type.starts_with("text/html") && !type.starts_with("image/")) return response;
    return std::move(response)
        .with("Content-Security-Policy", std::string(kPolicy))
        .with("Referrer-Policy", "same-origin");
}

std::string_view type_of(std::string_view name) {
    constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"}};
    for (const auto& [end, type] : kTypes)
        if (name.ends_with(end)) return type;
    return "application/octet-stream";
}

bool is_plain_name(std::string_view name) {
    return !name.empty() && name.front() != '.' && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

// For who works on the web app: read anew for each request, so that a page loaded again is new.
std::optional<http::Response> from_folder(const std::string& folder, const std::string& name) {
    std::ifstream file(folder + "/" + name, std::ios::binary);
    if (!file) return std::nullopt;
    http::Response response{
        .status = 200,
        .headers = {{"Content-Type", std::string(type_of(name))}, {"Cache-Control", "no-cache"}},
        .body = {std::istreambuf_iterator<char>(file), {}}};
    return with_policy(std::move(response));
}

std::optional<http::Response> from_program(const http::Request& request, std::string_view name) {
    const auto files = web_files();
    const auto found = std::ranges::find(files, name, &WebFile::name);
    if (found == files.end()) return std::nullopt;
    // The build's names carry a hash of what is in them; the documents' don't.
    const bool lasting = name.starts_with("assets/");
    http::Response response{
        .status = 200,
        .headers = {{"Content-Type", std::string(found->type)},
                    {"Cache-Control", lasting ? "public, max-age=31536000, immutable" : "no-cache"},
                    {"ETag", std::string(found->etag)},
                    {"Vary", "Accept-Encoding"}},
        .body = {}};
    if (wants_gzip(request)) {
        response.with("Content-Encoding", "gzip").body = found->packed;
    } else if (http::unpack(found->packed, kFileMost, response.body) != http::Unpacked::Whole) {
        return std::nullopt;
    }
    return with_policy(std::move(response));
}

std::optional<http::Response> find(const Call& call, const std::string& name) {
    const auto& folder = call.things.config.web;
    return folder.empty() ? from_program(call.request, name) : from_folder(folder, name);
}

Answer document(const Call& call, const std::string& name) {
    if (auto found = find(call, name)) return std::move(*found);
    return with_policy({.status = 200,
                        .headers = {{"Content-Type", "text/html; charset=utf-8"}},
                        .body = std::string(kWithout)});
}

Answer portal(const Call& call) { return document(call, "index.html"); }
Answer console(const Call& call) { return document(call, "app.html"); }

Answer icon(const Call& call) {
    if (auto found = find(call, "favicon.svg")) return std::move(*found);
    return deny(no_such({"文件", "file"}));
}

Answer asset(const Call& call) {
    const std::string name(call.parameter("name"));
    if (is_plain_name(name))
        if (auto found = find(call, "assets/" + name)) return std::move(*found);
    return deny(no_such({"文件", "file"}));
}

constexpr double kCheap = 0.1;  // a page is some twenty files
constexpr auto kOpen = Permission::Public;
constexpr Route kRoutes[] = {
    {"GET", "/", "showPortal", kOpen, portal, 0, false, kCheap},
    {"GET", "/verify", "showVerifier", kOpen, portal, 0, false, kCheap},
    {"GET", "/my", "showMine", kOpen, portal, 0, false, kCheap},
    {"GET", "/my/{a}", "showMine1", kOpen, portal, 0, false, kCheap},
    {"GET", "/my/{a}/{b}", "showMine2", kOpen, portal, 0, false, kCheap},
    {"GET", "/app", "showConsole", kOpen, console, 0, false, kCheap},
    {"GET", "/app/{a}", "showConsole1", kOpen, console, 0, false, kCheap},
    {"GET", "/app/{a}/{b}", "showConsole2", kOpen, console, 0, false, kCheap},
    {"GET", "/app/{a}/{b}/{c}", "showConsole3", kOpen, console, 0, false, kCheap},
    {"GET", "/favicon.svg", "readIcon", kOpen, icon, 0, false, kCheap},
    {"GET", "/assets/{name}", "readAsset", kOpen, asset, 0, false, kCheap},
};

}  // namespace

std::span<const Route> web_routes() { return kRoutes; }

}  // namespace yinuo::server
