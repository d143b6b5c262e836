#include "connect/mail.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "connect/address.h"

namespace yinuo::connect {
namespace {

constexpr std::size_t kReplyMax = 500;

template <typename Value>
void set(CURL* handle, CURLoption option, Value value) {
    check(curl_easy_setopt(handle, option, value) == CURLE_OK);
}

bool is_loopback(std::string_view bytes) {
    if (bytes.size() == 4) return bytes[0] == 127;
    return bytes.size() == 16 && bytes.back() == 1 &&
           std::ranges::all_of(bytes.substr(0, 15), [](char c) { return c == 0; });
}

std::string_view address_bytes(const curl_sockaddr& address) {
    if (address.family == AF_INET) {
        const auto* ip = reinterpret_cast<const sockaddr_in*>(&address.addr);
        return {reinterpret_cast<const char*>(&ip->sin_addr), sizeof ip->sin_addr};
    }
    if (address.family == AF_INET6) {
        const auto* ip = reinterpret_cast<const sockaddr_in6*>(&address.addr);
        return {reinterpret_cast<const char*>(&ip->sin6_addr), sizeof ip->sin6_addr};
    }
    return {};
}

// RFC 3463: "5.1.1" in "550 5.1.1 no such user", if it is there.
std::string enhanced_status(std::string_view reply) {
    if (reply.size() < 9 || (reply[3] != ' ' && reply[3] != '-') || reply[4] != reply[0] ||
        reply[5] != '.')
        return {};
    const auto word = reply.substr(4, reply.find(' ', 4) - 4);
    const auto dots = std::ranges::count(word, '.');
    const bool fits =
        dots == 2 && word.size() <= 9 && word.back() != '.' &&
        std::ranges::all_of(word, [](unsigned char c) { return std::isdigit(c) != 0 || c == '.'; });
    return fits ? std::string(word) : std::string();
}

std::string one_line(std::string_view text) {
    std::string line;
    for (const char c : text.substr(0, kReplyMax)) {
        const auto byte = static_cast<unsigned char>(c);
        line += byte < 0x20 || byte >= 0x7f ? ' ' : c;
    }
    while (line.ends_with(' ')) line.pop_back();
    return line;
}

Text why(std::string_view fault) {
    if (fault == "mail-refused")
        return {"邮件服务器拒收：地址不存在，或不收这封信",
                "the mail server refused it: no such address, or not this mail"};
    if (fault == "try-later")
        return {"邮件服务器请稍后再试", "the mail server asks to come back later"};
    if (fault == "login")
        return {"邮件服务器不认用户名或密码，请核对设置",
                "the mail server doesn't take the user name or password; check the settings"};
    if (fault == "tls")
        return {"与邮件服务器建不成加密连接：它不提供 STARTTLS，或证书不可信",
                "no encrypted connection to the mail server: it offers no STARTTLS, or its "
                "certificate isn't trusted"};
    if (fault == "forbidden")
        return {"邮件服务器的地址不在允许的范围内",
                "the mail server's address isn't one that may be spoken to"};
    if (fault == "stopped") return {"程序正在停止", "the program is stopping"};
    return {"邮件服务器没有完整的答复", "the mail server gave no whole answer"};
}

MailOutcome outcome(MailSaid said, std::string_view fault) {
    return {.said = said, .fault = std::string(fault), .why = fault.empty() ? Text{} : why(fault)};
}

// What the last reply means when it was about the mail: its sender, recipient or content.
MailOutcome judge_reply(long reply) {
    // 530, 534, 535, 538: who we are or how we speak, not what we bring (RFC 4954 section 6).
    if (reply == 530 || reply == 534 || reply == 535 || reply == 538)
        return outcome(MailSaid::TryAgain, "login");
    if (reply >= 500 && reply < 600) return outcome(MailSaid::Refused, "mail-refused");
    if (reply >= 400 && reply < 500) return outcome(MailSaid::TryAgain, "try-later");
    return outcome(MailSaid::TryAgain, "no-answer");
}

MailOutcome judge(CURLcode code, long reply, bool message_given) {
    switch (code) {
        case CURLE_OK: return outcome(MailSaid::Sent, "");
        case CURLE_LOGIN_DENIED: return outcome(MailSaid::TryAgain, "login");
        case CURLE_USE_SSL_FAILED:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER: return outcome(MailSaid::TryAgain, "tls");
        case CURLE_SEND_ERROR:
            return judge_reply(reply);  // of MAIL, RCPT or DATA
        // Of the message; before it, the server's greeting: that is about us, not about this mail.
        case CURLE_WEIRD_SERVER_REPLY:
            return message_given ? judge_reply(reply) : outcome(MailSaid::TryAgain, "try-later");
        case CURLE_REMOTE_ACCESS_DENIED: return outcome(MailSaid::TryAgain, "try-later");
        default: return outcome(MailSaid::TryAgain, "no-answer");
    }
}

struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

class Mailer::Line {
public:
    Line(MailServer server, CURL* handle) : server_(std::move(server)), handle_(handle) {
        set_server();
    }

