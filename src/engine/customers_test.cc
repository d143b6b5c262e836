#include "engine/customers.h"

#include <doctest/doctest.h>

#include "engine/tenant_log.h"
#include "engine/testing.h"
#include "tlog/proof.h"
#include "wire/json.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kLive = R"(promise: live
version: 1
zone: Asia/Shanghai
subject: order
clauses:
  live: {starts: 'fact = "order.placed"', keeps: 'fact = "order.live"', within: 24 h}
)";

constexpr std::string_view kPlaced =
    R"({"id":"a","kind":"order.placed","subject":"order/1","at":"2026-03-10T00:00:00Z",)"
    R"("customer":"C-1","fields":{"area":"city"},"personal":{"phone":"13800000000"}})";

Result<std::string> exported(World& world, std::string_view handle) {
    auto rows = world.store->read();
    Keys keys(world.keyring);
    Shelf shelf(world.zones);
    REQUIRE(fill_shelf(*rows, shelf));
    return export_customer(*rows, keys, shelf, world.tenant, handle);
}

Result<void> erase(World& world, std::string_view handle, std::string_view reason) {
    return world.try_act(
        [&](Turns& turns) { return erase_customer(turns, world.author, handle, reason); });
}

bool log_holds(World& world, std::string_view text) {
    bool found = false;
    world.store->read()->entries_after(0, [&](const store::Entry& entry) {
        found = found || entry.body.find(text) != std::string::npos;
        return true;
    });
    return found;
}

}  // namespace

TEST_CASE("what is personal lies sealed in the log and is opened for the customer alone") {
    World world;
    world.publish(kLive);
    world.report(kPlaced);
    CHECK_FALSE(log_holds(world, "13800000000"));
    const auto text = exported(world, "C-1");
    REQUIRE(text);
    CHECK(text->find(R"("personal":{"phone":"13800000000"})") != std::string::npos);
    CHECK(text->find(R"("subject":"order/1")") != std::string::npos);
    CHECK(text->find(R"("promise":"live@1")") != std::string::npos);
    CHECK(text->find(R"("state":"running")") != std::string::npos);
    Arena memory;
    CHECK(wire::parse_json(*text, memory));
    for (const auto* other : {"C-2", "", "c-1"}) {
        const auto none = exported(world, other);
        REQUIRE_FALSE(none);
        CHECK(none.error().code == "no-customer");
    }
}

TEST_CASE("erasing a customer destroys the key, and the promise to them is kept all the same") {
    World world;
    world.publish(kLive);
    world.report(kPlaced);
    const auto before = world.obligations("order/1");
    REQUIRE(before.size() == 1);
    const auto old = world.store->read()->checkpoint(world.tenant);

    CHECK(erase(world, "C-1", "").error().code == "needs-reason");
    CHECK(erase(world, "C-9", "asked for it").error().code == "no-customer");
    REQUIRE(exported(world, "C-1"));
    REQUIRE(erase(world, "C-1", "asked for it"));
    CHECK(erase(world, "C-1", "asked for it").error().code == "no-customer");  // nothing more

    const auto customer = world.store->read()->customer(1);
    REQUIRE(customer);
    CHECK(customer->handle.empty());
    CHECK(customer->wrapped_key.empty());
    CHECK(customer->erased_at == world.clock.now());
    CHECK(exported(world, "C-1").error().code == "no-customer");
    auto rows = world.store->read();
    Keys keys(world.keyring);
    CHECK(keys.salt(*rows, world.tenant, 1, 0).error().code == "erased");
    CHECK_FALSE(log_holds(world, "C-1"));

    CHECK(world.obligations("order/1") == before);
    world.wait(hours(24) + Millis{1});
    const auto after = world.obligations("order/1");
    REQUIRE(after.size() == 1);
    CHECK(after[0].state == static_cast<std::uint8_t>(promise::State::Broken));

    // The transparency log goes on from where it was.
    auto now = world.store->read();
    const auto fresh = now->checkpoint(world.tenant);
    REQUIRE(fresh.size > old.size);
    StoredTiles tiles(*now, world.tenant);
    const auto size = [](const auto& c) { return static_cast<std::uint64_t>(c.size); };
    const auto proof = tlog::prove_consistency(tiles, size(old), size(fresh));
    REQUIRE(proof);
    CHECK(tlog::verify_consistency(size(old), *tlog::root_of(tiles, size(old)), size(fresh),
                                   *tlog::root_of(tiles, size(fresh)), *proof));
}

