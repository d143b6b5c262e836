#include "server/mail_desk.h"

#include <charconv>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>

namespace yinuo::server {
namespace {

using Security = connect::MailServer::Security;

constexpr std::size_t kPasswordMost = 1024;

Error off(std::string_view name, Text what, Text mend) {
    return {.code = "bad-setting",
            .what = {std::string(name) + "：" + what.zh, std::string(name) + ": " + what.en},
            .mend = std::move(mend)};
}

struct Scheme {
    std::string_view text;
    Security security;
    std::uint16_t port;
};
constexpr Scheme kSchemes[] = {{"smtp://", Security::StartTls, 587},
                               {"smtps://", Security::Tls, 465},
                               {"smtp+plain://", Security::PlainLocalhost, 25}};

}  // namespace

Result<std::optional<connect::MailServer>> mail_server_of(const Config& config) {
    if (config.mail_server.empty()) return std::nullopt;
    connect::MailServer server;
    std::string_view rest;
    for (const auto& [text, security, port] : kSchemes)
        if (config.mail_server.starts_with(text)) {
            server.security = security;
            server.port = port;
            rest = std::string_view(config.mail_server).substr(text.size());
        }
    const auto colon = rest.rfind(':');
    bool fine = !rest.empty();
    if (colon != std::string_view::npos) {
        const auto* end = rest.data() + rest.size();
        const auto read = std::from_chars(rest.data() + colon + 1, end, server.port);
        fine = read.ec == std::errc() && read.ptr == end;
        rest = rest.substr(0, colon);
    }
    if (!fine)
        return refuse(off("mail_server", {"地址看不懂", "this address can't be read"},
                          {"例如 smtp://mail.example.com:587（STARTTLS）或 smtps://…:465",
                           "as smtp://mail.example.com:587 (STARTTLS) or smtps://...:465"}));
    if (!connect::is_mail_address(config.mail_from))
        return refuse(off("mail_from", {"不是邮件地址", "this is no mail address"},
                          {"例如 care@example.com", "as care@example.com"}));
    server.host = rest;
    server.user = config.mail_user;
    server.bounces = config.mail_bounces.empty() ? config.mail_from : config.mail_bounces;
    server.ca_file = config.mail_ca_file;
    if (!config.mail_password_file.empty()) {
        std::ifstream file(config.mail_password_file, std::ios::binary);
        std::string text(std::istreambuf_iterator<char>(file), {});
        while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
        if (!file || text.empty() || text.size() > kPasswordMost)
            return refuse(off("mail_password_file",
                              {"读不到密码", "no password can be read from it"},
                              {"一个文件，只写密码一行", "a file of one line: the password"}));
        server.password = vault::Secret<connect::MailPassword>(text);
        vault::wipe(text);
    }
    return server;
}

// One connection, and the mails that wait for it.
class MailDesk::Line {
public:
    explicit Line(connect::Mailer mailer)
        : mailer_(std::move(mailer)), thread_([this] { run(); }) {}

    void send(connect::Mail mail, Done done) {
        {
            const std::lock_guard hold(lock_);
            if (!stopping_) {
                waiting_.emplace_back(std::move(mail), std::move(done));
                come_.notify_all();
                return;
            }
        }
        done({.fault = "stopped"});
    }

    void begin_to_stop() {
        {
            const std::lock_guard hold(lock_);
            stopping_ = true;
        }
        come_.notify_all();
        mailer_.stop();
    }
    void join() {
        if (thread_.joinable()) thread_.join();
    }

private:
    void run() {
        std::unique_lock hold(lock_);
        for (;;) {
            come_.wait(hold, [this] { return stopping_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            auto [mail, done] = std::move(waiting_.front());
            waiting_.pop_front();
            const bool stopping = stopping_;
            hold.unlock();
            done(stopping ? connect::MailOutcome{.fault = "stopped"} : mailer_.send(mail));
            hold.lock();
        }
    }

    connect::Mailer mailer_;
    std::mutex lock_;
    std::condition_variable come_;
    std::deque<std::pair<connect::Mail, Done>> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

Result<std::unique_ptr<MailDesk>> MailDesk::open(const connect::MailServer& server,
                                                 std::size_t lines) {
    std::vector<std::unique_ptr<Line>> all;
    while (all.size() < lines)
        all.push_back(std::make_unique<Line>(TRY(connect::Mailer::open(server))));
    return std::unique_ptr<MailDesk>(new MailDesk(std::move(all)));
}

MailDesk::MailDesk(std::vector<std::unique_ptr<Line>> lines) : lines_(std::move(lines)) {}
MailDesk::~MailDesk() { stop(); }

void MailDesk::send(connect::Mail mail, Done done) {
    const auto line = std::hash<std::string>()(mail.to.address) % lines_.size();
    lines_[line]->send(std::move(mail), std::move(done));
}

void MailDesk::stop() {
    for (const auto& line : lines_) line->begin_to_stop();
    for (const auto& line : lines_) line->join();
}

}  // namespace yinuo::server
