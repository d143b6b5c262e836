// Sends mails one after the other on a thread of its own: a mail server's answer takes its time.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "connect/mail.h"
#include "server/config.h"

namespace yinuo::server {

// The mail server of the settings; nullopt: there is none. Refuses ("bad-setting") an address that
// can't be read, and a password's file that can't be.
Result<std::optional<connect::MailServer>> mail_server_of(const Config&);

class MailDesk {
public:
    using Done = std::function<void(const connect::MailOutcome&)>;

    explicit MailDesk(connect::Mailer mailer);
    ~MailDesk();  // stop()

    // `done` is called exactly once, on the desk's thread: keep it short.
    void send(connect::Mail, Done done);
    // Breaks off the mail on its way and those that wait ("stopped").
    void stop();

private:
    void run();

    connect::Mailer mailer_;
    std::mutex lock_;
    std::condition_variable come_;
    std::deque<std::pair<connect::Mail, Done>> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace yinuo::server
