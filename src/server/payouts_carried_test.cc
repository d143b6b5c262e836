// What payment systems do to us (answers get lost, come twice, lie, never come), and that every
// payout is paid once all the same.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "connect/testing.h"
#include "engine/paying.h"
#include "server/business_testing.h"
#include "server/connectors.h"
#include "server/sandbox.h"

namespace yinuo::server {
namespace {

using connect::testing::answer;
using connect::testing::Reply;
using remedy::PayoutState;

constexpr std::string_view kCredit = R"(promise: live-credit
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 24 小时开通, en: Live in 24 hours}
need: {zh: 心里有底, en: to know}
limits: {zh: 无, en: none}
owner: team/broadband
zone: Asia/Shanghai
subject: order
facts:
  order.placed: {zh: 下单, en: ordered}
  service.active: {zh: 开通, en: live}
clauses:
  live:
    title: {zh: 24 小时开通, en: Live in 24 hours}
    starts: fact = "order.placed"
    keeps: fact = "service.active"
    within: 24 h
    warns: [80 %]
remedies:
  late-credit:
    title: {zh: 逾期抵扣话费, en: Credit for being late}
    for: live
    give: {kind: bill credit, amount: 20.00 CNY}
    apology: {zh: 抱歉, en: Sorry}
)";

Config with_private_webhooks() {
    auto config = House::generous();
    config.private_webhooks = true;
    return config;
}

// A payment system as they are: it keeps to the key, and tells it in its own way.
class Bank {
public:
    enum class Mood { Pays, LosesAnswers, LosesFirst, SaysTwice, Refuses, Lies, Accepts, Hangs };

    explicit Bank(Mood mood)
        : mood_(mood), receiver_([this](const std::string& request) { return take(request); }) {}

    std::string url() const { return receiver_.url("/payouts"); }
    std::map<std::string, int> paid() {
        const std::lock_guard hold(lock_);
        return paid_;
    }
    std::size_t asked() { return receiver_.requests().size(); }
    std::vector<std::string> requests() { return receiver_.requests(); }
    void becomes(Mood mood) {
        const std::lock_guard hold(lock_);
        mood_ = mood;
    }

private:
    static std::string header_of(const std::string& request, const std::string& name) {
        const auto at = request.find("\r\n" + name + ": ");
        if (at == std::string::npos) return {};
        const auto begin = at + name.size() + 4;
        return request.substr(begin, request.find("\r\n", begin) - begin);
    }

    Reply take(const std::string& request) {
        const std::lock_guard hold(lock_);
        const auto key = header_of(request, "Idempotency-Key");
        if (mood_ == Mood::Refuses)
            return {answer("422 No", R"({"status":"refused","reason":"no such account"})")};
        const bool first = !paid_.contains(key);
        if (first) paid_[key] = 1;  // once, however often it is told
        switch (mood_) {
            case Mood::LosesAnswers: return {.then = Reply::Then::Close};
            case Mood::LosesFirst:
                if (first) return {.then = Reply::Then::Close};
                break;
            case Mood::Hangs: return {.then = Reply::Then::Hang};
            case Mood::Lies: return {answer("200 OK", R"({"status":"paid","minor":1})")};
            case Mood::Accepts:
                if (first) return {answer("202 Accepted")};
                break;
            case Mood::SaysTwice:
                return {answer("200 OK", R"({"status":"paid"})") +
                        answer("200 OK", R"({"status":"paid"})")};
            case Mood::Pays:
            case Mood::Refuses: break;
        }
        const std::string body = R"({"status":"paid","id":")" + key + R"("})";
        return {answer(first ? "200 OK" : "409 Conflict", body)};
    }

    std::mutex lock_;
    Mood mood_;
    std::map<std::string, int> paid_;
    connect::testing::Receiver receiver_;
};

struct Paying {
    House house{std::make_unique<store::MemoryStore>(), with_private_webhooks()};
    const Company& acme = house.acme;
    std::string owner = lasting_key(house, acme);

