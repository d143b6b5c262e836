// What witnesses signed: handed in, held against the log and their keys, served again.
#include "server/witnesses.h"

#include <doctest/doctest.h>

#include "engine/tenants.h"
#include "server/business_testing.h"
#include "tlog/hash.h"
#include "tlog/note.h"

namespace yinuo::server {
namespace {

constexpr std::uint64_t kSeconds = 1'773'100'800;  // 2026-03-10T00:00:00Z

tlog::SignerKey witness(std::string_view name) {
    return *tlog::SignerKey::from_seed(name, tlog::KeyType::Cosignature, tlog::sha256(name).view());
}

struct Watched {
    House house;
    std::string owner = house.token(house.acme, Role::Owner);
    tlog::SignerKey near = witness("near.example/w"), far = witness("far.example/w");
    engine::Tenant tenant = *engine::tenant(*house.store->read(), house.acme.id);

    Watched() { publish_promise(house, house.acme); }

    void grow(const std::string& order) {
        REQUIRE(send(house, "POST", "/api/v1/facts?source=crm",
                     {.token = house.key(house.acme, {Permission::FactsWrite}),
                      .body = fact_json(order, "order.placed", "order/" + order)})
                    .status == 201);
    }
    std::string checkpoint() { return house.ask("GET", "/log/acme/checkpoint").body; }
    std::string cosigned() { return house.ask("GET", "/log/acme/cosigned").body; }
    // As a witness sends it back.
    std::string signed_by(const tlog::SignerKey& key, const std::string& note,
                          std::uint64_t seconds = kSeconds) {
        return note + to_text(key.cosign(tlog::parse_note(note)->text, seconds));
    }
    http::testing::Reply trust(const std::string& keys) {
        const auto before = house.ask("GET", "/api/v1/witnesses", {.token = owner});
        return send(house, "PUT", "/api/v1/witnesses",
                    {.token = owner,
                     .body = R"({"witnesses":[)" + keys + "]}",
                     .headers = if_match(before)});
    }
    std::string keys(std::initializer_list<const tlog::SignerKey*> all) {
        std::string text;
        for (const auto* key : all)
            text += (text.empty() ? "\"" : ",\"") + key->verifier().to_text() + "\"";
        return text;
    }
    http::testing::Reply hand_in(const std::string& note) {
        return send(house, "POST", "/api/v1/cosignatures",
                    {.token = owner, .body = note, .type = "text/plain"});
    }
    std::size_t witnesses_on(const std::string& note) {
        const auto opened =
            tlog::open_checkpoint(note, {.origin = tenant.origin,
                                         .log = {*tlog::VerifierKey::parse(tenant.log_public_key)},
                                         .witnesses = {near.verifier(), far.verifier()}});
        REQUIRE(opened);
        return opened->cosigned.size();
    }
};

std::string code(const http::testing::Reply& reply) { return Body(reply).text("code"); }

}  // namespace

TEST_CASE("what trusted witnesses signed is kept and served, each in its place") {
    Watched log;
    REQUIRE(log.trust(log.keys({&log.near, &log.far})).status == 200);
    CHECK(log.house.ask("GET", "/log/acme/cosigned").status == 404);
    const auto plain = log.checkpoint();
    const auto first = log.hand_in(log.signed_by(log.near, plain));
    REQUIRE_MESSAGE(first.status == 200, first.body);
    CHECK(first.says(R"("witness":"near.example/w","at":"2026-03-10T00:00:00Z")"));
    CHECK(log.witnesses_on(log.checkpoint()) == 1);
    // Another's joins; the same one's younger takes the place of the older.
    CHECK(log.hand_in(log.signed_by(log.far, plain)).status == 200);
    CHECK(log.hand_in(log.signed_by(log.near, plain, kSeconds + 60)).status == 200);
    CHECK(log.witnesses_on(log.cosigned()) == 2);
    CHECK(tlog::parse_note(log.cosigned())->signatures.size() == 3);
    CHECK(log.checkpoint() == log.cosigned());

    // The log goes on: its checkpoint is the log's own again, the cosigned one stays.
    log.grow("1");
    CHECK(log.witnesses_on(log.checkpoint()) == 0);
    CHECK(log.witnesses_on(log.cosigned()) == 2);
    const auto grown = log.checkpoint();
    log.grow("2");
    CHECK(log.hand_in(log.signed_by(log.far, grown)).status == 200);
    CHECK(log.witnesses_on(log.cosigned()) == 1);
    CHECK(log.cosigned().starts_with(grown));
    const auto late = log.hand_in(log.signed_by(log.near, plain));
    CHECK(late.status == 409);
    CHECK(code(late) == "cosigned-older");
}

TEST_CASE(
    "a wrong signature, an unknown key and a tree that isn't ours are refused, and nothing kept") {
    Watched log;
    REQUIRE(log.trust(log.keys({&log.near})).status == 200);
    const auto plain = log.checkpoint();
    const auto refused = [&](const std::string& note, int status, std::string_view as) {
        const auto reply = log.hand_in(note);
        CHECK_MESSAGE(reply.status == status, reply.body);
        CHECK(code(reply) == as);
        CHECK(log.house.ask("GET", "/log/acme/cosigned").status == 404);
    };
    log.grow("1");
    const auto other = log.checkpoint();
    const auto line = log.signed_by(log.near, other).substr(other.size());
    refused(plain + line, 422, "bad-signature");
    refused(log.signed_by(log.far, plain), 422, "unknown-witness");
    CHECK(log.hand_in(log.signed_by(log.far, plain)).says("far.example/w"));
    refused(log.signed_by(log.far, log.signed_by(log.near, plain)), 422, "unknown-witness");
    refused(plain, 422, "too-few-witnesses");
    refused("hello", 422, "bad-note");

    const auto own = *engine::log_signer(log.tenant, log.house.keyring);
    const auto forked = tlog::sign_checkpoint(own, 1, tlog::sha256("another tree"));
    refused(log.signed_by(log.near, forked), 409, "log-forked");
    const auto longer = tlog::sign_checkpoint(own, 1'000, tlog::sha256("a longer tree"));
    refused(log.signed_by(log.near, longer), 409, "log-shorter");
    const auto seed = tlog::sha256("not the log's");
    const auto posing =
        *tlog::SignerKey::from_seed(log.tenant.origin, tlog::KeyType::Ed25519, seed.view());
    refused(log.signed_by(log.near, tlog::sign_checkpoint(posing, 1, tlog::sha256("x"))), 422,
            "unknown-witness");
    CHECK(send(log.house, "POST", "/api/v1/cosignatures", {.token = log.owner, .body = plain})
              .status == 415);
}

TEST_CASE("whom to trust the owner says; who is not trusted any more vanishes") {
    Watched log;
    const auto& near = log.near;
    REQUIRE(log.trust(log.keys({&near, &log.far})).status == 200);
    const auto plain = log.checkpoint();
    REQUIRE(log.hand_in(log.signed_by(log.far, log.signed_by(near, plain))).status == 200);
    REQUIRE(log.trust(log.keys({&log.far})).status == 200);
    CHECK(log.cosigned() == log.signed_by(log.far, plain));
    REQUIRE(log.trust("").status == 200);
    CHECK(log.house.ask("GET", "/log/acme/cosigned").status == 404);
    CHECK(log.checkpoint() == plain);

    CHECK(log.trust("\"nonsense\"").says("bad-key"));
    CHECK(log.trust("\"" + log.tenant.log_public_key + "\"").says("no-witness-key"));
    CHECK(log.trust(log.keys({&near, &near})).says("\"twice\""));
    const auto stale =
        send(log.house, "PUT", "/api/v1/witnesses",
             {.token = log.owner, .body = R"({"witnesses":[]})", .headers = "If-Match: \"1\"\r\n"});
    CHECK(stale.status == 412);
}

}  // namespace yinuo::server
