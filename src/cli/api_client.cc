#include "cli/api_client.h"

#include <curl/curl.h>

#include <utility>

#include "base/check.h"

namespace yinuo::cli {
namespace {

constexpr long kConnectSeconds = 10;
constexpr long kPatienceSeconds = 600;  // a clock may be moved over years
constexpr std::size_t kAnswerMax = std::size_t{64} << 20;

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void add(List& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    check(longer != nullptr);
    static_cast<void>(list.release());
    list.reset(longer);
}

std::size_t take_body(char* bytes, std::size_t one, std::size_t size, void* into) {
    auto& body = static_cast<ApiClient::Reply*>(into)->body;
    if (body.size() + one * size > kAnswerMax) return 0;
    body.append(bytes, one * size);
    return one * size;
}

std::size_t take_header(char* bytes, std::size_t one, std::size_t size, void* into) {
    std::string_view line(bytes, one * size);
    constexpr std::string_view kName = "etag:";
    bool is_etag = line.size() > kName.size();
    for (std::size_t i = 0; is_etag && i < kName.size(); ++i)
        is_etag = (line[i] | 0x20) == (kName[i] | 0x20);
    if (is_etag) {
        line.remove_prefix(kName.size());
        while (line.starts_with(' ')) line.remove_prefix(1);
        while (line.ends_with('\r') || line.ends_with('\n') || line.ends_with(' '))
            line.remove_suffix(1);
        static_cast<ApiClient::Reply*>(into)->etag = line;
    }
    return one * size;
}

}  // namespace

struct ApiClient::Line {
    struct FreeHandle {
        void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    };
    std::string url;
    std::unique_ptr<CURL, FreeHandle> handle;

    template <typename Value>
    void set(CURLoption option, Value value) {
        check(curl_easy_setopt(handle.get(), option, value) == CURLE_OK);
    }
};

ApiClient::ApiClient(std::unique_ptr<Line> line) : line_(std::move(line)) {}
ApiClient::~ApiClient() = default;
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient& ApiClient::operator=(ApiClient&&) noexcept = default;

Result<ApiClient> ApiClient::at(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    if (!url.starts_with("http://") && !url.starts_with("https://"))
        return refuse(
            {.code = "bad-url",
             .what = {"「" + url + "」不是服务器的地址", "\"" + url + "\" is no server's address"},
             .mend = {"例如 http://127.0.0.1:8080", "for example http://127.0.0.1:8080"}});
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    check(ready);
    auto line = std::make_unique<Line>();
    line->url = std::move(url);
    line->handle.reset(curl_easy_init());
    check(line->handle != nullptr);
    return ApiClient(std::move(line));
}

Result<ApiClient::Reply> ApiClient::ask(const Request& request) {
    Line& line = *line_;
    curl_easy_reset(line.handle.get());  // keeps the connection
    Reply reply;
    List headers;
    add(headers, "Expect:");
    if (!request.token.empty()) add(headers, "Authorization: Bearer " + request.token);
    if (!request.if_match.empty()) add(headers, "If-Match: " + request.if_match);
    if (!request.accept.empty()) add(headers, "Accept: " + request.accept);
    if (!request.language.empty()) add(headers, "Accept-Language: " + request.language);
    if (!request.once.empty()) add(headers, "Idempotency-Key: " + request.once);
    if (!request.body.empty()) {
        add(headers, "Content-Type: " + request.type);
        line.set(CURLOPT_POSTFIELDS, request.body.c_str());
        line.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    } else if (request.method != "GET") {
        line.set(CURLOPT_POSTFIELDS, "");
        line.set(CURLOPT_POSTFIELDSIZE, 0L);
        add(headers, "Content-Type:");
    }
    line.set(CURLOPT_URL, (line.url + request.path).c_str());
    line.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    line.set(CURLOPT_HTTPHEADER, headers.get());
    line.set(CURLOPT_PROTOCOLS_STR, "http,https");
    line.set(CURLOPT_PROXY, "");
    line.set(CURLOPT_NOSIGNAL, 1L);
    line.set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    line.set(CURLOPT_TIMEOUT, kPatienceSeconds);
    line.set(CURLOPT_WRITEFUNCTION, take_body);
    line.set(CURLOPT_WRITEDATA, &reply);
    line.set(CURLOPT_HEADERFUNCTION, take_header);
    line.set(CURLOPT_HEADERDATA, &reply);
    const CURLcode code = curl_easy_perform(line.handle.get());
    if (code != CURLE_OK) {
        const std::string why = curl_easy_strerror(code);
        return refuse(
            {.code = "no-server",
             .what = {"连不上 " + line.url + "：" + why, line.url + " doesn't answer: " + why},
             .mend = {"服务器在跑吗？地址对吗？", "is it running, and is that its address?"}});
    }
    long status = 0;
    check(curl_easy_getinfo(line.handle.get(), CURLINFO_RESPONSE_CODE, &status) == CURLE_OK);
    reply.status = static_cast<int>(status);
    return reply;
}

Error ApiClient::refused(const Request& request, const Reply& reply) {
    Arena memory;
    const auto json = wire::parse_json(reply.body, memory);
    const auto word = [](const wire::Json& of, std::string_view key) {
        const auto* found = of.find(key);
        return found == nullptr ? std::string() : std::string(found->text);
    };
    std::string code = "server-refused", words = reply.body.substr(0, 200);
    if (json && json->is_object()) {
        if (auto told = word(*json, "code"); !told.empty()) code = std::move(told);
        words = word(*json, "detail");
        if (words.empty()) words = word(*json, "title");
        if (const auto* errors = json->find("errors"))
            for (const auto& flaw : errors->items)
                words += " [" + word(flaw, "pointer") + " " + word(flaw, "detail") + "]";
    }
    const std::string head =
        request.method + " " + request.path + ": " + std::to_string(reply.status) + " ";
    return {.code = std::move(code), .what = {head + words, head + words}};
}

Result<wire::Json> ApiClient::must(const Request& request, Arena& memory, std::string* etag) {
    auto reply = TRY(ask(request));
    if (reply.status < 200 || reply.status > 299) return refuse(refused(request, reply));
    if (etag != nullptr) *etag = std::move(reply.etag);
    return wire::parse_json(reply.body, memory, request.path);
}

std::string encoded(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

}  // namespace yinuo::cli