TEST_CASE("a customer who comes back after being erased is a new one") {
    World world;
    world.report(kPlaced);
    REQUIRE(erase(world, "C-1", "asked for it"));
    world.report(
        R"({"id":"b","kind":"order.placed","subject":"order/2","at":"2026-03-10T00:00:00Z",)"
        R"("customer":"C-1","personal":{"phone":"13900000000"}})");
    const auto found = world.store->read()->find_customer(world.tenant, "C-1");
    REQUIRE(found);
    CHECK(found->id == 2);
    const auto text = exported(world, "C-1");
    REQUIRE(text);
    CHECK(text->find("order/1") == std::string::npos);
    CHECK(text->find("13900000000") != std::string::npos);
    REQUIRE(erase(world, "C-1", "again"));  // two of them, and each is nobody now
}

TEST_CASE("what is sealed for one stream and fact opens nowhere else") {
    World world;
    store::CustomerId customer = 0;
    std::string sealed;
    world.act([&](Turns& turns) -> Result<void> {
        customer = turns.keys().known(turns.rows(), turns.entropy(), world.tenant, "C-1");
        CHECK(turns.keys().known(turns.rows(), turns.entropy(), world.tenant, "C-1") == customer);
        const wire::ReportedField phone[] = {{"phone", feel::Value::string("1")}};
        sealed = TRY(turns.keys().seal(turns.rows(), turns.entropy(), world.tenant, customer,
                                       "order/1", "a", phone));
        return {};
    });
    auto rows = world.store->read();
    Keys keys(world.keyring);
    CHECK(keys.unseal(*rows, world.tenant, customer, "order/1", "a", sealed) ==
          "{\"phone\":\"1\"}");
    CHECK_FALSE(keys.unseal(*rows, world.tenant, customer, "order/1", "b", sealed));
    CHECK_FALSE(keys.unseal(*rows, world.tenant, customer, "order/2", "a", sealed));
    CHECK_FALSE(keys.unseal(*rows, world.tenant, 0, "order/1", "a", sealed));
    CHECK(keys.unseal(*rows, world.tenant + 1, customer, "order/1", "a", sealed).error().code ==
          "no-customer");
    CHECK(*keys.salt(*rows, world.tenant, customer, 1) != *keys.salt(*rows, world.tenant, 0, 1));
    CHECK(*keys.salt(*rows, world.tenant, customer, 1) !=
          *keys.salt(*rows, world.tenant, customer, 2));
    keys.forget(customer);
    CHECK(keys.unseal(*rows, world.tenant, customer, "order/1", "a", sealed));
}

TEST_CASE("国密租户：客户资料用 SM4 封存，一样只有本人的能打开") {
    World world;
    world.act([&](Turns& turns) -> Result<void> {
        const auto made =
            make_tenant(turns, world.operator_, "guomi", "国密租户", false, "log.example", kSm4);
        if (!made) return refuse(made.error());
        world.tenant = world.author.tenant = world.approver.tenant = made->id;
        return {};
    });
    world.publish(kLive);
    world.report(kPlaced);
    CHECK_FALSE(log_holds(world, "13800000000"));
    const auto text = exported(world, "C-1");
    REQUIRE(text);
    CHECK(text->find(R"("personal":{"phone":"13800000000"})") != std::string::npos);
    const auto other = world.try_act([&](Turns& turns) -> Result<void> {
        const auto made =
            make_tenant(turns, world.operator_, "x", "x", false, "log.example", "rot13");
        if (!made) return refuse(made.error());
        return {};
    });
    REQUIRE_FALSE(other);
    CHECK(other.error().code == "bad-tenant");
}

TEST_CASE("more customers than are kept in mind have each their own key") {
    World world;
    std::vector<std::string> salts;
    world.act([&](Turns& turns) -> Result<void> {
        Keys keys(world.keyring);
        for (int i = 0; i < 4'200; ++i) {
            const auto id =
                keys.known(turns.rows(), turns.entropy(), world.tenant, "C-" + std::to_string(i));
            if (i < 2 || i > 4'190)
                salts.push_back(TRY(keys.salt(turns.rows(), world.tenant, id, 7)));
            else
                TRY(keys.salt(turns.rows(), world.tenant, id, 7));
        }
        CHECK(TRY(keys.salt(turns.rows(), world.tenant, 1, 7)) == salts[0]);
        CHECK(salts[0] != salts[1]);
        return {};
    });
}

}  // namespace yinuo::engine
