#include "engine/publishing.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "engine/engine.h"
#include "engine/publication_json.h"
#include "engine/rebuild.h"
#include "engine/tenants.h"
#include "engine/testing.h"

namespace yinuo::engine {
namespace {

constexpr std::string_view kOffice = "zone: Asia/Shanghai\nweekly: {mon-fri: 09:00-18:00}\n";

std::string reply(int version, std::string_view condition = "fact = \"asked\"") {
    return "promise: reply\nversion: " + std::to_string(version) +
           "\nzone: Asia/Shanghai\nsubject: case\nschedules: {office: office.yaml}\n"
           "schedule: office\nclauses:\n  reply:\n    starts: '" +
           std::string(condition) + "'\n    keeps: fact = \"answered\"\n    within: 2 work h\n";
}

Publication with_office(std::string text) {
    return {.text = std::move(text), .calendars = {{"office.yaml", std::string(kOffice)}}};
}

bool has(const Findings& findings, std::string_view code) {
    return std::ranges::any_of(findings, [&](const auto& f) { return f.error.code == code; });
}

// What a piece of work was refused with; empty: it was done.
template <typename Work>
std::string refusal(World& world, Work work) {
    const auto said = world.try_act([&](Turns& turns) -> Result<void> {
        auto done = work(turns);
        if (!done) return refuse(done.error());
        return {};
    });
    return said ? "" : said.error().code;
}

// Takes `text` through its life up to `stage`, and gives the etag.
std::int64_t take_to(World& world, const Publication& publication, Stage stage) {
    std::int64_t etag = 0;
    world.act([&](Turns& turns) -> Result<void> {
        auto at = TRY(draft(turns, world.author, publication, 0));
        const auto id = at.version.id();
        if (stage >= Stage::Checked) at = TRY(check_draft(turns, world.author, id, at.etag));
        if (stage >= Stage::Approved) at = TRY(approve(turns, world.approver, id, at.etag));
        if (stage >= Stage::Published) at = TRY(engine::publish(turns, world.author, id, at.etag));
        if (stage >= Stage::Retired) at = TRY(retire(turns, world.author, id, at.etag));
        etag = at.etag;
        return {};
    });
    return etag;
}

std::vector<PromiseStep> steps_in_log(World& world) {
    std::vector<PromiseStep> steps;
    world.store->read()->entries_about(world.tenant, static_cast<std::uint8_t>(EntryKind::Promise),
                                       0, false, [&](const store::Entry& entry) {
                                           auto step = read_promise_step(entry.body);
                                           REQUIRE(step);
                                           steps.push_back(*step);
                                           return true;
                                       });
    return steps;
}

}  // namespace

TEST_CASE("a version is drafted, checked, approved by a second person, published and retired") {
    World world;
    const auto leaves = world.store->read()->checkpoint(world.tenant).size;
    const auto etag = take_to(world, with_office(reply(1)), Stage::Published);
    CHECK(etag == 4);
    auto rows = world.store->read();
    const auto document = rows->document(world.tenant, kPromises, "reply@1");
    REQUIRE(document);
    const auto version = PromiseVersion::from_json(document->body);
    REQUIRE(version);
    CHECK(version->stage == Stage::Published);
    CHECK(version->drafted_by == "usr_author");
    CHECK(version->approved_by == "usr_second");
    CHECK(version->published_by == "usr_author");
    CHECK(version->published_at == world.clock.now());
    CHECK(version->text_hash == hex_hash(reply(1)));
    CHECK(version->to_json() == document->body);
    // Publishing is a leaf of the log; the other steps are none.
    CHECK(rows->checkpoint(world.tenant).size == leaves + 1);

    const auto steps = steps_in_log(world);
    REQUIRE(steps.size() == 4);
    CHECK(steps[2].stage == Stage::Approved);
    CHECK(steps[3].stage == Stage::Published);
    CHECK(steps[3].id == "reply@1");
    CHECK(steps[3].publication.text == reply(1));
    CHECK(steps[3].publication.calendars.at("office.yaml") == kOffice);

    CHECK(refusal(world, [&](Turns& t) { return retire(t, world.author, "reply@1", 4); }) == "");
    const auto retired = steps_in_log(world).back();
    CHECK(retired.stage == Stage::Retired);
    CHECK(retired.published_in == version->position);
}

TEST_CASE("起草人不能批准自己的文本") {
    World world;
    const auto etag = take_to(world, with_office(reply(1)), Stage::Checked);
    CHECK(refusal(world, [&](Turns& t) { return approve(t, world.author, "reply@1", etag); }) ==
          "same-person");
    CHECK(refusal(world, [&](Turns& t) { return approve(t, world.approver, "reply@1", etag); }) ==
          "");
}

TEST_CASE(
    "every step asks for the one before, for the version as it stands, and leaves no trace "
    "when refused") {
    World world;
    const auto etag = take_to(world, with_office(reply(1)), Stage::Draft);
    const auto before = world.store->read()->last_position();
    const auto id = std::string("reply@1");
    CHECK(refusal(world, [&](Turns& t) { return approve(t, world.approver, id, etag); }) ==
          "wrong-stage");
    CHECK(refusal(world, [&](Turns& t) { return engine::publish(t, world.author, id, etag); }) ==
          "wrong-stage");
    CHECK(refusal(world, [&](Turns& t) { return retire(t, world.author, id, etag); }) ==
          "wrong-stage");
    CHECK(refusal(world, [&](Turns& t) { return check_draft(t, world.author, id, etag + 1); }) ==
          "stale");
    CHECK(refusal(world, [&](Turns& t) { return check_draft(t, world.author, "none@1", 1); }) ==
          "no-promise");
    CHECK(refusal(world, [&](Turns& t) {
              return draft(t, world.author, with_office(reply(1)), 0);
          }) == "stale");
    const Actor stranger{.tenant = world.tenant + 1, .id = "usr_x", .name = "X"};
    CHECK(refusal(world, [&](Turns& t) { return check_draft(t, stranger, id, etag); }) ==
          "no-promise");
    CHECK(world.store->read()->last_position() == before);
}

TEST_CASE("another text sends a version back to being a draft; an approved one keeps its text") {
    World world;
    auto etag = take_to(world, with_office(reply(1)), Stage::Checked);
    world.act([&](Turns& turns) -> Result<void> {
        const auto again =
            TRY(draft(turns, world.approver, with_office(reply(1) + "# more\n"), etag));
        CHECK(again.version.stage == Stage::Draft);
        CHECK(again.version.drafted_by == "usr_second");
        etag = TRY(check_draft(turns, world.approver, "reply@1", again.etag)).etag;
        etag = TRY(approve(turns, world.author, "reply@1", etag)).etag;
        return {};
    });
    CHECK(refusal(world, [&](Turns& t) {
              return draft(t, world.author, with_office(reply(1)), etag);
          }) == "not-a-draft");
}

TEST_CASE("findings don't refuse a draft, but they do keep it from being checked") {
    World world;
    std::int64_t etag = 0;
    world.act([&](Turns& turns) -> Result<void> {
        const auto drafted =
            TRY(draft(turns, world.author, {.text = reply(1), .calendars = {}}, 0));
        CHECK(has(drafted.findings, "no-file"));  // office.yaml is nobody's
        etag = drafted.etag;
        return {};
    });
    CHECK(refusal(world, [&](Turns& t) { return check_draft(t, world.author, "reply@1", etag); }) ==
          "has-errors");
    for (const auto* text : {"", "promise: x\n", "version: 1\n", "promise: a@b\nversion: 1\n",
                             "promise: x\nversion: one\n", "- a\n", "promise: x\nversion: 0\n"}) {
        CAPTURE(text);
        const auto code = refusal(world, [&](Turns& t) {
            return draft(t, world.author, {.text = text, .calendars = {}}, 0);
        });
        CHECK(code == (*text == '\0' ? "not-one-promise" : "no-name"));
    }
    CHECK(refusal(world, [&](Turns& t) {
              return draft(t, world.author, {.text = "promise: [", .calendars = {}}, 0);
          }) != "");
    CHECK(refusal(world, [&](Turns& t) {
              return draft(t, world.author,
                           {.text = std::string((1 << 20) + 1, 'x'), .calendars = {}}, 0);
          }) == "too-long");
}

TEST_CASE("a rule that reads a personal field is refused where it stands") {
    World world;
    world.act([&](Turns& turns) -> Result<void> {
        const auto drafted = TRY(draft(
            turns, world.author, with_office(reply(1, "fact = \"asked\" and phone = \"1\"")), 0));
        REQUIRE(has(drafted.findings, "personal-field"));
        for (const auto& finding : drafted.findings) {
            if (finding.error.code != "personal-field") continue;
            CHECK(finding.severity == Severity::Error);
            CHECK(finding.error.place.line == 9);
            CHECK(finding.error.what.en.find("phone") != std::string::npos);
        }
        return {};
    });
    CHECK(refusal(world, [&](Turns& t) { return check_draft(t, world.author, "reply@1", 1); }) ==
          "has-errors");
}

TEST_CASE("only a newer version can be published, and it begins where it is published") {
    World world;
    take_to(world, with_office(reply(2)), Stage::Published);
    const auto etag = take_to(world, with_office(reply(1)), Stage::Approved);
    CHECK(refusal(world, [&](Turns& t) {
              return engine::publish(t, world.author, "reply@1", etag);
          }) == "not-newer");
    world.clock.advance(hours(24));
    take_to(world, with_office(reply(3)), Stage::Published);
    Shelf shelf(world.zones);
    REQUIRE(fill_shelf(*world.store->read(), shelf));
    const auto all = shelf.of(world.tenant);
    REQUIRE(all.size() == 2);
    CHECK(all[0]->label == "reply@2");
    CHECK(all[0]->promise->effective_until == world.clock.now());
    CHECK(all[1]->promise->effective_from == world.clock.now());
}

TEST_CASE("a promise keeps the calendars it was drafted with") {
    World world;
    const auto save = [&](std::string_view text, std::int64_t etag) {
        return refusal(world, [&](Turns& t) {
            return save_calendar(t, world.author, "office.yaml", text, etag);
        });
    };
    CHECK(save(kOffice, 0) == "");
    take_to(world, {.text = reply(1), .calendars = {}}, Stage::Draft);
    CHECK(save(kOffice, 0) == "stale");
    CHECK(save("zone: Nowhere/Else\nweekly: {mon: 09:00-10:00}\n", 1) == "no-such-zone");
    CHECK(save("zone: Asia/Shanghai\nweekly: {mon: 09:00-10:00}\n", 1) == "");
    for (const auto* name : {"office", "../office.yaml", ".yaml", "a/b.yaml", "office.yml", ""}) {
        CAPTURE(name);
        CHECK(refusal(world, [&](Turns& t) {
                  return save_calendar(t, world.author, name, kOffice, 0);
              }) == "bad-name");
    }
    const auto document = world.store->read()->document(world.tenant, kPromises, "reply@1");
    REQUIRE(document);
    CHECK(PromiseVersion::from_json(document->body)->publication.calendars.at("office.yaml") ==
          kOffice);
}

TEST_CASE("a tenant has keys of its own and sets its roster; a name is taken once") {
    World world;
    const auto acme = find_tenant(*world.store->read(), "acme");
    REQUIRE(acme);
    CHECK(acme->origin == "log.example/acme");
    CHECK(acme->log_public_key.starts_with("log.example/acme+"));
    CHECK(Tenant::from_json(acme->id, acme->to_json())->to_json() == acme->to_json());
    const auto signer = log_signer(*acme, world.keyring);
    REQUIRE(signer);
    CHECK(signer->verifier().to_text() == acme->log_public_key);

    const auto make = [&](std::string_view name) {
        return refusal(world, [&](Turns& t) {
            return make_tenant(t, world.operator_, name, "T", false, "log.example");
        });
    };
    CHECK(make("acme") == "name-taken");
    for (const auto* name : {"", "Acme", "a/b", "a b", "self?"}) CHECK(make(name) == "bad-tenant");
    CHECK(make(std::string(41, 'a')) == "bad-tenant");
    CHECK(make("other-1") == "");
    const auto all = tenants(*world.store->read());
    REQUIRE(all.size() == 2);
    CHECK(all[1].name == "other-1");
    CHECK(all[1].log_public_key != acme->log_public_key);
    CHECK_FALSE(find_tenant(*world.store->read(), "nobody"));

    const auto set = [&](std::vector<Rung> roster, std::int64_t etag) {
        return refusal(world, [&](Turns& t) {
            return change_tenant(t, world.author,
                                 {.title = "示例", .personal_fields = {"phone"}, .roster = roster},
                                 etag);
        });
    };
    CHECK(set({{.addressee = "owner", .minutes = 5}}, 1) == "");
    CHECK(tenant(*world.store->read(), world.tenant)->roster.front().minutes == 5);
    CHECK(set({{.addressee = "owner", .minutes = 5}}, 1) == "stale");
    CHECK(set({}, 2) == "bad-tenant");
    CHECK(set({{.addressee = "", .minutes = 5}}, 2) == "bad-tenant");
    CHECK(set({{.addressee = "owner", .minutes = 0}}, 2) == "bad-tenant");
}

// The clock stands still: all of it happens in one millisecond.
TEST_CASE("what was ordered in the millisecond of a publication is judged alike, live and anew") {
    constexpr std::string_view kLive = R"(promise: live
version: 1
zone: Asia/Shanghai
subject: order
clauses:
  live: {starts: 'fact = "order.placed"', keeps: 'fact = "order.live"', within: 24 h}
)";
    World world;
    const auto order = [&](const std::string& number) {
        const auto at = std::to_string((world.clock.now() - World::kBegin).count % 1000);
        const std::string millis = std::string(3 - at.size(), '0') + at;
        world.report(R"({"id":")" + number + R"(","kind":"order.placed","subject":"order/)" +
                     number + R"(","at":"2026-03-10T00:00:00.)" + millis + R"(Z"})");
        return world.obligations("order/" + number);
    };
    const auto same_anew = [&] {
        const auto rows = world.store->read();
        const auto found = compare(*rows, world.zones);
        REQUIRE(found);
        return found->differences.empty();
    };
    CHECK(order("1").empty());
    const auto first = world.publish(kLive);
    CHECK(same_anew());
    world.wait(Millis{1});
    const auto second = order("2");
    REQUIRE(second.size() == 1);
    CHECK(second[0].version == first);

    std::string text(kLive);
    text.replace(text.find("version: 1"), 10, "version: 2");
    const auto newer = world.publish(text);
    CHECK(same_anew());
    CHECK(world.obligations("order/2")[0].version == first);
    world.wait(Millis{1});
    const auto third = order("3");
    REQUIRE(third.size() == 1);
    CHECK(third[0].version == newer);
    CHECK(refusal(world, [&](Turns& t) { return retire(t, world.author, "live@2", 4); }) == "");
    CHECK(same_anew());
    CHECK(order("4").size() <= 1);

    world.wait(hours(25));
    CHECK(same_anew());
    CHECK(world.obligations("order/1").empty());
    for (const auto* number : {"2", "3"})
        CHECK(static_cast<promise::State>(
                  world.obligations("order/" + std::string(number))[0].state) ==
              promise::State::Broken);
}

