#include "connect/messengers.h"

#include <doctest/doctest.h>

#include <future>

#include "connect/courier.h"
#include "connect/testing.h"

namespace yinuo::connect {
namespace {

using testing::answer;
using testing::Receiver;
using testing::Reply;

constexpr Instant kNow{1'772'438'400'123};  // 2026-03-02T08:00:00.123Z

Outcome said(int status, std::string body) { return {.status = status, .answer = std::move(body)}; }

Outcome through_courier(Delivery delivery) {
    auto courier = Courier::open({.reach = Reach::Anywhere}).value();
    std::promise<Outcome> told;
    REQUIRE(courier.deliver(std::move(delivery),
                            [&](Outcome outcome) { told.set_value(std::move(outcome)); }));
    return told.get_future().get();
}

TEST_CASE("企业微信: a message of text or Markdown, with the key in the address") {
    Receiver receiver(
        [](const auto&) { return Reply{answer("200 OK", R"({"errcode":0,"errmsg":"ok"})")}; });
    const WeComRobot robot{.key = vault::Secret<RobotKey>("693a91f6-7xxx/x"),
                           .base = receiver.url("")};
    ChatMessage message{.title = "装机晚了", .text = "李雷\n\"今天\""};
    const auto text = wecom_delivery(message, robot);
    REQUIRE(text);
    CHECK(text->url == receiver.url("/cgi-bin/webhook/send?key=693a91f6-7xxx%2Fx"));
    CHECK(text->body == R"({"msgtype":"text","text":{"content":"装机晚了\n李雷\n\"今天\""}})");
    CHECK(read_wecom(through_courier(*text)).said == MessageSaid::Sent);
    REQUIRE(receiver.requests().size() == 1);
    CHECK(receiver.requests()[0].starts_with("POST /cgi-bin/webhook/send?key=693a91f6-7xxx%2Fx "));
    CHECK(receiver.requests()[0].ends_with(text->body));
    message.form = ChatMessage::Form::Markdown;
    CHECK(wecom_delivery(message, robot)->body ==
          R"({"msgtype":"markdown","markdown":{"content":"**装机晚了**\n\n李雷\n\"今天\""}})");
    message.title.clear();
    message.text = std::string(4096, 'x');
    CHECK(wecom_delivery(message, robot));
    message.form = ChatMessage::Form::Text;
    const auto too_long = wecom_delivery(message, robot);
    REQUIRE_FALSE(too_long);
    CHECK(too_long.error().code == "message-too-long");
    CHECK(too_long.error().what.en == "the message has 4096 bytes, 2048 is the most");
}

