#include "engine/receipt.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "engine/customers.h"
#include "engine/moving.h"
#include "engine/testing.h"
#include "tlog/base64.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kInstall = R"(promise: install
version: 1
zone: Asia/Shanghai
subject: order
schedules: {office: office.yaml}
schedule: office
clauses:
  install:
    starts: fact = "order.placed" and area = "city"
    keeps: fact = "order.done"
    voids: fact = "order.cancelled"
    within: 4 work h
    pauses: {customer: {from: 'fact = "wait"', to: 'fact = "go"'}}
)";
constexpr std::string_view kOffice = "zone: Asia/Shanghai\nweekly: {mon-fri: 09:00-18:00}\n";

std::string fact(std::string_view id, std::string_view kind, std::string_view at,
                 std::string_view more = "") {
    return R"({"id":")" + std::string(id) + R"(","kind":")" + std::string(kind) +
           R"(","subject":"order/1","at":")" + std::string(at) + "\"" + std::string(more) + "}";
}
const std::string kPlaced = fact(
    "a", "order.placed", "2026-03-10T01:00:00Z",
    R"(,"customer":"C-1","fields":{"area":"city","price":12.5,"promised":"2026-03-10T09:00:00+08:00"},)"
    R"("personal":{"phone":"13800000000"})");

struct Shop : World {
    Shop() {
        act([&](Turns& turns) -> Result<void> {
            TRY(save_calendar(turns, author, "office.yaml", kOffice, 0));
            return {};
        });
        publish(kInstall);
        wait(hours(1));  // 09:00 in Shanghai
    }
    std::string key() { return tenant_().log_public_key; }
    Tenant tenant_() { return *engine::tenant(*store->read(), tenant); }
    Result<std::string> receipt(store::ObligationId id = 1) {
        auto rows = store->read();
        Shelf shelf(zones);
        return make_receipt(*rows, keyring, shelf, tenant, id);
    }
    ReceiptVerdict verify(std::string_view file) {
        const std::string trusted = key();
        return verify_receipt(file, trusted, zones);
    }
};

std::string objections(const ReceiptVerdict& verdict) {
    std::string all;
    for (const auto& finding : verdict.findings)
        if (!finding.fine) all += finding.what.en + "; ";
    return all;
}
bool says(const ReceiptVerdict& verdict, std::string_view words) {
    return std::ranges::any_of(verdict.findings, [&](const auto& finding) {
        return finding.what.en.find(words) != std::string::npos;
    });
}

// The file with its extra (JSON text) changed by `change`.
template <typename Change>
std::string with_extra(std::string_view file, Change change) {
    const auto begin = file.find("extra ") + 6;
    const auto end = file.find('\n', begin);
    std::string extra = *tlog::from_base64(file.substr(begin, end - begin));
    change(extra);
    return std::string(file.substr(0, begin)) + tlog::to_base64(extra) +
           std::string(file.substr(end));
}
void swap_first(std::string& text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a receipt is proof enough by itself, from the moment the promise begins") {
    Shop shop;
    shop.report(kPlaced);
    const auto file = shop.receipt();
    REQUIRE(file);
    const auto verdict = shop.verify(*file);
    CHECK(objections(verdict) == "");
    CHECK(verdict.fine);
    CHECK(says(verdict, "signed by log.example/acme"));
    CHECK(says(verdict, "the due instant 2026-03-10T05:00:00.000Z follows from the facts"));
    CHECK(says(verdict, "the state \"running\" follows"));
    CHECK_FALSE(says(verdict, "came with the receipt"));
    CHECK(verdict.content.find(R"("due":"2026-03-10T05:00:00.000Z")") != std::string::npos);
    CHECK(file->find("13800000000") == std::string::npos);
    const auto extra = *tlog::from_base64(
        file->substr(file->find("extra ") + 6,
                     file->find('\n', file->find("extra ")) - file->find("extra ") - 6));
    CHECK(extra.find("C-1") == std::string::npos);
    CHECK(extra.find("price") == std::string::npos);  // the promise doesn't read it
    CHECK(extra.find("\"area\":\"city\"") != std::string::npos);
}