    MailOutcome send(const Mail& mail);
    void stop() { stopped_ = true; }

private:
    void set_server();
    MailOutcome perform();
    static curl_socket_t open_socket(void* line, curlsocktype, curl_sockaddr* address);
    static std::size_t give(char* buffer, std::size_t one, std::size_t size, void* line);
    static std::size_t hear(char* bytes, std::size_t one, std::size_t size, void* line);
    static int watch(void* line, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

    const MailServer server_;
    const std::unique_ptr<CURL, FreeHandle> handle_;
    std::atomic<bool> stopped_ = false;
    std::string_view unsent_;  // of the message
    std::string reply_;        // the line that came last
    bool forbidden_ = false;
};

void Mailer::Line::set_server() {
    CURL* const handle = handle_.get();
    const bool tls = server_.security == MailServer::Security::Tls;
    const bool plain = server_.security == MailServer::Security::PlainLocalhost;
    std::string url = (tls ? "smtps://" : "smtp://") + server_.host + ":";
    url += std::to_string(server_.port) + "/" + server_.hello;
    set(handle, CURLOPT_URL, url.c_str());
    set(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(handle, CURLOPT_USE_SSL, static_cast<long>(plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!server_.ca_file.empty()) set(handle, CURLOPT_CAINFO, server_.ca_file.c_str());
    if (!server_.user.empty()) {
        set(handle, CURLOPT_USERNAME, server_.user.c_str());
        set(handle, CURLOPT_PASSWORD, std::string(server_.password.expose()).c_str());
    }
    set(handle, CURLOPT_PROXY, "");
    set(handle, CURLOPT_NOSIGNAL, 1L);
    set(handle, CURLOPT_QUICK_EXIT, 1L);
    set(handle, CURLOPT_UPLOAD, 1L);
    set(handle, CURLOPT_TIMEOUT_MS,
        static_cast<long>(std::max<std::int64_t>(1, server_.timeout.count)));
    set(handle, CURLOPT_OPENSOCKETFUNCTION, &Line::open_socket);
    set(handle, CURLOPT_OPENSOCKETDATA, this);
    set(handle, CURLOPT_READFUNCTION, &Line::give);
    set(handle, CURLOPT_READDATA, this);
    set(handle, CURLOPT_HEADERFUNCTION, &Line::hear);
    set(handle, CURLOPT_HEADERDATA, this);
    set(handle, CURLOPT_NOPROGRESS, 0L);
    set(handle, CURLOPT_XFERINFOFUNCTION, &Line::watch);
    set(handle, CURLOPT_XFERINFODATA, this);
}

curl_socket_t Mailer::Line::open_socket(void* line, curlsocktype, curl_sockaddr* address) {
    auto* const self = static_cast<Line*>(line);
    const auto bytes = address_bytes(*address);
    const bool local_only = self->server_.security == MailServer::Security::PlainLocalhost;
    if (bytes.empty() || (local_only && !is_loopback(bytes)) ||
        (self->server_.reach == Reach::Public && !is_public_address(bytes))) {
        self->forbidden_ = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t Mailer::Line::give(char* buffer, std::size_t one, std::size_t size, void* line) {
    auto* const self = static_cast<Line*>(line);
    const auto count = self->unsent_.copy(buffer, one * size);
    self->unsent_.remove_prefix(count);
    return count;
}

// libcurl hands over the lines of the server's replies one by one. The farewell to QUIT, which it
// sends when a mail was refused, isn't what the mail was answered.
std::size_t Mailer::Line::hear(char* bytes, std::size_t one, std::size_t size, void* line) {
    auto* const self = static_cast<Line*>(line);
    const std::string_view line_of_reply(bytes, one * size);
    if (!line_of_reply.starts_with("221")) self->reply_ = line_of_reply.substr(0, kReplyMax);
    return one * size;
}

int Mailer::Line::watch(void* line, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Line*>(line)->stopped_ ? 1 : 0;
}

MailOutcome Mailer::Line::send(const Mail& mail) {
    const auto message = to_message(mail);
    if (!message)
        return {
            .said = MailSaid::Refused, .fault = message.error().code, .why = message.error().what};
    unsent_ = *message;
    const std::string sender = "<" + bounce_address(server_.bounces, mail.key) + ">";
    const std::string recipient = "<" + mail.to.address + ">";
    const std::unique_ptr<curl_slist, FreeList> to(curl_slist_append(nullptr, recipient.c_str()));
    check(to != nullptr);
    set(handle_.get(), CURLOPT_MAIL_FROM, sender.c_str());
    set(handle_.get(), CURLOPT_MAIL_RCPT, to.get());
    auto told = perform();
    set(handle_.get(), CURLOPT_MAIL_RCPT, static_cast<curl_slist*>(nullptr));
    return told;
}

MailOutcome Mailer::Line::perform() {
    if (stopped_) return outcome(MailSaid::TryAgain, "stopped");
    reply_.clear();
    forbidden_ = false;
    const CURLcode code = curl_easy_perform(handle_.get());
    if (forbidden_) return outcome(MailSaid::TryAgain, "forbidden");
    if (code == CURLE_ABORTED_BY_CALLBACK) return outcome(MailSaid::TryAgain, "stopped");
    long reply = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &reply);
    auto told = judge(code, reply, unsent_.empty());
    told.code = static_cast<int>(reply);
    told.status = enhanced_status(reply_);
    told.reply = one_line(reply_);
    return told;
}

Result<Mailer> Mailer::open(MailServer server) {
    const auto is_name = [](std::string_view text) {
        return text.size() <= 253 && std::ranges::all_of(text, [](unsigned char c) {
                   return std::isalnum(c) != 0 || c == '-' || c == '.';
               });
    };
    if (server.host.empty() || !is_name(server.host) || !is_name(server.hello) ||
        server.port == 0 || !is_mail_address(server.bounces) ||
        !is_mail_address(bounce_address(server.bounces, std::string(kMailKeyMax, 'x'))))
        return refuse(
            {.code = "mail-server",
             .what = {"邮件服务器的主机、端口、自称或退信地址不对",
                      "the mail server's host, port, hello or bounce address is wrong"},
             .mend = {"例如 smtp.example.com、587、bounces@example.com（@ 前至多 15 个字符）",
                      "for example smtp.example.com, 587, bounces@example.com (at most 15 "
                      "characters before the @)"}});
    static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    CURL* const handle = started ? curl_easy_init() : nullptr;
    if (handle == nullptr)
        return refuse(
            {.code = "mail-server", .what = {"libcurl 无法启动", "libcurl doesn't start"}});
    return Mailer(std::make_unique<Line>(std::move(server), handle));
}

Mailer::Mailer(std::unique_ptr<Line> line) : line_(std::move(line)) {}
Mailer::Mailer(Mailer&&) noexcept = default;
Mailer::~Mailer() = default;

MailOutcome Mailer::send(const Mail& mail) { return line_->send(mail); }
void Mailer::stop() { line_->stop(); }

}  // namespace yinuo::connect
