#include "connect/payout_http.h"

#include "base/json_text.h"
#include "base/utf8.h"
#include "connect/flat_json.h"

namespace yinuo::connect {
namespace {

constexpr std::size_t kReasonMax = 200;  // characters

void append(std::string& json, std::string_view name, std::string_view value) {
    json += ",\"";
    json += name;
    json += "\":";
    append_json_string(json, value);
}

std::string to_json(const PayoutOrder& order) {
    std::string json = "{\"id\":";
    append_json_string(json, order.id);
    append(json, "kind", order.kind);
    append(json, "unit", order.unit);
    append(json, "amount", order.amount.to_string());
    if (order.money) {
        json += ",\"minor\":" + std::to_string(order.money->minor);
        append(json, "currency", order.money->currency.code());
    }
    append(json, "payee", order.payee);
    append(json, "customer", order.customer);
    append(json, "subject", order.subject);
    append(json, "promise", order.promise);
    append(json, "remedy", order.remedy);
    json += order.back ? ",\"back\":true}" : ",\"back\":false}";
    return json;
}

// One line of at most kReasonMax characters.
std::string one_line(std::string_view text) {
    std::string line;
    for (std::size_t i = 0, count = 0; i < text.size() && count < kReasonMax; ++count) {
        const auto length = utf8_length(text.substr(i));
        const auto c = static_cast<unsigned char>(text[i]);
        if (length == 1 && (c < 0x20 || c == 0x7f))
            line += ' ';
        else
            line += text.substr(i, length);
        i += length;
    }
    return line;
}

Text why(std::string_view fault) {
    if (fault == "no-answer")
        return {"支付系统没有完整的答复", "the payment system gave no whole answer"};
    if (fault == "busy")
        return {"支付系统请稍后再试", "the payment system asks to come back later"};
    if (fault == "in-progress")
        return {"支付系统还在处理这一笔", "the payment system is still at it"};
    if (fault == "answer-unreadable")
        return {"支付系统的答复看不懂；应为 {\"status\":\"paid\"|\"accepted\"|\"refused\"}",
                "the payment system's answer can't be understood; it should be "
                "{\"status\":\"paid\"|\"accepted\"|\"refused\"}"};
    if (fault == "answer-mismatch")
        return {"支付系统答复的不是这一笔，或金额不符",
                "the payment system's answer is about another payout or another amount"};
    if (fault == "answer-contradicts")
        return {"支付系统的状态码说不行，内容却说已付",
                "the payment system's status says no and its body says paid"};
    if (fault == "unsendable")
        return {"支付系统的地址或请求头写得不对，没有发出",
                "the payment system's address or a header is wrong; nothing was sent"};
    return {"支付系统拒绝了这一笔", "the payment system refused this payout"};
}

PayoutAnswer answer(PayoutSaid said, std::string_view fault, std::string reason = {}) {
    return {.said = said,
            .fault = std::string(fault),
            .why = fault.empty() ? Text{} : why(fault),
            .reason = std::move(reason)};
}

enum class Word : std::uint8_t { Paid, Accepted, Refused, None };

Word word_of(const FlatJson& body) {
    const auto status = body.text("status");
    if (status == "paid") return Word::Paid;
    if (status == "accepted") return Word::Accepted;
    if (status == "refused") return Word::Refused;
    return Word::None;
}

// Something that is there and isn't a text can't be the order's.
bool is_text(const FlatJson& body, std::string_view name, std::string_view value) {
    return !body.has(name) || body.text(name) == value;
}

bool is_number(const FlatJson& body, std::string_view name, const Decimal& value) {
    return !body.has(name) || body.number(name) == value;
}

bool same_amount(const PayoutOrder& order, const FlatJson& body) {
    if (!is_text(body, "unit", order.unit)) return false;
    if (!order.money) return is_number(body, "amount", order.amount);
    // Systems that only know the currency's digits answer with the rounded amount.
    return (is_number(body, "amount", order.amount) ||
            is_number(body, "amount", order.money->amount())) &&
           is_number(body, "minor", Decimal(order.money->minor)) &&
           is_text(body, "currency", order.money->currency.code());
}

PayoutAnswer read_success(const PayoutOrder& order, const FlatJson& body) {
    const auto word = word_of(body);
    auto reason = one_line(body.text("reason"));
    if (word == Word::None) return answer(PayoutSaid::TryAgain, "answer-unreadable");
    if (!is_text(body, "id", order.id)) return answer(PayoutSaid::TryAgain, "answer-mismatch");
    if (word == Word::Refused) return answer(PayoutSaid::Refused, "refused", std::move(reason));
    if (!same_amount(order, body))
        return answer(word == Word::Paid ? PayoutSaid::NeedsPerson : PayoutSaid::TryAgain,
                      "answer-mismatch", std::move(reason));
    return answer(word == Word::Paid ? PayoutSaid::Paid : PayoutSaid::Accepted, "",
                  std::move(reason));
}

PayoutAnswer read_conflict(const PayoutOrder& order, const std::optional<FlatJson>& body) {
    if (!body || word_of(*body) == Word::None || word_of(*body) == Word::Accepted)
        return answer(PayoutSaid::TryAgain, "in-progress");
    return read_success(order, *body);
}

PayoutAnswer read_refusal(const PayoutOrder& order, const std::optional<FlatJson>& body) {
    if (!body) return answer(PayoutSaid::Refused, "refused");
    auto reason = one_line(body->text("reason"));
    if (word_of(*body) == Word::Paid && is_text(*body, "id", order.id))
        return answer(PayoutSaid::NeedsPerson, "answer-contradicts", std::move(reason));
    return answer(PayoutSaid::Refused, "refused", std::move(reason));
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

PayoutAnswer read_answer(const PayoutOrder& order, const Outcome& outcome) {
    const int status = outcome.status;
    if (outcome.fault == Fault::Unsendable) return answer(PayoutSaid::Refused, "unsendable");
    // Half a body may lack the half that matters.
    if (outcome.fault != Fault::None || status < 200)
        return answer(PayoutSaid::TryAgain, "no-answer");
    if (status >= 500 || status == 408 || status == 425 || status == 429)
        return answer(PayoutSaid::TryAgain, "busy");
    const auto body = FlatJson::parse(outcome.answer);
    if (status == 409) return read_conflict(order, body);
    if (status >= 400) return read_refusal(order, body);
    if (status >= 300) return answer(PayoutSaid::TryAgain, "answer-unreadable");
    if (is_blank(outcome.answer))
        return answer(status == 202 ? PayoutSaid::Accepted : PayoutSaid::Paid, "");
    if (!body) return answer(PayoutSaid::TryAgain, "answer-unreadable");
    return read_success(order, *body);
}

}  // namespace

Delivery payout_delivery(const PayoutOrder& order, const PayoutSystem& system, Instant now) {
    Delivery delivery{.url = system.url,
                      .headers = {{"Content-Type", "application/json"},
                                  {"Accept", "application/json"},
                                  {"Idempotency-Key", order.id}},
                      .body = to_json(order),
                      .timeout = system.timeout,
                      .ca_file = system.ca_file,
                      .keeps_answer = true};
    if (!system.token.empty())
        delivery.headers.push_back(
            {"Authorization", "Bearer " + std::string(system.token.expose())});
    if (!system.secrets.empty()) {
        auto signed_by = vault::sign_webhook(order.id, now.millis, delivery.body, system.secrets);
        delivery.headers.push_back({"webhook-id", std::move(signed_by.id)});
        delivery.headers.push_back({"webhook-timestamp", std::move(signed_by.timestamp)});
        delivery.headers.push_back({"webhook-signature", std::move(signed_by.signature)});
    }
    return delivery;
}

PayoutAnswer read_payout_answer(const PayoutOrder& order, const Outcome& outcome) {
    auto read = read_answer(order, outcome);
    if (read.said == PayoutSaid::TryAgain) read.retry_after = outcome.retry_after;
    return read;
}

PayoutAnswer read_payout_confirmation(const PayoutOrder& order, std::string_view text) {
    const auto body = FlatJson::parse(text);
    if (!body || !body->has("id")) return answer(PayoutSaid::TryAgain, "answer-unreadable");
    return read_success(order, *body);
}

}  // namespace yinuo::connect
