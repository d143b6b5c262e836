#include "connect/mail.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <sstream>
#include <string>
#include <thread>

namespace yinuo::connect {
namespace {

Mail mail(std::string to = "li@example.net") {
    return {.key = "ntc_1f",
            .from = {"一诺宽带", "care@example.com"},
            .to = {"李 \"雷\"", std::move(to)},
            .subject = "您的宽带安装晚了一天，我们向您道歉，并已为您准备 20 元话费抵扣",
            .text = "李雷您好：\n约好的时间我们没有到。\n.\n对不起。\n",
            .html = "<p>李雷您好：</p>\n<p>约好的时间我们没有到 &lt;3</p>\n",
            .unsubscribe = "https://example.com/u/abc",
            .at = {1'772'438'400'000}};
}

std::string code_of(const Mail& one) {
    const auto message = to_message(one);
    return message ? "" : message.error().code;
}

TEST_CASE("a mail is the same bytes every time, of ASCII lines that are short enough") {
    const auto message = to_message(mail());
    REQUIRE(message);
    CHECK(*message == *to_message(mail()));
    CHECK(
        message->starts_with("Date: Mon, 02 Mar 2026 08:00:00 +0000\r\n"
                             "From: =?UTF-8?B?5LiA6K+65a695bim?=\r\n <care@example.com>\r\n"));
    CHECK(message->find("\r\nMessage-ID: <ntc_1f@example.com>\r\n") != std::string::npos);
    CHECK(message->find("\r\nList-Unsubscribe: <https://example.com/u/abc>\r\n") !=
          std::string::npos);
    for (std::size_t begin = 0; begin < message->size();) {
        const auto end = message->find("\r\n", begin);
        REQUIRE(end != std::string::npos);
        CHECK(end - begin <= 78);
        for (std::size_t i = begin; i < end; ++i) {
            const auto c = static_cast<unsigned char>((*message)[i]);
            CHECK(c >= 0x20);
            CHECK(c < 0x7f);
        }
        begin = end + 2;
    }
}

TEST_CASE("plain names and subjects stay readable, what looks encoded is encoded") {
    auto one = mail();
    one.from.name = "The \"Yinuo\" team";
    one.subject = "Sorry";
    one.html.clear();
    one.unsubscribe.clear();
    const auto message = to_message(one);
    REQUIRE(message);
    CHECK(message->find("From: \"The \\\"Yinuo\\\" team\" <care@example.com>\r\n") !=
          std::string::npos);
    CHECK(message->find("Subject: Sorry\r\n") != std::string::npos);
    CHECK(message->find("multipart") == std::string::npos);
    CHECK(message->find("List-Unsubscribe") == std::string::npos);
    one.subject = "=?UTF-8?B?WA==?=";
    CHECK(to_message(one)->find("Subject: =?UTF-8?B?PT9VVEYtOD9CP1dBPT0/PQ==?=\r\n") !=
          std::string::npos);
}

TEST_CASE("nothing that is put in begins a header of its own") {
    for (const auto& bad :
         std::initializer_list<std::string>{"a\r\nBcc: x@example.net", "a\nb", "a\rb", "a\tb",
                                            std::string("a\0b", 3), "\x7f", "\xff"}) {
        auto one = mail();
        one.subject = bad;
        CHECK(code_of(one) == "mail-header");
        one = mail();
        one.to.name = bad;
        CHECK(code_of(one) == "mail-header");
        one = mail();
        one.from.name = bad;
        CHECK(code_of(one) == "mail-header");
        one = mail();
        one.unsubscribe = "https://example.com/" + bad;
        CHECK(code_of(one) == "mail-header");
        one = mail("li@example.net" + bad);
        CHECK(code_of(one) == "mail-address");
        one = mail();
        one.key = bad;
        CHECK(code_of(one) == "mail-key");
    }
    auto one = mail();
    one.unsubscribe = "https://example.com/> <mailto:x@example.net";
    CHECK(code_of(one) == "mail-header");
    one.unsubscribe = "javascript:alert(1)";
    CHECK(code_of(one) == "mail-header");
    one = mail();
    one.text = "\xff";
    CHECK(code_of(one) == "mail-text");
    one.text = std::string(kMailTextMax + 1, 'x');
    CHECK(code_of(one) == "mail-text");
    one = mail();
    one.subject = std::string(801, 'x');
    CHECK(code_of(one) == "mail-header");
}

TEST_CASE("what is an address") {
    for (const auto* good :
         {"a@b", "li.lei+x@mail.example.com", "o'hara@example.com", "a@xn--fiqs8s.example"})
        CHECK(is_mail_address(good));
    for (const auto* bad :
         {"",        "@",      "a@",      "@b",    "a b@c",          "a@b c",     ".a@b",
          "a.@b",    "a..b@c", "a@-b",    "a@b-",  "a@b..c",         "a@b.",      "a@[1.2.3.4]",
          "\"a\"@b", "a@b@c",  "a@b,c@d", "<a@b>", "李@example.com", "a@例子.cn", "a@b\n"}) {
        INFO(bad);
        CHECK_FALSE(is_mail_address(bad));
    }
    CHECK(is_mail_address(std::string(64, 'a') + "@b"));
    CHECK_FALSE(is_mail_address(std::string(65, 'a') + "@b"));
}

TEST_CASE("an envelope's sender names the notice, and can be read back") {
    const std::string bounces = "bounces@example.com";
    CHECK(bounce_address(bounces, "ntc_1f") == "bounces+ntc_1f@example.com");
    CHECK(key_of_bounce_address(bounces, "bounces+ntc_1f@example.com") == "ntc_1f");
    CHECK(key_of_bounce_address(bounces, "Bounces+ntc_1f@EXAMPLE.com") == "ntc_1f");
    for (const auto* bad : {"bounces@example.com", "bounces+@example.com", "x+ntc_1f@example.com",
                            "bounces+ntc_1f@example.org", "bounces+a.b@example.com", ""})
        CHECK_FALSE(key_of_bounce_address(bounces, bad));
}

TEST_CASE("a mail server's settings that can't be right are refused") {
    const auto opens = [](MailServer server) {
        return Mailer::open(std::move(server)).has_value();
    };
    CHECK(opens({.host = "smtp.example.com", .bounces = "bounces@example.com"}));
    CHECK_FALSE(opens({.host = "", .bounces = "bounces@example.com"}));
    CHECK_FALSE(opens({.host = "a/b", .bounces = "bounces@example.com"}));
    CHECK_FALSE(opens({.host = "a@b", .bounces = "bounces@example.com"}));
    CHECK_FALSE(opens({.host = "a", .port = 0, .bounces = "bounces@example.com"}));
    CHECK_FALSE(opens({.host = "a", .bounces = "bounces"}));
    CHECK_FALSE(opens({.host = "a", .bounces = "b@c", .hello = "x\r\ny"}));
    CHECK_FALSE(opens({.host = "a", .bounces = "sixteen-letters-@example.com"}));
}

MailOutcome sent(MailServer server, const Mail& one) {
    auto mailer = Mailer::open(std::move(server)).value();
    return mailer.send(one);
}

TEST_CASE("a server that isn't there, or where we may not go, means later") {
    const MailServer nobody{.host = "127.0.0.1", .port = 1, .bounces = "bounces@example.com"};
    const auto refused = sent(nobody, mail());
    CHECK(refused.said == MailSaid::TryAgain);
    CHECK(refused.fault == "no-answer");
    auto one = nobody;
    one.reach = Reach::Public;
    CHECK(sent(one, mail()).fault == "forbidden");
    one = nobody;
    one.host = "192.0.2.1";
    one.security = MailServer::Security::PlainLocalhost;
    CHECK(sent(one, mail()).fault == "forbidden");
    const auto wrong = sent(nobody, mail("nobody"));
    CHECK(wrong.said == MailSaid::Refused);
    CHECK(wrong.fault == "mail-address");
}

// script/check-mail starts the servers and afterwards judges what they received.
struct Live {
    std::uint16_t starttls = 0, tls = 0, plain = 0, unwilling = 0;
    std::string ca_file;