TEST_CASE("a receipt says how things stand at every turn of the story") {
    Shop shop;
    const auto fine = [&](std::string_view state) {
        const auto file = shop.receipt();
        REQUIRE(file);
        const auto verdict = shop.verify(*file);
        CHECK(objections(verdict) == "");
        CHECK(says(verdict, "the state \"" + std::string(state) + "\" follows"));
    };
    shop.report(kPlaced);
    fine("running");
    shop.wait(hours(1));
    shop.report(fact("b", "wait", "2026-03-10T02:00:00Z"));
    fine("paused");
    shop.wait(hours(2));
    shop.report(fact("c", "go", "2026-03-10T04:00:00Z"));
    fine("running");
    shop.wait(hours(30));
    fine("broken");
    shop.report(fact("d", "order.done", "2026-03-10T04:30:00Z"));  // it was done in time
    fine("kept");
    shop.report(fact("a", "order.placed", "2026-03-10T01:00:00Z",
                     R"(,"change":"retract","customer":"C-1")"));
    fine("void");
    // A later version doesn't disturb what began under this one.
    std::string second(kInstall);
    swap_first(second, "version: 1", "version: 2");
    shop.publish(second);
    fine("void");
}

TEST_CASE("whatever is changed in a receipt, verifying says what no longer fits") {
    Shop shop;
    shop.report(kPlaced);
    const auto file = *shop.receipt();
    const auto tampered = [&](std::string_view from, std::string_view to) {
        return shop.verify(with_extra(file, [&](std::string& e) { swap_first(e, from, to); }));
    };
    auto verdict = tampered("05:00:00", "06:00:00");  // the due instant in the content
    CHECK_FALSE(verdict.fine);
    CHECK(says(verdict, "the inclusion proof doesn't fit"));
    verdict = tampered("within: 4 work h", "within: 5 work h");
    CHECK_FALSE(verdict.fine);
    CHECK(says(verdict, "is that of install@1"));
    verdict = tampered(R"({"area":"city"})", R"({"area":"land"})");
    CHECK_FALSE(verdict.fine);
    CHECK(says(verdict, "facts are those it rested on"));
    // The calendars are no part of the leaf's hash, but another one gives another due instant.
    verdict = tampered("09:00-18:00", "11:00-18:00");
    CHECK_FALSE(verdict.fine);
    CHECK(says(verdict, "computed again it is 2026-03-10T07:00:00.000Z"));
    verdict = tampered("\"now\":\"2026-03-10T01", "\"now\":\"2026-03-10T02");
    CHECK_FALSE(verdict.fine);
    CHECK(verdict.readable);
    // Another version of the zone data is said, and no fault.
    verdict = tampered("\"version\":\"", "\"version\":\"other ");
    CHECK(verdict.fine);
    CHECK(says(verdict, "the zone data here is"));
}

TEST_CASE("a receipt of another log, or with its signature broken, isn't this company's") {
    Shop shop;
    shop.report(kPlaced);
    const auto file = *shop.receipt();
    const auto other =
        tlog::SignerKey::from_seed("log.example/acme", tlog::KeyType::Ed25519, std::string(32, 'x'))
            ->verifier()
            .to_text();
    auto verdict = verify_receipt(file, other, shop.zones);
    CHECK_FALSE(verdict.fine);
    CHECK(says(verdict, "the checkpoint is signed by log.example/acme:"));
    verdict = verify_receipt(file, "no key", shop.zones);
    CHECK_FALSE(verdict.fine);
    verdict = verify_receipt(file, std::nullopt, shop.zones);
    CHECK(verdict.fine);
    CHECK(says(verdict, "the key came with the receipt"));
}

