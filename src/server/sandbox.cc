#include "server/sandbox.h"

#include "base/arena.h"
#include "base/check.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

enum class Mood : std::uint8_t { Pays, TimesOut, SaysTwice, Refuses, Lies, IsBusy };

// FNV-1a: spreads ids that follow one another.
std::uint32_t hash_of(std::string_view text) {
    std::uint32_t hash = 2'166'136'261U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
    return hash ^ hash >> 15;
}

Mood mood_for(const Faults& faults, std::string_view payout) {
    auto place = static_cast<std::int64_t>(hash_of(payout) % 100);
    const std::pair<std::int64_t, Mood> all[] = {{faults.time_out, Mood::TimesOut},
                                                 {faults.twice, Mood::SaysTwice},
                                                 {faults.refuse, Mood::Refuses},
                                                 {faults.lie, Mood::Lies},
                                                 {faults.busy, Mood::IsBusy}};
    for (const auto& [share, mood] : all) {
        if (place < share) return mood;
        place -= share;
    }
    return Mood::Pays;
}

std::string answer_of(const connect::PayoutOrder& order, std::string_view status,
                      std::int64_t more = 0) {
    JsonOut out;
    out.open('{').member("status", status).member("id", order.id);
    if (order.money) {
        out.member("minor", order.money->minor + more);
        out.member("currency", order.money->currency.code());
    } else {
        out.member("amount", order.amount.add(Decimal(more)).value_or(order.amount).to_string());
    }
    return out.close('}').take();
}

struct Told {
    std::int64_t times = 0;
    bool paid = false;
};

Told told_before(const store::Document& document) {
    Arena memory;
    const auto json = wire::parse_json(document.body, memory);
    Told told;
    if (!json) return told;
    if (const auto* times = json->find("times")) told.times = times->integer().value_or(0);
    if (const auto* paid = json->find("paid")) told.paid = paid->truth().value_or(false);
    return told;
}

std::string book_line(const connect::PayoutOrder& order, std::string_view connector,
                      const Told& told, Instant at) {
    JsonOut out;
    out.open('{').member("payout", order.id).member("connector", connector);
    out.member("kind", order.kind).member("amount", order.amount.to_string());
    out.member("unit", order.unit);
    if (order.money) {
        out.member("minor", order.money->minor);
        out.member("currency", order.money->currency.code());
    }
    out.member("back", order.back).member("subject", order.subject);
    out.member("paid", told.paid).member("times", told.times).member("at", at);
    return out.close('}').take();
}

}  // namespace

SandboxSaid tell_sandbox(engine::Turns& turns, store::TenantId tenant, const Connector& connector,
                         const connect::PayoutOrder& order) {
    const auto document = turns.rows().document(tenant, kSandboxBook, order.id);
    auto told = document ? told_before(*document) : Told{};
    const bool before = told.paid;
    const auto mood = mood_for(connector.faults, order.id);
    const bool first = ++told.times == 1;
    const bool busy = mood == Mood::IsBusy && first;
    told.paid = before || (mood != Mood::Refuses && !busy);
    check(turns.rows().put_document({.tenant = tenant,
                                     .collection = std::string(kSandboxBook),
                                     .id = order.id,
                                     .version = document ? document->version + 1 : 1,
                                     .key = {},
                                     .body = book_line(order, connector.name, told, turns.now())}));
    const auto said = [](int status, std::string body) {
        return connect::Outcome{.status = status, .answer = std::move(body)};
    };
    if (mood == Mood::Refuses && !before) return {said(422, answer_of(order, "refused"))};
    if (busy) return {said(503, "")};
    if (mood == Mood::Lies) return {said(200, answer_of(order, "paid", 1))};
    if (before) return {said(409, answer_of(order, "paid"))};
    if (mood == Mood::TimesOut) return {{.fault = connect::Fault::TimedOut}};
    return {said(200, answer_of(order, "paid")), mood == Mood::SaysTwice};
}

void write_told(JsonOut& out, const store::Document& document) { out.raw(document.body); }

}  // namespace yinuo::server
