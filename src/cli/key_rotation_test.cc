#include "cli/key_rotation.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "engine/customers.h"
#include "engine/receipt.h"
#include "engine/testing.h"
#include "server/service.h"
#include "store/testing.h"
#include "vault/encoding.h"

namespace yinuo::cli {
namespace {

constexpr std::string_view kLive = R"(promise: live
version: 1
zone: Asia/Shanghai
subject: order
clauses:
  live: {starts: 'fact = "order.placed"', keeps: 'fact = "order.live"', within: 24 h}
)";

constexpr int kCustomers = 3;

std::string handle(int i) { return "C-" + std::to_string(i); }

// A company with customers, whose master key is in a file.
struct Firm {
    engine::World world;
    store::TempDir dir;
    std::string file = dir.file("master.key");
    vault::Key installation = *server::installation_key(*world.store, world.keyring, world.entropy);

    Firm() {
        vault::SeededEntropy entropy(7);  // as of test_keyring()
        std::ofstream(file) << vault::to_hex(vault::random_key(entropy).expose()) << "\n";
        world.publish(kLive);
        for (int i = 0; i < kCustomers; ++i)
            world.report(
                R"({"id":"f)" + std::to_string(i) +
                R"(","kind":"order.placed","at":"2026-03-10T00:00:00Z","subject":"order/)" +
                std::to_string(i) + R"(","customer":")" + handle(i) +
                R"(","personal":{"phone":"1380000000)" + std::to_string(i) + R"("}})");
        world.engine = nullptr;
    }

    std::vector<vault::Key> keys(const std::string& path) const {
        std::ifstream in(path);
        const std::string text(std::istreambuf_iterator<char>(in), {});
        return *vault::read_master_keys(text);
    }

    // Why not everything opens with these keys; "": it does.
    std::string closed(const std::vector<vault::Key>& masters) {
        const auto keyring = *vault::Keyring::of(masters);
        const auto own = server::installation_key(*world.store, keyring, world.entropy);
        if (!own) return "installation: " + own.error().code;
        if (own->expose() != installation.expose()) return "another installation";
        const auto rows = world.store->read();
        engine::Keys keys(keyring);
        engine::Shelf shelf(world.zones);
        REQUIRE(engine::fill_shelf(*rows, shelf));
        const auto tenant = engine::tenant(*rows, world.tenant);
        if (const auto signer = engine::log_signer(*tenant, keyring); !signer)
            return "log: " + signer.error().code;
        if (const auto salt = engine::salt_key(*tenant, keyring); !salt)
            return "salt: " + salt.error().code;
        for (int i = 0; i < kCustomers; ++i) {
            const auto text = engine::export_customer(*rows, keys, shelf, world.tenant, handle(i));
            if (!text) return handle(i) + ": " + text.error().code;
            if (!text->contains("1380000000" + std::to_string(i))) return "no phone in " + *text;
            const auto subject = rows->find_stream(world.tenant, "order/" + std::to_string(i));
            const auto receipt = engine::make_receipt(*rows, keyring, shelf, world.tenant,
                                                      rows->obligations_of(subject->id)[0].id);
            if (!receipt) return "receipt: " + receipt.error().code;
        }
        return "";
    }

    Result<Rotation> rotate() {
        try {
            return rotate_master_key(*world.store, file, world.entropy);
        } catch (const store::Trouble& trouble) {
            return refuse(trouble.error());
        }
    }
};

}  // namespace

TEST_CASE("更换主密钥: the new key opens everything, the old one nothing, and lies apart") {
    Firm firm;
    const auto before = firm.keys(firm.file);
    REQUIRE(firm.closed(before) == "");
    const auto made = firm.rotate();
    REQUIRE_MESSAGE(made, made.error().what.en);
    CHECK_FALSE(made->resumed);
    CHECK(made->moved.installation == 1);
    CHECK(made->moved.tenants == 1);
    CHECK(made->moved.customers == kCustomers);
    const auto after = firm.keys(firm.file);
    REQUIRE(after.size() == 1);
    CHECK(after[0].expose() != before[0].expose());
    CHECK(firm.closed(after) == "");
    CHECK(firm.closed(before) == "installation: master-unknown");
    REQUIRE(firm.keys(made->old_file).size() == 1);
    CHECK(firm.keys(made->old_file)[0].expose() == before[0].expose());
    CHECK(std::filesystem::status(firm.file).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));

    const auto again = firm.rotate();
    REQUIRE(again);
    CHECK(again->old_id == made->new_id);
    CHECK(again->moved.customers == kCustomers);
    CHECK(firm.closed(firm.keys(firm.file)) == "");
}

TEST_CASE("a server starts on the new key, and what it learns then is wrapped by it") {
    Firm firm;
    REQUIRE(firm.rotate());
    const auto keyring = *vault::Keyring::of(firm.keys(firm.file));
    const auto passwords = *vault::Passwords::open(vault::PasswordCost::cheap());
    server::Log log{server::Log::To::Nowhere};
    server::Config config;
    config.port = 0;
    const auto service =
        server::Service::open(config, {*firm.world.store, firm.world.clock, firm.world.zones,
                                       keyring, firm.world.entropy, passwords, log});
    CHECK_MESSAGE(service, service.error().what.en);
}

TEST_CASE("a rotation that ends anywhere leaves a key file that opens everything, and goes on") {
    using Fault = store::MemoryStore::CommitFault;
    for (const auto fault : {Fault::BeforeDisk, Fault::AfterDisk}) {
        for (int good = 0; good < 2; ++good) {
            Firm firm;
            int left = good;
            firm.world.memory->on_commit(
                [&left, fault]() -> Fault { return left-- > 0 ? Fault::None : fault; });
            REQUIRE_FALSE(firm.rotate());
            firm.world.memory->on_commit({});
            firm.world.memory->restart();
            const auto both = firm.keys(firm.file);
            REQUIRE(both.size() == 2);
            CHECK(firm.closed(both) == "");
            const auto rest = firm.rotate();
            REQUIRE_MESSAGE(rest, rest.error().what.en);
            CHECK(rest->resumed);
            const auto after = firm.keys(firm.file);
            REQUIRE(after.size() == 1);
            CHECK(after[0].expose() == both[1].expose());
            CHECK(firm.closed(after) == "");
        }
    }
}

TEST_CASE("an erased customer stays erased, and doesn't keep the others from moving") {
    Firm firm;
    firm.world.start();
    firm.world.act([&](engine::Turns& turns) {
        return engine::erase_customer(turns, firm.world.author, handle(1), "asked for it");
    });
    firm.world.engine = nullptr;
    const auto made = firm.rotate();
    REQUIRE(made);
    CHECK(made->moved.customers == kCustomers - 1);
    CHECK(firm.closed(firm.keys(firm.file)) == handle(1) + ": no-customer");
}

TEST_CASE("a key that isn't this store's makes no new one") {
    Firm firm;
    std::ofstream(firm.file) << std::string(64, 'a') << "\n";
    const auto made = firm.rotate();
    REQUIRE_FALSE(made);
    CHECK(made.error().code == "master-unknown");
    CHECK(made.error().what.en.starts_with("the installation's own key: "));
    CHECK(firm.keys(firm.file).size() == 1);
    CHECK(rotate_master_key(*firm.world.store, firm.dir.file("none"), firm.world.entropy)
              .error()
              .code == "no-master-key");
}

}  // namespace yinuo::cli