    explicit Paying(const std::string& connector) {
        publish_promise(house, acme, kCredit);
        REQUIRE(house.act([&](engine::Turns& turns) -> Result<void> {
            engine::FundPolicy policy;
            policy.pays = {{.kind = {}, .connector = connector}};
            policy.overdraws = true;
            auto put = engine::put_fund_policy(
                turns, {.tenant = acme.id, .id = "system", .name = "system"}, policy);
            if (!put) return refuse(put.error());
            return {};
        }));
    }
    http::testing::Reply post(std::string_view path, std::string body, std::string headers = {}) {
        return send(house, "POST", path,
                    {.token = owner, .body = std::move(body), .headers = std::move(headers)});
    }
    http::testing::Reply get(std::string_view path) {
        return house.ask("GET", path, {.token = owner});
    }
    void add_connector(const std::string& url, std::string_view more = "") {
        const auto made = post("/api/v1/connectors", R"({"name":"bank","kind":"http","url":")" +
                                                         url + "\"" + std::string(more) + "}");
        REQUIRE_MESSAGE(made.status == 201, made.body);
    }
    // So many orders, each a day late.
    void break_orders(int count) {
        for (int i = 1; i <= count; ++i) {
            const auto n = std::to_string(i);
            const auto said =
                post("/api/v1/facts?source=crm",
                     fact_json(n, "order.placed", "order/" + n, R"(,"customer":"C-)" + n + "\""));
            REQUIRE_MESSAGE(said.status < 300, said.body);
        }
        house.clock.advance(hours(25));
    }
    std::vector<engine::PayoutView> payouts() {
        std::vector<engine::PayoutView> all;
        for (const auto& row : house.store->read()->payouts(
                 {.tenant = acme.id, .state = {}, .incident = {}, .limit = 500}))
            all.push_back(*engine::open_payout(row));
        return all;
    }
    std::ptrdiff_t count(PayoutState state) {
        return std::ranges::count_if(payouts(),
                                     [&](const auto& one) { return one.payout.state == state; });
    }
    bool become(PayoutState state, std::ptrdiff_t wanted, Millis step = {}) {
        return soon([&] {
            if (count(state) == wanted) return true;
            house.clock.advance(step);
            return false;
        });
    }
    // What the ledger says was paid, in fen.
    std::int64_t ledger_paid() {
        std::int64_t sum = 0, paid = 0;
        for (const auto& one : house.store->read()->balances(acme.id)) {
            sum += one.minor;
            if (one.account == static_cast<std::uint8_t>(remedy::Account::Paid)) paid = one.minor;
        }
        CHECK(sum == 0);
        return paid;
    }
};

void paid_once(Paying& office, Bank& bank, std::size_t payouts) {
    CHECK(bank.paid().size() == payouts);
    CHECK(office.ledger_paid() == 2000 * static_cast<std::int64_t>(payouts));
}

}  // namespace

TEST_CASE("a payout is told to its connector under its id, signed, and is paid") {
    Bank bank(Bank::Mood::Pays);
    Paying office("bank");
    const auto secret = vault::WebhookSecret::make(office.house.entropy);
    office.add_connector(
        bank.url(), R"(,"token":"t-1","secret":")" + std::string(secret.text().expose()) + "\"");
    office.break_orders(1);
    REQUIRE(office.become(PayoutState::Paid, 1));
    paid_once(office, bank, 1);
    const auto request = bank.requests().at(0);
    CHECK(request.contains("Idempotency-Key: " + engine::payout_text(office.payouts()[0].row.id)));
    CHECK(request.contains("Authorization: Bearer t-1"));
    CHECK(request.contains("webhook-signature: v1,"));
    CHECK(request.contains(R"("customer":"C-1")"));
    CHECK(request.contains(R"("minor":2000)"));
    const auto shown = office.get("/api/v1/connectors/bank");
    CHECK(shown.says(R"("signs":true)"));
    CHECK_FALSE(shown.says("whsec_"));
    CHECK_FALSE(shown.says("t-1"));
    CHECK(office.get("/api/v1/connectors/bank/orders?state=done").says("pay_"));
}

TEST_CASE("an answer that is lost after paying, or that comes twice, pays once") {
    for (const auto mood : {Bank::Mood::LosesFirst, Bank::Mood::SaysTwice, Bank::Mood::Accepts}) {
        CAPTURE(static_cast<int>(mood));
        Bank bank(mood);
        Paying office("bank");
        office.add_connector(bank.url());
        office.break_orders(3);
        REQUIRE(office.become(PayoutState::Paid, 3, minutes(1)));
        paid_once(office, bank, 3);
    }
}

TEST_CASE("who calls another amount paid is looked into by a person, who may confirm") {
    Bank bank(Bank::Mood::Lies);
    Paying office("bank");
    office.add_connector(bank.url());
    office.break_orders(1);
    REQUIRE(office.become(PayoutState::Failed, 1));
    CHECK(office.ledger_paid() == 0);
    CHECK(bank.asked() == 1);  // and never again by itself
    CHECK(office.payouts()[0].why.contains("another amount"));
    CHECK(office.get("/api/v1/connectors/bank/orders?state=dead").says("answer-mismatch"));
    office.house.clock.advance(hours(48));
    REQUIRE(office.house.act([&](engine::Turns& turns) -> Result<void> {
        const auto done =
            engine::take_step(turns, {.tenant = office.acme.id, .id = "usr_1", .name = "Ann"},
                              office.payouts()[0].row.id, {.step = remedy::PayoutStep::Confirm});
        if (!done) return refuse(done.error());
        return {};
    }));
    paid_once(office, bank, 1);
}

