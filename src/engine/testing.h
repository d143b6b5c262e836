// A whole installation in memory, for tests: a store, a clock that stands still, one tenant.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "engine/engine.h"
#include "engine/fsck.h"
#include "engine/publishing.h"
#include "engine/tenants.h"
#include "store/memory_store.h"

namespace yinuo::engine {

// Knows UTC and, as its fixed offset of today, Asia/Shanghai.
class TwoZones final : public Zones {
public:
    const Zone* find(std::string_view name) override {
        if (name == "UTC") return &utc_;
        return name == "Asia/Shanghai" ? &shanghai_ : nullptr;
    }

private:
    Zone utc_ = Zone::utc();
    Zone shanghai_ = Zone::fixed(8 * 3600);
};

inline vault::Keyring test_keyring() {
    vault::SeededEntropy entropy(7);
    std::vector<vault::Key> masters;
    masters.push_back(vault::random_key(entropy));
    return std::move(*vault::Keyring::of(std::move(masters)));
}

struct World {
    static constexpr Instant kBegin{1'773'100'800'000};  // 2026-03-10T00:00:00Z

    World() : World(std::make_unique<store::MemoryStore>()) {
        memory = static_cast<store::MemoryStore*>(store.get());
    }
    explicit World(std::unique_ptr<store::Store> kept) : clock(kBegin), store(std::move(kept)) {
        start();
        act([&](Turns& turns) -> Result<void> {
            auto made = make_tenant(turns, operator_, "acme", "示例公司", false, "log.example");
            if (!made) return refuse(made.error());
            tenant = made->id;
            return {};
        });
        author.tenant = approver.tenant = tenant;
    }
    World(World&&) = delete;

    void start() {
        engine = nullptr;
        auto opened = Engine::open(*store, clock, zones, keyring, entropy);
        check(opened.has_value());
        engine = std::move(*opened);
    }

    Result<void> try_act(Engine::Work work) {
        Result<void> said;
        engine->act(std::move(work), [&](Result<void> answer) { said = std::move(answer); });
        while (engine->step()) {}
        return said;
    }
    void act(Engine::Work work) { check(try_act(std::move(work)).has_value()); }

    // Drafted, checked, approved by a second person, published.
    store::Position publish(std::string_view text) {
        store::Position position = 0;
        act([&](Turns& turns) -> Result<void> {
            auto drafted = draft(turns, author, {.text = std::string(text), .calendars = {}}, 0);
            if (!drafted) return refuse(drafted.error());
            const std::string id = drafted->version.id();
            auto checked = check_draft(turns, author, id, drafted->etag);
            if (!checked) return refuse(checked.error());
            auto approved = approve(turns, approver, id, checked->etag);
            if (!approved) return refuse(approved.error());
            auto published = engine::publish(turns, author, id, approved->etag);
            if (!published) return refuse(published.error());
            position = published->version.position;
            return {};
        });
        return position;
    }

    // Reports facts as JSON (an array or one) from `source`, and takes every turn that is due.
    std::vector<Acknowledgement> report(std::string_view json, std::string_view source = "crm") {
        Report report{
            .tenant = tenant, .source = std::string(source), .memory = nullptr, .facts = {}};
        report.memory = std::make_shared<Arena>();
        auto read = wire::read_fact_list(report.memory->copy(json), wire::FactFormat::Document,
                                         {.facts_max = 10'000, .zones = &zones}, *report.memory);
        check(read.has_value());
        for (auto& one : *read) {
            check(one.errors.empty());
            report.facts.push_back(one.fact);
        }
        std::vector<Acknowledgement> said;
        engine->report(std::move(report), [&](const Result<std::vector<Acknowledgement>>& answer) {
            check(answer.has_value());
            said = *answer;
        });
        while (engine->step()) {}
        return said;
    }
    void wait(Millis span) {
        clock.advance(span);
        while (engine->step()) {}
    }

    // What fsck finds, one a line; empty: all is well.
    std::string wrong() {
        std::string text;
        const auto made = fsck(*store, zones, keyring);
        check(made.has_value());
        for (const auto& finding : made->findings)
            text += finding.error.code + ": " + finding.error.what.en + "\n";
        return text;
    }

    std::vector<store::ObligationRow> obligations(std::string_view subject) {
        const auto rows = store->read();
        const auto stream = rows->find_stream(tenant, subject);
        return stream ? rows->obligations_of(stream->id) : std::vector<store::ObligationRow>();
    }

    ManualClock clock;
    TwoZones zones;
    vault::Keyring keyring = test_keyring();
    vault::SeededEntropy entropy{42};
    std::unique_ptr<store::Store> store;
    store::MemoryStore* memory = nullptr;  // the same, if it is one
    std::unique_ptr<Engine> engine;
    store::TenantId tenant = 0;
    Actor operator_{.tenant = 0, .id = "system", .name = "system"};
    Actor author{.tenant = 0, .id = "usr_author", .name = "Author"};
    Actor approver{.tenant = 0, .id = "usr_second", .name = "Second"};
};

}  // namespace yinuo::engine
