#include "connect/mail_bounce.h"

#include <doctest/doctest.h>

#include <string>

namespace yinuo::connect {
namespace {

struct Report {
    std::string to = "bounces+ntc_1f@example.com";
    std::string type = "multipart/report; report-type=delivery-status;\n boundary=\"a/b.c\"";
    std::string recipient =
        "Final-Recipient: rfc822; li@example.net\n"
        "Original-Recipient: rfc822;li@example.net\n"
        "Action: failed\n"
        "Status: 5.1.1\n"
        "Remote-MTA: dns; mx.example.net\n"
        "Diagnostic-Code: smtp; 550 5.1.1 <li@example.net>: Recipient address\n"
        "    rejected: User unknown\n";
    std::string returned = "Message-ID: <ntc_1f@example.com>\nSubject: x\n";

    std::string text() const {
        return "Return-Path: <>\nReceived: by mail.example.net\n\tid 1234\nFrom: "
               "MAILER-DAEMON@mail.example.net (Mail Delivery System)\nSubject: Undelivered Mail "
               "Returned to Sender\nTo: " +
               to + "\nMIME-Version: 1.0\nContent-Type: " + type +
               "\n\nThis is a MIME-encapsulated message.\n\n--a/b.c\nContent-Description: "
               "Notification\nContent-Type: text/plain; charset=us-ascii\n\nI'm sorry.\n\n"
               "--a/b.c\nContent-Description: Delivery report\nContent-Type: "
               "message/delivery-status\n\nReporting-MTA: dns; mail.example.net\nArrival-Date: "
               "Mon, "
               " 2 Mar 2026 08:00:00 +0000 (UTC)\n\n" +
               recipient + "\n--a/b.c\nContent-Type: text/rfc822-headers\n\n" + returned +
               "\n--a/b.c--\n";
    }
};

Result<Bounce> read(const std::string& text) {
    return read_bounce(text, "bounces@example.com", "example.com");
}

TEST_CASE("a mail that came back names its notice, its status and why") {
    for (const bool crlf : {false, true}) {
        auto text = Report().text();
        for (std::size_t i = 0; crlf && (i = text.find('\n', i)) != std::string::npos; i += 2)
            text.insert(i, "\r");
        const auto bounce = read(text);
        REQUIRE(bounce);
        CHECK(bounce->key == "ntc_1f");
        CHECK(bounce->permanent);
        CHECK(bounce->given_up);
        CHECK(bounce->status == "5.1.1");
        CHECK(bounce->why ==
              "550 5.1.1 <li@example.net>: Recipient address rejected: User unknown");
    }
}

TEST_CASE("delayed isn't failed, and a full mailbox isn't for good") {
    const auto delayed =
        read(Report{.recipient = "Final-Recipient: rfc822;a@b\nAction: delayed\nStatus: 4.4.1\n"}
                 .text());
    REQUIRE(delayed);
    CHECK_FALSE(delayed->permanent);
    CHECK_FALSE(delayed->given_up);
    const auto full = read(
        Report{.recipient = "action: FAILED (at last)\nSTATUS: 4.2.2 (mailbox full)\n"}.text());
    REQUIRE(full);
    CHECK_FALSE(full->permanent);
    CHECK(full->given_up);
    CHECK(full->status == "4.2.2");
    CHECK(full->why.empty());
    // Of several recipients the one that failed counts.
    const auto both = read(
        Report{.recipient = "Action: delayed\nStatus: 4.4.1\n\nAction: failed\nStatus: 5.2.1\n"}
            .text());
    REQUIRE(both);
    CHECK(both->status == "5.2.1");
}

TEST_CASE("the key is that of the address it came to, else of the mail it returns") {
    const auto key = [](const Report& report) {
        const auto bounce = read(report.text());
        return bounce ? bounce->key : bounce.error().code;
    };
    CHECK(key({.to = "\"x\" <Bounces+ntc_2@Example.com>"}) == "ntc_2");
    CHECK(key({.to = "bounces@example.com", .returned = "message-id: <ntc_3@example.com>\n"}) ==
          "ntc_3");
    CHECK(key({.to = "bounces@example.com\nDelivered-To: bounces+ntc_4@example.com"}) == "ntc_4");
    CHECK(key({.to = "x@y", .returned = "Message-ID: <ntc_3@example.org>\n"}) == "bounce-unknown");
    CHECK(key({.to = "x@y", .returned = "Subject: none\n"}) == "bounce-unknown");
}

TEST_CASE("what is no bounce is refused, and says which way") {
    const auto code = [](const std::string& text) {
        const auto bounce = read(text);
        return bounce ? "" : bounce.error().code;
    };
    CHECK(code("") == "not-a-bounce");
    CHECK(code("Subject: Out of office\n\nI'm on holiday.\n") == "not-a-bounce");
    CHECK(code(Report{.recipient = "Action: delivered\nStatus: 2.0.0\n"}.text()) == "not-a-bounce");
    CHECK(code(Report{.recipient = "Action: failed\n"}.text()) == "bounce-unreadable");
    CHECK(code(Report{.recipient = "Action: failed\nStatus: 5.1\n"}.text()) == "bounce-unreadable");
    CHECK(code(Report{.recipient = "Action: failed\nStatus: 9.1.1\n"}.text()) ==
          "bounce-unreadable");
    CHECK(code(Report{.type = "multipart/report"}.text()) == "bounce-unreadable");
    CHECK(code(Report{.type = "multipart/report; boundary=other"}.text()) == "bounce-unreadable");
    CHECK(code(std::string(kBounceSizeMax + 1, 'x')) == "bounce-unreadable");
    // Cut off in the middle: what came counts.
    auto text = Report().text();
    text.resize(text.find("--a/b.c\nContent-Type: text/rfc822"));
    CHECK(read(text).value().status == "5.1.1");
}

}  // namespace
}  // namespace yinuo::connect