TEST_CASE("who refuses, or never answers for two days, has failed; retried, it is paid once") {
    for (const auto mood : {Bank::Mood::Refuses, Bank::Mood::LosesAnswers}) {
        CAPTURE(static_cast<int>(mood));
        Bank bank(mood);
        Paying office("bank");
        office.add_connector(bank.url());
        office.break_orders(1);
        REQUIRE(office.become(PayoutState::Failed, 1, hours(2)));
        CHECK(bank.asked() == (mood == Bank::Mood::Refuses ? 1 : connect::kAttemptsMax));
        CHECK(office.ledger_paid() == 0);
        bank.becomes(Bank::Mood::Pays);
        REQUIRE(office.house.act([&](engine::Turns& turns) -> Result<void> {
            const auto done =
                engine::take_step(turns, {.tenant = office.acme.id, .id = "usr_1", .name = "Ann"},
                                  office.payouts()[0].row.id, {.step = remedy::PayoutStep::Retry});
            if (!done) return refuse(done.error());
            return {};
        }));
        REQUIRE(office.become(PayoutState::Paid, 1));
        paid_once(office, bank, 1);
    }
}

TEST_CASE("a server that ends between sending and recording sends the same key again") {
    Bank bank(Bank::Mood::Hangs);
    Paying office("bank");
    office.add_connector(bank.url());
    office.break_orders(2);
    REQUIRE(soon([&] { return bank.asked() == 2; }));
    CHECK(office.count(PayoutState::Sent) == 2);
    auto& house = office.house;
    house.service.reset();
    bank.becomes(Bank::Mood::Pays);
    auto config = with_private_webhooks();
    config.port = 0;
    auto opened = Service::open(config, {*house.store, house.clock, house.zones, house.keyring,
                                         house.entropy, house.passwords, house.log});
    REQUIRE(opened);
    house.service = std::move(*opened);
    house.service->start();
    REQUIRE(office.become(PayoutState::Paid, 2));
    CHECK(bank.asked() == 4);
    paid_once(office, bank, 2);
}

TEST_CASE("the sandbox errs as it is asked to, and pays each payout once") {
    Paying office("sandbox");
    const auto read = office.get("/api/v1/connectors/sandbox");
    REQUIRE(read.status == 200);
    const auto put = send(
        office.house, "PUT", "/api/v1/connectors/sandbox",
        {.token = office.owner,
         .body = R"({"kind":"sandbox","faults":{"time_out":20,"twice":20,"refuse":10,"lie":10,)"
                 R"("busy":20}})",
         .headers = if_match(read)});
    REQUIRE_MESSAGE(put.status == 200, put.body);
    constexpr int kAll = 60;
    office.break_orders(kAll);
    REQUIRE(soon([&] {
        office.house.clock.advance(seconds(10));
        return office.count(PayoutState::Paid) + office.count(PayoutState::Failed) == kAll;
    }));
    const auto paid = office.count(PayoutState::Paid);
    CHECK(paid > 30);
    CHECK(office.count(PayoutState::Failed) > 3);
    CHECK(office.ledger_paid() == 2000 * paid);
    // Its own book against ours: each is there once, whoever failed was refused or lied about.
    std::ptrdiff_t told_twice = 0;
    const auto book = office.house.store->read()->documents(office.acme.id, kSandboxBook, {}, 200);
    CHECK(book.size() == kAll);
    for (const auto& line : book) told_twice += !line.body.contains(R"("times":1,)");
    CHECK(told_twice > 10);
    CHECK(office.get("/api/v1/connectors/sandbox/told?limit=200").says(R"("paid":true)"));
}

TEST_CASE("a file and a person wait for people; an unknown connector fails at once") {
    for (const auto* name : {"csv", "hand", "nobody"}) {
        CAPTURE(name);
        Paying office(name);
        office.break_orders(1);
        const auto state =
            name == std::string_view("nobody") ? PayoutState::Failed : PayoutState::Reserved;
        REQUIRE(office.become(state, 1));
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        CHECK(office.count(state) == 1);
    }
}

TEST_CASE("connectors are refused with all that is off") {
    Paying office("bank");
    const auto bad =
        office.post("/api/v1/connectors", R"({"name":"b","kind":"http","secret":"x","token":"a b",)"
                                          R"("faults":{"lie":60,"busy":60}})");
    CHECK(bad.status == 422);
    for (const auto* pointer : {"/url", "/secret", "/token", "/faults"}) CHECK(bad.says(pointer));
    CHECK(office.post("/api/v1/connectors", R"({"name":"notice","kind":"hand"})").status == 422);
    CHECK(office.post("/api/v1/connectors", R"({"name":"csv","kind":"hand"})").status == 409);
}

}  // namespace yinuo::server
