// Sends mails to one mail server over SMTP (RFC 5321), through libcurl.
//
// The connection is encrypted: STARTTLS is asked for and must be granted, or TLS from the first
// byte. Only to a server on this machine may it be plain, and that is checked at the socket, not by
// the name. The certificate must fit the host's name.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "connect/courier.h"
#include "connect/mail_message.h"
#include "vault/secret.h"

namespace yinuo::connect {

struct MailPassword;  // a tag

struct MailServer {
    enum class Security : std::uint8_t {
        StartTls,        // usually port 587
        Tls,             // usually port 465
        PlainLocalhost,  // only loopback addresses
    };
    std::string host;  // a name or an IPv4 address
    std::uint16_t port = 587;
    Security security = Security::StartTls;
    std::string user = {};  // empty: without logging in
    vault::Secret<MailPassword> password = {};
    std::string bounces;       // where bounces go, "bounces@example.com": gets +KEY before the @
    std::string hello = {};    // our name in EHLO; empty: what the machine is called
    std::string ca_file = {};  // PEM; empty: the certificates the system trusts
    Reach reach = Reach::Anywhere;  // Public: not into our own network
    Millis timeout = seconds(60);   // for one mail, all of it
};

enum class MailSaid : std::uint8_t {
    Sent,      // the server took it; a bounce may still come (mail_bounce.h)
    TryAgain,  // also when nobody knows whether it arrived: the same mail again has the same id
    Refused,   // for good: this address, or this mail
};

struct MailOutcome {
    MailSaid said = MailSaid::TryAgain;
    // Stable: "mail-refused", "try-later", "login", "tls", "no-answer", "forbidden", "stopped", or
    // the code of to_message()'s refusal. Empty: Sent.
    std::string fault = {};
    int code = 0;             // the server's last reply, 550; 0: there was none
    std::string status = {};  // its enhanced code, "5.1.1" (RFC 3463), if it gave one
    std::string reply = {};   // its words, one line, at most 500 bytes; may name the address
    Text why = {};            // for people, without the address
};

// One thread at a time, but for stop(); the connection is kept for the next mail. The program must
// ignore SIGPIPE.
class Mailer {
public:
    // Refuses a host, port or bounce address that can't be right ("mail-server").
    static Result<Mailer> open(MailServer);
    Mailer(Mailer&&) noexcept;
    ~Mailer();

    // Blocks until the server answered, at most MailServer::timeout. 5xx means Refused, but for
    // those about logging in and encryption, which a person must mend: then it is TryAgain.
    MailOutcome send(const Mail&);

    // Ends the mail that is on its way within about a second, and every later one at once. From any
    // thread.
    void stop();

private:
    class Line;
    explicit Mailer(std::unique_ptr<Line>);
    std::unique_ptr<Line> line_;
};

}  // namespace yinuo::connect