// The expected signatures of this file were computed with Python's hmac and urllib.
TEST_CASE("钉钉: the signature of the time and the secret, in the address") {
    Receiver receiver(
        [](const auto&) { return Reply{answer("200 OK", R"({"errcode":0,"errmsg":"ok"})")}; });
    DingTalkRobot robot{.access_token = vault::Secret<RobotKey>("t0"),
                        .secret = vault::Secret<RobotSecret>(
                            "SECa1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90"),
                        .base = receiver.url("")};
    ChatMessage message{.title = "装机晚了", .text = "# 李雷", .form = ChatMessage::Form::Markdown};
    const auto markdown = dingtalk_delivery(message, robot, kNow);
    REQUIRE(markdown);
    CHECK(markdown->url ==
          receiver.url("/robot/send?access_token=t0&timestamp=1772438400123"
                       "&sign=b%2FtL9op44BF4SP9vibF%2BVlaCc%2BeRm3cfHbEjX4bmsIY%3D"));
    CHECK(markdown->body ==
          R"({"msgtype":"markdown","markdown":{"title":"装机晚了","text":"# 李雷"}})");
    CHECK(read_dingtalk(through_courier(*markdown)).said == MessageSaid::Sent);
    robot.secret = {};
    message.form = ChatMessage::Form::Text;
    const auto text = dingtalk_delivery(message, robot, kNow);
    REQUIRE(text);
    CHECK(text->url == receiver.url("/robot/send?access_token=t0"));
    CHECK(text->body == R"({"msgtype":"text","text":{"content":"装机晚了\n# 李雷"}})");
    message.text = std::string(20'000, 'x');
    CHECK(dingtalk_delivery(message, robot, kNow).error().code == "message-too-long");
}

TEST_CASE("短信: sorted, encoded and signed as the gateway's RPC style asks") {
    Receiver receiver([](const auto&) {
        return Reply{
            answer("200 OK", R"({"Message":"OK","RequestId":"R","Code":"OK","BizId":"B"})")};
    });
    const SmsGateway gateway{.access_key_id = "testId",
                             .access_key_secret = vault::Secret<GatewaySecret>("testSecret"),
                             .sign_name = "一诺宽带",
                             .base = receiver.url("")};
    Sms sms{.key = "ntc_1f",
            .phone = vault::Secret<PhoneNumber>("+8613800000000"),
            .template_code = "SMS_71390007",
            .values = {{"name", "李雷"}, {"amount", "20 元*~"}}};
    const auto delivery = sms_delivery(sms, gateway, kNow, "45e25e9b-0a6f-4070-8c85-2956eda1b466");
    REQUIRE(delivery);
    CHECK(delivery->url == receiver.url("/"));
    CHECK(delivery->body ==
          "AccessKeyId=testId&Action=SendSms&Format=JSON&OutId=ntc_1f&PhoneNumbers=%2B8613800000000"
          "&RegionId=cn-hangzhou&SignName=%E4%B8%80%E8%AF%BA%E5%AE%BD%E5%B8%A6&SignatureMethod="
          "HMAC-SHA1&SignatureNonce=45e25e9b-0a6f-4070-8c85-2956eda1b466&SignatureVersion=1.0"
          "&TemplateCode=SMS_71390007&TemplateParam=%7B%22name%22%3A%22%E6%9D%8E%E9%9B%B7%22%2C%22"
          "amount%22%3A%2220%20%E5%85%83%2A~%22%7D&Timestamp=2026-03-02T08%3A00%3A00Z"
          "&Version=2017-05-25&Signature=yGoHFKuvpj6gqpDDroZaKGdISC8%3D");
    CHECK(read_sms(through_courier(*delivery)).said == MessageSaid::Sent);
    CHECK(receiver.requests().at(0).ends_with(delivery->body));
    for (const auto* wrong :
         {"", "+", "1234", "138 0000 0000", "13800000000,13900000000", "123456789012345678901"}) {
        sms.phone = vault::Secret<PhoneNumber>(wrong);
        const auto refused = sms_delivery(sms, gateway, kNow, "n");
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == "phone-number");
    }
}

TEST_CASE("what robots answer") {
    struct Case {
        const char* body;
        MessageSaid said;
        const char* fault;
        const char* code;
    };
    using enum MessageSaid;
    for (const auto& [body, what, fault, code] : std::initializer_list<Case>{
             {R"({"errcode":0,"errmsg":"ok"})", Sent, "", ""},
             {R"({"errcode":-1,"errmsg":"system busy"})", TryAgain, "busy", "-1"},
             {R"({"errcode":93000,"errmsg":"invalid webhook url"})", Refused, "refused", "93000"},
             {R"({"errcode":310000,"errmsg":"sign not match"})", Refused, "refused", "310000"},
             {R"({"errcode":0.5})", TryAgain, "answer-unreadable", ""},
             {R"({"errmsg":"ok"})", TryAgain, "answer-unreadable", ""},
             {"", TryAgain, "answer-unreadable", ""},
             {"<html>", TryAgain, "answer-unreadable", ""}}) {
        INFO(body);
        for (const auto& read : {read_wecom(said(200, body)), read_dingtalk(said(200, body))}) {
            CHECK(read.said == what);
            CHECK(read.fault == fault);
            CHECK(read.code == code);
            CHECK(read.why.zh.empty() == read.fault.empty());
        }
    }
    const auto wecom = read_wecom(said(200, R"({"errcode":45009})"));
    CHECK(wecom.said == TryAgain);
    CHECK(wecom.fault == "too-fast");
    CHECK(wecom.retry_after == minutes(1));
    const auto dingtalk = read_dingtalk(said(200, R"({"errcode":130101})"));
    CHECK(dingtalk.fault == "too-fast");
    CHECK(dingtalk.retry_after == minutes(10));
    CHECK(read_wecom(said(200, R"({"errcode":130101})")).said == Refused);
    // An answer that isn't whole, or comes with a status that says no, never means sent.
    CHECK(
        read_wecom({.fault = Fault::TimedOut, .status = 200, .answer = R"({"errcode":0})"}).fault ==
        "no-answer");
    CHECK(read_wecom({.fault = Fault::Unsendable}).said == Refused);
    CHECK(read_wecom(said(404, R"({"errcode":0})")).said == Refused);
    CHECK(read_wecom(said(302, R"({"errcode":0})")).fault == "answer-unreadable");
    CHECK(read_wecom(said(503, "")).fault == "busy");
    const auto limited =
        read_wecom({.status = 429, .retry_after = seconds(7), .answer = R"({"errcode":0})"});
    CHECK(limited.fault == "too-fast");
    CHECK(limited.retry_after == seconds(7));
}

TEST_CASE("what the gateway answers") {
    struct Case {
        int status;
        const char* body;
        MessageSaid said;
        const char* fault;
    };
    using enum MessageSaid;
    for (const auto& [status, body, what, fault] : std::initializer_list<Case>{
             {200, R"({"Code":"OK","BizId":"1^0"})", Sent, ""},
             {200, R"({"Code":"isv.BUSINESS_LIMIT_CONTROL"})", TryAgain, "too-fast"},
             {400, R"({"Code":"Throttling.User"})", TryAgain, "too-fast"},
             {400, R"({"Code":"SignatureNonceUsed"})", TryAgain, "busy"},
             {500, R"({"Code":"InternalError"})", TryAgain, "busy"},
             {200, R"({"Code":"isp.SYSTEM_ERROR"})", TryAgain, "busy"},
             {200, R"({"Code":"isv.MOBILE_NUMBER_ILLEGAL"})", Refused, "refused"},
             {400, R"({"Code":"SignatureDoesNotMatch"})", Refused, "refused"},
             {404, R"({"Code":"OK"})", Refused, "refused"},
             {403, "", Refused, "refused"},
             {200, "OK", TryAgain, "answer-unreadable"},
             {0, "", TryAgain, "no-answer"}}) {
        INFO(status, " ", body);
        const auto read = read_sms(said(status, body));
        CHECK(read.said == what);
        CHECK(read.fault == fault);
    }
    CHECK(read_sms(said(200, R"({"Code":"isv.BUSINESS_LIMIT_CONTROL"})")).retry_after == hours(1));
    CHECK(read_sms(said(200, R"({"Code":"a\nb"})")).code == "a?b");
}

}  // namespace
}  // namespace yinuo::connect
