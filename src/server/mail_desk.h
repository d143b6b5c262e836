// Sends mails on threads and connections of its own, a few at a time: a mail server's answer takes
// its time. Mails to one address go one after the other, in the order in which they came.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connect/mail.h"
#include "server/config.h"

namespace yinuo::server {

// The mail server of the settings; nullopt: there is none. Refuses ("bad-setting") an address that
// can't be read, and a password's file that can't be.
Result<std::optional<connect::MailServer>> mail_server_of(const Config&);

class MailDesk {
public:
    static constexpr std::size_t kLines = 8;
    using Done = std::function<void(const connect::MailOutcome&)>;

    // Connects when the first mail comes. Refuses as Mailer::open() does.
    static Result<std::unique_ptr<MailDesk>> open(const connect::MailServer&,
                                                  std::size_t lines = kLines);
    ~MailDesk();  // stop()

    // `done` is called exactly once, on a thread of the desk's: keep it short.
    void send(connect::Mail, Done done);
    // Breaks off the mails on their way and those that wait ("stopped").
    void stop();

private:
    class Line;
    explicit MailDesk(std::vector<std::unique_ptr<Line>>);
    std::vector<std::unique_ptr<Line>> lines_;
};

}  // namespace yinuo::server