TEST_CASE("what is no receipt is said to be unreadable, and why") {
    Shop shop;
    shop.report(kPlaced);
    const auto file = *shop.receipt();
    const auto unreadable = [&](std::string_view text) {
        const auto verdict = shop.verify(text);
        CHECK_FALSE(verdict.fine);
        CHECK_FALSE(verdict.readable);
        REQUIRE(verdict.findings.size() == 1);
        return verdict.findings[0].what.en;
    };
    unreadable("");
    unreadable("hello");
    unreadable(file.substr(0, file.size() / 2));
    const auto changed = [&](std::string_view from, std::string_view to) {
        return unreadable(with_extra(file, [&](std::string& e) { swap_first(e, from, to); }));
    };
    CHECK(changed("\"v\":1,\"zone\"", "\"v\":2,\"zone\"").find("version") != std::string::npos);
    CHECK(changed("\"salt\":", "\"sald\":").find("\"salt\"") != std::string::npos);
    CHECK(changed("\"salt\":", "\"more\":1,\"salt\":").find("\"more\"") != std::string::npos);
    CHECK(changed("\"kind\":\"order.placed\",\"received\"", "\"kind\":7,\"received\"")
              .find("\"kind\"") != std::string::npos);
    CHECK(changed("\\\"type\\\":\\\"obligation\\\"", "\\\"type\\\":\\\"remedy\\\"")
              .find("about no obligation") != std::string::npos);
    changed("{", "{{");
    // Cut anywhere, it is refused and nothing worse.
    for (std::size_t cut = 0; cut < file.size(); cut += 7)
        CHECK_FALSE(shop.verify(file.substr(0, cut)).fine);
}

TEST_CASE("an obligation that isn't there, or another tenant's, has no receipt") {
    Shop shop;
    shop.report(kPlaced);
    CHECK(shop.receipt(2).error().code == "no-obligation");
    auto rows = shop.store->read();
    Shelf shelf(shop.zones);
    CHECK(make_receipt(*rows, shop.keyring, shelf, shop.tenant + 1, 1).error().code ==
          "no-obligation");
}

TEST_CASE("客户资料删除之后，不再开具凭证，先前的凭证仍可核验") {
    Shop shop;
    shop.report(kPlaced);
    const auto file = *shop.receipt();
    shop.act([&](Turns& turns) { return erase_customer(turns, shop.author, "C-1", "asked"); });
    CHECK(shop.receipt().error().code == "erased");
    CHECK(objections(shop.verify(file)) == "");
}

namespace {

constexpr std::string_view kHouses = R"(promise: visits
version: 1
zone: Asia/Shanghai
subject: order
clauses:
  once: {per: house, starts: 'fact = "visit"', keeps: 'fact = "visit.done"', within: 2 h}
  calm: {starts: 'fact = "visit"', keeps: 'fact = "calm"', within: 1 h}
  heard: {per: house, starts: 'fact = "calm.broken"', keeps: 'fact = "heard"', within: 1 h}
)";

std::string visit(std::string_view order, std::string_view customer, std::string_view house = "h-9",
                  std::string_view kind = "visit", std::string_view at = "2026-03-10T01:00:00Z") {
    return R"({"id":")" + std::string(order) + std::string(kind) + R"(","kind":")" +
           std::string(kind) + R"(","subject":"order/)" + std::string(order) + R"(","at":")" +
           std::string(at) + "\"" +
           (customer.empty() ? "" : R"(,"customer":")" + std::string(customer) + "\"") +
           R"(,"fields":{"house":")" + std::string(house) + R"("}})";
}

// Of a clause, as it stands.
store::ObligationId of_clause(Shop& shop, int clause) {
    const auto rows = shop.store->read();
    for (store::ObligationId id = 1; id <= rows->last_obligation(); ++id)
        if (rows->obligation(id)->clause == clause) return id;
    return 0;
}

}  // namespace

