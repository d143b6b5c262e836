// `economics:`: what a promise brings in and what customers pay. For `yinuo check` only.
#include "base/money.h"
#include "wire/promise_reader.h"

namespace yinuo::wire {

using namespace promise;

namespace {

// "12.00 CNY"; nullopt for anything else.
std::optional<std::pair<Decimal, Currency>> amount_of_money(std::string_view text) {
    const auto blank = text.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    const auto number = Decimal::parse(text.substr(0, blank));
    const auto currency = Currency::parse(text.substr(text.find_last_of(' ') + 1));
    if (!number || !currency) return std::nullopt;
    return std::pair(*number, *currency);
}

}  // namespace

void PromiseReader::read_economics(const Yaml& node) {
    YamlKeys keys(node, findings_);
    Economics economics;
    economics.place = node.place;
    if (const Yaml* benefit = keys.take_scalar("benefit per obligation")) {
        const auto money = amount_of_money(benefit->text);
        if (money)
            economics.benefit = round_to_minor(money->first, money->second, Rounding::HalfUp);
        if (!economics.benefit)
            error("bad-money", benefit->place,
                  {"「" + benefit->text + "」不是金额",
                   "\"" + benefit->text + "\" is no amount of money"},
                  {"写金额和货币，例如 12.00 CNY",
                   "write an amount and its currency, for example 12.00 CNY"});
    }
    if (const Yaml* price = keys.take_scalar("price")) {
        const auto money = amount_of_money(price->text);
        economics.price = money ? formula(money->first.to_string(), price->place) : formula(*price);
    }
    keys.finish();
    promise_.economics = std::move(economics);
}

}  // namespace yinuo::wire
