#include "demo/demo.h"

#include <doctest/doctest.h>

#include "demo/boston.h"
#include "demo/testing.h"
#include "engine/tenants.h"
#include "engine/testing.h"

namespace yinuo::demo {
namespace {

const std::string kExamples = std::string(YINUO_SOURCE_DIR) + "/examples";
constexpr Instant kNow{1'795'343'000'000};  // 2026-11-22

class WallClock final : public Clock {
public:
    Instant now() override { return {at.load()}; }
    std::atomic<std::int64_t> at = kNow.millis;
};

// A demo as the server runs it, in memory.
struct Playing {
    Playing() { begin(); }
    ~Playing() { end(); }
    void begin() {
        auto opened = Demo::open(store, wall, zones, {.examples = kExamples, .speed = 3600});
        REQUIRE_MESSAGE(opened, opened.error().what.en);
        demo = std::move(*opened);
        auto started = engine::Engine::open(store, demo->clock(), zones, keyring, entropy);
        REQUIRE(started);
        engine = std::move(*started);
        if (demo->fresh()) {
            Result<void> said;
            engine->act(
                [&](engine::Turns& turns) -> Result<void> {
                    for (const auto& plan : companies()) {
                        const auto id = TRY(demo->found(turns, plan, "log.example"));
                        const engine::Actor one{id, "usr_1", "One"}, two{id, "usr_2", "Two"};
                        if (auto done = demo->publish(turns, plan, one, two); !done) return done;
                    }
                    return {};
                },
                [&](Result<void> answer) { said = std::move(answer); });
            while (engine->step()) {}
            REQUIRE_MESSAGE(said, said.error().what.en);
        }
        thread = std::thread([this] { engine->run(); });
        REQUIRE(demo->start(*engine));
    }
    void end() {
        demo->stop();
        engine->stop();
        if (thread.joinable()) thread.join();
    }
    // Moves the wall on until `is` says so, for at most a minute of real time.
    template <typename Is>
    bool until(Is is) {
        for (int i = 0; i < 1200; ++i) {
            if (is(demo->status())) return true;
            wall.at += 100;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return false;
    }

    WallClock wall;
    FileZones zones;
    vault::Keyring keyring = engine::test_keyring();
    vault::SeededEntropy entropy{42};
    store::MemoryStore store;
    std::unique_ptr<Demo> demo;
    std::unique_ptr<engine::Engine> engine;
    std::thread thread;
};

std::int64_t state(const CompanyStatus& company, promise::State which) {
    return company.states[static_cast<std::size_t>(which)];
}

TEST_CASE("Boston's requests come on the weekday and at the hour at which they came in 2015") {
    FileZones zones;
    auto loaded = Boston::load(kExamples + "/boston311", kNow, zones);
    REQUIRE_MESSAGE(loaded, loaded.error().what.en);
    auto& boston = **loaded;
    CHECK(boston.first_opens_at() <= kNow - hours(14 * 24));
    CHECK(boston.first_opens_at() > kNow - hours(21 * 24));
    const Zone& zone = *zones.find("America/New_York");
    const auto first = boston.next();
    const auto wall = zone.to_local(first.facts[0].at);
    CHECK(wall.date().weekday() == 3);  // 2015-01-01 was a Thursday
    CHECK(wall.millis_of_day() == (25 * 60 + 23) * 1000);
    CHECK(first.subject == "request/101001240735");
    CHECK(first.facts[0].fields.find("closed") == std::string::npos);

    Instant before = first.facts[0].at;
    std::string last;
    for (int i = 1; i < 43'592; ++i) {
        const auto next = boston.next();
        CHECK(next.facts[0].at >= before);
        before = next.facts[0].at;
        last = next.subject;
    }
    CHECK(last == "request/101001420951");
    const auto again = boston.next();  // the second round
    CHECK(again.subject == "request/101001240735-2");
    CHECK(again.facts[0].at > before);
    CHECK(zone.to_local(again.facts[0].at).date().weekday() == 3);
    boston.seek(before);
    CHECK(boston.next_opens_at() == first.facts[0].at);
}

TEST_CASE("holidays in a promise's text move by whole weeks") {
    CHECK(with_dates_moved("a: {date: 2015-01-19, x: 2015-01-19}\ndate: soon\n", 2) ==
          "a: {date: 2015-02-02, x: 2015-01-19}\ndate: soon\n");
}

TEST_CASE("the demo begins with days behind it, moves on, and goes on after a restart") {
    Playing play;
    REQUIRE(play.until([](const DemoStatus& s) { return s.running || s.stopped.has_value(); }));
    const auto begun = play.demo->status();
    CHECK_FALSE(begun.stopped);
    CHECK(begun.now >= kNow);
    REQUIRE(begun.companies.size() == 2);
    for (const auto& company : begun.companies) {
        INFO(company.name);
        CHECK(state(company, promise::State::Kept) > 50);
        CHECK(state(company, promise::State::Broken) > 10);
        CHECK(company.log_size > 500);
    }
    // Verdicts are reversed by what came late or was corrected, not because the days went by fast.
    const auto& telecom = begun.companies[1];
    CHECK(telecom.seen.reversed * 20 < state(telecom, promise::State::Kept));

    REQUIRE(play.until([&](const DemoStatus& s) {
        return s.now > begun.begin + hours(12) && s.companies[1].seen.at_risk > 0;
    }));
    const auto moved = play.demo->status();
    CHECK(moved.companies[0].feed.cases > begun.companies[0].feed.cases);
    CHECK(moved.companies[1].seen.newest.size() == 5);
    play.end();
    const auto position = play.store.read()->last_position();
    const auto last = play.store.read()->entry(position)->recorded_at;

    play.begin();
    CHECK_FALSE(play.demo->fresh());
    CHECK(play.demo->clock().now() >= last);
    REQUIRE(play.until([&](const DemoStatus& s) { return s.now > last + hours(6); }));
    CHECK(play.store.read()->last_position() > position);
    CHECK(play.demo->status().companies[1].feed.cases > moved.companies[1].feed.cases);
    CHECK_FALSE(play.demo->status().stopped);
}

TEST_CASE("a store that holds somebody's business is no demo") {
    engine::World world;
    ManualClock wall(kNow);
    FileZones zones;
    const auto opened = Demo::open(*world.store, wall, zones, {.examples = kExamples});
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == "not-a-demo");
}

TEST_CASE("examples that aren't there are named") {
    store::MemoryStore store;
    ManualClock wall(kNow);
    FileZones zones;
    const auto opened = Demo::open(store, wall, zones, {.examples = "/no/such/folder"});
    REQUIRE_FALSE(opened);
    CHECK(opened.error().place.path.find("/no/such/folder") == 0);
}

}  // namespace
}  // namespace yinuo::demo
