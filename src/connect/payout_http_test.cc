#include "connect/payout_http.h"

#include <doctest/doctest.h>

#include <future>

#include "connect/courier.h"
#include "connect/flat_json.h"
#include "connect/testing.h"

namespace yinuo::connect {
namespace {

using testing::answer;
using testing::Receiver;
using testing::Reply;

PayoutOrder order() {
    return {.id = "pay_0000001f",
            .kind = "bill credit",
            .unit = "CNY",
            .amount = *Decimal::parse("20.005"),
            .money = Money{2000, *Currency::parse("CNY")},
            .customer = "C-1001",
            .subject = "order/4711",
            .promise = "same-day-install@3",
            .remedy = "晚一天赔二十"};
}

PayoutAnswer read(int status, std::string body, Fault fault = Fault::None) {
    return read_payout_answer(order(),
                              {.fault = fault, .status = status, .answer = std::move(body)});
}

TEST_CASE("an order says what is paid, to whom and for what, under its own key") {
    const auto delivery = payout_delivery(order(), {.url = "https://pay.example/orders"}, {0});
    CHECK(delivery.method == "POST");
    CHECK(delivery.body ==
          R"({"id":"pay_0000001f","kind":"bill credit","unit":"CNY","amount":"20.005",)"
          R"("minor":2000,"currency":"CNY","payee":"","customer":"C-1001",)"
          R"("subject":"order/4711","promise":"same-day-install@3",)"
          R"("remedy":"晚一天赔二十","back":false})");
    REQUIRE(delivery.headers.size() == 3);
    CHECK(delivery.headers[2].name == "Idempotency-Key");
    CHECK(delivery.headers[2].value == "pay_0000001f");
    auto data = order();
    data.money = {};
    data.unit = "MB";
    data.amount = 500;
    data.back = true;
    const auto of_data = payout_delivery(data, {.url = "https://pay.example/orders"}, {0});
    CHECK(of_data.body.find("minor") == std::string::npos);
    CHECK(of_data.body.find("currency") == std::string::npos);
    CHECK(of_data.body.find(R"("amount":"500")") != std::string::npos);
    CHECK(of_data.body.ends_with(R"("back":true})"));
}

TEST_CASE("with a secret the order is signed, with a token it is authorized") {
    const auto secret =
        vault::WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
    const PayoutSystem system{.url = "https://pay.example/orders",
                              .secrets = {secret},
                              .token = vault::Secret<BearerToken>("t0ken")};
    const auto delivery = payout_delivery(order(), system, {1'700'000'000'000});
    vault::WebhookHeaders headers;
    std::string authorization;
    for (const auto& [name, value] : delivery.headers) {
        if (name == "webhook-id") headers.id = value;
        if (name == "webhook-timestamp") headers.timestamp = value;
        if (name == "webhook-signature") headers.signature = value;
        if (name == "Authorization") authorization = value;
    }
    CHECK(authorization == "Bearer t0ken");
    CHECK(headers.id == "pay_0000001f");
    CHECK(vault::verify_webhook(headers, delivery.body, system.secrets, 1'700'000'000'000));
}

TEST_CASE("what each answer means") {
    struct Case {
        int status;
        const char* body;
        PayoutSaid said;
        const char* fault;
    };
    using enum PayoutSaid;
    for (const auto& [status, body, said, fault] : std::initializer_list<Case>{
             {200, "", Paid, ""},
             {204, "", Paid, ""},
             {200, " \r\n", Paid, ""},
             {202, "", Accepted, ""},
             {200, R"({"status":"paid"})", Paid, ""},
             {201, R"({"status":"paid","id":"pay_0000001f"})", Paid, ""},
             {202, R"({"status":"paid"})", Paid, ""},
             {200, R"({"status":"accepted"})", Accepted, ""},
             {200, R"({"status":"refused","reason":"account closed"})", Refused, "refused"},
             {200, R"({"status":"paid","amount":"20.00","currency":"CNY"})", Paid, ""},
             {200, R"({"status":"paid","amount":20.005,"minor":2000})", Paid, ""},
             {200, R"({"status":"paid","amount":2E1})", Paid, ""},
             // Another payout's answer says nothing about ours.
             {200, R"({"status":"paid","id":"pay_00000020"})", TryAgain, "answer-mismatch"},
             {200, R"({"status":"paid","id":7})", TryAgain, "answer-mismatch"},
             {200, R"({"status":"refused","id":"pay_00000020"})", TryAgain, "answer-mismatch"},
             // Paid, but not what was ordered.
             {200, R"({"status":"paid","amount":"200.00"})", NeedsPerson, "answer-mismatch"},
             {200, R"({"status":"paid","minor":20})", NeedsPerson, "answer-mismatch"},
             {200, R"({"status":"paid","currency":"JPY"})", NeedsPerson, "answer-mismatch"},
             {200, R"({"status":"paid","amount":null})", NeedsPerson, "answer-mismatch"},
             {200, R"({"status":"accepted","minor":20})", TryAgain, "answer-mismatch"},
             // Not understood: never taken for paid.
             {200, "OK", TryAgain, "answer-unreadable"},
             {200, "{}", TryAgain, "answer-unreadable"},
             {200, R"({"status":"PAID"})", TryAgain, "answer-unreadable"},
             {200, R"({"status":"refused","status":"paid"})", TryAgain, "answer-unreadable"},
             {200, R"([{"status":"paid"}])", TryAgain, "answer-unreadable"},
             {302, R"({"status":"paid"})", TryAgain, "answer-unreadable"},
             {409, R"({"status":"paid","id":"pay_0000001f"})", Paid, ""},
             {409, R"({"status":"paid"})", Paid, ""},
             {409, R"({"status":"paid","id":"pay_00000020"})", TryAgain, "answer-mismatch"},
             {409, R"({"status":"paid","id":"pay_0000001f","minor":1})", NeedsPerson,
              "answer-mismatch"},
             {409, "", TryAgain, "in-progress"},
             {409, R"({"status":"accepted"})", TryAgain, "in-progress"},
             {409, R"({"status":"refused","id":"pay_0000001f"})", Refused, "refused"},
             {400, "", Refused, "refused"},
             {404, "<html>", Refused, "refused"},
             {422, R"({"status":"refused"})", Refused, "refused"},
             {422, R"({"status":"paid"})", NeedsPerson, "answer-contradicts"},
             {408, "", TryAgain, "busy"},
             {425, "", TryAgain, "busy"},
             {429, "", TryAgain, "busy"},
             {500, R"({"status":"paid"})", TryAgain, "busy"},
             {503, "", TryAgain, "busy"},
             {0, "", TryAgain, "no-answer"},
         }) {
        INFO(status, " ", body);
        const auto answer = read(status, body);
        CHECK(answer.said == said);
        CHECK(answer.fault == fault);
        CHECK(answer.why.en.empty() == answer.fault.empty());
        CHECK(answer.why.zh.empty() == answer.fault.empty());
    }
    CHECK(read(200, R"({"status":"refused","reason":"account\nclosed"})").reason ==
          "account closed");
}

TEST_CASE("half an answer is none, whatever its half says") {
    for (const Fault fault : {Fault::TimedOut, Fault::Broken, Fault::TooLong, Fault::Stopped,
                              Fault::Refused, Fault::Tls, Fault::Forbidden}) {
        CHECK(read(200, "", fault).said == PayoutSaid::TryAgain);
        CHECK(read(200, R"({"status":"paid"})", fault).fault == "no-answer");
    }
    CHECK(read(0, "", Fault::Unsendable).said == PayoutSaid::Refused);
}

TEST_CASE(
    "a confirmation that comes later, also twice, is read like an answer that names the payout") {
    const std::string paid = R"({"id":"pay_0000001f","status":"paid","minor":2000})";
    for (int time = 0; time < 2; ++time)
        CHECK(read_payout_confirmation(order(), paid).said == PayoutSaid::Paid);
    CHECK(read_payout_confirmation(order(), R"({"status":"paid"})").fault == "answer-unreadable");
    CHECK(read_payout_confirmation(order(), "").fault == "answer-unreadable");
    CHECK(read_payout_confirmation(order(), R"({"id":"pay_2","status":"paid"})").fault ==
          "answer-mismatch");
}

TEST_CASE("through the courier: the answer repeats our key and is understood all the same") {
    Receiver receiver([](const std::string& request) {
        CHECK(request.find("Idempotency-Key: pay_0000001f\r\n") != std::string::npos);
        return Reply{answer("200 OK", R"({"id":"pay_0000001f","status":"paid"})")};
    });
    auto courier = Courier::open({.reach = Reach::Anywhere}).value();
    std::promise<Outcome> told;
    REQUIRE(courier.deliver(payout_delivery(order(), {.url = receiver.url()}, {0}),
                            [&](Outcome outcome) { told.set_value(std::move(outcome)); }));
    const auto outcome = told.get_future().get();
    CHECK(outcome.excerpt.find("pay_0000001f") == std::string::npos);  // for eyes: blotted out
    CHECK(read_payout_answer(order(), outcome).said == PayoutSaid::Paid);
}

TEST_CASE("flat JSON: what is read, what is skipped, what is refused") {
    const auto json = FlatJson::parse(
        R"( {"a":"\u4e00\ud83d\ude00\n\"\/","b":-1.50e+2,"c":true,"d":{"a":[1,{"x":null}]},"e":[]} )");
    REQUIRE(json);
    CHECK(json->text("a") == "一😀\n\"/");
    CHECK(json->number("b") == Decimal(-150));
    CHECK(json->has("c"));
    CHECK(json->text("c").empty());
    CHECK_FALSE(json->number("d"));
    CHECK_FALSE(json->has("x"));
    for (const auto* bad : {"",
                            "1",
                            "[]",
                            "{",
                            "{}x",
                            R"({"a"})",
                            R"({"a":})",
                            R"({"a":1,})",
                            R"({"a":01})",
                            R"({"a":1.})",
                            R"({"a":.5})",
                            R"({"a":1e})",
                            R"({"a":+1})",
                            R"({"a":"\x"})",
                            R"({"a":"\ud800"})",
                            R"({"a":"\ude00"})",
                            "{\"a\":\"\n\"}",
                            "{\"a\":\"\xff\"}",
                            R"({"a":1,"a":1})",
                            R"({'a':1})",
                            R"({"a":"b)",
                            R"({"a":tru})"}) {
        INFO(bad);
        CHECK_FALSE(FlatJson::parse(bad));
    }
    const auto nested = [](int depth) {
        return "{\"a\":" + std::string(static_cast<std::size_t>(depth), '[') +
               std::string(static_cast<std::size_t>(depth), ']') + "}";
    };
    CHECK(FlatJson::parse(nested(kFlatDepthMax - 1)));
    CHECK_FALSE(FlatJson::parse(nested(kFlatDepthMax)));
    CHECK_FALSE(FlatJson::parse("{\"a\":\"" + std::string(kFlatSizeMax, 'x') + "\"}"));
}

}  // namespace
}  // namespace yinuo::connect
