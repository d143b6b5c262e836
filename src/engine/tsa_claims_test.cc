// The guarantee fund pays the claims of examples/tsa-claims, all of them, to the cent.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/check.h"
#include "engine/engine.h"
#include "engine/paying.h"
#include "engine/publishing.h"
#include "engine/tenants.h"
#include "engine/testing.h"
#include "store/sqlite_store.h"
#include "store/testing.h"
#include "wire/history_reader.h"
#include "wire/mapping.h"

namespace yinuo::engine {
namespace {

namespace fs = std::filesystem;

const std::string kExample = std::string(YINUO_SOURCE_DIR) + "/examples/tsa-claims";
const std::string kData = std::string(YINUO_SOURCE_DIR) + "/../shared/data/tsa_claims/tsa_claims_";

constexpr Instant kFrom{1'167'523'200'000};  // 2006-12-31T00:00:00Z
constexpr Instant kTo{1'388'707'200'000};    // 2014-01-03T00:00:00Z: everything has been reported
constexpr std::size_t kFactsAtOnce = 1'000;
constexpr int kPaidAtOnce = 500;

// Where the claims are received. No sum depends on its changes of clocks.
class Washington final : public Zones {
public:
    const Zone* find(std::string_view name) override {
        return name == "America/New_York" ? &zone_ : two_.find(name);
    }

private:
    Zone zone_ = Zone::fixed(-5 * 3600);
    TwoZones two_;
};

struct File {
    std::uint64_t rows, rejected, claims, undecided, paid, zero_paid;
    std::int64_t minor;
};

class Bureau {
public:
    Bureau() {
        auto opened = Engine::open(*store_, clock_, zones_, keyring_, entropy_);
        REQUIRE(opened);
        engine_ = std::move(*opened);
        act([&](Turns& turns) -> Result<void> {
            auto made = make_tenant(turns, actor_, "tsa", "TSA", false, "log.example");
            if (!made) return refuse(made.error());
            actor_.tenant = second_.tenant = made->id;
            return {};
        });
        publish();
        clock_.set(kTo);
    }

    // Reports every fact of one file, as its mapping makes them.
    wire::ReadCounts read(const std::string& path) {
        const auto mapping = wire::Mapping::load(kExample + "/mapping.yaml", zones_);
        REQUIRE(mapping);
        Names names;
        Arena memory;
        wire::HistoryReader reader(*mapping, names, zones_, memory);
        struct Sink final : promise::FactSink {
            std::vector<promise::Fact> facts;
            void take(const promise::Fact& fact) override { facts.push_back(fact); }
        } sink;
        auto counts = reader.read(path, sink);
        REQUIRE(counts);
        const auto source = fs::path(path).stem().string();
        for (std::size_t at = 0; at < sink.facts.size(); at += kFactsAtOnce) {
            const auto end = std::min(at + kFactsAtOnce, sink.facts.size());
            report({&sink.facts[at], end - at}, names, source);
        }
        return *counts;
    }

    // Sends what is reserved and hears that it has arrived. How many.
    std::uint64_t pay() {
        std::uint64_t paid = 0;
        while (true) {
            const auto rows = store_->read()->payouts(
                {.tenant = actor_.tenant,
                 .state = static_cast<std::uint8_t>(remedy::PayoutState::Reserved),
                 .limit = kPaidAtOnce});
            if (rows.empty()) return paid;
            paid += rows.size();
            act([&](Turns& turns) -> Result<void> {
                for (const auto& row : rows)
                    for (const auto step : {remedy::PayoutStep::Send, remedy::PayoutStep::Confirm})
                        check(take_step(turns, actor_, row.id, {.step = step}).has_value());
                return {};
            });
        }
    }