    MailServer server() const {
        return {.host = "localhost",
                .port = starttls,
                .user = "yinuo",
                .password = vault::Secret<MailPassword>("s3cret-一诺"),
                .bounces = "bounces@example.com",
                .hello = "yinuo.example.com",
                .ca_file = ca_file};
    }
};

std::optional<Live> live() {
    const char* const given = std::getenv("YINUO_CHECK_MAIL");
    if (given == nullptr) {
        MESSAGE("skipped: no mail servers; script/check-mail starts them");
        return std::nullopt;
    }
    Live servers;
    std::istringstream(given) >> servers.starttls >> servers.tls >> servers.plain >>
        servers.unwilling >> servers.ca_file;
    REQUIRE_FALSE(servers.ca_file.empty());
    return servers;
}

TEST_CASE("live mail: arrives, again and over the same connection") {
    const auto servers = live();
    if (!servers) return;
    auto mailer = Mailer::open(servers->server()).value();
    for (int time = 0; time < 2; ++time) {
        const auto told = mailer.send(mail());
        INFO(told.fault, " ", told.reply);
        CHECK(told.said == MailSaid::Sent);
        CHECK(told.fault.empty());
        CHECK(told.code == 250);
    }
    auto server = servers->server();
    server.port = servers->tls;
    server.security = MailServer::Security::Tls;
    CHECK(sent(server, mail("tls@example.net")).said == MailSaid::Sent);
    server = servers->server();
    server.port = servers->plain;
    server.user.clear();
    server.security = MailServer::Security::PlainLocalhost;
    CHECK(sent(server, mail("plain@example.net")).said == MailSaid::Sent);
}

TEST_CASE("live mail: what each refusal means") {
    const auto servers = live();
    if (!servers) return;
    auto mailer = Mailer::open(servers->server()).value();
    struct Case {
        const char* to;
        MailSaid said;
        const char* fault;
        int code;
        const char* status;
    };
    for (const auto& [to, said, fault, code, status] :
         {Case{"gone@example.net", MailSaid::Refused, "mail-refused", 550, "5.1.1"},
          Case{"grey@example.net", MailSaid::TryAgain, "try-later", 451, "4.7.1"},
          Case{"full@example.net", MailSaid::Refused, "mail-refused", 552, "5.2.2"},
          Case{"busy@example.net", MailSaid::TryAgain, "try-later", 452, "4.3.1"},
          Case{"grey@example.net", MailSaid::Sent, "", 250, ""}}) {
        const auto told = mailer.send(mail(to));
        INFO(to, " ", told.reply);
        CHECK(told.said == said);
        CHECK(told.fault == fault);
        CHECK(told.code == code);
        CHECK(told.status == status);
        CHECK(told.why.en.empty() == told.fault.empty());
    }
}

TEST_CASE("live mail: without encryption or the right password nothing is said") {
    const auto servers = live();
    if (!servers) return;
    auto server = servers->server();
    server.port = servers->plain;
    CHECK(sent(server, mail("leak@example.net")).fault == "tls");
    server = servers->server();
    server.ca_file.clear();
    CHECK(sent(server, mail("leak@example.net")).fault == "tls");
    server = servers->server();
    server.host = "127.0.0.1";  // not in the certificate
    CHECK(sent(server, mail("leak@example.net")).fault == "tls");
    server = servers->server();
    server.password = vault::Secret<MailPassword>("wrong");
    const auto unknown = sent(server, mail("leak@example.net"));
    INFO(unknown.code, " ", unknown.reply);
    CHECK(unknown.said == MailSaid::TryAgain);
    CHECK(unknown.fault == "login");
    server = servers->server();
    server.port = servers->unwilling;
    const auto unwilling = sent(server, mail("leak@example.net"));
    CHECK(unwilling.said == MailSaid::TryAgain);
    CHECK(unwilling.code == 554);
}

TEST_CASE("live mail: a server that hangs is left after the timeout, or when we stop") {
    const auto servers = live();
    if (!servers) return;
    auto server = servers->server();
    server.timeout = Millis{700};
    const auto hung = sent(server, mail("hang@example.net"));
    CHECK(hung.said == MailSaid::TryAgain);
    CHECK(hung.fault == "no-answer");
    server.timeout = seconds(60);
    auto mailer = Mailer::open(server).value();
    std::thread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        mailer.stop();
    });
    const auto begin = std::chrono::steady_clock::now();
    CHECK(mailer.send(mail("hang@example.net")).fault == "stopped");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
    CHECK(mailer.send(mail()).fault == "stopped");
    stopper.join();
}

}  // namespace
}  // namespace yinuo::connect
