#include "base/money.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "base/decimal_digits.h"

namespace yinuo {

namespace {

// ISO 4217 list one, the currencies in circulation, by the digits of their minor unit.
constexpr std::string_view kNoDigits =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
constexpr std::string_view kTwoDigits =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD "
    "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP "
    "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
    "TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG";
constexpr std::string_view kThreeDigits = "BHD IQD JOD KWD LYD OMR TND";
constexpr std::string_view kFourDigits = "CLF UYW";

bool holds(std::string_view list, std::string_view code) {
    for (std::size_t at = 0; at < list.size(); at += 4)
        if (list.substr(at, 3) == code) return true;
    return false;
}

}  // namespace

std::optional<Currency> Currency::parse(std::string_view code) {
    if (code.size() != 3) return std::nullopt;
    Currency currency;
    std::copy(code.begin(), code.end(), currency.code_.begin());
    if (holds(kTwoDigits, code))
        currency.digits_ = 2;
    else if (holds(kNoDigits, code))
        currency.digits_ = 0;
    else if (holds(kThreeDigits, code))
        currency.digits_ = 3;
    else if (holds(kFourDigits, code))
        currency.digits_ = 4;
    else
        return std::nullopt;
    return currency;
}

Decimal Money::amount() const { return Decimal::scaled(minor, -currency.minor_digits()); }

std::string Money::to_string() const {
    return amount().to_string() + " " + std::string(currency.code());
}

std::optional<Money> round_to_minor(const Decimal& amount, Currency currency, Rounding rounding) {
    const auto rounded = amount.round(currency.minor_digits(), rounding);
    const auto units =
        rounded ? rounded->multiply(Decimal::scaled(1, currency.minor_digits())) : std::nullopt;
    const auto minor = units ? units->to_int64() : std::nullopt;
    if (!minor) return std::nullopt;
    return Money{*minor, currency};
}

std::vector<std::int64_t> share_out(std::int64_t whole, std::span<const std::int64_t> weights) {
    using decimal_digits::Digits;
    Digits total = 0;
    for (const auto weight : weights) {
        check(weight >= 0);
        total += static_cast<std::uint64_t>(weight);
    }
    check(total > 0);
    const bool negative = whole < 0;
    const auto amount =
        negative ? 0 - static_cast<std::uint64_t>(whole) : static_cast<std::uint64_t>(whole);

    std::vector<std::uint64_t> shares(weights.size());
    std::vector<Digits> remainders(weights.size());
    std::uint64_t left = amount;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const Digits exact = static_cast<Digits>(amount) * static_cast<std::uint64_t>(weights[i]);
        shares[i] = static_cast<std::uint64_t>(exact / total);
        remainders[i] = exact % total;
        left -= shares[i];
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
    for (std::size_t i = 0; i < left; ++i) ++shares[order[i]];

    std::vector<std::int64_t> result(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i)
        result[i] = static_cast<std::int64_t>(negative ? 0 - shares[i] : shares[i]);
    return result;
}

}  // namespace yinuo