    std::int64_t balance(remedy::Account account) {
        for (const auto& sum : store_->read()->balances(actor_.tenant))
            if (sum.account == static_cast<std::uint8_t>(account)) return sum.minor;
        return 0;
    }
    std::int64_t sum() {
        std::int64_t all = 0;
        for (const auto& one : store_->read()->balances(actor_.tenant)) all += one.minor;
        return all;
    }
    std::uint64_t count(promise::State state) {
        for (const auto& one : store_->read()->count_by_state(actor_.tenant))
            if (one.state == static_cast<std::uint8_t>(state))
                return static_cast<std::uint64_t>(one.count);
        return 0;
    }
    void act(Engine::Work work) {
        Result<void> said;
        engine_->act(std::move(work), [&](Result<void> answer) { said = std::move(answer); });
        while (engine_->step()) {}
        REQUIRE_MESSAGE(said, said.error().what.en);
    }
    const Actor& actor() const { return actor_; }

private:
    void publish() {
        std::ifstream file(kExample + "/promises/claims.yaml");
        const std::string text(std::istreambuf_iterator<char>(file), {});
        act([&](Turns& turns) -> Result<void> {
            auto now = TRY(draft(turns, actor_, {.text = text, .calendars = {}}, 0));
            const auto id = now.version.id();
            now = TRY(check_draft(turns, actor_, id, now.etag));
            now = TRY(approve(turns, second_, id, now.etag));
            TRY(engine::publish(turns, actor_, id, now.etag));
            auto policy = fund_policy(turns.rows(), actor_.tenant);
            policy.pays = {{.kind = "refund", .connector = "hand"}};
            TRY(put_fund_policy(turns, actor_, policy));
            return {};
        });
    }

    void report(std::span<const promise::Fact> facts, const Names& names,
                const std::string& source) {
        Report report{.tenant = actor_.tenant,
                      .source = source,
                      .memory = std::make_shared<Arena>(),
                      .facts = {}};
        std::vector<std::vector<wire::ReportedField>> fields(facts.size());
        for (std::size_t i = 0; i < facts.size(); ++i) {
            const auto& fact = facts[i];
            for (const auto& [name, value] : fact.fields)
                fields[i].push_back({names.text(name), value});
            report.facts.push_back({.id = fact.id,
                                    .kind = names.text(fact.kind),
                                    .subject = fact.subject,
                                    .customer = {},
                                    .at = fact.at,
                                    .sequence = fact.sequence,
                                    .fields = fields[i],
                                    .personal = {}});
        }
        engine_->report(std::move(report), [](const Result<std::vector<Acknowledgement>>& said) {
            REQUIRE(said);
            for (const auto& one : *said)
                REQUIRE(one.outcome == Acknowledgement::Outcome::Accepted);
        });
        while (engine_->step()) {}
    }

    const store::TempDir dir_;
    std::unique_ptr<store::Store> store_ = store::open_sqlite(dir_.file("tsa.db")).value();
    ManualClock clock_{kFrom};
    Washington zones_;
    vault::Keyring keyring_ = test_keyring();
    vault::SeededEntropy entropy_{11};
    std::unique_ptr<Engine> engine_;
    Actor actor_{.tenant = 0, .id = "usr_clerk", .name = "Clerk"};
    Actor second_{.tenant = 0, .id = "usr_second", .name = "Second"};
};

}  // namespace

TEST_CASE("the fund pays seven years of claims to the cent_slow") {
    const std::pair<std::string, File> files[] = {
        {"2007_2009", {47'912, 0, 47'912, 3'650, 11'380, 2, 263'647'748}},
        {"2010_2013", {41'598, 1, 41'597, 6'949, 12'743, 0, 280'289'452}},
    };
    for (const auto& [name, file] : files)
        if (!fs::exists(kData + name + ".csv.gz")) {
            MESSAGE("skipped: there are no claims at " << kData << name << ".csv.gz");
            return;
        }
    Bureau bureau;
    bureau.act([&](Turns& turns) -> Result<void> {
        TRY(move_money(turns, bureau.actor(),
                       {.money = {.minor = 600'000'000, .currency = *Currency::parse("USD")},
                        .reference = "appropriation"}));
        return {};
    });
    File sum{};
    for (const auto& [name, file] : files) {
        CAPTURE(name);
        const auto counts = bureau.read(kData + name + ".csv.gz");
        CHECK(counts.rows == file.rows);
        CHECK(counts.rejected == file.rejected);
        sum.claims += file.claims;
        sum.undecided += file.undecided;
        sum.minor += file.minor;
        CHECK(bureau.pay() == file.paid);  // what was approved at nothing posts nothing
        CHECK(bureau.count(promise::State::Running) == sum.undecided);
        CHECK(bureau.count(promise::State::Kept) == sum.claims - sum.undecided);
        CHECK(bureau.balance(remedy::Account::Paid) == sum.minor);
        CHECK(bureau.balance(remedy::Account::Reserved) == 0);
        CHECK(bureau.balance(remedy::Account::Fund) == 600'000'000 - sum.minor);
        CHECK(bureau.sum() == 0);
    }
}

}  // namespace yinuo::engine