TEST_CASE("a key's receipt has the facts of all its subjects, if they are one customer's") {
    Shop shop;
    shop.publish(kHouses);
    shop.report(visit("1", "C-1"));
    shop.report(visit("3", "C-3", "h-10"));  // another house: not this key's business
    const auto id = of_clause(shop, 0);
    auto file = shop.receipt(id);
    REQUIRE(file);
    auto verdict = shop.verify(*file);
    CHECK(objections(verdict) == "");
    CHECK(says(verdict, "the 1 facts are those it rested on"));
    CHECK(says(verdict, "the due instant 2026-03-10T03:00:00.000Z follows from the facts"));
    CHECK(file->find("C-1") == std::string::npos);

    shop.wait(hours(1));
    shop.report(visit("2", "C-1", "h-9", "visit.done", "2026-03-10T01:30:00Z"));
    file = shop.receipt(id);
    REQUIRE(file);
    verdict = shop.verify(*file);
    CHECK(objections(verdict) == "");
    CHECK(says(verdict, "the 2 facts are those it rested on"));
    CHECK(says(verdict, "the state \"kept\" follows from the facts"));
    const auto forged =
        with_extra(*file, [](std::string& e) { swap_first(e, "\"order/2\"", "\"order/4\""); });
    CHECK_FALSE(shop.verify(forged).fine);
}

TEST_CASE("other customers' facts are in no receipt, and it says so") {
    Shop shop;
    shop.publish(kHouses);
    shop.report(visit("1", "C-1"));
    const auto before = shop.receipt(of_clause(shop, 0));
    REQUIRE(before);
    shop.wait(hours(1));
    shop.report(visit("2", "C-2", "h-9", "visit.done", "2026-03-10T01:30:00Z"));
    const auto file = shop.receipt(of_clause(shop, 0));
    REQUIRE(file);
    const auto verdict = shop.verify(*file);
    CHECK(objections(verdict) == "");
    CHECK(says(verdict, "the 2 facts it rests on are other customers', too"));
    CHECK(says(verdict, "is the clause's limit from the start that the log says"));
    const auto begin = file->find("extra ") + 6;
    const auto extra = *tlog::from_base64(file->substr(begin, file->find('\n', begin) - begin));
    CHECK_FALSE(extra.contains("order/1"));
    CHECK_FALSE(extra.contains("order/2"));
    CHECK(objections(shop.verify(*before)) == "");

    SUBCASE("what is withheld is no way around the facts") {
        const auto forged = with_extra(*before, [](std::string& e) {
            const auto facts = e.find("\"facts\":[");
            e.erase(facts, e.find("],", facts) + 2 - facts);
        });
        CHECK(objections(shop.verify(forged)).contains("how many are withheld"));
    }
}

TEST_CASE("删除客户之后，键的凭证不再披露其业务记录，先前的凭证仍可核验") {
    Shop shop;
    shop.publish(kHouses);
    shop.report(visit("1", "C-1"));
    const auto id = of_clause(shop, 0);
    const auto before = shop.receipt(id);
    REQUIRE(before);
    shop.act([&](Turns& turns) { return erase_customer(turns, shop.author, "C-1", "asked"); });
    const auto after = shop.receipt(id);
    REQUIRE(after);
    CHECK(says(shop.verify(*after), "are withheld"));
    CHECK(objections(shop.verify(*after)) == "");
    CHECK(objections(shop.verify(*before)) == "");
    CHECK(says(shop.verify(*before), "follows from the facts"));
}

