#include "connect/transfer.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "base/check.h"
#include "connect/address.h"

namespace yinuo::connect {
namespace {

constexpr std::size_t kUrlMax = 4096;
constexpr std::size_t kWorthHiding = 8;                 // shorter words are no secrets
constexpr curl_off_t kPatienceMax = 366LL * 24 * 3600;  // seconds, so that nothing overflows
constexpr std::array<std::string_view, 5> kMethods = {"POST", "PUT", "PATCH", "DELETE", "GET"};

struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
    void operator()(char* text) const { curl_free(text); }
};

std::string part_of(CURLU* url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, FreeText> owned(text);
    return text;
}

bool is_header_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_';
    });
}

bool is_header_value(std::string_view value) {
    return std::ranges::all_of(value,
                               [](unsigned char c) { return c == '\t' || (c >= 32 && c != 127); });
}

void blot(std::string& text, std::string_view secret) {
    if (secret.size() < kWorthHiding) return;
    constexpr std::string_view kBlot = "***";
    for (auto at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + kBlot.size()))
        text.replace(at, secret.size(), kBlot);
}

// An answer may repeat what we sent: "Cannot POST /hook/<secret>", "bad token <secret>".
std::string excerpt_of(std::string text, const Delivery& delivery) {
    for (const auto& [name, value] : delivery.headers) {
        blot(text, value);
        blot(text, std::string_view(value).substr(value.rfind(' ') + 1));  // Bearer <secret>
    }
    const std::string_view url = delivery.url;
    if (const auto target = url.find('/', url.find("://") + 3); target != std::string_view::npos)
        blot(text, url.substr(target));
    blot(text, delivery.body);
    text.resize(std::min(text.size(), Courier::kExcerptMax));
    return text;
}

Fault fault_of(CURLcode code) {
    switch (code) {
        case CURLE_OK: return Fault::None;
        case CURLE_URL_MALFORMAT: return Fault::Unsendable;
        case CURLE_COULDNT_RESOLVE_HOST: return Fault::Unresolved;
        case CURLE_COULDNT_CONNECT: return Fault::Refused;
        case CURLE_OPERATION_TIMEDOUT: return Fault::TimedOut;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS: return Fault::Tls;
        default: return Fault::Broken;  // libcurl knows a hundred ways
    }
}

template <typename Value>
void set(CURL* handle, CURLoption option, Value value) {
    check(curl_easy_setopt(handle, option, value) == CURLE_OK);
}

}  // namespace

std::optional<std::string> host_of(const Delivery& delivery) {
    if (delivery.url.size() > kUrlMax || delivery.url.find('\0') != std::string::npos ||
        std::ranges::find(kMethods, delivery.method) == kMethods.end())
        return std::nullopt;
    for (const auto& [name, value] : delivery.headers)
        if (!is_header_name(name) || !is_header_value(value)) return std::nullopt;
    const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
    check(url != nullptr);
    if (curl_url_set(url.get(), CURLUPART_URL, delivery.url.c_str(), 0) != CURLUE_OK)
        return std::nullopt;
    const auto scheme = part_of(url.get(), CURLUPART_SCHEME);
    const auto name = part_of(url.get(), CURLUPART_HOST);
    if ((scheme != "http" && scheme != "https") || name.empty()) return std::nullopt;
    return scheme + "://" + name + ":" + part_of(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

Transfer::Transfer(Delivery delivery, Courier::Done done, Reach reach)
    : delivery_(std::move(delivery)),
      done_(std::move(done)),
      reach_(reach),
      handle_(curl_easy_init()) {
    check(handle_ != nullptr);
    CURL* const handle = handle_.get();
    set(handle, CURLOPT_PRIVATE, this);
    set(handle, CURLOPT_URL, delivery_.url.c_str());
    set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_PROXY, "");  // one from the environment would connect past our check
    set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(handle, CURLOPT_TIMEOUT_MS,
        static_cast<long>(std::max<std::int64_t>(1, delivery_.timeout.count)));
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_QUICK_EXIT, 1L);  // a name server that hangs must not hold up the others
    set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!delivery_.ca_file.empty()) set(handle, CURLOPT_CAINFO, delivery_.ca_file.c_str());
    set(handle, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
    set(handle, CURLOPT_OPENSOCKETDATA, this);
    set(handle, CURLOPT_WRITEFUNCTION, &Transfer::take_answer);
    set(handle, CURLOPT_WRITEDATA, this);
    set_request();
}

