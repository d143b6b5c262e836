#include "engine/evidence.h"

#include <doctest/doctest.h>

#include "engine/fsck.h"
#include "engine/testing.h"
#include "store/sqlite.h"
#include "store/testing.h"

namespace yinuo::engine {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kLive = R"(promise: live
version: 1
zone: Asia/Shanghai
subject: order
clauses:
  live: {starts: 'fact = "order.placed"', keeps: 'fact = "order.live"', within: 24 h}
)";

struct Shop {
    Shop() {
        world.publish(kLive);
        world.report(R"({"id":"a","kind":"order.placed","subject":"order/1",)"
                     R"("at":"2026-03-10T00:00:00Z","customer":"C-1"})");
    }
    Result<Evidence> hand_in(std::string_view bytes, std::string_view name = "x.txt") {
        Result<Evidence> made;
        (void)world.try_act([&](Turns& turns) -> Result<void> {
            const auto stream = turns.rows().find_stream(world.tenant, "order/1");
            made = add_evidence(turns, world.author, *stream,
                                seal_file(bytes, world.entropy, kAesGcm), "text/plain", name);
            if (!made) return refuse(made.error());
            return {};
        });
        return made;
    }
    std::string codes() {
        const auto made = fsck(*world.store, world.zones, world.keyring);
        REQUIRE(made);
        std::string text;
        for (const auto& finding : made->findings) text += finding.error.code + " ";
        return text;
    }

    store::TempDir dir;
    World world{store::open_sqlite(dir.file("y.db")).value()};
    std::unique_ptr<store::Connection> behind =
        store::Connection::open(dir.file("y.db"), {}).value();
};

}  // namespace

TEST_CASE("a file's media type is what its first bytes say") {
    CHECK(media_type_of("\x89PNG\r\n\x1A\nrest"sv) == "image/png");
    CHECK(media_type_of("\xFF\xD8\xFF\xE0"sv) == "image/jpeg");
    CHECK(media_type_of("%PDF-1.7"sv) == "application/pdf");
    CHECK(media_type_of("\0\0\0\x18"
                        "ftypmp42"sv) == "video/mp4");
    CHECK(media_type_of("ID3\4"sv) == "audio/mpeg");
    CHECK(media_type_of("\xFF\xFB\x90\x64"sv) == "audio/mpeg");
    CHECK(media_type_of("车停在路边\n"sv) == "text/plain");
    for (const auto bad : {""sv, "\xFF\xFE"sv, "a\0b"sv, "PK\3\4"sv, "\xFF\xF9\xF0\0"sv})
        CHECK(media_type_of(bad) == "");
}

TEST_CASE("a file is committed to in the log, and a byte changed there is found") {
    Shop shop;
    const auto made = shop.hand_in("the letter");
    REQUIRE(made);
    CHECK(made->customer != 0);
    CHECK(shop.codes() == "");
    auto rows = shop.world.store->read();
    Keys keys(shop.world.keyring);
    CHECK(open_evidence(*rows, keys, shop.world.tenant, *made).value() == "the letter");
    const auto found = find_evidence(*rows, keys, shop.world.tenant, made->position);
    REQUIRE(found);
    CHECK(found->name == "x.txt");
    CHECK_FALSE(find_evidence(*rows, keys, shop.world.tenant + 1, made->position));
    CHECK(parse_evidence(evidence_text(made->position)) == made->position);
    CHECK_FALSE(parse_evidence("evd_7x"));
    rows.reset();

    const store::Sql body{"SELECT body FROM entries WHERE kind = 12"};
    const store::Sql put{"UPDATE entries SET body = ? WHERE kind = 12"};
    auto text = [&] {
        auto asked = shop.behind->use(body);
        REQUIRE(asked.step());
        return std::string(asked.view(0));
    }();
    const auto at = text.find("\"size\":10");
    REQUIRE(at != std::string::npos);
    auto bent = text;
    bent.replace(at, 9, "\"size\":11");
    shop.behind->use(put, store::Blob{bent}).run();
    CHECK(shop.codes().contains("wrong-commitment"));
    shop.behind->use(put, store::Blob{text}).run();
    CHECK(shop.codes() == "");
}

TEST_CASE("other bytes than those that were handed in are refused, not shown") {
    Shop shop;
    const auto made = shop.hand_in("the letter");
    REQUIRE(made);
    const store::Sql put{"UPDATE documents SET body = ? WHERE collection = 'evidence-file'"};
    vault::SeededEntropy other(9);
    shop.behind->use(put, seal_file("another letter", other, kAesGcm).body).run();
    Keys keys(shop.world.keyring);
    const auto read = open_evidence(*shop.world.store->read(), keys, shop.world.tenant, *made);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "seal-broken");
}

TEST_CASE("what was handed in before we knew whose it is goes with them, too") {
    Shop shop;
    shop.world.report(R"({"id":"b","kind":"order.placed","subject":"order/2",)"
                      R"("at":"2026-03-10T00:00:00Z"})");
    Evidence early;
    shop.world.act([&](Turns& turns) -> Result<void> {
        const auto stream = turns.rows().find_stream(shop.world.tenant, "order/2");
        early = add_evidence(turns, shop.world.author, *stream,
                             seal_file("early", shop.world.entropy, kAesGcm), "text/plain", "e")
                    .value();
        return {};
    });
    CHECK(early.customer == 0);
    shop.world.report(R"({"id":"c","kind":"order.seen","subject":"order/2",)"
                      R"("at":"2026-03-10T00:00:00Z","customer":"C-1"})");
    shop.world.act([&](Turns& turns) -> Result<void> {
        return erase_customer(turns, shop.world.author, "C-1", "asked to");
    });
    Keys keys(shop.world.keyring);
    const auto read = open_evidence(*shop.world.store->read(), keys, shop.world.tenant, early);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "erased");
    CHECK(shop.codes() == "");
}

}  // namespace yinuo::engine
