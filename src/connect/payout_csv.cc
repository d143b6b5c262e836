#include "connect/payout_csv.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "vault/encoding.h"

namespace yinuo::connect {
namespace {

constexpr std::string_view kHeader =
    "payout,customer,kind,amount,currency,reason,promise,subject,back\r\n";
constexpr std::size_t kIdDigits = 16;

// What a spreadsheet may take for the begin of a formula, the wide letters of CJK input among it.
bool looks_like_formula(std::string_view text) {
    constexpr std::array<std::string_view, 11> kBegins = {"=",  "+",  "-",  "@",  "\t", "\r",
                                                          "\n", "＝", "＋", "－", "＠"};
    return std::ranges::any_of(kBegins, [&](auto begin) { return text.starts_with(begin); });
}

void append_field(std::string& csv, std::string_view text) {
    std::string field;
    if (looks_like_formula(text)) field += '\'';
    field += text;
    if (field.find_first_of("\",\r\n") == std::string::npos) {
        csv += field;
        return;
    }
    csv += '"';
    for (const char c : field) csv.append(c == '"' ? 2 : 1, c);
    csv += '"';
}

void append_row(std::string& csv, const PayoutOrder& order) {
    const auto amount = order.money ? order.money->amount() : order.amount;
    const auto unit = order.money ? order.money->currency.code() : std::string_view(order.unit);
    for (const std::string_view field :
         {std::string_view(order.id), std::string_view(order.customer),
          std::string_view(order.kind)}) {
        append_field(csv, field);
        csv += ',';
    }
    append_field(csv, amount.absolute().to_string());
    for (const std::string_view field :
         {unit, std::string_view(order.reason), std::string_view(order.promise),
          std::string_view(order.subject)}) {
        csv += ',';
        append_field(csv, field);
    }
    csv += order.back ? ",yes\r\n" : ",no\r\n";
}

std::string sha256_of(std::string_view text) {
    std::array<std::byte, 32> hash;
    check(EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(hash.data()),
                     nullptr, EVP_sha256(), nullptr) == 1);
    return vault::to_hex(vault::view(hash));
}

}  // namespace

PayoutBatch make_payout_batch(std::span<const PayoutOrder> orders) {
    std::vector<const PayoutOrder*> sorted;
    sorted.reserve(orders.size());
    for (const auto& order : orders) sorted.push_back(&order);
    std::ranges::sort(sorted, {}, [](const PayoutOrder* order) { return order->id; });
    PayoutBatch batch{
        .id = {}, .sha256 = {}, .csv = std::string(kHeader), .payouts = orders.size()};
    for (const auto* order : sorted) append_row(batch.csv, *order);
    batch.sha256 = sha256_of(batch.csv);
    batch.id = "batch_" + batch.sha256.substr(0, kIdDigits);
    return batch;
}

}  // namespace yinuo::connect