void Transfer::set_request() {
    CURL* const handle = handle_.get();
    if (delivery_.method != "GET" || !delivery_.body.empty()) {
        set(handle, CURLOPT_POSTFIELDS, delivery_.body.data());
        set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(delivery_.body.size()));
        set(handle, CURLOPT_CUSTOMREQUEST, delivery_.method.c_str());
    }
    add_header("User-Agent: yinuo");
    add_header("Expect:");        // no waiting for 100 Continue
    add_header("Content-Type:");  // none of libcurl's own; a later line wins
    for (const auto& [name, value] : delivery_.headers) {
        std::string line = name;
        line += value.empty() ? ";" : ": ";
        add_header(line += value);
    }
    set(handle, CURLOPT_HTTPHEADER, headers_.get());
}

void Transfer::add_header(const std::string& line) {
    curl_slist* const list = curl_slist_append(headers_.get(), line.c_str());
    check(list != nullptr);
    auto* const before = headers_.release();
    check(before == nullptr || before == list);  // it grows at its end
    headers_.reset(list);
}

Transfer* Transfer::of(CURL* handle) {
    Transfer* transfer = nullptr;
    check(curl_easy_getinfo(handle, CURLINFO_PRIVATE, &transfer) == CURLE_OK);
    return transfer;
}

// libcurl asks this for every address that it is about to connect to, after looking the name up.
curl_socket_t Transfer::open_socket(void* transfer, curlsocktype, curl_sockaddr* address) {
    auto* const self = static_cast<Transfer*>(transfer);
    std::string_view bytes;
    if (address->family == AF_INET) {
        const auto* ip = reinterpret_cast<const sockaddr_in*>(&address->addr);
        bytes = {reinterpret_cast<const char*>(&ip->sin_addr), sizeof ip->sin_addr};
    } else if (address->family == AF_INET6) {
        const auto* ip = reinterpret_cast<const sockaddr_in6*>(&address->addr);
        bytes = {reinterpret_cast<const char*>(&ip->sin6_addr), sizeof ip->sin6_addr};
    }
    if (bytes.empty() || (self->reach_ == Reach::Public && !is_public_address(bytes))) {
        self->forbidden_ = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t Transfer::take_answer(char* bytes, std::size_t one, std::size_t size, void* transfer) {
    auto* const self = static_cast<Transfer*>(transfer);
    const std::size_t count = one * size;
    const std::size_t room = Courier::kAnswerMax - self->answer_.size();
    self->answer_.append(bytes, std::min(count, room));
    if (count <= room) return count;
    self->too_long_ = true;
    return 0;  // libcurl hangs up
}

Outcome Transfer::outcome(CURLcode code) const {
    Outcome outcome;
    outcome.fault = fault_of(code);
    if (too_long_) outcome.fault = Fault::TooLong;
    if (outcome.fault == Fault::Refused && forbidden_) outcome.fault = Fault::Forbidden;
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    outcome.status = static_cast<int>(status);
    curl_off_t patience = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RETRY_AFTER, &patience);
    if (patience > 0) outcome.retry_after = seconds(std::min(patience, kPatienceMax));
    outcome.excerpt = excerpt_of(answer_, delivery_);
    if (delivery_.keeps_answer) outcome.answer = answer_;
    return outcome;
}

}  // namespace yinuo::connect