TEST_CASE("the log tells which teams approved, and fsck holds the version to it") {
    World world;
    std::int64_t etag = take_to(world, with_office(reply(1)), Stage::Checked);
    world.act([&](Turns& turns) -> Result<void> {
        const auto found = turns.rows().document(world.tenant, "tenant", "self");
        auto settings = *tenant(turns.rows(), world.tenant);
        static_cast<void>(TRY(change_tenant(turns, world.author,
                                            {.title = settings.title,
                                             .personal_fields = settings.personal_fields,
                                             .roster = settings.roster,
                                             .approving_teams = {"operations", "marketing"}},
                                            found->version)));
        return {};
    });
    const Actor third{.tenant = world.tenant, .id = "usr_third", .name = "third"};
    const std::string id = steps_in_log(world).back().id;
    CHECK(refusal(world, [&](Turns& t) {
              return approve(t, world.approver, id, etag, "kitchen");
          }) == "not-your-team");
    CHECK(refusal(world, [&](Turns& t) {
              return approve(t, world.author, id, etag, "marketing");
          }) == "same-person");
    world.act([&](Turns& turns) -> Result<void> {
        auto at = TRY(approve(turns, world.approver, id, etag, "operations"));
        CHECK(at.version.stage == Stage::Checked);
        at = TRY(approve(turns, third, id, at.etag, "marketing"));
        CHECK(at.version.stage == Stage::Approved);
        CHECK(at.version.approvals.size() == 2);
        etag = TRY(engine::publish(turns, world.author, id, at.etag)).etag;
        return {};
    });
    CHECK(steps_in_log(world).back().stage == Stage::Published);
    CHECK(world.wrong() == "");
}

}  // namespace yinuo::engine