TEST_CASE("a rate's receipt has what was counted, and its verdict follows from that") {
    Shop shop;
    shop.publish(R"(promise: quick
version: 1
zone: Asia/Shanghai
subject: order
clauses:
  fast:
    rate: {of: fact = "done", good: took <= 30, at least: 90 %, over: day}
  mean:
    per: area
    rate: {of: fact = "done", mean of: took, at most: 40, over: day}
)");
    for (const std::string n : {"1", "2", "3"})
        shop.report(R"({"id":"d)" + n + R"(","kind":"done","subject":"order/)" + n +
                    R"(","customer":"C-)" + n + R"(","at":"2026-03-10T01:00:00Z",
                    "fields":{"area":"北","took":)" +
                    n + "5}}");
    shop.wait(hours(30));
    for (const int clause : {0, 1}) {
        const auto file = shop.receipt(of_clause(shop, clause));
        REQUIRE(file);
        const auto verdict = shop.verify(*file);
        CHECK(objections(verdict) == "");
        if (clause == 0) {
            CHECK(says(verdict, "the log says that 2 of 3 were good"));
            CHECK(says(verdict, "the state \"broken\" follows from these figures"));
        } else {
            CHECK(says(verdict, "the log says that 3 came to 75"));
            CHECK(says(verdict, "the state \"kept\" follows from these figures"));
        }
        CHECK(says(verdict, "the figures rest on everybody's facts"));
        CHECK_FALSE(file->contains("order/1"));
        const auto forged = with_extra(
            *file, [](std::string& e) { swap_first(e, "\\\"counted\\\":3", "\\\"counted\\\":2"); });
        CHECK_FALSE(shop.verify(forged).fine);
    }
}

TEST_CASE("facts that the promise doesn't know the kind of are in its receipt, too") {
    Shop shop;
    shop.report(kPlaced);
    shop.wait(minutes(1));
    shop.report(fact("z", "somebody.looked", "2026-03-10T01:00:30Z"));
    shop.wait(hours(30));
    const auto file = shop.receipt();
    REQUIRE(file);
    CHECK(objections(shop.verify(*file)) == "");
}

TEST_CASE("facts of every kind of value come out of a receipt as they went in") {
    Shop shop;
    shop.publish(R"(promise: values
version: 1
zone: Asia/Shanghai
subject: order
clauses:
  seen:
    starts: >-
      fact = "v" and amount > 1 and large > 1 and day != null and promised != null and span != null
      and list contains(tags, "x") and area != null and flag and clock != null and where.city = "沪"
    keeps: fact = "w"
    within: 2 h
)");
    shop.report(
        fact("v", "v", "2026-03-10T01:00:00Z", R"(,"sequence":7,"fields":{"amount":{"num":"12.30"},
"large":{"num":"9007199254740993"},"day":{"date":"2026-01-02"},"promised":"2026-03-10T09:00:00+08:00",
"span":{"duration":"PT2H"},"tags":["x",1,null],"area":"\"城\\区\"","flag":true,
"clock":{"time":"10:00:00"},"where":{"ctx":{"city":"沪","nr":1.50}}})"));
    const auto file = shop.receipt(1);
    REQUIRE(file);
    const auto verdict = shop.verify(*file);
    CHECK(objections(verdict) == "");
    CHECK(says(verdict, "the state \"running\" follows"));
}

TEST_CASE("what was moved to a new version has a receipt under that version") {
    Shop shop;
    shop.report(kPlaced);
    std::string second(kInstall);
    swap_first(second, "version: 1", "version: 2");
    swap_first(second, "within: 4 work h", "within: 2 work h");
    shop.publish(second);
    shop.wait(minutes(30));
    const auto stream = shop.obligations("order/1")[0].stream;
    shop.act([&](Turns& turns) -> Result<void> {
        TRY(engine::move(turns, shop.author, "install@1", "install@2", {stream}));
        return {};
    });
    const auto file = shop.receipt();
    REQUIRE(file);
    const auto verdict = shop.verify(*file);
    CHECK(objections(verdict) == "");
    CHECK(says(verdict, "is that of install@2"));
    CHECK(says(verdict, "the due instant 2026-03-10T03:00:00.000Z follows from the facts"));
}

}  // namespace yinuo::engine
